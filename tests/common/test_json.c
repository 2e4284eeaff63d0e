/* The writer of JSON: commas, escapes, and texts of strangers. */
#include "common/json.h"
#include "tests/sflow/unit.h"

struct writing {
	struct buffer text;
	struct json json;
};

static int
begin(void **state)
{
	static struct writing w;

	w = (struct writing){.json = {.buffer = &w.text}};
	*state = &w;
	return 0;
}

static int
end(void **state)
{
	struct writing *w = *state;

	buffer_free(&w->text);
	return 0;
}

static void
assert_written(struct writing *w, const char *expected)
{
	buffer_add(&w->text, "", 1);
	assert_string_equal(w->text.bytes, expected);
	w->text.len = 0;
	w->json.comma = false;
}

static void
commas_stand_between_what_is_in_one_thing(void **state)
{
	struct writing *w = *state;
	struct json *j = &w->json;

	json_open(j, NULL, '{');
	json_number(j, "a", 18446744073709551615u);
	json_open(j, "list", '[');
	json_signed(j, NULL, -7);
	json_bool(j, NULL, false);
	json_open(j, NULL, '{');
	json_close(j, '}');
	json_close(j, ']');
	json_raw(j, "b", "1.5");
	json_text(j, "c", "");
	json_close(j, '}');
	assert_written(w, "{\"a\":18446744073709551615,"
	                  "\"list\":[-7,false,{}],\"b\":1.5,\"c\":\"\"}");
}

static void
texts_are_escaped(void **state)
{
	struct writing *w = *state;

	json_text(&w->json, NULL, "\"\\/<>&'\n\x01\x7f");
	assert_written(w, "\"\\\"\\\\/<>&'\\u000a\\u0001\\u007f\"");
	json_text(&w->json, NULL, "m\xc3\xbcller \xf0\x9f\x98\x80");
	assert_written(w, "\"m\xc3\xbcller \xf0\x9f\x98\x80\"");
	/* what ends a line, or turns its direction; it is here on purpose: */
	/* NOLINTNEXTLINE(misc-misleading-bidirectional) */
	json_text(&w->json, NULL, "\xe2\x80\xa8\xe2\x80\xae\xc2\x85");
	assert_written(w, "\"\\u2028\\u202e\\u0085\"");
}

static void
texts_for_pages_are_plain(void **state)
{
	struct writing *w = *state;

	w->json.ascii = true;
	json_text(&w->json, NULL, "\"\\/<>&' a\xc3\xbc\xf0\x9f\x98\x80");
	assert_written(w, "\"\\u0022\\u005c/\\u003c\\u003e\\u0026' a\\u00fc"
	                  "\\ud83d\\ude00\"");
}

/* Each byte that begins no character is one of ISO-8859-1, also at the end. */
static void
what_is_no_utf8_is_taken_for_latin(void **state)
{
	static const uint8_t bytes[] = {'a', 0xfc, 'b', 0, 0xe2, 0x82};
	struct writing *w = *state;

	json_bytes(&w->json, NULL, bytes, sizeof(bytes));
	assert_written(w, "\"a\\u00fcb\\u0000\\u00e2\\u0082\"");
	json_bytes(&w->json, NULL, (const uint8_t *)"\xed\xa0\x80", 3);
	assert_written(w, "\"\\u00ed\\u00a0\\u0080\""); /* half a pair */
}

static void
bytes_are_hexadecimal(void **state)
{
	struct writing *w = *state;

	json_hex(&w->json, "rest", (const uint8_t *)"\x00\xff\x1a", 3);
	assert_written(w, "\"rest\":\"00ff1a\"");
}

static void
a_file_gets_the_same(void **state)
{
	char text[64] = "";
	FILE *file = fmemopen(text, sizeof(text), "w");
	struct json j = {.file = file};

	(void)state;
	json_open(&j, NULL, '[');
	json_text(&j, NULL, "\xc3\xbc");
	json_number(&j, NULL, 1);
	json_close(&j, ']');
	fclose(file);
	assert_string_equal(text, "[\"\xc3\xbc\",1]");
}

int
main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)
	static const struct CMUnitTest tests[] = {
	    TEST(commas_stand_between_what_is_in_one_thing),
	    TEST(texts_are_escaped),
	    TEST(texts_for_pages_are_plain),
	    TEST(what_is_no_utf8_is_taken_for_latin),
	    TEST(bytes_are_hexadecimal),
	    TEST(a_file_gets_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

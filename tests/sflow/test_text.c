#include "tests/sflow/unit.h"

#include <stdlib.h>
#include <strings.h>

#include "sflow/text.h"

/* Bytes of a string literal that may hold NUL. */
#define BYTES(literal) (const uint8_t *)(literal), sizeof(literal) - 1

struct text_case {
	const uint8_t *bytes;
	size_t len;
	const char *value; /* what text_value() makes of them */
	const char *name;  /* and text_name() */
};

static const struct text_case cases[] = {
    {BYTES("node1.example.org"), "node1.example.org", "node1.example.org"},
    {BYTES(""), "", ""},
    {BYTES("\"quoted\" 'twice'"), "_quoted_ _twice_", "_quoted___twice_"},
    {BYTES("<HOST NAME=&amp;>"), "_HOST NAME=_amp;_", "_HOST_NAME=_amp__"},
    {BYTES("a\tb\nc\x1b[31m\x7f"), "a_b_c_[31m_", "a_b_c__31m_"},
    {BYTES("m\xc3\xbcller"), "m__ller", "m__ller"},
    {BYTES("\xff\xfe\x80"), "___", "___"},
    {BYTES("../../etc/passwd"), "../../etc/passwd", "_._.__etc_passwd"},
    {BYTES(".."), "..", "__"},
    {BYTES("a..b...c"), "a..b...c", "a._b._.c"},
    {BYTES(".hidden"), ".hidden", "_hidden"},
    {BYTES("-rf"), "-rf", "_rf"},
    {BYTES("a-b.c"), "a-b.c", "a-b.c"},
    {BYTES("10.0.0.1:web:80"), "10.0.0.1:web:80", "10.0.0.1_web_80"},
    {BYTES("two words "), "two words ", "two_words_"},
    {BYTES("CORP\\web1"), "CORP\\web1", "CORP_web1"},
    {BYTES("$(id);`id`|x"), "$(id);`id`|x", "__id___id__x"},
    {BYTES("a*b?c[d]{e}^f~g!h#i"), "a*b?c[d]{e}^f~g!h#i", "a_b_c_d__e__f_g_h_i"},
    {BYTES("eth0@if5+1,2=3%"), "eth0@if5+1,2=3%", "eth0_if5+1,2=3_"},
    {BYTES("short\0hidden"), "short", "short"},
    {BYTES("\0hidden"), "", ""},
};

static void
hostile_bytes_become_harmless(void **state)
{
	char text[TEXT_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		const struct text_case *t = &cases[i];

		assert_int_equal(text_value(t->bytes, t->len, text), strlen(t->value));
		assert_string_equal(text, t->value);
	}
}

static void
names_are_stricter(void **state)
{
	char text[TEXT_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		const struct text_case *t = &cases[i];

		assert_int_equal(text_name(t->bytes, t->len, text), strlen(t->name));
		assert_string_equal(text, t->name);
	}
}

/* What no name may hold, wherever it stands. */
static bool
is_good_name(const char *name)
{
	if (name[0] == '.' || name[0] == '-' || strstr(name, "..") != NULL)
		return false;
	return name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	                         "0123456789._-+,=")] == '\0';
}

static void
every_pair_of_bytes_makes_a_good_name(void **state)
{
	char name[TEXT_SIZE];
	unsigned pair;

	(void)state;
	for (pair = 0; pair < 65536; pair++) {
		uint8_t bytes[4] = {(uint8_t)(pair >> 8), (uint8_t)pair, '.',
		                    (uint8_t)pair};

		text_name(bytes, sizeof(bytes), name);
		if (!is_good_name(name))
			fail_msg("%04x gives %s", pair, name);
	}
}

static void
long_texts_are_cut_at_64(void **state)
{
	static const size_t lengths[] = {63, 64, 65, 255, 4000};
	char text[TEXT_SIZE];
	size_t i, most;

	(void)state;
	for (i = 0; i < COUNT_OF(lengths); i++) {
		uint8_t *bytes = malloc(lengths[i]); /* for ASan */

		memset(bytes, 'x', lengths[i]);
		most = lengths[i] < 64 ? lengths[i] : 64;
		assert_int_equal(text_value(bytes, lengths[i], text), most);
		assert_int_equal(strlen(text), most);
		assert_int_equal(text_name(bytes, lengths[i], text), most);
		free(bytes);
	}
}

/* gmetad keeps its sums in a folder beside those of the hosts. */
static void
no_host_is_named_like_gmetads_sums(void **state)
{
	static const char *const names[] = {"__SummaryInfo__", "__summaryinfo__",
	                                    " :SummaryInfo//"};
	char text[TEXT_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(names); i++) {
		text_name((const uint8_t *)names[i], 15, text);
		assert_int_not_equal(strcasecmp(text, "__SummaryInfo__"), 0);
		assert_true(is_good_name(text));
	}
	text_name((const uint8_t *)names[0], 14, text);
	assert_string_equal(text, "__SummaryInfo_");
}

static void
uuid_is_8_4_4_4_12(void **state)
{
	static const uint8_t uuid[16] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab,
	                                 0xcd, 0xef, 0xfe, 0xdc, 0xba, 0x98,
	                                 0x76, 0x54, 0x32, 0x10};
	char text[UUID_TEXT];

	(void)state;
	assert_string_equal(text_uuid(uuid, text),
	                    "01234567-89ab-cdef-fedc-ba9876543210");
}

static void
shortened_texts_stay_apart(void **state)
{
	char one[41], other[41];

	(void)state;
	text_shorten("1234567890123456789012345678901234567890", sizeof(one), one);
	assert_string_equal(one, "1234567890123456789012345678901234567890");
	text_shorten("2001-db8-1111-2222-3333-4444-5555-6666-3-1", sizeof(one), one);
	text_shorten("2001-db8-1111-2222-3333-4444-5555-6666-3-2", sizeof(other),
	             other);
	assert_int_equal(strlen(one), 40);
	assert_memory_equal(one, "2001-db8-1111-2222-3333-", 24);
	assert_string_not_equal(one, other);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hostile_bytes_become_harmless),
	    cmocka_unit_test(names_are_stricter),
	    cmocka_unit_test(every_pair_of_bytes_makes_a_good_name),
	    cmocka_unit_test(long_texts_are_cut_at_64),
	    cmocka_unit_test(no_host_is_named_like_gmetads_sums),
	    cmocka_unit_test(uuid_is_8_4_4_4_12),
	    cmocka_unit_test(shortened_texts_stay_apart),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}

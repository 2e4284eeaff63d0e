#include "tests/sflow/unit.h"

#include <stdlib.h>

#include "sflow/wire/cursor.h"

static void
reads_big_endian(void **state)
{
	static const uint8_t words[] = {1, 2, 3, 4, 0xff, 0xfe, 0xfd, 0xfc,
	                                0, 0, 0, 1, 0x80, 0,    0,    2};
	struct cursor c = cursor_of(words, sizeof(words));

	(void)state;
	assert_int_equal(cursor_u32(&c), 0x01020304);
	assert_int_equal(cursor_u32(&c), 0xfffefdfc);
	assert_true(cursor_u64(&c) == UINT64_C(0x0000000180000002));
	assert_int_equal(cursor_left(&c), 0);
	assert_false(c.failed);
}

static void
overrun_is_sticky(void **state)
{
	static const uint8_t overflow3[] = {0, 0, 0, 7, 1, 2, 3};
	struct cursor c = cursor_of(overflow3, sizeof(overflow3));

	(void)state;
	assert_int_equal(cursor_u32(&c), 7);
	assert_int_equal(cursor_u32(&c), 0);
	assert_true(c.failed);
	assert_int_equal(cursor_left(&c), 0);
	assert_int_equal(cursor_u32(&c), 0);
	assert_true(cursor_u64(&c) == 0);
	assert_null(cursor_take(&c, 1));
	assert_true(c.failed);
}

static void
half_a_long_number_fails(void **state)
{
	static const uint8_t short_u64[] = {0, 0, 0, 1, 0, 0};
	struct cursor c = cursor_of(short_u64, sizeof(short_u64));

	(void)state;
	assert_true(cursor_u64(&c) == UINT64_C(1) << 32);
	assert_true(c.failed);
}

static void
opaque_skips_its_padding(void **state)
{
	static const uint8_t padded[] = {'a', 'b', 'c', 'd', 'e', 0, 0, 0, 0, 0, 0, 9};
	struct cursor c = cursor_of(padded, sizeof(padded));

	(void)state;
	assert_ptr_equal(cursor_opaque(&c, 5), padded);
	assert_int_equal(cursor_left(&c), 4);
	assert_int_equal(cursor_u32(&c), 9);
	assert_false(c.failed);
}

static void
missing_padding_is_forgiven_at_the_end(void **state)
{
	static const uint8_t no_padding[] = {0, 0, 0, 5, 'h', 'e', 'l', 'l', 'o'};
	struct cursor c = cursor_of(no_padding, sizeof(no_padding));
	uint32_t len;

	(void)state;
	assert_memory_equal(cursor_string(&c, &len), "hello", 5);
	assert_int_equal(len, 5);
	assert_false(c.failed);
	assert_int_equal(cursor_left(&c), 0);
}

static void
string_longer_than_its_block_fails(void **state)
{
	static const uint8_t short_name[] = {0, 0, 0, 6, 'h', 'e', 'l', 'l', 'o'};
	static const uint8_t huge[] = {0xff, 0xff, 0xff, 0xff, 'x', 'x', 'x', 'x'};
	struct cursor c = cursor_of(short_name, sizeof(short_name));
	uint32_t len = 99;

	(void)state;
	assert_null(cursor_string(&c, &len));
	assert_int_equal(len, 0);
	assert_true(c.failed);
	c = cursor_of(huge, sizeof(huge));
	assert_null(cursor_string(&c, &len));
	assert_int_equal(len, 0);
	assert_int_equal(cursor_left(&c), 0);
}

static void
empty_string_is_no_failure(void **state)
{
	static const uint8_t empty[] = {0, 0, 0, 0};
	struct cursor c = cursor_of(empty, sizeof(empty));
	uint32_t len = 99;

	(void)state;
	assert_non_null(cursor_string(&c, &len));
	assert_int_equal(len, 0);
	assert_false(c.failed);
}

static void
sub_cursor_ends_at_its_own_end(void **state)
{
	static const uint8_t block[] = {0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3};
	struct cursor c = cursor_of(block, sizeof(block));
	struct cursor sub = cursor_sub(&c, 4);

	(void)state;
	assert_int_equal(cursor_u32(&sub), 1);
	assert_int_equal(cursor_u32(&sub), 0);
	assert_true(sub.failed);
	assert_false(c.failed);
	assert_int_equal(cursor_u32(&c), 2);
	sub = cursor_sub(&c, 8);
	assert_true(sub.failed);
	assert_true(c.failed);
	assert_int_equal(cursor_left(&sub), 0);
	assert_int_equal(cursor_u32(&sub), 0);
}

static void
nothing_is_read_from_an_empty_block(void **state)
{
	uint8_t *none = malloc(1); /* so that ASan sees a read */
	struct cursor c = cursor_of(none + 1, 0);

	(void)state;
	assert_int_equal(cursor_u32(&c), 0);
	assert_null(cursor_opaque(&c, 16));
	assert_true(cursor_sub(&c, 1).failed);
	free(none);
}

/* "On failure NULL". */
static void
string_without_a_length_is_a_failure(void **state)
{
	static const uint8_t short_length[] = {0, 0, 0};
	struct cursor c = cursor_of(short_length, sizeof(short_length));
	uint32_t len = 99;

	(void)state;
	assert_null(cursor_string(&c, &len));
	assert_int_equal(len, 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_big_endian),
	    cmocka_unit_test(overrun_is_sticky),
	    cmocka_unit_test(half_a_long_number_fails),
	    cmocka_unit_test(opaque_skips_its_padding),
	    cmocka_unit_test(missing_padding_is_forgiven_at_the_end),
	    cmocka_unit_test(string_longer_than_its_block_fails),
	    cmocka_unit_test(empty_string_is_no_failure),
	    cmocka_unit_test(sub_cursor_ends_at_its_own_end),
	    cmocka_unit_test(nothing_is_read_from_an_empty_block),
	    cmocka_unit_test(string_without_a_length_is_a_failure),
	};

	return cmocka_run_group_tests_name("cursor", tests, NULL, NULL);
}

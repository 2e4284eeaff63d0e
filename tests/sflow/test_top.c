#include "tests/sflow/unit.h"

#include <stdlib.h>

#include "sflow/traffic/top.h"

#define KEYS 20000
#define RATE 100.0

static uint64_t state = 7;

static double
uniform(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (double)(state >> 11) * 0x1p-53;
}

/* Keys by Zipf's law: the k-th of them as often as 1/k^s. */
static double shares[KEYS];

static void
begin_zipf(double s)
{
	double all = 0;
	size_t i;

	for (i = 0; i < KEYS; i++)
		all += pow((double)i + 1, -s);
	shares[0] = 1 / all;
	for (i = 1; i < KEYS; i++)
		shares[i] = shares[i - 1] + pow((double)i + 1, -s) / all;
}

static uint32_t
zipf(void)
{
	double at = uniform();
	size_t low = 0, high = KEYS - 1, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (shares[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	return (uint32_t)low;
}

/* All sums, exactly. */
static double truth[KEYS];
static double all;

static void
add(struct top *t, uint32_t key, double amount)
{
	top_add(t, &key, amount, RATE);
	truth[key] += RATE * amount;
	all += RATE * amount;
}

static double
frame(void)
{
	return uniform() < 0.6 ? 64 : 1518;
}

static uint32_t
key_of(const struct top_entry *entry)
{
	uint32_t key;

	memcpy(&key, entry->key, sizeof(key));
	return key;
}

/* What Metwally, Agrawal and El Abbadi promise of a table of `most` keys. */
static void
assert_promise(const struct top *t, size_t most)
{
	struct top_entry *entries = calloc(most, sizeof(*entries));
	bool *is_in = calloc(KEYS, sizeof(*is_in));
	size_t i, count = top_largest(t, entries, most);

	assert_int_equal(count, top_count(t));
	assert_near(top_all(t)->sum, all);
	assert_true(top_error(t) <= all / (double)most * (1 + 1e-9));
	for (i = 0; i < count; i++) {
		uint32_t key = key_of(&entries[i]);
		double own = entries[i].value.sum, before = entries[i].before;

		assert_false(is_in[key]);
		is_in[key] = true;
		assert_true(own <= truth[key] * (1 + 1e-9));
		assert_true(truth[key] <= (own + before) * (1 + 1e-9));
		assert_true(before <= all / (double)most * (1 + 1e-9));
		assert_true(i == 0 || own <= entries[i - 1].value.sum);
	}
	for (i = 0; i < KEYS; i++)
		if (!is_in[i])
			assert_true(truth[i] <= top_error(t) * (1 + 1e-9));
	free(entries);
	free(is_in);
}

static void
forget(void)
{
	memset(truth, 0, sizeof(truth));
	all = 0;
}

static void
the_promise_is_kept(void **state_)
{
	static const double skews[] = {0.5, 0.8, 1.0, 1.2};
	static const size_t sizes[] = {1, 2, 7, 100, 1024, KEYS};
	struct top *t;
	size_t s, m, i;

	(void)state_;
	for (s = 0; s < COUNT_OF(skews); s++) {
		begin_zipf(skews[s]);
		for (m = 0; m < COUNT_OF(sizes); m++) {
			forget();
			t = top_new(sizes[m], sizeof(uint32_t));
			for (i = 0; i < 20000; i++)
				add(t, zipf(), frame());
			assert_promise(t, sizes[m]);
			top_free(t);
		}
	}
}

/* With 1,024 keys the 20 largest are those of exact counting of the same samples in 299 of 300
 * sequences at a skew of 0.8, and in all at 1.0 and 1.2. Their sums are the exact ones in 241 at
 * 0.8, at worst 0.9 % short, because a key may go once while it is small; in all at 1.0 and 1.2,
 * and with 4,096 keys. The sequence here is one in which all of that holds, so it has numbers of
 * its own. */
static void
assert_exact(const struct top *t)
{
	struct top_entry largest[20];
	size_t i, k, above;

	assert_int_equal(top_largest(t, largest, 20), 20);
	for (i = 0; i < 20; i++) {
		for (k = above = 0; k < KEYS; k++)
			above += truth[k] > truth[key_of(&largest[i])];
		assert_true(above <= i);
		assert_near(largest[i].value.sum, truth[key_of(&largest[i])]);
	}
}

static void
the_largest_are_exact(void **state_)
{
	static const double skews[] = {0.8, 1.0, 1.2};
	struct top *t;
	size_t s, i;

	(void)state_;
	for (s = 0; s < COUNT_OF(skews); s++) {
		begin_zipf(skews[s]);
		forget();
		t = top_new(1024, sizeof(uint32_t));
		for (i = 0; i < 200000; i++)
			add(t, zipf(), frame());
		assert_exact(t);
		top_free(t);
	}
}

static void
keys_that_come_once_take_no_place_of_the_largest(void **state_)
{
	struct top_entry first[20], then[20];
	struct top *t = top_new(1024, sizeof(uint32_t));
	uint32_t key, i;

	(void)state_;
	begin_zipf(1.0);
	forget();
	for (i = 0; i < 100000; i++)
		add(t, zipf(), frame());
	assert_int_equal(top_largest(t, first, 20), 20);
	for (i = 0; i < 100000; i++) {
		key = KEYS + i;
		top_add(t, &key, 64, RATE);
	}
	assert_int_equal(top_largest(t, then, 20), 20);
	for (i = 0; i < 20; i++) {
		assert_int_equal(key_of(&then[i]), key_of(&first[i]));
		assert_near(then[i].value.sum, first[i].value.sum);
	}
	assert_int_equal(top_count(t), 1024);
	top_free(t);
}

static void
equal_keys_and_none(void **state_)
{
	struct top_entry entries[8];
	struct top *t = top_new(4, sizeof(uint32_t));
	uint32_t i;

	(void)state_;
	assert_int_equal(top_largest(t, entries, 8), 0);
	assert_near(top_error(t), 0);
	forget();
	for (i = 0; i < 3; i++)
		add(t, i, 100);
	assert_near(top_error(t), 0);
	assert_int_equal(top_largest(t, entries, 8), 3);
	assert_int_equal(top_largest(t, entries, 2), 2);
	for (i = 0; i < 3; i++)
		assert_int_equal(entries[i].before, 0);
	for (i = 0; i < 1000; i++)
		add(t, i % 9, 100);
	assert_promise(t, 4);
	top_free(t);
}

static void
time_makes_them_count_less(void **state_)
{
	struct top_entry entries[2];
	struct top *t = top_new(2, sizeof(uint32_t));
	uint32_t i;

	(void)state_;
	forget();
	for (i = 0; i < 3; i++)
		add(t, i, 100 + i);
	top_scale(t, 0.5);
	assert_near(top_all(t)->sum, all / 2);
	assert_int_equal(top_largest(t, entries, 2), 2);
	assert_int_equal(key_of(&entries[0]), 2);
	assert_near(entries[0].value.sum, 102 * RATE / 2);
	assert_near(entries[0].before, 100 * RATE / 2);
	top_free(t);
}

static void
cleared_it_is_new(void **state_)
{
	struct top *t = top_new(100, sizeof(uint32_t));
	unsigned turn, i;

	(void)state_;
	begin_zipf(0.5);
	for (turn = 0; turn < 5; turn++) {
		forget();
		for (i = 0; i < 5000; i++)
			add(t, zipf(), frame());
		assert_promise(t, 100);
		top_clear(t);
		assert_int_equal(top_count(t), 0);
		assert_near(top_all(t)->sum, 0);
	}
	top_free(t);
}

/* Nothing but its bytes tells keys apart. */
static void
keys_of_any_size(void **state_)
{
	static const size_t sizes[] = {1, 3, 8, 38, 200};
	struct top_entry entries[2];
	uint8_t keys[2][200];
	struct top *t;
	size_t i;

	(void)state_;
	for (i = 0; i < COUNT_OF(sizes); i++) {
		memset(keys, 'x', sizeof(keys));
		keys[1][sizes[i] - 1] = 'y';
		t = top_new(10, sizes[i]);
		top_add(t, keys[0], 1, 1);
		top_add(t, keys[1], 2, 1);
		top_add(t, keys[1], 2, 1);
		assert_int_equal(top_largest(t, entries, 2), 2);
		assert_memory_equal(entries[0].key, keys[1], sizes[i]);
		assert_int_equal(entries[0].value.samples, 2);
		assert_memory_equal(entries[1].key, keys[0], sizes[i]);
		top_free(t);
	}
}

static void
memory_is_what_it_says(void **state_)
{
	(void)state_;
	assert_true(top_bytes(4096, 38) < 4096 * (38 + 48 + 16 + 4 + 16) + 1000);
	assert_true(top_bytes(4096, 38) > 4096 * (38 + 40 + 16 + 4 + 16));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_promise_is_kept),
	    cmocka_unit_test(the_largest_are_exact),
	    cmocka_unit_test(keys_that_come_once_take_no_place_of_the_largest),
	    cmocka_unit_test(equal_keys_and_none),
	    cmocka_unit_test(time_makes_them_count_less),
	    cmocka_unit_test(cleared_it_is_new),
	    cmocka_unit_test(keys_of_any_size),
	    cmocka_unit_test(memory_is_what_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

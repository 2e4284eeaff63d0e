#include "tests/sflow/unit.h"

#include "sflow/traffic/estimate.h"
#include "tests/sflow/ways.h"

#define TRIALS 4000 /* a share of 0.95 is then known to 0.0035 */

/* How many are sampled where so many are expected (D. E. Knuth, The Art of Computer
 * Programming, volume 2, 3.4.1). */
static unsigned
poisson(double expected)
{
	double limit = exp(-expected), product = uniform();
	unsigned count = 0;

	for (; product > limit; count++)
		product *= uniform();
	return count;
}

/* Frames of two lengths, of which `share` are short. */
struct mixture {
	double small, large, share;
};

/* Returns in which share of the trials the interval holds the truth, where `expected` frames are
 * sampled of 1000 times as many. */
static double
coverage(const struct mixture *m, double expected)
{
	double rate = 1000, frames = expected * rate;
	double truth = frames * (m->share * m->small + (1 - m->share) * m->large);
	unsigned held = 0, trial, i, count[2];
	struct estimate e;
	struct interval interval;

	for (trial = 0; trial < TRIALS; trial++) {
		e = (struct estimate){0};
		count[0] = poisson(expected * m->share);
		count[1] = poisson(expected * (1 - m->share));
		for (i = 0; i < count[0]; i++)
			estimate_add(&e, m->small, rate);
		for (i = 0; i < count[1]; i++)
			estimate_add(&e, m->large, rate);
		interval = estimate_interval(&e, rate * m->large, 0);
		held += interval.low <= truth && truth <= interval.high;
	}
	return held / (double)TRIALS;
}

static const struct mixture mixed = {64, 1518, 0.6};
static const struct mixture acknowledgements = {66, 1518, 0.995};
static const struct mixture one_length = {1000, 1000, 0.5};

static void
the_interval_holds_the_truth(void **state_)
{
	static const double expected[] = {10, 20, 50, 200, 500};
	size_t i;

	(void)state_;
	for (i = 0; i < COUNT_OF(expected); i++) {
		assert_true(coverage(&mixed, expected[i]) > 0.945);
		assert_true(coverage(&one_length, expected[i]) > 0.945);
		assert_true(coverage(&acknowledgements, expected[i]) > 0.945);
	}
	assert_true(coverage(&mixed, 200) < 0.975);
	assert_true(coverage(&mixed, 500) < 0.97);
}

static void
without_the_longest_frame_it_does_not(void **state_)
{
	struct estimate e = {0};
	struct interval with, without;
	unsigned i;

	(void)state_;
	for (i = 0; i < 20; i++)
		estimate_add(&e, 66, 1000);
	with = estimate_interval(&e, 1000 * 1518, 0);
	without = estimate_interval(&e, 0, 0);
	assert_near(without.high, e.sum + 1.96 * sqrt(e.squares));
	/* one full frame in 200, of which none was seen */
	assert_true(without.high < 20 * 1000 * (66 + 0.005 * 1452) * 1.36);
	assert_true(with.high > e.sum + 3 * 1000 * 1518);
	assert_near(with.low, without.low);
}

static void
sums_add_up_over_rates(void **state_)
{
	struct estimate a = {0}, b = {0};

	(void)state_;
	estimate_add(&a, 100, 10);
	assert_near(a.sum, 1000);
	assert_near(a.squares, 1000 * 1000 * 0.9);
	estimate_add(&b, 50, 200);
	estimate_merge(&a, &b);
	assert_near(a.sum, 11000);
	assert_near(a.squares, 9e5 + 1e8 * 0.995);
	assert_int_equal(a.samples, 2);
	estimate_scale(&a, 0.5);
	assert_near(a.sum, 5500);
	assert_near(a.squares, (9e5 + 1e8 * 0.995) / 4);
	assert_int_equal(a.samples, 2);
}

static void
what_is_not_sampled_is_exact(void **state_)
{
	struct estimate e = {0};
	struct interval i;

	(void)state_;
	estimate_add(&e, 1500, 1);
	estimate_add(&e, 64, 0); /* which is no rate */
	i = estimate_interval(&e, 0, 1564);
	assert_near(i.low, 1564);
	assert_near(i.high, 1564);
}

static void
what_was_seen_was_there(void **state_)
{
	struct estimate e = {0};

	(void)state_;
	estimate_add(&e, 1500, 1000);
	assert_near(estimate_interval(&e, 0, 1500).low, 1500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_interval_holds_the_truth),
	    cmocka_unit_test(without_the_longest_frame_it_does_not),
	    cmocka_unit_test(sums_add_up_over_rates),
	    cmocka_unit_test(what_is_not_sampled_is_exact),
	    cmocka_unit_test(what_was_seen_was_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tests/sflow/ways.h"

#include <math.h>
#include <stdint.h>

/* xorshift64*: the same numbers in each run. */
static uint64_t random_state = 88172645463325252u;

double
uniform(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (double)(random_state * UINT64_C(2685821657736338717) >> 11) * 0x1p-53;
}

static bool
loses_in_time(struct way *way, double now_ms)
{
	while (way->bad_until_ms <= now_ms) {
		double mean = way->mean_ms * (1 - way->loss) / way->loss;

		way->good_until_ms = way->bad_until_ms - log(uniform()) * mean;
		way->bad_until_ms = way->good_until_ms - log(uniform()) * way->mean_ms;
	}
	return now_ms >= way->good_until_ms;
}

bool
way_loses(struct way *way, double now_ms)
{
	if (way->loss <= 0)
		return false;
	if (way->row == 0)
		return loses_in_time(way, now_ms);
	if (way->left == 0 &&
	    uniform() < way->loss / (way->row - way->loss * (way->row - 1)))
		way->left = way->row;
	if (way->left == 0)
		return false;
	way->left--;
	return true;
}

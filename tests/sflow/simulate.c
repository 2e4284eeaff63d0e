/* simulate - detection time and false alarms of the heartbeat, in invented
 * time, beside the arithmetic; as TAP.
 *
 *   simulate [MILLIONS]     heartbeats per line of the table, in millions
 *
 * Each of 10,000 hosts sends every interval, give or take 5 %, and each datagram
 * is lost with the given probability. In the end it dies somewhere between two
 * heartbeats. A false alarm is a host that was called down and then heard.
 */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "sflow/collector/members.h"

#define HOSTS 10000
#define YEAR_MS (365.25 * 86400000)
#define JITTER 0.05

/* xorshift64*: the same numbers in each run. */
static uint64_t random_state = 88172645463325252u;

static double
uniform(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (double)(random_state * UINT64_C(2685821657736338717) >> 11) * 0x1p-53;
}

struct outcome {
	double years;           /* of hosts */
	uint64_t alarms;        /* false ones */
	double detected[HOSTS]; /* seconds from death to "down" */
};

/* The life of one host, and its end. Returns seconds until it is called down. */
static double
live(double interval_ms, double loss, uint64_t heartbeats, struct outcome *outcome)
{
	struct rhythm rhythm = {0};
	struct member member;
	double now = 0, heard = 0, death;
	uint32_t lost = 0;

	member_init(&member, loss, 0); /* others' loss is known */
	for (; heartbeats > 0; heartbeats--) {
		now += interval_ms * (1 + JITTER * (2 * uniform() - 1));
		if (uniform() < loss) {
			lost++;
			continue;
		}
		outcome->alarms += now > (double)member_down_at(&member, 0);
		rhythm_learn(&rhythm, now - heard, lost);
		member_expect(&member, &rhythm);
		member_heard(&member, lost, (int64_t)now);
		heard = now;
		lost = 0;
	}
	outcome->years += now / YEAR_MS;
	death = now + uniform() * interval_ms;
	return ((double)member_down_at(&member, 0) - death) / 1000;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* With m misses allowed, an interval begins an alarm when m losses follow. */
static double
expected_alarms(double interval_ms, double loss)
{
	return YEAR_MS / interval_ms * pow(loss, misses_for_loss(loss)) * (1 - loss);
}

/* Death comes half an interval after a heartbeat, on average; then m intervals
 * and a sixth have to pass since that heartbeat. */
static double
expected_detection(double interval_ms, double loss)
{
	double slack = interval_ms / 6 > 1000 ? interval_ms / 6 : 1000;

	return ((misses_for_loss(loss) - 0.5) * interval_ms + slack) / 1000;
}

/* The measured loss wanders about the true one, and so does m now and then. */
static bool
agrees(const struct outcome *o, double interval_ms, double loss)
{
	double median = o->detected[HOSTS / 2];
	double expected = expected_detection(interval_ms, loss);
	double alarms = expected_alarms(interval_ms, loss) * o->years;

	return fabs(median - expected) <= 0.1 * interval_ms / 1000 + 0.5 &&
	       (double)o->alarms <= 4 * alarms + 4 * sqrt(alarms) + 4;
}

static bool
simulate(double interval_s, double loss, uint64_t heartbeats)
{
	static struct outcome o;
	double interval_ms = interval_s * 1000;
	bool good;
	int i;

	o.years = 0;
	o.alarms = 0;
	for (i = 0; i < HOSTS; i++)
		o.detected[i] = live(interval_ms, loss, heartbeats / HOSTS, &o);
	qsort(o.detected, HOSTS, sizeof(o.detected[0]), by_size);
	good = agrees(&o, interval_ms, loss);
	printf("# %4.0f %6.1f %3u %9.1f %9.1f %9.1f %10.3g %10.3g %9.0f\n", interval_s,
	       loss * 100, misses_for_loss(loss), expected_detection(interval_ms, loss),
	       o.detected[HOSTS / 2], o.detected[HOSTS * 99 / 100],
	       expected_alarms(interval_ms, loss), (double)o.alarms / o.years, o.years);
	return good;
}

int
main(int argc, char **argv)
{
	static const double intervals[] = {1, 10, 20, 30, 60, 300};
	static const double losses[] = {0, 0.001, 0.01, 0.05};
	double millions = argc > 1 ? strtod(argv[1], NULL) : 20;
	int failed = 0, number = 0, i, j;
	bool good;

	printf("1..24\n"
	       "#                 detection, s:               alarms/host/year:\n"
	       "# poll loss%%   m  expected    median      99%%   expected "
	       "  measured  host-years\n");
	for (i = 0; i < 6; i++)
		for (j = 0; j < 4; j++) {
			good = simulate(intervals[i], losses[j],
			                (uint64_t)(millions * 1e6));
			failed += !good;
			printf("%sok %d - polling %g s, loss %g %%\n",
			       good ? "" : "not ", ++number, intervals[i],
			       losses[j] * 100);
		}
	return failed > 0;
}

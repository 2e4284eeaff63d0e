/* simulate - detection time and false alarms of the heartbeat, in invented
 * time, beside the arithmetic; as TAP.
 *
 *   simulate [MILLIONS]     heartbeats per line of the tables, in millions
 *
 * Each of 10,000 hosts sends every interval, give or take 5 %, and each datagram
 * is lost with the given probability: by itself, in bursts of so many datagrams, or in
 * bursts of so many seconds. In the end it dies somewhere between two heartbeats. A false
 * alarm is a host that was called down and then heard.
 */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "sflow/collector/members.h"
#include "tests/sflow/ways.h"

#define HOSTS 10000
#define YEAR_MS (365.25 * 86400000)
#define JITTER 0.05

struct outcome {
	double years;           /* of hosts */
	uint64_t alarms;        /* false ones */
	double detected[HOSTS]; /* seconds from death to "down" */
};

/* The life of one host, and its end. `misses` of 0: as many as its losses ask for. Returns
 * seconds until it is called down. */
static double
live(double interval_ms, struct way way, unsigned misses, uint64_t heartbeats,
     struct outcome *outcome)
{
	struct rhythm rhythm = {0};
	struct member member;
	double now = 0, heard = 0, death;
	uint32_t lost = 0;

	member_init(&member, way.loss, 0); /* others' loss is known */
	member.again = way.row > 1 ? 1 - 1.0 / way.row : 0;
	for (; heartbeats > 0; heartbeats--) {
		now += interval_ms * (1 + JITTER * (2 * uniform() - 1));
		if (way_loses(&way, now)) {
			lost++;
			continue;
		}
		outcome->alarms += now > (double)member_down_at(&member, misses);
		rhythm_learn(&rhythm, now - heard, lost);
		member_expect(&member, &rhythm);
		member_heard(&member, lost, (int64_t)now);
		member_polled(&member, lost);
		heard = now;
		lost = 0;
	}
	outcome->years += now / YEAR_MS;
	death = now + uniform() * interval_ms;
	return ((double)member_down_at(&member, misses) - death) / 1000;
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

static void
live_all(double interval_ms, struct way way, unsigned misses, uint64_t heartbeats,
         struct outcome *o)
{
	int i;

	o->years = 0;
	o->alarms = 0;
	for (i = 0; i < HOSTS; i++)
		o->detected[i] = live(interval_ms, way, misses, heartbeats / HOSTS, o);
	qsort(o->detected, HOSTS, sizeof(o->detected[0]), by_size);
}

static bool
simulate(double interval_s, double loss, uint64_t heartbeats)
{
	static struct outcome o;
	double interval_ms = interval_s * 1000;
	bool good;

	live_all(interval_ms, (struct way){.loss = loss, .row = 1}, 0, heartbeats, &o);
	good = agrees(&o, interval_ms, loss);
	printf("# %4.0f %6.1f %3u %9.1f %9.1f %9.1f %10.3g %10.3g %9.0f\n", interval_s,
	       loss * 100, misses_for_loss(loss), expected_detection(interval_ms, loss),
	       o.detected[HOSTS / 2], o.detected[HOSTS * 99 / 100],
	       expected_alarms(interval_ms, loss), (double)o.alarms / o.years, o.years);
	return good;
}

#define BURSTS_INTERVAL_MS 30000.0
#define ALARMS_MOST 0.1 /* per host and year */
#define DETECTED_MOST_S 300.0

/* One line of bursts at 30 s; what is wrong where m is chosen by the losses: NULL, nothing. */
static const char *
simulate_bursts(struct way way, unsigned misses, uint64_t heartbeats)
{
	static struct outcome o;
	double alarms;

	live_all(BURSTS_INTERVAL_MS, way, misses, heartbeats, &o);
	alarms = (double)o.alarms / o.years;
	if (misses == 0)
		printf("# auto");
	else
		printf("# %4u", misses);
	printf(" %9.1f %9.1f %10.3g %9.0f\n", o.detected[HOSTS / 2],
	       o.detected[HOSTS * 99 / 100], alarms, o.years);
	return o.detected[HOSTS * 99 / 100] > DETECTED_MOST_S ? "too late"
	       : alarms > ALARMS_MOST                         ? "too many alarms"
	                                                      : NULL;
}

/* Losses of 1 % that come in bursts: of three datagrams, with each m, and in time. */
static int
bursts(int number, uint64_t heartbeats)
{
	static const struct way in_a_row = {.loss = 0.01, .row = 3};
	static const struct way in_time = {.loss = 0.01, .mean_ms = 3000};
	const char *fault;
	int failed = 0;
	unsigned m;

	printf("# polling 30 s, 1 %% lost in bursts of three datagrams\n"
	       "#    m    median      99%%  alarms/host/year host-years\n");
	for (m = 2; m <= 30; m += m < 10 ? 1 : 5)
		simulate_bursts(in_a_row, m, heartbeats / 10);
	fault = simulate_bursts(in_a_row, 0, heartbeats);
	failed += fault != NULL;
	printf("%sok %d - 1 %% in bursts of three datagrams %s\n",
	       fault != NULL ? "not " : "", ++number, fault != NULL ? fault : "");
	printf("# polling 30 s, 1 %% of the time, in bursts of 3 s\n");
	fault = simulate_bursts(in_time, 0, heartbeats);
	failed += fault != NULL;
	printf("%sok %d - 1 %% of the time in bursts of 3 s %s\n",
	       fault != NULL ? "not " : "", ++number, fault != NULL ? fault : "");
	return failed;
}

int
main(int argc, char **argv)
{
	static const double intervals[] = {1, 10, 20, 30, 60, 300};
	static const double losses[] = {0, 0.001, 0.01, 0.05};
	double millions = argc > 1 ? strtod(argv[1], NULL) : 20;
	int failed = 0, number = 0, i, j;
	bool good;

	printf("1..26\n"
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
	failed += bursts(number, (uint64_t)(millions * 1e6));
	return failed > 0;
}

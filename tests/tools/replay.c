/* replay - what a collector says, in the course of time, while recorded traffic comes:
 * as lines of fields separated by tabs, for tests.
 *
 *   replay [-a] [-v] [-s SECONDS] FILE
 *
 * -a accepts all counters; -v makes virtual machines hosts of their own; SECONDS go on
 * after the last datagram (0). Times are milliseconds since the first datagram.
 *
 *   V  TIME  HOST  METRIC  TEXT   a value, as readers of XML see it
 *   E  TIME  TEXT                 an event, as the log has it
 *   H  HOST  up|down  METRICS     at the end, each host, and how many values it has
 *   S  NAME  NUMBER               at the end, what was counted
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gmond-module/deliveries.h"
#include "sflow/collector/collector.h"
#include "sflow/format.h"
#include "tests/tools/capture.h"

#define SECOND_MS 1000

struct replay {
	struct collector *c;
	struct deliveries deliveries;
	int64_t first_ms;
};

static void
print_value(const struct replay *r, const char *host,
            const struct store_reading *reading)
{
	char text[FORMAT_TEXT];

	if (reading->metric.type != STRING)
		format_number(&reading->metric, reading->number, text);
	printf("V\t%" PRId64 "\t%s\t%s\t%s\n", reading->heard_ms - r->first_ms, host,
	       reading->name, reading->metric.type == STRING ? reading->text : text);
}

/* All that is new: values that are the same again are so, too. */
static void
print_news(struct replay *r, int64_t now)
{
	struct store_reading readings[DELIVERIES_READ];
	struct store_host *host;
	struct store_info info;
	size_t n, i;

	while ((host = store_take(r->deliveries.feed)) != NULL) {
		store_host_info(host, &info);
		while (!info.gone &&
		       (n = deliveries_read(&r->deliveries, host, now, readings)) > 0)
			for (i = 0; i < n; i++)
				print_value(r, info.name, &readings[i]);
		store_done(r->deliveries.feed, host);
	}
}

static void
print_events(struct replay *r, int64_t now)
{
	struct event event;
	char text[EVENT_TEXT];

	while (collector_event(r->c, &event))
		printf("E\t%" PRId64 "\t%s\n", now - r->first_ms,
		       event_text(&event, text));
}

/* Passes the seconds from `now` on, up to and without `until`. */
static int64_t
pass(struct replay *r, int64_t now, int64_t until)
{
	for (; now < until; now += SECOND_MS) {
		collector_tick(r->c, now);
		print_events(r, now);
		print_news(r, now);
	}
	return now;
}

static void
print_end(struct replay *r, int64_t now)
{
	struct store *store = collector_store(r->c);
	struct store_walk walk = {0};
	struct store_state state;
	struct store_value value;
	struct store_look look;
	struct store_host *host;
	size_t values;

	while ((host = store_next(store, &walk, STORE_ANY_CLUSTER)) != NULL) {
		store_lock(host, &state);
		store_look(&look, host, now);
		for (values = 0; store_look_next(&look, &value); values++)
			;
		printf("H\t%s\t%s\t%zu\n", state.name, state.up ? "up" : "down",
		       values);
		store_unlock(host);
		store_release(host);
	}
}

static void
print_stats(const struct collector_stats *stats)
{
#define PRINT(member, ...) \
	printf("S\t%s\t%" PRIu64 "\n", #member, (uint64_t)stats->member);
	COLLECTOR_STATS(PRINT, PRINT)
}

static void
replay(struct replay *r, const struct capture *capture, int64_t end_s)
{
	int64_t now = capture->payloads[0].when_us / 1000, when = now;
	size_t i;

	r->first_ms = now;
	for (i = 0; i < capture->count; i++) {
		const struct capture_payload *p = &capture->payloads[i];

		if (p->when_us / 1000 > when)
			when = p->when_us / 1000;
		now = pass(r, now, when);
		collector_input(r->c, p->bytes, p->len, &p->from, when);
		print_events(r, when);
		print_news(r, when);
	}
	now = pass(r, now, when + end_s * SECOND_MS + 1);
	print_end(r, now);
	print_stats(collector_stats(r->c));
}

int
main(int argc, char **argv)
{
	struct collector_config config = collector_defaults;
	struct capture capture;
	char error[CAPTURE_ERROR];
	struct replay r;
	int64_t end_s = 0;
	int option;

	while ((option = getopt(argc, argv, "avs:")) != -1) {
		if (option == 'a')
			memset(config.accept, true, sizeof(config.accept));
		else if (option == 'v')
			config.vm = VM_HOST;
		else if (option == 's')
			end_s = strtoll(optarg, NULL, 10);
		else
			return 2;
	}
	if (optind + 1 != argc)
		return 2;
	if (capture_read(argv[optind], 0, &capture, error) != 0 || capture.count == 0) {
		fprintf(stderr, "replay: %s: %s\n", argv[optind], error);
		return 1;
	}
	r.c = collector_new(&config);
	if (r.c == NULL || !deliveries_open(&r.deliveries, collector_store(r.c)))
		return 1;
	collector_set_wall(r.c, 0);
	replay(&r, &capture, end_s);
	collector_free(r.c);
	capture_free(&capture);
	return 0;
}

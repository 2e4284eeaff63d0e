/* fuzz_collector - datagrams into a collector with small bounds; its store is read
 * as a publisher does. run.h says what an input is.
 */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/rules.h"
#include "tests/fuzz/run.h"

const char fuzz_name[] = "collector";

static void
check_reading(const struct run *r, const struct store_reading *reading)
{
	const struct metric *metric = &reading->metric;
	char text[TEXT_SIZE];

	rules_name(reading->name, STORE_NAME - 1);
	if (reading->describe) {
		rules_text(reading->title, STORE_NAME - 1);
		rules_text(reading->group, STORE_NAME - 1);
	}
	if (metric->type == STRING) {
		rules_text(reading->text, TEXT_SIZE - 1);
		snprintf(text, sizeof(text), metric->format, reading->text);
	} else {
		rules_number(metric, reading->number);
		run_check_rate(metric, reading->name, reading->number);
	}
	if (reading->tmax_s < 60 || reading->dmax_s < 600 || reading->heard_ms > r->now)
		fuzz_broken("a reading lives long enough", reading->name);
}

static void
publish_host(struct run *r, struct store_host *host)
{
	struct store_reading readings[DELIVERIES_READ];
	struct store_info info;
	size_t i, n, metrics = 0;

	store_host_info(host, &info);
	rules_name(info.name, TEXT_SIZE - 1);
	rules_name(info.key, TEXT_SIZE - 1);
	if ((r->options & OPTION_FORGET) != 0)
		store_news_again(r->feed, host);
	while (!info.gone &&
	       (n = deliveries_read(&r->deliveries, host, r->now, readings)) > 0) {
		for (i = 0; i < n; i++)
			check_reading(r, &readings[i]);
		metrics += n;
	}
	if (metrics > r->config.max_metrics)
		fuzz_broken("metrics of a host are bounded", info.name);
	if (!info.gone && (r->options & OPTION_LAZY) != 0 && r->taken++ % 2 == 0)
		store_again(r->feed, host);
	else
		store_done(r->feed, host);
}

static void
publish(struct run *r)
{
	size_t waiting = store_waiting(r->feed);
	struct store_host *host;

	while (waiting-- > 0 && (host = store_take(r->feed)) != NULL)
		publish_host(r, host);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;
	struct run r;

	if (size == 0)
		return 0;
	run_configure(&r, *data++);
	run_begin(&r);
	if (!deliveries_open(&r.deliveries, collector_store(r.c)))
		abort();
	r.feed = r.deliveries.feed;
	while (run_next(&r, &data, end)) {
		publish(&r);
		run_drain(&r);
	}
	collector_tick(r.c, r.now + INT64_C(200000000));
	r.now += INT64_C(200000000);
	publish(&r);
	collector_free(r.c);
	return 0;
}

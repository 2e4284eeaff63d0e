/* The truncation sweep: datagrams of every recording, cut at every length, each
 * in a heap block of exactly that size, so that ASan sees whatever is read
 * beyond the end. Each cut comes twice: as it is, so that its lengths lie, and
 * with the lengths of the sample and record that were cut made true, so that
 * short records come as far as they can. */
#include "tests/sflow/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "gmond-module/deliveries.h"
#include "sflow/collector/collector.h"
#include "sflow/wire/datagram.h"
#include "tests/tools/capture.h"

#define WALL_MS INT64_C(1600000000000)

struct sweep {
	struct collector *c;
	struct deliveries deliveries;
	int64_t now;
	uint64_t taken, failed, inputs;
};

static void
put_word(uint8_t *at, size_t word)
{
	at[0] = (uint8_t)(word >> 24);
	at[1] = (uint8_t)(word >> 16);
	at[2] = (uint8_t)(word >> 8);
	at[3] = (uint8_t)word;
}

/* Where the cut goes through a block that begins at `at`, behind its length,
 * makes the length true. */
static void
close_block(uint8_t *cut, size_t len, size_t at, size_t end)
{
	if (at <= len && len < end)
		put_word(cut + at - 4, len - at);
}

static void
close_blocks(uint8_t *cut, size_t len, const struct capture_payload *p)
{
	struct datagram d;
	struct sample s;
	struct record r;
	size_t start, end;

	if (datagram_open(&d, p->bytes, p->len) != 0)
		return;
	for (start = (size_t)(d.body.at - p->bytes); datagram_sample(&d, &s) > 0;
	     start = end) {
		end = (size_t)(d.body.at - p->bytes);
		close_block(cut, len, start + 8, end);
		while (s.kind != SAMPLE_OTHER && sample_record(&s, &r) > 0)
			close_block(cut, len, (size_t)(r.body.at - p->bytes),
			            (size_t)(r.body.end - p->bytes));
	}
}

/* As if it were the next one, and no duplicate: its sequence number and uptime
 * stand before the number of samples. */
static void
make_next(struct sweep *sweep, uint8_t *cut, size_t len,
          const struct capture_payload *p)
{
	struct datagram d;
	size_t header;

	if (datagram_open(&d, p->bytes, p->len) != 0)
		return;
	header = (size_t)(d.body.at - p->bytes);
	if (len < header)
		return;
	put_word(cut + header - 12, sweep->inputs);
	put_word(cut + header - 8, (size_t)sweep->now);
}

/* What is not DATAGRAM_SHORT and the like was taken, at least in part. */
static void
input_cut(struct sweep *sweep, const struct capture_payload *p, size_t len, bool closed)
{
	struct address from = {.type = ADDRESS_IPV4, .bytes = {192, 0, 2, 1}};
	uint8_t *block = malloc(len > 0 ? len : 1);
	int result;

	memcpy(block, p->bytes, len);
	sweep->inputs++;
	sweep->now += 200;
	make_next(sweep, block, len, p);
	if (closed)
		close_blocks(block, len, p);
	result = collector_input(sweep->c, len > 0 ? block : block + 1, len, &from,
	                         sweep->now);
	free(block);
	sweep->taken += result == 0 || result == DATAGRAM_SAMPLE;
	sweep->failed += result == DATAGRAM_SHORT || result == DATAGRAM_VERSION ||
	                 result == DATAGRAM_ADDRESS;
}

static void
cut_at_every_length(struct sweep *sweep, const struct capture_payload *p)
{
	size_t len;

	for (len = 0; len <= p->len; len++) {
		input_cut(sweep, p, len, false);
		input_cut(sweep, p, len, true);
	}
	collector_tick(sweep->c, sweep->now += 1000);
}

/* A publisher reads what came of it, so that this is looked at, too. */
static void
publish(struct sweep *sweep)
{
	static struct store_reading readings[DELIVERIES_READ];
	struct store_host *host;
	size_t i, n;

	while ((host = store_take(sweep->deliveries.feed)) != NULL) {
		while ((n = deliveries_read(&sweep->deliveries, host, sweep->now,
		                            readings)) > 0)
			for (i = 0; i < n; i++)
				assert_true(readings[i].metric.type == STRING ||
				            isfinite(readings[i].number));
		store_done(sweep->deliveries.feed, host);
	}
}

static void
check_statistics(const struct sweep *sweep)
{
	const struct collector_stats *s = collector_stats(sweep->c);

	assert_true(sweep->taken + sweep->failed == sweep->inputs);
	assert_true(s->datagrams == sweep->taken);
	assert_true(s->malformed >= sweep->failed);
	assert_int_equal(s->not_allowed, 0);
	assert_in_range(s->agents, 1, 64);
	assert_true(s->samples > sweep->taken / 8);
	assert_true(s->stale < s->samples / 8);
}

static void
sweep_capture(const char *path)
{
	struct sweep sweep = {.now = 1000000};
	struct capture capture;
	char error[CAPTURE_ERROR];
	size_t i;

	if (capture_read(path, 0, &capture, error) != 0)
		fail_msg("%s: %s", path, error);
	assert_int_not_equal(capture.count, 0);
	sweep.c = collector_new(&collector_defaults);
	assert_non_null(sweep.c);
	assert_true(deliveries_open(&sweep.deliveries, collector_store(sweep.c)));
	collector_set_wall(sweep.c, WALL_MS);
	for (i = 0; i < capture.count; i++) {
		cut_at_every_length(&sweep, &capture.payloads[i]);
		publish(&sweep);
	}
	check_statistics(&sweep);
	collector_free(sweep.c);
	capture_free(&capture);
}

static int
is_pcap(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 5 && strcmp(entry->d_name + len - 5, ".pcap") == 0;
}

static void
no_cut_is_read_beyond(void **state)
{
	const char *top = getenv("abs_top_srcdir");
	char folder[2048], path[4096];
	struct dirent **entries;
	int i, count;

	(void)state;
	snprintf(folder, sizeof(folder), "%s/tests/captures", top == NULL ? "." : top);
	count = scandir(folder, &entries, is_pcap, alphasort);
	assert_in_range(count, 1, 1000);
	for (i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		sweep_capture(path);
		free(entries[i]);
	}
	free(entries);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_cut_is_read_beyond),
	};

	return cmocka_run_group_tests_name("sweep", tests, NULL, NULL);
}

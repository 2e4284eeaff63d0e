#include "tests/sflow/unit.h"

#include <stdlib.h>

#include "sflow/wire/datagram.h"
#include "tests/sflow/wire.h"

#define AGENT "10.80.0.1"

/* A datagram with one sample of tag `tag` that holds `records` records of four
 * bytes, tagged 1, 2, ... */
static void
build(struct wire *w, const char *agent, uint32_t tag, uint32_t records)
{
	uint32_t i;

	wire_datagram_begin(w, agent, 100000, 7, 8000);
	wire_sample_begin(w, tag, 9, 2, 1);
	for (i = 1; i <= records; i++) {
		wire_record_begin(w, i);
		wire_u32(w, 0xabcd0000u + i);
		wire_record_end(w);
	}
	wire_sample_end(w);
	wire_datagram_end(w);
}

static int
open_wire(struct datagram *d, const struct wire *w)
{
	return datagram_open(d, w->bytes, w->len);
}

static void
header_is_read(void **state)
{
	static const char *const agents[] = {AGENT, "fd80::4"};
	struct address expected;
	struct datagram d;
	struct wire w;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(agents); i++) {
		build(&w, agents[i], WIRE_COUNTERS, 0);
		assert_int_equal(open_wire(&d, &w), 0);
		assert_int_equal(address_parse(agents[i], &expected), 0);
		assert_memory_equal(&d.agent, &expected, sizeof(expected));
		assert_int_equal(d.sub_agent, 100000);
		assert_int_equal(d.sequence, 7);
		assert_int_equal(d.uptime_ms, 8000);
		assert_int_equal(d.samples, 1);
	}
}

static void
every_short_header_is_refused(void **state)
{
	static const char *const agents[] = {AGENT, "fd80::4"};
	static const size_t headers[] = {28, 40};
	struct datagram d;
	struct wire w;
	size_t i, len;

	(void)state;
	for (i = 0; i < COUNT_OF(agents); i++) {
		build(&w, agents[i], WIRE_COUNTERS, 1);
		for (len = 0; len < headers[i]; len++) {
			uint8_t *cut = malloc(len + 1); /* for ASan */

			memcpy(cut + 1, w.bytes, len);
			assert_int_equal(datagram_open(&d, cut + 1, len),
			                 DATAGRAM_SHORT);
			free(cut);
		}
		assert_int_equal(datagram_open(&d, w.bytes, headers[i]), 0);
	}
}

static void
other_versions_are_refused(void **state)
{
	static const uint32_t versions[] = {0, 2, 4, 6, 0x05000000, 0xffffffff};
	struct datagram d;
	struct wire w;
	size_t i;

	(void)state;
	build(&w, AGENT, WIRE_COUNTERS, 0);
	for (i = 0; i < COUNT_OF(versions); i++) {
		wire_patch(&w, 0, versions[i]);
		assert_int_equal(open_wire(&d, &w), DATAGRAM_VERSION);
	}
}

static void
other_addresses_are_refused(void **state)
{
	static const uint32_t types[] = {3, 256, 0x01000000, 0xffffffff};
	struct datagram d;
	struct wire w;
	size_t i;

	(void)state;
	build(&w, AGENT, WIRE_COUNTERS, 0);
	for (i = 0; i < COUNT_OF(types); i++) {
		wire_patch(&w, 4, types[i]);
		assert_int_equal(open_wire(&d, &w), DATAGRAM_ADDRESS);
	}
}

static void
samples_of_all_kinds(void **state)
{
	static const enum sample_kind kinds[] = {
	    SAMPLE_OTHER, SAMPLE_FLOW, SAMPLE_COUNTERS, SAMPLE_FLOW, SAMPLE_COUNTERS};
	struct datagram d;
	struct sample s;
	struct record r;
	struct wire w;
	uint32_t tag;

	(void)state;
	for (tag = WIRE_FLOW; tag <= WIRE_COUNTERS_EXPANDED; tag++) {
		build(&w, AGENT, tag, 2);
		assert_int_equal(open_wire(&d, &w), 0);
		assert_int_equal(datagram_sample(&d, &s), 1);
		assert_int_equal(s.tag, tag);
		assert_int_equal(s.kind, kinds[tag]);
		assert_int_equal(s.sequence, 9);
		assert_int_equal(s.source.class, 2);
		assert_int_equal(s.source.index, 1);
		assert_int_equal(s.records, 2);
		assert_int_equal(sample_record(&s, &r), 1);
		assert_int_equal(sample_record(&s, &r), 1);
		assert_int_equal(r.tag, 2);
		assert_int_equal(cursor_left(&r.body), 4);
		assert_int_equal(cursor_u32(&r.body), 0xabcd0002);
		assert_int_equal(sample_record(&s, &r), 0);
		assert_int_equal(datagram_sample(&d, &s), 0);
	}
}

static void
source_ids_are_split(void **state)
{
	struct datagram d;
	struct sample s;
	struct wire w;

	(void)state;
	wire_datagram_begin(&w, AGENT, 0, 1, 1);
	wire_sample_begin(&w, WIRE_COUNTERS, 1, 3, 0xfffffe);
	wire_sample_end(&w);
	wire_sample_begin(&w, WIRE_COUNTERS_EXPANDED, 1, 3, 0xfffffffe);
	wire_sample_end(&w);
	wire_datagram_end(&w);
	assert_int_equal(open_wire(&d, &w), 0);
	assert_int_equal(datagram_sample(&d, &s), 1);
	assert_int_equal(s.source.class, 3);
	assert_int_equal(s.source.index, 0xfffffe);
	assert_int_equal(datagram_sample(&d, &s), 1);
	assert_int_equal(s.source.class, 3);
	assert_int_equal(s.source.index, 0xfffffffe);
}

/* The sample's bytes end before its own header does. */
static void
short_sample_headers_fail(void **state)
{
	static const uint32_t headers[] = {0, 32, 12, 44, 16};
	struct datagram d;
	struct sample s;
	struct record r;
	struct wire w;
	uint32_t tag, len;

	(void)state;
	for (tag = WIRE_FLOW; tag <= WIRE_COUNTERS_EXPANDED; tag++)
		for (len = 0; len <= headers[tag]; len += 4) {
			build(&w, AGENT, tag, 1);
			wire_patch(&w, w.sample_at, len);
			assert_int_equal(open_wire(&d, &w), 0);
			assert_int_equal(datagram_sample(&d, &s), 1);
			assert_int_equal(s.body.failed, len < headers[tag]);
			assert_true(sample_record(&s, &r) <= 0);
		}
}

static void
sample_beyond_the_end(void **state)
{
	static const uint32_t lies[] = {1, 4, 0x7fffffff, 0xffffff00};
	struct datagram d;
	struct sample s;
	struct wire w;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(lies); i++) {
		build(&w, AGENT, WIRE_COUNTERS, 1);
		wire_patch(&w, w.sample_at,
		           (uint32_t)(w.len - w.sample_at - 4) + lies[i]);
		assert_int_equal(open_wire(&d, &w), 0);
		assert_int_equal(datagram_sample(&d, &s), DATAGRAM_SAMPLE);
		assert_int_equal(datagram_sample(&d, &s), 0);
	}
}

static void
sample_count_lies(void **state)
{
	struct datagram d;
	struct sample s;
	struct wire w;

	(void)state;
	build(&w, AGENT, WIRE_COUNTERS, 1);
	wire_patch(&w, w.samples_at, 0xffffffff);
	assert_int_equal(open_wire(&d, &w), 0);
	assert_int_equal(datagram_sample(&d, &s), 1);
	assert_int_equal(datagram_sample(&d, &s), DATAGRAM_SAMPLE);
	assert_int_equal(datagram_sample(&d, &s), 0);
	wire_patch(&w, w.samples_at, 0);
	assert_int_equal(open_wire(&d, &w), 0);
	assert_int_equal(datagram_sample(&d, &s), 0);
}

static void
record_beyond_its_sample(void **state)
{
	struct datagram d;
	struct sample s;
	struct record r;
	struct wire w;

	(void)state;
	build(&w, AGENT, WIRE_COUNTERS, 2);
	wire_patch(&w, w.record_at, 5);
	wire_u64(&w, 0); /* more of the datagram, which is not the sample's */
	assert_int_equal(open_wire(&d, &w), 0);
	assert_int_equal(datagram_sample(&d, &s), 1);
	assert_int_equal(sample_record(&s, &r), 1);
	assert_int_equal(sample_record(&s, &r), DATAGRAM_RECORD);
	assert_int_equal(sample_record(&s, &r), 0);
}

static void
record_count_lies(void **state)
{
	struct datagram d;
	struct sample s;
	struct record r;
	struct wire w;

	(void)state;
	build(&w, AGENT, WIRE_COUNTERS, 1);
	wire_patch(&w, w.records_at, 2);
	assert_int_equal(open_wire(&d, &w), 0);
	assert_int_equal(datagram_sample(&d, &s), 1);
	assert_int_equal(sample_record(&s, &r), 1);
	assert_int_equal(sample_record(&s, &r), DATAGRAM_RECORD);
}

/* An unknown sample, one with a bad record, and then a good one. */
static void
build_mixed(struct wire *w)
{
	wire_datagram_begin(w, AGENT, 0, 1, 1);
	wire_sample_begin(w, SFLOW_TAG(4300, 1002), 0, 0, 0);
	wire_bytes(w, "twelve bytes", 12);
	wire_sample_end(w);
	wire_sample_begin(w, WIRE_COUNTERS, 1, 2, 1);
	wire_zeros(w, 2003, 68);
	wire_patch(w, w->record_at, 0x7fffffff);
	wire_sample_end(w);
	wire_sample_begin(w, WIRE_COUNTERS, 5, 2, 2);
	wire_zeros(w, 2006, 40);
	wire_sample_end(w);
	wire_datagram_end(w);
}

static void
bad_sample_does_not_lose_the_next(void **state)
{
	struct datagram d;
	struct sample s;
	struct record r;
	struct wire w;

	(void)state;
	build_mixed(&w);
	assert_int_equal(open_wire(&d, &w), 0);
	assert_int_equal(datagram_sample(&d, &s), 1);
	assert_int_equal(s.kind, SAMPLE_OTHER);
	assert_int_equal(s.tag, SFLOW_TAG(4300, 1002));
	assert_int_equal(sample_record(&s, &r), 0);
	assert_int_equal(datagram_sample(&d, &s), 1);
	assert_int_equal(sample_record(&s, &r), DATAGRAM_RECORD);
	assert_int_equal(datagram_sample(&d, &s), 1);
	assert_int_equal(s.sequence, 5);
	assert_int_equal(sample_record(&s, &r), 1);
	assert_int_equal(r.tag, 2006);
	assert_int_equal(cursor_left(&r.body), 40);
	assert_int_equal(datagram_sample(&d, &s), 0);
}

static void
every_error_has_a_text(void **state)
{
	int error;

	(void)state;
	for (error = DATAGRAM_RECORD; error <= 0; error++)
		assert_string_not_equal(datagram_error_text(error), "unknown");
	assert_string_equal(datagram_error_text(-100), "unknown");
	assert_string_equal(datagram_error_text(1), "unknown");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(header_is_read),
	    cmocka_unit_test(every_short_header_is_refused),
	    cmocka_unit_test(other_versions_are_refused),
	    cmocka_unit_test(other_addresses_are_refused),
	    cmocka_unit_test(samples_of_all_kinds),
	    cmocka_unit_test(source_ids_are_split),
	    cmocka_unit_test(short_sample_headers_fail),
	    cmocka_unit_test(sample_beyond_the_end),
	    cmocka_unit_test(sample_count_lies),
	    cmocka_unit_test(record_beyond_its_sample),
	    cmocka_unit_test(record_count_lies),
	    cmocka_unit_test(bad_sample_does_not_lose_the_next),
	    cmocka_unit_test(every_error_has_a_text),
	};

	return cmocka_run_group_tests_name("datagram", tests, NULL, NULL);
}

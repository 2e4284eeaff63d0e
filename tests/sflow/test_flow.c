/* The rules of struct flow; check-flows.py compares all fields of recorded and changed
 * samples with an extraction of its own. */
#include "tests/sflow/unit.h"

#include "sflow/traffic/fields.h"
#include "tests/sflow/wire.h"

#define PACKET 0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6, 0, 0
#define ADDRESSES 192, 0, 2, 1, 192, 0, 2, 2
#define TCP 0x1f, 0x90, 0, 80, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x12, 0, 0, 0, 0, 0, 0

static const uint8_t frame[] = {2, 0, 0, 0, 0, 1,      2,         0,  0,
                                0, 0, 2, 8, 0, PACKET, ADDRESSES, TCP};

/* A datagram with one sample: begin(), its records, flow_of(). */
static struct wire w;

static void
begin(uint32_t tag)
{
	wire_datagram_begin(&w, "192.0.2.9", 0, 1, 1000);
	wire_sample_begin(&w, tag, 7, 0, 3);
}

static struct flow
flow_of(void)
{
	struct datagram d;
	struct sample s;
	struct flow flow;

	wire_sample_end(&w);
	wire_datagram_end(&w);
	assert_int_equal(datagram_open(&d, w.bytes, w.len), 0);
	assert_int_equal(datagram_sample(&d, &s), 1);
	assert_true(flow_read(&s, &flow));
	return flow;
}

static void
header(uint32_t length, uint32_t stripped)
{
	wire_record_begin(&w, 1);
	wire_u32(&w, 1);
	wire_u32(&w, length);
	wire_u32(&w, stripped);
	wire_opaque(&w, frame, sizeof(frame));
	wire_record_end(&w);
}

static void
ethernet(uint32_t length)
{
	static const uint8_t macs[16] = {2, 0, 0, 0, 0, 3, 0, 0, 2, 0, 0, 0, 0, 4};

	wire_record_begin(&w, 2);
	wire_u32(&w, length);
	wire_bytes(&w, macs, sizeof(macs));
	wire_u32(&w, 0x800);
	wire_record_end(&w);
}

static void
ipv4(uint32_t length, uint32_t protocol)
{
	wire_record_begin(&w, 3);
	wire_u32(&w, length);
	wire_u32(&w, protocol);
	wire_bytes(&w, (uint8_t[]){10, 0, 0, 1, 10, 0, 0, 2}, 8);
	wire_u32(&w, 1234);
	wire_u32(&w, 53);
	wire_u32(&w, 0x10);
	wire_u32(&w, 4);
	wire_record_end(&w);
}

static void
what_the_sample_says(void **state)
{
	static const uint32_t tags[] = {WIRE_FLOW, WIRE_FLOW_EXPANDED};
	struct flow f;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(tags); i++) {
		begin(tags[i]);
		header(64, 4);
		f = flow_of();
		assert_int_equal(f.kind, FLOW_PACKET);
		assert_int_equal(f.sequence, 7);
		assert_int_equal(f.source.class, 0);
		assert_int_equal(f.source.index, 3);
		assert_int_equal(f.rate, 400);
		assert_int_equal(f.pool, 4000);
		assert_int_equal(f.output.format, INTERFACE_SINGLE);
		assert_int_equal(f.output.value, 1 + i);
		assert_int_equal(f.frame, 64);
		assert_int_equal(f.stripped, 4);
		assert_int_equal(f.packet.src_port, 8080);
		assert_int_equal(f.tunnels, 0);
		assert_ptr_equal(flow_packet(&f), &f.packet);
	}
}

/* The frame's length where records give these; 0: there is none. */
static uint32_t
frame_of(uint32_t of_header, uint32_t of_ethernet, uint32_t of_ip)
{
	struct flow f;

	begin(WIRE_FLOW);
	if (of_ip != 0)
		ipv4(of_ip, 17);
	if (of_header != 0)
		header(of_header, 4);
	if (of_ethernet != 0)
		ethernet(of_ethernet);
	f = flow_of();
	assert_int_equal((f.has & FLOW_HAS_FRAME) != 0, f.frame != 0);
	return f.frame;
}

static void
the_longest_of_true_lengths(void **state)
{
	(void)state;
	assert_int_equal(frame_of(200, 200, 182), 200);
	assert_int_equal(frame_of(54, 200, 182), 200); /* the header's own length */
	assert_int_equal(frame_of(54, 0, 182), 200);
	assert_int_equal(frame_of(0, 0, 182), 200);
	assert_int_equal(frame_of(65230, 0, 65212), 65230);
	assert_int_equal(frame_of(0, 0, 0), 0);
	assert_int_equal(frame_of(UINT32_MAX, 0, 0), 0);
	assert_int_equal(frame_of(UINT32_MAX, 0, 182), 200);
	assert_int_equal(frame_of(FLOW_FRAME_MOST, 0, 0), FLOW_FRAME_MOST);
	assert_int_equal(frame_of(FLOW_FRAME_MOST + 1, UINT32_MAX, UINT32_MAX - 8), 0);
}

/* Who sends a packet writes its lengths: the frame above says 40 in it. */
static void
lengths_in_the_packet_are_not_believed(void **state)
{
	struct flow f;

	(void)state;
	begin(WIRE_FLOW);
	header(30, 0);
	f = flow_of();
	assert_int_equal(f.packet.length, 40);
	assert_int_equal(f.frame, 30);
}

static void
the_header_says_more_than_records(void **state)
{
	struct flow f;

	(void)state;
	begin(WIRE_FLOW);
	ipv4(100, 17);
	ethernet(118);
	header(118, 4);
	f = flow_of();
	assert_int_equal(f.packet.src.bytes[0], 192);
	assert_int_equal(f.packet.dst_mac[5], 1);
	begin(WIRE_FLOW);
	ipv4(100, 17);
	ethernet(118);
	f = flow_of();
	assert_int_equal(f.packet.src.bytes[0], 10);
	assert_int_equal(f.packet.src_mac[5], 3);
	assert_int_equal(f.packet.dst_port, 53);
	assert_int_equal(f.packet.parts & PACKET_TCP_FLAGS, 0);
	begin(WIRE_FLOW);
	ipv4(100, 1); /* which has no ports */
	f = flow_of();
	assert_int_equal(f.packet.parts, PACKET_IPV4 | PACKET_PROTOCOL);
	assert_int_equal(f.packet.src_port, 0);
}

static void
rate_0_is_unknown(void **state)
{
	struct flow f;

	(void)state;
	begin(WIRE_FLOW);
	wire_patch(&w, w.records_at - 20, 0);
	header(64, 4);
	f = flow_of();
	assert_int_equal(f.rate, 0);
}

static void
ports_that_are_none(void **state)
{
	static const struct {
		uint32_t interface;
		bool is_port;
	} table[] = {{1, true},           {0x3ffffffe, true},  {0, false},
	             {0x3fffffff, false}, {0x80000003, false}, {0x40000107, false}};
	struct flow_value v;
	struct flow f;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(table); i++) {
		begin(WIRE_FLOW);
		wire_patch(&w, w.records_at - 8, table[i].interface);
		header(64, 4);
		f = flow_of();
		assert_int_equal(flow_field_get(&f, FLOW_FIELD_in_port, &v),
		                 table[i].is_port);
		if (table[i].is_port)
			assert_int_equal(v.number, table[i].interface);
	}
	assert_int_equal(f.input.format, INTERFACE_DISCARDED);
	assert_int_equal(f.input.value, 263);
}

static void
discarded(uint32_t output)
{
	wire_datagram_begin(&w, "192.0.2.9", 0, 1, 1000);
	wire_sample_begin(&w, 5, 0, 0, 0);
	wire_u32(&w, 9); /* sequence */
	wire_u32(&w, 0);
	wire_u32(&w, 4);
	wire_u32(&w, 17);
	wire_u32(&w, 4);
	wire_u32(&w, output);
	wire_u32(&w, 258); /* acl */
	wire_u32(&w, 1);
}

static void
each_discarded_packet_is_told(void **state)
{
	struct flow f;

	(void)state;
	discarded(0x80000002);
	header(64, 4);
	f = flow_of();
	assert_int_equal(f.kind, FLOW_DISCARDED);
	assert_int_equal(f.rate, 1);
	assert_int_equal(f.drops, 17);
	assert_int_equal(f.reason, 258);
	assert_int_equal(f.input.value, 4);
	assert_int_equal(f.output.format, INTERFACE_MULTIPLE);
	assert_int_equal(f.output.value, 2);
	assert_int_equal(f.packet.dst_port, 80);
}

static void
router(size_t len)
{
	static const uint8_t record[16] = {[3] = 1, 10, 0, 0, 9, [11] = 24, [15] = 16};

	wire_record_begin(&w, 1002);
	wire_bytes(&w, record, len);
	wire_record_end(&w);
}

/* What is short leaves nothing, nor does it take away what is whole. */
static void
the_first_whole_record_counts(void **state)
{
	struct flow f;

	(void)state;
	begin(WIRE_FLOW);
	router(12);
	f = flow_of();
	assert_int_equal(f.has & FLOW_HAS_ROUTER, 0);
	assert_int_equal(f.router.nexthop.type, 0);
	begin(WIRE_FLOW);
	router(12);
	router(16);
	router(12);
	f = flow_of();
	assert_int_equal(f.has & FLOW_HAS_ROUTER, FLOW_HAS_ROUTER);
	assert_int_equal(f.router.src_mask, 24);
	assert_int_equal(f.router.dst_mask, 16);
}

static void
the_vlan_of_the_device(void **state)
{
	static const uint32_t said[] = {10, 0, UINT32_MAX, 5000};
	static const uint32_t expected[] = {10, 0, UINT32_MAX, UINT32_MAX};
	struct flow f;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(said); i++) {
		begin(WIRE_FLOW);
		header(64, 4);
		wire_record_begin(&w, 1001);
		wire_u32(&w, said[i]);
		wire_u64(&w, 0);
		wire_u32(&w, 0);
		wire_record_end(&w);
		f = flow_of();
		assert_int_equal(flow_vlan(&f), expected[i]);
	}
}

static void
transactions_have_no_frame(void **state)
{
	struct flow_value v;
	struct flow f;

	(void)state;
	begin(WIRE_FLOW);
	wire_record_begin(&w, 2200);
	wire_u32(&w, 1);
	wire_u32(&w, 7);
	wire_string(&w, "a<key>");
	wire_u64(&w, 0);
	wire_u64(&w, 0);
	wire_record_end(&w);
	f = flow_of();
	assert_int_equal(f.kind, FLOW_TRANSACTION);
	assert_int_equal(f.has, FLOW_HAS_MEMCACHE);
	assert_true(flow_field_get(&f, FLOW_FIELD_memcache_key, &v));
	assert_int_equal(v.type, FLOW_TYPE_TEXT);
	assert_int_equal(v.len, 6);
	assert_memory_equal(v.bytes, "a<key>", 6);
}

static void
counters_are_no_flow(void **state)
{
	struct datagram d;
	struct sample s;
	struct flow flow;

	(void)state;
	begin(WIRE_COUNTERS);
	wire_sample_end(&w);
	wire_datagram_end(&w);
	assert_int_equal(datagram_open(&d, w.bytes, w.len), 0);
	assert_int_equal(datagram_sample(&d, &s), 1);
	assert_false(flow_read(&s, &flow));
}

static void
fields_have_names(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < FLOW_FIELD_COUNT; i++)
		assert_int_equal(flow_field_find(flow_field_name((enum flow_field)i)),
		                 i);
	assert_int_equal(flow_field_find("source"), FLOW_FIELD_COUNT);
	assert_int_equal(flow_field_type(FLOW_FIELD_src), FLOW_TYPE_ADDRESS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_the_sample_says),
	    cmocka_unit_test(the_longest_of_true_lengths),
	    cmocka_unit_test(lengths_in_the_packet_are_not_believed),
	    cmocka_unit_test(the_header_says_more_than_records),
	    cmocka_unit_test(rate_0_is_unknown),
	    cmocka_unit_test(ports_that_are_none),
	    cmocka_unit_test(each_discarded_packet_is_told),
	    cmocka_unit_test(the_first_whole_record_counts),
	    cmocka_unit_test(the_vlan_of_the_device),
	    cmocka_unit_test(transactions_have_no_frame),
	    cmocka_unit_test(counters_are_no_flow),
	    cmocka_unit_test(fields_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What --decode prints of datagrams made here, word for word; check-decode.py looks
 * at recorded ones. */
#include "tests/sflow/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "sflow/wire/flows.h"
#include "tests/sflow/wire.h"
#include "tools/sflowget/decode.h"

#define WHEN 1795442362049LL
#define HEAD(length_) \
	"datagram " length_ " bytes at 2026-11-23T13:59:22.049Z\n" \
	"  datagram.version 5\n" \
	"  datagram.agent_address 192.0.2.1\n" \
	"  datagram.sub_agent_id 7\n" \
	"  datagram.sequence_number 100\n" \
	"  datagram.uptime 5000\n"
#define COUNTERS(length_, records_) \
	"  counters_sample 0:2 " length_ " bytes\n" \
	"    counters_sample.sequence_number 1\n" \
	"    counters_sample.source_id 2:1\n" \
	"    counters_sample.counters " records_ "\n"

static char *printed;

/* What is printed of these bytes, in memory of their own. */
static const char *
print(const void *bytes, size_t len, bool json, int expected)
{
	uint8_t *copy = malloc(len + 1);
	size_t size;
	FILE *out;
	struct decode *d;

	free(printed);
	out = open_memstream(&printed, &size);
	d = decode_new(out, json);
	assert_non_null(copy);
	assert_non_null(d);
	memcpy(copy + 1, bytes, len);
	assert_int_equal(decode_datagram(d, copy + 1, len, NULL, WHEN), expected);
	decode_free(d);
	fclose(out);
	free(copy);
	return printed;
}

#define TEXT_OF(w_) print((w_).bytes, (w_).len, false, 0)
#define JSON_OF(w_) print((w_).bytes, (w_).len, true, 0)

static void
begin(struct wire *w)
{
	wire_datagram_begin(w, "192.0.2.1", 7, 100, 5000);
}

static void
begin_record(struct wire *w, uint32_t sample, uint32_t tag)
{
	begin(w);
	wire_sample_begin(w, sample, 1, 2, 1);
	wire_record_begin(w, tag);
}

static void
end_record(struct wire *w)
{
	wire_record_end(w);
	wire_sample_end(w);
	wire_datagram_end(w);
}

static void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("%s\nis not in\n%s", part, text);
}

static void
assert_has_not(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("%s\nis in\n%s", part, text);
}

static void
datagram_without_samples(void **state)
{
	struct address from = {.type = ADDRESS_IPV4, .bytes = {203, 0, 113, 9}};
	struct decode *d;
	struct wire w;
	size_t size;
	FILE *out;

	(void)state;
	begin(&w);
	wire_datagram_end(&w);
	assert_string_equal(TEXT_OF(w), HEAD("28") "  datagram.samples 0\n");
	assert_string_equal(
	    JSON_OF(w),
	    "{\"time\":\"2026-11-23T13:59:22.049Z\",\"length\":28,\"fields\":{"
	    "\"version\":5,\"agent_address\":\"192.0.2.1\",\"sub_agent_id\":7,"
	    "\"sequence_number\":100,\"uptime\":5000,\"samples\":0},"
	    "\"samples\":[]}\n");
	free(printed);
	out = open_memstream(&printed, &size);
	d = decode_new(out, false);
	assert_int_equal(decode_datagram(d, w.bytes, w.len, &from, -1), 0);
	decode_free(d);
	fclose(out);
	assert_has(printed, "datagram 28 bytes from 203.0.113.9 at "
	                    "1969-12-31T23:59:59.999Z\n");
}

static void
unknown_ones_are_bytes(void **state)
{
	struct wire w;

	(void)state;
	begin_record(&w, WIRE_COUNTERS, SFLOW_TAG(43874, 1));
	wire_u64(&w, 0x100000002);
	wire_record_end(&w);
	wire_record_begin(&w, 999);
	wire_record_end(&w);
	wire_sample_end(&w);
	wire_sample_begin(&w, SFLOW_TAG(8800, 2), 0, 0, 0);
	wire_bytes(&w, "\1\2\3\4", 4);
	wire_sample_end(&w);
	wire_datagram_end(&w);
	/* clang-format off */
	assert_string_equal(TEXT_OF(w),
	                    HEAD("84") "  datagram.samples 2\n"
	                    COUNTERS("36", "2")
	                    "    unknown 43874:1 8 bytes\n"
	                    "      rest 8 bytes 0000000100000002\n"
	                    "    unknown 0:999 0 bytes\n"
	                    "  unknown 8800:2 4 bytes\n"
	                    "    rest 4 bytes 01020304\n");
	/* clang-format on */
	assert_has(JSON_OF(w), "{\"format\":\"43874:1\",\"length\":8,"
	                       "\"rest_length\":8,"
	                       "\"rest\":\"0000000100000002\"}");
	assert_has(printed, "{\"format\":\"8800:2\",\"length\":4,"
	                    "\"rest_length\":4,\"rest\":\"01020304\"}]}\n");
}

/* Counters and flows of one number are not the same. */
static void
flows_are_no_counters(void **state)
{
	struct wire w;

	(void)state;
	begin_record(&w, WIRE_FLOW_EXPANDED, 1001);
	wire_u64(&w, 0xa00000001);
	wire_u64(&w, 0xb00000002);
	end_record(&w);
	assert_string_equal(TEXT_OF(w),
	                    HEAD("104") "  datagram.samples 1\n"
	                                "  flow_sample_expanded 0:3 68 bytes\n"
	                                "    flow_sample_expanded.sequence_number 1\n"
	                                "    flow_sample_expanded.source_id 2:1\n"
	                                "    flow_sample_expanded.sampling_rate 400\n"
	                                "    flow_sample_expanded.sample_pool 4000\n"
	                                "    flow_sample_expanded.drops 0\n"
	                                "    flow_sample_expanded.input 0:1\n"
	                                "    flow_sample_expanded.output 0:2\n"
	                                "    flow_sample_expanded.flow_records 1\n"
	                                "    extended_switch 0:1001 16 bytes\n"
	                                "      extended_switch.src_vlan 10\n"
	                                "      extended_switch.src_priority 1\n"
	                                "      extended_switch.dst_vlan 11\n"
	                                "      extended_switch.dst_priority 2\n");
}

static void
record_that_ends_early(void **state)
{
	struct wire w;

	(void)state;
	begin_record(&w, WIRE_FLOW, 1001);
	wire_u32(&w, 10);
	wire_bytes(&w, "\0\0\1", 3);
	end_record(&w);
	assert_has(TEXT_OF(w), "    extended_switch 0:1001 7 bytes\n"
	                       "      extended_switch.src_vlan 10\n"
	                       "      note: it ends before src_priority\n"
	                       "      rest 3 bytes 000001\n");
	assert_has(JSON_OF(w), "\"length\":7,\"fields\":{\"src_vlan\":10},"
	                       "\"note\":\"it ends before src_priority\","
	                       "\"rest_length\":3,\"rest\":\"000001\"}]");
}

/* Neither is worth a note: older agents end there, newer ones say more. */
static void
record_of_another_version(void **state)
{
	struct wire w;

	(void)state;
	begin(&w);
	wire_sample_begin(&w, WIRE_COUNTERS, 1, 2, 1);
	wire_zeros(&w, 2003, 68);
	wire_zeros(&w, 2101, 14);
	wire_sample_end(&w);
	wire_datagram_end(&w);
	assert_has(TEXT_OF(w), "      host_cpu.contexts 0\n"
	                       "    virt_cpu 0:2101 14 bytes\n");
	assert_has(printed, "      virt_cpu.nrVirtCpu 0\n"
	                    "      rest 2 bytes 0000\n");
	assert_has_not(printed, "note");
}

static void
sample_that_ends_early(void **state)
{
	struct wire w;

	(void)state;
	begin(&w);
	wire_sample_begin(&w, WIRE_COUNTERS, 1, 2, 1);
	w.len = w.sample_at + 4;
	wire_u32(&w, 1);
	wire_patch(&w, w.sample_at, 4);
	w.samples = 1;
	wire_datagram_end(&w);
	assert_string_equal(TEXT_OF(w),
	                    HEAD("40") "  datagram.samples 1\n"
	                               "  counters_sample 0:2 4 bytes\n"
	                               "    counters_sample.sequence_number 1\n"
	                               "    note: it ends before source_id\n");
}

/* The sample costs itself, the datagram is whole. */
static void
record_beyond_its_sample(void **state)
{
	struct wire w;

	(void)state;
	begin_record(&w, WIRE_COUNTERS, 2002);
	wire_u64(&w, 1);
	end_record(&w);
	wire_patch(&w, w.record_at, 12);
	/* clang-format off */
	assert_string_equal(TEXT_OF(w),
	                    HEAD("64") "  datagram.samples 1\n"
	                    COUNTERS("28", "1")
	                    "    note: a record goes beyond its sample's end\n"
	                    "    rest 16 bytes 000007d20000000c00000000"
	                    "00000001\n");
	/* clang-format on */
}

static void
counts_that_lie(void **state)
{
	struct wire w;

	(void)state;
	begin_record(&w, WIRE_COUNTERS, 2002);
	wire_u64(&w, 1);
	end_record(&w);
	wire_patch(&w, w.records_at, UINT32_MAX);
	assert_has(TEXT_OF(w), "      host_parent.container_index 1\n"
	                       "    note: a record goes beyond its sample's "
	                       "end\n");
	wire_patch(&w, w.records_at, 0);
	assert_has(TEXT_OF(w), "    rest 16 bytes 000007d200000008");
	wire_patch(&w, w.samples_at, UINT32_MAX);
	assert_has(print(w.bytes, w.len, false, -1),
	           "  note: a sample goes beyond the datagram's end\n");
}

static void
sample_beyond_its_datagram(void **state)
{
	struct wire w;

	(void)state;
	begin_record(&w, WIRE_COUNTERS, 2002);
	wire_u64(&w, 1);
	end_record(&w);
	assert_string_equal(
	    print(w.bytes, w.len - 1, false, -1),
	    HEAD("63") "  datagram.samples 1\n"
		       "  note: a sample goes beyond the datagram's end\n"
		       "  rest 35 bytes 000000020000001c000000010200000100000001"
		       "000007d20000000800000000000000\n");
}

static void
what_is_no_datagram(void **state)
{
	static const uint8_t version4[] = {0, 0, 0, 4, 0, 0, 0, 1};
	static const uint8_t no_address[] = {0, 0, 0, 5, 0, 0, 0, 3};

	(void)state;
	assert_string_equal(print("", 0, false, -1),
	                    "datagram 0 bytes at 2026-11-23T13:59:22.049Z\n"
	                    "  note: it ends inside its header\n");
	assert_string_equal(print(version4, 8, true, -1),
	                    "{\"time\":\"2026-11-23T13:59:22.049Z\","
	                    "\"length\":8,\"note\":\"not sFlow version 5\","
	                    "\"rest_length\":8,"
	                    "\"rest\":\"0000000400000001\"}\n");
	assert_has(print(no_address, 8, false, -1),
	           "  note: agent address neither IPv4 nor IPv6\n"
	           "  rest 8 bytes 0000000500000003\n");
}

static void
bytes_behind_the_samples(void **state)
{
	struct wire w;

	(void)state;
	begin(&w);
	wire_datagram_end(&w);
	wire_bytes(&w, "xyz", 3);
	assert_has(TEXT_OF(w), "  datagram.samples 0\n  rest 3 bytes 78797a\n");
}

static const char *
string_as(const char *bytes, size_t len, bool json)
{
	struct wire w;

	begin_record(&w, WIRE_COUNTERS, 1005);
	wire_opaque(&w, bytes, len);
	end_record(&w);
	return json ? JSON_OF(w) : TEXT_OF(w);
}

static void
strings_are_escaped(void **state)
{
	static const char odd[] = "a\"b\\c\n\x1b[2J\0\x7f";
	static const char utf8[] = "gr\xc3\xbc\xc3\x9f \xe2\x82\xac "
				   "\xf0\x9f\x90\x9f";
	/* a byte alone, overlong, a surrogate, beyond the last, cut */
	static const char wrong[] = "\xfc \xc0\xaf \xed\xa0\x80 "
				    "\xf4\x90\x80\x80 \xff\xe2\x82";

	(void)state;
	assert_has(string_as(odd, sizeof(odd) - 1, false),
	           "port_name.name \"a\\\"b\\\\c\\x0a\\x1b[2J\\x00\\x7f\"\n");
	assert_has(string_as(odd, sizeof(odd) - 1, true),
	           "\"name\":\"a\\\"b\\\\c\\u000a\\u001b[2J\\u0000\\u007f\"}");
	assert_has(string_as(utf8, sizeof(utf8) - 1, false),
	           "\"gr\\xc3\\xbc\\xc3\\x9f \\xe2\\x82\\xac "
	           "\\xf0\\x9f\\x90\\x9f\"\n");
	assert_has(string_as(utf8, sizeof(utf8) - 1, true),
	           "\"name\":\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac "
	           "\xf0\x9f\x90\x9f\"}");
	assert_has(string_as(wrong, sizeof(wrong) - 1, true),
	           "\"name\":\"\\u00fc \\u00c0\\u00af \\u00ed\\u00a0\\u0080 "
	           "\\u00f4\\u0090\\u0080\\u0080 \\u00ff\\u00e2\\u0082\"}");
	assert_has(string_as("", 0, false), "port_name.name \"\"\n");
}

static void
numbers_are_exact(void **state)
{
	struct wire w;

	(void)state;
	begin(&w);
	wire_sample_begin(&w, SFLOW_TAG(4300, 1002), 0, 0, 0);
	wire_string(&w, "set");
	wire_u32(&w, 5);
	wire_string(&w, "u");
	wire_u32(&w, 4);
	wire_u64(&w, UINT64_MAX);
	wire_string(&w, "f");
	wire_u32(&w, 5);
	wire_f32(&w, 0.1f);
	wire_string(&w, "n");
	wire_u32(&w, 5);
	wire_u32(&w, 0x7fc00000);
	wire_string(&w, "i");
	wire_u32(&w, 6);
	wire_u64(&w, 0xfff0000000000000);
	wire_string(&w, "d");
	wire_u32(&w, 6);
	wire_u64(&w, 0x3fb999999999999a);
	wire_sample_end(&w);
	wire_datagram_end(&w);
	assert_has(JSON_OF(w), "[{\"name\":\"u\",\"type\":4,\"type_text\":\"gauge64\","
	                       "\"value\":18446744073709551615},"
	                       "{\"name\":\"f\",\"type\":5,\"type_text\":\"float\","
	                       "\"value\":0.1},"
	                       "{\"name\":\"n\",\"type\":5,\"type_text\":\"float\","
	                       "\"value\":\"nan\"},"
	                       "{\"name\":\"i\",\"type\":6,\"type_text\":\"double\","
	                       "\"value\":\"-inf\"},"
	                       "{\"name\":\"d\",\"type\":6,\"type_text\":\"double\","
	                       "\"value\":0.1}]");
	assert_has(TEXT_OF(w), "    rtmetric.metrics[2].value nan\n");
}

/* Nobody knows how long its value is, so all behind it is bytes. */
static void
metric_of_unknown_type(void **state)
{
	struct wire w;

	(void)state;
	begin(&w);
	wire_sample_begin(&w, SFLOW_TAG(4300, 1002), 0, 0, 0);
	wire_string(&w, "set");
	wire_u32(&w, 3);
	wire_string(&w, "a");
	wire_u32(&w, 3);
	wire_u32(&w, 9);
	wire_string(&w, "b");
	wire_u32(&w, 7);
	wire_sample_end(&w);
	wire_datagram_end(&w);
	assert_has(TEXT_OF(w), "    rtmetric.name \"set\"\n"
	                       "    rtmetric.metrics[0].name \"a\"\n"
	                       "    rtmetric.metrics[0].type 3 (gauge32)\n"
	                       "    rtmetric.metrics[0].value 9\n"
	                       "    note: 2 more of metrics are not there\n"
	                       "    rest 12 bytes 000000016200000000000007\n");
	assert_has(JSON_OF(w), "\"value\":9}]},\"note\":");
}

static void
lists_in_lists(void **state)
{
	static const uint32_t words[] = {2, 2,     65001, 65002,       1,
	                                 1, 65003, 1,     4259905536u, 100};
	struct wire w;
	size_t i;

	(void)state;
	begin_record(&w, WIRE_FLOW, 1003);
	wire_address(&w, "2001:db8::1");
	wire_u32(&w, 65000);
	wire_u32(&w, 65010);
	wire_u32(&w, 65011);
	wire_u32(&w, 2);
	for (i = 0; i < COUNT_OF(words); i++)
		wire_u32(&w, words[i]);
	end_record(&w);
	assert_has(TEXT_OF(w),
	           "      extended_gateway.nexthop 2001:db8::1\n"
	           "      extended_gateway.as 65000\n"
	           "      extended_gateway.src_as 65010\n"
	           "      extended_gateway.src_peer_as 65011\n"
	           "      extended_gateway.dst_as_path[0].type 2 (sequence)\n"
	           "      extended_gateway.dst_as_path[0].as[0] 65001\n"
	           "      extended_gateway.dst_as_path[0].as[1] 65002\n"
	           "      extended_gateway.dst_as_path[1].type 1 (set)\n"
	           "      extended_gateway.dst_as_path[1].as[0] 65003\n"
	           "      extended_gateway.communities[0] 4259905536\n"
	           "      extended_gateway.localpref 100\n");
	assert_has(JSON_OF(w),
	           "\"dst_as_path\":[{\"type\":2,\"type_text\":\"sequence\","
	           "\"as\":[65001,65002]},{\"type\":1,\"type_text\":\"set\","
	           "\"as\":[65003]}],\"communities\":[4259905536],"
	           "\"localpref\":100}}");
}

/* What is said of both interfaces, of 1 and 2 of a sample made here. */
static void
check_interfaces(uint32_t input, const char *in, uint32_t output, const char *out)
{
	struct wire w;
	char line[200];

	begin_record(&w, WIRE_FLOW, 1001);
	end_record(&w);
	wire_patch(&w, w.sample_at + 24, input);
	wire_patch(&w, w.sample_at + 28, output);
	snprintf(line, sizeof(line),
	         "    flow_sample.input %s\n    flow_sample.output %s\n", in, out);
	assert_has(TEXT_OF(w), line);
}

static void
interfaces_say_what_they_mean(void **state)
{
	(void)state;
	check_interfaces(0, "0:0 (unknown)", 5, "0:5");
	check_interfaces(0x3fffffff, "0:1073741823 (internal)", 0x80000000,
	                 "2:0 (several interfaces)");
	check_interfaces(0x40000102, "1:258 (discarded, acl)", 0x80000007,
	                 "2:7 (7 interfaces)");
	check_interfaces(0x40000011, "1:17 (discarded, unknown reason)", 0xc0000001,
	                 "3:1");
}

static void
discarded_packet(void **state)
{
	struct wire w;

	(void)state;
	begin(&w);
	wire_sample_begin(&w, 5, 0, 0, 0);
	wire_u32(&w, 9);
	wire_u64(&w, 3);
	wire_u32(&w, 2);
	wire_u32(&w, 3);
	wire_u32(&w, 0);
	wire_u32(&w, 269);
	wire_u32(&w, 1);
	wire_u32(&w, 1038);
	wire_u32(&w, 8);
	wire_string(&w, "drop");
	wire_sample_end(&w);
	wire_datagram_end(&w);
	assert_has(TEXT_OF(w), "  discarded_packet 0:5 48 bytes\n"
	                       "    discarded_packet.sequence_number 9\n"
	                       "    discarded_packet.source_id 0:3\n"
	                       "    discarded_packet.drops 2\n"
	                       "    discarded_packet.inputifindex 3\n"
	                       "    discarded_packet.outputifindex 0\n"
	                       "    discarded_packet.reason 269 (blackhole_route)\n"
	                       "    discarded_packet.discard_records 1\n"
	                       "    extended_function 0:1038 8 bytes\n"
	                       "      extended_function.symbol \"drop\"\n");
}

static void
headers_are_read(void **state)
{
	static const uint8_t frame[] = {
	    2,    0,    0,    0, 0,   1,    2, 0, 0,   0, 0, 2,    0x81,
	    0,    0x70, 0x0a, 8, 0,   0x45, 0, 0, 40,  0, 1, 0x20, 0,
	    64,   6,    0,    0, 192, 0,    2, 1, 192, 0, 2, 2,    0x1f,
	    0x90, 0,    80,   0, 0,   0,    1, 0, 0,   0, 2, 0x50, 0x12};
	struct wire w;

	(void)state;
	begin_record(&w, WIRE_FLOW, 1);
	wire_u32(&w, 1);
	wire_u32(&w, 64);
	wire_u32(&w, 4);
	wire_opaque(&w, frame, sizeof(frame));
	end_record(&w);
	assert_has(JSON_OF(w), "\"packet\":{\"dst_mac\":\"02:00:00:00:00:01\","
	                       "\"src_mac\":\"02:00:00:00:00:02\","
	                       "\"vlans\":[{\"priority\":3,\"dei\":1,\"id\":10}],"
	                       "\"ethertype\":2048,\"ethertype_text\":\"0x0800\","
	                       "\"tos\":0,\"total_length\":40,\"id\":1,"
	                       "\"more_fragments\":1,\"fragment_offset\":0,\"ttl\":64,"
	                       "\"src_ip\":\"192.0.2.1\",\"dst_ip\":\"192.0.2.2\","
	                       "\"protocol\":6,\"src_port\":8080,\"dst_port\":80,"
	                       "\"tcp_flags\":18,\"tcp_flags_text\":\"syn,ack\"}}}");
	assert_has(TEXT_OF(w), "sampled_header.packet.vlans[0].id 10\n");
}

static void
packets_in_packets(void **state)
{
	static const uint8_t packet[] = {
	    0x45, 0, 0, 68, 0, 1, 0, 0,  64, 47, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2,
	    0x20, 0, 8, 0,  0, 0, 0, 42, /* GRE with a key */
	    0x45, 0, 0, 40, 0, 1, 0, 0,  63, 4,  0, 0, 10,  1, 0, 1, 10,  1, 0, 2,
	    0x45, 0, 0, 20, 0, 1, 0, 0,  62, 17, 0, 0, 10,  2, 0, 1, 10,  2, 0, 2};
	struct wire w;

	(void)state;
	begin_record(&w, WIRE_FLOW, 1);
	wire_u32(&w, 11);
	wire_u32(&w, sizeof(packet));
	wire_u32(&w, 0);
	wire_opaque(&w, packet, sizeof(packet));
	end_record(&w);
	assert_has(JSON_OF(w), "\"protocol\":47,\"inner\":{\"tunnel\":\"gre\","
	                       "\"tunnel_id\":42,");
	assert_has(printed, "\"protocol\":4,\"inner\":{\"tunnel\":\"ip\",\"tos\":0,");
	assert_has(printed, "\"dst_ip\":\"10.2.0.2\",\"protocol\":17}}}}}");
	assert_has(TEXT_OF(w), "sampled_header.packet.inner.inner.src_ip 10.2.0.1\n");
}

/* Nothing to read in it: a protocol without a reader, and no bytes. */
static void
headers_of_other_protocols(void **state)
{
	struct wire w;

	(void)state;
	begin_record(&w, WIRE_FLOW, 1);
	wire_u32(&w, 7);
	wire_u64(&w, 0);
	wire_u32(&w, 0);
	end_record(&w);
	assert_has(JSON_OF(w), "\"header\":\"\",\"packet\":{}}}");
	assert_has(TEXT_OF(w), "      sampled_header.protocol 7 (ppp)\n");
	assert_has(printed, "      sampled_header.header -\n");
}

static void
what_numbers_mean(void **state)
{
	struct wire w;

	(void)state;
	begin(&w);
	wire_sample_begin(&w, WIRE_COUNTERS, 1, 2, 1);
	wire_record_begin(&w, 1001);
	wire_u32(&w, 6954);
	wire_u32(&w, UINT32_MAX);
	wire_u32(&w, 0);
	wire_u64(&w, 1);
	wire_u64(&w, 2);
	wire_record_end(&w);
	wire_record_begin(&w, 1004);
	wire_u64(&w, 0xabcdef);
	wire_u32(&w, 1);
	wire_record_end(&w);
	wire_sample_end(&w);
	wire_datagram_end(&w);
	assert_has(TEXT_OF(w), "      processor.5s_cpu 6954 (69.54 %)\n"
	                       "      processor.1m_cpu -1 (unknown)\n"
	                       "      processor.5m_cpu 0 (0.00 %)\n");
	assert_has(printed, "      of_port.datapath_id 11259375 (0000000000abcdef)\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(datagram_without_samples),
	    cmocka_unit_test(unknown_ones_are_bytes),
	    cmocka_unit_test(flows_are_no_counters),
	    cmocka_unit_test(record_that_ends_early),
	    cmocka_unit_test(record_of_another_version),
	    cmocka_unit_test(sample_that_ends_early),
	    cmocka_unit_test(record_beyond_its_sample),
	    cmocka_unit_test(counts_that_lie),
	    cmocka_unit_test(sample_beyond_its_datagram),
	    cmocka_unit_test(what_is_no_datagram),
	    cmocka_unit_test(bytes_behind_the_samples),
	    cmocka_unit_test(strings_are_escaped),
	    cmocka_unit_test(numbers_are_exact),
	    cmocka_unit_test(metric_of_unknown_type),
	    cmocka_unit_test(lists_in_lists),
	    cmocka_unit_test(interfaces_say_what_they_mean),
	    cmocka_unit_test(discarded_packet),
	    cmocka_unit_test(headers_are_read),
	    cmocka_unit_test(packets_in_packets),
	    cmocka_unit_test(headers_of_other_protocols),
	    cmocka_unit_test(what_numbers_mean),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(printed);
	return failed;
}

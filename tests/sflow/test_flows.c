/* The flow records' table against the specifications, written down here a second
 * time: each structure whole, and cut at every length. */
#include "tests/sflow/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "sflow/wire/flows.h"

/* A structure's fields in wire order, "type:name". Types: u and h are 4 and 8 bytes,
 * s a string or opaque, m a MAC address, 4 and 6 IP addresses, a an address with its
 * type, l a list of words, p an AS path. */
struct structure {
	uint32_t tag;
	const char *name;
	size_t least; /* bytes, with all strings and lists empty */
	const char *fields;
};

#define SAMPLED_ETHERNET "u:length m:src_mac m:dst_mac u:type"
#define SAMPLED_IPV4 \
	"u:length u:protocol 4:src_ip 4:dst_ip u:src_port " \
	"u:dst_port u:tcp_flags u:tos"
#define SAMPLED_IPV6 \
	"u:length u:protocol 6:src_ip 6:dst_ip u:src_port " \
	"u:dst_port u:tcp_flags u:priority"
#define SOCKET_IPV4 \
	"u:protocol 4:local_ip 4:remote_ip u:local_port " \
	"u:remote_port"
#define SOCKET_IPV6 \
	"u:protocol 6:local_ip 6:remote_ip u:local_port " \
	"u:remote_port"
#define CONTEXT "s:application s:operation s:attributes"

static const struct structure structures[] = {
    {1, "sampled_header", 16, "u:protocol u:frame_length u:stripped s:header"},
    {2, "sampled_ethernet", 24, SAMPLED_ETHERNET},
    {3, "sampled_ipv4", 32, SAMPLED_IPV4},
    {4, "sampled_ipv6", 56, SAMPLED_IPV6},
    {1001, "extended_switch", 16,
     "u:src_vlan u:src_priority u:dst_vlan u:dst_priority"},
    {1002, "extended_router", 12, "a:nexthop u:src_mask_len u:dst_mask_len"},
    {1003, "extended_gateway", 28,
     "a:nexthop u:as u:src_as u:src_peer_as p:dst_as_path l:communities "
     "u:localpref"},
    {1004, "extended_user", 16, "u:src_charset s:src_user u:dst_charset s:dst_user"},
    {1005, "extended_url", 12, "u:direction s:url s:host"},
    {1006, "extended_mpls", 12, "a:nexthop l:in_stack l:out_stack"},
    {1007, "extended_nat", 8, "a:src_address a:dst_address"},
    {1008, "extended_mpls_tunnel", 12, "s:tunnel_lsp_name u:tunnel_id u:tunnel_cos"},
    {1009, "extended_mpls_vc", 12, "s:vc_instance_name u:vll_vc_id u:vc_label_cos"},
    {1010, "extended_mpls_FTN", 8, "s:mplsFTNDescr u:mplsFTNMask"},
    {1011, "extended_mpls_LDP_FEC", 4, "u:mplsFecAddrPrefixLength"},
    {1012, "extended_vlantunnel", 4, "l:stack"},
    {1013, "extended_80211_payload", 8, "u:ciphersuite s:data"},
    {1014, "extended_80211_rx", 40,
     "s:ssid m:bssid u:version u:channel h:speed u:rsni u:rcpi "
     "u:packet_duration"},
    {1015, "extended_80211_tx", 44,
     "s:ssid m:bssid u:version u:transmissions u:packet_duration "
     "u:retrans_duration u:channel h:speed u:power"},
    {1016, "extended_80211_aggregation", 4, "u:pdus"},
    {1017, "extended_openflow_v1", 16, "h:flow_cookie u:flow_match u:flow_actions"},
    {1018, "extended_fc", 16, "u:src_mask_len u:dst_mask_len u:next_hop u:metric"},
    {1019, "extended_queue_length", 8, "u:queueIndex u:queueLength"},
    {1020, "extended_nat_port", 8, "u:src_port u:dst_port"},
    {1021, "extended_L2_tunnel_egress", 24, SAMPLED_ETHERNET},
    {1022, "extended_L2_tunnel_ingress", 24, SAMPLED_ETHERNET},
    {1023, "extended_ipv4_tunnel_egress", 32, SAMPLED_IPV4},
    {1024, "extended_ipv4_tunnel_ingress", 32, SAMPLED_IPV4},
    {1025, "extended_ipv6_tunnel_egress", 56, SAMPLED_IPV6},
    {1026, "extended_ipv6_tunnel_ingress", 56, SAMPLED_IPV6},
    {1027, "extended_decapsulate_egress", 4, "u:inner_header_offset"},
    {1028, "extended_decapsulate_ingress", 4, "u:inner_header_offset"},
    {1029, "extended_vni_egress", 4, "u:vni"},
    {1030, "extended_vni_ingress", 4, "u:vni"},
    {1031, "extended_ib_lrh", 40,
     "u:src_vl u:src_sl u:src_dlid u:src_slid u:src_lnh u:dst_vl u:dst_sl "
     "u:dst_dlid u:dst_slid u:dst_lnh"},
    {1032, "extended_ib_grh", 48,
     "u:flow_label u:tc 6:s_gid 6:d_gid u:next_header u:length"},
    {1033, "extended_ib_bth", 12, "u:pkey u:dst_qp u:opcode"},
    {1034, "extended_vlanin", 4, "l:stack"},
    {1035, "extended_vlanout", 4, "l:stack"},
    {1036, "extended_egress_queue", 4, "u:queue"},
    {1037, "extended_acl", 12, "u:number s:name u:direction"},
    {1038, "extended_function", 4, "s:symbol"},
    {1039, "extended_transit", 4, "u:delay"},
    {1040, "extended_queue", 4, "u:depth"},
    {1041, "extended_hw_trap", 8, "s:group s:trap"},
    {1042, "extended_linux_drop_reason", 4, "s:reason"},
    {1043, "extended_timestamp", 8, "h:nanoseconds"},
    {2000, "transaction", 32,
     "u:direction u:wait u:duration u:status h:bytes_received h:bytes_send"},
    {2001, "extended_nfs_storage_transaction", 12, "s:path u:operation u:status"},
    {2002, "extended_scsi_storage_transaction", 12, "u:lun u:operation u:status"},
    {2003, "extended_http_transaction", 24,
     "s:url s:host s:referer s:useragent s:user u:status"},
    {2100, "extended_socket_ipv4", 20, SOCKET_IPV4},
    {2101, "extended_socket_ipv6", 44, SOCKET_IPV6},
    {2102, "extended_proxy_socket_ipv4", 20, SOCKET_IPV4},
    {2103, "extended_proxy_socket_ipv6", 44, SOCKET_IPV6},
    {2200, "memcache_operation", 28,
     "u:protocol u:cmd s:key u:nkeys u:value_bytes u:uS u:status"},
    {2201, "http_request", 56,
     "u:method s:uri s:host s:referer s:useragent s:xff s:authuser "
     "s:mime_type h:req_bytes h:resp_bytes u:uS u:status"},
    {2202, "app_operation", 40,
     CONTEXT " s:status_descr h:req_bytes h:resp_bytes u:uS u:status"},
    {2203, "app_parent_context", 12, CONTEXT},
    {2204, "app_initiator", 4, "s:actor"},
    {2205, "app_target", 4, "s:actor"},
    {2206, "http_request", 60,
     "u:method u:protocol s:uri s:host s:referer s:useragent s:xff "
     "s:authuser s:mime_type h:req_bytes h:resp_bytes u:uS u:status"},
    {2207, "extended_proxy_request", 8, "s:uri s:host"},
    {2208, "extended_nav_timing", 92,
     "u:type u:redirectCount u:navigationStart u:unloadEventStart "
     "u:unloadEventEnd u:redirectStart u:redirectEnd u:fetchStart "
     "u:domainLookupStart u:domainLookupEnd u:connectStart u:connectEnd "
     "u:secureConnectionStart u:requestStart u:responseStart u:responseEnd "
     "u:domLoading u:domInteractive u:domContentLoadedEventStart "
     "u:domContentLoadedEventEnd u:domComplete u:loadEventStart "
     "u:loadEventEnd"},
    {2209, "extended_tcp_info", 48,
     "u:dir u:snd_mss u:rcv_mss u:unacked u:lost u:retrans u:pmtu u:rtt "
     "u:rttvar u:snd_cwnd u:reordering u:min_rtt"},
    {2210, "extended_entities", 16,
     "u:src_dsClass u:src_dsIndex u:dst_dsClass u:dst_dsIndex"},
    {SFLOW_TAG(4413, 1), "extended_bst_egress_queue", 4, "u:queue"},
};

/* What is on the wire of one field, and where it ends. */
struct piece {
	char type;
	char name[40];
	size_t start, end;
	size_t bare; /* its end without padding */
};

struct made {
	uint8_t bytes[1024];
	size_t len;
	struct piece pieces[RECORD_FIELDS_MAX];
	size_t count;
};

/* Bytes that are all different from their neighbours. */
static void
put_any(struct made *m, size_t len)
{
	for (; len > 0; len--, m->len++)
		m->bytes[m->len] = (uint8_t)(m->len * 7 + 1);
}

static void
put_word(struct made *m, uint32_t word)
{
	m->bytes[m->len++] = (uint8_t)(word >> 24);
	m->bytes[m->len++] = (uint8_t)(word >> 16);
	m->bytes[m->len++] = (uint8_t)(word >> 8);
	m->bytes[m->len++] = (uint8_t)word;
}

/* Strings of five bytes, so that there is padding. */
static size_t
put_string(struct made *m)
{
	size_t bare;

	put_word(m, 5);
	put_any(m, 5);
	bare = m->len;
	put_any(m, 3);
	return bare;
}

/* Two segments: a set of one, a sequence of three. */
static void
put_path(struct made *m)
{
	put_word(m, 2);
	put_word(m, 1);
	put_word(m, 1);
	put_any(m, 4);
	put_word(m, 2);
	put_word(m, 3);
	put_any(m, 12);
}

/* Returns the end without padding. */
static size_t
put_type(struct made *m, char type)
{
	switch (type) {
	case 'u':
	case '4':
		put_any(m, 4);
		break;
	case 'h':
		put_any(m, 8);
		break;
	case '6':
		put_any(m, 16);
		break;
	case 'm':
		put_any(m, 8);
		return m->len - 2;
	case 's':
		return put_string(m);
	case 'a':
		put_word(m, 2);
		put_any(m, 16);
		break;
	case 'l':
		put_word(m, 3);
		put_any(m, 12);
		break;
	case 'p':
		put_path(m);
		break;
	default:
		fail_msg("no type %c", type);
	}
	return m->len;
}

static void
make(const char *fields, struct made *m)
{
	struct piece *p;
	int used;

	memset(m, 0, sizeof(*m));
	for (; *fields != '\0'; fields += used) {
		p = &m->pieces[m->count++];
		assert_int_equal(
		    sscanf(fields, "%c:%39[^ ]%n", &p->type, p->name, &used), 2);
		if (fields[used] == ' ')
			used++;
		p->start = m->len;
		p->bare = put_type(m, p->type);
		p->end = m->len;
	}
}

static uint64_t
number_at(const struct made *m, const struct piece *p)
{
	uint64_t number = 0;
	size_t i;

	for (i = p->start; i < p->end; i++)
		number = number << 8 | m->bytes[i];
	return number;
}

/* The field's bytes begin so far behind its start. */
static void
check_piece(const struct made *m, const struct piece *p, const uint8_t *start,
            const struct field_value *v)
{
	size_t skip = p->type == 's' || p->type == 'a' || p->type == 'l' ? 4 : 0;
	size_t len = p->bare - p->start - skip;

	if (p->type == 'u' || p->type == 'h') {
		assert_true(v->number == number_at(m, p));
		return;
	}
	assert_ptr_equal(v->bytes, start + p->start + skip);
	assert_int_equal(v->number, p->type == 'l' ? 3 : len);
}

/* How many fields are whole in so many bytes: padding may be missing at the end. */
static size_t
whole(const struct made *m, size_t len)
{
	size_t i;

	for (i = 0; i < m->count && m->pieces[i].bare <= len; i++)
		;
	return i;
}

/* In memory of its own, so that a read behind it is seen. */
static void
check_cut(const struct layout *layout, const struct made *m, size_t len)
{
	struct field_value values[RECORD_FIELDS_MAX];
	uint8_t *bytes = malloc(len + 1);
	struct cursor c = cursor_of(bytes + 1, len);
	size_t i, count;

	assert_non_null(bytes);
	memcpy(bytes + 1, m->bytes, len);
	count = layout_read(layout, &c, values);
	assert_int_equal(count, whole(m, len));
	for (i = 0; i < count; i++)
		check_piece(m, &m->pieces[i], bytes + 1, &values[i]);
	if (count < m->count && m->pieces[count].start <= len)
		assert_ptr_equal(c.at, bytes + 1 + m->pieces[count].start);
	else
		assert_int_equal(cursor_left(&c), len > m->len ? len - m->len : 0);
	free(bytes);
}

static void
check_structure(const struct structure *s)
{
	const struct layout *layout = flow_find(s->tag);
	struct made m;
	size_t i;

	if (layout == NULL)
		fail_msg("%s is missing", s->name);
	make(s->fields, &m);
	assert_string_equal(layout->name, s->name);
	assert_int_equal(layout->count, m.count);
	assert_int_equal(layout_size(layout), s->least);
	for (i = 0; i < m.count; i++)
		assert_string_equal(layout->fields[i].name, m.pieces[i].name);
	for (i = 0; i <= m.len; i++)
		check_cut(layout, &m, i);
	put_any(&m, 9); /* a later version's */
	m.len -= 9;
	check_cut(layout, &m, m.len + 9);
}

static void
structures_are_those_of_the_specifications(void **state)
{
	size_t i;

	(void)state;
	assert_int_equal(flow_layouts_count, COUNT_OF(structures));
	for (i = 0; i < COUNT_OF(structures); i++)
		check_structure(&structures[i]);
}

static void
formats_are_sorted(void **state)
{
	size_t i;

	(void)state;
	for (i = 1; i < flow_layouts_count; i++)
		assert_true(flow_layouts[i - 1].tag < flow_layouts[i].tag);
	assert_null(flow_find(0));
	assert_null(flow_find(1044));
	assert_null(flow_find(UINT32_MAX));
}

/* A count that has no room costs nothing; one too many isn't made up. */
static void
lists_that_lie_are_not_there(void **state)
{
	static const uint8_t huge[] = {255, 255, 255, 255, 0, 0, 0, 1};
	static const uint8_t one_more[] = {0, 0, 0, 2, 0, 0, 0, 1};
	const struct layout *tunnel = flow_find(1012);
	struct cursor c = cursor_of(huge, sizeof(huge));
	struct field_value values[RECORD_FIELDS_MAX];

	(void)state;
	assert_int_equal(layout_read(tunnel, &c, values), 0);
	c = cursor_of(one_more, sizeof(one_more));
	assert_int_equal(layout_read(tunnel, &c, values), 0);
	assert_ptr_equal(c.at, one_more);
}

static void
paths_that_lie_are_not_there(void **state)
{
	static const uint8_t segments[40] = {[16] = 255, 255, 255, 255};
	static const uint8_t numbers[40] = {[19] = 1, [23] = 2, [24] = 255,
	                                    255,      255,      255};
	static const uint8_t communities[40] = {[20] = 255, 255, 255, 255};
	const struct layout *gateway = flow_find(1003);
	struct cursor c = cursor_of(segments, sizeof(segments));
	struct field_value values[RECORD_FIELDS_MAX];

	(void)state;
	assert_int_equal(layout_read(gateway, &c, values), 4);
	assert_ptr_equal(c.at, segments + 16);
	c = cursor_of(numbers, sizeof(numbers));
	assert_int_equal(layout_read(gateway, &c, values), 4);
	c = cursor_of(communities, sizeof(communities));
	assert_int_equal(layout_read(gateway, &c, values), 5);
}

static void
addresses_have_the_length_of_their_type(void **state)
{
	static const uint8_t none_and_ipv4[] = {0, 0, 0, 0, 0, 0, 0, 1, 192, 0, 2, 1};
	static const uint8_t of_no_type[] = {0, 0, 0, 3, 1, 2, 3, 4};
	const struct layout *nat = flow_find(1007);
	struct cursor c = cursor_of(none_and_ipv4, sizeof(none_and_ipv4));
	struct field_value values[RECORD_FIELDS_MAX];

	(void)state;
	assert_int_equal(layout_read(nat, &c, values), 2);
	assert_int_equal(values[0].number, 0);
	assert_int_equal(values[1].number, 4);
	assert_ptr_equal(values[1].bytes, none_and_ipv4 + 8);
	c = cursor_of(of_no_type, sizeof(of_no_type));
	assert_int_equal(layout_read(nat, &c, values), 0);
}

/* Both forms of sources and interfaces are the same numbers. */
static void
sources_and_interfaces_are_split(void **state)
{
	static const uint8_t compact[] = {0, 0, 0,    9,   3,   0,   1, 2, 0, 0,    0,
	                                  1, 0, 0,    0,   2,   0,   0, 0, 3, 0x80, 0,
	                                  0, 4, 0x3f, 255, 255, 255, 0, 0, 0, 7};
	static const uint8_t expanded[] = {
	    0, 0, 0, 9, 0, 0, 0, 3, 0, 0, 1, 2, 0, 0, 0,    1,   0,   0,   0, 2, 0, 0,
	    0, 3, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 0, 0x3f, 255, 255, 255, 0, 0, 0, 7};
	static const uint64_t numbers[] = {9, 0x300000102, 1,          2,
	                                   3, 0x200000004, 0x3fffffff, 7};
	struct cursor c = cursor_of(compact, sizeof(compact));
	struct field_value values[RECORD_FIELDS_MAX];
	size_t i;

	(void)state;
	assert_int_equal(layout_read(&sample_find(1)->layout, &c, values), 8);
	for (i = 0; i < 8; i++)
		assert_true(values[i].number == numbers[i]);
	c = cursor_of(expanded, sizeof(expanded));
	assert_int_equal(layout_read(&sample_find(3)->layout, &c, values), 8);
	for (i = 0; i < 8; i++)
		assert_true(values[i].number == numbers[i]);
}

static void
samples_are_known(void **state)
{
	static const struct {
		uint32_t tag;
		size_t least;
		enum sample_records records;
	} samples[] = {
	    {1, 32, RECORDS_FLOWS},
	    {2, 12, RECORDS_COUNTERS},
	    {3, 44, RECORDS_FLOWS},
	    {4, 16, RECORDS_COUNTERS},
	    {5, 32, RECORDS_FLOWS},
	    {SFLOW_TAG(4300, 1002), 4, RECORDS_NONE},
	    {SFLOW_TAG(4300, 1003), 12, RECORDS_NONE},
	};
	size_t i;

	(void)state;
	assert_int_equal(sample_layouts_count, COUNT_OF(samples));
	for (i = 0; i < COUNT_OF(samples); i++) {
		const struct sample_layout *s = sample_find(samples[i].tag);

		assert_non_null(s);
		assert_int_equal(layout_size(&s->layout), samples[i].least);
		assert_int_equal(s->records, samples[i].records);
		if (s->kind != SAMPLE_OTHER)
			assert_int_equal(s->places.size, samples[i].least);
	}
	assert_null(sample_find(6));
}

static void
reasons_have_names(void **state)
{
	(void)state;
	assert_string_equal(names_text(&drop_reasons, 0), "net_unreachable");
	assert_string_equal(names_text(&drop_reasons, 15), "precedence_cutoff");
	assert_null(names_text(&drop_reasons, 16));
	assert_null(names_text(&drop_reasons, 255));
	assert_string_equal(names_text(&drop_reasons, 256), "unknown");
	assert_string_equal(names_text(&drop_reasons, 263), "src_mac_is_multicast");
	assert_string_equal(names_text(&drop_reasons, 303), "split_horizon");
	assert_string_equal(names_text(&drop_reasons, 332), "dev_hdr");
	assert_string_equal(names_text(&drop_reasons, 366), "tc_egress");
	assert_string_equal(names_text(&drop_reasons, 372), "bgp_flowspec");
	assert_null(names_text(&drop_reasons, 373));
}

/* What a printer relies on. */
static void
rows_are_sound(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < flow_layouts_count; i++)
		for (j = 0; j < flow_layouts[i].count; j++) {
			const struct field *f = &flow_layouts[i].fields[j];

			assert_true(strlen(f->name) > 0);
			assert_int_equal(f->formula == NAMED, f->names != NULL);
			assert_int_equal(f->type == FIELD_LIST ||
			                     f->type == FIELD_SERIES,
			                 f->elements != NULL);
			if (f->elements != NULL)
				assert_true(layout_size(f->elements) > 0);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(structures_are_those_of_the_specifications),
	    cmocka_unit_test(formats_are_sorted),
	    cmocka_unit_test(lists_that_lie_are_not_there),
	    cmocka_unit_test(paths_that_lie_are_not_there),
	    cmocka_unit_test(addresses_have_the_length_of_their_type),
	    cmocka_unit_test(sources_and_interfaces_are_split),
	    cmocka_unit_test(samples_are_known),
	    cmocka_unit_test(reasons_have_names),
	    cmocka_unit_test(rows_are_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tests/sflow/unit.h"

#include <stdlib.h>

#include "sflow/wire/packet.h"

#define MACS 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2
#define IPV4_TO(protocol_, fragment_) \
	0x45, 0x10, 0, 60, 0xab, 0xcd, (fragment_) >> 8, (fragment_)&255, 64, \
	    protocol_, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2
#define IPV6_TO(next_) \
	0x60, 0x21, 0x23, 0x45, 0, 40, next_, 63, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, \
	    0, 0, 0, 0, 0, 0, 1, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, \
	    2
#define TCP 0x1f, 0x90, 0, 80, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x12
#define UDP 0, 53, 0x30, 0x39, 0, 99

static const uint8_t tcp[] = {MACS, 8, 0, IPV4_TO(6, 0x4000), TCP, 1, 2, 3};
static const uint8_t udp6[] = {MACS, 0x86, 0xdd, IPV6_TO(17), UDP};
static const uint8_t tagged[] = {MACS, 0x88, 0xa8, 0x20, 0x0a,           0x81, 0,
                                 0xb0, 0x0b, 8,    0,    IPV4_TO(17, 0), UDP};
static const uint8_t options[] = {0x46, 0, 0, 60,  0, 1, 0, 0, 64, 6, 0, 0,  192,
                                  0,    2, 1, 192, 0, 2, 2, 1, 1,  1, 1, TCP};
static const uint8_t extended[] = {
    IPV6_TO(0), 43, 0, 1, 4, 0, 0, 0, 0,                      /* hop by hop */
    60,         1,  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* routing, 16 bytes */
    51,         0,  0, 0, 0, 0, 0, 0,                         /* destination */
    44,         1,  0, 0, 0, 0, 0, 0, 0, 0, 0, 0,             /* authentication, 12 */
    17,         0,  0, 1, 0, 0, 0, 9,                         /* first fragment */
    UDP};
static const uint8_t middle6[] = {IPV6_TO(44), 6, 0, 5, 0xa8, 0, 0, 0, 9, TCP};
static const uint8_t middle4[] = {IPV4_TO(6, 185), TCP};
static const uint8_t icmp[] = {IPV4_TO(1, 0), 3, 13};
static const uint8_t icmp6[] = {IPV6_TO(58), 143, 0};
static const uint8_t sctp[] = {IPV4_TO(132, 0), 0x0b, 0x59, 0x0b, 0x5a};
static const uint8_t not_ip[] = {MACS, 8, 0, 0x65, 0, 0, 60};
static const uint8_t short_header[] = {0x44, 0,   0, 60, 0, 1,   0, 0, 64, 6,  0,
                                       0,    192, 0, 2,  1, 192, 0, 2, 2,  TCP};
static const uint8_t arp[] = {MACS, 8, 6, 0, 1, 8, 0};
static const uint8_t labelled[] = {MACS,
                                   0x88,
                                   0x47,
                                   0x06,
                                   0x5a,
                                   0x10,
                                   63, /* 26,017, not the last */
                                   0,
                                   0x06,
                                   0x43,
                                   64, /* 100, class 1, the last */
                                   IPV4_TO(17, 0x4000),
                                   UDP};
static const uint8_t wire[] = {0,    0x06, 0x41, 64, /* a label */
                               0,    0,    0,    7,  /* a control word */
                               MACS, 8,    0,    IPV4_TO(6, 0),
                               TCP};
static const uint8_t session[] = {MACS, 0x88, 0x64, 0x11, 0,           0xab, 0xcd,
                                  0,    82,   0,    0x57, IPV6_TO(17), UDP};
static const uint8_t serial[] = {0xff, 3,    2,  0x81,           0,
                                 0x06, 0x41, 64, IPV4_TO(17, 0), UDP};

#define TO_PORTS (PACKET_PROTOCOL | PACKET_PORTS)
#define ETHERNET (PACKET_ETHERNET | PACKET_TYPE)

#define READ(protocol_, bytes_, p_) packet_read(protocol_, bytes_, sizeof(bytes_), p_)

static void
tcp_over_ipv4(void **state)
{
	static const uint8_t dst[] = {2, 0, 0, 0, 0, 1};
	static const uint8_t src[] = {2, 0, 0, 0, 0, 2};
	static const uint8_t ip[] = {192, 0, 2, 1};
	struct packet p;

	(void)state;
	READ(PACKET_IS_ETHERNET, tcp, &p);
	assert_int_equal(p.parts, ETHERNET | PACKET_IPV4 | TO_PORTS | PACKET_TCP_FLAGS);
	assert_memory_equal(p.dst_mac, dst, 6);
	assert_memory_equal(p.src_mac, src, 6);
	assert_int_equal(p.vlans, 0);
	assert_int_equal(p.ethertype, 0x800);
	assert_int_equal(p.src.type, ADDRESS_IPV4);
	assert_memory_equal(p.src.bytes, ip, 4);
	assert_int_equal(p.dst.bytes[3], 2);
	assert_int_equal(p.tos, 0x10);
	assert_int_equal(p.length, 60);
	assert_int_equal(p.id, 0xabcd);
	assert_int_equal(p.fragment, 0);
	assert_false(p.more_fragments);
	assert_int_equal(p.ttl, 64);
	assert_int_equal(p.protocol, IP_TCP);
	assert_int_equal(p.src_port, 8080);
	assert_int_equal(p.dst_port, 80);
	assert_int_equal(p.tcp_flags, 0x12);
}

static void
udp_over_ipv6(void **state)
{
	struct packet p;

	(void)state;
	READ(PACKET_IS_ETHERNET, udp6, &p);
	assert_int_equal(p.parts,
	                 ETHERNET | PACKET_IPV6 | TO_PORTS | PACKET_UDP_LENGTH);
	assert_int_equal(p.tos, 0x02);
	assert_int_equal(p.flow_label, 0x12345);
	assert_int_equal(p.length, 40);
	assert_int_equal(p.ttl, 63);
	assert_int_equal(p.extensions, 0);
	assert_int_equal(p.src.type, ADDRESS_IPV6);
	assert_int_equal(p.src.bytes[15], 1);
	assert_int_equal(p.dst.bytes[15], 2);
	assert_int_equal(p.src_port, 53);
	assert_int_equal(p.dst_port, 12345);
	assert_int_equal(p.udp_length, 99);
}

static void
tags_are_in_front_of_the_type(void **state)
{
	struct packet p;

	(void)state;
	READ(PACKET_IS_ETHERNET, tagged, &p);
	assert_int_equal(p.vlans, 2);
	assert_int_equal(p.vlan[0], 0x200a);
	assert_int_equal(p.vlan[1], 0xb00b);
	assert_int_equal(p.ethertype, 0x800);
	assert_int_equal(p.src_port, 53);
}

static void
many_tags_are_read(void **state)
{
	static const uint8_t bytes[] = {MACS, 0x88, 0xa8, 0,    1, 0x88, 0xa8,
	                                0,    2,    0x81, 0,    0, 3,    0x81,
	                                0,    0,    4,    0x91, 0, 0,    5,
	                                0x81, 0,    0,    6,    8, 0,    IPV4_TO(17, 0),
	                                UDP};
	struct packet p;

	(void)state;
	READ(PACKET_IS_ETHERNET, bytes, &p);
	assert_int_equal(p.vlans, 6);
	assert_int_equal(p.vlan[5], 6);
	assert_int_equal(p.src_port, 53);
}

/* One tag after the other, until the bytes end. */
static void
tags_are_bounded(void **state)
{
	uint8_t bytes[64];
	struct packet p;
	size_t i;

	(void)state;
	memset(bytes, 0, sizeof(bytes));
	for (i = 12; i < sizeof(bytes); i += 4)
		bytes[i] = 0x81;
	READ(PACKET_IS_ETHERNET, bytes, &p);
	assert_int_equal(p.vlans, PACKET_VLANS);
	assert_int_equal(p.ethertype, 0x8100);
	assert_int_equal(p.parts, ETHERNET);
}

static void
options_are_passed_over(void **state)
{
	struct packet p;

	(void)state;
	READ(PACKET_IS_IPV4, options, &p);
	assert_int_equal(p.parts, PACKET_IPV4 | TO_PORTS | PACKET_TCP_FLAGS);
	assert_int_equal(p.src_port, 8080);
}

static void
extensions_are_passed_over(void **state)
{
	static const uint8_t numbers[] = {0, 43, 60, 51, 44};
	struct packet p;

	(void)state;
	READ(PACKET_IS_IPV6, extended, &p);
	assert_int_equal(p.extensions, sizeof(numbers));
	assert_memory_equal(p.extension, numbers, sizeof(numbers));
	assert_true(p.more_fragments);
	assert_int_equal(p.protocol, IP_UDP);
	assert_int_equal(p.udp_length, 99);
}

static void
extensions_are_bounded(void **state)
{
	uint8_t bytes[40 + 8 * 20] = {IPV6_TO(0)};
	struct packet p;

	(void)state;
	READ(PACKET_IS_IPV6, bytes, &p);
	assert_int_equal(p.extensions, PACKET_EXTENSIONS);
	assert_int_equal(p.parts, PACKET_IPV6);
	assert_false(p.cut);
}

static void
mobility_is_an_extension(void **state)
{
	static const uint8_t bytes[] = {
	    IPV6_TO(135), 17, 1, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, UDP};
	struct packet p;

	(void)state;
	READ(PACKET_IS_IPV6, bytes, &p);
	assert_int_equal(p.extensions, 1);
	assert_int_equal(p.src_port, 53);
}

/* What is there looks like ports, but is from the packet's middle. */
static void
middle_of_a_packet_has_no_ports(void **state)
{
	struct packet p;

	(void)state;
	READ(PACKET_IS_IPV4, middle4, &p);
	assert_int_equal(p.parts, PACKET_IPV4 | PACKET_PROTOCOL);
	assert_int_equal(p.fragment, 1480);
	READ(PACKET_IS_IPV6, middle6, &p);
	assert_int_equal(p.parts, PACKET_IPV6 | PACKET_PROTOCOL);
	assert_int_equal(p.fragment, 1448);
	assert_int_equal(p.protocol, IP_TCP);
}

static void
other_transports(void **state)
{
	struct packet p;

	(void)state;
	READ(PACKET_IS_IPV4, icmp, &p);
	assert_int_equal(p.parts, PACKET_IPV4 | PACKET_PROTOCOL | PACKET_ICMP);
	assert_int_equal(p.icmp_type, 3);
	assert_int_equal(p.icmp_code, 13);
	READ(PACKET_IS_IPV6, icmp6, &p);
	assert_int_equal(p.parts, PACKET_IPV6 | PACKET_PROTOCOL | PACKET_ICMP);
	assert_int_equal(p.icmp_type, 143);
	READ(PACKET_IS_IPV4, sctp, &p);
	assert_int_equal(p.parts, PACKET_IPV4 | TO_PORTS);
	assert_int_equal(p.dst_port, 2906);
}

static void
what_is_no_ip_is_not_read_as_such(void **state)
{
	struct packet p;

	(void)state;
	READ(PACKET_IS_ETHERNET, not_ip, &p);
	assert_int_equal(p.parts, ETHERNET);
	READ(PACKET_IS_ETHERNET, arp, &p);
	assert_int_equal(p.parts, ETHERNET);
	assert_int_equal(p.ethertype, 0x806);
	READ(PACKET_IS_IPV4, short_header, &p);
	assert_int_equal(p.parts, 0);
	READ(PACKET_IS_IPV6, icmp, &p);
	assert_int_equal(p.parts, 0);
	READ(2, tcp, &p);
	assert_int_equal(p.parts, 0);
}

static void
labels_are_read_to_the_last(void **state)
{
	struct packet p;

	(void)state;
	READ(PACKET_IS_ETHERNET, labelled, &p);
	assert_int_equal(p.parts, ETHERNET | PACKET_MPLS | PACKET_IPV4 | TO_PORTS |
	                              PACKET_UDP_LENGTH);
	assert_int_equal(p.ethertype, 0x8847);
	assert_int_equal(p.labels, 2);
	assert_int_equal(p.label[0] >> 12, 26017);
	assert_int_equal(p.label[1] >> 12, 100);
	assert_int_equal(p.label[1] >> 9 & 7, 1);
	assert_int_equal(p.label[1] & 255, 64);
	READ(PACKET_IS_MPLS, wire, &p);
	assert_int_equal(p.parts,
	                 PACKET_MPLS | PACKET_IPV4 | TO_PORTS | PACKET_TCP_FLAGS);
	assert_int_equal(p.src_port, 8080);
	packet_read_type(0x8848, wire, sizeof(wire), &p);
	assert_int_equal(p.labels, 1);
	assert_int_equal(p.protocol, IP_TCP);
}

static void
labels_are_bounded(void **state)
{
	uint8_t bytes[4 * 40] = {0};
	struct packet p;

	(void)state;
	READ(PACKET_IS_MPLS, bytes, &p);
	assert_int_equal(p.labels, PACKET_LABELS);
	assert_int_equal(p.parts, PACKET_MPLS);
}

static void
sessions_of_ppp(void **state)
{
	static const uint8_t discovery[] = {MACS, 0x88, 0x64, 0x11, 0x09, 0, 0, 0, 4};
	struct packet p;

	(void)state;
	READ(PACKET_IS_ETHERNET, session, &p);
	assert_int_equal(p.parts, ETHERNET | PACKET_PPPOE | PACKET_IPV6 | TO_PORTS |
	                              PACKET_UDP_LENGTH);
	assert_int_equal(p.session, 0xabcd);
	READ(PACKET_IS_PPP, serial, &p);
	assert_int_equal(p.parts,
	                 PACKET_MPLS | PACKET_IPV4 | TO_PORTS | PACKET_UDP_LENGTH);
	READ(PACKET_IS_ETHERNET, discovery, &p);
	assert_int_equal(p.parts, ETHERNET);
}

/* Where the payload is --------------------------------------------------------- */

#define IPV4_OF(length_, protocol_) \
	0x45, 0, (length_) >> 8, (length_)&255, 0, 1, 0, 0, 64, protocol_, 0, 0, 192, \
	    0, 2, 1, 192, 0, 2, 2
#define UDP_OF(length_) 0, 53, 0x30, 0x39, (length_) >> 8, (length_)&255, 0, 0
#define PADDING 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0

static const uint8_t padded[] = {MACS, 8, 0, IPV4_OF(33, 17), UDP_OF(13), 1, 2,
                                 3,    4, 5, PADDING};
static const uint8_t cut_short[] = {IPV4_OF(1028, 17), UDP_OF(1008), 1, 2, 3};
static const uint8_t tcp_options[] = {
    IPV4_OF(46, 6), 0x1f, 0x90, 0, 80, 0, 0, 0, 1, 0, 0, 0, 2, 0x60,
    0x18,           0,    0,    0, 0,  0, 0, 1, 1, 1, 0, 1, 2};
static const uint8_t sctp_chunk[] = {
    IPV4_OF(36, 132), 0x0b, 0x59, 0x0b, 0x5a, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4};
static const uint8_t icmp_error[] = {IPV4_OF(28, 1), 3, 13, 0, 0, 1, 2, 3, 4};
static const uint8_t gre[] = {IPV4_OF(26, 47), 0, 0, 8, 0, 1, 2};
static const uint8_t llc[] = {MACS, 0, 3, 0x42, 0x42, 3, PADDING};
static const uint8_t last4[] = {0x45, 0, 0, 24, 0xab, 0xcd, 0, 185, 64, 17, 0, 0,
                                192,  0, 2, 1,  192,  0,    2, 2,   1,  2,  3, 4};
static const uint8_t first6[] = {IPV6_TO(44), 60, 0, 0, 1, 1, 2, 3, 4,
                                 17,          0,  1, 4, 0, 0, 0, 0, UDP_OF(99)};
static const uint8_t alone6[] = {IPV6_TO(44), 17, 0, 0, 0, 1, 2, 3, 4, UDP_OF(8)};
/* Lengths that can't be. */
static const uint8_t ip_too_short[] = {IPV4_OF(19, 17), UDP_OF(8), PADDING};
static const uint8_t no_room_for_udp[] = {IPV4_OF(27, 17), UDP_OF(8), PADDING};
static const uint8_t udp_too_short[] = {IPV4_OF(30, 17), UDP_OF(7), 1, 2};
static const uint8_t udp_too_long[] = {IPV4_OF(30, 17), UDP_OF(12), 1, 2, 3, 4};
static const uint8_t tcp_too_short[] = {
    IPV4_OF(60, 6), 0x1f, 0x90, 0, 80, 0, 0, 0, 1, 0, 0, 0, 2, 0x40, 0x12, PADDING};

#define PACKET(protocol_, bytes_, ...) \
	{ \
		PACKET_IS_##protocol_, bytes_, sizeof(bytes_), LAYER_##__VA_ARGS__ \
	}

/* Behind which layer, where it begins, and bytes that are there and that there are. */
static const struct {
	uint32_t protocol;
	const uint8_t *bytes;
	size_t size;
	enum packet_layer behind;
	size_t at, len, whole;
} payloads[] = {
    PACKET(ETHERNET, labelled, IPV4, 42, 6, 40),
    PACKET(ETHERNET, session, IPV6, 62, 6, 40),
    PACKET(MPLS, wire, IPV4, 42, 14, 40),
    PACKET(PPP, serial, IPV4, 28, 6, 40),
    PACKET(ETHERNET, padded, UDP, 42, 5, 5),
    PACKET(IPV4, cut_short, UDP, 28, 3, 1000),
    PACKET(IPV4, tcp_options, TCP, 44, 2, 2),
    PACKET(IPV4, sctp_chunk, SCTP, 32, 4, 4),
    PACKET(IPV4, icmp_error, ICMP, 24, 4, 4),
    PACKET(IPV4, gre, IPV4, 20, 6, 6),
    PACKET(ETHERNET, llc, ETHERNET, 14, 3, 3),
    PACKET(ETHERNET, arp, ETHERNET, 14, 4, 4),
    PACKET(ETHERNET, tcp, IPV4, 34, 17, 40), /* its header isn't whole */
    PACKET(ETHERNET, tagged, IPV4, 42, 6, 40),
    PACKET(IPV4, options, IPV4, 24, 14, 36),
    PACKET(IPV4, last4, FRAGMENT, 20, 4, 4),
    PACKET(IPV6, first6, FRAGMENT, 48, 16, 32),
    PACKET(IPV6, alone6, UDP, 56, 0, 0),
    PACKET(IPV4, ip_too_short, NONE, 0, sizeof(ip_too_short), sizeof(ip_too_short)),
    PACKET(IPV4, no_room_for_udp, IPV4, 20, 7, 7),
    PACKET(IPV4, udp_too_short, IPV4, 20, 10, 10),
    PACKET(IPV4, udp_too_long, UDP, 28, 2, 4),
    PACKET(IPV4, tcp_too_short, IPV4, 20, 26, 40),
    PACKET(IPV6, extended, EXTENSION, 72, 8, 8), /* beyond IPv6's length */
    PACKET(IPV6, icmp, NONE, 0, sizeof(icmp), sizeof(icmp)),
};

static void
payload_is_behind_the_last_header(void **state)
{
	struct packet p;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(payloads); i++) {
		packet_read(payloads[i].protocol, payloads[i].bytes, payloads[i].size,
		            &p);
		assert_int_equal(p.payload.behind, payloads[i].behind);
		assert_ptr_equal(p.payload.bytes, payloads[i].bytes + payloads[i].at);
		assert_int_equal(p.payload.len, payloads[i].len);
		assert_int_equal(p.payload.whole, payloads[i].whole);
	}
}

static void
fragments_say_what_they_are_of(void **state)
{
	struct packet p;

	(void)state;
	READ(PACKET_IS_IPV4, last4, &p);
	assert_true(packet_is_fragment(&p));
	assert_int_equal(p.fragment, 1480);
	assert_false(p.more_fragments);
	assert_int_equal(p.id, 0xabcd);
	assert_int_equal(p.fragment_protocol, IP_UDP);
	READ(PACKET_IS_IPV6, first6, &p);
	assert_true(packet_is_fragment(&p));
	assert_int_equal(p.fragment, 0);
	assert_true(p.more_fragments);
	assert_int_equal(p.id, 0x01020304);
	assert_int_equal(p.fragment_protocol, 60);
	assert_int_equal(p.protocol, IP_UDP);
	assert_int_equal(p.src_port, 53);
	READ(PACKET_IS_IPV6, alone6, &p);
	assert_false(packet_is_fragment(&p));
}

/* The lengths don't hide what the bytes say. */
static void
odd_lengths_leave_the_ports(void **state)
{
	struct packet p;

	(void)state;
	READ(PACKET_IS_IPV4, ip_too_short, &p);
	assert_int_equal(p.src_port, 53);
	READ(PACKET_IS_IPV4, udp_too_short, &p);
	assert_int_equal(p.udp_length, 7);
	READ(PACKET_IS_IPV4, tcp_too_short, &p);
	assert_int_equal(p.tcp_flags, 0x12);
}

static void
types_stand_elsewhere(void **state)
{
	static const uint8_t behind_tag[] = {0x20, 0x0a,        0x86,
	                                     0xdd, IPV6_TO(17), UDP_OF(8)};
	struct packet p;

	(void)state;
	packet_read_type(0x800, cut_short, sizeof(cut_short), &p);
	assert_int_equal(p.parts,
	                 PACKET_TYPE | PACKET_IPV4 | TO_PORTS | PACKET_UDP_LENGTH);
	assert_int_equal(p.ethertype, 0x800);
	packet_read_type(0x8100, behind_tag, sizeof(behind_tag), &p);
	assert_int_equal(p.vlans, 1);
	assert_int_equal(p.vlan[0], 0x200a);
	assert_int_equal(p.ethertype, 0x86dd);
	assert_int_equal(p.payload.behind, LAYER_UDP);
	packet_read_type(0x806, arp + 14, sizeof(arp) - 14, &p);
	assert_int_equal(p.parts, PACKET_TYPE);
	assert_int_equal(p.payload.behind, LAYER_NONE);
	assert_int_equal(p.payload.len, 4);
}

static void
transport_alone(void **state)
{
	static const uint8_t bytes[] = {UDP_OF(10), 1, 2};
	struct packet p;

	(void)state;
	packet_read_transport(IP_UDP, bytes, sizeof(bytes), &p);
	assert_int_equal(p.parts, TO_PORTS | PACKET_UDP_LENGTH);
	assert_int_equal(p.dst_port, 12345);
	assert_ptr_equal(p.payload.bytes, bytes + 8);
	assert_int_equal(p.payload.len, 2);
	packet_read_transport(47, bytes, sizeof(bytes), &p);
	assert_int_equal(p.parts, PACKET_PROTOCOL);
	assert_int_equal(p.payload.len, sizeof(bytes));
}

/* Cut ---------------------------------------------------------------------------- */

static const struct {
	uint32_t protocol;
	const uint8_t *bytes;
	size_t len;
} packets[] = {
    {PACKET_IS_ETHERNET, tcp, sizeof(tcp)},
    {PACKET_IS_ETHERNET, udp6, sizeof(udp6)},
    {PACKET_IS_ETHERNET, tagged, sizeof(tagged)},
    {PACKET_IS_IPV4, options, sizeof(options)},
    {PACKET_IS_IPV6, extended, sizeof(extended)},
    {PACKET_IS_IPV4, icmp, sizeof(icmp)},
    {PACKET_IS_IPV6, first6, sizeof(first6)},
    {PACKET_IS_IPV4, tcp_options, sizeof(tcp_options)},
    {PACKET_IS_ETHERNET, labelled, sizeof(labelled)},
    {PACKET_IS_MPLS, wire, sizeof(wire)},
    {PACKET_IS_ETHERNET, session, sizeof(session)},
    {PACKET_IS_PPP, serial, sizeof(serial)},
};

static void
assert_inside(const struct packet *p, const uint8_t *bytes, size_t len)
{
	const struct packet_payload *payload = &p->payload;

	assert_true(payload->bytes >= bytes);
	assert_true(payload->bytes + payload->len <= bytes + len);
	assert_true(payload->len <= payload->whole);
	assert_true(payload->len <= payload->there);
	assert_true(payload->bytes + payload->there <= bytes + len);
}

/* In memory of its own, so that a read behind it is seen. What is there is a part of
 * what the whole packet says. */
static void
cut_anywhere(void **state)
{
	struct packet whole, p;
	uint8_t *bytes;
	size_t i, len;

	(void)state;
	for (i = 0; i < COUNT_OF(packets); i++) {
		packet_read(packets[i].protocol, packets[i].bytes, packets[i].len,
		            &whole);
		for (len = 0; len < packets[i].len; len++) {
			bytes = malloc(len + 1);
			assert_non_null(bytes);
			memcpy(bytes + 1, packets[i].bytes, len);
			packet_read(packets[i].protocol, bytes + 1, len, &p);
			assert_int_equal(p.parts & ~whole.parts, 0);
			if ((p.parts & PACKET_PORTS) != 0)
				assert_int_equal(p.src_port, whole.src_port);
			if (p.parts != whole.parts)
				assert_true(p.cut);
			assert_inside(&p, bytes + 1, len);
			free(bytes);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tcp_over_ipv4),
	    cmocka_unit_test(udp_over_ipv6),
	    cmocka_unit_test(tags_are_in_front_of_the_type),
	    cmocka_unit_test(many_tags_are_read),
	    cmocka_unit_test(tags_are_bounded),
	    cmocka_unit_test(options_are_passed_over),
	    cmocka_unit_test(extensions_are_passed_over),
	    cmocka_unit_test(extensions_are_bounded),
	    cmocka_unit_test(mobility_is_an_extension),
	    cmocka_unit_test(middle_of_a_packet_has_no_ports),
	    cmocka_unit_test(other_transports),
	    cmocka_unit_test(what_is_no_ip_is_not_read_as_such),
	    cmocka_unit_test(labels_are_read_to_the_last),
	    cmocka_unit_test(labels_are_bounded),
	    cmocka_unit_test(sessions_of_ppp),
	    cmocka_unit_test(payload_is_behind_the_last_header),
	    cmocka_unit_test(fragments_say_what_they_are_of),
	    cmocka_unit_test(odd_lengths_leave_the_ports),
	    cmocka_unit_test(types_stand_elsewhere),
	    cmocka_unit_test(transport_alone),
	    cmocka_unit_test(cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tests/sflow/unit.h"

#include <stdlib.h>

#include "sflow/wire/tunnel.h"

#define ROOM 512
#define SRC_PORT 4242

/* A packet, which is made from its inside out: each function puts a header before what is
 * there. */
struct made {
	uint8_t bytes[ROOM];
	size_t at; /* the first byte that is used; the last is that of `bytes` */
};

static size_t
made_len(const struct made *m)
{
	return ROOM - m->at;
}

static void
put(struct made *m, const void *header, size_t len)
{
	m->at -= len;
	memcpy(m->bytes + m->at, header, len);
}

static void
word(uint8_t *at, size_t number)
{
	at[0] = (uint8_t)(number >> 8);
	at[1] = (uint8_t)number;
}

static struct made
made_tcp(void)
{
	struct made m = {.at = ROOM};
	uint8_t tcp[20] = {[1] = 80, [2] = 0x1f, [3] = 0x90, [12] = 0x50, [13] = 0x18};

	put(&m, tcp, sizeof(tcp));
	return m;
}

/* From and to 10.NET.0.1 and .2. */
static void
put_ipv4(struct made *m, uint8_t protocol, uint8_t net)
{
	uint8_t ip[20] = {[0] = 0x45, [8] = 64, [9] = protocol};

	word(ip + 2, made_len(m) + sizeof(ip));
	memcpy(ip + 12, (uint8_t[]){10, net, 0, 1, 10, net, 0, 2}, 8);
	put(m, ip, sizeof(ip));
}

static void
put_ipv6(struct made *m, uint8_t next, uint8_t net)
{
	uint8_t ip[40] = {
	    [0] = 0x60, [6] = next,  [7] = 64, [8] = 0x20, [9] = 1, [15] = net,
	    [23] = 1,   [24] = 0x20, [25] = 1, [31] = net, [39] = 2};

	word(ip + 4, made_len(m));
	put(m, ip, sizeof(ip));
}

static void
put_udp(struct made *m, unsigned port)
{
	uint8_t udp[8];

	word(udp, SRC_PORT);
	word(udp + 2, port);
	word(udp + 4, made_len(m) + sizeof(udp));
	word(udp + 6, 0);
	put(m, udp, sizeof(udp));
}

static void
put_ethernet(struct made *m, unsigned type, uint8_t last)
{
	uint8_t ethernet[14] = {2, 0, 0, 0, 0, last, 2, 0, 0, 0, 1, last};

	word(ethernet + 12, type);
	put(m, ethernet, sizeof(ethernet));
}

#define PUT(m_, ...) put(m_, (uint8_t[]){__VA_ARGS__}, sizeof((uint8_t[]){__VA_ARGS__}))

static void
read_ipv4(const struct made *m, struct packet *p)
{
	packet_read(PACKET_IS_IPV4, m->bytes + m->at, made_len(m), p);
}

/* The frame that tunnels of Ethernet carry here: IPv4 of network 7 with TCP. */
static struct made
made_frame(void)
{
	struct made m = made_tcp();

	put_ipv4(&m, IP_TCP, 7);
	put_ethernet(&m, 0x800, 9);
	return m;
}

static void
assert_tcp_of(const struct packet *p, uint8_t net)
{
	assert_true((p->parts & PACKET_IPV4) != 0);
	assert_int_equal(p->src.bytes[1], net);
	assert_int_equal(p->protocol, IP_TCP);
	assert_int_equal(p->src_port, 80);
	assert_int_equal(p->dst_port, 8080);
	assert_int_equal(p->tcp_flags, 0x18);
}

static void
assert_frame(const struct made *m, enum tunnel_kind kind, bool has_id, uint32_t id)
{
	struct packet outer, inner;
	struct tunnel t;

	read_ipv4(m, &outer);
	assert_true(tunnel_enter(&outer, &inner, &t));
	assert_int_equal(t.kind, kind);
	assert_int_equal(t.has_id, has_id);
	assert_int_equal(t.id, id);
	assert_true((inner.parts & PACKET_ETHERNET) != 0);
	assert_int_equal(inner.dst_mac[5], 9);
	assert_tcp_of(&inner, 7);
	assert_false(tunnel_enter(&inner, &outer, &t));
	assert_int_equal(t.kind, TUNNEL_NONE);
}

static void
vxlan(void **state)
{
	static const unsigned ports[] = {4789, 8472};
	struct made m;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(ports); i++) {
		m = made_frame();
		PUT(&m, 0x08, 0, 0, 0, 0x12, 0x34, 0x56, 0xff);
		put_udp(&m, ports[i]);
		put_ipv4(&m, IP_UDP, 1);
		assert_frame(&m, TUNNEL_VXLAN, true, 0x123456);
	}
	m = made_frame();
	PUT(&m, 0, 0, 0, 0, 0x12, 0x34, 0x56, 0); /* the VNI is not valid */
	put_udp(&m, 4789);
	put_ipv4(&m, IP_UDP, 1);
	assert_frame(&m, TUNNEL_VXLAN, false, 0);
}

static void
geneve(void **state)
{
	struct made m = made_frame();
	struct packet outer, inner;
	struct tunnel t;

	(void)state;
	PUT(&m, 2, 0, 0x65, 0x58, 0, 0, 42, 0, /* two words of options */
	    1, 2, 3, 4, 5, 6, 7, 8);
	put_udp(&m, 6081);
	put_ipv4(&m, IP_UDP, 1);
	assert_frame(&m, TUNNEL_GENEVE, true, 42);

	m = made_tcp();
	put_ipv4(&m, IP_TCP, 3);
	PUT(&m, 0, 0, 0x08, 0, 0, 0, 43, 0); /* IPv4 without a frame */
	put_udp(&m, 6081);
	put_ipv4(&m, IP_UDP, 1);
	read_ipv4(&m, &outer);
	assert_true(tunnel_enter(&outer, &inner, &t));
	assert_int_equal(t.id, 43);
	assert_tcp_of(&inner, 3);

	m.bytes[m.at + 28] = 0x40; /* a version that isn't known */
	read_ipv4(&m, &outer);
	assert_false(tunnel_enter(&outer, &inner, &t));
}

static void
gre(void **state)
{
	struct made m = made_frame();

	(void)state;
	PUT(&m, 0x20, 0, 0x65, 0x58, 0, 0, 0x2a, 7); /* as NVGRE: VNI 42, flow 7 */
	put_ipv4(&m, 47, 1);
	assert_frame(&m, TUNNEL_GRE, true, 0x2a07);
	m = made_frame();
	PUT(&m, 0, 0, 0x65, 0x58);
	put_ipv4(&m, 47, 1);
	assert_frame(&m, TUNNEL_GRE, false, 0);
}

static void
gre_with_all(void **state)
{
	struct made m = made_tcp();
	struct packet outer, inner;
	struct tunnel t;

	(void)state;
	put_ipv4(&m, IP_TCP, 5);
	/* a checksum, a key and a number */
	PUT(&m, 0xb0, 0, 0x08, 0, 1, 2, 3, 4, 0xff, 0xff, 0xff, 0xff, 9, 9, 9, 9);
	put_ipv6(&m, 47, 1);
	packet_read(PACKET_IS_IPV6, m.bytes + m.at, made_len(&m), &outer);
	assert_true(tunnel_enter(&outer, &inner, &t));
	assert_int_equal(t.kind, TUNNEL_GRE);
	assert_int_equal(t.id, UINT32_MAX);
	assert_tcp_of(&inner, 5);

	/* PPTP: a length and the number of a call in place of the key */
	m = made_tcp();
	put_ipv4(&m, IP_TCP, 6);
	PUT(&m, 0x30, 0x81, 0x88, 0x0b, 0, 42, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0xff, 3, 0,
	    0x21);
	put_ipv4(&m, 47, 1);
	read_ipv4(&m, &outer);
	assert_true(tunnel_enter(&outer, &inner, &t));
	assert_false(t.has_id);
	assert_tcp_of(&inner, 6);

	m.bytes[m.at + 21] = 0x82; /* a version that isn't known */
	read_ipv4(&m, &outer);
	assert_false(tunnel_enter(&outer, &inner, &t));
}

static void
ip_in_ip(void **state)
{
	struct made m = made_tcp();
	struct packet p, inner;
	struct tunnel t;

	(void)state;
	put_ipv4(&m, IP_TCP, 4);
	put_ipv6(&m, 4, 3);
	put_ipv4(&m, 41, 2);
	PUT(&m, 0, 1, 0x01, 64); /* MPLS */
	put_ipv4(&m, 137, 1);
	read_ipv4(&m, &p);
	assert_int_equal(tunnel_innermost(&p, &inner, &t), 3);
	assert_int_equal(t.kind, TUNNEL_IP);
	assert_tcp_of(&inner, 4);
	assert_true(tunnel_enter(&p, &inner, &t));
	assert_int_equal(t.kind, TUNNEL_MPLS);
	assert_int_equal(inner.labels, 1);
	assert_int_equal(inner.src.bytes[1], 2);
}

static void
depth_is_bounded(void **state)
{
	struct made m = made_tcp();
	struct packet p, inner;
	struct tunnel t;
	uint8_t i;

	(void)state;
	put_ipv4(&m, IP_TCP, 20);
	for (i = 19; i > 0; i--)
		put_ipv4(&m, 4, i);
	read_ipv4(&m, &p);
	assert_int_equal(tunnel_innermost(&p, &inner, &t), TUNNELS);
	assert_int_equal(inner.src.bytes[1], 1 + TUNNELS);
}

static void
assert_none(const struct made *m)
{
	struct packet outer, inner, as_it_was;
	struct tunnel t;

	read_ipv4(m, &outer);
	as_it_was = outer;
	assert_false(tunnel_enter(&outer, &inner, &t));
	assert_int_equal(inner.parts, 0);
	assert_int_equal(tunnel_innermost(&outer, &inner, &t), 0);
	assert_int_equal(inner.parts, 0);
	assert_memory_equal(&outer, &as_it_was, sizeof(outer));
}

static void
what_is_no_tunnel(void **state)
{
	struct made m = made_frame();

	(void)state;
	PUT(&m, 0x08, 0, 0, 0, 0, 0, 1, 0);
	put_udp(&m, 53);
	put_ipv4(&m, IP_UDP, 1);
	assert_none(&m); /* another port */
	m = made_frame();
	PUT(&m, 0x40, 0, 0x65, 0x58); /* GRE with a route */
	put_ipv4(&m, 47, 1);
	assert_none(&m);
	m = made_tcp();
	put_ipv4(&m, IP_TCP, 2);
	put_ipv4(&m, 4, 1);
	word(m.bytes + m.at + 6, 100); /* a later fragment */
	assert_none(&m);
	m = made_tcp();
	m.bytes[m.at] = 0x75; /* no version of IP */
	put_ipv4(&m, 4, 1);
	assert_none(&m);
}

static void
first_fragment_is_entered(void **state)
{
	struct made m = made_tcp();
	struct packet p, inner;
	struct tunnel t;

	(void)state;
	put_ipv4(&m, IP_TCP, 2);
	put_ipv4(&m, 4, 1);
	word(m.bytes + m.at + 6, 0x2000);
	read_ipv4(&m, &p);
	assert_int_equal(tunnel_innermost(&p, &inner, &t), 1);
	assert_tcp_of(&inner, 2);
}

/* GRE behind an extension of IPv6 that limits tunnels, as Linux sends it (RFC 2473, 4.1.1). In a
 * fragment, whose payload begins with that extension, it is not taken for GRE. */
static void
behind_an_extension(void **state)
{
	struct made m = made_tcp(), in_pieces;
	struct packet outer, inner;
	struct tunnel t;

	(void)state;
	put_ipv4(&m, IP_TCP, 5);
	PUT(&m, 0, 0, 0x08, 0);
	PUT(&m, 47, 0, 4, 1, 4, 1, 1, 0);
	in_pieces = m;
	put_ipv6(&m, 60, 1);
	packet_read(PACKET_IS_IPV6, m.bytes + m.at, made_len(&m), &outer);
	assert_true(tunnel_enter(&outer, &inner, &t));
	assert_int_equal(t.kind, TUNNEL_GRE);
	assert_tcp_of(&inner, 5);
	PUT(&in_pieces, 60, 0, 0, 1, 0, 0, 0, 9);
	put_ipv6(&in_pieces, 44, 1);
	packet_read(PACKET_IS_IPV6, in_pieces.bytes + in_pieces.at,
	            made_len(&in_pieces), &outer);
	assert_int_equal(outer.protocol, 47);
	assert_false(tunnel_enter(&outer, &inner, &t));
}

/* In memory of its own, so that a read behind it is seen. */
static void
cut_anywhere(void **state)
{
	struct made m = made_frame();
	struct packet p, inner;
	struct tunnel t;
	uint8_t *bytes;
	size_t len;

	(void)state;
	PUT(&m, 1, 0, 0x65, 0x58, 0, 0, 42, 0, 1, 2, 3, 4);
	put_udp(&m, 6081);
	put_ipv6(&m, IP_UDP, 1);
	PUT(&m, 0x20, 0, 0x86, 0xdd, 0, 0, 0, 1);
	put_ipv4(&m, 47, 1);
	for (len = 0; len <= made_len(&m); len++) {
		bytes = malloc(len + 1);
		assert_non_null(bytes);
		memcpy(bytes + 1, m.bytes + m.at, len);
		packet_read(PACKET_IS_IPV4, bytes + 1, len, &p);
		assert_in_range(tunnel_innermost(&p, &inner, &t), 0, 2);
		if ((inner.parts & PACKET_ETHERNET) != 0)
			assert_int_equal(t.id, 42);
		free(bytes);
	}
	assert_tcp_of(&inner, 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(vxlan),
	    cmocka_unit_test(geneve),
	    cmocka_unit_test(gre),
	    cmocka_unit_test(gre_with_all),
	    cmocka_unit_test(ip_in_ip),
	    cmocka_unit_test(depth_is_bounded),
	    cmocka_unit_test(what_is_no_tunnel),
	    cmocka_unit_test(first_fragment_is_entered),
	    cmocka_unit_test(behind_an_extension),
	    cmocka_unit_test(cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

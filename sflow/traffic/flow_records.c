#include "sflow/traffic/flow_records.h"

#include <string.h>

#include "sflow/wire/records.h"

#define ETHERNET_AROUND \
	18            /* bytes of Ethernet's header and FCS around a packet of IP */
#define PATH_SET 1    /* an element of an AS path, the order of which says nothing */
#define LABEL_BITS 12 /* of a label stack's entry, behind the label */

/* Values of the wire ---------------------------------------------------------------- */

static uint32_t
word(struct flow_reading *r)
{
	return cursor_u32(r->c);
}

static struct flow_text
text(struct flow_reading *r)
{
	struct flow_text t;

	t.bytes = cursor_string(r->c, &t.len);
	return t;
}

static struct address
address_of(struct flow_reading *r, enum address_type type)
{
	struct address a = {.type = (uint8_t)type};
	const uint8_t *at = cursor_take(r->c, address_size(type));

	if (at != NULL)
		memcpy(a.bytes, at, address_size(type));
	return a;
}

/* One of the type that the structure has. */
static struct address
bare_address(struct flow_reading *r)
{
	return address_of(r, r->type);
}

/* An address behind its type. The length of one of a type that there is not, is not known. */
static struct address
address(struct flow_reading *r)
{
	uint32_t type = word(r);

	if (type > ADDRESS_IPV6)
		r->c->failed = true;
	return address_of(r, r->c->failed ? ADDRESS_UNKNOWN : (enum address_type)type);
}

static void
mac(struct flow_reading *r, uint8_t to[6])
{
	const uint8_t *at = cursor_take(r->c, BYTES_MAC);

	if (at != NULL)
		memcpy(to, at, 6);
}

/* Packets --------------------------------------------------------------------------- */

/* How long the packet was is said by up to three records: 200 by the sampled header and by
 * sampled_ethernet, and 182 by sampled_ipv4, which leaves Ethernet's part out, is one packet
 * of three true ones. There are agents which give the length of what they have sampled. So
 * each is made one of a frame, and the longest is taken: no packet is shorter than any true
 * length of it. The lengths inside the packet are not: who sends it can write anything there. */
static void
say_frame(struct flow_reading *r, uint32_t length, uint32_t around)
{
	if (length == 0 || length > FLOW_FRAME_MOST - around)
		return;
	if (length + around > r->frame)
		r->frame = length + around;
}

static void
read_header(struct flow_reading *r)
{
	uint32_t protocol = word(r), length = word(r), stripped = word(r), len;
	const uint8_t *bytes = cursor_string(r->c, &len);

	if (bytes == NULL || r->header != NULL)
		return;
	say_frame(r, length, 0);
	r->flow->stripped = stripped < length ? stripped : 0;
	r->header = bytes;
	r->header_len = len;
	r->header_protocol = protocol;
}

static void
read_ethernet(struct flow_reading *r)
{
	uint32_t length = word(r);
	struct packet p = r->said;

	mac(r, p.src_mac);
	mac(r, p.dst_mac);
	p.ethertype = (uint16_t)word(r);
	p.parts |= PACKET_ETHERNET | PACKET_TYPE;
	if (r->c->failed)
		return;
	say_frame(r, length, 0);
	r->said = p;
}

/* Protocols without ports have zeros there, and only TCP has flags. */
static void
read_ports(struct flow_reading *r, struct packet *p)
{
	uint32_t src = word(r), dst = word(r), flags = word(r);

	if (p->protocol == IP_TCP || p->protocol == IP_UDP || p->protocol == IP_SCTP) {
		p->src_port = (uint16_t)src;
		p->dst_port = (uint16_t)dst;
		p->parts |= PACKET_PORTS;
	}
	if (p->protocol == IP_TCP) {
		p->tcp_flags = (uint8_t)flags;
		p->parts |= PACKET_TCP_FLAGS;
	}
}

static void
read_ip(struct flow_reading *r)
{
	uint32_t length = word(r);
	struct packet p = r->said;

	p.protocol = (uint8_t)word(r);
	p.src = bare_address(r);
	p.dst = bare_address(r);
	read_ports(r, &p);
	p.tos = (uint8_t)word(r);
	p.length = length <= UINT16_MAX ? (uint16_t)length : 0;
	p.parts |=
	    PACKET_PROTOCOL | (r->type == ADDRESS_IPV4 ? PACKET_IPV4 : PACKET_IPV6);
	if (r->c->failed)
		return;
	say_frame(r, length, ETHERNET_AROUND);
	r->said = p;
}

/* How the device forwarded it -------------------------------------------------------- */

static void
read_switch(struct flow_reading *r)
{
	struct flow *f = r->flow;

	f->vlan.src_vlan = word(r);
	f->vlan.src_priority = word(r);
	f->vlan.dst_vlan = word(r);
	f->vlan.dst_priority = word(r);
}

static void
read_router(struct flow_reading *r)
{
	struct flow *f = r->flow;

	f->router.nexthop = address(r);
	f->router.src_mask = word(r);
	f->router.dst_mask = word(r);
}

/* The first AS of the path is the next one, and the last one has the destination. An element
 * that is a set has no last one. */
static void
read_path(struct flow_reading *r)
{
	struct flow *f = r->flow;
	uint32_t elements = word(r), count, type, as;
	bool first = true;

	for (; elements > 0 && !r->c->failed; elements--) {
		type = word(r);
		for (count = word(r); count > 0 && !r->c->failed; count--) {
			as = word(r);
			if (first)
				f->gateway.dst_peer_as = as;
			first = false;
			f->gateway.dst_as = type == PATH_SET ? 0 : as;
		}
	}
}

/* Passes over so many words, or fails where there are not as many. */
static void
skip_words(struct flow_reading *r, uint32_t count)
{
	if (count > cursor_left(r->c) / BYTES_U32)
		r->c->failed = true;
	else
		cursor_take(r->c, count * (size_t)BYTES_U32);
}

static void
read_gateway(struct flow_reading *r)
{
	struct flow *f = r->flow;

	f->gateway.nexthop = address(r);
	f->gateway.as = word(r);
	f->gateway.src_as = word(r);
	f->gateway.src_peer_as = word(r);
	read_path(r);
	skip_words(r, word(r)); /* the communities */
	f->gateway.localpref = word(r);
}

static void
read_user(struct flow_reading *r)
{
	word(r); /* the character sets */
	r->flow->user.src = text(r);
	word(r);
	r->flow->user.dst = text(r);
}

static void
read_url(struct flow_reading *r)
{
	r->flow->url.direction = word(r);
	r->flow->url.url = text(r);
	r->flow->url.host = text(r);
}

static void
read_nat(struct flow_reading *r)
{
	r->flow->nat.src = address(r);
	r->flow->nat.dst = address(r);
}

static void
read_nat_ports(struct flow_reading *r)
{
	r->flow->nat_ports.src = word(r);
	r->flow->nat_ports.dst = word(r);
}

/* Returns the outermost label of a stack, which is the first. */
static uint32_t
outermost(struct flow_reading *r)
{
	uint32_t count = word(r), label;

	if (count == 0)
		return 0;
	label = word(r) >> LABEL_BITS;
	skip_words(r, count - 1);
	return label;
}

static void
read_mpls(struct flow_reading *r)
{
	r->flow->mpls.nexthop = address(r);
	r->flow->mpls.in_label = outermost(r);
	r->flow->mpls.out_label = outermost(r);
}

static void
read_tunnel(struct flow_reading *r, struct flow_tunnel *t)
{
	word(r); /* the length */
	t->protocol = word(r);
	t->src = bare_address(r);
	t->dst = bare_address(r);
	t->src_port = word(r);
	t->dst_port = word(r);
	word(r); /* flags of TCP, and the type of service */
	word(r);
}

static void
read_tunnel_in(struct flow_reading *r)
{
	read_tunnel(r, &r->flow->tunnel_in);
}

static void
read_tunnel_out(struct flow_reading *r)
{
	read_tunnel(r, &r->flow->tunnel_out);
}

static void
read_vni_in(struct flow_reading *r)
{
	r->flow->vni_in = word(r);
}

static void
read_vni_out(struct flow_reading *r)
{
	r->flow->vni_out = word(r);
}

/* Transactions ------------------------------------------------------------------------ */

static void
read_socket(struct flow_reading *r)
{
	struct flow *f = r->flow;

	f->socket.protocol = word(r);
	f->socket.local = bare_address(r);
	f->socket.remote = bare_address(r);
	f->socket.local_port = word(r);
	f->socket.remote_port = word(r);
}

static void
read_tcp(struct flow_reading *r)
{
	struct flow *f = r->flow;

	f->tcp.direction = word(r);
	f->tcp.snd_mss = word(r);
	f->tcp.rcv_mss = word(r);
	f->tcp.unacked = word(r);
	f->tcp.lost = word(r);
	f->tcp.retrans = word(r);
	f->tcp.pmtu = word(r);
	f->tcp.rtt = word(r);
	f->tcp.rttvar = word(r);
	f->tcp.snd_cwnd = word(r);
	f->tcp.reordering = word(r);
	f->tcp.min_rtt = word(r);
}

static void
read_application(struct flow_reading *r)
{
	struct flow *f = r->flow;

	f->app.application = text(r);
	f->app.operation = text(r);
	f->app.attributes = text(r);
	f->app.status_descr = text(r);
	f->app.req_bytes = cursor_u64(r->c);
	f->app.resp_bytes = cursor_u64(r->c);
	f->app.us = word(r);
	f->app.status = word(r);
}

static void
read_request(struct flow_reading *r)
{
	struct flow *f = r->flow;

	f->http.uri = text(r);
	f->http.host = text(r);
	f->http.referer = text(r);
	f->http.useragent = text(r);
	f->http.xff = text(r);
	f->http.authuser = text(r);
	f->http.mime_type = text(r);
	f->http.req_bytes = cursor_u64(r->c);
	f->http.resp_bytes = cursor_u64(r->c);
	f->http.us = word(r);
	f->http.status = (int32_t)word(r);
}

static void
read_http(struct flow_reading *r)
{
	r->flow->http.method = word(r);
	r->flow->http.protocol = word(r);
	read_request(r);
}

static void
read_http_old(struct flow_reading *r)
{
	r->flow->http.method = word(r);
	read_request(r);
}

static void
read_initiator(struct flow_reading *r)
{
	r->flow->initiator = text(r);
}

static void
read_target(struct flow_reading *r)
{
	r->flow->target = text(r);
}

static void
read_memcache(struct flow_reading *r)
{
	struct flow *f = r->flow;

	f->memcache.protocol = word(r);
	f->memcache.cmd = word(r);
	f->memcache.key = text(r);
	f->memcache.nkeys = word(r);
	f->memcache.value_bytes = word(r);
	f->memcache.us = word(r);
	f->memcache.status = word(r);
}

/* Records ------------------------------------------------------------------------------- */

#define ROOM(member_) \
	offsetof(struct flow, member_), sizeof(((struct flow *)NULL)->member_)
#define NO_ROOM 0, 0 /* it is read into struct flow_reading */

/* Who reads which record, and where to. Those that come most are first. */
static const struct record_reader {
	uint32_t format; /* of enterprise 0 */
	unsigned has;
	size_t offset, size;
	void (*read)(struct flow_reading *r);
	enum address_type
	    type; /* of its addresses, where they have none of their own */
} readers[] = {
    {1, 0, NO_ROOM, read_header, 0},
    {1001, FLOW_HAS_SWITCH, ROOM(vlan), read_switch, 0},
    {1002, FLOW_HAS_ROUTER, ROOM(router), read_router, 0},
    {1003, FLOW_HAS_GATEWAY, ROOM(gateway), read_gateway, 0},
    {2, 0, NO_ROOM, read_ethernet, 0},
    {3, 0, NO_ROOM, read_ip, ADDRESS_IPV4},
    {4, 0, NO_ROOM, read_ip, ADDRESS_IPV6},
    {2209, FLOW_HAS_TCP, ROOM(tcp), read_tcp, 0},
    {2206, FLOW_HAS_HTTP, ROOM(http), read_http, 0},
    {2200, FLOW_HAS_MEMCACHE, ROOM(memcache), read_memcache, 0},
    {2202, FLOW_HAS_APPLICATION, ROOM(app), read_application, 0},
    {2100, FLOW_HAS_SOCKET, ROOM(socket), read_socket, ADDRESS_IPV4},
    {2101, FLOW_HAS_SOCKET, ROOM(socket), read_socket, ADDRESS_IPV6},
    {1004, FLOW_HAS_USER, ROOM(user), read_user, 0},
    {1005, FLOW_HAS_URL, ROOM(url), read_url, 0},
    {1006, FLOW_HAS_MPLS, ROOM(mpls), read_mpls, 0},
    {1007, FLOW_HAS_NAT, ROOM(nat), read_nat, 0},
    {1020, FLOW_HAS_NAT_PORTS, ROOM(nat_ports), read_nat_ports, 0},
    {1023, FLOW_HAS_TUNNEL_OUT, ROOM(tunnel_out), read_tunnel_out, ADDRESS_IPV4},
    {1024, FLOW_HAS_TUNNEL_IN, ROOM(tunnel_in), read_tunnel_in, ADDRESS_IPV4},
    {1025, FLOW_HAS_TUNNEL_OUT, ROOM(tunnel_out), read_tunnel_out, ADDRESS_IPV6},
    {1026, FLOW_HAS_TUNNEL_IN, ROOM(tunnel_in), read_tunnel_in, ADDRESS_IPV6},
    {1029, FLOW_HAS_VNI_OUT, ROOM(vni_out), read_vni_out, 0},
    {1030, FLOW_HAS_VNI_IN, ROOM(vni_in), read_vni_in, 0},
    {2201, FLOW_HAS_HTTP, ROOM(http), read_http_old, 0},
    {2204, FLOW_HAS_INITIATOR, ROOM(initiator), read_initiator, 0},
    {2205, FLOW_HAS_TARGET, ROOM(target), read_target, 0},
};

static const struct record_reader *
reader_of(uint32_t tag)
{
	size_t i;

	for (i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
		if (readers[i].format == tag)
			return &readers[i];
	return NULL;
}

void
flow_read_record(struct flow_reading *r, struct record *record)
{
	const struct record_reader *reader = reader_of(record->tag);

	if (reader == NULL || (r->flow->has & reader->has) != 0)
		return;
	r->c = &record->body;
	r->type = reader->type;
	reader->read(r);
	if (record->body.failed)
		memset((char *)r->flow + reader->offset, 0, reader->size);
	else
		r->flow->has |= reader->has;
}

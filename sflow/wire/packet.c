#include "sflow/wire/packet_internal.h"

#include <string.h>

/* Bytes of headers. */
#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define TCP_HEADER 20
#define UDP_HEADER 8
#define SCTP_HEADER 12
#define ICMP_HEADER 4 /* what all messages have */

/* Extensions of IPv6 (RFC 8200, 4), the authentication header (RFC 4302), and the
 * mobility header (RFC 6275). */
enum {
	HOP_BY_HOP = 0,
	ROUTING = 43,
	FRAGMENT = 44,
	AUTHENTICATION = 51,
	DESTINATION = 60,
	MOBILITY = 135
};

/* Transport ------------------------------------------------------------------- */

static void
read_ports(struct walk *w)
{
	const uint8_t *at = look(w, 4);

	if (at == NULL)
		return;
	w->packet->src_port = word(at);
	w->packet->dst_port = word(at + 2);
	w->packet->parts |= PACKET_PORTS;
}

static enum packet_layer
read_tcp(struct walk *w)
{
	const uint8_t *at = look(w, 14); /* up to the flags */
	size_t len;

	read_ports(w);
	if (at == NULL)
		return LAYER_NONE;
	w->packet->tcp_flags = at[13];
	w->packet->parts |= PACKET_TCP_FLAGS;
	len = (at[12] >> 4) * 4u;
	if (len >= TCP_HEADER)
		pass(w, LAYER_TCP, len, NO_LENGTH);
	return LAYER_NONE;
}

static enum packet_layer
read_udp(struct walk *w)
{
	const uint8_t *at = look(w, 6); /* up to the length */

	read_ports(w);
	if (at == NULL)
		return LAYER_NONE;
	w->packet->udp_length = word(at + 4);
	w->packet->parts |= PACKET_UDP_LENGTH;
	pass(w, LAYER_UDP, UDP_HEADER, w->packet->udp_length);
	return LAYER_NONE;
}

static enum packet_layer
read_sctp(struct walk *w)
{
	read_ports(w);
	pass(w, LAYER_SCTP, SCTP_HEADER, NO_LENGTH);
	return LAYER_NONE;
}

static enum packet_layer
read_icmp(struct walk *w)
{
	const uint8_t *at = look(w, 2);

	if (at == NULL)
		return LAYER_NONE;
	w->packet->icmp_type = at[0];
	w->packet->icmp_code = at[1];
	w->packet->parts |= PACKET_ICMP;
	pass(w, LAYER_ICMP, ICMP_HEADER, NO_LENGTH);
	return LAYER_NONE;
}

/* Returns the layer of a transport protocol; LAYER_NONE in a fragment that is not the
 * first, because only the first one has the transport's header. */
static enum packet_layer
transport_layer(struct walk *w, uint8_t protocol)
{
	w->packet->protocol = protocol;
	w->packet->parts |= PACKET_PROTOCOL;
	if (w->packet->fragment != 0)
		return LAYER_NONE;
	switch (protocol) {
	case IP_TCP:
		return LAYER_TCP;
	case IP_UDP:
		return LAYER_UDP;
	case IP_SCTP:
		return LAYER_SCTP;
	case IP_ICMP:
	case IP_ICMP6:
		return LAYER_ICMP;
	default:
		return LAYER_NONE;
	}
}

/* IP -------------------------------------------------------------------------- */

static struct address
address_at(enum address_type type, const uint8_t *at)
{
	struct address a = {.type = (uint8_t)type};

	memcpy(a.bytes, at, type == ADDRESS_IPV4 ? 4 : 16);
	return a;
}

static enum packet_layer
read_ipv4(struct walk *w)
{
	struct packet *p = w->packet;
	const uint8_t *at = look(w, IPV4_HEADER);
	size_t len;

	if (at == NULL || at[0] >> 4 != 4 || (at[0] & 15) < 5)
		return LAYER_NONE;
	len = (at[0] & 15u) * 4u;
	p->tos = at[1];
	p->length = word(at + 2);
	p->id = word(at + 4);
	p->fragment = (uint16_t)(word(at + 6) << 3);
	p->more_fragments = (at[6] & 0x20) != 0;
	p->fragment_protocol = at[9];
	p->ttl = at[8];
	p->src = address_at(ADDRESS_IPV4, at + 12);
	p->dst = address_at(ADDRESS_IPV4, at + 16);
	p->parts |= PACKET_IPV4;
	pass(w, packet_is_fragment(p) ? LAYER_FRAGMENT : LAYER_IPV4, len, p->length);
	return transport_layer(w, at[9]);
}

static bool
is_extension(uint8_t number)
{
	return number == HOP_BY_HOP || number == ROUTING || number == FRAGMENT ||
	       number == AUTHENTICATION || number == DESTINATION || number == MOBILITY;
}

/* Returns the length in bytes of an extension whose first 8 bytes are at `at`. */
static size_t
extension_length(uint8_t number, const uint8_t *at)
{
	if (number == FRAGMENT)
		return 8;
	return number == AUTHENTICATION ? (at[1] + 2u) * 4u : (at[1] + 1u) * 8u;
}

/* Returns the layer behind a header of IPv6 whose next header is `number`. A fragment
 * that is not the first has no more headers. */
static enum packet_layer
extension_layer(struct walk *w, uint8_t number)
{
	if (!is_extension(number) || w->packet->fragment != 0)
		return transport_layer(w, number);
	if (w->packet->extensions == PACKET_EXTENSIONS)
		return LAYER_NONE;
	w->extension = number;
	return LAYER_EXTENSION;
}

static void
read_fragment(const uint8_t *at, struct packet *p)
{
	p->fragment_protocol = at[0];
	p->fragment = word(at + 2) & 0xfff8;
	p->more_fragments = (at[3] & 1) != 0;
	p->id = (uint32_t)word(at + 4) << 16 | word(at + 6);
}

static enum packet_layer
read_extension(struct walk *w)
{
	struct packet *p = w->packet;
	enum packet_layer layer = LAYER_EXTENSION;
	const uint8_t *at = look(w, 8);

	if (at == NULL)
		return LAYER_NONE;
	p->extension[p->extensions++] = w->extension;
	if (w->extension == FRAGMENT && !packet_is_fragment(p)) {
		read_fragment(at, p);
		if (packet_is_fragment(p))
			layer = LAYER_FRAGMENT;
	}
	pass(w, layer, extension_length(w->extension, at), NO_LENGTH);
	return extension_layer(w, at[0]);
}

static enum packet_layer
read_ipv6(struct walk *w)
{
	struct packet *p = w->packet;
	const uint8_t *at = look(w, IPV6_HEADER);

	if (at == NULL || at[0] >> 4 != 6)
		return LAYER_NONE;
	p->tos = (uint8_t)(word(at) >> 4);
	p->flow_label = (uint32_t)(at[1] & 15) << 16 | word(at + 2);
	p->length = word(at + 4);
	p->ttl = at[7];
	p->src = address_at(ADDRESS_IPV6, at + 8);
	p->dst = address_at(ADDRESS_IPV6, at + 24);
	p->parts |= PACKET_IPV6;
	pass(w, LAYER_IPV6, IPV6_HEADER, IPV6_HEADER + (size_t)p->length);
	return extension_layer(w, at[6]);
}

/* The walk -------------------------------------------------------------------- */

static struct walk
begin(const void *bytes, size_t len, struct packet *packet)
{
	memset(packet, 0, sizeof(*packet));
	packet->payload = (struct packet_payload){.behind = LAYER_NONE,
	                                          .bytes = bytes,
	                                          .len = len,
	                                          .whole = len,
	                                          .there = len};
	return (struct walk){.c = cursor_of(bytes, len), .packet = packet};
}

/* The walk ends: each layer moves ahead, and the layers that may repeat are bounded. */
static void
go(struct walk *w, enum packet_layer layer)
{
	static enum packet_layer (*const readers[LAYER_COUNT])(struct walk *) = {
	    [LAYER_ETHERNET] = packet_read_ethernet,
	    [LAYER_TAG] = packet_read_tag,
	    [LAYER_PPPOE] = packet_read_pppoe,
	    [LAYER_PPP] = packet_read_ppp,
	    [LAYER_MPLS] = packet_read_mpls,
	    [LAYER_PSEUDOWIRE] = packet_read_pseudowire,
	    [LAYER_IPV4] = read_ipv4,
	    [LAYER_IPV6] = read_ipv6,
	    [LAYER_EXTENSION] = read_extension,
	    [LAYER_TCP] = read_tcp,
	    [LAYER_UDP] = read_udp,
	    [LAYER_SCTP] = read_sctp,
	    [LAYER_ICMP] = read_icmp};

	while (layer != LAYER_NONE)
		layer = readers[layer](w);
	w->packet->payload.follows = w->packet->payload.bytes == w->c.at;
}

void
packet_read(uint32_t protocol, const void *bytes, size_t len, struct packet *packet)
{
	struct walk w = begin(bytes, len, packet);

	go(&w, protocol == PACKET_IS_ETHERNET ? LAYER_ETHERNET
	       : protocol == PACKET_IS_PPP    ? LAYER_PPP
	       : protocol == PACKET_IS_MPLS   ? LAYER_MPLS
	       : protocol == PACKET_IS_IPV4   ? LAYER_IPV4
	       : protocol == PACKET_IS_IPV6   ? LAYER_IPV6
	                                      : LAYER_NONE);
}

void
packet_read_type(uint16_t ethertype, const void *bytes, size_t len,
                 struct packet *packet)
{
	struct walk w = begin(bytes, len, packet);

	go(&w, packet_type_layer(&w, ethertype));
}

void
packet_read_transport(uint8_t protocol, const void *bytes, size_t len,
                      struct packet *packet)
{
	struct walk w = begin(bytes, len, packet);

	go(&w, transport_layer(&w, protocol));
}

#include "sflow/wire/packet.h"

#include <string.h>

#include "sflow/wire/cursor.h"

#define TYPE_IPV4 0x0800
#define TYPE_IPV6 0x86dd
#define TYPES_FROM 1536 /* a smaller ethertype is a length */

/* Bytes of headers. */
#define ETHERNET_HEADER 14
#define TAG_HEADER 4
#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define TCP_HEADER 20
#define UDP_HEADER 8
#define SCTP_HEADER 12
#define ICMP_HEADER 4 /* what all messages have */

#define NO_LENGTH SIZE_MAX /* the header gives no length */

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

struct walk {
	struct cursor c;       /* begins with the next header */
	struct packet *packet; /* what was found */
	uint8_t extension;     /* number of the next extension, at LAYER_EXTENSION */
};

static uint16_t
word(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

/* Returns the next `len` bytes without moving behind them; NULL when the packet ends
 * inside them, and then the packet is marked as cut. */
static const uint8_t *
look(struct walk *w, size_t len)
{
	if (len <= cursor_left(&w->c))
		return w->c.at;
	w->packet->cut = true;
	return NULL;
}

/* Moves behind a header of `len` bytes. `said` is the length that the header gives for
 * itself and all that is behind it. The payload then begins behind the header, unless
 * the header is not all there, or does not fit into the length that it or a header
 * before it gives. The walk goes on behind such a header, to read the headers that
 * follow: a packet that the network card is going to segment is sampled before its
 * length is filled in. */
static void
pass(struct walk *w, enum packet_layer layer, size_t len, size_t said)
{
	struct packet_payload *p = &w->packet->payload;
	bool agrees = p->bytes == w->c.at && p->behind != LAYER_FRAGMENT &&
	              len <= p->len && len <= said;

	if (look(w, len) == NULL)
		len = cursor_left(&w->c);
	w->c.at += len;
	if (!agrees)
		return;
	p->behind = layer;
	p->bytes += len;
	p->whole = (said == NO_LENGTH ? p->whole : said) - len;
	p->len = p->len - len < p->whole ? p->len - len : p->whole;
}

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

/* Ethernet -------------------------------------------------------------------- */

/* IEEE 802.1Q, 802.1ad, and the type that was used for 802.1ad before it. */
static bool
is_tag(uint16_t type)
{
	return type == 0x8100 || type == 0x88a8 || type == 0x9100;
}

/* Returns the layer behind an ethertype. At LAYER_TAG the tag's first two bytes, its
 * priority and VLAN, are there. */
static enum packet_layer
type_layer(struct walk *w, uint16_t type)
{
	if (is_tag(type) && w->packet->vlans < PACKET_VLANS && look(w, 2) != NULL)
		return LAYER_TAG;
	w->packet->ethertype = type;
	w->packet->parts |= PACKET_TYPE;
	return type == TYPE_IPV4   ? LAYER_IPV4
	       : type == TYPE_IPV6 ? LAYER_IPV6
	                           : LAYER_NONE;
}

/* Moves behind a header that ends with an ethertype, and returns the next layer. */
static enum packet_layer
pass_type(struct walk *w, enum packet_layer layer, size_t len)
{
	const uint8_t *at = look(w, len);
	uint16_t type;

	if (at == NULL)
		return LAYER_NONE;
	type = word(at + len - 2);
	pass(w, layer, len, type < TYPES_FROM ? len + type : NO_LENGTH);
	return type_layer(w, type);
}

static enum packet_layer
read_tag(struct walk *w)
{
	w->packet->vlan[w->packet->vlans++] = word(w->c.at);
	return pass_type(w, LAYER_TAG, TAG_HEADER);
}

static enum packet_layer
read_ethernet(struct walk *w)
{
	const uint8_t *at = look(w, 12);

	if (at == NULL)
		return LAYER_NONE;
	memcpy(w->packet->dst_mac, at, 6);
	memcpy(w->packet->src_mac, at + 6, 6);
	w->packet->parts |= PACKET_ETHERNET;
	return pass_type(w, LAYER_ETHERNET, ETHERNET_HEADER);
}

/* The walk -------------------------------------------------------------------- */

static struct walk
begin(const void *bytes, size_t len, struct packet *packet)
{
	memset(packet, 0, sizeof(*packet));
	packet->payload = (struct packet_payload){
	    .behind = LAYER_NONE, .bytes = bytes, .len = len, .whole = len};
	return (struct walk){.c = cursor_of(bytes, len), .packet = packet};
}

/* The walk ends: each layer moves ahead, and the layers that may repeat are bounded. */
static void
go(struct walk *w, enum packet_layer layer)
{
	static enum packet_layer (*const readers[LAYER_COUNT])(struct walk *) = {
	    [LAYER_ETHERNET] = read_ethernet,
	    [LAYER_TAG] = read_tag,
	    [LAYER_IPV4] = read_ipv4,
	    [LAYER_IPV6] = read_ipv6,
	    [LAYER_EXTENSION] = read_extension,
	    [LAYER_TCP] = read_tcp,
	    [LAYER_UDP] = read_udp,
	    [LAYER_SCTP] = read_sctp,
	    [LAYER_ICMP] = read_icmp};

	while (layer != LAYER_NONE)
		layer = readers[layer](w);
}

void
packet_read(uint32_t protocol, const void *bytes, size_t len, struct packet *packet)
{
	struct walk w = begin(bytes, len, packet);

	go(&w, protocol == PACKET_IS_ETHERNET ? LAYER_ETHERNET
	       : protocol == PACKET_IS_IPV4   ? LAYER_IPV4
	       : protocol == PACKET_IS_IPV6   ? LAYER_IPV6
	                                      : LAYER_NONE);
}

void
packet_read_type(uint16_t ethertype, const void *bytes, size_t len,
                 struct packet *packet)
{
	struct walk w = begin(bytes, len, packet);

	go(&w, type_layer(&w, ethertype));
}

void
packet_read_transport(uint8_t protocol, const void *bytes, size_t len,
                      struct packet *packet)
{
	struct walk w = begin(bytes, len, packet);

	go(&w, transport_layer(&w, protocol));
}

#include "sflow/wire/packet.h"

#include <string.h>

#include "sflow/wire/cursor.h"

#define TYPE_IPV4 0x0800
#define TYPE_IPV6 0x86dd
#define IPV4_HEADER 20
#define IPV6_HEADER 40

/* Extensions of IPv6 (RFC 8200, 4), and the authentication header (RFC 4302). */
enum { HOP_BY_HOP = 0, ROUTING = 43, FRAGMENT = 44, AUTHENTICATION = 51,
       DESTINATION = 60 };

static uint16_t
word(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint16_t
take_word(struct cursor *c)
{
	const uint8_t *at = cursor_take(c, 2);

	return at == NULL ? 0 : word(at);
}

/* Transport ------------------------------------------------------------------- */

static void
read_ports(struct cursor *c, struct packet *p)
{
	const uint8_t *at = cursor_take(c, 4);

	if (at == NULL)
		return;
	p->src_port = word(at);
	p->dst_port = word(at + 2);
	p->parts |= PACKET_PORTS;
}

static void
read_tcp(struct cursor *c, struct packet *p)
{
	const uint8_t *at;

	read_ports(c, p);
	at = cursor_take(c, 10); /* sequence, acknowledgement, offset, flags */
	if (at == NULL)
		return;
	p->tcp_flags = at[9];
	p->parts |= PACKET_TCP_FLAGS;
}

static void
read_udp(struct cursor *c, struct packet *p)
{
	read_ports(c, p);
	p->udp_length = take_word(c);
	if (!c->failed)
		p->parts |= PACKET_UDP_LENGTH;
}

static void
read_icmp(struct cursor *c, struct packet *p)
{
	const uint8_t *at = cursor_take(c, 2);

	if (at == NULL)
		return;
	p->icmp_type = at[0];
	p->icmp_code = at[1];
	p->parts |= PACKET_ICMP;
}

/* Only a packet's first fragment has these headers. */
static void
read_transport(struct cursor *c, uint8_t protocol, struct packet *p)
{
	p->protocol = protocol;
	p->parts |= PACKET_PROTOCOL;
	if (p->fragment != 0)
		return;
	if (protocol == IP_TCP)
		read_tcp(c, p);
	else if (protocol == IP_UDP)
		read_udp(c, p);
	else if (protocol == IP_SCTP)
		read_ports(c, p);
	else if (protocol == IP_ICMP || protocol == IP_ICMP6)
		read_icmp(c, p);
}

/* IP -------------------------------------------------------------------------- */

static struct address
address_at(enum address_type type, const uint8_t *at)
{
	struct address a = {.type = (uint8_t)type};

	memcpy(a.bytes, at, type == ADDRESS_IPV4 ? 4 : 16);
	return a;
}

static void
read_fragment(uint16_t offset, bool more, struct packet *p)
{
	p->fragment = offset;
	p->more_fragments = more;
}

static void
read_ipv4(struct cursor *c, struct packet *p)
{
	const uint8_t *at = cursor_take(c, IPV4_HEADER);
	size_t len;

	if (at == NULL || at[0] >> 4 != 4 || (at[0] & 15) < 5)
		return;
	len = (at[0] & 15u) * 4u;
	p->tos = at[1];
	p->length = word(at + 2);
	p->id = word(at + 4);
	read_fragment((uint16_t)(word(at + 6) << 3), (at[6] & 0x20) != 0, p);
	p->ttl = at[8];
	p->src = address_at(ADDRESS_IPV4, at + 12);
	p->dst = address_at(ADDRESS_IPV4, at + 16);
	p->parts |= PACKET_IPV4;
	cursor_take(c, len - IPV4_HEADER);
	read_transport(c, at[9], p);
}

static bool
is_extension(uint8_t number)
{
	return number == HOP_BY_HOP || number == ROUTING ||
	       number == FRAGMENT || number == AUTHENTICATION ||
	       number == DESTINATION;
}

/* Bytes of an extension, of which the first 8 are at `at`. */
static size_t
extension_length(uint8_t number, const uint8_t *at)
{
	if (number == FRAGMENT)
		return 8;
	return number == AUTHENTICATION ? (at[1] + 2u) * 4u : (at[1] + 1u) * 8u;
}

/* Moves to what is behind the extensions; false where that can't be known. */
static bool
skip_extensions(struct cursor *c, uint8_t *next, struct packet *p)
{
	const uint8_t *at;
	uint8_t number;

	while (is_extension(*next)) {
		if (p->extensions == PACKET_EXTENSIONS || cursor_left(c) < 8)
			return false;
		number = *next;
		at = c->at;
		p->extension[p->extensions++] = number;
		*next = at[0];
		if (number == FRAGMENT)
			read_fragment(word(at + 2) & 0xfff8, at[3] & 1, p);
		cursor_take(c, extension_length(number, at));
		if (p->fragment != 0)
			break; /* what follows is from the packet's middle */
	}
	return true;
}

static void
read_ipv6(struct cursor *c, struct packet *p)
{
	const uint8_t *at = cursor_take(c, IPV6_HEADER);
	uint8_t next;

	if (at == NULL || at[0] >> 4 != 6)
		return;
	p->tos = (uint8_t)(word(at) >> 4);
	p->flow_label = (uint32_t)(at[1] & 15) << 16 | word(at + 2);
	p->length = word(at + 4);
	next = at[6];
	p->ttl = at[7];
	p->src = address_at(ADDRESS_IPV6, at + 8);
	p->dst = address_at(ADDRESS_IPV6, at + 24);
	p->parts |= PACKET_IPV6;
	if (skip_extensions(c, &next, p))
		read_transport(c, next, p);
}

/* Ethernet -------------------------------------------------------------------- */

/* IEEE 802.1Q, 802.1ad, and what was sent for that before it. */
static bool
is_tag(uint16_t type)
{
	return type == 0x8100 || type == 0x88a8 || type == 0x9100;
}

static bool
read_ethernet(struct cursor *c, struct packet *p)
{
	const uint8_t *at = cursor_take(c, 12);
	uint16_t type;

	if (at == NULL)
		return false;
	memcpy(p->dst_mac, at, 6);
	memcpy(p->src_mac, at + 6, 6);
	p->parts |= PACKET_ETHERNET;
	type = take_word(c);
	while (is_tag(type) && p->vlans < PACKET_VLANS && cursor_left(c) >= 2) {
		p->vlan[p->vlans++] = take_word(c);
		type = take_word(c);
	}
	if (c->failed)
		return false;
	p->ethertype = type;
	p->parts |= PACKET_TYPE;
	return true;
}

void
packet_read(uint32_t protocol, const void *bytes, size_t len,
            struct packet *packet)
{
	struct cursor c = cursor_of(bytes, len);
	bool ethernet;

	memset(packet, 0, sizeof(*packet));
	ethernet = protocol == PACKET_IS_ETHERNET && read_ethernet(&c, packet);
	if (protocol == PACKET_IS_IPV4 ||
	    (ethernet && packet->ethertype == TYPE_IPV4))
		read_ipv4(&c, packet);
	else if (protocol == PACKET_IS_IPV6 ||
	         (ethernet && packet->ethertype == TYPE_IPV6))
		read_ipv6(&c, packet);
}

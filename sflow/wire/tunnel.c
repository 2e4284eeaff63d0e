#include "sflow/wire/tunnel.h"

#include <string.h>

#include "sflow/wire/cursor.h"

/* Protocols of IP that are packets themselves. */
enum { IP_IPV4 = 4, IP_IPV6 = 41, IP_GRE = 47, IP_MPLS = 137 };

/* UDP's ports; 8472 is that of Linux, from before VXLAN had its own. */
enum { PORT_VXLAN = 4789, PORT_VXLAN_LINUX = 8472, PORT_GENEVE = 6081 };

#define TYPE_ETHERNET 0x6558 /* a bridged frame, in GRE and in GENEVE */
#define TYPE_PPP 0x880b
#define GRE_CHECKSUM 0x8000
#define GRE_ROUTING 0x4000 /* deprecated by RFC 2784 */
#define GRE_KEY 0x2000
#define GRE_SEQUENCE 0x1000
#define GRE_ACKNOWLEDGED 0x0080 /* of version 1 */
#define GRE_VERSION 7
#define VXLAN_HEADER 8
#define VXLAN_HAS_VNI 0x08
#define GENEVE_HEADER 8
#define GENEVE_OPTIONS 0x3f

static uint16_t
take_word(struct cursor *c)
{
	const uint8_t *at = cursor_take(c, 2);

	return at == NULL ? 0 : (uint16_t)(at[0] << 8 | at[1]);
}

/* Reads what is left as a packet behind a field that holds an ethertype. */
static void
read_type(struct cursor *c, uint16_t type, struct packet *inner)
{
	if (c->failed)
		return;
	if (type == TYPE_ETHERNET)
		packet_read(PACKET_IS_ETHERNET, c->at, cursor_left(c), inner);
	else if (type == TYPE_PPP)
		packet_read(PACKET_IS_PPP, c->at, cursor_left(c), inner);
	else
		packet_read_type(type, c->at, cursor_left(c), inner);
}

/* NVGRE's key is a VNI of 24 bits, and a number of the flow behind it (RFC 7637, 3.2). Nothing
 * tells it from a bridged GRE with any key, so the whole key is the identity of both. */
static void
enter_gre(struct cursor *c, struct packet *inner, struct tunnel *tunnel)
{
	uint16_t flags = take_word(c), type = take_word(c);
	unsigned version = flags & GRE_VERSION;

	if (version > 1 || (flags & GRE_ROUTING) != 0)
		return;
	if ((flags & GRE_CHECKSUM) != 0)
		cursor_take(c, 4);
	if ((flags & GRE_KEY) != 0) {
		tunnel->id = cursor_u32(c);
		tunnel->has_id = !c->failed && version == 0;
	}
	if ((flags & GRE_SEQUENCE) != 0)
		cursor_take(c, 4);
	if (version == 1 && (flags & GRE_ACKNOWLEDGED) != 0)
		cursor_take(c, 4);
	tunnel->kind = TUNNEL_GRE;
	read_type(c, type, inner);
}

static void
enter_vxlan(struct cursor *c, struct packet *inner, struct tunnel *tunnel)
{
	const uint8_t *at = cursor_take(c, VXLAN_HEADER);

	if (at == NULL)
		return;
	tunnel->kind = TUNNEL_VXLAN;
	tunnel->has_id = (at[0] & VXLAN_HAS_VNI) != 0;
	tunnel->id = tunnel->has_id ? u32_at(at + 4) >> 8 : 0;
	read_type(c, TYPE_ETHERNET, inner);
}

static void
enter_geneve(struct cursor *c, struct packet *inner, struct tunnel *tunnel)
{
	const uint8_t *at = cursor_take(c, GENEVE_HEADER);

	if (at == NULL || at[0] >> 6 != 0)
		return;
	tunnel->kind = TUNNEL_GENEVE;
	tunnel->has_id = true;
	tunnel->id = u32_at(at + 4) >> 8;
	cursor_take(c, (at[0] & GENEVE_OPTIONS) * 4u);
	read_type(c, (uint16_t)(at[2] << 8 | at[3]), inner);
}

static void
enter_ip(struct cursor *c, uint32_t protocol, struct packet *inner,
         struct tunnel *tunnel)
{
	tunnel->kind = protocol == PACKET_IS_MPLS ? TUNNEL_MPLS : TUNNEL_IP;
	packet_read(protocol, c->at, cursor_left(c), inner);
}

/* Behind the header of IP, and its extensions. */
static void
enter_behind_ip(const struct packet *outer, struct cursor *c, struct packet *inner,
                struct tunnel *tunnel)
{
	switch (outer->protocol) {
	case IP_IPV4:
		enter_ip(c, PACKET_IS_IPV4, inner, tunnel);
		break;
	case IP_IPV6:
		enter_ip(c, PACKET_IS_IPV6, inner, tunnel);
		break;
	case IP_MPLS:
		enter_ip(c, PACKET_IS_MPLS, inner, tunnel);
		break;
	case IP_GRE:
		enter_gre(c, inner, tunnel);
		break;
	default:
		break;
	}
}

/* By the port that the datagram goes to; the one that it comes from is made of the packet
 * inside. */
static void
enter_behind_udp(const struct packet *outer, struct cursor *c, struct packet *inner,
                 struct tunnel *tunnel)
{
	if (outer->dst_port == PORT_VXLAN || outer->dst_port == PORT_VXLAN_LINUX)
		enter_vxlan(c, inner, tunnel);
	else if (outer->dst_port == PORT_GENEVE)
		enter_geneve(c, inner, tunnel);
}

bool
tunnel_enter(const struct packet *outer, struct packet *inner, struct tunnel *tunnel)
{
	struct cursor c = cursor_of(outer->payload.bytes, outer->payload.len);

	memset(inner, 0, sizeof(*inner));
	*tunnel = (struct tunnel){.kind = TUNNEL_NONE};
	if (outer->fragment != 0 || (outer->parts & PACKET_PROTOCOL) == 0 ||
	    !outer->payload.follows)
		return false;
	switch (outer->payload.behind) {
	case LAYER_IPV4:
	case LAYER_IPV6:
	case LAYER_EXTENSION:
	case LAYER_FRAGMENT:
		enter_behind_ip(outer, &c, inner, tunnel);
		break;
	case LAYER_UDP:
		enter_behind_udp(outer, &c, inner, tunnel);
		break;
	default:
		break;
	}
	if (inner->parts != 0)
		return true;
	*tunnel = (struct tunnel){.kind = TUNNEL_NONE};
	return false;
}

unsigned
tunnel_innermost(const struct packet *outer, struct packet *inner,
                 struct tunnel *tunnel)
{
	struct packet next;
	struct tunnel deeper;
	unsigned depth = 1;

	if (!tunnel_enter(outer, inner, tunnel))
		return 0;
	while (depth < TUNNELS && tunnel_enter(inner, &next, &deeper)) {
		*inner = next;
		*tunnel = deeper;
		depth++;
	}
	return depth;
}

const char *
tunnel_name(enum tunnel_kind kind)
{
	static const char *const names[] = {"", "gre", "ip", "mpls", "vxlan", "geneve"};

	return names[kind];
}

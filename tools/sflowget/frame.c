#include "tools/sflowget/frame.h"

#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "sflow/wire/cursor.h"
#include "sflow/wire/packet.h"
#include "tools/sflowget/fragments.h"

#define UDP_HEADER 8

struct frame_reader {
	int link;
	struct fragments *fragments;
};

struct frame_reader *
frame_reader_new(int link)
{
	struct frame_reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->link = link;
	r->fragments = fragments_new();
	if (r->fragments != NULL)
		return r;
	free(r);
	return NULL;
}

void
frame_reader_free(struct frame_reader *r)
{
	if (r == NULL)
		return;
	fragments_free(r->fragments);
	free(r);
}

uint64_t
frame_incomplete(const struct frame_reader *r)
{
	return fragments_incomplete(r->fragments);
}

static uint16_t
u16(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 2);

	return p == NULL ? 0 : (uint16_t)(p[0] << 8 | p[1]);
}

/* Links ------------------------------------------------------------------------- */

bool
frame_known(int link)
{
	switch (link) {
	case DLT_EN10MB:
	case DLT_LINUX_SLL:
	case DLT_LINUX_SLL2:
	case DLT_PPP:
	case DLT_PPP_SERIAL:
	case DLT_PPP_ETHER:
	case DLT_RAW:
	case DLT_IPV4:
	case DLT_IPV6:
	case DLT_NULL:
	case DLT_LOOP:
		return true;
	default:
		return false;
	}
}

static void
read_type(uint16_t type, const struct cursor *c, struct packet *packet)
{
	packet_read_type(type, c->at, cursor_left(c), packet);
}

/* Reads an IP packet of the version that is in its header. */
static void
read_ip(const struct cursor *c, struct packet *packet)
{
	bool ipv6 = cursor_left(c) > 0 && c->at[0] >> 4 == 6;

	packet_read(ipv6 ? PACKET_IS_IPV6 : PACKET_IS_IPV4, c->at, cursor_left(c),
	            packet);
}

static void
read_headers(int link, struct cursor c, struct packet *packet)
{
	uint16_t type;

	switch (link) {
	case DLT_EN10MB:
		packet_read(PACKET_IS_ETHERNET, c.at, cursor_left(&c), packet);
		break;
	case DLT_LINUX_SLL:
		cursor_take(&c, 14);
		type = u16(&c);
		read_type(type, &c, packet);
		break;
	case DLT_LINUX_SLL2:
		type = u16(&c);
		cursor_take(&c, 18);
		read_type(type, &c, packet);
		break;
	case DLT_PPP:
	case DLT_PPP_SERIAL:
		packet_read(PACKET_IS_PPP, c.at, cursor_left(&c), packet);
		break;
	case DLT_PPP_ETHER: /* PPPoE, as behind its ethertype */
		read_type(0x8864, &c, packet);
		break;
	case DLT_NULL: /* The header is the address family, in an unknown byte
	                * order. The IP version tells the same. */
	case DLT_LOOP:
		cursor_take(&c, 4);
		read_ip(&c, packet);
		break;
	default:
		read_ip(&c, packet);
	}
	if (c.failed)
		packet->cut = true;
}

/* UDP ----------------------------------------------------------------------------- */

/* Returns how many bytes of data a UDP packet has. Some programs that write recordings
 * (sflowtool -M) let its length count the data alone; then so many bytes as the header has
 * are behind it. UDP's options could be there too (RFC 9868), and do no harm: a datagram of
 * sFlow says itself how much it has. */
static size_t
udp_bytes(const struct packet_payload *payload)
{
	return payload->whole + (payload->surplus == UDP_HEADER ? UDP_HEADER : 0);
}

/* Fills in port and payload from the headers of a UDP packet. */
static enum frame_kind
give(const struct packet *udp, struct frame_packet *packet)
{
	size_t len = udp_bytes(&udp->payload);

	if (udp->payload.there < len)
		return FRAME_CUT;
	if (udp->payload.behind != LAYER_UDP)
		return FRAME_OTHER;
	packet->port = udp->dst_port;
	packet->bytes = udp->payload.bytes;
	packet->len = len;
	return FRAME_UDP;
}

/* Adds a fragment, and reads the packet if it is whole then. */
static enum frame_kind
join(struct frame_reader *r, const struct packet *piece, struct frame_packet *packet)
{
	struct fragment fragment = {.key = {.from = piece->src,
	                                    .to = piece->dst,
	                                    .id = piece->id,
	                                    .protocol = IP_UDP},
	                            .at = piece->fragment,
	                            .last = !piece->more_fragments,
	                            .bytes = piece->payload.bytes,
	                            .len = piece->payload.len};
	struct packet whole;
	const uint8_t *bytes;
	size_t len;

	if (piece->fragment_protocol != IP_UDP)
		return FRAME_OTHER;
	if (piece->payload.len < piece->payload.whole)
		return FRAME_CUT;
	bytes = fragments_add(r->fragments, &fragment, &len);
	if (bytes == NULL)
		return FRAME_FRAGMENT;
	packet_read_transport(IP_UDP, bytes, len, &whole);
	return give(&whole, packet);
}

enum frame_kind
frame_read(struct frame_reader *r, const void *frame, size_t len, size_t whole,
           struct frame_packet *packet)
{
	struct packet p;

	read_headers(r->link, cursor_of(frame, len), &p);
	packet->from = p.src;
	if (p.payload.behind == LAYER_FRAGMENT)
		return join(r, &p, packet);
	if ((p.parts & PACKET_PROTOCOL) != 0 && p.protocol != IP_UDP)
		return FRAME_OTHER;
	if (p.cut && whole > len)
		return FRAME_CUT;
	return (p.parts & PACKET_PROTOCOL) == 0 ? FRAME_OTHER : give(&p, packet);
}

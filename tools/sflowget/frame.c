#include "tools/sflowget/frame.h"

#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "sflow/wire/cursor.h"
#include "tools/sflowget/fragments.h"

enum {
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_IPV6 = 0x86dd,
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_QINQ = 0x88a8,
	ETHERTYPE_OLD_QINQ = 0x9100
};

enum {
	IP_HOP_BY_HOP = 0,
	IP_UDP = 17,
	IP_ROUTING = 43,
	IP_FRAGMENT = 44,
	IP_AUTHENTICATION = 51,
	IP_DESTINATION = 60,
	IP_MOBILITY = 135
};

struct frame_reader {
	int link;
	struct fragments *fragments;
};

/* An IP packet's own data. */
struct inside {
	struct cursor data;
	size_t len;              /* so long it says it is */
	struct fragment_key key; /* addresses, and what is in it */
	bool is_fragment, last;
	size_t at;               /* of a fragment */
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

/* Behind the tags of VLANs, whether it is IP. */
static bool
is_ip(struct cursor *c, uint16_t type)
{
	while (type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ ||
	       type == ETHERTYPE_OLD_QINQ) {
		cursor_take(c, 2);
		type = u16(c);
	}
	return type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6;
}

/* Moves behind the link's header. False where what follows isn't IP. */
static bool
open_link(int link, struct cursor *c)
{
	uint16_t type;

	switch (link) {
	case DLT_EN10MB:
		cursor_take(c, 12);
		return is_ip(c, u16(c));
	case DLT_LINUX_SLL:
		cursor_take(c, 14);
		return is_ip(c, u16(c));
	case DLT_LINUX_SLL2:
		type = u16(c);
		cursor_take(c, 18);
		return is_ip(c, type);
	case DLT_NULL: /* the family, in whose byte order nobody knows: the
	                * version says the same */
	case DLT_LOOP:
		cursor_take(c, 4);
		return true;
	default:
		return true;
	}
}

/* IP ------------------------------------------------------------------------------ */

static void
set_address(struct address *address, enum address_type type,
            const uint8_t *bytes)
{
	address->type = (uint8_t)type;
	memcpy(address->bytes, bytes, type == ADDRESS_IPV4 ? 4 : 16);
}

static bool
open_ipv4(struct cursor c, struct inside *in)
{
	const uint8_t *ip = cursor_take(&c, 20);
	size_t header = ip == NULL ? 0 : (ip[0] & 15u) * 4u, total, offset;

	if (header < 20)
		return false;
	cursor_take(&c, header - 20);
	total = (size_t)ip[2] << 8 | ip[3];
	if (c.failed || total < header)
		return false;
	offset = (size_t)(ip[6] & 0x1f) << 8 | ip[7];
	in->key.id = (uint32_t)ip[4] << 8 | ip[5];
	in->key.protocol = ip[9];
	set_address(&in->key.from, ADDRESS_IPV4, ip + 12);
	set_address(&in->key.to, ADDRESS_IPV4, ip + 16);
	in->last = (ip[6] & 0x20) == 0;
	in->is_fragment = !in->last || offset != 0;
	in->at = offset * 8;
	in->data = c;
	in->len = total - header;
	return true;
}

/* Passes over an extension header of IPv6. False: it is none. */
static bool
open_extension(struct inside *in)
{
	size_t left = cursor_left(&in->data), len;
	const uint8_t *header = in->data.at;

	switch (in->key.protocol) {
	case IP_HOP_BY_HOP:
	case IP_ROUTING:
	case IP_DESTINATION:
	case IP_MOBILITY:
		len = left < 2 ? 8 : 8 + (size_t)header[1] * 8;
		break;
	case IP_AUTHENTICATION:
		len = left < 2 ? 8 : 8 + (size_t)header[1] * 4;
		break;
	case IP_FRAGMENT:
		len = 8;
		break;
	default:
		return false;
	}
	if (cursor_take(&in->data, len) == NULL || in->len < len) {
		in->data.failed = true;
		return false;
	}
	in->len -= len;
	if (in->key.protocol == IP_FRAGMENT) {
		in->at = ((size_t)header[2] << 8 | header[3]) & 0xfff8u;
		in->last = (header[3] & 1) == 0;
		in->is_fragment = !in->last || in->at != 0;
		memcpy(&in->key.id, header + 4, 4);
	}
	in->key.protocol = header[0];
	return !in->is_fragment;
}

static bool
open_ipv6(struct cursor c, struct inside *in)
{
	const uint8_t *ip = cursor_take(&c, 40);

	if (ip == NULL)
		return false;
	in->len = (size_t)ip[4] << 8 | ip[5];
	in->key.protocol = ip[6];
	set_address(&in->key.from, ADDRESS_IPV6, ip + 8);
	set_address(&in->key.to, ADDRESS_IPV6, ip + 24);
	in->data = c;
	while (open_extension(in))
		;
	return !in->data.failed;
}

static bool
open_ip(struct cursor c, struct inside *in)
{
	memset(in, 0, sizeof(*in));
	if (cursor_left(&c) == 0)
		return false;
	return c.at[0] >> 4 == 4   ? open_ipv4(c, in)
	       : c.at[0] >> 4 == 6 ? open_ipv6(c, in)
	                           : false;
}

/* UDP ----------------------------------------------------------------------------- */

static enum frame_kind
open_udp(struct cursor c, struct frame_packet *packet)
{
	size_t len;

	u16(&c);
	packet->port = u16(&c);
	len = u16(&c);
	u16(&c);
	if (c.failed || len < 8)
		return FRAME_OTHER;
	len -= 8;
	if (len > cursor_left(&c))
		return FRAME_CUT;
	packet->bytes = c.at;
	packet->len = len;
	return FRAME_UDP;
}

/* The packet that the fragment makes whole. */
static enum frame_kind
join(struct frame_reader *r, const struct inside *in,
     struct frame_packet *packet)
{
	struct fragment fragment = {.key = in->key,
	                            .at = in->at,
	                            .last = in->last,
	                            .bytes = in->data.at,
	                            .len = in->len};
	const uint8_t *bytes;
	size_t len;

	/* In IPv6 what a fragment is of is only said by the first. */
	if (in->key.from.type == ADDRESS_IPV6)
		fragment.key.protocol = 0;
	bytes = fragments_add(r->fragments, &fragment, &len);
	return bytes == NULL ? FRAME_FRAGMENT
	                     : open_udp(cursor_of(bytes, len), packet);
}

enum frame_kind
frame_read(struct frame_reader *r, const void *frame, size_t len, size_t whole,
           struct frame_packet *packet)
{
	struct cursor c = cursor_of(frame, len);
	struct inside in;

	if (!open_link(r->link, &c))
		return c.failed && whole > len ? FRAME_CUT : FRAME_OTHER;
	if (!open_ip(c, &in))
		return whole > len ? FRAME_CUT : FRAME_OTHER;
	if (in.key.protocol != IP_UDP)
		return FRAME_OTHER;
	packet->from = in.key.from;
	if (in.len > cursor_left(&in.data))
		return FRAME_CUT;
	in.data.end = in.data.at + in.len; /* what is behind it is padding */
	return in.is_fragment ? join(r, &in, packet)
	                      : open_udp(in.data, packet);
}

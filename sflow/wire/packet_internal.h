/* packet_internal.h - the walk over a packet's headers, for the files that read them:
 * packet_links.c (what is before IP) and packet.c (IP, and what is behind it).
 */
#ifndef SFLOW_PACKET_INTERNAL_H
#define SFLOW_PACKET_INTERNAL_H

#include "sflow/wire/cursor.h"
#include "sflow/wire/packet.h"

#define NO_LENGTH SIZE_MAX /* the header gives no length */

struct walk {
	struct cursor c;       /* begins with the next header */
	struct packet *packet; /* what was found */
	uint8_t extension;     /* number of the next extension, at LAYER_EXTENSION */
};

static inline uint16_t
word(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

/* Returns the next `len` bytes without moving behind them; NULL when the packet ends
 * inside them, and then the packet is marked as cut. */
static inline const uint8_t *
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
static inline void
pass(struct walk *w, enum packet_layer layer, size_t len, size_t said)
{
	struct packet_payload *p = &w->packet->payload;
	bool agrees = p->bytes == w->c.at && p->behind != LAYER_FRAGMENT &&
	              len <= p->len && len <= said;
	size_t outer;

	if (look(w, len) == NULL)
		len = cursor_left(&w->c);
	w->c.at += len;
	if (!agrees)
		return;
	outer = p->whole - len;
	p->behind = layer;
	p->bytes += len;
	p->whole = said == NO_LENGTH ? outer : said - len;
	p->there = p->len - len;
	p->len = p->there < p->whole ? p->there : p->whole;
	p->surplus = outer > p->whole ? outer - p->whole : 0;
}

/* packet_links.c ---------------------------------------------------------------------- */

/* Each reads the header that is next, moves behind it, and returns the layer behind. */
enum packet_layer packet_read_ethernet(struct walk *w);
enum packet_layer packet_read_tag(struct walk *w);
enum packet_layer packet_read_pppoe(struct walk *w);
enum packet_layer packet_read_ppp(struct walk *w);
enum packet_layer packet_read_mpls(struct walk *w);
enum packet_layer packet_read_pseudowire(struct walk *w);

/* Returns the layer behind an ethertype. At LAYER_TAG the tag's first two bytes, its
 * priority and VLAN, are there. */
enum packet_layer packet_type_layer(struct walk *w, uint16_t type);

#endif

#include "sflow/wire/packet_internal.h"

#include <string.h>

#define TYPE_IPV4 0x0800
#define TYPE_IPV6 0x86dd
#define TYPE_MPLS 0x8847        /* RFC 3032, and 5332 for what follows */
#define TYPE_MPLS_OTHERS 0x8848 /* its label was assigned upstream */
#define TYPE_PPPOE 0x8864       /* of a session; discovery has another type */
#define TYPES_FROM 1536         /* a smaller ethertype is a length */
#define ETHERNET_HEADER 14
#define TAG_HEADER 4
#define PPPOE_HEADER 6
#define LABEL 4

/* MPLS and PPP ---------------------------------------------------------------- */

/* Returns the layer behind the last label. No header says what that is, so a packet of IP
 * is known by its version, as routers do (RFC 4928, 3), and an Ethernet frame by the
 * control word before it (RFC 4385, 3). */
static enum packet_layer
labelled_layer(struct walk *w)
{
	const uint8_t *at = look(w, 1);

	if (at == NULL)
		return LAYER_NONE;
	switch (at[0] >> 4) {
	case 4:
		return LAYER_IPV4;
	case 6:
		return LAYER_IPV6;
	case 0:
		return LAYER_PSEUDOWIRE;
	default:
		return LAYER_NONE;
	}
}

enum packet_layer
packet_read_mpls(struct walk *w)
{
	struct packet *p = w->packet;
	const uint8_t *at = look(w, LABEL);

	if (at == NULL || p->labels == PACKET_LABELS)
		return LAYER_NONE;
	p->label[p->labels++] = (uint32_t)word(at) << 16 | word(at + 2);
	p->parts |= PACKET_MPLS;
	pass(w, LAYER_MPLS, LABEL, NO_LENGTH);
	return (at[2] & 1) != 0 ? labelled_layer(w) : LAYER_MPLS;
}

/* Of a frame inside MPLS only the packet is read: its addresses and tags are not those of
 * the frame that was sampled. */
enum packet_layer
packet_read_pseudowire(struct walk *w)
{
	const uint8_t *at = look(w, LABEL + ETHERNET_HEADER);
	uint16_t type;

	if (at == NULL)
		return LAYER_NONE;
	type = word(at + LABEL + ETHERNET_HEADER - 2);
	if (type != TYPE_IPV4 && type != TYPE_IPV6)
		return LAYER_NONE;
	pass(w, LAYER_PSEUDOWIRE, LABEL + ETHERNET_HEADER, NO_LENGTH);
	return type == TYPE_IPV4 ? LAYER_IPV4 : LAYER_IPV6;
}

/* The protocol's number has one byte, which is odd, where both sides agreed to leave out
 * the first of two (RFC 1661, 2). On a serial line two bytes may stand before it
 * (RFC 1662, 3.1). */
enum packet_layer
packet_read_ppp(struct walk *w)
{
	const uint8_t *at = look(w, 2);
	size_t before = at != NULL && at[0] == 0xff && at[1] == 0x03 ? 2 : 0;
	unsigned protocol;
	size_t len;

	at = look(w, before + 2);
	if (at == NULL)
		return LAYER_NONE;
	len = before + ((at[before] & 1) != 0 ? 1 : 2);
	protocol = (at[before] & 1) != 0 ? at[before] : word(at + before);
	pass(w, LAYER_PPP, len, NO_LENGTH);
	switch (protocol) {
	case 0x0021:
		return LAYER_IPV4;
	case 0x0057:
		return LAYER_IPV6;
	case 0x0281: /* RFC 3032, 4.3 */
	case 0x0283:
		return LAYER_MPLS;
	default:
		return LAYER_NONE;
	}
}

enum packet_layer
packet_read_pppoe(struct walk *w)
{
	const uint8_t *at = look(w, PPPOE_HEADER);

	if (at == NULL || at[0] != 0x11 || at[1] != 0) /* version, type; code of data */
		return LAYER_NONE;
	w->packet->session = word(at + 2);
	w->packet->parts |= PACKET_PPPOE;
	pass(w, LAYER_PPPOE, PPPOE_HEADER, PPPOE_HEADER + (size_t)word(at + 4));
	return LAYER_PPP;
}

/* Ethernet -------------------------------------------------------------------- */

/* IEEE 802.1Q, 802.1ad, and the type that was used for 802.1ad before it. */
static bool
is_tag(uint16_t type)
{
	return type == 0x8100 || type == 0x88a8 || type == 0x9100;
}

enum packet_layer
packet_type_layer(struct walk *w, uint16_t type)
{
	if (is_tag(type) && w->packet->vlans < PACKET_VLANS && look(w, 2) != NULL)
		return LAYER_TAG;
	w->packet->ethertype = type;
	w->packet->parts |= PACKET_TYPE;
	switch (type) {
	case TYPE_IPV4:
		return LAYER_IPV4;
	case TYPE_IPV6:
		return LAYER_IPV6;
	case TYPE_MPLS:
	case TYPE_MPLS_OTHERS:
		return LAYER_MPLS;
	case TYPE_PPPOE:
		return LAYER_PPPOE;
	default:
		return LAYER_NONE;
	}
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
	return packet_type_layer(w, type);
}

enum packet_layer
packet_read_tag(struct walk *w)
{
	w->packet->vlan[w->packet->vlans++] = word(w->c.at);
	return pass_type(w, LAYER_TAG, TAG_HEADER);
}

enum packet_layer
packet_read_ethernet(struct walk *w)
{
	const uint8_t *at = look(w, 12);

	if (at == NULL)
		return LAYER_NONE;
	memcpy(w->packet->dst_mac, at, 6);
	memcpy(w->packet->src_mac, at + 6, 6);
	w->packet->parts |= PACKET_ETHERNET;
	return pass_type(w, LAYER_ETHERNET, ETHERNET_HEADER);
}

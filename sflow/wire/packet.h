/* packet.h - what the first bytes of a packet say: Ethernet, VLAN tags, MPLS, PPP, IPv4,
 * IPv6, and the ports behind them; where its payload is, and how long; and which fragment
 * it is. Pure: it reads nothing outside the bytes given, and fields behind their end
 * stay zero.
 *
 * The walk goes a layer at a time: a layer reads its header, and its header names the
 * layer behind it. The three functions below differ in how the first layer is known.
 *
 * Sources: IEEE 802.3 and 802.1Q, RFC 3032, 4385, 4448, 2516, 1661, 1662, 791, 792, 8200,
 * 4302, 6275, 4443, 768, 9293, 9260.
 */
#ifndef SFLOW_PACKET_H
#define SFLOW_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"

/* The most VLAN tags, MPLS labels and IPv6 extensions that are read; a packet with more
 * of them is not read beyond. Provider networks stack two tags, rarely three, and routers
 * push a dozen labels at the most. RFC 8200, 4.1, has
 * each extension once and destination options twice: 7 of the extensions read here. A
 * receiver has to accept any number, so the bound is higher; but a packet that consists
 * of nothing else has to end somewhere. */
#define PACKET_VLANS 8
#define PACKET_LABELS 16
#define PACKET_EXTENSIONS 16

/* Those values of sFlow version 5's enum header_protocol that are read here. */
enum {
	PACKET_IS_ETHERNET = 1,
	PACKET_IS_PPP = 7,
	PACKET_IS_IPV4 = 11,
	PACKET_IS_IPV6 = 12,
	PACKET_IS_MPLS = 13
};

/* Which parts of a packet were found; see struct packet. */
enum packet_part {
	PACKET_ETHERNET = 1 << 0, /* both addresses, and the tags in `vlans` */
	PACKET_TYPE = 1 << 1,     /* ethertype, behind the tags */
	PACKET_IPV4 = 1 << 2,     /* the whole header, but maybe not its options */
	PACKET_IPV6 = 1 << 3,
	PACKET_PROTOCOL = 1 << 4, /* behind all extensions of IPv6 */
	PACKET_PORTS = 1 << 5,    /* of TCP, UDP or SCTP */
	PACKET_TCP_FLAGS = 1 << 6,
	PACKET_UDP_LENGTH = 1 << 7,
	PACKET_ICMP = 1 << 8,  /* ICMP or ICMPv6 */
	PACKET_MPLS = 1 << 9,  /* one label at least */
	PACKET_PPPOE = 1 << 10 /* the number of the session */
};

/* The headers that are read. */
enum packet_layer {
	LAYER_NONE,
	LAYER_ETHERNET,
	LAYER_TAG,
	LAYER_PPPOE,
	LAYER_PPP,
	LAYER_MPLS,
	LAYER_PSEUDOWIRE, /* the control word before an Ethernet frame behind MPLS */
	LAYER_IPV4,
	LAYER_IPV6,
	LAYER_EXTENSION, /* of IPv6 */
	LAYER_FRAGMENT,  /* IPv4's header, or the extension, of a packet in pieces */
	LAYER_TCP,
	LAYER_UDP,
	LAYER_SCTP,
	LAYER_ICMP, /* ICMP or ICMPv6 */
	LAYER_COUNT
};

/* The payload: what is behind the last header that is read here, is whole, and fits into
 * the lengths that the headers before it give. The payload of a fragment is its piece of
 * the packet; the first fragment's begins with the transport's header. */
struct packet_payload {
	enum packet_layer behind;
	const uint8_t *bytes; /* where it begins: the caller's bytes */
	size_t len;           /* bytes that are there, without the link's padding */
	size_t whole;         /* bytes that the headers say it has: `len`, or more
	                       * where the packet was cut; `len` where none says it */
	size_t surplus;       /* bytes behind it that the header before the last one
	                       * counts, and the last one does not */
	size_t there; /* bytes that are there from its beginning on, with those */
	bool follows; /* it begins where the headers that were read end */
};

enum { IP_ICMP = 1, IP_TCP = 6, IP_UDP = 17, IP_ICMP6 = 58, IP_SCTP = 132 };

struct packet {
	unsigned parts; /* bits of enum packet_part; fields of other parts are zero */
	uint8_t dst_mac[6], src_mac[6];
	unsigned vlans;
	uint16_t vlan[PACKET_VLANS]; /* 3 bits of priority, 1 of DEI, 12 of ID */
	uint16_t ethertype;          /* under 1536 it is a length (IEEE 802.3) */
	unsigned labels;
	uint32_t label
	    [PACKET_LABELS]; /* 20 bits of label, 3 of class, 1 of bottom, 8 of TTL */
	uint16_t session;    /* of PPPoE */
	struct address src, dst;
	uint8_t tos; /* IPv6: traffic class */
	uint8_t ttl; /* IPv6: hop limit */
	uint8_t protocol;
	uint16_t length;   /* bytes; IPv4: in all, IPv6: behind the header */
	uint32_t id;       /* of IPv4, and of fragments of IPv6 */
	uint16_t fragment; /* offset in bytes */
	bool more_fragments;
	uint8_t fragment_protocol; /* of the whole packet that the fragments make */
	uint32_t flow_label;       /* IPv6 */
	unsigned extensions;
	uint8_t extension[PACKET_EXTENSIONS]; /* IPv6: the extensions' numbers */
	uint16_t src_port, dst_port;
	uint8_t tcp_flags;
	uint16_t udp_length;
	uint8_t icmp_type, icmp_code;
	bool cut; /* the bytes end inside a header */
	struct packet_payload payload;
};

/* Each of these three fills in `packet` from `len` bytes of a packet. The bytes stay the
 * caller's, and must outlive `packet`, whose payload points into them. */

/* Reads bytes that begin with a header of `protocol`, one of the PACKET_IS_
 * values. Of other protocols nothing is read. */
void packet_read(uint32_t protocol, const void *bytes, size_t len,
                 struct packet *packet);

/* Reads bytes that begin behind an ethertype, which is given as `ethertype`. */
void packet_read_type(uint16_t ethertype, const void *bytes, size_t len,
                      struct packet *packet);

/* Reads bytes that begin with the header of a transport protocol, by its number in IP:
 * for a packet that was put together from its fragments. */
void packet_read_transport(uint8_t protocol, const void *bytes, size_t len,
                           struct packet *packet);

/* Whether the packet is a fragment, the first one included. */
static inline bool
packet_is_fragment(const struct packet *packet)
{
	return packet->fragment != 0 || packet->more_fragments;
}

#endif

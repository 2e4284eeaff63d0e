/* packet.h - what the first bytes of a packet say: Ethernet, VLAN tags, IPv4, IPv6,
 * and the ports behind them; where its payload is, and how long; and which fragment
 * it is. Pure; nothing is read outside the bytes given, and nothing is made up where
 * they end.
 *
 * The walk goes a layer at a time: a layer reads its header, and its header names the
 * layer behind it. The three functions below differ in who names the first one.
 *
 * Sources: IEEE 802.3 and 802.1Q, RFC 791, 792, 8200, 4302, 6275, 4443, 768, 9293,
 * 9260.
 */
#ifndef SFLOW_PACKET_H
#define SFLOW_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"

/* A packet with more of them ends there. Provider networks stack two tags, rarely
 * three. RFC 8200, 4.1, has each extension once, and destination options twice: 7 of
 * those that are known. A receiver has to take any number, so there is room for more,
 * but none for a packet that is nothing else. */
#define PACKET_VLANS 8
#define PACKET_EXTENSIONS 16

/* enum header_protocol of sFlow version 5, as far as it is read here. */
enum { PACKET_IS_ETHERNET = 1, PACKET_IS_IPV4 = 11, PACKET_IS_IPV6 = 12 };

/* Which parts of it are there. */
enum packet_part {
	PACKET_ETHERNET = 1 << 0, /* both addresses, and the tags in `vlans` */
	PACKET_TYPE = 1 << 1,     /* ethertype, behind the tags */
	PACKET_IPV4 = 1 << 2,     /* the whole header in front of its options */
	PACKET_IPV6 = 1 << 3,
	PACKET_PROTOCOL = 1 << 4, /* behind all extensions of IPv6 */
	PACKET_PORTS = 1 << 5,    /* of TCP, UDP or SCTP */
	PACKET_TCP_FLAGS = 1 << 6,
	PACKET_UDP_LENGTH = 1 << 7,
	PACKET_ICMP = 1 << 8 /* ICMP or ICMPv6 */
};

/* The headers that are known. */
enum packet_layer {
	LAYER_NONE,
	LAYER_ETHERNET,
	LAYER_TAG,
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

/* What is behind the last header that is known, is whole, and agrees in its length
 * with those before it. Of a fragment it is the piece, which begins with the
 * transport's header where it is the first. */
struct packet_payload {
	enum packet_layer behind;
	const uint8_t *bytes; /* where it begins: the caller's bytes */
	size_t len;           /* that are there; the link's padding isn't counted */
	size_t whole;         /* that there are, as the headers say: `len`, or more
	                       * where the bytes were cut. `len` where none says it */
};

enum { IP_ICMP = 1, IP_TCP = 6, IP_UDP = 17, IP_ICMP6 = 58, IP_SCTP = 132 };

struct packet {
	unsigned parts; /* enum packet_part; the others are zero */
	uint8_t dst_mac[6], src_mac[6];
	unsigned vlans;
	uint16_t vlan[PACKET_VLANS]; /* 3 bits of priority, 1 of DEI, 12 of ID */
	uint16_t ethertype;          /* under 1536 it is a length (IEEE 802.3) */
	struct address src, dst;
	uint8_t tos;          /* of IPv6: traffic class */
	uint8_t ttl;          /* of IPv6: hop limit */
	uint8_t protocol;
	uint16_t length;      /* of IPv4 in all, of IPv6 behind its header */
	uint32_t id;          /* IPv4, and fragments of IPv6 */
	uint16_t fragment;    /* offset in bytes */
	bool more_fragments;
	uint8_t fragment_protocol; /* of what all fragments make together */
	uint32_t flow_label;  /* IPv6 */
	unsigned extensions;
	uint8_t extension[PACKET_EXTENSIONS]; /* of IPv6, by number */
	uint16_t src_port, dst_port;
	uint8_t tcp_flags;
	uint16_t udp_length;
	uint8_t icmp_type, icmp_code;
	bool cut; /* the bytes end inside of a header */
	struct packet_payload payload;
};

/* Each reads what is there of a packet. The bytes stay the caller's. */

/* It begins with a header of `protocol`; of other protocols than the three above
 * nothing is read. */
void packet_read(uint32_t protocol, const void *bytes, size_t len,
                 struct packet *packet);

/* It begins with what `ethertype` announces, which stands elsewhere. */
void packet_read_type(uint16_t ethertype, const void *bytes, size_t len,
                      struct packet *packet);

/* It begins with the header of a transport protocol, by its number in IP: a packet
 * that was put together of its fragments. */
void packet_read_transport(uint8_t protocol, const void *bytes, size_t len,
                           struct packet *packet);

/* Whether it is a piece of a packet. */
static inline bool
packet_is_fragment(const struct packet *packet)
{
	return packet->fragment != 0 || packet->more_fragments;
}

#endif

/* packet.h - what the first bytes of a packet say: Ethernet, VLAN tags, IPv4, IPv6,
 * and the ports behind them. Pure; nothing is read outside the bytes given, and
 * nothing is made up where they end.
 *
 * Sources: IEEE 802.3 and 802.1Q, RFC 791, 792, 8200, 4443, 768, 9293.
 */
#ifndef SFLOW_PACKET_H
#define SFLOW_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"

#define PACKET_VLANS 4      /* tags that are kept; a packet with more ends there */
#define PACKET_EXTENSIONS 8 /* of IPv6, likewise */

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
	uint16_t id;          /* IPv4 */
	uint16_t fragment;    /* offset in bytes */
	bool more_fragments;
	uint32_t flow_label;  /* IPv6 */
	unsigned extensions;
	uint8_t extension[PACKET_EXTENSIONS]; /* of IPv6, by number */
	uint16_t src_port, dst_port;
	uint8_t tcp_flags;
	uint16_t udp_length;
	uint8_t icmp_type, icmp_code;
};

/* Reads what is there of a packet that begins with a header of `protocol`; of other
 * protocols than the three above, nothing. */
void packet_read(uint32_t protocol, const void *bytes, size_t len,
                 struct packet *packet);

#endif

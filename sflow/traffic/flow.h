/* flow.h - one flow sample as facts: a sampled packet, a discarded one, or a transaction of
 * an application, with what its device says of it. It points into the datagram, allocates
 * nothing, and reads each record once, whatever their order.
 *
 * Sources: sFlow Version 5 (sflow.org/sflow_version_5.txt), section 5; sflow_drops.txt,
 * sflow_tunnels.txt, sflow_pnat.txt, sflow_host.txt, sflow_http.txt, sflow_memcache.txt and
 * sflow_application.txt there. flow_table.c has the same structures row by row, for those who
 * print them.
 */
#ifndef SFLOW_TRAFFIC_FLOW_H
#define SFLOW_TRAFFIC_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"
#include "sflow/wire/datagram.h"
#include "sflow/wire/packet.h"
#include "sflow/wire/tunnel.h"

/* Longer frames are not believed. Linux joins packets up to 524,280 bytes (GSO_MAX_SIZE). */
#define FLOW_FRAME_MOST (1u << 20)

enum flow_kind {
	FLOW_PACKET,     /* it was sampled */
	FLOW_DISCARDED,  /* it was dropped; each one is told, so the rate is 1 */
	FLOW_TRANSACTION /* of an application: no packet, so no frame */
};

/* What is known; the members behind a bit that is not set are zero. */
enum flow_fact {
	FLOW_HAS_FRAME = 1 << 0,
	FLOW_HAS_SWITCH = 1 << 1,
	FLOW_HAS_ROUTER = 1 << 2,
	FLOW_HAS_GATEWAY = 1 << 3,
	FLOW_HAS_USER = 1 << 4,
	FLOW_HAS_URL = 1 << 5,
	FLOW_HAS_NAT = 1 << 6,
	FLOW_HAS_NAT_PORTS = 1 << 7,
	FLOW_HAS_MPLS = 1 << 8,
	FLOW_HAS_VNI_IN = 1 << 9,
	FLOW_HAS_VNI_OUT = 1 << 10,
	FLOW_HAS_TUNNEL_IN = 1 << 11,
	FLOW_HAS_TUNNEL_OUT = 1 << 12,
	FLOW_HAS_SOCKET = 1 << 13,
	FLOW_HAS_TCP = 1 << 14,
	FLOW_HAS_APPLICATION = 1 << 15,
	FLOW_HAS_INITIATOR = 1 << 16,
	FLOW_HAS_TARGET = 1 << 17,
	FLOW_HAS_HTTP = 1 << 18,
	FLOW_HAS_MEMCACHE = 1 << 19,
	FLOW_HAS_REASON = 1 << 20,
	FLOW_TRANSACTIONS = FLOW_HAS_APPLICATION | FLOW_HAS_HTTP | FLOW_HAS_MEMCACHE
};

/* A text of the wire: hostile, and without a NUL. */
struct flow_text {
	const uint8_t *bytes;
	uint32_t len;
};

/* Where a packet came in, or went out (section 5.3, "interface"). */
enum { INTERFACE_SINGLE = 0, INTERFACE_DISCARDED = 1, INTERFACE_MULTIPLE = 2 };
#define INTERFACE_UNKNOWN 0           /* a single one */
#define INTERFACE_INTERNAL 0x3fffffff /* a single one: the device itself */

struct flow_interface {
	uint32_t format;
	uint32_t value; /* an ifIndex, a reason, or how many they are */
};

/* The outer packet that the device adds, or takes away. */
struct flow_tunnel {
	struct address src, dst;
	uint32_t protocol;
	uint32_t src_port, dst_port;
};

struct flow {
	enum flow_kind kind;
	unsigned has; /* bits of enum flow_fact */
	struct source_id source;
	uint32_t sequence;
	uint32_t rate; /* one packet in so many is sampled; 0: it is not known */
	uint32_t pool; /* packets that could have been sampled, modulo 2^32 */
	uint32_t drops;
	struct flow_interface input, output;
	uint32_t reason; /* of a discarded packet: drop_reasons */

	uint32_t frame;    /* bytes on its link, with the FCS; see flow_records.c */
	uint32_t stripped; /* of these the sampled header never had, such as the FCS */

	struct { /* extended_switch; UINT32_MAX: it is not known */
		uint32_t src_vlan, src_priority, dst_vlan, dst_priority;
	} vlan;
	struct { /* extended_router */
		struct address nexthop;
		uint32_t src_mask, dst_mask; /* bits */
	} router;
	struct { /* extended_gateway */
		struct address nexthop;
		uint32_t as, src_as, src_peer_as;
		uint32_t dst_peer_as,
		    dst_as; /* the first and the last of the path; 0 */
		uint32_t localpref;
	} gateway;
	struct {
		struct flow_text src, dst;
	} user;
	struct {
		uint32_t direction; /* 1: of the source, 2: of the destination */
		struct flow_text url, host;
	} url;
	struct { /* extended_nat: the addresses after the translation, */
		struct address src, dst;
	} nat;
	struct { /* and extended_nat_port: the ports */
		uint32_t src, dst;
	} nat_ports;
	struct { /* extended_mpls: the outermost labels; 0: none */
		struct address nexthop;
		uint32_t in_label, out_label;
	} mpls;
	uint32_t vni_in, vni_out;
	struct flow_tunnel tunnel_in, tunnel_out;
	struct { /* extended_socket: `local` is the machine that sends the sample */
		uint32_t protocol;
		struct address local, remote;
		uint32_t local_port, remote_port;
	} socket;
	struct {                    /* extended_tcp_info; times in us */
		uint32_t direction; /* 1: the packet was received, 2: sent */
		uint32_t snd_mss, rcv_mss, unacked, lost, retrans, pmtu;
		uint32_t rtt, rttvar, snd_cwnd, reordering, min_rtt;
	} tcp;
	struct { /* app_operation */
		struct flow_text application, operation, attributes, status_descr;
		uint64_t req_bytes, resp_bytes;
		uint32_t us, status;
	} app;
	struct flow_text initiator, target; /* app_initiator, app_target */
	struct {                            /* http_request, both versions */
		uint32_t method, protocol;
		struct flow_text uri, host, referer, useragent, xff, authuser,
		    mime_type;
		uint64_t req_bytes, resp_bytes;
		uint32_t us;
		int32_t status;
	} http;
	struct { /* memcache_operation */
		uint32_t protocol, cmd;
		struct flow_text key;
		uint32_t nkeys, value_bytes, us, status;
	} memcache;

	/* The packet itself, from the sampled header, or where there is none from
	 * sampled_ethernet, sampled_ipv4 and sampled_ipv6. `inner` is the innermost packet that
	 * it carries, `tunnels` deep; 0: it is all zero. */
	struct packet packet, inner;
	struct tunnel tunnel; /* that `inner` is in */
	unsigned tunnels;
};

/* Reads a sample that datagram_sample() has given, of kind SAMPLE_FLOW or a discarded packet.
 * Returns false for other samples. Records that are unknown, or shorter than their
 * structures, are passed over. The texts and payloads point into the datagram. */
bool flow_read(const struct sample *sample, struct flow *flow);

/* The packet that says who talks to whom: the innermost one. */
static inline const struct packet *
flow_packet(const struct flow *flow)
{
	return flow->tunnels > 0 ? &flow->inner : &flow->packet;
}

#endif

/* tunnel.h - packets that carry another packet. packet.h reads the headers of one packet
 * from the link to the transport; what is here reads the packet inside, again as a struct
 * packet. So the outermost and the innermost packet of a sample are read alike, and each
 * step moves ahead in the sampled bytes, so it ends.
 *
 * Sources: RFC 2784, 2890 and 7637 (GRE), 2637 (its version 1, of PPTP), 2003, 4213 and 2473
 * (IP in IP), 4023 (MPLS in IP), 7348 (VXLAN), 8926 (GENEVE).
 */
#ifndef SFLOW_TUNNEL_H
#define SFLOW_TUNNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "sflow/wire/packet.h"

/* The most tunnels that are entered, one in the other. An overlay network in a provider's
 * tunnel is two, with IPsec's IP in IP three. */
#define TUNNELS 4

enum tunnel_kind {
	TUNNEL_NONE,
	TUNNEL_GRE,
	TUNNEL_IP, /* IPv4 or IPv6, directly behind IPv4 or IPv6 */
	TUNNEL_MPLS,
	TUNNEL_VXLAN,
	TUNNEL_GENEVE
};

struct tunnel {
	enum tunnel_kind kind;
	bool has_id;
	uint32_t id; /* the VNI of VXLAN and GENEVE (24 bits), or GRE's key */
};

/* Reads the packet inside `outer`, if it carries one: its addresses, its ports and so on, in
 * `inner`, and how it is carried in `tunnel`. Returns whether it does, and any header inside
 * is there; else `inner` is empty. Of a packet in fragments only the first is entered.
 * `inner` may not be `outer`. */
bool tunnel_enter(const struct packet *outer, struct packet *inner,
                  struct tunnel *tunnel);

/* Reads the innermost packet that `outer` carries, at most TUNNELS deep, as tunnel_enter() reads
 * the next one. Returns how many tunnels were entered; `tunnel` is the innermost one. */
unsigned tunnel_innermost(const struct packet *outer, struct packet *inner,
                          struct tunnel *tunnel);

/* What the tunnel is called: "gre", "ip", "mpls", "vxlan", "geneve"; "" for none. */
const char *tunnel_name(enum tunnel_kind kind);

#endif

/* fields.h - the fields of a flow by name: keys of a table, conditions of a filter, columns
 * of an output. A field is one line of the table below.
 */
#ifndef SFLOW_TRAFFIC_FIELDS_H
#define SFLOW_TRAFFIC_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/traffic/flow.h"

/* Each field: its name, its type, when a flow has it, and its value. There, `f` is the flow;
 * `p` is the packet that says who talks to whom, the innermost one; and `o` is the one
 * around it, which is the same where there is no tunnel. */
#define FLOW_FIELDS(FIELD) \
	FIELD(src, ADDRESS, HAS_IP(p), &p->src) \
	FIELD(dst, ADDRESS, HAS_IP(p), &p->dst) \
	FIELD(protocol, NUMBER, PART(p, PACKET_PROTOCOL), p->protocol) \
	FIELD(src_port, NUMBER, PART(p, PACKET_PORTS), p->src_port) \
	FIELD(dst_port, NUMBER, PART(p, PACKET_PORTS), p->dst_port) \
	FIELD(tcp_flags, NUMBER, PART(p, PACKET_TCP_FLAGS), p->tcp_flags) \
	FIELD(icmp_type, NUMBER, PART(p, PACKET_ICMP), p->icmp_type) \
	FIELD(icmp_code, NUMBER, PART(p, PACKET_ICMP), p->icmp_code) \
	FIELD(tos, NUMBER, HAS_IP(p), p->tos) \
	FIELD(ttl, NUMBER, HAS_IP(p) && p->ttl != 0, p->ttl) \
	FIELD(src_mac, MAC, PART(o, PACKET_ETHERNET), o->src_mac) \
	FIELD(dst_mac, MAC, PART(o, PACKET_ETHERNET), o->dst_mac) \
	FIELD(inner_src_mac, MAC, f->tunnels > 0 && PART(p, PACKET_ETHERNET), \
	      p->src_mac) \
	FIELD(inner_dst_mac, MAC, f->tunnels > 0 && PART(p, PACKET_ETHERNET), \
	      p->dst_mac) \
	FIELD(ethertype, NUMBER, PART(o, PACKET_TYPE), o->ethertype) \
	FIELD(vlan, NUMBER, flow_vlan(f) != UINT32_MAX, flow_vlan(f)) \
	FIELD(in_port, NUMBER, IS_PORT(f->input), f->input.value) \
	FIELD(out_port, NUMBER, IS_PORT(f->output), f->output.value) \
	FIELD(outer_src, ADDRESS, f->tunnels > 0 && HAS_IP(o), &o->src) \
	FIELD(outer_dst, ADDRESS, f->tunnels > 0 && HAS_IP(o), &o->dst) \
	FIELD(tunnel, WORD, f->tunnels > 0, tunnel_name(f->tunnel.kind)) \
	FIELD(tunnel_id, NUMBER, f->tunnel.has_id, f->tunnel.id) \
	FIELD(label, NUMBER, PART(o, PACKET_MPLS), o->label[0] >> 12) \
	FIELD(vni_in, NUMBER, HAS(VNI_IN), f->vni_in) \
	FIELD(vni_out, NUMBER, HAS(VNI_OUT), f->vni_out) \
	FIELD(nexthop, ADDRESS, HAS(ROUTER) && IS_KNOWN(f->router.nexthop), \
	      &f->router.nexthop) \
	FIELD(src_mask, NUMBER, HAS(ROUTER), f->router.src_mask) \
	FIELD(dst_mask, NUMBER, HAS(ROUTER), f->router.dst_mask) \
	FIELD(as, NUMBER, HAS(GATEWAY), f->gateway.as) \
	FIELD(src_as, NUMBER, HAS(GATEWAY), f->gateway.src_as) \
	FIELD(src_peer_as, NUMBER, HAS(GATEWAY), f->gateway.src_peer_as) \
	FIELD(dst_as, NUMBER, HAS(GATEWAY), f->gateway.dst_as) \
	FIELD(dst_peer_as, NUMBER, HAS(GATEWAY), f->gateway.dst_peer_as) \
	FIELD(nat_src, ADDRESS, HAS(NAT) && IS_KNOWN(f->nat.src), &f->nat.src) \
	FIELD(nat_dst, ADDRESS, HAS(NAT) && IS_KNOWN(f->nat.dst), &f->nat.dst) \
	FIELD(nat_src_port, NUMBER, HAS(NAT_PORTS), f->nat_ports.src) \
	FIELD(nat_dst_port, NUMBER, HAS(NAT_PORTS), f->nat_ports.dst) \
	FIELD(src_user, TEXT, HAS(USER), &f->user.src) \
	FIELD(dst_user, TEXT, HAS(USER), &f->user.dst) \
	FIELD(reason, NUMBER, HAS(REASON), f->reason) \
	FIELD(client, ADDRESS, HAS(SOCKET), &f->socket.remote) \
	FIELD(server, ADDRESS, HAS(SOCKET), &f->socket.local) \
	FIELD(client_port, NUMBER, HAS(SOCKET), f->socket.remote_port) \
	FIELD(server_port, NUMBER, HAS(SOCKET), f->socket.local_port) \
	FIELD(application, TEXT, HAS(APPLICATION), &f->app.application) \
	FIELD(operation, TEXT, HAS(APPLICATION), &f->app.operation) \
	FIELD(app_status, NUMBER, HAS(APPLICATION), f->app.status) \
	FIELD(initiator, TEXT, HAS(INITIATOR), &f->initiator) \
	FIELD(target, TEXT, HAS(TARGET), &f->target) \
	FIELD(http_method, NUMBER, HAS(HTTP), f->http.method) \
	FIELD(http_host, TEXT, HAS(HTTP), &f->http.host) \
	FIELD(uri, TEXT, HAS(HTTP), &f->http.uri) \
	FIELD(http_status, NUMBER, HAS(HTTP) && f->http.status >= 0, \
	      (uint32_t)f->http.status) \
	FIELD(http_user, TEXT, HAS(HTTP), &f->http.authuser) \
	FIELD(memcache_cmd, NUMBER, HAS(MEMCACHE), f->memcache.cmd) \
	FIELD(memcache_key, TEXT, HAS(MEMCACHE), &f->memcache.key) \
	FIELD(memcache_status, NUMBER, HAS(MEMCACHE), f->memcache.status) \
	FIELD(url, TEXT, HAS(URL), &f->url.url) \
	FIELD(url_host, TEXT, HAS(URL), &f->url.host) \
	FIELD(rtt, NUMBER, HAS(TCP), f->tcp.rtt)

#define FLOW_FIELD_NAME(name_, type_, has_, value_) FLOW_FIELD_##name_,
enum flow_field { FLOW_FIELDS(FLOW_FIELD_NAME) FLOW_FIELD_COUNT };

enum flow_type {
	FLOW_TYPE_NUMBER,
	FLOW_TYPE_ADDRESS,
	FLOW_TYPE_MAC,
	FLOW_TYPE_TEXT, /* of the wire: hostile */
	FLOW_TYPE_WORD  /* one of ours */
};

/* A field's value. What it points to is the flow's, or the datagram's. */
struct flow_value {
	enum flow_type type;
	uint32_t number;
	const struct address *address;
	const uint8_t *bytes; /* of a MAC: 6; of a text or a word: `len` */
	uint32_t len;
};

/* Gets a field of a flow. Returns false where the flow does not have it. */
bool flow_field_get(const struct flow *flow, enum flow_field field,
                    struct flow_value *value);

/* Returns the field of that name; FLOW_FIELD_COUNT: there is none. */
enum flow_field flow_field_find(const char *name);

/* Returns the field's name, and type. */
const char *flow_field_name(enum flow_field field);
enum flow_type flow_field_type(enum flow_field field);

/* Returns the VLAN in which the packet came: as the device says, or by the packet's own
 * outermost tag; 0 without a tag, where the device says so; UINT32_MAX: it is not known. */
uint32_t flow_vlan(const struct flow *flow);

#endif

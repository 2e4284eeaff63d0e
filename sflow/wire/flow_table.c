/* The table of flow records: a row per field of every structure that stands in a
 * flow sample. Data only; records.c reads it. Names are those of the specifications;
 * for a structure inside another one its fields are written out. */
#include "sflow/wire/flows.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* clang-format off */

#define ROW(type_, field_) {.name = field_, .type = FIELD_##type_}
#define NAME_OF(field_, names_) \
	{.name = field_, .type = FIELD_U32, .formula = NAMED, .names = &(names_)}
#define LIST(field_, elements_) \
	{.name = field_, .type = FIELD_LIST, .elements = &(elements_)}
#define ELEMENTS(rows_) {.fields = rows_, .count = COUNT_OF(rows_)}
#define NAMES(...) \
	{COUNT_OF(((const char *const[]){__VA_ARGS__})), \
	 (const char *const[]){__VA_ARGS__}, 0}

/* An element that is one number, for label stacks, communities and AS numbers. */
static const struct field word_rows[] = {ROW(U32, "")};
static const struct layout words = ELEMENTS(word_rows);

/* sFlow version 5 (sflow.org/sflow_version_5.txt), section 5.3: the packet ---- */

static const struct names header_protocols = NAMES(
    [1] = "ethernet-iso88023", "iso88024-tokenbus", "iso88025-tokenring", "fddi",
    "frame-relay", "x25", "ppp", "smds", "aal5", "aal5-ip", "ipv4", "ipv6",
    "mpls", "pos", "ieee80211mac", "ieee80211-ampdu", "ieee80211-amsdu-subframe",
    "infiniband");

static const struct field sampled_header[] = {
    [HEADER_PROTOCOL] = NAME_OF("protocol", header_protocols),
    [HEADER_FRAME_LENGTH] = ROW(U32, "frame_length"),
    [HEADER_STRIPPED] = ROW(U32, "stripped"),
    [HEADER_BYTES] = ROW(OPAQUE, "header"),
};

static const struct field sampled_ethernet[] = {
    ROW(U32, "length"),
    ROW(MAC, "src_mac"),
    ROW(MAC, "dst_mac"),
    ROW(U32, "type"),
};

static const struct field sampled_ipv4[] = {
    ROW(U32, "length"),
    ROW(U32, "protocol"),
    ROW(IPV4, "src_ip"),
    ROW(IPV4, "dst_ip"),
    ROW(U32, "src_port"),
    ROW(U32, "dst_port"),
    ROW(U32, "tcp_flags"),
    ROW(U32, "tos"),
};

static const struct field sampled_ipv6[] = {
    ROW(U32, "length"),
    ROW(U32, "protocol"),
    ROW(IPV6, "src_ip"),
    ROW(IPV6, "dst_ip"),
    ROW(U32, "src_port"),
    ROW(U32, "dst_port"),
    ROW(U32, "tcp_flags"),
    ROW(U32, "priority"),
};

/* The same section: how the device forwarded the packet ------------------------ */

static const struct field extended_switch[] = {
    ROW(U32, "src_vlan"),
    ROW(U32, "src_priority"),
    ROW(U32, "dst_vlan"),
    ROW(U32, "dst_priority"),
};

static const struct field extended_router[] = {
    ROW(ADDRESS, "nexthop"),
    ROW(U32, "src_mask_len"),
    ROW(U32, "dst_mask_len"),
};

static const struct names as_path_types = NAMES([1] = "set", "sequence");

static const struct field as_path_rows[] = {
    NAME_OF("type", as_path_types),
    LIST("as", words),
};
static const struct layout as_path = ELEMENTS(as_path_rows);

static const struct field extended_gateway[] = {
    ROW(ADDRESS, "nexthop"),
    ROW(U32, "as"),
    ROW(U32, "src_as"),
    ROW(U32, "src_peer_as"),
    {.name = "dst_as_path", .type = FIELD_SERIES, .elements = &as_path},
    LIST("communities", words),
    ROW(U32, "localpref"),
};

static const struct field extended_user[] = {
    ROW(U32, "src_charset"), /* MIBEnum of IANA's character sets */
    ROW(STRING, "src_user"),
    ROW(U32, "dst_charset"),
    ROW(STRING, "dst_user"),
};

static const struct names url_directions = NAMES("unknown", "src", "dst");

static const struct field extended_url[] = {
    NAME_OF("direction", url_directions),
    ROW(STRING, "url"),
    ROW(STRING, "host"),
};

static const struct field extended_mpls[] = {
    ROW(ADDRESS, "nexthop"),
    LIST("in_stack", words),
    LIST("out_stack", words),
};

static const struct field extended_nat[] = {
    ROW(ADDRESS, "src_address"),
    ROW(ADDRESS, "dst_address"),
};

static const struct field extended_mpls_tunnel[] = {
    ROW(STRING, "tunnel_lsp_name"),
    ROW(U32, "tunnel_id"),
    ROW(U32, "tunnel_cos"),
};

static const struct field extended_mpls_vc[] = {
    ROW(STRING, "vc_instance_name"),
    ROW(U32, "vll_vc_id"),
    ROW(U32, "vc_label_cos"),
};

static const struct field extended_mpls_ftn[] = {
    ROW(STRING, "mplsFTNDescr"),
    ROW(U32, "mplsFTNMask"),
};

static const struct field extended_mpls_ldp_fec[] = {
    ROW(U32, "mplsFecAddrPrefixLength"),
};

/* Rows of extended_vlantunnel, _vlanin and _vlanout (sFlow mailing list): TPID and TCI
 * of each tag, the outermost first. */
static const struct field vlan_stack[] = {
    LIST("stack", words),
};

/* sFlow 802.11 Structures (sflow.org/sflow_80211.txt) -------------------------- */

static const struct names wifi_versions = NAMES([1] = "a", "b", "g", "n");

static const struct field extended_80211_payload[] = {
    ROW(U32, "ciphersuite"), /* OUI and suite type of IEEE 802.11, 7.3.2.25.1 */
    ROW(OPAQUE, "data"),
};

static const struct field extended_80211_rx[] = {
    ROW(STRING, "ssid"),
    ROW(MAC, "bssid"),
    NAME_OF("version", wifi_versions),
    ROW(U32, "channel"),
    ROW(U64, "speed"),
    ROW(U32, "rsni"),
    ROW(U32, "rcpi"),
    ROW(U32, "packet_duration"),
};

static const struct field extended_80211_tx[] = {
    ROW(STRING, "ssid"),
    ROW(MAC, "bssid"),
    NAME_OF("version", wifi_versions),
    ROW(U32, "transmissions"),
    ROW(U32, "packet_duration"),
    ROW(U32, "retrans_duration"),
    ROW(U32, "channel"),
    ROW(U64, "speed"),
    ROW(U32, "power"),
};

/* Each PDU is a list of flow records, which are left as bytes. */
static const struct field extended_80211_aggregation[] = {
    ROW(U32, "pdus"),
};

/* OpenFlow (deprecated), Fibre Channel (RFC 4625), queues ---------------------- */

static const struct field extended_openflow_v1[] = {
    ROW(U64, "flow_cookie"),
    ROW(U32, "flow_match"),
    ROW(U32, "flow_actions"),
};

static const struct field extended_fc[] = {
    ROW(U32, "src_mask_len"),
    ROW(U32, "dst_mask_len"),
    ROW(U32, "next_hop"),
    ROW(U32, "metric"),
};

static const struct field extended_queue_length[] = {
    ROW(U32, "queueIndex"),
    ROW(U32, "queueLength"),
};

static const struct field extended_egress_queue[] = {
    ROW(U32, "queue"),
};

/* sFlow Port NAT (sflow.org/sflow_pnat.txt) and Tunnel Structures
 * (sflow.org/sflow_tunnels.txt), most of which have the rows of a sampled_*. ---- */

static const struct field extended_nat_port[] = {
    ROW(U32, "src_port"),
    ROW(U32, "dst_port"),
};

static const struct field extended_decapsulate[] = {
    ROW(U32, "inner_header_offset"),
};

static const struct field extended_vni[] = {
    ROW(U32, "vni"),
};

/* sFlow for InfiniBand, a draft (sflow.org/draft_sflow_infiniband_2.txt) -------- */

static const struct field extended_ib_lrh[] = {
    ROW(U32, "src_vl"),
    ROW(U32, "src_sl"),
    ROW(U32, "src_dlid"),
    ROW(U32, "src_slid"),
    ROW(U32, "src_lnh"),
    ROW(U32, "dst_vl"),
    ROW(U32, "dst_sl"),
    ROW(U32, "dst_dlid"),
    ROW(U32, "dst_slid"),
    ROW(U32, "dst_lnh"),
};

static const struct field extended_ib_grh[] = {
    ROW(U32, "flow_label"),
    ROW(U32, "tc"),
    ROW(IPV6, "s_gid"),
    ROW(IPV6, "d_gid"),
    ROW(U32, "next_header"),
    ROW(U32, "length"),
};

static const struct field extended_ib_bth[] = {
    ROW(U32, "pkey"),
    ROW(U32, "dst_qp"),
    ROW(U32, "opcode"),
};

/* Discarded packets (sflow.org/sflow_drops.txt) and transit delay
 * (sflow.org/sflow_transit.txt); hw_trap, linux_drop_reason and timestamp as
 * host-sflow sends them. ------------------------------------------------------- */

static const struct names acl_directions = NAMES("unknown", "ingress", "egress");

static const struct field extended_acl[] = {
    ROW(U32, "number"),
    ROW(STRING, "name"),
    NAME_OF("direction", acl_directions),
};

static const struct field extended_function[] = {
    ROW(STRING, "symbol"),
};

static const struct field extended_transit[] = {
    ROW(U32, "delay"), /* ns */
};

static const struct field extended_queue[] = {
    ROW(U32, "depth"), /* bytes */
};

static const struct field extended_hw_trap[] = {
    ROW(STRING, "group"),
    ROW(STRING, "trap"),
};

static const struct field extended_linux_drop_reason[] = {
    ROW(STRING, "reason"),
};

static const struct field extended_timestamp[] = {
    ROW(U64, "nanoseconds"), /* since the epoch, by the agent's clock */
};

/* Transactions of storage, as discussed on the mailing list; never final -------- */

static const struct field transaction[] = {
    ROW(U32, "direction"),
    ROW(U32, "wait"),
    ROW(U32, "duration"),
    ROW(U32, "status"),
    ROW(U64, "bytes_received"),
    ROW(U64, "bytes_send"),
};

static const struct field extended_nfs_storage_transaction[] = {
    ROW(OPAQUE, "path"),
    ROW(U32, "operation"),
    ROW(U32, "status"),
};

static const struct field extended_scsi_storage_transaction[] = {
    ROW(U32, "lun"),
    ROW(U32, "operation"),
    ROW(U32, "status"),
};

static const struct field extended_http_transaction[] = {
    ROW(STRING, "url"),
    ROW(STRING, "host"),
    ROW(STRING, "referer"),
    ROW(STRING, "useragent"),
    ROW(STRING, "user"),
    ROW(U32, "status"),
};

/* Sockets (sflow.org/sflow_host.txt, sflow_http.txt): `local` is the server's side
 * in its own samples. ---------------------------------------------------------- */

static const struct field extended_socket_ipv4[] = {
    ROW(U32, "protocol"),
    ROW(IPV4, "local_ip"),
    ROW(IPV4, "remote_ip"),
    ROW(U32, "local_port"),
    ROW(U32, "remote_port"),
};

static const struct field extended_socket_ipv6[] = {
    ROW(U32, "protocol"),
    ROW(IPV6, "local_ip"),
    ROW(IPV6, "remote_ip"),
    ROW(U32, "local_port"),
    ROW(U32, "remote_port"),
};

/* sFlow Memcached Structures (sflow.org/sflow_memcache.txt) --------------------- */

static const struct names memcache_protocols = NAMES("other", "ascii", "binary");

static const struct names memcache_commands = NAMES(
    "other", "set", "add", "replace", "append", "prepend", "cas", "get", "gets",
    "incr", "decr", "delete", "stats", "flush", "version", "quit", "touch");

static const struct names memcache_statuses = NAMES(
    "unknown", "ok", "error", "client_error", "server_error", "stored",
    "not_stored", "exists", "not_found", "deleted");

static const struct field memcache_operation[] = {
    NAME_OF("protocol", memcache_protocols),
    NAME_OF("cmd", memcache_commands),
    ROW(STRING, "key"),
    ROW(U32, "nkeys"),
    ROW(U32, "value_bytes"),
    ROW(U32, "uS"),
    NAME_OF("status", memcache_statuses),
};

/* sFlow HTTP Structures (sflow.org/sflow_http.txt); 2201 is the older one. ------- */

static const struct names http_methods = NAMES(
    "other", "options", "get", "head", "post", "put", "delete", "trace",
    "connect");

#define HTTP_REQUEST \
	ROW(STRING, "uri"), ROW(STRING, "host"), ROW(STRING, "referer"), \
	ROW(STRING, "useragent"), ROW(STRING, "xff"), \
	ROW(STRING, "authuser"), ROW(STRING, "mime_type"), \
	ROW(U64, "req_bytes"), ROW(U64, "resp_bytes"), ROW(U32, "uS"), \
	ROW(I32, "status")

static const struct field http_request_old[] = {
    NAME_OF("method", http_methods),
    HTTP_REQUEST,
};

static const struct field http_request[] = {
    NAME_OF("method", http_methods),
    ROW(U32, "protocol"), /* major x 1000 + minor */
    HTTP_REQUEST,
};

static const struct field extended_proxy_request[] = {
    ROW(STRING, "uri"),
    ROW(STRING, "host"),
};

/* W3C Navigation Timing (sFlow mailing list). */
static const struct field extended_nav_timing[] = {
    ROW(U32, "type"),
    ROW(U32, "redirectCount"),
    ROW(U32, "navigationStart"),
    ROW(U32, "unloadEventStart"),
    ROW(U32, "unloadEventEnd"),
    ROW(U32, "redirectStart"),
    ROW(U32, "redirectEnd"),
    ROW(U32, "fetchStart"),
    ROW(U32, "domainLookupStart"),
    ROW(U32, "domainLookupEnd"),
    ROW(U32, "connectStart"),
    ROW(U32, "connectEnd"),
    ROW(U32, "secureConnectionStart"),
    ROW(U32, "requestStart"),
    ROW(U32, "responseStart"),
    ROW(U32, "responseEnd"),
    ROW(U32, "domLoading"),
    ROW(U32, "domInteractive"),
    ROW(U32, "domContentLoadedEventStart"),
    ROW(U32, "domContentLoadedEventEnd"),
    ROW(U32, "domComplete"),
    ROW(U32, "loadEventStart"),
    ROW(U32, "loadEventEnd"),
};

/* sFlow Application Structures (sflow.org/sflow_application.txt) ----------------- */

static const struct names app_statuses = NAMES(
    "success", "other", "timeout", "internal_error", "bad_request", "forbidden",
    "too_large", "not_implemented", "not_found", "unavailable", "unauthorized");

#define CONTEXT \
	ROW(STRING, "application"), ROW(STRING, "operation"), \
	ROW(STRING, "attributes")

static const struct field app_operation[] = {
    CONTEXT,
    ROW(STRING, "status_descr"),
    ROW(U64, "req_bytes"),
    ROW(U64, "resp_bytes"),
    ROW(U32, "uS"),
    NAME_OF("status", app_statuses),
};

static const struct field app_parent_context[] = {CONTEXT};

/* Rows of app_initiator and app_target. */
static const struct field app_actor[] = {
    ROW(STRING, "actor"),
};

/* What the operating system tells of a packet (sFlow mailing list, host-sflow): Linux's
 * tcp_info, times in us; and the data sources between which it goes. -------------- */

static const struct names packet_directions =
    NAMES("unknown", "received", "sent");

static const struct field extended_tcp_info[] = {
    NAME_OF("dir", packet_directions),
    ROW(U32, "snd_mss"),
    ROW(U32, "rcv_mss"),
    ROW(U32, "unacked"),
    ROW(U32, "lost"),
    ROW(U32, "retrans"),
    ROW(U32, "pmtu"),
    ROW(U32, "rtt"),
    ROW(U32, "rttvar"),
    ROW(U32, "snd_cwnd"),
    ROW(U32, "reordering"),
    ROW(U32, "min_rtt"),
};

static const struct field extended_entities[] = {
    ROW(U32, "src_dsClass"),
    ROW(U32, "src_dsIndex"),
    ROW(U32, "dst_dsClass"),
    ROW(U32, "dst_dsIndex"),
};

/* Discard reasons: 0 to 15 are the codes of ICMP Destination Unreachable, those from
 * 263 on are Linux's. ------------------------------------------------------------- */

const struct names drop_reasons = NAMES(
    [0] = "net_unreachable", "host_unreachable", "protocol_unreachable",
    "port_unreachable", "frag_needed", "src_route_failed", "dst_net_unknown",
    "dst_host_unknown", "src_host_isolated", "dst_net_prohibited",
    "dst_host_prohibited", "dst_net_tos_unreachable",
    "dst_host_tos_unreachable", "comm_admin_prohibited",
    "host_precedence_violation", "precedence_cutoff", [256] = "unknown",
    "ttl_exceeded", "acl", "no_buffer_space", "red", "traffic_shaping",
    "pkt_too_big", "src_mac_is_multicast", "vlan_tag_mismatch",
    "ingress_vlan_filter", "ingress_spanning_tree_filter",
    "port_list_is_empty", "port_loopback_filter", "blackhole_route", "non_ip",
    "uc_dip_over_mc_dmac", "dip_is_loopback_address", "sip_is_mc",
    "sip_is_loopback_address", "ip_header_corrupted",
    "ipv4_sip_is_limited_bc", "ipv6_mc_dip_reserved_scope",
    "ipv6_mc_dip_interface_local_scope", "unresolved_neigh",
    "mc_reverse_path_forwarding", "non_routable_packet", "decap_error",
    "overlay_smac_is_mc", "unknown_l2", "unknown_l3", "unknown_l3_exception",
    "unknown_buffer", "unknown_tunnel", "unknown_l4", "sip_is_unspecified",
    "mlag_port_isolation", "blackhole_arp_neigh", "src_mac_is_dmac",
    "dmac_is_reserved", "sip_is_class_e", "mc_dmac_mismatch", "sip_is_dip",
    "dip_is_local_network", "dip_is_link_local", "overlay_smac_is_dmac",
    "egress_vlan_filter", "uc_reverse_path_forwarding", "split_horizon",
    "locked_port", "dmac_filter", "blackhole_nexthop", "vxlan_parsing",
    "llc_snap_parsing", "vlan_parsing", "pppoe_ppp_parsing", "mpls_parsing",
    "arp_parsing", "ip_1_parsing", "ip_n_parsing", "gre_parsing",
    "udp_parsing", "tcp_parsing", "ipsec_parsing", "sctp_parsing",
    "dccp_parsing", "gtp_parsing", "esp_parsing", "unknown_parsing",
    "pkt_too_small", "unhandled_proto", "ipv6disabled", "invalid_proto",
    "ip_noproto", "skb_csum", "skb_ucopy_fault", "dev_ready", "dev_hdr",
    "dup_frag", "skb_gso_seg", "reverse_path_forwarding", "icmp_parsing",
    "tcp_md5notfound", "tcp_md5unexpected", "tcp_md5failure", "tcp_flags",
    "tcp_zerowindow", "tcp_old_data", "tcp_overwindow", "tcp_ofomerge",
    "tcp_rfc7323_paws", "tcp_invalid_sequence", "tcp_reset",
    "tcp_invalid_syn", "tcp_close", "tcp_fastopen", "tcp_old_ack",
    "tcp_too_old_ack", "tcp_ack_unsent_data", "tcp_ofo_queue_prune",
    "tcp_ofo_drop", "tcp_minttl", "ipv6_bad_exthdr", "ipv6_ndisc_frag",
    "ipv6_ndisc_hop_limit", "ipv6_ndisc_bad_code", "ipv6_ndisc_bad_options",
    "ipv6_ndisc_ns_otherhost", "tap_filter", "tap_txfilter", "tc_ingress",
    "tc_egress", "xdp", "cpu_backlog", "bpf_cgroup_egress", "xfrm_policy",
    "socket_filter", "bgp_flowspec");
/* The structures, by tag ----------------------------------------------------------- */

#define LAYOUT(enterprise_, format_, name_, rows_) \
	{.tag = SFLOW_TAG(enterprise_, format_), .name = name_, .fields = rows_, \
	 .count = COUNT_OF(rows_)}
#define FLOW(format_, rows_) LAYOUT(0, format_, #rows_, rows_)

const struct layout flow_layouts[] = {
    FLOW(1, sampled_header),
    FLOW(2, sampled_ethernet),
    FLOW(3, sampled_ipv4),
    FLOW(4, sampled_ipv6),
    FLOW(1001, extended_switch),
    FLOW(1002, extended_router),
    FLOW(1003, extended_gateway),
    FLOW(1004, extended_user),
    FLOW(1005, extended_url),
    FLOW(1006, extended_mpls),
    FLOW(1007, extended_nat),
    FLOW(1008, extended_mpls_tunnel),
    FLOW(1009, extended_mpls_vc),
    LAYOUT(0, 1010, "extended_mpls_FTN", extended_mpls_ftn),
    LAYOUT(0, 1011, "extended_mpls_LDP_FEC", extended_mpls_ldp_fec),
    LAYOUT(0, 1012, "extended_vlantunnel", vlan_stack),
    FLOW(1013, extended_80211_payload),
    FLOW(1014, extended_80211_rx),
    FLOW(1015, extended_80211_tx),
    FLOW(1016, extended_80211_aggregation),
    FLOW(1017, extended_openflow_v1),
    FLOW(1018, extended_fc),
    FLOW(1019, extended_queue_length),
    FLOW(1020, extended_nat_port),
    LAYOUT(0, 1021, "extended_L2_tunnel_egress", sampled_ethernet),
    LAYOUT(0, 1022, "extended_L2_tunnel_ingress", sampled_ethernet),
    LAYOUT(0, 1023, "extended_ipv4_tunnel_egress", sampled_ipv4),
    LAYOUT(0, 1024, "extended_ipv4_tunnel_ingress", sampled_ipv4),
    LAYOUT(0, 1025, "extended_ipv6_tunnel_egress", sampled_ipv6),
    LAYOUT(0, 1026, "extended_ipv6_tunnel_ingress", sampled_ipv6),
    LAYOUT(0, 1027, "extended_decapsulate_egress", extended_decapsulate),
    LAYOUT(0, 1028, "extended_decapsulate_ingress", extended_decapsulate),
    LAYOUT(0, 1029, "extended_vni_egress", extended_vni),
    LAYOUT(0, 1030, "extended_vni_ingress", extended_vni),
    FLOW(1031, extended_ib_lrh),
    FLOW(1032, extended_ib_grh),
    FLOW(1033, extended_ib_bth),
    LAYOUT(0, 1034, "extended_vlanin", vlan_stack),
    LAYOUT(0, 1035, "extended_vlanout", vlan_stack),
    FLOW(1036, extended_egress_queue),
    FLOW(1037, extended_acl),
    FLOW(1038, extended_function),
    FLOW(1039, extended_transit),
    FLOW(1040, extended_queue),
    FLOW(1041, extended_hw_trap),
    FLOW(1042, extended_linux_drop_reason),
    FLOW(1043, extended_timestamp),
    FLOW(2000, transaction),
    FLOW(2001, extended_nfs_storage_transaction),
    FLOW(2002, extended_scsi_storage_transaction),
    FLOW(2003, extended_http_transaction),
    FLOW(2100, extended_socket_ipv4),
    FLOW(2101, extended_socket_ipv6),
    LAYOUT(0, 2102, "extended_proxy_socket_ipv4", extended_socket_ipv4),
    LAYOUT(0, 2103, "extended_proxy_socket_ipv6", extended_socket_ipv6),
    FLOW(2200, memcache_operation),
    LAYOUT(0, 2201, "http_request", http_request_old),
    FLOW(2202, app_operation),
    FLOW(2203, app_parent_context),
    LAYOUT(0, 2204, "app_initiator", app_actor),
    LAYOUT(0, 2205, "app_target", app_actor),
    FLOW(2206, http_request),
    FLOW(2207, extended_proxy_request),
    FLOW(2208, extended_nav_timing),
    FLOW(2209, extended_tcp_info),
    FLOW(2210, extended_entities),
    LAYOUT(4413, 1, "extended_bst_egress_queue", extended_egress_queue),
};

const size_t flow_layouts_count = COUNT_OF(flow_layouts);

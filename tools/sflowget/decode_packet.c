#include "tools/sflowget/decode_internal.h"

#include "sflow/wire/packet.h"
#include "sflow/wire/tunnel.h"

static const struct names tcp_flags = {
    8, (const char *const[]){"fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"},
    0};

static void
number(struct decode *d, const char *name, uint32_t value)
{
	struct shown shown;

	shown_print(&shown, SHOWN_NUMBER, "%u", value);
	d->print->value(d, name, &shown);
}

static void
mac(struct decode *d, const char *name, const uint8_t bytes[6])
{
	char text[MAC_TEXT];
	struct shown shown;

	shown_print(&shown, SHOWN_WORD, "%s", text_mac(bytes, text));
	d->print->value(d, name, &shown);
}

static void
address(struct decode *d, const char *name, const struct address *value)
{
	char text[ADDRESS_TEXT];
	struct shown shown;

	shown_print(&shown, SHOWN_WORD, "%s", address_text(value, text));
	d->print->value(d, name, &shown);
}

static void
vlans(struct decode *d, const struct packet *p)
{
	size_t mark = path_enter(d, "vlans"), inner;
	unsigned i;

	d->print->open(d, "vlans", '[');
	for (i = 0; i < p->vlans; i++) {
		inner = path_enter_place(d, i);
		d->print->open(d, NULL, '{');
		number(d, "priority", p->vlan[i] >> 13);
		number(d, "dei", p->vlan[i] >> 12 & 1);
		number(d, "id", p->vlan[i] & 0xfff);
		d->print->close(d, '}');
		path_leave(d, inner);
	}
	d->print->close(d, ']');
	path_leave(d, mark);
}

static void
labels(struct decode *d, const struct packet *p)
{
	size_t mark = path_enter(d, "mpls"), inner;
	unsigned i;

	d->print->open(d, "mpls", '[');
	for (i = 0; i < p->labels; i++) {
		inner = path_enter_place(d, i);
		d->print->open(d, NULL, '{');
		number(d, "label", p->label[i] >> 12);
		number(d, "class", p->label[i] >> 9 & 7);
		number(d, "ttl", p->label[i] & 255);
		d->print->close(d, '}');
		path_leave(d, inner);
	}
	d->print->close(d, ']');
	path_leave(d, mark);
}

static void
ethernet(struct decode *d, const struct packet *p)
{
	struct shown shown;

	if ((p->parts & PACKET_ETHERNET) != 0) {
		mac(d, "dst_mac", p->dst_mac);
		mac(d, "src_mac", p->src_mac);
		vlans(d, p);
	}
	if ((p->parts & PACKET_TYPE) != 0) {
		shown_print(&shown, SHOWN_NUMBER, "%u", p->ethertype);
		snprintf(shown.about, sizeof(shown.about), "0x%04x", p->ethertype);
		d->print->value(d, "ethertype", &shown);
	}
	if ((p->parts & PACKET_PPPOE) != 0)
		number(d, "pppoe_session", p->session);
	if ((p->parts & PACKET_MPLS) != 0)
		labels(d, p);
}

static void
ipv4(struct decode *d, const struct packet *p)
{
	number(d, "tos", p->tos);
	number(d, "total_length", p->length);
	number(d, "id", p->id);
	number(d, "more_fragments", p->more_fragments);
	number(d, "fragment_offset", p->fragment);
	number(d, "ttl", p->ttl);
}

static void
extensions(struct decode *d, const struct packet *p)
{
	size_t mark = path_enter(d, "extensions"), inner;
	unsigned i;

	d->print->open(d, "extensions", '[');
	for (i = 0; i < p->extensions; i++) {
		inner = path_enter_place(d, i);
		number(d, "", p->extension[i]);
		path_leave(d, inner);
	}
	d->print->close(d, ']');
	path_leave(d, mark);
}

static void
ipv6(struct decode *d, const struct packet *p)
{
	number(d, "traffic_class", p->tos);
	number(d, "flow_label", p->flow_label);
	number(d, "payload_length", p->length);
	number(d, "hop_limit", p->ttl);
	extensions(d, p);
}

static void
ip(struct decode *d, const struct packet *p)
{
	if ((p->parts & PACKET_IPV4) != 0)
		ipv4(d, p);
	if ((p->parts & PACKET_IPV6) != 0)
		ipv6(d, p);
	if ((p->parts & (PACKET_IPV4 | PACKET_IPV6)) != 0) {
		address(d, "src_ip", &p->src);
		address(d, "dst_ip", &p->dst);
	}
	if ((p->parts & PACKET_PROTOCOL) != 0)
		number(d, "protocol", p->protocol);
}

static void
transport(struct decode *d, const struct packet *p)
{
	struct shown shown;

	if ((p->parts & PACKET_PORTS) != 0) {
		number(d, "src_port", p->src_port);
		number(d, "dst_port", p->dst_port);
	}
	if ((p->parts & PACKET_TCP_FLAGS) != 0) {
		shown_print(&shown, SHOWN_NUMBER, "%u", p->tcp_flags);
		names_flags(&tcp_flags, p->tcp_flags, shown.about);
		d->print->value(d, "tcp_flags", &shown);
	}
	if ((p->parts & PACKET_UDP_LENGTH) != 0)
		number(d, "udp_length", p->udp_length);
	if ((p->parts & PACKET_ICMP) != 0) {
		number(d, "icmp_type", p->icmp_type);
		number(d, "icmp_code", p->icmp_code);
	}
}

static void
headers(struct decode *d, const struct packet *p)
{
	ethernet(d, p);
	ip(d, p);
	transport(d, p);
}

/* The packet that this one carries, and so on, each an object in the one before it. */
static void
inside(struct decode *d, const struct packet *outer, unsigned depth)
{
	struct packet inner;
	struct tunnel tunnel;
	struct shown shown;
	size_t mark;

	if (depth == TUNNELS || !tunnel_enter(outer, &inner, &tunnel))
		return;
	mark = path_enter(d, "inner");
	d->print->open(d, "inner", '{');
	shown_print(&shown, SHOWN_WORD, "%s", tunnel_name(tunnel.kind));
	d->print->value(d, "tunnel", &shown);
	if (tunnel.has_id)
		number(d, "tunnel_id", tunnel.id);
	headers(d, &inner);
	inside(d, &inner, depth + 1);
	d->print->close(d, '}');
	path_leave(d, mark);
}

void
decode_packet(struct decode *d, uint32_t protocol, const uint8_t *bytes, size_t len)
{
	size_t mark = path_enter(d, "packet");
	struct packet packet;

	packet_read(protocol, bytes, len, &packet);
	d->print->open(d, "packet", '{');
	headers(d, &packet);
	inside(d, &packet, 0);
	d->print->close(d, '}');
	path_leave(d, mark);
}

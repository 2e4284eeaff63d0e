/* A flow sample, whatever it is, as struct flow: what points, points into the sample; what is
 * not known is zero; lengths are bounded; and the same sample is the same flow. The first byte
 * chooses the kind of sample, the rest is its body. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "sflow/traffic/fields.h"

const char fuzz_name[] = "flow";

/* Formats, types, ports, protocols and lengths. */
size_t
fuzz_word(uint32_t random, uint8_t word[FUZZ_WORD])
{
	static const uint32_t words[] = {
	    0,          1,        2,          3,          4,          20,
	    1001,       1002,     1003,       1004,       1005,       1006,
	    1007,       1020,     1024,       1026,       1029,       1030,
	    2100,       2101,     2200,       2201,       2202,       2204,
	    2205,       2206,     2209,       4789,       6081,       8472,
	    47,         41,       17,         6,          0x08000000, 0x86dd0000,
	    0x8847,     0x8864,   0x6558,     0x45000028, 0x3fffffff, 0x40000107,
	    0x80000003, 1u << 20, 0x7fffffff, 0xfffffffc, 0xffffffff};

	return fuzz_number(words[random % (sizeof(words) / sizeof(*words))], word);
}

static bool
all_zero(const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	while (len > 0 && *at == 0) {
		at++;
		len--;
	}
	return len == 0;
}

static void
check_zero(const struct flow *f, enum flow_fact fact, const void *member, size_t len)
{
	if ((f->has & fact) == 0 && !all_zero(member, len))
		fuzz_broken("what is not known is zero", "a member");
}

#define ZERO(fact_, member_) \
	check_zero(f, FLOW_HAS_##fact_, &f->member_, sizeof(f->member_))

static void
check_facts(const struct flow *f)
{
	ZERO(FRAME, frame);
	ZERO(SWITCH, vlan);
	ZERO(ROUTER, router);
	ZERO(GATEWAY, gateway);
	ZERO(USER, user);
	ZERO(URL, url);
	ZERO(NAT, nat);
	ZERO(NAT_PORTS, nat_ports);
	ZERO(MPLS, mpls);
	ZERO(VNI_IN, vni_in);
	ZERO(VNI_OUT, vni_out);
	ZERO(TUNNEL_IN, tunnel_in);
	ZERO(TUNNEL_OUT, tunnel_out);
	ZERO(SOCKET, socket);
	ZERO(TCP, tcp);
	ZERO(APPLICATION, app);
	ZERO(INITIATOR, initiator);
	ZERO(TARGET, target);
	ZERO(HTTP, http);
	ZERO(MEMCACHE, memcache);
	ZERO(REASON, reason);
	if (f->frame > FLOW_FRAME_MOST ||
	    ((f->has & FLOW_HAS_FRAME) != 0 && f->frame == 0))
		fuzz_broken("a frame has a length", "frame");
	if (f->tunnels > TUNNELS || (f->tunnels == 0) != (f->inner.parts == 0))
		fuzz_broken("a packet is in a tunnel", "inner");
	if ((f->kind == FLOW_DISCARDED) != ((f->has & FLOW_HAS_REASON) != 0) ||
	    (f->kind == FLOW_TRANSACTION && f->packet.parts != 0))
		fuzz_broken("a kind is what it says", "kind");
}

/* All that a value points to can be read, and is in the sample or in the flow. */
static void
check_value(const struct flow *f, enum flow_field field, const uint8_t *body,
            size_t len)
{
	struct flow_value v;
	volatile uint8_t sum = 0;
	uint32_t i;

	if (!flow_field_get(f, field, &v))
		return;
	if (v.type != flow_field_type(field))
		fuzz_broken("a type is that of the table", flow_field_name(field));
	if (v.type == FLOW_TYPE_ADDRESS && v.address->type > ADDRESS_IPV6)
		fuzz_broken("an address has a type", flow_field_name(field));
	if (v.type == FLOW_TYPE_TEXT && v.len > 0 &&
	    (v.bytes < body || v.len > len || v.bytes > body + len - v.len))
		fuzz_broken("a text is in its sample", flow_field_name(field));
	for (i = 0; i < v.len; i++)
		sum = (uint8_t)(sum + v.bytes[i]);
}

/* As a datagram with one sample, in memory of its own. */
static uint8_t *
datagram_of(uint32_t tag, const uint8_t *body, size_t len, size_t *size)
{
	static const uint8_t head[28] = {[3] = 5, [7] = 1, 192,      0,
	                                 2,       1,       [19] = 1, [27] = 1};
	uint8_t word[FUZZ_WORD];
	uint8_t *bytes = malloc(sizeof(head) + 8 + len);

	if (bytes == NULL)
		abort();
	memcpy(bytes, head, sizeof(head));
	fuzz_number(tag, word);
	memcpy(bytes + sizeof(head), word, 4);
	fuzz_number((uint32_t)len, word);
	memcpy(bytes + sizeof(head) + 4, word, 4);
	if (len > 0)
		memcpy(bytes + sizeof(head) + 8, body, len);
	*size = sizeof(head) + 8 + len;
	return bytes;
}

static bool
read_one(const uint8_t *bytes, size_t size, struct flow *flow)
{
	struct datagram d;
	struct sample s;

	return datagram_open(&d, bytes, size) == 0 && datagram_sample(&d, &s) == 1 &&
	       flow_read(&s, flow);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t tags[] = {SFLOW_TAG(0, 1), SFLOW_TAG(0, 3),
	                                SFLOW_TAG(0, 5), SFLOW_TAG(0, 2)};
	struct flow flow, again;
	uint8_t *bytes;
	size_t whole;
	unsigned i;

	if (size == 0 || size > UINT16_MAX)
		return 0;
	memset(&flow, 0xa5, sizeof(flow));
	memset(&again, 0x5a, sizeof(again));
	bytes = datagram_of(tags[data[0] & 3], data + 1, size - 1, &whole);
	if (read_one(bytes, whole, &flow)) {
		check_facts(&flow);
		for (i = 0; i < FLOW_FIELD_COUNT; i++)
			check_value(&flow, (enum flow_field)i, bytes, whole);
		if (!read_one(bytes, whole, &again) || again.has != flow.has ||
		    again.kind != flow.kind || again.packet.parts != flow.packet.parts)
			fuzz_broken("the same is the same", "flow");
	} else if ((data[0] & 3) < 2 && size > 44) {
		fuzz_broken("a flow sample is one", "false");
	}
	free(bytes);
	return 0;
}

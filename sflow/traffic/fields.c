#include "sflow/traffic/fields.h"

#include <string.h>

#define VLAN_BITS 0xfffu

uint32_t
flow_vlan(const struct flow *flow)
{
	if ((flow->has & FLOW_HAS_SWITCH) != 0 && flow->vlan.src_vlan <= VLAN_BITS)
		return flow->vlan.src_vlan;
	return flow->packet.vlans > 0 ? flow->packet.vlan[0] & VLAN_BITS : UINT32_MAX;
}

/* What the lines of the table say. */
#define HAS(fact_) ((f->has & FLOW_HAS_##fact_) != 0)
#define PART(packet_, part_) (((packet_)->parts & (part_)) != 0)
#define HAS_IP(packet_) PART(packet_, PACKET_IPV4 | PACKET_IPV6)
#define IS_KNOWN(address_) ((address_).type != ADDRESS_UNKNOWN)
#define IS_PORT(interface_) \
	((interface_).format == INTERFACE_SINGLE && \
	 (interface_).value != INTERFACE_UNKNOWN && \
	 (interface_).value != INTERFACE_INTERNAL)

static void
set_NUMBER(struct flow_value *v, uint32_t number)
{
	v->number = number;
}

static void
set_ADDRESS(struct flow_value *v, const struct address *address)
{
	v->address = address;
}

static void
set_MAC(struct flow_value *v, const uint8_t *bytes)
{
	v->bytes = bytes;
	v->len = 6;
}

static void
set_TEXT(struct flow_value *v, const struct flow_text *text)
{
	v->bytes = text->bytes;
	v->len = text->len;
}

static void
set_WORD(struct flow_value *v, const char *word)
{
	v->bytes = (const uint8_t *)word;
	v->len = (uint32_t)strlen(word);
}

bool
flow_field_get(const struct flow *f, enum flow_field field, struct flow_value *value)
{
	const struct packet *p = flow_packet(f), *o = &f->packet;

	*value = (struct flow_value){.type = FLOW_TYPE_NUMBER};
	switch (field) {
#define GET(name_, type_, has_, value_) \
	case FLOW_FIELD_##name_: \
		if (!(has_)) \
			return false; \
		value->type = FLOW_TYPE_##type_; \
		set_##type_(value, value_); \
		return true;
		FLOW_FIELDS(GET)
#undef GET
	default:
		return false;
	}
}

#define DESCRIBE(name_, type_, has_, value_) {#name_, FLOW_TYPE_##type_},
static const struct {
	const char *name;
	enum flow_type type;
} described[] = {FLOW_FIELDS(DESCRIBE)};

enum flow_field
flow_field_find(const char *name)
{
	unsigned i;

	for (i = 0; i < FLOW_FIELD_COUNT; i++)
		if (strcmp(described[i].name, name) == 0)
			return (enum flow_field)i;
	return FLOW_FIELD_COUNT;
}

const char *
flow_field_name(enum flow_field field)
{
	return described[field].name;
}

enum flow_type
flow_field_type(enum flow_field field)
{
	return described[field].type;
}

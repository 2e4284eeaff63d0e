#include "sflow/traffic/key.h"

#include <string.h>

#include "sflow/hash.h"

#define ADDRESS_BYTES \
	17 /* its type, and 16 bytes, which are 0 where they are not used */
#define MAC_BYTES 6
#define TEXT_CUT \
	0xff /* in place of the length: the text is longer, and its hash follows */
#define HASH_BYTES 8
#define TEXT_BEGIN (KEY_TEXT - 1 - HASH_BYTES) /* bytes that are kept of such a text */

static size_t
size_of(enum flow_type type)
{
	switch (type) {
	case FLOW_TYPE_NUMBER:
		return sizeof(uint32_t);
	case FLOW_TYPE_ADDRESS:
		return ADDRESS_BYTES;
	case FLOW_TYPE_MAC:
		return MAC_BYTES;
	default:
		return KEY_TEXT;
	}
}

static bool
has(const struct key_layout *layout, enum flow_field field)
{
	size_t i;

	for (i = 0; i < layout->count; i++)
		if (layout->fields[i] == field)
			return true;
	return false;
}

enum key_error
key_layout_init(struct key_layout *layout, const char *const *names, size_t count,
                size_t *bad)
{
	enum flow_field field;

	*layout = (struct key_layout){.count = 0};
	*bad = 0;
	if (count == 0)
		return KEY_NONE;
	for (; *bad < count; ++*bad) {
		if (layout->count == KEY_FIELDS)
			return KEY_MANY;
		field = flow_field_find(names[*bad]);
		if (field == FLOW_FIELD_COUNT)
			return KEY_UNKNOWN;
		if (has(layout, field))
			return KEY_TWICE;
		layout->fields[layout->count] = field;
		layout->places[layout->count++] = (uint16_t)layout->size;
		layout->size += size_of(flow_field_type(field));
	}
	return KEY_OK;
}

static void
put_text(uint8_t *at, const struct flow_value *v)
{
	uint64_t hash;

	memset(at, 0, KEY_TEXT);
	if (v->len < KEY_TEXT) {
		at[0] = (uint8_t)v->len;
		if (v->len > 0)
			memcpy(at + 1, v->bytes, v->len);
		return;
	}
	hash = keyed_hash_64(v->bytes, v->len);
	at[0] = TEXT_CUT;
	memcpy(at + 1, v->bytes, TEXT_BEGIN);
	memcpy(at + 1 + TEXT_BEGIN, &hash, HASH_BYTES);
}

static void
put_value(uint8_t *at, const struct flow_value *v)
{
	switch (v->type) {
	case FLOW_TYPE_NUMBER:
		memcpy(at, &v->number, sizeof(v->number));
		break;
	case FLOW_TYPE_ADDRESS:
		at[0] = v->address->type;
		memcpy(at + 1, v->address->bytes, ADDRESS_BYTES - 1);
		break;
	case FLOW_TYPE_MAC:
		memcpy(at, v->bytes, MAC_BYTES);
		break;
	default:
		put_text(at, v);
		break;
	}
}

bool
key_make(const struct key_layout *layout, const struct flow *flow, uint8_t *key)
{
	struct flow_value value;
	size_t i;

	for (i = 0; i < layout->count; i++) {
		if (!flow_field_get(flow, layout->fields[i], &value))
			return false;
		put_value(key + layout->places[i], &value);
	}
	return true;
}

static void
get_text(const uint8_t *at, struct key_value *v)
{
	v->cut = at[0] == TEXT_CUT;
	v->len = v->cut ? TEXT_BEGIN : at[0];
	v->bytes = at + 1;
}

void
key_get(const struct key_layout *layout, const uint8_t *key, size_t number,
        struct key_value *v)
{
	const uint8_t *at = key + layout->places[number];

	*v = (struct key_value){.type = flow_field_type(layout->fields[number])};
	switch (v->type) {
	case FLOW_TYPE_NUMBER:
		memcpy(&v->number, at, sizeof(v->number));
		break;
	case FLOW_TYPE_ADDRESS:
		v->address.type = at[0];
		memcpy(v->address.bytes, at + 1, ADDRESS_BYTES - 1);
		break;
	case FLOW_TYPE_MAC:
		v->bytes = at;
		v->len = MAC_BYTES;
		break;
	default:
		get_text(at, v);
		break;
	}
}

/* key.h - the key of a flow in a table of the largest: the values of some of its fields, as
 * bytes of one size, so that two flows are one connection, host or application where their
 * keys are the same bytes.
 *
 * Each field has a place of its own: a number 4 bytes, an address 17, a MAC 6, a text KEY_TEXT.
 * A text is a byte of length and as much of it as fits; of a longer one the beginning, and a
 * hash of all of it, so that no two texts are one. A key is good within one run of the program,
 * for that hash has a key of its own.
 */
#ifndef SFLOW_TRAFFIC_KEY_H
#define SFLOW_TRAFFIC_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/traffic/fields.h"

#define KEY_FIELDS 8 /* most of a key */
#define KEY_TEXT 64  /* bytes of a text in a key, with its length */
#define KEY_SIZE_MOST ((size_t)KEY_FIELDS * KEY_TEXT)

/* Which fields a key has. */
struct key_layout {
	size_t count;
	size_t size; /* bytes of the key */
	enum flow_field fields[KEY_FIELDS];
	uint16_t places[KEY_FIELDS];
};

enum key_error { KEY_OK, KEY_NONE, KEY_MANY, KEY_TWICE, KEY_UNKNOWN };

/* Makes a layout of the fields called so. Returns an error for no field, for more than
 * KEY_FIELDS, one that is named twice, and one that there is not; *bad is its number then. */
enum key_error key_layout_init(struct key_layout *layout, const char *const *names,
                               size_t count, size_t *bad);

/* Writes the flow's key, of layout->size bytes. Returns false where the flow does not have
 * all of the fields: then it does not count for that table. */
bool key_make(const struct key_layout *layout, const struct flow *flow, uint8_t *key);

/* A field's value in a key. */
struct key_value {
	enum flow_type type;
	uint32_t number;
	struct address address;
	const uint8_t
	    *bytes; /* of a MAC: 6; of a text, which is hostile: `len`. The key's */
	uint32_t len;
	bool cut; /* the text was longer */
};

/* Gets the value of the field with this number in the layout. */
void key_get(const struct key_layout *layout, const uint8_t *key, size_t number,
             struct key_value *value);

#endif

/* fragments.h - puts IP packets together from their fragments (RFC 791, section 3.2;
 * RFC 8200, section 4.5). Bounded: of more than FRAGMENTS_PACKETS at a time the oldest
 * is given up.
 */
#ifndef SFLOWGET_FRAGMENTS_H
#define SFLOWGET_FRAGMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"

#define FRAGMENTS_PACKETS 64
#define FRAGMENTS_BYTES 65536 /* a packet has no more */

/* Identifies the packet of a fragment. Unused bytes are zero. */
struct fragment_key {
	struct address from, to;
	uint32_t id;
	uint8_t protocol;
};

struct fragment {
	struct fragment_key key;
	size_t at; /* its offset in the packet, in bytes */
	bool last;
	const uint8_t *bytes;
	size_t len;
};

struct fragments;

struct fragments *fragments_new(void);
void fragments_free(struct fragments *fragments);

/* Adds a fragment. When it was the last one that was missing, returns the packet's
 * bytes, which are valid until the next call, and sets *len; else returns NULL. Bytes
 * that are there already are not changed. A fragment that does not fit makes its packet
 * be given up. */
const uint8_t *fragments_add(struct fragments *fragments,
                             const struct fragment *fragment, size_t *len);

/* Returns how many packets were given up or are not whole yet. */
uint64_t fragments_incomplete(const struct fragments *fragments);

#endif

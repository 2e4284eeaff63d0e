/* frame.h - finds the UDP payload of a recorded frame: link, IP with its fragments,
 * UDP.
 *
 * Sources: IEEE 802.3 and 802.1Q; tcpdump.org/linktypes.html; RFC 3032, 2516, 1661, 791,
 * 8200, 768.
 * Whatever the bytes are, nothing is read beyond them.
 */
#ifndef SFLOWGET_FRAME_H
#define SFLOWGET_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"

enum frame_kind {
	FRAME_UDP,      /* a UDP packet, or the last missing fragment of one */
	FRAME_FRAGMENT, /* a fragment, kept until the others come */
	FRAME_CUT,      /* it was not recorded as a whole */
	FRAME_OTHER     /* no UDP, or malformed */
};

/* A UDP payload. The bytes are the frame's; or the reader's, and valid until the next
 * frame. */
struct frame_packet {
	const uint8_t *bytes;
	size_t len;
	struct address from;
	uint16_t port; /* the destination port */
};

struct frame_reader;

/* Makes a reader for a link type of libpcap (DLT_...). NULL without memory.
 * frame_known() tells whether frames of that type can be read. */
struct frame_reader *frame_reader_new(int link);
void frame_reader_free(struct frame_reader *reader);
bool frame_known(int link);

/* Reads a frame, of whose `whole` bytes `len` were recorded. Fills in `packet` for
 * FRAME_UDP. */
enum frame_kind frame_read(struct frame_reader *reader, const void *frame, size_t len,
                           size_t whole, struct frame_packet *packet);

/* Returns how many fragmented packets have not become whole up to now. */
uint64_t frame_incomplete(const struct frame_reader *reader);

#endif

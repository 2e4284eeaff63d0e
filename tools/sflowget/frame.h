/* frame.h - the UDP payload of a recorded frame: link, IP with its fragments, UDP.
 *
 * Sources: IEEE 802.3 and 802.1Q; tcpdump.org/linktypes.html; RFC 791, 8200, 768.
 * Whatever the bytes are, nothing is read beyond them.
 */
#ifndef SFLOWGET_FRAME_H
#define SFLOWGET_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"

enum frame_kind {
	FRAME_UDP,      /* a UDP packet, or the last of its fragments */
	FRAME_FRAGMENT, /* kept until the others come */
	FRAME_CUT,      /* it was not recorded whole */
	FRAME_OTHER     /* no UDP, or none that is well-formed */
};

/* The bytes are the frame's, or until the next frame the reader's. */
struct frame_packet {
	const uint8_t *bytes;
	size_t len;
	struct address from;
	uint16_t port; /* that it goes to */
};

struct frame_reader;

/* For a link type of libpcap (DLT_...). NULL without memory; frame_known() says
 * whether the link is one that can be read. */
struct frame_reader *frame_reader_new(int link);
void frame_reader_free(struct frame_reader *reader);
bool frame_known(int link);

/* A frame of which `len` bytes were recorded, out of `whole`. */
enum frame_kind frame_read(struct frame_reader *reader, const void *frame,
                           size_t len, size_t whole,
                           struct frame_packet *packet);

/* Fragmented packets that never became whole, up to now. */
uint64_t frame_incomplete(const struct frame_reader *reader);

#endif

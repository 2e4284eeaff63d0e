/* Recorded frames, whatever they are: what is found lies in the frame or is a packet that
 * was put together, and is not longer than any is; and the payload of each layer that a
 * frame may begin with lies in it. An input is the link, and frames with their lengths in
 * two bytes. */
#include "tests/fuzz/fuzz.h"

#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "sflow/wire/packet.h"
#include "tools/sflowget/fragments.h"
#include "tools/sflowget/frame.h"

const char fuzz_name[] = "frame";

/* Types, protocols and lengths. */
size_t
fuzz_word(uint32_t random, uint8_t word[FUZZ_WORD])
{
	static const uint32_t words[] = {0x08004500, 0x86dd6000, 0x81000000, 0x88a80000,
	                                 0x2c00ffff, 0x2c000001, 0x11000000, 0x00110000,
	                                 0x20000000, 0x00002000, 0x18c71234, 0x00080000,
	                                 0x45000000, 0x60000000, 0xffffffff};

	return fuzz_number(words[random % (sizeof(words) / sizeof(*words))], word);
}

/* The last byte may be read, and no more than there is. */
static void
look(const struct frame_packet *packet, const uint8_t *frame, size_t len)
{
	bool inside =
	    packet->bytes >= frame && packet->bytes + packet->len <= frame + len;
	uint8_t *copy = malloc(packet->len + 1);

	if (copy == NULL || packet->len > FRAGMENTS_BYTES ||
	    (!inside && packet->len > FRAGMENTS_BYTES - 8))
		abort();
	memcpy(copy, packet->bytes, packet->len);
	free(copy);
}

static void
look_at_headers(const uint8_t *frame, size_t len)
{
	static const uint32_t begins[] = {PACKET_IS_ETHERNET, PACKET_IS_IPV4,
	                                  PACKET_IS_IPV6};
	struct packet p;
	size_t i;

	for (i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		packet_read(begins[i], frame, len, &p);
		if (p.payload.bytes < frame ||
		    p.payload.bytes + p.payload.len > frame + len ||
		    p.payload.len > p.payload.whole)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const int links[] = {DLT_EN10MB, DLT_LINUX_SLL, DLT_LINUX_SLL2,
	                            DLT_RAW,    DLT_NULL,      DLT_IPV6};
	struct frame_reader *reader;
	struct frame_packet packet;
	size_t len, read = 0;

	if (size == 0)
		return 0;
	reader = frame_reader_new(links[bytes[0] % 6]);
	if (reader == NULL)
		return 0;
	for (bytes++, size--; size >= 2; bytes += len, size -= len, read++) {
		len = (size_t)bytes[0] << 8 | bytes[1];
		bytes += 2;
		size -= 2;
		len = len > size ? size : len;
		uint8_t *frame = malloc(len + 1);

		if (frame == NULL)
			break;
		memcpy(frame, bytes, len);
		if (frame_read(reader, frame, len, len, &packet) == FRAME_UDP)
			look(&packet, frame, len);
		look_at_headers(frame, len);
		free(frame);
	}
	if (frame_incomplete(reader) > read)
		abort();
	frame_reader_free(reader);
	return 0;
}

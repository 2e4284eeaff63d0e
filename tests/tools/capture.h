/* capture.h - the UDP payloads of a recorded pcap file, for tools and tests. */
#ifndef TESTS_CAPTURE_H
#define TESTS_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"

struct capture_payload {
	int64_t when_us;     /* since the epoch */
	struct address from; /* the packet's source */
	size_t len;
	uint8_t *bytes;
};

struct capture {
	struct capture_payload *payloads;
	size_t count;
	size_t skipped; /* packets that are fragments, cut, or not UDP to port */
};

/* Reads all UDP payloads to `port` (0: any port) of a file recorded on
 * Ethernet, Linux cooked or raw IP links. Returns 0; else -1 and a message in
 * error[]. capture_free() frees what was read, in either case. */
#define CAPTURE_ERROR 256
int capture_read(const char *path, int port, struct capture *capture,
                 char error[CAPTURE_ERROR]);
void capture_free(struct capture *capture);

#endif

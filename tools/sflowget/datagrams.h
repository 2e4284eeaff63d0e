/* datagrams.h - sFlow datagrams of a recorded file, or as they come on a port: one
 * call for each, whatever is made of them.
 */
#ifndef SFLOWGET_DATAGRAMS_H
#define SFLOWGET_DATAGRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"

#define DATAGRAMS_FAULT 512 /* bytes of the text of a fault */

/* A datagram: its bytes, the packet's source, and when it was recorded or received, by
 * the wall clock. Returns false when nothing more is wanted. */
struct datagram_sink {
	bool (*datagram)(void *context, const void *bytes, size_t len,
	                 const struct address *from, int64_t wall_ms);
	void *context;
};

/* What became of a file's packets. */
struct datagram_counts {
	uint64_t datagrams; /* handed over */
	uint64_t cut;       /* were not recorded whole */
	uint64_t fragments; /* whose other fragments are missing */
	uint64_t others;    /* are not UDP to that port */
};

/* All UDP payloads to `port` (0: any) of a pcap or pcapng file; "-" is the standard
 * input. Returns 0; -1 and the fault where the file can't be read, or not to its
 * end: what came before was handed over. */
int datagrams_read(const char *path, unsigned port,
                   const struct datagram_sink *sink,
                   struct datagram_counts *counts, char fault[DATAGRAMS_FAULT]);

/* What comes on a port. */
struct datagram_port;

/* Listens on that address (NULL: all). NULL and the fault where it can't. */
struct datagram_port *datagrams_open(const struct address *address,
                                     unsigned port,
                                     char fault[DATAGRAMS_FAULT]);
void datagrams_close(struct datagram_port *port);

/* Waits `ms` milliseconds at most, and hands over what has come. False when the sink
 * wants no more. */
bool datagrams_wait(struct datagram_port *port, int ms,
                    const struct datagram_sink *sink);

#endif

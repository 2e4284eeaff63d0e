/* datagrams.h - reads sFlow datagrams from a recorded file or a port, and calls a sink
 * for each.
 */
#ifndef SFLOWGET_DATAGRAMS_H
#define SFLOWGET_DATAGRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"

#define DATAGRAMS_FAULT 512 /* bytes of the text of a fault */

struct datagram_sink {
	/* Takes a datagram: its bytes, the packet's source, and when it was recorded or
	 * received, by the wall clock. Returns false when no more is wanted. */
	bool (*datagram)(void *context, const void *bytes, size_t len,
	                 const struct address *from, int64_t wall_ms);
	void *context;
};

/* Counts of a file's packets. */
struct datagram_counts {
	uint64_t datagrams; /* given to the sink */
	uint64_t cut;       /* not recorded as a whole */
	uint64_t fragments; /* fragments whose other fragments are missing */
	uint64_t others;    /* no UDP to that port */
};

/* Reads all UDP payloads to `port` (0: any) of a pcap or pcapng file, which may
 * be compressed by gzip; "-" is the standard input. Returns 0; or -1 and the fault where the file can't be read, or not
 * to its end: the sink has got what came before. */
int datagrams_read(const char *path, unsigned port, const struct datagram_sink *sink,
                   struct datagram_counts *counts, char fault[DATAGRAMS_FAULT]);

/* A port that is listened on. */
struct datagram_port;

/* Listens on a port of that address (NULL: all addresses). Returns NULL and the fault
 * where that fails. */
struct datagram_port *datagrams_open(const struct address *address, unsigned port,
                                     char fault[DATAGRAMS_FAULT]);
void datagrams_close(struct datagram_port *port);

/* Waits `ms` milliseconds at most, and gives the sink what has come. Returns false when
 * the sink wants no more. */
bool datagrams_wait(struct datagram_port *port, int ms,
                    const struct datagram_sink *sink);

#endif

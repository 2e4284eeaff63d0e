#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/udp.h"
#include "tools/sflowget/datagrams.h"

#define BUFFER 4194304 /* bytes; a burst of all agents fits in */

struct datagram_port {
	struct udp_set set;
	const struct datagram_sink *sink;
	bool enough;
};

/* The port whose datagrams are being taken: udp_take() calls a function without a
 * context. */
static struct datagram_port *taking;

static void
take(const struct udp_batch *batch, size_t count)
{
	struct datagram_port *p = taking;
	int64_t wall_ms = clock_ms() + clock_wall_offset();
	struct address from;
	const void *bytes;
	size_t i, len;

	for (i = 0; i < count && !p->enough; i++) {
		bytes = udp_datagram(batch, i, &len, &from);
		p->enough =
		    !p->sink->datagram(p->sink->context, bytes, len, &from, wall_ms);
	}
}

struct datagram_port *
datagrams_open(const struct address *address, unsigned port,
               char fault[DATAGRAMS_FAULT])
{
	struct datagram_port *p = calloc(1, sizeof(*p));

	if (p != NULL && udp_set_init(&p->set) == 0) {
		udp_set_add(&p->set, address, (uint16_t)port);
		if (udp_open(&p->set.listeners[0], BUFFER, false) == 0)
			return p;
		snprintf(fault, DATAGRAMS_FAULT, "UDP port %u: %s", port,
		         strerror(errno));
		udp_set_close(&p->set);
	} else {
		snprintf(fault, DATAGRAMS_FAULT, "%s", strerror(errno));
	}
	free(p);
	return NULL;
}

void
datagrams_close(struct datagram_port *p)
{
	if (p == NULL)
		return;
	udp_set_close(&p->set);
	free(p);
}

bool
datagrams_wait(struct datagram_port *p, int ms, const struct datagram_sink *sink)
{
	udp_wait(&p->set, ms);
	p->sink = sink;
	taking = p;
	udp_take(&p->set, take);
	taking = NULL;
	return !p->enough;
}

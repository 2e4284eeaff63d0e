/* run.h - a run of a fuzz target that is a collector.
 *
 * An input is a byte of options and a series of datagrams, each behind two
 * bytes: four bits that choose how much time passes before it, and twelve of
 * its length. What is left when a length goes beyond the end is the last
 * datagram. One of 1 to SENDERS_STEP bytes is none, but says what a sender does
 * (senders.h).
 */
#ifndef TESTS_FUZZ_RUN_H
#define TESTS_FUZZ_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "gmond-module/deliveries.h"
#include "sflow/collector/collector.h"

/* Options: the first byte of an input. */
#define OPTION_VM 3        /* a bit mask: enum vm_hosts; 3 is VM_HOST, too */
#define OPTION_MULTIPLE 4  /* prefix the first instances, too */
#define OPTION_TIGHT 8     /* very small bounds */
#define OPTION_LAZY 16     /* the publisher gives back every other host */
#define OPTION_FORGET 32   /* and forgets what was delivered */
#define OPTION_PORTS 64    /* only some ports are shown */
#define OPTION_DEFAULT 128 /* what is accepted by default; else all is */

struct run {
	struct collector *c;
	struct deliveries deliveries; /* of who publishes */
	struct store_feed *feed;      /* NULL: nobody does */
	struct collector_config config;
	int64_t now, wall_ms;
	uint8_t options;
	unsigned pause;      /* the last choice of a time to pass, 0 to 15 */
	unsigned taken;      /* hosts that were published */
	unsigned looks;      /* so often were they looked at */
	const uint8_t *step; /* of a sender, to be done so many times more: */
	size_t step_len;
	unsigned times;
	unsigned steps; /* so many were to be done */
};

/* What the options say, with small bounds; then a collector of it. */
void run_configure(struct run *run, uint8_t options);
void run_begin(struct run *run);

/* The next datagram of the input, and a tick; what is always true of agents and
 * hosts is looked at. False when there are no more. */
bool run_next(struct run *run, const uint8_t **data, const uint8_t *end);

/* Aborts where the value is more than any honest sender moves. */
void run_check_rate(const struct metric *metric, const char *name, double number);

/* Fetches the events. */
void run_drain(struct run *run);

#endif

/* inside.h - what is always true of what a collector keeps, whatever it was sent: the
 * promises of its files that can be looked up in their structures. Each of these aborts
 * where one is broken.
 */
#ifndef TESTS_FUZZ_INSIDE_H
#define TESTS_FUZZ_INSIDE_H

#include <stdint.h>

#include "sflow/collector/collector.h"

/* Begins a run, with no agents. */
void inside_begin(void);

/* Called before a datagram from this packet source, and after it: compares what may have
 * changed. */
void inside_before(struct collector *collector, const struct address *from,
                   int64_t now);
void inside_after(struct collector *collector, int64_t now);

/* Looks at all that is there; to be called after collector_tick(). */
void inside_check(struct collector *collector, int64_t now);

/* Aborts where no agent of this address has a first port of this sub-agent that has this
 * rate of octets now, unless none is shown, for a bound or by the configuration. */
void inside_check_rate(struct collector *collector, const struct address *address,
                       uint32_t sub_agent, double rate, int64_t now);

#endif

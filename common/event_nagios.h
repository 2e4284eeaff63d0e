/* event_nagios.h - what became of the results that Nagios is told, by the sink
 * event_nagios of event_sink.h.
 */
#ifndef COMMON_EVENT_NAGIOS_H
#define COMMON_EVENT_NAGIOS_H

#include <stdatomic.h>

#define NAGIOS_WAITING_MAX 10000 /* hosts whose result waits, at most */

/* Results since the start; any thread may read them. */
struct nagios_counts {
	atomic_uint_fast64_t sent;
	atomic_uint_fast64_t dropped; /* no room, or a name that Nagios can't have */
	atomic_uint_fast64_t waiting; /* now */
};
extern struct nagios_counts nagios_counts;

#endif

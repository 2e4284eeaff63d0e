/* event_nagios.h - counts of the results that the sink event_nagios (event_sink.h)
 * sends to Nagios.
 */
#ifndef COMMON_EVENT_NAGIOS_H
#define COMMON_EVENT_NAGIOS_H

#include <stdatomic.h>

#define NAGIOS_WAITING_MAX 100000 /* results of so many hosts may wait */

/* Results since the start; any thread may read them. */
struct nagios_counts {
	atomic_uint_fast64_t sent;
	atomic_uint_fast64_t dropped; /* no room, or a name that Nagios can't have */
	atomic_uint_fast64_t waiting; /* how many wait now */
};
extern struct nagios_counts nagios_counts;

#endif

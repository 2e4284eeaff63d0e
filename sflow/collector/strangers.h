/* strangers.h - who is not confirmed yet. Anybody can send a datagram in any name, so until
 * an agent's second datagram fits its first one (sub_agent_confirms()) it is a stranger: it
 * has a host and values as others, but makes way for them at each bound.
 *
 * Where there is no more room for agents, strangers are not let in at all; of each only a
 * sighting of 16 bytes is kept, by which its second datagram, if it fits, lets it in, in the
 * place of another stranger. So a flood of single datagrams in invented names does not keep
 * out an agent that goes on.
 */
#ifndef SFLOW_STRANGERS_H
#define SFLOW_STRANGERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"
#include "sflow/wire/datagram.h"

struct agent;
struct collector;
struct sighting;

/* A table of sightings. All zero: it is empty, and takes no memory. */
struct strangers {
	struct sighting *sightings;
	size_t
	    buckets; /* of four sightings each, a power of two; 0: as many as there may be */
};

/* Sets how large the table is to be, for so many agents at most. What was seen is forgotten
 * where that changes. */
void strangers_bound(struct strangers *strangers, size_t max_agents);

void strangers_free(struct strangers *strangers);

/* Keeps the datagram, from the packet source `from`, as a sighting. Returns whether there was
 * one before which it confirms: of the same agent, sub-agent and source, with the numbers and
 * the uptime that follow, at least 5 s later by both clocks; or the eighth with numbers that
 * follow, after a minute, where the clock has another unit. Of sightings that fall into the
 * same place of the table the four newest are kept; without memory none are. */
bool strangers_see(struct strangers *strangers, const struct datagram *datagram,
                   const struct address *from, int64_t now);

/* Keeps a sighting of an agent that was silent for so long that it is forgotten: one that
 * polls so slowly is known by strangers_know() when it is heard again. */
void strangers_leave(struct strangers *strangers, const struct agent *agent);
bool strangers_know(struct strangers *strangers, const struct datagram *datagram,
                    const struct address *from, int64_t now);

/* Where there is no room for agents, has the oldest stranger make way, unless it is `beside`,
 * which is still in use; NULL: nobody is. */
void strangers_give_place(struct collector *collector, const struct agent *beside,
                          int64_t now);

/* Returns the agent of a datagram for which agents_agent() had no room: one that the datagram
 * confirms takes the place of another stranger, which is gone then, with its event. NULL:
 * there is no room. */
struct agent *strangers_admit(struct collector *collector,
                              const struct datagram *datagram,
                              const struct address *from, int64_t now);

/* Notes that the agent is confirmed, and its virtual machines that are hosts are with it. */
void stranger_confirmed(struct collector *collector, struct agent *agent);

/* Lets strangers make way, the oldest first, until there is room again for what confirmed
 * agents bring, or there are no strangers. */
void strangers_make_room(struct collector *collector, int64_t now);

#endif

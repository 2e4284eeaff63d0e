/* event_program.h - runs the administrator's program for each event of membership,
 * with the event in its environment. Never through a shell; bounded in number
 * and time. One thread uses it.
 */
#ifndef COMMON_EVENT_PROGRAM_H
#define COMMON_EVENT_PROGRAM_H

#include <stdint.h>

#include "sflow/event.h"

/* Starts `program` for the event; does nothing where there is none (NULL or "").
 * When too many run already, this one is left out, and counted in the log. */
void on_event_run(const char *program, const struct event *event,
                  int64_t wall_offset_ms, int64_t now);

/* Once a second: buries those that have ended, and kills those that take too
 * long. */
void on_event_tick(int64_t now);

/* Kills all that still run. */
void on_event_stop(void);

#endif

/* message.h - makes Ganglia's messages from values of the store. */
#ifndef MODSFLOW_MESSAGE_H
#define MODSFLOW_MESSAGE_H

#include "gmond-module/gmond.h"
#include "sflow/store/store.h"

#define MESSAGE_HOST (2 * TEXT_SIZE) /* bytes of "KEY:NAME" */

/* A message, and memory for what its pointers point to. They also point into `host` and
 * the reading, which must outlive it, and to constants. */
struct message {
	Ganglia_value_msg value;
	Ganglia_metadata_msg metadata;
	Ganglia_extra_data extra[3];
};

/* Writes the name "KEY:NAME" by which gmond knows a host other than its own. Returns
 * `host`. */
char *message_host(const struct store_info *info, char host[MESSAGE_HOST]);

/* Fill in the message of a value, and that of its metadata. `host` is that of
 * message_host(). */
void message_value(struct message *message, char *host, struct store_reading *reading);
void message_metadata(struct message *message, char *host,
                      struct store_reading *reading);

/* Fills in the message of a heartbeat. Its value is when the host's agent was started,
 * by the wall clock; gmond shows it as GMOND_STARTED. */
void message_heartbeat(struct message *message, char *host, uint32_t started_s);

#endif

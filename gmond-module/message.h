/* message.h - values of the store as Ganglia's messages. */
#ifndef MODSFLOW_MESSAGE_H
#define MODSFLOW_MESSAGE_H

#include "gmond-module/gmond.h"
#include "sflow/store/store.h"

#define MESSAGE_HOST (2 * TEXT_SIZE) /* bytes of "KEY:NAME" */

/* A message with room for what its pointers point to. Everything it refers to
 * belongs to the reading, to `host`, or to constants, and must outlive it. */
struct message {
	Ganglia_value_msg value;
	Ganglia_metadata_msg metadata;
	Ganglia_extra_data extra[3];
};

/* The name by which gmond knows a foreign host. Returns `host`. */
char *message_host(const struct store_info *info, char host[MESSAGE_HOST]);

void message_value(struct message *message, char *host,
                   struct store_reading *reading);
void message_metadata(struct message *message, char *host,
                      struct store_reading *reading);

/* The heartbeat: gmond takes the value as the time when the host's agent was
 * started, and shows it as GMOND_STARTED. */
void message_heartbeat(struct message *message, char *host,
                       uint32_t started_s);

#endif

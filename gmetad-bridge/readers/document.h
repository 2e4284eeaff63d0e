/* document.h - one answer, made piece by piece: gmond's XML of a cluster, gmetad's
 * XML of all or what a query asks for, or /status as JSON. No socket.
 *
 * While a piece is made one host at a time is locked; between two pieces nothing
 * is. A host is written as a whole under its lock: part by part, a value that
 * expires or comes meanwhile would make another one appear twice, or never.
 */
#ifndef BRIDGE_DOCUMENT_H
#define BRIDGE_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"
#include "gmetad-bridge/config/config.h"
#include "gmetad-bridge/readers/query.h"
#include "sflow/store/store.h"

#define DOCUMENT_PIECE 65536 /* bytes; a piece ends with the host that passes it */

struct document;

/* gmond's XML of the cluster of that place in the configuration. */
struct document *document_of_cluster(const struct config *config,
                                     struct store *store, size_t cluster);

/* gmetad's answer to a query; `query_all` for the whole tree. What isn't there is
 * left out of an answer to HTTP; else all of what is above it is printed, as gmetad
 * does. Both hold the configuration and the summaries. NULL without memory. */
struct document *document_of_query(const struct config *config,
                                   struct store *store,
                                   const struct query *query);
void document_free(struct document *document);

/* Appends the next piece, about 64 KB, at `now` (clock_ms()) and `wall_ms`. False
 * when the document has ended with it. */
bool document_next(struct document *document, struct buffer *buffer,
                   int64_t now, int64_t wall_ms);

#endif

/* document.h - one answer, made piece by piece: the XML of a cluster as gmond gives it,
 * the XML of all or of what a query asks for as gmetad gives it, or /status as JSON. No
 * socket.
 *
 * While a piece is made, one host at a time is locked; between two pieces none is. A
 * host is written as a whole under its lock: if it were written in parts, a value that
 * comes or expires between them could make another value appear twice, or be left out.
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

#define DOCUMENT_PIECE 65536 /* bytes; a piece ends after the host that exceeds it */

struct document;

/* Makes gmond's XML of a cluster, by its index in the configuration. This and the next
 * hold the configuration. NULL without memory. */
struct document *document_of_cluster(const struct config *config, struct store *store,
                                     size_t cluster);

/* Makes gmetad's answer to a query; `query_all` asks for the whole tree. If the query
 * names something that isn't there, an answer to HTTP leaves it out; any other answer
 * has all of the level above, as gmetad's. Holds the summaries, too. NULL without
 * memory. */
struct document *document_of_query(const struct config *config, struct store *store,
                                   const struct query *query);
void document_free(struct document *document);

/* Appends the next piece, about DOCUMENT_PIECE bytes, to the buffer. `now` is
 * clock_ms(), `wall_ms` the wall clock. Returns false when that was the last piece. */
bool document_next(struct document *document, struct buffer *buffer, int64_t now,
                   int64_t wall_ms);

#endif

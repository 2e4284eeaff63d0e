/* fields.h - the fields of agents' last counter records as they were on the wire, and
 * how many samples of each data source there were.
 *
 * A field is called STRUCTURE.FIELD, as in the specification: host_cpu.cpu_user. Where
 * an agent sends several of the structure they are told apart by data source,
 * CLASS:INDEX/STRUCTURE.FIELD, by sub-agent where that isn't enough,
 * SUB_AGENT/CLASS:INDEX/STRUCTURE.FIELD, and by their place in the sample,
 * STRUCTURE#2.FIELD. Lists: host_adapters.adapters.0.ifIndex.
 */
#ifndef SFLOWGET_FIELDS_H
#define SFLOWGET_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"
#include "tools/sflowget/item.h"
#include "tools/sflowget/wanted.h"

/* Whether the text asks for a raw field, or for several. */
bool fields_is_raw(const char *asked);

/* Whether the name is that of a raw counter, of which only differences say
 * anything. */
bool fields_is_counter(const char *name);

/* Where the name of a metric, or of a raw field, is without what tells several apart:
 * "bytes_in" of "swp1.bytes_in", "host_cpu.cpu_user" of "2:1/host_cpu.cpu_user". And
 * how long that is which stands before the dot or slash. */
const char *fields_split(const char *name, size_t *before);

struct fields;

/* `keep`: records, too, and not only how many samples there were. NULL without
 * memory. */
struct fields *fields_new(bool keep);
void fields_free(struct fields *fields);

/* Takes note of a datagram's counters samples. */
void fields_input(struct fields *fields, const void *bytes, size_t len,
                  int64_t wall_ms);

/* The agent's fields that are wanted, each by the shortest of its names that was asked
 * for and that no other field has; false when the sink has stopped it. */
bool fields_items(struct fields *fields, const struct address *agent,
                  const struct wanted *wanted, int64_t wall_ms,
                  const struct item_sink *sink);

/* Whether there were two samples at least of each of the agent's data sources. */
bool fields_twice(const struct fields *fields, const struct address *agent);

#endif

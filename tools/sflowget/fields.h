/* fields.h - raw fields: the fields of agents' last counter records as they were on the
 * wire; and how many samples of each data source there were.
 *
 * A field is called STRUCTURE.FIELD, as in the specification: host_cpu.cpu_user. Where
 * an agent sends a structure several times, the data source is added,
 * CLASS:INDEX/STRUCTURE.FIELD, where that isn't enough also the sub-agent,
 * SUB_AGENT/CLASS:INDEX/STRUCTURE.FIELD, and the structure's place in the sample,
 * STRUCTURE#2.FIELD. An element of a list is host_adapters.adapters.0.ifIndex.
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

/* Whether the name is that of a raw counter, of which only differences have a
 * meaning. */
bool fields_is_counter(const char *name);

/* Splits the name of a metric or raw field. Returns the name without the part in front:
 * "bytes_in" of "swp1.bytes_in", "host_cpu.cpu_user" of "2:1/host_cpu.cpu_user". Sets
 * *before to the length of that part, without the dot or slash; 0: there is none. */
const char *fields_split(const char *name, size_t *before);

struct fields;

/* Begins. Without `keep` only samples are counted, and no records are kept. NULL
 * without memory. */
struct fields *fields_new(bool keep);
void fields_free(struct fields *fields);

/* Keeps the records of a datagram's counters samples, and counts the samples. */
void fields_input(struct fields *fields, const void *bytes, size_t len,
                  int64_t wall_ms);

/* Gives the sink the agent's fields that are wanted, each by the shortest of its names
 * that was asked for and that no other field has. Returns false when the sink has
 * stopped it. */
bool fields_items(struct fields *fields, const struct address *agent,
                  const struct wanted *wanted, int64_t wall_ms,
                  const struct item_sink *sink);

/* Whether at least two samples of each of the agent's data sources have come. */
bool fields_twice(const struct fields *fields, const struct address *agent);

#endif

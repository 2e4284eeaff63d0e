/* relations.h - the relations that data sources report: the adapters of a machine are
 * its MAC addresses and interfaces (host_adapters); the parent of a virtual machine,
 * container or application is the machine that it runs on (host_parent).
 *
 * Source: sFlow Host Structures (sflow.org/sflow_host.txt).
 */
#ifndef SFLOW_RELATIONS_H
#define SFLOW_RELATIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "sflow/collector/agents.h"
#include "sflow/wire/records.h"

#define ADAPTERS_MAX 64 /* of one source */

/* A MAC address of an interface. */
struct adapter {
	struct source *source; /* that reports it */
	uint32_t if_index;
	uint8_t mac[6];
	struct adapter *prev, *next; /* others of the same address */
};

/* The relations that a source has reported. */
struct relations {
	struct adapter *adapters;
	size_t adapters_count;
	uint64_t told; /* keyed_hash_64() of the adapters' bytes; 0: no adapters */
	bool has_parent;
	struct source_id parent; /* a data source of the same agent */
};

/* The adapters of all agents, by MAC address. All zero: there are none. */
struct adapters {
	struct mac_owners *by_mac;
};

/* Returns the relations that the source has reported; NULL: none. */
const struct relations *relations_of(const struct source *source);

/* Replaces the source's adapters by those in a value of host_adapters' row. Returns
 * false when an adapter isn't whole, and then nothing changes. Addresses beyond
 * ADAPTERS_MAX are left out. */
bool relations_adapters(struct adapters *all, struct source *source,
                        const struct field *row, const struct field_value *value);

/* Replaces the source's parent by the values of host_parent. */
void relations_parent(struct source *source, const struct field_value *values);

/* Frees the source's relations. */
void relations_forget(struct adapters *all, struct source *source);

/* Returns the first of all adapters with this MAC address; `next` leads to the others.
 * NULL when there is none. They are valid until the next input or tick. */
const struct adapter *relations_find(const struct adapters *all, const uint8_t mac[6]);

/* Returns the source's parent; NULL where it has none, or none that is known. */
struct source *relations_find_parent(const struct source *source);

#endif

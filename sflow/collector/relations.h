/* relations.h - who belongs to whom: the adapters of a machine give its MAC
 * addresses and interfaces (host_adapters), and a parent gives the machine that
 * a virtual machine, container or application runs on (host_parent).
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

/* An address of an interface. */
struct adapter {
	struct source *source; /* whose adapter it is */
	uint32_t if_index;
	uint8_t mac[6];
	struct adapter *prev, *next; /* others of the same address */
};

/* All that a source told of its relations. */
struct relations {
	struct adapter *adapters;
	size_t adapters_count;
	uint64_t told; /* keyed_hash_64() of the bytes that they were in; 0: none */
	bool has_parent;
	struct source_id parent; /* a data source of the same agent */
};

/* Whose each address is, of all agents. All zero: nobody told of any. */
struct adapters {
	struct mac_owners *by_mac;
};

/* What the source told; NULL: nothing. */
const struct relations *relations_of(const struct source *source);

/* Takes the row of host_adapters, in place of the adapters that the source told before.
 * False when an adapter isn't whole, and then nothing changes; addresses beyond
 * ADAPTERS_MAX are left out. */
bool relations_adapters(struct adapters *all, struct source *source,
                        const struct field *row,
                        const struct field_value *value);

/* Takes the rows of host_parent, in place of the parent that the source told before. */
void relations_parent(struct source *source, const struct field_value *values);

/* Forgets what the source told. */
void relations_forget(struct adapters *all, struct source *source);

/* Whose address it is: the first of a list, linked by `next`; NULL when nobody
 * told of it. Until the next input or tick. */
const struct adapter *relations_find(const struct adapters *all,
                                     const uint8_t mac[6]);

/* The source's parent, where it told of one that is known; else NULL. */
struct source *relations_find_parent(const struct source *source);

#endif

#include "sflow/collector/relations.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "sflow/hash.h"

/* Rows of an adapter in host_adapters, and of host_parent. */
enum { ADAPTER_IF_INDEX, ADAPTER_MACS };
enum { PARENT_CLASS, PARENT_INDEX };

/* All adapters of one MAC address. Containers and bridges may share one. */
struct mac_owners {
	uint8_t mac[6];
	struct adapter *adapters;
	UT_hash_handle hh;
};

const struct relations *
relations_of(const struct source *source)
{
	return source_slot(source, SLOT_RELATIONS);
}

/* Finds the source's relations, or adds them. NULL without memory. */
static struct relations *
add_relations(struct source *source)
{
	if (relations_of(source) == NULL)
		source_set_slot(source, SLOT_RELATIONS,
		                calloc(1, sizeof(struct relations)));
	return source_slot(source, SLOT_RELATIONS);
}

static struct mac_owners *
find_owners(const struct adapters *all, const uint8_t mac[6])
{
	struct mac_owners *owners;

	HASH_FIND(hh, all->by_mac, mac, 6, owners);
	return owners;
}

static void
own(struct adapters *all, struct adapter *adapter)
{
	struct mac_owners *owners = find_owners(all, adapter->mac);

	if (owners == NULL) {
		owners = calloc(1, sizeof(*owners));
		if (owners == NULL)
			return;
		memcpy(owners->mac, adapter->mac, sizeof(owners->mac));
		HASH_ADD(hh, all->by_mac, mac, sizeof(owners->mac), owners);
		if (owners->hh.tbl == NULL) {
			free(owners);
			return;
		}
	}
	DL_APPEND(owners->adapters, adapter);
}

static void
disown(struct adapters *all, struct adapter *adapter)
{
	struct mac_owners *owners = find_owners(all, adapter->mac);

	if (adapter->prev == NULL)
		return; /* own() had no memory */
	DL_DELETE(owners->adapters, adapter);
	if (owners->adapters != NULL)
		return;
	HASH_DELETE(hh, all->by_mac, owners);
	free(owners);
}

static void
forget_adapters(struct adapters *all, struct relations *r)
{
	size_t i;

	for (i = 0; i < r->adapters_count; i++)
		disown(all, &r->adapters[i]);
	free(r->adapters);
	r->adapters = NULL;
	r->adapters_count = 0;
}

/* Adds an adapter to the array. An address of zeros is left out, and so are those
 * beyond ADAPTERS_MAX. */
static void
add_adapter(struct adapter adapters[ADAPTERS_MAX], size_t *count, uint64_t if_index,
            const uint8_t *mac)
{
	static const uint8_t none[6];

	if (*count == ADAPTERS_MAX || memcmp(mac, none, sizeof(none)) == 0)
		return;
	adapters[*count].if_index = (uint32_t)if_index;
	memcpy(adapters[*count].mac, mac, sizeof(none));
	(*count)++;
}

/* Reads all adapters of host_adapters: each is an interface and the list of its MAC
 * addresses. Returns false when one isn't whole. */
static bool
read_adapters(const struct field *row, const struct field_value *value,
              struct adapter adapters[ADAPTERS_MAX], size_t *count)
{
	struct field_value adapter[RECORD_FIELDS_MAX], mac[RECORD_FIELDS_MAX];
	struct series all, macs;

	*count = 0;
	if (!series_begin(&all, row, value))
		return false;
	while (series_next(&all, adapter)) {
		series_begin(&macs, &all.elements->fields[ADAPTER_MACS],
		             &adapter[ADAPTER_MACS]);
		while (series_next(&macs, mac))
			add_adapter(adapters, count, adapter[ADAPTER_IF_INDEX].number,
			            mac[0].bytes);
	}
	return all.left == 0;
}

/* Makes these adapters those of the source. Without memory it has none afterwards. */
static void
keep_adapters(struct adapters *all, struct source *source, struct relations *r,
              const struct adapter *adapters, size_t count)
{
	size_t i;

	r->adapters = calloc(count, sizeof(*adapters));
	if (r->adapters == NULL)
		return;
	r->adapters_count = count;
	for (i = 0; i < count; i++) {
		r->adapters[i].source = source;
		r->adapters[i].if_index = adapters[i].if_index;
		memcpy(r->adapters[i].mac, adapters[i].mac, 6);
		own(all, &r->adapters[i]);
	}
}

/* A machine sends its adapters in each datagram, and they nearly always are the same as
 * before. A hash of their bytes tells so without reading them. */
bool
relations_adapters(struct adapters *all, struct source *source, const struct field *row,
                   const struct field_value *value)
{
	uint64_t told = keyed_hash_64(value->bytes, value->number);
	struct relations *r = source_slot(source, SLOT_RELATIONS);
	struct adapter adapters[ADAPTERS_MAX];
	size_t count;

	if (r != NULL && r->told == told)
		return true;
	if (!read_adapters(row, value, adapters, &count))
		return false;
	r = add_relations(source);
	if (r == NULL)
		return true;
	forget_adapters(all, r);
	keep_adapters(all, source, r, adapters, count);
	r->told = r->adapters == NULL ? 0 : told;
	return true;
}

void
relations_parent(struct source *source, const struct field_value *values)
{
	struct relations *r = add_relations(source);

	if (r == NULL)
		return;
	r->has_parent = true;
	r->parent.class = (uint32_t)values[PARENT_CLASS].number;
	r->parent.index = (uint32_t)values[PARENT_INDEX].number;
}

void
relations_forget(struct adapters *all, struct source *source)
{
	struct relations *r = source_slot(source, SLOT_RELATIONS);

	if (r == NULL)
		return;
	forget_adapters(all, r);
	free(r);
	source_set_slot(source, SLOT_RELATIONS, NULL);
}

const struct adapter *
relations_find(const struct adapters *all, const uint8_t mac[6])
{
	struct mac_owners *owners = find_owners(all, mac);

	return owners == NULL ? NULL : owners->adapters;
}

/* The parent may belong to another sub-agent: a web server's agent is one of its own,
 * and not that of its machine. A source of the same sub-agent goes first. */
struct source *
relations_find_parent(const struct source *source)
{
	const struct relations *r = relations_of(source);
	struct source *other, *found = NULL;

	if (r == NULL || !r->has_parent)
		return NULL;
	for (other = agent_sources(source_agent(source)); other != NULL;
	     other = source_next(other))
		if (other != source && source_id(other).class == r->parent.class &&
		    source_id(other).index == r->parent.index &&
		    (found == NULL ||
		     source_sub_agent(other) == source_sub_agent(source)))
			found = other;
	return found;
}

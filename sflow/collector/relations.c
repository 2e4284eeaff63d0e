#include "sflow/collector/relations.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "sflow/hash.h"

/* All adapters of one address: containers and bridges share some. */
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

/* NULL without memory. */
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
		return; /* there was no memory to own it */
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

static void
read_adapter(struct cursor *c, uint32_t if_index, struct adapter *adapters,
             size_t *count)
{
	static const uint8_t none[6];
	const uint8_t *mac = cursor_opaque(c, 6);

	if (mac == NULL || *count == ADAPTERS_MAX ||
	    memcmp(mac, none, sizeof(none)) == 0)
		return;
	adapters[*count].if_index = if_index;
	memcpy(adapters[*count].mac, mac, sizeof(none));
	(*count)++;
}

/* An adapter is an interface and the list of its addresses. */
static bool
read_adapters(struct cursor *c, struct adapter adapters[ADAPTERS_MAX],
              size_t *count)
{
	uint32_t left = cursor_u32(c), macs, if_index;

	*count = 0;
	for (; left > 0 && !c->failed; left--) {
		if_index = cursor_u32(c);
		for (macs = cursor_u32(c); macs > 0 && !c->failed; macs--)
			read_adapter(c, if_index, adapters, count);
	}
	return !c->failed;
}

static bool
same_adapters(const struct relations *r, const struct adapter *adapters,
              size_t count)
{
	size_t i;

	if (r->adapters_count != count)
		return false;
	for (i = 0; i < count; i++)
		if (r->adapters[i].if_index != adapters[i].if_index ||
		    memcmp(r->adapters[i].mac, adapters[i].mac, 6) != 0)
			return false;
	return true;
}

bool
relations_adapters(struct adapters *all, struct source *source,
                   struct cursor body)
{
	struct adapter adapters[ADAPTERS_MAX];
	struct relations *r;
	size_t count, i;

	if (!read_adapters(&body, adapters, &count))
		return false;
	r = add_relations(source);
	if (r == NULL || same_adapters(r, adapters, count))
		return true;
	forget_adapters(all, r);
	r->adapters = calloc(count, sizeof(*adapters));
	if (r->adapters == NULL)
		return true;
	r->adapters_count = count;
	for (i = 0; i < count; i++) {
		r->adapters[i].source = source;
		r->adapters[i].if_index = adapters[i].if_index;
		memcpy(r->adapters[i].mac, adapters[i].mac, 6);
		own(all, &r->adapters[i]);
	}
	return true;
}

bool
relations_parent(struct source *source, struct cursor body)
{
	struct source_id parent = {.class = cursor_u32(&body)};
	struct relations *r;

	parent.index = cursor_u32(&body);
	if (body.failed)
		return false;
	r = add_relations(source);
	if (r != NULL) {
		r->has_parent = true;
		r->parent = parent;
	}
	return true;
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

/* An embedded agent (a web server's) is another sub-agent than the machine's. */
struct source *
relations_find_parent(const struct source *source)
{
	const struct relations *r = relations_of(source);
	struct source *other, *found = NULL;

	if (r == NULL || !r->has_parent)
		return NULL;
	for (other = agent_sources(source_agent(source)); other != NULL;
	     other = source_next(other))
		if (other != source &&
		    source_id(other).class == r->parent.class &&
		    source_id(other).index == r->parent.index &&
		    (found == NULL ||
		     source_sub_agent(other) == source_sub_agent(source)))
			found = other;
	return found;
}

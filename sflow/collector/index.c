#include "sflow/collector/index.h"

#include <string.h>

#include "sflow/collector/collector_internal.h"
#include "sflow/collector/instances.h"
#include "sflow/collector/ports.h"

#define VLAN_COUNTERS 5
#define OF_PORT 1004
#define BST_PORT_BUFFERS SFLOW_TAG(4413, 2)

/* Whether a record of this tag is in the sample already. */
static bool
is_there(const struct index *index, uint32_t tag)
{
	size_t i;

	for (i = 0; i < index->count; i++)
		if (index->tags[i] == tag)
			return true;
	return false;
}

static void
add_record(struct index *index, const struct record *record)
{
	uint64_t bit = UINT64_C(1) << (record->tag & 63);

	if (record->tag >= HOST_CPU && record->tag <= HOST_NET_IO)
		index->machine = true;
	if (record->tag == IF_COUNTERS) {
		index->ports++;
		index->port = index->count;
	} else if (record->tag == VLAN_COUNTERS) {
		index->vlans++;
	}
	if ((index->seen & bit) != 0 && is_there(index, record->tag))
		index->repeats = true;
	index->seen |= bit;
	index->tags[index->count] = record->tag;
	index->bodies[index->count++] = record->body;
}

/* Notes the record that has the name: host_descr before all others, and else the first.
 * They come from the last to the first. */
static void
note_name(struct index *index, size_t i)
{
	const struct layout *layout = index->layouts[i];

	if (layout != NULL && layout->names &&
	    (index->tags[i] == HOST_DESCR || index->naming == index->count ||
	     index->tags[index->naming] != HOST_DESCR))
		index->naming = i;
}

int
index_records(struct index *index, struct sample *sample)
{
	struct record record;
	size_t i;
	int got;

	index->count = index->ports = index->vlans = 0;
	index->divided = index->repeats = false;
	index->refused = 0;
	index->seen = 0;
	index->machine =
	    sample->source.class == SOURCE_PHYSICAL && sample->source.index == 1;
	while ((got = sample_record(sample, &record)) > 0) {
		if (index->count == RECORDS_MAX) {
			index->refused = 1;
			break;
		}
		add_record(index, &record);
	}
	index->naming = index->count;
	for (i = index->count; i-- > 0;) {
		index->layouts[i] =
		    layout_find(index->tags[i], index->tags, index->count);
		note_name(index, i);
	}
	return got < 0 ? got : 0;
}

/* Whose a record is ---------------------------------------------------------------- */

/* Returns the first word of a record, 0 where it has none. */
static uint32_t
first_word(const struct index *index, size_t record)
{
	struct cursor body = index->bodies[record];

	return cursor_u32(&body);
}

/* Returns the class of source that records of this tag say the number of; UINT32_MAX:
 * none. */
static uint32_t
class_of(uint32_t tag)
{
	return tag == IF_COUNTERS     ? (uint32_t)SOURCE_INTERFACE
	       : tag == VLAN_COUNTERS ? (uint32_t)SOURCE_VLAN
	                              : UINT32_MAX;
}

/* Finds the number by which a record says what it is about: its first field. Returns
 * false where it says nothing: all ones are unknown, and no port has the ifIndex 0. */
static bool
number_of(const struct index *index, size_t record, uint32_t *number)
{
	uint32_t class = class_of(index->tags[record]);

	if (class == UINT32_MAX)
		return false;
	*number = first_word(index, record);
	return *number != UINT32_MAX && (class != SOURCE_INTERFACE || *number != 0);
}

/* Whether the data source itself is a port, or a VLAN. */
static bool
is_home(const struct source *source, uint32_t class)
{
	return class == SOURCE_INTERFACE ? source_is_port(source)
	                                 : source_id(source).class == class;
}

/* Returns what a record says that it is about, where that is not the data source: where
 * this is no port (no VLAN), and where it is one but carries several. All zero: it is
 * about the data source. */
static struct source_id
told_by(const struct index *index, size_t record, const struct source *source)
{
	struct source_id none = {0, 0}, told;

	told.class = class_of(index->tags[record]);
	if (!number_of(index, record, &told.index))
		return none;
	if (is_home(source, told.class) &&
	    (told.index == source_id(source).index || !source_carries(source)))
		return none;
	return told;
}

/* Whether the structure is about a port, and so about that of the if_counters that it
 * comes with. */
static bool
is_of_port(const struct layout *layout)
{
	if (layout == NULL)
		return false;
	switch (layout->kind) {
	case KIND_INTERFACE:
	case KIND_ETHERNET:
	case KIND_LAG:
	case KIND_OPTICS:
	case KIND_QUEUE:
	case KIND_WIFI:
	case KIND_INFINIBAND:
	case KIND_LEGACY:
		return true;
	default:
		return layout->tag == OF_PORT || layout->tag == BST_PORT_BUFFERS;
	}
}

/* Returns the number of the if_counters that a record of a port comes with. Where the
 * sample has as many records of its structure as it has if_counters, the first is of the
 * first, and so on. Else it is that before the record; the next one where something of a
 * port comes before the first. */
static size_t
port_beside(const struct index *index, size_t record)
{
	size_t i, of_tag = 0, before = 0, rank = 0;
	bool follows = false, begun = false;

	for (i = 0; i < index->count; i++) {
		of_tag += index->tags[i] == index->tags[record];
		if (i < record) {
			rank += index->tags[i] == index->tags[record];
			before += index->tags[i] == IF_COUNTERS;
		}
		if (!begun && is_of_port(index->layouts[i])) {
			begun = true;
			follows = index->tags[i] == IF_COUNTERS;
		}
	}
	if (of_tag == index->ports)
		return rank;
	if (follows && before > 0)
		before--;
	return before < index->ports ? before : index->ports - 1;
}

static struct source *
port_owner(const struct index *index, size_t number)
{
	size_t i;

	for (i = 0; i < index->count; i++)
		if (index->tags[i] == IF_COUNTERS && number-- == 0)
			break;
	return i < index->count ? index->owners[i] : NULL;
}

/* Notes what the records say that they are about. Where this shows that the data source
 * carries several ports, what was taken for its own before is one of these. */
static void
note_numbers(const struct index *index, struct source *source)
{
	bool carried = source_carries(source);
	uint32_t number;
	size_t i;

	for (i = 0; i < index->count; i++)
		if (number_of(index, i, &number) &&
		    is_home(source, class_of(index->tags[i])))
			source_says(source, number);
	if (carried || !source_carries(source) ||
	    source_number(source) == source_id(source).index)
		return;
	source_unlatch(source);
	instance_withdraw(source);
	port_forget(source);
}

/* Finds the owners of the records that say whose they are. Returns false where one could
 * not be added. */
static bool
find_told(struct collector *c, struct index *index, struct source *source, int64_t now)
{
	bool all = true;
	size_t i;

	for (i = 0; i < index->count; i++) {
		struct source_id told = told_by(index, i, source);

		index->owners[i] = source;
		if (told.class == 0 && told.index == 0)
			continue;
		index->owners[i] = agents_told_source(&c->agents, source, told, now);
		all = all && index->owners[i] != NULL;
		index->divided = true;
	}
	return all;
}

/* Refuses what an owner has more than one of in this sample, but for the first. */
static void
refuse_repeated(struct index *index)
{
	size_t i, j;

	for (i = 1; i < index->count; i++) {
		if (index->layouts[i] == NULL || index->layouts[i]->each != NULL)
			continue;
		for (j = 0; j < i; j++)
			if (index->tags[j] == index->tags[i] &&
			    index->owners[j] == index->owners[i])
				break;
		if (j < i)
			index->owners[i] = NULL;
	}
}

bool
index_is_whole(const struct index *index, const struct source *source)
{
	if (index->vlans > 0 || index->repeats)
		return false;
	return index->ports == 0 || source_says_only(source, SOURCE_INTERFACE,
	                                             first_word(index, index->port));
}

bool
index_divide(struct collector *c, struct index *index, struct source *source,
             int64_t now)
{
	bool all;
	size_t i;

	note_numbers(index, source);
	all = find_told(c, index, source, now);
	if (index->divided && index->ports > 0)
		for (i = 0; i < index->count; i++)
			if (index->tags[i] != IF_COUNTERS &&
			    is_of_port(index->layouts[i]))
				index->owners[i] =
				    port_owner(index, port_beside(index, i));
	if (index->repeats) {
		index->divided = true;
		refuse_repeated(index);
	}
	for (i = 0; i < index->count && index->divided; i++)
		index->refused += index->owners[i] == NULL;
	return all;
}

bool
index_is_first(const struct index *index, size_t record)
{
	size_t i;

	for (i = 0; i < record; i++)
		if (index->owners[i] == index->owners[record])
			return false;
	return true;
}

bool
index_has_own(const struct index *index, const struct source *source)
{
	size_t i;

	for (i = 0; i < index->count; i++)
		if (index->owners[i] == source)
			return true;
	return false;
}

void
index_leave_out(struct index *index, const struct source *owner)
{
	size_t i;

	for (i = 0; i < index->count; i++)
		if (index->owners[i] == owner)
			index->owners[i] = NULL;
}

bool
index_has_kind(const struct index *index, struct source *owner, enum kind kind)
{
	size_t i;

	for (i = 0; i < index->count; i++)
		if (index->layouts[i] != NULL && index->layouts[i]->kind == kind &&
		    index_owner(index, i, owner) == owner)
			return true;
	return false;
}

/* What a source calls itself ------------------------------------------------------- */

/* The same among the records of an owner. */
static size_t
naming_record(const struct index *index, const struct source *owner)
{
	size_t i, found = index->count;

	for (i = 0; i < index->count; i++) {
		if (index->owners[i] != owner)
			continue;
		if (index->tags[i] == HOST_DESCR)
			return i;
		if (found == index->count && index->layouts[i] != NULL &&
		    index->layouts[i]->names)
			found = i;
	}
	return found;
}

/* The name is in some structures the first field. In host_descr (sFlow Host Structures)
 * a UUID follows it, and in a sample about the machine itself the name is the
 * machine's. */
void
index_identity(const struct index *index, const struct source *owner,
               struct identity *identity)
{
	struct field_value values[RECORD_FIELDS_MAX];
	size_t i = index->divided ? naming_record(index, owner) : index->naming;
	size_t rows = 0;

	identity->named = false;
	if (i < index->count)
		rows = layout_decode(index->layouts[i], index->bodies[i], values);
	if (rows == 0)
		return;
	identity->named = true;
	text_name(values[0].bytes, values[0].number, identity->name);
	memset(identity->uuid, 0, sizeof(identity->uuid));
	if (index->tags[i] == HOST_DESCR && rows > 1)
		memcpy(identity->uuid, values[1].bytes, sizeof(identity->uuid));
	identity->of_machine = index->machine && index->tags[i] == HOST_DESCR;
}

/* index.h - the records of a counters sample, before anything is made of them: what some
 * mean depends on which others are in the sample, and so does what they are about.
 */
#ifndef SFLOW_INDEX_H
#define SFLOW_INDEX_H

#include "sflow/collector/agents.h"
#include "sflow/collector/collector.h"

#define RECORDS_MAX 64 /* records of one sample; further ones are refused */

struct index {
	size_t count;
	uint32_t tags[RECORDS_MAX];
	struct cursor bodies[RECORDS_MAX];
	const struct layout *layouts[RECORDS_MAX]; /* NULL: unknown */
	uint64_t seen; /* bits of tags, by their lowest six */
	size_t naming; /* the number of the record that has a name; `count`: none has */
	bool machine;  /* the sample is about the machine itself */
	size_t refused; /* so many records are left out (all that are too many: one) */
	bool repeats;   /* some structure comes again that a source has one of */
	size_t ports;   /* how many are if_counters, */
	size_t port;    /* and the number of the last of these; */
	size_t vlans;   /* and how many vlan_counters */
	bool divided;   /* not all records are the data source's own: then these are */
	struct source *owners[RECORDS_MAX]; /* the sources; NULL: left out */
};

/* What a source calls itself. */
struct identity {
	bool named;      /* it has a name, and then the following: */
	bool of_machine; /* the name is the machine's own */
	char name[TEXT_SIZE];
	uint8_t uuid[16];
};

/* Indexes the sample's records. Returns 0; or a negative enum datagram_error, and then
 * the records before the fault are there. */
int index_records(struct index *index, struct sample *sample);

/* Whether all records are the data source's own, as those of nearly all samples are. */
bool index_is_whole(const struct index *index, const struct source *source);

/* Finds out whose each record is, where not all are the data source's. A record belongs to
 * that, unless it is about a port or VLAN, by the number in it, that is another: then that
 * is a source of its own, which is added where it is new. Returns false where one could
 * not be added, for a bound or for want of memory; its records have no owner. Nor have
 * those of a structure that a source has one of, but for the first. */
bool index_divide(struct collector *collector, struct index *index,
                  struct source *source, int64_t now);

/* Returns whose the record is; NULL: it is left out. */
static inline struct source *
index_owner(const struct index *index, size_t record, struct source *source)
{
	return index->divided ? index->owners[record] : source;
}

/* Whether the record of a divided sample is the first of its owner's. */
bool index_is_first(const struct index *index, size_t record);

/* Whether any record of a divided sample is the data source's own. */
bool index_has_own(const struct index *index, const struct source *source);

/* Leaves out all records of this owner of a divided sample. */
void index_leave_out(struct index *index, const struct source *owner);

/* Whether the owner has a record of this kind. */
bool index_has_kind(const struct index *index, struct source *owner, enum kind kind);

/* Reads what the owner calls itself in its records. */
void index_identity(const struct index *index, const struct source *owner,
                    struct identity *identity);

#endif

/* records.h - THE table: every counter structure that is known, a row per
 * field on the wire, and the Ganglia metric that the field becomes.
 *
 * A new structure is one array of rows and one line in records.c. The names,
 * units, slopes, formats, groups and titles of the metrics are those that
 * gmond's own collector uses: dashboards depend on them.
 */
#ifndef SFLOW_RECORDS_H
#define SFLOW_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/cursor.h"

#define RECORD_FIELDS_MAX 64 /* rows of the longest structure, at most */

/* XDR types of fields. */
enum field_type {
	FIELD_U32,
	FIELD_U64,
	FIELD_PCT,    /* i32, hundredths of a percent; -1 is unknown */
	FIELD_F32,    /* IEEE 754 single; -1.0 is unknown */
	FIELD_STRING, /* length word, bytes, padding */
	FIELD_UUID    /* 16 bytes, no length word (as every agent sends it) */
};

/* What a field becomes. "Delta" is the value now minus the one before. */
enum formula {
	NOTHING,  /* no metric of its own */
	GAUGE,    /* the value itself, times scale */
	RATE,     /* delta per second, times scale */
	SHARE,    /* delta in % of the deltas of all SHARE rows of the record */
	SUBSHARE, /* the same %, but it is contained in another row's share */
	BUSY,     /* delta of milliseconds in % of the interval */
	RATIO,    /* delta divided by the partner's delta; 0 where that is 0 */
	PERCENT,  /* the value in % of the partner's; none where that is 0 */
	SINCE,    /* the wall clock's seconds minus the value */
	NAMED,    /* enumeration to text */
	TEXT      /* string or UUID to text */
};

/* Values as Ganglia types them. There is no 64-bit integer: DOUBLE it is. */
enum metric_type { STRING, UINT16, UINT32, FLOAT, DOUBLE };

enum metric_slope { ZERO, BOTH }; /* ZERO: a constant */

struct metric {
	const char *name;
	enum metric_type type;
	const char *units;
	enum metric_slope slope;
	const char *format; /* printf, for a value of this type */
	const char *group;
	const char *title;
};

/* An enumeration's texts, from 0 on. */
struct names {
	size_t count;
	const char *const *texts;
};

struct field {
	const char *name; /* as in the specification */
	enum field_type type;
	bool tail;        /* older agents end the structure before it */
	enum formula formula;
	double scale;
	int partner;      /* RATIO, PERCENT: the partner, in rows from here */
	const struct names *names; /* NAMED */
	struct metric metric;      /* name NULL: none */
};

/* What the counters are about; `accept` chooses among these, and instances of
 * one kind on one host are told apart by a prefix. */
enum kind {
	KIND_HOST,
	KIND_VM,
	KIND_HTTP,
	KIND_MEMCACHE,
	KIND_JVM,
	KIND_GPU,
	KIND_IP,
	KIND_COUNT
};

/* A structure, or one reading of it: some mean something else beside another
 * one in the same sample. */
struct layout {
	uint32_t tag;     /* data_format */
	const char *name; /* as in the specification */
	uint32_t beside;  /* only beside this record; 0: anywhere */
	enum kind kind;
	bool alone;       /* metrics of a host only, never of a prefix */
	const struct field *fields;
	size_t count;
};

extern const struct layout layouts[];
extern const size_t layouts_count;

/* A field as it came: numbers (F32 as its bits) or a view of the bytes, and
 * then `number` is their length. */
struct field_value {
	uint64_t number;
	const uint8_t *bytes;
};

/* The layout for a record of `tag`, in a sample that holds the `count` records
 * `tags` (itself among them); NULL when the structure is not known. Where
 * readings differ by what is beside them, the first that fits is taken. */
const struct layout *layout_find(uint32_t tag, const uint32_t *tags,
                                 size_t count);

/* Decodes a record. values[] has room for layout->count. Returns how many
 * fields are there, or 0 when the record ends before its optional tail. Bytes
 * behind the last known field are ignored: structures grow at their end. */
size_t layout_decode(const struct layout *layout, struct cursor body,
                     struct field_value *values);

/* Bytes of a field on the wire; of a string, the least. */
size_t field_size(const struct field *field);

/* "host", "vm", ... and back: -1 when no kind has that name. */
const char *kind_name(enum kind kind);
int kind_parse(const char *name, size_t len);

#endif

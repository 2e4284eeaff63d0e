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

#include "sflow/wire/cursor.h"
#include "sflow/text.h"

#define RECORD_FIELDS_MAX 64 /* rows of the longest structure, at most */

/* XDR types of fields, and their bytes on the wire: the least, where they vary. */
#define FIELD_TYPES(TYPE) \
	TYPE(U8, 1) /* a byte of a fixed opaque, without padding */ \
	TYPE(U32, 4) \
	TYPE(U64, 8) \
	TYPE(I32, 4) /* 2147483647 is unknown */ \
	TYPE(PCT, 4) /* i32, hundredths of a percent; -1 is unknown */ \
	TYPE(F32, 4) /* IEEE 754 single; -1.0 is unknown */ \
	TYPE(F64, 8) /* IEEE 754 double */ \
	TYPE(STRING, 4) /* length word, bytes, padding */ \
	TYPE(UUID, 16) /* no length word (as every agent sends it) */ \
	TYPE(MAC, 8) /* 6 bytes and 2 of padding */ \
	TYPE(LIST, 4) /* count word, then so many elements of one size */ \
	TYPE(SERIES, 4) /* count word, then so many elements of varying size */ \
	TYPE(REST, 0) /* all bytes to the record's end; with `elements` they \
	               * are a series, of which the end may be missing */ \
	/* Of samples and flow records only: */ \
	TYPE(OPAQUE, 4) /* length word, bytes that are no text, padding */ \
	TYPE(IPV4, 4) \
	TYPE(IPV6, 16) /* also an InfiniBand GID */ \
	TYPE(ADDRESS, 4) /* type word, then none, 4 or 16 bytes */ \
	TYPE(UNION, 4) /* the field in the row of `elements` that the field \
	                * before it numbers */ \
	TYPE(SOURCE, 4) /* data source: class, SOURCE_INDEX_BITS of index */ \
	TYPE(SOURCE_EXPANDED, 8) \
	TYPE(INTERFACE, 4) /* format, INTERFACE_VALUE_BITS of value */ \
	TYPE(INTERFACE_EXPANDED, 8)

#define SOURCE_INDEX_BITS 24
#define INTERFACE_VALUE_BITS 30

#define FIELD_TYPE(type_, bytes_) FIELD_##type_,
enum field_type { FIELD_TYPES(FIELD_TYPE) };

#define FIELD_BYTES(type_, bytes_) BYTES_##type_ = (bytes_),
enum field_bytes { FIELD_TYPES(FIELD_BYTES) };

/* What a field becomes. "Delta" is the value now minus the one before. */
enum formula {
	NOTHING,  /* no metric */
	DELTA,    /* no metric of its own: what another row's is a ratio to */
	GAUGE,    /* the value itself, times scale */
	RATE,     /* delta per second, times scale */
	SHARE,    /* delta in % of the deltas of all SHARE rows of the record */
	SUBSHARE, /* the same %, but it is contained in another row's share */
	BUSY,     /* delta of milliseconds, times scale, in % of the interval */
	RATIO,    /* delta divided by the partner's, times scale; 0 where that
	           * is 0 */
	SUM,      /* deltas of the rows from the partner to the one before this,
	           * per second; the partner's has to be there */
	LOAD,     /* delta of octets in % of what the partner's bits per second
	           * carry in the interval; none where that is 0 */
	PERCENT,  /* the value in % of the partner's; none where that is 0 */
	SINCE,    /* the wall clock's seconds minus the value */
	NAMED,    /* enumeration to text */
	FLAGS,    /* bits to the texts of those that are set */
	TEXT      /* bytes to text; a 64-bit number to hexadecimal */
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

/* An enumeration's texts from 0 on (NULL in a gap), or those of bits from the lowest
 * on. */
struct names {
	size_t count;
	const char *const *texts;
	uint32_t mask; /* of the bits that count; 0: all */
};

struct layout;

struct field {
	const char *name; /* as in the specification */
	enum field_type type;
	bool tail;        /* older agents end the structure before it */
	bool again;       /* the field of the row before, for one more metric */
	enum formula formula;
	double scale;
	int partner;      /* the partner, in rows from here. Of a RATE: the
	                   * octets of these packets, which tell a 32-bit
	                   * counter that wrapped from one that was reset */
	const struct names *names;     /* NAMED, FLAGS */
	const struct layout *elements; /* of a list or series; a union's arms */
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
	KIND_INTERFACE,
	KIND_ETHERNET,
	KIND_LAG,
	KIND_OPTICS,
	KIND_QUEUE,
	KIND_VLAN,
	KIND_WIFI,
	KIND_INFINIBAND,
	KIND_LEGACY, /* token ring, 100VG-AnyLAN */
	KIND_SWITCH, /* the processor and the tables of a switch */
	KIND_OVS,
	KIND_APP,
	KIND_VDI,
	KIND_ENERGY,
	KIND_CUSTOM, /* metrics that the agent names itself */
	KIND_COUNT
};

/* How the metrics of a kind are told apart on a host. */
enum naming {
	NAMING_MACHINE,  /* the machine's own: never by its data source's class */
	NAMING_FIRST,    /* the first instance has no prefix; a port's has one */
	NAMING_ALWAYS    /* always by a prefix */
};

struct kind_info {
	const char *name;
	enum naming naming;
	const char *about; /* for the manual */
};

extern const struct kind_info kinds[KIND_COUNT];

/* A structure, or one reading of it: some mean something else beside another
 * one in the same sample. */
struct layout {
	uint32_t tag;     /* data_format; 0: not a record of its own */
	const char *name; /* as in the specification */
	uint32_t beside;  /* only beside this record; 0: anywhere */
	enum kind kind;
	bool alone;       /* metrics of a host only, never of a prefix */
	bool facts;       /* no metrics: a name, or relations */
	bool names;       /* its first field is its data source's name */
	const char *each; /* there are several of them ("lane"), told apart by */
	bool numbered;    /* their first field, or else by their place */
	const struct field *fields;
	size_t count;
};

extern const struct layout layouts[];
extern const size_t layouts_count;

/* What a port's if_counters sum up to, over all ports of a host. */
extern const struct layout port_totals;

/* A field as it came: numbers (F32 and F64 as their bits) or a view of the
 * bytes, and then `number` is their length; of a list, how many elements. The bytes
 * of a series include its count. Data sources and interfaces are a number of two
 * words in both forms: class or format in the upper one. */
struct field_value {
	uint64_t number;
	const uint8_t *bytes;
};

/* The place of the first of `count` layouts, sorted by tag, that has this tag or a
 * higher one; `count` where none has. */
size_t layouts_place(const struct layout *sorted, size_t count, uint32_t tag);

/* The layout for a record of `tag`, in a sample that holds the `count` records
 * `tags` (itself among them); NULL when the structure is not known. Where
 * readings differ by what is beside them, the first that fits is taken. */
const struct layout *layout_find(uint32_t tag, const uint32_t *tags,
                                 size_t count);

/* Reads the rows of a structure one by one, up to the first that isn't whole, and
 * moves *body behind those that are. values[] has room for layout->count. Returns
 * how many there are. */
size_t layout_read(const struct layout *layout, struct cursor *body,
                   struct field_value *values);

/* Decodes a record, or an element of a list. values[] has room for
 * layout->count. Returns how many rows are there, or 0 when the record ends
 * before its optional tail. Bytes behind the last known field are ignored:
 * structures grow at their end. */
size_t layout_decode(const struct layout *layout, struct cursor body,
                     struct field_value *values);

/* The next element of a list that layout_decode() gave, and one less is left in
 * it; a failed cursor at its end. */
struct cursor list_next(const struct field *list, struct field_value *value);

/* A walk over the elements of a list or a series, whatever their size. */
struct series {
	const struct layout *elements;
	struct cursor rest; /* what is behind the elements that were read */
	uint64_t left;      /* elements that are to come, as their count says */
};

/* Begins a walk over what a row holds that has `elements`: FIELD_LIST, FIELD_SERIES or
 * FIELD_REST. False when not even the count of a FIELD_REST is there: it has no elements,
 * and all of its bytes are in `rest`. */
bool series_begin(struct series *series, const struct field *field,
                  const struct field_value *value);

/* Reads all rows of the next element; values[] has room for them. False at the end; also
 * where an element of a FIELD_REST isn't whole, and then `left` counts that one, too. */
bool series_next(struct series *series, struct field_value *values);

/* Bytes of a field on the wire; the least, where they vary. 0 for a row that
 * reads a field again. */
size_t field_size(const struct field *field);

/* Bytes of a structure up to its optional tail, the least. */
size_t layout_size(const struct layout *layout);

/* The text of an enumeration's number, or NULL where it has none. */
const char *names_text(const struct names *names, uint64_t number);

/* The texts of the bits that are set, with commas between, or "none". Returns
 * `text`. */
char *names_flags(const struct names *names, uint64_t bits,
                  char text[TEXT_SIZE]);

/* A structure of one row that is made at run time, with copies of the metric's name, by
 * which the row and the structure are called, too, and of its title. All other texts
 * have to be constants: whoever has copied the metric goes on to use them. Whoever made
 * it frees it, when no block of a store and no counters are of it any more. NULL without
 * memory. */
struct layout *layout_new(enum kind kind, const struct field *row);
void layout_free(struct layout *layout);

/* Ganglia's word for a type: "string", "uint16", ... */
const char *metric_type_name(enum metric_type type);

/* The kind of that name ("host", "vm", ...): -1 when none has it. */
int kind_parse(const char *name, size_t len);

#endif

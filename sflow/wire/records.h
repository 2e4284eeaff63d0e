/* records.h - THE table: every counter structure that is known, a row per
 * field on the wire, and the Ganglia metric that the field becomes.
 *
 * A new structure is one array of rows and one line in table.c. The names,
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

#define RECORD_FIELDS_MAX 64 /* no structure has more rows */

/* XDR types of fields (RFC 4506), and how many bytes each has on the wire: where that
 * varies, the smallest number. */
#define FIELD_TYPES(TYPE) \
	TYPE(U8, 1) /* a byte of a fixed opaque, without padding */ \
	TYPE(U32, 4) \
	TYPE(U64, 8) \
	TYPE(I32, 4)    /* 2147483647 is unknown */ \
	TYPE(PCT, 4)    /* i32, hundredths of a percent; -1 is unknown */ \
	TYPE(F32, 4)    /* IEEE 754 single; -1.0 is unknown */ \
	TYPE(F64, 8)    /* IEEE 754 double */ \
	TYPE(STRING, 4) /* length word, bytes, padding */ \
	TYPE(UUID, 16)  /* no length word (as every agent sends it) */ \
	TYPE(MAC, 8)    /* 6 bytes and 2 of padding */ \
	TYPE(LIST, 4)   /* count word, then that many elements of one size */ \
	TYPE(SERIES, 4) /* count word, then that many elements of varying size */ \
	TYPE(REST, 0)   /* all bytes to the record's end; with `elements` they \
	               * are a series, of which the end may be missing */ \
	/* Of samples and flow records only: */ \
	TYPE(OPAQUE, 4) /* length word, bytes that are no text, padding */ \
	TYPE(IPV4, 4) \
	TYPE(IPV6, 16)   /* also an InfiniBand GID */ \
	TYPE(ADDRESS, 4) /* type word, then none, 4 or 16 bytes */ \
	TYPE(UNION, 4)   /* one of the rows of `elements`; the field before is \
	                * its number */ \
	TYPE(SOURCE, 4)  /* data source: class, SOURCE_INDEX_BITS of index */ \
	TYPE(SOURCE_EXPANDED, 8) \
	TYPE(INTERFACE, 4) /* format, INTERFACE_VALUE_BITS of value */ \
	TYPE(INTERFACE_EXPANDED, 8)

#define SOURCE_INDEX_BITS 24
#define INTERFACE_VALUE_BITS 30

#define FIELD_TYPE(type_, bytes_) FIELD_##type_,
enum field_type { FIELD_TYPES(FIELD_TYPE) };

#define FIELD_BYTES(type_, bytes_) BYTES_##type_ = (bytes_),
enum field_bytes { FIELD_TYPES(FIELD_BYTES) };

/* What a field becomes; from RATE to PERCENT its metric is fine. "Delta" is the value now minus the one before. */
enum formula {
	NOTHING,  /* no metric */
	DELTA,    /* no metric; another row's RATIO divides by its delta */
	GAUGE,    /* the value itself, times scale */
	RATE,     /* delta per second, times scale */
	SHARE,    /* delta in % of the deltas of all SHARE rows of the record */
	SUBSHARE, /* the same %, of a part that another SHARE row includes */
	BUSY,     /* delta of milliseconds, times scale, in % of the interval */
	RATIO,    /* delta divided by the partner's delta, times scale; 0 where
	           * the partner's delta is 0 */
	SUM,      /* deltas of the rows from the partner to the one before this,
	           * per second; no value without a delta of the partner */
	LOAD,     /* delta of octets in % of what the partner, a speed in bits
	           * per second, carries in the interval; no value at speed 0 */
	PERCENT,  /* the value in % of the partner's; no value where that is 0 */
	SINCE,    /* the wall clock's seconds minus the value */
	NAMED,    /* enumeration to text */
	FLAGS,    /* bits to the texts of those that are set */
	TEXT      /* bytes to text; a 64-bit number to hexadecimal */
};

/* Ganglia's types of values. It has no 64-bit integer; such values are DOUBLE. */
enum metric_type { STRING, UINT16, UINT32, FLOAT, DOUBLE };

enum metric_slope { ZERO, BOTH }; /* ZERO: a constant */

struct metric {
	const char *name;
	enum metric_type type;
	const char *units;
	enum metric_slope slope;
	const char *format; /* for printf */
	const char *group;
	const char *title;
	bool
	    fine; /* below 1 (100, if its format has no decimals) it is shown with three
	            * significant digits: a rate, a share, a utilization */
};

/* The texts of an enumeration's numbers, from 0 on (NULL in a gap), or of bits, from
 * the lowest on. */
struct names {
	size_t count;
	const char *const *texts;
	uint32_t mask; /* the bits of the number that count; 0: all */
};

struct layout;

struct field {
	const char *name; /* as in the specification */
	enum field_type type;
	bool tail;  /* older agents end the structure before this field */
	bool again; /* one more metric of the field of the row before */
	bool cpu;   /* milliseconds of CPUs: the partner is how many there are;
	                   * without one, those of the machine */
	bool limit; /* a limit of memory, which may say that there is none */
	enum formula formula;
	double scale;
	int partner;               /* how many rows after this one the partner is, or
	                   * before it (negative); 0: none. A RATE's partner
	                   * is the octets of these packets, which tell a
	                   * 32-bit counter that wrapped from a reset one */
	const struct names *names; /* of NAMED and FLAGS */
	const struct layout *elements; /* of a list or series; a union's arms */
	struct metric metric;          /* name NULL: no metric */
};

/* What counters are about. The setting `accept` chooses among these kinds, and a prefix
 * tells apart the instances of one kind on one host. */
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
	NAMING_MACHINE, /* the first instance has no prefix, also not at a port */
	NAMING_FIRST,   /* the same, but those of ports and VLANs have one */
	NAMING_ALWAYS   /* every instance has a prefix */
};

struct kind_info {
	const char *name;
	enum naming naming;
	const char *about; /* what its counters are, for the manual page */
};

extern const struct kind_info kinds[KIND_COUNT];

/* A structure, or one reading of it: some structures mean something else when another
 * structure is in the same sample. */
struct layout {
	uint32_t tag;     /* data_format; 0: not a record of its own */
	const char *name; /* as in the specification */
	uint32_t beside;  /* it has this reading only in a sample that also has a
	                   * record of this tag; 0: in any sample */
	enum kind kind;
	bool alone;       /* metrics of a host itself, never with a prefix */
	bool facts;       /* no metrics: a name, or relations */
	bool names;       /* its first field is its data source's name */
	const char *each; /* a source has several of these, each called so
	                   * ("lane") and a number: */
	bool numbered;    /* its first field; false: its place in the order */
	const struct field *fields;
	size_t count; /* of fields */
};

extern const struct layout layouts[];
extern const size_t layouts_count;

/* The sums of if_counters over all ports of a host. */
extern const struct layout port_totals;

/* A field as it came. It is a number (F32 and F64 as their bits), or a view of bytes
 * in the datagram, and then `number` is their length. For a list, `number` is how many
 * elements are left. The bytes of a series include its count. Data sources and
 * interfaces, compact or expanded, are a number of two words: the upper one is the class
 * or format. */
struct field_value {
	uint64_t number;
	const uint8_t *bytes;
};

/* Returns the index of the first of `count` layouts, sorted by tag, that has this tag or
 * a higher one; `count` where none has. */
size_t layouts_place(const struct layout *sorted, size_t count, uint32_t tag);

/* Returns the layout for a record of `tag`, in a sample that holds records of the
 * `count` tags `tags` (its own among them); NULL when the structure is not known. Of
 * several readings of the structure it is the first that fits these tags. */
const struct layout *layout_find(uint32_t tag, const uint32_t *tags, size_t count);

/* Reads the rows of a structure one by one, up to the first that isn't whole, and
 * moves *body behind the rows read. values[] has room for layout->count. Returns how
 * many rows were read. */
size_t layout_read(const struct layout *layout, struct cursor *body,
                   struct field_value *values);

/* Decodes a record, or an element of a list. values[] has room for
 * layout->count. Returns how many rows were read: those up to the first that isn't
 * whole. Bytes behind the last known field are ignored: structures grow at their
 * end. */
size_t layout_decode(const struct layout *layout, struct cursor body,
                     struct field_value *values);

/* Whether so many rows are a whole structure, with or without its optional tail. */
bool layout_is_whole(const struct layout *layout, size_t rows);

/* Takes the next element out of a list that layout_decode() gave. Returns a cursor over
 * it; a failed cursor at the list's end. */
struct cursor list_next(const struct field *list, struct field_value *value);

/* A walk over the elements of a list or a series, whatever their size. */
struct series {
	const struct layout *elements;
	struct cursor rest; /* the bytes behind the elements that were read */
	uint64_t left;      /* elements that are still to come, as the count says */
};

/* Begins a walk over the elements of a row of type FIELD_LIST, FIELD_SERIES or
 * FIELD_REST. Returns false when not even the count of a FIELD_REST is there: then it has
 * no elements, and all of its bytes are in `rest`. */
bool series_begin(struct series *series, const struct field *field,
                  const struct field_value *value);

/* Reads all rows of the next element; values[] has room for them. Returns false at the
 * end, and where an element of a FIELD_REST isn't whole; `left` still counts that
 * element. */
bool series_next(struct series *series, struct field_value *values);

/* Returns the bytes of a field on the wire; the smallest number where it varies; 0 for a
 * row that reads a field again. */
size_t field_size(const struct field *field);

/* Returns the smallest number of bytes that a structure has without its optional tail. */
size_t layout_size(const struct layout *layout);

/* Returns the text of an enumeration's number, a constant; NULL where it has none. */
const char *names_text(const struct names *names, uint64_t number);

/* Writes the texts of the bits that are set, separated by commas, or "none". Returns
 * `text`. */
char *names_flags(const struct names *names, uint64_t bits, char text[TEXT_SIZE]);

/* Makes a structure of one row at run time. The row and the structure are called as the
 * metric is. The metric's name and title are copied; all its other texts have to be
 * constants, because copies of the metric are used after the structure is freed. The
 * caller frees it with layout_free(), which takes NULL, when no block of a store and no
 * counters use it any more. Returns NULL without memory. */
struct layout *layout_new(enum kind kind, const struct field *row);
void layout_free(struct layout *layout);

/* Returns Ganglia's word for a type: "string", "uint16", ... */
const char *metric_type_name(enum metric_type type);

/* Returns the enum kind of the name ("host", "vm", ...) of `len` bytes; -1: there is
 * none. */
int kind_parse(const char *name, size_t len);

#endif

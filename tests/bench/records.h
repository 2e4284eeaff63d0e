/* records.h - what the agents of a load test put into their records. */
#ifndef BENCH_RECORDS_H
#define BENCH_RECORDS_H

#include <stdint.h>

/* How the value of a field follows from its `value` and the moment. */
enum field_kind {
	CONST32, /* the value itself */
	CONST64,
	GAUGE32, /* near the value, different in each round */
	GAUGE64,
	FLOAT,     /* the same, in hundredths, sent as binary32 */
	COUNTER32, /* value is the rate per second */
	COUNTER64,
	TEXT /* a string */
};

struct field {
	enum field_kind kind;
	uint64_t value;
	const char *text;
};

struct record {
	uint32_t format;
	uint32_t count;
	const struct field *fields;
};

/* The kinds of data source. A described one begins with a host_descr, or with
 * a port_name; a port's first record is its if_counters. */
enum { HOST, VM, HTTP, MEMCACHE, JVM, IDLE_PORT, BUSY_PORT, UPLINK, KINDS };

extern const struct sample_kind {
	const char *prefix; /* of the name that describes it, or NULL */
	uint32_t count;
	const struct record *records;
} sample_kinds[KINDS];

#endif

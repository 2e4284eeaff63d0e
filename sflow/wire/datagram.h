/* datagram.h - the walk over an sFlow version 5 datagram: samples, and the
 * records in them, as views into the buffer. It allocates nothing.
 *
 * Source: sFlow Version 5 (sflow.org/sflow_version_5.txt), section 5, "sFlow
 * Datagram Format". Unknown samples and records are skipped by their length.
 */
#ifndef SFLOW_DATAGRAM_H
#define SFLOW_DATAGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"
#include "sflow/wire/cursor.h"

#define SFLOW_PORT 6343 /* registered with IANA */

/* data_format: enterprise in the upper 20 bits, format in the lower 12. */
#define SFLOW_TAG(enterprise, format) \
	((uint32_t)(enterprise) << 12 | (uint32_t)(format))
#define SFLOW_ENTERPRISE(tag) ((tag) >> 12)
#define SFLOW_FORMAT(tag) ((tag)&0xfffu)

enum sample_kind { SAMPLE_OTHER, SAMPLE_COUNTERS, SAMPLE_FLOW };

enum datagram_error {
	DATAGRAM_OK = 0,
	DATAGRAM_SHORT = -1,   /* the datagram ends inside its header */
	DATAGRAM_VERSION = -2, /* not version 5 */
	DATAGRAM_ADDRESS = -3, /* agent address neither IPv4 nor IPv6 */
	DATAGRAM_SAMPLE = -4,  /* a sample goes beyond the datagram's end */
	DATAGRAM_RECORD = -5,  /* a record goes beyond its sample's end */
	DATAGRAM_HEADER = -6,  /* a sample ends inside its own header */
	DATAGRAM_FIELD = -7,   /* a field can't be read, or goes beyond the end of
	                        * what it is in */
	DATAGRAM_SOURCE = -8   /* a data source of a class that there isn't */
};

struct datagram {
	struct address agent; /* who speaks; the packet's source does not count */
	uint32_t sub_agent;   /* sub_agent_id */
	uint32_t sequence;    /* of datagrams, per agent and sub-agent */
	uint32_t uptime_ms;   /* since the sub-agent started; wraps at 2^32 */
	uint32_t samples;     /* how many are still to come, as the header says */
	struct cursor body;   /* begins with the next sample */
};

enum {
	SOURCE_INTERFACE = 0, /* by ifIndex */
	SOURCE_VLAN = 1,
	SOURCE_PHYSICAL = 2,
	SOURCE_LOGICAL = 3
};

/* A data source: what the counters of a sample are about. */
struct source_id {
	uint32_t class;
	uint32_t index;
};

struct sample {
	uint32_t tag;          /* data_format of the sample */
	enum sample_kind kind; /* the fields below are zero for SAMPLE_OTHER */
	uint32_t sequence;     /* of samples of this kind, per data source */
	struct source_id source;
	const uint8_t *fields; /* in front of the records: the sample's own */
	uint32_t records;      /* how many are still to come */
	struct cursor body;    /* begins with the next record */
};

struct record {
	uint32_t tag; /* data_format of the record */
	struct cursor body;
};

/* Reads the header. Returns 0, or a negative enum datagram_error. `buf` stays
 * the caller's, and must outlive every view taken from it. */
int datagram_open(struct datagram *datagram, const void *buf, size_t len);

/* Reads the next sample. Returns 1 when there is one, 0 at the end, and
 * DATAGRAM_SAMPLE when the datagram ends inside the sample. A sample that ends
 * inside its own header has zeros in place of the header's fields, and its body has
 * failed; the walk can go on behind such a sample. */
int datagram_sample(struct datagram *datagram, struct sample *sample);

/* Reads the next record of a counters or flow sample. Returns 1 when there is one, 0
 * at the end, and DATAGRAM_RECORD when the sample ends inside the record; no more
 * records of this sample can be read then. */
int sample_record(struct sample *sample, struct record *record);

/* Returns a few words for a negative enum datagram_error; a constant. */
const char *datagram_error_text(int error);

#endif

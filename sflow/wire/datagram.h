/* datagram.h - the walk over an sFlow version 5 datagram: samples, and the
 * records in them, as views into the buffer. It allocates nothing.
 *
 * Source: sFlow Version 5 (sflow.org/sflow_version_5.txt), section 5, "sFlow
 * Datagram Format". What is unknown is skipped by its length.
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
	DATAGRAM_SHORT = -1,   /* it ends inside its header */
	DATAGRAM_VERSION = -2, /* not version 5 */
	DATAGRAM_ADDRESS = -3, /* agent address neither IPv4 nor IPv6 */
	DATAGRAM_SAMPLE = -4,  /* a sample goes beyond the datagram's end */
	DATAGRAM_RECORD = -5   /* a record goes beyond its sample's end */
};

struct datagram {
	struct address agent;  /* who speaks; the packet's source does not count */
	uint32_t sub_agent;    /* sub_agent_id */
	uint32_t sequence;     /* of datagrams, per agent and sub-agent */
	uint32_t uptime_ms;    /* since the sub-agent started; wraps at 2^32 */
	uint32_t samples;      /* that are still to come, as the header says */
	struct cursor body;
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
	uint32_t tag;             /* data_format of the sample */
	enum sample_kind kind;    /* the fields below are zero for SAMPLE_OTHER */
	uint32_t sequence;        /* of samples of this kind, per data source */
	struct source_id source;
	uint32_t records;         /* that are still to come */
	struct cursor body;
};

struct record {
	uint32_t tag; /* data_format of the record */
	struct cursor body;
};

/* Reads the header. Returns 0, or a negative enum datagram_error. `buf` stays
 * the caller's, and must outlive every view taken from it. */
int datagram_open(struct datagram *datagram, const void *buf, size_t len);

/* The next sample: 1 when there is one, 0 at the end, DATAGRAM_SAMPLE when
 * the datagram ends inside it. A sample whose own header is cut short comes
 * without it and with its body marked as failed, and the walk goes on behind it. */
int datagram_sample(struct datagram *datagram, struct sample *sample);

/* The next record of a counters or flow sample: 1, 0 at the end, or
 * DATAGRAM_RECORD, which ends this sample. */
int sample_record(struct sample *sample, struct record *record);

/* A few words for a negative enum datagram_error. */
const char *datagram_error_text(int error);

#endif

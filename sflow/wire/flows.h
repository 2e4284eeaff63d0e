/* flows.h - what packet samples and transaction samples are made of: the flow
 * records, as rows of the same kind as those of the counters (records.h), and the
 * fields in front of the records in a datagram and in each kind of sample.
 *
 * Flow formats are a number space of their own: 0:2000 is a host_descr among
 * counters, and a transaction among flows.
 *
 * A new structure is one array of rows and one line in flow_table.c.
 */
#ifndef SFLOW_FLOWS_H
#define SFLOW_FLOWS_H

#include <stddef.h>
#include <stdint.h>

#include "sflow/wire/datagram.h"
#include "sflow/wire/records.h"

#define FLOW_SAMPLED_HEADER SFLOW_TAG(0, 1)

/* Rows of sampled_header. */
enum { HEADER_PROTOCOL, HEADER_FRAME_LENGTH, HEADER_STRIPPED, HEADER_BYTES };

/* Sorted by tag. A row without a name is an element that is one value. */
extern const struct layout flow_layouts[];
extern const size_t flow_layouts_count;

/* The layout of a flow record, or NULL. layout_read() takes it. */
const struct layout *flow_find(uint32_t tag);

/* What a sample has behind its fields; the last field is their count then. */
enum sample_records { RECORDS_NONE, RECORDS_COUNTERS, RECORDS_FLOWS };

/* Where in a sample those fields are that the walk over a datagram needs, and the bytes
 * of all fields. The walk goes by these places and not row by row, because every
 * datagram goes through it. */
struct sample_places {
	uint8_t sequence, source, records;
	bool expanded; /* the data source is two words */
	uint8_t size;
};

struct sample_layout {
	struct layout layout;
	enum sample_records records;
	enum sample_kind kind;
	struct sample_places places; /* of other kinds than SAMPLE_OTHER */
};

extern const struct sample_layout sample_layouts[];
extern const size_t sample_layouts_count;

#define SAMPLE_RTMETRIC SFLOW_TAG(4300, 1002)

/* The layout of a sample, or NULL. */
const struct sample_layout *sample_find(uint32_t tag);

/* The fields of a datagram; the last one is the count of its samples. */
extern const struct layout datagram_layout;

/* Where they are, as those of a sample. The agent's place is that of its address's
 * type; the address_size() of that type comes on top of the places behind it, and of
 * the size. */
struct datagram_places {
	uint8_t version, agent, sub_agent, sequence, uptime, samples;
	uint8_t size;
};

extern const struct datagram_places datagram_places;

/* Why a packet was discarded (sflow.org/sflow_drops.txt, and what host-sflow took
 * over of the Linux kernel's reasons). */
extern const struct names drop_reasons;

#endif

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

/* The layouts of flow records, sorted by tag. A row without a name is the only row of
 * its element. */
extern const struct layout flow_layouts[];
extern const size_t flow_layouts_count;

/* Returns the layout of a flow record, for layout_read(); NULL for an unknown tag. */
const struct layout *flow_find(uint32_t tag);

/* Which records follow the fields of a sample. Where there are any, the last field is
 * their count. */
enum sample_records { RECORDS_NONE, RECORDS_COUNTERS, RECORDS_FLOWS };

/* The offsets, in bytes, of those fields of a sample that the walk over a datagram
 * needs, and the size of all fields. The walk reads at these offsets and not row by row,
 * because every datagram goes through it. */
struct sample_places {
	uint8_t sequence, source, records;
	bool expanded; /* the data source is two words */
	uint8_t size;
};

struct sample_layout {
	struct layout layout;
	enum sample_records records;
	enum sample_kind kind;
	struct sample_places places; /* unless the kind is SAMPLE_OTHER */
};

extern const struct sample_layout sample_layouts[];
extern const size_t sample_layouts_count;

#define SAMPLE_RTMETRIC SFLOW_TAG(4300, 1002)

/* Returns the layout of a sample; NULL for an unknown tag. */
const struct sample_layout *sample_find(uint32_t tag);

/* The fields of a datagram; the last one is the count of its samples. */
extern const struct layout datagram_layout;

/* The offsets of a datagram's fields, in bytes, and the size of all. `agent` is the
 * offset of the type of the agent's address. The offsets behind it and the size do not
 * include the address itself: add the address_size() of its type to them. */
struct datagram_places {
	uint8_t version, agent, sub_agent, sequence, uptime, samples;
	uint8_t size;
};

extern const struct datagram_places datagram_places;

/* Why a packet was discarded (sflow.org/sflow_drops.txt, and what host-sflow took
 * over of the Linux kernel's reasons). */
extern const struct names drop_reasons;

#endif

/* flow_records.h - reads the records of one flow sample, whatever their order, for flow.c.
 */
#ifndef SFLOW_TRAFFIC_FLOW_RECORDS_H
#define SFLOW_TRAFFIC_FLOW_RECORDS_H

#include "sflow/traffic/flow.h"
#include "sflow/wire/cursor.h"

/* What the records of one sample say of its packet, until all are read. */
struct flow_reading {
	struct flow *flow;
	struct cursor *c;       /* over the record at hand */
	enum address_type type; /* of its addresses, where they don't say theirs */
	const uint8_t *header;  /* the sampled one; NULL: there is none */
	uint32_t header_len;
	uint32_t header_protocol;
	uint32_t frame;     /* bytes, by the record that says most */
	struct packet said; /* by sampled_ethernet and sampled_ip */
};

/* Reads one record. Of several of one kind the first one counts. One that is unknown, or shorter
 * than its structure, leaves nothing. */
void flow_read_record(struct flow_reading *reading, struct record *record);

#endif

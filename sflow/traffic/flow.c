#include "sflow/traffic/flow.h"

#include <string.h>

#include "sflow/traffic/flow_records.h"
#include "sflow/wire/flows.h"
#include "sflow/wire/records.h"

#define DISCARDED_PACKET SFLOW_TAG(0, 5)

static struct flow_interface
interface(struct cursor *c, bool expanded)
{
	uint32_t first = cursor_u32(c);

	if (expanded)
		return (struct flow_interface){first, cursor_u32(c)};
	return (struct flow_interface){first >> INTERFACE_VALUE_BITS,
	                               first & ((1u << INTERFACE_VALUE_BITS) - 1)};
}

/* The fields in front of the records; the walk over the datagram has read some of them. */
static void
read_sampled(const struct sample *sample, struct flow *f)
{
	const struct sample_layout *layout = sample_find(sample->tag);
	bool expanded = layout->places.expanded;
	struct cursor c = cursor_of(sample->fields, layout->places.size);

	cursor_u32(&c);
	cursor_take(&c, expanded ? BYTES_SOURCE_EXPANDED : BYTES_SOURCE);
	f->rate = cursor_u32(&c);
	f->pool = cursor_u32(&c);
	f->drops = cursor_u32(&c);
	f->input = interface(&c, expanded);
	f->output = interface(&c, expanded);
}

/* sflow_drops.txt: each discarded packet is told, and those that are not are counted in
 * `drops`. */
static void
read_discarded(struct sample *sample, struct flow *f)
{
	struct cursor *c = &sample->body;

	f->sequence = cursor_u32(c);
	f->source.class = cursor_u32(c);
	f->source.index = cursor_u32(c);
	f->drops = cursor_u32(c);
	f->input = interface(c, false); /* several outputs are told so, too */
	f->output = interface(c, false);
	f->reason = cursor_u32(c);
	sample->records = cursor_u32(c);
	f->has |= FLOW_HAS_REASON;
	f->rate = 1;
}

/* The packet is that of the sampled header, which says more; but agents that have sampled
 * nothing of it may still tell whose it is. */
static void
settle_packet(struct flow_reading *r)
{
	struct flow *f = r->flow;

	packet_read(r->header_protocol, r->header, r->header_len, &f->packet);
	if (f->packet.parts == 0)
		f->packet = r->said;
	f->tunnels = tunnel_innermost(&f->packet, &f->inner, &f->tunnel);
	if (r->frame > 0) {
		f->frame = r->frame;
		f->has |= FLOW_HAS_FRAME;
	}
}

bool
flow_read(const struct sample *given, struct flow *flow)
{
	struct sample sample = *given;
	struct flow_reading r = {.flow = flow};
	struct record record;

	memset(flow, 0, offsetof(struct flow, packet));
	if (sample.kind == SAMPLE_FLOW && !sample.body.failed) {
		flow->source = sample.source;
		flow->sequence = sample.sequence;
		read_sampled(&sample, flow);
	} else if (sample.tag == DISCARDED_PACKET) {
		flow->kind = FLOW_DISCARDED;
		read_discarded(&sample, flow);
		if (sample.body.failed)
			return false;
	} else {
		return false;
	}
	while (sample_record(&sample, &record) > 0)
		flow_read_record(&r, &record);
	settle_packet(&r);
	if (flow->kind == FLOW_PACKET && flow->packet.parts == 0 && r.header == NULL &&
	    (flow->has & FLOW_TRANSACTIONS) != 0)
		flow->kind = FLOW_TRANSACTION;
	return true;
}

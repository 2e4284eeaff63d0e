/* samples.h - takes the samples of a datagram, record by record. */
#ifndef SFLOW_SAMPLES_H
#define SFLOW_SAMPLES_H

#include "sflow/collector/agents.h"

/* The datagram that is being taken: where it comes from, and what its samples have told
 * so far. */
struct context {
	struct agent *agent;
	struct sub_agent *sub_agent;
	const struct datagram *datagram;
	enum arrival arrival; /* of the datagram */
	int64_t now;
	struct readings *readings; /* room for those of a sample */
	bool heard;                /* something in it was news */
	bool restarted;            /* a data source in it begins again */
	bool displaced;            /* it is of another machine than those before */
	int64_t
	    started_s; /* when the machine started, by the wall clock; 0: not told */
};

/* Takes one sample, and sets `heard`, `restarted`, `displaced` and `started_s` in the context. */
void sample_take(struct collector *collector, struct context *context,
                 struct sample *sample);

#endif

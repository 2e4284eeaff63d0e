/* samples.h - what a datagram's samples hold, record by record. */
#ifndef SFLOW_SAMPLES_H
#define SFLOW_SAMPLES_H

#include "sflow/collector/agents.h"

/* A datagram that is being taken: where it comes from, and what is known by it. */
struct context {
	struct agent *agent;
	struct sub_agent *sub_agent;
	const struct datagram *datagram;
	enum arrival arrival; /* of the datagram */
	int64_t now;
	bool heard;        /* something in it was news */
	int64_t started_s; /* by the wall clock; 0: it does not say */
};

/* Takes one sample, and says in the context what is known by it. */
void sample_take(struct collector *collector, struct context *context,
                 struct sample *sample);

#endif

/* missing.h - the datagrams and samples of a sub-agent that are missing: until it is too
 * late they may still come, and after that they are lost. Pure.
 */
#ifndef SFLOW_MISSING_H
#define SFLOW_MISSING_H

#include <stdbool.h>
#include <stdint.h>

#include "sflow/collector/track.h"

struct arrived;

/* What is missing, and may still come: counted as lost when it is too late for that. */
struct pending {
	uint32_t newer;     /* since the last rotation */
	uint32_t older;     /* what is left of those before it */
	uint32_t older_all; /* as many as they were */
};

/* All zero: nothing is missing. */
struct missing {
	uint32_t count;      /* datagrams, since the first one */
	uint32_t rotated_ms; /* when the newer ones of these became the older: */
	uint32_t boundary;   /* the last number of the older ones */
	struct pending datagrams, samples;
	bool found; /* the datagram at hand was missing before */
};

/* Adds to `arrived` what has been missing for long enough, and is lost. `last` is the latest
 * datagram before. */
void missing_pass(struct missing *missing, const struct datagram_clock *last,
                  int64_t now, struct arrived *arrived);

/* So many datagrams, or samples, are missing after `last`, and may still come: the agent may
 * have sent all of them just now. */
void missing_add(struct missing *missing, const struct datagram_clock *last,
                 uint32_t datagrams);
void missing_add_samples(struct missing *missing, const struct datagram_clock *last,
                         uint32_t samples);

/* A datagram that was missing has come; and a sample that may have been, if it is in
 * such a one. */
void missing_found(struct missing *missing, uint32_t sequence);
void missing_found_sample(struct missing *missing);

#endif

/* last.h - what a record's counters told last, and what is kept of it for later polls: either
 * what it was before it fell, or its values.
 */
#ifndef SFLOW_LAST_H
#define SFLOW_LAST_H

#include "sflow/collector/readings.h"

/* Keeps what the source's records told last, for when it is heard again: its values are
 * about to be removed from the store. */
void last_keep(struct source *source);

/* Keeps the values of a record that has some in the store: until it has them no more, or
 * while octets are told there without their packets. */
void last_keep_values(struct counters *counters);

/* Keeps what is latched, because the record fell. Where all of it is there again at the next
 * poll, the reading between was wrong. */
void last_keep_latch(struct counters *counters);

/* What is kept: values; or, where so many rows were latched, a latch for latch_read(), NULL:
 * none. */
bool last_is_values(const struct counters *counters);
const uint8_t *last_latch(const struct counters *counters, size_t present);

/* Keeps nothing any more. */
void last_forget(struct counters *counters);

/* Whether the row counts packets whose octets are known. */
bool last_of_packets(const struct field *field);

/* Returns how much the row's counter would move in this interval if it went on as it did
 * last; negative where that is not known. */
double last_expected(const struct reading *reading, size_t row);

/* Finds how many packets there would be in this interval, and of how many octets, by the last
 * poll that told both; negative where none did. */
void last_pair(const struct reading *reading, size_t row, double *packets,
               double *octets);

#endif

/* rrd_words.h - what librrd, rrdcached and the system say, and what it means here. */
#ifndef BRIDGE_RRD_WORDS_H
#define BRIDGE_RRD_WORDS_H

#include <stdbool.h>

#include "gmetad-bridge/rrd/rrd_faults.h"

enum rrd_speaker { RRD_LIBRRD = 1, RRD_RRDCACHED = 2 };

/* Writes what it means, with the original text behind, in brackets; or that text alone.
 * Returns the fault of the file that is talked of; RRD_NO_FAULT: it is none of the file's. */
enum rrd_fault rrd_words(enum rrd_speaker speaker, const char *said,
                         char text[RRD_WHY]);

#endif

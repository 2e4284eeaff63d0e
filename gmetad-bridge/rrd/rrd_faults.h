/* rrd_faults.h - the RRD files that can't be updated: how many there are of each kind, the
 * newest of them, and what they say, for /status and the log. For any thread.
 */
#ifndef BRIDGE_RRD_FAULTS_H
#define BRIDGE_RRD_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/json.h"

/* FAULT(kind, word): the word is its name in the log and in /status.
 *   empty      the file has no byte
 *   cut        it is shorter than its header says
 *   foreign    it is no RRD
 *   folder     there is a folder, a device or a broken link in its place, or a file in that of
 *              its folder
 *   denied     it may not be read or written
 *   future     its last update is of a time to come
 *   sources    its data sources are others than those that are written
 *   heartbeat  RRDtool would take all values for unknown, so often as they come
 *   newer      it has newer values than some that came: somebody else writes it, too
 *   outside    rrdcached does not take files of this folder
 *   unwritable its blocks can't be written: a full or broken disk */
#define RRD_FAULTS(FAULT) \
	FAULT(EMPTY, "empty") \
	FAULT(CUT, "cut") \
	FAULT(FOREIGN, "foreign") \
	FAULT(FOLDER, "folder") \
	FAULT(DENIED, "denied") \
	FAULT(FUTURE, "future") \
	FAULT(SOURCES, "sources") \
	FAULT(HEARTBEAT, "heartbeat") \
	FAULT(NEWER, "newer") \
	FAULT(OUTSIDE, "outside") \
	FAULT(UNWRITABLE, "unwritable")

enum rrd_fault {
	RRD_NO_FAULT,
#define FAULT(kind, word) RRD_##kind,
	RRD_FAULTS(FAULT)
#undef FAULT
	    RRD_FAULT_KINDS
};

#define RRD_WHY 600 /* bytes of a reason */

/* Begins anew: no file is known. */
void rrd_faults_clear(void);

/* A file has a fault now, which it had not; `path` is below the root folder. And: it has
 * it no more. */
void rrd_faults_add(enum rrd_fault kind, const char *path, const char *why);
void rrd_faults_end(enum rrd_fault kind, const char *path);

/* Logs one line of the files that were added since the last one: not within a minute after
 * it, nor within two seconds after the first of them, unless `all`. `now` is clock_ms(). */
void rrd_faults_tell(int64_t now, bool all);

/* Writes the object "faulty" for /status: "files", their number by kind; and "newest", at
 * most 20. */
void rrd_faults_show(struct json *json);

#endif

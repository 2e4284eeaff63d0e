/* meant.h - what may have been meant by the name of a host or of a metric that is not there.
 * Only names that are read anyway are looked at; nobody is asked for more.
 */
#ifndef CHECK_MEANT_H
#define CHECK_MEANT_H

#include "tools/check_sflow/check.h"

void meant_begin(struct check *check);

/* Notes the name of a host that is not asked for, of a cluster in which it may be. */
void meant_note_host(struct check *check, const char *name);

/* Begins with the host that is asked for, and notes a metric that it has. Where many hosts
 * are checked nothing is looked at. */
void meant_begin_host(struct check *check);
void meant_note_metric(struct check *check, const char *name);

#endif

/* rules.h - what is always true of what the library shows, whatever it was sent. Each
 * of these aborts where it is not.
 */
#ifndef TESTS_FUZZ_RULES_H
#define TESTS_FUZZ_RULES_H

#include <stddef.h>
#include <stdint.h>

#include "sflow/collector/collector.h"
#include "sflow/wire/records.h"

/* Printable, and nothing that XML or a shell would take for its own. */
void rules_text(const char *text, size_t most);

/* A name may also become part of a path, and of "address:name". */
void rules_name(const char *name, size_t most);

/* In the range of its type and its meaning. */
void rules_number(const struct metric *metric, double number);

/* What is kept of a host over a restart. */
void rules_saved(const struct collector_saved *saved);

/* The names of a host's metrics. */
#define RULES_NAMES 8192
struct rules_names {
	uint64_t hashes[RULES_NAMES]; /* 0: none */
	size_t count;
};

/* Begins a host. */
void rules_begin_names(struct rules_names *names);

/* No two metrics of a host have one name. */
void rules_unique(struct rules_names *names, const char *name);

#endif

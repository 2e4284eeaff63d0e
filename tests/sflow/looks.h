/* looks.h - what a reader of the store sees of the hosts in a script.
 */
#ifndef TESTS_LOOKS_H
#define TESTS_LOOKS_H

#include "tests/sflow/script.h"

/* Begins anew with a collector for readers; the rest as `config` says. */
void looks_configure(struct script *s, struct collector_config *config);

/* A virtual machine's sample; without a name where `name` is NULL. */
void looks_send_vm(struct script *s, struct device *d, const char *name, uint8_t uuid);

/* A machine sends its name and counters every 30 s, for `ms`. */
void looks_run(struct script *s, struct device *d, const char *name, int64_t ms);

/* Whether there is a host of that name in the cluster; how it stands. */
bool looks_there(struct script *s, unsigned cluster, const char *name);
struct store_state looks_state(struct script *s, unsigned cluster, const char *name);

/* Hosts of the cluster; values of a host, and whether one of them is there. */
size_t looks_hosts(struct script *s, unsigned cluster);
size_t looks_values(struct script *s, unsigned cluster, const char *name);
bool looks_has(struct script *s, unsigned cluster, const char *name,
               const char *metric);

#endif

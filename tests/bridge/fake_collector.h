/* fake_collector.h - in place of the collector: what state.c uses of it, and hosts
 * for it.
 */
#ifndef TESTS_FAKE_COLLECTOR_H
#define TESTS_FAKE_COLLECTOR_H

#include <stdatomic.h>

#include "gmetad-bridge/state/state.h"
#include "tests/bridge/fake_bridge.h"

#define NOW INT64_C(5000000)
#define WALL INT64_C(1700000000000) /* minus that: the wall clock's offset */
#define HOSTS 2000
#define RENAMINGS 200

/* What it has; `host[i].gone` is told once. */
struct collector {
	struct collector_saved host[HOSTS];
	bool unsaved[HOSTS];
	size_t count;
	bool refuses[HOSTS]; /* to restore the host of that started_s */
	size_t restored, refused;
	int64_t wall_ms;
	atomic_uint saves; /* calls */
	struct store *store;
	struct collector_renaming renaming[RENAMINGS];
	size_t renamings;
	uint64_t version; /* of them */
};

extern struct collector fake;

/* By which names are kept; NULL: none are. */
extern const struct config *fake_config;

/* Setup and teardown of a test: everything is as at first, and so is the folder. */
int fake_begin(void **state);
int fake_end(void **state);

/* Adds a host that has something of its own in each of its fields, and no two hosts
 * the same. It is not yet saved. */
struct collector_saved *fake_host(bool machine);

/* Adds so many hosts, every third of them a virtual machine. */
void fake_hosts(unsigned count);

/* Makes a file with so many, and begins anew without any. And: rows in the file. */
void fake_file(unsigned hosts);
long long fake_rows(void);

/* The collector of another process: it has nothing, until it is restored. */
void fake_restart(void);

/* A state at NOW of what is in the file now. */
struct state *fake_open(void);

/* The same in a program that knows these versions. */
struct state *fake_open_with(const struct database_migrations *migrations);

/* Fails the test unless both are the same in all that is kept. */
void assert_same(const struct collector_saved *a, const struct collector_saved *b);

/* The restored host of that number; NULL when there is none. */
const struct collector_saved *fake_find(uint32_t started_s);

#endif

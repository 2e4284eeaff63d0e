/* grid.h - a grid for tests of what readers get: a configuration of two clusters,
 * and a store with some hosts of each.
 */
#ifndef TESTS_GRID_H
#define TESTS_GRID_H

#include "common/buffer.h"
#include "gmetad-bridge/config/config.h"
#include "sflow/store/store.h"

#define GRID_NOW INT64_C(5000000)        /* clock_ms() */
#define GRID_WALL INT64_C(1700000000000) /* the wall clock then */
#define GRID_INTERVAL_S 30
#define GRID_WEB 3 /* numbers of the two clusters */
#define GRID_OTHER 5

/* A fresh one of the same: clusters "web" and "other one", no ports. It lives until
 * the next one is asked for. */
struct config *grid_config(void);

/* An empty store for readers. */
struct store *grid_store(void);

/* A host with one block of values, heard at GRID_NOW and up: a UINT32 constant
 * "count", a FLOAT "load" (%.2f), a DOUBLE "size" (%.0f) and a STRING "text". It has
 * the name as its key, and address 192.0.2.1 where that is "node1". */
struct store_host *grid_host(struct store *store, unsigned cluster, const char *name,
                             double load);

/* One more block of the same values, "prefix.count" and so on. */
struct store_block *grid_block(struct store_host *host, const char *prefix,
                               const char *part, const char *group, double load,
                               int64_t heard_ms);

/* The sums over all hosts of the store are made and published, as each step does
 * it. */
void grid_publish(struct store *store);

#endif

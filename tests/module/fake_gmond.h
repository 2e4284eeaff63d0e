/* fake_gmond.h - as much of gmond as the module sees of it: a table of hosts,
 * the functions that fill it, and a thread that prints it. For tests that need
 * to look inside, or a sanitizer that the real gmond was not built with.
 */
#ifndef TESTS_FAKE_GMOND_H
#define TESTS_FAKE_GMOND_H

#include <stdio.h>

#include "gmond-module/gmond.h"

/* The tables, as gmond exports them. */
extern apr_hash_t *hosts;
extern apr_thread_mutex_t *hosts_mutex;
extern int host_tmax;
extern unsigned host_dmax; /* s; 0: hosts stay */

/* Writes `text` as configuration, has libganglia read it, sets up the tables,
 * and gives `module` what gmond would. */
void fake_gmond_start(const char *text, mmodule *module);

/* Destroys the pool, as gmond does when it ends. */
void fake_gmond_end(void);

/* Takes a message as gmond does that has come over a receive channel. */
void fake_receive(char *bytes, size_t len);

/* The host of that name, or NULL; the caller holds hosts_mutex, or is the
 * thread that calls handlers. */
struct gmond_host *fake_host(const char *name);

/* A metric's value, or NULL; likewise. */
const Ganglia_value_msg *fake_value(const char *host, const char *metric);
const Ganglia_metadata_msg *fake_metadata(const char *host, const char *metric);

/* Reads all that a dump reads, under the locks that gmond holds for it. Returns
 * how many metrics there were. */
size_t fake_dump(void);

/* Prints all hosts as XML, as gmond's readers get it. */
void fake_print(FILE *to);

/* Removes the hosts that were silent for longer than host_dmax, and the metrics whose
 * metadata is older than their DMAX, as gmond does every cleanup_threshold seconds. */
void fake_cleanup(void);

/* Like a dump whose client has stopped reading: until fake_dump_ends(). */
void fake_dump_begins(void);
void fake_dump_ends(void);

extern apr_pool_t *fake_pool;

#endif

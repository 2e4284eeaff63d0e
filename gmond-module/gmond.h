/* gmond.h - the gmond that has loaded this module: its headers, the functions
 * that it exports without declaring them.
 *
 * Facts of gmond 3.7.2. The functions may be called from gmond's main thread
 * only, which is where metric handlers run.
 */
#ifndef MODSFLOW_GMOND_H
#define MODSFLOW_GMOND_H

#include <stdbool.h>
#include <stdint.h>

/* Ganglia's and ONC RPC's headers are not clean under our warnings. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#include <apr_hash.h>
#include <apr_network_io.h>
#include <apr_strings.h>
#include <apr_thread_mutex.h>
#include <apr_time.h>
#include <ganglia.h>
#include <gm_metric.h>
#pragma GCC diagnostic pop

/* A host as gmond keeps it. gmond declares it in no installed header, so it is
 * used only after host_layout_fits() has seen that this gmond keeps it so. */
struct gmond_host {
	char *name;
	char *ip; /* its key in the table of hosts */
	char *location;
	unsigned started; /* shown as GMOND_STARTED */
	apr_pool_t *pool; /* all of it */
	apr_hash_t *metadata; /* by metric name */
	apr_hash_t *values;   /* by metric name */
	apr_time_t first_heard;
	apr_time_t last_heard;
	apr_thread_mutex_t *mutex;
};

/* What gmond keeps per metric in either table. */
struct gmond_metric {
	apr_pool_t *pool;
	char *name;
	union {
		Ganglia_metadata_msg metadata;
		Ganglia_value_msg value;
	} message;
	apr_time_t last_heard;
};

struct gmond {
	apr_hash_t **hosts;
	apr_thread_mutex_t **hosts_mutex;
	int *host_tmax; /* s; a host is down when its TN passes four of it */
	struct gmond_host *(*host_get)(char *ip, apr_sockaddr_t *address,
	                               Ganglia_metric_id *id);
	void (*metadata_save)(struct gmond_host *host,
	                      Ganglia_metadata_msg *message);
	void (*value_save)(struct gmond_host *host, Ganglia_value_msg *message);
	void (*update_vidals)(struct gmond_host *host,
	                      Ganglia_value_msg *message);
};

/* Looks the functions up. False when this gmond lacks one of them. */
bool gmond_find(struct gmond *gmond);

/* gmond is really starting, and not merely asked to list metrics (-m) or to
 * tell its bandwidth (-b): only then has it installed its signal handlers. */
bool gmond_is_starting(void);

/* Whether a host that gmond has just made, between the two times, lies in
 * memory as struct gmond_host says. */
bool host_layout_fits(const struct gmond *gmond, const struct gmond_host *host,
                      const char *ip, const char *name, apr_time_t before,
                      apr_time_t after);

/* Whether a metric that gmond has just saved, between the two times, lies in
 * memory as struct gmond_metric says. The host's layout is known to fit. */
bool metric_layout_fits(const struct gmond_host *host,
                        const Ganglia_value_msg *saved, apr_time_t before,
                        apr_time_t after);

#endif

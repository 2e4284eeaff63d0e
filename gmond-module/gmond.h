/* gmond.h - the gmond that has loaded this module: its headers, and the functions
 * that it exports without declaring them in a header.
 *
 * All this is as in gmond 3.7.2. Only gmond's main thread, in which metric handlers
 * run, may call the functions.
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

/* A host in gmond's memory. No installed header of gmond declares it, so it is used
 * only after host_layout_fits() has found that this gmond has the same layout. */
struct gmond_host {
	char *name;
	char *ip; /* its key in the table of hosts */
	char *location;
	unsigned started;     /* shown as GMOND_STARTED */
	apr_pool_t *pool;     /* all memory of the host */
	apr_hash_t *metadata; /* by metric name */
	apr_hash_t *values;   /* by metric name */
	apr_time_t first_heard;
	apr_time_t last_heard;
	apr_thread_mutex_t *mutex;
};

/* A metric in either table of a host. */
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
	int *host_tmax; /* s; a host is down when its TN passes four times that */
	struct gmond_host *(*host_get)(char *ip, apr_sockaddr_t *address,
	                               Ganglia_metric_id *id);
	void (*metadata_save)(struct gmond_host *host, Ganglia_metadata_msg *message);
	void (*value_save)(struct gmond_host *host, Ganglia_value_msg *message);
	void (*update_vidals)(struct gmond_host *host, Ganglia_value_msg *message);
};

/* Looks the functions up. Returns false when this gmond lacks one of them. */
bool gmond_find(struct gmond *gmond);

/* Whether gmond is really starting, and not only listing metrics (-m) or telling its
 * bandwidth (-b): only then it has installed its signal handlers. */
bool gmond_is_starting(void);

/* Whether a host that gmond has just made, between the two times, has the layout of
 * struct gmond_host. */
bool host_layout_fits(const struct gmond *gmond, const struct gmond_host *host,
                      const char *ip, const char *name, apr_time_t before,
                      apr_time_t after);

/* Whether a metric that gmond has just saved, between the two times, has the layout of
 * struct gmond_metric. The host's layout has to be known to fit. */
bool metric_layout_fits(const struct gmond_host *host, const Ganglia_value_msg *saved,
                        apr_time_t before, apr_time_t after);

#endif

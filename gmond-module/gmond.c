#include "gmond-module/gmond.h"

#include <dlfcn.h>
#include <signal.h>
#include <string.h>

/* Finds a symbol with dlsym(). `pointer` is that of a pointer to a function or a
 * variable; POSIX guarantees the conversion. */
static bool
find(const char *name, void *pointer)
{
	void *symbol = dlsym(RTLD_DEFAULT, name);

	memcpy(pointer, &symbol, sizeof(symbol));
	return symbol != NULL;
}

bool
gmond_find(struct gmond *gmond)
{
	return find("hosts", &gmond->hosts) &&
	       find("hosts_mutex", &gmond->hosts_mutex) &&
	       find("host_tmax", &gmond->host_tmax) &&
	       find("Ganglia_host_get", &gmond->host_get) &&
	       find("Ganglia_metadata_save", &gmond->metadata_save) &&
	       find("Ganglia_value_save", &gmond->value_save) &&
	       find("Ganglia_update_vidals", &gmond->update_vidals);
}

bool
gmond_is_starting(void)
{
	struct sigaction action;

	return sigaction(SIGTERM, NULL, &action) == 0 && action.sa_handler != SIG_DFL &&
	       action.sa_handler != SIG_IGN;
}

static bool
is_between(apr_time_t t, apr_time_t before, apr_time_t after)
{
	return before <= t && t <= after;
}

/* Whether the host's key in gmond's table is the pointer in the host itself. */
static bool
is_its_key(const struct gmond *gmond, const struct gmond_host *host, const char *ip)
{
	apr_hash_index_t *i;
	const void *key;
	void *value;

	for (i = apr_hash_first(NULL, *gmond->hosts); i != NULL; i = apr_hash_next(i)) {
		apr_hash_this(i, &key, NULL, &value);
		if (value == host)
			return key == host->ip && strcmp(key, ip) == 0;
	}
	return false;
}

/* The times are tested first: no other pair of fields has the present time in
 * microseconds. Only if they fit, the pointers before them are followed. */
bool
host_layout_fits(const struct gmond *gmond, const struct gmond_host *host,
                 const char *ip, const char *name, apr_time_t before, apr_time_t after)
{
	return is_between(host->first_heard, before, after) &&
	       is_between(host->last_heard, before, after) &&
	       is_its_key(gmond, host, ip) && host->pool != NULL &&
	       host->metadata != NULL && host->values != NULL &&
	       host->location == NULL && strcmp(host->name, name) == 0 &&
	       apr_hash_count(host->metadata) == 0 &&
	       apr_hash_count(host->values) == 0 &&
	       apr_hash_pool_get(host->values) == host->pool;
}

bool
metric_layout_fits(const struct gmond_host *host, const Ganglia_value_msg *saved,
                   apr_time_t before, apr_time_t after)
{
	const Ganglia_gmetric_string *as = &saved->Ganglia_value_msg_u.gstr;
	const char *name = as->metric_id.name;
	const struct gmond_metric *metric =
	    apr_hash_get(host->values, name, APR_HASH_KEY_STRING);
	const Ganglia_gmetric_string *kept;

	if (metric == NULL || !is_between(metric->last_heard, before, after) ||
	    apr_pool_parent_get(metric->pool) != host->pool ||
	    strcmp(metric->name, name) != 0 || metric->message.value.id != saved->id)
		return false;
	kept = &metric->message.value.Ganglia_value_msg_u.gstr;
	return strcmp(kept->metric_id.name, name) == 0 &&
	       strcmp(kept->metric_id.host, as->metric_id.host) == 0 &&
	       strcmp(kept->fmt, as->fmt) == 0;
}

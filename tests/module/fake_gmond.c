#include "tests/module/fake_gmond.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the module looks up in the program that has loaded it. */
#define EXPORTED __attribute__((visibility("default")))

EXPORTED apr_hash_t *hosts;
EXPORTED apr_thread_mutex_t *hosts_mutex;
EXPORTED int host_tmax = 20;
unsigned host_dmax;
apr_pool_t *fake_pool;

struct gmond_host *Ganglia_host_get(char *ip, apr_sockaddr_t *address,
                                    Ganglia_metric_id *id);
void Ganglia_metadata_save(struct gmond_host *host, Ganglia_metadata_msg *message);
void Ganglia_value_save(struct gmond_host *host, Ganglia_value_msg *message);
void Ganglia_update_vidals(struct gmond_host *host, Ganglia_value_msg *message);

static struct gmond_host *
new_host(const char *key, const char *name)
{
	struct gmond_host *host;
	apr_pool_t *pool;

	apr_pool_create(&pool, fake_pool);
	host = apr_pcalloc(pool, sizeof(*host));
	host->pool = pool;
	host->name = apr_pstrdup(pool, name);
	host->ip = apr_pstrdup(pool, key);
	host->first_heard = apr_time_now();
	host->metadata = apr_hash_make(pool);
	host->values = apr_hash_make(pool);
	apr_thread_mutex_create(&host->mutex, APR_THREAD_MUTEX_DEFAULT, pool);
	return host;
}

EXPORTED struct gmond_host *
Ganglia_host_get(char *ip, apr_sockaddr_t *address, Ganglia_metric_id *id)
{
	char key[256], *name;
	struct gmond_host *host;

	if (ip == NULL || address == NULL || !id->spoof)
		return NULL;
	snprintf(key, sizeof(key), "%s", id->host);
	name = strchr(key, ':');
	if (name == NULL)
		return NULL;
	*name++ = '\0';
	apr_thread_mutex_lock(hosts_mutex);
	host = apr_hash_get(hosts, key, APR_HASH_KEY_STRING);
	if (host == NULL) {
		host = new_host(key, name);
		host->last_heard = host->first_heard;
		apr_hash_set(hosts, host->ip, APR_HASH_KEY_STRING, host);
	} else {
		host->last_heard = apr_time_now();
	}
	apr_thread_mutex_unlock(hosts_mutex);
	return host;
}

/* A metric with its memory emptied, to be filled again. */
static struct gmond_metric *
empty_metric(struct gmond_host *host, apr_hash_t *table, const char *name)
{
	struct gmond_metric *metric = apr_hash_get(table, name, APR_HASH_KEY_STRING);

	if (metric == NULL) {
		metric = apr_pcalloc(host->pool, sizeof(*metric));
		apr_pool_create(&metric->pool, host->pool);
	} else {
		apr_hash_set(table, name, APR_HASH_KEY_STRING, NULL);
		apr_pool_clear(metric->pool);
	}
	metric->name = apr_pstrdup(metric->pool, name);
	metric->last_heard = apr_time_now();
	apr_hash_set(table, metric->name, APR_HASH_KEY_STRING, metric);
	return metric;
}

static char *
copy(const struct gmond_metric *metric, const char *text)
{
	return apr_pstrdup(metric->pool, text);
}

EXPORTED void
Ganglia_metadata_save(struct gmond_host *host, Ganglia_metadata_msg *message)
{
	Ganglia_metadatadef *from = &message->Ganglia_metadata_msg_u.gfull, *to;
	struct gmond_metric *metric =
	    empty_metric(host, host->metadata, from->metric_id.name);
	Ganglia_extra_data *extra;
	u_int i;

	metric->message.metadata = *message;
	to = &metric->message.metadata.Ganglia_metadata_msg_u.gfull;
	to->metric_id.host = copy(metric, from->metric_id.host);
	to->metric_id.name = copy(metric, from->metric_id.name);
	to->metric.type = copy(metric, from->metric.type);
	to->metric.name = copy(metric, from->metric.name);
	to->metric.units = copy(metric, from->metric.units);
	extra = apr_pcalloc(metric->pool,
	                    from->metric.metadata.metadata_len * sizeof(*extra));
	to->metric.metadata.metadata_val = extra;
	for (i = 0; i < from->metric.metadata.metadata_len; i++) {
		extra[i].name =
		    copy(metric, from->metric.metadata.metadata_val[i].name);
		extra[i].data =
		    copy(metric, from->metric.metadata.metadata_val[i].data);
	}
}

EXPORTED void
Ganglia_value_save(struct gmond_host *host, Ganglia_value_msg *message)
{
	Ganglia_gmetric_string *from = &message->Ganglia_value_msg_u.gstr, *to;
	struct gmond_metric *metric =
	    empty_metric(host, host->values, from->metric_id.name);

	metric->message.value = *message;
	to = &metric->message.value.Ganglia_value_msg_u.gstr;
	to->metric_id.host = copy(metric, from->metric_id.host);
	to->metric_id.name = copy(metric, from->metric_id.name);
	to->fmt = copy(metric, from->fmt);
	if (message->id == gmetric_string)
		to->str = copy(metric, from->str);
}

EXPORTED void
Ganglia_update_vidals(struct gmond_host *host, Ganglia_value_msg *message)
{
	if (strcmp(message->Ganglia_value_msg_u.gstr.metric_id.name, "heartbeat") == 0)
		host->started = message->Ganglia_value_msg_u.gu_int.ui;
}

static void
receive_metadata(XDR *x, Ganglia_metadata_msg *message)
{
	static apr_sockaddr_t nowhere;
	Ganglia_metadatadef *d = &message->Ganglia_metadata_msg_u.gfull;
	struct gmond_host *host = NULL;
	char nobody[] = "";

	if (xdr_Ganglia_metadata_msg(x, message))
		host = Ganglia_host_get(nobody, &nowhere, &d->metric_id);
	if (host != NULL)
		Ganglia_metadata_save(host, message);
	xdr_free((xdrproc_t)xdr_Ganglia_metadata_msg, (char *)message);
}

static void
receive_value(XDR *x, Ganglia_value_msg *message)
{
	static apr_sockaddr_t nowhere;
	Ganglia_gmetric_string *common = &message->Ganglia_value_msg_u.gstr;
	struct gmond_host *host = NULL;
	char nobody[] = "";

	if (xdr_Ganglia_value_msg(x, message))
		host = Ganglia_host_get(nobody, &nowhere, &common->metric_id);
	if (host != NULL) {
		Ganglia_value_save(host, message);
		Ganglia_update_vidals(host, message);
	}
	xdr_free((xdrproc_t)xdr_Ganglia_value_msg, (char *)message);
}

void
fake_receive(char *bytes, size_t len)
{
	Ganglia_metadata_msg metadata = {0};
	Ganglia_value_msg value = {0};
	Ganglia_msg_formats id;
	XDR x;

	xdrmem_create(&x, bytes, (u_int)len, XDR_DECODE);
	if (!xdr_Ganglia_msg_formats(&x, &id))
		return;
	xdr_setpos(&x, 0);
	if (id == gmetadata_full)
		receive_metadata(&x, &metadata);
	else
		receive_value(&x, &value);
}

struct gmond_host *
fake_host(const char *name)
{
	apr_hash_index_t *i;
	void *found;

	for (i = apr_hash_first(NULL, hosts); i != NULL; i = apr_hash_next(i)) {
		apr_hash_this(i, NULL, NULL, &found);
		if (strcmp(((struct gmond_host *)found)->name, name) == 0)
			return found;
	}
	return NULL;
}

const Ganglia_value_msg *
fake_value(const char *host, const char *name)
{
	struct gmond_host *h = fake_host(host);
	struct gmond_metric *metric =
	    h == NULL ? NULL : apr_hash_get(h->values, name, APR_HASH_KEY_STRING);

	return metric == NULL ? NULL : &metric->message.value;
}

const Ganglia_metadata_msg *
fake_metadata(const char *host, const char *name)
{
	struct gmond_host *h = fake_host(host);
	struct gmond_metric *metric =
	    h == NULL ? NULL : apr_hash_get(h->metadata, name, APR_HASH_KEY_STRING);

	return metric == NULL ? NULL : &metric->message.metadata;
}

/* What printing a metric reads; so that a sanitizer sees who else writes it. */
static size_t
read_metric(const struct gmond_metric *m)
{
	const Ganglia_gmetric_string *common =
	    &m->message.value.Ganglia_value_msg_u.gstr;
	size_t length = strlen(m->name) + strlen(common->fmt);

	if (m->message.value.id == gmetric_string)
		length += strlen(common->str);
	else if (m->message.value.id == gmetric_double)
		length += m->message.value.Ganglia_value_msg_u.gd.d > 0;
	else
		length += m->message.value.Ganglia_value_msg_u.gu_int.ui > 0;
	return length + (m->last_heard > 0);
}

static size_t
dump_host(const struct gmond_host *host, apr_pool_t *pool)
{
	apr_hash_index_t *i;
	size_t count = 0;
	void *metric;

	apr_thread_mutex_lock(host->mutex);
	for (i = apr_hash_first(pool, host->values); i != NULL; i = apr_hash_next(i)) {
		apr_hash_this(i, NULL, NULL, &metric);
		count += read_metric(metric) > 0;
	}
	apr_thread_mutex_unlock(host->mutex);
	return count;
}

size_t
fake_dump(void)
{
	apr_hash_index_t *i;
	apr_pool_t *pool;
	size_t count = 0;
	void *host;

	apr_pool_create(&pool, NULL);
	fake_dump_begins();
	for (i = apr_hash_first(pool, hosts); i != NULL; i = apr_hash_next(i)) {
		apr_hash_this(i, NULL, NULL, &host);
		count += dump_host(host, pool);
	}
	fake_dump_ends();
	apr_pool_destroy(pool);
	return count;
}

/* Clearing up --------------------------------------------------------------------- */

static bool
is_older(apr_time_t then, apr_time_t dmax_s)
{
	return dmax_s != 0 && apr_time_now() - then > apr_time_from_sec(dmax_s);
}

static void
cleanup_host(struct gmond_host *host)
{
	struct gmond_metric *metadata, *value;
	apr_hash_index_t *i;
	void *found;

	for (i = apr_hash_first(NULL, host->metadata); i != NULL;
	     i = apr_hash_next(i)) {
		apr_hash_this(i, NULL, NULL, &found);
		metadata = found;
		if (!is_older(metadata->last_heard,
		              metadata->message.metadata.Ganglia_metadata_msg_u.gfull
		                  .metric.dmax))
			continue;
		value = apr_hash_get(host->values, metadata->name, APR_HASH_KEY_STRING);
		apr_hash_set(host->values, metadata->name, APR_HASH_KEY_STRING, NULL);
		apr_hash_set(host->metadata, metadata->name, APR_HASH_KEY_STRING, NULL);
		apr_pool_destroy(metadata->pool);
		if (value != NULL)
			apr_pool_destroy(value->pool);
	}
}

void
fake_cleanup(void)
{
	struct gmond_host *host;
	apr_hash_index_t *i;
	void *found;

	fake_dump_begins();
	for (i = apr_hash_first(NULL, hosts); i != NULL; i = apr_hash_next(i)) {
		apr_hash_this(i, NULL, NULL, &found);
		host = found;
		if (is_older(host->last_heard, host_dmax)) {
			apr_hash_set(hosts, host->ip, APR_HASH_KEY_STRING, NULL);
			apr_pool_destroy(host->pool);
		} else {
			cleanup_host(host);
		}
	}
	fake_dump_ends();
}

void
fake_dump_begins(void)
{
	apr_thread_mutex_lock(hosts_mutex);
}

void
fake_dump_ends(void)
{
	apr_thread_mutex_unlock(hosts_mutex);
}

static cfg_t *configuration;

static void
on_signal(int number)
{
	(void)number;
}

static cfg_t *
read_configuration(const char *text)
{
	char path[] = "/tmp/fake-gmond-XXXXXX";
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");
	cfg_t *config;

	fputs(text, file);
	fclose(file);
	config = (cfg_t *)Ganglia_gmond_config_create(path, 0);
	unlink(path);
	return config;
}

/* The params of the last module section, as gmond hands them over. */
static apr_array_header_t *
params_of(cfg_t *config)
{
	apr_array_header_t *list = apr_array_make(fake_pool, 2, sizeof(mmparam));
	cfg_t *modules = cfg_getsec(config, "modules"), *module;
	unsigned i, count = cfg_size(modules, "module");
	mmparam *param;

	if (count == 0)
		return list;
	module = cfg_getnsec(modules, "module", count - 1);
	for (i = 0; i < cfg_size(module, "param"); i++) {
		cfg_t *section = cfg_getnsec(module, "param", i);

		param = apr_array_push(list);
		param->name = apr_pstrdup(fake_pool, cfg_title(section));
		param->value = apr_pstrdup(fake_pool, cfg_getstr(section, "value"));
	}
	return list;
}

void
fake_gmond_start(const char *text, mmodule *module)
{
	fake_pool = (apr_pool_t *)Ganglia_pool_create(NULL);
	configuration = read_configuration(text);
	host_dmax =
	    (unsigned)cfg_getint(cfg_getsec(configuration, "globals"), "host_dmax");
	module->config_file = configuration;
	module->module_params_list = params_of(module->config_file);
	signal(SIGTERM, on_signal); /* as gmond has, when it really starts */
	hosts = apr_hash_make(fake_pool);
	apr_thread_mutex_create(&hosts_mutex, APR_THREAD_MUTEX_DEFAULT, fake_pool);
}

void
fake_gmond_end(void)
{
	apr_pool_destroy(fake_pool);
	cfg_free(configuration);
	hosts = NULL;
	hosts_mutex = NULL;
	signal(SIGTERM, SIG_DFL);
}

#include "gmetad-bridge/readers/document.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gmetad-bridge/readers/status.h"
#include "gmetad-bridge/steps/summary.h"
#include "gmetad-bridge/readers/xml.h"

#define XML_HEADER \
	"HTTP/1.0 200 OK\r\n" \
	"Server: gmetad/" XML_VERSION "\r\n" \
	"Access-Control-Allow-Origin: *\r\n" \
	"Content-Type: application/xml\r\n" \
	"Connection: close\r\n" \
	"X-Started: " /* when values began to be collected; gmetad has no such line */

/* What is written next. */
enum stage { BEGIN, SUMS, CLUSTER, FORMER, HOSTS, CLUSTER_END, END, STATUS, ENDED };

#define FORMER_AT_ONCE 32

struct document {
	const struct config *config;
	struct store *store;
	const struct summaries *summaries; /* NULL: none yet */
	enum xml_source source;
	bool http;
	bool summary; /* sums instead of hosts */
	size_t count; /* parts of the query's path that are used */
	struct query query;
	enum stage stage;
	size_t cluster, end; /* indexes of the next cluster, and behind the last */
	struct store_walk walk;
	const char *metric; /* of the hosts in the walk; NULL: all metrics */
	size_t former;      /* so many former names are printed */
	enum stage after_former;
	const struct summary *sums;
	size_t sum; /* index of the next sum */
	enum stage after_sums;
	/* for the piece that is being made */
	struct buffer *buffer;
	int64_t now, wall_ms;
};

static struct document *
document_new(const struct config *config, struct store *store)
{
	struct document *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->config = config_hold(config);
	d->store = store;
	d->end = config->cluster_count;
	return d;
}

struct document *
document_of_cluster(const struct config *config, struct store *store, size_t cluster)
{
	struct document *d = document_new(config, store);

	if (d == NULL)
		return NULL;
	d->source = XML_GMOND;
	d->cluster = cluster;
	d->end = cluster + 1;
	return d;
}

/* Finds the clusters that are to be printed, and whether the rest of the path is
 * used. */
static void
choose_clusters(struct document *d)
{
	size_t i;

	if (d->count == 0)
		return;
	for (i = 0; i < d->end; i++)
		if (strcmp(d->config->clusters[i].name, d->query.parts[0]) == 0) {
			d->cluster = i;
			d->end = i + 1;
			return;
		}
	if (!d->http)
		d->count = 0;
	else if (strcmp(d->query.parts[0], "*") != 0)
		d->end = 0;
}

struct document *
document_of_query(const struct config *config, struct store *store,
                  const struct query *query)
{
	struct document *d = document_new(config, store);

	if (d == NULL)
		return NULL;
	d->source = XML_GMETAD;
	d->query = *query;
	d->http = query->http;
	d->summary = query->summary;
	d->count = query->count;
	d->summaries = summaries_hold();
	d->stage = query->status ? STATUS : BEGIN;
	choose_clusters(d);
	return d;
}

void
document_free(struct document *d)
{
	if (d == NULL)
		return;
	config_release(d->config);
	summaries_release(d->summaries);
	free(d);
}

/* Hosts --------------------------------------------------------------------------- */

/* Prints all metrics, or, unless `only` is NULL, those of that name. Returns how
 * many. */
static size_t
print_values(const struct document *d, struct store_host *host, const char *only)
{
	char name[STORE_NAME];
	struct store_look look;
	struct store_value value;
	size_t n = 0;

	store_look(&look, host, d->now);
	while (store_look_next(&look, &value)) {
		if (only != NULL) {
			store_value_name(&value, name);
			if (strcmp(name, only) != 0)
				continue;
		}
		xml_metric(d->buffer, d->source, &value, d->now);
		n++;
	}
	return n;
}

/* Prints the metrics of a host, or the one that the path names. The filter is treated
 * as gmetad does: ?filter=summary leaves out the metrics where all would be printed,
 * but not the one that the path names. */
static void
print_metrics(const struct document *d, struct store_host *host, const char *metric)
{
	if (metric == NULL) {
		if (!d->summary)
			print_values(d, host, NULL);
		return;
	}
	if (print_values(d, host, metric) > 0)
		return;
	if (d->http ? strcmp(metric, "*") == 0 : !d->summary)
		print_values(d, host, NULL);
}

static void
print_host(const struct document *d, struct store_host *host, const char *metric)
{
	unsigned dmax_s = (unsigned)(d->config->collector.host_dmax_ms / 1000);
	struct store_state state;

	store_lock(host, &state);
	xml_host(d->buffer, d->source, &state, dmax_s, d->now, d->wall_ms);
	print_metrics(d, host, metric);
	xml_host_end(d->buffer);
	store_unlock(host);
}

/* Stages --------------------------------------------------------------------------- */

/* Prints the numbers of hosts, and has the sums printed next, then `after`. */
static void
begin_sums(struct document *d, const struct summary *sums, enum stage after)
{
	d->sums = sums;
	d->sum = 0;
	d->after_sums = after;
	d->stage = SUMS;
	xml_hosts(d->buffer, sums != NULL ? sums->up : 0,
	          sums != NULL ? sums->down : 0);
}

static void
put_header(const struct document *d)
{
	char started[32];

	snprintf(started, sizeof(started), "%" PRId64 "\r\n\r\n",
	         status_started_s(d->now, d->wall_ms));
	buffer_text(d->buffer, XML_HEADER);
	buffer_text(d->buffer, started);
}

static void
begin(struct document *d)
{
	const struct summaries *all = d->summaries;

	if (d->http)
		put_header(d);
	xml_begin(d->buffer, d->source);
	d->stage = CLUSTER;
	if (d->source == XML_GMOND)
		return;
	xml_grid(d->buffer, d->config, d->wall_ms / 1000);
	if (d->summary && d->count == 0)
		begin_sums(d, all != NULL ? &all->summaries[all->count] : NULL,
		           CLUSTER);
}

static void
next_sum(struct document *d)
{
	if (d->sums == NULL || d->sum == d->sums->count)
		d->stage = d->after_sums;
	else
		xml_sum(d->buffer, d->sums->metrics[d->sum++]);
}

/* Where no host has the name that the path has, prints what became of it; but nothing of one
 * that is called as no host is any more. */
static void
print_former(const struct document *d, unsigned cluster, const char *name)
{
	struct store_former former;
	struct store_host *host;

	if (!store_former_find(d->store, cluster, name, &former))
		return;
	if (former.is[0] == '\0') {
		xml_former(d->buffer, &former);
		return;
	}
	host = store_find(d->store, cluster, former.is);
	if (host != NULL)
		xml_former(d->buffer, &former);
	store_release(host);
}

/* Prints the next former names of the cluster. */
static void
next_former(struct document *d)
{
	struct store_former list[FORMER_AT_ONCE];
	unsigned cluster = d->config->clusters[d->cluster].number;
	size_t i,
	    n = store_former_list(d->store, cluster, d->former, list, FORMER_AT_ONCE);

	for (i = 0; i < n; i++)
		xml_former(d->buffer, &list[i]);
	d->former += n;
	if (n < FORMER_AT_ONCE)
		d->stage = d->after_former;
}

/* Prints the host of a cluster that the path names, or has all hosts, or only the sums,
 * printed next. */
static void
begin_hosts(struct document *d, const struct config_cluster *cluster)
{
	const char *name = d->count > 1 ? d->query.parts[1] : NULL;
	const char *metric = d->count > 2 ? d->query.parts[2] : NULL;
	struct store_host *host = NULL;

	if (name != NULL)
		host = store_find(d->store, cluster->number, name);
	if (name != NULL && host == NULL)
		print_former(d, cluster->number, name);
	d->walk = (struct store_walk){.names_once = true};
	d->stage = CLUSTER_END;
	if (host != NULL) {
		print_host(d, host, metric);
		store_release(host);
	} else if (name != NULL && d->http) {
		if (strcmp(name, "*") == 0)
			d->stage = HOSTS;
		d->metric = metric;
	} else if (!d->summary) {
		d->stage = HOSTS;
		d->metric = NULL;
	} else {
		begin_sums(d,
		           d->summaries == NULL
		               ? NULL
		               : summaries_find(d->summaries, cluster->number),
		           CLUSTER_END);
	}
}

static void
next_cluster(struct document *d)
{
	const struct config_cluster *cluster;

	if (d->cluster >= d->end) {
		d->stage = END;
		return;
	}
	cluster = &d->config->clusters[d->cluster];
	xml_cluster(d->buffer, cluster, d->wall_ms / 1000);
	begin_hosts(d, cluster);
	if (!d->query.former)
		return;
	d->former = 0;
	d->after_former = d->stage;
	d->stage = FORMER;
}

static void
next_host(struct document *d)
{
	struct store_host *host;

	host = store_next(d->store, &d->walk, d->config->clusters[d->cluster].number);
	if (host == NULL) {
		d->stage = CLUSTER_END;
		return;
	}
	print_host(d, host, d->metric);
	store_release(host);
}

static void
end_cluster(struct document *d)
{
	xml_cluster_end(d->buffer);
	d->cluster++;
	d->stage = CLUSTER;
}

static void
end(struct document *d)
{
	if (d->source == XML_GMETAD)
		xml_grid_end(d->buffer);
	xml_end(d->buffer);
	d->stage = ENDED;
}

static void
step(struct document *d)
{
	switch (d->stage) {
	case BEGIN:
		begin(d);
		break;
	case SUMS:
		next_sum(d);
		break;
	case CLUSTER:
		next_cluster(d);
		break;
	case FORMER:
		next_former(d);
		break;
	case HOSTS:
		next_host(d);
		break;
	case CLUSTER_END:
		end_cluster(d);
		break;
	case END:
		end(d);
		break;
	case STATUS:
		status_print(d->buffer, d->config, d->query.callback, d->now,
		             d->wall_ms);
		d->stage = ENDED;
		break;
	case ENDED:
		break;
	}
}

bool
document_next(struct document *d, struct buffer *buffer, int64_t now, int64_t wall_ms)
{
	size_t start = buffer->len;

	d->buffer = buffer;
	d->now = now;
	d->wall_ms = wall_ms;
	while (d->stage != ENDED && !buffer->failed &&
	       buffer->len - start < DOCUMENT_PIECE)
		step(d);
	d->buffer = NULL;
	return d->stage != ENDED;
}

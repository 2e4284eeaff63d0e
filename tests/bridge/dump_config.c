#include "tests/bridge/dump_config.h"

#include <stdio.h>
#include <stdlib.h>

static void
dump_addresses(FILE *out, const char *what, const struct address *addresses,
               size_t count)
{
	char text[ADDRESS_TEXT];
	size_t i;

	fprintf(out, "%s", what);
	for (i = 0; i < count; i++)
		fprintf(out, " %s", address_text(&addresses[i], text));
	fputc('\n', out);
}

/* By what matches. */
static void
dump_networks(FILE *out, const char *what, const struct network_list *list)
{
	static const char *const probes[] = {"10.0.0.1",  "10.1.0.1", "192.0.2.1",
	                                     "127.0.0.1", "fd00::1",  "fd00:1::1",
	                                     "::1"};
	struct address address;
	size_t i;

	fprintf(out, "%s%s", what, list == NULL ? " none" : "");
	for (i = 0; i < sizeof(probes) / sizeof(probes[0]); i++)
		if (address_parse(probes[i], &address) == 0 &&
		    network_list_match(list, &address))
			fprintf(out, " %s", probes[i]);
	fputc('\n', out);
}

static void
dump_archives(FILE *out, char *const *archives)
{
	fprintf(out, "rra");
	for (; *archives != NULL; archives++)
		fprintf(out, " %s", *archives);
	fputc('\n', out);
}

static const char *
shown(const char *text)
{
	return text == NULL ? "(none)" : text;
}

static void
dump_collector(FILE *out, const struct collector_config *c)
{
	struct address core;
	int kind;

	fprintf(out, "same_address %d max %u %u %u vm %d %u dmax %lld\n",
	        c->same_address, c->max_agents, c->max_sources, c->max_metrics,
	        (int)c->vm, c->vm_cluster, (long long)c->host_dmax_ms);
	fprintf(out, "successors %d\n", c->successors);
	fprintf(out, "keep %d lower_case %d misses %u ports %d %d\n", c->keep,
	        c->lower_case, c->misses, c->ports != NULL, c->ports_except != NULL);
	fprintf(out, "speeds %d\n", c->speeds != NULL);
	for (kind = 0; kind < KIND_COUNT; kind++)
		fprintf(out, "%s %d %d\n", kinds[kind].name, c->accept[kind],
		        c->multiple[kind]);
	dump_networks(out, "allow", c->allow);
	dump_networks(out, "deny", c->deny);
	address_parse("192.0.2.1", &core);
	fprintf(out, "192.0.2.1 is %s\n", shown(name_list_find(c->names, &core)));
}

static void
dump_clusters(FILE *out, const struct config *c)
{
	size_t i;

	for (i = 0; i < c->cluster_count; i++) {
		const struct config_cluster *cluster = &c->clusters[i];

		fprintf(out, "cluster %s: %s, %s, %s, port %ld, number %u%s\n",
		        cluster->name, cluster->owner, cluster->latlong, cluster->url,
		        cluster->gmond_port, cluster->number,
		        cluster->all ? ", the rest" : "");
		dump_networks(out, "agents", cluster->agents);
	}
	fprintf(out, "default %u, self %s in %u\n", c->collector.cluster,
	        shown(c->self_name), c->self_cluster);
}

static void
dump_rrd(FILE *out, const struct config_rrd *rrd)
{
	size_t i;

	fprintf(out, "%s step %u %s %u queue %zu write %d delay %u\n", rrd->rootdir,
	        rrd->step_s, shown(rrd->rrdcached), rrd->connections, rrd->queue_bytes,
	        (int)rrd->write, rrd->delay_s);
	fprintf(out, "summaries %d lower_case %d umask %o\n", rrd->summaries,
	        rrd->lower_case, (unsigned)rrd->umask);
	dump_archives(out, rrd->archives);
	for (i = 0; i < rrd->rule_count; i++) {
		fputs("rule ", out);
		dump_archives(out, rrd->rules[i].archives);
	}
}

char *
dump_config(const struct config *c)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		abort();
	fprintf(out, "port %u sockets %u rcvbuf %d rate %u\n", c->port, c->sockets,
	        c->rcvbuf, c->rate);
	dump_addresses(out, "bind", c->bind, c->bind_count);
	dump_collector(out, &c->collector);
	fprintf(out, "grid %s %s\n", c->grid, c->authority);
	dump_clusters(out, c);
	dump_addresses(out, "xml_bind", c->xml_bind, c->xml_bind_count);
	fprintf(out, "xml %ld %ld readers %u %u gzip %d all_trusted %d\n", c->xml_port,
	        c->interactive_port, c->readers, c->reader_timeout_s, c->gzip,
	        c->all_trusted);
	dump_networks(out, "trusted", c->trusted);
	fprintf(out, "summarized %zu %zu\n", c->summarized.count,
	        c->unsummarized.count);
	fprintf(out, "rrd %d ", c->rrd_on);
	dump_rrd(out, &c->rrd);
	fprintf(out, "state %s control %s user %s syslog %d\n", shown(c->state),
	        shown(c->control), shown(c->user), c->syslog);
	fprintf(out, "on_event %s nagios_commands %s\n", shown(c->on_event),
	        shown(c->nagios_commands));
	fclose(out);
	return text;
}

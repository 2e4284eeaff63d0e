/* query.h - the line that gmetad's interactive port reads: "/", "/cluster",
 * "/cluster/host", "...?filter=summary", "/status", alone or as "GET ... HTTP/1.0",
 * where "*" stands for any cluster or host. Comes from strangers.
 */
#ifndef BRIDGE_QUERY_H
#define BRIDGE_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#define QUERY_MAX 2048 /* bytes of a line; gmetad's REQUESTLEN */
#define QUERY_PARTS 4

struct query {
	bool http;      /* answer with a header; what isn't there is left out */
	bool status;    /* /status */
	bool summary;   /* ?filter=summary */
	char callback[64]; /* of /status, JSONP; "": none */
	size_t count;   /* of parts */
	char parts[QUERY_PARTS][256]; /* "cluster", "host", "metric"; "*" */
};

/* All of it, as on gmetad's xml_port. */
extern const struct query query_all;

/* Reads a line without its end. Returns 0, or -1 where gmetad answers nothing. */
int query_parse(const char *line, size_t len, struct query *query);

#endif

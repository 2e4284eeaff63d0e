/* query.h - the line that gmetad's interactive port reads: "/", "/cluster",
 * "/cluster/host", "...?filter=summary", "/status", and our own "...?filter=former", alone or as "GET ... HTTP/1.0",
 * where "*" stands for any cluster or host. Anybody may send such a line.
 */
#ifndef BRIDGE_QUERY_H
#define BRIDGE_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#define QUERY_MAX 2048 /* bytes of a line; gmetad's REQUESTLEN */
#define QUERY_PARTS 4

struct query {
	bool http;                    /* it came as "GET ... HTTP/1.0" */
	bool status;                  /* /status */
	bool summary;                 /* ?filter=summary */
	bool former;                  /* ?filter=former: former names, too */
	char callback[64];            /* for JSONP of /status; "": none */
	size_t count;                 /* of parts */
	char parts[QUERY_PARTS][256]; /* "cluster", "host", "metric"; or "*" */
};

/* Asks for all, as gmetad's xml_port gives it. */
extern const struct query query_all;

/* Reads a line of `len` bytes, without its end. Returns 0, or -1 where gmetad does not
 * answer. */
int query_parse(const char *line, size_t len, struct query *query);

#endif

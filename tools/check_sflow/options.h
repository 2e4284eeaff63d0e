/* options.h - the command line. */
#ifndef CHECK_OPTIONS_H
#define CHECK_OPTIONS_H

#include <regex.h>
#include <stdbool.h>
#include <stdio.h>

#include "tools/check_sflow/range.h"
#include "tools/daemon.h"

#define OPTIONS_WISHES 64 /* --heartbeat, --metric, --all-metrics in one call */
#define OPTIONS_EXCEPT 32 /* --except in one call */
#define OPTIONS_TOP 100   /* values of --top */

/* Something that is judged, by its own thresholds. */
struct wish {
	enum wish_kind { WISH_HEARTBEAT, WISH_METRIC, WISH_PATTERN, WISH_DOWN } kind;
	const char *name; /* of the metric, or the pattern's text */
	regex_t pattern;
	struct thresholds thresholds;
};

enum options_mode { MODE_VALUES, MODE_HOSTS_DOWN, MODE_GENERATE };

/* The strings are those of argv. */
struct options {
	struct daemon_address server;
	const char *server_text;
	enum options_mode mode;

	const char *host;       /* NULL: the hosts of host_pattern */
	const char *host_regex; /* the text of host_pattern; NULL: all hosts */
	regex_t host_pattern;
	const char *cluster; /* NULL: any */
	bool ignore_case;    /* in names and expressions */

	struct wish wishes[OPTIONS_WISHES];
	size_t wish_count;
	struct thresholds common; /* that stand before the first wish */
	bool any_age;             /* a value is judged however old it is */
	enum check_state absent;  /* the state where there is no such host; */
	enum check_state former;  /* where it is called otherwise, or was removed; */
	enum check_state awaited; /* where the collector has just begun */

	unsigned top;           /* 0: none */
	const char *top_metric; /* a name, or a pattern as a shell has it */

	const char *output; /* NULL: stdout */
	const char *except[OPTIONS_EXCEPT];
	size_t except_count;

	bool no_data; /* no performance data */
	unsigned timeout_s;
	unsigned verbose;
};

/* Reads the command line. Returns -1 where the program is to go on; then the caller
 * calls options_free() later. Else it has written the version, the help or what is
 * wrong to `out`, which Nagios reads, and returns the status to exit with; nothing is
 * left to free. */
int options_parse(struct options *options, int argc, char **argv, FILE *out);

void options_free(struct options *options);

/* Whether the host, or the cluster, is one of those that are asked for. */
bool options_wants(const struct options *options, const struct ganglia_host *host);

bool options_wants_cluster(const struct options *options, const char *name);

/* Whether two names are the same; `ignore_case` counts. */
bool options_same(const struct options *options, const char *a, const char *b);

/* Whether --top is about the metric. */
bool options_is_top(const struct options *options, const char *metric);

/* Whether --top, which is given, has a pattern. */
bool options_top_is_pattern(const struct options *options);

/* Whether a single host is asked for by its name. */
bool options_one_host(const struct options *options);

#endif

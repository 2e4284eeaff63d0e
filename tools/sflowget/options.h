/* options.h - the command line. */
#ifndef SFLOWGET_OPTIONS_H
#define SFLOWGET_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sflow/address.h"
#include "tools/daemon.h"
#include "tools/sflowget/list.h"
#include "tools/sflowget/output.h"
#include "tools/sflowget/wanted.h"

/* The status to exit with. */
enum status {
	STATUS_FOUND = 0,
	STATUS_NOT_FOUND = 1,
	STATUS_USAGE = 2,
	STATUS_DEADLINE = 3,
	STATUS_SOURCE = 4 /* the source failed, or the output can't be written */
};

enum source { SOURCE_DAEMON, SOURCE_LISTEN, SOURCE_READ };

enum task {
	TASK_VALUES,
	TASK_AGENTS,  /* --list */
	TASK_METRICS, /* --list AGENT */
	TASK_SERVERS,
	TASK_DECODE,
	TASK_RRD_CREATE,
	TASK_SUGGEST, /* munin: the plugins that there could be */
	TASK_AUTOCONF /* munin: whether there is a daemon to ask */
};

/* The strings are those of argv and of the environment. */
struct options {
	enum source source;
	enum task task;
	struct daemon_address daemon;
	unsigned port;       /* to listen on; of a file: 0 for any */
	struct address bind; /* unknown: all addresses */
	const char *file;
	struct wanted wanted;
	bool human;    /* see struct printer */
	unsigned list; /* bits of enum list_which */
	bool raw;      /* a raw field is wanted */
	const struct output *output;
	bool munin_host; /* see struct printer */
	enum munin_ask munin;
	bool watch;
	bool watch_paced;       /* every interval_s, and not when values come */
	double interval_s;      /* 0: not given */
	double deadline_s;      /* 0: none */
	bool deadline_of_first; /* it is that of the first datagram alone */
	uint64_t count; /* datagrams to decode; 0: all; values of --servers; 0: some */
	char *servers_metric; /* of --servers */
	const char *rrd_file; /* of --rrd-create */
	char *munin_name;     /* name of the link; allocated by options_munin() */
};

/* Reads the command line, and the environment that collectd and munin-node set. Returns
 * -1 where the program is to go on. Else it has written the version or the usage to
 * `out`, or what is wrong to `err`, and returns the status to exit with. */
int options_parse(struct options *options, int argc, char **argv, FILE *out, FILE *err);

/* Whether the program was called by the name of a munin plugin, sflow_AGENT_GROUP; and
 * the same as options_parse() for that. */
bool options_is_munin(const char *program);
int options_munin(struct options *options, int argc, char **argv, FILE *err);

/* Frees what options_munin() has allocated. */
void options_free(struct options *options);

#endif

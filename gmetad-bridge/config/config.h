/* config.h - what gmetad-bridge.conf says.
 *
 * A configuration is read as a whole and never changes after that; SIGHUP makes a
 * new one. Whoever uses one holds it, so that the old one goes when its last user
 * has let go of it. Cluster numbers belong to names: a cluster that is in the new
 * file, too, has the number that it had.
 */
#ifndef BRIDGE_CONFIG_H
#define BRIDGE_CONFIG_H

#include <netdb.h>
#include <regex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"
#include "sflow/collector/collector.h"

#define CONFIG_LISTEN_MAX 16 /* addresses that one port listens on */

/* A cluster, and its XML port, gmond's. Names are printable ASCII without < > & " '
 * and "/", at most 64 bytes, and never gmetad's folder of sums. Other texts are
 * printable ASCII, and have to be escaped. */
struct config_cluster {
	char *name;
	char *owner, *latlong, *url; /* "unspecified" unless set */
	struct network_list *agents; /* NULL: not given */
	bool all;      /* it takes those of no other */
	long gmond_port; /* 0: none */
	unsigned number; /* of its hosts in the store, over all reloads */
};

/* Metrics whose names match get these archives; the first that fits counts. */
struct config_archives {
	regex_t metrics;
	char **archives; /* "RRA:...", NULL at the end; none: no RRD */
};

enum rrd_write {
	RRD_CHANGED, /* a value that stays is written when it has changed, or so
	              * that RRDtool does not take it for unknown */
	RRD_ALWAYS   /* every step, as gmetad does */
};

struct config_rrd {
	char *rootdir;
	unsigned step_s;       /* 15 */
	char *rrdcached;       /* "unix:/path", "/path" or "host[:port]"; NULL:
	                        * librrd */
	unsigned connections;  /* to rrdcached, or threads with librrd */
	size_t queue_bytes;    /* that may wait to be written */
	enum rrd_write write;
	unsigned delay_s;      /* that librrd's values are gathered for; 0: none */
	bool summaries;        /* __SummaryInfo__ */
	bool lower_case;       /* folders of hosts, as gmetad's
	                        * case_sensitive_hostnames 0 */
	char **archives;       /* gmetad's, unless set; NULL at the end; empty:
	                        * only metrics of the rules get an RRD */
	struct config_archives *rules;
	size_t rule_count;
};

struct config {
	char *path;            /* of the file, from the root on */
	/* sflow { } */
	uint16_t port;
	struct address bind[CONFIG_LISTEN_MAX];
	size_t bind_count;     /* 0: all */
	unsigned sockets;      /* SO_REUSEPORT, a thread each */
	int rcvbuf;            /* bytes */
	unsigned rate;         /* datagrams per second and source; 0: any */
	struct collector_config collector; /* its settings, clusters, ... */
	/* grid { } */
	char *grid, *authority;
	/* cluster "NAME" { }, in their order */
	struct config_cluster *clusters;
	size_t cluster_count;
	/* readers */
	struct address xml_bind[CONFIG_LISTEN_MAX];
	size_t xml_bind_count; /* 0: all */
	long xml_port, interactive_port; /* 0: none */
	struct network_list *trusted;    /* besides 127.0.0.1 and ::1; NULL:
	                                  * nobody (though a NULL list matches
	                                  * every address) */
	bool all_trusted;
	bool gzip;             /* as gmond's gzip_output: always */
	unsigned readers;      /* at a time */
	unsigned reader_timeout_s; /* of a reader that takes nothing */
	/* rrd { } */
	bool rrd_on;
	struct config_rrd rrd;
	/* other */
	char *state;           /* of the SQLite file; NULL: none */
	char *self_name;       /* the bridge's own host; NULL: not shown */
	unsigned self_cluster;
	char *user;            /* to become, as root; NULL: nobody else */
	bool syslog;           /* else stderr, which systemd's journal takes */
	char *on_event;        /* a program's path; NULL: none */
	char *nagios_commands; /* Nagios's command file; NULL: none */
	/* ours */
	char *vm_cluster, *own_cluster;
	struct cluster_rule *rules;
	char *numbered[CLUSTERS_MAX]; /* names of clusters by their numbers, those
	                               * of former configurations, too */
	unsigned numbered_count;
	atomic_uint references;
};

/* Reads the file. On a fault: NULL, and `fault` says "FILE:LINE: what". `before`
 * is the configuration until now, for the clusters' numbers; NULL: none. There is
 * always a cluster at least, and exactly one that takes agents of no other, unless
 * the others take all there are. */
#define CONFIG_FAULT 512
struct config *config_load(const char *path, const struct config *before,
                           char fault[CONFIG_FAULT]);

/* The same of text in memory, for tests; `path` is what faults name, and what
 * includes are relative to. */
struct config *config_parse(const char *text, const char *path,
                            const struct config *before,
                            char fault[CONFIG_FAULT]);

/* One more user; one less. NULL is fine. From any thread. */
struct config *config_hold(const struct config *config);
void config_release(const struct config *config);

/* The archives of a metric ("RRA:...", NULL at the end); NULL: it gets no RRD. Goes
 * through the rules' regular expressions: not for each value. */
char *const *config_archives(const struct config *config, const char *metric);

#endif

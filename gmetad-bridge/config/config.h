/* config.h - the configuration, as read from gmetad-bridge.conf.
 *
 * A configuration is read as a whole and never changes after that; SIGHUP makes a
 * new one. Each user of a configuration holds it, and it is freed when the last user
 * has released it. Cluster numbers belong to names: a cluster that is in the new file,
 * too, keeps its number.
 */
#ifndef BRIDGE_CONFIG_H
#define BRIDGE_CONFIG_H

#include <netdb.h>
#include <regex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sflow/address.h"
#include "sflow/collector/collector.h"

#define CONFIG_LISTEN_MAX 16 /* addresses that one port listens on */

/* A cluster. Its name is printable ASCII without < > & " ' and "/", at most 64 bytes,
 * and never the name of gmetad's folder of sums. Other texts are printable ASCII, and
 * have to be escaped in XML. */
struct config_cluster {
	char *name;
	char *owner, *latlong, *url; /* "unspecified" unless set */
	struct network_list *agents; /* networks of its agents; NULL: not given */
	bool all;        /* it takes the agents that no other cluster takes */
	long gmond_port; /* where its XML is served as gmond does; 0: none */
	unsigned number; /* its number in the store, the same over all reloads */
};

/* Metrics whose names match get these archives. The first rule that matches counts. */
struct config_archives {
	regex_t metrics;
	char **archives; /* "RRA:...", NULL at the end; empty: no RRD */
};

/* Expressions for names of metrics. */
struct config_names {
	regex_t *expressions;
	size_t count;
};

enum rrd_write {
	RRD_CHANGED, /* a value is written when it changes, and just often enough
	              * that RRDtool does not take it for unknown */
	RRD_ALWAYS   /* every step, as gmetad does */
};

struct config_rrd {
	char *rootdir;
	unsigned step_s;      /* 15 unless set */
	char *rrdcached;      /* "unix:/path", "/path" or "host[:port]"; NULL:
	                        * librrd */
	unsigned connections; /* to rrdcached, or threads with librrd */
	size_t queue_bytes;   /* bytes of updates that may wait */
	enum rrd_write write;
	unsigned delay_s;   /* with librrd, values are gathered for so long; 0:
	                        * they are not */
	unsigned keep_free; /* percent of the disk, below which no files are made; 0:
	                     * they always are */
	unsigned files;     /* of a host, at most; 0: any number */
	bool summaries;     /* also write sums, in __SummaryInfo__ */
	int umask;          /* permissions that new files and folders do not
	                     * have; -1: librrd's, and the process's */
	bool lower_case;    /* hosts' folders have lower-case names, as with
	                        * gmetad's case_sensitive_hostnames 0 */
	char **archives;    /* gmetad's unless set; NULL at the end; empty:
	                        * only metrics that match a rule get an RRD */
	struct config_archives *rules;
	size_t rule_count;
};

struct config {
	char *path; /* of the file, absolute */
	/* sflow { } */
	uint16_t port;
	struct address bind[CONFIG_LISTEN_MAX];
	size_t bind_count; /* 0: all addresses */
	unsigned sockets;  /* how many share the port, a thread each */
	int rcvbuf;        /* bytes */
	unsigned rate;     /* datagrams per second and source; 0: no limit */
	struct collector_config collector; /* its settings, clusters, ... */
	/* grid { } */
	char *grid, *authority;
	/* cluster "NAME" { }, in the order of the file */
	struct config_cluster *clusters;
	size_t cluster_count;
	/* readers */
	struct address xml_bind[CONFIG_LISTEN_MAX];
	size_t xml_bind_count;           /* 0: all addresses */
	long xml_port, interactive_port; /* 0: none */
	struct network_list *trusted;    /* besides 127.0.0.1 and ::1; NULL:
	                                  * nobody (to network_list_match() a
	                                  * NULL list has every address) */
	bool all_trusted;
	bool gzip;                 /* compress always, as gmond's gzip_output */
	unsigned readers;          /* so many at a time */
	unsigned reader_timeout_s; /* a reader that takes nothing is cut after it */
	/* sums, of the XML and of the RRDs: see config_sums() */
	struct config_names summarized, unsummarized;
	/* rrd { } */
	bool rrd_on;
	struct config_rrd rrd;
	/* other */
	char *state;     /* path of the SQLite file; NULL: none */
	char *control;   /* path of the socket for orders; NULL: none */
	char *self_name; /* name of the bridge's own host; NULL: not shown */
	unsigned self_cluster;
	char *user;            /* the user to become, as root; NULL: none */
	bool syslog;           /* false: the log goes to stderr */
	char *on_event;        /* path of a program; NULL: none */
	char *nagios_commands; /* Nagios's command file; NULL: none */
	/* for the files of config/ only */
	char *vm_cluster, *own_cluster;
	struct cluster_rule *rules;
	char *numbered[CLUSTERS_MAX]; /* names of clusters by their numbers, also
	                               * those of former configurations */
	unsigned numbered_count;
	atomic_uint references;
};

/* Reads the file. Returns the configuration, held for the caller; or NULL on a fault,
 * and then `fault` says "FILE:LINE: what". `before` is the configuration until now, for
 * the clusters' numbers; NULL: none. The configuration has at least one cluster.
 * Exactly one cluster takes the agents that no other takes, unless the others take
 * all. */
#define CONFIG_FAULT 512
struct config *config_load(const char *path, const struct config *before,
                           char fault[CONFIG_FAULT]);

/* Reads the file to test it, and looks whether what it names is there: the user, programs
 * and folders. Writes to `err` a line for each thing that would be wrong later, and for the
 * fault that would keep the bridge from starting; to `out`, without such a fault, that the
 * file is fine. Returns 0, or -1 with a fault. No other thread may run. */
int config_test(const char *path, FILE *out, FILE *err);

/* config_load() for a text in memory, for tests. Faults name the file `path`, and includes
 * are relative to it. */
struct config *config_parse(const char *text, const char *path,
                            const struct config *before, char fault[CONFIG_FAULT]);

/* Hold and release a configuration. NULL is fine. For any thread. */
struct config *config_hold(const struct config *config);
void config_release(const struct config *config);

/* Returns the archives of a metric ("RRA:...", NULL at the end); NULL: it gets no RRD.
 * Matches the rules' regular expressions, so don't call it for each value. */
char *const *config_archives(const struct config *config, const char *metric);

/* Whether the metric of this name is summed up over hosts. One of a single port, virtual
 * machine or other instance, `of_instance`, is not, unless `summarized_metrics` says so.
 * Matches regular expressions, too. */
bool config_sums(const struct config *config, const char *metric, bool of_instance);

#endif

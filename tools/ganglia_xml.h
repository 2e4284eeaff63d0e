/* ganglia_xml.h - reads the XML of gmond, gmetad and gmetad-bridge while it comes.
 *
 * The caller pushes bytes in, and a visitor is called for each host and metric. Nothing
 * is kept of them, so memory is the same for one host and for 50,000. It reads no file
 * and no socket, and has no clock.
 *
 * Source: gmond's DTD (GANGLIA_XML, GRID, CLUSTER, HOST, METRIC, EXTRA_DATA,
 * EXTRA_ELEMENT) and gmetad's (HOSTS, METRICS), which they print in front of each
 * document; and <?sflow-former was="NAME" is="NAME"?> of gmetad-bridge. Unknown elements,
 * attributes and processing instructions are skipped.
 */
#ifndef TOOLS_GANGLIA_XML_H
#define TOOLS_GANGLIA_XML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GANGLIA_FAULT 256 /* bytes of the text of a fault */

/* The value of a number that is not there, or whose text is no number. */
#define GANGLIA_UNKNOWN (-1)

/* Texts are UTF-8, and "" where the attribute is not there. They are the reader's, and
 * valid during the call. Times are in seconds. */
struct ganglia_cluster {
	const char *name;
	int64_t localtime_s; /* by the wall clock of the daemon that prints it */
};

struct ganglia_host {
	const char *cluster; /* the cluster's name */
	int64_t localtime_s; /* the cluster's */
	const char *name;
	const char *address; /* IP */
	int64_t reported_s;  /* when it was heard, by the wall clock */
	int64_t tn_s;        /* how long ago that was */
	int64_t tmax_s;      /* it should be heard at least so often */
	int64_t dmax_s;      /* after so long it is forgotten; 0: never */
	int64_t started_s;   /* GMOND_STARTED; 0: not known */
};

struct ganglia_metric {
	const char *name;
	const char *value; /* VAL */
	const char *type;  /* "string", "int8", ... "double", "timestamp" */
	const char *units;
	const char *slope; /* "zero", "both", ... */
	const char *group; /* GROUP, DESC, TITLE of EXTRA_ELEMENT */
	const char *about;
	const char *title;
	int64_t tn_s;
	int64_t tmax_s;
	int64_t dmax_s;
};

/* A metric of a summary. Grids inside the grid are part of it; there are no sums and
 * counts of them alone. */
struct ganglia_sum {
	const char *cluster; /* "": of the whole grid */
	const char *metric;
	double sum;
	int64_t hosts; /* how many hosts have it */
};

/* How many hosts are up and down. */
struct ganglia_count {
	const char *cluster; /* "": of the whole grid */
	int64_t up, down;
};

/* What became of a name that no host of the cluster has any more. */
struct ganglia_former {
	const char *cluster;
	const char *was;
	const char *is; /* what it is called now; "": it was removed */
};

/* The functions that are called for what is read; they may be NULL. They return false
 * to stop: then nothing more is read. */
struct ganglia_visitor {
	bool (*cluster)(void *context, const struct ganglia_cluster *cluster);
	/* *metrics is true; the call sets it to false where the host's metrics are not
	 * wanted. Then metric() is not called for them, and they cost little. */
	bool (*host)(void *context, const struct ganglia_host *host, bool *metrics);
	bool (*metric)(void *context, const struct ganglia_host *host,
	               const struct ganglia_metric *metric);
	bool (*host_end)(void *context, const struct ganglia_host *host);
	bool (*sum)(void *context, const struct ganglia_sum *sum);
	bool (*count)(void *context, const struct ganglia_count *count);
	bool (*former)(void *context, const struct ganglia_former *former);
	void *context;
};

enum ganglia_state {
	GANGLIA_MORE,    /* the document goes on */
	GANGLIA_END,     /* </GANGLIA_XML> has come */
	GANGLIA_STOPPED, /* a call of the visitor has returned false */
	GANGLIA_FAILED   /* it isn't Ganglia's XML; ganglia_xml_fault() says why */
};

struct ganglia_xml;

/* Makes a reader with a copy of the visitor. NULL without memory. */
struct ganglia_xml *ganglia_xml_new(const struct ganglia_visitor *visitor);
void ganglia_xml_free(struct ganglia_xml *xml);

/* Reads the next `len` bytes. `last` says that there are no more; a document that isn't
 * whole is a fault then. Entities, elements that nest deeper than any of Ganglia's, and
 * texts that are too long are faults. After any other state than GANGLIA_MORE it
 * returns that state again. */
enum ganglia_state ganglia_xml_push(struct ganglia_xml *xml, const void *bytes,
                                    size_t len, bool last);

/* Returns what is wrong, with its line; "": nothing. */
const char *ganglia_xml_fault(const struct ganglia_xml *xml);

/* Whether the host is down by Ganglia's rule: by TN and TMAX; without a TMAX, when it
 * was reported more than a minute ago. */
bool ganglia_is_down(const struct ganglia_host *host);

/* Whether the value should have come again long ago, by the same rule of TN and TMAX; never
 * without a TMAX. */
bool ganglia_is_old(const struct ganglia_metric *metric);

/* Whether the value is no longer sent. Then its TN is not its age: who has found that out
 * shows it as beyond its DMAX. */
bool ganglia_has_ceased(const struct ganglia_metric *metric);

/* Sets *number to a metric's value. Returns false for a text, for NaN and infinities,
 * and where something follows the number. */
bool ganglia_number(const struct ganglia_metric *metric, double *number);

#endif

/* ganglia_xml.h - the XML of gmond, gmetad and gmetad-bridge, read as it comes.
 *
 * Bytes are pushed in, hosts and metrics are told by calls, and nothing is kept of
 * them: memory is the same for one host and for 50,000. It reads no file and no
 * socket, and knows no clock.
 *
 * Source: gmond's DTD (GANGLIA_XML, GRID, CLUSTER, HOST, METRIC, EXTRA_DATA,
 * EXTRA_ELEMENT) and gmetad's (HOSTS, METRICS), as they print it in front of each
 * document. Unknown elements and attributes are passed over.
 */
#ifndef TOOLS_GANGLIA_XML_H
#define TOOLS_GANGLIA_XML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GANGLIA_FAULT 256   /* bytes of the text of a fault */
#define GANGLIA_DOWN_TMAX 4 /* a host is down when its TN passes so many TMAX */

/* Where a number is not there, or is none: */
#define GANGLIA_UNKNOWN (-1)

/* Texts are UTF-8, "" where the attribute is not there, and the reader's: they are
 * valid during the call. Times are in seconds. */
struct ganglia_cluster {
	const char *name;
	int64_t localtime_s; /* by the wall clock of who prints it */
};

struct ganglia_host {
	const char *cluster; /* its name */
	int64_t localtime_s; /* the cluster's */
	const char *name;
	const char *address; /* IP */
	int64_t reported_s;  /* by the wall clock */
	int64_t tn_s;        /* since it was heard */
	int64_t tmax_s;      /* in which it should be heard */
	int64_t dmax_s;      /* after which it is forgotten; 0: never */
	int64_t started_s;   /* GMOND_STARTED; 0: not known */
};

struct ganglia_metric {
	const char *name;
	const char *value;   /* VAL */
	const char *type;    /* "string", "int8", ... "double", "timestamp" */
	const char *units;
	const char *slope;   /* "zero", "both", ... */
	const char *group;   /* GROUP, DESC, TITLE of EXTRA_ELEMENT */
	const char *about;
	const char *title;
	int64_t tn_s;
	int64_t tmax_s;
	int64_t dmax_s;
};

/* A summary's metric, and how many hosts there are. Grids within the grid are part of
 * it, and not told of. */
struct ganglia_sum {
	const char *cluster; /* "": of the whole grid */
	const char *metric;
	double sum;
	int64_t hosts;       /* that have it */
};

struct ganglia_count {
	const char *cluster; /* "": of the whole grid */
	int64_t up, down;
};

/* What is told; a NULL is not. The calls return false to stop: what they wanted is
 * there, and nothing more is read. */
struct ganglia_visitor {
	bool (*cluster)(void *context, const struct ganglia_cluster *cluster);
	/* `*metrics` is true, and is set to false where they are not wanted: they
	 * are not told then, and cost little more than their bytes. */
	bool (*host)(void *context, const struct ganglia_host *host,
	             bool *metrics);
	bool (*metric)(void *context, const struct ganglia_host *host,
	               const struct ganglia_metric *metric);
	bool (*host_end)(void *context, const struct ganglia_host *host);
	bool (*sum)(void *context, const struct ganglia_sum *sum);
	bool (*count)(void *context, const struct ganglia_count *count);
	void *context;
};

enum ganglia_state {
	GANGLIA_MORE,    /* it goes on */
	GANGLIA_END,     /* </GANGLIA_XML> has come */
	GANGLIA_STOPPED, /* a call has returned false */
	GANGLIA_FAILED   /* it isn't Ganglia's XML; ganglia_xml_fault() says why */
};

struct ganglia_xml;

/* The visitor is copied. NULL without memory. */
struct ganglia_xml *ganglia_xml_new(const struct ganglia_visitor *visitor);
void ganglia_xml_free(struct ganglia_xml *xml);

/* The next `len` bytes; `last` where there are no more, and a document that isn't
 * whole is a fault then. Entities, elements that nest deeper than any of Ganglia's,
 * and texts beyond all bounds are faults. Once it has said anything but GANGLIA_MORE
 * it says the same again. */
enum ganglia_state ganglia_xml_push(struct ganglia_xml *xml, const void *bytes,
                                    size_t len, bool last);

/* What is wrong, with its line. "" where nothing is. */
const char *ganglia_xml_fault(const struct ganglia_xml *xml);

/* Whether such a host is down by Ganglia's rule: by TN and TMAX, or, where it has no
 * TMAX, when it was reported a minute ago. */
bool ganglia_is_down(const struct ganglia_host *host);

/* The number that a metric's value is. False for a text, for NaN and infinities,
 * and for anything behind the number. */
bool ganglia_number(const struct ganglia_metric *metric, double *number);

#endif

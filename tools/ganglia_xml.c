#include "tools/ganglia_xml.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <expat.h>

#define DEPTH 64            /* elements in elements, such as grids of grids */
#define ELEMENT_BYTES 32768 /* the longest element; also the longest DTD */
#define HOST_BYTES 4096     /* all texts of a cluster, or of a host */
#define METRIC_BYTES 16384  /* all texts of a metric with its EXTRA_DATA */
#define NAME_BYTES 256      /* a name in a processing instruction */
#define LOST_S 60           /* a host without TMAX is down so long after REPORTED */
#define LONG_TMAX 4         /* a host is down, or a value old, after so many TMAX */
#define SECONDS_MAX 1000000000000 /* a larger number is no time */

/* The texts of one element while it is open: expat's own are valid only during its
 * call. */
struct texts {
	char *room;
	size_t size, used;
};

struct ganglia_xml {
	XML_Parser parser;
	struct ganglia_visitor visitor;
	enum ganglia_state state;
	char fault[GANGLIA_FAULT];
	int64_t pushed, element; /* bytes: pushed so far, and up to the last element */
	unsigned depth, grids;
	bool in_cluster, in_host, in_metric;
	bool metrics; /* this host's metrics are wanted */
	struct ganglia_cluster cluster;
	struct ganglia_host host;
	struct ganglia_metric metric;
	struct texts cluster_texts, host_texts, metric_texts;
	char cluster_room[HOST_BYTES], host_room[HOST_BYTES], metric_room[METRIC_BYTES];
};

/* The end ---------------------------------------------------------------------------- */

static void
end(struct ganglia_xml *xml, enum ganglia_state state)
{
	if (xml->state != GANGLIA_MORE)
		return;
	xml->state = state;
	XML_StopParser(xml->parser, XML_FALSE);
}

static void
fail(struct ganglia_xml *xml, const char *what)
{
	if (xml->state != GANGLIA_MORE)
		return;
	snprintf(xml->fault, sizeof(xml->fault), "line %lu: %s",
	         (unsigned long)XML_GetCurrentLineNumber(xml->parser), what);
	end(xml, GANGLIA_FAILED);
}

/* Takes what a call of the visitor has returned. */
static void
go_on(struct ganglia_xml *xml, bool more)
{
	if (!more)
		end(xml, GANGLIA_STOPPED);
}

/* Attributes ------------------------------------------------------------------------- */

static const char *
attribute(const char **attributes, const char *name)
{
	for (; *attributes != NULL; attributes += 2)
		if (strcmp(attributes[0], name) == 0)
			return attributes[1];
	return "";
}

static const char *
keep(struct ganglia_xml *xml, struct texts *texts, const char *text)
{
	size_t size = strlen(text) + 1;
	char *at = texts->room + texts->used;

	if (size > texts->size - texts->used) {
		fail(xml, "the texts of an element are too long");
		return "";
	}
	texts->used += size;
	return memcpy(at, text, size);
}

static int64_t
seconds(const char **attributes, const char *name)
{
	const char *text = attribute(attributes, name);
	char *behind;
	long long number;

	errno = 0;
	number = strtoll(text, &behind, 10);
	if (behind == text || *behind != '\0' || errno != 0 || number < 0 ||
	    number > SECONDS_MAX)
		return GANGLIA_UNKNOWN;
	return number;
}

/* Reads a number as gmond prints it: no blanks, hexadecimal digits or infinities. */
static bool
parse_number(const char *text, double *number)
{
	char *behind;

	if (*text == '\0' || text[strspn(text, "0123456789+-.eE")] != '\0')
		return false;
	*number = strtod(text, &behind);
	return *behind == '\0' && isfinite(*number);
}

/* Beginnings ------------------------------------------------------------------------- */

static void
begin_cluster(struct ganglia_xml *xml, const char **attributes)
{
	if (xml->in_cluster || xml->in_host) {
		fail(xml, "a CLUSTER in a CLUSTER or HOST");
		return;
	}
	xml->in_cluster = true;
	xml->cluster_texts.used = 0;
	xml->cluster = (struct ganglia_cluster){
	    .name = keep(xml, &xml->cluster_texts, attribute(attributes, "NAME")),
	    .localtime_s = seconds(attributes, "LOCALTIME")};
	if (xml->state == GANGLIA_MORE && xml->visitor.cluster != NULL)
		go_on(xml, xml->visitor.cluster(xml->visitor.context, &xml->cluster));
}

static void
begin_host(struct ganglia_xml *xml, const char **attributes)
{
	struct texts *texts = &xml->host_texts;

	if (xml->in_host) {
		fail(xml, "a HOST in a HOST");
		return;
	}
	xml->in_host = true;
	texts->used = 0;
	xml->host = (struct ganglia_host){
	    .cluster = xml->in_cluster ? xml->cluster.name : "",
	    .localtime_s = xml->in_cluster ? xml->cluster.localtime_s : GANGLIA_UNKNOWN,
	    .name = keep(xml, texts, attribute(attributes, "NAME")),
	    .address = keep(xml, texts, attribute(attributes, "IP")),
	    .reported_s = seconds(attributes, "REPORTED"),
	    .tn_s = seconds(attributes, "TN"),
	    .tmax_s = seconds(attributes, "TMAX"),
	    .dmax_s = seconds(attributes, "DMAX"),
	    .started_s = seconds(attributes, "GMOND_STARTED")};
	xml->metrics = xml->visitor.metric != NULL;
	if (xml->state == GANGLIA_MORE && xml->visitor.host != NULL)
		go_on(xml, xml->visitor.host(xml->visitor.context, &xml->host,
		                             &xml->metrics));
}

static void
begin_metric(struct ganglia_xml *xml, const char **attributes)
{
	struct texts *texts = &xml->metric_texts;

	if (xml->in_metric) {
		fail(xml, "a METRIC in a METRIC");
		return;
	}
	xml->in_metric = xml->in_host;
	if (!xml->metrics || !xml->in_host)
		return;
	texts->used = 0;
	xml->metric = (struct ganglia_metric){
	    .name = keep(xml, texts, attribute(attributes, "NAME")),
	    .value = keep(xml, texts, attribute(attributes, "VAL")),
	    .type = keep(xml, texts, attribute(attributes, "TYPE")),
	    .units = keep(xml, texts, attribute(attributes, "UNITS")),
	    .slope = keep(xml, texts, attribute(attributes, "SLOPE")),
	    .group = "",
	    .about = "",
	    .title = "",
	    .tn_s = seconds(attributes, "TN"),
	    .tmax_s = seconds(attributes, "TMAX"),
	    .dmax_s = seconds(attributes, "DMAX")};
}

/* A metric that is in several groups gets the first one. */
static void
begin_extra(struct ganglia_xml *xml, const char **attributes)
{
	const char *name = attribute(attributes, "NAME"), **into = NULL;

	if (!xml->in_metric || !xml->metrics)
		return;
	if (strcmp(name, "GROUP") == 0)
		into = &xml->metric.group;
	else if (strcmp(name, "DESC") == 0)
		into = &xml->metric.about;
	else if (strcmp(name, "TITLE") == 0)
		into = &xml->metric.title;
	if (into != NULL && **into == '\0')
		*into = keep(xml, &xml->metric_texts, attribute(attributes, "VAL"));
}

/* A count or sum is that of the cluster in which it stands, or of the outermost grid. */
static void
begin_count(struct ganglia_xml *xml, const char **attributes)
{
	const struct ganglia_count count = {
	    .cluster = xml->in_cluster ? xml->cluster.name : "",
	    .up = seconds(attributes, "UP"),
	    .down = seconds(attributes, "DOWN")};

	if (xml->visitor.count == NULL || (!xml->in_cluster && xml->grids > 1))
		return;
	if (count.up < 0 || count.down < 0)
		fail(xml, "HOSTS without numbers");
	else
		go_on(xml, xml->visitor.count(xml->visitor.context, &count));
}

static void
begin_sum(struct ganglia_xml *xml, const char **attributes)
{
	struct ganglia_sum sum = {.cluster = xml->in_cluster ? xml->cluster.name : "",
	                          .metric = attribute(attributes, "NAME"),
	                          .hosts = seconds(attributes, "NUM")};

	if (xml->visitor.sum == NULL || (!xml->in_cluster && xml->grids > 1) ||
	    !parse_number(attribute(attributes, "SUM"), &sum.sum))
		return;
	go_on(xml, xml->visitor.sum(xml->visitor.context, &sum));
}

static void
begin(void *context, const char *name, const char **attributes)
{
	struct ganglia_xml *xml = context;

	if (xml->state != GANGLIA_MORE)
		return; /* expat finishes an element when it is stopped */
	xml->element = XML_GetCurrentByteIndex(xml->parser);
	if (xml->depth++ == 0 && strcmp(name, "GANGLIA_XML") != 0)
		fail(xml, "it isn't Ganglia's");
	else if (xml->depth > DEPTH)
		fail(xml, "elements nest too deep");
	else if (strcmp(name, "METRIC") == 0)
		begin_metric(xml, attributes);
	else if (strcmp(name, "EXTRA_ELEMENT") == 0)
		begin_extra(xml, attributes);
	else if (strcmp(name, "HOST") == 0)
		begin_host(xml, attributes);
	else if (strcmp(name, "CLUSTER") == 0)
		begin_cluster(xml, attributes);
	else if (strcmp(name, "GRID") == 0)
		xml->grids++;
	else if (strcmp(name, "HOSTS") == 0)
		begin_count(xml, attributes);
	else if (strcmp(name, "METRICS") == 0)
		begin_sum(xml, attributes);
}

/* Ends ------------------------------------------------------------------------------- */

static void
end_metric(struct ganglia_xml *xml)
{
	if (xml->in_metric && xml->metrics)
		go_on(xml, xml->visitor.metric(xml->visitor.context, &xml->host,
		                               &xml->metric));
	xml->in_metric = false;
}

static void
end_host(struct ganglia_xml *xml)
{
	xml->in_host = false;
	if (xml->visitor.host_end != NULL)
		go_on(xml, xml->visitor.host_end(xml->visitor.context, &xml->host));
}

static void
end_element(void *context, const char *name)
{
	struct ganglia_xml *xml = context;

	if (xml->state != GANGLIA_MORE)
		return;
	xml->element = XML_GetCurrentByteIndex(xml->parser);
	if (--xml->depth == 0)
		end(xml, GANGLIA_END);
	else if (strcmp(name, "METRIC") == 0)
		end_metric(xml);
	else if (strcmp(name, "HOST") == 0)
		end_host(xml);
	else if (strcmp(name, "CLUSTER") == 0)
		xml->in_cluster = false;
	else if (strcmp(name, "GRID") == 0)
		xml->grids--;
}

/* Former names ---------------------------------------------------------------------- */

/* Copies what stands between `before` and the next quote, and moves *at behind it. Returns
 * false where it isn't there, or too long. */
static bool
quoted(const char **at, const char *before, char text[NAME_BYTES])
{
	size_t len = strlen(before);

	if (strncmp(*at, before, len) != 0)
		return false;
	*at += len;
	len = strcspn(*at, "\"");
	if ((*at)[len] == '\0' || len >= NAME_BYTES)
		return false;
	memcpy(text, *at, len);
	text[len] = '\0';
	*at += len + 1;
	return true;
}

static void
instruction(void *context, const char *target, const char *data)
{
	struct ganglia_xml *xml = context;
	char was[NAME_BYTES], is[NAME_BYTES];
	const struct ganglia_former former = {
	    .cluster = xml->cluster.name, .was = was, .is = is};

	if (xml->state != GANGLIA_MORE)
		return;
	xml->element = XML_GetCurrentByteIndex(xml->parser);
	if (xml->in_cluster && !xml->in_host && xml->visitor.former != NULL &&
	    strcmp(target, "sflow-former") == 0 && quoted(&data, "was=\"", was) &&
	    was[0] != '\0' && quoted(&data, " is=\"", is))
		go_on(xml, xml->visitor.former(xml->visitor.context, &former));
}

/* Entities are refused: Ganglia has none, and XML bombs are made of them. */

static void
refuse_declared(void *context, const XML_Char *name, int parameter,
                const XML_Char *value, int len, const XML_Char *base,
                const XML_Char *system, const XML_Char *public,
                const XML_Char *notation)
{
	(void)name, (void)parameter, (void)value, (void)len, (void)base;
	(void)system, (void)public, (void)notation;
	fail(context, "it declares an entity");
}

static void
refuse_skipped(void *context, const XML_Char *name, int parameter)
{
	(void)name, (void)parameter;
	fail(context, "it has an unknown entity");
}

/* Start, end and bytes ------------------------------------------------------------- */

struct ganglia_xml *
ganglia_xml_new(const struct ganglia_visitor *visitor)
{
	struct ganglia_xml *xml = calloc(1, sizeof(*xml));

	if (xml == NULL)
		return NULL;
	xml->parser = XML_ParserCreate(NULL);
	if (xml->parser == NULL) {
		free(xml);
		return NULL;
	}
	xml->visitor = *visitor;
	xml->cluster_texts = (struct texts){.room = xml->cluster_room,
	                                    .size = sizeof(xml->cluster_room)};
	xml->host_texts =
	    (struct texts){.room = xml->host_room, .size = sizeof(xml->host_room)};
	xml->metric_texts =
	    (struct texts){.room = xml->metric_room, .size = sizeof(xml->metric_room)};
	XML_SetUserData(xml->parser, xml);
	XML_SetElementHandler(xml->parser, begin, end_element);
	XML_SetProcessingInstructionHandler(xml->parser, instruction);
	XML_SetEntityDeclHandler(xml->parser, refuse_declared);
	XML_SetSkippedEntityHandler(xml->parser, refuse_skipped);
	return xml;
}

void
ganglia_xml_free(struct ganglia_xml *xml)
{
	if (xml == NULL)
		return;
	XML_ParserFree(xml->parser);
	free(xml);
}

/* The parser keeps the bytes of an element until it is whole. So it gets no more than
 * ELEMENT_BYTES of an element, whatever the caller pushes. */
enum ganglia_state
ganglia_xml_push(struct ganglia_xml *xml, const void *bytes, size_t len, bool last)
{
	const char *at = bytes;
	size_t part;

	do {
		part = len < ELEMENT_BYTES ? len : ELEMENT_BYTES;
		if (xml->state != GANGLIA_MORE)
			break;
		xml->pushed += (int64_t)part;
		if (XML_Parse(xml->parser, at, (int)part, last && part == len) ==
		    XML_STATUS_ERROR)
			fail(xml, XML_ErrorString(XML_GetErrorCode(xml->parser)));
		else if (xml->pushed - xml->element > 2 * ELEMENT_BYTES)
			fail(xml, "an element is too long");
		at += part;
		len -= part;
	} while (len > 0);
	return xml->state;
}

const char *
ganglia_xml_fault(const struct ganglia_xml *xml)
{
	return xml->fault;
}

/* Hosts and values ----------------------------------------------------------------- */

bool
ganglia_is_down(const struct ganglia_host *host)
{
	if (host->tmax_s > 0 && host->tn_s != GANGLIA_UNKNOWN)
		return host->tn_s > LONG_TMAX * host->tmax_s;
	return host->localtime_s - host->reported_s > LOST_S;
}

bool
ganglia_is_old(const struct ganglia_metric *metric)
{
	return metric->tmax_s > 0 && metric->tn_s > LONG_TMAX * metric->tmax_s;
}

bool
ganglia_has_ceased(const struct ganglia_metric *metric)
{
	return metric->dmax_s > 0 && metric->tn_s >= metric->dmax_s &&
	       (metric->tmax_s <= 0 || ganglia_is_old(metric));
}

bool
ganglia_number(const struct ganglia_metric *metric, double *number)
{
	return strcmp(metric->type, "string") != 0 &&
	       parse_number(metric->value, number);
}

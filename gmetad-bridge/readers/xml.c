#define _GNU_SOURCE /* mempcpy() */

#include "gmetad-bridge/readers/xml.h"

#include <string.h>

#include "common/utf8.h"
#include "sflow/format.h"

/* A host's TMAX is at least gmond's. Readers add their own waiting time to the TN that
 * they have read, so four TMAX have to be far more than that. */
#define HOST_TMAX_S 20
#define READERS_WAIT_S 35 /* one that reads every 30 s */

/* Room for one element without texts of unlimited length: attribute names, numbers, and
 * three texts of a metric. */
#define ELEMENT_ROOM (1024 + FORMAT_TEXT + 3 * STORE_NAME)

/* Copies a literal to `at`; returns where it ends. The compiler makes this a few
 * stores. */
#define PUT(at, literal) \
	((char *)memcpy(at, literal, sizeof(literal) - 1) + sizeof(literal) - 1)
#define ADD(buffer, literal) buffer_add(buffer, literal, sizeof(literal) - 1)

static const char declarations[] =
    "<?xml version=\"1.0\" encoding=\"ISO-8859-1\" standalone=\"yes\"?>\n"
    "<!DOCTYPE GANGLIA_XML [\n"
    "<!ELEMENT GANGLIA_XML (GRID | CLUSTER | HOST)*>\n"
    "<!ATTLIST GANGLIA_XML VERSION CDATA #REQUIRED SOURCE CDATA #REQUIRED>\n"
    "<!ELEMENT GRID (CLUSTER | GRID | HOSTS | METRICS)*>\n"
    "<!ATTLIST GRID NAME CDATA #REQUIRED AUTHORITY CDATA #REQUIRED\n"
    "  LOCALTIME CDATA #IMPLIED>\n"
    "<!ELEMENT CLUSTER (HOST | HOSTS | METRICS)*>\n"
    "<!ATTLIST CLUSTER NAME CDATA #REQUIRED LOCALTIME CDATA #REQUIRED\n"
    "  OWNER CDATA #IMPLIED LATLONG CDATA #IMPLIED URL CDATA #IMPLIED>\n"
    "<!ELEMENT HOST (METRIC)*>\n"
    "<!ATTLIST HOST NAME CDATA #REQUIRED IP CDATA #REQUIRED\n"
    "  REPORTED CDATA #REQUIRED TN CDATA #IMPLIED TMAX CDATA #IMPLIED\n"
    "  DMAX CDATA #IMPLIED LOCATION CDATA #IMPLIED TAGS CDATA #IMPLIED\n"
    "  GMOND_STARTED CDATA #IMPLIED>\n"
    "<!ELEMENT METRIC (EXTRA_DATA*)>\n"
    "<!ATTLIST METRIC NAME CDATA #REQUIRED VAL CDATA #REQUIRED\n"
    "  TYPE (string | int8 | uint8 | int16 | uint16 | int32 | uint32 |\n"
    "    float | double | timestamp) #REQUIRED\n"
    "  UNITS CDATA #IMPLIED TN CDATA #IMPLIED TMAX CDATA #IMPLIED\n"
    "  DMAX CDATA #IMPLIED\n"
    "  SLOPE (zero | positive | negative | both | unspecified) #IMPLIED\n"
    "  SOURCE (gmond) 'gmond'>\n"
    "<!ELEMENT EXTRA_DATA (EXTRA_ELEMENT*)>\n"
    "<!ELEMENT EXTRA_ELEMENT EMPTY>\n"
    "<!ATTLIST EXTRA_ELEMENT NAME CDATA #REQUIRED VAL CDATA #REQUIRED>\n"
    "<!ELEMENT HOSTS EMPTY>\n"
    "<!ATTLIST HOSTS UP CDATA #REQUIRED DOWN CDATA #REQUIRED\n"
    "  SOURCE (gmond | gmetad) #REQUIRED>\n"
    "<!ELEMENT METRICS (EXTRA_DATA*)>\n"
    "<!ATTLIST METRICS NAME CDATA #REQUIRED SUM CDATA #REQUIRED\n"
    "  NUM CDATA #REQUIRED\n"
    "  TYPE (string | int8 | uint8 | int16 | uint16 | int32 | uint32 |\n"
    "    float | double | timestamp) #REQUIRED\n"
    "  UNITS CDATA #IMPLIED\n"
    "  SLOPE (zero | positive | negative | both | unspecified) #IMPLIED\n"
    "  SOURCE (gmond) 'gmond'>\n"
    "]>\n";

/* Around the elements ------------------------------------------------------------ */

static void
add_character(struct buffer *b, uint32_t c)
{
	char text[2 + FORMAT_UNSIGNED + 1], *at;
	char byte = (char)c;

	if (c < ' ') {
		buffer_add(b, "_", 1);
	} else if (c > '~' || strchr("<>&\"'", (int)c) != NULL) {
		at = format_unsigned(PUT(text, "&#"), c);
		*at++ = ';';
		buffer_add(b, text, (size_t)(at - text));
	} else {
		buffer_add(b, &byte, 1);
	}
}

void
xml_escape(struct buffer *b, const char *text)
{
	uint32_t c;

	while ((c = utf8_next(&text)) != 0)
		add_character(b, c);
}

static void
add_unsigned(struct buffer *b, uint64_t number)
{
	char digits[FORMAT_UNSIGNED];

	buffer_add(b, digits, (size_t)(format_unsigned(digits, number) - digits));
}

void
xml_begin(struct buffer *b, enum xml_source source)
{
	ADD(b, declarations);
	ADD(b, "<GANGLIA_XML VERSION=\"" XML_VERSION "\" SOURCE=\"");
	buffer_text(b, source == XML_GMOND ? "gmond" : "gmetad");
	ADD(b, "\">\n");
}

void
xml_end(struct buffer *b)
{
	ADD(b, "</GANGLIA_XML>\n");
}

void
xml_grid(struct buffer *b, const struct config *config, int64_t wall_s)
{
	ADD(b, "<GRID NAME=\"");
	xml_escape(b, config->grid);
	ADD(b, "\" AUTHORITY=\"");
	xml_escape(b, config->authority);
	ADD(b, "\" LOCALTIME=\"");
	add_unsigned(b, (uint64_t)wall_s);
	ADD(b, "\">\n");
}

void
xml_grid_end(struct buffer *b)
{
	ADD(b, "</GRID>\n");
}

void
xml_cluster(struct buffer *b, const struct config_cluster *cluster, int64_t wall_s)
{
	ADD(b, "<CLUSTER NAME=\"");
	xml_escape(b, cluster->name);
	ADD(b, "\" LOCALTIME=\"");
	add_unsigned(b, (uint64_t)wall_s);
	ADD(b, "\" OWNER=\"");
	xml_escape(b, cluster->owner);
	ADD(b, "\" LATLONG=\"");
	xml_escape(b, cluster->latlong);
	ADD(b, "\" URL=\"");
	xml_escape(b, cluster->url);
	ADD(b, "\">\n");
}

void
xml_cluster_end(struct buffer *b)
{
	ADD(b, "</CLUSTER>\n");
}

/* Hosts ---------------------------------------------------------------------------- */

static unsigned
host_tmax(const struct store_state *host)
{
	int64_t tmax = (host->down_after_ms + 3999) / 4000;

	return tmax < HOST_TMAX_S ? HOST_TMAX_S : (unsigned)tmax;
}

/* Returns the seconds since then; 0 for a time that is still to come. */
static uint64_t
seconds_since(int64_t then_ms, int64_t now)
{
	return now > then_ms ? (uint64_t)(now - then_ms) / 1000 : 0;
}

/* Returns the TN to show after a silence of `tn` seconds, so that every reader judges as
 * the bridge does. To Ganglia a TN beyond four TMAX means down, or stale. */
static uint64_t
shown_tn(uint64_t tn, unsigned tmax, bool alive)
{
	uint64_t border = 4 * (uint64_t)tmax;

	if (!alive)
		return tn > border ? tn : border + 1;
	return tn < border - READERS_WAIT_S ? tn : border - READERS_WAIT_S;
}

static char *
put_ip(char *at, const struct store_state *host)
{
	char address[ADDRESS_TEXT];

	if (host->address.type == ADDRESS_UNKNOWN)
		return stpcpy(at, host->key);
	return stpcpy(at, address_text(&host->address, address));
}

static char *
put_times(char *at, const struct store_state *host, unsigned dmax_s, int64_t now,
          int64_t wall_ms)
{
	int64_t reported_ms = wall_ms - now + host->heard_ms;
	unsigned tmax = host_tmax(host);

	at = PUT(at, "\" REPORTED=\"");
	at = format_unsigned(at, reported_ms > 0 ? (uint64_t)reported_ms / 1000 : 0);
	at = PUT(at, "\" TN=\"");
	at = format_unsigned(
	    at, shown_tn(seconds_since(host->heard_ms, now), tmax, host->up));
	at = PUT(at, "\" TMAX=\"");
	at = format_unsigned(at, tmax);
	at = PUT(at, "\" DMAX=\"");
	at = format_unsigned(at, dmax_s);
	at = PUT(at, "\" LOCATION=\"unspecified\" GMOND_STARTED=\"");
	return format_unsigned(at, host->started_s);
}

void
xml_host(struct buffer *b, enum xml_source source, const struct store_state *host,
         unsigned dmax_s, int64_t now, int64_t wall_ms)
{
	char *at;

	if (!buffer_room(b, ELEMENT_ROOM))
		return;
	at = b->bytes + b->len;
	at = PUT(at, "<HOST NAME=\"");
	at = stpcpy(at, host->name);
	at = PUT(at, "\" IP=\"");
	at = put_ip(at, host);
	if (source == XML_GMOND)
		at = PUT(at, "\" TAGS=\"");
	at = put_times(at, host, dmax_s, now, wall_ms);
	if (source == XML_GMETAD)
		at = PUT(at, "\" TAGS=\"");
	at = PUT(at, "\">\n");
	b->len = (size_t)(at - b->bytes);
}

void
xml_host_end(struct buffer *b)
{
	ADD(b, "</HOST>\n");
}

/* Metrics ------------------------------------------------------------------------- */

/* Prints a metric's extra data in the order in which gmond prints the module's. */
static char *
put_extra(char *at, const char *title, size_t title_len, const char *about,
          size_t about_len, const char *group, size_t group_len)
{
	at = PUT(at, "<EXTRA_DATA>\n<EXTRA_ELEMENT NAME=\"TITLE\" VAL=\"");
	at = mempcpy(at, title, title_len);
	at = PUT(at, "\"/>\n<EXTRA_ELEMENT NAME=\"DESC\" VAL=\"");
	at = mempcpy(at, about, about_len);
	at = PUT(at, "\"/>\n<EXTRA_ELEMENT NAME=\"GROUP\" VAL=\"");
	at = mempcpy(at, group, group_len);
	return PUT(at, "\"/>\n</EXTRA_DATA>\n");
}

/* To gmetad a value that has passed its DMAX is none, in RRDs and in sums, so the TN of
 * one that is stale passes that, too. */
static uint64_t
value_tn(const struct store_value *value, int64_t now)
{
	uint64_t tn = seconds_since(value->heard_ms, now);

	if (value->stale && tn <= value->dmax_s)
		tn = value->dmax_s + 1;
	if (!value->stale && !value->host_up)
		return tn; /* nobody takes anything of it */
	return shown_tn(tn, value->tmax_s, !value->stale);
}

static char *
put_slope(char *at, enum metric_slope slope)
{
	at = PUT(at, "\" SLOPE=\"");
	return slope == ZERO ? PUT(at, "zero") : PUT(at, "both");
}

static char *
put_value(char *at, const struct store_value *value)
{
	if (value->metric->type == STRING)
		return stpcpy(at, value->text);
	return at + format_number(value->metric, value->number, at);
}

void
xml_metric(struct buffer *b, enum xml_source source, const struct store_value *value,
           int64_t now)
{
	const struct metric *metric = value->metric;
	size_t units_len = strlen(metric->units);
	size_t about_len = strlen(metric->title), title_len, group_len;
	char title[STORE_NAME], group[STORE_NAME], *at;

	if (!buffer_room(b, ELEMENT_ROOM + units_len + about_len))
		return;
	title_len = store_value_title(value, title);
	group_len = store_value_group(value, group);
	at = b->bytes + b->len;
	at = PUT(at, "<METRIC NAME=\"");
	at += store_value_name(value, at);
	at = PUT(at, "\" VAL=\"");
	at = put_value(at, value);
	at = PUT(at, "\" TYPE=\"");
	at = stpcpy(at, metric_type_name(metric->type));
	at = PUT(at, "\" UNITS=\"");
	at = mempcpy(at, metric->units, units_len);
	at = PUT(at, "\" TN=\"");
	at = format_unsigned(at, value_tn(value, now));
	at = PUT(at, "\" TMAX=\"");
	at = format_unsigned(at, value->tmax_s);
	at = PUT(at, "\" DMAX=\"");
	at = format_unsigned(at, value->dmax_s);
	at = put_slope(at, metric->slope);
	if (source == XML_GMETAD)
		at = PUT(at, "\" SOURCE=\"gmond");
	at = PUT(at, "\">\n");
	at =
	    put_extra(at, title, title_len, metric->title, about_len, group, group_len);
	at = PUT(at, "</METRIC>\n");
	b->len = (size_t)(at - b->bytes);
}

/* Summaries ------------------------------------------------------------------------- */

void
xml_hosts(struct buffer *b, unsigned up, unsigned down)
{
	ADD(b, "<HOSTS UP=\"");
	add_unsigned(b, up);
	ADD(b, "\" DOWN=\"");
	add_unsigned(b, down);
	ADD(b, "\" SOURCE=\"gmetad\"/>\n");
}

/* As in gmetad's XML every sum is a double, whatever its metric is. */
void
xml_sum(struct buffer *b, const struct summary_metric *sum)
{
	const struct metric *metric = sum->metric;
	size_t units_len = strlen(metric->units);
	size_t about_len = strlen(metric->title);
	char *at;

	if (!buffer_room(b, ELEMENT_ROOM + units_len + about_len))
		return;
	at = b->bytes + b->len;
	at = PUT(at, "<METRICS NAME=\"");
	at = stpcpy(at, sum->name);
	at = PUT(at, "\" SUM=\"");
	at += summary_text(sum, at);
	at = PUT(at, "\" NUM=\"");
	at = format_unsigned(at, sum->hosts);
	at = PUT(at, "\" TYPE=\"double\" UNITS=\"");
	at = mempcpy(at, metric->units, units_len);
	at = put_slope(at, metric->slope);
	at = PUT(at, "\" SOURCE=\"gmond\">\n");
	at = put_extra(at, sum->title, strlen(sum->title), metric->title, about_len,
	               sum->group, strlen(sum->group));
	at = PUT(at, "</METRICS>\n");
	b->len = (size_t)(at - b->bytes);
}

void
xml_former(struct buffer *b, const struct store_former *former)
{
	buffer_text(b, "<?sflow-former was=\"");
	buffer_text(b, former->was);
	buffer_text(b, "\" is=\"");
	buffer_text(b, former->is);
	buffer_text(b, "\"?>\n");
}

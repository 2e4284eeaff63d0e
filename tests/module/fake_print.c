/* What gmond's readers get: its hosts as XML, as gmond 3.7.2 prints them. */
#include <strings.h>

#include "tests/module/fake_gmond.h"

#define ELEMENT 1024 /* gmond cuts off what is longer */

/* A value as APR's printf has it, which is gmond's. */
static void
value_text(const Ganglia_value_msg *value, char text[ELEMENT])
{
	const char *format = value->Ganglia_value_msg_u.gstr.fmt;

	switch (value->id) {
	case gmetric_string:
		apr_snprintf(text, ELEMENT, "%s", value->Ganglia_value_msg_u.gstr.str);
		break;
	case gmetric_ushort:
		apr_snprintf(text, ELEMENT, format,
		             value->Ganglia_value_msg_u.gu_short.us);
		break;
	case gmetric_uint:
		apr_snprintf(text, ELEMENT, format,
		             value->Ganglia_value_msg_u.gu_int.ui);
		break;
	case gmetric_float:
		apr_snprintf(text, ELEMENT, format, value->Ganglia_value_msg_u.gf.f);
		break;
	case gmetric_double:
		apr_snprintf(text, ELEMENT, format, value->Ganglia_value_msg_u.gd.d);
		break;
	default:
		apr_snprintf(text, ELEMENT, "unknown");
		break;
	}
}

static const char *
slope_text(u_int slope)
{
	return slope == GANGLIA_SLOPE_ZERO   ? "zero"
	       : slope == GANGLIA_SLOPE_BOTH ? "both"
	                                     : "unspecified";
}

static int
seconds_since(apr_time_t then)
{
	return (int)((apr_time_now() - then) / APR_USEC_PER_SEC);
}

static void
print_metric(FILE *to, const struct gmond_metric *metadata,
             const struct gmond_metric *value)
{
	const Ganglia_metadatadef *d =
	    &metadata->message.metadata.Ganglia_metadata_msg_u.gfull;
	char text[ELEMENT], element[ELEMENT];
	u_int i;

	value_text(&value->message.value, text);
	apr_snprintf(element, ELEMENT,
	             "<METRIC NAME=\"%s\" VAL=\"%s\" TYPE=\"%s\" UNITS=\"%s\" "
	             "TN=\"%d\" TMAX=\"%d\" DMAX=\"%d\" SLOPE=\"%s\">\n",
	             metadata->name, text, d->metric.type, d->metric.units,
	             seconds_since(value->last_heard), (int)d->metric.tmax,
	             (int)d->metric.dmax, slope_text(d->metric.slope));
	fprintf(to, "%s<EXTRA_DATA>\n", element);
	for (i = d->metric.metadata.metadata_len; i-- > 0;)
		fprintf(to, "<EXTRA_ELEMENT NAME=\"%s\" VAL=\"%s\"/>\n",
		        d->metric.metadata.metadata_val[i].name,
		        d->metric.metadata.metadata_val[i].data);
	fprintf(to, "</EXTRA_DATA>\n</METRIC>\n");
}

/* gmond shows what has both metadata and a value, but for what the host itself has. */
static bool
is_shown(const struct gmond_metric *metadata, const struct gmond_metric *value)
{
	return value != NULL && strcasecmp(metadata->name, "heartbeat") != 0 &&
	       strcasecmp(metadata->name, "location") != 0;
}

static void
print_host(FILE *to, const struct gmond_host *host)
{
	struct gmond_metric *value;
	apr_hash_index_t *i;
	void *found;

	fprintf(to,
	        "<HOST NAME=\"%s\" IP=\"%s\" TAGS=\"\" REPORTED=\"%d\" TN=\"%d\" "
	        "TMAX=\"%d\" DMAX=\"%u\" LOCATION=\"unspecified\" "
	        "GMOND_STARTED=\"%u\">\n",
	        host->name, host->ip, (int)(host->last_heard / APR_USEC_PER_SEC),
	        seconds_since(host->last_heard), host_tmax, host_dmax, host->started);
	for (i = apr_hash_first(NULL, host->metadata); i != NULL;
	     i = apr_hash_next(i)) {
		apr_hash_this(i, NULL, NULL, &found);
		value = apr_hash_get(host->values, ((struct gmond_metric *)found)->name,
		                     APR_HASH_KEY_STRING);
		if (is_shown(found, value))
			print_metric(to, found, value);
	}
	fprintf(to, "</HOST>\n");
}

void
fake_print(FILE *to)
{
	apr_hash_index_t *i;
	void *host;

	fprintf(to, "<GANGLIA_XML VERSION=\"3.7.2\" SOURCE=\"gmond\">\n"
	            "<CLUSTER NAME=\"unspecified\">\n");
	fake_dump_begins();
	for (i = apr_hash_first(NULL, hosts); i != NULL; i = apr_hash_next(i)) {
		apr_hash_this(i, NULL, NULL, &host);
		print_host(to, host);
	}
	fake_dump_ends();
	fprintf(to, "</CLUSTER>\n</GANGLIA_XML>\n");
}

#include "gmond-module/message.h"

#include <stdio.h>
#include <string.h>

#include "sflow/format.h"

/* The pointers in Ganglia's messages are not const, but nothing writes through them. */
#pragma GCC diagnostic ignored "-Wcast-qual"

static const Ganglia_msg_formats formats[] = {[STRING] = gmetric_string,
                                              [UINT16] = gmetric_ushort,
                                              [UINT32] = gmetric_uint,
                                              [FLOAT] = gmetric_float,
                                              [DOUBLE] = gmetric_double};

char *
message_host(const struct store_info *info, char host[MESSAGE_HOST])
{
	snprintf(host, MESSAGE_HOST, "%s:%s", info->key, info->name);
	return host;
}

/* All value messages begin with the same two fields; gmond relies on that, too. */
static void
begin_value(Ganglia_value_msg *m, Ganglia_msg_formats format, char *host, char *name,
            const char *printf_format)
{
	Ganglia_gmetric_string *common = &m->Ganglia_value_msg_u.gstr;

	m->id = format;
	common->metric_id.host = host;
	common->metric_id.name = name;
	common->metric_id.spoof = TRUE;
	common->fmt = (char *)printf_format;
}

void
message_value(struct message *message, char *host, struct store_reading *r)
{
	Ganglia_value_msg *m = &message->value;

	begin_value(m, formats[r->metric.type], host, r->name,
	            r->metric.type == STRING ? r->metric.format
	                                     : format_printf(&r->metric, r->number));
	switch (r->metric.type) {
	case STRING:
		m->Ganglia_value_msg_u.gstr.str = r->text;
		break;
	case UINT16:
		m->Ganglia_value_msg_u.gu_short.us = (u_short)r->number;
		break;
	case UINT32:
		m->Ganglia_value_msg_u.gu_int.ui = (u_int)r->number;
		break;
	case FLOAT:
		m->Ganglia_value_msg_u.gf.f = (float)r->number;
		break;
	case DOUBLE:
		m->Ganglia_value_msg_u.gd.d = r->number;
		break;
	}
}

static Ganglia_extra_data
extra(const char *name, const char *data)
{
	return (Ganglia_extra_data){.name = (char *)name, .data = (char *)data};
}

void
message_metadata(struct message *message, char *host, struct store_reading *r)
{
	Ganglia_metadatadef *d = &message->metadata.Ganglia_metadata_msg_u.gfull;

	message->metadata.id = gmetadata_full;
	d->metric_id.host = host;
	d->metric_id.name = r->name;
	d->metric_id.spoof = TRUE;
	d->metric.type = (char *)metric_type_name(r->metric.type);
	d->metric.name = r->name;
	d->metric.units = (char *)r->metric.units;
	d->metric.slope =
	    r->metric.slope == ZERO ? GANGLIA_SLOPE_ZERO : GANGLIA_SLOPE_BOTH;
	d->metric.tmax = r->tmax_s;
	d->metric.dmax = r->dmax_s;
	message->extra[0] = extra("GROUP", r->group);
	message->extra[1] = extra("DESC", r->metric.title);
	message->extra[2] = extra("TITLE", r->title);
	d->metric.metadata.metadata_len = 3;
	d->metric.metadata.metadata_val = message->extra;
}

void
message_heartbeat(struct message *message, char *host, uint32_t started_s)
{
	static char name[] = "heartbeat";

	begin_value(&message->value, gmetric_uint, host, name, "%u");
	message->value.Ganglia_value_msg_u.gu_int.ui = started_s;
}

#include "gmetad-bridge/readers/status.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/nagios.h"
#include "common/utf8.h"
#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/readers/xml.h"
#include "sflow/format.h"

#define HEADER \
	"HTTP/1.0 200 OK\r\n" \
	"Server: gmetad/" XML_VERSION "\r\n" \
	"Access-Control-Allow-Origin: *\r\n" \
	"Content-Type: application/json\r\n" \
	"Connection: close\r\n" \
	"\r\n"

static const struct collector_stats *collector;
static int64_t started_ms;

void
status_begin(const struct collector_stats *stats, int64_t now)
{
	collector = stats;
	started_ms = now;
}

/* A key; members of one object are told apart by commas. */
static void
add_key(struct buffer *b, const char *key)
{
	if (b->len > 0 && strchr("{(", b->bytes[b->len - 1]) == NULL)
		buffer_add(b, ",", 1);
	buffer_add(b, "\"", 1);
	buffer_text(b, key);
	buffer_add(b, "\":", 2);
}

static void
add_number(struct buffer *b, const char *key, uint64_t number)
{
	char digits[FORMAT_UNSIGNED];

	add_key(b, key);
	buffer_add(b, digits, (size_t)(format_unsigned(digits, number) - digits));
}

/* Everything but plain ASCII is escaped, in halves where it has to be. */
static void
add_text(struct buffer *b, const char *key, const char *text)
{
	char escaped[16];
	uint32_t c;

	add_key(b, key);
	buffer_add(b, "\"", 1);
	while ((c = utf8_next(&text)) != 0) {
		if (c >= ' ' && c <= '~' && strchr("\"\\<>&", (int)c) == NULL)
			snprintf(escaped, sizeof(escaped), "%c", (char)c);
		else if (c < 0x10000)
			snprintf(escaped, sizeof(escaped), "\\u%04x", c);
		else
			snprintf(escaped, sizeof(escaped), "\\u%04x\\u%04x",
			         0xd800 + ((c - 0x10000) >> 10),
			         0xdc00 + ((c - 0x10000) & 0x3ff));
		buffer_text(b, escaped);
	}
	buffer_add(b, "\"", 1);
}

static void
open_object(struct buffer *b, const char *key)
{
	add_key(b, key);
	buffer_add(b, "{", 1);
}

static void
close_object(struct buffer *b)
{
	buffer_add(b, "}", 1);
}

static uint64_t
collected(const atomic_uint_fast64_t *figure)
{
	return atomic_load_explicit(figure, memory_order_relaxed);
}

static void
add_identity(struct buffer *b, const struct config *config, int64_t now,
             int64_t wall_ms)
{
	uint64_t uptime = now > started_ms ? (uint64_t)(now - started_ms) : 0;
	char host[HOST_NAME_MAX + 1] = "";

	if (gethostname(host, sizeof(host)) != 0)
		host[0] = '\0';
	host[HOST_NAME_MAX] = '\0';
	add_text(b, "host", host);
	add_text(b, "gridname", config->grid);
	add_text(b, "version", XML_VERSION);
	add_number(b, "stattime", (uint64_t)wall_ms);
	add_number(b, "boottime", (uint64_t)wall_ms - uptime);
	add_number(b, "uptime", uptime / 1000);
	add_number(b, "uptimeMillis", uptime);
}

/* As gmetad's own. What it receives are metrics; here they are samples. */
static void
add_metrics(struct buffer *b)
{
	uint64_t written = counter_get(&counters.rrd_updates);

	open_object(b, "metrics");
	open_object(b, "received");
	add_number(b, "all", collector != NULL ? collected(&collector->samples)
	                                       : 0);
	close_object(b);
	open_object(b, "sent");
	open_object(b, "all");
	add_number(b, "num", written);
	close_object(b);
	close_object(b);
	open_object(b, "requests");
	open_object(b, "all");
	add_number(b, "num", counter_get(&counters.requests));
	close_object(b);
	close_object(b);
	close_object(b);
}

static void
add_collector(struct buffer *b, const struct collector_stats *stats)
{
	open_object(b, "collector");
	add_number(b, "datagrams", collected(&stats->datagrams));
	add_number(b, "datagrams_lost", collected(&stats->datagrams_lost));
	add_number(b, "samples", collected(&stats->samples));
	add_number(b, "samples_lost", collected(&stats->samples_lost));
	add_number(b, "malformed", collected(&stats->malformed));
	add_number(b, "unknown", collected(&stats->unknown));
	add_number(b, "not_allowed", collected(&stats->not_allowed));
	add_number(b, "refused", collected(&stats->refused));
	add_number(b, "stale", collected(&stats->stale));
	add_number(b, "resets", collected(&stats->resets));
	add_number(b, "agents", collected(&stats->agents));
	add_number(b, "up", collected(&stats->up));
	add_number(b, "late", collected(&stats->late));
	add_number(b, "down", collected(&stats->down));
	add_number(b, "events", collected(&stats->events));
	close_object(b);
}

static void
add_readers(struct buffer *b)
{
	open_object(b, "readers");
	add_number(b, "now", counter_get(&counters.readers));
	add_number(b, "requests", counter_get(&counters.requests));
	add_number(b, "requests_cut", counter_get(&counters.requests_cut));
	add_number(b, "refused", counter_get(&counters.refused));
	add_number(b, "xml_bytes", counter_get(&counters.xml_bytes));
	close_object(b);
}

static void
add_rrd(struct buffer *b)
{
	open_object(b, "rrd");
	add_number(b, "steps", counter_get(&counters.steps));
	add_number(b, "steps_missed", counter_get(&counters.steps_missed));
	add_number(b, "queued", counter_get(&counters.rrd_queued));
	add_number(b, "updates", counter_get(&counters.rrd_updates));
	add_number(b, "dropped", counter_get(&counters.rrd_dropped));
	add_number(b, "failed", counter_get(&counters.rrd_failed));
	add_number(b, "created", counter_get(&counters.rrd_created));
	close_object(b);
}

static void
add_nagios(struct buffer *b)
{
	open_object(b, "nagios");
	add_number(b, "sent", counter_get(&nagios_counts.sent));
	add_number(b, "dropped", counter_get(&nagios_counts.dropped));
	add_number(b, "waiting", counter_get(&nagios_counts.waiting));
	close_object(b);
}

static void
add_bridge(struct buffer *b)
{
	open_object(b, "bridge");
	open_object(b, "ingest");
	add_number(b, "received", counter_get(&counters.received));
	add_number(b, "kernel_drops", counter_get(&counters.kernel_drops));
	add_number(b, "rate_limited", counter_get(&counters.rate_limited));
	close_object(b);
	if (collector != NULL)
		add_collector(b, collector);
	add_readers(b);
	add_rrd(b);
	open_object(b, "state");
	add_number(b, "saved", counter_get(&counters.state_saved));
	add_number(b, "failed", counter_get(&counters.state_failed));
	close_object(b);
	add_nagios(b);
	close_object(b);
}

void
status_print(struct buffer *b, const struct config *config,
             const char *callback, int64_t now, int64_t wall_ms)
{
	buffer_text(b, HEADER);
	buffer_text(b, callback);
	buffer_text(b, callback[0] != '\0' ? "({" : "{");
	add_identity(b, config, now, wall_ms);
	add_metrics(b);
	add_bridge(b);
	buffer_text(b, callback[0] != '\0' ? "})\r\n" : "}\r\n");
}

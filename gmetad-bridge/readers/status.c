#include "gmetad-bridge/readers/status.h"

#include <limits.h>
#include <unistd.h>

#include "common/event_sink.h"
#include "common/json.h"
#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/readers/xml.h"
#include "gmetad-bridge/rrd/rrd_faults.h"
#include "gmetad-bridge/rrd/rrd_link.h"

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

int64_t
status_started_s(int64_t now, int64_t wall_ms)
{
	return (wall_ms - (now > started_ms ? now - started_ms : 0)) / 1000;
}

static void
add_identity(struct json *j, const struct config *config, int64_t now, int64_t wall_ms)
{
	uint64_t uptime = now > started_ms ? (uint64_t)(now - started_ms) : 0;
	char host[HOST_NAME_MAX + 1] = "";

	if (gethostname(host, sizeof(host)) != 0)
		host[0] = '\0';
	host[HOST_NAME_MAX] = '\0';
	json_text(j, "host", host);
	json_text(j, "gridname", config->grid);
	json_text(j, "version", XML_VERSION);
	json_number(j, "stattime", (uint64_t)wall_ms);
	json_number(j, "boottime", (uint64_t)wall_ms - uptime);
	json_number(j, "uptime", uptime / 1000);
	json_number(j, "uptimeMillis", uptime);
}

/* Adds an object like gmetad's. Where gmetad counts metrics received, here it is
 * samples. */
static void
add_metrics(struct json *j)
{
	uint64_t samples = collector != NULL ? counter_get(&collector->samples) : 0;

	json_open(j, "metrics", '{');
	json_open(j, "received", '{');
	json_number(j, "all", samples);
	json_close(j, '}');
	json_open(j, "sent", '{');
	json_open(j, "all", '{');
	json_number(j, "num", counter_get(&counters.rrd_updates));
	json_close(j, '}');
	json_close(j, '}');
	json_open(j, "requests", '{');
	json_open(j, "all", '{');
	json_number(j, "num", counter_get(&counters.requests));
	json_close(j, '}');
	json_close(j, '}');
	json_close(j, '}');
}

#define STAT(member, ...) json_number(j, #member, counter_get(&stats->member));
#define PLAIN(member, key) json_number(j, key, counter_get(&counters.member));
#define METRIC(member, key, ...) PLAIN(member, key)

static void
add_collector(struct json *j, const struct collector_stats *stats)
{
	json_open(j, "collector", '{');
	COLLECTOR_STATS(STAT, STAT)
	json_close(j, '}');
}

static void
add_bridge(struct json *j, int64_t now, int64_t wall_ms)
{
	json_open(j, "bridge", '{');
	json_open(j, "ingest", '{');
	COUNTERS_OF_SOCKETS(METRIC, PLAIN)
	COUNTERS_OF_INGEST(METRIC, PLAIN)
	json_close(j, '}');
	if (collector != NULL)
		add_collector(j, collector);
	json_open(j, "readers", '{');
	COUNTERS_OF_READERS(METRIC, PLAIN)
	json_close(j, '}');
	json_open(j, "rrd", '{');
	COUNTERS_OF_RRD(METRIC, PLAIN)
	rrd_link_show(j, now, wall_ms);
	rrd_faults_show(j);
	json_close(j, '}');
	json_open(j, "state", '{');
	COUNTERS_OF_STATE(METRIC, PLAIN)
	json_close(j, '}');
	event_sinks_show(event_sinks, j);
	json_close(j, '}');
}

void
status_print(struct buffer *b, const struct config *config, const char *callback,
             int64_t now, int64_t wall_ms)
{
	struct json j = {.buffer = b, .ascii = true};

	buffer_text(b, HEADER);
	buffer_text(b, callback);
	if (callback[0] != '\0')
		buffer_text(b, "(");
	json_open(&j, NULL, '{');
	add_identity(&j, config, now, wall_ms);
	add_metrics(&j);
	add_bridge(&j, now, wall_ms);
	json_close(&j, '}');
	buffer_text(b, callback[0] != '\0' ? ")\r\n" : "\r\n");
}

/* modsflow - sFlow hosts in gmond: joins gmond and the other files.
 *
 * gmond loads this file's sflow_module, calls init() as root after it has
 * become a daemon (or when it is only asked to list metrics), its handler for
 * each metric in its main thread, and cleanup() when it ends or re-executes
 * itself.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "gmond-module/gmond.h"
#include "gmond-module/message.h"
#include "gmond-module/parameters.h"
#include "gmond-module/publisher.h"
#include "gmond-module/receiver.h"

extern mmodule sflow_module;

static struct {
	struct parameters parameters;
	struct collector *collector;
	const struct publisher *publisher; /* NULL: nothing is started */
} module;

/* The module's own metrics, of this host ----------------------------------------- */

/* ASKED(function, metric, meaning, units, title): metrics that are no statistics of the
 * collector. */
#define MODULE_ASKED(ASKED) \
	ASKED(receiver_kernel_drops, "sflow_kernel_drops", PER_SECOND, \
	      "datagrams/sec", \
	      "sFlow datagrams dropped by the kernel, for want of room in the " \
	      "socket's buffer") \
	ASKED(delivered, "sflow_values", PER_SECOND, "values/sec", \
	      "Metric values delivered")

static uint64_t
delivered(void)
{
	return module.publisher->delivered();
}

/* The factor of the number that is shown; a rate is first made per second. */
enum meaning { NOW = 1, PER_SECOND = 1, PER_MINUTE = 60 };

#define NONE(...)
#define NOW_AS GANGLIA_VALUE_UNSIGNED_INT, "%u"
#define PER_SECOND_AS GANGLIA_VALUE_FLOAT, "%.2f"
#define PER_MINUTE_AS GANGLIA_VALUE_FLOAT, "%.2f"
#define OWN(name_, type_, format_, units_, title_) \
	{.name = name_, \
	 .tmax = 60, \
	 .type = type_, \
	 .units = units_, \
	 .slope = "both", \
	 .fmt = format_, \
	 .msg_size = UDP_HEADER_SIZE + 8, \
	 .desc = title_},
#define OWN_EXPANDED(name, as, units, title) OWN(name, as, units, title)
#define OWN_METRIC(source, metric, meaning, units, title) \
	OWN_EXPANDED(metric, meaning##_AS, units, title)

static Ganglia_25metric own_metrics[] = {
    COLLECTOR_STATS(OWN_METRIC, NONE) MODULE_ASKED(OWN_METRIC){.name = NULL},
};

#define OWN_COUNT ((int)(sizeof(own_metrics) / sizeof(own_metrics[0])) - 1)

/* The source of each metric's number: the offset of a member of the collector's
 * statistics, or a function. */
#define STATS_SOURCE(member, metric, meaning, ...) \
	{meaning, offsetof(struct collector_stats, member), NULL},
#define ASKED_SOURCE(function, metric, meaning, ...) {meaning, 0, function},

static const struct {
	enum meaning factor;
	size_t offset;
	uint64_t (*function)(void);
} sources[] = {COLLECTOR_STATS(STATS_SOURCE, NONE) MODULE_ASKED(ASKED_SOURCE)};

static uint64_t
total(int metric)
{
	const char *stats = (const char *)collector_stats(module.collector);
	uint64_t number;

	if (sources[metric].function != NULL)
		number = sources[metric].function();
	else
		number = atomic_load(
		    (const atomic_uint_fast64_t *)(stats + sources[metric].offset));
	return number * (uint64_t)sources[metric].factor;
}

/* Returns the rate per second since gmond last asked for this metric. */
static float
rate(int metric, int64_t now)
{
	static uint64_t was[OWN_COUNT];
	static int64_t asked[OWN_COUNT];
	static float last[OWN_COUNT];
	uint64_t is = total(metric);

	if (asked[metric] != 0 && now > asked[metric])
		last[metric] = (float)((double)(is - was[metric]) * 1000 /
		                       (double)(now - asked[metric]));
	was[metric] = is;
	asked[metric] = now;
	return last[metric];
}

static g_val_t
handler(int metric)
{
	g_val_t value;
	int64_t now;

	memset(&value, 0, sizeof(value));
	if (module.publisher == NULL)
		return value;
	now = clock_ms();
	if (module.publisher->handler_runs != NULL)
		module.publisher->handler_runs(now);
	if (own_metrics[metric].type == GANGLIA_VALUE_UNSIGNED_INT)
		value.uint32 = (uint32_t)total(metric);
	else
		value.f = rate(metric, now);
	return value;
}

/* Start and end ------------------------------------------------------------------ */

static void
describe_own_metrics(apr_pool_t *pool)
{
	apr_table_t *group;
	int i;

	for (i = 0; i < OWN_COUNT; i++) {
		group = apr_table_make(pool, 1);
		apr_table_add(group, MGROUP, "sflow");
		own_metrics[i].metadata = (void *)group;
	}
}

/* Refuses to start where a udp_recv_channel has the sFlow port: gmond's own collector
 * would then get the datagrams, which crashes gmond when it prints its XML. */
static int
check_port(cfg_t *config, unsigned port)
{
	unsigned i, count = cfg_size(config, "udp_recv_channel");

	for (i = 0; i < count; i++) {
		cfg_t *c = cfg_getnsec(config, "udp_recv_channel", i);

		if ((unsigned)cfg_getint(c, "port") != port)
			continue;
		log_line("gmond.conf's udp_recv_channel { port = %u } takes the "
		         "sFlow port for gmond's own collector: remove that "
		         "udp_recv_channel; nothing is collected until then",
		         port);
		return -1;
	}
	return 0;
}

/* Whether gmond will call handlers, and keep hosts to show. */
static bool
handlers_run(cfg_t *config)
{
	cfg_t *globals = cfg_getsec(config, "globals");

	return !cfg_getbool(globals, "mute") && !cfg_getbool(globals, "deaf") &&
	       cfg_size(config, "udp_send_channel") > 0;
}

static const struct publisher *
choose_publisher(cfg_t *config)
{
	struct gmond gmond;
	bool runs = handlers_run(config);

	switch (module.parameters.deliver) {
	case DELIVER_CHANNEL:
		return &channel_publisher;
	case DELIVER_DIRECT:
		if (runs)
			return &direct_publisher;
		log_line("deliver = direct is impossible with mute = yes, deaf = "
		         "yes, or without a udp_send_channel: gmond calls no "
		         "handler then; use deliver = auto");
		return NULL;
	case DELIVER_AUTO:
		break;
	}
	return runs && gmond_find(&gmond) ? &direct_publisher : &channel_publisher;
}

static void
cleanup(void)
{
	receiver_stop();
	if (module.publisher != NULL && module.publisher->stop != NULL)
		module.publisher->stop();
	module.publisher = NULL;
	collector_free(module.collector);
	module.collector = NULL;
	parameters_free(&module.parameters);
}

static int
start(cfg_t *config, apr_pool_t *pool)
{
	const struct publisher *publisher = choose_publisher(config);

	if (publisher == NULL)
		return -1;
	module.collector = collector_new(&module.parameters.collector);
	if (module.collector == NULL) {
		log_line("out of memory");
		return -1;
	}
	if (publisher->start(collector_store(module.collector), config, pool) != 0)
		return -1;
	module.publisher = publisher;
	return receiver_start(&module.parameters, module.collector);
}

/* gmond ends by destroying its pool. The pool's children are destroyed first, and with
 * them memory that the threads use, so the threads have to end before that. */
static apr_status_t
end(void *unused)
{
	(void)unused;
	cleanup();
	return APR_SUCCESS;
}

static int
init(apr_pool_t *pool)
{
	cfg_t *config = sflow_module.config_file;

	describe_own_metrics(pool);
	if (!gmond_is_starting())
		return 0;
	apr_pool_pre_cleanup_register(pool, NULL, end);
	if (parameters_read(&module.parameters, config,
	                    sflow_module.module_params_list) == 0 &&
	    check_port(config, module.parameters.port) == 0 && start(config, pool) == 0)
		return 0;
	cleanup();
	return -1;
}

__attribute__((visibility("default")))
mmodule sflow_module = {STD_MMODULE_STUFF, init, cleanup, own_metrics, handler};

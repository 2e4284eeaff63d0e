#include "tests/fuzz/fuzz.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sflow/collector_internal.h"
#include "sflow/relations.h"

#define WALL_MS INT64_C(1600000000000)
#define START_MS INT64_C(100000000)
#define EVENTS_MOST 256

/* Options: the first byte of an input. */
#define OPTION_VM 3       /* a bit mask: enum vm_hosts; 3 is VM_HOST, too */
#define OPTION_MULTIPLE 4 /* prefix the first instances, too */
#define OPTION_TIGHT 8    /* very small bounds */
#define OPTION_LAZY 16    /* the publisher gives back every other host */
#define OPTION_FORGET 32  /* and forgets what was delivered */
#define OPTION_PORTS 64   /* only some ports are shown */
#define OPTION_DEFAULT 128 /* what is accepted by default; else all is */

struct run {
	struct collector *c;
	struct collector_config config;
	int64_t now;
	uint8_t options;
	unsigned taken; /* hosts that were published */
};

static void
broken(const char *rule, const char *what)
{
	fprintf(stderr, "broken rule: %s: \"%s\"\n", rule, what);
	abort();
}

/* Printable, and nothing that XML or a shell would take for its own. */
static void
check_text(const char *text, size_t most)
{
	size_t i, len = strlen(text);

	if (len > most)
		broken("a text is bounded", text);
	for (i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~' ||
		    strchr("<>&\"'", text[i]) != NULL)
			broken("a text is harmless", text);
}

/* A name may also become part of a path, and of "address:name". */
static void
check_name(const char *name, size_t most)
{
	check_text(name, most);
	if (name[0] == '\0' || name[0] == '.' || name[0] == '-')
		broken("a name begins well", name);
	if (strpbrk(name, " /:") != NULL || strstr(name, "..") != NULL)
		broken("a name is harmless", name);
}

/* Temperatures, what is made of them, and what agents name themselves. */
static bool
may_be_negative(const struct metric *metric)
{
	return strcmp(metric->group, "custom") == 0 ||
	       strcmp(metric->group, "energy") == 0 ||
	       strcmp(metric->units, "C") == 0;
}

static void
check_number(const struct metric *metric, double number)
{
	double most = metric->type == UINT16   ? UINT16_MAX
	              : metric->type == UINT32 ? UINT32_MAX
	                                       : HUGE_VAL;
	char text[512];

	if (!isfinite(number) || number > most ||
	    (number < 0 && !may_be_negative(metric)))
		broken("a number is in range", metric->name);
	if (metric->type == UINT16 || metric->type == UINT32) {
		if (number != floor(number))
			broken("a count is whole", metric->name);
		snprintf(text, sizeof(text), metric->format, (unsigned)number);
	} else {
		snprintf(text, sizeof(text), metric->format, number);
	}
	check_text(text, sizeof(text) - 1);
}

static void
check_reading(const struct run *r, const struct store_reading *reading)
{
	const struct metric *metric = &reading->metric;
	char text[TEXT_SIZE];

	check_name(reading->name, STORE_NAME - 1);
	if (reading->describe) {
		check_text(reading->title, STORE_NAME - 1);
		check_text(reading->group, STORE_NAME - 1);
	}
	if (metric->type == STRING) {
		check_text(reading->text, TEXT_SIZE - 1);
		snprintf(text, sizeof(text), metric->format, reading->text);
	} else {
		check_number(metric, reading->number);
	}
	if (reading->tmax_s < 60 || reading->dmax_s < 600 ||
	    reading->heard_ms > r->now)
		broken("a reading lives long enough", reading->name);
}

static void
publish_host(struct run *r, struct store_host *host)
{
	struct store_reading readings[STORE_READ];
	struct store_info info;
	size_t i, n, metrics = 0;

	store_host_info(host, &info);
	check_name(info.name, TEXT_SIZE - 1);
	check_name(info.key, TEXT_SIZE - 1);
	if ((r->options & OPTION_FORGET) != 0)
		store_forget(host);
	while (!info.gone && (n = store_read(host, r->now, readings)) > 0) {
		for (i = 0; i < n; i++)
			check_reading(r, &readings[i]);
		metrics += n;
	}
	if (metrics > r->config.max_metrics)
		broken("metrics of a host are bounded", info.name);
	if (!info.gone && (r->options & OPTION_LAZY) != 0 && r->taken++ % 2 == 0)
		store_again(host);
	else
		store_done(host);
}

static void
publish(struct run *r)
{
	struct store *store = collector_store(r->c);
	size_t waiting = store_waiting(store);
	struct store_host *host;

	while (waiting-- > 0 && (host = store_take(store)) != NULL)
		publish_host(r, host);
}

static void
drain_events(struct run *r)
{
	struct collector_event event;
	char text[COLLECTOR_EVENT_TEXT];
	size_t count = 0;

	while (collector_event(r->c, &event)) {
		check_text(event.name, TEXT_SIZE - 1);
		collector_event_text(&event, text);
		if (strlen(text) >= sizeof(text) || ++count > EVENTS_MOST)
			broken("events are bounded", text);
	}
}

static void
check_bounds(const struct run *r)
{
	uint64_t agents = collector_stats(r->c)->agents;
	size_t hosts = store_count(collector_store(r->c));
	size_t most = r->config.max_agents;

	if (agents > most)
		broken("agents are bounded", "max_agents");
	if (r->config.vm == VM_HOST)
		most += most * r->config.max_sources;
	if (hosts > most)
		broken("hosts are bounded", "max_sources");
}

/* Each address that a source told of leads back to it, and its parent is one of
 * its agent's. */
static void
check_relations(const struct agents *agents, const struct source *source)
{
	const struct relations *told = source->relations;
	const struct source *parent = relations_find_parent(source);
	const struct adapter *found;
	size_t i;

	if (parent != NULL && parent->agent != source->agent)
		broken("a parent is of the same agent", source->name);
	for (i = 0; told != NULL && i < told->adapters_count; i++) {
		found = relations_find(agents, told->adapters[i].mac);
		while (found != NULL && found != &told->adapters[i])
			found = found->next;
		if (found == NULL || found->source != source)
			broken("an adapter is found", source->name);
	}
}

static void
check_agents(const struct run *r)
{
	const struct agents *agents = &r->c->agents;
	const struct agent *agent;
	const struct source *source;

	for (agent = agents->agents; agent != NULL; agent = agent->hh.next) {
		if (agent->ports_rated > agent->ports ||
		    agent->ports > agent->source_count)
			broken("ports are counted once", agent->name);
		for (source = agent->sources; source != NULL;
		     source = source->next)
			check_relations(agents, source);
	}
}

/* How much time passes; the last ones expire what is there. */
static int64_t
pause_ms(unsigned choice)
{
	static const int32_t pauses[16] = {
	    0,     1,     20,    500,   1000,   5000,   10000,   20000,
	    30000, 30000, 30000, 60000, 120000, 600000, 3600000, 90000000};

	return pauses[choice & 15];
}

/* A datagram in a block of just its size, so that ASan sees all it should. */
static void
input(struct run *r, const uint8_t *bytes, size_t len)
{
	struct address from = {.type = ADDRESS_IPV4, .bytes = {192, 0, 2, 1}};
	uint8_t *block = malloc(len + 1);

	if (block == NULL)
		abort();
	if (len > 0)
		memcpy(block + 1, bytes, len);
	collector_input(r->c, block + 1, len, &from, r->now);
	free(block);
	collector_tick(r->c, r->now);
	check_bounds(r);
	check_agents(r);
}

static const regex_t *
compiled(regex_t *regex, bool *done, const char *text)
{
	if (!*done && regcomp(regex, text, REG_EXTENDED | REG_NOSUB) != 0)
		abort();
	*done = true;
	return regex;
}

static void
choose_ports(struct collector_config *config)
{
	static regex_t only, except;
	static bool is_only, is_except; /* compiled */

	config->ports = compiled(&only, &is_only, "^[a-z1-5]");
	config->ports_except = compiled(&except, &is_except, "2$");
}

static void
configure(struct run *r, uint8_t options)
{
	bool tight = (options & OPTION_TIGHT) != 0;
	int kind, vm = options & OPTION_VM;

	r->options = options;
	r->now = START_MS;
	r->config = collector_defaults;
	r->config.max_agents = tight ? 1 : 4;
	r->config.max_sources = tight ? 2 : 6;
	r->config.max_metrics = tight ? 60 : 2000;
	r->config.vm = vm == 3 ? VM_HOST : (enum vm_hosts)vm;
	for (kind = 0; kind < KIND_COUNT; kind++) {
		r->config.multiple[kind] = (options & OPTION_MULTIPLE) != 0;
		if ((options & OPTION_DEFAULT) == 0)
			r->config.accept[kind] = true;
	}
	if ((options & OPTION_PORTS) != 0)
		choose_ports(&r->config);
	r->c = collector_new(&r->config);
	if (r->c == NULL)
		abort();
	collector_set_wall(r->c, WALL_MS);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run r = {.taken = 0};
	const uint8_t *end = data + size;
	size_t len;

	if (size == 0)
		return 0;
	configure(&r, *data++);
	while (end - data >= 2) {
		len = (size_t)(data[0] & 15) << 8 | data[1];
		r.now += pause_ms(data[0] >> 4);
		data += 2;
		if (len > (size_t)(end - data))
			len = (size_t)(end - data);
		input(&r, data, len);
		publish(&r);
		drain_events(&r);
		data += len;
	}
	collector_tick(r.c, r.now + INT64_C(200000000));
	r.now += INT64_C(200000000);
	publish(&r);
	collector_free(r.c);
	return 0;
}

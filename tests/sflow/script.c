#include "tests/sflow/script.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int
script_setup(void **state)
{
	struct script *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return -1;
	script_configure(s, &collector_defaults);
	*state = s;
	return 0;
}

int
script_teardown(void **state)
{
	struct script *s = *state;

	collector_free(s->c);
	free(s);
	return 0;
}

void
script_configure_unpublished(struct script *s, const struct collector_config *config)
{
	collector_free(s->c);
	memset(s, 0, sizeof(*s));
	s->c = collector_new(config);
	if (s->c == NULL)
		abort();
	s->now = SCRIPT_START;
	collector_set_wall(s->c, SCRIPT_WALL);
}

void
script_configure(struct script *s, const struct collector_config *config)
{
	script_configure_unpublished(s, config);
	if (!deliveries_open(&s->deliveries, collector_store(s->c)))
		abort();
	s->feed = s->deliveries.feed;
}

struct device
script_machine(const char *address)
{
	return (struct device){.address = address,
	                       .sub_agent = 100000,
	                       .class = 2,
	                       .index = 1,
	                       .booted_ms = SCRIPT_START - 1 * HOURS - 123,
	                       .sequence = 100,
	                       .sample = 50};
}

struct device
script_source(const struct device *machine, uint32_t sub_agent, uint32_t class,
              uint32_t index)
{
	struct device d = *machine;

	d.sub_agent = sub_agent;
	d.class = class;
	d.index = index;
	return d;
}

void
script_begin(struct script *s, struct device *d)
{
	wire_datagram_begin(&s->w, d->address, d->sub_agent, ++d->sequence,
	                    (uint32_t)(s->now - d->booted_ms));
	wire_sample_begin(&s->w, WIRE_COUNTERS_EXPANDED, ++d->sample, d->class,
	                  d->index);
}

void
script_end(struct script *s)
{
	wire_sample_end(&s->w);
	wire_datagram_end(&s->w);
}

/* In a block of just its size, so that ASan sees a read beyond it. */
int
script_input_wire(struct script *s, const struct wire *w)
{
	struct address from;
	uint8_t *bytes = malloc(w->len + 1);
	int result;

	if (bytes == NULL ||
	    address_parse(s->from != NULL ? s->from : SCRIPT_PACKET_SOURCE, &from) != 0)
		abort();
	memcpy(bytes + 1, w->bytes, w->len);
	result = collector_input(s->c, bytes + 1, w->len, &from, s->now);
	free(bytes);
	return result;
}

int
script_input(struct script *s)
{
	return script_input_wire(s, &s->w);
}

int
script_send(struct script *s)
{
	script_end(s);
	return script_input(s);
}

int
script_send_net(struct script *s, struct device *d, uint64_t bytes_in)
{
	script_begin(s, d);
	wire_host_net_io(&s->w, bytes_in, (uint32_t)bytes_in);
	return script_send(s);
}

/* Machines of different addresses have different UUIDs. */
static uint8_t
uuid_of(const struct device *d)
{
	unsigned uuid = 0;
	const char *at;

	for (at = d->address; *at != '\0'; at++)
		uuid = uuid * 31 + (unsigned char)*at;
	return (uint8_t)(1 + uuid % 200);
}

int
script_send_host(struct script *s, struct device *d, const char *name,
                 uint64_t bytes_in)
{
	script_begin(s, d);
	wire_host_descr(&s->w, name, uuid_of(d));
	wire_host_net_io(&s->w, bytes_in, (uint32_t)bytes_in);
	return script_send(s);
}

void
script_pass(struct script *s, int64_t ms)
{
	int64_t until = s->now + ms;

	while (s->now + 1000 <= until) {
		s->now += 1000;
		collector_tick(s->c, s->now);
	}
	s->now = until;
}

void
script_reboot(struct script *s, struct device *d)
{
	d->booted_ms = s->now - 1500;
	d->sequence = 0;
	d->sample = 0;
}

static void
drain_events(struct script *s)
{
	struct event event;
	char text[EVENT_TEXT];

	while (collector_event(s->c, &event)) {
		s->events[event.kind]++;
		s->last[event.kind] = event;
		event_text(&event, text);
	}
}

static void
show(struct script *s, const struct store_info *info,
     const struct store_reading *reading)
{
	struct shown *shown = &s->shown[s->shown_count++];

	if (s->shown_count > SCRIPT_SHOWN)
		abort();
	strcpy(shown->host, info->name);
	strcpy(shown->key, info->key);
	shown->reading = *reading;
}

static void
publish_host(struct script *s, struct store_host *host)
{
	struct store_reading readings[DELIVERIES_READ];
	struct store_info info;
	size_t i, n;

	store_host_info(host, &info);
	if (info.gone) {
		if (s->gone_count == SCRIPT_GONE)
			abort();
		strcpy(s->gone[s->gone_count++], info.name);
		return;
	}
	s->started_s = info.started_s;
	while ((n = deliveries_read(&s->deliveries, host, s->now, readings)) > 0)
		for (i = 0; i < n; i++)
			show(s, &info, &readings[i]);
}

void
script_publish(struct script *s)
{
	struct store_host *host;

	s->shown_count = 0;
	while (s->feed != NULL && (host = store_take(s->feed)) != NULL) {
		publish_host(s, host);
		store_done(s->feed, host);
	}
	drain_events(s);
}

const struct store_reading *
script_reading(const struct script *s, const char *host, const char *metric)
{
	size_t i;

	for (i = 0; i < s->shown_count; i++)
		if (strcmp(s->shown[i].host, host) == 0 &&
		    strcmp(s->shown[i].reading.name, metric) == 0)
			return &s->shown[i].reading;
	return NULL;
}

double
script_value(const struct script *s, const char *host, const char *metric)
{
	const struct store_reading *r = script_reading(s, host, metric);

	return r == NULL ? (double)NAN : r->number;
}

bool
script_is_shown(const struct script *s, const char *host)
{
	size_t i;

	for (i = 0; i < s->shown_count; i++)
		if (strcmp(s->shown[i].host, host) == 0)
			return true;
	return false;
}

bool
script_is_gone(const struct script *s, const char *host)
{
	size_t i;

	for (i = 0; i < s->gone_count; i++)
		if (strcmp(s->gone[i], host) == 0)
			return true;
	return false;
}

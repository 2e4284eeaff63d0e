#include "tests/sflow/looks.h"

#include <stdlib.h>
#include <string.h>

void
looks_configure(struct script *s, struct collector_config *config)
{
	script_configure_unpublished(s, config);
}

void
looks_send_vm(struct script *s, struct device *d, const char *name, uint8_t uuid)
{
	script_begin(s, d);
	if (name != NULL)
		wire_host_descr(&s->w, name, uuid);
	wire_virt_cpu(&s->w, d->sample * 10);
	if (script_send(s) != 0)
		abort();
}

void
looks_run(struct script *s, struct device *d, const char *name, int64_t ms)
{
	int64_t until = s->now + ms;

	while (s->now < until) {
		if (script_send_host(s, d, name, d->sample * 1000) != 0)
			abort();
		script_pass(s, 30 * SECONDS);
	}
	script_publish(s); /* the events */
}

bool
looks_there(struct script *s, unsigned cluster, const char *name)
{
	struct store_host *host = store_find(collector_store(s->c), cluster, name);

	store_release(host);
	return host != NULL;
}

struct store_state
looks_state(struct script *s, unsigned cluster, const char *name)
{
	struct store_host *host = store_find(collector_store(s->c), cluster, name);
	struct store_state state;

	if (host == NULL)
		abort();
	store_lock(host, &state);
	store_unlock(host);
	store_release(host);
	return state;
}

size_t
looks_hosts(struct script *s, unsigned cluster)
{
	struct store_walk walk = {0};
	struct store_host *host;
	size_t n = 0;

	for (; (host = store_next(collector_store(s->c), &walk, cluster)) != NULL; n++)
		store_release(host);
	return n;
}

/* How many there are, and whether one is called `metric`. */
static size_t
look(struct script *s, unsigned cluster, const char *name, const char *metric,
     bool *there)
{
	struct store_host *host = store_find(collector_store(s->c), cluster, name);
	struct store_state state;
	struct store_value value;
	struct store_look at;
	char called[STORE_NAME];
	size_t n = 0;

	*there = false;
	if (host == NULL)
		return 0;
	store_lock(host, &state);
	store_look(&at, host, s->now);
	for (; store_look_next(&at, &value); n++) {
		store_value_name(&value, called);
		*there |= strcmp(called, metric) == 0;
	}
	store_unlock(host);
	store_release(host);
	return n;
}

size_t
looks_values(struct script *s, unsigned cluster, const char *name)
{
	bool there;

	return look(s, cluster, name, "", &there);
}

bool
looks_has(struct script *s, unsigned cluster, const char *name, const char *metric)
{
	bool there;

	look(s, cluster, name, metric, &there);
	return there;
}

/* fuzz_readers - datagrams into a collector as gmetad-bridge has it: its store is for
 * readers, who look at all of it; it gets other configurations, and is saved and
 * restored in another one. run.h says what an input is; two of the pauses mean such a
 * restart, or another configuration.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/rules.h"
#include "tests/fuzz/run.h"
#include "tests/fuzz/senders.h"

#define PAUSE_RESTART 9
#define PAUSE_RELOAD 10
#define SAVED 3 /* at a time */
#define DAYS_MS INT64_C(200000000)

/* Two of the options mean something else to readers. */
#define OPTION_SAME_ADDRESS OPTION_LAZY
#define OPTION_CLUSTERS OPTION_FORGET

/* It has the same inputs. */
const char fuzz_name[] = "collector";

/* Clusters ----------------------------------------------------------------------------- */

#define CLUSTERS 4

static const struct network_list *
networks(const char *text)
{
	static struct network_list *parsed;
	size_t bad;

	if (parsed == NULL && network_list_parse(text, &parsed, &bad) != 0)
		abort();
	return parsed;
}

/* The odd ones have the clusters the other way round, and virtual machines in one of
 * their own. */
static void
choose_clusters(struct collector_config *config, unsigned turn)
{
	static struct cluster_rule rules[2];

	rules[0].agents = networks("10.0.0.0/8 192.0.2.0/24 2001:db8::/32 ::/1");
	rules[0].cluster = 1 + turn % 2;
	rules[1].cluster = 2 - turn % 2;
	config->clusters = rules;
	config->cluster_count = 1 + turn / 2 % 2;
	config->cluster = 0;
	config->vm_cluster = turn % 2 == 0 ? CLUSTER_OF_AGENT : 3;
}

/* An agent's host is where its address belongs. */
static void
check_cluster(const struct run *r, const struct store_state *state)
{
	const struct collector_config *c = &r->config;
	unsigned cluster = c->cluster;
	size_t i = 0;

	if (state->address.type == ADDRESS_UNKNOWN)
		return;
	while (i < c->cluster_count &&
	       !network_list_match(c->clusters[i].agents, &state->address))
		i++;
	if (i < c->cluster_count)
		cluster = c->clusters[i].cluster;
	if (state->cluster != cluster)
		fuzz_broken("a host is in its cluster", state->name);
}

/* A reader's column, of the length of each value's name. */
static struct store_column *marks;

static void
begin(struct run *r)
{
	const struct store_column_options options = {.cell_size = sizeof(size_t)};

	run_begin(r);
	marks = store_column(collector_store(r->c), &options);
	if (marks == NULL)
		abort();
}

/* Looking -------------------------------------------------------------------------------- */

static struct rules_names names;

/* All of a value: its number is looked at each time, what it is called now and then. */
static void
look_at_value(const struct run *r, const struct store_value *value, bool whole)
{
	char name[STORE_NAME], text[STORE_NAME];

	if (value->metric->type != STRING)
		rules_number(value->metric, value->number);
	if (value->tmax_s < 60 || value->dmax_s < 600 || value->heard_ms > r->now ||
	    r->now - value->heard_ms > (int64_t)value->dmax_s * 1000)
		fuzz_broken("a value is no older than its DMAX", value->metric->name);
	if (!whole)
		return;
	if (store_value_name(value, name) != strlen(name))
		fuzz_broken("a length is told", name);
	rules_name(name, STORE_NAME - 1);
	if (store_value_title(value, text) != strlen(text))
		fuzz_broken("a length is told", text);
	rules_text(text, STORE_NAME - 1);
	if (store_value_group(value, text) != strlen(text))
		fuzz_broken("a length is told", text);
	rules_text(text, STORE_NAME - 1);
	if (value->metric->type == STRING)
		rules_text(value->text, TEXT_SIZE - 1);
	else
		run_check_rate(value->metric, name, value->number);
	rules_unique(&names, name);
}

/* A cell is of its value alone, and stays as it was set. */
static void
mark_value(const struct store_value *value)
{
	char name[STORE_NAME];
	size_t len = store_value_name(value, name);
	size_t *cell = store_cell(marks, value);

	if (cell == NULL || (*cell != 0 && *cell != len))
		fuzz_broken("a cell is its value's", name);
	*cell = len;
}

static void
look_at_host(const struct run *r, struct store_host *host)
{
	bool whole = r->looks % 4 == 0;
	bool marked = whole && (r->options & OPTION_PORTS) == 0;
	struct store_state state;
	struct store_value value;
	struct store_look look;
	size_t metrics = 0;

	store_lock(host, &state);
	rules_name(state.name, TEXT_SIZE - 1);
	rules_name(state.key, TEXT_SIZE - 1);
	if (state.heard_ms > r->now)
		fuzz_broken("a host was heard in the past", state.name);
	rules_begin_names(&names);
	store_look(&look, host, r->now);
	while (store_look_next(&look, &value)) {
		look_at_value(r, &value, whole);
		if (marked)
			mark_value(&value);
		metrics++;
	}
	store_unlock(host);
	if (metrics > r->config.max_metrics)
		fuzz_broken("metrics of a host are bounded", state.name);
}

/* A host that is shown is found by its name, in its cluster. */
static void
find_host(const struct run *r, struct store_host *host)
{
	struct store *store = collector_store(r->c);
	struct store_state state;
	struct store_host *found;

	store_lock(host, &state);
	store_unlock(host);
	check_cluster(r, &state);
	found = store_find(store, state.cluster, state.name);
	if (found != host)
		fuzz_broken("a host is found", state.name);
	store_release(found);
	found = store_find(store, CLUSTERS, state.name);
	if (found != NULL)
		fuzz_broken("a host is in one cluster", state.name);
}

/* Looks at all hosts; returns how many there are. The last one is held over the next
 * datagrams. */
static size_t
look_at_all(const struct run *r, struct store_host **held)
{
	struct store *store = collector_store(r->c);
	struct store_walk walk = {0};
	struct store_host *host;
	size_t count = 0;

	if (*held != NULL)
		look_at_host(r, *held);
	while ((host = store_next(store, &walk, STORE_ANY_CLUSTER)) != NULL) {
		find_host(r, host);
		look_at_host(r, host);
		store_release(*held);
		*held = host;
		count++;
	}
	if (count > store_count(store))
		fuzz_broken("hosts are met once", "store_next");
	return count;
}

/* Over a restart --------------------------------------------------------------------------- */

/* Saves what is new, and restores it where there is another collector. Returns how
 * many hosts that have is more. */
static size_t
save(const struct run *r, struct collector *into, int64_t now)
{
	struct collector_saved saved[SAVED];
	size_t i, n, rounds = 0, restored = 0;

	while ((n = collector_save(r->c, saved, SAVED)) > 0) {
		for (i = 0; i < n; i++) {
			rules_saved(&saved[i]);
			if (into != NULL && !saved[i].gone)
				restored +=
				    collector_restore(into, &saved[i], now) == 0;
		}
		if (++rounds > 10000)
			fuzz_broken("to save comes to an end", "rounds");
	}
	return restored;
}

/* The machine starts anew: its clock begins at another time. */
static void
restart(struct run *r)
{
	struct store_host *held = NULL;
	struct run after = *r;
	size_t restored;

	after.now = DAYS_MS / 2;
	after.wall_ms = r->wall_ms + r->now + 5000 - after.now;
	senders_unsteady(after.now - r->now);
	begin(&after);
	r->looks = after.looks = 0;
	look_at_all(r, &held);
	store_release(held);
	held = NULL;
	save(r, NULL, 0);
	collector_unsaved(r->c);
	restored = save(r, after.c, after.now);
	if (look_at_all(&after, &held) != restored)
		fuzz_broken("what is restored is shown", "look_at_all");
	store_release(held);
	collector_free(r->c);
	*r = after;
}

static void
reload(struct run *r, unsigned turn)
{
	r->config.vm = turn % 3 == 0 ? VM_HOST : VM_PREFIX;
	r->config.lower_case = turn % 2 == 1;
	r->config.accept[KIND_INTERFACE] = turn % 4 != 3;
	r->config.ports_except = NULL;
	choose_clusters(&r->config, turn);
	collector_reconfigure(r->c, &r->config, r->now);
	senders_unsteady(0);
}

static void
configure(struct run *r, uint8_t options)
{
	run_configure(r, options);
	r->config.keep = true;
	r->config.same_address = (options & OPTION_SAME_ADDRESS) != 0;
	if ((options & OPTION_CLUSTERS) != 0)
		choose_clusters(&r->config, 2);
	begin(r);
}

static void
next_step(struct run *r, struct store_host **held, unsigned turn)
{
	struct collector_saved some;

	r->looks++;
	if (r->times == 0) /* what is done again is looked at once */
		look_at_all(r, held);
	run_drain(r);
	if (collector_save(r->c, &some, 1) == 1)
		rules_saved(&some);
	if (r->pause == PAUSE_RELOAD) {
		reload(r, turn);
		look_at_all(r, held);
	} else if (r->pause == PAUSE_RESTART) {
		store_release(*held);
		*held = NULL;
		restart(r);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;
	struct store_host *held = NULL;
	unsigned turn = 0;
	struct run r;

	if (size == 0)
		return 0;
	configure(&r, *data++);
	while (run_next(&r, &data, end))
		next_step(&r, &held, ++turn);
	store_release(held);
	restart(&r);
	r.now += DAYS_MS;
	collector_tick(r.c, r.now);
	save(&r, NULL, 0);
	if (store_count(collector_store(r.c)) != 0)
		fuzz_broken("what is silent goes", "store_count");
	collector_free(r.c);
	return 0;
}

/* Hosts come, are renamed, move and go, while the configuration changes and the
 * program is started again, in any order: names stay unique within a cluster, each
 * host is found by its own, and the file has just the hosts that there are. */
#include "tests/sflow/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/sflow/looks.h"

#define AGENTS 10
#define VMS 3 /* that each may have */
#define NAMES 5
#define ROWS 256
#define SERIES 40
#define STEPS 250

struct upheaval {
	struct script *s;
	struct device machines[AGENTS];
	struct device vms[AGENTS][VMS];
	struct collector_config config;
	struct cluster_rule rules[2];
	struct network_list *lists[3];
	struct collector_saved rows[ROWS];
	size_t row_count;
};

static unsigned
below(unsigned bound)
{
	return (unsigned)rand() % bound;
}

static const char *
any_name(void)
{
	static const char *const names[NAMES] = {"a", "b", "c", "A", "a-1"};

	return names[below(NAMES)];
}

/* What has to be so at any time ------------------------------------------------------- */

static void
check_hosts(struct upheaval *u)
{
	struct store *store = collector_store(u->s->c);
	struct store_walk walk = {0};
	struct store_host *host, *found;
	struct store_state state;

	while ((host = store_next(store, &walk, STORE_ANY_CLUSTER)) != NULL) {
		store_lock(host, &state);
		store_unlock(host);
		found = store_find(store, state.cluster, state.name);
		assert_ptr_equal(found, host); /* so no other is called that */
		store_release(found);
		store_release(host);
	}
}

static int
compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static size_t
names_of_hosts(struct upheaval *u, char names[ROWS][TEXT_SIZE])
{
	struct store_walk walk = {0};
	struct store_host *host;
	struct store_state state;
	size_t n = 0;

	while ((host = store_next(collector_store(u->s->c), &walk,
	                          STORE_ANY_CLUSTER)) != NULL) {
		store_lock(host, &state);
		store_unlock(host);
		strcpy(names[n++], state.name);
		store_release(host);
	}
	qsort(names, n, TEXT_SIZE, compare);
	return n;
}

static void
check_rows(struct upheaval *u)
{
	static char hosts[ROWS][TEXT_SIZE], rows[ROWS][TEXT_SIZE];
	size_t i, n = names_of_hosts(u, hosts);

	assert_int_equal(n, u->row_count);
	for (i = 0; i < n; i++)
		strcpy(rows[i], u->rows[i].shown);
	qsort(rows, n, TEXT_SIZE, compare);
	for (i = 0; i < n; i++)
		assert_string_equal(rows[i], hosts[i]);
}

/* What may happen ---------------------------------------------------------------------- */

static void
write_row(struct upheaval *u, const struct collector_saved *row)
{
	struct collector_saved *r = u->rows, *end = r + u->row_count;

	for (; r < end; r++)
		if (r->machine == row->machine &&
		    memcmp(&r->agent, &row->agent, sizeof(r->agent)) == 0 &&
		    r->source_index == row->source_index)
			break;
	if (!row->gone) {
		assert_true(r < u->rows + ROWS);
		*r = *row;
		u->row_count += r == end;
	} else if (r < end) {
		*r = u->rows[--u->row_count];
	}
}

static void
save(struct upheaval *u)
{
	struct collector_saved rows[16];
	size_t i, n, room = 1 + below(16);

	if (below(5) == 0) {
		collector_unsaved(u->s->c);
		u->row_count = 0;
	}
	while ((n = collector_save(u->s->c, rows, room)) > 0)
		for (i = 0; i < n; i++)
			write_row(u, &rows[i]);
	check_rows(u);
}

static bool
is_wanted(const struct upheaval *u, const struct collector_saved *row)
{
	int64_t silent = u->s->now + SCRIPT_WALL - row->heard_ms;

	return (!row->machine || u->config.vm == VM_HOST) &&
	       silent <= u->config.host_dmax_ms;
}

/* All that is in the file is back, but for machines where they are no hosts now, and
 * what was silent for too long. */
static void
restart(struct upheaval *u)
{
	int64_t now = u->s->now + below(100000);
	size_t i, n = 0, wanted = 0;

	save(u);
	looks_configure(u->s, &u->config);
	u->s->now = now;
	for (i = 0; i < u->row_count; i++) {
		wanted += is_wanted(u, &u->rows[i]);
		n += collector_restore(u->s->c, &u->rows[i], now) == 0;
	}
	assert_int_equal(n, wanted);
	assert_int_equal(looks_hosts(u->s, STORE_ANY_CLUSTER), n);
	if (n < u->row_count) {
		collector_unsaved(u->s->c);
		u->row_count = 0;
		save(u);
	}
}

static void
reconfigure(struct upheaval *u)
{
	static const enum vm_hosts vms[] = {VM_HOST, VM_HOST, VM_PREFIX, VM_NO};
	size_t before;

	u->rules[0].agents = u->lists[below(3)];
	u->rules[1].agents = u->lists[below(3)];
	u->config.cluster_count = below(3);
	u->config.vm = vms[below(COUNT_OF(vms))];
	u->config.vm_cluster = below(2) != 0 ? CLUSTER_OF_AGENT : 2;
	u->config.max_agents = AGENTS + below(5);
	u->config.multiple[KIND_HOST] = below(4) == 0;
	u->config.accept[KIND_VM] = below(8) != 0;
	before = looks_hosts(u->s, STORE_ANY_CLUSTER);
	collector_reconfigure(u->s->c, &u->config, u->s->now);
	if (u->config.vm == VM_HOST) /* no host is lost */
		assert_int_equal(looks_hosts(u->s, STORE_ANY_CLUSTER), before);
}

static void
send_host(struct upheaval *u, unsigned i)
{
	struct device *d = &u->machines[i];
	const char *name = any_name();
	unsigned times = 1 + below(3);

	while (times-- > 0)
		if (below(8) == 0)
			script_send_net(u->s, d, d->sample);
		else
			script_send_host(u->s, d, name, d->sample);
}

/* Two hypervisors may tell of the same machine. */
static void
send_vm(struct upheaval *u, unsigned i)
{
	struct device *d = &u->vms[i][below(VMS)];

	d->sequence = ++u->machines[i].sequence;
	looks_send_vm(u->s, d, below(8) != 0 ? any_name() : NULL, (uint8_t)below(4));
	u->machines[i].sequence = d->sequence;
}

static void
step(struct upheaval *u)
{
	unsigned what = below(100), i = below(AGENTS);

	if (what < 45)
		send_host(u, i);
	else if (what < 75)
		send_vm(u, i);
	else if (what < 85)
		script_pass(u->s, 1000 * (1 + below(60)));
	else if (what < 86)
		script_pass(u->s, 1000 * below(100000));
	else if (what < 91)
		reconfigure(u);
	else if (what < 99)
		save(u);
	else
		restart(u);
	check_hosts(u);
}

/* All are gone, and so are their names. */
static void
end(struct upheaval *u)
{
	size_t i, j;

	script_pass(u->s, 13 * HOURS);
	assert_int_equal(looks_hosts(u->s, STORE_ANY_CLUSTER), 0);
	save(u);
	assert_int_equal(u->row_count, 0);
	for (i = 0; i < AGENTS; i++)
		for (j = 0; j < 3; j++)
			script_send_host(u->s, &u->machines[i], i < 5 ? "a" : "b", 0);
	u->config.cluster_count = 0;
	collector_reconfigure(u->s->c, &u->config, u->s->now);
	assert_true(looks_there(u->s, 2, "a"));
	assert_true(looks_there(u->s, 2, "b"));
	check_hosts(u);
}

static void
begin(struct upheaval *u)
{
	static char addresses[AGENTS][16];
	unsigned i, j;

	for (i = 0; i < AGENTS; i++) {
		snprintf(addresses[i], sizeof(addresses[i]), "10.%u.0.%u", i % 3, i);
		u->machines[i] = script_machine(addresses[i]);
		for (j = 0; j < VMS; j++)
			u->vms[i][j] =
			    script_source(&u->machines[i], 100000, 3, 100 + j);
	}
	u->config = collector_defaults;
	u->config.vm = VM_HOST;
	u->config.keep = true;
	u->config.max_agents = AGENTS;
	u->config.host_dmax_ms = 12 * HOURS;
	u->config.clusters = u->rules;
	u->rules[0].cluster = 0;
	u->rules[1].cluster = 1;
	u->config.cluster = 2;
	u->row_count = 0;
	looks_configure(u->s, &u->config);
}

static void
whatever_happens_hosts_are_told_apart(void **state)
{
	static struct upheaval u;
	size_t bad;
	int series, i;

	u.s = *state;
	assert_int_equal(network_list_parse("10.0.0.0/16", &u.lists[0], &bad), 0);
	assert_int_equal(network_list_parse("10.0.0.0/15", &u.lists[1], &bad), 0);
	assert_int_equal(network_list_parse("10.2.0.0/16", &u.lists[2], &bad), 0);
	for (series = 1; series <= SERIES; series++) {
		srand((unsigned)series);
		begin(&u);
		for (i = 0; i < STEPS; i++)
			step(&u);
		end(&u);
	}
	for (i = 0; i < 3; i++)
		network_list_free(u.lists[i]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(whatever_happens_hosts_are_told_apart),
	};

	return cmocka_run_group_tests_name("upheaval", tests, NULL, NULL);
}

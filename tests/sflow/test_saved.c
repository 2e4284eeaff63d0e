/* What is kept of the hosts over a restart, and how they begin again. */
#include "tests/sflow/unit.h"

#include <stdio.h>

#include "tests/sflow/looks.h"

#define ROWS 256
#define WEB 1

/* What a file has: a row for each key, by the order of what is saved. */
struct file {
	struct collector_saved rows[ROWS];
	size_t count;
};

static bool
same_key(const struct collector_saved *a, const struct collector_saved *b)
{
	return a->machine == b->machine &&
	       memcmp(&a->agent, &b->agent, sizeof(a->agent)) == 0 &&
	       (!a->machine ||
	        (a->sub_agent == b->sub_agent && a->source_class == b->source_class &&
	         a->source_index == b->source_index));
}

static void
write_row(struct file *file, const struct collector_saved *row)
{
	size_t i;

	for (i = 0; i < file->count; i++)
		if (same_key(&file->rows[i], row))
			break;
	if (!row->gone) {
		assert_int_not_equal(i, ROWS);
		file->rows[i] = *row;
		file->count += i == file->count;
	} else if (i < file->count) {
		file->rows[i] = file->rows[--file->count];
	}
}

/* A round, with room for so many at a time. Returns how many rows it had. */
static size_t
save_in(struct script *s, struct file *file, size_t room)
{
	struct collector_saved rows[ROWS];
	size_t i, n, total = 0;

	while ((n = collector_save(s->c, rows, room)) > 0) {
		assert_in_range(n, 1, room);
		for (i = 0; i < n; i++)
			write_row(file, &rows[i]);
		total += n;
		assert_in_range(total, 1, 4 * ROWS); /* it ends */
	}
	return total;
}

static size_t
save(struct script *s, struct file *file)
{
	return save_in(s, file, 100);
}

static struct collector_saved *
row_of(struct file *file, const char *shown)
{
	size_t i;

	for (i = 0; i < file->count; i++)
		if (strcmp(file->rows[i].shown, shown) == 0)
			return &file->rows[i];
	return NULL;
}

static struct collector_config
config_with_vms(void)
{
	struct collector_config config = collector_defaults;

	config.vm = VM_HOST;
	config.keep = true;
	return config;
}

static void
begin(struct script *s, struct file *file)
{
	struct collector_config config = config_with_vms();

	memset(file, 0, sizeof(*file));
	looks_configure(s, &config);
}

static int
restore(struct script *s, const struct collector_saved *row)
{
	return collector_restore(s->c, row, s->now);
}

/* The program is away for so long; the clocks go on. Returns how many hosts are
 * restored. */
static size_t
restart_as(struct script *s, struct collector_config *config, const struct file *file,
           int64_t away_ms)
{
	int64_t now = s->now + away_ms;
	size_t i, n = 0;

	looks_configure(s, config);
	s->now = now;
	for (i = 0; i < file->count; i++)
		n += restore(s, &file->rows[i]) == 0;
	return n;
}

static size_t
restart(struct script *s, const struct file *file, int64_t away_ms)
{
	struct collector_config config = config_with_vms();

	return restart_as(s, &config, file, away_ms);
}

/* A machine that was heard for ten minutes, every 30 s. */
static struct device
host(struct script *s, const char *address, const char *name)
{
	struct device d = script_machine(address);

	looks_run(s, &d, name, 10 * MINUTES);
	return d;
}

static struct device
vm_on(struct script *s, const struct device *machine, uint32_t index, const char *name,
      uint8_t uuid)
{
	struct device d = script_source(machine, 100001, 3, index);
	int i;

	for (i = 0; i < 10; i++) {
		looks_send_vm(s, &d, name, uuid);
		script_pass(s, 30 * SECONDS);
	}
	script_publish(s);
	return d;
}

/* Saving ----------------------------------------------------------------------------- */

static void
row_says_what_is_known(void **state)
{
	struct script *s = *state;
	struct collector_saved *row;
	struct file file;
	struct address address;

	begin(s, &file);
	host(s, "10.1.0.1", "node");
	assert_int_equal(save(s, &file), 1);
	row = row_of(&file, "node");
	assert_int_equal(address_parse("10.1.0.1", &address), 0);
	assert_memory_equal(&row->agent, &address, sizeof(address));
	assert_false(row->machine);
	assert_string_equal(row->name, "node");
	assert_true(row->first_ms == SCRIPT_START + SCRIPT_WALL);
	assert_true(row->heard_ms == s->now - 30 * SECONDS + SCRIPT_WALL);
	assert_in_range(row->interval_ms, 29000, 31000);
	assert_in_range(row->jitter_ms, 0, 1900);
	assert_int_equal(row->started_s,
	                 (SCRIPT_START - HOURS - 123 + SCRIPT_WALL) / 1000);
	assert_near(row->loss, 0);
	assert_false(row->down);
	assert_false(row->gone);
}

static void
row_of_a_machine_says_where_it_is(void **state)
{
	struct script *s = *state;
	struct collector_saved *row;
	struct file file;
	struct device d;
	int64_t first;

	begin(s, &file);
	d = host(s, "10.1.0.1", "hv");
	first = s->now;
	vm_on(s, &d, 100007, "guest", 5);
	assert_int_equal(save(s, &file), 2);
	row = row_of(&file, "guest");
	assert_true(row->machine);
	assert_int_equal(row->sub_agent, 100001);
	assert_int_equal(row->source_class, 3);
	assert_int_equal(row->source_index, 100007);
	assert_int_equal(row->uuid[0], 5);
	assert_int_equal(row->uuid[15], 5);
	assert_string_equal(row->name, "guest");
	assert_true(row->first_ms == first + SCRIPT_WALL);
	assert_in_range(row->interval_ms, 29000, 31000);
}

static void
only_what_has_changed_is_saved(void **state)
{
	struct script *s = *state;
	struct file file;
	struct device d;
	int i;

	begin(s, &file);
	d = host(s, "10.1.0.1", "node");
	host(s, "10.1.0.2", "other");
	looks_run(s, &d, "node", 30 * SECONDS);
	assert_int_equal(save(s, &file), 2);
	assert_int_equal(save(s, &file), 0);
	script_pass(s, 5 * MINUTES); /* both are down */
	assert_int_equal(save(s, &file), 2);
	assert_true(row_of(&file, "node")->down);
	script_pass(s, 60 * MINUTES);
	assert_int_equal(save(s, &file), 0);
	looks_run(s, &d, "node", 30 * SECONDS);
	assert_int_equal(save(s, &file), 1); /* one is back */
	assert_false(row_of(&file, "node")->down);
	looks_run(s, &d, "node", 4 * MINUTES);
	assert_int_equal(save(s, &file), 0);
	looks_run(s, &d, "node", 2 * MINUTES); /* that old it may be */
	assert_int_equal(save(s, &file), 1);
	assert_true(s->now + SCRIPT_WALL - row_of(&file, "node")->heard_ms <=
	            60 * SECONDS);
	looks_run(s, &d, "new", 60 * SECONDS); /* another name */
	assert_int_equal(save(s, &file), 1);
	assert_non_null(row_of(&file, "new"));
	assert_null(row_of(&file, "node"));
	for (i = 0; i < 8; i++) { /* another interval */
		script_send_host(s, &d, "new", 0);
		script_pass(s, 5 * SECONDS);
	}
	assert_int_equal(save(s, &file), 1);
	assert_in_range(row_of(&file, "new")->interval_ms, 4000, 6000);
	assert_int_equal(file.count, 2);
}

/* Nobody was told of it. */
static void
who_has_no_name_yet_is_not_saved(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("10.1.0.1");
	struct file file;

	begin(s, &file);
	script_send_net(s, &d, 0);
	assert_int_equal(save(s, &file), 0);
	script_pass(s, 2 * MINUTES);
	script_send_net(s, &d, 0);
	assert_int_equal(save(s, &file), 1);
	assert_string_equal(file.rows[0].shown, "10.1.0.1");
	assert_string_equal(file.rows[0].name, "");
}

static void
what_is_gone_is_forgotten(void **state)
{
	struct collector_config config = config_with_vms();
	struct script *s = *state;
	struct device d;
	struct file file;

	begin(s, &file);
	d = host(s, "10.1.0.1", "hv");
	vm_on(s, &d, 100007, "guest", 5);
	host(s, "10.1.0.2", "other");
	save(s, &file);
	assert_int_equal(file.count, 3);
	config.vm = VM_PREFIX;
	collector_reconfigure(s->c, &config, s->now);
	assert_int_equal(save(s, &file), 1);
	assert_null(row_of(&file, "guest"));
	script_pass(s, 25 * HOURS);
	assert_int_equal(looks_hosts(s, 0), 0);
	assert_int_equal(save(s, &file), 2);
	assert_int_equal(file.count, 0);
	assert_int_equal(save(s, &file), 0);
}

/* It says another name with its last words, and nobody saved that. */
static void
what_is_gone_is_forgotten_under_any_name(void **state)
{
	struct script *s = *state;
	struct device d;
	struct file file;
	int i;

	begin(s, &file);
	d = host(s, "10.1.0.1", "node");
	save(s, &file);
	for (i = 0; i < 2; i++) {
		script_begin(s, &d);
		wire_host_descr(&s->w, "new", 0);
		assert_int_equal(script_send(s), 0);
	}
	script_pass(s, 5 * SECONDS);
	assert_true(looks_there(s, 0, "new"));
	script_pass(s, 25 * HOURS);
	save(s, &file);
	assert_int_equal(file.count, 0);
}

/* Gone before what was to be saved of it could be. */
static void
what_is_gone_before_its_news_are_saved_is_forgotten(void **state)
{
	struct script *s = *state;
	struct device d, vm;
	struct file file;

	begin(s, &file);
	d = host(s, "10.1.0.1", "hv");
	vm = vm_on(s, &d, 100007, "guest", 5);
	save(s, &file);
	script_pass(s, 10 * MINUTES);
	looks_send_vm(s, &vm, "renamed", 5); /* gone, and begun anew */
	script_pass(s, 25 * HOURS);
	assert_int_equal(looks_hosts(s, 0), 0);
	save(s, &file);
	assert_int_equal(file.count, 0);
}

static void
machine_that_is_renamed_is_saved_as_it_is_called(void **state)
{
	struct script *s = *state;
	struct device d, vm;
	struct file file;

	begin(s, &file);
	d = host(s, "10.1.0.1", "hv");
	vm = vm_on(s, &d, 100007, "guest", 5);
	save(s, &file);
	looks_send_vm(s, &vm, "renamed", 5);
	assert_int_equal(save(s, &file), 1); /* in the place of what it was */
	assert_int_equal(file.count, 2);
	assert_non_null(row_of(&file, "renamed"));
}

static void
machine_that_moved_is_saved_where_it_is(void **state)
{
	struct script *s = *state;
	struct device a, b;
	struct file file;
	int64_t first;

	begin(s, &file);
	a = host(s, "10.1.0.1", "hv1");
	b = host(s, "10.1.0.2", "hv2");
	first = s->now;
	vm_on(s, &a, 100007, "guest", 5);
	save(s, &file);
	vm_on(s, &b, 100009, "guest", 5);
	save(s, &file);
	assert_int_equal(file.count, 3);
	assert_int_equal(row_of(&file, "guest")->source_index, 100009);
	assert_true(row_of(&file, "guest")->first_ms == first + SCRIPT_WALL);
}

/* In portions ------------------------------------------------------------------------ */

static void
many_hosts(struct script *s, struct device *devices, size_t count)
{
	static char addresses[100][16];
	char name[16];
	size_t i;

	for (i = 0; i < count; i++) {
		snprintf(addresses[i], sizeof(addresses[i]), "10.1.1.%zu", i);
		snprintf(name, sizeof(name), "n%zu", i);
		devices[i] = script_machine(addresses[i]);
		assert_int_equal(script_send_host(s, &devices[i], name, 0), 0);
	}
}

static void
all_are_saved_once_in_any_portions(void **state)
{
	struct script *s = *state;
	struct device d[100];
	struct file file;
	size_t room;

	for (room = 1; room <= 101; room += 10) {
		begin(s, &file);
		many_hosts(s, d, 100);
		vm_on(s, &d[50], 100001, "guest", 5);
		save(s, &file);
		collector_unsaved(s->c);
		memset(&file, 0, sizeof(file));
		assert_int_equal(save_in(s, &file, room), 101);
		assert_int_equal(file.count, 101);
		assert_int_equal(save_in(s, &file, room), 0);
	}
}

static void
hosts_go_while_they_are_saved(void **state)
{
	struct collector_saved rows[10];
	struct script *s = *state;
	struct device d[100];
	struct file file;
	size_t i, n;

	begin(s, &file);
	many_hosts(s, d, 100);
	n = collector_save(s->c, rows, 10);
	assert_int_equal(n, 10);
	for (i = 0; i < n; i++)
		write_row(&file, &rows[i]);
	script_pass(s, 6 * MINUTES);
	for (i = 90; i < 100; i++)
		script_send_net(s, &d[i], 0);
	script_pass(s, 6 * MINUTES); /* heard but once, all but these are gone */
	assert_int_equal(looks_hosts(s, 0), 10);
	save_in(s, &file, 3);
	save_in(s, &file, 3);
	assert_int_equal(file.count, 10);
	for (i = 0; i < 10; i++)
		assert_true(file.rows[i].shown[1] == '9');
	assert_int_equal(save(s, &file), 0);
}

static void
all_that_is_gone_is_forgotten_in_any_portions(void **state)
{
	struct script *s = *state;
	struct device d[100];
	struct file file;

	begin(s, &file);
	many_hosts(s, d, 100);
	save(s, &file);
	script_pass(s, 2 * HOURS);
	assert_int_equal(looks_hosts(s, 0), 0);
	assert_int_equal(save_in(s, &file, 10), 100);
	assert_int_equal(file.count, 0);
}

/* Each call finds something, for each time something has changed. */
static void
round_ends_while_something_changes(void **state)
{
	struct collector_saved rows[ROWS];
	struct script *s = *state;
	struct device d[100];
	size_t i, calls = 0;
	struct file file;

	begin(s, &file);
	many_hosts(s, d, 100);
	while (collector_save(s->c, rows, 40) > 0) {
		assert_in_range(++calls, 1, 4);
		script_pass(s, 6 * MINUTES);
		for (i = 0; i < 100; i++)
			script_send_net(s, &d[i], 0);
	}
	assert_int_equal(calls, 3);
	assert_int_equal(save(s, &file), 100);
	assert_int_equal(save(s, &file), 0);
}

static void
all_are_saved_again_when_they_were_lost(void **state)
{
	struct collector_saved rows[ROWS];
	struct script *s = *state;
	struct device d[100];
	struct file file;

	begin(s, &file);
	many_hosts(s, d, 100);
	save(s, &file);
	collector_unsaved(s->c);
	assert_int_equal(save(s, &file), 100);
	collector_unsaved(s->c);
	collector_save(s->c, rows, 30); /* and lost in the middle */
	collector_unsaved(s->c);
	memset(&file, 0, sizeof(file));
	assert_int_equal(save(s, &file), 100);
	collector_unsaved(s->c);
	script_pass(s, 2 * HOURS);
	assert_int_equal(looks_hosts(s, 0), 0);
	assert_int_equal(save(s, &file), 0); /* there is nothing to forget, */
	many_hosts(s, d, 100);
	assert_int_equal(save(s, &file), 100);
	script_pass(s, 2 * HOURS);
	collector_unsaved(s->c);
	assert_int_equal(save(s, &file), 0); /* nor any more */
}

/* Who was never saved, or is not to be, leaves nothing behind. */
static void
passers_by_are_not_remembered(void **state)
{
	struct collector_config config = collector_defaults;
	struct script *s = *state;
	struct device d[100];
	struct file file;
	int i;

	begin(s, &file);
	for (i = 0; i < 5; i++) {
		many_hosts(s, d, 100);
		script_pass(s, 2 * HOURS);
	}
	assert_int_equal(save(s, &file), 0);
	looks_configure(s, &config); /* keep is not set */
	many_hosts(s, d, 100);
	save(s, &file);
	script_pass(s, 2 * HOURS);
	assert_int_equal(save(s, &file), 0);
}

/* Restoring --------------------------------------------------------------------------- */

static void
host_that_lived_is_up(void **state)
{
	struct script *s = *state;
	struct store_state was, is;
	struct file file;
	struct device d;

	begin(s, &file);
	d = host(s, "10.1.0.1", "node");
	was = looks_state(s, 0, "node");
	assert_true(was.up);
	save(s, &file);
	assert_int_equal(restart(s, &file, 20 * MINUTES), 1);
	is = looks_state(s, 0, "node");
	assert_true(is.up);
	assert_string_equal(is.key, "10.1.0.1");
	assert_int_equal(is.address.type, ADDRESS_IPV4);
	assert_true(is.heard_ms == was.heard_ms);
	assert_int_equal(is.started_s, was.started_s);
	script_pass(s, 25 * SECONDS);
	looks_run(s, &d, "node", 10 * MINUTES);
	assert_int_equal(s->events[EVENT_JOINED] + s->events[EVENT_DOWN] +
	                     s->events[EVENT_LATE] + s->events[EVENT_RETURNED] +
	                     s->events[EVENT_RENAMED],
	                 0);
	assert_true(looks_state(s, 0, "node").up);
	assert_int_equal(looks_hosts(s, 0), 1);
	assert_true(looks_has(s, 0, "node", "bytes_in"));
}

/* By its own interval, from the restart on. */
static void
host_that_died_is_down(void **state)
{
	struct script *s = *state;
	struct file file;

	begin(s, &file);
	host(s, "10.1.0.1", "node");
	save(s, &file);
	restart(s, &file, 20 * MINUTES);
	script_pass(s, 60 * SECONDS);
	assert_true(looks_state(s, 0, "node").up);
	script_pass(s, 10 * SECONDS);
	script_publish(s);
	assert_false(looks_state(s, 0, "node").up);
	assert_int_equal(s->events[EVENT_DOWN], 1);
	assert_int_equal(s->last[EVENT_DOWN].values.now, 2); /* since we listen */
	assert_true(looks_state(s, 0, "node").down_after_ms <
	            21 * MINUTES + 40 * SECONDS);
	save(s, &file);
	assert_true(row_of(&file, "node")->down);
	script_pass(s, 2 * HOURS); /* it is no passer-by */
	assert_true(looks_there(s, 0, "node"));
}

static void
host_that_was_down_is_down(void **state)
{
	struct script *s = *state;
	struct store_state is;
	struct file file;
	struct device d;

	begin(s, &file);
	d = host(s, "10.1.0.1", "node");
	script_pass(s, 10 * MINUTES);
	save(s, &file);
	restart(s, &file, 20 * MINUTES);
	is = looks_state(s, 0, "node");
	assert_false(is.up);
	assert_true(s->now - is.heard_ms > is.down_after_ms);
	script_pass(s, 10 * MINUTES);
	script_publish(s);
	assert_false(looks_state(s, 0, "node").up);
	assert_int_equal(s->events[EVENT_DOWN] + s->events[EVENT_LATE], 0);
	assert_int_equal(collector_stats(s->c)->down, 1);
	looks_run(s, &d, "node", 30 * SECONDS);
	assert_true(looks_state(s, 0, "node").up);
	assert_int_equal(s->events[EVENT_RETURNED], 1);
}

/* Its next datagram does not make it one of which nothing is known. */
static void
what_is_expected_stays_learned(void **state)
{
	struct script *s = *state;
	struct store_state is;
	struct file file;
	struct device d;

	begin(s, &file);
	d = host(s, "10.1.0.1", "node");
	save(s, &file);
	row_of(&file, "node")->jitter_ms = 3000;
	restart(s, &file, 20 * MINUTES);
	script_send_host(s, &d, "node", 0);
	script_pass(s, 1 * SECONDS);
	is = looks_state(s, 0, "node");
	assert_in_range(is.down_after_ms, 2 * 29900 + 4 * 3000, 2 * 30100 + 4 * 3000);
	script_pass(s, 100 * SECONDS);
	script_publish(s);
	assert_false(looks_state(s, 0, "node").up);
}

static void
slow_agents_values_are_not_old_at_once(void **state)
{
	struct script *s = *state;
	struct file file;
	struct device d = script_machine("10.1.0.1");
	int i;

	begin(s, &file);
	for (i = 0; i < 5; i++) {
		script_send_host(s, &d, "node", 0);
		script_pass(s, 20 * MINUTES);
	}
	save(s, &file);
	restart(s, &file, 5 * MINUTES);
	script_send_host(s, &d, "node", 0);
	assert_int_not_equal(looks_values(s, 0, "node"), 0);
	script_pass(s, 19 * MINUTES);
	assert_int_not_equal(looks_values(s, 0, "node"), 0);
	assert_true(looks_state(s, 0, "node").up);
}

static void
restored_host_is_saved_when_it_changes(void **state)
{
	struct script *s = *state;
	struct file file;
	struct device d;

	begin(s, &file);
	d = host(s, "10.1.0.1", "node");
	vm_on(s, &d, 100007, "guest", 5);
	save(s, &file);
	restart(s, &file, 60 * SECONDS);
	assert_int_equal(save(s, &file), 0);
	script_pass(s, 25 * HOURS);
	assert_int_equal(save(s, &file), 2); /* gone */
	assert_int_equal(file.count, 0);
}

static void
first_time_stays_over_restarts(void **state)
{
	struct script *s = *state;
	struct collector_saved node, guest;
	struct file file;
	struct device d, vm;
	int i;

	begin(s, &file);
	d = host(s, "10.1.0.1", "node");
	vm = vm_on(s, &d, 100007, "guest", 5);
	save(s, &file);
	node = *row_of(&file, "node");
	guest = *row_of(&file, "guest");
	for (i = 0; i < 3; i++) {
		restart(s, &file, 10 * SECONDS);
		looks_run(s, &d, "node", 6 * MINUTES);
		d.sequence++;
		looks_send_vm(s, &vm, "guest", 5);
		assert_int_equal(save(s, &file), 2);
	}
	assert_true(row_of(&file, "node")->first_ms == node.first_ms);
	assert_true(row_of(&file, "guest")->first_ms == guest.first_ms);
	assert_true(row_of(&file, "guest")->heard_ms > guest.heard_ms);
}

/* Who began last had to be called otherwise; whoever is heard first now. */
static void
hosts_of_one_name_stay_who_they_are(void **state)
{
	struct script *s = *state;
	struct device a = script_machine("10.1.0.1"), b = script_machine("10.1.0.2");
	struct device other = script_machine("10.1.0.3");
	struct file file;
	int i;

	begin(s, &file);
	for (i = 0; i < 10; i++) {
		script_send_host(s, &a, "node", 0);
		looks_run(s, &b, "node", 30 * SECONDS);
	}
	save(s, &file);
	restart(s, &file, 60 * SECONDS);
	looks_run(s, &b, "node", 60 * SECONDS);
	looks_run(s, &a, "node", 60 * SECONDS);
	assert_int_equal(looks_hosts(s, 0), 2);
	assert_string_equal(looks_state(s, 0, "node").key, "10.1.0.1");
	assert_string_equal(looks_state(s, 0, "node-10.1.0.2").key, "10.1.0.2");
	script_send_host(s, &a, "node", 0);
	script_send_host(s, &other, "node", 0);
	assert_true(looks_there(s, 0, "node-10.1.0.3"));
}

static void
host_that_was_renamed_meanwhile(void **state)
{
	struct script *s = *state;
	struct device d;
	struct file file;

	begin(s, &file);
	d = host(s, "10.1.0.1", "node");
	save(s, &file);
	restart(s, &file, 60 * SECONDS);
	looks_run(s, &d, "new", 30 * SECONDS);
	assert_true(looks_there(s, 0, "node"));
	looks_run(s, &d, "new", 30 * SECONDS);
	assert_false(looks_there(s, 0, "node"));
	assert_true(looks_there(s, 0, "new"));
	assert_int_equal(s->events[EVENT_RENAMED], 1);
	assert_string_equal(s->last[EVENT_RENAMED].of.membership.old_name, "node");
}

/* Machines ---------------------------------------------------------------------------- */

static void
machine_is_restored_as_a_host(void **state)
{
	struct script *s = *state;
	struct store_state was, is;
	struct file file;
	struct device d, vm;

	begin(s, &file);
	d = host(s, "10.1.0.1", "hv");
	vm = vm_on(s, &d, 100007, "guest", 5);
	was = looks_state(s, 0, "guest");
	save(s, &file);
	assert_int_equal(restart(s, &file, 5 * MINUTES), 2);
	is = looks_state(s, 0, "guest");
	assert_true(is.up);
	assert_true(is.heard_ms == was.heard_ms);
	assert_string_equal(is.key, "05050505-0505-0505-0505-050505050505");
	looks_send_vm(s, &vm, "guest", 5);
	script_publish(s);
	assert_int_equal(looks_hosts(s, 0), 2);
	assert_int_equal(s->events[EVENT_JOINED] + s->events[EVENT_MOVED] +
	                     s->events[EVENT_SAME_UUID] + s->events[EVENT_RENAMED],
	                 0);
	script_pass(s, 1 * SECONDS);
	assert_in_range(looks_state(s, 0, "guest").down_after_ms, 60000, 75000);
	script_pass(s, 100 * SECONDS);
	assert_false(looks_state(s, 0, "guest").up);
}

/* The file's order is any; and the hypervisor may be no host. */
static void
machine_is_restored_before_its_hypervisor_or_without(void **state)
{
	struct collector_config config = config_with_vms();
	struct cluster_rule rule = {NULL, WEB};
	struct script *s = *state;
	struct file file;
	struct device d, vm;

	begin(s, &file);
	d = host(s, "10.1.0.1", "hv");
	vm = vm_on(s, &d, 100007, "guest", 5);
	vm_on(s, &d, 100008, "second", 6);
	save(s, &file);
	assert_false(file.rows[0].machine);
	file.rows[3] = file.rows[0];
	file.rows[0] = file.rows[2];
	file.rows[2] = file.rows[3]; /* the hypervisor last */
	config.clusters = &rule;
	config.cluster_count = 1;
	assert_int_equal(restart_as(s, &config, &file, MINUTES), 3);
	assert_int_equal(looks_hosts(s, WEB), 3);
	file.count = 2;
	assert_int_equal(restart_as(s, &config, &file, MINUTES), 2);
	assert_int_equal(looks_hosts(s, WEB), 2);
	vm.sequence = 0;
	looks_send_vm(s, &vm, "guest", 5); /* what it learned, it knows */
	script_pass(s, 1 * SECONDS);
	assert_in_range(looks_state(s, WEB, "guest").down_after_ms, 60000, 75000);
	script_pass(s, 1 * HOURS);
	assert_int_equal(looks_hosts(s, WEB), 2);
	assert_false(looks_state(s, WEB, "guest").up);
	looks_run(s, &d, "hv", 60 * SECONDS);
	assert_true(looks_there(s, WEB, "hv"));
	assert_int_equal(looks_hosts(s, WEB), 3);
}

static void
machine_may_have_moved_meanwhile(void **state)
{
	struct script *s = *state;
	struct device a, b, vm;
	struct file file;

	begin(s, &file);
	a = host(s, "10.1.0.1", "hv1");
	b = host(s, "10.1.0.2", "hv2");
	vm_on(s, &a, 100007, "guest", 5);
	save(s, &file);
	restart(s, &file, 60 * SECONDS);
	vm = script_source(&b, 100001, 3, 100003);
	looks_send_vm(s, &vm, "guest", 5);
	script_pass(s, 6 * MINUTES); /* it is late where it was */
	looks_send_vm(s, &vm, "guest", 5);
	script_publish(s);
	assert_int_equal(s->events[EVENT_MOVED], 1);
	assert_int_equal(looks_hosts(s, 0), 3);
	assert_true(looks_state(s, 0, "guest").heard_ms == s->now);
	save(s, &file);
	assert_int_equal(file.count, 3);
	assert_int_equal(row_of(&file, "guest")->source_index, 100003);
}

static void
two_machines_of_one_uuid_are_both_restored(void **state)
{
	struct script *s = *state;
	struct device a;
	struct file file;

	begin(s, &file);
	a = host(s, "10.1.0.1", "hv1");
	vm_on(s, &a, 100007, "guest", 5);
	save(s, &file);
	file.rows[2] = *row_of(&file, "guest");
	file.rows[2].source_index = 100008;
	strcpy(file.rows[2].shown, "twin");
	file.count = 3;
	assert_int_equal(restart(s, &file, 60 * SECONDS), 3);
	assert_string_equal(looks_state(s, 0, "twin").key, "10.1.0.1-3-100008");
}

static void
machines_are_not_restored_where_they_are_no_hosts(void **state)
{
	struct collector_config config = config_with_vms();
	struct script *s = *state;
	struct device a;
	struct file file;

	begin(s, &file);
	a = host(s, "10.1.0.1", "hv1");
	vm_on(s, &a, 100007, "guest", 5);
	save(s, &file);
	file.rows[0] = *row_of(&file, "guest");
	file.count = 1;
	config.vm = VM_PREFIX;
	assert_int_equal(restart_as(s, &config, &file, 60 * SECONDS), 0);
	collector_tick(s->c, s->now);
	assert_int_equal(collector_stats(s->c)->agents, 0);
	assert_int_equal(looks_hosts(s, 0), 0);
}

/* What does not fit ------------------------------------------------------------------- */

static void
host_that_was_silent_for_too_long_is_not_restored(void **state)
{
	struct script *s = *state;
	struct device d;
	struct file file;

	begin(s, &file);
	host(s, "10.1.0.1", "node");
	save(s, &file);
	assert_int_equal(restart(s, &file, DAYS - 30 * SECONDS), 1);
	script_pass(s, 10 * MINUTES);
	assert_int_equal(looks_hosts(s, 0), 0); /* and gone now */
	begin(s, &file);
	d = host(s, "10.1.0.1", "hv");
	vm_on(s, &d, 100007, "guest", 5);
	save(s, &file);
	file.rows[0] = *row_of(&file, "guest");
	file.count = 1;
	assert_int_equal(restart(s, &file, DAYS - 30 * SECONDS), 1);
	script_pass(s, 10 * MINUTES);
	assert_int_equal(looks_hosts(s, 0), 0); /* as is a machine */
	begin(s, &file);
	host(s, "10.1.0.1", "node");
	save(s, &file);
	assert_int_equal(restart(s, &file, DAYS), 0);
	assert_int_equal(looks_hosts(s, 0), 0);
}

/* By an hour, or to before the host was first heard. */
static void
wall_clock_may_be_set_back_meanwhile(void **state)
{
	struct script *s = *state;
	struct store_state is;
	struct file file;

	begin(s, &file);
	host(s, "10.1.0.1", "node");
	save(s, &file);
	row_of(&file, "node")->heard_ms += 1 * HOURS;
	row_of(&file, "node")->first_ms += 1 * HOURS;
	assert_int_equal(restart(s, &file, 60 * SECONDS), 1);
	is = looks_state(s, 0, "node");
	assert_true(is.up);
	assert_true(is.heard_ms == s->now);
	collector_unsaved(s->c);
	save(s, &file);
	/* else the next program can make no sense of it */
	assert_true(row_of(&file, "node")->first_ms <= row_of(&file, "node")->heard_ms);
	script_pass(s, 5 * MINUTES);
	assert_false(looks_state(s, 0, "node").up);
}

/* The machine was booted: the clock that never goes back has just begun. */
static void
clock_may_begin_anew(void **state)
{
	struct collector_config config = config_with_vms();
	struct script *s = *state;
	struct store_state is;
	struct file file;
	struct device d = script_machine("10.1.0.1");
	int64_t wall;

	begin(s, &file);
	host(s, "10.1.0.1", "node");
	save(s, &file);
	wall = s->now + SCRIPT_WALL + 20 * MINUTES;
	looks_configure(s, &config);
	s->now = 5000;
	collector_set_wall(s->c, wall - s->now);
	assert_int_equal(restore(s, &file.rows[0]), 0);
	is = looks_state(s, 0, "node");
	assert_true(is.up);
	assert_true(is.heard_ms < 0);
	assert_true(is.heard_ms == s->now - 20 * MINUTES - 30 * SECONDS);
	script_pass(s, 30 * SECONDS);
	d.booted_ms = -HOURS;
	looks_run(s, &d, "node", 5 * MINUTES);
	assert_true(looks_state(s, 0, "node").up);
	assert_int_equal(s->events[EVENT_DOWN] + s->events[EVENT_LATE], 0);
	assert_int_equal(save(s, &file), 1);
	assert_true(file.rows[0].first_ms == SCRIPT_START + SCRIPT_WALL);
}

static void
what_makes_no_sense_or_has_no_room_is_refused(void **state)
{
	struct collector_config config = config_with_vms();
	struct script *s = *state;
	struct device d[100];
	struct file file;

	begin(s, &file);
	many_hosts(s, d, 100);
	save(s, &file);
	config.max_agents = 60;
	assert_int_equal(restart_as(s, &config, &file, 60 * SECONDS), 60);
	assert_int_equal(looks_hosts(s, 0), 60);
	assert_int_equal(restore(s, &file.rows[0]), -1); /* it is there */
	assert_int_equal(looks_hosts(s, 0), 60);
	begin(s, &file);
	host(s, "10.1.0.1", "node");
	save(s, &file);
	strcpy(file.rows[0].shown, "");
	assert_int_equal(restart(s, &file, 60 * SECONDS), 0);
	assert_int_equal(looks_hosts(s, 0), 0);
}

static void
host_of_a_network_switch_has_the_name_that_it_is_given_now(void **state)
{
	struct collector_config config = config_with_vms();
	struct name_list *names = name_list_new();
	struct device d = script_machine("10.1.0.1");
	struct script *s = *state;
	struct file file;
	int i;

	assert_int_equal(name_list_add(names, "10.1.0.1 switch1\n"
	                                      "10.1.0.2 never\n"),
	                 0);
	begin(s, &file);
	for (i = 0; i < 6; i++) {
		script_send_net(s, &d, 0);
		script_pass(s, 30 * SECONDS);
	}
	host(s, "10.1.0.2", "itself");
	save(s, &file);
	assert_non_null(row_of(&file, "10.1.0.1"));
	config.names = names;
	assert_int_equal(restart_as(s, &config, &file, 60 * SECONDS), 2);
	assert_true(looks_there(s, 0, "switch1"));
	assert_true(looks_there(s, 0, "itself"));
	assert_int_equal(save(s, &file), 1);
	assert_non_null(row_of(&file, "switch1"));
	assert_int_equal(file.count, 2);
	strcpy(row_of(&file, "switch1")->shown, "old");
	assert_int_equal(restart_as(s, &config, &file, 60 * SECONDS), 2);
	script_pass(s, 25 * HOURS);
	save(s, &file); /* gone before it was saved as it is called now */
	assert_int_equal(file.count, 0);
	name_list_free(names);
}

/* The file could not be read at the start, and is now. */
static void
host_may_be_restored_late(void **state)
{
	struct collector_config config = config_with_vms();
	struct script *s = *state;
	struct store_state is;
	struct device d, vm;
	struct file file, none = {.count = 0};
	int64_t heard;

	begin(s, &file);
	d = host(s, "10.1.0.1", "node");
	vm = vm_on(s, &d, 100007, "guest", 5);
	host(s, "10.1.0.2", "other");
	script_pass(s, 5 * MINUTES); /* all are down */
	save(s, &file);
	restart_as(s, &config, &none, 60 * SECONDS);
	script_send_net(s, &d, 0); /* it has not said its name yet */
	vm.sequence = d.sequence;
	looks_send_vm(s, &vm, "guest", 5);
	heard = s->now;
	script_pass(s, 10 * SECONDS);
	assert_int_equal(restore(s, row_of(&file, "node")), 0);
	assert_int_equal(restore(s, row_of(&file, "other")), 0);
	assert_int_equal(restore(s, row_of(&file, "guest")), -1);
	is = looks_state(s, 0, "node");
	assert_true(is.up);
	assert_true(is.heard_ms == heard);
	assert_false(looks_state(s, 0, "other").up);
	assert_true(looks_state(s, 0, "guest").up);
	assert_int_equal(looks_hosts(s, 0), 3);
	script_pass(s, 10 * SECONDS);
	assert_true(looks_state(s, 0, "node").up);
	assert_int_equal(save(s, &file), 2); /* node and guest are up */
	assert_false(row_of(&file, "node")->down);
	assert_int_equal(file.count, 3);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(row_says_what_is_known),
	    TEST(row_of_a_machine_says_where_it_is),
	    TEST(only_what_has_changed_is_saved),
	    TEST(who_has_no_name_yet_is_not_saved),
	    TEST(what_is_gone_is_forgotten),
	    TEST(what_is_gone_is_forgotten_under_any_name),
	    TEST(what_is_gone_before_its_news_are_saved_is_forgotten),
	    TEST(machine_that_is_renamed_is_saved_as_it_is_called),
	    TEST(machine_that_moved_is_saved_where_it_is),
	    TEST(all_are_saved_once_in_any_portions),
	    TEST(hosts_go_while_they_are_saved),
	    TEST(all_that_is_gone_is_forgotten_in_any_portions),
	    TEST(round_ends_while_something_changes),
	    TEST(all_are_saved_again_when_they_were_lost),
	    TEST(passers_by_are_not_remembered),
	    TEST(host_that_lived_is_up),
	    TEST(host_that_died_is_down),
	    TEST(host_that_was_down_is_down),
	    TEST(what_is_expected_stays_learned),
	    TEST(slow_agents_values_are_not_old_at_once),
	    TEST(restored_host_is_saved_when_it_changes),
	    TEST(first_time_stays_over_restarts),
	    TEST(hosts_of_one_name_stay_who_they_are),
	    TEST(host_that_was_renamed_meanwhile),
	    TEST(machine_is_restored_as_a_host),
	    TEST(machine_is_restored_before_its_hypervisor_or_without),
	    TEST(machine_may_have_moved_meanwhile),
	    TEST(two_machines_of_one_uuid_are_both_restored),
	    TEST(machines_are_not_restored_where_they_are_no_hosts),
	    TEST(host_that_was_silent_for_too_long_is_not_restored),
	    TEST(wall_clock_may_be_set_back_meanwhile),
	    TEST(clock_may_begin_anew),
	    TEST(what_makes_no_sense_or_has_no_room_is_refused),
	    TEST(host_of_a_network_switch_has_the_name_that_it_is_given_now),
	    TEST(host_may_be_restored_late),
	};

	return cmocka_run_group_tests_name("saved", tests, NULL, NULL);
}

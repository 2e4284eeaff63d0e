/* What the administrator orders: to remove a host, to rename one for good; and what a name
 * was that no host has any more. In invented time. */
#include <stdio.h>
#include <string.h>

#include "sflow/collector/renamings.h"
#include "tests/sflow/looks.h"
#include "tests/sflow/unit.h"

#define ADDRESS "10.1.0.1"
#define OTHER "10.1.0.2"
#define POLLING (30 * SECONDS)

static struct collector_config config;

static int
setup(void **state)
{
	int result = script_setup(state);

	config = collector_defaults;
	config.keep = true;
	config.reserved = "bridge";
	script_configure_unpublished(*state, &config);
	return result;
}

/* So many polls of a server. */
static void
polls(struct script *s, struct device *d, const char *name, int count)
{
	static uint64_t bytes;

	for (; count > 0; count--) {
		script_send_host(s, d, name, bytes += 1000);
		script_pass(s, POLLING);
		script_publish(s);
	}
}

static int
remove_host(struct script *s, const char *name)
{
	int result = collector_remove_host(s->c, 0, name, s->now);

	script_publish(s);
	return result;
}

static int
rename_host(struct script *s, const char *name, const char *to)
{
	int result = collector_rename_host(s->c, 0, name, to, s->now);

	script_publish(s);
	return result;
}

static bool
is_there(struct script *s, const char *name)
{
	return looks_there(s, 0, name);
}

static void
assert_former(struct script *s, const char *was, const char *is)
{
	struct store_former former;

	assert_true(store_former_find(collector_store(s->c), 0, was, &former));
	assert_string_equal(former.was, was);
	assert_string_equal(former.is, is);
}

static void
assert_no_former(struct script *s, const char *was)
{
	struct store_former former;

	assert_false(store_former_find(collector_store(s->c), 0, was, &former));
}

/* The name `was` has become `is`, and nobody joined, left or died. */
static void
assert_renamed(struct script *s, unsigned times, const char *was, const char *is)
{
	const struct event *event = &s->last[EVENT_RENAMED];

	assert_int_equal(s->events[EVENT_RENAMED], times);
	assert_string_equal(event->host, is);
	assert_string_equal(event->of.membership.old_name, was);
	assert_true(is_there(s, is));
	assert_false(is_there(s, was));
	assert_former(s, was, is);
	assert_no_former(s, is);
}

/* Removing -------------------------------------------------------------------------- */

static void
what_is_up_stays(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(ADDRESS);

	polls(s, &d, "web1", 5);
	assert_int_equal(remove_host(s, "web1"), COLLECTOR_IS_UP);
	assert_int_equal(remove_host(s, "web2"), COLLECTOR_NO_HOST);
	assert_int_equal(remove_host(s, ""), COLLECTOR_NO_HOST);
	assert_int_equal(remove_host(s, "bridge"), COLLECTOR_OWN_HOST);
	assert_int_equal(collector_remove_host(s->c, 1, "web1", s->now),
	                 COLLECTOR_NO_HOST);
	assert_true(is_there(s, "web1"));
	assert_int_equal(s->events[EVENT_REMOVED], 0);
}

static void
what_is_down_goes_at_once(void **state)
{
	struct collector_saved saved[4];
	struct script *s = *state;
	struct device d = script_machine(ADDRESS);

	polls(s, &d, "web1", 5);
	assert_int_equal(collector_save(s->c, saved, 4), 1);
	assert_int_equal(collector_save(s->c, saved, 4), 0);
	script_pass(s, 10 * MINUTES);
	assert_int_equal(remove_host(s, "web1"), 0);
	assert_false(is_there(s, "web1"));
	assert_int_equal(store_count(collector_store(s->c)), 0);
	assert_int_equal(s->events[EVENT_REMOVED], 1);
	assert_int_equal(s->events[EVENT_GONE], 0);
	assert_string_equal(s->last[EVENT_REMOVED].host, "web1");
	assert_former(s, "web1", "");
	assert_int_equal(collector_save(s->c, saved, 4), 1);
	assert_true(saved[0].gone);
	assert_int_equal(remove_host(s, "web1"), COLLECTOR_NO_HOST);
}

static void
what_is_late_goes(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(ADDRESS);

	polls(s, &d, "web1", 5);
	while (collector_stats(s->c)->late == 0)
		script_pass(s, 1 * SECONDS);
	assert_int_equal(remove_host(s, "web1"), 0);
	assert_false(is_there(s, "web1"));
	assert_int_equal(s->events[EVENT_DOWN], 0);
}

/* It sends again: it joins as it did first, and by the name that it sends. */
static void
what_comes_again_is_new(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(ADDRESS);

	polls(s, &d, "web1", 5);
	assert_int_equal(rename_host(s, "web1", "www"), 0);
	script_pass(s, 10 * MINUTES);
	assert_int_equal(remove_host(s, "www"), 0);
	assert_former(s, "web1", "");
	polls(s, &d, "web1", 3);
	assert_true(is_there(s, "web1"));
	assert_no_former(s, "web1");
	assert_int_equal(s->events[EVENT_JOINED], 2);
	assert_int_equal(s->events[EVENT_RETURNED], 0);
	assert_int_equal(collector_renamings(s->c, NULL, 0), 0);
}

/* A hypervisor with machines that are hosts is removed after these. */
static void
machines_first(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(ADDRESS);
	struct device vm = script_source(&d, 100000, 3, 100001);

	config.vm = VM_HOST;
	script_configure_unpublished(s, &config);
	polls(s, &d, "hv1", 3);
	looks_send_vm(s, &vm, "guest", 5);
	script_pass(s, 20 * MINUTES);
	assert_int_equal(remove_host(s, "hv1"), COLLECTOR_HAS_MACHINES);
	assert_true(is_there(s, "hv1"));
	assert_int_equal(remove_host(s, "guest"), 0);
	assert_false(is_there(s, "guest"));
	assert_int_equal(remove_host(s, "hv1"), 0);
	assert_int_equal(store_count(collector_store(s->c)), 0);
	assert_int_equal(s->events[EVENT_REMOVED], 2);
}

/* Renaming -------------------------------------------------------------------------- */

/* Its values go on, at the next poll as much as before. */
static void
values_go_on(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(ADDRESS);
	size_t values;

	polls(s, &d, "web1", 5);
	values = looks_values(s, 0, "web1");
	assert_true(values > 0);
	assert_int_equal(rename_host(s, "web1", "www"), 0);
	assert_renamed(s, 1, "web1", "www");
	assert_int_equal(looks_values(s, 0, "www"), values);
	polls(s, &d, "web1", 20);
	assert_renamed(s, 1, "web1", "www");
	assert_int_equal(s->events[EVENT_JOINED], 1);
	assert_int_equal(s->events[EVENT_DOWN] + s->events[EVENT_LATE], 0);
	assert_int_equal(store_count(collector_store(s->c)), 1);
}

/* Where publishers know a host by its name, it leaves the store, and is there again. */
static void
with_a_publisher(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(ADDRESS);

	script_configure(s, &config);
	polls(s, &d, "web1", 5);
	assert_int_equal(rename_host(s, "web1", "www"), 0);
	polls(s, &d, "web1", 2);
	assert_renamed(s, 1, "web1", "www");
	assert_true(script_is_shown(s, "www"));
	assert_true(script_is_gone(s, "web1"));
}

static void
refused(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(ADDRESS), e = script_machine(OTHER);

	polls(s, &d, "web1", 2);
	polls(s, &e, "web2", 2);
	assert_int_equal(rename_host(s, "web1", "web2"), COLLECTOR_NAME_TAKEN);
	assert_int_equal(rename_host(s, "web1", "bridge"), COLLECTOR_NAME_TAKEN);
	assert_int_equal(rename_host(s, "web1", "web1"), COLLECTOR_SAME_NAME);
	assert_int_equal(rename_host(s, "web3", "www"), COLLECTOR_NO_HOST);
	assert_int_equal(rename_host(s, "bridge", "www"), COLLECTOR_OWN_HOST);
	assert_int_equal(rename_host(s, "web1", ""), COLLECTOR_BAD_NAME);
	assert_int_equal(rename_host(s, "web1", "../etc"), COLLECTOR_BAD_NAME);
	assert_int_equal(rename_host(s, "web1", "a b"), COLLECTOR_BAD_NAME);
	assert_int_equal(rename_host(s, "web1", "__SummaryInfo__"), COLLECTOR_BAD_NAME);
	assert_int_equal(
	    rename_host(s, "web1",
	                "0123456789012345678901234567890123456789012345678901234567890"
	                "1234"),
	    COLLECTOR_BAD_NAME);
	assert_int_equal(s->events[EVENT_RENAMED], 0);
	assert_int_equal(collector_renamings(s->c, NULL, 0), 0);
}

/* Back to what it is called by itself: nothing is left of the renaming. */
static void
back_again(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(ADDRESS);

	polls(s, &d, "web1", 2);
	assert_int_equal(rename_host(s, "web1", "www"), 0);
	assert_int_equal(rename_host(s, "www", "shop"), 0);
	assert_renamed(s, 2, "www", "shop");
	assert_former(s, "web1", "shop");
	assert_int_equal(collector_renamings(s->c, NULL, 0), 1);
	assert_int_equal(rename_host(s, "shop", "web1"), 0);
	assert_renamed(s, 3, "shop", "web1");
	assert_former(s, "www", "web1");
	assert_int_equal(collector_renamings(s->c, NULL, 0), 0);
	polls(s, &d, "web1", 5);
	assert_renamed(s, 3, "shop", "web1");
}

/* Two hosts change their names, by way of a third one. */
static void
two_change_names(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(ADDRESS), e = script_machine(OTHER);
	struct collector_saved saved[4];
	struct collector_renaming list[4];
	size_t i, n;

	polls(s, &d, "a", 2);
	polls(s, &e, "b", 2);
	assert_int_equal(rename_host(s, "a", "tmp"), 0);
	assert_int_equal(rename_host(s, "b", "a"), 0);
	assert_int_equal(rename_host(s, "tmp", "b"), 0);
	polls(s, &d, "a", 2);
	polls(s, &e, "b", 2);
	assert_int_equal(s->events[EVENT_RENAMED], 3);
	assert_int_equal(looks_state(s, 0, "b").address.bytes[3], 1);
	assert_int_equal(looks_state(s, 0, "a").address.bytes[3], 2);
	/* and over a restart */
	assert_int_equal(collector_save(s->c, saved, 4), 2);
	n = collector_renamings(s->c, list, 4);
	assert_int_equal(n, 2);
	script_configure_unpublished(s, &config);
	for (i = 0; i < n; i++)
		assert_int_equal(collector_restore_renaming(s->c, &list[i]), 0);
	for (i = 0; i < 2; i++)
		assert_int_equal(collector_restore(s->c, &saved[i], s->now), 0);
	d = script_machine(ADDRESS);
	e = script_machine(OTHER);
	polls(s, &d, "a", 2);
	polls(s, &e, "b", 2);
	assert_int_equal(s->events[EVENT_RENAMED], 0);
	assert_int_equal(looks_state(s, 0, "b").address.bytes[3], 1);
	assert_int_equal(looks_state(s, 0, "a").address.bytes[3], 2);
}

/* The bridge begins anew, and nothing of the host was kept but the renaming. */
static void
over_a_restart(void **state)
{
	struct collector_renaming kept = {.name = "web1", .is = "www"};
	struct script *s = *state;
	struct device d = script_machine(ADDRESS);

	assert_int_equal(collector_restore_renaming(s->c, &kept), 0);
	polls(s, &d, "web1", 3);
	assert_true(is_there(s, "www"));
	assert_false(is_there(s, "web1"));
	assert_int_equal(s->events[EVENT_RENAMED], 0);
	strcpy(kept.is, "a/b");
	assert_int_equal(collector_restore_renaming(s->c, &kept), -1);
}

/* The agent begins anew, at another address, and under both names. */
static void
the_same_elsewhere(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(ADDRESS), e = script_machine(OTHER);

	polls(s, &d, "web1", 5);
	assert_int_equal(rename_host(s, "web1", "www"), 0);
	script_reboot(s, &d);
	polls(s, &d, "web1", 3);
	assert_renamed(s, 1, "web1", "www");
	script_pass(s, 10 * MINUTES);
	polls(s, &e, "web1", 4);
	assert_int_equal(s->events[EVENT_MOVED], 1);
	assert_string_equal(s->last[EVENT_MOVED].host, "www");
	assert_true(is_there(s, "www"));
	assert_int_equal(store_count(collector_store(s->c)), 1);
	/* its administrator calls it so, too */
	polls(s, &e, "www", 5);
	assert_true(is_there(s, "www"));
	assert_int_equal(s->events[EVENT_RENAMED], 1);
	/* and otherwise */
	polls(s, &e, "shop", 5);
	assert_renamed(s, 2, "www", "shop");
	assert_former(s, "web1", "shop");
	polls(s, &e, "web1", 5);
	assert_renamed(s, 3, "shop", "www");
}

/* Two that call themselves the same. The second one is renamed, and stays so. */
static void
one_of_two(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(ADDRESS), e = script_machine(OTHER);

	polls(s, &d, "web", 3);
	script_send_host(s, &e, "web", 1);
	script_send_host(s, &d, "web", 1);
	polls(s, &e, "web", 1);
	script_send_host(s, &d, "web", 1);
	assert_true(is_there(s, "web-" OTHER));
	assert_int_equal(rename_host(s, "web-" OTHER, "db"), 0);
	assert_true(is_there(s, "web"));
	assert_true(is_there(s, "db"));
	for (int i = 0; i < 40; i++)
		polls(s, &e, "web", 1); /* the first one is silent */
	assert_int_equal(remove_host(s, "web"), 0);
	polls(s, &e, "web", 5);
	assert_true(is_there(s, "db"));
	assert_false(is_there(s, "web"));
}

/* A host of the cluster that it moves to is renamed there, too. */
static void
in_another_cluster(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(ADDRESS);
	struct collector_renaming list[2];

	polls(s, &d, "web1", 3);
	assert_int_equal(rename_host(s, "web1", "www"), 0);
	config.cluster = 3;
	collector_reconfigure(s->c, &config, s->now);
	assert_true(looks_there(s, 3, "www"));
	assert_int_equal(collector_renamings(s->c, list, 2), 1);
	assert_int_equal(list[0].cluster, 3);
	polls(s, &d, "web1", 3);
	assert_true(looks_there(s, 3, "www"));
}

/* Names that the configuration gives ------------------------------------------------ */

static void
named_by_another_configuration(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(ADDRESS);
	struct name_list *names = name_list_new();
	struct collector_renaming renamed;
	size_t values;
	int i;

	for (i = 0; i < 5; i++) {
		script_send_net(s, &d, (uint64_t)i * 1000);
		script_pass(s, POLLING);
	}
	script_publish(s);
	values = looks_values(s, 0, ADDRESS);
	assert_true(values > 0);
	assert_int_equal(name_list_add(names, ADDRESS " core1\n"), 0);
	config.names = names;
	collector_reconfigure(s->c, &config, s->now);
	script_publish(s);
	assert_renamed(s, 1, ADDRESS, "core1");
	assert_int_equal(looks_values(s, 0, "core1"), values);
	assert_true(collector_next_renamed(s->c, &renamed));
	assert_string_equal(renamed.name, ADDRESS);
	assert_string_equal(renamed.is, "core1");
	assert_false(collector_next_renamed(s->c, &renamed));
	/* what the administrator calls core1 stays so */
	assert_int_equal(rename_host(s, "core1", "spine1"), 0);
	collector_reconfigure(s->c, &config, s->now);
	script_publish(s);
	assert_renamed(s, 2, "core1", "spine1");
	assert_false(collector_next_renamed(s->c, &renamed));
	script_configure_unpublished(s, &collector_defaults);
	name_list_free(names);
}

/* Former names ----------------------------------------------------------------------- */

/* Of each cluster the newest are kept. */
static void
so_many_former_names(void **state)
{
	struct script *s = *state;
	struct store *store = collector_store(s->c);
	struct store_former list[3];
	uint64_t version = store_former_version(store);
	char name[TEXT_SIZE];
	unsigned i;

	for (i = 0; i < STORE_FORMER_MAX + 10; i++) {
		snprintf(name, sizeof(name), "old%u", i);
		store_former_renamed(store, 0, name, "new");
		store_former_renamed(store, 7, "old", "new");
	}
	assert_int_not_equal(store_former_version(store), version);
	assert_no_former(s, "old9");
	assert_former(s, "old10", "new");
	assert_int_equal(store_former_list(store, 7, 0, list, 3), 1);
	assert_int_equal(list[0].cluster, 7);
	assert_int_equal(
	    store_former_list(store, STORE_ANY_CLUSTER, STORE_FORMER_MAX - 1, list, 3),
	    2);
	assert_string_equal(list[0].was, name);
	assert_int_equal(list[1].cluster, 7);
	assert_int_equal(store_former_list(store, 1, 0, list, 3), 0);
}

/* What is renamed goes on, and another one is refused. */
static void
so_many_renamings(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(ADDRESS);
	struct collector_renaming renaming = {.cluster = 0};
	unsigned i;

	polls(s, &d, "web1", 2);
	for (i = 0; i < RENAMINGS_MAX; i++) {
		snprintf(renaming.name, sizeof(renaming.name), "old%u", i);
		snprintf(renaming.is, sizeof(renaming.is), "new%u", i);
		assert_int_equal(collector_restore_renaming(s->c, &renaming), 0);
	}
	assert_int_equal(rename_host(s, "web1", "www"), COLLECTOR_FULL);
	assert_int_equal(collector_renamings(s->c, NULL, 0), RENAMINGS_MAX);
	polls(s, &d, "web1", 2);
	assert_true(looks_there(s, 0, "web1"));
	polls(s, &d, "old7", 4);
	assert_true(looks_there(s, 0, "new7"));
}

static void
clusters_change_places(void **state)
{
	struct collector_config plain = collector_defaults;
	struct device a = script_machine("10.1.0.1"), b = script_machine("10.2.0.1");
	struct network_list *one, *two;
	struct cluster_rule rules[2];
	struct script *s = *state;
	size_t bad;

	network_list_parse("10.1.0.0/16", &one, &bad);
	network_list_parse("10.2.0.0/16", &two, &bad);
	rules[0] = (struct cluster_rule){one, 1};
	rules[1] = (struct cluster_rule){two, 2};
	plain.clusters = rules;
	plain.cluster_count = 2;
	looks_configure(s, &plain);
	looks_run(s, &a, "a", MINUTES);
	looks_run(s, &b, "b", MINUTES);
	assert_int_equal(collector_rename_host(s->c, 1, "a", "x", s->now), 0);
	assert_int_equal(collector_rename_host(s->c, 2, "b", "x", s->now), 0);
	rules[0].cluster = 2;
	rules[1].cluster = 1;
	collector_reconfigure(s->c, &plain, s->now);
	assert_int_equal(collector_renamings(s->c, NULL, 0), 2);
	looks_run(s, &a, "a", MINUTES);
	looks_run(s, &b, "b", MINUTES);
	assert_true(looks_there(s, 2, "x") && looks_there(s, 1, "x"));
	assert_int_equal(looks_hosts(s, STORE_ANY_CLUSTER), 2);
	network_list_free(one);
	network_list_free(two);
}

static void
lower_case_keeps_renamings(void **state)
{
	struct collector_config plain = collector_defaults;
	struct device a = script_machine("10.1.0.1");
	struct script *s = *state;

	looks_configure(s, &plain);
	looks_run(s, &a, "Node", MINUTES);
	assert_int_equal(collector_rename_host(s->c, 0, "Node", "db", s->now), 0);
	plain.lower_case = true;
	collector_reconfigure(s->c, &plain, s->now);
	looks_run(s, &a, "Node", MINUTES);
	assert_true(looks_there(s, 0, "db"));
}

static void
lower_case_leaves_names(void **state)
{
	struct collector_config plain = collector_defaults;
	struct device a = script_machine("10.1.0.1");
	struct script *s = *state;

	looks_configure(s, &plain);
	looks_run(s, &a, "Node", 2 * MINUTES);
	script_pass(s, 10 * MINUTES);
	plain.lower_case = true;
	collector_reconfigure(s->c, &plain, s->now);
	assert_true(looks_there(s, 0, "Node"));
	assert_int_equal(collector_remove_host(s->c, 0, "Node", s->now), 0);
}

/* Those that send go on under the names that they have, whichever way it is changed; who
 * joins afterwards has the new spelling. */
static void
lower_case_leaves_those_that_send(void **state)
{
	struct collector_config plain = collector_defaults;
	struct device a = script_machine("10.1.0.1"), b = script_machine("10.1.0.2");
	struct script *s = *state;

	looks_configure(s, &plain);
	looks_run(s, &a, "Node", 2 * MINUTES);
	plain.lower_case = true;
	collector_reconfigure(s->c, &plain, s->now);
	looks_run(s, &a, "Node", 5 * MINUTES);
	assert_true(looks_there(s, 0, "Node"));
	looks_run(s, &b, "Other", 2 * MINUTES);
	assert_true(looks_there(s, 0, "other"));
	plain.lower_case = false;
	collector_reconfigure(s->c, &plain, s->now);
	looks_run(s, &b, "Other", 5 * MINUTES);
	assert_true(looks_there(s, 0, "other"));
	assert_int_equal(s->events[EVENT_RENAMED], 0);
}

/* Each renaming begins at the name that the host sends; the last one takes it back. */
static void
one_after_the_other(void **state)
{
	struct collector_renaming list[4];
	struct device d = script_machine("10.1.0.1");
	struct script *s = *state;

	looks_run(s, &d, "a", MINUTES);
	assert_int_equal(collector_rename_host(s->c, 0, "a", "b", s->now), 0);
	assert_int_equal(collector_rename_host(s->c, 0, "b", "c", s->now), 0);
	assert_int_equal(collector_renamings(s->c, list, 4), 1);
	assert_string_equal(list[0].name, "a");
	assert_string_equal(list[0].is, "c");
	script_reboot(s, &d);
	looks_run(s, &d, "a", 2 * MINUTES);
	assert_true(looks_there(s, 0, "c"));
	assert_int_equal(looks_hosts(s, STORE_ANY_CLUSTER), 1);
	assert_int_equal(collector_rename_host(s->c, 0, "c", "a", s->now), 0);
	assert_int_equal(collector_renamings(s->c, list, 4), 0);
	looks_run(s, &d, "a", 2 * MINUTES);
	assert_true(looks_there(s, 0, "a"));
}

#define ORDER(test) cmocka_unit_test_setup_teardown(test, setup, script_teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    ORDER(what_is_up_stays),
	    ORDER(what_is_down_goes_at_once),
	    ORDER(what_is_late_goes),
	    ORDER(what_comes_again_is_new),
	    ORDER(machines_first),
	    ORDER(values_go_on),
	    ORDER(with_a_publisher),
	    ORDER(refused),
	    ORDER(back_again),
	    ORDER(two_change_names),
	    ORDER(over_a_restart),
	    ORDER(the_same_elsewhere),
	    ORDER(one_of_two),
	    ORDER(in_another_cluster),
	    ORDER(named_by_another_configuration),
	    ORDER(so_many_former_names),
	    ORDER(so_many_renamings),
	    ORDER(one_after_the_other),
	    TEST(clusters_change_places),
	    TEST(lower_case_keeps_renamings),
	    TEST(lower_case_leaves_names),
	    TEST(lower_case_leaves_those_that_send),
	};

	return cmocka_run_group_tests_name("orders", tests, NULL, NULL);
}

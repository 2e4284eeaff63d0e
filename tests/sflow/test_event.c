/* Kinds of events, and what a log says of each. */
#include "tests/sflow/unit.h"

#include <stdio.h>

#include "sflow/event.h"
#include "sflow/store/store.h"
#include "sflow/wire/datagram.h"

/* An event of a host that was heard 65.4 s ago. */
static struct event
event_of(enum event_kind kind)
{
	struct event event = {.kind = kind, .host = "web1", .last_ms = 100000};

	assert_int_equal(address_parse("10.1.0.1", &event.agent), 0);
	return event;
}

static struct event
membership(enum event_kind kind)
{
	struct event event = event_of(kind);

	event.values = (struct event_values){.now = 2, .peak = 2, .limit = 3};
	event.of.membership = (struct event_membership){
	    .heard_ms = 34600, .interval_ms = 30500, .old_name = "old1"};
	return event;
}

static void
assert_text(const struct event *event, const char *want)
{
	char text[EVENT_TEXT];

	assert_ptr_equal(event_text(event, text), text);
	assert_string_equal(text, want);
}

static void
every_kind_has_its_row(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < EVENT_KIND_COUNT; i++) {
		assert_non_null(event_kinds[i].word);
		assert_non_null(event_kinds[i].text);
		assert_in_range(event_kinds[i].category, EVENT_OF_WIRE,
		                EVENT_OF_MEMBERSHIP);
		assert_in_range(event_kinds[i].waiting_max, 1, 4096);
		for (k = 0; k < i; k++)
			assert_string_not_equal(event_kinds[i].word,
			                        event_kinds[k].word);
	}
}

static void
words_and_categories(void **state)
{
	static const struct {
		const char *word;
		enum event_category category;
		size_t waiting_max;
	} want[] = {
	    [EVENT_MALFORMED] = {"malformed", EVENT_OF_WIRE, 32},
	    [EVENT_SHORT] = {"short", EVENT_OF_WIRE, 32},
	    [EVENT_UNKNOWN] = {"unknown", EVENT_OF_WIRE, 32},
	    [EVENT_INSTANCE] = {"instance", EVENT_OF_NAMES, 32},
	    [EVENT_AT_BOUND] = {"at_bound", EVENT_OF_BOUNDS, 32},
	    [EVENT_NOT_ALLOWED] = {"not_allowed", EVENT_OF_BOUNDS, 32},
	    [EVENT_SAME_NAME] = {"same_name", EVENT_OF_NAMES, 32},
	    [EVENT_SAME_UUID] = {"same_uuid", EVENT_OF_NAMES, 32},
	    [EVENT_SAME_ADDRESS] = {"same_address", EVENT_OF_NAMES, 32},
	    [EVENT_FLIPPING] = {"flipping", EVENT_OF_NAMES, 32},
	    [EVENT_SPEED] = {"speed", EVENT_OF_WIRE, 32},
	    [EVENT_JOINED] = {"joined", EVENT_OF_MEMBERSHIP, 4096},
	    [EVENT_LATE] = {"late", EVENT_OF_MEMBERSHIP, 32},
	    [EVENT_DOWN] = {"down", EVENT_OF_MEMBERSHIP, 4096},
	    [EVENT_RETURNED] = {"returned", EVENT_OF_MEMBERSHIP, 4096},
	    [EVENT_RESTARTED] = {"restarted", EVENT_OF_MEMBERSHIP, 32},
	    [EVENT_RENAMED] = {"renamed", EVENT_OF_MEMBERSHIP, 4096},
	    [EVENT_MOVED] = {"moved", EVENT_OF_MEMBERSHIP, 4096},
	    [EVENT_GONE] = {"gone", EVENT_OF_MEMBERSHIP, 4096},
	    [EVENT_REMOVED] = {"removed", EVENT_OF_MEMBERSHIP, 4096},
	};
	size_t i;

	(void)state;
	assert_int_equal(COUNT_OF(want), EVENT_KIND_COUNT);
	for (i = 0; i < EVENT_KIND_COUNT; i++) {
		assert_string_equal(event_kinds[i].word, want[i].word);
		assert_int_equal(event_kinds[i].category, want[i].category);
		assert_int_equal(event_kinds[i].waiting_max, want[i].waiting_max);
	}
}

/* Nobody misses 2880 of 2 heartbeats. */
static void
no_more_missed_than_may_be(void **state)
{
	struct event event = membership(EVENT_GONE);
	char text[EVENT_TEXT];

	(void)state;
	event.values.now = 2880;
	event.values.limit = 2;
	assert_non_null(strstr(event_text(&event, text), " 2 of 2 heartbeats missed,"));
}

static void
texts_of_membership(void **state)
{
#define SILENCE "last heard 65 s ago, 2 of 3 heartbeats missed, expected every 30 s"
	static const struct {
		enum event_kind kind;
		const char *text;
	} want[] = {
	    {EVENT_JOINED, "host web1 joined (agent 10.1.0.1)"},
	    {EVENT_LATE, "host web1 is late (agent 10.1.0.1): " SILENCE},
	    {EVENT_DOWN, "host web1 is down (agent 10.1.0.1): " SILENCE},
	    {EVENT_RETURNED, "host web1 returned (agent 10.1.0.1): " SILENCE},
	    {EVENT_RESTARTED, "host web1 restarted (agent 10.1.0.1): its numbers "
	                      "begin again"},
	    {EVENT_RENAMED, "host web1 renamed (agent 10.1.0.1): it was old1"},
	    {EVENT_MOVED, "host web1 moved (agent 10.1.0.1): it was at agent "
	                  "10.9.0.9, last heard 65 s ago"},
	    {EVENT_GONE, "host web1 is gone (agent 10.1.0.1): " SILENCE},
	    {EVENT_REMOVED, "host web1 removed (agent 10.1.0.1): last heard 65 s ago"},
	};
	struct event event;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(want); i++) {
		event = membership(want[i].kind);
		if (event.kind == EVENT_MOVED)
			event.of.membership.old_agent =
			    (struct address){ADDRESS_IPV4, {10, 9, 0, 9}};
		assert_text(&event, want[i].text);
		assert_int_equal(event_silence_s(&event), 65);
	}
}

static void
texts_of_the_wire(void **state)
{
	struct event event = event_of(EVENT_MALFORMED);

	(void)state;
	event.of.malformed.error = DATAGRAM_VERSION;
	assert_text(&event, "malformed datagram from 10.1.0.1: not sFlow version 5");
	event.of.malformed.error = DATAGRAM_HEADER;
	assert_text(&event, "malformed datagram from 10.1.0.1: a sample ends inside "
	                    "its header");
	event = event_of(EVENT_SHORT);
	event.of.is_short =
	    (struct event_short){layout_find(1, NULL, 0), "ifPromiscuousMode", 84};
	assert_text(&event, "agent 10.1.0.1 sends structure 0:1 (if_counters) of 84 "
	                    "bytes, not 88: it ends inside ifPromiscuousMode, and "
	                    "what is before that is used");
	event.of.is_short =
	    (struct event_short){layout_find(2000, NULL, 0), "os_release", 45};
	assert_text(&event, "agent 10.1.0.1 sends structure 0:2000 (host_descr) of 45 "
	                    "bytes: it ends inside os_release, and what is before "
	                    "that is used");
	event = event_of(EVENT_SPEED);
	event.host[0] = '\0';
	event.of.speed = (struct event_speed){10000000, 7, ""};
	assert_text(&event, "agent 10.1.0.1: the speed of port 7 is wrong, for more "
	                    "passes than 10000000 bit/s: it has no utilization");
	strcpy(event.of.speed.port, "tap0");
	strcpy(event.host, "core-1");
	assert_text(&event, "host core-1 (agent 10.1.0.1): the speed of port tap0 is "
	                    "wrong, for more passes than 10000000 bit/s: it has no "
	                    "utilization");
	event = event_of(EVENT_UNKNOWN);
	event.of.unknown.tag = SFLOW_TAG(9999, 7);
	event.of.unknown.what = "counters";
	assert_text(&event, "agent 10.1.0.1 sends structure 9999:7 (counters), which "
	                    "is skipped");
}

static void
texts_of_bounds(void **state)
{
	struct event event = event_of(EVENT_AT_BOUND);

	(void)state;
	event.of.at_bound.bound = EVENT_BOUND_AGENTS;
	assert_text(&event, "datagrams of agent 10.1.0.1 refused: too many "
	                    "(max_agents)");
	event.of.at_bound.bound = EVENT_BOUND_SOURCES;
	assert_text(&event, "data sources of agent 10.1.0.1 refused: too many "
	                    "(max_sources)");
	event.of.at_bound.bound = EVENT_BOUND_METRICS;
	assert_text(&event, "metrics of agent 10.1.0.1 refused: too many "
	                    "(max_metrics)");
}

static void
texts_of_names(void **state)
{
	struct event event = event_of(EVENT_INSTANCE);

	(void)state;
	event.of.instance = (struct event_instance){KIND_HTTP, "8080"};
	assert_text(&event, "host web1 (agent 10.1.0.1) has more than one instance of "
	                    "http: the metrics of the second have the prefix "
	                    "\"8080.\"");
	event.host[0] = '\0';
	assert_text(&event, "agent 10.1.0.1 has more than one instance of http: the "
	                    "metrics of the second have the prefix \"8080.\"");
	event = event_of(EVENT_SAME_NAME);
	strcpy(event.of.same_name.wanted, "web");
	assert_text(&event, "agent 10.1.0.1 has a host with the name web, which is "
	                    "taken: it is called web1");
	address_parse("192.0.2.1", &event.of.same_name.other);
	assert_text(&event, "agent 10.1.0.1 has a host with the name web, which the "
	                    "host of agent 192.0.2.1 has: it is called web1");
	event.of.same_name.lower_case = true;
	assert_text(&event, "lower_case makes one name, web, of the hosts of agents "
	                    "192.0.2.1 and 10.1.0.1: the latter is called web1; "
	                    "rename one, or set lower_case = no");
	event = event_of(EVENT_SAME_UUID);
	assert_text(&event, "agent 10.1.0.1 has a virtual machine (web1) with a UUID "
	                    "that another one has at the same time");
	event = event_of(EVENT_SAME_ADDRESS);
	address_parse("192.0.2.1", &event.of.same_address.sources[0]);
	address_parse("2001:db8::2", &event.of.same_address.sources[1]);
	event.of.same_address.apart_ms = -4000400;
	assert_text(&event, "agent 10.1.0.1 is two: packets from 192.0.2.1 and from "
	                    "2001:db8::2, whose clocks are 4000 s apart, and each is "
	                    "a host now");
	event.of.same_address.sources[1] = event.of.same_address.sources[0];
	assert_text(&event, "agent 10.1.0.1 is two: packets from 192.0.2.1 have two "
	                    "clocks, 4000 s apart, so there are no rates of them");
	event = event_of(EVENT_FLIPPING);
	event.of.flipping = (struct event_flipping){false, "web2"};
	assert_text(&event, "host web1 (agent 10.1.0.1) changes its name all the time, "
	                    "to web2 now: it keeps the one it has");
	event.of.flipping.source = true;
	event.host[0] = '\0';
	assert_text(&event, "agent 10.1.0.1 changes the name of one of its data "
	                    "sources all the time, to web2 now: it keeps the one it "
	                    "has");
}

/* With the longest names, and an address. */
static void
texts_fit(void **state)
{
	char longest[TEXT_SIZE], text[EVENT_TEXT];
	struct event event = {.host = ""};
	unsigned kind;

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	for (kind = 0; kind < EVENT_KIND_COUNT; kind++) {
		memset(&event, 0, sizeof(event));
		event.kind = kind;
		event.agent.type = ADDRESS_IPV6;
		memset(event.agent.bytes, 0x88, sizeof(event.agent.bytes));
		strcpy(event.host, longest);
		if (kind == EVENT_INSTANCE) {
			event.of.instance.kind = KIND_INFINIBAND;
			strcpy(event.of.instance.prefix, longest);
		} else if (kind == EVENT_SAME_ADDRESS) {
			event.of.same_address.sources[0] = event.agent;
			event.of.same_address.sources[1] = event.agent;
			event.of.same_address.sources[1].bytes[15]++;
			event.of.same_address.apart_ms = INT32_MAX;
		} else if (kind == EVENT_FLIPPING) {
			event.of.flipping.source = true;
			strcpy(event.of.flipping.name, longest);
		} else if (kind == EVENT_RENAMED) {
			strcpy(event.of.membership.old_name, longest);
		} else if (kind == EVENT_SHORT) {
			event.of.is_short = (struct event_short){
			    layout_find(2, NULL, 0),
			    "dot3StatsInternalMacTransmitErrors", 48};
		} else if (kind == EVENT_SPEED) {
			event.of.speed.bits = UINT64_MAX;
			strcpy(event.of.speed.port, longest);
		} else if (kind == EVENT_UNKNOWN) {
			event.of.unknown.what = "counters";
		}
		assert_in_range(strlen(event_text(&event, text)), 1, EVENT_TEXT - 2);
	}
}

/* Any metric of the table can be the subject, with the longest prefix and part; and so
 * can one that an agent names itself, which has a set's name before its own. */
static void
names_of_metrics_fit(void **state)
{
	size_t i, k, before, longest = TEXT_SIZE - 1 + 1 + TEXT_SIZE - 1;

	(void)state;
	for (i = 0; i < layouts_count; i++) {
		before = TEXT_SIZE - 1 + 1;
		if (layouts[i].each != NULL)
			before += STORE_PART - 1 + 1;
		for (k = 0; k < layouts[i].count; k++) {
			const char *name = layouts[i].fields[k].metric.name;

			if (name != NULL && before + strlen(name) > longest)
				longest = before + strlen(name);
		}
	}
	assert_in_range(longest, 1, EVENT_METRIC - 1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_kind_has_its_row),
	    cmocka_unit_test(words_and_categories),
	    cmocka_unit_test(texts_of_membership),
	    cmocka_unit_test(no_more_missed_than_may_be),
	    cmocka_unit_test(texts_of_the_wire),
	    cmocka_unit_test(texts_of_bounds),
	    cmocka_unit_test(texts_of_names),
	    cmocka_unit_test(texts_fit),
	    cmocka_unit_test(names_of_metrics_fit),
	};

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}

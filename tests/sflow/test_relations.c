#include "tests/sflow/unit.h"

#include "sflow/collector/collector_internal.h"
#include "sflow/collector/relations.h"
#include "tests/sflow/script.h"

#define AGENT "10.92.0.1"
#define OTHER "10.92.0.2"

#define HOST_ADAPTERS 2001
#define HOST_PARENT 2002

static const uint8_t mac_a[6] = {2, 0, 0, 0, 0, 0xa};
static const uint8_t mac_b[6] = {2, 0, 0, 0, 0, 0xb};
static const uint8_t no_mac[6];

/* Six bytes, and two of padding. */
static void
put_mac(struct script *s, const uint8_t mac[6])
{
	wire_bytes(&s->w, mac, 6);
	wire_bytes(&s->w, "\0", 2);
}

static void
put_adapter(struct script *s, uint32_t if_index, const uint8_t *first,
            const uint8_t *second)
{
	wire_u32(&s->w, if_index);
	wire_u32(&s->w, second == NULL ? 1 : 2);
	put_mac(s, first);
	if (second != NULL)
		put_mac(s, second);
}

static void
begin_adapters(struct script *s, struct device *d, uint32_t count)
{
	script_begin(s, d);
	wire_record_begin(&s->w, HOST_ADAPTERS);
	wire_u32(&s->w, count);
}

static void
send_adapters(struct script *s)
{
	wire_record_end(&s->w);
	script_send(s);
}

static void
send_adapter(struct script *s, struct device *d, uint32_t if_index, const uint8_t *mac)
{
	begin_adapters(s, d, 1);
	put_adapter(s, if_index, mac, NULL);
	send_adapters(s);
}

static void
send_parent(struct script *s, struct device *d, uint32_t class, uint32_t index)
{
	script_begin(s, d);
	wire_record_begin(&s->w, HOST_PARENT);
	wire_u32(&s->w, class);
	wire_u32(&s->w, index);
	wire_record_end(&s->w);
	script_send(s);
}

static const struct adapter *
find(const struct script *s, const uint8_t *mac)
{
	return relations_find(&s->c->adapters, mac);
}

static void
address_gives_host_and_interface(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	const struct adapter *adapter;

	begin_adapters(s, &d, 2);
	put_adapter(s, 3, no_mac, mac_a);
	put_adapter(s, 4, mac_b, NULL);
	send_adapters(s);
	adapter = find(s, mac_a);
	assert_int_equal(adapter->if_index, 3);
	assert_int_equal(source_id(adapter->source).class, 2);
	assert_null(adapter->next);
	assert_int_equal(find(s, mac_b)->if_index, 4);
	assert_null(find(s, no_mac));
}

static void
shared_address_gives_all_its_owners(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT), other = script_machine(OTHER);
	const struct adapter *adapter;

	send_adapter(s, &d, 3, mac_a);
	send_adapter(s, &other, 9, mac_a);
	adapter = find(s, mac_a);
	assert_int_equal(adapter->if_index, 3);
	assert_int_equal(adapter->next->if_index, 9);
	send_adapter(s, &d, 3, mac_a); /* as before: nothing moves */
	assert_ptr_equal(find(s, mac_a), adapter);
	send_adapter(s, &d, 3, mac_b);
	assert_int_equal(find(s, mac_a)->if_index, 9);
	assert_null(find(s, mac_a)->next);
}

/* Bridges and VLANs have the address of what they are made of. */
static void
one_machine_may_have_an_address_twice(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);

	begin_adapters(s, &d, 2);
	put_adapter(s, 3, mac_a, NULL);
	put_adapter(s, 4, mac_a, mac_a);
	send_adapters(s);
	assert_int_equal(find(s, mac_a)->if_index, 3);
	assert_int_equal(find(s, mac_a)->next->if_index, 4);
	assert_int_equal(find(s, mac_a)->next->next->if_index, 4);
	assert_null(find(s, mac_a)->next->next->next);
	send_adapter(s, &d, 5, mac_a);
	assert_int_equal(find(s, mac_a)->if_index, 5);
	assert_null(find(s, mac_a)->next);
}

static void
adapters_follow_what_is_told_last(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);

	send_adapter(s, &d, 3, mac_a);
	send_adapter(s, &d, 3, mac_a);
	assert_null(find(s, mac_a)->next);
	send_adapter(s, &d, 5, mac_a);
	assert_int_equal(find(s, mac_a)->if_index, 5);
	begin_adapters(s, &d, 0);
	send_adapters(s);
	assert_null(find(s, mac_a));
}

static void
lying_counts_change_nothing(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);

	send_adapter(s, &d, 3, mac_a);
	begin_adapters(s, &d, UINT32_MAX);
	put_adapter(s, 4, mac_b, NULL);
	send_adapters(s);
	begin_adapters(s, &d, 1);
	wire_u32(&s->w, 4);
	wire_u32(&s->w, UINT32_MAX);
	put_mac(s, mac_b);
	send_adapters(s);
	assert_int_equal(collector_stats(s->c)->malformed, 2);
	assert_non_null(find(s, mac_a));
	assert_null(find(s, mac_b));
}

/* Two adapters, the second with two addresses, in so many bytes. */
static void
send_cut_adapters(struct script *s, struct device *d, size_t len)
{
	size_t body;

	begin_adapters(s, d, 2);
	body = s->w.len - 4;
	put_adapter(s, 4, mac_b, NULL);
	put_adapter(s, 5, mac_b, mac_b);
	assert_in_range(len, 0, s->w.len - body);
	s->w.len = body + len;
	send_adapters(s);
}

#define CUT_ADAPTERS (4 + 16 + 24)

/* Padding that is cut at the end holds nothing. */
static void
adapters_that_are_cut_short_change_nothing(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	size_t len;

	send_adapter(s, &d, 3, mac_a);
	for (len = 0; len < CUT_ADAPTERS - 2; len++) {
		send_cut_adapters(s, &d, len);
		assert_int_equal(collector_stats(s->c)->malformed, len + 1);
		assert_int_equal(find(s, mac_a)->if_index, 3);
		assert_null(find(s, mac_b));
	}
	for (; len <= CUT_ADAPTERS; len++) {
		send_adapter(s, &d, 3, mac_a);
		send_cut_adapters(s, &d, len);
		assert_null(find(s, mac_a));
		assert_int_equal(find(s, mac_b)->if_index, 4);
		assert_int_equal(find(s, mac_b)->next->next->if_index, 5);
	}
	assert_int_equal(collector_stats(s->c)->malformed, CUT_ADAPTERS - 2);
}

static void
adapters_of_a_source_are_bounded(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	uint8_t mac[6] = {2, 0, 0, 1};
	uint8_t i;

	begin_adapters(s, &d, 100);
	for (i = 0; i < 100; i++) {
		mac[5] = i;
		put_adapter(s, i, mac, NULL);
	}
	send_adapters(s);
	mac[5] = ADAPTERS_MAX - 1;
	assert_non_null(find(s, mac));
	mac[5] = ADAPTERS_MAX;
	assert_null(find(s, mac));
	assert_int_equal(collector_stats(s->c)->malformed, 0);
}

static void
agent_that_is_gone_owns_nothing(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);

	send_adapter(s, &d, 3, mac_a);
	script_pass(s, 2 * DAYS);
	assert_null(find(s, mac_a));
}

/* The other one lives on. */
static void
shared_address_outlives_one_of_its_owners(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT), other = script_machine(OTHER);
	int i;

	send_adapter(s, &d, 3, mac_a);
	for (i = 0; i < 200; i++) {
		send_adapter(s, &other, 9, mac_a);
		script_pass(s, 30 * SECONDS);
	}
	assert_int_equal(find(s, mac_a)->if_index, 9);
	assert_null(find(s, mac_a)->next);
}

/* The source of `d`, which has sent. */
static struct source *
source_of(struct script *s, const struct device *d)
{
	struct source *source;
	struct agent *agent;

	for (agent = agents_first(&s->c->agents); agent != NULL;
	     agent = agent_next(agent))
		for (source = agent_sources(agent); source != NULL;
		     source = source_next(source))
			if (source_id(source).class == d->class &&
			    source_id(source).index == d->index &&
			    source_sub_agent_id(source) == d->sub_agent)
				return source;
	return NULL;
}

static void
virtual_machine_gives_its_hypervisor(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device vm = script_source(&d, d.sub_agent, 3, 100001);
	struct device port = script_source(&d, d.sub_agent, 0, 1);
	struct device chassis = script_source(&d, d.sub_agent, 2, 2);

	script_send_net(s, &d, 1);
	port.sequence = d.sequence;
	send_adapter(s, &port, 1, mac_a);
	vm.sequence = port.sequence;
	send_parent(s, &vm, 2, 1);
	chassis.sequence = vm.sequence;
	send_adapter(s, &chassis, 1, mac_a);
	assert_ptr_equal(relations_find_parent(source_of(s, &vm)), source_of(s, &d));
	assert_null(relations_find_parent(source_of(s, &d)));
}

/* A web server has its own agent, and the machine's is another one. */
static void
parent_may_be_of_another_sub_agent(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device http = script_source(&d, 80, 3, 80);

	send_parent(s, &http, 2, 1);
	assert_null(relations_find_parent(source_of(s, &http)));
	script_send_net(s, &d, 1);
	assert_ptr_equal(relations_find_parent(source_of(s, &http)), source_of(s, &d));
}

static void
parent_of_the_same_sub_agent_comes_first(void **state)
{
	struct script *s = *state;
	struct device a = script_machine(AGENT);
	struct device b = script_source(&a, 7, 2, 1);
	struct device vm = script_source(&a, 7, 3, 100001);
	struct device last = script_source(&a, 9, 2, 1);

	script_send_net(s, &a, 1);
	script_send_net(s, &b, 1);
	script_send_net(s, &last, 1);
	vm.sequence = b.sequence;
	send_parent(s, &vm, 2, 1);
	assert_ptr_equal(relations_find_parent(source_of(s, &vm)), source_of(s, &b));
}

/* It has moved to another, of which nothing was heard, and back. */
static void
parent_may_change(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device vm = script_source(&d, d.sub_agent, 3, 100001);

	script_send_net(s, &d, 1);
	vm.sequence = d.sequence;
	send_parent(s, &vm, 2, 1);
	assert_non_null(relations_find_parent(source_of(s, &vm)));
	send_parent(s, &vm, 2, 7);
	assert_null(relations_find_parent(source_of(s, &vm)));
	send_parent(s, &vm, 3, 100001); /* itself */
	assert_null(relations_find_parent(source_of(s, &vm)));
	send_parent(s, &vm, 2, 1);
	assert_ptr_equal(relations_find_parent(source_of(s, &vm)), source_of(s, &d));
}

/* The hypervisor has no counters any more, and is forgotten before its VM. */
static void
parent_that_is_gone_is_no_parent(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device vm = script_source(&d, d.sub_agent, 3, 100001);
	int i;

	script_send_net(s, &d, 1);
	vm.sequence = d.sequence;
	for (i = 0; i < 60; i++) {
		send_parent(s, &vm, 2, 1);
		script_pass(s, 30 * SECONDS);
	}
	assert_null(source_of(s, &d));
	assert_null(relations_find_parent(source_of(s, &vm)));
}

static void
parent_that_is_cut_short_is_malformed(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);

	script_begin(s, &d);
	wire_record_begin(&s->w, HOST_PARENT);
	wire_u32(&s->w, 2);
	wire_record_end(&s->w);
	script_send(s);
	assert_int_equal(collector_stats(s->c)->malformed, 1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(address_gives_host_and_interface),
	    TEST(shared_address_gives_all_its_owners),
	    TEST(one_machine_may_have_an_address_twice),
	    TEST(adapters_follow_what_is_told_last),
	    TEST(lying_counts_change_nothing),
	    TEST(adapters_that_are_cut_short_change_nothing),
	    TEST(adapters_of_a_source_are_bounded),
	    TEST(agent_that_is_gone_owns_nothing),
	    TEST(shared_address_outlives_one_of_its_owners),
	    TEST(virtual_machine_gives_its_hypervisor),
	    TEST(parent_may_be_of_another_sub_agent),
	    TEST(parent_of_the_same_sub_agent_comes_first),
	    TEST(parent_may_change),
	    TEST(parent_that_is_gone_is_no_parent),
	    TEST(parent_that_is_cut_short_is_malformed),
	};

	return cmocka_run_group_tests_name("relations", tests, NULL, NULL);
}

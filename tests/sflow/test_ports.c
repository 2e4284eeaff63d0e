/* Ports of switches: their metrics, their names, and what is chosen of them. */
#include "tests/sflow/unit.h"

#include <regex.h>
#include <stdio.h>

#include "tests/sflow/rack.h"

#define VLAN_COUNTERS 5
#define SFP 10
#define PROCESSOR 1001
#define QUEUE_LENGTH 1003
#define BST_PORT_BUFFERS SFLOW_TAG(4413, 2)

/* Metrics and names -------------------------------------------------------------- */

static void
switch_without_a_name_is_shown_after_two_intervals(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();

	rounds_of(s, &r, 2);
	assert_false(script_is_shown(s, HOST));
	round_of(s, &r);
	assert_true(script_is_shown(s, HOST));
	assert_int_equal(s->events[EVENT_JOINED], 1);
}

static void
port_has_its_rates(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	const struct store_reading *reading;

	rounds_of(s, &r, 3);
	assert_near(script_value(s, HOST, "swp2.bytes_in"), 2000);
	assert_near(script_value(s, HOST, "swp2.bytes_out"), 4000);
	assert_near(script_value(s, HOST, "swp2.pkts_in"), 20);
	assert_near(script_value(s, HOST, "swp2.pkts_out"), 40);
	assert_near(script_value(s, HOST, "swp2.util_in"), 2000 * 8 * 100.0 / GIGABIT);
	assert_near(script_value(s, HOST, "swp2.util_out"), 4000 * 8 * 100.0 / GIGABIT);
	assert_near(script_value(s, HOST, "swp2.speed"), GIGABIT);
	assert_string_equal(script_reading(s, HOST, "swp2.status")->text, "up/up");
	reading = script_reading(s, HOST, "swp2.bytes_in");
	assert_string_equal(reading->title, "swp2: Bytes Received");
	assert_string_equal(reading->group, "port swp2");
}

/* Two to a datagram, the second of which comes twice. */
static void
ports_may_share_datagrams(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	struct port *p;
	int i;

	for (i = 0; i < 4; i++) {
		for (p = r.ports; p < r.ports + PORTS; p += 2) {
			begin_port(s, &r, p);
			put_if_counters(&s->w, p);
			put_name(&s->w, p->name);
			wire_sample_end(&s->w);
			wire_sample_begin(&s->w, WIRE_COUNTERS, ++p[1].samples, 0,
			                  p[1].index);
			put_name(&s->w, p[1].name);
			put_if_counters(&s->w, &p[1]);
			script_send(s);
		}
		s->now += 3;
		script_input(s);
		script_publish(s);
		script_pass(s, 30 * SECONDS - 3);
		count_on(&r, 30);
	}
	assert_near(script_value(s, HOST, "swp1.bytes_in"), 1000);
	assert_near(script_value(s, HOST, "swp4.bytes_in"), 4000);
	assert_near(script_value(s, HOST, "bytes_in"), 10000);
	assert_int_equal(collector_stats(s->c)->samples, 4 * PORTS);
	assert_int_equal(collector_stats(s->c)->malformed, 0);
}

static void
counter_that_is_not_kept_gives_no_metric(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();

	rounds_of(s, &r, 3);
	assert_false(has(s, "swp1.broadcast_in"));
	assert_true(has(s, "swp1.broadcast_out"));
	assert_true(has(s, "swp1.multicast_in"));
}

static void
no_speed_means_no_utilization(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();

	r.ports[0].speed = 0;
	r.ports[1].speed = UINT64_MAX;
	rounds_of(s, &r, 3);
	assert_false(has(s, "swp1.util_in"));
	assert_false(has(s, "swp2.util_in"));
	assert_false(has(s, "swp2.speed"));
	assert_true(has(s, "swp3.util_in"));
}

static void
port_without_a_name_goes_by_its_index(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();

	r.ports[2].name = NULL;
	rounds_of(s, &r, 3);
	assert_near(script_value(s, HOST, "3.bytes_in"), 3000);
}

static void
name_that_comes_later_is_taken_without_a_gap(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();

	r.ports[2].name = NULL;
	rounds_of(s, &r, 3);
	r.ports[2].name = "uplink";
	round_of(s, &r);
	assert_false(has(s, "3.bytes_in"));
	assert_near(script_value(s, HOST, "uplink.bytes_in"), 3000);
}

static void
hostile_port_names_are_made_harmless(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();

	r.ports[0].name = "Gi1/0/1";
	r.ports[1].name = "../<x>";
	r.ports[2].name = "";
	rounds_of(s, &r, 3);
	assert_true(has(s, "Gi1_0_1.bytes_in"));
	assert_true(has(s, "_.__x_.bytes_in"));
	assert_true(has(s, "3.bytes_in"));
}

/* Another name: what is counted may be another port's. */
static void
renamed_port_makes_no_spike(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();

	rounds_of(s, &r, 3);
	r.ports[1].name = "lan2";
	r.ports[1].in += 1000000000;
	round_of(s, &r);
	assert_false(has(s, "swp2.bytes_in"));
	assert_false(has(s, "lan2.bytes_in"));
	assert_true(has(s, "lan2.speed"));
	round_of(s, &r);
	assert_near(script_value(s, HOST, "lan2.bytes_in"), 2000);
}

/* After a reboot two ports have each other's number. */
static void
ports_keep_their_names_through_a_renumbering(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	uint32_t i;

	rounds_of(s, &r, 3);
	for (i = 0; i < 4; i++) { /* and back */
		reboot(s, &r);
		r.ports[0].index = 2 - i % 2;
		r.ports[1].index = 1 + i % 2;
		round_of(s, &r);
		assert_false(has(s, "swp1.bytes_in"));
		assert_false(has(s, "swp2.bytes_in"));
		rounds_of(s, &r, 2);
		show_all(s);
		assert_near(script_value(s, HOST, "swp1.bytes_in"), 1000);
		assert_near(script_value(s, HOST, "swp2.bytes_in"), 2000);
		assert_false(has(s, "swp1-1.bytes_in"));
		assert_false(has(s, "swp1-2.bytes_in"));
		assert_false(has(s, "swp2-1.bytes_in"));
		assert_false(has(s, "swp2-2.bytes_in"));
	}
}

/* Without the first port all others have other numbers: nobody says any more
 * whose the last one is. */
static void
ports_may_move_up(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	uint32_t i;

	rounds_of(s, &r, 3);
	reboot(s, &r);
	r.ports[0].mute = true;
	for (i = 1; i < PORTS; i++)
		r.ports[i].index = i;
	round_of(s, &r);
	for (i = 0; i < 30; i++) {
		round_of(s, &r);
		assert_near(script_value(s, HOST, "swp2.bytes_in"), 2000);
		assert_near(script_value(s, HOST, "swp4.bytes_in"), 4000);
	}
	assert_near(script_value(s, HOST, "bytes_in"), 9000);
	show_all(s);
	assert_false(has(s, "swp1.bytes_in"));
	assert_false(has(s, "swp4-4.bytes_in"));
	assert_false(has(s, "4.bytes_in"));
	assert_int_equal(collector_stats(s->c)->resets, 0);
}

static void
ports_may_move_down(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	uint32_t i;

	r.ports[0].mute = true;
	for (i = 1; i < PORTS; i++)
		r.ports[i].index = i;
	rounds_of(s, &r, 4);
	reboot(s, &r);
	r.ports[0].mute = false;
	for (i = 0; i < PORTS; i++)
		r.ports[i].index = i + 1;
	rounds_of(s, &r, 3);
	show_all(s);
	assert_near(script_value(s, HOST, "swp1.bytes_in"), 1000);
	assert_near(script_value(s, HOST, "swp2.bytes_in"), 2000);
	assert_near(script_value(s, HOST, "swp3.bytes_in"), 3000);
	assert_near(script_value(s, HOST, "swp4.bytes_in"), 4000);
	assert_near(script_value(s, HOST, "bytes_in"), 10000);
	assert_false(has(s, "swp2-3.bytes_in"));
	assert_false(has(s, "swp3-4.bytes_in"));
}

/* The names of two ports are exchanged, and the switch runs on. */
static void
names_that_are_exchanged_make_no_spike(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();

	rounds_of(s, &r, 3);
	r.ports[0].name = "swp2";
	r.ports[1].name = "swp1";
	round_of(s, &r);
	assert_false(has(s, "swp1.bytes_in"));
	assert_false(has(s, "swp2.bytes_in"));
	round_of(s, &r);
	assert_near(script_value(s, HOST, "swp1.bytes_in"), 2000);
	assert_near(script_value(s, HOST, "swp2.bytes_in"), 1000);
}

/* Both go on saying so: one keeps the name, and neither changes again. */
static void
two_ports_of_one_name_are_told_apart(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	int i;

	r.ports[2].name = "swp2";
	rounds_of(s, &r, 3);
	for (i = 0; i < 4; i++) {
		assert_near(script_value(s, HOST, "swp2.bytes_in"), 3000);
		assert_near(script_value(s, HOST, "swp2-2.bytes_in"), 2000);
		round_of(s, &r);
	}
}

/* The switch was silent for so long that all values went: what is told under a
 * name then is the same port's again. */
static void
ports_of_one_name_stay_apart_after_a_silence(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	int i;

	r.ports[2].name = "swp2";
	rounds_of(s, &r, 3);
	script_pass(s, 30 * MINUTES);
	count_on(&r, 1800);
	for (i = 0; i < 4; i++) {
		round_of(s, &r);
		if (has(s, "swp2.bytes_in"))
			assert_near(script_value(s, HOST, "swp2.bytes_in"), 3000);
	}
	assert_near(script_value(s, HOST, "swp2.bytes_in"), 3000);
	assert_near(script_value(s, HOST, "swp2-2.bytes_in"), 2000);
	show_all(s);
	assert_int_equal(count_of(s, "swp2.bytes_in"), 1);
}

static void
same_index_in_two_sub_agents_is_told_apart(void **state)
{
	struct script *s = *state;
	struct rack a = new_rack(), b = new_rack();
	int i;

	b.d.sub_agent = 2;
	a.ports[0].name = b.ports[0].name = NULL;
	for (i = 0; i < 4; i++) {
		send_port(s, &a, &a.ports[0]);
		send_port(s, &b, &b.ports[0]);
		script_pass(s, 30 * SECONDS);
		count_on(&a, 30);
		count_on(&b, 60);
		script_publish(s);
	}
	assert_near(script_value(s, HOST, "interface-100000-0-1.bytes_in"), 1000);
	assert_near(script_value(s, HOST, "interface-2-0-1.bytes_in"), 2000);
}

static void
removed_port_expires(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	int i;

	rounds_of(s, &r, 3);
	r.ports[3].mute = true;
	round_of(s, &r);
	assert_false(has(s, "swp4.bytes_in"));
	rounds_of(s, &r, 25);
	r.ports[3].mute = false; /* another one in its place */
	r.ports[3].in = 7;
	for (i = 0; i < 2; i++) {
		round_of(s, &r);
		assert_true(i == 1 || !has(s, "swp4.bytes_in"));
	}
	assert_near(script_value(s, HOST, "swp4.bytes_in"), 4000);
}

/* Nothing of it is left but what gmond keeps, and that expires with its DMAX. */
static void
removed_port_leaves_nothing(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();

	rounds_of(s, &r, 3);
	show_all(s);
	assert_true(has(s, "swp4.speed"));
	assert_int_equal(script_reading(s, HOST, "swp4.bytes_in")->dmax_s, 600);
	r.ports[3].mute = true;
	rounds_of(s, &r, 25);
	show_all(s);
	assert_false(has(s, "swp4.speed"));
	assert_false(has(s, "swp4.bytes_in"));
	assert_true(has(s, "swp3.speed"));
	r.ports[3].mute = false; /* its number is another's */
	r.ports[3].name = "swp48";
	rounds_of(s, &r, 2);
	assert_near(script_value(s, HOST, "swp48.bytes_in"), 4000);
	assert_near(script_value(s, HOST, "bytes_in"), 10000);
}

/* VLAN 3 is not port 3. */
static void
vlans_are_no_ports(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	uint32_t i;

	r.ports[2].name = NULL;
	for (i = 0; i < 4; i++) {
		begin_other(s, &r, 1, 3, i);
		wire_record_begin(&s->w, VLAN_COUNTERS);
		wire_u32(&s->w, 3);
		wire_u64(&s->w, 30 * 500 * i);
		wire_bytes(&s->w, (const uint8_t[16]){0}, 16);
		wire_record_end(&s->w);
		script_send(s);
		round_of(s, &r);
	}
	assert_near(script_value(s, HOST, "vlan3.vlan_bytes"), 500);
	assert_near(script_value(s, HOST, "3.bytes_in"), 3000);
	assert_near(script_value(s, HOST, "bytes_in"), 10000);
}

/* Of a switch of two units each has one; that of a port would be a port's. */
static void
processor_of_the_switch_has_no_prefix(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	uint32_t i, unit;

	for (i = 0; i < 4; i++) {
		for (unit = 1001; unit <= 1002; unit++) {
			begin_other(s, &r, 2, unit, i);
			wire_record_begin(&s->w, PROCESSOR);
			wire_u32(&s->w, unit);
			wire_u32(&s->w, 2000);
			wire_u32(&s->w, (uint32_t)-1);
			wire_u64(&s->w, 8192);
			wire_u64(&s->w, UINT64_MAX);
			wire_record_end(&s->w);
			script_send(s);
		}
		round_of(s, &r);
	}
	assert_near(script_value(s, HOST, "switch_cpu_5s"), 10.01);
	assert_near(script_value(s, HOST, "1002.switch_cpu_5s"), 10.02);
	assert_near(script_value(s, HOST, "switch_cpu_1m"), 20);
	assert_false(has(s, "switch_cpu_5m"));
	assert_false(has(s, "switch_mem_free"));
	assert_int_equal(s->last[EVENT_INSTANCE].of.instance.kind, KIND_SWITCH);
}

/* Choice ------------------------------------------------------------------------- */

static void
configure_ports(struct script *s, regex_t *only, regex_t *except)
{
	struct collector_config config = collector_defaults;

	config.ports = only;
	config.ports_except = except;
	script_configure(s, &config);
}

static void
ports_are_chosen_by_their_names(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	regex_t only, except;

	regcomp(&only, "^swp[123]$", REG_EXTENDED | REG_NOSUB);
	regcomp(&except, "3", REG_EXTENDED | REG_NOSUB);
	configure_ports(s, &only, &except);
	rounds_of(s, &r, 4);
	assert_true(has(s, "swp1.bytes_in"));
	assert_true(has(s, "swp2.bytes_in"));
	assert_false(has(s, "swp3.bytes_in"));
	assert_false(has(s, "swp4.bytes_in"));
	assert_near(script_value(s, HOST, "bytes_in"), 10000);
	regfree(&only);
	regfree(&except);
}

/* Two have it, and the second is called otherwise. */
static void
port_is_chosen_by_its_own_name(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	regex_t only;

	regcomp(&only, "^swp2$", REG_EXTENDED | REG_NOSUB);
	configure_ports(s, &only, NULL);
	r.ports[2].name = "swp2";
	rounds_of(s, &r, 4);
	assert_true(has(s, "swp2.bytes_in"));
	assert_true(has(s, "swp2-2.bytes_in"));
	assert_false(has(s, "swp1.bytes_in"));
	regfree(&only);
}

static void
ports_are_not_shown_where_they_are_not_accepted(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	struct collector_config config = collector_defaults;

	config.accept[KIND_INTERFACE] = false;
	script_configure(s, &config);
	rounds_of(s, &r, 4);
	assert_int_equal(s->shown_count, 0);
	assert_int_equal(collector_stats(s->c)->unknown, 0);
}

static void
send_with_errors(struct script *s, struct rack *r, struct port *p)
{
	begin_port(s, r, p);
	put_if_counters(&s->w, p);
	put_aggregate(&s->w, 77);
	wire_zeros(&s->w, ETHERNET_COUNTERS, 52);
	put_name(&s->w, p->name);
	script_send(s);
}

static void
groups_of_a_port_may_be_accepted(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	struct collector_config config = collector_defaults;
	int i, accept;

	for (accept = 0; accept < 2; accept++) {
		config.accept[KIND_ETHERNET] = accept == 1;
		config.accept[KIND_LAG] = accept == 1;
		script_configure(s, &config);
		for (i = 0; i < 4; i++) {
			send_with_errors(s, &r, &r.ports[0]);
			script_pass(s, 30 * SECONDS);
		}
		script_publish(s);
		assert_true(has(s, "swp1.bytes_in"));
		assert_int_equal(has(s, "swp1.eth_fcs_errs"), accept);
		assert_int_equal(has(s, "swp1.lag_port"), accept);
		assert_int_equal(has(s, "swp1.lag_state"), accept);
	}
	assert_near(script_value(s, HOST, "swp1.lag_port"), 77);
	assert_string_equal(script_reading(s, HOST, "swp1.lag_state")->text, "none");
}

static void
ports_are_bounded_as_data_sources_are(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	struct collector_config config = collector_defaults;

	config.max_sources = PORTS - 1;
	script_configure(s, &config);
	rounds_of(s, &r, 4);
	assert_true(has(s, "swp3.bytes_in"));
	assert_false(has(s, "swp4.bytes_in"));
	assert_int_equal(collector_stats(s->c)->refused, 4);
	assert_near(script_value(s, HOST, "bytes_in"), 6000);
}

/* Fast links --------------------------------------------------------------------- */

/* 100 Gbit/s in packets of 64 bytes: half the range of 32 bits in 15 s. */
static void
packets_of_a_fast_link_may_wrap(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	struct port *p = &r.ports[0];
	const uint32_t pps = 120000000;
	int i;

	p->speed = 100 * GIGABIT;
	for (i = 0; i < 6; i++) {
		send_port(s, &r, p);
		script_publish(s);
		if (i >= 3) {
			assert_near(script_value(s, HOST, "swp1.pkts_in"), pps);
			assert_near(script_value(s, HOST, "swp1.bytes_in"), 64.0 * pps);
		}
		script_pass(s, 30 * SECONDS);
		p->pkts_in += 30u * pps; /* wraps */
		p->in += UINT64_C(64) * 30 * pps;
	}
	assert_int_equal(collector_stats(s->c)->resets, 0);
}

static void
packets_that_no_octets_carry_are_a_reset(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	struct port *p = &r.ports[0];

	rounds_of(s, &r, 3);
	p->pkts_in -= 1000;
	round_of(s, &r);
	assert_false(has(s, "swp1.pkts_in"));
	assert_false(has(s, "swp1.bytes_in"));
	round_of(s, &r);
	assert_near(script_value(s, HOST, "swp1.pkts_in"), 10);
}

/* Parts -------------------------------------------------------------------------- */

static void
put_queue(struct wire *w, uint32_t queue, uint32_t empty, uint32_t one)
{
	uint32_t i;

	wire_record_begin(w, QUEUE_LENGTH);
	wire_u32(w, queue);
	wire_u32(w, 256);
	wire_u32(w, 1000);
	wire_u32(w, empty);
	wire_u32(w, one);
	for (i = 0; i < 8; i++)
		wire_u32(w, 0);
	wire_record_end(w);
}

static void
queues_of_a_port_are_told_apart(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	struct port *p = &r.ports[0];
	uint32_t i;

	for (i = 0; i < 4; i++) {
		begin_port(s, &r, p);
		put_queue(&s->w, 0, 10 * i, 30 * i);
		put_queue(&s->w, 7, 10 * i, 0);
		put_name(&s->w, "swp1");
		script_send(s);
		script_pass(s, 30 * SECONDS);
		script_publish(s);
	}
	assert_near(script_value(s, HOST, "swp1.queue0.length_0"), 25);
	assert_near(script_value(s, HOST, "swp1.queue0.length_1"), 75);
	assert_near(script_value(s, HOST, "swp1.queue7.length_0"), 100);
	assert_string_equal(script_reading(s, HOST, "swp1.queue7.length_0")->group,
	                    "port swp1");
}

static void
put_lane(struct wire *w, uint32_t lane, uint32_t power)
{
	uint32_t i;

	wire_u32(w, lane);
	wire_u32(w, 6000);
	wire_u32(w, power);
	for (i = 0; i < 7; i++)
		wire_u32(w, 850);
}

static void
send_lanes(struct script *s, struct rack *r, uint32_t count, uint32_t sent)
{
	uint32_t i;

	begin_port(s, r, &r->ports[0]);
	put_name(&s->w, "swp1");
	wire_record_begin(&s->w, SFP);
	wire_u32(&s->w, 1);
	wire_u32(&s->w, 4);
	wire_u32(&s->w, 3300);
	wire_u32(&s->w, (uint32_t)-1500);
	wire_u32(&s->w, count);
	for (i = 0; i < sent; i++)
		put_lane(&s->w, i + 1, 500 + i);
	wire_record_end(&s->w);
	script_send(s);
	script_pass(s, 30 * SECONDS);
	script_publish(s);
}

static void
lanes_of_a_module_are_told_apart(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	int i;

	for (i = 0; i < 4; i++)
		send_lanes(s, &r, 4, 4);
	assert_near(script_value(s, HOST, "swp1.optics_temperature"), -1.5);
	assert_near(script_value(s, HOST, "swp1.optics_voltage"), 3.3);
	assert_near(script_value(s, HOST, "swp1.lane1.optics_tx_power"), 0.5);
	assert_near(script_value(s, HOST, "swp1.lane4.optics_tx_power"), 0.503);
}

static void
lanes_that_are_not_there_are_malformed(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();

	send_lanes(s, &r, 5, 4);
	send_lanes(s, &r, ALL_ONES, 4);
	assert_int_equal(collector_stats(s->c)->malformed, 2);
	send_lanes(s, &r, 3, 4); /* the rest is the future's */
	assert_int_equal(collector_stats(s->c)->malformed, 2);
}

static void
parts_of_a_port_are_bounded(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	uint32_t i;

	for (i = 0; i < 300; i++) {
		begin_port(s, &r, &r.ports[0]);
		put_queue(&s->w, i * 1000003, 0, 0);
		script_send(s);
	}
	assert_int_equal(collector_stats(s->c)->refused, 300 - 128);
}

/* One for each queue, of those that are sent. */
static void
buffers_of_queues_are_told_apart(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	int i, q;

	for (i = 0; i < 4; i++) {
		begin_port(s, &r, &r.ports[0]);
		put_name(&s->w, "swp1");
		wire_record_begin(&s->w, BST_PORT_BUFFERS);
		for (q = 0; q < 4; q++)
			wire_u32(&s->w, q == 3 ? ALL_ONES : 100);
		wire_u32(&s->w, 8);
		for (q = 0; q < 8; q++)
			wire_u32(&s->w, q == 5 ? ALL_ONES : 150u + (uint32_t)q);
		wire_u32(&s->w, 1);
		wire_u32(&s->w, 250);
		wire_record_end(&s->w);
		script_send(s);
		script_pass(s, 30 * SECONDS);
		script_publish(s);
	}
	assert_near(script_value(s, HOST, "swp1.port_buffers_in_uc"), 1);
	assert_false(has(s, "swp1.port_buffers_out_mc"));
	assert_near(script_value(s, HOST, "swp1.queue0.buffers_out_uc"), 1.5);
	assert_near(script_value(s, HOST, "swp1.queue7.buffers_out_uc"), 1.57);
	assert_near(script_value(s, HOST, "swp1.queue0.buffers_out_mc"), 2.5);
	assert_false(has(s, "swp1.queue5.buffers_out_uc"));
	assert_false(has(s, "swp1.queue1.buffers_out_mc"));
}

/* Bounds ------------------------------------------------------------------------- */

/* Each new name would be new metrics in gmond. */
static void
name_that_changes_all_the_time_is_bounded(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	char name[16];
	int i;

	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "port%d", i);
		r.ports[1].name = name;
		round_of(s, &r);
		assert_int_equal(s->events[EVENT_FLIPPING], i > 10);
	}
	assert_true(s->last[EVENT_FLIPPING].of.flipping.source);
	assert_near(script_value(s, HOST, "port10.bytes_in"), 2000);
	script_pass(s, 1 * HOURS);
	rounds_of(s, &r, 2);
	assert_true(has(s, "port99.bytes_in"));
}

static void
metrics_of_a_host_are_bounded(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	struct collector_config config = collector_defaults;

	config.max_metrics = 50; /* two ports, and the totals */
	script_configure(s, &config);
	rounds_of(s, &r, 4);
	assert_true(has(s, "swp1.bytes_in"));
	assert_true(has(s, "swp2.bytes_in"));
	assert_false(has(s, "swp3.bytes_in"));
	assert_false(has(s, "swp4.bytes_in"));
	assert_near(script_value(s, HOST, "bytes_in"), 10000);
	assert_int_equal(collector_stats(s->c)->refused, 2 * 4);
	assert_int_equal(s->last[EVENT_AT_BOUND].of.at_bound.bound,
	                 EVENT_BOUND_METRICS);
	r.ports[0].mute = true; /* its place is another's */
	rounds_of(s, &r, 30);
	assert_true(has(s, "swp3.bytes_in"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(switch_without_a_name_is_shown_after_two_intervals),
	    TEST(port_has_its_rates),
	    TEST(ports_may_share_datagrams),
	    TEST(counter_that_is_not_kept_gives_no_metric),
	    TEST(no_speed_means_no_utilization),
	    TEST(port_without_a_name_goes_by_its_index),
	    TEST(name_that_comes_later_is_taken_without_a_gap),
	    TEST(hostile_port_names_are_made_harmless),
	    TEST(renamed_port_makes_no_spike),
	    TEST(ports_keep_their_names_through_a_renumbering),
	    TEST(ports_may_move_up),
	    TEST(ports_may_move_down),
	    TEST(names_that_are_exchanged_make_no_spike),
	    TEST(two_ports_of_one_name_are_told_apart),
	    TEST(ports_of_one_name_stay_apart_after_a_silence),
	    TEST(same_index_in_two_sub_agents_is_told_apart),
	    TEST(removed_port_expires),
	    TEST(removed_port_leaves_nothing),
	    TEST(vlans_are_no_ports),
	    TEST(processor_of_the_switch_has_no_prefix),
	    TEST(ports_are_chosen_by_their_names),
	    TEST(port_is_chosen_by_its_own_name),
	    TEST(ports_are_not_shown_where_they_are_not_accepted),
	    TEST(groups_of_a_port_may_be_accepted),
	    TEST(ports_are_bounded_as_data_sources_are),
	    TEST(packets_of_a_fast_link_may_wrap),
	    TEST(packets_that_no_octets_carry_are_a_reset),
	    TEST(queues_of_a_port_are_told_apart),
	    TEST(lanes_of_a_module_are_told_apart),
	    TEST(lanes_that_are_not_there_are_malformed),
	    TEST(buffers_of_queues_are_told_apart),
	    TEST(parts_of_a_port_are_bounded),
	    TEST(name_that_changes_all_the_time_is_bounded),
	    TEST(metrics_of_a_host_are_bounded),
	};

	return cmocka_run_group_tests_name("ports", tests, NULL, NULL);
}

#include "tests/unit/unit.h"

#include <regex.h>
#include <stdio.h>

#include "sflow/datagram.h"
#include "tests/unit/script.h"

#define AGENT "10.90.0.1"
#define HOST "10.90.0.1" /* a switch sends no name */
#define PORTS 4
#define GIGABIT UINT64_C(1000000000)
#define ETHERNET 6
#define LAG 161
#define ALL_ONES UINT32_C(0xffffffff)

#define IF_COUNTERS 1
#define LAG_PORT_STATS 7
#define SFP 10
#define QUEUE_LENGTH 1003
#define PORT_NAME 1005

/* A port, and what it has counted. */
struct port {
	const char *name; /* NULL: it sends none */
	uint32_t index;
	uint32_t type;
	uint64_t speed;
	uint32_t samples;
	uint64_t in, out;        /* octets */
	uint32_t pkts_in, pkts_out;
	uint32_t aggregate;      /* the LAG that it says it is in; 0: none */
	uint64_t per_s;          /* octets in each second, either way */
	bool mute;
};

/* A switch that polls all its ports every 30 seconds, one after the other. */
struct rack {
	struct device d;
	struct port ports[PORTS];
};

static struct rack
new_rack(void)
{
	static const char *const names[PORTS] = {"swp1", "swp2", "swp3",
	                                         "swp4"};
	struct rack r = {.d = script_machine(AGENT)};
	uint32_t i;

	for (i = 0; i < PORTS; i++)
		r.ports[i] = (struct port){.name = names[i],
		                           .index = i + 1,
		                           .type = ETHERNET,
		                           .speed = GIGABIT,
		                           .in = 1000000 * (i + 1),
		                           .out = 5000000 * (i + 1),
		                           .per_s = 1000 * (i + 1)};
	return r;
}

static void
put_if_counters(struct wire *w, const struct port *p)
{
	wire_record_begin(w, IF_COUNTERS);
	wire_u32(w, p->index);
	wire_u32(w, p->type);
	wire_u64(w, p->speed);
	wire_u32(w, 1);
	wire_u32(w, 3);
	wire_u64(w, p->in);
	wire_u32(w, p->pkts_in);
	wire_u32(w, 0);
	wire_u32(w, ALL_ONES); /* broadcast: not counted */
	wire_u32(w, 0);
	wire_u32(w, 0);
	wire_u32(w, 0);
	wire_u64(w, p->out);
	wire_u32(w, p->pkts_out);
	wire_u32(w, 0);
	wire_u32(w, 0);
	wire_u32(w, 0);
	wire_u32(w, 0);
	wire_u32(w, 0);
	wire_record_end(w);
}

static void
put_name(struct wire *w, const char *name)
{
	wire_record_begin(w, PORT_NAME);
	wire_string(w, name);
	wire_record_end(w);
}

static void
put_aggregate(struct wire *w, uint32_t aggregate)
{
	uint32_t i;

	wire_record_begin(w, LAG_PORT_STATS);
	for (i = 0; i < 4; i++)
		wire_u32(w, i); /* two system IDs */
	wire_u32(w, aggregate);
	for (i = 0; i < 9; i++)
		wire_u32(w, 0);
	wire_record_end(w);
}

/* A sample of the port's own, in a datagram that is left open. */
static void
begin_port(struct script *s, struct rack *r, struct port *p)
{
	r->d.class = 0;
	r->d.index = p->index;
	r->d.sample = p->samples++;
	script_begin(s, &r->d);
}

static void
send_port(struct script *s, struct rack *r, struct port *p)
{
	begin_port(s, r, p);
	put_if_counters(&s->w, p);
	if (p->aggregate != 0)
		put_aggregate(&s->w, p->aggregate);
	if (p->name != NULL)
		put_name(&s->w, p->name);
	script_send(s);
}

static void
count_on(struct rack *r, uint32_t seconds)
{
	struct port *p;

	for (p = r->ports; p < r->ports + PORTS; p++) {
		p->in += p->per_s * seconds;
		p->out += p->per_s * 2 * seconds;
		p->pkts_in += (uint32_t)(p->per_s / 100 * seconds);
		p->pkts_out += (uint32_t)(p->per_s / 50 * seconds);
	}
}

/* One polling interval: the ports come five seconds apart. What they brought is
 * published at its end. */
static void
round_of(struct script *s, struct rack *r)
{
	struct port *p;

	for (p = r->ports; p < r->ports + PORTS; p++) {
		if (!p->mute)
			send_port(s, r, p);
		script_pass(s, 5 * SECONDS);
		count_on(r, 5);
	}
	script_publish(s);
	script_pass(s, 10 * SECONDS);
	count_on(r, 10);
}

static void
rounds_of(struct script *s, struct rack *r, int rounds)
{
	for (; rounds > 0; rounds--)
		round_of(s, r);
}

static bool
has(const struct script *s, const char *metric)
{
	return script_reading(s, HOST, metric) != NULL;
}

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
	assert_near(script_value(s, HOST, "swp2.util_in"),
	            2000 * 8 * 100.0 / GIGABIT);
	assert_near(script_value(s, HOST, "swp2.util_out"),
	            4000 * 8 * 100.0 / GIGABIT);
	assert_near(script_value(s, HOST, "swp2.speed"), GIGABIT);
	assert_string_equal(script_reading(s, HOST, "swp2.status")->text,
	                    "up/up");
	reading = script_reading(s, HOST, "swp2.bytes_in");
	assert_string_equal(reading->title, "swp2: Bytes Received");
	assert_string_equal(reading->group, "port swp2");
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
	int i;

	rounds_of(s, &r, 3);
	script_reboot(s, &r.d);
	r.ports[0].index = 2;
	r.ports[1].index = 1;
	for (i = 0; i < PORTS; i++) {
		r.ports[i].in = r.ports[i].out = 0;
		r.ports[i].samples = 0;
	}
	round_of(s, &r);
	assert_false(has(s, "swp1.bytes_in"));
	rounds_of(s, &r, 2);
	assert_near(script_value(s, HOST, "swp1.bytes_in"), 1000);
	assert_near(script_value(s, HOST, "swp2.bytes_in"), 2000);
	assert_false(has(s, "swp1-2.bytes_in"));
	assert_false(has(s, "swp2-1.bytes_in"));
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
	assert_near(script_value(s, HOST, "1.bytes_in"), 1000);
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

/* Totals ------------------------------------------------------------------------- */

static void
totals_are_those_of_all_ports(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	int i;

	rounds_of(s, &r, 3);
	for (i = 0; i < 3; i++) {
		assert_near(script_value(s, HOST, "bytes_in"), 10000);
		assert_near(script_value(s, HOST, "bytes_out"), 20000);
		assert_near(script_value(s, HOST, "pkts_in"), 100);
		assert_near(script_value(s, HOST, "pkts_out"), 200);
		round_of(s, &r);
	}
	assert_string_equal(script_reading(s, HOST, "bytes_in")->metric.units,
	                    "bytes/sec");
}

/* Every total that is told, from the very first, is that of all ports. */
static void
totals_never_dip(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	unsigned told = 0;
	int i;

	for (i = 0; i < 40; i++) {
		r.ports[i * 7 % PORTS].mute = i % 3 == 0; /* lost on the way */
		round_of(s, &r);
		r.ports[i * 7 % PORTS].mute = false;
		if (!has(s, "bytes_in"))
			continue;
		told++;
		assert_near(script_value(s, HOST, "bytes_in"), 10000);
	}
	assert_in_range(told, 15, 39);
}

static void
port_that_falls_silent_counts_no_more(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();

	rounds_of(s, &r, 4);
	r.ports[3].mute = true;
	round_of(s, &r);
	assert_false(has(s, "bytes_in"));
	rounds_of(s, &r, 4);
	assert_near(script_value(s, HOST, "bytes_in"), 6000);
	r.ports[3].mute = false;
	rounds_of(s, &r, 3);
	assert_near(script_value(s, HOST, "bytes_in"), 10000);
}

static void
port_that_was_reset_delays_the_totals(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();

	rounds_of(s, &r, 4);
	r.ports[1].in = 0;
	round_of(s, &r);
	assert_false(has(s, "bytes_in"));
	round_of(s, &r);
	assert_near(script_value(s, HOST, "bytes_in"), 10000);
}

static void
port_that_counts_no_octets_does_not_hold_up_the_totals(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();

	r.ports[0].in = r.ports[0].out = UINT64_MAX;
	r.ports[0].per_s = 0;
	rounds_of(s, &r, 4);
	assert_near(script_value(s, HOST, "bytes_in"), 9000);
}

static void
lag_is_not_counted_twice(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();

	r.ports[3].type = LAG;
	rounds_of(s, &r, 4);
	assert_near(script_value(s, HOST, "bytes_in"), 6000);
	assert_near(script_value(s, HOST, "swp4.bytes_in"), 4000);
}

/* A Linux bond is Ethernet by its type: its members tell. */
static void
aggregate_that_ports_name_is_not_counted(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();

	r.ports[0].aggregate = r.ports[1].aggregate = 4;
	r.ports[3].aggregate = 4; /* itself */
	rounds_of(s, &r, 4);
	assert_near(script_value(s, HOST, "bytes_in"), 6000);
	assert_false(has(s, "swp1.lag_port")); /* not accepted by default */
	r.ports[0].aggregate = r.ports[1].aggregate = 0;
	r.ports[3].aggregate = 0;
	rounds_of(s, &r, 6);
	assert_near(script_value(s, HOST, "bytes_in"), 10000);
}

static void
interfaces_made_of_others_are_not_counted(void **state)
{
	static const uint32_t types[] = {24, 53, 131, 135, 136, 209};
	struct script *s = *state;
	struct rack r;
	size_t i;

	for (i = 0; i < COUNT_OF(types); i++) {
		script_configure(s, &collector_defaults);
		r = new_rack();
		r.ports[1].type = types[i];
		rounds_of(s, &r, 4);
		assert_near(script_value(s, HOST, "bytes_in"), 8000);
	}
}

static void
machine_that_tells_its_totals_is_believed(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	struct device machine;
	int i;

	rounds_of(s, &r, 4);
	assert_near(script_value(s, HOST, "bytes_in"), 10000);
	for (i = 0; i < 4; i++) {
		r.d.class = 2;
		r.d.index = 1;
		machine = r.d;
		machine.sample = (uint32_t)i;
		script_send_net(s, &machine, 77 * 30 * (uint64_t)i);
		r.d.sequence = machine.sequence;
		round_of(s, &r);
	}
	assert_near(script_value(s, HOST, "bytes_in"), 77);
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
			assert_near(script_value(s, HOST, "swp1.bytes_in"),
			            64.0 * pps);
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
	assert_string_equal(
	    script_reading(s, HOST, "swp1.queue7.length_0")->group,
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
	assert_int_equal(s->last[EVENT_FLIPPING].code, 1);
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
	assert_string_equal(s->last[EVENT_AT_BOUND].name, "max_metrics");
	r.ports[0].mute = true; /* its place is another's */
	rounds_of(s, &r, 30);
	assert_true(has(s, "swp3.bytes_in"));
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, script_setup, script_teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(switch_without_a_name_is_shown_after_two_intervals),
	    TEST(port_has_its_rates),
	    TEST(counter_that_is_not_kept_gives_no_metric),
	    TEST(no_speed_means_no_utilization),
	    TEST(port_without_a_name_goes_by_its_index),
	    TEST(name_that_comes_later_is_taken_without_a_gap),
	    TEST(hostile_port_names_are_made_harmless),
	    TEST(renamed_port_makes_no_spike),
	    TEST(ports_keep_their_names_through_a_renumbering),
	    TEST(two_ports_of_one_name_are_told_apart),
	    TEST(same_index_in_two_sub_agents_is_told_apart),
	    TEST(removed_port_expires),
	    TEST(ports_are_chosen_by_their_names),
	    TEST(ports_are_not_shown_where_they_are_not_accepted),
	    TEST(totals_are_those_of_all_ports),
	    TEST(totals_never_dip),
	    TEST(port_that_falls_silent_counts_no_more),
	    TEST(port_that_was_reset_delays_the_totals),
	    TEST(port_that_counts_no_octets_does_not_hold_up_the_totals),
	    TEST(lag_is_not_counted_twice),
	    TEST(aggregate_that_ports_name_is_not_counted),
	    TEST(interfaces_made_of_others_are_not_counted),
	    TEST(machine_that_tells_its_totals_is_believed),
	    TEST(packets_of_a_fast_link_may_wrap),
	    TEST(packets_that_no_octets_carry_are_a_reset),
	    TEST(queues_of_a_port_are_told_apart),
	    TEST(lanes_of_a_module_are_told_apart),
	    TEST(lanes_that_are_not_there_are_malformed),
	    TEST(parts_of_a_port_are_bounded),
	    TEST(name_that_changes_all_the_time_is_bounded),
	    TEST(metrics_of_a_host_are_bounded),
	};

	return cmocka_run_group_tests_name("ports", tests, NULL, NULL);
}

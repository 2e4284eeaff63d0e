/* Floods that reach the bounds of the library, each of them: what is there is bounded, the
 * memory stops growing, what was refused is counted or told, and a host that was there before
 * has its right value all the time. The table of bounds is in DESIGN.md.
 */
#include "tests/sflow/unit.h"

#include <malloc.h>
#include <stdio.h>

#include "sflow/wire/datagram.h"
#include "tests/sflow/looks.h"

#define KNOWN "10.1.0.1"
#define NAME "known"
#define RATE 1000 /* its bytes_in */
#define POLL_MS 10000
#define POLLS 24 /* of a flood */
#define RTMETRIC SFLOW_TAG(4300, 1002)
#define HOST_ADAPTERS SFLOW_TAG(0, 2001)
#define VLAN SFLOW_TAG(0, 5)
#define QUEUE_LENGTH SFLOW_TAG(0, 1003)

/* A flood that goes on: what it has sent. */
struct stream {
	struct script *s;
	struct device liar; /* an agent that goes on */
	unsigned sent;
};

struct flood {
	const char *name;
	void (*configure)(struct collector_config *config);
	void (*send)(struct stream *f); /* a datagram */
	unsigned per_poll;
	size_t
	    most_kb; /* of memory: many times less than it would take without a bound */
	/* What has to be bounded, and what at least has to be so at the end. */
	size_t (*count)(const struct stream *f);
	size_t most, least;
};

static const struct collector_stats *
stats(const struct stream *f)
{
	return collector_stats(f->s->c);
}

/* What is counted -------------------------------------------------------------------- */

static size_t
agents(const struct stream *f)
{
	return stats(f)->agents;
}

static size_t
metrics_of_liar(const struct stream *f)
{
	return looks_values(f->s, 0, "liar");
}

static size_t
metrics_of_known(const struct stream *f)
{
	return looks_values(f->s, 0, NAME);
}

static size_t
metrics_of_all(const struct stream *f)
{
	return metrics_of_liar(f) + metrics_of_known(f);
}

static size_t
unknown_told(const struct stream *f)
{
	return f->s->events[EVENT_UNKNOWN];
}

static size_t
joined_told(const struct stream *f)
{
	return f->s->events[EVENT_JOINED];
}

static size_t
flipping_told(const struct stream *f)
{
	return f->s->events[EVENT_FLIPPING];
}

/* Floods ------------------------------------------------------------------------------- */

static struct device
invented(struct stream *f, char address[ADDRESS_TEXT], unsigned n)
{
	struct device d;

	(void)f;
	snprintf(address, ADDRESS_TEXT, "10.%u.%u.%u", 128 + n / 65536, n / 256 % 256,
	         n % 256);
	d = script_machine(address);
	d.sequence = n * 2654435761U;
	return d;
}

/* A datagram from each of as many agents as there are addresses. */
static void
single_datagrams(struct stream *f)
{
	char address[ADDRESS_TEXT];
	struct device d = invented(f, address, f->sent);

	script_send_host(f->s, &d, "single", f->sent);
}

/* Agents that go on: each sends once in a poll. */
static void
agents_that_go_on(struct stream *f)
{
	char address[ADDRESS_TEXT], name[32];
	struct device d = invented(f, address, f->sent % 1000);

	d.sequence = d.sample = f->sent / 1000;
	snprintf(name, sizeof(name), "liar-%u", f->sent % 1000);
	script_send_host(f->s, &d, name, f->sent);
}

static void
sub_agents_of_the_known(struct stream *f)
{
	struct device d = script_machine(KNOWN);

	d.sub_agent = 1 + f->sent;
	script_send_net(f->s, &d, f->sent);
}

static void
sub_agents_of_its_own(struct stream *f)
{
	f->liar.sub_agent = 100000 + f->sent % 500;
	f->liar.sequence = f->sent / 500;
	script_send_host(f->s, &f->liar, "liar", f->sent);
	f->liar.sub_agent = 100000;
}

static void
begin_liar(struct stream *f)
{
	script_begin(f->s, &f->liar);
	wire_host_descr(&f->s->w, "liar", 7);
	wire_host_net_io(&f->s->w, f->sent, f->sent);
}

/* Two thousand ports, which go on. */
static void
data_sources(struct stream *f)
{
	struct wire *w = &f->s->w;
	unsigned i;

	begin_liar(f);
	for (i = 0; i < 40; i++) {
		wire_sample_end(w);
		wire_sample_begin(w, WIRE_COUNTERS_EXPANDED, f->sent, 0,
		                  1 + f->sent % 50 * 40 + i);
		wire_zeros(w, SFLOW_TAG(0, 1), 88);
	}
	script_send(f->s);
}

/* Sixty more records than are taken, each of another VLAN. */
static void
records_of_a_sample(struct stream *f)
{
	unsigned i;

	begin_liar(f);
	for (i = 0; i < 124; i++) {
		wire_record_begin(&f->s->w, VLAN);
		wire_u32(&f->s->w, 1 + (f->sent * 124 + i) % 4000);
		wire_bytes(&f->s->w, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
		           24);
		wire_record_end(&f->s->w);
	}
	script_send(f->s);
}

/* A queue of any number. */
static void
parts_of_a_source(struct stream *f)
{
	unsigned i;

	begin_liar(f);
	wire_record_begin(&f->s->w, QUEUE_LENGTH);
	wire_u32(&f->s->w, f->sent * 1000003);
	for (i = 0; i < 12; i++)
		wire_u32(&f->s->w, f->sent * 100);
	wire_record_end(&f->s->w);
	script_send(f->s);
}

static void
custom_metrics(struct stream *f)
{
	struct script *s = f->s;
	char name[32];
	unsigned i;

	begin_liar(f);
	wire_sample_end(&s->w);
	wire_sample_begin(&s->w, RTMETRIC, 0, 0, 0);
	snprintf(name, sizeof(name), "set%u", f->sent % 100);
	wire_string(&s->w, name);
	wire_u32(&s->w, 100);
	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "m%u", f->sent * 100 + i);
		wire_string(&s->w, name);
		wire_u32(&s->w, 3); /* gauge32 */
		wire_u32(&s->w, f->sent);
	}
	script_send(s);
}

/* Twenty machines' addresses, none of which comes again. */
static void
adapters(struct stream *f)
{
	struct script *s = f->s;
	unsigned i, mac;

	begin_liar(f);
	wire_record_begin(&s->w, HOST_ADAPTERS);
	wire_u32(&s->w, 20);
	for (i = 0; i < 20; i++) {
		mac = f->sent * 20 + i;
		wire_u32(&s->w, i + 1);
		wire_u32(&s->w, 1);
		wire_u32(&s->w, mac);
		wire_u32(&s->w, 0x00010000);
	}
	wire_record_end(&s->w);
	script_send(s);
}

static void
unknown_formats(struct stream *f)
{
	begin_liar(f);
	wire_zeros(&f->s->w, SFLOW_TAG(77777, f->sent % 4000), 8);
	script_send(f->s);
}

/* Each name twice, for a name is believed then. */
static void
names_of_a_machine(struct stream *f)
{
	char name[32];

	snprintf(name, sizeof(name), "liar%u", f->sent / 2);
	script_send_host(f->s, &f->liar, name, f->sent);
}

/* And all of their hosts fall silent. */
static void
hosts_that_nobody_fetches(struct stream *f)
{
	char address[ADDRESS_TEXT], name[32];
	struct device d = invented(f, address, f->sent);

	snprintf(name, sizeof(name), "joined-%u", f->sent);
	script_send_host(f->s, &d, name, f->sent);
}

/* Bounds -------------------------------------------------------------------------------- */

static void
few_agents(struct collector_config *config)
{
	config->max_agents = 100;
}

static void
few_sources(struct collector_config *config)
{
	config->max_sources = 100;
}

static void
few_metrics(struct collector_config *config)
{
	config->max_metrics = 1000;
}

static void
few_metrics_in_all(struct collector_config *config)
{
	config->max_metrics_in_all = 2000;
}

static void
custom_ones(struct collector_config *config)
{
	config->accept[KIND_CUSTOM] = true;
}

static void
all_kinds(struct collector_config *config)
{
	int kind;

	for (kind = 0; kind < KIND_COUNT; kind++)
		config->accept[kind] = true;
}

static void
many_agents(struct collector_config *config)
{
	config->max_agents = 20000;
}

/* clang-format off */
static const struct flood floods[] = {
    {"single_datagrams", few_agents, single_datagrams, 2000, 600,
     agents, 100, 90},
    {"agents_that_go_on", few_agents, agents_that_go_on, 1000, 1600,
     agents, 100, 100},
    {"sub_agents_of_the_known", few_agents, sub_agents_of_the_known, 500, 150,
     metrics_of_known, 1000, 2},
    {"sub_agents_of_its_own", few_sources, sub_agents_of_its_own, 500, 300,
     metrics_of_liar, 2000, 2},
    {"data_sources", few_sources, data_sources, 50, 300,
     metrics_of_liar, 100 * 20, 90 * 2},
    {"metrics_of_a_host", few_metrics, data_sources, 50, 1300,
     metrics_of_liar, 1000, 800},
    {"metrics_in_all", few_metrics_in_all, data_sources, 50, 700,
     metrics_of_all, 2000, 1000},
    {"records_of_a_sample", all_kinds, records_of_a_sample, 50, 1400,
     metrics_of_liar, 40000, 60},
    {"parts_of_a_source", all_kinds, parts_of_a_source, 200, 120,
     metrics_of_liar, 128 * 20, 100},
    {"custom_metrics", custom_ones, custom_metrics, 100, 1800,
     metrics_of_liar, 32 * 64 + 50, 1000},
    {"adapters", few_agents, adapters, 200, 40, metrics_of_liar, 100, 2},
    {"unknown_formats", few_agents, unknown_formats, 200, 20,
     unknown_told, 16, 16},
    {"names_of_a_machine", few_agents, names_of_a_machine, 50, 20,
     flipping_told, 2, 1},
    {"hosts_that_nobody_fetches", many_agents, hosts_that_nobody_fetches, 2000, 60000,
     joined_told, 4096 + 64, 4096},
};
/* clang-format on */

/* The known host ------------------------------------------------------------------------ */

static double
value_of(struct script *s, const char *name, const char *metric)
{
	struct store_host *host = store_find(collector_store(s->c), 0, name);
	struct store_state state;
	struct store_value value;
	struct store_look at;
	char called[STORE_NAME];
	double number = NAN;

	if (host == NULL)
		return NAN;
	store_lock(host, &state);
	store_look(&at, host, s->now);
	while (store_look_next(&at, &value)) {
		store_value_name(&value, called);
		if (strcmp(called, metric) == 0)
			number = value.number;
	}
	store_unlock(host);
	store_release(host);
	return number;
}

static void
send_known(struct script *s, struct device *known)
{
	script_send_host(s, known, NAME, (uint64_t)s->now * RATE / 1000);
}

static void
assert_known_is_right(const struct flood *flood, struct script *s)
{
	double rate = value_of(s, NAME, "bytes_in");

	if (!(fabs(rate - RATE) < 1))
		fail_msg("%s: the known host has %g", flood->name, rate);
	if (!looks_state(s, 0, NAME).up)
		fail_msg("%s: the known host is down", flood->name);
}

static void
assert_bounded(const struct flood *flood, const struct stream *f)
{
	size_t count = flood->count(f);

	if (count > flood->most)
		fail_msg("%s: %zu are there", flood->name, count);
}

/* A poll of the known host, with a flood in it. Events are fetched by the test's end. */
static void
poll_flooded(const struct flood *flood, struct stream *f, struct device *known)
{
	unsigned i, step;

	send_known(f->s, known);
	for (step = 0; step < 10; step++) {
		for (i = 0; i < flood->per_poll / 10; i++, f->sent++)
			flood->send(f);
		script_pass(f->s, POLL_MS / 10);
	}
	assert_known_is_right(flood, f->s);
	assert_bounded(flood, f);
}

static void
flood_is_bounded(const struct flood *flood, struct script *s)
{
	struct collector_config config = collector_defaults;
	struct device known = script_machine(KNOWN);
	struct stream f = {.s = s, .liar = script_machine("10.9.0.1")};
	size_t before, half = 0, after;
	int i;

	flood->configure(&config);
	memset(s->events, 0, sizeof(s->events));
	looks_configure(s, &config);
	for (i = 0; i < 6; i++) {
		send_known(s, &known);
		script_pass(s, POLL_MS);
	}
	before = mallinfo2().uordblks;
	for (i = 0; i < POLLS; i++) {
		if (i == POLLS / 2)
			half = mallinfo2().uordblks - before;
		poll_flooded(flood, &f, &known);
	}
	after = mallinfo2().uordblks - before;
	script_publish(s); /* the events */
	printf("# %s: %zu KB, %zu KB at half, %zu counted, %u refused\n", flood->name,
	       after / 1024, half / 1024, flood->count(&f),
	       (unsigned)stats(&f)->refused);
	assert_bounded(flood, &f);
	if (flood->count(&f) < flood->least)
		fail_msg("%s: only %zu are there", flood->name, flood->count(&f));
	if (after > flood->most_kb * 1024)
		fail_msg("%s: %zu KB", flood->name, after / 1024);
	if (after > half + half / 16 + 16384)
		fail_msg("%s: memory still grows", flood->name);
}

static void
floods_are_bounded(void **state)
{
	size_t i;

	for (i = 0; i < COUNT_OF(floods); i++)
		flood_is_bounded(&floods[i], *state);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(floods_are_bounded),
	};

	return cmocka_run_group_tests_name("floods", tests, NULL, NULL);
}

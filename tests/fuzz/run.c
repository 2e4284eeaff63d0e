#include "tests/fuzz/run.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/inside.h"
#include "tests/fuzz/rules.h"
#include "tests/fuzz/senders.h"

#define WALL_MS INT64_C(1600000000000)
#define START_MS INT64_C(100000000)
#define EVENTS_MOST 256
#define TICK_MS 5000  /* shorter pauses come without a tick in them */
#define STEPS_MOST 32 /* of senders in an input, so that each is quick */

/* A step of a sender, with its length. */
static size_t
step_word(uint32_t random, uint8_t word[FUZZ_WORD])
{
	word[0] = (uint8_t)(random << 4);
	word[1] = 6;
	word[2] = random >> 4 & 127;
	word[3] = (uint8_t)(1 << (random >> 11 & 7));
	word[4] = (uint8_t)(random >> 14);
	word[5] = random >> 22 & 31;
	word[6] = random >> 27 & 3;
	word[7] = (uint8_t)(random >> 19);
	return 8;
}

size_t
fuzz_word(uint32_t random, uint8_t word[FUZZ_WORD])
{
	static const uint32_t words[] = {
	    0,         1,        2,          3,          4,          5,
	    12,        16,       20,         32,         40,         52,
	    60,        68,       72,         80,         100,        108,
	    140,       144,      2000,       2003,       2004,       2005,
	    2006,      2010,     2100,       2101,       2102,       2103,
	    2104,      2106,     2200,       2201,       2204,       2206,
	    23359489,  17613802, 0x02000001, 0x7fffffff, 0x80000000, 0xfffffffe,
	    0xffffffff};

	if (random % 4 == 0)
		return step_word(random / 4, word);
	return fuzz_number(words[random % (sizeof(words) / sizeof(*words))], word);
}

/* Events ---------------------------------------------------------------------------- */

static void
check_event(const struct event *e)
{
	rules_text(e->host, TEXT_SIZE - 1);
	if (e->kind == EVENT_INSTANCE)
		rules_text(e->of.instance.prefix, TEXT_SIZE - 1);
	else if (e->kind == EVENT_FLIPPING)
		rules_text(e->of.flipping.name, TEXT_SIZE - 1);
	else if (e->kind == EVENT_RENAMED)
		rules_text(e->of.membership.old_name, TEXT_SIZE - 1);
}

void
run_drain(struct run *r)
{
	struct event event;
	char text[EVENT_TEXT];
	size_t count = 0;

	while (collector_event(r->c, &event)) {
		check_event(&event);
		event_text(&event, text);
		if (strlen(text) >= sizeof(text) || ++count > EVENTS_MOST)
			fuzz_broken("events are bounded", text);
	}
}

/* Datagrams ------------------------------------------------------------------------ */

/* How much time passes; the last ones expire what is there. */
static int64_t
pause_ms(unsigned choice)
{
	static const int32_t pauses[16] = {
	    0,     1,     20,    500,   1000,   5000,   10000,   20000,
	    30000, 30000, 30000, 60000, 120000, 600000, 3600000, 90000000};

	return pauses[choice & 15];
}

/* Time passes, and the collector notices it before the next datagram comes. */
static void
pass(struct run *r)
{
	int64_t ms = pause_ms(r->pause);

	if (ms >= TICK_MS)
		collector_tick(r->c, r->now + ms - 1);
	r->now += ms;
}

/* Who has sent the datagram, where that has to be the agent. */
static void
set_source(const uint8_t *bytes, size_t len, struct address *from)
{
	*from = (struct address){.type = ADDRESS_IPV4};
	if (len >= 24 && bytes[7] == ADDRESS_IPV4) {
		memcpy(from->bytes, bytes + 8, 4);
	} else if (len >= 24) {
		from->type = ADDRESS_IPV6;
		memcpy(from->bytes, bytes + 8, 16);
	}
}

/* A datagram in a block of just its size, so that ASan sees all it should. */
static void
input(struct run *r, const uint8_t *bytes, size_t len, struct address *from)
{
	uint8_t *block = malloc(len + 1);

	if (block == NULL)
		abort();
	if (len > 0)
		memcpy(block + 1, bytes, len);
	if (r->config.same_address)
		set_source(bytes, len, from);
	inside_before(r->c, from, r->now);
	collector_input(r->c, block + 1, len, from, r->now);
	free(block);
	inside_after(r->c, r->now);
	collector_tick(r->c, r->now);
	inside_check(r->c, r->now);
}

/* What a sender does, and the time that passes before it. */
static void
step(struct run *r)
{
	static uint8_t datagram[SENDERS_MOST];
	struct address from, agent;
	uint32_t sub_agent;
	size_t len;

	r->times--;
	pass(r);
	len = senders_step(r->step, r->step_len, r->now, datagram, &from);
	if (len > 0) {
		input(r, datagram, len, &from);
	} else {
		collector_tick(r->c, r->now);
		inside_check(r->c, r->now);
	}
	if ((r->options & OPTION_TIGHT) == 0 && !r->config.same_address &&
	    senders_steady(&agent, &sub_agent))
		inside_check_rate(r->c, &agent, sub_agent, SENDERS_FIRST_PORT, r->now);
}

/* A datagram that the input has. */
static void
wire(struct run *r, const uint8_t *bytes, size_t len)
{
	struct address from = *senders_from();

	senders_lie();
	pass(r);
	input(r, bytes, len, &from);
}

bool
run_next(struct run *r, const uint8_t **data, const uint8_t *end)
{
	const uint8_t *at = *data;
	size_t len;

	if (r->times > 0) {
		step(r);
		return true;
	}
	if (end - at < 2)
		return false;
	len = (size_t)(at[0] & 15) << 8 | at[1];
	r->pause = at[0] >> 4;
	at += 2;
	if (len > (size_t)(end - at))
		len = (size_t)(end - at);
	*data = at + len;
	if (len == 0 || len > SENDERS_STEP) {
		wire(r, at, len);
		return true;
	}
	r->step = at;
	r->step_len = len;
	r->times = senders_times(at, len);
	if (r->times > STEPS_MOST - r->steps)
		r->times = STEPS_MOST - r->steps;
	r->steps += r->times;
	if (r->times > 0)
		step(r);
	return true;
}

void
run_check_rate(const struct metric *metric, const char *name, double number)
{
	double times;

	if (number <= SENDERS_PACKETS || !senders_honest())
		return;
	times =
	    strchr(name, '.') == NULL ? 50 : 1; /* of a whole host, or of one port */
	if (strcmp(metric->units, "bytes/sec") == 0 && number > SENDERS_OCTETS * times)
		fuzz_broken("octets are not more than were sent", name);
	if (strcmp(metric->units, "packets/sec") == 0 &&
	    number > SENDERS_PACKETS * times)
		fuzz_broken("packets are not more than were sent", name);
}

/* Options ---------------------------------------------------------------------------- */

static const regex_t *
compiled(regex_t *regex, bool *done, const char *text)
{
	if (!*done && regcomp(regex, text, REG_EXTENDED | REG_NOSUB) != 0)
		abort();
	*done = true;
	return regex;
}

static void
choose_ports(struct collector_config *config)
{
	static regex_t only, except, totals;
	static bool is_only, is_except, is_totals; /* compiled */
	static struct port_speeds *speeds;

	if (speeds == NULL)
		speeds = port_speeds_parse("node*/swp1 = 10M, */3 = 40G, */eth0 = 1k");
	if (speeds == NULL)
		abort();
	config->ports = compiled(&only, &is_only, "^[a-z1-5]");
	config->ports_except = compiled(&except, &is_except, "2$");
	config->totals_except = compiled(&totals, &is_totals, "^swp3|^4$|bond");
	config->speeds = speeds;
}

void
run_configure(struct run *r, uint8_t options)
{
	bool tight = (options & OPTION_TIGHT) != 0;
	int kind, vm = options & OPTION_VM;

	memset(r, 0, sizeof(*r));
	r->options = options;
	r->now = START_MS;
	r->wall_ms = WALL_MS;
	senders_begin(r->now);
	inside_begin();
	r->config = collector_defaults;
	r->config.max_agents = tight ? 1 : 6;
	r->config.max_sources = tight ? 2 : 24;
	r->config.max_metrics = tight ? 60 : 2000;
	r->config.vm = vm == 3 ? VM_HOST : (enum vm_hosts)vm;
	for (kind = 0; kind < KIND_COUNT; kind++) {
		r->config.multiple[kind] = (options & OPTION_MULTIPLE) != 0;
		if ((options & OPTION_DEFAULT) == 0)
			r->config.accept[kind] = true;
	}
	if ((options & OPTION_PORTS) != 0)
		choose_ports(&r->config);
}

void
run_begin(struct run *r)
{
	r->c = collector_new(&r->config);
	if (r->c == NULL)
		abort();
	collector_set_wall(r->c, r->wall_ms);
}

#include "tests/fuzz/run.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/inside.h"
#include "tests/fuzz/rules.h"

#define WALL_MS INT64_C(1600000000000)
#define START_MS INT64_C(100000000)
#define EVENTS_MOST 256

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
			rules_broken("events are bounded", text);
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

/* Who has sent the datagram. */
static struct address
source_of(const struct run *r, const uint8_t *bytes, size_t len)
{
	struct address from = {.type = ADDRESS_IPV4, .bytes = {192, 0, 2, 1}};

	if (r->config.same_address && len >= 24 && bytes[7] == ADDRESS_IPV4)
		memcpy(from.bytes, bytes + 8, 4);
	else if (r->config.same_address && len >= 24) {
		from.type = ADDRESS_IPV6;
		memcpy(from.bytes, bytes + 8, 16);
	}
	return from;
}

/* A datagram in a block of just its size, so that ASan sees all it should. */
static void
input(struct run *r, const uint8_t *bytes, size_t len)
{
	struct address from = source_of(r, bytes, len);
	uint8_t *block = malloc(len + 1);

	if (block == NULL)
		abort();
	if (len > 0)
		memcpy(block + 1, bytes, len);
	inside_before(r->c, &from, r->now);
	collector_input(r->c, block + 1, len, &from, r->now);
	free(block);
	inside_after(r->c, r->now);
	collector_tick(r->c, r->now);
	inside_check(r->c, r->now);
}

bool
run_next(struct run *r, const uint8_t **data, const uint8_t *end)
{
	const uint8_t *at = *data;
	size_t len;

	if (end - at < 2)
		return false;
	len = (size_t)(at[0] & 15) << 8 | at[1];
	r->pause = at[0] >> 4;
	at += 2;
	if (len > (size_t)(end - at))
		len = (size_t)(end - at);
	r->now += pause_ms(r->pause);
	input(r, at, len);
	*data = at + len;
	return true;
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
	static regex_t only, except;
	static bool is_only, is_except; /* compiled */

	config->ports = compiled(&only, &is_only, "^[a-z1-5]");
	config->ports_except = compiled(&except, &is_except, "2$");
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
	inside_begin();
	r->config = collector_defaults;
	r->config.max_agents = tight ? 1 : 4;
	r->config.max_sources = tight ? 2 : 6;
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

#include "sflow/collector/speeds.h"

#include <stdio.h>
#include <string.h>

#include "sflow/collector/collector_internal.h"
#include "sflow/collector/host.h"
#include "sflow/collector/ports.h"

#define IF_TYPE_ROW 1 /* of if_counters */
#define SPEED_ROW 2

/* Finds the speed that the administrator gives to the port. */
static bool
given(const struct collector *c, const struct source *source, uint64_t *bits)
{
	const struct agent *agent = source_agent(source);
	char address[ADDRESS_TEXT], number[16];
	const char *const hosts[] = {agent_host(agent)->name,
	                             address_text(agent_address(agent), address)};
	const char *const ports[] = {source_name(source), number};

	snprintf(number, sizeof(number), "%u", source_id(source).index);
	return port_speeds_find(c->config.speeds, hosts, ports, bits);
}

void
speeds_set(const struct collector *c, struct reading *r)
{
	uint64_t *bits = &r->values[SPEED_ROW].number;

	if (r->present <= SPEED_ROW ||
	    (c->config.speeds != NULL && given(c, r->source, bits)))
		return;
	if (*bits == UINT32_MAX)
		*bits = UINT64_MAX; /* ifSpeed, where ifHighSpeed has it */
}

/* Whether the interface is made of nothing that has a speed. Linux calls its taps and the
 * like plain Ethernet, but has names for them. */
static bool
is_virtual(const struct reading *r)
{
	static const char *const names[] = {"tap", "tun", "veth", "vnet", "vif"};
	const char *name = source_name(r->source);
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(name, names[i], strlen(names[i])) == 0)
			return true;
	return !port_is_physical(r->values[IF_TYPE_ROW].number);
}

/* Beside its state, a speed that is wrong is remembered by how many bits its number has: one
 * of another length is another speed. One that was passed is suspected for some polls. */
#define SUSPECT_POLLS 8
#define PASSED_NOW (SUSPECT_POLLS << SPEED_BITS | SPEED_PASSED)

static uint8_t
wrong_speed(uint64_t bits)
{
	unsigned length = 0;

	for (; bits != 0; bits >>= 1)
		length++;
	return (uint8_t)(length << SPEED_BITS | SPEED_WRONG);
}

static void
tell(struct collector *c, const struct reading *r)
{
	struct event *event =
	    host_tell_names(c, agent_host(source_agent(r->source)), EVENT_SPEED);

	event->of.speed.bits = r->values[SPEED_ROW].number;
	event->of.speed.index = source_id(r->source).index;
	strcpy(event->of.speed.port, source_name(r->source));
}

double
speeds_line(const struct reading *r, size_t octets)
{
	const struct field *load = &r->counters->layout->fields[octets + 1];

	if (octets + 1 >= r->present || load->formula != LOAD)
		return 0;
	return (double)r->values[octets + 1 + (size_t)load->partner].number *
	       r->interval_ms / 8000;
}

bool
speeds_refuse(const struct counters *counters, double times)
{
	return (counters->speed & SPEED_MASK) == SPEED_GOOD && times * 100 > LOAD_MOST;
}

/* Returns the state after a poll at which less came than the line carries. */
static uint8_t
suspect_less(uint8_t speed)
{
	unsigned less = speed - (1u << SPEED_BITS);

	return less >> SPEED_BITS != 0 ? (uint8_t)less : SPEED_GOOD;
}

/* Whether the row counts packets, and there were more than the line carries of the shortest,
 * by as much as octets may be. */
static bool
is_beyond(const struct field *field, uint64_t bits, double per_second)
{
	return (field->formula == SUM ||
	        (field->formula == RATE && field->type == FIELD_U32)) &&
	       per_second > (double)bits / 8 / FRAME_ON_WIRE * LOAD_MOST / 100;
}

bool
speeds_judge(struct collector *c, struct reading *r, uint64_t beyond,
             struct derived *derived)
{
	const struct layout *layout = r->counters->layout;
	uint64_t bits = r->present > SPEED_ROW ? r->values[SPEED_ROW].number : 0;
	uint8_t wrong = wrong_speed(bits), *speed = &r->counters->speed;
	unsigned state = *speed & SPEED_MASK;
	size_t row;

	if (r->present <= SPEED_ROW)
		return false;
	if (state == SPEED_WRONG && *speed != wrong)
		state = SPEED_GOOD;
	if (state != SPEED_WRONG && beyond == 0) {
		*speed = state == SPEED_PASSED ? suspect_less(*speed) : SPEED_GOOD;
		return false;
	}
	if (state == SPEED_PASSED || (state == SPEED_GOOD && is_virtual(r))) {
		*speed = wrong;
		tell(c, r);
	} else if (state == SPEED_GOOD) {
		*speed = PASSED_NOW;
	}
	state = *speed & SPEED_MASK;
	for (row = 1; row < r->present; row++) {
		if (state == SPEED_WRONG && layout->fields[row].formula == LOAD)
			derived[row].valid = false;
		if (state == SPEED_PASSED && (beyond >> row & 1) != 0)
			derived[row - 1].valid = false; /* the octets */
		if (state == SPEED_PASSED &&
		    is_beyond(&layout->fields[row], bits, derived[row].number))
			derived[row].valid = false;
	}
	return state == SPEED_PASSED;
}

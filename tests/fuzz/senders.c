#include "tests/fuzz/senders.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/senders_internal.h"

#define LATEST 8 /* datagrams that may come again */
#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)
#define APART_MS (12 * HOUR_MS) /* clocks are two for sure */
#define WRAPS_IN_MS 200000
#define PATTERN UINT32_C(0x9e3779b9)

/* Two that are threads of one switch, and a line card of it; three others with its address,
 * behind the same packet source and behind others; another agent; one whose address says
 * nothing. Beside each, the days since it started; the last one's clock is about to
 * wrap. */
static const struct {
	struct sender sender;
	int days;
} first[SENDERS] = {
    {{.agent = {10, 80, 0, 1}, .from = 1, .counts = 0}, 3},
    {{.agent = {10, 80, 0, 1}, .from = 1, .counts = 0, .sub_agent = 1}, 3},
    {{.agent = {10, 80, 0, 1}, .from = 2, .counts = 2}, 10},
    {{.agent = {10, 80, 0, 1}, .from = 1, .counts = 3}, 20},
    {{.agent = {10, 80, 0, 2}, .from = 1, .counts = 4}, 3},
    {{.agent = {0, 0, 0, 0}, .from = 2, .counts = 5}, 3},
    {{.agent = {10, 80, 0, 1}, .from = 1, .counts = 6, .sub_agent = 2}, 3},
    {{.agent = {10, 80, 0, 1}, .from = 3, .counts = 7}, 15},
};

struct sender senders[SENDERS];
static bool honest;
static struct address raw_from;

static struct {
	uint8_t bytes[SENDERS_MOST];
	size_t len;
	uint8_t from;
	struct sender *by;
	int64_t sent_ms;
} latest[LATEST];
static unsigned latest_count;
static const struct sender *steady; /* of the last step; NULL: it is not */

uint32_t
sender_uptime(const struct sender *by, int64_t now)
{
	double ms = (double)(now - by->boot_ms) * by->pace + (double)by->set_ms;
	uint32_t whole = (uint32_t)(int64_t)ms;

	return by->whole ? whole - whole % 1000 : whole;
}

/* What happens ----------------------------------------------------------------------- */

static void
lose(struct sender *by, unsigned count)
{
	unsigned i;

	by->sequence += count;
	for (i = 0; i < NUMBERS; i++)
		by->numbers[i] += count;
}

/* The machine of the sender begins again, with all that report its counters. */
static void
reboot(const struct sender *by, int64_t now)
{
	struct sender *other;
	unsigned p;

	for (other = senders; other < senders + SENDERS; other++) {
		if (other->counts == by->counts) {
			other->boot_ms = now;
			other->set_ms = 0;
			other->sequence = 0;
			memset(other->numbers, 0, sizeof(other->numbers));
			for (p = 0; p < PORTS; p++)
				other->ports[p] = (struct tally){.at_ms = now};
			other->machine = (struct tally){.at_ms = now};
		} else if (memcmp(other->agent, by->agent, 4) == 0 &&
		           other->sub_agent == by->sub_agent &&
		           labs((int32_t)sender_uptime(other, now)) < APART_MS) {
			honest = false;
		}
	}
}

static void
set_pace(struct sender *by, unsigned which, int64_t now)
{
	static const double paces[] = {1, 0.1, 0.001, 10, 0, 1.05, 0.95, 1};
	uint32_t before = sender_uptime(by, now);

	by->pace = paces[which & 7];
	by->whole = (which & 7) == 7;
	by->set_ms += (int32_t)(before - sender_uptime(by, now));
	honest = honest && by->pace == 1;
}

static void
happen(const struct step *s)
{
	struct sender *by = s->by;
	unsigned p = s->which % PORTS;

	if (s->event >= SENDER_CLOCK_AHEAD && s->event != SENDER_FROM &&
	    s->event != SENDER_PACE)
		honest = false;
	switch (s->event) {
	case SENDER_LOST_ONE:
		lose(by, 1);
		break;
	case SENDER_LOST:
		lose(by, s->amount);
		break;
	case SENDER_REBOOT:
		reboot(by, s->now);
		break;
	case SENDER_AGENT_ANEW:
		by->sequence = 0;
		memset(by->numbers, 0, sizeof(by->numbers));
		break;
	case SENDER_PORT_ANEW:
		by->numbers[OF_PORT + p] = 0;
		senders[by->counts].ports[p] = (struct tally){.at_ms = s->now};
		break;
	case SENDER_CLOCK_AHEAD:
		by->set_ms += INT64_C(1) << s->amount % 31;
		break;
	case SENDER_CLOCK_BACK:
		by->set_ms -= INT64_C(1) << s->amount % 31;
		break;
	case SENDER_PACE:
		set_pace(by, s->amount, s->now);
		break;
	case SENDER_MOVED:
		by->from = (uint8_t)(1 + s->amount % 4);
		break;
	case SENDER_NUMBERS_JUMP:
		by->sequence = UINT32_MAX >> s->amount % 32;
		break;
	case SENDER_SUB_AGENT:
		by->sub_agent = s->amount % 4;
		break;
	default:
		break;
	}
}

/* Who is steady ---------------------------------------------------------------------- */

#define STEADY_STEPS 4
#define STEADY_LEAST_MS 1000
#define STEADY_MOST_MS 60000
#define SHOWN_MS 20000 /* then the ports of another sub-agent are shown, too */
#define MINUTE_MS 60000
#define LATE_MS 10000 /* what comes again so late may be another sender */

/* Whether the sender has gone on as it should for so long. */
static bool
goes_on(const struct sender *by, int64_t ms)
{
	return by->streak > STEADY_STEPS &&
	       (by->streak - 1) * by->streak_pause_ms >= ms;
}

/* Whether the sender is known for who it is: nobody else has spoken that calls itself the
 * same; or there is one other one, with another packet source, and both have gone on for
 * as long as it takes to tell two agents apart, which depends on the pauses that they have
 * made. */
static bool
is_known(const struct sender *by)
{
	const struct sender *other;
	unsigned others = 0;
	int64_t ms;

	for (other = senders; other < senders + SENDERS; other++) {
		if (other == by || !other->spoken ||
		    other->sub_agent != by->sub_agent ||
		    memcmp(other->agent, by->agent, 4) != 0)
			continue;
		others++;
		ms = MINUTE_MS + 3 * (by->longest_ms + other->longest_ms);
		if (other->from == by->from || !goes_on(by, ms) ||
		    !goes_on(other, ms) ||
		    by->last_ms - other->last_ms > other->streak_pause_ms)
			return false;
	}
	return others <= 1;
}

/* Whether the data source of another port, 0:5, tells of the first port, too, by its name: then
 * that is two ports by the name of one, and which of them has it can't be known. */
static bool
is_told_by_another(const struct step *s)
{
	return (s->parts & (PART_CARRIED | PART_IN_TURN)) != 0 && s->carrier == 2;
}

/* Where there are two of one address and sub-agent, with two packet sources, they may become
 * two agents by this datagram. Other sub-agents of this source go to the new one, and begin
 * there. */
static void
note_split(const struct sender *by)
{
	struct sender *other;
	bool two = false;

	for (other = senders; other < senders + SENDERS; other++)
		two = two || (other->spoken && other->from != by->from &&
		              other->sub_agent == by->sub_agent &&
		              memcmp(other->agent, by->agent, 4) == 0);
	for (other = senders; other < senders + SENDERS && two; other++)
		if (other->sub_agent != by->sub_agent &&
		    memcmp(other->agent, by->agent, 4) == 0)
			other->streak = 0;
}

/* Notes a step, and whether its sender goes on as it should. */
static void
note_step(const struct step *s)
{
	struct sender *by = s->by, *other;
	int64_t pause = s->now - by->last_ms;
	unsigned names = (unsigned)s->naming << 8 | s->count;
	bool plain = s->event == SENDER_NEXT && (s->parts & PART_PORTS) != 0 &&
	             s->naming != NAMING_VLANS && s->move == MOVE_ON &&
	             !is_told_by_another(s);

	if (by->spoken && pause > by->longest_ms)
		by->longest_ms = pause;
	by->spoken = by->spoken || s->event != SENDER_EMPTY;
	by->last_ms = s->now;
	by->again = 0;
	note_split(by);
	if (s->event == SENDER_REBOOT || s->event == SENDER_PORT_ANEW ||
	    s->move != MOVE_ON)
		for (other = senders; other < senders + SENDERS; other++)
			if (other->counts == by->counts)
				other->streak = 0; /* it is another's, too */
	if (!plain || pause != by->streak_pause_ms || names != by->streak_names)
		by->streak = 0; /* a port of another name may be another one */
	by->streak_pause_ms = pause;
	by->streak_names = names;
	by->streak += plain;
	steady = goes_on(by, SHOWN_MS) && pause >= STEADY_LEAST_MS &&
	                 pause <= STEADY_MOST_MS && !by->whole && by->agent[0] != 0 &&
	                 honest && !by->doubtful && is_known(by)
	             ? by
	             : NULL;
}

void
senders_unsteady(int64_t ms)
{
	struct sender *s;
	unsigned p;

	for (s = senders; s < senders + SENDERS; s++) {
		s->streak = 0;
		s->boot_ms += ms;
		s->last_ms += ms;
		s->machine.at_ms += ms;
		for (p = 0; p < PORTS; p++)
			s->ports[p].at_ms += ms;
	}
	steady = NULL;
}

bool
senders_steady(struct address *agent, uint32_t *sub_agent)
{
	if (steady == NULL)
		return false;
	*agent = (struct address){.type = ADDRESS_IPV4};
	memcpy(agent->bytes, steady->agent, 4);
	*sub_agent = steady->sub_agent;
	return true;
}

/* Interface -------------------------------------------------------------------------- */

static struct address
source_of(uint8_t last)
{
	return (struct address){.type = ADDRESS_IPV4, .bytes = {192, 0, 2, last}};
}

void
senders_begin(int64_t now)
{
	unsigned i, p;

	for (i = 0; i < SENDERS; i++) {
		struct sender *s = &senders[i];

		*s = first[i].sender;
		s->pace = 1;
		s->boot_ms = now - first[i].days * DAY_MS - 777 * (i == 6);
		if (i + 1 == SENDERS)
			s->boot_ms = now - UINT32_MAX + WRAPS_IN_MS;
		s->sequence = 1000 * i;
		for (p = 0; p < PORTS; p++)
			s->ports[p] = (struct tally){
			    .octets = i * UINT64_C(1000000000000000) + (i * PATTERN) +
			              p * UINT64_C(100000000000),
			    .packets = i << 27 | p << 20,
			    .at_ms = now};
		s->machine = (struct tally){.octets = i * UINT64_C(1000000000000000),
		                            .packets = i << 27,
		                            .at_ms = now};
	}
	honest = true;
	latest_count = 0;
	steady = NULL;
	raw_from = source_of(1);
}

static unsigned
byte_of(const uint8_t *step, size_t len, size_t at)
{
	return at < len ? step[at] : 0;
}

unsigned
senders_times(const uint8_t *step, size_t len)
{
	unsigned doublings = byte_of(step, len, 4) & 7;

	return doublings <= 3 ? 1u << doublings : 1;
}

/* One that comes again once is known to be late. More of them in place of the sender may be
 * another one. */
static size_t
come_again(unsigned which, int64_t now, uint8_t datagram[SENDERS_MOST],
           struct address *from)
{
	struct sender *by;
	unsigned i;

	if (latest_count == 0)
		return 0;
	i = which % (latest_count < LATEST ? latest_count : LATEST);
	by = latest[i].by;
	by->again += now - latest[i].sent_ms > LATE_MS;
	by->doubtful = by->doubtful || by->again > 1;
	*from = source_of(latest[i].from);
	memcpy(datagram, latest[i].bytes, latest[i].len);
	return latest[i].len;
}

size_t
senders_step(const uint8_t *step, size_t len, int64_t now,
             uint8_t datagram[SENDERS_MOST], struct address *from)
{
	unsigned b0 = byte_of(step, len, 0), b2 = byte_of(step, len, 2);
	unsigned b3 = byte_of(step, len, 3);
	struct step s = {.by = &senders[b0 & 7],
	                 .event = (enum senders_event)(b0 >> 3 & 15),
	                 .parts = byte_of(step, len, 1),
	                 .count = 1 + (b2 & 3),
	                 .naming = (enum senders_naming)(b2 >> 2 & 7),
	                 .carrier = b2 >> 5 & 3,
	                 .names_first = b2 >> 7,
	                 .move = (enum senders_move)(b3 & 15),
	                 .which = b3 >> 4 & 7,
	                 .amount = byte_of(step, len, 5),
	                 .now = now};
	unsigned i;

	steady = NULL;
	if (s.parts == 0)
		s.parts = PART_PLAIN;
	if (s.event == SENDER_AGAIN)
		return come_again(s.amount, now, datagram, from);
	if (s.event == SENDER_FROM) {
		raw_from = source_of((uint8_t)(1 + s.amount % 4));
		return 0;
	}
	happen(&s);
	i = latest_count++ % LATEST;
	latest[i].len = sender_datagram(&s, latest[i].bytes);
	note_step(&s);
	latest[i].from = s.by->from;
	latest[i].by = s.by;
	latest[i].sent_ms = now;
	*from = source_of(s.by->from);
	memcpy(datagram, latest[i].bytes, latest[i].len);
	return s.event == SENDER_HELD_UP ? 0 : latest[i].len;
}

const struct address *
senders_from(void)
{
	return &raw_from;
}

bool
senders_honest(void)
{
	return honest;
}

void
senders_lie(void)
{
	honest = false;
}

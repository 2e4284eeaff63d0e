#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/senders_internal.h"

static const struct {
	uint32_t class, index;
} carriers[CARRIERS] = {{0, 0}, {2, 1}, {0, 5}, {3, 7}};

/* Writing --------------------------------------------------------------------------- */

struct out {
	uint8_t *at;
	size_t len;
};

static void
put(struct out *out, const void *bytes, size_t len)
{
	if (len > SENDERS_MOST - out->len)
		abort();
	memcpy(out->at + out->len, bytes, len);
	out->len += len;
}

static void
set_u32(struct out *out, size_t at, uint32_t number)
{
	out->at[at] = (uint8_t)(number >> 24);
	out->at[at + 1] = (uint8_t)(number >> 16);
	out->at[at + 2] = (uint8_t)(number >> 8);
	out->at[at + 3] = (uint8_t)number;
}

static void
put_u32(struct out *out, uint32_t number)
{
	put(out, &number, sizeof(number));
	set_u32(out, out->len - 4, number);
}

static void
put_u64(struct out *out, uint64_t number)
{
	put_u32(out, (uint32_t)(number >> 32));
	put_u32(out, (uint32_t)number);
}

static void
put_many(struct out *out, uint32_t number, unsigned times)
{
	while (times-- > 0)
		put_u32(out, number);
}

static void
put_string(struct out *out, const char *text)
{
	size_t len = strlen(text);

	put_u32(out, (uint32_t)len);
	put(out, text, len);
	put(out, "\0\0\0", -len % 4);
}

/* Begins a record or sample; returns where its length is. */
static size_t
open_block(struct out *out, uint32_t tag)
{
	put_u32(out, tag);
	put_u32(out, 0);
	return out->len - 4;
}

static void
close_block(struct out *out, size_t at)
{
	set_u32(out, at, (uint32_t)(out->len - at - 4));
}

/* The same for a record, which may be short. Counts it among the sample's. */
static void
close_record(struct out *out, size_t at, const struct step *s, size_t counter)
{
	size_t len = out->len - at - 4, cut = 4 + s->amount % 32 * 4;

	if (s->move == MOVE_SHORT && len > cut)
		out->len -= cut;
	close_block(out, at);
	out->at[counter + 3]++;
}

/* Begins a sample of counters of this data source; returns where the number of its records
 * is. */
static size_t
open_sample(struct out *out, uint32_t number, uint32_t class, uint32_t index,
            size_t *at)
{
	*at = open_block(out, 4); /* counters_sample_expanded */
	put_u32(out, number);
	put_u32(out, class);
	put_u32(out, index);
	put_u32(out, 0);
	return out->len - 4;
}

/* Counters -------------------------------------------------------------------------- */

/* Counts on, at rates of so many times the least one. */
static void
count_on(struct tally *t, unsigned times, bool moves, int64_t now)
{
	uint64_t ms = (uint64_t)(now - t->at_ms);

	t->at_ms = now;
	if (!moves)
		return;
	t->octets += 100 * times * ms;
	t->packets += (uint32_t)(times * ms / 10);
	t->slow += times * ms > 30000;
}

/* What a step does to counters. Returns what is sent of them. */
static struct tally
move(struct tally *t, const struct step *s, bool chosen, unsigned times)
{
	uint32_t some = UINT32_C(1) << s->amount % 32;
	enum senders_move how = chosen ? s->move : MOVE_ON;
	struct tally sent;

	count_on(t, times, how != MOVE_NOT, s->now);
	if (how > MOVE_RESET && how != MOVE_SHORT && how != MOVE_ONES)
		senders_lie();
	switch (how) {
	case MOVE_RESET:
		*t = (struct tally){.at_ms = s->now};
		break;
	case MOVE_FALL:
		t->octets -= some;
		t->packets -= some;
		break;
	case MOVE_JUMP:
		t->octets += (uint64_t)some << s->amount / 32;
		t->packets += s->amount & 128 ? some : 0;
		break;
	case MOVE_NEAR_TOP:
		t->octets |= UINT32_MAX - some;
		t->packets = t->slow = UINT32_MAX - some;
		break;
	case MOVE_FAST:
		t->octets += UINT64_C(1) << (30 + s->amount % 16);
		break;
	case MOVE_PACKETS:
		t->packets += some;
		t->slow += s->amount;
		break;
	default:
		break;
	}
	sent = *t;
	if (how == MOVE_ZERO)
		sent = (struct tally){0};
	else if (how == MOVE_ONES)
		sent = (struct tally){UINT64_MAX, UINT32_MAX, UINT32_MAX, 0};
	return sent;
}

/* Returns what port `p` of so many sends. The last one may be the sum of the others, and
 * the others the sum of the first. */
static struct tally
tally_of(const struct step *s, unsigned p)
{
	struct sender *counts = &senders[s->by->counts];
	struct tally t = move(&counts->ports[p], s, p == s->which, p + 1), other;
	bool sums = (s->naming == NAMING_BOND && p + 1 == s->count && p > 0) ||
	            (s->naming == NAMING_VLANS && p == 0 && s->count > 1);
	unsigned i, shape = 1 + (sums ? (unsigned)s->naming << 2 | s->count : 0);

	if (counts->shapes[p] != 0 && counts->shapes[p] != shape)
		senders_lie();
	counts->shapes[p] = (uint8_t)shape;
	if (!sums)
		return t;
	t.octets = t.packets = 0;
	for (i = 0; i < s->count; i++) {
		other = counts->ports[i];
		count_on(&other, i + 1, true, s->now);
		t.octets += i == p ? 0 : other.octets;
		t.packets += i == p ? 0 : other.packets;
	}
	return t;
}

/* Records ---------------------------------------------------------------------------- */

static void
name_of(const struct step *s, unsigned p, char name[16])
{
	bool last = p + 1 == s->count;

	switch (s->naming) {
	case NAMING_OWN:
	case NAMING_LAG:
		snprintf(name, 16, "swp%u", p + 1);
		break;
	case NAMING_SAME:
		strcpy(name, "eth0");
		break;
	case NAMING_BOND:
		snprintf(name, 16, last ? "bond0" : "eth%u", p);
		break;
	case NAMING_BELOW:
		snprintf(name, 16, p == 0 ? "eth1" : "eth1.%u", p * 10);
		break;
	case NAMING_VLANS:
		snprintf(name, 16, p == 0 ? "eth0" : "vlan%u", p);
		break;
	case NAMING_TAPS:
		snprintf(name, 16, "vnet%u", p);
		break;
	default:
		name[0] = '\0';
	}
}

static void
put_name(struct out *out, const struct step *s, unsigned p, size_t counter)
{
	char name[16];
	size_t at;

	name_of(s, p, name);
	if (name[0] == '\0')
		return;
	at = open_block(out, 1005); /* port_name */
	put_string(out, name);
	close_block(out, at);
	out->at[counter + 3]++;
	if (s->naming != NAMING_LAG || p + 1 == s->count)
		return;
	at = open_block(out, 7); /* lag_port_stats, with the aggregate's ifIndex */
	put_many(out, 0, 4);
	put_u32(out, s->count);
	put_many(out, 0, 9);
	close_record(out, at, s, counter);
}

static void
put_half(struct out *out, const struct tally *t)
{
	uint32_t part = t->slow == UINT32_MAX ? 1 : 4;

	put_u64(out, t->octets);
	put_u32(out, t->packets);
	put_u32(out, t->slow);
	put_many(out, t->slow / part, 3);
}

static void
put_if_counters(struct out *out, const struct step *s, unsigned p, size_t counter)
{
	static const uint32_t types[] = {1, 24, 53, 135, 161, 131, 0, UINT32_MAX};
	struct tally t = tally_of(s, p);
	bool chosen = p == s->which;
	size_t at = open_block(out, 1);

	put_u32(out, p + 1);
	put_u32(out, chosen && s->move == MOVE_TYPE ? types[s->amount & 7] : 6);
	put_u64(out, chosen && s->move == MOVE_SPEED ? UINT64_MAX >> s->amount % 64
	                                             : 1000000000);
	put_u32(out, 1);
	put_u32(out, 3);
	put_half(out, &t);
	put_u32(out, 0);
	put_half(out, &t);
	put_u32(out, 0);
	close_record(out, at, s, counter);
}

static void
put_port(struct out *out, const struct step *s, unsigned p, size_t counter)
{
	if (s->names_first)
		put_name(out, s, p, counter);
	put_if_counters(out, s, p, counter);
	if (!s->names_first)
		put_name(out, s, p, counter);
}

static void
put_descr(struct out *out, const char *name, unsigned agent, size_t counter)
{
	size_t at = open_block(out, 2000);

	put_string(out, name);
	put_many(out, 0x07070700 + agent, 4);
	put_u32(out, 3);
	put_u32(out, 2);
	put_string(out, "6.1");
	close_block(out, at);
	out->at[counter + 3]++;
}

/* So many counters of 32 bits, after those numbers that say no more than that they are
 * there. */
static void
put_counters(struct out *out, const struct step *s, uint32_t tag, unsigned numbers,
             unsigned counters, const struct tally *t, size_t counter)
{
	size_t at = open_block(out, tag);

	put_many(out, 2, numbers);
	put_many(out, t->packets, counters);
	close_record(out, at, s, counter);
}

/* Samples ---------------------------------------------------------------------------- */

static void
put_machine(struct out *out, const struct step *s)
{
	struct sender *counts = &senders[s->by->counts];
	struct tally t = move(&counts->machine, s, s->which & 1, 1);
	char name[16];
	size_t at, n = open_sample(out, ++s->by->numbers[OF_MACHINE], 2, 1, &at);

	snprintf(name, sizeof(name), "node%u", s->by->counts);
	put_descr(out, name, s->by->counts, n);
	put_counters(out, s, 2003, 8, 12, &t, n); /* host_cpu */
	put_counters(out, s, 2005, 5, 8, &t, n);  /* host_disk_io */
	if ((s->parts & PART_NET_IO) != 0) {
		size_t record = open_block(out, 2006);

		put_half(out, &t);
		out->len -= 8;
		put_half(out, &t);
		out->len -= 8;
		close_record(out, record, s, n);
	}
	close_block(out, at);
}

static void
put_ports(struct out *out, const struct step *s)
{
	unsigned p;
	size_t at, n;

	for (p = 0; p < s->count; p++) {
		n = open_sample(out, ++s->by->numbers[OF_PORT + p], 0, p + 1, &at);
		put_port(out, s, p, n);
		close_block(out, at);
	}
}

static void
put_carried(struct out *out, const struct step *s)
{
	unsigned c = s->carrier, p, last = s->count;
	size_t at;
	size_t n = open_sample(out, ++s->by->numbers[OF_CARRIER + c], carriers[c].class,
	                       carriers[c].index, &at);

	p = (s->parts & PART_IN_TURN) != 0 ? s->by->turn++ % s->count : 0;
	if ((s->parts & PART_IN_TURN) != 0)
		last = p + 1;
	for (; p < last; p++)
		put_port(out, s, p, n);
	close_block(out, at);
}

static void
put_vlans(struct out *out, const struct step *s)
{
	struct sender *counts = &senders[s->by->counts];
	unsigned c = s->carrier, v;
	size_t at, record;
	size_t n = open_sample(out, ++s->by->numbers[OF_VLANS],
	                       c == 2 ? 1 : carriers[c].class, carriers[c].index, &at);

	for (v = 0; v < s->count; v++) {
		struct tally t = move(&counts->ports[PORTS - 1 - v], s,
		                      s->which == PORTS - 1 - v, PORTS - v);

		record = open_block(out, 5);
		put_u32(out, 10 * (v + 1));
		put_half(out, &t);
		out->len -= 4;
		close_record(out, record, s, n);
	}
	close_block(out, at);
}

static void
put_guest(struct out *out, const struct step *s)
{
	struct sender *counts = &senders[s->by->counts];
	struct tally t = move(&counts->ports[PORTS / 2], s, s->which == PORTS / 2, 5);
	size_t at, n = open_sample(out, ++s->by->numbers[OF_GUEST], 3, 100001, &at);

	put_descr(out, s->naming == NAMING_SAME ? "eth0" : "guest", s->by->counts, n);
	put_counters(out, s, 2101, 1, 2, &t, n);
	put_counters(out, s, 2103, 6, 7, &t, n);
	close_block(out, at);
	at = open_block(out, 1);
	put_u32(out, ++s->by->numbers[OF_PACKETS]);
	put_many(out, 1, 7);
	close_block(out, at);
}

/* The names may give two metrics one name, if nothing is done against it. */
static void
put_custom(struct out *out, const struct step *s)
{
	static const char *const sets[] = {"set", "set.one", "swp1", "eth1"};
	static const char *const names[] = {"one", "one.one", "bytes_in",
	                                    "10.bytes_in"};
	struct sender *counts = &senders[s->by->counts];
	struct tally t = move(&counts->machine, s, s->which & 1, 1);
	size_t at = open_block(out, 4300 << 12 | 1002);
	char name[16];
	unsigned i;

	put_string(out, sets[s->naming & 3]);
	put_u32(out, s->count);
	for (i = 0; i < s->count; i++) {
		unsigned type = (s->carrier * 4 + i) % 7;

		snprintf(name, sizeof(name), "m%u", s->amount + i);
		put_string(out, s->amount > 0 ? name : names[i]);
		put_u32(out, type);
		if (type == 0)
			put_string(out, "text");
		else if (type == 2 || type == 4 || type == 6)
			put_u64(out, t.octets);
		else
			put_u32(out, t.packets);
	}
	close_block(out, at);
}

static unsigned
put_samples(struct out *out, const struct step *s)
{
	unsigned samples = 0;

	if ((s->parts & (PART_MACHINE | PART_NET_IO)) != 0) {
		put_machine(out, s);
		samples++;
	}
	if ((s->parts & PART_PORTS) != 0) {
		put_ports(out, s);
		samples += s->count;
	}
	if ((s->parts & (PART_CARRIED | PART_IN_TURN)) != 0) {
		put_carried(out, s);
		samples++;
	}
	if ((s->parts & PART_VLANS) != 0) {
		put_vlans(out, s);
		samples++;
	}
	if ((s->parts & PART_GUEST) != 0) {
		put_guest(out, s);
		samples += 2;
	}
	if ((s->parts & PART_CUSTOM) != 0) {
		put_custom(out, s);
		samples++;
	}
	return samples;
}

/* Datagrams -------------------------------------------------------------------------- */

size_t
sender_datagram(const struct step *s, uint8_t bytes[SENDERS_MOST])
{
	struct out out = {.at = bytes};
	size_t samples;

	put_u32(&out, 5);
	put_u32(&out, ADDRESS_IPV4);
	put(&out, s->by->agent, 4);
	put_u32(&out, s->by->sub_agent);
	put_u32(&out, ++s->by->sequence);
	put_u32(&out, sender_uptime(s->by, s->now));
	put_u32(&out, 0);
	samples = out.len - 4;
	if (s->event != SENDER_EMPTY)
		set_u32(&out, samples, put_samples(&out, s));
	return out.len;
}

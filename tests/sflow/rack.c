#include "tests/sflow/rack.h"

#include <string.h>

struct rack
new_rack(void)
{
	static const char *const names[PORTS] = {"swp1", "swp2", "swp3", "swp4"};
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

void
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

void
put_name(struct wire *w, const char *name)
{
	wire_record_begin(w, PORT_NAME);
	wire_string(w, name);
	wire_record_end(w);
}

void
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

void
begin_port(struct script *s, struct rack *r, struct port *p)
{
	r->d.class = 0;
	r->d.index = p->index;
	r->d.sample = p->samples++;
	script_begin(s, &r->d);
}

void
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

void
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

void
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

void
rounds_of(struct script *s, struct rack *r, int rounds)
{
	for (; rounds > 0; rounds--)
		round_of(s, r);
}

bool
has(const struct script *s, const char *metric)
{
	return script_reading(s, HOST, metric) != NULL;
}

unsigned
count_of(const struct script *s, const char *metric)
{
	unsigned count = 0;
	size_t i;

	for (i = 0; i < s->shown_count; i++)
		count += strcmp(s->shown[i].reading.name, metric) == 0;
	return count;
}

void
show_all(struct script *s)
{
	struct store_host *host = agent_host(agents_first(&s->c->agents))->shown;

	store_news_again(s->feed, host);
	store_host_heard(host, 0, s->now);
	script_publish(s);
}

void
begin_other(struct script *s, struct rack *r, uint32_t class, uint32_t index,
            uint32_t sample)
{
	r->d.class = class;
	r->d.index = index;
	r->d.sample = sample;
	script_begin(s, &r->d);
}

void
reboot(struct script *s, struct rack *r)
{
	struct port *p;

	script_reboot(s, &r->d);
	for (p = r->ports; p < r->ports + PORTS; p++) {
		p->in = p->out = p->pkts_in = p->pkts_out = 0;
		p->samples = 0;
	}
}

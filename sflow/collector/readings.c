#include "sflow/collector/readings.h"

#include "sflow/collector/collector_internal.h"
#include "sflow/collector/last.h"
#include "sflow/collector/narrow.h"
#include "sflow/collector/ports.h"
#include "sflow/collector/samples.h"
#include "sflow/collector/speeds.h"
#include "sflow/collector/wraps.h"

#define MUCH 2  /* the same, where it is not known that it went on */
#define GAP 2   /* times the usual interval: after that something is missing */
#define POLLS 8 /* over which a record is seen to reset at most of them */

#define CPUS_ROW 5      /* of host_cpu */
#define NODE_CPUS_ROW 1 /* of virt_node */

static uint64_t
bit(size_t row)
{
	return UINT64_C(1) << row;
}

static struct derive_input
input_of(const struct reading *r, const struct context *x)
{
	return (struct derive_input){.layout = r->counters->layout,
	                             .now = r->values,
	                             .present = r->present,
	                             .interval_ms = r->interval_ms,
	                             .machine_cpus = agent_cpus(x->agent)};
}

/* Returns how much the row's counter can move in this interval: what CPUs can do, or MORE
 * times as much as before. Not above 0 where neither is known. */
static double
most_moved(const struct reading *r, const struct context *x, size_t row)
{
	struct derive_input in = input_of(r, x);
	double most = 0;

	if (in.layout->fields[row].cpu)
		most = cpu_most_ms(&in, row);
	return most > 0 ? most : MORE * last_expected(r, row);
}

/* Resets --------------------------------------------------------------------------- */

/* Whether a 32-bit counter that is below what it was did wrap: what it then counted is
 * what CPUs can do, or at most MORE times as much as before. */
static bool
did_wrap(const struct reading *r, const struct context *x, size_t row)
{
	double delta = (double)r->deltas.delta[row];

	return delta <= NEAR_WRAP || delta <= most_moved(r, x, row);
}

/* Whether the record resets at most polls: then it says nothing about others. */
static bool
resets_often(const struct counters *counters)
{
	return counters->polls >= 2 &&
	       2 * __builtin_popcount(counters->resets) > counters->polls;
}

static void
note_poll(struct counters *counters, bool reset)
{
	counters->resets = (uint8_t)(counters->resets << 1 | reset);
	if (counters->polls < POLLS)
		counters->polls++;
}

/* Whether it is a time of CPUs of which the kernel took some back, as it does with what was
 * idle or waited (proc(5)). Then it fell by no more than CPUs can do in the interval, and by
 * little of what it had. */
static bool
was_taken_back(const struct reading *r, const struct context *x, size_t row)
{
	const struct field *field = &r->counters->layout->fields[row];
	struct derive_input in = input_of(r, x);
	uint32_t now = (uint32_t)r->values[row].number;
	uint32_t before = now - (uint32_t)r->deltas.delta[row];

	return (field->formula == SHARE || field->formula == SUBSHARE) && field->cpu &&
	       now < before && before - now <= before / MORE &&
	       before - now <= cpu_most_ms(&in, row);
}

/* It has no value, and the shares of the others are of the sum without it. */
static void
leave_out_share(struct reading *r, size_t row)
{
	struct deltas *d = &r->deltas;

	if (r->counters->layout->fields[row].formula == SHARE)
		d->total -= (double)d->delta[row];
	d->delta[row] = 0;
	d->doubt &= ~bit(row);
	d->untrue |= bit(row);
}

/* Judges the counters that fell, and may have been reset. Those that wrapped are in doubt
 * no more. */
static void
judge_falls(struct readings *readings, struct reading *r, const struct context *x)
{
	struct deltas *d = &r->deltas;
	bool often = resets_often(r->counters), jumped = source_jumped(r->source);
	size_t row;

	for (row = 0; row < r->present; row++) {
		uint32_t now = (uint32_t)r->values[row].number;
		uint32_t before = now - (uint32_t)d->delta[row];
		bool counts = !often && now < before;

		if ((d->doubt & bit(row)) == 0)
			continue;
		if (was_taken_back(r, x, row)) {
			leave_out_share(r, row);
			continue;
		}
		readings->falls += counts;
		if (did_wrap(r, x, row) && !(jumped && now < before)) {
			d->doubt &= ~bit(row);
			r->wrapped = true;
		} else
			readings->fell = readings->fell || counts;
	}
	if (d->back != 0 && d->doubt == 0 && !jumped) {
		unsigned narrow = narrow_fell(r);

		r->wrapped = r->wrapped || narrow != 0;
		readings->falls += often ? 0 : narrow;
	}
	r->good = (d->back | d->doubt) == 0;
	readings->reset = readings->reset || (!often && d->back != 0) ||
	                  (readings->fell && (jumped || readings->falls >= 2));
}

/* Returns what the row's counter was before. */
static uint64_t
before_of(const struct reading *r, size_t row)
{
	uint64_t before = r->values[row].number - r->deltas.delta[row];

	return r->counters->layout->fields[row].type == FIELD_U64 ? before
	                                                          : (uint32_t)before;
}

/* Whether a record in which nothing fell was left alone by what reset its sample: a sum
 * over interfaces falls when one is taken away, and resets nothing. Then some counter went
 * on from where it was: it moved by little, compared with what it had. Where all
 * began at 0, it doesn't matter. */
static bool
went_on(const struct reading *r)
{
	bool began = true;
	size_t row;

	if (r->wrapped)
		return false;
	for (row = 0; row < r->present; row++) {
		uint64_t delta = r->deltas.delta[row];
		uint64_t before = before_of(r, row);

		if ((r->deltas.valid & bit(row)) == 0)
			continue;
		if (before != 0 && before / MORE >= delta)
			return true;
		began = began && before == 0;
	}
	return began;
}

/* Whether the counters stand still: then it is not known yet whether they were reset. */
static bool
stand_still(const struct reading *r)
{
	size_t row;

	for (row = 0; row < r->present; row++)
		if ((r->deltas.valid & bit(row)) != 0 && r->deltas.delta[row] != 0)
			return false;
	return true;
}

/* Whether what the record is about had begun again when its counters fell: since then they
 * had counted no more than they do, and no more came after it. After a wrong reading of 0 there
 * would be all they had, and two intervals. */
static bool
had_begun_again(const struct reading *r, const uint64_t *fallen, const uint64_t *before)
{
	size_t row;

	for (row = 0; row < r->present; row++) {
		double most = MUCH * last_expected(r, row);

		if ((r->deltas.valid & bit(row)) == 0 || fallen[row] >= before[row])
			continue;
		if ((double)fallen[row] > most || (double)r->deltas.delta[row] > most)
			return false;
	}
	return true;
}

/* The record fell at the last poll. Where it is back, its deltas are not used. */
static void
look_back(struct reading *r)
{
	uint64_t before[RECORD_FIELDS_MAX], fallen[RECORD_FIELDS_MAX];
	struct counters *counters = r->counters;
	const uint8_t *latch = last_latch(counters, r->present);
	bool back = latch != NULL;

	if (back && stand_still(r))
		return;
	if (back) {
		latch_read(counters->layout, latch, r->present, before);
		latch_read(counters->layout, counters->latch, r->present, fallen);
		back = latches_return(counters->layout, r->values, fallen, before,
		                      r->present) &&
		       !had_begun_again(r, fallen, before);
	}
	if (back) {
		r->deltas.doubt = r->deltas.back = 0;
		r->good = false;
	}
	last_forget(counters);
}

/* More than one answer ------------------------------------------------------------- */

/* Whether the counter may have wrapped unseen, in a gap in which MORE times its last rate
 * would have. */
static bool
may_have_wrapped(const struct reading *r, const struct context *x, size_t row)
{
	const struct field *field = &r->counters->layout->fields[row];

	if (field->type == FIELD_U64 || last_of_packets(field))
		return false;
	return most_moved(r, x, row) >= DELTAS_WRAP;
}

/* Takes the values of all shares: their sum is not known. */
static void
leave_out_shares(struct reading *r)
{
	const struct field *fields = r->counters->layout->fields;
	size_t row;

	for (row = 0; row < r->present; row++)
		if (fields[row].formula == SHARE || fields[row].formula == SUBSHARE)
			r->deltas.untrue |= bit(row);
}

static void
judge_gap(struct reading *r, const struct context *x)
{
	const struct field *fields = r->counters->layout->fields;
	bool shares = true;
	size_t row;

	for (row = 0; row < r->present; row++)
		if ((r->deltas.valid & bit(row)) != 0 && may_have_wrapped(r, x, row)) {
			r->deltas.untrue |= bit(row);
			shares = shares && fields[row].formula != SHARE;
		}
	if (!shares)
		leave_out_shares(r);
}

/* Whether the record ends before all is there that its shares are of. */
static bool
lacks_shares(const struct reading *r)
{
	const struct layout *layout = r->counters->layout;
	size_t row;

	for (row = r->present; row < layout->count; row++)
		if (layout->fields[row].formula == SHARE && !layout->fields[row].tail)
			return true;
	return false;
}

/* Taking --------------------------------------------------------------------------- */

void
readings_begin(struct readings *readings)
{
	readings->count = readings->rows = 0;
	readings->falls = 0;
	readings->fell = readings->reset = false;
	readings->rose = readings->dropped = false;
}

struct field_value *
readings_room(struct collector *c, struct context *x, struct readings *readings)
{
	if (readings->count == READINGS_MAX ||
	    readings->rows > READINGS_ROWS - RECORD_FIELDS_MAX)
		readings_finish(c, x, readings);
	return &readings->values[readings->rows];
}

/* Uses up what is kept of the record, and keeps what the next polls need: what it was before
 * it fell, or its packets with the octets of their poll, where there is more than one answer
 * to how many came now. */
static void
settle_aside(struct reading *r)
{
	struct counters *counters = r->counters;
	struct deltas *d = &r->deltas;
	bool open = (d->several & d->untrue) != 0;

	if (counters->aside != NULL && !last_is_values(counters))
		look_back(r);
	else if (!open)
		last_forget(counters);
	if ((d->back | d->doubt) != 0)
		last_keep_latch(counters);
	else if (open && counters->aside == NULL && counters->block != NULL)
		last_keep_values(counters);
}

/* Notes what the counters show of a source that was made anew, by the number of its sample:
 * whether they went on all the same. */
static void
note_jump(struct readings *readings, struct reading *r)
{
	struct deltas *d = &r->deltas;
	size_t row;

	if (!source_was_latched(r->source, r->counters, r->present))
		return;
	deltas_take(r->counters->layout, r->values, r->counters->latch, r->present, d);
	for (row = 0; row < r->present; row++)
		if ((d->valid & bit(row)) != 0 && d->delta[row] != 0 &&
		    before_of(r, row) != 0)
			readings->rose = true;
	readings->dropped = readings->dropped || (d->back | d->doubt) != 0;
}

/* Compares the record with the one before, and judges what is different. */
static void
compare(struct readings *readings, struct reading *r, struct context *x)
{
	struct counters *counters = r->counters;
	double usual_ms = source_rhythm(r->source)->interval_ms;
	struct deltas *d = &r->deltas;

	r->wrapped = false;
	r->compared = source_latched(r->source, counters, r->present);
	r->good = r->compared && r->interval_ms >= INTERVAL_LEAST_MS;
	if (!r->good) {
		if (!r->compared && source_jumped(r->source))
			note_jump(readings, r);
		d->back = d->doubt = d->untrue = 0;
		if (!r->compared && counters->aside != NULL)
			last_forget(counters);
		return;
	}
	deltas_take(counters->layout, r->values, counters->latch, r->present, d);
	narrow_note(r);
	if ((d->back | d->doubt) != 0)
		judge_falls(readings, r, x);
	else if (counters->width == WIDTH_32)
		narrow_judge(r);
	if (r->present < counters->layout->count && lacks_shares(r))
		leave_out_shares(r);
	if (d->several != 0)
		wraps_judge(r);
	if (usual_ms > 0 && r->interval_ms > GAP * usual_ms)
		judge_gap(r, x);
	if (counters->aside != NULL || (d->back | d->doubt | d->several) != 0)
		settle_aside(r);
	note_poll(counters, (d->back | d->doubt) != 0);
}

void
readings_take(struct collector *c, struct context *x, struct readings *readings,
              struct source *source, struct counters *counters, size_t present)
{
	struct reading *r = &readings->list[readings->count++];

	r->source = source;
	r->counters = counters;
	r->values = &readings->values[readings->rows];
	r->present = present;
	r->deltas.delta = &readings->deltas[readings->rows];
	r->interval_ms = source_interval_ms(source, counters, x->datagram, x->now);
	readings->rows += present;
	if (counters->layout->tag == IF_COUNTERS)
		speeds_set(c, r);
	else if (counters->layout->tag == HOST_CPU && present > CPUS_ROW)
		agent_set_cpus(x->agent, (uint32_t)r->values[CPUS_ROW].number);
	else if (counters->layout->tag == VIRT_NODE && present > NODE_CPUS_ROW)
		agent_set_cpus(x->agent, (uint32_t)r->values[NODE_CPUS_ROW].number);
	compare(readings, r, x);
	source_latch(source, counters, r->values, present, x->datagram, x->now);
}

/* Finishing ------------------------------------------------------------------------ */

static void
make_values(struct collector *c, struct context *x, struct reading *r)
{
	struct derived derived[RECORD_FIELDS_MAX];
	struct derive_input in = input_of(r, x);
	struct counters *counters = r->counters;
	bool unsure = r->deltas.untrue != 0;
	uint64_t beyond;

	in.deltas = r->good ? &r->deltas : NULL;
	in.wall_s = (x->now + c->wall_ms) / 1000;
	beyond = derive(&in, derived);
	if (r->good && (beyond != 0 || counters->speed != SPEED_GOOD))
		unsure |= speeds_judge(c, r, beyond, derived);
	if (counters->layout->tag == HOST_NET_IO && counters->block != NULL && r->good)
		ports_withdraw(source_agent(r->source)); /* it has its own totals */
	if (counters->block != NULL)
		store_block_set(counters->block, derived, r->present,
		                source_pace(r->source, c->config.misses,
		                            r->compared ? r->interval_ms : 0),
		                x->now);
	if (counters->layout->tag == IF_COUNTERS && sub_agent_is_shown(x->sub_agent))
		port_heard(c, r->source, &in, derived, !r->compared, unsure,
		           x->datagram->uptime_ms, x->now);
}

void
readings_finish(struct collector *c, struct context *x, struct readings *readings)
{
	size_t i;

	if (readings->rose && !readings->dropped)
		source_set_recounts(readings->list[0].source);
	for (i = 0; i < readings->count; i++) {
		struct reading *r = &readings->list[i];

		if ((r->deltas.back | r->deltas.doubt) != 0)
			count(&c->stats.resets);
		if (readings->reset && r->good)
			r->good = went_on(r);
		make_values(c, x, r);
	}
	readings->count = readings->rows = 0;
}

#include "sflow/wire/derive.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define APART_MS 5000     /* two clocks may differ by this and half the interval */
#define HELD_UP_MS 600000 /* no datagram is held up for longer */

/* Octets of the shortest frame: it has 64 bytes (IEEE 802.3), and some agents do not
 * count the 4 bytes of its checksum. */
#define FRAME_LEAST 60

static bool
unsupported(enum field_type type, uint64_t number)
{
	switch (type) {
	case FIELD_U64:
		return number == UINT64_MAX;
	case FIELD_I32:
		return number == INT32_MAX;
	case FIELD_U8:
		return false;
	default:
		return number == UINT32_MAX;
	}
}

bool
counter_delta(enum field_type type, uint64_t now, uint64_t before,
              uint64_t *delta)
{
	if (type == FIELD_U64) {
		*delta = now - before;
		return now >= before;
	}
	*delta = (uint32_t)(now - before);
	return *delta < UINT32_C(0x80000000);
}

static bool
is_delta(enum formula f)
{
	return f == DELTA || f == RATE || f == SHARE || f == SUBSHARE ||
	       f == BUSY || f == RATIO || f == SUM || f == LOAD;
}

/* Returns how many bytes of a latch the row takes; 0: no delta is made of it. */
static size_t
latched_bytes(const struct field *field)
{
	if (!is_delta(field->formula) || field->formula == SUM)
		return 0;
	return field->type == FIELD_U64 ? sizeof(uint64_t) : sizeof(uint32_t);
}

size_t
latch_size(const struct layout *layout)
{
	size_t i, size = 0;

	for (i = 0; i < layout->count; i++)
		size += latched_bytes(&layout->fields[i]);
	return size;
}

void
latch_write(const struct layout *layout, const struct field_value *values,
            size_t present, uint8_t *latch)
{
	uint32_t word;
	size_t i, n;

	for (i = 0; i < present; i++, latch += n) {
		n = latched_bytes(&layout->fields[i]);
		word = (uint32_t)values[i].number;
		if (n == sizeof(word))
			memcpy(latch, &word, n);
		else if (n != 0)
			memcpy(latch, &values[i].number, n);
	}
}

void
latch_read(const struct layout *layout, const uint8_t *latch, size_t present,
           uint64_t *before)
{
	uint32_t word;
	size_t i, n;

	for (i = 0; i < present; i++, latch += n) {
		n = latched_bytes(&layout->fields[i]);
		before[i] = 0;
		if (n == sizeof(word)) {
			memcpy(&word, latch, n);
			before[i] = word;
		} else if (n != 0) {
			memcpy(&before[i], latch, n);
		}
	}
}

/* The deltas of a record's counters. A counter that is unsupported, now or before, has
 * no valid delta. */
struct deltas {
	bool valid[RECORD_FIELDS_MAX];
	uint64_t delta[RECORD_FIELDS_MAX];
	double total; /* of the SHARE rows */
};

/* Returns whether the octets show that so many packets did pass. A 32-bit counter of
 * packets that moved by more than half its range is then not reset. */
static bool
octets_carry(const struct field *field, const struct deltas *d, size_t i)
{
	size_t octets = i + (size_t)field->partner;

	return field->formula == RATE && field->partner != 0 &&
	       d->valid[octets] &&
	       d->delta[octets] / FRAME_LEAST >= d->delta[i];
}

static bool
take_deltas(const struct derive_input *in, struct deltas *d)
{
	size_t i;

	for (i = 0; i < in->present; i++) {
		const struct field *field = &in->layout->fields[i];
		uint64_t now = in->now[i].number, before = in->before[i];

		d->valid[i] = is_delta(field->formula) &&
		              field->formula != SUM &&
		              !unsupported(field->type, now) &&
		              !unsupported(field->type, before);
		if (!d->valid[i])
			continue;
		if (!counter_delta(field->type, now, before, &d->delta[i]) &&
		    !octets_carry(field, d, i))
			return false;
		if (field->formula == SHARE)
			d->total += (double)d->delta[i];
	}
	return true;
}

static double
ratio(double a, double b)
{
	return b > 0 ? a / b : 0;
}

static void
derive_sum(const struct derive_input *in, const struct deltas *d, size_t i,
           struct derived *out)
{
	size_t row = i + (size_t)in->layout->fields[i].partner;

	out->valid = d->valid[row];
	out->number = 0;
	for (; row < i; row++)
		if (d->valid[row])
			out->number +=
			    (double)d->delta[row] * 1000 / in->interval_ms;
}

static void
derive_load(const struct derive_input *in, double octets, size_t speed,
            struct derived *out)
{
	uint64_t bits = in->now[speed].number; /* per second */

	out->valid = bits != 0 &&
	             !unsupported(in->layout->fields[speed].type, bits);
	if (out->valid)
		out->number =
		    octets * 8 * 1000 / in->interval_ms / (double)bits * 100;
}

static void
derive_delta(const struct derive_input *in, const struct deltas *d, size_t i,
             struct derived *out)
{
	const struct field *field = &in->layout->fields[i];
	size_t partner = i + (size_t)field->partner;
	double delta = d->valid[i] ? (double)d->delta[i] : 0;

	out->valid = d->valid[i];
	switch (field->formula) {
	case RATE:
		out->number = delta * field->scale * 1000 / in->interval_ms;
		break;
	case BUSY:
		out->number = delta * field->scale * 100 / in->interval_ms;
		break;
	case RATIO:
		out->valid = out->valid && d->valid[partner];
		if (out->valid)
			out->number = field->scale *
			              ratio(delta, (double)d->delta[partner]);
		break;
	case SUM:
		derive_sum(in, d, i, out);
		break;
	case LOAD:
		if (out->valid)
			derive_load(in, delta, partner, out);
		break;
	case DELTA:
		out->valid = false;
		break;
	default:
		out->number = 100 * ratio(delta, d->total);
	}
}

/* -1.0 is how an agent says that it does not know a load average. */
static void
derive_float(const struct field *field, uint64_t bits, struct derived *out)
{
	uint32_t word = (uint32_t)bits;
	float value;

	memcpy(&value, &word, sizeof(value));
	out->valid = isfinite(value) && value >= 0;
	out->number = (double)value * field->scale;
}

static void
derive_double(const struct field *field, uint64_t bits, struct derived *out)
{
	double value;

	memcpy(&value, &bits, sizeof(value));
	out->valid = isfinite(value);
	out->number = value * field->scale;
}

static void
derive_integer(const struct field *field, uint64_t number, struct derived *out)
{
	out->valid = !unsupported(field->type, number) &&
	             (field->metric.type != UINT16 || number <= UINT16_MAX) &&
	             (field->type != FIELD_PCT || number <= INT32_MAX);
	out->number = field->scale * (field->type == FIELD_I32
	                                  ? (double)(int32_t)number
	                                  : (double)number);
}

static void
derive_gauge(const struct field *field, uint64_t number, struct derived *out)
{
	if (field->type == FIELD_F32)
		derive_float(field, number, out);
	else if (field->type == FIELD_F64)
		derive_double(field, number, out);
	else
		derive_integer(field, number, out);
}

static void
derive_percent(const struct derive_input *in, size_t i, struct derived *out)
{
	const struct field *field = &in->layout->fields[i];
	size_t j = i + (size_t)field->partner;
	uint64_t part = in->now[i].number, whole = in->now[j].number;

	out->valid = whole != 0 && !unsupported(field->type, part) &&
	             !unsupported(in->layout->fields[j].type, whole);
	out->number = out->valid ? 100 * (double)part / (double)whole : 0;
}

static void
derive_named(const struct field *field, uint64_t number, struct derived *out)
{
	const char *text = names_text(field->names, number);

	out->valid = text != NULL && !unsupported(field->type, number);
	if (out->valid)
		strcpy(out->text, text);
}

static bool
hexadecimal(uint64_t number, char text[TEXT_SIZE])
{
	snprintf(text, TEXT_SIZE, "%016" PRIx64, number);
	return !unsupported(FIELD_U64, number);
}

static void
derive_text(const struct field *field, const struct field_value *v,
            struct derived *out)
{
	out->valid = true;
	if (field->type == FIELD_UUID)
		text_uuid(v->bytes, out->text);
	else if (field->type == FIELD_MAC)
		text_mac(v->bytes, out->text);
	else if (field->type == FIELD_U64)
		out->valid = hexadecimal(v->number, out->text);
	else
		out->valid = text_value(v->bytes, v->number, out->text) > 0;
}

/* Derives a row that needs no previous value. */
static void
derive_now(const struct derive_input *in, size_t i, struct derived *out)
{
	const struct field *field = &in->layout->fields[i];
	const struct field_value *v = &in->now[i];

	switch (field->formula) {
	case GAUGE:
		derive_gauge(field, v->number, out);
		break;
	case PERCENT:
		derive_percent(in, i, out);
		break;
	case SINCE:
		out->valid = !unsupported(field->type, v->number) &&
		             (int64_t)v->number <= in->wall_s;
		out->number = (double)(in->wall_s - (int64_t)v->number);
		break;
	case NAMED:
		derive_named(field, v->number, out);
		break;
	case FLAGS:
		names_flags(field->names, v->number, out->text);
		out->valid = true;
		break;
	case TEXT:
		derive_text(field, v, out);
		break;
	default:
		break;
	}
}

bool
derive(const struct derive_input *in, struct derived *out)
{
	struct deltas deltas; /* large, and filled only when used */
	bool latched =
	    in->before != NULL && in->interval_ms >= INTERVAL_LEAST_MS;
	bool steady;
	size_t i;

	deltas.total = 0;
	steady = !latched || take_deltas(in, &deltas);
	for (i = 0; i < in->present; i++) {
		out[i].valid = false;
		if (!is_delta(in->layout->fields[i].formula))
			derive_now(in, i, &out[i]);
		else if (latched && steady)
			derive_delta(in, &deltas, i, &out[i]);
	}
	return steady;
}

/* Some agents step their uptime by whole seconds (memcached, Open vSwitch,
 * pmacct do): then the time of arrival is the more precise one. Where the two
 * disagree by much, a datagram was held up on its way or a clock was set. The longer
 * time then avoids a spike, and is used unless it is more than HELD_UP_MS longer. */
double
interval_ms(uint32_t uptime_now, uint32_t uptime_before, int64_t arrival_now,
            int64_t arrival_before)
{
	int32_t uptime = (int32_t)(uptime_now - uptime_before);
	int64_t arrival = arrival_now - arrival_before;
	int64_t longer = uptime > arrival ? uptime : arrival;
	int64_t apart = uptime > arrival ? uptime - arrival : arrival - uptime;
	bool whole_seconds = uptime_now % 1000 == 0 && uptime_before % 1000 == 0;

	if (arrival <= 0)
		return uptime > 0 ? uptime : 0;
	if (uptime <= 0 || uptime - arrival > HELD_UP_MS)
		return (double)arrival;
	if (apart > arrival / 2 + APART_MS)
		return (double)longer;
	return whole_seconds && apart < 1000 ? (double)arrival : uptime;
}

#include "sflow/wire/derive.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define CPU_JITTER 0.1       /* of an interval, by which CPU time may be late; */
#define CPU_JITTER_MS 1000.0 /* at least */
#define CPUS_MOST 65536      /* no machine has so many */
#define RETURN_FAR 10        /* times what a counter fell by: so much has passed */
#define LIMIT_NONE (UINT64_C(1) << 52) /* bytes; no processor addresses so many */

_Static_assert(RECORD_FIELDS_MAX <= 64, "a bit for each row");

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

static bool
is_delta(enum formula f)
{
	return f == DELTA || f == RATE || f == SHARE || f == SUBSHARE || f == BUSY ||
	       f == RATIO || f == SUM || f == LOAD;
}

/* Returns how many bytes of a latch the row takes; 0: no delta is made of it. */
static inline size_t
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

/* Whether the octets of these packets leave one answer to how many there were, and which:
 * no frame is shorter than FRAME_LEAST. Where they moved by as much as 2^32 more packets
 * would, there may have been so many; `several` then has the row. Returns whether they
 * show that `packets` did pass. */
static bool
octets_carry(struct deltas *d, const struct field *field, size_t i, uint64_t packets)
{
	size_t octets = i + (size_t)field->partner;
	uint64_t most = d->delta[octets] / FRAME_LEAST;

	if (field->formula != RATE || field->partner == 0 ||
	    (d->valid >> octets & 1) == 0 || (d->back >> octets & 1) != 0)
		return false;
	if (most >= packets + DELTAS_WRAP)
		d->several |= UINT64_C(1) << i;
	return most >= packets;
}

/* Takes the delta of a counter of 32 bits. */
static inline void
take_delta_32(struct deltas *d, const struct field *field, size_t i, uint32_t now,
              const uint8_t *latch)
{
	uint32_t before, delta;
	bool doubt;

	memcpy(&before, latch, sizeof(before));
	if (now == UINT32_MAX || before == UINT32_MAX)
		return; /* unsupported */
	delta = now - before;
	doubt = now < before || delta >= UINT32_C(0x80000000);
	d->valid |= UINT64_C(1) << i;
	d->delta[i] = delta;
	if (field->formula == SHARE)
		d->total += delta;
	if ((doubt || d->many) && octets_carry(d, field, i, delta))
		doubt = false;
	d->doubt |= (uint64_t)doubt << i;
}

/* Takes the delta of a counter of 64 bits. Returns the counter; 0 where it is unsupported. */
static inline uint64_t
take_delta_64(struct deltas *d, size_t i, uint64_t now, const uint8_t *latch)
{
	uint64_t before;

	memcpy(&before, latch, sizeof(before));
	if (now == UINT64_MAX || before == UINT64_MAX)
		return 0; /* unsupported */
	d->valid |= UINT64_C(1) << i;
	d->delta[i] = now - before;
	d->back |= (uint64_t)(now < before) << i;
	d->many = d->many || now - before >= FRAME_LEAST * DELTAS_WRAP;
	return now;
}

void
deltas_take(const struct layout *layout, const struct field_value *now,
            const uint8_t *latch, size_t present, struct deltas *d)
{
	uint64_t high = 0;
	size_t i, n;

	d->valid = d->back = d->doubt = d->several = d->untrue = 0;
	d->many = false;
	d->total = 0;
	for (i = 0; i < present; i++, latch += n) {
		n = latched_bytes(&layout->fields[i]);
		if (n == sizeof(uint32_t))
			take_delta_32(d, &layout->fields[i], i, (uint32_t)now[i].number,
			              latch);
		else if (n != 0)
			high |= take_delta_64(d, i, now[i].number, latch);
	}
	d->high = high >> 32;
}

bool
latches_return(const struct layout *layout, const struct field_value *now,
               const uint64_t *fallen, const uint64_t *before, size_t present)
{
	bool near = false;
	size_t i;

	for (i = 0; i < present; i++) {
		const struct field *field = &layout->fields[i];
		uint64_t is = now[i].number, was = before[i];

		if (latched_bytes(field) == 0 || unsupported(field->type, is) ||
		    unsupported(field->type, was) ||
		    unsupported(field->type, fallen[i]))
			continue;
		if (is < was)
			return false;
		near = near ||
		       (fallen[i] < was && (is - was) / RETURN_FAR <= was - fallen[i]);
	}
	return near;
}

static bool
has_delta(const struct deltas *d, size_t row)
{
	return ((d->valid & ~d->untrue) >> row & 1) != 0;
}

static double
ratio(double a, double b)
{
	return b > 0 ? a / b : 0;
}

static void
derive_sum(const struct derive_input *in, size_t i, struct derived *out)
{
	const struct deltas *d = in->deltas;
	size_t row = i + (size_t)in->layout->fields[i].partner;

	out->valid = has_delta(d, row);
	out->number = 0;
	for (; row < i; row++) {
		if (has_delta(d, row))
			out->number += (double)d->delta[row] * 1000 / in->interval_ms;
		else if ((d->untrue >> row & 1) != 0)
			out->valid = false; /* it is not the whole sum */
	}
}

/* Returns whether the octets are beyond what the line carries. */
static bool
derive_load(const struct derive_input *in, double octets, size_t speed,
            struct derived *out)
{
	uint64_t bits = in->now[speed].number; /* per second */

	out->valid = bits != 0 && !unsupported(in->layout->fields[speed].type, bits);
	if (!out->valid)
		return false;
	out->number = octets * 8 * 1000 / in->interval_ms / (double)bits * 100;
	out->valid = out->number <= LOAD_FULL;
	return out->number > LOAD_MOST;
}

double
cpu_most_ms(const struct derive_input *in, size_t row)
{
	size_t partner = row + (size_t)in->layout->fields[row].partner;
	double jitter_ms = in->interval_ms * CPU_JITTER;
	uint64_t cpus = 0;

	if (partner != row && partner < in->present)
		cpus = in->now[partner].number;
	if (cpus == 0 || cpus >= CPUS_MOST)
		cpus = in->machine_cpus;
	if (jitter_ms < CPU_JITTER_MS)
		jitter_ms = CPU_JITTER_MS;
	return (double)cpus * (in->interval_ms + jitter_ms);
}

static void
derive_busy(const struct derive_input *in, double ms, size_t i, struct derived *out)
{
	double most_ms;

	out->number = ms * 100 / in->interval_ms;
	if (!in->layout->fields[i].cpu)
		return;
	most_ms = cpu_most_ms(in, i);
	if (most_ms > 0 && ms > most_ms)
		out->valid = false;
}

/* Returns what derive() does, for one row. */
static bool
derive_delta(const struct derive_input *in, size_t i, struct derived *out)
{
	const struct deltas *d = in->deltas;
	const struct field *field = &in->layout->fields[i];
	size_t partner = i + (size_t)field->partner;
	double delta;

	out->valid = has_delta(d, i);
	delta = out->valid ? (double)d->delta[i] : 0;
	if (delta == 0 && field->type == FIELD_U64 && in->now[i].number == UINT32_MAX)
		out->valid =
		    false; /* unsupported, by an agent whose counters have 32 bits */
	switch (field->formula) {
	case RATE:
		out->number = delta * field->scale * 1000 / in->interval_ms;
		break;
	case BUSY:
		derive_busy(in, delta * field->scale, i, out);
		break;
	case RATIO:
		out->valid = out->valid && has_delta(d, partner);
		if (out->valid)
			out->number =
			    field->scale * ratio(delta, (double)d->delta[partner]);
		break;
	case SUM:
		derive_sum(in, i, out);
		break;
	case LOAD:
		if (out->valid)
			return derive_load(in, delta, partner, out);
		break;
	case DELTA:
		out->valid = false;
		break;
	case SUBSHARE: /* no part is more than the whole */
		if (delta > d->total * (1 + CPU_JITTER))
			out->valid = false;
		/* fall through */
	default:
		out->number = 100 * ratio(delta, d->total);
	}
	return false;
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
	out->number = field->scale * (field->type == FIELD_I32 ? (double)(int32_t)number
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

/* Whether the row is a limit of memory. Where there is none, agents send all ones,
 * 2^63 - 1, or that rounded to pages, or in kilobytes. Where the row before is the memory
 * that is used, which is shown in percent of the limit, neither 0 nor less than that is
 * one. */
static bool
limits(const struct derive_input *in, size_t row)
{
	uint64_t limit = in->now[row].number;
	uint64_t used = row == 0 ? 0 : in->now[row - 1].number;

	if (row == 0 || in->layout->fields[row - 1].formula != PERCENT)
		return limit < LIMIT_NONE;
	return limit != 0 && limit < LIMIT_NONE &&
	       (used <= limit || unsupported(FIELD_U64, used));
}

static void
derive_percent(const struct derive_input *in, size_t i, struct derived *out)
{
	const struct field *field = &in->layout->fields[i];
	size_t j = i + (size_t)field->partner;
	uint64_t part = in->now[i].number, whole;

	if (j >= in->present)
		return;
	whole = in->now[j].number;
	out->valid = part <= whole && whole != 0 && whole < LIMIT_NONE &&
	             !unsupported(field->type, part);
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
derive_text(const struct field *field, const struct field_value *v, struct derived *out)
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
		if (field->limit && !limits(in, i))
			out->valid = false;
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

uint64_t
derive(const struct derive_input *in, struct derived *out)
{
	uint64_t beyond = 0;
	size_t i;

	for (i = 0; i < in->present; i++) {
		out[i].valid = false;
		if (!is_delta(in->layout->fields[i].formula))
			derive_now(in, i, &out[i]);
		else if (in->deltas != NULL)
			beyond |= (uint64_t)derive_delta(in, i, &out[i]) << i;
	}
	for (; i < in->layout->count; i++)
		out[i].valid = false;
	return beyond;
}

#include "tools/sflowget/decode_internal.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sflow/wire/flows.h"
#include "tools/number.h"

/* The formats of an interface, in the two upper bits (sFlow version 5, 5.3). */
enum { INTERFACE_SINGLE, INTERFACE_DISCARDED, INTERFACE_MULTIPLE };

/* The values that mean that the packet comes from the device itself or is for it.
 * Agents send both in the expanded form. */
#define INTERFACE_INTERNAL 0x3fffffffu
#define INTERFACE_INTERNAL_EXPANDED 0xffffffffu

void
put_hex(FILE *out, const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++) {
		putc(digits[bytes[i] >> 4], out);
		putc(digits[bytes[i] & 15], out);
	}
}

void
shown_print(struct shown *shown, enum shown_as as, const char *format, ...)
{
	va_list arguments;

	shown->as = as;
	shown->about[0] = '\0';
	va_start(arguments, format);
	vsnprintf(shown->plain, sizeof(shown->plain), format, arguments);
	va_end(arguments);
}

/* Shows a double. JSON has no infinities and NaN, so these are words. */
static void
show_double(double number, struct shown *shown)
{
	char text[NUMBER_TEXT];

	shown_print(shown, isfinite(number) ? SHOWN_NUMBER : SHOWN_WORD, "%s",
	            number_text(number, text));
}

/* Shows a float with as few digits as are needed to read the same number again. */
static void
show_float(uint32_t bits, struct shown *shown)
{
	char text[NUMBER_TEXT];
	int digits = 6;
	float number;

	memcpy(&number, &bits, sizeof(number));
	do
		number_digits((double)number, digits, text);
	while (++digits <= 9 && strtof(text, NULL) != number);
	shown_print(shown, isfinite(number) ? SHOWN_NUMBER : SHOWN_WORD, "%s", text);
}

static void
show_bits(uint64_t bits, struct shown *shown)
{
	double number;

	memcpy(&number, &bits, sizeof(number));
	show_double(number, shown);
}

static void
show_address(const struct field_value *v, struct shown *shown)
{
	struct address a = {.type = v->number == 4 ? ADDRESS_IPV4 : ADDRESS_IPV6};
	char text[ADDRESS_TEXT];

	if (v->number == 0) {
		shown_print(shown, SHOWN_WORD, "unknown");
		return;
	}
	memcpy(a.bytes, v->bytes, v->number);
	shown_print(shown, SHOWN_WORD, "%s", address_text(&a, text));
}

static void
show_percent(int32_t hundredths, struct shown *shown)
{
	shown_print(shown, SHOWN_NUMBER, "%" PRId32, hundredths);
	if (hundredths == -1)
		strcpy(shown->about, "unknown");
	else
		snprintf(shown->about, sizeof(shown->about), "%.2f %%",
		         hundredths / 100.0);
}

static const char *
single_interface(uint32_t value)
{
	if (value == 0)
		return "unknown";
	return value == INTERFACE_INTERNAL || value == INTERFACE_INTERNAL_EXPANDED
	           ? "internal"
	           : "";
}

/* Shows FORMAT:VALUE, and what that means. */
static void
show_interface(uint32_t format, uint32_t value, struct shown *shown)
{
	const char *reason = names_text(&drop_reasons, value);

	shown_print(shown, SHOWN_WORD, "%u:%u", format, value);
	if (format == INTERFACE_SINGLE)
		strcpy(shown->about, single_interface(value));
	else if (format == INTERFACE_DISCARDED)
		snprintf(shown->about, sizeof(shown->about), "discarded, %s",
		         reason == NULL ? "unknown reason" : reason);
	else if (format == INTERFACE_MULTIPLE && value == 0)
		strcpy(shown->about, "several interfaces");
	else if (format == INTERFACE_MULTIPLE)
		snprintf(shown->about, sizeof(shown->about), "%u interfaces", value);
}

static void
show_bytes(enum shown_as as, const struct field_value *v, struct shown *shown)
{
	shown_print(shown, as, "%s", "");
	shown->bytes = v->bytes;
	shown->len = v->number;
}

static void
show_about(const struct field *field, uint64_t number, struct shown *shown)
{
	const char *text;

	if (field->formula == FLAGS) {
		names_flags(field->names, number, shown->about);
	} else if (field->formula == NAMED) {
		text = names_text(field->names, number);
		snprintf(shown->about, sizeof(shown->about), "%s",
		         text == NULL ? "" : text);
	} else if (field->formula == TEXT && field->type == FIELD_U64) {
		snprintf(shown->about, sizeof(shown->about), "%016" PRIx64, number);
	}
}

void
shown_of(const struct field *field, const struct field_value *v, struct shown *shown)
{
	uint32_t upper = (uint32_t)(v->number >> 32);
	uint32_t lower = (uint32_t)v->number;
	char text[UUID_TEXT];

	switch (field->type) {
	case FIELD_I32:
		shown_print(shown, SHOWN_NUMBER, "%" PRId32, (int32_t)lower);
		break;
	case FIELD_PCT:
		show_percent((int32_t)lower, shown);
		break;
	case FIELD_F32:
		show_float(lower, shown);
		break;
	case FIELD_F64:
		show_bits(v->number, shown);
		break;
	case FIELD_STRING:
		show_bytes(SHOWN_TEXT, v, shown);
		break;
	case FIELD_OPAQUE:
	case FIELD_REST:
		show_bytes(SHOWN_HEX, v, shown);
		break;
	case FIELD_UUID:
		shown_print(shown, SHOWN_WORD, "%s", text_uuid(v->bytes, text));
		break;
	case FIELD_MAC:
		shown_print(shown, SHOWN_WORD, "%s", text_mac(v->bytes, text));
		break;
	case FIELD_IPV4:
	case FIELD_IPV6:
	case FIELD_ADDRESS:
		show_address(v, shown);
		break;
	case FIELD_SOURCE:
	case FIELD_SOURCE_EXPANDED:
		shown_print(shown, SHOWN_WORD, "%u:%u", upper, lower);
		break;
	case FIELD_INTERFACE:
	case FIELD_INTERFACE_EXPANDED:
		show_interface(upper, lower, shown);
		break;
	case FIELD_U8:
	case FIELD_U32:
	case FIELD_U64:
	case FIELD_LIST: /* these have other fields in them */
	case FIELD_SERIES:
	case FIELD_UNION:
		shown_print(shown, SHOWN_NUMBER, "%" PRIu64, v->number);
		show_about(field, v->number, shown);
		break;
	}
}

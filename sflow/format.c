#include "sflow/format.h"

#include <stdio.h>
#include <string.h>

#define EXACT_BELOW 1e15               /* APR's arithmetic is exact below */
#define WHOLE_BELOW 9007199254740992.0 /* 2^53: each whole number below is a double */

#define SIGNIFICANT 3 /* digits of a fine number below 1, or without decimals */

#define POWER(zeros_) UINT64_C(1##zeros_)
static const uint64_t powers[FORMAT_DECIMALS + 1] = {POWER(),
                                                     POWER(0),
                                                     POWER(00),
                                                     POWER(000),
                                                     POWER(0000),
                                                     POWER(00000),
                                                     POWER(000000),
                                                     POWER(0000000),
                                                     POWER(00000000),
                                                     POWER(000000000),
                                                     POWER(0000000000),
                                                     POWER(00000000000),
                                                     POWER(000000000000),
                                                     POWER(0000000000000),
                                                     POWER(00000000000000),
                                                     POWER(000000000000000),
                                                     POWER(0000000000000000),
                                                     POWER(00000000000000000),
                                                     POWER(000000000000000000)};

/* The two parts of a number that is not negative: the whole number, and the decimals as
 * a whole number. split() does the same steps as APR, so that both round a half
 * alike. */
struct parts {
	uint64_t whole, decimals;
};

static struct parts
split(double number, int decimals)
{
	struct parts parts = {.whole = (uint64_t)number};
	double rest = number - (double)parts.whole;
	int i;

	for (i = 0; i < decimals; i++) {
		unsigned digit;

		rest *= 10;
		digit = (unsigned)rest;
		rest -= digit;
		parts.decimals = 10 * parts.decimals + digit;
	}
	if (rest * 10 >= 5 && ++parts.decimals == powers[decimals]) {
		parts.whole++;
		parts.decimals = 0;
	}
	return parts;
}

char *
format_unsigned(char *at, uint64_t number)
{
	char digits[FORMAT_UNSIGNED];
	size_t n = sizeof(digits);

	do {
		digits[--n] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	memcpy(at, digits + n, sizeof(digits) - n);
	return at + (sizeof(digits) - n);
}

/* Writes `count` digits, with zeros in front. Returns where they end. */
static char *
put_decimals(char *at, uint64_t number, int count)
{
	int i;

	for (i = count - 1; i >= 0; i--) {
		at[i] = (char)('0' + number % 10);
		number /= 10;
	}
	return at + count;
}

static size_t
format_decimal(double number, int decimals, char *text)
{
	struct parts parts = split(number < 0 ? -number : number, decimals);
	char *at = text;

	if (number < 0)
		*at++ = '-';
	at = format_unsigned(at, parts.whole);
	if (decimals > 0) {
		*at++ = '.';
		at = put_decimals(at, parts.decimals, decimals);
	}
	*at = '\0';
	return (size_t)(at - text);
}

/* Returns the N of "%.Nf"; -1 for another format. */
static int
decimals_of(const char *format)
{
	if (format[0] != '%' || format[1] != '.' || format[2] < '0' ||
	    format[2] > '0' + FORMAT_OF || format[3] != 'f' || format[4] != '\0')
		return -1;
	return format[2] - '0';
}

int
format_decimals(const struct metric *metric)
{
	int decimals = decimals_of(metric->format);

	return decimals < 0 ? 0 : decimals;
}

/* The same, where the format has `decimals`. */
static int
places(const struct metric *metric, double number, int decimals)
{
	double size = number < 0 ? -number : number;
	int more = SIGNIFICANT;

	if (!metric->fine || decimals < 0 ||
	    !(size > 0 && size < (decimals == 0 ? 100 : 1)))
		return decimals;
	if (size >= 1)
		return SIGNIFICANT - (size < 10 ? 1 : 2);
	for (; size < 0.1 && more < FORMAT_DECIMALS; size *= 10)
		more++;
	return more > decimals ? more : decimals;
}

static double
as_it_is_sent(const struct metric *metric, double number)
{
	return metric->type == FLOAT ? (double)(float)number : number;
}

int
format_places(const struct metric *metric, double number)
{
	return places(metric, as_it_is_sent(metric, number), format_decimals(metric));
}

const char *
format_printf(const struct metric *metric, double number)
{
	static const char *const formats[FORMAT_DECIMALS + 1] = {
	    "%.0f",  "%.1f",  "%.2f",  "%.3f",  "%.4f",  "%.5f",  "%.6f",
	    "%.7f",  "%.8f",  "%.9f",  "%.10f", "%.11f", "%.12f", "%.13f",
	    "%.14f", "%.15f", "%.16f", "%.17f", "%.18f"};
	int decimals = decimals_of(metric->format), more;

	more = places(metric, as_it_is_sent(metric, number), decimals);
	return more == decimals ? metric->format : formats[more];
}

static size_t
print(const struct metric *metric, double number, char *text)
{
	int len;

	if (metric->type == UINT16 || metric->type == UINT32)
		len = snprintf(text, FORMAT_TEXT, metric->format, (unsigned)number);
	else
		len = snprintf(text, FORMAT_TEXT, metric->format, number);
	return len < FORMAT_TEXT ? (size_t)len : FORMAT_TEXT - 1;
}

size_t
format_number(const struct metric *metric, double number, char text[FORMAT_TEXT])
{
	int decimals;

	if (metric->type == UINT16 || metric->type == UINT32) {
		if (strcmp(metric->format, "%u") != 0)
			return print(metric, number, text);
		*format_unsigned(text, (uint32_t)number) = '\0';
		return strlen(text);
	}
	number = as_it_is_sent(metric, number);
	decimals = places(metric, number, decimals_of(metric->format));
	if (decimals < 0 || !(number > -EXACT_BELOW && number < EXACT_BELOW))
		return print(metric, number, text);
	return format_decimal(number, decimals, text);
}

double
format_rounded(double number, int decimals)
{
	double size = number < 0 ? -number : number, power, rounded;
	struct parts parts;

	power = (double)powers[decimals];
	if (!(size * power < WHOLE_BELOW && size < EXACT_BELOW))
		return number;
	parts = split(size, decimals);
	rounded = ((double)parts.whole * power + (double)parts.decimals) / power;
	return number < 0 ? -rounded : rounded;
}

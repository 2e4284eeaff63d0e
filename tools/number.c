#include "tools/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MOST 17 /* no double needs more */

/* Returns the end of the digits at `at`; NULL where there are none. */
static const char *
digits(const char *at)
{
	const char *end = at;

	while (*end >= '0' && *end <= '9')
		end++;
	return end > at ? end : NULL;
}

bool
number_is_plain(const char *text)
{
	const char *at = text + (*text == '-'), *end;

	end = *at == '0' ? at + 1 : digits(at);
	if (end != NULL && *end == '.')
		end = digits(end + 1);
	return end != NULL && *end == '\0';
}

/* Returns the power of ten of the number's first digit, of so many. */
static int
power_of(double number, int count)
{
	char text[DIGITS_MOST + 16];

	snprintf(text, sizeof(text), "%.*e", count - 1, number);
	return atoi(strchr(text, 'e') + 1);
}

char *
number_digits(double number, int count, char text[NUMBER_TEXT])
{
	int decimals = 0;
	size_t len;

	if (isfinite(number))
		decimals = count - 1 - power_of(number, count);
	if (decimals < 0)
		decimals = 0;
	len = (size_t)snprintf(text, NUMBER_TEXT, "%.*f", decimals, number);
	if (decimals == 0)
		return text;
	while (text[len - 1] == '0')
		len--;
	text[text[len - 1] == '.' ? len - 1 : len] = '\0';
	return text;
}

char *
number_text(double number, char text[NUMBER_TEXT])
{
	int count;

	for (count = 15; count < DIGITS_MOST; count++)
		if (strtod(number_digits(number, count, text), NULL) == number)
			return text;
	return number_digits(number, DIGITS_MOST, text);
}

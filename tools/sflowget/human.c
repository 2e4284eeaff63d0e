#include "tools/sflowget/human.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define DIGITS 3
#define BITS 8

static const char steps[] = "KMGTPE"; /* each of 1000, or of 1024 */

/* Returns how many steps the number is above one of `base`, and divides it by them. */
static size_t
divide(double *number, double base)
{
	size_t step = 0;

	/* what would be rounded to 1000 is of the next step */
	while (fabs(*number) >= base - 0.5 && step < strlen(steps)) {
		*number /= base;
		step++;
	}
	return step;
}

/* Writes "12.3M". */
static void
put_scaled(double number, char text[NUMBER_TEXT])
{
	size_t step = divide(&number, 1000);

	number_digits(number, DIGITS, text);
	if (step > 0)
		strncat(text, (char[]){steps[step - 1], '\0'},
		        NUMBER_TEXT - strlen(text) - 1);
}

/* Returns how many bytes the unit is; 0: it is another one. */
static double
bytes_in(const char *units)
{
	static const char *const names[] = {"bytes", "KB", "MB", "GB", "TB"};
	double bytes = 1;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++, bytes *= 1024)
		if (strcmp(units, names[i]) == 0)
			return bytes;
	return 0;
}

/* Whether the units are those of a rate, or of a count of things. */
static bool
may_be_large(const char *units)
{
	return units[strspn(units, " ")] == '\0' || strchr(units, '/') != NULL ||
	       (islower((unsigned char)units[0]) && strlen(units) > 2);
}

void
human(const struct item *item, char value[NUMBER_TEXT], char units[HUMAN_UNITS])
{
	double number = item->number, bytes = bytes_in(item->units);
	char bits[NUMBER_TEXT];
	size_t step;

	snprintf(units, HUMAN_UNITS, "%s", item->units);
	snprintf(value, NUMBER_TEXT, "%s", item->text);
	if (bytes > 0) {
		number *= bytes;
		step = divide(&number, 1024);
		number_digits(number, DIGITS, value);
		if (step > 0)
			snprintf(units, HUMAN_UNITS, "%cB", steps[step - 1]);
		else
			snprintf(units, HUMAN_UNITS, "bytes");
	} else if (may_be_large(item->units)) {
		put_scaled(number, value);
	}
	if (strcmp(item->units, "bytes/sec") != 0)
		return;
	put_scaled(number * BITS, bits);
	snprintf(units, HUMAN_UNITS, "bytes/sec = %.32s bit/s", bits);
}

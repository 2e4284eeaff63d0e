#include "tools/sflowget/number.h"

#include <stdio.h>
#include <stdlib.h>

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
	if (end != NULL && (*end == 'e' || *end == 'E')) {
		end++;
		end = digits(end + (*end == '+' || *end == '-'));
	}
	return end != NULL && *end == '\0';
}

char *
number_text(double number, char text[NUMBER_TEXT])
{
	int precision;

	for (precision = 15; precision < 17; precision++) {
		snprintf(text, NUMBER_TEXT, "%.*g", precision, number);
		if (strtod(text, NULL) == number)
			return text;
	}
	snprintf(text, NUMBER_TEXT, "%.17g", number);
	return text;
}

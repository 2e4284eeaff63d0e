#include "tools/check_sflow/range.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *
skip_digits(const char *at)
{
	return at + strspn(at, "0123456789");
}

/* Returns the end of the decimal number at `at`; NULL where there is none. strtod()
 * alone would accept "nan", "0x1f" and blanks. */
static const char *
number_end(const char *at)
{
	const char *digits, *end;
	size_t count;

	if (*at == '-' || *at == '+')
		at++;
	digits = at;
	end = skip_digits(at);
	count = (size_t)(end - digits);
	if (*end == '.') {
		digits = end + 1;
		end = skip_digits(digits);
		count += (size_t)(end - digits);
	}
	if (count == 0)
		return NULL;
	if (*end == 'e' || *end == 'E') {
		at = end + 1 + (end[1] == '-' || end[1] == '+');
		end = skip_digits(at);
		if (end == at)
			return NULL;
	}
	return end;
}

/* What is left of a range's text, and what was read: either each number has a "%", or
 * none has. */
struct reader {
	const char *at;
	unsigned numbers, percents;
};

static int
take_number(struct reader *reader, double *number)
{
	const char *end = number_end(reader->at);

	if (end == NULL)
		return -1;
	*number = strtod(reader->at, NULL);
	reader->numbers++;
	if (*end == '%') {
		reader->percents++;
		end++;
	}
	reader->at = end;
	return isfinite(*number) ? 0 : -1;
}

/* Reads "FROM:"; where it is missing, it is zero. */
static int
take_from(struct reader *reader, double *from)
{
	const char *colon = strchr(reader->at, ':');

	*from = 0;
	if (colon == NULL)
		return 0;
	if (*reader->at == '~') {
		*from = -INFINITY;
		reader->at++;
	} else if (reader->at != colon && take_number(reader, from) != 0) {
		return -1;
	}
	if (reader->at != colon)
		return -1;
	reader->at++;
	return 0;
}

/* Reads the end of the range, which may be missing only after a FROM. */
static int
take_to(struct reader *reader, double *to)
{
	*to = INFINITY;
	if (*reader->at == '\0' && reader->numbers == 1)
		return 0;
	if (take_number(reader, to) != 0)
		return -1;
	return *reader->at == '\0' ? 0 : -1;
}

int
range_parse(const char *text, struct range *range)
{
	struct reader reader = {.at = text};

	*range = (struct range){.text = text, .inside = *text == '@'};
	reader.at += range->inside;
	if (take_from(&reader, &range->from) != 0)
		return -1;
	/* "~:" has no numbers, and never alerts */
	if (*reader.at == '\0' && isinf(range->from))
		range->to = INFINITY;
	else if (take_to(&reader, &range->to) != 0)
		return -1;
	range->percent = reader.percents > 0;
	if (range->percent && reader.percents != reader.numbers)
		return -1;
	return range->from <= range->to ? 0 : -1;
}

bool
range_is_most(const struct range *range)
{
	return range->text != NULL && !range->inside &&
	       strchr(range->text, ':') == NULL;
}

bool
range_alerts(const struct range *range, double value)
{
	bool within = value >= range->from && value <= range->to;

	return range->text != NULL && within == range->inside;
}

bool
thresholds_are_set(const struct thresholds *thresholds)
{
	return thresholds->warning.text != NULL || thresholds->critical.text != NULL;
}

enum check_state
thresholds_judge(const struct thresholds *thresholds, double value)
{
	if (range_alerts(&thresholds->critical, value))
		return CHECK_CRITICAL;
	if (range_alerts(&thresholds->warning, value))
		return CHECK_WARNING;
	return CHECK_OK;
}

const char *
check_state_name(enum check_state state)
{
	static const char *const names[] = {
	    [CHECK_OK] = "OK",
	    [CHECK_WARNING] = "WARNING",
	    [CHECK_CRITICAL] = "CRITICAL",
	    [CHECK_UNKNOWN] = "UNKNOWN",
	};

	return names[state];
}

const enum check_state check_worst_first[CHECK_STATES] = {CHECK_CRITICAL, CHECK_WARNING,
                                                          CHECK_UNKNOWN, CHECK_OK};

int
check_state_weight(enum check_state state)
{
	static const int weights[] = {
	    [CHECK_OK] = 0,
	    [CHECK_UNKNOWN] = 1,
	    [CHECK_WARNING] = 2,
	    [CHECK_CRITICAL] = 3,
	};

	return weights[state];
}

enum check_state
check_state_worse(enum check_state a, enum check_state b)
{
	return check_state_weight(a) >= check_state_weight(b) ? a : b;
}

/* range.h - thresholds as in the Monitoring Plugins guidelines: "10", "10:", "~:10",
 * "10:20", "@10:20"; and the states of a check.
 *
 * Source: Monitoring Plugins Development Guidelines, "Threshold and ranges".
 */
#ifndef CHECK_RANGE_H
#define CHECK_RANGE_H

#include <stdbool.h>

enum check_state { CHECK_OK, CHECK_WARNING, CHECK_CRITICAL, CHECK_UNKNOWN };

/* A range that isn't set never alerts. */
struct range {
	const char *text; /* as it was given; NULL: not set */
	double from, to;  /* both inclusive; infinite where there is no end */
	bool inside;      /* "@": alerts inside the range, not outside */
	bool percent;     /* "10%": a count is judged as a percentage of all */
};

struct thresholds {
	struct range warning, critical;
};

/* Reads a range. The text stays the caller's, and must live as long as the range.
 * Numbers are decimal, whatever the locale. Returns 0, or -1 where the text is no
 * range. */
int range_parse(const char *text, struct range *range);

/* Whether the range is one number alone, which is the most that is fine. */
bool range_is_most(const struct range *range);

bool range_alerts(const struct range *range, double value);

/* Whether one of the two is set. */
bool thresholds_are_set(const struct thresholds *thresholds);

/* Returns CRITICAL where that range alerts; else WARNING where that one does; else
 * OK. */
enum check_state thresholds_judge(const struct thresholds *thresholds, double value);

/* Returns "OK", "WARNING", ... */
const char *check_state_name(enum check_state state);

/* All states, the worst first. */
#define CHECK_STATES 4
extern const enum check_state check_worst_first[CHECK_STATES];

/* Returns how bad a state is: OK, then UNKNOWN, WARNING, CRITICAL, as in other plugins
 * that check several things. */
int check_state_weight(enum check_state state);

/* Returns the worse state. */
enum check_state check_state_worse(enum check_state a, enum check_state b);

#endif

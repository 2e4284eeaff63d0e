/* range.h - thresholds as the Monitoring Plugins guidelines have them: "10", "10:",
 * "~:10", "10:20", "@10:20".
 *
 * Source: Monitoring Plugins Development Guidelines, "Threshold and ranges".
 */
#ifndef CHECK_RANGE_H
#define CHECK_RANGE_H

#include <stdbool.h>

enum check_state { CHECK_OK, CHECK_WARNING, CHECK_CRITICAL, CHECK_UNKNOWN };

/* One that isn't set never alerts. */
struct range {
	const char *text; /* as it was given; NULL: not set */
	double from, to;  /* both belong to it; infinite where there is no end */
	bool inside;      /* "@": alerts inside, not outside */
	bool percent;     /* "10%": of all, where a count is judged */
};

struct thresholds {
	struct range warning, critical;
};

/* Reads a range; the text stays the caller's, and has to stay. Numbers are decimal,
 * whatever the locale. Returns 0, or -1 where it is none. */
int range_parse(const char *text, struct range *range);

bool range_alerts(const struct range *range, double value);

bool thresholds_are_set(const struct thresholds *thresholds);

/* CRITICAL before WARNING. */
enum check_state thresholds_judge(const struct thresholds *thresholds,
                                  double value);

/* "OK", "WARNING", ... */
const char *check_state_name(enum check_state state);

/* How bad it is, of several: OK, then UNKNOWN, WARNING, CRITICAL, as the plugins
 * have it that check several things. */
int check_state_weight(enum check_state state);

/* The worse one. */
enum check_state check_state_worse(enum check_state a, enum check_state b);

#endif

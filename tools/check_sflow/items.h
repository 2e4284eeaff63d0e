/* items.h - what was found, as far as it is reported: a bounded number of items, the
 * worst of all, and how many there were of each state.
 */
#ifndef CHECK_ITEMS_H
#define CHECK_ITEMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/check_sflow/options.h"
#include "tools/ganglia_xml.h"

#define ITEMS 256       /* that are kept */
#define ITEM_NAME 192   /* bytes of a host's or metric's name, with the NUL */
#define ITEM_VALUE 128  /* of a value */
#define ITEM_UNITS 32
#define ITEM_STATES 4

struct item {
	enum item_kind {
		ITEM_VALUE_OF, /* a metric's value */
		ITEM_AGE,      /* of the last datagram: `seconds` */
		ITEM_DOWN,     /* the host, heard `seconds` ago */
		ITEM_MISSING,  /* there is no such metric */
		ITEM_TEXT,     /* it is no number */
		ITEM_OLD       /* its value is from `seconds` ago */
	} kind;
	enum check_state state;
	char host[ITEM_NAME];
	char cluster[ITEM_NAME];
	char metric[ITEM_NAME];
	char value[ITEM_VALUE]; /* as it came */
	char units[ITEM_UNITS];
	bool counter;           /* it only grows */
	int64_t seconds;        /* GANGLIA_UNKNOWN: not known */
	const struct thresholds *thresholds; /* NULL: none */
};

struct items {
	size_t count;                 /* that are kept */
	size_t in_state[ITEM_STATES]; /* of all */
	size_t left_out;
	struct item kept[ITEMS];
};

/* A text from outside, as much of it as there is room for: without control
 * characters, and without "|", which ends the text for Nagios. */
void item_text(char *to, size_t size, const char *from);

/* Takes a copy. When there is no room, the least bad one makes some, or it is left
 * out itself. */
void items_add(struct items *items, const struct item *item);

/* The hosts where a metric is highest. */
struct top {
	size_t count;
	struct {
		double number;
		char host[ITEM_NAME];
		char value[ITEM_VALUE];
		char units[ITEM_UNITS];
	} hosts[OPTIONS_TOP]; /* the highest first */
};

/* Keeps it if it is among the `most` highest. */
void top_add(struct top *top, size_t most, const char *host, double number,
             const struct ganglia_metric *metric);

#endif

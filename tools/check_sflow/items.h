/* items.h - what was found and is to be reported: a bounded number of items, the worst
 * of all, and how many there were of each state.
 */
#ifndef CHECK_ITEMS_H
#define CHECK_ITEMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/check_sflow/options.h"
#include "tools/ganglia_xml.h"

#define ITEMS 256      /* so many are kept */
#define ITEM_NAME 192  /* bytes of a host's or metric's name, with the NUL */
#define ITEM_VALUE 128 /* bytes of a value */
#define ITEM_UNITS 32
#define ITEM_STATES 4

struct item {
	enum item_kind {
		ITEM_VALUE_OF, /* a metric's value */
		ITEM_AGE,      /* the last datagram came `seconds` ago */
		ITEM_DOWN,     /* the host is down, and was heard `seconds` ago */
		ITEM_MISSING,  /* there is no such metric */
		ITEM_AWAITED,  /* there is none yet: it needs two samples, and the host,
		                * or the collector, began `seconds` ago */
		ITEM_TEXT,     /* the value is no number */
		ITEM_OLD /* the value is `seconds` old, which is too old; where that
		                * is not known it is no longer sent */
	} kind;
	enum check_state state;
	char host[ITEM_NAME];
	char cluster[ITEM_NAME];
	char metric[ITEM_NAME];
	char value[ITEM_VALUE]; /* as it came; ITEM_MISSING: a name that may be meant */
	char units[ITEM_UNITS];
	bool counter;                        /* it only grows */
	bool at_most;                        /* ITEM_DOWN: `seconds` ago or later */
	bool of_collector;                   /* ITEM_AWAITED: the collector began */
	int64_t seconds;                     /* GANGLIA_UNKNOWN: not known */
	const struct thresholds *thresholds; /* NULL: none */
};

struct items {
	size_t count;                 /* how many are kept */
	size_t in_state[ITEM_STATES]; /* how many of all there were in each state */
	size_t left_out;
	struct item kept[ITEMS];
};

/* Copies a text from outside, as much of it as there is room for: of letters, digits
 * and " ._:/@%+,=-" alone, and "_" for each other character of its UTF-8. */
void item_text(char *to, size_t size, const char *from);

/* The same for words of our own, which may have "'()?", too. */
void item_own_text(char *to, size_t size, const char *from);

/* Adds a copy of the item. When there is no room, the least bad item is left out, which
 * may be the new one. */
void items_add(struct items *items, const struct item *item);

#endif

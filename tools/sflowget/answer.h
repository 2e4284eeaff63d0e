/* answer.h - the answer about one agent: the values that were asked for, in that order,
 * and which of them are missing.
 */
#ifndef SFLOWGET_ANSWER_H
#define SFLOWGET_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/near.h"
#include "tools/sflowget/item.h"
#include "tools/sflowget/wanted.h"

#define ANSWER_FORMER 256 /* bytes of a new name */

enum answer_state {
	ANSWER_VALUE,
	ANSWER_OLD,    /* there is a value, but it is too old */
	ANSWER_MISSING /* there is no metric of that name or pattern */
};

struct answer_line {
	const char *asked; /* the metric's name; where it is missing, what was
	                          * asked for */
	enum answer_state state;
	const struct item *item; /* NULL: missing */
};

/* An agent with its values. The answer owns all of it, also the texts. */
struct answer {
	struct item_host host;
	int64_t wall_ms; /* when it was asked for */
	const struct wanted *wanted;
	struct answer_line *lines;
	size_t count;
	/* the answer's own */
	struct item *items;
	size_t item_count, item_room, line_room;
	struct text_block *texts;
};

/* Frees what the answer holds, and leaves it empty. */
void answer_clear(struct answer *answer);

/* Sets *number to the value of a line. Returns false for a text, a value that is too
 * old, and one that is missing. */
bool answer_number(const struct answer_line *line, double *number);

/* Whether all that was asked for is there; and whether none of it is, old or not. */
bool answer_whole(const struct answer *answer);
bool answer_empty(const struct answer *answer);

/* Collects a source's items, and calls ready() with an answer for each agent that is
 * wanted. ready() may take over the contents of the answer, and leave it empty. It
 * returns false to stop. */
struct collected {
	const struct wanted *wanted;
	int64_t wall_ms;
	bool (*ready)(void *context, struct answer *answer);
	void *context;
	/* Names that there are are offered to these, where they are set: to what an agent,
	 * and the first so many metrics, were called. */
	struct near *near_agent, *near_metrics;
	size_t near_count;
	bool former; /* the agent that was asked for was renamed, and is called so */
	char is_now[ANSWER_FORMER]; /* now; "": it was removed */
	size_t hosts;               /* how many hosts there were, wanted or not */
	size_t answers;             /* for how many answers it was called */
	bool failed;                /* there was no memory */
	/* for answer.c */
	struct answer answer;
	enum wanted_host is;
};

/* Returns a sink that fills `collected`, whose members before `hosts` the caller has set.
 * collected_end() frees what it still has. */
struct item_sink collected_sink(struct collected *collected);
void collected_end(struct collected *collected);

#endif

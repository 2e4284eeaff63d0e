/* answer.h - what is known of one agent: the values that were asked for, in that
 * order, and those that are missing.
 */
#ifndef SFLOWGET_ANSWER_H
#define SFLOWGET_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/sflowget/item.h"
#include "tools/sflowget/wanted.h"

enum answer_state {
	ANSWER_VALUE,
	ANSWER_OLD,    /* there is a value, too old to be one */
	ANSWER_MISSING /* no metric of that name, or pattern */
};

struct answer_line {
	const char *asked;       /* the metric's name, or what was asked for */
	enum answer_state state;
	const struct item *item; /* NULL: missing */
};

/* An agent, with its values. All of it is one owner's. */
struct answer {
	struct item_host host;
	int64_t wall_ms;           /* when it was asked for */
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

/* The number of a line that may be used: false of a text, of what is too old, and of
 * what is missing. */
bool answer_number(const struct answer_line *line, double *number);

/* Whether all that was asked for is there. */
bool answer_whole(const struct answer *answer);

/* Takes a source's items, and hands over an answer for each agent that is wanted; the
 * call may take what is in it, and leave it empty. It returns false to stop. */
struct collected {
	const struct wanted *wanted;
	int64_t wall_ms;
	bool (*ready)(void *context, struct answer *answer);
	void *context;
	size_t answers;  /* so many were handed over */
	bool failed;     /* there was no memory */
	/* its own */
	struct answer answer;
	enum wanted_host is;
};

/* A sink that fills `collected`, of which the first four fields are set. */
struct item_sink collected_sink(struct collected *collected);
void collected_end(struct collected *collected);

#endif

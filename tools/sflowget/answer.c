#define _GNU_SOURCE /* strverscmp() */

#include "tools/sflowget/answer.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define TEXTS_LEAST 512  /* bytes of the first block of texts, enough for one value */
#define TEXTS_MOST 16384 /* bytes of a block for many values */

/* Texts that are freed together. */
struct text_block {
	struct text_block *next;
	size_t used, size;
	char bytes[];
};

static struct text_block *
add_block(struct text_block **blocks, size_t least)
{
	size_t size = *blocks == NULL ? TEXTS_LEAST : 2 * (*blocks)->size;
	struct text_block *block;

	size = size > TEXTS_MOST ? TEXTS_MOST : size;
	size = size < least ? least : size;
	block = malloc(sizeof(*block) + size);
	if (block == NULL)
		return NULL;
	*block = (struct text_block){.next = *blocks, .size = size};
	*blocks = block;
	return block;
}

/* Makes *text point to a copy that the answer owns. Returns false without memory. */
static bool
keep_text(struct answer *a, const char **text)
{
	size_t len = strlen(*text) + 1;
	struct text_block *block = a->texts;
	char *copy;

	if (block == NULL || block->size - block->used < len)
		block = add_block(&a->texts, len);
	if (block == NULL)
		return false;
	copy = memcpy(block->bytes + block->used, *text, len);
	block->used += len;
	*text = copy;
	return true;
}

void
answer_clear(struct answer *a)
{
	struct text_block *block, *next;

	for (block = a->texts; block != NULL; block = next) {
		next = block->next;
		free(block);
	}
	free(a->items);
	free(a->lines);
	memset(a, 0, sizeof(*a));
}

bool
answer_number(const struct answer_line *line, double *number)
{
	if (line->state != ANSWER_VALUE || !line->item->is_number)
		return false;
	*number = line->item->number;
	return true;
}

bool
answer_whole(const struct answer *a)
{
	size_t i;

	for (i = 0; i < a->count; i++)
		if (a->lines[i].state != ANSWER_VALUE)
			return false;
	return true;
}

bool
answer_empty(const struct answer *a)
{
	size_t i;

	for (i = 0; i < a->count; i++)
		if (a->lines[i].state != ANSWER_MISSING)
			return false;
	return true;
}

/* In the order asked ------------------------------------------------------------ */

static bool
add_line(struct answer *a, const char *asked, const struct item *item)
{
	struct answer_line *grown;
	bool old = item != NULL && wanted_too_old(a->wanted, item);

	if (a->count == a->line_room) {
		a->line_room = 2 * a->line_room + 4;
		grown = reallocarray(a->lines, a->line_room, sizeof(*grown));
		if (grown == NULL)
			return false;
		a->lines = grown;
	}
	a->lines[a->count++] =
	    (struct answer_line){.asked = item != NULL ? item->metric : asked,
	                         .item = item,
	                         .state = item == NULL ? ANSWER_MISSING
	                                  : old        ? ANSWER_OLD
	                                               : ANSWER_VALUE};
	return true;
}

/* Compares names with their numbers as numbers: "swp2" is before "swp10". */
static int
by_name(const void *left, const void *right)
{
	const struct item *one = left, *other = right;

	return strverscmp(one->metric, other->metric);
}

static bool
add_named(struct answer *a, const char *asked)
{
	struct item key = {.metric = asked};
	const struct item *found;

	found = a->item_count == 0
	            ? NULL
	            : bsearch(&key, a->items, a->item_count, sizeof(key), by_name);
	return add_line(a, asked, found);
}

/* Adds a line for each item that matches and has no line yet. NULL: all items. */
static bool
add_matching(struct answer *a, const char *pattern)
{
	size_t before = a->count, i, j;
	bool matched = false;

	for (i = 0; i < a->item_count; i++) {
		const struct item *item = &a->items[i];

		if (pattern != NULL && fnmatch(pattern, item->metric, 0) != 0)
			continue;
		matched = true;
		for (j = 0; j < before && a->lines[j].item != item; j++)
			;
		if (j == before && !add_line(a, item->metric, item))
			return false;
	}
	return pattern == NULL || matched || add_line(a, pattern, NULL);
}

static bool
arrange(struct answer *a)
{
	const struct wanted *w = a->wanted;
	size_t i;

	if (a->item_count > 0)
		qsort(a->items, a->item_count, sizeof(*a->items), by_name);
	if (w->count == 0)
		return add_matching(a, NULL);
	for (i = 0; i < w->count; i++) {
		const char *asked = w->metrics[i];

		if (!(wanted_is_pattern(asked) ? add_matching : add_named)(a, asked))
			return false;
	}
	return true;
}

/* The sink ---------------------------------------------------------------------- */

static bool
fail(struct collected *c)
{
	c->failed = true;
	return false;
}

static bool
take_host(void *context, const struct item_host *host, enum item_wish *wish)
{
	struct collected *c = context;
	struct answer *a = &c->answer;

	answer_clear(a);
	c->hosts++;
	c->is = wanted_host(c->wanted, host);
	if (c->is == WANTED_NOT) {
		*wish = ITEM_NOTHING;
		if (c->near_agent != NULL)
			near_offer(c->near_agent, host->name);
		return true;
	}
	a->host = *host;
	a->wall_ms = c->wall_ms;
	a->wanted = c->wanted;
	return (keep_text(a, &a->host.cluster) && keep_text(a, &a->host.name) &&
	        keep_text(a, &a->host.address)) ||
	       fail(c);
}

static bool
keep_item(struct answer *a, const struct item *item)
{
	struct item *grown;

	if (a->item_count == a->item_room) {
		a->item_room = 2 * a->item_room + 4;
		grown = reallocarray(a->items, a->item_room, sizeof(*grown));
		if (grown == NULL)
			return false;
		a->items = grown;
	}
	grown = &a->items[a->item_count++];
	*grown = *item;
	return keep_text(a, &grown->metric) && keep_text(a, &grown->text) &&
	       keep_text(a, &grown->type) && keep_text(a, &grown->units) &&
	       keep_text(a, &grown->group) && keep_text(a, &grown->about) &&
	       keep_text(a, &grown->title);
}

static bool
take_item(void *context, const struct item *item)
{
	struct collected *c = context;
	size_t i;

	for (i = 0; i < c->near_count; i++)
		near_offer(&c->near_metrics[i], item->metric);
	if (c->is == WANTED_MAYBE && strcmp(item->metric, "uuid") == 0 &&
	    wanted_uuid(c->wanted, item->text))
		c->is = WANTED;
	if (!wanted_metric(c->wanted, item))
		return true;
	return keep_item(&c->answer, item) || fail(c);
}

static bool
end_host(void *context, const struct item_host *host)
{
	struct collected *c = context;

	if (c->is != WANTED)
		return true;
	c->answer.host.age_s = host->age_s;
	c->answer.host.pace_s = host->pace_s;
	if (!arrange(&c->answer))
		return fail(c);
	c->answers++;
	return c->ready(c->context, &c->answer) && wanted_many(c->wanted);
}

static bool
take_former(void *context, const char *cluster, const char *was, const char *is)
{
	struct collected *c = context;

	if (!wanted_former(c->wanted, cluster, was))
		return true;
	c->former = true;
	c->is_now[0] = '\0';
	strncat(c->is_now, is, sizeof(c->is_now) - 1);
	return true;
}

struct item_sink
collected_sink(struct collected *c)
{
	return (struct item_sink){.host = take_host,
	                          .item = take_item,
	                          .host_end = end_host,
	                          .former = take_former,
	                          .context = c};
}

void
collected_end(struct collected *c)
{
	answer_clear(&c->answer);
}

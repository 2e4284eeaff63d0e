#include "gmetad-bridge/steps/summary.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sflow/collector/collector.h"
#include "sflow/format.h"
#include "sflow/hash.h"

/* The size, a power of two, of a cluster's table of metrics by their address. */
#define PLACES 1024
#define PLACES_BITS 10

/* A metric's sum while it is being made. `shown` is first, so that the entry can be
 * freed by a pointer to it. */
struct entry {
	struct summary_metric shown;
	struct metric metric;
	bool prefixed;
	UT_hash_handle hh;
	char texts[]; /* name, title, group, title without prefix */
};

/* The entry to which values of a metric were last added. */
struct place {
	const struct metric *metric;
	struct entry *entry;
};

/* The sums of one cluster, or of the grid. */
struct sums {
	unsigned up, down;
	struct entry *entries;
	struct place *places; /* only makes it faster; NULL without memory */
};

struct summary_builder {
	size_t count;
	struct sums clusters[CLUSTERS_MAX];
};

/* A published set. */
struct published {
	struct summaries summaries; /* first, so that a cast finds the struct */
	unsigned references;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct published *current;

/* Published sums ------------------------------------------------------------------ */

static void
published_free(struct published *p)
{
	size_t i, j;

	if (p == NULL)
		return;
	for (i = 0; p->summaries.summaries != NULL && i <= p->summaries.count; i++) {
		struct summary *s = &p->summaries.summaries[i];

		for (j = 0; j < s->count; j++)
			free(s->metrics[j]);
		free(s->metrics);
	}
	free(p->summaries.summaries);
	free(p);
}

const struct summaries *
summaries_hold(void)
{
	struct published *p;

	pthread_mutex_lock(&lock);
	p = current;
	if (p != NULL)
		p->references++;
	pthread_mutex_unlock(&lock);
	return p != NULL ? &p->summaries : NULL;
}

static void
let_go(struct published *p)
{
	bool last;

	if (p == NULL)
		return;
	pthread_mutex_lock(&lock);
	last = --p->references == 0;
	pthread_mutex_unlock(&lock);
	if (last)
		published_free(p);
}

void
summaries_release(const struct summaries *summaries)
{
	let_go((struct published *)(uintptr_t)summaries);
}

const struct summary *
summaries_find(const struct summaries *summaries, unsigned cluster)
{
	return cluster < summaries->count ? &summaries->summaries[cluster] : NULL;
}

size_t
summary_text(const struct summary_metric *metric, char text[SUMMARY_TEXT])
{
	int len = snprintf(text, SUMMARY_TEXT, "%.*f",
	                   format_places(metric->metric, metric->sum), metric->sum);

	return len < SUMMARY_TEXT ? (size_t)len : SUMMARY_TEXT - 1;
}

/* Building ------------------------------------------------------------------------ */

struct summary_builder *
summary_builder_new(size_t clusters)
{
	struct summary_builder *b = calloc(1, sizeof(*b));

	if (b != NULL)
		b->count = clusters < CLUSTERS_MAX ? clusters : CLUSTERS_MAX;
	return b;
}

static void
sums_clear(struct sums *sums)
{
	struct entry *entry, *next;

	HASH_ITER(hh, sums->entries, entry, next) {
		HASH_DEL(sums->entries, entry);
		free(entry);
	}
	free(sums->places);
	*sums = (struct sums){0};
}

void
summary_builder_free(struct summary_builder *b)
{
	size_t i;

	if (b == NULL)
		return;
	for (i = 0; i < b->count; i++)
		sums_clear(&b->clusters[i]);
	free(b);
}

static struct sums *
sums_of(struct summary_builder *b, unsigned cluster)
{
	if (cluster >= CLUSTERS_MAX)
		return NULL;
	if (cluster >= b->count)
		b->count = cluster + 1;
	return &b->clusters[cluster];
}

void
summary_host(struct summary_builder *b, unsigned cluster, bool up)
{
	struct sums *sums = sums_of(b, cluster);

	if (sums == NULL)
		return;
	if (up)
		sums->up++;
	else
		sums->down++;
}

static const char *
keep(char **at, const char *text)
{
	const char *kept = *at;

	*at = stpcpy(*at, text) + 1;
	return kept;
}

/* Makes an entry with copies of the texts, which is not in a table yet. NULL without
 * memory. */
static struct entry *
entry_new(const struct metric *metric, const char *name, const char *title,
          const char *group)
{
	struct entry *entry;
	char *at;

	entry = malloc(sizeof(*entry) + strlen(name) + strlen(title) + strlen(group) +
	               strlen(metric->title) + 4);
	if (entry == NULL)
		return NULL;
	memset(entry, 0, sizeof(*entry));
	at = entry->texts;
	entry->metric = *metric;
	entry->shown.metric = &entry->metric;
	entry->shown.name = entry->metric.name = keep(&at, name);
	entry->shown.title = keep(&at, title);
	entry->shown.group = entry->metric.group = keep(&at, group);
	entry->metric.title = keep(&at, metric->title);
	return entry;
}

/* Whether the table has room for one more name, with a prefix or without. */
static bool
has_room(const struct sums *sums, bool prefixed)
{
	return HASH_COUNT(sums->entries) <
	       SUMMARY_METRICS_MAX - (prefixed ? SUMMARY_METRICS_KEPT : 0);
}

/* Puts the entry into the table; `entry` may be NULL. Returns false without memory, and
 * then the entry is freed. */
static bool
sums_add(struct sums *sums, struct entry *entry, bool prefixed)
{
	if (entry == NULL)
		return false;
	entry->prefixed = prefixed;
	HASH_ADD_KEYPTR(hh, sums->entries, entry->shown.name, strlen(entry->shown.name),
	                entry);
	if (entry->hh.tbl != NULL)
		return true;
	free(entry);
	return false;
}

/* Finds the entry of a value by its whole name, or adds it. NULL where there is no
 * room. */
static struct entry *
find_by_name(struct sums *sums, const struct store_value *value)
{
	char name[STORE_NAME], title[STORE_NAME], group[STORE_NAME];
	bool prefixed = value->prefix[0] != '\0';
	size_t len = store_value_name(value, name);
	struct entry *entry;

	HASH_FIND(hh, sums->entries, name, len, entry);
	if (entry != NULL)
		return entry;
	if (!has_room(sums, prefixed))
		return NULL;
	store_value_title(value, title);
	store_value_group(value, group);
	entry = entry_new(value->metric, name, title, group);
	return sums_add(sums, entry, prefixed) ? entry : NULL;
}

static struct place *
place_of(struct sums *sums, const struct metric *metric)
{
	uint64_t hash = (uint64_t)(uintptr_t)metric * UINT64_C(0x9e3779b97f4a7c15);

	if (sums->places == NULL)
		sums->places = calloc(PLACES, sizeof(*sums->places));
	return sums->places != NULL ? &sums->places[hash >> (64 - PLACES_BITS)] : NULL;
}

/* Finds the entry of a value. A value without a prefix has its metric's name, so its
 * entry is found by the metric's address. The name is compared, too: a metric that an
 * agent named may have been freed, and another one may be at its address now. */
static struct entry *
find(struct sums *sums, const struct store_value *value)
{
	const struct metric *metric = value->metric;
	struct place *place;

	if (value->prefix[0] != '\0')
		return find_by_name(sums, value);
	place = place_of(sums, metric);
	if (place == NULL)
		return find_by_name(sums, value);
	if (place->metric != metric || place->entry == NULL ||
	    strcmp(place->entry->shown.name, metric->name) != 0)
		*place = (struct place){metric, find_by_name(sums, value)};
	return place->entry;
}

/* Returns the number as a reader of the XML would have it. */
static double
as_shown(const struct metric *metric, double number)
{
	switch (metric->type) {
	case UINT16:
	case UINT32:
		return number;
	case FLOAT:
		number = (double)(float)number;
		break;
	default:
		break;
	}
	return format_rounded(number, format_places(metric, number));
}

void
summary_value(struct summary_builder *b, unsigned cluster,
              const struct store_value *value)
{
	struct sums *sums = sums_of(b, cluster);
	struct entry *entry;

	if (sums == NULL || value->metric->type == STRING)
		return;
	entry = find(sums, value);
	if (entry == NULL)
		return;
	entry->shown.sum += as_shown(value->metric, value->number);
	entry->shown.hosts++;
}

/* Publishing ---------------------------------------------------------------------- */

/* Adds a cluster's sums to the grid's; false without memory. */
static bool
add_to_grid(struct sums *grid, const struct sums *sums)
{
	struct entry *from, *entry;

	grid->up += sums->up;
	grid->down += sums->down;
	for (from = sums->entries; from != NULL; from = from->hh.next) {
		HASH_FIND(hh, grid->entries, from->shown.name, strlen(from->shown.name),
		          entry);
		if (entry == NULL) {
			if (!has_room(grid, from->prefixed))
				continue;
			entry = entry_new(&from->metric, from->shown.name,
			                  from->shown.title, from->shown.group);
			if (!sums_add(grid, entry, from->prefixed))
				return false;
		}
		entry->shown.sum += from->shown.sum;
		entry->shown.hosts += from->shown.hosts;
	}
	return true;
}

/* Moves the entries to a summary. Returns false without memory, and then they stay. */
static bool
hand_over(struct sums *sums, unsigned cluster, struct summary *to)
{
	size_t count = HASH_COUNT(sums->entries);
	struct entry *entry, *next;

	*to = (struct summary){cluster, sums->up, sums->down, 0, NULL};
	to->metrics = calloc(count + 1, sizeof(struct summary_metric *));
	if (to->metrics == NULL)
		return false;
	HASH_ITER(hh, sums->entries, entry, next) {
		HASH_DEL(sums->entries, entry);
		to->metrics[to->count++] = &entry->shown;
	}
	return true;
}

static struct published *
publish(struct summary_builder *b, struct sums *grid, int64_t wall_s)
{
	struct published *p = calloc(1, sizeof(*p));
	size_t i;
	bool done = p != NULL;

	if (!done)
		return NULL;
	p->references = 1;
	p->summaries.made_s = wall_s;
	p->summaries.count = b->count;
	p->summaries.summaries = calloc(b->count + 1, sizeof(struct summary));
	done = p->summaries.summaries != NULL;
	for (i = 0; done && i < b->count; i++)
		done =
		    add_to_grid(grid, &b->clusters[i]) &&
		    hand_over(&b->clusters[i], (unsigned)i, &p->summaries.summaries[i]);
	if (done &&
	    hand_over(grid, STORE_ANY_CLUSTER, &p->summaries.summaries[b->count]))
		return p;
	published_free(p);
	return NULL;
}

void
summary_publish(struct summary_builder *b, int64_t wall_s)
{
	struct sums grid = {0};
	struct published *made = publish(b, &grid, wall_s), *last;
	size_t i;

	sums_clear(&grid);
	for (i = 0; i < b->count; i++)
		sums_clear(&b->clusters[i]);
	if (made == NULL)
		return;
	pthread_mutex_lock(&lock);
	last = current;
	current = made;
	pthread_mutex_unlock(&lock);
	let_go(last);
}

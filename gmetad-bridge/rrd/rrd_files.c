#include "gmetad-bridge/rrd/rrd_files.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/rrd/rrd_connection.h"
#include "gmetad-bridge/rrd/rrd_header.h"
#include "gmetad-bridge/rrd/rrd_repeat.h"
#include "gmetad-bridge/rrd/rrd_words.h"
#include "sflow/hash.h"

#define FEWEST 64       /* places of the table */
#define AGAIN_S 600     /* after which a file of another heartbeat is looked at again */
#define OUR_HEARTBEAT 8 /* steps, of the files that the bridge makes */
#define REPEATED_MOST 5 /* times in a step that a value may be repeated */
#define FUTURE_S 60     /* a last update so far ahead is none of a second writer */
#define TRIAL_STEPS 8 /* in which a file that was refused has to take all its values */

atomic_uint rrd_files_again_s = 10;

/* What is remembered of a file. It is forgotten when the table grows, and it is as ours. */
struct known {
	uint64_t hash; /* of its escaped path; 0: the place is free */
	uint32_t looked_s;
	uint32_t heartbeat_s : 22; /* 0: no value has to be repeated */
	uint32_t fault : 8;        /* an enum rrd_fault */
	uint32_t refused : 1;      /* a sink told of the fault, not the header */
	uint32_t tried : 1; /* its values are tried again, or were never kept back */
};

struct rrd_files {
	const struct rrd *rrd;
	bool blind;  /* the files are on another machine */
	bool writes; /* this process writes them */
	size_t places, used;
	struct known *table;
};

/* The table -------------------------------------------------------------------------- */

struct rrd_files *
rrd_files_new(const struct rrd *rrd)
{
	struct rrd_files *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->rrd = rrd;
	f->writes = rrd->config->rrd.rrdcached == NULL;
	f->blind = !f->writes && !connection_is_local(rrd->config->rrd.rrdcached);
	return f;
}

void
rrd_files_free(struct rrd_files *f)
{
	if (f != NULL)
		free(f->table);
	free(f);
}

static uint64_t
hash_of(const char *escaped, size_t len)
{
	uint64_t hash = keyed_hash_64(escaped, len);

	return hash != 0 ? hash : 1;
}

/* Returns the place of this hash, or the free one where it would be. */
static struct known *
place_of(struct known *table, size_t places, uint64_t hash)
{
	size_t i = hash & (places - 1);

	while (table[i].hash != 0 && table[i].hash != hash)
		i = (i + 1) & (places - 1);
	return &table[i];
}

static struct known *
find(const struct rrd_files *f, uint64_t hash)
{
	struct known *k = f->places > 0 ? place_of(f->table, f->places, hash) : NULL;

	return k != NULL && k->hash != 0 ? k : NULL;
}

static bool
is_plain(const struct known *k)
{
	return k->fault == RRD_NO_FAULT && k->heartbeat_s == 0;
}

/* Makes the table anew, without the files that are as ours, and large enough for one more.
 * Returns false without memory. */
static bool
grow(struct rrd_files *f)
{
	size_t i, used = 0, places = FEWEST;
	struct known *table;

	for (i = 0; i < f->places; i++)
		used += f->table[i].hash != 0 && !is_plain(&f->table[i]);
	while (places < 2 * (used + 1))
		places *= 2;
	table = calloc(places, sizeof(*table));
	if (table == NULL)
		return false;
	for (i = 0; i < f->places; i++)
		if (f->table[i].hash != 0 && !is_plain(&f->table[i]))
			*place_of(table, places, f->table[i].hash) = f->table[i];
	free(f->table);
	f->table = table;
	f->places = places;
	f->used = used;
	return true;
}

/* Returns what is known of a file, all zero at first; NULL without memory. */
static struct known *
know(struct rrd_files *f, uint64_t hash)
{
	struct known *k = find(f, hash);

	if (k != NULL)
		return k;
	if (4 * (f->used + 1) > 3 * f->places && !grow(f))
		return NULL;
	f->used++;
	k = place_of(f->table, f->places, hash);
	*k = (struct known){.hash = hash};
	return k;
}

/* Faults ----------------------------------------------------------------------------- */

/* Returns the file's path below the root folder. */
static const char *
below_root(const struct rrd_files *f, const char *path)
{
	size_t len = strlen(f->rrd->config->rrd.rootdir);

	while (path[len] == '/')
		len++;
	return path + len;
}

static void
set_fault(const struct rrd_files *f, struct known *k, enum rrd_fault fault,
          const char *path, const char *why)
{
	if (k->fault == fault)
		return;
	if (k->fault != RRD_NO_FAULT)
		rrd_faults_end((enum rrd_fault)k->fault, below_root(f, path));
	if (fault != RRD_NO_FAULT)
		rrd_faults_add(fault, below_root(f, path), why);
	k->fault = (unsigned)fault & 0xff;
}

void
rrd_files_refused(struct rrd_files *f, const char *escaped, size_t len,
                  enum rrd_fault fault, const char *why, int64_t now)
{
	struct known *k = know(f, hash_of(escaped, len));
	struct rrd_header header;
	enum rrd_fault seen = RRD_NO_FAULT;
	char path[RRD_LINE + 1], text[RRD_WHY];

	if (k == NULL)
		return;
	rrd_unescape(escaped, len, path);
	if (!f->blind)
		seen = rrd_header_read(path, false, f->writes, &header, text);
	if (seen != RRD_NO_FAULT &&
	    seen != RRD_SOURCES) { /* the header says it better */
		fault = seen;
		why = text;
	}
	set_fault(f, k, fault, path, why);
	k->refused = true;
	k->tried = fault == RRD_NEWER;
	k->looked_s = (uint32_t)(now / 1000);
}

/* Looks at the header of a file. */
static enum rrd_fault
judge(const struct rrd_files *f, const char *path, bool sums, int64_t value_s,
      struct rrd_header *header, char *why)
{
	enum rrd_fault fault = rrd_header_read(path, sums, f->writes, header, why);
	unsigned step_s = f->rrd->config->rrd.step_s;

	if (fault != RRD_NO_FAULT || !header->known)
		return fault;
	if (header->last_s > value_s + FUTURE_S) {
		snprintf(why, RRD_WHY, "its last update is %" PRId64 " s in the future",
		         header->last_s - value_s);
		return RRD_FUTURE;
	}
	if (step_s > REPEATED_MOST * (uint64_t)header->heartbeat_s) {
		snprintf(why, RRD_WHY,
		         "its heartbeat of %u s is too short for a step of %u s",
		         header->heartbeat_s, step_s);
		return RRD_HEARTBEAT;
	}
	return RRD_NO_FAULT;
}

/* Looks at a file, and remembers what is odd. Returns NULL where it is as ours, or there is none,
 * or no memory. `last_s` gets the time of its last update. */
static struct known *
look(struct rrd_files *f, uint64_t hash, const char *path, bool sums, int64_t value_s,
     int64_t now, int64_t *last_s)
{
	unsigned step_s = f->rrd->config->rrd.step_s, heartbeat_s = 0;
	struct rrd_header header;
	char why[RRD_WHY];
	enum rrd_fault fault = judge(f, path, sums, value_s, &header, why);
	struct known *k = find(f, hash);

	*last_s = header.last_s;
	if (header.known && header.heartbeat_s < OUR_HEARTBEAT * step_s)
		heartbeat_s = header.heartbeat_s;
	else if (header.there && !header.known)
		heartbeat_s = step_s;
	if (k == NULL && fault == RRD_NO_FAULT && heartbeat_s == 0 && !sums)
		return NULL;
	k = know(f, hash);
	if (k == NULL)
		return NULL;
	k->looked_s = (uint32_t)(now / 1000);
	k->heartbeat_s = heartbeat_s & 0x3fffff;
	if (fault == RRD_NO_FAULT && k->refused) {
		k->tried = true;
		return k;
	}
	k->refused = k->tried = false;
	set_fault(f, k, fault, path, why);
	return k;
}

/* Whether it is time to look at a file again. */
static bool
is_due(const struct known *k, int64_t now)
{
	unsigned after_s = k->fault == RRD_NO_FAULT ? AGAIN_S : rrd_files_again_s;

	return !k->tried && (uint32_t)(now / 1000) - k->looked_s >= after_s;
}

/* A file that takes its values again for so long has no fault any more. */
static void
end_trial(const struct rrd_files *f, struct known *k, const char *path, int64_t now)
{
	unsigned after_s = TRIAL_STEPS * f->rrd->config->rrd.step_s;

	if (!k->tried || (uint32_t)(now / 1000) - k->looked_s < after_s)
		return;
	k->refused = k->tried = false;
	set_fault(f, k, RRD_NO_FAULT, path, "");
}

/* Lines ------------------------------------------------------------------------------ */

/* Returns what is odd about the file of a line; NULL: it is as ours. `mark` is the line's first
 * '~', if it has one. */
static struct known *
learn(struct rrd_files *f, const struct rrd_input *in, const char *mark, int64_t now,
      int64_t *last_s)
{
	const char *escaped = in->text + strlen(RRD_UPDATE);
	bool looks = !f->blind && mark != NULL && mark[1] == '!';
	bool sums = !f->blind && rrd_line_is_of_sums(in);
	char path[RRD_LINE + 1];
	struct known *k;
	uint64_t hash;

	if (f->used == 0 && !looks && !sums)
		return NULL;
	hash = hash_of(escaped, in->path_len);
	k = find(f, hash);
	if (k == NULL && !looks && !sums)
		return NULL;
	if (k != NULL && is_plain(k) && !looks && !is_due(k, now))
		return NULL;
	rrd_unescape(escaped, in->path_len, path);
	if (k != NULL)
		end_trial(f, k, path, now);
	if (k == NULL || looks || is_due(k, now))
		k = look(f, hash, path, sums, (int64_t)strtoul(in->values, NULL, 10),
		         now, last_s);
	return k;
}

static void
ready_line(struct rrd_files *f, struct rrd_output *o, const char *line, size_t len,
           int64_t now)
{
	unsigned step_s = f->rrd->config->rrd.step_s,
		 heartbeat_s = f->blind ? step_s : 0;
	struct rrd_input in = rrd_line_read(line, len);
	const char *mark = memchr(in.values, '~', (size_t)(in.end - in.values));
	int64_t last_s = 0;
	const struct known *k = learn(f, &in, mark, now, &last_s);

	if (k != NULL && k->fault != RRD_NO_FAULT && !k->tried) {
		counter_add(&counters.rrd_failed, rrd_line_values(line, len));
		return;
	}
	if (k != NULL && !f->blind)
		heartbeat_s = k->heartbeat_s;
	if (heartbeat_s == 0 && mark == NULL)
		rrd_line_plain(o, &in);
	else
		rrd_line_repeat(o, &in, heartbeat_s, step_s, last_s);
}

struct rrd_block *
rrd_files_ready(struct rrd_files *f, struct rrd_block *block, int64_t now)
{
	const char *line = block->bytes, *end = line + block->len, *next;
	struct rrd_output o = {.block = rrd_block_new(block->len)};

	for (; line < end; line = next) {
		next = (const char *)memchr(line, '\n', (size_t)(end - line)) + 1;
		ready_line(f, &o, line, (size_t)(next - line), now);
	}
	free(block);
	if (o.block != NULL && o.block->len > 0)
		return o.block;
	free(o.block);
	return NULL;
}

#include "gmetad-bridge/state/state.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/thread.h"
#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/state/database.h"
#include "gmetad-bridge/state/state_names.h"
#include "gmetad-bridge/ingest/ingest.h"
#include "gmetad-bridge/log.h"

#define ROUND_S 2
#define AGAIN_MS 10000
#define BATCH 256 /* the collector's lock is held for so many hosts at a time */

struct state {
	char *path;
	const struct database_migrations *migrations;
	struct collector *collector;
	pthread_mutex_t
	    rounds;          /* held during a round; for the members up to `again_ms` */
	struct database *db; /* NULL: it is not open */
	struct state_names names;
	bool told;        /* the log says that it can't be opened */
	bool told_newer;  /* the log says that it is of a newer version */
	bool restored;    /* the file's hosts are in the collector */
	bool all;         /* the file may have old rows: all hosts are to be
	                      * written anew */
	int64_t again_ms; /* when to try again; 0: in the next round */
	struct log_limit failures;
	pthread_t thread;
	bool running;
	pthread_mutex_t lock; /* for `end` */
	pthread_cond_t wake;
	bool end;
	struct collector_saved batch[BATCH]; /* that is being saved or restored */
};

/* Opening and restoring ------------------------------------------------------------ */

/* Reads hosts into the batch. Returns how many; -1 on a fault. */
static int
read_batch(struct state *s, size_t *senseless)
{
	int n = 0, got = 1;

	while (n < BATCH && got > 0) {
		got = database_next(s->db, &s->batch[n], senseless);
		n += got > 0;
	}
	return got < 0 ? -1 : n;
}

/* Restores the batch into the collector. Returns how many hosts it took. */
static size_t
give_batch(struct state *s, int n, int64_t now)
{
	size_t taken = 0;
	int i;

	ingest_lock();
	for (i = 0; i < n; i++)
		taken += collector_restore(s->collector, &s->batch[i], now) == 0;
	ingest_unlock();
	return taken;
}

/* Restores all hosts of the file. The collector refuses hosts that are too old, not
 * wanted any more, or were heard meanwhile. Where it refuses any, or rows were left
 * out, the file is written anew without them. */
static int
restore(struct state *s, int64_t now)
{
	size_t taken = 0, all = 0, senseless = 0;
	int n;

	if (state_names_restore(&s->names, s->db, &senseless) != 0)
		return -1;
	do {
		n = read_batch(s, &senseless);
		if (n > 0) {
			taken += give_batch(s, n, now);
			all += (size_t)n;
		}
	} while (n == BATCH);
	if (n < 0)
		return -1;
	s->restored = true;
	s->all = taken < all || senseless > 0;
	if (all + senseless > 0)
		log_line("state: %zu hosts are restored from %s; left out are "
		         "%zu, and %zu that make no sense",
		         taken, s->path, all - taken, senseless);
	return 0;
}

static void
set_open(bool open)
{
	atomic_store_explicit(&counters.state_open, open, memory_order_relaxed);
}

static void
close_file(struct state *s)
{
	database_close(s->db);
	s->db = NULL;
	set_open(false);
}

static int
put_aside(struct state *s, const char *why)
{
	char aside[DATABASE_PATH];

	if (database_put_aside(s->path, aside) == 0) {
		log_line("state: %s can't be used: %s. It is put aside as "
		         "%s, and begun anew",
		         s->path, why, aside);
		return 0;
	}
	log_line("state: %s can't be used: %s; and not be put aside: %s", s->path, why,
	         strerror(errno));
	return -1;
}

static void
tell_newer(struct state *s, const char *why)
{
	if (!s->told_newer)
		log_line("state: %s is left as it is: %s. Nothing is saved: "
		         "install the newer gmetad-bridge, or move the file away",
		         s->path, why);
	s->told_newer = true;
}

static void
tell_fault(struct state *s, const char *why)
{
	if (!s->told)
		log_line("state: %s can't be opened: %s. Nothing is saved "
		         "meanwhile; it is tried again every %d s",
		         s->path, why, AGAIN_MS / 1000);
	s->told = true;
}

/* Has the file tried again later; until then nothing is saved. The log gets each kind
 * of fault once until the file is open. Each try is counted, so the counter shows the
 * fault as long as it lasts. */
static void
try_later(struct state *s, enum database_fault fault, const char *why, int64_t now)
{
	counter_add(&counters.state_failed, 1);
	s->again_ms = now + AGAIN_MS;
	if (fault == DATABASE_NEWER)
		tell_newer(s, why);
	else
		tell_fault(s, why);
}

/* Closes the file after a fault. A damaged file is put aside, and a new one is tried in
 * the next round; any other file is tried again later. */
static void
give_up(struct state *s, int64_t now)
{
	char why[DATABASE_FAULT];
	enum database_fault fault = database_fault(s->db, why);

	close_file(s);
	s->again_ms = now + AGAIN_MS;
	if (fault == DATABASE_DAMAGED && put_aside(s, why) == 0)
		s->again_ms = 0;
}

static int
open_file(struct state *s, int64_t now)
{
	enum database_fault fault;
	char why[DATABASE_FAULT];

	s->db = database_open(s->path, s->migrations, &fault, why);
	if (s->db == NULL && fault == DATABASE_DAMAGED && put_aside(s, why) == 0)
		s->db = database_open(s->path, s->migrations, &fault, why);
	if (s->db == NULL) {
		try_later(s, fault, why, now);
		return -1;
	}
	set_open(true);
	if (s->told || s->told_newer)
		log_line("state: %s is open now; all hosts are saved", s->path);
	s->told = false;
	s->told_newer = false;
	s->again_ms = 0;
	return 0;
}

/* Opens the file, and restores its hosts if that has not been done: also when the file
 * can only be opened long after the start, there may be hosts in it that were not heard
 * since. */
static int
open_and_restore(struct state *s, int64_t now)
{
	if (open_file(s, now) != 0)
		return -1;
	if (!s->restored && restore(s, now) != 0) {
		give_up(s, now);
		return -1;
	}
	return 0;
}

/* Rounds --------------------------------------------------------------------------- */

/* Whether the file is open, or can be now. */
static bool
is_open(struct state *s, int64_t now)
{
	if (now < s->again_ms)
		return false;
	if (s->db != NULL && database_moved(s->db)) {
		log_line("state: somebody has removed %s; it is begun anew", s->path);
		close_file(s);
	}
	if (s->db != NULL)
		return true;
	if (open_and_restore(s, now) != 0)
		return false;
	s->all = true;
	return true;
}

static int
write_batch(struct state *s, size_t n)
{
	int result = 0;
	size_t i;

	for (i = 0; i < n && result == 0; i++)
		result = s->batch[i].gone ? database_remove(s->db, &s->batch[i])
		                          : database_put(s->db, &s->batch[i]);
	return result;
}

static int
begin_all(struct state *s)
{
	if (database_clear(s->db) != 0)
		return -1;
	state_names_unsaved(&s->names);
	ingest_lock();
	collector_unsaved(s->collector);
	ingest_unlock();
	return 0;
}

/* Writes all hosts that the collector wants to save. Datagrams are taken between two
 * batches. */
static int
write_all(struct state *s, size_t *count)
{
	size_t n;

	do {
		ingest_lock();
		n = collector_save(s->collector, s->batch, BATCH);
		ingest_unlock();
		*count += n;
		if (write_batch(s, n) != 0)
			return -1;
	} while (n > 0);
	return 0;
}

/* Ends a round that failed. The collector takes the `count` hosts that it has given for
 * saved, so all are to be written again. */
static int
fail(struct state *s, size_t count, int64_t now)
{
	char why[DATABASE_FAULT];
	enum database_fault fault = database_fault(s->db, why);

	counter_add(&counters.state_failed, 1);
	state_names_unsaved(&s->names);
	log_limited(&s->failures, now, "state: can't save to %s: %s", s->path, why);
	if (fault != DATABASE_WAIT) {
		give_up(s, now);
		return -1;
	}
	database_rollback(s->db);
	if (count > 0) {
		s->all = true;
		s->again_ms = now + AGAIN_MS; /* a full disk stays full */
	}
	return -1;
}

static int
save(struct state *s, int64_t now)
{
	size_t count = 0;

	if (!is_open(s, now))
		return -1;
	if (database_begin(s->db) != 0 || (s->all && begin_all(s) != 0) ||
	    write_all(s, &count) != 0 || state_names_save(&s->names, s->db) != 0 ||
	    database_commit(s->db) != 0)
		return fail(s, count, now);
	s->all = false;
	counter_add(&counters.state_saved, count);
	return 0;
}

int
state_save_round(struct state *s, int64_t now)
{
	int result;

	pthread_mutex_lock(&s->rounds);
	result = save(s, now);
	pthread_mutex_unlock(&s->rounds);
	return result;
}

/* The thread ------------------------------------------------------------------------ */

/* Waits until the next round. Returns true when the thread is to end instead. */
static bool
wait_for_round(struct state *s)
{
	struct timespec until;
	int result = 0;
	bool end;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ROUND_S;
	pthread_mutex_lock(&s->lock);
	while (!s->end && result == 0)
		result = pthread_cond_timedwait(&s->wake, &s->lock, &until);
	end = s->end;
	pthread_mutex_unlock(&s->lock);
	return end;
}

static void *
run(void *argument)
{
	struct state *s = argument;

	while (!wait_for_round(s))
		state_save_round(s, clock_ms());
	return NULL;
}

int
state_start(struct state *s)
{
	s->running = thread_start(&s->thread, "state", run, s) == 0;
	return s->running ? 0 : -1;
}

static void
end_thread(struct state *s)
{
	if (!s->running)
		return;
	pthread_mutex_lock(&s->lock);
	s->end = true;
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	s->running = false;
	s->end = false;
}

void
state_stop(struct state *s)
{
	end_thread(s);
	s->again_ms = 0; /* the last try */
	s->all = true;   /* so that the times when hosts were last heard are exact */
	if (state_save_round(s, clock_ms()) == 0)
		database_checkpoint(s->db);
}

/* Start and end --------------------------------------------------------------------- */

static struct state *
make(const char *path, const struct database_migrations *migrations,
     struct collector *collector, const struct config *config)
{
	struct state *s = calloc(1, sizeof(*s));
	pthread_condattr_t attributes;

	if (s == NULL)
		return NULL;
	s->path = strdup(path);
	if (s->path == NULL) {
		free(s);
		return NULL;
	}
	s->migrations = migrations;
	s->collector = collector;
	state_names_init(&s->names, collector, config);
	pthread_mutex_init(&s->rounds, NULL);
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&s->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	return s;
}

struct state *
state_open(const char *path, const struct database_migrations *migrations,
           struct collector *collector, const struct config *config, int64_t now,
           int64_t wall_offset_ms)
{
	struct state *s = make(path, migrations, collector, config);

	if (s == NULL)
		return NULL;
	collector_set_wall(collector, wall_offset_ms);
	if (open_and_restore(s, now) != 0 && s->again_ms == 0)
		open_and_restore(s, now);
	return s;
}

void
state_reload(struct state *s, const struct config *config)
{
	state_names_config(&s->names, config);
}

void
state_close(struct state *s)
{
	if (s == NULL)
		return;
	close_file(s);
	state_names_free(&s->names);
	pthread_mutex_destroy(&s->rounds);
	pthread_cond_destroy(&s->wake);
	pthread_mutex_destroy(&s->lock);
	free(s->path);
	free(s);
}

#include "gmetad-bridge/rrd/rrd_faults.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"

#define NEWEST 20
#define PATH 256 /* bytes of a path that are kept */
#define TELL_MS 60000
#define GATHER_MS 2000 /* more may come just after the first */

static const char *const words[] = {[RRD_NO_FAULT] = "",
#define FAULT(kind, word) [RRD_##kind] = word,
                                    RRD_FAULTS(FAULT)
#undef FAULT
};

struct faulty {
	enum rrd_fault kind;
	char path[PATH], why[RRD_WHY];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	uint64_t files[RRD_FAULT_KINDS]; /* that have this fault now */
	uint64_t added[RRD_FAULT_KINDS]; /* since the last line in the log */
	struct faulty newest[NEWEST];    /* the oldest first */
	size_t count;
	struct faulty example;  /* the first that was added since */
	int64_t told_ms;        /* 0: never */
	int64_t first_added_ms; /* when it was noticed that some were added; 0: none */
} faults;

void
rrd_faults_clear(void)
{
	pthread_mutex_lock(&lock);
	memset(&faults, 0, sizeof(faults));
	pthread_mutex_unlock(&lock);
}

/* Takes a file out of the newest: the caller holds the lock. */
static void
take_out(const char *path)
{
	size_t i;

	for (i = 0; i < faults.count; i++)
		if (strncmp(faults.newest[i].path, path, PATH - 1) == 0)
			break;
	if (i == faults.count)
		return;
	faults.count--;
	memmove(&faults.newest[i], &faults.newest[i + 1],
	        (faults.count - i) * sizeof(faults.newest[0]));
}

static uint64_t
sum(const uint64_t *counts)
{
	uint64_t all = 0;
	int i;

	for (i = 0; i < RRD_FAULT_KINDS; i++)
		all += counts[i];
	return all;
}

void
rrd_faults_add(enum rrd_fault kind, const char *path, const char *why)
{
	struct faulty *f;

	pthread_mutex_lock(&lock);
	take_out(path);
	if (faults.count == NEWEST)
		memmove(&faults.newest[0], &faults.newest[1],
		        --faults.count * sizeof(faults.newest[0]));
	f = &faults.newest[faults.count++];
	f->kind = kind;
	snprintf(f->path, sizeof(f->path), "%s", path);
	snprintf(f->why, sizeof(f->why), "%s", why);
	if (sum(faults.added) == 0)
		faults.example = *f;
	faults.files[kind]++;
	faults.added[kind]++;
	pthread_mutex_unlock(&lock);
}

void
rrd_faults_end(enum rrd_fault kind, const char *path)
{
	pthread_mutex_lock(&lock);
	take_out(path);
	if (faults.files[kind] > 0)
		faults.files[kind]--;
	pthread_mutex_unlock(&lock);
}

/* Writes "2 empty, 1 cut". */
static void
print_counts(const uint64_t *counts, char *text, size_t size)
{
	size_t len = 0;
	int i;

	text[0] = '\0';
	for (i = 0; i < RRD_FAULT_KINDS && len < size; i++)
		if (counts[i] > 0)
			len +=
			    (size_t)snprintf(text + len, size - len, "%s%" PRIu64 " %s",
			                     len > 0 ? ", " : "", counts[i], words[i]);
}

/* Whether a line is due; the caller holds the lock. */
static bool
is_due(int64_t now, bool all)
{
	if (sum(faults.added) == 0)
		return false;
	if (faults.first_added_ms == 0)
		faults.first_added_ms = now;
	return all || (now - faults.first_added_ms >= GATHER_MS &&
	               (faults.told_ms == 0 || now - faults.told_ms >= TELL_MS));
}

void
rrd_faults_tell(int64_t now, bool all)
{
	struct faulty example;
	char counts[RRD_WHY];
	uint64_t files;

	pthread_mutex_lock(&lock);
	if (!is_due(now, all)) {
		pthread_mutex_unlock(&lock);
		return;
	}
	example = faults.example;
	print_counts(faults.added, counts, sizeof(counts));
	files = sum(faults.files);
	memset(faults.added, 0, sizeof(faults.added));
	faults.told_ms = now;
	faults.first_added_ms = 0;
	pthread_mutex_unlock(&lock);
	log_line("RRDs: files that can't be updated: %s; such as %s: %s; now there are "
	         "%" PRIu64 ", see /status",
	         counts, example.path, example.why, files);
}

void
rrd_faults_show(struct json *j)
{
	size_t i;

	pthread_mutex_lock(&lock);
	json_open(j, "faulty", '{');
	json_open(j, "files", '{');
	for (i = RRD_NO_FAULT + 1; i < RRD_FAULT_KINDS; i++)
		json_number(j, words[i], faults.files[i]);
	json_close(j, '}');
	json_open(j, "newest", '[');
	for (i = faults.count; i-- > 0;) {
		json_open(j, NULL, '{');
		json_text(j, "kind", words[faults.newest[i].kind]);
		json_text(j, "path", faults.newest[i].path);
		json_text(j, "why", faults.newest[i].why);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
	pthread_mutex_unlock(&lock);
}

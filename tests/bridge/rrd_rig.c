#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* nftw() */
#endif
#include "tests/bridge/rrd_rig.h"

#include <errno.h>
#include <ftw.h>
#include <pthread.h>
#include <rrd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/buffer.h"
#include "gmetad-bridge/counters.h"

static char *archives[] = {"RRA:AVERAGE:0.5:1:100", "RRA:AVERAGE:0.5:4:50", NULL};
static char *few[] = {"RRA:AVERAGE:0.5:1:10", NULL};
static char *none[] = {NULL};

/* The log --------------------------------------------------------------------- */

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static char log_text[65536];

void
log_line(const char *format, ...)
{
	size_t len;
	va_list args;

	pthread_mutex_lock(&log_lock);
	len = strlen(log_text);
	va_start(args, format);
	vsnprintf(log_text + len, sizeof(log_text) - len, format, args);
	va_end(args);
	len = strlen(log_text);
	snprintf(log_text + len, sizeof(log_text) - len, "\n");
	pthread_mutex_unlock(&log_lock);
}

bool
rig_logged(const char *text)
{
	bool found;

	pthread_mutex_lock(&log_lock);
	found = strstr(log_text, text) != NULL;
	pthread_mutex_unlock(&log_lock);
	if (!found)
		print_message("# not in the log: %s\n# the log:\n%s", text, log_text);
	return found;
}

size_t
rig_logged_times(const char *text)
{
	const char *at = log_text;
	size_t times = 0;

	pthread_mutex_lock(&log_lock);
	for (; (at = strstr(at, text)) != NULL; at++)
		times++;
	pthread_mutex_unlock(&log_lock);
	return times;
}

/* The configuration -------------------------------------------------------------- */

static void
configure(struct rig *rig)
{
	struct config_rrd *rrd = &rig->config.rrd;

	rig->config.references = 1;
	rig->config.rrd_on = true;
	rrd->rootdir = rig->root;
	rrd->step_s = RIG_STEP;
	rrd->connections = 2;
	rrd->queue_bytes = 1 << 20;
	rrd->summaries = true;
	rrd->umask = -1;
	rrd->archives = archives;
	assert_int_equal(regcomp(&rig->rules[0].metrics, "^no_", REG_EXTENDED), 0);
	rig->rules[0].archives = none;
	assert_int_equal(regcomp(&rig->rules[1].metrics, "^few_", REG_EXTENDED), 0);
	rig->rules[1].archives = few;
	rrd->rules = rig->rules;
	rrd->rule_count = 2;
}

int
rig_begin(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	assert_non_null(rig);
	strcpy(rig->folder, "/tmp/bridge-rrd-XXXXXX");
	assert_non_null(mkdtemp(rig->folder));
	snprintf(rig->root, sizeof(rig->root), "%s/rrds", rig->folder);
	snprintf(rig->socket, sizeof(rig->socket), "%s/socket", rig->folder);
	assert_int_equal(mkdir(rig->root, 0755), 0);
	configure(rig);
	memset(&counters, 0, sizeof(counters));
	log_text[0] = '\0';
	*state = rig;
	return 0;
}

static int
remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status;
	(void)type;
	(void)where;
	return remove(path);
}

void
rig_remove(const char *folder)
{
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int
rig_end(void **state)
{
	struct rig *rig = *state;

	if (rig->rrd != NULL) /* a test that has failed */
		rrd_stop(rig->rrd, clock_ms());
	rig_remove(rig->folder);
	regfree(&rig->rules[0].metrics);
	regfree(&rig->rules[1].metrics);
	free(rig);
	return 0;
}

/* Writing ------------------------------------------------------------------------ */

void
rig_start(struct rig *rig)
{
	rig->rrd = rrd_start(&rig->config);
	assert_non_null(rig->rrd);
}

void
rig_stop(struct rig *rig)
{
	struct rrd *rrd = rig->rrd;

	rrd_flush(rrd, &rig->chunk);
	assert_null(rig->chunk);
	rig->rrd = NULL;
	rrd_stop(rrd, clock_ms() + 60000);
	assert_int_equal(counter_get(&counters.rrd_queued), 0);
}

void
rig_value(struct rig *rig, const char *cluster, const char *host, const char *metric,
          unsigned steps, const char *text, unsigned num)
{
	rrd_line_folder(rig->rrd, &rig->chunk, cluster, host);
	rrd_line_begin(rig->rrd, &rig->chunk, metric);
	rrd_line_value(rig->rrd, &rig->chunk, RIG_START + steps * RIG_STEP, text, num);
	rrd_line_end(rig->rrd, &rig->chunk);
}

bool
rig_wait_for(const atomic_uint_fast64_t *counter, uint64_t value)
{
	struct timespec nap = {.tv_nsec = 1000000};
	int64_t until = clock_ms() + 60000;

	while (counter_get(counter) < value && clock_ms() < until)
		nanosleep(&nap, NULL);
	return counter_get(counter) >= value;
}

/* Looking ------------------------------------------------------------------------ */

static size_t
collect(const void *bytes, size_t len, void *user)
{
	buffer_add(user, bytes, len);
	return len;
}

char *
rig_dump(const char *path)
{
	struct buffer text = {0};

	rrd_clear_error();
	if (rrd_dump_cb_r(path, 1, collect, &text) != 0)
		print_message("# %s\n", rrd_get_error());
	buffer_add(&text, "", 1);
	assert_false(text.failed);
	return text.bytes;
}

void
rig_reference(const char *path, bool sums, char *const *rras, const char *const *values,
              size_t count)
{
	const char *arguments[16] = {"DS:sum:GAUGE:120:U:U"};
	int n = 1;
	size_t i;

	if (sums)
		arguments[n++] = "DS:num:GAUGE:120:U:U";
	for (i = 0; rras[i] != NULL; i++)
		arguments[n++] = rras[i];
	rrd_clear_error();
	assert_int_equal(
	    rrd_create_r(path, RIG_STEP, strtol(values[0], NULL, 10) - 1, n, arguments),
	    0);
	for (i = 0; i < count; i++) {
		const char *value = values[i];

		assert_int_equal(rrd_update_r(path, NULL, 1, &value), 0);
	}
}

void
rig_assert_same(const struct rig *rig, const char *path, const char *reference)
{
	char full[512], *a, *b;

	snprintf(full, sizeof(full), "%s/%s", rig->root, path);
	a = rig_dump(full);
	b = rig_dump(reference);
	assert_true(strlen(b) > 1000);
	assert_string_equal(a, b);
	free(a);
	free(b);
}

bool
rig_exists(const struct rig *rig, const char *path)
{
	char full[512];

	snprintf(full, sizeof(full), "%s/%s", rig->root, path);
	return access(full, F_OK) == 0;
}

void
rig_line(struct rig *rig, const char *const *values, unsigned count)
{
	unsigned i;

	rrd_line_folder(rig->rrd, &rig->chunk, "web", "node1");
	rrd_line_begin(rig->rrd, &rig->chunk, "m");
	for (i = 0; i < count; i++)
		rrd_line_value(rig->rrd, &rig->chunk,
		               (uint32_t)strtoul(values[i], NULL, 10),
		               strchr(values[i], ':') + 1, 0);
	rrd_line_end(rig->rrd, &rig->chunk);
}

void
rig_assert_line(const struct rig *rig, const char *const *values, unsigned count)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/reference", rig->folder);
	rig_reference(path, false, rig->config.rrd.archives, values, count);
	rig_assert_same(rig, "web/node1/m.rrd", path);
}

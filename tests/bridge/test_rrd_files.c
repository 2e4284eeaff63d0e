/* Files of another step, heartbeat or number of data sources than the bridge makes, and files
 * with faults: what others have made, or broken. */
#include "tests/bridge/rrd_daemon.h"

#include <rrd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "common/json.h"
#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/rrd/rrd_faults.h"
#include "gmetad-bridge/rrd/rrd_files.h"
#include "gmetad-bridge/rrd/rrd_header.h"
#include "gmetad-bridge/rrd/rrd_sink.h"
#include "gmetad-bridge/rrd/rrd_words.h"
#include "gmetad-bridge/steps/step_plan.h"

#define STEPS 40 /* of the bridge */

static char *rows[] = {"RRA:AVERAGE:0.5:1:1000", NULL};

/* Makes the file of a metric of "node1" as gmetad does with another polling interval. */
static void
make_old(const struct rig *rig, const char *metric, unsigned step_s,
         unsigned heartbeat_s)
{
	const char *arguments[2] = {NULL, rows[0]};
	char path[200], source[64];

	snprintf(path, sizeof(path), "%s/web", rig->root);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/web/node1", rig->root);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/web/node1/%s.rrd", rig->root, metric);
	snprintf(source, sizeof(source), "DS:sum:GAUGE:%u:U:U", heartbeat_s);
	arguments[0] = source;
	rrd_clear_error();
	assert_int_equal(rrd_create_r(path, step_s, RIG_START - RIG_STEP, 2, arguments),
	                 0);
}

/* Writes a step of a value as archives.c does. */
static void
write_step(struct rig *rig, const char *metric, struct step_mark *mark, unsigned step,
           unsigned number)
{
	uint32_t time_s = RIG_START + step * RIG_STEP;
	bool look = mark->time_s == 0;
	struct step_plan plan =
	    step_value(mark, number, RRD_CHANGED, step > 0 ? time_s - RIG_STEP : 0,
	               time_s, RIG_STEP);
	char text[32];

	rrd_line_folder(rig->rrd, &rig->chunk, "web", "node1");
	rrd_line_begin(rig->rrd, &rig->chunk, metric);
	if (plan.before) {
		snprintf(text, sizeof(text), "%.0f", plan.number_before);
		rrd_line_value(rig->rrd, &rig->chunk, plan.before_s, text, 0);
		rrd_line_span(rig->rrd, &rig->chunk, plan.before_span_s, look);
	}
	if (plan.now) {
		snprintf(text, sizeof(text), "%u", number);
		rrd_line_value(rig->rrd, &rig->chunk, time_s, text, 0);
		rrd_line_span(rig->rrd, &rig->chunk, plan.now_span_s, look);
	}
	rrd_line_end(rig->rrd, &rig->chunk);
}

/* Counts the rows between the first and the last update whose value is not `number`. */
static size_t
other_rows(const struct rig *rig, const char *metric, double number)
{
	time_t from = RIG_START, to = RIG_START + (STEPS - 8) * RIG_STEP;
	unsigned long step = 1, sources;
	char **names, path[200];
	rrd_value_t *data;
	size_t i, count, wrong = 0;

	snprintf(path, sizeof(path), "%s/web/node1/%s.rrd", rig->root, metric);
	rrd_clear_error();
	assert_int_equal(
	    rrd_fetch_r(path, "AVERAGE", &from, &to, &step, &sources, &names, &data),
	    0);
	count = (size_t)(to - from) / step;
	assert_true(count > 5);
	for (i = 0; i < count - 1; i++)
		wrong += !(data[i * sources] == number);
	for (i = 0; i < sources; i++)
		free(names[i]);
	free(names);
	free(data);
	return wrong;
}

static const struct {
	const char *metric;
	unsigned step_s, heartbeat_s;
} old[] = {
    {"s1", 1, 8},    {"s2", 2, 16},    {"s5", 5, 40},     {"s10", 10, 80},
    {"s12", 12, 96}, {"s15", 15, 120}, {"short", 15, 30}, {"s60", 60, 480},
};

static void
write_old(struct rig *rig, size_t first)
{
	struct step_mark marks[COUNT_OF(old)] = {{0}};
	unsigned step, i;

	rig->config.rrd.archives = rows;
	for (i = 0; i < COUNT_OF(old); i++)
		make_old(rig, old[i].metric, old[i].step_s, old[i].heartbeat_s);
	rig_start(rig);
	for (step = 0; step < STEPS; step++)
		for (i = (unsigned)first; i < COUNT_OF(old); i++)
			write_step(rig, old[i].metric, &marks[i], step, 7);
	rig_stop(rig);
	assert_count(rrd_failed, 0);
	assert_count(rrd_created, 0);
}

static void
check_old(const struct rig *rig, size_t first)
{
	size_t wrong = 0, i;

	for (i = first; i < COUNT_OF(old); i++) {
		size_t n = other_rows(rig, old[i].metric, 7);

		if (n > 0)
			print_message("# %s: %zu rows\n", old[i].metric, n);
		wrong += n;
	}
	assert_int_equal(wrong, 0);
}

/* A value that stays is in every row of files of any heartbeat. */
static void
test_heartbeats(void **state)
{
	struct rig *rig = *state;

	write_old(rig, 0);
	check_old(rig, 0);
}

static void
test_heartbeats_gathered(void **state)
{
	struct rig *rig = *state;

	rig->config.rrd.delay_s = 3600;
	write_old(rig, 0);
	check_old(rig, 0);
}

static void
test_heartbeats_rrdcached(void **state)
{
	struct rig *rig = *state;
	pid_t pid = start_rrdcached(rig, rig->socket, "-R", "-F");

	assert_true(pid > 0);
	rig->config.rrd.rrdcached = rig->socket;
	write_old(rig, 0);
	end_rrdcached(pid, SIGTERM);
	check_old(rig, 0);
}

/* A bridge that can't see the files, because rrdcached is said to be on another machine: that
 * serves heartbeats of a step or more. */
static void
test_heartbeats_distant(void **state)
{
	struct rig *rig = *state;
	char address[64];
	pid_t pid = -1;
	unsigned port = 0, i;

	for (i = 0; i < 5 && pid < 0; i++) {
		port = free_port();
		snprintf(address, sizeof(address), "127.0.0.1:%u", port);
		pid = start_rrdcached(rig, address, "-R", "-F");
	}
	assert_true(pid > 0);
	snprintf(address, sizeof(address), "0.0.0.0:%u",
	         port); /* this machine's, too */
	rig->config.rrd.rrdcached = address;
	write_old(rig, 1);
	end_rrdcached(pid, SIGTERM);
	check_old(rig, 1);
}

/* A file of our own gets no more values than before: one in six steps. */
static void
test_own(void **state)
{
	struct rig *rig = *state;
	struct step_mark mark = {0};
	unsigned step;

	rig_start(rig);
	for (step = 0; step < STEPS; step++)
		write_step(rig, "own", &mark, step, 7);
	rig_stop(rig);
	assert_count(rrd_updates, (STEPS + 5) / 6);
	assert_count(rrd_created, 1);
}

/* A disk may not be mounted: the link stays, and is told. */
static void
test_link_to_nowhere(void **state)
{
	struct rig *rig = *state;
	const struct rrd_file file = {.step_s = 15, .archives = rows, .umask = -1};
	struct rrd_header header;
	char path[200], to[8], why[RRD_WHY];

	make_old(rig, "else", 15, 120);
	snprintf(path, sizeof(path), "%s/web/node1/link.rrd", rig->root);
	assert_int_equal(symlink("/no/rrd", path), 0);
	assert_int_equal(rrd_header_read(path, false, true, &header, why), RRD_FOLDER);
	assert_true(header.there);
	assert_int_equal(rrd_make_file(rig->root, path, &file), -1);
	assert_int_equal(readlink(path, to, sizeof(to)), 7);
}

/* A header that is longer than what is read of it: as if the heartbeat were that short that
 * each step is needed. */
static void
test_long_header(void **state)
{
	struct rig *rig = *state;
	struct step_mark mark = {0};
	const char *arguments[201] = {"DS:sum:GAUGE:40:U:U"};
	char path[200];
	unsigned i;

	rig->config.rrd.archives = rows;
	for (i = 1; i < COUNT_OF(arguments); i++)
		arguments[i] = rows[0];
	make_old(rig, "else", 15, 120);
	snprintf(path, sizeof(path), "%s/web/node1/long.rrd", rig->root);
	assert_int_equal(rrd_create_r(path, 10, RIG_START - RIG_STEP,
	                              COUNT_OF(arguments), arguments),
	                 0);
	rig_start(rig);
	for (i = 0; i < STEPS; i++)
		write_step(rig, "long", &mark, i, 7);
	rig_stop(rig);
	assert_int_equal(other_rows(rig, "long", 7), 0);
}

/* Time in which a value was not looked at stays unknown. */
static void
test_gap(void **state)
{
	struct rig *rig = *state;
	struct step_mark mark = {0};
	unsigned step;

	rig->config.rrd.archives = rows;
	make_old(rig, "gap", 10, 80);
	rig_start(rig);
	for (step = 0; step < STEPS; step++)
		if (step < 10 || step >= 30)
			write_step(rig, "gap", &mark, step, 7);
	rig_stop(rig);
	assert_true(other_rows(rig, "gap", 7) > 20);
}

/* Faults --------------------------------------------------------------------------- */

static char *
shown(void)
{
	struct buffer text = {0};
	struct json j = {.buffer = &text, .ascii = true};

	json_open(&j, NULL, '{');
	rrd_faults_show(&j);
	json_close(&j, '}');
	buffer_add(&text, "", 1);
	return text.bytes;
}

static void
assert_shown(const char *what, bool is)
{
	char *text = shown();

	if ((strstr(text, what) != NULL) != is)
		print_message("# %s: %s\n", what, text);
	assert_int_equal(strstr(text, what) != NULL, is);
	free(text);
}

static void
write_file(const struct rig *rig, const char *metric, const char *text, size_t len)
{
	char path[200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/web/node1/%s.rrd", rig->root, metric);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	fclose(f);
}

static void
make_two(const struct rig *rig, const char *metric)
{
	const char *arguments[] = {"DS:sum:GAUGE:120:U:U", "DS:num:GAUGE:120:U:U",
	                           rows[0]};
	char path[200];

	snprintf(path, sizeof(path), "%s/web/node1/%s.rrd", rig->root, metric);
	assert_int_equal(rrd_create_r(path, 15, RIG_START - 15, 3, arguments), 0);
}

static void
make_other(const struct rig *rig, const char *metric, const char *source, time_t start)
{
	const char *arguments[] = {source, rows[0]};
	char path[200];

	snprintf(path, sizeof(path), "%s/web/node1/%s.rrd", rig->root, metric);
	assert_int_equal(rrd_create_r(path, 15, start, 2, arguments), 0);
}

static const char *const faulty[] = {"empty", "cut",   "header", "foreign", "folder",
                                     "two",   "other", "future", "beat"};

static void
make_faulty(const struct rig *rig)
{
	char path[200], folder[200];

	make_old(rig, "good", 15, 120);
	make_old(rig, "cut", 15, 120);
	make_old(rig, "header", 15, 120);
	make_old(rig, "beat", 1, 2);
	snprintf(path, sizeof(path), "%s/web/node1/cut.rrd", rig->root);
	assert_int_equal(truncate(path, 5000), 0);
	snprintf(path, sizeof(path), "%s/web/node1/header.rrd", rig->root);
	assert_int_equal(truncate(path, 200), 0);
	write_file(rig, "empty", "", 0);
	write_file(rig, "foreign", "this is no RRD", 14);
	snprintf(folder, sizeof(folder), "%s/web/node1/folder.rrd", rig->root);
	assert_int_equal(mkdir(folder, 0755), 0);
	make_two(rig, "two");
	make_other(rig, "other", "DS:speed:GAUGE:120:U:U", RIG_START - 15);
	make_other(rig, "future", "DS:sum:GAUGE:120:U:U", RIG_START + 1000000);
}

static void
write_faulty(struct rig *rig, unsigned step, bool look)
{
	size_t i;

	for (i = 0; i <= COUNT_OF(faulty); i++) {
		rrd_line_folder(rig->rrd, &rig->chunk, "web", "node1");
		rrd_line_begin(rig->rrd, &rig->chunk,
		               i < COUNT_OF(faulty) ? faulty[i] : "good");
		rrd_line_value(rig->rrd, &rig->chunk, RIG_START + step * RIG_STEP, "1",
		               0);
		rrd_line_span(rig->rrd, &rig->chunk, RIG_STEP, look);
		rrd_line_end(rig->rrd, &rig->chunk);
	}
	rrd_flush(rig->rrd, &rig->chunk);
}

static void
check_faulty(void)
{
	assert_shown("\"empty\":1,\"cut\":2,\"foreign\":1,\"folder\":1,\"denied\":0,"
	             "\"future\":1,\"sources\":2,\"heartbeat\":1,\"newer\":0",
	             true);
	assert_shown(
	    "{\"kind\":\"sources\",\"path\":\"web/node1/two.rrd\",\"why\":\"it has 2 "
	    "data sources, not 1\"}",
	    true);
}

static void
remove_faulty(const struct rig *rig)
{
	char path[200];
	size_t i;

	for (i = 0; i < COUNT_OF(faulty); i++) {
		snprintf(path, sizeof(path), "%s/web/node1/%s.rrd", rig->root,
		         faulty[i]);
		assert_int_equal(remove(path), 0);
	}
}

/* Faulty files are counted by kind and shown, and don't come again in the log; the others get
 * their values; and what is repaired is used again. */
static void
assert_faults(struct rig *rig)
{
	rig->config.rrd.archives = rows;
	rig->config.rrd.connections = 1;
	rrd_files_again_s = 1000;
	make_faulty(rig);
	rig_start(rig);
	write_faulty(rig, 0, true);
	rig_wait(rrd_failed, COUNT_OF(faulty));
	rig_wait(rrd_updates, 1);
	rrd_faults_tell(clock_ms(), true);
	assert_true(
	    rig_logged("1 empty, 2 cut, 1 foreign, 1 folder, 1 future, 2 sources, "
	               "1 heartbeat; such as web/node1/empty.rrd: it is empty; now "
	               "there are 9"));
	check_faulty();
	write_faulty(rig, 1, false);
	rig_wait(rrd_failed, 2 * COUNT_OF(faulty));
	rrd_faults_tell(clock_ms(), true);
	assert_false(rig_logged("values refused"));
	check_faulty();

	rrd_files_again_s = 0;
	remove_faulty(rig);
	write_faulty(rig, 2, false);
	rig_wait(rrd_updates, 3 + COUNT_OF(faulty));
	rig_stop(rig);
	assert_count(rrd_failed, 2 * COUNT_OF(faulty));
	assert_count(rrd_created, COUNT_OF(faulty));
	assert_shown("\"empty\":0,\"cut\":0,\"foreign\":0,\"folder\":0,\"denied\":0,"
	             "\"future\":0,\"sources\":0,\"heartbeat\":0,\"newer\":0",
	             true);
	assert_shown("\"newest\":[]", true);
}

static void
test_faults(void **state)
{
	assert_faults(*state);
}

static void
test_faults_rrdcached(void **state)
{
	struct rig *rig = *state;
	pid_t pid = start_rrdcached(rig, rig->socket, "-R", "-F");

	assert_true(pid > 0);
	rig->config.rrd.rrdcached = rig->socket;
	assert_faults(rig);
	end_rrdcached(pid, SIGTERM);
}

#define NOBODY 65534

/* A file that may not be written is used as soon as it may; nothing else waits for that. */
static void
test_denied(void **state)
{
	struct rig *rig = *state;
	struct step_mark mark = {0};
	char path[200];

	rig->config.rrd.archives = rows;
	make_old(rig, "closed", 15, 120);
	make_old(rig, "good", 15, 120);
	snprintf(path, sizeof(path), "%s/web/node1/good.rrd", rig->root);
	assert_int_equal(chmod(path, 0666), 0);
	snprintf(path, sizeof(path), "%s/web/node1/closed.rrd", rig->root);
	assert_int_equal(chmod(path, 0444), 0);
	assert_int_equal(chmod(rig->folder, 0755), 0);
	rrd_files_again_s = 0;
	if (geteuid() == 0) /* who may write all */
		assert_int_equal(seteuid(NOBODY), 0);
	rig_start(rig);
	write_step(rig, "closed", &mark, 1, 1);
	rig_value(rig, "web", "node1", "good", 1, "1", 0);
	rrd_flush(rig->rrd, &rig->chunk);
	rig_wait(rrd_failed, 1);
	rig_wait(rrd_updates, 1);
	assert_shown("\"denied\":1", true);
	assert_shown("AppArmor's profile or SELinux forbids it (Permission denied)",
	             true);
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(chmod(path, 0666), 0);
	if (getuid() == 0)
		assert_int_equal(seteuid(NOBODY), 0);
	write_step(rig, "closed", &mark, 2, 2);
	rig_stop(rig);
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
	assert_count(rrd_failed, 1);
	assert_count(rrd_updates, 2);
	assert_shown("\"denied\":0", true);
}

/* A second program that writes the same file is told of once, and its values stay. */
static void
assert_newer(struct rig *rig, const char *said)
{
	unsigned i;

	rig_start(rig);
	rig_value(rig, "web", "node1", "m", 9, "1", 0);
	rrd_flush(rig->rrd, &rig->chunk);
	rig_wait(rrd_updates, 1);
	for (i = 0; i < 20; i++) {
		rig_value(rig, "web", "node1", "m", 8, "1", 0);
		rrd_flush(rig->rrd, &rig->chunk);
	}
	rig_wait(rrd_failed, 20);
	rig_value(rig, "web", "node1", "m", 10, "1", 0);
	assert_shown("\"newer\":1", true);
	rig_stop(rig);
	assert_count(rrd_updates, 2);
	assert_true(
	    rig_logged("1 newer; such as web/node1/m.rrd: the file has newer values"));
	assert_true(rig_logged(said));
	assert_false(rig_logged("values refused"));
}

static void
test_newer(void **state)
{
	assert_newer(*state, "illegal attempt to update using time 1700000130 when");
}

static void
test_newer_rrdcached(void **state)
{
	struct rig *rig = *state;
	pid_t pid = start_rrdcached(rig, rig->socket, "-R", "-F");

	assert_true(pid > 0);
	rig->config.rrd.rrdcached = rig->socket;
	assert_newer(rig,
	             "illegal attempt to update using time 1700000130.000000 when");
	end_rrdcached(pid, SIGTERM);
}

/* At most twenty are shown, the newest first; a line is not logged more than once a minute. */
static void
test_bounds(void **state)
{
	char name[32], *text, *at;
	unsigned i, found = 0;

	(void)state;
	rrd_faults_clear();
	for (i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "web/\"%u\"<.rrd", i);
		rrd_faults_add(RRD_EMPTY, name, "it is empty");
		rrd_faults_tell(1000 + i, false);
	}
	assert_false(rig_logged("files that can't"));
	rrd_faults_tell(3100, false);
	assert_true(rig_logged(
	    "50 empty; such as web/\"0\"<.rrd: it is empty; now there are 50"));
	rrd_faults_add(RRD_CUT, "web/cut", "it is cut");
	rrd_faults_tell(4000, false);
	rrd_faults_tell(63000, false);
	assert_false(rig_logged("1 cut"));
	rrd_faults_tell(63200, false);
	assert_true(rig_logged("1 cut; such as web/cut"));
	text = shown();
	for (at = text; (at = strstr(at, "\"path\"")) != NULL; at++)
		found++;
	assert_int_equal(found, 20);
	assert_non_null(strstr(text, "\"newest\":[{\"kind\":\"cut\""));
	free(text);
}

/* What is said, and what it means. */
static void
test_words(void **state)
{
	static const struct {
		enum rrd_speaker speaker;
		const char *said;
		enum rrd_fault fault;
		const char *means;
	} cases[] = {
	    {RRD_LIBRRD, "opening '/x.rrd': Read-only file system", RRD_NO_FAULT,
	     "ReadWritePaths= of the systemd unit"},
	    {RRD_LIBRRD, "opening '/x.rrd': Permission denied", RRD_DENIED, "AppArmor"},
	    {RRD_RRDCACHED, "/x.rrd: Permission denied", RRD_OUTSIDE, "base folder"},
	    {RRD_RRDCACHED, "Permission denied.", RRD_NO_FAULT,
	     "BATCH, UPDATE and CREATE"},
	    {RRD_RRDCACHED, "RRD Error: opening '/x.rrd': Permission denied",
	     RRD_DENIED, "rrdcached can't open it"},
	    {RRD_RRDCACHED, "Not a regular file: /x.rrd", RRD_FOLDER, "Not a regular"},
	    {RRD_RRDCACHED, "No such file: /x.rrd", RRD_NO_FAULT, "container"},
	    {RRD_LIBRRD,
	     "illegal attempt to update using time 100 when last update time is 130 "
	     "(minimum one second step)",
	     RRD_NEWER, "newer values"},
	    {RRD_LIBRRD,
	     "illegal attempt to update using time 100 when last update time is 200 "
	     "(minimum one second step)",
	     RRD_FUTURE, "in the future"},
	    {RRD_LIBRRD, "something else", RRD_NO_FAULT, "something else"},
	};
	char text[RRD_WHY];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(rrd_words(cases[i].speaker, cases[i].said, text),
		                 cases[i].fault);
		assert_non_null(strstr(text, cases[i].means));
		assert_non_null(strstr(text, cases[i].said));
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_begin, rig_end)
	const struct CMUnitTest tests[] = {
	    TEST(test_heartbeats),
	    TEST(test_heartbeats_gathered),
	    TEST(test_heartbeats_rrdcached),
	    TEST(test_heartbeats_distant),
	    TEST(test_own),
	    TEST(test_link_to_nowhere),
	    TEST(test_long_header),
	    TEST(test_gap),
	    TEST(test_faults),
	    TEST(test_faults_rrdcached),
	    TEST(test_denied),
	    TEST(test_newer),
	    TEST(test_newer_rrdcached),
	    TEST(test_bounds),
	    TEST(test_words),
	};

	return cmocka_run_group_tests_name("files of others", tests, NULL, NULL);
}

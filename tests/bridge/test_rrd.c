/* Values into RRDs by librrd: the same files as gmetad's. */
#include "tests/bridge/rrd_rig.h"

#include <fcntl.h>
#include <rrd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/rrd/rrd_guard.h"

static char *gmetads[] = {"RRA:AVERAGE:0.5:1:5856", "RRA:AVERAGE:0.5:4:20160",
                          "RRA:AVERAGE:0.5:40:52704", NULL};

/* A host's file, a cluster's sum and the grid's are those that gmetad makes. */
static void
test_files_as_gmetad(void **state)
{
	static const char *host[] = {"1700000010:1.5", "1700000025:2"};
	static const char *sums[] = {"1700000010:3.0:2", "1700000025:5.0:2"};
	struct rig *rig = *state;
	struct stat status;
	char path[128];

	rig->config.rrd.archives = gmetads;
	rig_start(rig);
	rig_value(rig, "web", "node1", "load_one", 0, "1.5", 0);
	rig_value(rig, "web", NULL, "load_one", 0, "3.0", 2);
	rig_value(rig, NULL, NULL, "load_one", 0, "3.0", 2);
	rig_value(rig, "web", "node1", "load_one", 1, "2", 0);
	rig_value(rig, "web", NULL, "load_one", 1, "5.0", 2);
	rig_value(rig, NULL, NULL, "load_one", 1, "5.0", 2);
	rig_stop(rig);
	assert_count(rrd_updates, 6);
	assert_count(rrd_created, 3);
	assert_count(rrd_failed, 0);
	assert_count(rrd_dropped, 0);

	snprintf(path, sizeof(path), "%s/reference", rig->folder);
	rig_reference(path, false, gmetads, host, 2);
	rig_assert_same(rig, "web/node1/load_one.rrd", path);
	rig_reference(path, true, gmetads, sums, 2);
	rig_assert_same(rig, "web/__SummaryInfo__/load_one.rrd", path);
	rig_assert_same(rig, "__SummaryInfo__/load_one.rrd", path);

	snprintf(path, sizeof(path), "%s/web/node1/load_one.rrd", rig->root);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_size, 630760);
	assert_int_equal(status.st_mode & 0777, 0644);
	assert_true(status.st_blocks * 512 >= status.st_size); /* no holes */
}

#define HOSTS 20
#define STEPS 50

/* Over several steps and writers the values of each file come in their order, though
 * files are made at the same time. */
static void
assert_order(void **state, unsigned delay_s)
{
	static char texts[STEPS][32];
	const char *values[STEPS];
	struct rig *rig = *state;
	char path[128], name[32], text[16];
	unsigned i, step;

	rig->config.rrd.connections = 4;
	rig->config.rrd.delay_s = delay_s;
	rig_start(rig);
	for (step = 0; step < STEPS; step++) {
		snprintf(text, sizeof(text), "%u", step * step);
		snprintf(texts[step], sizeof(texts[step]), "%u:%s",
		         RIG_START + step * RIG_STEP, text);
		values[step] = texts[step];
		for (i = 0; i < HOSTS; i++) {
			snprintf(name, sizeof(name), "node%u", i);
			rig_value(rig, "web", name, "m", step, text, 0);
		}
		rrd_flush(rig->rrd, &rig->chunk);
	}
	rig_stop(rig);
	assert_count(rrd_updates, HOSTS * STEPS);
	assert_count(rrd_created, HOSTS);
	snprintf(path, sizeof(path), "%s/reference", rig->folder);
	rig_reference(path, false, rig->config.rrd.archives, values, STEPS);
	for (i = 0; i < HOSTS; i++) {
		snprintf(name, sizeof(name), "web/node%u/m.rrd", i);
		rig_assert_same(rig, name, path);
	}
}

static void
test_order(void **state)
{
	assert_order(state, 0);
}

/* The same when values are gathered, for longer than this runs: all are written at
 * the end. More of a file than fit into one line are written when they don't. */
static void
test_gathered(void **state)
{
	assert_order(state, 3600);
	assert_count(rrd_queued, 0);
}

/* What is gathered is written when its turn comes, also when no more comes. */
static void
test_turns(void **state)
{
	struct rig *rig = *state;
	char name[32];
	unsigned i;

	rig->config.rrd.delay_s = 2;
	rig_start(rig);
	for (i = 0; i < HOSTS; i++) {
		snprintf(name, sizeof(name), "node%u", i);
		rig_value(rig, "web", name, "m", 0, "1", 0);
		rig_value(rig, "web", name, "m", 1, "2", 0);
	}
	rrd_flush(rig->rrd, &rig->chunk);
	rig_wait(rrd_updates, 2 * HOSTS);
	assert_count(rrd_created, HOSTS);
	rig_stop(rig);
	assert_count(rrd_updates, 2 * HOSTS);
}

/* Of a line of several values those that are too old are refused, the others not. */
static void
test_several_values(void **state)
{
	static const char *values[] = {"1700000010:1", "1700000025:2", "1700000040:3",
	                               "1700000055:4"};
	struct rig *rig = *state;

	rig_start(rig);
	rig_value(rig, "web", "node1", "m", 0, "1", 0);
	rig_value(rig, "web", "node1", "m", 1, "2", 0);
	rig_line(rig, values, 4);
	rig_stop(rig);
	assert_count(rrd_updates, 4);
	assert_count(rrd_failed, 2);
	rig_assert_line(rig, values, 4);
}

/* As many values as a line holds, which is more than one call takes. */
static void
test_long_line(void **state)
{
	struct rig *rig = *state;
	unsigned i;

	rig_start(rig);
	rrd_line_folder(rig->rrd, &rig->chunk, "web", "node1");
	rrd_line_begin(rig->rrd, &rig->chunk, "m");
	for (i = 0; i < 1000; i++)
		rrd_line_value(rig->rrd, &rig->chunk, RIG_START + i, "1", 0);
	rrd_line_end(rig->rrd, &rig->chunk);
	rig_stop(rig);
	assert_true(counter_get(&counters.rrd_updates) > 200);
	assert_int_equal(counter_get(&counters.rrd_updates) +
	                     counter_get(&counters.rrd_dropped),
	                 1000);
	assert_count(rrd_failed, 0);
}

/* Rules of archives by name; metrics without any are left out. */
static void
test_archives(void **state)
{
	static const char *values[] = {"1700000010:1"};
	struct rig *rig = *state, other;
	char path[128];

	other = *rig;
	other.config.rrd.rule_count = 0;
	rig_start(rig);
	rig_value(rig, "web", "node1", "no_file", 0, "1", 0);
	rig_value(rig, "web", "node1", "few_rows", 0, "1", 0);
	rrd_flush(rig->rrd, &rig->chunk);
	rig_wait(rrd_updates, 1);
	rrd_reload(rig->rrd, &other.config);
	rig_value(rig, "web", "node1", "no_longer", 0, "1", 0);
	rig_stop(rig);
	assert_false(rig_exists(rig, "web/node1/no_file.rrd"));
	assert_true(rig_exists(rig, "web/node1/no_longer.rrd"));
	assert_count(rrd_updates, 2);
	assert_count(rrd_failed, 0);
	assert_count(rrd_dropped, 0);
	snprintf(path, sizeof(path), "%s/reference", rig->folder);
	rig_reference(path, false, rig->rules[1].archives, values, 1);
	rig_assert_same(rig, "web/node1/few_rows.rrd", path);
}

static void
test_names(void **state)
{
	static const char *const bad[] = {
	    "",
	    ".",
	    "..",
	    "../x",
	    ".x",
	    "a/b",
	    "/",
	    "a\nb",
	    "a\x7f",
	    "\xc3\xa4",
	    "__SummaryInfo__",
	};
	struct rig *rig = *state;
	char longest[5000];
	size_t i;

	rig->config.rrd.lower_case = true;
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	rig_start(rig);
	for (i = 0; i < COUNT_OF(bad); i++) {
		rig_value(rig, bad[i], "node1", "m", 0, "1", 0);
		rig_value(rig, "web", bad[i], "m", 0, "1", 0);
		rig_value(rig, "web", "node1", bad[i], 0, "1", 0);
	}
	rig_value(rig, "web", "node1", longest, 0, "1", 0);
	rig_value(rig, NULL, "node1", "m", 0, "1", 0);
	rig_value(rig, "Big \\ web", "Node1", "M x", 0, "1", 0);
	rig_value(rig, "Big \\ web", "Node1", "M x", 1, "1", 0);
	rig_value(rig, "Big \\ web", NULL, "M", 0, "1", 1);
	rig_stop(rig);
	assert_count(rrd_dropped, 3 * COUNT_OF(bad) + 2);
	assert_count(rrd_created, 2);
	assert_count(rrd_updates, 3);
	assert_true(rig_exists(rig, "Big \\ web/node1/M x.rrd"));
	assert_true(rig_exists(rig, "Big \\ web/__SummaryInfo__/M.rrd"));
	assert_false(rig_exists(rig, "web"));
}

static void
test_texts(void **state)
{
	static const char *const bad[] = {"", "1:2", "1 2", "nan", "1\n", "U"};
	struct rig *rig = *state;
	size_t i;

	rig_start(rig);
	for (i = 0; i < COUNT_OF(bad); i++)
		rig_value(rig, "web", "node1", "m", 0, bad[i], 0);
	assert_count(rrd_dropped, COUNT_OF(bad));
	rig_value(rig, "web", "node1", "m", 0, "-1.5e+3", 0);
	rig_value(rig, "web", "node1", "m", 1, "1.2.3", 0); /* RRDtool's matter */
	rig_stop(rig);
	assert_count(rrd_updates, 1);
	assert_count(rrd_failed, 1);
	assert_true(rig_logged("web/node1/m.rrd"));
}

/* A path that can't be made, or isn't a file, or no RRD, is nobody else's matter. */
static void
test_bad_files(void **state)
{
	struct rig *rig = *state;
	char path[160];
	FILE *f;

	snprintf(path, sizeof(path), "%s/web", rig->root);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/web/taken", rig->root);
	f = fopen(path, "w");
	assert_non_null(f);
	fclose(f);
	snprintf(path, sizeof(path), "%s/web/text.rrd", rig->root);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/web/node1", rig->root);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/web/node1/text.rrd", rig->root);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("no RRD at all, though long enough for the first look", f);
	fclose(f);
	snprintf(path, sizeof(path), "%s/web/node1/folder.rrd", rig->root);
	assert_int_equal(mkdir(path, 0755), 0);

	rig_start(rig);
	rig_value(rig, "web", "taken", "m", 0, "1", 0);
	rig_value(rig, "web", "node1", "text", 0, "1", 0);
	rig_value(rig, "web", "node1", "folder", 0, "1", 0);
	rig_value(rig, "web", "node1", "m", 0, "1", 0);
	rig_stop(rig);
	assert_count(rrd_failed, 3);
	assert_count(rrd_updates, 1);
	assert_true(rig_logged("1 foreign, 2 folder; such as web/"));
}

/* A root that isn't there is not made, whatever comes. */
static void
test_no_root(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(rmdir(rig->root), 0);
	rig_start(rig);
	rig_value(rig, "web", "node1", "m", 0, "1", 0);
	rig_value(rig, "web", "node2", "m", 0, "1", 0);
	rig_stop(rig);
	assert_count(rrd_failed, 2);
	assert_count(rrd_created, 0);
	assert_false(rig_exists(rig, ""));
	assert_true(rig_logged("No such file"));
}

/* A file that another program has locked for long. */
static void
test_locked(void **state)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	struct rig *rig = *state;
	char path[160], byte = 0;
	int pipes[2], fd, status;
	pid_t child;

	rig_start(rig);
	rig_value(rig, "web", "node1", "m", 0, "1", 0);
	rrd_flush(rig->rrd, &rig->chunk);
	rig_wait(rrd_updates, 1);
	snprintf(path, sizeof(path), "%s/web/node1/m.rrd", rig->root);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pipes), 0);
	child = fork();
	if (child == 0) {
		fd = open(path, O_RDWR);
		fcntl(fd, F_SETLK, &lock);
		_exit(write(pipes[1], &byte, 1) != 1 || read(pipes[1], &byte, 1) != 1);
	}
	assert_int_equal(read(pipes[0], &byte, 1), 1);
	rig_value(rig, "web", "node1", "m", 1, "1", 0);
	rig_stop(rig);
	assert_int_equal(write(pipes[0], &byte, 1), 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	close(pipes[0]);
	close(pipes[1]);
	assert_count(rrd_failed, 1);
	assert_true(rig_logged("could not lock"));
}

/* At the deadline what is left is counted. */
static void
test_deadline(void **state)
{
	struct rig *rig = *state;
	char name[32];
	unsigned i;

	rig_start(rig);
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "m%u", i);
		rig_value(rig, "web", "node1", name, 0, "1", 0);
	}
	rrd_flush(rig->rrd, &rig->chunk);
	rrd_stop(rig->rrd, clock_ms());
	rig->rrd = NULL;
	assert_int_equal(counter_get(&counters.rrd_updates) +
	                     counter_get(&counters.rrd_dropped),
	                 1000);
	assert_true(counter_get(&counters.rrd_dropped) > 0);
	assert_count(rrd_queued, 0);
	assert_true(rig_logged("not written in time"));
}

/* Nothing waits where the queue is full. */
static void
test_bound(void **state)
{
	struct rig *rig = *state;
	char name[32];
	unsigned i;

	rig->config.rrd.rrdcached = rig->socket; /* which isn't there */
	rig->config.rrd.queue_bytes = 100000;
	rig_start(rig);
	for (i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name), "node%u", i);
		rig_value(rig, "web", name, "m", 0, "1", 0);
		assert_true(counter_get(&counters.rrd_queued) <= 100000);
	}
	rrd_flush(rig->rrd, &rig->chunk);
	assert_true(counter_get(&counters.rrd_queued) > 70000);
	assert_true(counter_get(&counters.rrd_dropped) > 5000);
	assert_true(rig_logged("wait to be written"));
	rrd_stop(rig->rrd, clock_ms());
	rig->rrd = NULL;
	assert_count(rrd_dropped, 10000);
	assert_count(rrd_queued, 0);
}

/* The same for files that have to be made. */
static void
test_bound_of_creator(void **state)
{
	struct rig *rig = *state;
	char name[32];
	unsigned i;

	rig->config.rrd.queue_bytes = 200000;
	rig_start(rig);
	for (i = 0; i < 1500; i++) {
		snprintf(name, sizeof(name), "m%u", i);
		rig_value(rig, "web", "node1", name, 0, "1", 0);
	}
	rig_stop(rig);
	assert_int_equal(counter_get(&counters.rrd_updates) +
	                     counter_get(&counters.rrd_dropped),
	                 1500);
	assert_true(counter_get(&counters.rrd_updates) > 0);
	assert_count(rrd_failed, 0);
	assert_int_equal(counter_get(&counters.rrd_updates),
	                 counter_get(&counters.rrd_created));
}

static void
write_behind_the_end(void *argument)
{
	*(volatile char *)argument = 1;
}

/* A page without a block is no reason to die; nothing of the file stays mapped. */
static void
test_guard(void **state)
{
	struct rig *rig = *state;
	char path[160];
	char *map;
	int fd;

	snprintf(path, sizeof(path), "%s/empty", rig->root);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(map != MAP_FAILED);
	assert_int_equal(madvise(map + 4096, 4096, MADV_RANDOM), 0);
	rrd_guard_install();
	assert_false(rrd_guard_call(write_behind_the_end, map, path));
	assert_int_equal(fcntl(fd, F_GETFD), -1);         /* closed */
	assert_int_equal(msync(map, 4096, MS_ASYNC), -1); /* and unmapped */
	assert_int_equal(msync(map + 4096, 4096, MS_ASYNC), -1);
	assert_true(rrd_guard_call(write_behind_the_end, path, path));
}

static mode_t
mode_of(const struct rig *rig, const char *path)
{
	char whole[160];
	struct stat status;

	snprintf(whole, sizeof(whole), "%s/%s", rig->root, path);
	assert_int_equal(stat(whole, &status), 0);
	return status.st_mode & 07777;
}

/* The umask of the configuration counts in both directions, and only for what is made; the
 * process keeps its own. Without one, librrd makes files of 0644. */
static void
test_umask(void **state)
{
	struct rig *rig = *state;
	mode_t mask = umask(027);
	char web[160];

	rig_start(rig);
	rig_value(rig, "web", "node1", "m", 0, "1", 0);
	rig_stop(rig);
	assert_int_equal(mode_of(rig, "web/node1"), 0750);
	assert_int_equal(mode_of(rig, "web/node1/m.rrd"), 0644);

	rig->config.rrd.umask = 02;
	snprintf(web, sizeof(web), "%s/web", rig->root);
	assert_int_equal(chmod(web, 02750), 0); /* new folders get its group */
	rig_start(rig);
	rig_value(rig, "web", "node1", "m", 1, "1", 0);
	rig_value(rig, "web", "node2", "m", 1, "1", 0);
	rig_stop(rig);
	assert_int_equal(mode_of(rig, "web"), 02750);
	assert_int_equal(mode_of(rig, "web/node1/m.rrd"), 0644);
	assert_int_equal(mode_of(rig, "web/node2"), 02775);
	assert_int_equal(mode_of(rig, "web/node2/m.rrd"), 0664);

	rig->config.rrd.umask = 077;
	rig_start(rig);
	rig_value(rig, "web", "node3", "m", 2, "1", 0);
	rig_value(rig, "web", NULL, "m", 2, "1", 1);
	rig_stop(rig);
	assert_int_equal(mode_of(rig, "web/node3"), 02700);
	assert_int_equal(mode_of(rig, "web/node3/m.rrd"), 0600);
	assert_int_equal(mode_of(rig, "web/__SummaryInfo__/m.rrd"), 0600);
	assert_int_equal(umask(mask), 027);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_begin, rig_end)
	const struct CMUnitTest tests[] = {
	    TEST(test_files_as_gmetad),
	    TEST(test_order),
	    TEST(test_gathered),
	    TEST(test_turns),
	    TEST(test_several_values),
	    TEST(test_long_line),
	    TEST(test_archives),
	    TEST(test_names),
	    TEST(test_texts),
	    TEST(test_bad_files),
	    TEST(test_no_root),
	    TEST(test_locked),
	    TEST(test_deadline),
	    TEST(test_bound),
	    TEST(test_bound_of_creator),
	    TEST(test_umask),
	    TEST(test_guard),
	};

	return cmocka_run_group_tests_name("rrd", tests, NULL, NULL);
}

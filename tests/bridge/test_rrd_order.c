/* Folders of RRDs that move and are removed, among the lines that are written into them. */
#include "tests/bridge/rrd_daemon.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/rrd/rrd_order.h"
#include "tests/bridge/fake_rrdcached.h"

#define CLUSTER "my web"
#define METRICS 10

/* A value of each metric. */
static void
values(struct rig *rig, const char *host, unsigned step)
{
	char metric[24], text[24];
	unsigned i;

	for (i = 0; i < METRICS; i++) {
		snprintf(metric, sizeof(metric), "m%u", i);
		snprintf(text, sizeof(text), "%u", step);
		rig_value(rig, CLUSTER, host, metric, step, text, 0);
	}
	rrd_flush(rig->rrd, &rig->chunk);
}

static struct rrd_order *
move(struct rig *rig, const char *host, const char *to, bool replace)
{
	struct rrd_order *order =
	    rrd_order(rig->rrd, RRD_MOVE, CLUSTER, host, to, replace);

	assert_non_null(order);
	return order;
}

static struct rrd_order *
take_away(struct rig *rig, const char *host)
{
	struct rrd_order *order =
	    rrd_order(rig->rrd, RRD_REMOVE, CLUSTER, host, NULL, false);

	assert_non_null(order);
	return order;
}

/* Waits for the order's end, and releases it. */
static enum rrd_order_result
ends(struct rrd_order *order, char text[RRD_ORDER_TEXT])
{
	struct timespec nap = {.tv_nsec = 1000000};
	int64_t until = clock_ms() + 60000;
	enum rrd_order_result result;

	while ((result = rrd_order_result(order, text)) == RRD_ORDER_WAITS &&
	       clock_ms() < until)
		nanosleep(&nap, NULL);
	rrd_order_release(order);
	return result;
}

static void
assert_ends(struct rrd_order *order, enum rrd_order_result want, const char *says)
{
	char text[RRD_ORDER_TEXT];
	enum rrd_order_result result = ends(order, text);

	if (result != want || strstr(text, says) == NULL)
		fail_msg("%d: %s", result, text);
}

/* The files of the host have the values of these steps, and of no others. */
static void
assert_steps(const struct rig *rig, const char *host, unsigned first, unsigned count)
{
	static char texts[16][48];
	const char *want[16];
	char path[128], reference[128];
	unsigned i;

	for (i = 0; i < count; i++) {
		snprintf(texts[i], sizeof(texts[i]), "%u:%u",
		         RIG_START + (first + i) * RIG_STEP, first + i);
		want[i] = texts[i];
	}
	snprintf(reference, sizeof(reference), "%s/reference", rig->folder);
	rig_reference(reference, false, rig->config.rrd.archives, want, count);
	for (i = 0; i < METRICS; i++) {
		snprintf(path, sizeof(path), CLUSTER "/%s/m%u.rrd", host, i);
		rig_assert_same(rig, path, reference);
	}
}

static bool
exists(const struct rig *rig, const char *host)
{
	char path[128];

	snprintf(path, sizeof(path), CLUSTER "/%s", host);
	return rig_exists(rig, path);
}

static void
path_of(const struct rig *rig, const char *host, char path[192])
{
	snprintf(path, 192, "%s/" CLUSTER "/%s", rig->root, host);
}

/* Moving ----------------------------------------------------------------------------- */

/* Lines before and behind the order, of the first files and of later ones. */
static void
moves(struct rig *rig)
{
	struct rrd_order *order;

	rig_start(rig);
	values(rig, "old", 0);
	values(rig, "old", 1);
	order = move(rig, "old", "new", false);
	values(rig, "new", 2);
	values(rig, "new", 3);
	assert_ends(order, RRD_ORDER_DONE, "");
	order = move(rig, "new", "last", false);
	values(rig, "last", 4);
	assert_ends(order, RRD_ORDER_DONE, "");
	order = move(rig, "absent", "other", false);
	assert_ends(order, RRD_ORDER_NOTHING, "");
	rig_stop(rig);
}

static void
assert_moved(const struct rig *rig)
{
	assert_steps(rig, "last", 0, 5);
	assert_false(exists(rig, "old") || exists(rig, "new"));
	assert_count(rrd_created, METRICS);
	assert_count(rrd_updates, 5 * METRICS);
	assert_count(rrd_failed, 0);
	assert_count(rrd_dropped, 0);
	assert_true(rig_logged("the folder my web/old is new now"));
}

static void
direct(void **state)
{
	moves(*state);
	assert_moved(*state);
}

static void
gathered(void **state)
{
	struct rig *rig = *state;

	rig->config.rrd.delay_s = 3600;
	moves(rig);
	assert_moved(rig);
}

static void
with_one_writer(void **state)
{
	struct rig *rig = *state;

	rig->config.rrd.connections = 1;
	moves(rig);
	assert_moved(rig);
}

static void
by_rrdcached(void **state)
{
	struct rig *rig = *state;
	char address[128];
	pid_t pid;

	snprintf(address, sizeof(address), "unix:%s", rig->socket);
	pid = start_rrdcached(rig, address, "-R", "-F");
	assert_true(pid > 0);
	rig->config.rrd.rrdcached = address;
	moves(rig);
	end_rrdcached(pid, SIGTERM);
	assert_moved(rig);
}

/* It writes what it has, and knows the old files no more. */
static void
what_rrdcached_is_told(void **state)
{
	static const enum act acts[] = {SERVE};
	struct rig *rig = *state;
	struct rrd_order *order;
	char path[192], file[512], *lines;
	struct fake *fake;

	path_of(rig, "", path);
	assert_int_equal(mkdir(path, 0755), 0);
	path_of(rig, "old", path);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(file, sizeof(file), "%s/a b.rrd", path);
	assert_int_equal(close(creat(file, 0644)), 0);
	fake = fake_start(rig->socket, acts, 1, NULL, 0);
	rig->config.rrd.rrdcached = rig->socket;
	rig_start(rig);
	order = move(rig, "old", "new", false);
	assert_ends(order, RRD_ORDER_DONE, "");
	order = take_away(rig, "new");
	assert_ends(order, RRD_ORDER_DONE, "");
	rig_stop(rig);
	fake_stop(fake, &lines);
	snprintf(file, sizeof(file),
	         "FLUSH %s/my\\ web/old/a\\ b.rrd\nFORGET %s/my\\ web/old/a\\ b.rrd\n"
	         "FORGET %s",
	         rig->root, rig->root, rig->root);
	assert_ptr_equal(strstr(lines, file), lines);
	assert_false(exists(rig, "new"));
	free(lines);
}

static void
what_rrdcached_refuses(void **state)
{
	static const enum act acts[] = {SERVE};
	static const char *const answers[] = {"1 errors\n1 Permission denied.\n"};
	struct rig *rig = *state;
	char path[192], file[512], *lines;
	struct rrd_order *order;
	struct fake *fake;

	path_of(rig, "", path);
	assert_int_equal(mkdir(path, 0755), 0);
	path_of(rig, "old", path);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(file, sizeof(file), "%s/m.rrd", path);
	assert_int_equal(close(creat(file, 0644)), 0);
	fake = fake_start(rig->socket, acts, 1, answers, 1);
	rig->config.rrd.rrdcached = rig->socket;
	rig_start(rig);
	order = move(rig, "old", "new", false);
	assert_ends(order, RRD_ORDER_FAILED, "does not allow");
	rig_stop(rig);
	fake_stop(fake, &lines);
	assert_true(exists(rig, "old"));
	free(lines);
}

/* rrdcached has an error for each of many files: all are told, and none is in the way. */
static void
many_files(void **state)
{
#define FILES 1200
	struct rig *rig = *state;
	char path[192], file[512], address[128];
	unsigned i;
	pid_t pid;

	path_of(rig, "", path);
	assert_int_equal(mkdir(path, 0755), 0);
	path_of(rig, "old", path);
	assert_int_equal(mkdir(path, 0755), 0);
	for (i = 0; i < FILES; i++) {
		snprintf(file, sizeof(file), "%s/m%u.rrd", path, i);
		assert_int_equal(close(creat(file, 0644)), 0);
	}
	snprintf(address, sizeof(address), "unix:%s", rig->socket);
	pid = start_rrdcached(rig, address, "-R", "-F");
	assert_true(pid > 0);
	rig->config.rrd.rrdcached = address;
	rig_start(rig);
	assert_ends(move(rig, "old", "new", false), RRD_ORDER_DONE, "");
	assert_ends(take_away(rig, "new"), RRD_ORDER_DONE, "");
	rig_stop(rig);
	end_rrdcached(pid, SIGTERM);
	assert_false(exists(rig, "old") || exists(rig, "new"));
}

/* Many hosts change their names in a circle, on several writers: nobody waits for
 * another one who waits for him. */
static void
round_and_round(void **state)
{
#define HOSTS 12
#define ROUNDS 40
	struct rig *rig = *state;
	char from[32], to[32];
	unsigned round, i;

	rig->config.rrd.connections = 4;
	rig_start(rig);
	for (i = 0; i < HOSTS; i++) {
		snprintf(from, sizeof(from), "h%u", i);
		rig_value(rig, CLUSTER, from, "m", 0, "1", 0);
	}
	rrd_flush(rig->rrd, &rig->chunk);
	for (round = 0; round < ROUNDS; round++) {
		rrd_order_release(move(rig, "h0", "free", false));
		for (i = 1; i < HOSTS; i++) {
			snprintf(from, sizeof(from), "h%u", i);
			snprintf(to, sizeof(to), "h%u", i - 1);
			rrd_order_release(move(rig, from, to, false));
		}
		snprintf(to, sizeof(to), "h%u", HOSTS - 1);
		rrd_order_release(move(rig, "free", to, false));
	}
	rig_stop(rig);
	for (i = 0; i < HOSTS; i++) {
		snprintf(from, sizeof(from), CLUSTER "/h%u/m.rrd", i);
		assert_true(rig_exists(rig, from));
	}
	assert_false(exists(rig, "free"));
	assert_count(rrd_created, HOSTS);
	assert_false(rig_logged("stays"));
}

static void
to_one_that_has_files(void **state)
{
	struct rig *rig = *state;

	rig_start(rig);
	values(rig, "old", 0);
	values(rig, "new", 5);
	assert_ends(move(rig, "old", "new", false), RRD_ORDER_FAILED,
	            "the folder new has files");
	assert_true(rrd_folder_is_used(rig->rrd, CLUSTER, "new"));
	assert_false(rrd_folder_is_used(rig->rrd, CLUSTER, "other"));
	assert_true(exists(rig, "old"));
	assert_ends(move(rig, "old", "new", true), RRD_ORDER_DONE, "");
	values(rig, "new", 1);
	rig_stop(rig);
	assert_steps(rig, "new", 0, 2);
	assert_false(exists(rig, "old"));
}

static void
in_lower_case(void **state)
{
	struct rig *rig = *state;

	rig->config.rrd.lower_case = true;
	rig_start(rig);
	values(rig, "Old", 0);
	assert_ends(move(rig, "Old", "OLD", false), RRD_ORDER_DONE, "");
	assert_ends(move(rig, "OLD", "New", false), RRD_ORDER_DONE, "");
	values(rig, "New", 1);
	rig_stop(rig);
	assert_steps(rig, "new", 0, 2);
	assert_false(exists(rig, "old"));
}

/* Removing --------------------------------------------------------------------------- */

static void
removes(struct rig *rig)
{
	rig_start(rig);
	values(rig, "old", 0);
	values(rig, "other", 0);
	rig_wait(rrd_created, 2 * METRICS);
	values(rig, "old", 1);
	assert_ends(take_away(rig, "old"), RRD_ORDER_DONE, "");
	assert_false(exists(rig, "old"));
	assert_ends(take_away(rig, "old"), RRD_ORDER_NOTHING, "");
	values(rig, "old", 7);
	rig_stop(rig);
}

static void
removed(void **state)
{
	removes(*state);
	assert_steps(*state, "old", 7, 1);
	assert_steps(*state, "other", 0, 1);
	assert_count(rrd_failed, 0);
}

static void
removed_while_gathered(void **state)
{
	struct rig *rig = *state;
	char text[RRD_ORDER_TEXT];

	rig->config.rrd.delay_s = 3600;
	rig_start(rig);
	values(rig, "old", 0);
	ends(take_away(rig, "old"), text); /* they may just have had their turn */
	values(rig, "old", 7);
	rig_stop(rig);
	assert_steps(rig, "old", 7, 1);
}

/* At the moment when the creator takes the order for a file, it is nobody else's. */
static void
removed_while_it_is_made(void **state)
{
	struct rig *rig = *state;
	char text[RRD_ORDER_TEXT];
	unsigned i;

	rig_start(rig);
	for (i = 0; i < 300; i++) {
		values(rig, "old", i);
		ends(take_away(rig, "old"), text);
	}
	rig_stop(rig);
	assert_count(rrd_failed, 0);
}

static void
removed_by_rrdcached(void **state)
{
	struct rig *rig = *state;
	char address[128];
	pid_t pid;

	snprintf(address, sizeof(address), "unix:%s", rig->socket);
	pid = start_rrdcached(rig, address, "-R", "-F");
	assert_true(pid > 0);
	rig->config.rrd.rrdcached = address;
	removes(rig);
	end_rrdcached(pid, SIGTERM);
	assert_steps(rig, "old", 7, 1);
	assert_steps(rig, "other", 0, 1);
}

/* What is not below the root folder, or no file, stays. */
static void
links_and_folders(void **state)
{
	struct rig *rig = *state;
	char path[192], outside[192], file[256];

	snprintf(outside, sizeof(outside), "%s/outside", rig->folder);
	snprintf(file, sizeof(file), "%s/m.rrd", outside);
	assert_int_equal(mkdir(outside, 0755), 0);
	assert_int_equal(close(creat(file, 0644)), 0);
	rig_start(rig);
	values(rig, "old", 0);
	rig_stop(rig);
	rig_start(rig);
	path_of(rig, "link", path);
	assert_int_equal(symlink(outside, path), 0);
	assert_ends(take_away(rig, "link"), RRD_ORDER_FAILED, "link: ");
	assert_ends(move(rig, "link", "new", false), RRD_ORDER_FAILED, "link: ");
	assert_ends(move(rig, "old", "link", true), RRD_ORDER_FAILED, "old: ");
	assert_int_equal(access(file, F_OK), 0);
	path_of(rig, "old/there", path); /* a link in the folder goes, itself */
	assert_int_equal(symlink(outside, path), 0);
	path_of(rig, "old/folder", path);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_ends(take_away(rig, "old"), RRD_ORDER_FAILED, "old: ");
	assert_true(exists(rig, "old/folder"));
	assert_false(exists(rig, "old/there") || exists(rig, "old/m0.rrd"));
	assert_int_equal(access(file, F_OK), 0);
	assert_null(rrd_order(rig->rrd, RRD_REMOVE, CLUSTER, "..", NULL, false));
	assert_null(rrd_order(rig->rrd, RRD_REMOVE, CLUSTER, "a/b", NULL, false));
	assert_null(rrd_order(rig->rrd, RRD_REMOVE, "..", "a", NULL, false));
	assert_null(
	    rrd_order(rig->rrd, RRD_MOVE, CLUSTER, "a", "__SummaryInfo__", false));
	rig_stop(rig);
	/* the folder of the cluster itself */
	snprintf(path, sizeof(path), "%s/linked", rig->root);
	assert_int_equal(symlink(rig->folder, path), 0);
	rig_start(rig);
	assert_ends(rrd_order(rig->rrd, RRD_REMOVE, "linked", "outside", NULL, false),
	            RRD_ORDER_FAILED, "outside: ");
	rig_stop(rig);
	assert_int_equal(access(file, F_OK), 0);
}

/* Nobody answers until the end: the folder stays, and the order ends. */
static void
at_the_end(void **state)
{
	struct rig *rig = *state;
	struct rrd_order *order;
	struct rrd *rrd;

	rig->config.rrd.rrdcached = rig->socket;
	rig_start(rig);
	values(rig, "old", 0);
	order = move(rig, "old", "new", false);
	rrd = rig->rrd;
	rig->rrd = NULL;
	rrd_stop(rrd, clock_ms() + 100);
	assert_ends(order, RRD_ORDER_FAILED, "the bridge ends");
}

#define ORDER(test) cmocka_unit_test_setup_teardown(test, rig_begin, rig_end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    ORDER(direct),
	    ORDER(gathered),
	    ORDER(with_one_writer),
	    ORDER(by_rrdcached),
	    ORDER(what_rrdcached_is_told),
	    ORDER(what_rrdcached_refuses),
	    ORDER(many_files),
	    ORDER(round_and_round),
	    ORDER(to_one_that_has_files),
	    ORDER(in_lower_case),
	    ORDER(removed),
	    ORDER(removed_while_gathered),
	    ORDER(removed_while_it_is_made),
	    ORDER(removed_by_rrdcached),
	    ORDER(links_and_folders),
	    ORDER(at_the_end),
	};

	return cmocka_run_group_tests_name("rrd_order", tests, NULL, NULL);
}

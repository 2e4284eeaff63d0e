/* Room for new RRD files: on the disk, and in a host's folder. */
#include "tests/bridge/rrd_rig.h"

#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "common/clock.h"
#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/rrd/rrd_room.h"

#define GB UINT64_C(1000000000)

static uint64_t disk_free, disk_all; /* bytes; disk_all of 0: it can't be seen */

int __wrap_statvfs(const char *path, struct statvfs *disk);

int
__wrap_statvfs(const char *path, struct statvfs *disk)
{
	assert_non_null(path);
	*disk =
	    (struct statvfs){.f_frsize = 1000,
	                     .f_blocks = disk_all / 1000,
	                     .f_bfree = disk_all / 1000, /* root's share is no room */
	                     .f_bavail = disk_free / 1000};
	return disk_all != 0 ? 0 : -1;
}

/* Whether a file may be made on such a disk. */
static bool
has_room(unsigned keep_free, uint64_t free_bytes, uint64_t all)
{
	struct config_rrd config = {.rootdir = "/nonexistent", .keep_free = keep_free};
	struct rrd_room room = {0};
	bool may;

	disk_free = free_bytes;
	disk_all = all;
	may = rrd_room_for(&room, &config, "/nonexistent/c/h/m.rrd", 1000);
	rrd_room_free(&room);
	return may;
}

static void
disk_keeps_some_room(void **state)
{
	(void)state;
	assert_true(has_room(10, 11 * GB, 100 * GB));
	assert_false(has_room(10, 9 * GB, 100 * GB));
	assert_true(has_room(5, 9 * GB, 100 * GB));
	assert_false(has_room(5, GB - 1, 10 * GB));
	assert_true(has_room(0, 0, 100 * GB));
	assert_true(has_room(10, 0, 0)); /* not seen: it may be another machine's */
	assert_false(has_room(99, 98 * GB, 100 * GB));
}

/* A disk is asked once a second, and when it has room again, files are made again. */
static void
disk_gets_room_again(void **state)
{
	struct config_rrd config = {.rootdir = "/nonexistent", .keep_free = 10};
	struct rrd_room room = {0};

	(void)state;
	disk_all = 100 * GB;
	disk_free = 9 * GB;
	assert_false(rrd_room_for(&room, &config, "/x/c/h/m.rrd", 1000));
	disk_free = 20 * GB;
	assert_false(rrd_room_for(&room, &config, "/x/c/h/m.rrd", 1999));
	assert_true(rrd_room_for(&room, &config, "/x/c/h/m.rrd", 2000));
	rrd_room_free(&room);
}

static void
update(struct rig *rig, const char *host, unsigned metrics, unsigned step)
{
	char name[16];
	unsigned i;

	for (i = 0; i < metrics; i++) {
		snprintf(name, sizeof(name), "few_%u", i);
		rig_value(rig, "web", host, name, step, "1", 0);
	}
}

/* A host has so many files, counted with those that are there; another one has its own, and
 * sums are not counted. What has a file goes on. */
static void
host_has_so_many_files(void **state)
{
	struct rig *rig = *state;

	rig->config.rrd.files = 3;
	rig_start(rig);
	update(rig, "a", 2, 0);
	rig_stop(rig);
	assert_count(rrd_created, 2);
	rig_start(rig);
	update(rig, "a", 5, 1);
	update(rig, "b", 2, 1);
	update(rig, NULL, 5, 1);
	rig_stop(rig);
	assert_count(rrd_created, 3 + 2 + 5);
	assert_count(rrd_refused, 2);
	assert_true(rig_exists(rig, "web/a/few_2.rrd"));
	assert_false(rig_exists(rig, "web/a/few_3.rrd"));
	assert_true(rig_logged("it has 3 (files)"));
	rig_start(rig);
	update(rig, "a", 3, 2);
	rig_stop(rig);
	assert_count(rrd_updates, 2 + 3 + 2 + 5 + 3);
}

static void
files_go_on_where_the_disk_is_low(void **state)
{
	struct rig *rig = *state;

	rig->config.rrd.keep_free = 10;
	disk_all = 100 * GB;
	disk_free = 50 * GB;
	rig_start(rig);
	update(rig, "a", 2, 0);
	rig_stop(rig);
	disk_free = 5 * GB;
	rig_start(rig);
	update(rig, "a", 4, 1);
	update(rig, "b", 1, 1);
	rig_stop(rig);
	assert_count(rrd_created, 2);
	assert_count(rrd_refused, 3);
	assert_count(rrd_updates, 4);
	assert_true(rig_logged("no new files are made"));
}

#define TEST_OF(test) cmocka_unit_test_setup_teardown(test, rig_begin, rig_end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(disk_keeps_some_room),
	    cmocka_unit_test(disk_gets_room_again),
	    TEST_OF(host_has_so_many_files),
	    TEST_OF(files_go_on_where_the_disk_is_low),
	};

	return cmocka_run_group_tests_name("rrd_room", tests, NULL, NULL);
}

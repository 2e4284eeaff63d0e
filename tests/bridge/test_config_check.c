/* What is said of a file that is only tested: its warnings, and what keeps the bridge from
 * starting. */
#include "gmetad-bridge/config/config.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/sflow/unit.h"

/* As root, the bridge becomes this user. */
#define USER "nobody"

static char folder[] = "/tmp/test_config_check.XXXXXX";
static char said[4096]; /* on stdout, and then on stderr */

/* Writes the text, with "@" as the folder, into a file there; without a text, no file. */
static void
write_file(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	for (; *text != '\0'; text++)
		if (*text == '@')
			fputs(folder, file);
		else
			fputc(*text, file);
	assert_int_equal(fclose(file), 0);
}

static void
path_of(const char *name, char path[256])
{
	snprintf(path, 256, "%s/%s", folder, name);
}

/* Tests a file of that text. `said` has what is said, with "@" for the folder. */
static int
test(const char *text)
{
	char path[256], *out, *err, *at;
	size_t out_len, err_len;
	FILE *to_out = open_memstream(&out, &out_len);
	FILE *to_err = open_memstream(&err, &err_len);
	int result;

	assert_true(to_out != NULL && to_err != NULL);
	write_file("x.conf", text);
	path_of("x.conf", path);
	result = config_test(path, to_out, to_err);
	fclose(to_out);
	fclose(to_err);
	assert_true(out_len + err_len < sizeof(said));
	snprintf(said, sizeof(said), "%s%s", out, err);
	free(out);
	free(err);
	while ((at = strstr(said, folder)) != NULL) {
		*at = '@';
		memmove(at + 1, at + strlen(folder), strlen(at + strlen(folder)) + 1);
	}
	return result;
}

/* The name of the user that looks. */
static const char *
user(void)
{
	return geteuid() == 0 ? USER : getpwuid(geteuid())->pw_name;
}

/* The warnings are all that is said, but for the first line. `%s` in the last one is the
 * user. */
static void
assert_warned(const char *text, unsigned count, const char *warnings)
{
	char wanted[2048], first[256];

	assert_int_equal(test(text), 0);
	snprintf(first, sizeof(first), "@/x.conf: fine, but for %u warning%s\n", count,
	         count == 1 ? "" : "s");
	if (count == 0)
		snprintf(first, sizeof(first), "@/x.conf: fine\n");
	snprintf(wanted, sizeof(wanted), "%s%s", first, warnings);
	assert_string_equal(said, wanted);
}

#define SET "user = " USER "\n"

static void
fine(void **state)
{
	(void)state;
	assert_warned(SET, 0, "");
	assert_warned(SET "state = \"@/free/state.db\" control = \"@/free/control\"\n"
	                  "on_event = /bin/true rrd { rootdir = \"@/free\" }\n",
	              0, "");
}

static void
what_is_not_there(void **state)
{
	(void)state;
	assert_warned(SET "state = \"@/none/state.db\"\n"
	                  "control = \"@/none/control\"\n"
	                  "on_event = \"@/none/program\"\n"
	                  "nagios_commands = \"@/none/fifo\"\n"
	                  "rrd {\n rootdir = \"@/none\"\n"
	                  "rrdcached = \"unix:@/none/sock\" }\n",
	              6,
	              "@/x.conf:7: warning: rootdir: @/none: No such file or "
	              "directory\n"
	              "@/x.conf:8: warning: rrdcached: @/none/sock: No such file or "
	              "directory\n"
	              "@/x.conf:2: warning: state: @/none: No such file or directory\n"
	              "@/x.conf:3: warning: control: @/none: No such file or "
	              "directory\n"
	              "@/x.conf:4: warning: on_event: @/none/program: No such file or "
	              "directory\n"
	              "@/x.conf:5: warning: nagios_commands: @/none/fifo: No such file "
	              "or directory\n");
}

static void
what_is_something_else(void **state)
{
	(void)state;
	assert_warned(SET "state = \"@/free/folder\"\n"
	                  "on_event = \"@/free\"\n"
	                  "nagios_commands = \"@/file\"\n"
	                  "rrd { rootdir = \"@/file\" rrdcached = \"@/file\" }\n",
	              5,
	              "@/x.conf:5: warning: rootdir: @/file is no folder\n"
	              "@/x.conf:5: warning: rrdcached: @/file is no socket\n"
	              "@/x.conf:2: warning: state: @/free/folder is no file\n"
	              "@/x.conf:3: warning: on_event: @/free is no file\n"
	              "@/x.conf:4: warning: nagios_commands: @/file is no FIFO\n");
}

static void
what_the_user_may_not(void **state)
{
	char wanted[1024];
	const char *who = user();

	(void)state;
	snprintf(
	    wanted, sizeof(wanted),
	    "@/x.conf:3: warning: rootdir: the user %s can't write into @/shut: "
	    "Permission denied\n"
	    "@/x.conf:2: warning: state: the user %s can't write into @/shut: "
	    "Permission denied\n"
	    "@/x.conf:4: warning: on_event: the user %s can't run @/file: "
	    "Permission denied\n"
	    "@/x.conf:5: warning: nagios_commands: the user %s can't write @/fifo: "
	    "Permission denied\n",
	    who, who, who, who);
	assert_warned(SET "state = \"@/shut/state.db\"\n"
	                  "rrd { rootdir = \"@/shut\" }\n"
	                  "on_event = \"@/file\"\n"
	                  "nagios_commands = \"@/fifo\"\n",
	              4, wanted);
	snprintf(wanted, sizeof(wanted),
	         "@/x.conf:2: warning: rootdir: the user %s can't write into @/shut: "
	         "Permission denied\n"
	         "@/x.conf:2: warning: rrdcached: the user %s can't write @/socket: "
	         "Permission denied\n",
	         who, who);
	assert_warned(SET "rrd { rrdcached = \"@/socket\" rootdir = \"@/shut\" }\n", 2,
	              wanted);
	/* the files are another machine's */
	assert_warned(SET "rrd { rrdcached = \"192.0.2.1\" rootdir = \"@/none\" }\n", 0,
	              "");
}

/* The unit makes this folder, when it starts the bridge. */
static void
systemds_folder(void **state)
{
	(void)state;
	if (access("/run/gmetad-bridge", F_OK) == 0)
		skip(); /* a bridge runs on this machine */
	assert_warned(SET "control = \"/run/gmetad-bridge/control\"\n", 0, "");
	assert_warned(SET "control = \"/run/gmetad-bridges/control\"\n", 1,
	              "@/x.conf:2: warning: control: /run/gmetad-bridges: No such file "
	              "or directory\n");
}

static void
includes(void **state)
{
	(void)state;
	write_file("a.inc", "# nothing\n");
	write_file("b.inc", "readers = 5\n\nreader_timeout = 5");
	assert_warned(SET "readers = 4\ninclude (\"*.inc\") include (\"*.none\")\n"
	                  "reader_timeout = 6\n",
	              5,
	              "@/a.inc:2: warning: nothing is set: the file is empty, or cut\n"
	              "@/b.inc:1: warning: readers is set in @/x.conf:2, too, and is "
	              "what is said here\n"
	              "@/b.inc:3: warning: the last line has no end: is the file cut?\n"
	              "@/x.conf:3: warning: include (\"@/*.none\"): there is no such "
	              "file\n"
	              "@/x.conf:4: warning: reader_timeout is set in @/b.inc:3, too, "
	              "and is what is said here\n");
}

static void
users(void **state)
{
	(void)state;
	if (geteuid() == 0) {
		assert_int_equal(test("\nuser = no-such-user\n"), -1);
		assert_string_equal(said,
		                    "@/x.conf:2: there is no user no-such-user\n");
		assert_int_equal(geteuid(), 0);
		assert_int_equal(getegid(), 0);
	} else {
		assert_warned("\nuser = no-such-user\n", 1,
		              "@/x.conf:2: warning: user: there is no user "
		              "no-such-user, so root can't start it\n");
	}
}

static void
faults(void **state)
{
	(void)state;
	assert_int_equal(test(""), -1);
	assert_string_equal(said, "@/x.conf:1: nothing is set: the file is empty, or "
	                          "cut; for all defaults, set one of them\n");
	assert_int_equal(test(SET "readers = none\n"), -1);
	assert_int_equal(strncmp(said, "@/x.conf:2: readers", 19), 0);
}

static int
make(void **state)
{
	char path[256];

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chmod(folder, 0755), 0);
	path_of("free", path);
	assert_int_equal(mkdir(path, 0777), 0);
	assert_int_equal(chmod(path, 01777), 0);
	path_of("free/folder", path);
	assert_int_equal(mkdir(path, 0777), 0);
	path_of("shut", path);
	assert_int_equal(mkdir(path, 0555), 0);
	path_of("fifo", path);
	assert_int_equal(mkfifo(path, 0400), 0);
	path_of("socket", path);
	assert_int_equal(mknod(path, S_IFSOCK | 0400, 0), 0);
	write_file("file", "");
	return 0;
}

static int
clear(void **state)
{
	static const char *const names[] = {"free/folder", "free",   "shut",
	                                    "fifo",        "socket", "file",
	                                    "a.inc",       "b.inc",  "x.conf"};
	char path[256];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(names); i++) {
		path_of(names[i], path);
		assert_int_equal(remove(path), 0);
	}
	return rmdir(folder);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fine),
	    cmocka_unit_test(what_is_not_there),
	    cmocka_unit_test(what_is_something_else),
	    cmocka_unit_test(what_the_user_may_not),
	    cmocka_unit_test(systemds_folder),
	    cmocka_unit_test(includes),
	    cmocka_unit_test(users),
	    cmocka_unit_test(faults),
	};

	return cmocka_run_group_tests_name("config_check", tests, make, clear);
}

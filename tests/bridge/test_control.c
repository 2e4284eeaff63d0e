/* Requests as lines, and the socket on which they come. */
#include "tests/sflow/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gmetad-bridge/control/control_socket.h"
#include "gmetad-bridge/control/request.h"

static char folder[] = "/tmp/test-control-XXXXXX";
static char path[64];

static int
begin(void **state)
{
	(void)state;
	strcpy(folder + sizeof(folder) - 7, "XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/control", folder);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

/* Requests ----------------------------------------------------------------------- */

static void
assert_line(const struct request *want, const char *line)
{
	struct request got;
	char text[REQUEST_LINE];
	size_t len = request_write(want, text);

	assert_string_equal(text, line);
	assert_int_equal(len, strlen(line));
	assert_int_equal(request_read(text, len - 1, &got), 0);
	assert_int_equal(got.verb, want->verb);
	assert_int_equal(got.rrds, want->rrds);
	assert_string_equal(got.host, want->host);
	assert_string_equal(got.to, want->to);
	assert_string_equal(got.cluster, want->cluster);
}

static void
lines(void **state)
{
	struct request r = {.verb = REQUEST_REMOVE, .host = "web1"};

	(void)state;
	assert_line(&r, "remove\tweb1\t\t\n");
	r.rrds = true;
	strcpy(r.cluster, "my web");
	assert_line(&r, "remove\tweb1\tmy web\trrds\n");
	r.verb = REQUEST_RENAME;
	strcpy(r.to, "www");
	assert_line(&r, "rename\tweb1\twww\tmy web\trrds\n");
	memset(r.host, 'h', TEXT_SIZE - 1);
	memset(r.to, 't', TEXT_SIZE - 1);
	memset(r.cluster, 'c', TEXT_SIZE - 1);
	assert_in_range(request_write(&r, (char[REQUEST_LINE]){0}), 190,
	                REQUEST_LINE - 1);
}

static void
names_that_are_none(void **state)
{
	struct request r = {.verb = REQUEST_REMOVE};
	char line[REQUEST_LINE];

	(void)state;
	assert_int_equal(request_write(&r, line), 0);
	strcpy(r.host, "a\tb");
	assert_int_equal(request_write(&r, line), 0);
	strcpy(r.host, "a\nb");
	assert_int_equal(request_write(&r, line), 0);
	strcpy(r.host, "a");
	r.verb = REQUEST_RENAME;
	assert_int_equal(request_write(&r, line), 0);
	strcpy(r.to, "b");
	strcpy(r.cluster, "\x80");
	assert_int_equal(request_write(&r, line), 0);
}

static void
lines_that_are_none(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} bad[] = {
#define BAD(text) {text, sizeof(text) - 1}
	    BAD(""),
	    BAD("\t"),
	    BAD("\t\t\t\t\t\t"),
	    BAD("remove"),
	    BAD("remove\tweb1"),
	    BAD("remove\tweb1\t"),
	    BAD("remove\t\t\t"),
	    BAD("remove\tweb1\t\tall"),
	    BAD("remove\tweb1\t\t\t"),
	    BAD("remove\tweb1\0\t\t"),
	    BAD("remove\tw\001\t\t"),
	    BAD("REMOVE\tweb1\t\t"),
	    BAD("rename\tweb1\twww\t"),
	    BAD("rename\t\twww\t\t"),
	    BAD("removes\tweb1\t\t"),
	    BAD("remove\t01234567890123456789012345678901234567890123456789012345678"
	        "901234\t\t"),
	};
	struct request r;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(bad); i++)
		if (request_read(bad[i].bytes, bad[i].len, &r) != -1)
			fail_msg("%zu: %s", i, bad[i].bytes);
}

/* Each line, at each length, in memory that ends with it. */
static void
lines_cut_off(void **state)
{
	static const char line[] = "rename\tweb1\twww\tmy web\trrds";
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(line); len++) {
		char *copy = malloc(len > 0 ? len : 1);
		struct request r;

		assert_non_null(copy);
		memcpy(copy, line, len);
		assert_int_equal(request_read(copy, len, &r),
		                 len == sizeof(line) - 1 ||
		                         len == sizeof(line) - 1 - strlen("rrds")
		                     ? 0
		                     : -1);
		free(copy);
	}
}

/* The socket --------------------------------------------------------------------- */

static void
for_its_owner_only(void **state)
{
	char why[CONTROL_FAULT];
	struct control_socket s;
	mode_t mask = umask(0);
	struct stat status;
	int fd;

	(void)state;
	assert_int_equal(control_socket_bind(&s, path, why), 0);
	assert_int_equal(umask(mask), 0); /* it is as it was */
	assert_int_equal(stat(path, &status), 0);
	assert_true(S_ISSOCK(status.st_mode));
	assert_int_equal(status.st_mode & 07777, 0600);
	fd = control_socket_connect(path, 1000);
	assert_true(fd >= 0);
	close(fd);
	control_socket_close(&s);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(control_socket_connect(path, 1000), -1);
	assert_int_equal(errno, ENOENT);
}

static void
whose_bridge_has_ended(void **state)
{
	char why[CONTROL_FAULT];
	struct control_socket dead, s;
	int fd;

	(void)state;
	assert_int_equal(control_socket_bind(&dead, path, why), 0);
	assert_int_equal(control_socket_bind(&s, path, why), -1);
	assert_non_null(strstr(why, "another gmetad-bridge"));
	assert_int_equal(access(path, F_OK), 0);
	close(dead.fd);
	dead.fd = -1;
	assert_int_equal(control_socket_bind(&s, path, why), 0);
	fd = control_socket_connect(path, 1000);
	assert_true(fd >= 0);
	close(fd);
	control_socket_close(&s);
}

static void
something_else(void **state)
{
	char why[CONTROL_FAULT], target[80], longer[200];
	struct control_socket s;

	(void)state;
	assert_int_equal(close(creat(path, 0600)), 0);
	assert_int_equal(control_socket_bind(&s, path, why), -1);
	assert_non_null(strstr(why, "something else"));
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(unlink(path), 0);
	snprintf(target, sizeof(target), "%s.other", path);
	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(control_socket_bind(&s, path, why), -1);
	assert_int_equal(access(target, F_OK), -1);
	memset(longer, 'x', sizeof(longer) - 1);
	longer[0] = '/';
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(control_socket_bind(&s, longer, why), -1);
	assert_int_equal(control_socket_bind(&s, "/nowhere/at/all", why), -1);
	assert_non_null(strstr(why, "No such file"));
	control_socket_close(&s);
}

#define CONTROL(test) cmocka_unit_test_setup_teardown(test, begin, end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    CONTROL(lines),
	    CONTROL(names_that_are_none),
	    CONTROL(lines_that_are_none),
	    CONTROL(lines_cut_off),
	    CONTROL(for_its_owner_only),
	    CONTROL(whose_bridge_has_ended),
	    CONTROL(something_else),
	};

	return cmocka_run_group_tests_name("control", tests, NULL, NULL);
}

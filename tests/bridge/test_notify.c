/* sd_notify, to a socket that is there for the test. */
#include "tests/sflow/unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "gmetad-bridge/notify.h"

static char folder[] = "/tmp/test_notify.XXXXXX";
static char path[sizeof(folder) + 16];

/* Binds the name as NOTIFY_SOCKET has it, sets that, and opens. */
static int
listen_at(const char *name)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	size_t len = strlen(name);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	memcpy(at.sun_path, name, len);
	if (name[0] == '@')
		at.sun_path[0] = '\0';
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&at,
	         (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
	    0);
	setenv("NOTIFY_SOCKET", name, 1);
	notify_open();
	return fd;
}

static void
assert_heard(int fd, const char *text)
{
	char heard[1024];
	ssize_t n = recv(fd, heard, sizeof(heard) - 1, MSG_DONTWAIT);

	assert_true(n >= 0);
	heard[n] = '\0';
	assert_string_equal(heard, text);
}

static void
assert_silence(int fd)
{
	char byte;

	assert_int_equal(recv(fd, &byte, 1, MSG_DONTWAIT), -1);
}

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
socket_in_a_folder(void **state)
{
	int fd = listen_at(path);

	(void)state;
	assert_null(getenv("NOTIFY_SOCKET"));
	assert_silence(fd);
	assert_int_equal(notify_ready(), 0);
	assert_heard(fd, "READY=1");
	assert_int_equal(notify_stopping(), 0);
	assert_heard(fd, "STOPPING=1");
	assert_silence(fd);
	close(fd);
	assert_int_equal(notify_ready(), -1); /* nobody is there any more */
	unlink(path);
	assert_int_equal(notify_ready(), -1);
}

static void
abstract_socket(void **state)
{
	char name[64];
	int fd;

	(void)state;
	snprintf(name, sizeof(name), "@test_notify.%ld", (long)getpid());
	fd = listen_at(name);
	assert_int_equal(notify_ready(), 0);
	assert_heard(fd, "READY=1");
	close(fd);
}

static void
reloading_tells_the_time(void **state)
{
	int fd = listen_at(path);
	int64_t before = now_us(), told = 0;
	char heard[128];
	ssize_t n;

	(void)state;
	assert_int_equal(notify_reloading(), 0);
	n = recv(fd, heard, sizeof(heard) - 1, MSG_DONTWAIT);
	assert_true(n > 0);
	heard[n] = '\0';
	assert_int_equal(sscanf(heard, "RELOADING=1\nMONOTONIC_USEC=%" SCNd64, &told),
	                 1);
	assert_true(told >= before && told <= now_us());
	close(fd);
	unlink(path);
}

static void
nobody_asked(void **state)
{
	char name[200];
	size_t i;
	const char *const others[] = {"", "/", "@", "relative", "vsock:2:1", name};

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[0] = '/';
	name[sizeof(name) - 1] = '\0'; /* longer than any socket's */
	unsetenv("NOTIFY_SOCKET");
	notify_open();
	assert_int_equal(notify_ready(), 0);
	for (i = 0; i < COUNT_OF(others); i++) {
		setenv("NOTIFY_SOCKET", others[i], 1);
		notify_open();
		assert_null(getenv("NOTIFY_SOCKET"));
		assert_int_equal(notify_ready(), 0);
	}
}

static int
make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/socket", folder);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(socket_in_a_folder),
	    cmocka_unit_test(abstract_socket),
	    cmocka_unit_test(reloading_tells_the_time),
	    cmocka_unit_test(nobody_asked),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

/* Sockets that systemd has opened: here the test plays systemd. */
#include "tests/sflow/unit.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "gmetad-bridge/ingest/inherited.h"
#include "gmetad-bridge/ingest/workers.h"
#include "gmetad-bridge/log.h"

#define FIRST_FD 3
#define FREE_FD 100 /* from here on the test has its own */
#define BUFFER 100000
#define LINES 4096
#define WAIT_MS 50 /* no clock can be invented for the kernel */

static char log_text[LINES];
static struct config config;
static struct workers workers;
static struct workers_fault fault;

void
log_line(const char *format, ...)
{
	size_t len = strlen(log_text);
	va_list args;

	va_start(args, format);
	vsnprintf(log_text + len, sizeof(log_text) - len, format, args);
	va_end(args);
}

static int
setup(void **state)
{
	(void)state;
	log_text[0] = '\0';
	config = (struct config){.sockets = 1, .rcvbuf = BUFFER};
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	workers_free(&workers);
	inherited_close();
	return 0;
}

/* systemd --------------------------------------------------------------------------- */

/* Binds a socket of IPv4, on the loopback interface or everywhere. Returns it; *port may
 * be 0, and is its port then. */
static int
bound(int type, bool everywhere, uint16_t *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(*port)};
	int fd = socket(AF_INET, type, 0), on = 1, buffer = 2 * BUFFER, high;
	socklen_t len = sizeof(at);

	at.sin_addr.s_addr = htonl(everywhere ? INADDR_ANY : INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	assert_int_equal(bind(fd, (void *)&at, sizeof(at)), 0);
	assert_int_equal(getsockname(fd, (void *)&at, &len), 0);
	*port = ntohs(at.sin_port);
	high = fcntl(fd, F_DUPFD_CLOEXEC, FREE_FD);
	close(fd);
	assert_true(high >= FREE_FD);
	return high;
}

static void
set_number(const char *name, long number)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld", number);
	setenv(name, text, 1);
}

/* Hands over these sockets, and closes its own. */
static void
hand_over(const int *fds, int count, long pid)
{
	int i;

	for (i = 0; i < count; i++) {
		assert_int_equal(dup2(fds[i], FIRST_FD + i), FIRST_FD + i);
		close(fds[i]);
	}
	set_number("LISTEN_FDS", count);
	set_number("LISTEN_PID", pid);
	setenv("LISTEN_FDNAMES", "gmetad-bridge.socket", 1);
	inherited_open();
}

static void
send_to(uint16_t port, const char *text)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(
	    sendto(fd, text, strlen(text), 0, (const void *)&to, sizeof(to)),
	    (ssize_t)strlen(text));
	close(fd);
}

/* What waits in a listener's socket. */
static const char *
waiting(const struct udp_listener *l)
{
	static char text[64];
	ssize_t len = recv(l->fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[len < 0 ? 0 : len] = '\0';
	return text;
}

static const struct udp_listener *
first_of(size_t worker)
{
	return workers.all[worker].set.listeners;
}

/* Tests ----------------------------------------------------------------------------- */

static void
test_what_is_not_for_this_process_is_left(void **state)
{
	struct address address;
	uint16_t port = 0;
	int fd = bound(SOCK_DGRAM, false, &port);

	(void)state;
	inherited_open();
	assert_int_equal(inherited_addresses(port, &address, 1), 0);
	hand_over(&fd, 1, (long)getpid() + 1);
	assert_int_equal(inherited_addresses(port, &address, 1), 0);
	assert_null(getenv("LISTEN_FDS"));
	assert_null(getenv("LISTEN_PID"));
	assert_null(getenv("LISTEN_FDNAMES"));
	close(FIRST_FD);
}

static void
test_numbers_that_are_none_are_no_sockets(void **state)
{
	static const char *const texts[] = {"", "x", "1x", "-1",
	                                    "99999999999999999999"};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(texts); i++) {
		setenv("LISTEN_FDS", texts[i], 1);
		set_number("LISTEN_PID", getpid());
		inherited_open();
	}
	assert_string_equal(log_text, "");
}

static void
test_only_udp_is_taken(void **state)
{
	uint16_t port = 0, tcp_port = 0;
	int fds[3];

	(void)state;
	fds[0] = bound(SOCK_STREAM, false, &tcp_port);
	fds[1] = bound(SOCK_DGRAM, false, &port);
	fds[2] = fcntl(socket(AF_UNIX, SOCK_DGRAM, 0), F_DUPFD, FREE_FD);
	hand_over(fds, 3, getpid());
	assert_string_equal(log_text,
	                    "socket 1 of systemd is no UDP socket: it is closed"
	                    "socket 3 of systemd is no UDP socket: it is closed");
	assert_int_equal(fcntl(FIRST_FD, F_GETFD), -1);
	assert_int_equal(fcntl(FIRST_FD + 1, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(FIRST_FD + 2, F_GETFD), -1);
}

/* It would be deaf to all other senders. */
static void
test_connected_is_not_taken(void **state)
{
	struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons(9)};
	uint16_t port = 0;
	int fd = bound(SOCK_DGRAM, false, &port);

	(void)state;
	peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (const void *)&peer, sizeof(peer)), 0);
	hand_over(&fd, 1, getpid());
	assert_string_equal(
	    log_text, "socket 1 of systemd is connected to one sender: it is closed");
	assert_int_equal(inherited_addresses(port, NULL, 0), 0);
}

static void
test_datagrams_wait_while_nobody_has_it(void **state)
{
	uint16_t port = 0;
	int fd = bound(SOCK_DGRAM, true, &port);

	(void)state;
	hand_over(&fd, 1, getpid());
	config.port = port;
	send_to(port, "before");
	assert_int_equal(workers_open(&workers, &config, true, &fault), 0);
	assert_int_equal(workers.count, 1);
	assert_string_equal(waiting(first_of(0)), "before");
	assert_true(first_of(0)->buffer >= config.rcvbuf);
	workers_free(&workers);
	send_to(port, "meanwhile");
	assert_int_equal(workers_open(&workers, &config, true, &fault), 0);
	assert_string_equal(waiting(first_of(0)), "meanwhile");
	assert_string_equal(log_text, "");
}

static int64_t came_ms;

static void
note_arrival(const struct udp_batch *batch, size_t count)
{
	assert_int_equal(count, 1);
	came_ms = udp_arrived(batch, 0);
}

/* The unit has Timestamping=ns, so the kernel knows it. */
static void
test_datagrams_say_when_they_came(void **state)
{
	uint16_t port = 0;
	int fd = bound(SOCK_DGRAM, true, &port), on = 1;
	int64_t before;

	(void)state;
	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
	hand_over(&fd, 1, getpid());
	config.port = port;
	before = clock_ms();
	send_to(port, "waits");
	usleep(WAIT_MS * 1000);
	assert_int_equal(workers_open(&workers, &config, true, &fault), 0);
	udp_wait(&workers.all[0].set, 0);
	udp_take(&workers.all[0].set, note_arrival);
	assert_in_range(came_ms, before - 1, clock_ms() - WAIT_MS + 1);
}

static void
test_what_was_dropped_before_is_not_counted(void **state)
{
	uint16_t port = 0;
	int fd = bound(SOCK_DGRAM, true, &port), i;

	(void)state;
	for (i = 0; i < 4 * BUFFER / 256; i++)
		send_to(port, "many");
	hand_over(&fd, 1, getpid());
	config.port = port;
	assert_int_equal(workers_open(&workers, &config, true, &fault), 0);
	assert_int_equal(udp_drops(workers.all[0].set.listeners), 0);
	for (i = 0; i < 10; i++)
		send_to(port, "many");
	assert_int_equal(udp_drops(workers.all[0].set.listeners), 10);
}

static void
test_another_port_is_said_and_opened(void **state)
{
	uint16_t port = 0, other = 0;
	int fds[2];

	(void)state;
	fds[0] = bound(SOCK_DGRAM, true, &port);
	fds[1] = bound(SOCK_DGRAM, true, &other);
	close(fds[1]);
	hand_over(fds, 1, getpid());
	config.port = other;
	address_parse("127.0.0.1", &config.bind[config.bind_count++]);
	assert_int_equal(workers_open(&workers, &config, true, &fault), 0);
	assert_int_equal(udp_port(first_of(0)), other);
	assert_non_null(strstr(log_text, "of 0.0.0.0 is not used: `port` or `bind`"));
	log_text[0] = '\0';
	workers_free(&workers);
	config.port = port;
	config.bind_count = 0;
	assert_int_equal(workers_open(&workers, &config, false, &fault), 0);
	assert_int_equal(udp_port(first_of(0)), port);
	assert_string_equal(log_text, "");
}

/* Where `bind` names two addresses, the one that systemd has not is opened. */
static void
test_addresses_are_taken_one_by_one(void **state)
{
	uint16_t port = 0;
	int fd = bound(SOCK_DGRAM, false, &port);

	(void)state;
	hand_over(&fd, 1, getpid());
	config.port = port;
	address_parse("127.0.0.2", &config.bind[config.bind_count++]);
	address_parse("127.0.0.1", &config.bind[config.bind_count++]);
	assert_int_equal(workers_open(&workers, &config, true, &fault), 0);
	assert_int_equal(workers.all[0].set.count, 2);
	assert_false(first_of(0)[0].adopted);
	assert_true(first_of(0)[1].adopted);
	assert_int_equal(udp_port(&first_of(0)[0]), port);
	assert_string_equal(log_text, "");
}

/* A socket is read by one thread, or datagrams of a source would overtake others. */
static void
test_each_socket_has_one_worker(void **state)
{
	uint16_t port = 0;
	int fds[2];

	(void)state;
	fds[0] = bound(SOCK_DGRAM, true, &port);
	fds[1] = bound(SOCK_DGRAM, true, &port);
	hand_over(fds, 2, getpid());
	config.port = port;
	config.sockets = 4;
	assert_int_equal(workers_open(&workers, &config, true, &fault), 0);
	assert_int_equal(workers.count, 2);
	assert_int_equal(workers.all[0].set.count, 1);
	assert_int_equal(workers.all[1].set.count, 1);
	assert_true(first_of(0)->adopted && first_of(1)->adopted);
	assert_non_null(strstr(log_text, "systemd has 2 sockets on UDP port"));
}

static void
test_a_small_buffer_is_said(void **state)
{
	uint16_t port = 0;
	int fd = bound(SOCK_DGRAM, true, &port), small = 5000;

	(void)state;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	hand_over(&fd, 1, getpid());
	config.port = port;
	config.rcvbuf = 1 << 30;
	assert_int_equal(workers_open(&workers, &config, true, &fault), 0);

	assert_non_null(
	    strstr(log_text, "ReceiveBuffer= of systemd's socket limits them"));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_what_is_not_for_this_process_is_left),
	    TEST(test_numbers_that_are_none_are_no_sockets),
	    TEST(test_only_udp_is_taken),
	    TEST(test_connected_is_not_taken),
	    TEST(test_datagrams_wait_while_nobody_has_it),
	    TEST(test_datagrams_say_when_they_came),
	    TEST(test_what_was_dropped_before_is_not_counted),
	    TEST(test_another_port_is_said_and_opened),
	    TEST(test_addresses_are_taken_one_by_one),
	    TEST(test_each_socket_has_one_worker),
	    TEST(test_a_small_buffer_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

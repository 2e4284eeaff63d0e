/* The ports that readers connect to, on this machine's own addresses. */
#include "tests/sflow/unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "common/clock.h"
#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/readers/server.h"
#include "tests/bridge/grid.h"

#define WAIT_MS 20000 /* for what must come */

static struct config *config;
static struct store *store;
static struct buffer got;

static atomic_int epoll_fd; /* of the server */
/* Whether epoll tells everything twice in a round. */
static atomic_bool tells_twice;

int __real_epoll_wait(int epoll, struct epoll_event *events, int max, int ms);
int __wrap_epoll_wait(int epoll, struct epoll_event *events, int max, int ms);

int
__wrap_epoll_wait(int epoll, struct epoll_event *events, int max, int ms)
{
	int i, count;

	atomic_store(&epoll_fd, epoll);
	count = __real_epoll_wait(epoll, events, max / 2, ms);
	if (count < 0 || !atomic_load(&tells_twice))
		return count;
	for (i = 0; i < count; i++)
		events[count + i] = events[i];
	return 2 * count;
}

/* A port that is free now. */
static long
free_port(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t len = sizeof(at);
	int s = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(s, (struct sockaddr *)&at, len), 0);
	assert_int_equal(getsockname(s, (struct sockaddr *)&at, &len), 0);
	close(s);
	return ntohs(at.sin_port);
}

static void
choose_ports(void)
{
	config->xml_port = free_port();
	config->interactive_port = free_port();
	config->clusters[0].gmond_port = free_port();
	config->clusters[1].gmond_port = free_port();
}

/* A port may be taken by somebody else before it is bound. */
static void
start(void)
{
	int tries = 20;

	do
		choose_ports();
	while (server_bind(config) != 0 && --tries > 0);
	assert_true(tries > 0);
	assert_int_equal(server_start(config, store), 0);
}

static int
setup(void **state)
{
	char name[16];
	unsigned i;

	(void)state;
	config = grid_config();
	store = grid_store();
	memset(&counters, 0, sizeof(counters));
	grid_host(store, GRID_WEB, "node1", 1);
	for (i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "host%u", i);
		grid_host(store, GRID_OTHER, name, i);
	}
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	server_stop(clock_ms());
	atomic_store(&tells_twice, false);
	assert_int_equal(counter_get(&counters.readers), 0);
	store_free(store);
	buffer_free(&got);
	return 0;
}

/* A connection from 127.0.0.x; -1 when nobody listens. */
static int
connect_from(unsigned x, long port)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
	                         .sin_addr.s_addr = htonl(0x7f000000 + x)};
	struct sockaddr_in to = {.sin_family = AF_INET,
	                         .sin_port = htons((uint16_t)port),
	                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int s = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(s >= 0);
	assert_int_equal(bind(s, (struct sockaddr *)&at, sizeof(at)), 0);
	if (connect(s, (struct sockaddr *)&to, sizeof(to)) == 0)
		return s;
	close(s);
	return -1;
}

static int
connect_to(long port)
{
	int s = connect_from(1, port);

	assert_true(s >= 0);
	return s;
}

static int
ask(const char *line)
{
	int s = connect_to(config->interactive_port);

	assert_int_equal(send(s, line, strlen(line), MSG_NOSIGNAL), strlen(line));
	return s;
}

/* All that comes, up to the end; closes. */
static const char *
read_all(int s)
{
	struct pollfd p = {.fd = s, .events = POLLIN};
	ssize_t n = 1;

	got.len = 0;
	while (n > 0) {
		assert_true(buffer_room(&got, 65537));
		assert_int_equal(poll(&p, 1, WAIT_MS), 1);
		n = recv(s, got.bytes + got.len, 65536, 0);
		got.len += n > 0 ? (size_t)n : 0;
	}
	got.bytes[got.len] = '\0';
	close(s);
	return got.bytes;
}

static void
wait_for(const atomic_uint_fast64_t *counter, uint64_t value)
{
	int i;

	for (i = 0; i < WAIT_MS && counter_get(counter) != value; i++)
		poll(NULL, 0, 1);
	assert_int_equal(counter_get(counter), value);
}

static void
assert_whole(const char *xml)
{
	const char end[] = "</GANGLIA_XML>\n";

	assert_true(got.len > strlen(end));
	assert_memory_equal(xml, "<?xml", 5);
	assert_string_equal(xml + got.len - strlen(end), end);
}

static void
all_ports_answer(void **state)
{
	(void)state;
	start();
	assert_whole(read_all(connect_to(config->clusters[0].gmond_port)));
	assert_non_null(strstr(got.bytes, "SOURCE=\"gmond\""));
	assert_non_null(strstr(got.bytes, "NAME=\"node1\""));
	assert_null(strstr(got.bytes, "NAME=\"host0\""));
	assert_whole(read_all(connect_to(config->clusters[1].gmond_port)));
	assert_null(strstr(got.bytes, "NAME=\"node1\""));
	assert_non_null(strstr(got.bytes, "NAME=\"host19999\""));
	assert_whole(read_all(connect_to(config->xml_port)));
	assert_non_null(strstr(got.bytes, "SOURCE=\"gmetad\""));
	assert_non_null(strstr(got.bytes, "NAME=\"node1\""));
	assert_non_null(strstr(got.bytes, "NAME=\"host19999\""));
	assert_whole(read_all(ask("/web\n")));
	assert_null(strstr(got.bytes, "NAME=\"host0\""));
	assert_non_null(strstr(read_all(ask("/status\n")), "\"gridname\":"));
	wait_for(&counters.requests, 5);
	wait_for(&counters.readers, 0);
	assert_int_equal(counter_get(&counters.requests_cut), 0);
}

static void
nonsense_is_refused(void **state)
{
	(void)state;
	start();
	assert_string_equal(read_all(ask("nonsense\n")), "");
	wait_for(&counters.refused, 1);
}

static void
byte_by_byte(void **state)
{
	static const char line[] = "GET /web/node1 HTTP/1.0\r\n\r\n";
	size_t i;
	int s;

	(void)state;
	start();
	s = connect_to(config->interactive_port);
	for (i = 0; i < sizeof(line) - 1; i++)
		assert_int_equal(send(s, line + i, 1, MSG_NOSIGNAL), 1);
	assert_memory_equal(read_all(s), "HTTP/1.0 200 OK\r\n", 17);
	assert_non_null(strstr(got.bytes, "</GANGLIA_XML>\n"));
}

/* Ends it, for the configuration to change, and starts it with these trusted. */
static void
start_trusting(const char *networks, struct network_list **list)
{
	size_t bad;

	server_stop(clock_ms());
	network_list_free(*list);
	assert_int_equal(network_list_parse(networks, list, &bad), 0);
	config->trusted = *list;
	start();
}

/* By its other addresses a machine is not itself. */
static void
who_is_not_trusted(void **state)
{
	struct network_list *list = NULL;

	(void)state;
	start();
	assert_string_equal(read_all(connect_from(2, config->xml_port)), "");
	assert_string_equal(read_all(connect_from(2, config->interactive_port)), "");
	wait_for(&counters.refused, 2);
	start_trusting("192.0.2.0/24", &list);
	assert_string_equal(read_all(connect_from(2, config->xml_port)), "");
	start_trusting("127.0.0.2", &list);
	assert_whole(read_all(connect_from(2, config->xml_port)));
	assert_string_equal(read_all(connect_from(3, config->xml_port)), "");
	server_stop(clock_ms());
	config->all_trusted = true;
	start();
	assert_whole(read_all(connect_from(3, config->xml_port)));
	server_stop(clock_ms());
	network_list_free(list);
}

static void
readers_are_bounded(void **state)
{
	int first, second;

	(void)state;
	config->readers = 2;
	start();
	first = connect_to(config->interactive_port);
	second = connect_to(config->interactive_port);
	wait_for(&counters.readers, 2);
	assert_string_equal(read_all(connect_to(config->xml_port)), "");
	wait_for(&counters.refused, 1);
	assert_int_equal(send(first, "/web\n", 5, MSG_NOSIGNAL), 5);
	assert_whole(read_all(first));
	wait_for(&counters.readers, 1);
	assert_whole(read_all(connect_to(config->xml_port)));
	close(second);
	wait_for(&counters.refused, 2); /* it has asked nothing */
}

/* One who stalls costs nobody else, and is cut. */
static void
who_stalls_is_cut(void **state)
{
	int stalled;

	(void)state;
	config->reader_timeout_s = 1;
	start();
	stalled = connect_to(config->xml_port);
	wait_for(&counters.readers, 1);
	assert_whole(read_all(connect_to(config->xml_port)));
	assert_whole(read_all(connect_to(config->clusters[1].gmond_port)));
	wait_for(&counters.requests_cut, 1);
	wait_for(&counters.readers, 0);
	assert_int_equal(counter_get(&counters.requests), 2);
	close(stalled);
}

static void
who_asks_nothing_is_cut(void **state)
{
	int silent;

	(void)state;
	config->reader_timeout_s = 1;
	start();
	silent = connect_to(config->interactive_port);
	assert_string_equal(read_all(silent), "");
	wait_for(&counters.requests_cut, 1);
}

static void
who_goes_is_let_go(void **state)
{
	char byte;
	int i, s;

	(void)state;
	start();
	for (i = 0; i < 20; i++) {
		s = connect_to(config->xml_port);
		assert_int_equal(recv(s, &byte, 1, 0), 1);
		close(s);
	}
	wait_for(&counters.readers, 0);
	wait_for(&counters.requests_cut, 20);
	assert_whole(read_all(connect_to(config->xml_port)));
}

static void
compressed(void **state)
{
	Bytef plain[4096];
	z_stream z = {.next_out = plain, .avail_out = sizeof(plain)};

	(void)state;
	config->gzip = true;
	start();
	read_all(connect_to(config->clusters[0].gmond_port));
	z.next_in = (Bytef *)got.bytes;
	z.avail_in = (uInt)got.len;
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	assert_int_equal(inflate(&z, Z_NO_FLUSH), Z_STREAM_END);
	inflateEnd(&z);
	assert_memory_equal(plain, "<?xml", 5);
	assert_whole(read_all(ask("/web\n")));
}

/* Ports come and go, the others stay, and so do readers. */
static void
another_configuration(void **state)
{
	struct config_cluster clusters[2];
	struct config next;
	int reader, s;
	char byte;

	(void)state;
	start();
	reader = connect_to(config->xml_port);
	assert_int_equal(recv(reader, &byte, 1, MSG_PEEK), 1);
	memcpy(clusters, config->clusters, sizeof(clusters));
	clusters[0].gmond_port = free_port();
	next = *config;
	next.clusters = clusters;
	next.readers = 1;
	server_reload(&next);
	assert_true(connect_from(1, config->clusters[0].gmond_port) < 0);
	s = connect_to(clusters[0].gmond_port);
	assert_string_equal(read_all(s), ""); /* there is one already */
	assert_whole(read_all(reader));
	wait_for(&counters.readers, 0);
	assert_whole(read_all(connect_to(clusters[0].gmond_port)));
	wait_for(&counters.readers, 0);
	assert_whole(read_all(connect_to(config->xml_port)));
	server_stop(clock_ms());
}

/* How many descriptors epoll watches. */
static unsigned
watched(void)
{
	char path[64], line[256];
	unsigned count = 0;
	FILE *info;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", atomic_load(&epoll_fd));
	info = fopen(path, "re");
	assert_non_null(info);
	while (fgets(line, sizeof(line), info) != NULL)
		count += strncmp(line, "tfd:", 4) == 0;
	fclose(info);
	return count;
}

/* A child that is forked and does not execute: it has all descriptors. */
struct child {
	pid_t pid;
	int end; /* it ends when this is closed */
};

static void
fork_child(struct child *child)
{
	int ends[2];
	char byte;

	assert_int_equal(pipe(ends), 0);
	child->pid = fork();
	assert_true(child->pid >= 0);
	if (child->pid == 0) {
		close(ends[1]);
		_exit(read(ends[0], &byte, 1) == 0 ? 0 : 1);
	}
	close(ends[0]);
	child->end = ends[1];
}

static void
end_child(const struct child *child)
{
	int status;

	close(child->end);
	assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
	assert_int_equal(status, 0);
}

/* The reader is gone, its socket is not. */
static void
a_child_has_the_readers_socket(void **state)
{
	struct child child;
	unsigned before;
	int s;

	(void)state;
	start();
	server_reload(config); /* it has begun */
	before = watched();
	s = connect_to(config->interactive_port);
	wait_for(&counters.readers, 1);
	fork_child(&child);
	assert_int_equal(shutdown(s, SHUT_WR), 0); /* it asks nothing */
	wait_for(&counters.refused, 1);
	wait_for(&counters.readers, 0);
	assert_int_equal(watched(), before);
	assert_whole(read_all(connect_to(config->xml_port)));
	wait_for(&counters.readers, 0);
	assert_int_equal(counter_get(&counters.refused), 1);
	assert_int_equal(counter_get(&counters.requests), 1);
	close(s);
	end_child(&child);
}

/* The port is closed, or bound anew, although its socket is still there. */
static void
a_child_has_the_ports_sockets(void **state)
{
	struct config next;
	struct child child;
	unsigned before;

	(void)state;
	start();
	server_reload(config); /* it has begun */
	before = watched();
	fork_child(&child);
	next = *config;
	next.interactive_port = 0;
	next.xml_bind_count = 1;
	assert_int_equal(address_parse("127.0.0.1", &next.xml_bind[0]), 0);
	server_reload(&next);
	assert_int_equal(watched(), before - 1);
	assert_true(connect_from(1, config->interactive_port) < 0);
	assert_whole(read_all(connect_to(config->xml_port)));
	end_child(&child);
	server_stop(clock_ms());
}

/* In one round a reader ends, and is told about once more. */
static void
everything_twice(void **state)
{
	int s;

	(void)state;
	atomic_store(&tells_twice, true);
	start();
	assert_string_equal(read_all(ask("nonsense\n")), "");
	assert_whole(read_all(ask("/web\n")));
	assert_whole(read_all(connect_to(config->xml_port)));
	wait_for(&counters.readers, 0);
	s = connect_to(config->interactive_port);
	wait_for(&counters.readers, 1);
	server_reload(config);
	close(s);
	wait_for(&counters.readers, 0);
	assert_int_equal(counter_get(&counters.refused), 2);
	assert_int_equal(counter_get(&counters.requests), 2);
}

/* What is left of a reader is sent before the end, if it takes it in time. */
static void
the_end(void **state)
{
	int stalled, asks;

	(void)state;
	start();
	stalled = connect_to(config->xml_port);
	asks = connect_to(config->interactive_port);
	wait_for(&counters.readers, 2);
	assert_int_equal(send(asks, "/web\n", 5, MSG_NOSIGNAL), 5);
	wait_for(&counters.requests, 1);
	server_stop(clock_ms() + 50);
	assert_whole(read_all(asks));
	close(stalled);
	assert_int_equal(counter_get(&counters.readers), 0);
	assert_true(connect_from(1, config->xml_port) < 0);
}

/* A reader that can't be accepted waits, and we don't spin. */
static void
no_descriptors(void **state)
{
	struct rlimit was, now;
	int s;

	(void)state;
	start();
	getrlimit(RLIMIT_NOFILE, &was);
	now = was;
	s = connect_to(config->interactive_port);
	wait_for(&counters.readers, 1);
	close(s); /* its number, and the reader's behind it, are free again */
	wait_for(&counters.readers, 0);
	now.rlim_cur = (rlim_t)s + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &now), 0);
	s = connect_to(config->xml_port);
	poll(NULL, 0, 50);
	assert_int_equal(counter_get(&counters.readers), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	assert_whole(read_all(s));
}

static void
a_port_that_is_taken(void **state)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t len = sizeof(at);
	int s = socket(AF_INET, SOCK_STREAM, 0);

	(void)state;
	assert_int_equal(bind(s, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(s, 1), 0);
	assert_int_equal(getsockname(s, (struct sockaddr *)&at, &len), 0);
	config->xml_port = ntohs(at.sin_port);
	assert_int_equal(server_bind(config), -1);
	close(s);
}

static void
only_some_addresses(void **state)
{
	(void)state;
	config->xml_bind_count = 1;
	assert_int_equal(address_parse("127.0.0.1", &config->xml_bind[0]), 0);
	start();
	assert_whole(read_all(connect_to(config->xml_port)));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(all_ports_answer),
	    TEST(nonsense_is_refused),
	    TEST(byte_by_byte),
	    TEST(who_is_not_trusted),
	    TEST(readers_are_bounded),
	    TEST(who_stalls_is_cut),
	    TEST(who_asks_nothing_is_cut),
	    TEST(who_goes_is_let_go),
	    TEST(compressed),
	    TEST(another_configuration),
	    TEST(a_child_has_the_readers_socket),
	    TEST(a_child_has_the_ports_sockets),
	    TEST(everything_twice),
	    TEST(the_end),
	    TEST(no_descriptors),
	    TEST(a_port_that_is_taken),
	    TEST(only_some_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

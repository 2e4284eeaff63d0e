/* One reader, on a real connection, in invented time. */
#include "tests/sflow/unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "gmetad-bridge/readers/client.h"
#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/readers/query.h"
#include "tests/bridge/grid.h"

#define WAIT_MS 20000 /* for what must come */

static struct config *config;
static struct store *store;
static struct client *client;
static int reader; /* the other end */
static struct buffer got;

static int
setup(void **state)
{
	(void)state;
	config = grid_config();
	store = grid_store();
	grid_host(store, GRID_WEB, "node1", 1);
	reader = -1;
	return store == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	client_free(client);
	client = NULL;
	if (reader >= 0)
		close(reader);
	store_free(store);
	buffer_free(&got);
	return 0;
}

static void
add_hosts(unsigned count)
{
	char name[16];
	unsigned i;

	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "host%u", i);
		grid_host(store, GRID_WEB, name, i);
	}
}

/* A connection: `reader` is one end, the client has the other. `room`: of the
 * reader's kernel, bytes; 0: as it is. */
static void
connect_client(enum client_port port, int room)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
	                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(to);
	int listener = socket(AF_INET, SOCK_STREAM, 0), fd;

	assert_int_equal(bind(listener, (struct sockaddr *)&to, len), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&to, &len), 0);
	reader = socket(AF_INET, SOCK_STREAM, 0);
	if (room > 0)
		setsockopt(reader, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	assert_int_equal(connect(reader, (struct sockaddr *)&to, len), 0);
	fd = accept(listener, NULL, NULL);
	assert_true(fd >= 0);
	close(listener);
	if (room > 0)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	client = client_new(fd, config, store, port, 0, GRID_NOW);
	assert_non_null(client);
}

/* The client's turn with what it has waited for and has come, in so many ms. */
static enum client_state
turn(int64_t now, int wait_ms)
{
	struct pollfd p = {.fd = client_fd(client)};
	uint32_t events = client_events(client);

	p.events = (short)(((events & EPOLLIN) != 0 ? POLLIN : 0) |
	                   ((events & EPOLLOUT) != 0 ? POLLOUT : 0));
	if (poll(&p, 1, wait_ms) <= 0)
		return CLIENT_OPEN;
	return client_turn(client, (uint32_t)p.revents, now, GRID_WALL);
}

static void
say(const char *bytes, size_t len)
{
	assert_int_equal(send(reader, bytes, len, MSG_NOSIGNAL), len);
}

/* Reads what has come; false at the end. */
static bool
hear(size_t most)
{
	ssize_t n;

	if (!buffer_room(&got, most + 1))
		fail();
	n = recv(reader, got.bytes + got.len, most, MSG_DONTWAIT);
	if (n < 0 && errno != EAGAIN)
		fail_msg("%s", strerror(errno));
	got.len += n > 0 ? (size_t)n : 0;
	got.bytes[got.len] = '\0';
	return n != 0;
}

/* Turns and reading, until all has come and the reader has closed. */
static void
assert_answered(void)
{
	enum client_state state = CLIENT_OPEN;

	do {
		state = turn(GRID_NOW, 10);
		assert_int_equal(state, CLIENT_OPEN);
	} while (hear(100000));
	close(reader);
	reader = -1;
	while (state == CLIENT_OPEN)
		state = turn(GRID_NOW, WAIT_MS);
	assert_int_equal(state, CLIENT_DONE);
}

static void
assert_ends(const char *end)
{
	assert_true(got.len > strlen(end));
	assert_string_equal(got.bytes + got.len - strlen(end), end);
}

static void
gets_a_document(void **state)
{
	uint64_t requests = counter_get(&counters.requests);
	uint64_t bytes = counter_get(&counters.xml_bytes);

	(void)state;
	connect_client(PORT_CLUSTER, 0);
	assert_answered();
	assert_ends("</CLUSTER>\n</GANGLIA_XML>\n");
	assert_int_equal(counter_get(&counters.requests), requests + 1);
	assert_int_equal(counter_get(&counters.xml_bytes), bytes + got.len);
}

static void
gets_a_large_document(void **state)
{
	char *whole;
	size_t len;

	(void)state;
	add_hosts(3000);
	connect_client(PORT_XML, 0);
	assert_answered();
	assert_ends("</GRID>\n</GANGLIA_XML>\n");
	assert_true(got.len > 3000 * 500);
	whole = got.bytes;
	len = got.len;
	got = (struct buffer){0};
	client_free(client);
	connect_client(PORT_XML, 4096); /* in many small writes */
	assert_answered();
	assert_int_equal(got.len, len);
	assert_memory_equal(got.bytes, whole, len);
	free(whole);
}

static void
asks_byte_by_byte(void **state)
{
	static const char line[] = "/web/node1\r\n";
	size_t i;

	(void)state;
	connect_client(PORT_INTERACTIVE, 0);
	for (i = 0; i < sizeof(line) - 3; i++) {
		say(line + i, 1);
		assert_int_equal(turn(GRID_NOW, WAIT_MS), CLIENT_OPEN);
		assert_int_equal(client_events(client), EPOLLIN);
	}
	say(line + i, 2);
	assert_int_equal(turn(GRID_NOW, WAIT_MS), CLIENT_OPEN);
	assert_true((client_events(client) & EPOLLOUT) != 0);
	assert_answered();
	assert_ends("</GRID>\n</GANGLIA_XML>\n");
	assert_non_null(strstr(got.bytes, "NAME=\"node1\""));
}

/* A line that ends with what is sent, as in "printf /web | nc -N". */
static void
closes_its_half(void **state)
{
	(void)state;
	connect_client(PORT_INTERACTIVE, 0);
	say("/web", 4);
	shutdown(reader, SHUT_WR);
	while ((client_events(client) & EPOLLOUT) == 0)
		assert_int_equal(turn(GRID_NOW, WAIT_MS), CLIENT_OPEN);
	while (turn(GRID_NOW, WAIT_MS) == CLIENT_OPEN)
		;
	while (hear(100000))
		;
	assert_ends("</GRID>\n</GANGLIA_XML>\n");
}

/* What comes behind the line must not cost the answer. */
static void
says_more_than_we_want_to_know(void **state)
{
	char more[20000];

	(void)state;
	memset(more, 'x', sizeof(more));
	connect_client(PORT_INTERACTIVE, 0);
	say("GET /web HTTP/1.0\r\nHost: bridge\r\n\r\n", 34);
	say(more, sizeof(more));
	assert_answered();
	assert_memory_equal(got.bytes, "HTTP/1.0 200 OK\r\n", 17);
	assert_ends("</GRID>\n</GANGLIA_XML>\n");
}

static void
talks_without_end(void **state)
{
	enum client_state now = CLIENT_OPEN;
	char more[8192];
	int i;

	(void)state;
	memset(more, 'x', sizeof(more));
	connect_client(PORT_XML, 0);
	for (i = 0; i < 1000 && now == CLIENT_OPEN; i++) {
		send(reader, more, sizeof(more), MSG_NOSIGNAL | MSG_DONTWAIT);
		now = turn(GRID_NOW, 10);
	}
	assert_int_equal(now, CLIENT_DONE);
}

static void
assert_refused(const char *line)
{
	enum client_state now = CLIENT_OPEN;

	connect_client(PORT_INTERACTIVE, 0);
	say(line, strlen(line));
	while (now == CLIENT_OPEN)
		now = turn(GRID_NOW, WAIT_MS);
	assert_int_equal(now, CLIENT_REFUSED);
	client_free(client);
	client = NULL;
	close(reader);
	reader = -1;
}

static void
asks_what_is_not_answered(void **state)
{
	char line[QUERY_MAX + 2];

	(void)state;
	assert_refused("\n");
	assert_refused("POST / HTTP/1.0\r\n");
	assert_refused("/a;b\n");
	memset(line, '/', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	assert_refused(line);
}

static void
asks_nothing(void **state)
{
	(void)state;
	connect_client(PORT_INTERACTIVE, 0);
	say("/we", 3);
	assert_int_equal(turn(GRID_NOW, WAIT_MS), CLIENT_OPEN);
	assert_int_equal(client_tick(client, GRID_NOW + 29999), CLIENT_OPEN);
	assert_int_equal(client_tick(client, GRID_NOW + 30000), CLIENT_CUT);
}

static void
goes_away(void **state)
{
	struct linger hard = {.l_onoff = 1};
	enum client_state now = CLIENT_OPEN;
	char byte;

	(void)state;
	add_hosts(3000);
	connect_client(PORT_XML, 4096);
	assert_int_equal(turn(GRID_NOW, WAIT_MS), CLIENT_OPEN);
	assert_int_equal(recv(reader, &byte, 1, 0), 1);
	setsockopt(reader, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(reader);
	reader = -1;
	while (now == CLIENT_OPEN)
		now = turn(GRID_NOW, WAIT_MS);
	assert_int_equal(now, CLIENT_CUT);
}

/* Turns until nothing more can be sent. */
static void
fill(int64_t now)
{
	struct pollfd p = {.events = POLLOUT};

	for (p.fd = client_fd(client); poll(&p, 1, 10) > 0;)
		assert_int_equal(client_turn(client, EPOLLOUT, now, GRID_WALL),
		                 CLIENT_OPEN);
}

static void
takes_nothing(void **state)
{
	(void)state;
	add_hosts(3000);
	connect_client(PORT_XML, 65536);
	fill(GRID_NOW);
	assert_int_equal(client_tick(client, GRID_NOW + 1000), CLIENT_OPEN);
	assert_int_equal(client_tick(client, GRID_NOW + 30999), CLIENT_OPEN);
	assert_int_equal(client_tick(client, GRID_NOW + 31000), CLIENT_CUT);
}

/* Reads `bytes` every 100 s; after how many s it is cut, of at most 3500. Each
 * 1000 s it has to take 1,024,000. */
static unsigned
cut_after(size_t bytes)
{
	unsigned s;

	config->reader_timeout_s = 1000;
	add_hosts(5000);
	connect_client(PORT_XML, 16384);
	for (s = 100; s <= 3500; s += 100) {
		int64_t now = GRID_NOW + 1000 * (int64_t)s;
		size_t until = got.len + bytes;

		while (got.len < until) {
			size_t before = got.len;

			turn(GRID_NOW, 1); /* nothing expires */
			hear(until - before < 8192 ? until - before : 8192);
		}
		if (client_tick(client, now) == CLIENT_CUT)
			return s;
	}
	return 0;
}

static void
takes_too_little(void **state)
{
	(void)state;
	assert_in_range(cut_after(50000), 1000, 2000);
}

static void
takes_enough(void **state)
{
	(void)state;
	assert_int_equal(cut_after(150000), 0);
}

static void
lingers_not_for_ever(void **state)
{
	(void)state;
	connect_client(PORT_XML, 0);
	while ((client_events(client) & EPOLLOUT) != 0)
		assert_int_equal(turn(GRID_NOW, WAIT_MS), CLIENT_OPEN);
	assert_int_equal(client_tick(client, GRID_NOW + 1999), CLIENT_OPEN);
	assert_int_equal(client_tick(client, GRID_NOW + 2000), CLIENT_DONE);
}

/* gzip ------------------------------------------------------------------------- */

static void
unzip(struct buffer *plain)
{
	z_stream z = {.next_in = (Bytef *)got.bytes, .avail_in = (uInt)got.len};
	int result;

	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	do {
		assert_true(buffer_room(plain, 65536));
		z.next_out = (Bytef *)plain->bytes + plain->len;
		z.avail_out = 65536;
		result = inflate(&z, Z_NO_FLUSH);
		plain->len += 65536 - z.avail_out;
	} while (result == Z_OK);
	assert_int_equal(result, Z_STREAM_END);
	assert_int_equal(z.avail_in, 0);
	inflateEnd(&z);
}

static void
gets_it_compressed(void **state)
{
	static const char end[] = "</GANGLIA_XML>\n";
	struct buffer plain = {0};

	(void)state;
	config->gzip = true;
	add_hosts(3000);
	connect_client(PORT_CLUSTER, 4096);
	assert_answered();
	unzip(&plain);
	assert_true(plain.len > 3000 * 500 && got.len < plain.len / 5);
	assert_memory_equal(plain.bytes, "<?xml", 5);
	assert_memory_equal(plain.bytes + plain.len - strlen(end), end, strlen(end));
	buffer_free(&plain);
}

static void
an_answer_is_not_compressed(void **state)
{
	(void)state;
	config->gzip = true;
	connect_client(PORT_INTERACTIVE, 0);
	say("/\n", 2);
	assert_answered();
	assert_memory_equal(got.bytes, "<?xml", 5);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(gets_a_document),
	    TEST(gets_a_large_document),
	    TEST(asks_byte_by_byte),
	    TEST(closes_its_half),
	    TEST(says_more_than_we_want_to_know),
	    TEST(talks_without_end),
	    TEST(asks_what_is_not_answered),
	    TEST(asks_nothing),
	    TEST(goes_away),
	    TEST(takes_nothing),
	    TEST(takes_too_little),
	    TEST(takes_enough),
	    TEST(lingers_not_for_ever),
	    TEST(gets_it_compressed),
	    TEST(an_answer_is_not_compressed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Asking a daemon: what is sent, what is understood, and how it ends when the other
 * side is slow, cut off, or something else. The daemon is a thread on loopback. */
#include "tests/sflow/unit.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <zlib.h>

#include "common/clock.h"
#include "tools/daemon.h"

#define LONG_MS 20000 /* more than any test takes */
#define SHORT_MS 150

static const char document[] =
    "<GANGLIA_XML><CLUSTER NAME=\"web\"><HOST NAME=\"a\"/></CLUSTER>"
    "</GANGLIA_XML>\n";

/* The daemon --------------------------------------------------------------------------- */

static struct {
	int listener;
	unsigned port;
	pthread_t thread;
	const void *answer;
	size_t len;
	bool endless;     /* the answer again and again */
	bool resets;      /* instead of closing */
	bool stays;       /* open until the reader goes */
	bool is_asked;    /* it waits for a line */
	bool is_busy;     /* as a gmond is with another reader: it cuts off who asks */
	char query[4096]; /* that came */
} server;

static void
take_query(int client)
{
	size_t len = 0;

	while (len < sizeof(server.query) - 1 &&
	       read(client, server.query + len, 1) == 1 && server.query[len++] != '\n')
		;
	server.query[len] = '\0';
}

/* A query that nobody reads: what was sent before is lost with it. */
static int
cut_off(int client)
{
	const struct linger at_once = {.l_onoff = 1};
	char byte;

	assert_int_equal(recv(client, &byte, 1, MSG_PEEK), 1);
	assert_true(send(client, document, strlen(document), MSG_NOSIGNAL) > 0);
	while (recv(client, &byte, 1, 0) == 1)
		; /* until the reader has gone */
	setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(client);
	return accept(server.listener, NULL, NULL);
}

static void *
serve(void *unused)
{
	const struct linger at_once = {.l_onoff = 1};
	int client = accept(server.listener, NULL, NULL);
	char byte;

	(void)unused;
	if (server.resets)
		setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	if (server.is_busy)
		client = cut_off(client);
	if (server.is_asked)
		take_query(client);
	while (send(client, server.answer, server.len, MSG_NOSIGNAL) >= 0 &&
	       server.endless)
		;
	if (server.stays)
		while (read(client, &byte, 1) == 1)
			;
	close(client);
	return NULL;
}

static int
begin(void **state)
{
	struct sockaddr_in here = {.sin_family = AF_INET};
	socklen_t len = sizeof(here);

	(void)state;
	memset(&server, 0, sizeof(server));
	server.answer = document;
	server.len = strlen(document);
	here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server.listener, (struct sockaddr *)&here, sizeof(here)),
	                 0);
	assert_int_equal(listen(server.listener, 4), 0);
	getsockname(server.listener, (struct sockaddr *)&here, &len);
	server.port = ntohs(here.sin_port);
	return 0;
}

static int
finish(void **state)
{
	(void)state;
	close(server.listener);
	return 0;
}

/* Reading from it ---------------------------------------------------------------------- */

static size_t hosts;
static char fault[DAEMON_FAULT];

static bool
count_host(void *context, const struct ganglia_host *host, bool *metrics)
{
	(void)context;
	(void)host;
	(void)metrics;
	hosts++;
	return true;
}

static bool
stop_at_host(void *context, const struct ganglia_host *host, bool *metrics)
{
	count_host(context, host, metrics);
	return false;
}

static enum daemon_result
read_by(const struct ganglia_visitor *visitor, enum daemon_ask ask,
        const struct daemon_query *query, int64_t patience_ms)
{
	struct daemon_address address = {.port = server.port, .ask = ask};
	enum daemon_result result;

	hosts = 0;
	strcpy(fault, "");
	strcpy(address.host, "127.0.0.1");
	assert_int_equal(pthread_create(&server.thread, NULL, serve, NULL), 0);
	result = daemon_read(&address, query, visitor, clock_ms() + patience_ms, fault);
	pthread_join(server.thread, NULL);
	return result;
}

static enum daemon_result
read_all(void)
{
	static const struct ganglia_visitor visitor = {.host = count_host};
	static const struct daemon_query query;

	return read_by(&visitor, DAEMON_ASK_NEVER, &query, LONG_MS);
}

static void
assert_broken(const char *expected)
{
	assert_int_equal(read_all(), DAEMON_BROKEN);
	if (strstr(fault, expected) == NULL)
		fail_msg("\"%s\" instead of \"%s\"", fault, expected);
}

/* Addresses ---------------------------------------------------------------------------- */

static void
test_addresses(void **state)
{
	static const struct {
		const char *text, *host;
		unsigned port;
	} good[] = {
	    {"127.0.0.1", "127.0.0.1", 8649}, {"gmond.example:1", "gmond.example", 1},
	    {"[::1]:65535", "::1", 65535},    {"[::1]", "::1", 8649},
	    {"fd00::8:1", "fd00::8:1", 8649}, {"::", "::", 8649},
	};
	static const char *const bad[] = {"",        ":8649",
	                                  "a:",      "a:0",
	                                  "a:65536", "a:1x",
	                                  "a:-1",    "a: 1",
	                                  "a:+1",    "[]:1",
	                                  "[::1",    "[::1]x",
	                                  "[::1]:",  "a:99999999999999999999"};
	struct daemon_address address;
	char text[2 * DAEMON_ADDRESS];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(good); i++) {
		assert_int_equal(daemon_parse(good[i].text, &address), 0);
		assert_string_equal(address.host, good[i].host);
		assert_int_equal(address.port, good[i].port);
		assert_int_equal(address.ask, DAEMON_ASK_AUTO);
	}
	for (i = 0; i < COUNT_OF(bad); i++)
		if (daemon_parse(bad[i], &address) != -1)
			fail_msg("taken: \"%s\"", bad[i]);
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(daemon_parse(text, &address), -1);
}

/* Queries ------------------------------------------------------------------------------ */

static void
test_queries(void **state)
{
	static const struct {
		struct daemon_query query;
		const char *sent;
	} queries[] = {
	    {{NULL, NULL, false, false, NULL, false}, "GET / HTTP/1.0\r\n"},
	    {{NULL, NULL, true, false, NULL, false},
	     "GET /?filter=summary HTTP/1.0\r\n"},
	    {{NULL, NULL, false, true, NULL, false},
	     "GET /?filter=former HTTP/1.0\r\n"},
	    {{"web", NULL, false, true, NULL, false},
	     "GET /web?filter=former HTTP/1.0\r\n"},
	    {{"my web", NULL, false, false, NULL, false}, "GET /my web HTTP/1.0\r\n"},
	    {{"web", NULL, true, false, NULL, false},
	     "GET /web?filter=summary HTTP/1.0\r\n"},
	    {{"web", "a", false, false, NULL, false}, "GET /web/a HTTP/1.0\r\n"},
	    {{NULL, "a", false, false, NULL, false}, "GET /*/a HTTP/1.0\r\n"},
	    {{"a/b", "c?d", false, false, NULL, false}, "GET /*/* HTTP/1.0\r\n"},
	    {{"$(x)", "a\nb", false, false, NULL, false}, "GET /*/* HTTP/1.0\r\n"},
	    {{"caf\xe9", "", false, false, NULL, false}, "GET /*/* HTTP/1.0\r\n"},
	    {{"a|b", NULL, true, false, NULL, false},
	     "GET /?filter=summary HTTP/1.0\r\n"},
	    {{"a", NULL, false, false, NULL, true},
	     "GET /a/*?filter=summary HTTP/1.0\r\n"},
	    {{NULL, NULL, false, false, NULL, true},
	     "GET /*/*?filter=summary HTTP/1.0\r\n"},
	};
	static const struct ganglia_visitor visitor = {.host = count_host};
	size_t i;

	(void)state;
	server.is_asked = true;
	for (i = 0; i < COUNT_OF(queries); i++) {
		assert_int_equal(
		    read_by(&visitor, DAEMON_ASK_ALWAYS, &queries[i].query, LONG_MS),
		    DAEMON_DONE);
		assert_string_equal(server.query, queries[i].sent);
		assert_int_equal(hosts, 1);
	}
}

/* gmetad-bridge says in HTTP's header when it began; whatever else is there says nothing. */
static void
test_when_it_began(void **state)
{
	static const struct {
		const char *line;
		int64_t started_s;
	} lines[] = {
	    {"X-Started: 1700000000", 1700000000},
	    {"X-Started: 1700000000x", 7},
	    {"X-Started: -1", 7},
	    {"X-Started: ", 7},
	    {"X-Started: 99999999999999999999999999", 7},
	    {"Server: X-Started: 1700000000", 7},
	    {"X-Started: 1                                                        ", 7},
	    {"Server: gmetad", 7},
	};
	static const struct ganglia_visitor visitor = {.host = count_host};
	int64_t started_s;
	const struct daemon_query query = {.started_s = &started_s};
	char answer[512];
	size_t i;

	(void)state;
	server.is_asked = true;
	for (i = 0; i < COUNT_OF(lines); i++) {
		started_s = 7;
		snprintf(answer, sizeof(answer),
		         "HTTP/1.0 200 OK\r\n%s\r\nConnection: close\r\n\r\n"
		         "<GANGLIA_XML></GANGLIA_XML>",
		         lines[i].line);
		server.answer = answer;
		server.len = strlen(answer);
		assert_int_equal(read_by(&visitor, DAEMON_ASK_ALWAYS, &query, LONG_MS),
		                 DAEMON_DONE);
		assert_int_equal(started_s, lines[i].started_s);
	}
}

/* On a port that says nothing it asks after a moment; where that was wrong, it comes
 * again without asking. */
static void
test_asks_who_is_silent(void **state)
{
	static const char answer[] =
	    "HTTP/1.0 200 OK\r\n\r\n<GANGLIA_XML></GANGLIA_XML>";
	static const struct ganglia_visitor visitor = {.host = count_host};
	static const struct daemon_query query;

	(void)state;
	server.is_busy = true;
	assert_int_equal(read_by(&visitor, DAEMON_ASK_AUTO, &query, LONG_MS),
	                 DAEMON_DONE);
	assert_int_equal(hosts, 1);
	server.is_busy = false;
	server.is_asked = true;
	server.answer = answer;
	server.len = strlen(answer);
	assert_int_equal(read_by(&visitor, DAEMON_ASK_AUTO, &query, LONG_MS),
	                 DAEMON_DONE);
	assert_string_equal(server.query, "GET / HTTP/1.0\r\n");
}

/* Answers ------------------------------------------------------------------------------ */

static void
test_plain(void **state)
{
	(void)state;
	assert_int_equal(read_all(), DAEMON_DONE);
	assert_int_equal(hosts, 1);
	assert_string_equal(fault, "");
}

static void
test_http(void **state)
{
	static const char answer[] =
	    "HTTP/1.0 200 OK\r\nServer: gmetad\r\n\rX: \r\n\r\n"
	    "<GANGLIA_XML><HOST/></GANGLIA_XML>";

	(void)state;
	server.answer = answer;
	server.len = strlen(answer);
	assert_int_equal(read_all(), DAEMON_DONE);
	assert_int_equal(hosts, 1);
	server.len = 20;
	assert_broken("isn't Ganglia's");
}

/* A document of many hosts, as gmond's gzip_output has it. Freed by the caller. */
static unsigned char *
zipped(size_t count, size_t *len)
{
	size_t size = 100 + 20 * count, at;
	char *text = malloc(size);
	unsigned char *packed = malloc(size);
	z_stream z = {0};

	at = (size_t)sprintf(text, "<GANGLIA_XML>");
	while (count-- > 0)
		at += (size_t)sprintf(text + at, "<HOST></HOST>\n");
	at += (size_t)sprintf(text + at, "</GANGLIA_XML>");
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, 0), Z_OK);
	z.next_in = (unsigned char *)text;
	z.avail_in = (unsigned)at;
	z.next_out = packed;
	z.avail_out = (unsigned)size;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	*len = z.total_out;
	deflateEnd(&z);
	free(text);
	return packed;
}

static void
test_gzip(void **state)
{
	unsigned char *packed = zipped(100000, &server.len);

	(void)state;
	server.answer = packed;
	assert_int_equal(read_all(), DAEMON_DONE);
	assert_int_equal(hosts, 100000);
	server.len -= 30;
	assert_broken("bad XML");
	server.len += 30;
	packed[server.len / 2] ^= 0xff;
	assert_int_equal(read_all(), DAEMON_BROKEN);
	packed[2] = 0xff;
	assert_broken("gzip is damaged");
	free(packed);
}

/* It takes what it wants, and goes. */
static void
test_enough(void **state)
{
	static const struct ganglia_visitor visitor = {.host = stop_at_host};
	static const struct daemon_query query;
	static const char answer[] = "<GANGLIA_XML><HOST/>";

	(void)state;
	server.answer = answer;
	server.len = strlen(answer);
	server.stays = true;
	assert_int_equal(read_by(&visitor, DAEMON_ASK_NEVER, &query, LONG_MS),
	                 DAEMON_DONE);
	assert_int_equal(hosts, 1);
}

/* Faults ------------------------------------------------------------------------------- */

static void
test_cut(void **state)
{
	size_t len;

	(void)state;
	server.len = 0;
	assert_broken("closed without an answer");
	for (len = 1; len < strlen(document) - 1; len++) {
		server.len = len;
		assert_broken("bad XML: line 1");
	}
}

/* Who is refused sees an end, a reset or a broken pipe, as it happens. */
static void
test_turned_away(void **state)
{
	static const struct ganglia_visitor visitor = {.host = count_host};
	static const struct daemon_query query;
	int i;

	(void)state;
	server.len = 0;
	server.resets = true;
	assert_broken("it closed without an answer (is this machine in its "
	              "trusted_hosts?)");
	for (i = 0; i < 20; i++) {
		assert_int_equal(read_by(&visitor, DAEMON_ASK_ALWAYS, &query, LONG_MS),
		                 DAEMON_BROKEN);
		assert_non_null(strstr(fault, "it closed without an answer"));
	}
	server.len = 5; /* what has begun to answer has not refused */
	server.is_asked = true;
	assert_int_equal(read_by(&visitor, DAEMON_ASK_ALWAYS, &query, LONG_MS),
	                 DAEMON_BROKEN);
	assert_null(strstr(fault, "trusted_hosts"));
}

static void
test_late(void **state)
{
	static const struct ganglia_visitor visitor = {.host = count_host};
	static const struct daemon_query query;
	static const char part[] = "<GANGLIA_XML><HOST/>";

	(void)state;
	server.stays = true;
	server.len = 0;
	assert_int_equal(read_by(&visitor, DAEMON_ASK_NEVER, &query, SHORT_MS),
	                 DAEMON_LATE);
	assert_string_equal(fault, "no answer in time");
	server.answer = part;
	server.len = strlen(part);
	assert_int_equal(read_by(&visitor, DAEMON_ASK_NEVER, &query, SHORT_MS),
	                 DAEMON_LATE);
	assert_string_equal(fault, "the answer has no end in time");
	assert_int_equal(hosts, 1);
}

static void
test_endless(void **state)
{
	static const struct ganglia_visitor visitor = {.host = count_host};
	static const struct daemon_query query;

	(void)state;
	server.answer = "<GANGLIA_XML>"; /* nests deeper and deeper */
	server.len = strlen(server.answer);
	server.endless = true;
	assert_broken("too deep");
	server.answer = " ";
	server.len = 1;
	assert_broken("too long");
	server.answer = "H"; /* never the end of its header */
	assert_int_equal(read_by(&visitor, DAEMON_ASK_NEVER, &query, SHORT_MS),
	                 DAEMON_LATE);
}

static void
test_refused(void **state)
{
	static const struct ganglia_visitor visitor = {.host = count_host};
	static const struct daemon_query query;
	struct daemon_address address = {.host = "127.0.0.1", .port = server.port};

	(void)state;
	close(server.listener);
	assert_int_equal(
	    daemon_read(&address, &query, &visitor, clock_ms() + LONG_MS, fault),
	    DAEMON_REFUSED);
	assert_non_null(strstr(fault, "Connection refused"));
	server.listener = -1;
	strcpy(address.host, "no.such.host.invalid");
	assert_int_equal(
	    daemon_read(&address, &query, &visitor, clock_ms() + LONG_MS, fault),
	    DAEMON_REFUSED);
	assert_non_null(strstr(fault, "no.such.host.invalid: "));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test_setup_teardown(test_queries, begin, finish),
	    cmocka_unit_test_setup_teardown(test_when_it_began, begin, finish),
	    cmocka_unit_test_setup_teardown(test_asks_who_is_silent, begin, finish),
	    cmocka_unit_test_setup_teardown(test_plain, begin, finish),
	    cmocka_unit_test_setup_teardown(test_http, begin, finish),
	    cmocka_unit_test_setup_teardown(test_gzip, begin, finish),
	    cmocka_unit_test_setup_teardown(test_enough, begin, finish),
	    cmocka_unit_test_setup_teardown(test_cut, begin, finish),
	    cmocka_unit_test_setup_teardown(test_turned_away, begin, finish),
	    cmocka_unit_test_setup_teardown(test_late, begin, finish),
	    cmocka_unit_test_setup_teardown(test_endless, begin, finish),
	    cmocka_unit_test_setup_teardown(test_refused, begin, finish),
	};

	return cmocka_run_group_tests_name("daemon", tests, NULL, NULL);
}

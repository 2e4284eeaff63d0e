/* Datagrams through real sockets, on the loopback interface. */
#include "tests/sflow/unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/ingest/ingest.h"
#include "gmetad-bridge/ingest/limit.h"
#include "gmetad-bridge/log.h"
#include "tests/sflow/wire.h"

#define DEADLINE_MS 20000 /* of what comes at once, but on no busy machine */
#define CONFIGS 8
#define LINES 8192

/* What the log has had, and who holds which configuration. ---------------------------- */

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static char log_text[LINES];

void
log_line(const char *format, ...)
{
	va_list args;
	size_t len;

	pthread_mutex_lock(&log_lock);
	len = strlen(log_text);
	va_start(args, format);
	vsnprintf(log_text + len, sizeof(log_text) - len, format, args);
	va_end(args);
	pthread_mutex_unlock(&log_lock);
}

static bool
was_logged(const char *words)
{
	bool found;

	pthread_mutex_lock(&log_lock);
	found = strstr(log_text, words) != NULL;
	pthread_mutex_unlock(&log_lock);
	return found;
}

struct config *
config_hold(const struct config *config)
{
	((struct config *)config)->references++;
	return (struct config *)config;
}

void
config_release(const struct config *config)
{
	if (config != NULL)
		((struct config *)config)->references--;
}

/* A bridge ------------------------------------------------------------------------------ */

struct bridge {
	struct config configs[CONFIGS];
	struct collector *collector;
	struct network_list *nobody;
};

static void
set_addresses(struct config *config, const char *first, const char *second)
{
	config->bind_count = 0;
	if (first != NULL)
		address_parse(first, &config->bind[config->bind_count++]);
	if (second != NULL)
		address_parse(second, &config->bind[config->bind_count++]);
}

static int
setup(void **state)
{
	struct bridge *b = calloc(1, sizeof(*b));
	struct config *c;
	size_t bad;

	if (b == NULL || network_list_parse("192.0.2.0/24", &b->nobody, &bad))
		return -1;
	for (c = b->configs; c < b->configs + CONFIGS; c++) {
		*c = (struct config){.sockets = 1, .rcvbuf = 150000};
		c->collector = collector_defaults;
		set_addresses(c, "127.0.0.1", NULL);
	}
	b->collector = collector_new(&b->configs[0].collector);
	log_text[0] = '\0';
	memset(&counters, 0, sizeof(counters));
	*state = b;
	return b->collector == NULL ? -1 : 0;
}

/* Nobody holds a configuration any more. */
static int
teardown(void **state)
{
	struct bridge *b = *state;
	unsigned held = 0;
	size_t i;

	ingest_stop();
	for (i = 0; i < CONFIGS; i++)
		held += b->configs[i].references;
	collector_free(b->collector);
	network_list_free(b->nobody);
	free(b);
	return held == 0 ? 0 : -1;
}

static void
start(struct bridge *b)
{
	assert_int_equal(ingest_bind(&b->configs[0]), 0);
	assert_int_equal(ingest_start(&b->configs[0], b->collector), 0);
}

static uint64_t
datagrams(const struct bridge *b)
{
	return atomic_load(&collector_stats(b->collector)->datagrams);
}

static bool
has_host(const struct bridge *b, const char *name)
{
	struct store *store = collector_store(b->collector);
	struct store_host *host = store_find(store, STORE_ANY_CLUSTER, name);

	if (host == NULL)
		host = store_find(store, 0, name);
	if (host != NULL)
		store_release(host);
	return host != NULL;
}

static void
pause_ms(long ms)
{
	nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

#define WAIT_FOR(condition) \
	do { \
		int64_t give_up = clock_ms() + DEADLINE_MS; \
		while (!(condition) && clock_ms() < give_up) \
			pause_ms(1); \
		assert_true(condition); \
	} while (0)

/* Agents ---------------------------------------------------------------------------------- */

struct sender {
	int fd;
	struct sockaddr_storage to;
	socklen_t len;
};

static struct sender
sender_to(const char *address, uint16_t port)
{
	struct sender s = {.fd = -1};
	struct sockaddr_in *in4 = (struct sockaddr_in *)&s.to;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&s.to;

	if (inet_pton(AF_INET, address, &in4->sin_addr) == 1) {
		s.to.ss_family = AF_INET;
		s.len = sizeof(*in4);
	} else {
		assert_int_equal(inet_pton(AF_INET6, address, &in6->sin6_addr), 1);
		s.to.ss_family = AF_INET6;
		s.len = sizeof(*in6);
	}
	in4->sin_port = htons(port);
	s.fd = socket(s.to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(s.fd >= 0);
	return s;
}

/* The next datagram of the agent 10.0.0.NUMBER, a host called "nodeNUMBER". */
static bool
try_send(const struct sender *s, unsigned number, uint32_t sequence)
{
	char address[ADDRESS_TEXT], name[32];
	struct wire w;

	snprintf(address, sizeof(address), "10.0.0.%u", number);
	snprintf(name, sizeof(name), "node%u", number);
	wire_datagram_begin(&w, address, 0, sequence, sequence * 1000);
	wire_sample_begin(&w, WIRE_COUNTERS, sequence, 2, 1);
	wire_host_descr(&w, name, (uint8_t)number);
	wire_host_net_io(&w, sequence * UINT64_C(1000), sequence);
	wire_sample_end(&w);
	wire_datagram_end(&w);
	return sendto(s->fd, w.bytes, w.len, 0, (const void *)&s->to, s->len) ==
	       (ssize_t)w.len;
}

static void
send_datagram(const struct sender *s, unsigned number, uint32_t sequence)
{
	assert_true(try_send(s, number, sequence));
}

/* One datagram, by a socket of its own. */
static void
send_once(const char *address, uint16_t port, unsigned number)
{
	struct sender s = sender_to(address, port);

	send_datagram(&s, number, 1);
	close(s.fd);
}

static void
send_many(uint16_t port, unsigned number, unsigned count)
{
	struct sender s = sender_to("127.0.0.1", port);
	uint32_t i;

	for (i = 1; i <= count; i++)
		send_datagram(&s, number, i);
	close(s.fd);
}

/* Somebody else's socket, on a port that the system chooses or on this one; -1 when
 * it is taken. */
static int
take_port(uint16_t *port, bool shared)
{
	struct sockaddr_in in4 = {.sin_family = AF_INET,
	                          .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	                          .sin_port = htons(*port)};
	socklen_t len = sizeof(in4);
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;

	if (shared)
		setsockopt(s, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	if (bind(s, (const void *)&in4, sizeof(in4)) != 0) {
		close(s);
		return -1;
	}
	getsockname(s, (void *)&in4, &len);
	*port = ntohs(in4.sin_port);
	return s;
}

/* Tests -------------------------------------------------------------------------------------- */

static void
test_datagrams_become_hosts(void **state)
{
	struct bridge *b = *state;

	start(b);
	send_once("127.0.0.1", ingest_port(), 1);
	send_once("127.0.0.1", ingest_port(), 2);
	WAIT_FOR(has_host(b, "node1") && has_host(b, "node2"));
	assert_int_equal(counter_get(&counters.received), 2);
	WAIT_FOR(was_logged("host node1 joined"));
}

static void
test_all_addresses(void **state)
{
	struct bridge *b = *state;

	set_addresses(&b->configs[0], NULL, NULL);
	start(b);
	send_once("127.0.0.1", ingest_port(), 1);
	WAIT_FOR(has_host(b, "node1"));
}

static bool
has_ipv6(void)
{
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
	                           .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int s = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool has = s >= 0 && bind(s, (const void *)&in6, sizeof(in6)) == 0;

	if (s >= 0)
		close(s);
	return has;
}

static void
test_both_families(void **state)
{
	struct bridge *b = *state;

	if (!has_ipv6())
		skip();
	set_addresses(&b->configs[0], "::", NULL);
	start(b);
	send_once("127.0.0.1", ingest_port(), 1);
	send_once("::1", ingest_port(), 2);
	WAIT_FOR(has_host(b, "node1") && has_host(b, "node2"));
}

static void
test_both_families_by_name(void **state)
{
	struct bridge *b = *state;

	if (!has_ipv6())
		skip();
	set_addresses(&b->configs[0], "::", "0.0.0.0");
	start(b);
	send_once("127.0.0.1", ingest_port(), 1);
	send_once("::1", ingest_port(), 2);
	WAIT_FOR(has_host(b, "node1") && has_host(b, "node2"));
}

/* Of so many sources each of four sockets gets some. */
static void
test_shared_port(void **state)
{
	struct bridge *b = *state;
	unsigned i;

	b->configs[0].sockets = 4;
	start(b);
	for (i = 1; i <= 200; i++)
		send_once("127.0.0.1", ingest_port(), i);
	WAIT_FOR(datagrams(b) == 200);
	assert_int_equal(store_count(collector_store(b->collector)), 200);
	assert_int_equal(counter_get(&counters.received), 200);
}

/* Also when who has it would share it. */
static void
test_taken_port(void **state)
{
	struct bridge *b = *state;
	int other = take_port(&b->configs[0].port, true);

	assert_true(other >= 0);
	assert_int_equal(ingest_bind(&b->configs[0]), -1);
	assert_true(was_logged("can't listen on UDP port"));
	assert_true(was_logged("127.0.0.1: Address already in use"));
	log_text[0] = '\0';
	b->configs[0].sockets = 2;
	assert_int_equal(ingest_bind(&b->configs[0]), -1);
	assert_true(was_logged("is another collector running?"));
	assert_int_equal(ingest_port(), 0);
	close(other);
	start(b);
}

static void
test_address_of_others(void **state)
{
	struct bridge *b = *state;

	set_addresses(&b->configs[0], "127.0.0.1", "192.0.2.1");
	assert_int_equal(ingest_bind(&b->configs[0]), -1);
	assert_true(was_logged("192.0.2.1: Cannot assign requested address"));
}

/* They are in the kernel before the thread is there. */
static void
test_stop_takes_what_is_queued(void **state)
{
	struct bridge *b = *state;

	assert_int_equal(ingest_bind(&b->configs[0]), 0);
	send_many(ingest_port(), 1, 100);
	assert_int_equal(ingest_start(&b->configs[0], b->collector), 0);
	ingest_stop();
	assert_int_equal(datagrams(b), 100);
	assert_true(has_host(b, "node1"));
}

static void
test_kernel_drops_are_counted(void **state)
{
	struct bridge *b = *state;
	uint64_t received;

	b->configs[0].rcvbuf = 20000;
	assert_int_equal(ingest_bind(&b->configs[0]), 0);
	send_many(ingest_port(), 1, 1000);
	assert_int_equal(ingest_start(&b->configs[0], b->collector), 0);
	ingest_stop();
	received = counter_get(&counters.received);
	assert_true(received > 0 && received < 1000);
	assert_int_equal(counter_get(&counters.kernel_drops), 1000 - received);
}

/* What neither the system nor its limits allow. */
static void
test_huge_buffer(void **state)
{
	struct bridge *b = *state;

	b->configs[0].rcvbuf = 2000000000;
	start(b);
	assert_true(was_logged("the sockets' buffers are"));
}

static void
test_rate(void **state)
{
	struct bridge *b = *state;

	b->configs[0].rate = 1;
	start(b);
	send_many(ingest_port(), 1, LIMIT_BURST + 30);
	WAIT_FOR(counter_get(&counters.received) == LIMIT_BURST + 30);
	WAIT_FOR(counter_get(&counters.rate_limited) + datagrams(b) ==
	         LIMIT_BURST + 30);
	assert_true(datagrams(b) >= LIMIT_BURST);
	assert_true(counter_get(&counters.rate_limited) > 0);
}

/* Whoever is not allowed is told apart from who sends too much. */
static void
test_rate_of_who_is_not_allowed(void **state)
{
	struct bridge *b = *state;
	const struct collector_stats *stats = collector_stats(b->collector);

	b->configs[1] = b->configs[0];
	b->configs[1].rate = 1;
	b->configs[1].collector.allow = b->nobody;
	start(b);
	ingest_reload(&b->configs[1]);
	send_many(ingest_port(), 1, LIMIT_BURST + 30);
	WAIT_FOR(atomic_load(&stats->not_allowed) == LIMIT_BURST + 30);
	assert_int_equal(counter_get(&counters.rate_limited), 0);
}

/* Reload --------------------------------------------------------------------------------------- */

static void
test_reload_changes_who_is_allowed(void **state)
{
	struct bridge *b = *state;
	const struct collector_stats *stats = collector_stats(b->collector);
	uint16_t port;

	start(b);
	port = ingest_port();
	send_once("127.0.0.1", port, 1);
	WAIT_FOR(has_host(b, "node1"));
	b->configs[1].collector.allow = b->nobody;
	ingest_reload(&b->configs[1]);
	WAIT_FOR(b->configs[0].references == 0);
	send_once("127.0.0.1", port, 2);
	WAIT_FOR(atomic_load(&stats->not_allowed) == 1);
	ingest_reload(&b->configs[2]);
	send_once("127.0.0.1", port, 3);
	WAIT_FOR(has_host(b, "node3"));
	assert_true(has_host(b, "node1"));
	assert_false(has_host(b, "node2"));
	assert_int_equal(ingest_port(), port);
}

static void
test_reload_changes_the_rate(void **state)
{
	struct bridge *b = *state;

	start(b);
	send_many(ingest_port(), 1, LIMIT_BURST + 30);
	WAIT_FOR(datagrams(b) == LIMIT_BURST + 30);
	b->configs[1].rate = 1;
	ingest_reload(&b->configs[1]);
	send_many(ingest_port(), 2, LIMIT_BURST + 30);
	WAIT_FOR(counter_get(&counters.rate_limited) > 0);
	assert_true(has_host(b, "node1"));
}

static uint16_t
free_port(void)
{
	uint16_t port = 0;
	int s = take_port(&port, false);

	assert_true(s >= 0);
	close(s);
	return port;
}

static void
test_reload_changes_the_port(void **state)
{
	struct bridge *b = *state;
	uint16_t before;
	int s;

	start(b);
	before = ingest_port();
	send_once("127.0.0.1", before, 1);
	b->configs[1].port = free_port();
	ingest_reload(&b->configs[1]);
	assert_int_equal(ingest_port(), b->configs[1].port);
	WAIT_FOR(b->configs[0].references == 0);
	assert_true(has_host(b, "node1"));
	send_once("127.0.0.1", ingest_port(), 2);
	WAIT_FOR(has_host(b, "node2"));
	s = take_port(&before, false);
	assert_true(s >= 0);
	close(s);
}

static void
test_reload_to_a_taken_port(void **state)
{
	struct bridge *b = *state;
	uint16_t before;
	int other = take_port(&b->configs[1].port, true);

	start(b);
	before = ingest_port();
	b->configs[1].sockets = 2;
	b->configs[1].rate = 1;
	ingest_reload(&b->configs[1]);
	assert_true(was_logged("Address already in use"));
	assert_int_equal(ingest_port(), before);
	send_many(before, 1, LIMIT_BURST + 30);
	WAIT_FOR(has_host(b, "node1"));
	WAIT_FOR(counter_get(&counters.rate_limited) > 0); /* that is new */
	close(other);
	ingest_reload(&b->configs[1]);
	assert_int_equal(ingest_port(), b->configs[1].port);
	send_once("127.0.0.1", ingest_port(), 2);
	WAIT_FOR(datagrams(b) + counter_get(&counters.rate_limited) ==
	         LIMIT_BURST + 31);
}

/* From one to several on the same port, where the old one is in the way; to more of
 * them, where it isn't; to other addresses; and back. */
static void
test_reload_changes_sockets(void **state)
{
	static const struct {
		unsigned sockets;
		const char *bind;
	} turns[CONFIGS] = {{1, "127.0.0.1"}, {3, "127.0.0.1"}, {4, "127.0.0.1"},
	                    {4, "0.0.0.0"},   {1, "0.0.0.0"},   {1, "127.0.0.2"},
	                    {1, "127.0.0.1"}, {2, "127.0.0.1"}};
	struct bridge *b = *state;
	uint16_t port = free_port();
	unsigned i;
	char name[32];

	for (i = 0; i < CONFIGS; i++) {
		b->configs[i].port = port;
		b->configs[i].sockets = turns[i].sockets;
		set_addresses(&b->configs[i], turns[i].bind, NULL);
	}
	start(b);
	for (i = 1; i < CONFIGS; i++) {
		ingest_reload(&b->configs[i]);
		assert_int_equal(ingest_port(), port);
		WAIT_FOR(b->configs[i].references == 2);
		send_once(i == 5 ? "127.0.0.2" : "127.0.0.1", port, i);
		snprintf(name, sizeof(name), "node%u", i);
		WAIT_FOR(has_host(b, name));
	}
	assert_false(was_logged("can't"));
	assert_int_equal(store_count(collector_store(b->collector)), CONFIGS - 1);
}

/* The old address is given up for the new one, which can't be had; so it is taken
 * again. */
static void
test_reload_to_no_address(void **state)
{
	struct bridge *b = *state;

	b->configs[0].port = b->configs[1].port = free_port();
	set_addresses(&b->configs[1], "127.0.0.1", "192.0.2.1");
	start(b);
	ingest_reload(&b->configs[1]);
	assert_true(was_logged("192.0.2.1: Cannot assign requested address"));
	send_once("127.0.0.1", b->configs[0].port, 1);
	WAIT_FOR(has_host(b, "node1"));
	WAIT_FOR(b->configs[0].references == 1);
	WAIT_FOR(b->configs[1].references == 1);
}

/* On 127.0.0.1. */
static int
sockets_of_port(uint16_t port)
{
	char line[256];
	unsigned at;
	int found = 0;
	FILE *file = fopen("/proc/net/udp", "r");

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "%*d: 0100007F:%X", &at) == 1 && at == port)
			found++;
	if (file != NULL)
		fclose(file);
	return found;
}

static void
test_reload_changes_the_buffer(void **state)
{
	struct bridge *b = *state;
	uint16_t port;

	b->configs[0].rcvbuf = 20000;
	start(b);
	port = ingest_port();
	ingest_reload(&b->configs[1]);
	assert_int_equal(ingest_port(), port);
	assert_int_equal(sockets_of_port(port), 1);
	send_once("127.0.0.1", port, 1);
	WAIT_FOR(has_host(b, "node1"));
}

/* Who is told -------------------------------------------------------------------------- */

static char folder[] = "/tmp/test-ingest-XXXXXX";

struct listener {
	char fifo[64], script[64], events[64];
	int fd;
	char heard[LINES]; /* by the FIFO */
};

/* A command file that is read, and a program that writes what it is told. */
static void
listen_as(struct listener *l, struct config *config, const char *name)
{
	FILE *script;

	snprintf(l->fifo, sizeof(l->fifo), "%s/%s.cmd", folder, name);
	snprintf(l->script, sizeof(l->script), "%s/%s.sh", folder, name);
	snprintf(l->events, sizeof(l->events), "%s/%s.events", folder, name);
	assert_int_equal(mkfifo(l->fifo, 0600), 0);
	l->fd = open(l->fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(l->fd >= 0);
	script = fopen(l->script, "we");
	assert_non_null(script);
	fprintf(script, "#!/bin/sh\necho $SFLOW_EVENT $SFLOW_HOST >>%s\n", l->events);
	assert_int_equal(fclose(script), 0);
	assert_int_equal(chmod(l->script, 0700), 0);
	config->nagios_commands = l->fifo;
	config->on_event = l->script;
}

static void
stop_listening(const struct listener *l)
{
	close(l->fd);
	unlink(l->fifo);
	unlink(l->script);
	unlink(l->events);
}

/* Adds what can be read now. */
static void
read_on(int fd, char text[LINES])
{
	size_t len = strlen(text);
	ssize_t got = read(fd, text + len, LINES - 1 - len);

	text[len + (got > 0 ? (size_t)got : 0)] = '\0';
}

static bool
was_told(struct listener *l, const char *words)
{
	read_on(l->fd, l->heard);
	return strstr(l->heard, words) != NULL;
}

static bool
was_run(const struct listener *l, const char *words)
{
	int fd = open(l->events, O_RDONLY | O_CLOEXEC);
	char text[LINES] = "";

	if (fd >= 0) {
		read_on(fd, text);
		close(fd);
	}
	return strstr(text, words) != NULL;
}

static void
test_reload_changes_who_is_told(void **state)
{
	struct bridge *b = *state;
	struct listener first = {.fd = -1}, second = {.fd = -1};

	assert_non_null(mkdtemp(folder));
	listen_as(&first, &b->configs[0], "first");
	listen_as(&second, &b->configs[1], "second");
	start(b);
	send_once("127.0.0.1", ingest_port(), 1);
	WAIT_FOR(was_told(&first, "] PROCESS_HOST_CHECK_RESULT;node1;0;sFlow: "));
	WAIT_FOR(was_run(&first, "joined node1\n"));
	ingest_reload(&b->configs[1]);
	send_once("127.0.0.1", ingest_port(), 2);
	WAIT_FOR(was_told(&second, "] PROCESS_HOST_CHECK_RESULT;node2;0;sFlow: "));
	WAIT_FOR(was_run(&second, "joined node2\n"));
	assert_false(was_run(&first, "node2"));
	assert_false(was_told(&first, "node2"));
	ingest_reload(&b->configs[2]); /* nobody */
	send_once("127.0.0.1", ingest_port(), 3);
	WAIT_FOR(has_host(b, "node3"));
	ingest_stop();
	assert_false(was_run(&second, "node3"));
	assert_false(was_told(&second, "node3"));
	stop_listening(&first);
	stop_listening(&second);
	assert_int_equal(rmdir(folder), 0);
}

/* For ThreadSanitizer ---------------------------------------------------------------------- */

static atomic_bool others_end;

/* What the state's thread does. */
static void *
save_all_the_time(void *argument)
{
	struct bridge *b = argument;
	static struct collector_saved saved[16];
	size_t n = 0;

	while (!atomic_load(&others_end)) {
		ingest_lock();
		n += collector_save(b->collector, saved, COUNT_OF(saved));
		ingest_unlock();
	}
	return n > 0 ? b : NULL;
}

/* What readers do. */
static void *
look_all_the_time(void *argument)
{
	struct bridge *b = argument;
	struct store *store = collector_store(b->collector);
	struct store_host *host;
	struct store_state at;
	struct store_value value;
	struct store_look look;
	size_t n = 0;

	while (!atomic_load(&others_end)) {
		struct store_walk walk = {0};

		while ((host = store_next(store, &walk, STORE_ANY_CLUSTER)) != NULL) {
			store_lock(host, &at);
			store_look(&look, host, clock_ms());
			while (store_look_next(&look, &value))
				n++;
			store_unlock(host);
			store_release(host);
		}
	}
	return n > 0 ? b : NULL;
}

static void *
send_all_the_time(void *argument)
{
	struct sender *s = argument;
	uint32_t i;

	for (i = 1; !atomic_load(&others_end); i++)
		try_send(s, i % 50 + 1, i / 50);
	return s;
}

static void
test_threads(void **state)
{
	struct bridge *b = *state;
	struct sender s[2];
	pthread_t threads[4];
	void *result;
	int i;

	b->configs[0].collector.keep = true;
	collector_free(b->collector);
	b->collector = collector_new(&b->configs[0].collector);
	assert_non_null(b->collector);
	for (i = 0; i < CONFIGS; i++) {
		b->configs[i].sockets = 1 + (unsigned)i % 3;
		b->configs[i].rate = i % 2 == 0 ? 0 : 1000;
		b->configs[i].collector.keep = true;
		b->configs[i].collector.cluster = (unsigned)i % 2;
	}
	start(b);
	s[0] = sender_to("127.0.0.1", ingest_port());
	s[1] = sender_to("127.0.0.1", ingest_port());
	for (i = 0; i < CONFIGS; i++)
		b->configs[i].port = ingest_port();
	atomic_store(&others_end, false);
	pthread_create(&threads[0], NULL, save_all_the_time, b);
	pthread_create(&threads[1], NULL, look_all_the_time, b);
	pthread_create(&threads[2], NULL, send_all_the_time, &s[0]);
	pthread_create(&threads[3], NULL, send_all_the_time, &s[1]);
	for (i = 1; i < CONFIGS; i++) {
		uint64_t before = datagrams(b);

		ingest_reload(&b->configs[i]);
		WAIT_FOR(datagrams(b) > before + 200);
	}
	atomic_store(&others_end, true);
	for (i = 0; i < 4; i++) {
		pthread_join(threads[i], &result);
		assert_non_null(result);
	}
	assert_int_equal(store_count(collector_store(b->collector)), 50);
	close(s[0].fd);
	close(s[1].fd);
}

static void
test_nothing_was_started(void **state)
{
	struct bridge *b = *state;

	ingest_stop();
	assert_int_equal(ingest_port(), 0);
	assert_int_equal(ingest_bind(&b->configs[0]), 0);
	ingest_stop();
	assert_int_equal(ingest_port(), 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_datagrams_become_hosts),
	    TEST(test_all_addresses),
	    TEST(test_both_families),
	    TEST(test_both_families_by_name),
	    TEST(test_shared_port),
	    TEST(test_taken_port),
	    TEST(test_address_of_others),
	    TEST(test_stop_takes_what_is_queued),
	    TEST(test_kernel_drops_are_counted),
	    TEST(test_huge_buffer),
	    TEST(test_rate),
	    TEST(test_rate_of_who_is_not_allowed),
	    TEST(test_reload_changes_who_is_allowed),
	    TEST(test_reload_changes_the_rate),
	    TEST(test_reload_changes_the_port),
	    TEST(test_reload_to_a_taken_port),
	    TEST(test_reload_changes_sockets),
	    TEST(test_reload_to_no_address),
	    TEST(test_reload_changes_the_buffer),
	    TEST(test_reload_changes_who_is_told),
	    TEST(test_threads),
	    TEST(test_nothing_was_started),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

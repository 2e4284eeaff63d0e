/* All threads of the daemon in one program, for ThreadSanitizer: datagrams of many
 * agents over loopback, readers, steps and RRDs, the state, and reloads all the time.
 * It does what main.c does, in its order, again and again: each life begins with the
 * state of the one before. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* nftw() */
#endif

#include "tests/sflow/unit.h"

#include <arpa/inet.h>
#include <ftw.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/buffer.h"
#include "gmetad-bridge/control/task.h"
#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/ingest/ingest.h"
#include "gmetad-bridge/own.h"
#include "gmetad-bridge/readers/server.h"
#include "gmetad-bridge/state/state.h"
#include "gmetad-bridge/readers/status.h"
#include "gmetad-bridge/steps/steps.h"
#include "tests/sflow/wire.h"

#define DEADLINE_MS 120000 /* for a busy machine, under TSan */
#define AGENTS 120         /* of each sender */
#define SENDERS 2
#define READERS 3
#define UNDERWAY 100 /* datagrams that wait in the kernel at most */
#define LEAST_DATAGRAMS 2000
#define LEAST_READ 20
#define LEAST_RELOADS 12
#define LEAST_STEPS 3
#define LEAST_RENAMED 6
#define LIVES 2

static struct {
	char folder[64], conf[96];
	uint16_t ports[5]; /* sFlow, XML, interactive, two clusters */
	struct config *config;
	struct collector *collector;
	struct state *state;
	unsigned reloads, renamed;
	atomic_bool end;
	atomic_uint sent, read, broken;
	pthread_t senders[SENDERS], readers[READERS];
} whole;

/* Configurations ------------------------------------------------------------------- */

static uint16_t
free_port(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t len = sizeof(at);
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(s, (struct sockaddr *)&at, len), 0);
	assert_int_equal(getsockname(s, (struct sockaddr *)&at, &len), 0);
	close(s);
	return ntohs(at.sin_port);
}

/* Every second one has more clusters, other archives and another name of its own; and
 * who may send or read is another list with the same in it. */
static struct config *
new_config(const struct config *before, unsigned number)
{
	bool even = number % 2 == 0;
	const uint16_t *p = whole.ports;
	char text[2048], fault[CONFIG_FAULT], more[128] = "";
	struct config *config;

	if (!even)
		snprintf(more, sizeof(more),
		         "cluster \"more\" { gmond_port = "
		         "%u agents = { \"10.1.0.0/16\" } }\n",
		         p[4]);
	snprintf(text, sizeof(text),
	         "sflow { port = %u bind = { \"127.0.0.1\" } sockets = 2 "
	         "vm = host allow = { \"%s\" } }\n%s"
	         "cluster \"all\" { gmond_port = %u owner = \"%u\" }\n"
	         "xml_port = %u interactive_port = %u\n"
	         "trusted_hosts = { \"10.0.0.%u\" }\n"
	         "rrd { rootdir = \"%s\" step = 1 connections = 2 write = %s "
	         "rra = { \"RRA:AVERAGE:0.5:1:1%u\" } "
	         "archives \"^bytes_out$\" { rra = {} } }\n"
	         "state = \"%s/state.db\"\nself { name = \"self%u\" }\n"
	         "user = \"\"\n",
	         p[0], even ? "127.0.0.0/8" : "127.0.0.1", more, p[3], number, p[1],
	         p[2], number % 200, whole.folder, even ? "always" : "changed",
	         number % 10, whole.folder, number % 2);
	config = config_parse(text, whole.conf, before, fault);
	if (config == NULL)
		fail_msg("%s", fault);
	return config;
}

static void
reload(void)
{
	struct config *config = new_config(whole.config, ++whole.reloads);

	steps_hold();
	ingest_reload(config);
	steps_go_on();
	steps_reload(config);
	server_reload(config);
	own_reload(config);
	config_release(whole.config);
	whole.config = config;
}

/* Life ------------------------------------------------------------------------------- */

/* A port that was free may be taken by somebody else before it is bound. */
static void
bind_ports(void)
{
	int tries = 20;
	bool bound;
	size_t i;

	do {
		for (i = 0; i < COUNT_OF(whole.ports); i++)
			whole.ports[i] = free_port();
		whole.config = new_config(NULL, whole.reloads);
		bound =
		    ingest_bind(whole.config) == 0 && server_bind(whole.config) == 0;
		if (!bound) {
			ingest_stop();
			server_stop(clock_ms());
			config_release(whole.config);
		}
	} while (!bound && --tries > 0);
	assert_true(bound);
}

static void
begin(void)
{
	struct store *store;

	bind_ports();
	whole.collector = collector_new(&whole.config->collector);
	assert_non_null(whole.collector);
	store = collector_store(whole.collector);
	collector_set_wall(whole.collector, clock_wall_offset());
	assert_int_equal(steps_open(store), 0);
	whole.state =
	    state_open(whole.config->state, &database_migrations, whole.collector,
	               whole.config, clock_ms(), clock_wall_offset());
	assert_non_null(whole.state);
	status_begin(collector_stats(whole.collector), clock_ms());
	own_start(store, whole.config, collector_stats(whole.collector));
	assert_int_equal(steps_start(whole.config), 0);
	assert_int_equal(server_start(whole.config, store), 0);
	assert_int_equal(state_start(whole.state), 0);
	assert_int_equal(ingest_start(whole.config, whole.collector), 0);
}

static void
end(void)
{
	ingest_stop();
	steps_stop(clock_ms() + DEADLINE_MS);
	server_stop(clock_ms() + 1000);
	own_stop();
	state_stop(whole.state);
	state_close(whole.state);
	collector_free(whole.collector);
	config_release(whole.config);
}

/* Agents and readers -------------------------------------------------------------------- */

static void
pause_ms(long ms)
{
	nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

static int
open_socket(int type, uint16_t port)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
	                         .sin_port = htons(port),
	                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int s = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (connect(s, (struct sockaddr *)&to, sizeof(to)) == 0)
		return s;
	close(s);
	return -1;
}

/* A host with a virtual machine; some change their names now and then. */
static void
make_datagram(struct wire *w, unsigned sender, unsigned number, uint32_t sequence)
{
	char address[32], name[32];

	snprintf(address, sizeof(address), "10.%u.0.%u", sender, number + 1);
	snprintf(name, sizeof(name), "node%u-%u-%u", sender, number,
	         number % 10 == 0 ? sequence / 8 : 0);
	wire_datagram_begin(w, address, 0, sequence, sequence * 1000);
	wire_sample_begin(w, WIRE_COUNTERS, sequence, 2, 1);
	wire_host_descr(w, name, 0);
	wire_host_net_io(w, sequence * UINT64_C(1000), sequence);
	wire_sample_end(w);
	if (number % 20 == 0) {
		snprintf(name, sizeof(name), "guest%u-%u", sender, number);
		wire_sample_begin(w, WIRE_COUNTERS, sequence, 3, 7);
		wire_host_descr(w, name, (uint8_t)(100 * sender + number));
		wire_virt_cpu(w, sequence * 10);
		wire_sample_end(w);
	}
	wire_datagram_end(w);
}

static void *
send_all_the_time(void *argument)
{
	unsigned sender = (unsigned)(uintptr_t)argument, i;
	int s = open_socket(SOCK_DGRAM, whole.ports[0]);
	struct wire w;

	for (i = 0; !atomic_load(&whole.end); i++) {
		make_datagram(&w, sender, i % AGENTS, i / AGENTS + 1);
		atomic_fetch_add(&whole.sent,
		                 send(s, w.bytes, w.len, 0) == (ssize_t)w.len);
		while (!atomic_load(&whole.end) &&
		       counter_get(&counters.received) + UNDERWAY <
		           atomic_load(&whole.sent))
			pause_ms(1);
	}
	close(s);
	return NULL;
}

/* Its documents are to be whole. Every tenth is not read to its end. */
static void
read_once(unsigned turn)
{
	static const char *const asked[] = {"/\n", "/?filter=summary\n", "/all\n",
	                                    "GET /status HTTP/1.0\r\n\r\n",
	                                    "/all/other\n"};
	static const char xml_end[] = "</GANGLIA_XML>\n";
	unsigned port = 1 + turn % 3, query = turn / 3 % COUNT_OF(asked);
	int s = open_socket(SOCK_STREAM, whole.ports[port]);
	struct buffer got = {0};
	ssize_t n;

	if (s < 0) {
		atomic_fetch_add(&whole.broken, 1);
		return;
	}
	if (port == 2)
		(void)!write(s, asked[query], strlen(asked[query]));
	do {
		assert_true(buffer_room(&got, 65536));
		n = read(s, got.bytes + got.len, 65536);
		got.len += n > 0 ? (size_t)n : 0;
	} while (n > 0 && turn % 10 != 9);
	close(s);
	if (turn % 10 != 9 && !(port == 2 && query >= 3) &&
	    (got.len < sizeof(xml_end) || memcmp(got.bytes + got.len - strlen(xml_end),
	                                         xml_end, strlen(xml_end)) != 0))
		atomic_fetch_add(&whole.broken, 1);
	buffer_free(&got);
	atomic_fetch_add(&whole.read, 1);
}

static void *
read_all_the_time(void *argument)
{
	unsigned turn = (unsigned)(uintptr_t)argument;

	while (!atomic_load(&whole.end))
		read_once(turn++);
	return NULL;
}

static void
start_others(void)
{
	uintptr_t i;

	atomic_store(&whole.end, false);
	for (i = 0; i < SENDERS; i++)
		assert_int_equal(pthread_create(&whole.senders[i], NULL,
		                                send_all_the_time, (void *)i),
		                 0);
	for (i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&whole.readers[i], NULL,
		                                read_all_the_time, (void *)i),
		                 0);
}

static void
end_others(void)
{
	size_t i;

	atomic_store(&whole.end, true);
	for (i = 0; i < SENDERS; i++)
		pthread_join(whole.senders[i], NULL);
	for (i = 0; i < READERS; i++)
		pthread_join(whole.readers[i], NULL);
}

/* A host gets another name, and its own again, with its RRDs. */
static void
rename_one(void)
{
	static const char *const names[] = {"node0-1-0", "other"};
	const struct task_world world = {
	    .collector = whole.collector, .state = whole.state, .config = whole.config};
	struct request request = {.verb = REQUEST_RENAME, .rrds = true};
	struct task task;
	int i;

	for (i = 0; i < 2; i++) {
		strcpy(request.host, names[i]);
		strcpy(request.to, names[!i]);
		task_begin(&task, &world, &request);
		while (!task_is_over(&task, false))
			pause_ms(1);
		whole.renamed +=
		    strncmp(task.answer, REQUEST_OK, strlen(REQUEST_OK)) == 0;
	}
}

/* The test ----------------------------------------------------------------------------- */

static bool
is_enough(unsigned reloads)
{
	return atomic_load(&whole.sent) >= LEAST_DATAGRAMS &&
	       atomic_load(&whole.read) >= LEAST_READ && reloads >= LEAST_RELOADS &&
	       counter_get(&counters.steps) >= LEAST_STEPS &&
	       counter_get(&counters.rrd_updates) > 0 &&
	       counter_get(&counters.state_saved) >= SENDERS * AGENTS;
}

static void
live(void)
{
	int64_t give_up = clock_ms() + DEADLINE_MS;
	unsigned reloads = whole.reloads;

	while (!is_enough(whole.reloads - reloads) && clock_ms() < give_up) {
		own_tick(clock_ms(), clock_ms() + clock_wall_offset());
		reload();
		rename_one();
		pause_ms(100);
	}
	assert_true(is_enough(whole.reloads - reloads));
	assert_true(whole.renamed >= LEAST_RENAMED);
}

static void
test_whole(void **state)
{
	const struct collector_stats *stats;
	unsigned lives;

	(void)state;
	for (lives = 0; lives < LIVES; lives++) {
		memset(&counters, 0, sizeof(counters));
		atomic_store(&whole.sent, 0);
		atomic_store(&whole.read, 0);
		whole.renamed = 0;
		begin();
		if (lives > 0)
			assert_true(store_count(collector_store(whole.collector)) >=
			            SENDERS * AGENTS);
		start_others();
		live();
		end_others();
		stats = collector_stats(whole.collector);
		ingest_stop(); /* takes what is underway */
		assert_int_equal(atomic_load(&stats->malformed), 0);
		assert_int_equal(atomic_load(&stats->datagrams) +
		                     counter_get(&counters.kernel_drops),
		                 atomic_load(&whole.sent));
		end();
		assert_int_equal(counter_get(&counters.rrd_queued), 0);
		assert_int_equal(atomic_load(&whole.broken), 0);
	}
}

/* A temporary folder --------------------------------------------------------------------- */

static int
setup(void **state)
{
	const char *base = getenv("TMPDIR");

	(void)state;
	snprintf(whole.folder, sizeof(whole.folder), "%.40s/whole-XXXXXX",
	         base != NULL ? base : "/tmp");
	if (mkdtemp(whole.folder) == NULL)
		return -1;
	snprintf(whole.conf, sizeof(whole.conf), "%s/conf", whole.folder);
	return 0;
}

static int
remove_one(const char *path, const struct stat *status, int type, struct FTW *at)
{
	(void)status;
	(void)type;
	(void)at;
	return remove(path);
}

static int
teardown(void **state)
{
	(void)state;
	return nftw(whole.folder, remove_one, 20, FTW_DEPTH | FTW_PHYS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_whole, setup, teardown)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

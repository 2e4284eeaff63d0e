/*
 * sflow-load: sends the sFlow v5 datagrams of many agents, for load tests: of
 * hosts, or with --ports of switches.
 *
 * They go by UDP to one collector on the loopback interface; any other
 * destination is refused. A run is bounded in time and in datagrams, and ends
 * by itself; SIGTERM ends it before, with its report. What is sent is in traffic.h.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <netdb.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/traffic.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	BATCH_MAX = 64, /* datagrams per sendmmsg */
	SECONDS_MAX = 3600,
	TICK_NS = 1000000, /* longest sleep between two bursts */
	CATCH_UP_MS = 2    /* how much lateness a burst may make good */
};

/* Numbers all, so that one table can set them. */
struct options {
	const char *address;
	const char *port;
	struct traffic_options traffic;
	uint64_t rate;                          /* datagrams per second, 0 = flat out */
	uint64_t seconds, rounds, count, burst; /* when to stop, 0 = not so */
};

struct load {
	struct options options;
	int socket;
	struct traffic *traffic;
	uint64_t sent, sent_bytes;
};

static volatile sig_atomic_t ended; /* by SIGTERM */

static void
on_signal(int number)
{
	(void)number;
	ended = 1;
}

/* ---- Sending -------------------------------------------------------- */

/* Points a message at the next datagram. */
static void
next_message(struct load *load, struct mmsghdr *message, struct iovec *vector)
{
	vector->iov_base = traffic_next(load->traffic, &vector->iov_len);
	*message = (struct mmsghdr){.msg_hdr = {.msg_iov = vector, .msg_iovlen = 1}};
	load->sent_bytes += vector->iov_len;
}

static void
send_messages(int socket, struct mmsghdr *messages, unsigned count)
{
	while (count > 0) {
		int sent = sendmmsg(socket, messages, count, 0);

		if (sent > 0) {
			messages += sent;
			count -= (unsigned)sent;
		} else if (errno != ECONNREFUSED && errno != EINTR &&
		           errno != ENOBUFS) {
			err(1, "sendmmsg");
		}
	}
}

/* Sends `count` datagrams. A batch never holds the same one twice. */
static void
send_datagrams(struct load *load, uint64_t count)
{
	struct mmsghdr messages[BATCH_MAX];
	struct iovec vectors[BATCH_MAX];

	while (count > 0) {
		uint64_t batch = count < BATCH_MAX ? count : BATCH_MAX;

		if (batch > traffic_round(load->traffic))
			batch = traffic_round(load->traffic);
		for (unsigned m = 0; m < batch; m++)
			next_message(load, &messages[m], &vectors[m]);
		send_messages(load->socket, messages, (unsigned)batch);
		load->sent += batch;
		count -= batch;
	}
}

/* ---- Pacing --------------------------------------------------------- */

static uint64_t
now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

static void
sleep_ns(uint64_t nanoseconds)
{
	struct timespec time = {0, (long)nanoseconds};

	nanosleep(&time, NULL);
}

/* A millisecond; less at high rates, so that a burst is one batch. */
static uint64_t
tick_ns(uint64_t rate)
{
	uint64_t batch = BATCH_MAX * UINT64_C(1000000000) / rate;

	return batch < TICK_NS ? batch : TICK_NS;
}

/*
 * The datagrams due now: `credit` grows with the time that has passed since
 * `*last`. A sender that was held up makes good no more than CATCH_UP_MS, as
 * a burst of its own making would be counted as the collector's loss.
 */
static uint64_t
datagrams_due(const struct options *options, uint64_t *last, double *credit)
{
	uint64_t now = now_ns(), due;
	double rate = (double)options->rate;
	double limit = 2 + rate * CATCH_UP_MS / 1e3;

	if (options->rate == 0)
		return BATCH_MAX;
	*credit += rate * (double)(now - *last) / 1e9;
	*last = now;
	if (*credit > limit)
		*credit = limit;
	due = (uint64_t)*credit;
	*credit -= (double)due;
	return due;
}

/* Sends until the count or the time is up. Returns the time taken, in ns. */
static uint64_t
run(struct load *load)
{
	const struct options *options = &load->options;
	uint64_t limit = options->count ? options->count : UINT64_MAX;
	uint64_t start = now_ns(), last = start;
	double credit = 1;

	while (!ended && load->sent < limit &&
	       now_ns() - start < options->seconds * 1000000000U) {
		uint64_t due = datagrams_due(options, &last, &credit);

		if (due > limit - load->sent)
			due = limit - load->sent;
		send_datagrams(load, due);
		if (options->rate != 0)
			sleep_ns(tick_ns(options->rate));
	}
	return now_ns() - start;
}

/* ---- The command line ------------------------------------------------ */

static bool
is_loopback(const struct sockaddr *address)
{
	const struct sockaddr_in *v4 = (const void *)address;
	const struct sockaddr_in6 *v6 = (const void *)address;

	if (address->sa_family == AF_INET)
		return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
	return address->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

static int
open_socket(const struct options *options)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	                         .ai_socktype = SOCK_DGRAM};
	struct addrinfo *found;
	int error, fd;

	error = getaddrinfo(options->address, options->port, &hints, &found);
	if (error != 0)
		errx(1, "%s port %s: %s", options->address, options->port,
		     gai_strerror(error));
	if (!is_loopback(found->ai_addr))
		errx(1, "%s is not a loopback address", options->address);
	fd = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, found->ai_addr, found->ai_addrlen) < 0)
		err(1, "socket");
	freeaddrinfo(found);
	return fd;
}

/* The command line. A limit of 1 makes a flag. */
static const struct {
	const char *name, *argument;
	size_t place;
	uint64_t limit;
	const char *help;
} option_table[] = {
#define PLACE(member) offsetof(struct options, member)
    {"agents", "N", PLACE(traffic.agents), AGENTS_MAX, "agents, 10.0.0.1 upwards (1)"},
    {"ipv6", "", PLACE(traffic.ipv6), 1, "agent addresses fd00::1 upwards"},
    {"vms", "K", PLACE(traffic.vms), VMS_MAX, "virtual machines per agent (0)"},
    {"http", "", PLACE(traffic.http), 1, "and a web server"},
    {"memcache", "", PLACE(traffic.memcache), 1, "and a memcached"},
    {"jvm", "", PLACE(traffic.jvm), 1, "and a Java virtual machine"},
    {"ports", "N", PLACE(traffic.ports), PORTS_MAX,
     "agents are switches of N ports, and no hosts (0)"},
    {"flows", "N", PLACE(traffic.flows), FLOWS_MAX,
     "packet samples in each datagram (0)"},
    {"spread", "", PLACE(traffic.spread), 1,
     "an agent's datagrams come all over the round, and\n"
     "\t\t      not one after the other"},
    {"rate", "R", PLACE(rate), 10000000,
     "datagrams per second (1000), 0 for as many as go"},
    {"seconds", "S", PLACE(seconds), SECONDS_MAX,
     "stop after that time (10; 3600 when a count is given)"},
    {"rounds", "N", PLACE(rounds), 100000,
     "stop when every agent has reported N times"},
    {"count", "N", PLACE(count), 1000000000, "stop after N datagrams"},
    {"burst", "N", PLACE(burst), 1000000, "send N datagrams back to back, then stop"},
    {"uneven", "", PLACE(traffic.uneven), 1,
     "counters move by more or less in each round"},
    {"spoof", "", PLACE(traffic.spoof), 1, "each datagram from a new, random agent"},
    {"interval-ms", "T", PLACE(traffic.interval_ms), 86400000,
     "the agents' uptime per round (1000)"},
    {"first-round", "N", PLACE(traffic.first_round), UINT32_MAX,
     "go on where an earlier run ended: its rounds,\n"
     "\t\t      or its datagrams with --spoof (0)"},
    {"first-uptime", "T", PLACE(traffic.first_uptime_ms), UINT32_MAX,
     "and the agents' uptime in ms (86400000)"},
#undef PLACE
};

static void
usage(FILE *out, int status)
{
	fputs("usage: sflow-load [options] ADDRESS PORT\n\n"
	      "Sends the sFlow v5 datagrams of simulated agents to a"
	      " collector on\nthis machine: ADDRESS is in 127.0.0.0/8 or ::1."
	      "\n\n",
	      out);
	for (size_t o = 0; o < COUNT(option_table); o++)
		fprintf(out, "  --%-12s %s\t%s\n", option_table[o].name,
		        option_table[o].argument, option_table[o].help);
	fputs("\nReports over 1400 bytes are split over datagrams.\n", out);
	exit(status);
}

static void
set_option(struct options *options, size_t o)
{
	uint64_t value = 1;
	char *rest = "";

	errno = 0;
	if (optarg != NULL)
		value = strtoull(optarg, &rest, 10);
	if (errno != 0 || *rest != '\0' || rest == optarg ||
	    value > option_table[o].limit)
		errx(1, "--%s takes a number up to %" PRIu64, option_table[o].name,
		     option_table[o].limit);
	memcpy((char *)options + option_table[o].place, &value, sizeof(value));
}

static void
set_limits(struct options *options)
{
	struct traffic_options *traffic = &options->traffic;

	if (options->burst != 0) {
		options->count = options->burst;
		options->rate = 0;
	}
	if (options->seconds == 0)
		options->seconds = options->count || options->rounds ? SECONDS_MAX : 10;
	if (traffic->agents == 0)
		traffic->agents = 1;
	if (traffic->spoof && traffic->agents < BATCH_MAX)
		traffic->agents = BATCH_MAX; /* templates, a batch of them */
}

static struct options
parse_options(int argc, char **argv)
{
	struct options options = {
	    .rate = 1000,
	    .traffic = {.agents = 1, .interval_ms = 1000, .first_uptime_ms = 86400000}};
	struct option names[COUNT(option_table) + 2] = {
	    [COUNT(option_table)] = {"help", no_argument, NULL, 'h'}};
	int found;

	for (size_t o = 0; o < COUNT(option_table); o++)
		names[o] =
		    (struct option){option_table[o].name, option_table[o].limit > 1,
		                    NULL, (int)o + 256};
	while ((found = getopt_long(argc, argv, "h", names, NULL)) >= 256)
		set_option(&options, (size_t)found - 256);
	if (found == 'h')
		usage(stdout, 0);
	if (found != -1 || argc - optind != 2)
		usage(stderr, 2);
	options.address = argv[optind];
	options.port = argv[optind + 1];
	set_limits(&options);
	return options;
}

int
main(int argc, char **argv)
{
	static struct load load;
	uint64_t time;
	double seconds;

	load.options = parse_options(argc, argv);
	load.socket = open_socket(&load.options);
	alarm(SECONDS_MAX + 60); /* whatever happens, it ends */
	signal(SIGTERM, on_signal);
	prctl(PR_SET_TIMERSLACK, 1UL); /* sleep no longer than asked */
	load.traffic = traffic_new(&load.options.traffic);
	if (load.options.rounds != 0)
		load.options.count = load.options.rounds * traffic_round(load.traffic);
	time = run(&load);
	seconds = (double)(time ? time : 1) / 1e9;
	printf("sent %" PRIu64 " datagrams %" PRIu64 " bytes in %.3f s, "
	       "%.0f/s\n",
	       load.sent, load.sent_bytes, seconds, (double)load.sent / seconds);
	traffic_free(load.traffic);
	close(load.socket);
	return 0;
}

/* sflow-send.c - sends the sFlow datagrams of recorded traffic again.
 *
 * Reads pcap files, takes the UDP payloads out of them and sends them to one
 * address, at the pace at which they were recorded or as fast as it can.
 * Files that are given together start together.
 *
 * The datagrams go out as they were recorded. When the recording starts
 * again, sequence numbers and uptimes go back, which to a collector is a
 * restart of every agent: that is the truth, since the counters go back too.
 * Numbers that went on over counters that went back would be a lie, and a
 * 32-bit counter among them would look wrapped.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/tools/capture.h"

#define SECOND INT64_C(1000000) /* times are int64_t microseconds */
#define LOOP_GAP (5 * SECOND)

enum { EXIT_USAGE = 2 };

/* What the command line asks for. */
struct options {
	const char *to;
	const char *port;
	int from_port; /* 0: every port, if the payload is sFlow version 5 */
	double speed;
	int64_t seconds; /* 0: no limit */
	uint64_t count;  /* 0: no limit */
	bool loop;
	bool flat_out;
	bool anywhere;
};

/* One datagram to send. Its bytes belong to the capture. */
struct entry {
	int64_t when; /* since the first one of its file */
	size_t order; /* keeps the sort stable */
	const struct capture_payload *payload;
};

/* All files, and what of them is sent, in the order in which to send it. */
struct recording {
	struct capture *captures;
	int files;
	struct entry *entries;
	size_t count;
	size_t skipped; /* packets that could not be used */
};

/* What was sent so far. */
struct progress {
	uint64_t sent, refused;
	int64_t began; /* CLOCK_MONOTONIC */
};

static volatile sig_atomic_t stopped;

static void
on_signal(int number)
{
	(void)number;
	stopped = 1;
}

/* ---- the recording ----------------------------------------------------- */

/* Version 5, and an agent address that is IPv4 or IPv6. */
static bool
is_sflow(const struct capture_payload *p)
{
	static const uint8_t start[] = {0, 0, 0, 5, 0, 0, 0};

	return p->len >= 28 && memcmp(p->bytes, start, sizeof(start)) == 0 &&
	       (p->bytes[7] == 1 || p->bytes[7] == 2);
}

static int
out_of_memory(void)
{
	fprintf(stderr, "sflow-send: out of memory\n");
	return -1;
}

/* Adds what is wanted of `capture` to `r`. False: out of memory. */
static bool
add_entries(const struct options *o, const struct capture *capture, struct recording *r)
{
	struct entry *grown =
	    reallocarray(r->entries, r->count + capture->count + 1, sizeof(*grown));

	if (grown == NULL)
		return false;
	r->entries = grown;
	for (size_t i = 0; i < capture->count; i++) {
		const struct capture_payload *p = &capture->payloads[i];

		if (o->from_port == 0 && !is_sflow(p)) {
			r->skipped++;
			continue;
		}
		grown[r->count] =
		    (struct entry){.when = p->when_us - capture->payloads[0].when_us,
		                   .order = r->count,
		                   .payload = p};
		r->count++;
	}
	return true;
}

static int
read_file(const struct options *o, const char *path, struct capture *capture,
          struct recording *r)
{
	char error[CAPTURE_ERROR];

	if (r->captures == NULL)
		return out_of_memory();
	if (capture_read(path, o->from_port, capture, error) != 0) {
		fprintf(stderr, "sflow-send: %s: %s\n", path, error);
		return -1;
	}
	r->skipped += capture->skipped;
	return add_entries(o, capture, r) ? 0 : out_of_memory();
}

static int
by_time(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	if (a->when != b->when)
		return a->when < b->when ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

/* Reads all files into `r`, which free_recording() frees in either case.
 * Returns 0, or -1 after having said what is wrong. */
static int
read_files(const struct options *o, int files, char **paths, struct recording *r)
{
	*r = (struct recording){.files = files};
	r->captures = calloc((size_t)files, sizeof(*r->captures));
	for (int i = 0; i < files; i++)
		if (read_file(o, paths[i], &r->captures[i], r) != 0)
			return -1;
	if (r->skipped > 0)
		fprintf(stderr,
		        "sflow-send: %zu packets skipped: fragments, cut "
		        "ones, and what isn't asked for\n",
		        r->skipped);
	if (r->count == 0) {
		fprintf(stderr, "sflow-send: no datagrams to send\n");
		return -1;
	}
	qsort(r->entries, r->count, sizeof(r->entries[0]), by_time);
	return 0;
}

static void
free_recording(struct recording *r)
{
	for (int i = 0; r->captures != NULL && i < r->files; i++)
		capture_free(&r->captures[i]);
	free(r->captures);
	free(r->entries);
}

/* ---- sending ----------------------------------------------------------- */

static bool
is_loopback(const struct sockaddr *address)
{
	const struct sockaddr_in *v4 = (const void *)address;
	const struct sockaddr_in6 *v6 = (const void *)address;

	if (address->sa_family == AF_INET)
		return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
	if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
		return v6->sin6_addr.s6_addr[12] == 127;
	return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

/* A socket that is connected to where `o` says, or -1 after having said what
 * is wrong. */
static int
open_socket(const struct options *o, const struct addrinfo *to)
{
	int fd;

	if (!o->anywhere && !is_loopback(to->ai_addr)) {
		fprintf(stderr,
		        "sflow-send: %s isn't this machine's loopback; "
		        "--anywhere sends there all the same\n",
		        o->to);
		return -1;
	}
	fd = socket(to->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, to->ai_addr, to->ai_addrlen) != 0) {
		fprintf(stderr, "sflow-send: %s port %s: %s\n", o->to, o->port,
		        strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

static int
connect_to(const struct options *o)
{
	const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	                               .ai_socktype = SOCK_DGRAM};
	struct addrinfo *to;
	int rc = getaddrinfo(o->to, o->port, &hints, &to);
	int fd;

	if (rc != 0) {
		fprintf(stderr, "sflow-send: %s port %s: %s\n", o->to, o->port,
		        gai_strerror(rc));
		return -1;
	}
	fd = open_socket(o, to);
	freeaddrinfo(to);
	return fd;
}

static int64_t
monotonic(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * SECOND + t.tv_nsec / 1000;
}

/* Sleeps until `when`, or until a signal says to stop. */
static void
sleep_until(int64_t when)
{
	const struct timespec t = {.tv_sec = (time_t)(when / SECOND),
	                           .tv_nsec = (long)(when % SECOND) * 1000};

	while (!stopped &&
	       clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		continue;
}

static bool
is_over(const struct options *o, const struct progress *p)
{
	return stopped || (o->count > 0 && p->sent >= o->count) ||
	       (o->seconds > 0 && monotonic() - p->began >= o->seconds * SECOND);
}

/* Sends one payload. That nobody listens at the other end is counted, and
 * only told at the end: a collector may start later. */
static int
send_payload(int fd, const struct capture_payload *payload, struct progress *p)
{
	ssize_t rc = send(fd, payload->bytes, payload->len, 0);

	if (rc < 0 && errno == ECONNREFUSED) {
		/* The kernel tells of an earlier datagram here and hasn't sent
		 * this one. */
		p->refused++;
		rc = send(fd, payload->bytes, payload->len, 0);
	}
	if (rc < 0 && errno != ECONNREFUSED && errno != EINTR) {
		fprintf(stderr, "sflow-send: send: %s\n", strerror(errno));
		return -1;
	}
	p->sent++;
	return 0;
}

/* Sends the recording once, its start being at `start`. */
static int
send_once(const struct options *o, const struct recording *r, int fd, int64_t start,
          struct progress *p)
{
	int64_t end = o->seconds > 0 ? p->began + o->seconds * SECOND : INT64_MAX;

	for (size_t i = 0; i < r->count; i++) {
		const struct entry *entry = &r->entries[i];
		double wait = (double)entry->when / o->speed;
		int64_t when = start + (int64_t)wait;

		if (!o->flat_out)
			sleep_until(when < end ? when : end);
		if (is_over(o, p))
			return 0;
		if (send_payload(fd, entry->payload, p) != 0)
			return -1;
	}
	return 0;
}

static int
send_all(const struct options *o, const struct recording *r, int fd, struct progress *p)
{
	int64_t length = r->entries[r->count - 1].when;
	int64_t start = p->began;

	do {
		if (send_once(o, r, fd, start, p) != 0)
			return -1;
		start += (int64_t)((double)length / o->speed) + LOOP_GAP;
	} while ((o->loop || o->count > 0) && !is_over(o, p));
	return 0;
}

static void
print_summary(const struct options *o, const struct progress *p, int files)
{
	printf("%" PRIu64 " datagrams of %d file%s sent to %s port %s in "
	       "%.1f s",
	       p->sent, files, files == 1 ? "" : "s", o->to, o->port,
	       (double)(monotonic() - p->began) / SECOND);
	if (p->refused > 0)
		printf(", %" PRIu64 " refused: nobody listens there", p->refused);
	printf("\n");
}

static int
run(const struct options *o, int files, char **paths)
{
	struct recording r;
	struct progress p;
	int fd = connect_to(o);
	int rc;

	if (fd < 0)
		return -1;
	rc = read_files(o, files, paths, &r);
	if (rc == 0) {
		p = (struct progress){.began = monotonic()};
		rc = send_all(o, &r, fd, &p);
		print_summary(o, &p, files);
	}
	free_recording(&r);
	close(fd);
	return rc;
}

/* ---- the command line -------------------------------------------------- */

enum flag {
	TO = 't',
	PORT = 'p',
	FROM_PORT = 'f',
	SPEED = 's',
	SECONDS = 'n',
	COUNT = 'c',
	LOOP = 'l',
	FLAT_OUT = 'o',
	ANYWHERE = 'a',
	HELP = 'h'
};

/* THE list of options: getopt's table and the usage are made from it. */
static const struct flag_row {
	enum flag flag;
	const char *name, *argument, *text;
} flags[] = {
    {TO, "to", "ADDRESS", "where to send (127.0.0.1)"},
    {PORT, "port", "N", "UDP port there (6343)"},
    {FROM_PORT, "from-port", "N",
     "send all that went to UDP port N (all that is sFlow version 5)"},
    {SPEED, "speed", "FACTOR", "2 is twice as fast as recorded (1)"},
    {LOOP, "loop", NULL, "start again 5 s after the end"},
    {SECONDS, "seconds", "N", "end after N seconds"},
    {COUNT, "count", "N", "end after N datagrams; starts again until then"},
    {FLAT_OUT, "flat-out", NULL, "don't keep the pace: as fast as possible"},
    {ANYWHERE, "anywhere", NULL, "send to an address that isn't loopback, too"},
    {HELP, "help", NULL, "this text"},
};

enum { FLAGS = sizeof(flags) / sizeof(flags[0]) };

static void
print_usage(FILE *out)
{
	fprintf(out, "Usage: sflow-send [OPTION]... FILE...\n"
	             "Sends the sFlow datagrams of pcap files, at the pace at "
	             "which they were recorded.\n"
	             "Several files start together.\n\n");
	for (size_t i = 0; i < FLAGS; i++)
		fprintf(out, "  --%-9s %-8s  %s\n", flags[i].name,
		        flags[i].argument == NULL ? "" : flags[i].argument,
		        flags[i].text);
}

_Noreturn static void
usage_error(const char *what, const char *why)
{
	fprintf(stderr, "sflow-send: %s%s%s\n\n", what, *what ? ": " : "", why);
	print_usage(stderr);
	exit(EXIT_USAGE);
}

/* The whole of `text` as a number from 1 to `most`. */
static long long
whole_number(const char *text, long long most)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || value < 1 || value > most)
		usage_error(text, "not a number that can be used here");
	return value;
}

static double
factor(const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end != '\0' || !(value >= 1e-3 && value <= 1e6))
		usage_error(text, "not a factor from 0.001 to 1000000");
	return value;
}

/* getopt_long has said already what it doesn't understand. */
static void
take_flag(struct options *o, int flag)
{
	switch (flag) {
	case TO:
		o->to = optarg;
		break;
	case PORT:
		whole_number(o->port = optarg, UINT16_MAX);
		break;
	case FROM_PORT:
		o->from_port = (int)whole_number(optarg, UINT16_MAX);
		break;
	case SPEED:
		o->speed = factor(optarg);
		break;
	case SECONDS:
		o->seconds = whole_number(optarg, INT32_MAX);
		break;
	case COUNT:
		o->count = (uint64_t)whole_number(optarg, INT64_MAX);
		break;
	case LOOP:
		o->loop = true;
		break;
	case FLAT_OUT:
		o->flat_out = true;
		break;
	case ANYWHERE:
		o->anywhere = true;
		break;
	case HELP:
		print_usage(stdout);
		exit(EXIT_SUCCESS);
	default:
		fprintf(stderr, "\n");
		print_usage(stderr);
		exit(EXIT_USAGE);
	}
}

static void
parse(struct options *o, int argc, char **argv)
{
	struct option table[FLAGS + 1] = {0};
	int flag;

	for (size_t i = 0; i < FLAGS; i++)
		table[i] = (struct option){.name = flags[i].name,
		                           .has_arg = flags[i].argument != NULL
		                                          ? required_argument
		                                          : no_argument,
		                           .val = (int)flags[i].flag};
	while ((flag = getopt_long(argc, argv, "", table, NULL)) != -1)
		take_flag(o, flag);
	if (optind == argc)
		usage_error("", "no file");
}

int
main(int argc, char **argv)
{
	struct options o = {.to = "127.0.0.1", .port = "6343", .speed = 1};
	const struct sigaction action = {.sa_handler = on_signal};

	parse(&o, argc, argv);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (run(&o, argc - optind, argv + optind) != 0)
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}

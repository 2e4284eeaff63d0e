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
#include <pcap/pcap.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000 /* times are int64_t microseconds */
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

/* One recorded UDP payload. Owned by the recording. */
struct payload {
	int64_t when; /* since the first packet of its file */
	size_t order; /* keeps the sort stable */
	size_t len;
	uint8_t *bytes;
};

/* All payloads, and what could not be used. */
struct recording {
	struct payload *payloads;
	size_t count, room;
	size_t fragments; /* packets that are a fragment of a datagram */
	size_t cut;       /* packets that were not recorded whole */
};

/* A part of a packet that is still to be read. */
struct view {
	const uint8_t *at;
	size_t len;
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

static void *
checked(void *memory)
{
	if (memory == NULL) {
		fprintf(stderr, "sflow-send: out of memory\n");
		exit(EXIT_FAILURE);
	}
	return memory;
}

/* ---- from packet to UDP payload ---------------------------------------- */

static unsigned
be16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static bool
skip(struct view *v, size_t len)
{
	if (len > v->len)
		return false;
	v->at += len;
	v->len -= len;
	return true;
}

/* The link layers: how long a header is, and where in it the Ethernet type
 * of the packet stands. Raw IP has neither. */
static const struct link {
	int type;
	size_t header, ethertype;
} links[] = {
    {DLT_EN10MB, 14, 12},   {DLT_LINUX_SLL, 16, 14}, {DLT_LINUX_SLL2, 20, 0},
    {DLT_RAW, 0, 0},        {DLT_IPV4, 0, 0},        {DLT_IPV6, 0, 0},
};

static const struct link *
find_link(int type)
{
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (links[i].type == type)
			return &links[i];
	return NULL;
}

/* Moves `v` to the IP header. False: this is no IP packet. */
static bool
enter_link(const struct link *link, struct view *v)
{
	enum { IPV4 = 0x0800, IPV6 = 0x86dd, VLAN = 0x8100, QINQ = 0x88a8 };
	unsigned type;

	if (link->header == 0)
		return true;
	if (v->len < link->header)
		return false;
	type = be16(v->at + link->ethertype);
	skip(v, link->header);
	while ((type == VLAN || type == QINQ) && v->len >= 4) {
		type = be16(v->at + 2);
		skip(v, 4);
	}
	return type == IPV4 || type == IPV6;
}

/* Moves `v` from the IPv4 header to what is in the packet. False: it is not
 * UDP, or a fragment of it, which is counted. */
static bool
enter_ipv4(struct view *v, struct recording *r)
{
	size_t header, total;

	if (v->len < 20)
		return false;
	header = (size_t)(v->at[0] & 15) * 4;
	total = be16(v->at + 2);
	if (header < 20 || total < header || v->at[9] != IPPROTO_UDP)
		return false;
	if ((be16(v->at + 6) & 0x3fff) != 0) {
		r->fragments++;
		return false;
	}
	if (v->len > total) /* Ethernet's padding */
		v->len = total;
	return skip(v, header);
}

/* As enter_ipv4. Extension headers in front of the UDP header are skipped. */
static bool
enter_ipv6(struct view *v, struct recording *r)
{
	size_t payload;
	unsigned next;

	if (v->len < 40)
		return false;
	payload = be16(v->at + 4);
	next = v->at[6];
	skip(v, 40);
	if (v->len > payload)
		v->len = payload;
	while (next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING ||
	       next == IPPROTO_DSTOPTS) {
		if (v->len < 8)
			return false;
		next = v->at[0];
		if (!skip(v, ((size_t)v->at[1] + 1) * 8))
			return false;
	}
	if (next == IPPROTO_FRAGMENT)
		r->fragments++;
	return next == IPPROTO_UDP;
}

/* Version 5, and an agent address that is IPv4 or IPv6. */
static bool
is_sflow(const struct view *v)
{
	static const uint8_t start[] = {0, 0, 0, 5, 0, 0, 0};

	return v->len >= 28 && memcmp(v->at, start, sizeof(start)) == 0 &&
	       (v->at[7] == 1 || v->at[7] == 2);
}

/* Moves `v` from the UDP header to the payload. False: it isn't wanted. */
static bool
enter_udp(struct view *v, const struct options *o, struct recording *r)
{
	unsigned port;
	size_t len;

	if (v->len < 8)
		return false;
	port = be16(v->at + 2);
	len = be16(v->at + 4);
	if (o->from_port != 0 && port != (unsigned)o->from_port)
		return false;
	skip(v, 8);
	if (o->from_port == 0 && !is_sflow(v))
		return false;
	if (len < 8 || len - 8 > v->len) {
		r->cut++;
		return false;
	}
	v->len = len - 8;
	return true;
}

/* ---- the recording ----------------------------------------------------- */

static void
add_payload(struct recording *r, int64_t when, const struct view *v)
{
	struct payload *p;

	if (r->count == r->room) {
		r->room = r->room == 0 ? 256 : r->room * 2;
		r->payloads = checked(reallocarray(r->payloads, r->room,
		                                   sizeof(r->payloads[0])));
	}
	p = &r->payloads[r->count];
	*p = (struct payload){.when = when, .order = r->count, .len = v->len};
	p->bytes = checked(malloc(v->len + 1));
	memcpy(p->bytes, v->at, v->len);
	r->count++;
}

static void
take_packet(const struct options *o, const struct link *link, int64_t when,
            struct view v, struct recording *r)
{
	bool udp;

	if (!enter_link(link, &v) || v.len == 0)
		return;
	udp = v.at[0] >> 4 == 4   ? enter_ipv4(&v, r)
	      : v.at[0] >> 4 == 6 ? enter_ipv6(&v, r)
	                          : false;
	if (udp && enter_udp(&v, o, r))
		add_payload(r, when, &v);
}

/* Returns 0, or -1 after having said what is wrong. */
static int
read_packets(const struct options *o, const char *path, pcap_t *pcap,
             struct recording *r)
{
	const struct link *link = find_link(pcap_datalink(pcap));
	struct pcap_pkthdr *head;
	const u_char *bytes;
	int64_t first = -1;
	int rc;

	if (link == NULL) {
		fprintf(stderr, "sflow-send: %s: link type %d isn't known\n",
		        path, pcap_datalink(pcap));
		return -1;
	}
	while ((rc = pcap_next_ex(pcap, &head, &bytes)) == 1) {
		int64_t now = (int64_t)head->ts.tv_sec * SECOND +
		              (int64_t)head->ts.tv_usec;

		first = first < 0 ? now : first;
		take_packet(o, link, now - first,
		            (struct view){bytes, head->caplen}, r);
	}
	if (rc != PCAP_ERROR)
		return 0;
	fprintf(stderr, "sflow-send: %s: %s\n", path, pcap_geterr(pcap));
	return -1;
}

static int
read_file(const struct options *o, const char *path, struct recording *r)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *pcap = pcap_open_offline(path, error);
	int rc;

	if (pcap == NULL) {
		fprintf(stderr, "sflow-send: %s\n", error);
		return -1;
	}
	rc = read_packets(o, path, pcap, r);
	pcap_close(pcap);
	return rc;
}

static int
by_time(const void *left, const void *right)
{
	const struct payload *a = left, *b = right;

	if (a->when != b->when)
		return a->when < b->when ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

/* Reads all files into `r`, in the order in which to send. */
static int
read_files(const struct options *o, int count, char **paths,
           struct recording *r)
{
	for (int i = 0; i < count; i++)
		if (read_file(o, paths[i], r) != 0)
			return -1;
	if (r->fragments > 0)
		fprintf(stderr, "sflow-send: %zu fragments skipped\n",
		        r->fragments);
	if (r->cut > 0)
		fprintf(stderr, "sflow-send: %zu cut packets skipped\n",
		        r->cut);
	if (r->count == 0) {
		fprintf(stderr, "sflow-send: no datagrams to send\n");
		return -1;
	}
	qsort(r->payloads, r->count, sizeof(r->payloads[0]), by_time);
	return 0;
}

static void
free_recording(struct recording *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->payloads[i].bytes);
	free(r->payloads);
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
	const struct addrinfo hints = {.ai_flags =
	                                   AI_NUMERICHOST | AI_NUMERICSERV,
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

	while (!stopped && clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t,
	                                   NULL) == EINTR)
		continue;
}

static bool
is_over(const struct options *o, const struct progress *p)
{
	return stopped || (o->count > 0 && p->sent >= o->count) ||
	       (o->seconds > 0 &&
	        monotonic() - p->began >= o->seconds * SECOND);
}

/* Sends one payload. That nobody listens at the other end is counted, and
 * only told at the end: a collector may start later. */
static int
send_payload(int fd, const struct payload *payload, struct progress *p)
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
send_once(const struct options *o, const struct recording *r, int fd,
          int64_t start, struct progress *p)
{
	int64_t end = o->seconds > 0 ? p->began + o->seconds * SECOND
	                             : INT64_MAX;

	for (size_t i = 0; i < r->count; i++) {
		const struct payload *payload = &r->payloads[i];
		double wait = (double)payload->when / o->speed;
		int64_t when = start + (int64_t)wait;

		if (!o->flat_out)
			sleep_until(when < end ? when : end);
		if (is_over(o, p))
			return 0;
		if (send_payload(fd, payload, p) != 0)
			return -1;
	}
	return 0;
}

static int
send_all(const struct options *o, const struct recording *r, int fd,
         struct progress *p)
{
	int64_t length = r->payloads[r->count - 1].when;
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
		printf(", %" PRIu64 " refused: nobody listens there",
		       p->refused);
	printf("\n");
}

static int
run(const struct options *o, int files, char **paths)
{
	struct recording r = {0};
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
    {ANYWHERE, "anywhere", NULL,
     "send to an address that isn't loopback, too"},
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
	if (errno != 0 || end == text || *end != '\0' || value < 1 ||
	    value > most)
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
	case TO: o->to = optarg; break;
	case PORT: whole_number(o->port = optarg, UINT16_MAX); break;
	case FROM_PORT:
		o->from_port = (int)whole_number(optarg, UINT16_MAX);
		break;
	case SPEED: o->speed = factor(optarg); break;
	case SECONDS: o->seconds = whole_number(optarg, INT32_MAX); break;
	case COUNT: o->count = (uint64_t)whole_number(optarg, INT64_MAX); break;
	case LOOP: o->loop = true; break;
	case FLAT_OUT: o->flat_out = true; break;
	case ANYWHERE: o->anywhere = true; break;
	case HELP: print_usage(stdout); exit(EXIT_SUCCESS);
	default: fprintf(stderr, "\n"); print_usage(stderr); exit(EXIT_USAGE);
	}
}

static void
parse(struct options *o, int argc, char **argv)
{
	struct option table[FLAGS + 1] = {0};
	int flag;

	for (size_t i = 0; i < FLAGS; i++)
		table[i] = (struct option){
		    .name = flags[i].name,
		    .has_arg = flags[i].argument != NULL ? required_argument
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

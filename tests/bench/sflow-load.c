/*
 * sflow-load: the sFlow v5 datagrams of many host agents, for load tests.
 *
 * Simulates N agents and sends their counter samples by UDP to one collector
 * on the loopback interface; any other destination is refused. A run is
 * bounded in time and in datagrams, and ends by itself.
 *
 * Time goes in rounds: in each, every agent reports all of its data sources
 * once. All agents show the same counters in the same round and differ in
 * address, host name and UUID. So a round's records are encoded once, and a
 * datagram costs a copy of them into the agent's prebuilt one, plus its
 * sequence numbers and uptime. Counters are their rate times the uptime, so
 * the rates a collector should find are those written in the tables below.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdarg.h>
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

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

enum {
	DATAGRAM_MAX = 1400, /* bytes; host-sflow's own limit */
	BATCH_MAX = 64,      /* datagrams per sendmmsg */
	AGENTS_MAX = 200000,
	VMS_MAX = 1000,
	DATAGRAMS_MAX = 1000000, /* of a round */
	SECONDS_MAX = 600,
	TICK_NS = 1000000, /* longest sleep between two bursts */
	CATCH_UP_MS = 2    /* how much lateness a burst may make good */
};

/* What the counters of a round are computed from. */
struct moment {
	uint32_t round;
	uint32_t uptime_ms;
};

/* ---- What is in the records ---------------------------------------- */

/* clang-format off */

/* How the value of a field follows from its `value` and the moment. */
enum field_kind {
	CONST32, CONST64,	/* the value itself */
	GAUGE32, GAUGE64,	/* near the value, different in each round */
	FLOAT,			/* the same, in hundredths, sent as binary32 */
	COUNTER32, COUNTER64,	/* value is the rate per second */
	TEXT			/* a string */
};

struct field {
	enum field_kind kind;
	uint64_t value;
	const char *text;
};

#define FIXED32(value)	{ CONST32, value, NULL }
#define FIXED64(value)	{ CONST64, value, NULL }
#define NEAR32(value)	{ GAUGE32, value, NULL }
#define NEAR64(value)	{ GAUGE64, value, NULL }
#define NEARF(value)	{ FLOAT, value, NULL }
#define RATE32(value)	{ COUNTER32, value, NULL }
#define RATE64(value)	{ COUNTER64, value, NULL }
#define STRING(text)	{ TEXT, 0, text }

static const struct field host_cpu[] = {
	/* load_one, load_five, load_fifteen */
	NEARF(52), NEARF(48), NEARF(40),
	/* proc_run, proc_total, cpu_num, cpu_speed in MHz, uptime in s */
	NEAR32(2), NEAR32(180), FIXED32(4), FIXED32(2400), RATE32(1),
	/* ms: user, nice, system, idle, wio, intr, sintr; 4000/s with steal */
	RATE32(600), RATE32(20), RATE32(200), RATE32(3000), RATE32(100),
	RATE32(20), RATE32(40),
	/* interrupts, contexts, then ms: steal, guest, guest_nice */
	RATE32(900), RATE32(1500), RATE32(20), RATE32(10), RATE32(2),
};

static const struct field host_memory[] = {
	/* total, free, shared, buffers, cached, swap_total, swap_free */
	FIXED64(16 * GIB), NEAR64(6 * GIB), NEAR64(256 * MIB),
	NEAR64(512 * MIB), NEAR64(4 * GIB), FIXED64(2 * GIB), NEAR64(GIB),
	/* page_in, page_out, swap_in, swap_out */
	RATE32(30), RATE32(40), RATE32(2), RATE32(3),
};

static const struct field host_disk_io[] = {
	/* disk_total, disk_free, part_max_used in 1/100 % */
	FIXED64(500 * GIB), NEAR64(200 * GIB), NEAR32(6250),
	/* reads, bytes_read, read_time in ms, the same for writes */
	RATE32(50), RATE64(2000000), RATE32(100),
	RATE32(80), RATE64(4000000), RATE32(240),
};

/* Bytes, packets, errors and drops, in and out: 2006 and 2104. */
static const struct field net_io[] = {
	RATE64(1250000), RATE32(1200), RATE32(1), RATE32(2),
	RATE64(2500000), RATE32(1500), RATE32(1), RATE32(2),
};

/* The container: the physical host, data source 2:1. */
static const struct field host_parent[] = { FIXED32(2), FIXED32(1) };

static const struct field virt_cpu[] = {
	/* state running, cpuTime in ms, nrVirtCpu */
	FIXED32(1), RATE32(450), FIXED32(2),
};

/* memory, maxMemory */
static const struct field virt_memory[] = {
	NEAR64(2 * GIB), FIXED64(4 * GIB),
};

static const struct field virt_disk_io[] = {
	/* capacity, allocation, physical */
	FIXED64(20 * GIB), NEAR64(10 * GIB), NEAR64(10 * GIB),
	/* rd_req, rd_bytes, wr_req, wr_bytes, errs */
	RATE32(20), RATE64(500000), RATE32(30), RATE64(700000), RATE32(1),
};

static const struct field http_counters[] = {
	/* option, get, head, post, put, delete, trace, connect, other */
	RATE32(1), RATE32(120), RATE32(4), RATE32(30), RATE32(2),
	RATE32(1), RATE32(1), RATE32(1), RATE32(1),
	/* status 1XX, 2XX, 3XX, 4XX, 5XX, other */
	RATE32(1), RATE32(140), RATE32(12), RATE32(6), RATE32(1), RATE32(1),
};

static const struct field app_workers[] = {
	/* active, idle, max, req_delayed, req_dropped */
	NEAR32(12), NEAR32(20), FIXED32(64), RATE32(1), RATE32(1),
};

static const struct field memcache_counters[] = {
	/* cmd_set, cmd_touch, cmd_flush, get_hits, get_misses */
	RATE32(200), RATE32(5), RATE32(1), RATE32(900), RATE32(100),
	/* delete_hits, _misses, incr_hits, _misses, decr_hits, _misses */
	RATE32(8), RATE32(2), RATE32(6), RATE32(1), RATE32(4), RATE32(1),
	/* cas_hits, cas_misses, cas_badval, auth_cmds, auth_errors */
	RATE32(3), RATE32(1), RATE32(1), RATE32(2), RATE32(1),
	/* threads, conn_yields, listen_disabled_num */
	FIXED32(4), RATE32(1), RATE32(1),
	/* connections: current, rejected, total, structures */
	NEAR32(40), RATE32(1), RATE32(10), FIXED32(64),
	/* evictions, reclaimed, curr_items, total_items */
	RATE32(2), RATE32(3), NEAR32(50000), RATE32(200),
	/* bytes_read, bytes_written, bytes, limit_maxbytes */
	RATE64(300000), RATE64(900000), NEAR64(48 * MIB), FIXED64(64 * MIB),
};

static const struct field jvm_runtime[] = {
	STRING("OpenJDK 64-Bit Server VM"), STRING("Debian"),
	STRING("17.0.9+9-Debian"),
};

static const struct field jvm_statistics[] = {
	/* heap and non-heap: initial, used, committed, max */
	FIXED64(256 * MIB), NEAR64(300 * MIB), NEAR64(512 * MIB), FIXED64(GIB),
	FIXED64(16 * MIB), NEAR64(60 * MIB), NEAR64(80 * MIB), FIXED64(GIB),
	/* gc_count, gc_time in ms, classes loaded, total, unloaded */
	RATE32(1), RATE32(20), NEAR32(8000), RATE32(2), RATE32(1),
	/* compilation_time in ms, threads live, daemon, started */
	RATE32(15), NEAR32(40), NEAR32(30), RATE32(1),
	/* fd_open_count, fd_max_count */
	NEAR32(120), FIXED32(65536),
};

struct record {
	uint32_t format;
	uint32_t count;
	const struct field *fields;
};

#define RECORD(format, fields) { format, COUNT(fields), fields }

static const struct record host_records[] = {
	RECORD(2003, host_cpu), RECORD(2004, host_memory),
	RECORD(2005, host_disk_io), RECORD(2006, net_io),
};

static const struct record vm_records[] = {
	RECORD(2002, host_parent), RECORD(2101, virt_cpu),
	RECORD(2102, virt_memory), RECORD(2103, virt_disk_io),
	RECORD(2104, net_io),
};

static const struct record http_records[] = {
	RECORD(2201, http_counters), RECORD(2206, app_workers),
	RECORD(2002, host_parent),
};

static const struct record memcache_records[] = {
	RECORD(2204, memcache_counters),
};

static const struct record jvm_records[] = {
	RECORD(2002, host_parent), RECORD(2101, virt_cpu),
	RECORD(2102, virt_memory), RECORD(2105, jvm_runtime),
	RECORD(2106, jvm_statistics),
};

/* The kinds of data source. A described one begins with a host_descr. */
enum { HOST, VM, HTTP, MEMCACHE, JVM, KINDS };

static const struct sample_kind {
	const char *prefix;	/* of the name in its host_descr, or NULL */
	uint32_t count;
	const struct record *records;
} sample_kinds[KINDS] = {
	[HOST] = { "", COUNT(host_records), host_records },
	[VM] = { "vm", COUNT(vm_records), vm_records },
	[HTTP] = { NULL, COUNT(http_records), http_records },
	[MEMCACHE] = { NULL, COUNT(memcache_records), memcache_records },
	[JVM] = { "jvm", COUNT(jvm_records), jvm_records },
};

/* clang-format on */

/* ---- The state of a run --------------------------------------------- */

/* Numbers all, so that one table can set them. */
struct options {
	const char *address;
	const char *port;
	uint64_t agents, vms, http, memcache, jvm;
	uint64_t ipv6, spoof;
	uint64_t rate; /* datagrams per second, 0 = flat out */
	uint64_t seconds, rounds, count, burst; /* when to stop, 0 = not so */
	uint64_t interval_ms;                   /* uptime per round */
	uint64_t first_round, first_uptime_ms;
};

/* A buffer for encoding; large enough for any datagram, so unchecked. */
struct buffer {
	size_t length;
	unsigned char bytes[2 * DATAGRAM_MAX];
};

/* A data source that every agent has. */
struct source {
	unsigned kind;
	uint32_t class, index;
};

/* The data sources that share a datagram: [first, first + count). */
struct part {
	uint32_t first, count;
};

struct load {
	struct options options;
	int socket;
	struct source *sources;
	uint32_t source_count;
	struct part *parts; /* datagrams per agent and round */
	uint32_t part_count;
	struct buffer bodies[KINDS];              /* this round's records */
	unsigned char (*datagrams)[DATAGRAM_MAX]; /* agent by agent */
	size_t *lengths;
	size_t datagram_count;
	size_t next; /* the datagram to send next */
	struct moment moment;
	uint64_t spoofed; /* agents that --spoof has made up */
	uint64_t sent, sent_bytes;
};

static void
die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("sflow-load: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(1);
}

static void *
allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (memory == NULL)
		die("out of memory");
	return memory;
}

/* ---- Encoding ------------------------------------------------------- */

static void
set_u32(unsigned char *at, uint32_t value)
{
	value = htonl(value);
	memcpy(at, &value, sizeof(value));
}

static uint32_t
get_u32(const unsigned char *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return ntohl(value);
}

static void
put_u32(struct buffer *buffer, uint32_t value)
{
	set_u32(buffer->bytes + buffer->length, value);
	buffer->length += 4;
}

static void
put_u64(struct buffer *buffer, uint64_t value)
{
	put_u32(buffer, (uint32_t)(value >> 32));
	put_u32(buffer, (uint32_t)value);
}

static void
put_bytes(struct buffer *buffer, const void *bytes, size_t length)
{
	memcpy(buffer->bytes + buffer->length, bytes, length);
	buffer->length += length;
}

/* An XDR string: its length, its bytes, zeros up to a multiple of 4. */
static void
put_string(struct buffer *buffer, const char *text)
{
	size_t length = strlen(text);

	put_u32(buffer, (uint32_t)length);
	put_bytes(buffer, text, length);
	put_bytes(buffer, "\0\0\0", (4 - length % 4) % 4);
}

/* Begins what a format and a length precede; returns the mark to end it. */
static size_t
begin(struct buffer *buffer, uint32_t format)
{
	put_u32(buffer, format);
	put_u32(buffer, 0);
	return buffer->length;
}

static void
end(struct buffer *buffer, size_t mark)
{
	set_u32(buffer->bytes + mark - 4, (uint32_t)(buffer->length - mark));
}

static void
put_float(struct buffer *buffer, uint64_t hundredths)
{
	float value = (float)hundredths / 100.0F;
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	put_u32(buffer, bits);
}

static void
put_field(struct buffer *buffer, const struct field *field,
          const struct moment *moment)
{
	uint64_t counter = field->value * moment->uptime_ms / 1000;

	switch (field->kind) {
	case CONST32:
		put_u32(buffer, (uint32_t)field->value);
		break;
	case CONST64:
		put_u64(buffer, field->value);
		break;
	case GAUGE32:
		put_u32(buffer, (uint32_t)field->value + moment->round % 4);
		break;
	case GAUGE64:
		put_u64(buffer, field->value + moment->round % 8 * MIB);
		break;
	case FLOAT:
		put_float(buffer, field->value + moment->round % 16);
		break;
	case COUNTER32:
		put_u32(buffer, (uint32_t)counter);
		break;
	case COUNTER64:
		put_u64(buffer, counter);
		break;
	case TEXT:
		put_string(buffer, field->text);
		break;
	}
}

/* Encodes the records that all agents share in this round. */
static void
encode_bodies(struct load *load)
{
	for (unsigned kind = 0; kind < KINDS; kind++) {
		const struct sample_kind *sample = &sample_kinds[kind];
		struct buffer *body = &load->bodies[kind];

		body->length = 0;
		for (uint32_t r = 0; r < sample->count; r++) {
			const struct record *record = &sample->records[r];
			size_t mark = begin(body, record->format);

			for (uint32_t f = 0; f < record->count; f++)
				put_field(body, &record->fields[f],
				          &load->moment);
			end(body, mark);
		}
	}
}

/* The name of a data source: host7.bench, vm100001.host7.bench. When names
 * are to be patched (--spoof), the number has 8 digits. */
static void
source_name(const struct load *load, uint32_t agent,
            const struct source *source, char name[64])
{
	const char *number = load->options.spoof ? "%08" PRIx32 : "%" PRIu32;
	const char *prefix = sample_kinds[source->kind].prefix;
	char host[32];

	snprintf(host, sizeof(host), number, agent);
	if (source->kind == HOST)
		snprintf(name, 64, "host%s.bench", host);
	else
		snprintf(name, 64, "%s%" PRIu32 ".host%s.bench", prefix,
		         source->index, host);
}

static void
put_host_descr(struct buffer *buffer, const struct load *load, uint32_t agent,
               const struct source *source)
{
	size_t mark = begin(buffer, 2000);
	char name[64];

	source_name(load, agent, source, name);
	put_string(buffer, name);
	put_u32(buffer, UINT32_C(0x5f10ad00)); /* UUID, fixed, no length */
	put_u32(buffer, UINT32_C(0x00004000));
	put_u32(buffer, UINT32_C(0x80000000) | source->index);
	put_u32(buffer, agent);
	put_u32(buffer, 3); /* x86_64 */
	put_u32(buffer, 2); /* linux */
	put_string(buffer, "6.1.0-bench");
	end(buffer, mark);
}

static void
put_sample(struct buffer *buffer, const struct load *load, uint32_t agent,
           const struct source *source)
{
	const struct sample_kind *kind = &sample_kinds[source->kind];
	const struct buffer *body = &load->bodies[source->kind];
	size_t mark = begin(buffer, 4); /* counters_sample_expanded */

	put_u32(buffer, 0); /* the sequence number is set when sent */
	put_u32(buffer, source->class);
	put_u32(buffer, source->index);
	put_u32(buffer, kind->count + (kind->prefix != NULL));
	if (kind->prefix != NULL)
		put_host_descr(buffer, load, agent, source);
	put_bytes(buffer, body->bytes, body->length);
	end(buffer, mark);
}

static size_t
address_length(const struct load *load)
{
	return load->options.ipv6 ? 16 : 4;
}

static size_t
header_length(const struct load *load)
{
	return 24 + address_length(load);
}

/* Sets the agent address at its place: 10.0.0.0 or fd00:: plus number. */
static void
set_agent_address(const struct load *load, unsigned char *at, uint64_t number)
{
	if (load->options.ipv6) {
		set_u32(at, UINT32_C(0xfd000000));
		set_u32(at + 4, 0);
		set_u32(at + 8, (uint32_t)(number >> 32));
		set_u32(at + 12, (uint32_t)number);
	} else {
		set_u32(at, UINT32_C(10) << 24 | (number & 0xffffff));
	}
}

static void
put_header(struct buffer *buffer, const struct load *load, uint32_t agent,
           uint32_t sample_count)
{
	put_u32(buffer, 5);
	put_u32(buffer, load->options.ipv6 ? 2 : 1);
	set_agent_address(load, buffer->bytes + buffer->length, agent);
	buffer->length += address_length(load);
	put_u32(buffer, 100000); /* sub-agent */
	put_u32(buffer, 0);      /* sequence number and uptime: set when sent */
	put_u32(buffer, 0);
	put_u32(buffer, sample_count);
}

/* ---- Preparing ------------------------------------------------------ */

static void
add_source(struct load *load, unsigned kind, uint32_t class, uint32_t index)
{
	load->sources[load->source_count++] =
	    (struct source){kind, class, index};
}

static void
plan_sources(struct load *load)
{
	const struct options *options = &load->options;

	load->sources = allocate(options->vms + KINDS, sizeof(*load->sources));
	add_source(load, HOST, 2, 1);
	for (uint32_t vm = 1; vm <= (uint32_t)options->vms; vm++)
		add_source(load, VM, 3, 100000 + vm);
	if (options->http)
		add_source(load, HTTP, 3, 80);
	if (options->memcache)
		add_source(load, MEMCACHE, 3, 11211);
	if (options->jvm)
		add_source(load, JVM, 3, 8080);
}

/* Shares the sources out over datagrams, by the sizes of the agent with the
 * longest name, so that every agent sends the same number of them. */
static void
plan_parts(struct load *load)
{
	size_t length = DATAGRAM_MAX;

	load->parts = allocate(load->source_count, sizeof(*load->parts));
	for (uint32_t s = 0; s < load->source_count; s++) {
		struct buffer sample = {0};

		put_sample(&sample, load, (uint32_t)load->options.agents,
		           &load->sources[s]);
		if (length + sample.length > DATAGRAM_MAX) {
			load->parts[load->part_count++].first = s;
			length = header_length(load);
		}
		load->parts[load->part_count - 1].count++;
		length += sample.length;
	}
}

static void
build_datagram(struct load *load, size_t slot)
{
	uint32_t agent = (uint32_t)(slot / load->part_count) + 1;
	const struct part *part = &load->parts[slot % load->part_count];
	struct buffer buffer = {0};

	put_header(&buffer, load, agent, part->count);
	for (uint32_t s = 0; s < part->count; s++)
		put_sample(&buffer, load, agent,
		           &load->sources[part->first + s]);
	memcpy(load->datagrams[slot], buffer.bytes, buffer.length);
	load->lengths[slot] = buffer.length;
}

static void
prepare(struct load *load)
{
	load->moment.round = (uint32_t)load->options.first_round;
	load->moment.uptime_ms = (uint32_t)load->options.first_uptime_ms;
	load->spoofed = load->options.first_round;
	encode_bodies(load);
	plan_sources(load);
	plan_parts(load);
	load->datagram_count = load->options.agents * load->part_count;
	if (load->datagram_count > DATAGRAMS_MAX)
		die("over %d datagrams a round", DATAGRAMS_MAX);
	if (load->options.rounds != 0)
		load->options.count =
		    load->options.rounds * load->datagram_count;
	load->datagrams =
	    allocate(load->datagram_count, sizeof(*load->datagrams));
	load->lengths = allocate(load->datagram_count, sizeof(*load->lengths));
	for (size_t slot = 0; slot < load->datagram_count; slot++)
		build_datagram(load, slot);
}

/* ---- Sending -------------------------------------------------------- */

/*
 * Gives the datagram an agent never seen before: address, name and UUID of
 * its host_descr, which is the first record when there is one. The factor is
 * odd, so the numbers look random, and the low 24 bits, which an IPv4 agent
 * shows, come back only after 2^24 of them.
 */
static void
patch_spoofed(struct load *load, unsigned char *datagram)
{
	unsigned char *sample = datagram + header_length(load);
	uint64_t number = ++load->spoofed * UINT64_C(0x9e3779b97f4a7c15);
	char digits[9];

	set_agent_address(load, datagram + 8, number);
	if (get_u32(sample + 24) == 2000 && get_u32(sample + 12) == 2) {
		snprintf(digits, sizeof(digits), "%08" PRIx32,
		         (uint32_t)number);
		memcpy(sample + 40, digits, 8); /* after length and "host" */
		set_u32(sample + 68, (uint32_t)number); /* end of the UUID */
	}
}

/* Brings a datagram to this round. A sample's common records are its end. */
static void
patch_datagram(struct load *load, size_t slot)
{
	unsigned char *datagram = load->datagrams[slot];
	unsigned char *at = datagram + 8 + address_length(load);
	uint32_t part = (uint32_t)(slot % load->part_count);
	const struct source *source = &load->sources[load->parts[part].first];

	if (load->options.spoof)
		patch_spoofed(load, datagram);
	set_u32(at + 4, load->moment.round * load->part_count + part + 1);
	set_u32(at + 8, load->moment.uptime_ms);
	at += 16;
	for (uint32_t s = 0; s < load->parts[part].count; s++, source++) {
		const struct buffer *body = &load->bodies[source->kind];

		set_u32(at + 8, load->moment.round + 1);
		at += 8 + get_u32(at + 4);
		memcpy(at - body->length, body->bytes, body->length);
	}
}

/* Patches the next datagram and points a message at it. */
static void
next_message(struct load *load, struct mmsghdr *message, struct iovec *vector)
{
	patch_datagram(load, load->next);
	vector->iov_base = load->datagrams[load->next];
	vector->iov_len = load->lengths[load->next];
	*message =
	    (struct mmsghdr){.msg_hdr = {.msg_iov = vector, .msg_iovlen = 1}};
	load->sent_bytes += vector->iov_len;
	if (++load->next == load->datagram_count) {
		load->next = 0;
		load->moment.round++;
		load->moment.uptime_ms += (uint32_t)load->options.interval_ms;
		encode_bodies(load);
	}
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
			die("sendmmsg: %s", strerror(errno));
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

		if (batch > load->datagram_count)
			batch = load->datagram_count;
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

	while (load->sent < limit &&
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
	return address->sa_family == AF_INET6 &&
	       IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
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
		die("%s port %s: %s", options->address, options->port,
		    gai_strerror(error));
	if (!is_loopback(found->ai_addr))
		die("%s is not a loopback address", options->address);
	fd = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, found->ai_addr, found->ai_addrlen) < 0)
		die("socket: %s", strerror(errno));
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
    {"agents", "N", PLACE(agents), AGENTS_MAX, "agents, 10.0.0.1 upwards (1)"},
    {"ipv6", "", PLACE(ipv6), 1, "agent addresses fd00::1 upwards"},
    {"vms", "K", PLACE(vms), VMS_MAX, "virtual machines per agent (0)"},
    {"http", "", PLACE(http), 1, "and a web server"},
    {"memcache", "", PLACE(memcache), 1, "and a memcached"},
    {"jvm", "", PLACE(jvm), 1, "and a Java virtual machine"},
    {"rate", "R", PLACE(rate), 10000000,
     "datagrams per second (1000), 0 for as many as go"},
    {"seconds", "S", PLACE(seconds), SECONDS_MAX,
     "stop after that time (10; 600 when a count is given)"},
    {"rounds", "N", PLACE(rounds), 100000,
     "stop when every agent has reported N times"},
    {"count", "N", PLACE(count), 1000000000, "stop after N datagrams"},
    {"burst", "N", PLACE(burst), 1000000,
     "send N datagrams back to back, then stop"},
    {"spoof", "", PLACE(spoof), 1, "each datagram from a new, random agent"},
    {"interval-ms", "T", PLACE(interval_ms), 86400000,
     "the agents' uptime per round (1000)"},
    {"first-round", "N", PLACE(first_round), UINT32_MAX,
     "go on where an earlier run ended: its rounds,\n"
     "\t\t      or its datagrams with --spoof (0)"},
    {"first-uptime", "T", PLACE(first_uptime_ms), UINT32_MAX,
     "and the agents' uptime in ms (86400000)"},
#undef PLACE
};

static void
usage(FILE *out, int status)
{
	fputs("usage: sflow-load [options] ADDRESS PORT\n\n"
	      "Sends the sFlow v5 datagrams of simulated host agents to a"
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
		die("--%s takes a number up to %" PRIu64, option_table[o].name,
		    option_table[o].limit);
	memcpy((char *)options + option_table[o].place, &value, sizeof(value));
}

static void
set_limits(struct options *options)
{
	if (options->burst != 0) {
		options->count = options->burst;
		options->rate = 0;
	}
	if (options->seconds == 0)
		options->seconds =
		    options->count || options->rounds ? SECONDS_MAX : 10;
	if (options->agents == 0)
		options->agents = 1;
	if (options->spoof && options->agents < BATCH_MAX)
		options->agents = BATCH_MAX; /* templates, a batch of them */
}

static struct options
parse_options(int argc, char **argv)
{
	struct options options = {.agents = 1,
	                          .rate = 1000,
	                          .interval_ms = 1000,
	                          .first_uptime_ms = 86400000};
	struct option names[COUNT(option_table) + 2] = {
	    [COUNT(option_table)] = {"help", no_argument, NULL, 'h'}};
	int found;

	for (size_t o = 0; o < COUNT(option_table); o++)
		names[o] = (struct option){option_table[o].name,
		                           option_table[o].limit > 1, NULL,
		                           (int)o + 256};
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
	alarm(SECONDS_MAX + 60);       /* whatever happens, it ends */
	prctl(PR_SET_TIMERSLACK, 1UL); /* sleep no longer than asked */
	prepare(&load);
	time = run(&load);
	seconds = (double)(time ? time : 1) / 1e9;
	printf("sent %" PRIu64 " datagrams %" PRIu64 " bytes in %.3f s, "
	       "%.0f/s\n",
	       load.sent, load.sent_bytes, seconds,
	       (double)load.sent / seconds);
	free(load.sources);
	free(load.parts);
	free(load.datagrams);
	free(load.lengths);
	close(load.socket);
	return 0;
}

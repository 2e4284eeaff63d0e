/* What the agents of a load test put into their records: rates and sizes of a
 * small server, and of a switch's ports. By hand, a line per group of fields. */
#include "tests/bench/records.h"

#include <stddef.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

/* clang-format off */

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

/* A port: if_counters with its number, set when sent, speed in bits/s and octets
 * per second in and out, from which the rest follows. */
#define IF_COUNTERS(speed, in, out) \
	/* ifIndex, ifType Ethernet, full duplex, up/up */ \
	FIXED32(0), FIXED32(6), FIXED64(speed), FIXED32(1), FIXED32(3), \
	/* octets, unicast, multicast, broadcast, discards, errors */ \
	RATE64(in), RATE32((in) / 700), RATE32((in) / 70000 + 2), \
	RATE32((in) / 300000 + 1), RATE32((in) / 40000000), FIXED32(0), \
	/* unknown protocols, then octets and the rest the other way */ \
	FIXED32(0), \
	RATE64(out), RATE32((out) / 700), RATE32((out) / 70000 + 5), \
	RATE32((out) / 300000 + 3), RATE32((out) / 20000000), FIXED32(0), \
	/* ifPromiscuousMode */ \
	FIXED32(0)

#define GIGABIT UINT64_C(1000000000)

static const struct field idle_port[] = { IF_COUNTERS(GIGABIT, 200, 900) };
static const struct field busy_port[] = {
	IF_COUNTERS(GIGABIT, UINT64_C(6000000), UINT64_C(25000000)),
};
static const struct field uplink[] = {
	IF_COUNTERS(10 * GIGABIT, UINT64_C(500000000), UINT64_C(140000000)),
};

static const struct field ethernet_counters[] = {
	/* alignment, FCS, one and several collisions, SQE, deferred, late */
	FIXED32(0), RATE32(1), FIXED32(0), FIXED32(0), FIXED32(0), FIXED32(0),
	FIXED32(0),
	/* excessive collisions, MAC out, carrier, too long, MAC in, symbol */
	FIXED32(0), FIXED32(0), FIXED32(0), RATE32(2), FIXED32(0), FIXED32(3),
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

static const struct record idle_port_records[] = {
	RECORD(1, idle_port), RECORD(2, ethernet_counters),
};
static const struct record busy_port_records[] = {
	RECORD(1, busy_port), RECORD(2, ethernet_counters),
};
static const struct record uplink_records[] = {
	RECORD(1, uplink), RECORD(2, ethernet_counters),
};

const struct sample_kind sample_kinds[KINDS] = {
	[HOST] = { "", COUNT(host_records), host_records },
	[VM] = { "vm", COUNT(vm_records), vm_records },
	[HTTP] = { NULL, COUNT(http_records), http_records },
	[MEMCACHE] = { NULL, COUNT(memcache_records), memcache_records },
	[JVM] = { "jvm", COUNT(jvm_records), jvm_records },
	[IDLE_PORT] = { "swp", COUNT(idle_port_records), idle_port_records },
	[BUSY_PORT] = { "swp", COUNT(busy_port_records), busy_port_records },
	[UPLINK] = { "swp", COUNT(uplink_records), uplink_records },
};

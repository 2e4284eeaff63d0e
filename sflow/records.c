#include "sflow/records.h"

#include <string.h>

#include "sflow/datagram.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Rows. RAW: a field without a metric. The others are named after the formula
 * that turns the field into the metric. */
#define RAW(type_, field_) {.name = field_, .type = FIELD_##type_}
#define METRIC(metric_, type_, units_, slope_, format_, group_, title_) \
	{metric_, type_, units_, slope_, format_, group_, title_}
#define AS(formula_, type_, field_, scale_, ...) \
	{.name = field_, .type = FIELD_##type_, .formula = formula_, \
	 .scale = scale_, .metric = METRIC(__VA_ARGS__)}
#define TAIL(formula_, type_, field_, scale_, ...) \
	{.name = field_, .type = FIELD_##type_, .formula = formula_, \
	 .scale = scale_, .tail = true, .metric = METRIC(__VA_ARGS__)}
#define WITH(formula_, type_, field_, partner_, ...) \
	{.name = field_, .type = FIELD_##type_, .formula = formula_, \
	 .scale = 1, .partner = partner_, .metric = METRIC(__VA_ARGS__)}
#define NAME_OF(field_, names_, ...) \
	{.name = field_, .type = FIELD_U32, .formula = NAMED, \
	 .names = &(names_), .metric = METRIC(__VA_ARGS__)}

#define KB (1.0 / 1024)
#define GB (1.0 / 1073741824)

static const struct names machine_types = {
    13, (const char *const[]){"unknown", "other", "x86", "x86_64", "ia64",
                              "sparc", "alpha", "powerpc", "m68k", "mips",
                              "arm", "hppa", "s390"}};

static const struct names os_names = {
    13, (const char *const[]){"Unknown", "Other", "Linux", "Windows", "Darwin",
                              "HP-UX", "AIX", "DragonflyBSD", "FreeBSD",
                              "NetBSD", "OpenBSD", "OSF1", "SunOS"}};

/* libvirt's virDomainState */
static const struct names domain_states = {
    7, (const char *const[]){"Unknown", "Running", "Blocked", "Paused",
                             "Shutdown", "Shutoff", "Crashed"}};

/* sFlow Host Structures (sflow.org/sflow_host.txt) ---------------------- */

static const struct field host_descr[] = {
    RAW(STRING, "hostname"),
    AS(TEXT, UUID, "uuid", 1, "uuid", STRING, "", ZERO, "%s", "system", "System UUID"),
    NAME_OF("machine_type", machine_types, "machine_type", STRING, "", ZERO, "%s", "system", "Machine Type"),
    NAME_OF("os_name", os_names, "os_name", STRING, "", ZERO, "%s", "system", "Operating System"),
    AS(TEXT, STRING, "os_release", 1, "os_release", STRING, "", ZERO, "%s", "system", "Operating System Release"),
};

/* The release that a Java virtual machine names is its own. */
static const struct field jvm_descr[] = {
    RAW(STRING, "hostname"),
    RAW(UUID, "uuid"),
    RAW(U32, "machine_type"),
    RAW(U32, "os_name"),
    AS(TEXT, STRING, "os_release", 1, "jvm_release", STRING, "", ZERO, "%s", "jvm", "JVM Release"),
};

static const struct field host_cpu[] = {
    AS(GAUGE, F32, "load_one", 1, "load_one", FLOAT, "", BOTH, "%.2f", "load", "One minute load average"),
    AS(GAUGE, F32, "load_five", 1, "load_five", FLOAT, "", BOTH, "%.2f", "load", "Five minute load average"),
    AS(GAUGE, F32, "load_fifteen", 1, "load_fifteen", FLOAT, "", BOTH, "%.2f", "load", "Fifteen minute load average"),
    AS(GAUGE, U32, "proc_run", 1, "proc_run", UINT32, "", BOTH, "%u", "process", "Total Running Processes"),
    AS(GAUGE, U32, "proc_total", 1, "proc_total", UINT32, "", BOTH, "%u", "process", "Total Processes"),
    AS(GAUGE, U32, "cpu_num", 1, "cpu_num", UINT16, "CPUs", ZERO, "%u", "cpu", "CPU Count"),
    AS(GAUGE, U32, "cpu_speed", 1, "cpu_speed", UINT32, "MHz", ZERO, "%u", "cpu", "CPU Speed"),
    AS(SINCE, U32, "uptime", 1, "boottime", UINT32, "s", ZERO, "%u", "cpu", "Last Boot Time"),
    AS(SHARE, U32, "cpu_user", 1, "cpu_user", FLOAT, "%", BOTH, "%.2f", "cpu", "CPU User"),
    AS(SHARE, U32, "cpu_nice", 1, "cpu_nice", FLOAT, "%", BOTH, "%.2f", "cpu", "CPU Nice"),
    AS(SHARE, U32, "cpu_system", 1, "cpu_system", FLOAT, "%", BOTH, "%.2f", "cpu", "CPU System"),
    AS(SHARE, U32, "cpu_idle", 1, "cpu_idle", FLOAT, "%", BOTH, "%.2f", "cpu", "CPU Idle"),
    AS(SHARE, U32, "cpu_wio", 1, "cpu_wio", FLOAT, "%", BOTH, "%.2f", "cpu", "CPU I/O Wait"),
    AS(SHARE, U32, "cpu_intr", 1, "cpu_intr", FLOAT, "", BOTH, "%.2f", "cpu", "CPU Interrupts"),
    AS(SHARE, U32, "cpu_sintr", 1, "cpu_sintr", FLOAT, "", BOTH, "%.2f", "cpu", "CPU Soft Interrupts"),
    AS(RATE, U32, "interrupts", 1, "interrupts", FLOAT, "", BOTH, "%.0f", "cpu", "Interrupts"),
    AS(RATE, U32, "contexts", 1, "contexts", FLOAT, "", BOTH, "%.0f", "cpu", "Context Switches"),
    TAIL(SHARE, U32, "cpu_steal", 1, "cpu_steal", FLOAT, "%", BOTH, "%.2f", "cpu", "CPU Steal"),
    TAIL(SUBSHARE, U32, "cpu_guest", 1, "cpu_guest", FLOAT, "%", BOTH, "%.2f", "cpu", "CPU Guest"),
    TAIL(SUBSHARE, U32, "cpu_guest_nice", 1, "cpu_gnice", FLOAT, "%", BOTH, "%.2f", "cpu", "CPU Guest Nice"),
};

static const struct field host_memory[] = {
    AS(GAUGE, U64, "mem_total", KB, "mem_total", DOUBLE, "KB", ZERO, "%.0f", "memory", "Memory Total"),
    AS(GAUGE, U64, "mem_free", KB, "mem_free", DOUBLE, "KB", BOTH, "%.0f", "memory", "Free Memory"),
    AS(GAUGE, U64, "mem_shared", KB, "mem_shared", DOUBLE, "KB", BOTH, "%.0f", "memory", "Shared Memory"),
    AS(GAUGE, U64, "mem_buffers", KB, "mem_buffers", DOUBLE, "KB", BOTH, "%.0f", "memory", "Memory Buffers"),
    AS(GAUGE, U64, "mem_cached", KB, "mem_cached", DOUBLE, "KB", BOTH, "%.0f", "memory", "Cached Memory"),
    AS(GAUGE, U64, "swap_total", KB, "swap_total", DOUBLE, "KB", ZERO, "%.0f", "memory", "Swap Space Total"),
    AS(GAUGE, U64, "swap_free", KB, "swap_free", DOUBLE, "KB", BOTH, "%.0f", "memory", "Free Swap Space"),
    AS(RATE, U32, "page_in", 1, "page_in", FLOAT, "", BOTH, "%.0f", "memory", "Pages In"),
    AS(RATE, U32, "page_out", 1, "page_out", FLOAT, "", BOTH, "%.0f", "memory", "Pages Out"),
    AS(RATE, U32, "swap_in", 1, "swap_in", FLOAT, "", BOTH, "%.0f", "memory", "Swap Pages In"),
    AS(RATE, U32, "swap_out", 1, "swap_out", FLOAT, "", BOTH, "%.0f", "memory", "Swap Pages Out"),
};

static const struct field host_disk_io[] = {
    AS(GAUGE, U64, "disk_total", GB, "disk_total", DOUBLE, "GB", BOTH, "%.3f", "disk", "Total Disk Space"),
    AS(GAUGE, U64, "disk_free", GB, "disk_free", DOUBLE, "GB", BOTH, "%.3f", "disk", "Free Disk Space"),
    AS(GAUGE, PCT, "part_max_used", 0.01, "part_max_used", FLOAT, "%", BOTH, "%.2f", "disk", "Maximum Disk Space Used"),
    AS(RATE, U32, "reads", 1, "reads", FLOAT, "", BOTH, "%.0f", "disk", "Reads"),
    AS(RATE, U64, "bytes_read", 1, "bytes_read", FLOAT, "", BOTH, "%.0f", "disk", "Bytes Read"),
    WITH(RATIO, U32, "read_time", -2, "read_time", FLOAT, "mS", BOTH, "%.2f", "disk", "Read Time"),
    AS(RATE, U32, "writes", 1, "writes", FLOAT, "", BOTH, "%.0f", "disk", "Writes"),
    AS(RATE, U64, "bytes_written", 1, "bytes_written", FLOAT, "", BOTH, "%.0f", "disk", "Bytes Written"),
    WITH(RATIO, U32, "write_time", -2, "write_time", FLOAT, "mS", BOTH, "%.2f", "disk", "Write Time"),
};

static const struct field host_net_io[] = {
    AS(RATE, U64, "bytes_in", 1, "bytes_in", FLOAT, "bytes/sec", BOTH, "%.2f", "network", "Bytes Received"),
    AS(RATE, U32, "pkts_in", 1, "pkts_in", FLOAT, "packets/sec", BOTH, "%.2f", "network", "Packets Received"),
    AS(RATE, U32, "errs_in", 1, "errs_in", FLOAT, "errors/sec", BOTH, "%.2f", "network", "Input Errors"),
    AS(RATE, U32, "drops_in", 1, "drops_in", FLOAT, "drops/sec", BOTH, "%.2f", "network", "Input Drops"),
    AS(RATE, U64, "bytes_out", 1, "bytes_out", FLOAT, "bytes/sec", BOTH, "%.2f", "network", "Bytes Sent"),
    AS(RATE, U32, "packets_out", 1, "pkts_out", FLOAT, "packets/sec", BOTH, "%.2f", "network", "Packets Sent"),
    AS(RATE, U32, "errs_out", 1, "errs_out", FLOAT, "errors/sec", BOTH, "%.2f", "network", "Output Errors"),
    AS(RATE, U32, "drops_out", 1, "drops_out", FLOAT, "drops/sec", BOTH, "%.2f", "network", "Output Drops"),
};

static const struct field virt_node[] = {
    AS(GAUGE, U32, "mhz", 1, "vnode_cpu_speed", UINT32, "MHz", ZERO, "%u", "hypervisor", "Hypervisor CPU Speed"),
    AS(GAUGE, U32, "cpus", 1, "vnode_cpu_num", UINT32, "", ZERO, "%u", "hypervisor", "Hypervisor CPU Count"),
    AS(GAUGE, U64, "memory", KB, "vnode_mem_total", DOUBLE, "KB", ZERO, "%.0f", "hypervisor", "Hypervisor Memory Total"),
    AS(GAUGE, U64, "memory_free", KB, "vnode_mem_free", DOUBLE, "KB", BOTH, "%.0f", "hypervisor", "Hypervisor Free Memory"),
    AS(GAUGE, U32, "num_domains", 1, "vnode_domains", UINT32, "", BOTH, "%u", "hypervisor", "Hypervisor Domain Count"),
};

static const struct field virt_cpu[] = {
    NAME_OF("state", domain_states, "vcpu_state", STRING, "", ZERO, "%s", "vm cpu", "VM CPU State"),
    AS(BUSY, U32, "cpuTime", 1, "vcpu_util", FLOAT, "%", BOTH, "%.2f", "vm cpu", "VM CPU Utilization"),
    AS(GAUGE, U32, "nrVirtCpu", 1, "vcpu_num", UINT32, "", ZERO, "%u", "vm cpu", "VM CPU Count"),
};

static const struct field virt_memory[] = {
    WITH(PERCENT, U64, "memory", 1, "vmem_util", FLOAT, "%", BOTH, "%.2f", "vm memory", "VM Memory Utilization"),
    AS(GAUGE, U64, "maxMemory", KB, "vmem_total", DOUBLE, "KB", ZERO, "%.0f", "vm memory", "VM Memory Total"),
};

static const struct field virt_disk_io[] = {
    AS(GAUGE, U64, "capacity", GB, "vdisk_capacity", DOUBLE, "GB", ZERO, "%.3f", "vm disk", "VDisk Capacity"),
    AS(GAUGE, U64, "allocation", GB, "vdisk_total", DOUBLE, "GB", BOTH, "%.3f", "vm disk", "Total VDisk Space"),
    AS(GAUGE, U64, "physical", GB, "vdisk_free", DOUBLE, "GB", BOTH, "%.3f", "vm disk", "Free VDisk Space"),
    AS(RATE, U32, "rd_req", 1, "vdisk_reads", FLOAT, "", BOTH, "%.0f", "vm disk", "VM Reads"),
    AS(RATE, U64, "rd_bytes", 1, "vdisk_bytes_read", FLOAT, "", BOTH, "%.0f", "vm disk", "VM Bytes Read"),
    AS(RATE, U32, "wr_req", 1, "vdisk_writes", FLOAT, "", BOTH, "%.0f", "vm disk", "VM Writes"),
    AS(RATE, U64, "wr_bytes", 1, "vdisk_bytes_written", FLOAT, "", BOTH, "%.0f", "vm disk", "VM Bytes Written"),
    AS(RATE, U32, "errs", 1, "vdisk_errs", FLOAT, "errors/sec", BOTH, "%.2f", "vm disk", "VM Disk Errors"),
};

static const struct field virt_net_io[] = {
    AS(RATE, U64, "rx_bytes", 1, "vbytes_in", FLOAT, "bytes/sec", BOTH, "%.2f", "vm network", "VM Bytes Received"),
    AS(RATE, U32, "rx_packets", 1, "vpkts_in", FLOAT, "packets/sec", BOTH, "%.2f", "vm network", "VM Packets Received"),
    AS(RATE, U32, "rx_errs", 1, "verrs_in", FLOAT, "errors/sec", BOTH, "%.2f", "vm network", "VM Input Errors"),
    AS(RATE, U32, "rx_drop", 1, "vdrops_in", FLOAT, "drops/sec", BOTH, "%.2f", "vm network", "VM Input Drops"),
    AS(RATE, U64, "tx_bytes", 1, "vbytes_out", FLOAT, "bytes/sec", BOTH, "%.2f", "vm network", "VM Bytes Sent"),
    AS(RATE, U32, "tx_packets", 1, "vpkts_out", FLOAT, "packets/sec", BOTH, "%.2f", "vm network", "VM Packets Sent"),
    AS(RATE, U32, "tx_errs", 1, "verrs_out", FLOAT, "errors/sec", BOTH, "%.2f", "vm network", "VM Output Errors"),
    AS(RATE, U32, "tx_drop", 1, "vdrops_out", FLOAT, "drops/sec", BOTH, "%.2f", "vm network", "VM Output Drops"),
};

/* sFlow Host TCP/IP Counters (sflow.org/sflow_host_ip.txt), after the UDP group
 * of MIB-II (RFC 4113). ------------------------------------------------------ */

static const struct field mib2_udp_group[] = {
    AS(RATE, U32, "udpInDatagrams", 1, "udp_indatagrams", FLOAT, "datagrams/sec", BOTH, "%.2f", "udp", "UDP Datagrams Received"),
    AS(RATE, U32, "udpNoPorts", 1, "udp_noports", FLOAT, "datagrams/sec", BOTH, "%.2f", "udp", "UDP Datagrams to Unknown Ports"),
    AS(RATE, U32, "udpInErrors", 1, "udp_inerrors", FLOAT, "errors/sec", BOTH, "%.2f", "udp", "UDP Input Errors"),
    AS(RATE, U32, "udpOutDatagrams", 1, "udp_outdatagrams", FLOAT, "datagrams/sec", BOTH, "%.2f", "udp", "UDP Datagrams Sent"),
    AS(RATE, U32, "udpRcvbufErrors", 1, "udp_rcvbuferrors", FLOAT, "errors/sec", BOTH, "%.2f", "udp", "UDP Receive Buffer Errors"),
    AS(RATE, U32, "udpSndbufErrors", 1, "udp_sndbuferrors", FLOAT, "errors/sec", BOTH, "%.2f", "udp", "UDP Send Buffer Errors"),
    AS(RATE, U32, "udpInCsumErrors", 1, "udp_incsumerrors", FLOAT, "errors/sec", BOTH, "%.2f", "udp", "UDP Checksum Errors"),
};

/* sFlow Java Virtual Machine Structures (sflow.org/sflow_jvm.txt). A JVM is
 * described by the virtual machine's CPU and memory structures as well. ---- */

static const struct field jvm_virt_cpu[] = {
    RAW(U32, "state"),
    AS(BUSY, U32, "cpuTime", 1, "jvm_vcpu_util", FLOAT, "%", BOTH, "%.2f", "jvm", "JVM CPU Utilization"),
    RAW(U32, "nrVirtCpu"),
};

static const struct field jvm_virt_memory[] = {
    WITH(PERCENT, U64, "memory", 1, "jvm_vmem_util", FLOAT, "%", ZERO, "%.2f", "jvm", "JVM Memory Utilization"),
    AS(GAUGE, U64, "maxMemory", KB, "jvm_vmem_total", DOUBLE, "KB", ZERO, "%.0f", "jvm", "JVM Memory Total"),
};

static const struct field jvm_statistics[] = {
    AS(GAUGE, U64, "heap_initial", 1, "jvm_hmem_initial", DOUBLE, "", BOTH, "%.2f", "jvm", "JVM Heap Initial"),
    AS(GAUGE, U64, "heap_used", 1, "jvm_hmem_used", DOUBLE, "", BOTH, "%.2f", "jvm", "JVM Heap Used"),
    AS(GAUGE, U64, "heap_committed", 1, "jvm_hmem_committed", DOUBLE, "", BOTH, "%.2f", "jvm", "JVM Heap Committed"),
    AS(GAUGE, U64, "heap_max", 1, "jvm_hmem_max", DOUBLE, "", BOTH, "%.2f", "jvm", "JVM Heap Max"),
    AS(GAUGE, U64, "non_heap_initial", 1, "jvm_nhmem_initial", DOUBLE, "", BOTH, "%.2f", "jvm", "JVM Non-Heap Initial"),
    AS(GAUGE, U64, "non_heap_used", 1, "jvm_nhmem_used", DOUBLE, "", BOTH, "%.2f", "jvm", "JVM Non-Heap Used"),
    AS(GAUGE, U64, "non_heap_committed", 1, "jvm_nhmem_committed", DOUBLE, "", BOTH, "%.2f", "jvm", "JVM Non-Heap Committed"),
    AS(GAUGE, U64, "non_heap_max", 1, "jvm_nhmem_max", DOUBLE, "", BOTH, "%.2f", "jvm", "JVM Non-Heap Max"),
    AS(RATE, U32, "gc_count", 1, "jvm_gc_count", FLOAT, "", BOTH, "%.2f", "jvm", "JVM GC count"),
    AS(BUSY, U32, "gc_time", 1, "jvm_gc_cpu", FLOAT, "%", BOTH, "%.2f", "jvm", "JVM GC CPU"),
    AS(GAUGE, U32, "classes_loaded", 1, "jvm_cls_loaded", DOUBLE, "", BOTH, "%.2f", "jvm", "JVM Classes Loaded"),
    AS(GAUGE, U32, "classes_total", 1, "jvm_cls_total", DOUBLE, "", BOTH, "%.2f", "jvm", "JVM Classes Total"),
    AS(GAUGE, U32, "classes_unloaded", 1, "jvm_cls_unloaded", DOUBLE, "", BOTH, "%.2f", "jvm", "JVM Classes Unloaded"),
    AS(BUSY, U32, "compilation_time", 1, "jvm_comp_cpu", FLOAT, "%", BOTH, "%.2f", "jvm", "JVM Compilation CPU"),
    AS(GAUGE, U32, "thread_num_live", 1, "jvm_thread_live", DOUBLE, "", BOTH, "%.2f", "jvm", "JVM Threads Live"),
    AS(GAUGE, U32, "thread_num_daemon", 1, "jvm_thread_daemon", DOUBLE, "", BOTH, "%.2f", "jvm", "JVM Threads Daemon"),
    AS(RATE, U32, "thread_num_started", 1, "jvm_thread_started", FLOAT, "", BOTH, "%.2f", "jvm", "JVM Threads Started"),
    TAIL(GAUGE, U32, "fd_open_count", 1, "jvm_fds_open", DOUBLE, "", BOTH, "%.2f", "jvm", "JVM FDs Open"),
    TAIL(GAUGE, U32, "fd_max_count", 1, "jvm_fds_max", DOUBLE, "", BOTH, "%.2f", "jvm", "JVM FDs Max"),
};

/* sFlow Memcached Structures (sflow.org/sflow_memcache.txt); 2200 is the older
 * one, in another order. ---------------------------------------------------- */

#define MC_RATE(field_, metric_, title_) \
	AS(RATE, U32, field_, 1, metric_, FLOAT, "", BOTH, "%.2f", "memcache", "Memcache " title_)
#define MC_RATE64(field_, metric_, title_) \
	AS(RATE, U64, field_, 1, metric_, FLOAT, "", BOTH, "%.2f", "memcache", "Memcache " title_)
#define MC_GAUGE(field_, metric_, slope_, title_) \
	AS(GAUGE, U32, field_, 1, metric_, UINT32, "", slope_, "%u", "memcache", "Memcache " title_)

static const struct field memcached_counters[] = {
    AS(SINCE, U32, "uptime", 1, "mc_boottime", UINT32, "s", ZERO, "%u", "memcache", "Memcache Start Time"),
    AS(RATE, U32, "rusage_user", 1, "mc_rusage_user", FLOAT, "mS", BOTH, "%.2f", "memcache", "Memcache rusage_user"),
    AS(RATE, U32, "rusage_system", 1, "mc_rusage_system", FLOAT, "mS", BOTH, "%.2f", "memcache", "Memcache rusage_system"),
    MC_GAUGE("curr_connections", "mc_curr_conns", BOTH, "Current Connections"),
    MC_RATE("total_connections", "mc_total_conns", "Total Connections"),
    MC_GAUGE("connection_structures", "mc_conn_structs", BOTH, "Connection Structs"),
    MC_RATE("cmd_get", "mc_cmd_get", "Command GET"),
    MC_RATE("cmd_set", "mc_cmd_set", "Command SET"),
    MC_RATE("cmd_flush", "mc_cmd_flush", "Command FLUSH"),
    MC_RATE("get_hits", "mc_get_hits", "GET Hits"),
    MC_RATE("get_misses", "mc_get_misses", "GET Misses"),
    MC_RATE("delete_misses", "mc_delete_misses", "DELETE Misses"),
    MC_RATE("delete_hits", "mc_delete_hits", "DELETE Hits"),
    MC_RATE("incr_misses", "mc_incr_misses", "INCR Misses"),
    MC_RATE("incr_hits", "mc_incr_hits", "INCR Hits"),
    MC_RATE("decr_misses", "mc_decr_misses", "DECR Misses"),
    MC_RATE("decr_hits", "mc_decr_hits", "DECR Hits"),
    MC_RATE("cas_misses", "mc_cas_misses", "CAS Misses"),
    MC_RATE("cas_hits", "mc_cas_hits", "CAS Hits"),
    MC_RATE("cas_badval", "mc_cas_badval", "CAS Badval"),
    MC_RATE("auth_cmds", "mc_auth_cmds", "AUTH Cmds"),
    MC_RATE("auth_errors", "mc_auth_errors", "AUTH Errors"),
    MC_RATE64("bytes_read", "mc_bytes_read", "Bytes Read"),
    MC_RATE64("bytes_written", "mc_bytes_written", "Bytes Written"),
    AS(GAUGE, U32, "limit_maxbytes", 1, "mc_limit_maxbytes", DOUBLE, "", ZERO, "%.0f", "memcache", "Memcache Limit MaxBytes"),
    MC_GAUGE("accepting_conns", "mc_accepting_conns", ZERO, "Accepting Connections"),
    MC_GAUGE("listen_disabled_num", "mc_listen_disabled_num", ZERO, "Listen Disabled"),
    MC_GAUGE("threads", "mc_threads", ZERO, "Threads"),
    MC_RATE("conn_yields", "mc_conn_yields", "Connection Yields"),
    AS(GAUGE, U64, "bytes", 1, "mc_bytes", DOUBLE, "", BOTH, "%.2f", "memcache", "Memcache Bytes"),
    MC_GAUGE("curr_items", "mc_curr_items", BOTH, "Current Items"),
    MC_RATE("total_items", "mc_total_items", "Total Items"),
    MC_RATE("evictions", "mc_evictions", "Evictions"),
};

static const struct field memcache_counters[] = {
    MC_RATE("cmd_set", "mc_cmd_set", "Command SET"),
    MC_RATE("cmd_touch", "mc_cmd_touch", "CMD Touch"),
    MC_RATE("cmd_flush", "mc_cmd_flush", "Command FLUSH"),
    MC_RATE("get_hits", "mc_get_hits", "GET Hits"),
    MC_RATE("get_misses", "mc_get_misses", "GET Misses"),
    MC_RATE("delete_hits", "mc_delete_hits", "DELETE Hits"),
    MC_RATE("delete_misses", "mc_delete_misses", "DELETE Misses"),
    MC_RATE("incr_hits", "mc_incr_hits", "INCR Hits"),
    MC_RATE("incr_misses", "mc_incr_misses", "INCR Misses"),
    MC_RATE("decr_hits", "mc_decr_hits", "DECR Hits"),
    MC_RATE("decr_misses", "mc_decr_misses", "DECR Misses"),
    MC_RATE("cas_hits", "mc_cas_hits", "CAS Hits"),
    MC_RATE("cas_misses", "mc_cas_misses", "CAS Misses"),
    MC_RATE("cas_badval", "mc_cas_badval", "CAS Badval"),
    MC_RATE("auth_cmds", "mc_auth_cmds", "AUTH Cmds"),
    MC_RATE("auth_errors", "mc_auth_errors", "AUTH Errors"),
    MC_GAUGE("threads", "mc_threads", ZERO, "Threads"),
    MC_RATE("conn_yields", "mc_conn_yields", "Connection Yields"),
    MC_GAUGE("listen_disabled_num", "mc_listen_disabled_num", ZERO, "Listen Disabled"),
    MC_GAUGE("curr_connections", "mc_curr_conns", BOTH, "Current Connections"),
    MC_RATE("rejected_connections", "mc_rejected_conns", "Rejected Connections"),
    MC_RATE("total_connections", "mc_total_conns", "Total Connections"),
    MC_GAUGE("connection_structures", "mc_conn_structs", BOTH, "Connection Structs"),
    MC_RATE("evictions", "mc_evictions", "Evictions"),
    MC_RATE("reclaimed", "mc_reclaimed", "Reclaimed"),
    MC_GAUGE("curr_items", "mc_curr_items", BOTH, "Current Items"),
    MC_RATE("total_items", "mc_total_items", "Total Items"),
    MC_RATE64("bytes_read", "mc_bytes_read", "Bytes Read"),
    MC_RATE64("bytes_written", "mc_bytes_written", "Bytes Written"),
    AS(GAUGE, U64, "bytes", 1, "mc_bytes", DOUBLE, "", BOTH, "%.2f", "memcache", "Memcache Bytes"),
    AS(GAUGE, U64, "limit_maxbytes", 1, "mc_limit_maxbytes", DOUBLE, "", ZERO, "%.0f", "memcache", "Memcache Limit MaxBytes"),
};

/* sFlow HTTP Structures (sflow.org/sflow_http.txt) and the application's
 * workers (sflow.org/sflow_application.txt), which are the web server's where
 * they stand beside its counters. ----------------------------------------- */

#define HTTP_RATE(field_, metric_, title_) \
	AS(RATE, U32, field_, 1, metric_, FLOAT, "", BOTH, "%.2f", "httpd", "HTTP " title_)
#define HTTP_GAUGE(field_, metric_, slope_, title_) \
	AS(GAUGE, U32, field_, 1, metric_, UINT32, "", slope_, "%u", "httpd", "HTTP " title_)

static const struct field http_counters[] = {
    HTTP_RATE("method_option_count", "http_meth_option", "Method OPTION"),
    HTTP_RATE("method_get_count", "http_meth_get", "Method GET"),
    HTTP_RATE("method_head_count", "http_meth_head", "Method HEAD"),
    HTTP_RATE("method_post_count", "http_meth_post", "Method POST"),
    HTTP_RATE("method_put_count", "http_meth_put", "Method PUT"),
    HTTP_RATE("method_delete_count", "http_meth_delete", "Method DELETE"),
    HTTP_RATE("method_trace_count", "http_meth_trace", "Method TRACE"),
    HTTP_RATE("method_connect_count", "http_meth_connect", "Method CONNECT"),
    HTTP_RATE("method_other_count", "http_meth_other", "Method other"),
    HTTP_RATE("status_1XX_count", "http_status_1XX", "Status 1XX"),
    HTTP_RATE("status_2XX_count", "http_status_2XX", "Status 2XX"),
    HTTP_RATE("status_3XX_count", "http_status_3XX", "Status 3XX"),
    HTTP_RATE("status_4XX_count", "http_status_4XX", "Status 4XX"),
    HTTP_RATE("status_5XX_count", "http_status_5XX", "Status 5XX"),
    HTTP_RATE("status_other_count", "http_status_other", "Status other"),
};

static const struct field http_workers[] = {
    HTTP_GAUGE("workers_active", "http_workers_active", BOTH, "Workers Active"),
    HTTP_GAUGE("workers_idle", "http_workers_idle", BOTH, "Workers Idle"),
    HTTP_GAUGE("workers_max", "http_workers_max", ZERO, "Workers Max"),
    HTTP_RATE("req_delayed", "http_workers_req_delayed", "Requests Delayed"),
    HTTP_RATE("req_dropped", "http_workers_req_dropped", "Requests Dropped"),
};

/* sFlow NVML GPU Structures (sflow.org/sflow_nvml.txt), enterprise 5703 ---- */

static const struct field nvidia_gpu[] = {
    AS(GAUGE, U32, "device_count", 1, "nvml_gpu_count", UINT32, "", ZERO, "%u", "nvml", "NVML GPU Count"),
    AS(GAUGE, U32, "processes", 1, "nvml_gpu_processes", UINT32, "", BOTH, "%u", "nvml", "NVML GPU Processes"),
    AS(BUSY, U32, "gpu_time", 1, "nvml_gpu_util", FLOAT, "%", BOTH, "%.2f", "nvml", "NVML GPU Utilization"),
    AS(BUSY, U32, "mem_time", 1, "nvml_gpu_rw_util", FLOAT, "%", BOTH, "%.2f", "nvml", "NVML GPU Mem R/W Utilization"),
    AS(GAUGE, U64, "mem_total", KB, "nvml_gpu_mem_total", DOUBLE, "KB", ZERO, "%.0f", "nvml", "NVML GPU Mem Total"),
    AS(GAUGE, U64, "mem_free", KB, "nvml_gpu_mem_free", DOUBLE, "KB", BOTH, "%.0f", "nvml", "NVML GPU Mem Free"),
    AS(RATE, U32, "ecc_errors", 1, "nvml_gpu_ecc_errors", FLOAT, "", BOTH, "%.2f", "nvml", "NVML GPU ECC Errors"),
    AS(RATE, U32, "energy", 0.001, "nvml_gpu_power", FLOAT, "W", BOTH, "%.2f", "nvml", "NVML GPU Power"),
    AS(GAUGE, U32, "temperature", 1, "nvml_gpu_temperature", UINT32, "C", BOTH, "%u", "nvml", "NVML GPU Temperature"),
    AS(GAUGE, U32, "fan_speed", 1, "nvml_gpu_fan_speed", UINT32, "%", BOTH, "%u", "nvml", "NVML GPU Fan Speed"),
};

/* The structures, by tag; a reading that needs another record beside it stands
 * before the general one. ---------------------------------------------------- */

#define ALONE true
#define LAYOUT(enterprise_, format_, name_, beside_, kind_, alone_, fields_) \
	{.tag = SFLOW_TAG(enterprise_, format_), .name = name_, \
	 .beside = beside_, .kind = KIND_##kind_, .alone = alone_, \
	 .fields = fields_, .count = COUNT_OF(fields_)}

const struct layout layouts[] = {
    LAYOUT(0, 2000, "host_descr", 2106, JVM, false, jvm_descr),
    LAYOUT(0, 2000, "host_descr", 2101, VM, ALONE, host_descr),
    LAYOUT(0, 2000, "host_descr", 0, HOST, false, host_descr),
    LAYOUT(0, 2003, "host_cpu", 0, HOST, false, host_cpu),
    LAYOUT(0, 2004, "host_memory", 0, HOST, false, host_memory),
    LAYOUT(0, 2005, "host_disk_io", 0, HOST, false, host_disk_io),
    LAYOUT(0, 2006, "host_net_io", 0, HOST, false, host_net_io),
    LAYOUT(0, 2010, "mib2_udp_group", 0, IP, false, mib2_udp_group),
    LAYOUT(0, 2100, "virt_node", 0, HOST, false, virt_node),
    LAYOUT(0, 2101, "virt_cpu", 2106, JVM, false, jvm_virt_cpu),
    LAYOUT(0, 2101, "virt_cpu", 0, VM, false, virt_cpu),
    LAYOUT(0, 2102, "virt_memory", 2106, JVM, false, jvm_virt_memory),
    LAYOUT(0, 2102, "virt_memory", 0, VM, false, virt_memory),
    LAYOUT(0, 2103, "virt_disk_io", 0, VM, false, virt_disk_io),
    LAYOUT(0, 2104, "virt_net_io", 0, VM, false, virt_net_io),
    LAYOUT(0, 2106, "jvm_statistics", 0, JVM, false, jvm_statistics),
    LAYOUT(0, 2200, "memcached_counters", 0, MEMCACHE, false, memcached_counters),
    LAYOUT(0, 2201, "http_counters", 0, HTTP, false, http_counters),
    LAYOUT(0, 2204, "memcache_counters", 0, MEMCACHE, false, memcache_counters),
    LAYOUT(0, 2206, "app_workers", 2201, HTTP, false, http_workers),
    LAYOUT(5703, 1, "nvidia_gpu", 0, GPU, false, nvidia_gpu),
};

const size_t layouts_count = COUNT_OF(layouts);

/* The one interpreter of the wire side of the table ------------------------- */

static bool
among(uint32_t tag, const uint32_t *tags, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (tags[i] == tag)
			return true;
	return false;
}

/* The first row of a tag: the table is sorted, so half of it falls away at
 * each step. */
static size_t
lower_bound(uint32_t tag)
{
	size_t low = 0, high = layouts_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (layouts[middle].tag < tag)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct layout *
layout_find(uint32_t tag, const uint32_t *tags, size_t count)
{
	size_t i;

	for (i = lower_bound(tag); i < layouts_count && layouts[i].tag == tag;
	     i++)
		if (layouts[i].beside == 0 ||
		    among(layouts[i].beside, tags, count))
			return &layouts[i];
	return NULL;
}

size_t
field_size(const struct field *field)
{
	static const size_t sizes[] = {[FIELD_U32] = 4, [FIELD_U64] = 8,
	                               [FIELD_PCT] = 4, [FIELD_F32] = 4,
	                               [FIELD_STRING] = 4,
	                               [FIELD_UUID] = 16};

	return sizes[field->type];
}

static void
read_field(const struct field *field, struct cursor *c, struct field_value *v)
{
	uint32_t len;

	v->bytes = NULL;
	switch (field->type) {
	case FIELD_U32:
	case FIELD_PCT:
	case FIELD_F32:
		v->number = cursor_u32(c);
		break;
	case FIELD_U64:
		v->number = cursor_u64(c);
		break;
	case FIELD_STRING:
		v->bytes = cursor_string(c, &len);
		v->number = len;
		break;
	case FIELD_UUID:
		v->bytes = cursor_opaque(c, 16);
		v->number = 16;
		break;
	}
}

size_t
layout_decode(const struct layout *layout, struct cursor body,
              struct field_value *values)
{
	size_t i;

	for (i = 0; i < layout->count; i++) {
		const struct field *field = &layout->fields[i];

		if (field->tail && cursor_left(&body) < field_size(field))
			break;
		read_field(field, &body, &values[i]);
	}
	return body.failed ? 0 : i;
}

static const char *const kind_names[KIND_COUNT] = {
    [KIND_HOST] = "host",         [KIND_VM] = "vm",   [KIND_HTTP] = "http",
    [KIND_MEMCACHE] = "memcache", [KIND_JVM] = "jvm", [KIND_GPU] = "gpu",
    [KIND_IP] = "ip"};

const char *
kind_name(enum kind kind)
{
	return kind_names[kind];
}

int
kind_parse(const char *name, size_t len)
{
	int kind;

	for (kind = 0; kind < KIND_COUNT; kind++)
		if (strlen(kind_names[kind]) == len &&
		    memcmp(kind_names[kind], name, len) == 0)
			return kind;
	return -1;
}

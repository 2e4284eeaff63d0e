/* THE table: a row per field of every counter structure, and the kinds that they
 * are about. Data only; records.c reads it. */
#include "sflow/wire/datagram.h"
#include "sflow/wire/records.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* clang-format off */

/* Rows. RAW: a field without a metric. The others are named after the formula
 * that turns the field into the metric. */
#define RAW(type_, field_) {.name = field_, .type = FIELD_##type_}
#define METRIC(formula_, metric_, type_, units_, slope_, format_, group_, title_) \
	{metric_, type_, units_, slope_, format_, group_, title_, \
	 .fine = (formula_) >= RATE && (formula_) <= PERCENT}
#define AS(formula_, type_, field_, scale_, ...) \
	{.name = field_, .type = FIELD_##type_, .formula = formula_, \
	 .scale = scale_, .metric = METRIC(formula_, __VA_ARGS__)}
#define TAIL(formula_, type_, field_, scale_, ...) \
	{.name = field_, .type = FIELD_##type_, .formula = formula_, \
	 .scale = scale_, .tail = true, .metric = METRIC(formula_, __VA_ARGS__)}
#define WITH(formula_, type_, field_, partner_, ...) \
	{.name = field_, .type = FIELD_##type_, .formula = formula_, \
	 .scale = 1, .partner = partner_, .metric = METRIC(formula_, __VA_ARGS__)}
#define CPU_TIME(formula_, tail_, field_, cpus_, metric_, units_, group_, title_) \
	{.name = field_, .type = FIELD_U32, .formula = formula_, .scale = 1, \
	 .tail = tail_, .cpu = true, .partner = cpus_, \
	 .metric = METRIC(formula_, metric_, FLOAT, units_, BOTH, "%.2f", group_, title_)}
#define LIMIT(field_, scale_, ...) \
	{.name = field_, .type = FIELD_U64, .formula = GAUGE, .limit = true, \
	 .scale = scale_, .metric = METRIC(GAUGE, __VA_ARGS__)}
#define PER_SECOND(type_, field_, metric_, units_, group_, title_) \
	AS(RATE, type_, field_, 1, metric_, FLOAT, units_ "/sec", BOTH, "%.2f", group_, title_)
#define NAME_OF(field_, names_, ...) \
	{.name = field_, .type = FIELD_U32, .formula = NAMED, \
	 .names = &(names_), .metric = METRIC(NAMED, __VA_ARGS__)}

#define KB (1.0 / 1024)
#define GB (1.0 / 1073741824)

static const struct names machine_types = {
    13, (const char *const[]){"unknown", "other", "x86", "x86_64", "ia64",
                              "sparc", "alpha", "powerpc", "m68k", "mips",
                              "arm", "hppa", "s390"}, 0};

static const struct names os_names = {
    13, (const char *const[]){"Unknown", "Other", "Linux", "Windows", "Darwin",
                              "HP-UX", "AIX", "DragonflyBSD", "FreeBSD",
                              "NetBSD", "OpenBSD", "OSF1", "SunOS"}, 0};

/* libvirt's virDomainState */
static const struct names domain_states = {
    7, (const char *const[]){"Unknown", "Running", "Blocked", "Paused",
                             "Shutdown", "Shutoff", "Crashed"}, 0};

/* sFlow Host Structures (sflow.org/sflow_host.txt) ---------------------- */

static const struct field host_descr[] = {
    RAW(STRING, "hostname"),
    AS(TEXT, UUID, "uuid", 1, "uuid", STRING, "", ZERO, "%s", "system", "System UUID"),
    NAME_OF("machine_type", machine_types, "machine_type", STRING, "", ZERO, "%s", "system", "Machine Type"),
    NAME_OF("os_name", os_names, "os_name", STRING, "", ZERO, "%s", "system", "Operating System"),
    AS(TEXT, STRING, "os_release", 1, "os_release", STRING, "", ZERO, "%s", "system", "Operating System Release"),
};

/* The os_release of a Java virtual machine is the release of the JVM. */
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
    CPU_TIME(SHARE, false, "cpu_user", -3, "cpu_user", "%", "cpu", "CPU User"),
    CPU_TIME(SHARE, false, "cpu_nice", -4, "cpu_nice", "%", "cpu", "CPU Nice"),
    CPU_TIME(SHARE, false, "cpu_system", -5, "cpu_system", "%", "cpu", "CPU System"),
    CPU_TIME(SHARE, false, "cpu_idle", -6, "cpu_idle", "%", "cpu", "CPU Idle"),
    CPU_TIME(SHARE, false, "cpu_wio", -7, "cpu_wio", "%", "cpu", "CPU I/O Wait"),
    CPU_TIME(SHARE, false, "cpu_intr", -8, "cpu_intr", "", "cpu", "CPU Interrupts"),
    CPU_TIME(SHARE, false, "cpu_sintr", -9, "cpu_sintr", "", "cpu", "CPU Soft Interrupts"),
    AS(RATE, U32, "interrupts", 1, "interrupts", FLOAT, "", BOTH, "%.0f", "cpu", "Interrupts"),
    AS(RATE, U32, "contexts", 1, "contexts", FLOAT, "", BOTH, "%.0f", "cpu", "Context Switches"),
    CPU_TIME(SHARE, true, "cpu_steal", -12, "cpu_steal", "%", "cpu", "CPU Steal"),
    CPU_TIME(SUBSHARE, true, "cpu_guest", -13, "cpu_guest", "%", "cpu", "CPU Guest"),
    CPU_TIME(SUBSHARE, true, "cpu_guest_nice", -14, "cpu_gnice", "%", "cpu", "CPU Guest Nice"),
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
    WITH(RATE, U32, "pkts_in", -1, "pkts_in", FLOAT, "packets/sec", BOTH, "%.2f", "network", "Packets Received"),
    AS(RATE, U32, "errs_in", 1, "errs_in", FLOAT, "errors/sec", BOTH, "%.2f", "network", "Input Errors"),
    AS(RATE, U32, "drops_in", 1, "drops_in", FLOAT, "drops/sec", BOTH, "%.2f", "network", "Input Drops"),
    AS(RATE, U64, "bytes_out", 1, "bytes_out", FLOAT, "bytes/sec", BOTH, "%.2f", "network", "Bytes Sent"),
    WITH(RATE, U32, "packets_out", -1, "pkts_out", FLOAT, "packets/sec", BOTH, "%.2f", "network", "Packets Sent"),
    AS(RATE, U32, "errs_out", 1, "errs_out", FLOAT, "errors/sec", BOTH, "%.2f", "network", "Output Errors"),
    AS(RATE, U32, "drops_out", 1, "drops_out", FLOAT, "drops/sec", BOTH, "%.2f", "network", "Output Drops"),
};

/* Relations, which have no metrics: the adapters of a machine, and the machine that a
 * virtual one runs on (sflow_host.txt). The last MAC address may lack its padding, so the
 * adapters are a series and not a list of elements of one size. Where a record ends too
 * early, `sflowget --decode` shows the adapters that are whole. */
static const struct field mac_rows[] = {
    RAW(MAC, ""),
};

static const struct layout macs = {.fields = mac_rows, .count = 1};

static const struct field adapter_rows[] = {
    RAW(U32, "ifIndex"),
    {.name = "mac_address", .type = FIELD_SERIES, .elements = &macs},
};

static const struct layout adapters = {.fields = adapter_rows, .count = 2};

static const struct field host_adapters[] = {
    {.name = "adapters", .type = FIELD_REST, .elements = &adapters},
};

static const struct field host_parent[] = {
    RAW(U32, "container_type"),
    RAW(U32, "container_index"),
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
    CPU_TIME(BUSY, false, "cpuTime", 1, "vcpu_util", "%", "vm cpu", "VM CPU Utilization"),
    AS(GAUGE, U32, "nrVirtCpu", 1, "vcpu_num", UINT32, "", ZERO, "%u", "vm cpu", "VM CPU Count"),
};

static const struct field virt_memory[] = {
    WITH(PERCENT, U64, "memory", 1, "vmem_util", FLOAT, "%", BOTH, "%.2f", "vm memory", "VM Memory Utilization"),
    LIMIT("maxMemory", KB, "vmem_total", DOUBLE, "KB", ZERO, "%.0f", "vm memory", "VM Memory Total"),
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
    WITH(RATE, U32, "rx_packets", -1, "vpkts_in", FLOAT, "packets/sec", BOTH, "%.2f", "vm network", "VM Packets Received"),
    AS(RATE, U32, "rx_errs", 1, "verrs_in", FLOAT, "errors/sec", BOTH, "%.2f", "vm network", "VM Input Errors"),
    AS(RATE, U32, "rx_drop", 1, "vdrops_in", FLOAT, "drops/sec", BOTH, "%.2f", "vm network", "VM Input Drops"),
    AS(RATE, U64, "tx_bytes", 1, "vbytes_out", FLOAT, "bytes/sec", BOTH, "%.2f", "vm network", "VM Bytes Sent"),
    WITH(RATE, U32, "tx_packets", -1, "vpkts_out", FLOAT, "packets/sec", BOTH, "%.2f", "vm network", "VM Packets Sent"),
    AS(RATE, U32, "tx_errs", 1, "verrs_out", FLOAT, "errors/sec", BOTH, "%.2f", "vm network", "VM Output Errors"),
    AS(RATE, U32, "tx_drop", 1, "vdrops_out", FLOAT, "drops/sec", BOTH, "%.2f", "vm network", "VM Output Drops"),
};

/* sFlow Host TCP/IP Counters (sflow.org/sflow_host_ip.txt), after MIB-II: RFC
 * 4293 (IP, ICMP), RFC 4022 (TCP), RFC 4113 (UDP). -------------------------- */

#define IP_RATE(field_, metric_, title_) \
	PER_SECOND(U32, "ip" field_, metric_, "datagrams", "ip", "IP " title_)

static const struct field mib2_ip_group[] = {
    RAW(U32, "ipForwarding"),
    RAW(U32, "ipDefaultTTL"),
    IP_RATE("InReceives", "ip_inreceives", "Datagrams Received"),
    IP_RATE("InHdrErrors", "ip_inhdrerrors", "Header Errors"),
    IP_RATE("InAddrErrors", "ip_inaddrerrors", "Address Errors"),
    IP_RATE("ForwDatagrams", "ip_forwdatagrams", "Datagrams Forwarded"),
    IP_RATE("InUnknownProtos", "ip_inunknownprotos", "Datagrams of Unknown Protocols"),
    IP_RATE("InDiscards", "ip_indiscards", "Input Discards"),
    IP_RATE("InDelivers", "ip_indelivers", "Datagrams Delivered"),
    IP_RATE("OutRequests", "ip_outrequests", "Datagrams Sent"),
    IP_RATE("OutDiscards", "ip_outdiscards", "Output Discards"),
    IP_RATE("OutNoRoutes", "ip_outnoroutes", "Datagrams without Route"),
    AS(GAUGE, U32, "ipReasmTimeout", 1, "ip_reasmtimeout", UINT32, "s", ZERO, "%u", "ip", "IP Reassembly Timeout"),
    IP_RATE("ReasmReqds", "ip_reasmreqds", "Fragments Received"),
    IP_RATE("ReasmOKs", "ip_reasmoks", "Datagrams Reassembled"),
    IP_RATE("ReasmFails", "ip_reasmfails", "Reassembly Failures"),
    IP_RATE("FragOKs", "ip_fragoks", "Datagrams Fragmented"),
    IP_RATE("FragFails", "ip_fragfails", "Fragmentation Failures"),
    IP_RATE("FragCreates", "ip_fragcreates", "Fragments Made"),
};

#define ICMP(field_, metric_, title_) \
	PER_SECOND(U32, "icmp" field_, metric_, "messages", "icmp", "ICMP " title_)

static const struct field mib2_icmp_group[] = {
    ICMP("InMsgs", "icmp_inmsgs", "Messages Received"),
    ICMP("InErrors", "icmp_inerrors", "Input Errors"),
    ICMP("InDestUnreachs", "icmp_indestunreachs", "Destination Unreachable Received"),
    ICMP("InTimeExcds", "icmp_intimeexcds", "Time Exceeded Received"),
    ICMP("InParamProbs", "icmp_inparamprobs", "Parameter Problems Received"),
    ICMP("InSrcQuenchs", "icmp_insrcquenchs", "Source Quenches Received"),
    ICMP("InRedirects", "icmp_inredirects", "Redirects Received"),
    ICMP("InEchos", "icmp_inechos", "Echo Requests Received"),
    ICMP("InEchoReps", "icmp_inechoreps", "Echo Replies Received"),
    ICMP("InTimestamps", "icmp_intimestamps", "Timestamp Requests Received"),
    ICMP("InAddrMasks", "icmp_inaddrmasks", "Address Mask Requests Received"),
    ICMP("InAddrMaskReps", "icmp_inaddrmaskreps", "Address Mask Replies Received"),
    ICMP("OutMsgs", "icmp_outmsgs", "Messages Sent"),
    ICMP("OutErrors", "icmp_outerrors", "Output Errors"),
    ICMP("OutDestUnreachs", "icmp_outdestunreachs", "Destination Unreachable Sent"),
    ICMP("OutTimeExcds", "icmp_outtimeexcds", "Time Exceeded Sent"),
    ICMP("OutParamProbs", "icmp_outparamprobs", "Parameter Problems Sent"),
    ICMP("OutSrcQuenchs", "icmp_outsrcquenchs", "Source Quenches Sent"),
    ICMP("OutRedirects", "icmp_outredirects", "Redirects Sent"),
    ICMP("OutEchos", "icmp_outechos", "Echo Requests Sent"),
    ICMP("OutEchoReps", "icmp_outechoreps", "Echo Replies Sent"),
    ICMP("OutTimestamps", "icmp_outtimestamps", "Timestamp Requests Sent"),
    ICMP("OutTimestampReps", "icmp_outtimestampreps", "Timestamp Replies Sent"),
    ICMP("OutAddrMasks", "icmp_outaddrmasks", "Address Mask Requests Sent"),
    ICMP("OutAddrMaskReps", "icmp_outaddrmaskreps", "Address Mask Replies Sent"),
};

static const struct field mib2_tcp_group[] = {
    RAW(U32, "tcpRtoAlgorithm"),
    RAW(U32, "tcpRtoMin"),
    RAW(U32, "tcpRtoMax"),
    RAW(U32, "tcpMaxConn"),
    PER_SECOND(U32, "tcpActiveOpens", "tcp_activeopens", "connections", "tcp", "TCP Connections Opened"),
    PER_SECOND(U32, "tcpPassiveOpens", "tcp_passiveopens", "connections", "tcp", "TCP Connections Accepted"),
    PER_SECOND(U32, "tcpAttemptFails", "tcp_attemptfails", "connections", "tcp", "TCP Failed Attempts"),
    PER_SECOND(U32, "tcpEstabResets", "tcp_estabresets", "connections", "tcp", "TCP Connections Reset"),
    AS(GAUGE, U32, "tcpCurrEstab", 1, "tcp_currestab", UINT32, "connections", BOTH, "%u", "tcp", "TCP Connections"),
    PER_SECOND(U32, "tcpInSegs", "tcp_insegs", "segments", "tcp", "TCP Segments Received"),
    PER_SECOND(U32, "tcpOutSegs", "tcp_outsegs", "segments", "tcp", "TCP Segments Sent"),
    PER_SECOND(U32, "tcpRetransSegs", "tcp_retranssegs", "segments", "tcp", "TCP Segments Retransmitted"),
    PER_SECOND(U32, "tcpInErrs", "tcp_inerrs", "errors", "tcp", "TCP Input Errors"),
    PER_SECOND(U32, "tcpOutRsts", "tcp_outrsts", "segments", "tcp", "TCP Resets Sent"),
    PER_SECOND(U32, "tcpInCsumErrs", "tcp_incsumerrs", "errors", "tcp", "TCP Checksum Errors"),
};

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
    CPU_TIME(BUSY, false, "cpuTime", 1, "jvm_vcpu_util", "%", "jvm", "JVM CPU Utilization"),
    RAW(U32, "nrVirtCpu"),
};

static const struct field jvm_virt_memory[] = {
    WITH(PERCENT, U64, "memory", 1, "jvm_vmem_util", FLOAT, "%", ZERO, "%.2f", "jvm", "JVM Memory Utilization"),
    LIMIT("maxMemory", KB, "jvm_vmem_total", DOUBLE, "KB", ZERO, "%.0f", "jvm", "JVM Memory Total"),
};

static const struct field jvm_runtime[] = {
    AS(TEXT, STRING, "vm_name", 1, "jvm_name", STRING, "", ZERO, "%s", "jvm", "JVM Name"),
    AS(TEXT, STRING, "vm_vendor", 1, "jvm_vendor", STRING, "", ZERO, "%s", "jvm", "JVM Vendor"),
    AS(TEXT, STRING, "vm_version", 1, "jvm_version", STRING, "", ZERO, "%s", "jvm", "JVM Version"),
};

static const struct field jvm_statistics[] = {
    AS(GAUGE, U64, "heap_initial", 1, "jvm_hmem_initial", DOUBLE, "", BOTH, "%.2f", "jvm", "JVM Heap Initial"),
    AS(GAUGE, U64, "heap_used", 1, "jvm_hmem_used", DOUBLE, "", BOTH, "%.2f", "jvm", "JVM Heap Used"),
    AS(GAUGE, U64, "heap_committed", 1, "jvm_hmem_committed", DOUBLE, "", BOTH, "%.2f", "jvm", "JVM Heap Committed"),
    LIMIT("heap_max", 1, "jvm_hmem_max", DOUBLE, "", BOTH, "%.2f", "jvm", "JVM Heap Max"),
    AS(GAUGE, U64, "non_heap_initial", 1, "jvm_nhmem_initial", DOUBLE, "", BOTH, "%.2f", "jvm", "JVM Non-Heap Initial"),
    AS(GAUGE, U64, "non_heap_used", 1, "jvm_nhmem_used", DOUBLE, "", BOTH, "%.2f", "jvm", "JVM Non-Heap Used"),
    AS(GAUGE, U64, "non_heap_committed", 1, "jvm_nhmem_committed", DOUBLE, "", BOTH, "%.2f", "jvm", "JVM Non-Heap Committed"),
    LIMIT("non_heap_max", 1, "jvm_nhmem_max", DOUBLE, "", BOTH, "%.2f", "jvm", "JVM Non-Heap Max"),
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
    LIMIT("limit_maxbytes", 1, "mc_limit_maxbytes", DOUBLE, "", ZERO, "%.0f", "memcache", "Memcache Limit MaxBytes"),
};

/* sFlow HTTP Structures (sflow.org/sflow_http.txt), and the application's workers
 * (sflow.org/sflow_application.txt), which in a sample with http_counters are the web
 * server's. ---------------------------------------------------------------- */

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

/* sFlow Application Structures (sflow.org/sflow_application.txt): the name that
 * comes with app_operations is the application's. --------------------------- */

#define APP_RATE(field_, metric_, title_) \
	PER_SECOND(U32, field_, metric_, "operations", "app", "Operations " title_)

static const struct field app_operations[] = {
    RAW(STRING, "application"),
    APP_RATE("success", "app_success", "Successful"),
    APP_RATE("other", "app_other", "Failed, Other Reason"),
    APP_RATE("timeout", "app_timeout", "Timed Out"),
    APP_RATE("internal_error", "app_internal_error", "Failed by Internal Error"),
    APP_RATE("bad_request", "app_bad_request", "Refused as Bad Requests"),
    APP_RATE("forbidden", "app_forbidden", "Forbidden"),
    APP_RATE("too_large", "app_too_large", "Too Large"),
    APP_RATE("not_implemented", "app_not_implemented", "Not Implemented"),
    APP_RATE("not_found", "app_not_found", "Not Found"),
    APP_RATE("unavailable", "app_unavailable", "Unavailable"),
    APP_RATE("unauthorized", "app_unauthorized", "Unauthorized"),
};

#define RESOURCES(metric_, group_, title_) \
	CPU_TIME(BUSY, false, "user_time", 0, metric_ "cpu_user", "%", group_, title_ "CPU User"), \
	CPU_TIME(BUSY, false, "system_time", 0, metric_ "cpu_system", "%", group_, title_ "CPU System"), \
	AS(GAUGE, U64, "mem_used", KB, metric_ "mem_used", DOUBLE, "KB", BOTH, "%.0f", group_, title_ "Memory Used"), \
	LIMIT("mem_max", KB, metric_ "mem_max", DOUBLE, "KB", ZERO, "%.0f", group_, title_ "Memory at Most"), \
	AS(GAUGE, U32, "fd_open", 1, metric_ "fds_open", UINT32, "files", BOTH, "%u", group_, title_ "Files Open"), \
	AS(GAUGE, U32, "fd_max", 1, metric_ "fds_max", UINT32, "files", ZERO, "%u", group_, title_ "Files Open at Most"), \
	AS(GAUGE, U32, "conn_open", 1, metric_ "conns_open", UINT32, "connections", BOTH, "%u", group_, title_ "Connections Open"), \
	AS(GAUGE, U32, "conn_max", 1, metric_ "conns_max", UINT32, "connections", ZERO, "%u", group_, title_ "Connections Open at Most")

static const struct field app_resources[] = {RESOURCES("app_", "app", "")};
static const struct field ovs_resources[] = {RESOURCES("ovs_", "ovs", "OVS ")};
static const struct field http_resources[] = {RESOURCES("http_", "httpd", "HTTP ")};
static const struct field mc_resources[] = {RESOURCES("mc_", "memcache", "Memcache ")};

static const struct field app_workers[] = {
    AS(GAUGE, U32, "workers_active", 1, "app_workers_active", UINT32, "workers", BOTH, "%u", "app", "Workers Active"),
    AS(GAUGE, U32, "workers_idle", 1, "app_workers_idle", UINT32, "workers", BOTH, "%u", "app", "Workers Idle"),
    AS(GAUGE, U32, "workers_max", 1, "app_workers_max", UINT32, "workers", ZERO, "%u", "app", "Workers at Most"),
    PER_SECOND(U32, "req_delayed", "app_req_delayed", "requests", "app", "Requests Delayed"),
    PER_SECOND(U32, "req_dropped", "app_req_dropped", "requests", "app", "Requests Dropped"),
};

/* Virtual desktops, as sflowtool reads them. */
#define VDI(field_, metric_, units_, title_) \
	PER_SECOND(U32, field_, metric_, units_, "vdi", "VDI " title_)
#define VDI_NOW(field_, metric_, units_, title_) \
	AS(GAUGE, U32, field_, 1, metric_, UINT32, units_, BOTH, "%u", "vdi", "VDI " title_)

static const struct field vdi_counters[] = {
    VDI_NOW("sessions_current", "vdi_sessions", "sessions", "Sessions"),
    VDI("sessions_total", "vdi_sessions_begun", "sessions", "Sessions Begun"),
    VDI("sessions_duration", "vdi_sessions_duration", "s", "Session Time"),
    VDI("rx_bytes", "vdi_bytes_in", "bytes", "Bytes Received"),
    VDI("tx_bytes", "vdi_bytes_out", "bytes", "Bytes Sent"),
    VDI("rx_packets", "vdi_pkts_in", "packets", "Packets Received"),
    VDI("tx_packets", "vdi_pkts_out", "packets", "Packets Sent"),
    VDI("rx_packets_lost", "vdi_lost_in", "packets", "Received Packets Lost"),
    VDI("tx_packets_lost", "vdi_lost_out", "packets", "Sent Packets Lost"),
    VDI_NOW("rtt_min_ms", "vdi_rtt_min", "ms", "Round Trip, Least"),
    VDI_NOW("rtt_max_ms", "vdi_rtt_max", "ms", "Round Trip, Longest"),
    VDI_NOW("rtt_avg_ms", "vdi_rtt_avg", "ms", "Round Trip, Mean"),
    VDI("audio_rx_bytes", "vdi_audio_bytes_in", "bytes", "Audio Bytes Received"),
    VDI("audio_tx_bytes", "vdi_audio_bytes_out", "bytes", "Audio Bytes Sent"),
    VDI_NOW("audio_tx_limit", "vdi_audio_limit", "", "Audio Limit"),
    VDI("img_rx_bytes", "vdi_image_bytes_in", "bytes", "Image Bytes Received"),
    VDI("img_tx_bytes", "vdi_image_bytes_out", "bytes", "Image Bytes Sent"),
    VDI("img_frames", "vdi_image_frames", "frames", "Image Frames"),
    VDI_NOW("img_qual_min", "vdi_image_quality_min", "", "Image Quality, Least"),
    VDI_NOW("img_qual_max", "vdi_image_quality_max", "", "Image Quality, Best"),
    VDI_NOW("img_qual_avg", "vdi_image_quality_avg", "", "Image Quality, Mean"),
    VDI("usb_rx_bytes", "vdi_usb_bytes_in", "bytes", "USB Bytes Received"),
    VDI("usb_tx_bytes", "vdi_usb_bytes_out", "bytes", "USB Bytes Sent"),
};

/* Energy and environment (sFlow mailing list). ----------------------------- */

static const struct field energy[] = {
    AS(GAUGE, U32, "voltage", 0.001, "energy_voltage", FLOAT, "V", BOTH, "%.3f", "energy", "Voltage"),
    AS(GAUGE, U32, "current", 0.001, "energy_current", FLOAT, "A", BOTH, "%.3f", "energy", "Current"),
    AS(GAUGE, U32, "real_power", 0.001, "energy_power", FLOAT, "W", BOTH, "%.3f", "energy", "Power"),
    AS(GAUGE, I32, "power_factor", 0.01, "energy_power_factor", FLOAT, "%", BOTH, "%.2f", "energy", "Power Factor"),
    AS(RATE, U32, "energy", 0.001, "energy_power_mean", FLOAT, "W", BOTH, "%.3f", "energy", "Power, from the Energy Used"),
    PER_SECOND(U32, "errors", "energy_errors", "errors", "energy", "Energy Errors"),
};

static const struct field temperature[] = {
    AS(GAUGE, I32, "minimum", 0.1, "temperature_min", FLOAT, "C", BOTH, "%.2f", "energy", "Temperature, Lowest"),
    AS(GAUGE, I32, "maximum", 0.1, "temperature_max", FLOAT, "C", BOTH, "%.2f", "energy", "Temperature, Highest"),
    PER_SECOND(U32, "errors", "temperature_errors", "errors", "energy", "Temperature Errors"),
};

static const struct field humidity[] = {
    AS(GAUGE, I32, "relative", 1, "humidity", FLOAT, "%", BOTH, "%.2f", "energy", "Relative Humidity"),
};

static const struct field fans[] = {
    AS(GAUGE, U32, "total", 1, "fans", UINT32, "fans", ZERO, "%u", "energy", "Fans"),
    AS(GAUGE, U32, "failed", 1, "fans_failed", UINT32, "fans", BOTH, "%u", "energy", "Fans Failed"),
    AS(GAUGE, U32, "speed", 1, "fan_speed", UINT32, "%", BOTH, "%u", "energy", "Fan Speed, Mean"),
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

/* sFlow version 5 (sflow.org/sflow_version_5.txt), section 5.3: interfaces. The
 * data source is the port, and its metrics have the port's name before them. - */

#define PACKETS(field_, octets_, metric_, group_, title_) \
	WITH(RATE, U32, field_, octets_, metric_, FLOAT, "packets/sec", BOTH, "%.2f", group_, title_)
#define AGAIN(formula_, type_, field_, partner_, ...) \
	{.name = field_, .type = FIELD_##type_, .again = true, \
	 .formula = formula_, .scale = 1, .partner = partner_, \
	 .metric = METRIC(formula_, __VA_ARGS__)}

static const struct names directions = {
    5, (const char *const[]){"unknown", "full-duplex", "half-duplex", "in",
                             "out"}, 0};

static const struct names port_states = {
    4, (const char *const[]){"down/down", "up/down", "down/up", "up/up"}, 3};

static const struct field if_counters[] = {
    RAW(U32, "ifIndex"),
    RAW(U32, "ifType"),
    AS(GAUGE, U64, "ifSpeed", 1, "speed", DOUBLE, "bits/sec", ZERO, "%.0f", "interface", "Speed"),
    NAME_OF("ifDirection", directions, "duplex", STRING, "", ZERO, "%s", "interface", "Duplex"),
    NAME_OF("ifStatus", port_states, "status", STRING, "", ZERO, "%s", "interface", "Status, administrative/operational"),
    PER_SECOND(U64, "ifInOctets", "bytes_in", "bytes", "interface", "Bytes Received"),
    AGAIN(LOAD, U64, "ifInOctets", -4, "util_in", FLOAT, "%", BOTH, "%.2f", "interface", "Utilization In"),
    PACKETS("ifInUcastPkts", -2, "ucast_in", "interface", "Unicast Packets Received"),
    PACKETS("ifInMulticastPkts", -3, "multicast_in", "interface", "Multicast Packets Received"),
    PACKETS("ifInBroadcastPkts", -4, "broadcast_in", "interface", "Broadcast Packets Received"),
    AGAIN(SUM, U32, "ifInBroadcastPkts", -3, "pkts_in", FLOAT, "packets/sec", BOTH, "%.2f", "interface", "Packets Received"),
    PER_SECOND(U32, "ifInDiscards", "drops_in", "drops", "interface", "Input Discards"),
    PER_SECOND(U32, "ifInErrors", "errs_in", "errors", "interface", "Input Errors"),
    PER_SECOND(U32, "ifInUnknownProtos", "unknown_in", "packets", "interface", "Packets of Unknown Protocols"),
    PER_SECOND(U64, "ifOutOctets", "bytes_out", "bytes", "interface", "Bytes Sent"),
    AGAIN(LOAD, U64, "ifOutOctets", -13, "util_out", FLOAT, "%", BOTH, "%.2f", "interface", "Utilization Out"),
    PACKETS("ifOutUcastPkts", -2, "ucast_out", "interface", "Unicast Packets Sent"),
    PACKETS("ifOutMulticastPkts", -3, "multicast_out", "interface", "Multicast Packets Sent"),
    PACKETS("ifOutBroadcastPkts", -4, "broadcast_out", "interface", "Broadcast Packets Sent"),
    AGAIN(SUM, U32, "ifOutBroadcastPkts", -3, "pkts_out", FLOAT, "packets/sec", BOTH, "%.2f", "interface", "Packets Sent"),
    PER_SECOND(U32, "ifOutDiscards", "drops_out", "drops", "interface", "Output Discards"),
    PER_SECOND(U32, "ifOutErrors", "errs_out", "errors", "interface", "Output Errors"),
    RAW(U32, "ifPromiscuousMode"),
};

#define TOTAL(field_, metric_, units_, title_) \
	{.name = field_, .type = FIELD_F64, .formula = GAUGE, .scale = 1, \
	 .metric = METRIC(RATE, metric_, FLOAT, units_ "/sec", BOTH, "%.2f", "network", title_)}

static const struct field port_total_rows[] = {
    TOTAL("ifInOctets", "bytes_in", "bytes", "Bytes Received"),
    TOTAL("ifInPkts", "pkts_in", "packets", "Packets Received"),
    TOTAL("ifOutOctets", "bytes_out", "bytes", "Bytes Sent"),
    TOTAL("ifOutPkts", "pkts_out", "packets", "Packets Sent"),
};

const struct layout port_totals = {.name = "port_totals",
                                   .kind = KIND_INTERFACE,
                                   .fields = port_total_rows,
                                   .count = COUNT_OF(port_total_rows)};

/* RFC 3635, dot3Stats. */
#define DOT3(field_, metric_, units_, title_) \
	PER_SECOND(U32, "dot3Stats" field_, metric_, units_, "ethernet", "Ethernet " title_)

static const struct field ethernet_counters[] = {
    DOT3("AlignmentErrors", "eth_alignment_errs", "errors", "Alignment Errors"),
    DOT3("FCSErrors", "eth_fcs_errs", "errors", "FCS Errors"),
    DOT3("SingleCollisionFrames", "eth_single_collisions", "frames", "Frames with One Collision"),
    DOT3("MultipleCollisionFrames", "eth_multiple_collisions", "frames", "Frames with Several Collisions"),
    DOT3("SQETestErrors", "eth_sqe_errs", "errors", "SQE Test Errors"),
    DOT3("DeferredTransmissions", "eth_deferred", "frames", "Deferred Frames"),
    DOT3("LateCollisions", "eth_late_collisions", "collisions", "Late Collisions"),
    DOT3("ExcessiveCollisions", "eth_excessive_collisions", "frames", "Frames Lost by Collisions"),
    DOT3("InternalMacTransmitErrors", "eth_mac_errs_out", "errors", "MAC Errors on Sending"),
    DOT3("CarrierSenseErrors", "eth_carrier_errs", "errors", "Carrier Sense Errors"),
    DOT3("FrameTooLongs", "eth_too_long", "frames", "Frames Too Long"),
    DOT3("InternalMacReceiveErrors", "eth_mac_errs_in", "errors", "MAC Errors on Receiving"),
    DOT3("SymbolErrors", "eth_symbol_errs", "errors", "Symbol Errors"),
};

/* Priority flow control (IEEE 802.1Qbb), all priorities together; as host-sflow
 * sends it. */
static const struct field pfc[] = {
    PER_SECOND(U32, "requests", "pfc_requests", "frames", "ethernet", "PFC Pause Frames Sent"),
    PER_SECOND(U32, "indications", "pfc_indications", "frames", "ethernet", "PFC Pause Frames Received"),
    AS(BUSY, U32, "pause_duration_us", 0.001, "pfc_paused", FLOAT, "%", BOTH, "%.2f", "ethernet", "PFC Time Paused"),
    PER_SECOND(U32, "storm_detected", "pfc_storms", "storms", "ethernet", "PFC Storms Detected"),
    PER_SECOND(U32, "storm_restored", "pfc_restored", "storms", "ethernet", "PFC Storms Restored"),
};

/* RFC 2020 (100VG-AnyLAN) and RFC 1748 (token ring). */
static const struct field vg_counters[] = {
    PER_SECOND(U32, "dot12InHighPriorityFrames", "vg_high_frames_in", "frames", "legacy", "100VG High Priority Frames Received"),
    PER_SECOND(U64, "dot12InHighPriorityOctets", "vg_high_bytes_in", "bytes", "legacy", "100VG High Priority Bytes Received"),
    PER_SECOND(U32, "dot12InNormPriorityFrames", "vg_norm_frames_in", "frames", "legacy", "100VG Normal Priority Frames Received"),
    PER_SECOND(U64, "dot12InNormPriorityOctets", "vg_norm_bytes_in", "bytes", "legacy", "100VG Normal Priority Bytes Received"),
    PER_SECOND(U32, "dot12InIPMErrors", "vg_ipm_errs", "errors", "legacy", "100VG Invalid Packet Markers"),
    PER_SECOND(U32, "dot12InOversizeFrameErrors", "vg_oversize_errs", "errors", "legacy", "100VG Oversize Frames"),
    PER_SECOND(U32, "dot12InDataErrors", "vg_data_errs", "errors", "legacy", "100VG Data Errors"),
    PER_SECOND(U32, "dot12InNullAddressedFrames", "vg_null_frames_in", "frames", "legacy", "100VG Null Addressed Frames"),
    PER_SECOND(U32, "dot12OutHighPriorityFrames", "vg_high_frames_out", "frames", "legacy", "100VG High Priority Frames Sent"),
    PER_SECOND(U64, "dot12OutHighPriorityOctets", "vg_high_bytes_out", "bytes", "legacy", "100VG High Priority Bytes Sent"),
    PER_SECOND(U32, "dot12TransitionIntoTrainings", "vg_trainings", "trainings", "legacy", "100VG Transitions into Training"),
    PER_SECOND(U64, "dot12HCInHighPriorityOctets", "vg_hc_high_bytes_in", "bytes", "legacy", "100VG High Priority Bytes Received, 64 Bits"),
    PER_SECOND(U64, "dot12HCInNormPriorityOctets", "vg_hc_norm_bytes_in", "bytes", "legacy", "100VG Normal Priority Bytes Received, 64 Bits"),
    PER_SECOND(U64, "dot12HCOutHighPriorityOctets", "vg_hc_high_bytes_out", "bytes", "legacy", "100VG High Priority Bytes Sent, 64 Bits"),
};

#define DOT5(field_, metric_, units_, title_) \
	PER_SECOND(U32, "dot5Stats" field_, metric_, units_, "legacy", "Token Ring " title_)

static const struct field tokenring_counters[] = {
    DOT5("LineErrors", "tr_line_errs", "errors", "Line Errors"),
    DOT5("BurstErrors", "tr_burst_errs", "errors", "Burst Errors"),
    DOT5("ACErrors", "tr_ac_errs", "errors", "AC Errors"),
    DOT5("AbortTransErrors", "tr_abort_errs", "errors", "Aborted Transmissions"),
    DOT5("InternalErrors", "tr_internal_errs", "errors", "Internal Errors"),
    DOT5("LostFrameErrors", "tr_lost_frames", "errors", "Lost Frames"),
    DOT5("ReceiveCongestions", "tr_congestions", "congestions", "Receive Congestions"),
    DOT5("FrameCopiedErrors", "tr_copied_errs", "errors", "Frame Copied Errors"),
    DOT5("TokenErrors", "tr_token_errs", "errors", "Token Errors"),
    DOT5("SoftErrors", "tr_soft_errs", "errors", "Soft Errors"),
    DOT5("HardErrors", "tr_hard_errs", "errors", "Hard Errors"),
    DOT5("SignalLoss", "tr_signal_losses", "losses", "Signal Losses"),
    DOT5("TransmitBeacons", "tr_beacons", "beacons", "Beacons Sent"),
    DOT5("Recoverys", "tr_recoveries", "recoveries", "Recoveries"),
    DOT5("LobeWires", "tr_lobe_wires", "errors", "Lobe Wire Faults"),
    DOT5("Removes", "tr_removes", "removes", "Remove Frames Received"),
    DOT5("Singles", "tr_singles", "events", "Single Station Events"),
    DOT5("FreqErrors", "tr_frequency_errs", "errors", "Frequency Errors"),
};

static const struct field vlan_counters[] = {
    RAW(U32, "vlan_id"),
    PER_SECOND(U64, "octets", "vlan_bytes", "bytes", "vlan", "VLAN Bytes"),
    PACKETS("ucastPkts", -1, "vlan_ucast", "vlan", "VLAN Unicast Packets"),
    PACKETS("multicastPkts", -2, "vlan_multicast", "vlan", "VLAN Multicast Packets"),
    PACKETS("broadcastPkts", -3, "vlan_broadcast", "vlan", "VLAN Broadcast Packets"),
    PER_SECOND(U32, "discards", "vlan_drops", "drops", "vlan", "VLAN Discards"),
};

/* sFlow LAG Port Statistics (sflow.org/sflow_lag.txt), IEEE 802.1AX. -------- */

static const struct names lacp_states = {
    8, (const char *const[]){"active", "short", "aggregate", "sync", "collect",
                             "distribute", "default", "expired"}, 0};

#define LACP_STATE(field_, metric_, title_) \
	{.name = field_, .type = FIELD_U8, .formula = FLAGS, .names = &lacp_states, \
	 .metric = METRIC(FLAGS, metric_, STRING, "", ZERO, "%s", "lag", "LAG " title_)}
#define DOT3AD(field_, metric_, title_) \
	PER_SECOND(U32, "dot3adAggPortStats" field_, metric_, "PDUs", "lag", "LAG " title_)

static const struct field lag_port_stats[] = {
    RAW(MAC, "dot3adAggPortActorSystemID"),
    AS(TEXT, MAC, "dot3adAggPortPartnerOperSystemID", 1, "lag_partner", STRING, "", ZERO, "%s", "lag", "LAG Partner System"),
    AS(GAUGE, U32, "dot3adAggPortAttachedAggID", 1, "lag_port", UINT32, "", ZERO, "%u", "lag", "LAG That the Port Belongs To"),
    RAW(U8, "actorAdmin"),
    LACP_STATE("actorOper", "lag_state", "State of the Port"),
    RAW(U8, "partnerAdmin"),
    LACP_STATE("partnerOper", "lag_partner_state", "State of the Partner"),
    DOT3AD("LACPDUsRx", "lag_lacp_in", "LACPDUs Received"),
    DOT3AD("MarkerPDUsRx", "lag_marker_in", "Marker PDUs Received"),
    DOT3AD("MarkerResponsePDUsRx", "lag_response_in", "Marker Responses Received"),
    DOT3AD("UnknownRx", "lag_unknown_in", "Unknown PDUs Received"),
    DOT3AD("IllegalRx", "lag_illegal_in", "Illegal PDUs Received"),
    DOT3AD("LACPDUsTx", "lag_lacp_out", "LACPDUs Sent"),
    DOT3AD("MarkerPDUsTx", "lag_marker_out", "Marker PDUs Sent"),
    DOT3AD("MarkerResponsePDUsTx", "lag_response_out", "Marker Responses Sent"),
};

/* sFlow Optical Interface Structures (sflow.org/sflow_optics.txt). ---------- */

#define LANE(field_, metric_, scale_, units_, slope_, format_, title_) \
	AS(GAUGE, U32, field_, scale_, metric_, FLOAT, units_, slope_, format_, "optics", "Optics " title_)

static const struct field sfp_lane_rows[] = {
    RAW(U32, "lane_index"),
    LANE("tx_bias_current", "optics_tx_bias", 0.001, "mA", BOTH, "%.3f", "Transmit Bias Current"),
    LANE("tx_power", "optics_tx_power", 0.001, "mW", BOTH, "%.3f", "Transmit Power"),
    LANE("tx_power_min", "optics_tx_power_min", 0.001, "mW", ZERO, "%.3f", "Transmit Power, Lower Limit"),
    LANE("tx_power_max", "optics_tx_power_max", 0.001, "mW", ZERO, "%.3f", "Transmit Power, Upper Limit"),
    LANE("tx_wavelength", "optics_tx_wavelength", 1, "nm", ZERO, "%.0f", "Transmit Wavelength"),
    LANE("rx_power", "optics_rx_power", 0.001, "mW", BOTH, "%.3f", "Receive Power"),
    LANE("rx_power_min", "optics_rx_power_min", 0.001, "mW", ZERO, "%.3f", "Receive Power, Lower Limit"),
    LANE("rx_power_max", "optics_rx_power_max", 0.001, "mW", ZERO, "%.3f", "Receive Power, Upper Limit"),
    LANE("rx_wavelength", "optics_rx_wavelength", 1, "nm", ZERO, "%.0f", "Receive Wavelength"),
};

#define ELEMENTS(name_, kind_, each_, numbered_, fields_) \
	{.name = name_, .kind = KIND_##kind_, .each = each_, \
	 .numbered = numbered_, .fields = fields_, .count = COUNT_OF(fields_)}
#define LIST(field_, elements_) \
	{.name = field_, .type = FIELD_LIST, .elements = &(elements_)}

static const struct layout sfp_lane =
    ELEMENTS("sfp_lane", OPTICS, "lane", true, sfp_lane_rows);

static const struct field sfp[] = {
    RAW(U32, "module_id"),
    AS(GAUGE, U32, "module_num_lanes", 1, "optics_lanes", UINT32, "lanes", ZERO, "%u", "optics", "Optics Lanes"),
    AS(GAUGE, U32, "module_supply_voltage", 0.001, "optics_voltage", FLOAT, "V", BOTH, "%.3f", "optics", "Optics Supply Voltage"),
    AS(GAUGE, I32, "module_temperature", 0.001, "optics_temperature", FLOAT, "C", BOTH, "%.3f", "optics", "Optics Temperature"),
    LIST("lanes", sfp_lane),
};

/* sFlow 802.11 Structures (sflow.org/sflow_80211.txt), after the IEEE's MIB. -- */

#define DOT11(field_, metric_, units_, title_) \
	PER_SECOND(U32, "dot11" field_, metric_, units_, "wifi", "WiFi " title_)

static const struct field ieee80211_counters[] = {
    DOT11("TransmittedFragmentCount", "wifi_fragments_out", "fragments", "Fragments Sent"),
    DOT11("MulticastTransmittedFrameCount", "wifi_multicast_out", "frames", "Multicast Frames Sent"),
    DOT11("FailedCount", "wifi_failed", "frames", "Frames Failed"),
    DOT11("RetryCount", "wifi_retried", "frames", "Frames Sent after a Retry"),
    DOT11("MultipleRetryCount", "wifi_retried_often", "frames", "Frames Sent after Several Retries"),
    DOT11("FrameDuplicateCount", "wifi_duplicates", "frames", "Duplicate Frames"),
    DOT11("RTSSuccessCount", "wifi_rts_ok", "frames", "RTS Answered"),
    DOT11("RTSFailureCount", "wifi_rts_failed", "frames", "RTS Not Answered"),
    DOT11("ACKFailureCount", "wifi_ack_failed", "frames", "ACKs Missing"),
    DOT11("ReceivedFragmentCount", "wifi_fragments_in", "fragments", "Fragments Received"),
    DOT11("MulticastReceivedFrameCount", "wifi_multicast_in", "frames", "Multicast Frames Received"),
    DOT11("FCSErrorCount", "wifi_fcs_errs", "errors", "FCS Errors"),
    DOT11("TransmittedFrameCount", "wifi_frames_out", "frames", "Frames Sent"),
    DOT11("WEPUndecryptableCount", "wifi_undecryptable", "frames", "Frames Not Decryptable"),
    DOT11("QoSDiscardedFragmentCount", "wifi_qos_drops", "fragments", "QoS Fragments Discarded"),
    AS(GAUGE, U32, "dot11AssociatedStationCount", 1, "wifi_stations", UINT32, "stations", BOTH, "%u", "wifi", "WiFi Stations"),
    DOT11("QoSCFPollsReceivedCount", "wifi_polls_in", "polls", "QoS Polls Received"),
    DOT11("QoSCFPollsUnusedCount", "wifi_polls_unused", "polls", "QoS Polls Not Used"),
    DOT11("QoSCFPollsUnusableCount", "wifi_polls_unusable", "polls", "QoS Polls Not Usable"),
    DOT11("QoSCFPollsLostCount", "wifi_polls_lost", "polls", "QoS Polls Lost"),
};

#define RATIO_OF(field_, partner_, scale_, ...) \
	{.name = field_, .type = FIELD_U32, .formula = RATIO, .scale = scale_, \
	 .partner = partner_, .metric = METRIC(RATIO, __VA_ARGS__)}

static const struct field radio_utilization[] = {
    {.name = "elapsed_time", .type = FIELD_U32, .formula = DELTA},
    RATIO_OF("on_channel_time", -1, 100, "radio_on_channel", FLOAT, "%", BOTH, "%.2f", "wifi", "Radio Time on Its Channel"),
    RATIO_OF("on_channel_busy_time", -1, 100, "radio_busy", FLOAT, "%", BOTH, "%.2f", "wifi", "Radio Time Busy, of That on Its Channel"),
};

/* sFlow for InfiniBand, a draft (sflow.org/draft_sflow_infiniband_2.txt). ----- */

#define IB(field_, metric_, title_) \
	PER_SECOND(U32, field_, metric_, "errors", "infiniband", "InfiniBand " title_)

static const struct field ib_counters[] = {
    PER_SECOND(U64, "PortXmitPkts", "ib_pkts_out", "packets", "infiniband", "InfiniBand Packets Sent"),
    PER_SECOND(U64, "PortRcvPkts", "ib_pkts_in", "packets", "infiniband", "InfiniBand Packets Received"),
    IB("SymbolErrorCounter", "ib_symbol_errs", "Symbol Errors"),
    IB("LinkErrorRecoveryCounter", "ib_recoveries", "Link Error Recoveries"),
    IB("LinkDownedCounter", "ib_link_downs", "Link Failures"),
    IB("PortRcvErrors", "ib_errs_in", "Receive Errors"),
    IB("PortRcvRemotePhysicalErrors", "ib_remote_errs", "Remote Physical Errors"),
    IB("PortRcvSwitchRelayErrors", "ib_relay_errs", "Switch Relay Errors"),
    IB("PortXmitDiscards", "ib_drops_out", "Transmit Discards"),
    IB("PortXmitConstraintErrors", "ib_constraint_errs_out", "Transmit Constraint Errors"),
    IB("PortRcvConstraintErrors", "ib_constraint_errs_in", "Receive Constraint Errors"),
    IB("LocalLinkIntegrityErrors", "ib_integrity_errs", "Local Link Integrity Errors"),
    IB("ExcessiveBufferOverrunErrors", "ib_overruns", "Buffer Overruns"),
    IB("VL15Dropped", "ib_vl15_drops", "VL15 Packets Dropped"),
};

/* Queue lengths (sFlow mailing list; sflow.org/developers/structures.php): how
 * long the queue was when packets came to it. --------------------------------- */

#define LENGTH(field_, metric_, title_) \
	AS(SHARE, U32, field_, 1, metric_, FLOAT, "%", BOTH, "%.2f", "queue", "Queue Length " title_)

static const struct field queue_length[] = {
    RAW(U32, "queueIndex"),
    AS(GAUGE, U32, "segmentSize", 1, "segment_size", UINT32, "bytes", ZERO, "%u", "queue", "Queue Segment Size"),
    AS(GAUGE, U32, "queueSegments", 1, "segments", UINT32, "segments", ZERO, "%u", "queue", "Queue Segments"),
    LENGTH("queueLength0", "length_0", "0"),
    LENGTH("queueLength1", "length_1", "1"),
    LENGTH("queueLength2", "length_2", "2"),
    LENGTH("queueLength4", "length_4", "3 to 4"),
    LENGTH("queueLength8", "length_8", "5 to 8"),
    LENGTH("queueLength32", "length_32", "9 to 32"),
    LENGTH("queueLength128", "length_128", "33 to 128"),
    LENGTH("queueLength1024", "length_1024", "129 to 1024"),
    LENGTH("queueLengthMore", "length_more", "over 1024"),
    PER_SECOND(U32, "dropped", "dropped", "packets", "queue", "Queue Packets Dropped"),
};

/* The switch itself: sFlow version 5, "Slow Path" (a draft), and sFlow Broadcom
 * Switch ASIC Table Utilization and buffers (sflow.org/sflow_broadcom_tables.txt,
 * bv-sflow.txt), enterprise 4413. -------------------------------------------- */

static const struct field processor[] = {
    AS(GAUGE, PCT, "5s_cpu", 0.01, "switch_cpu_5s", FLOAT, "%", BOTH, "%.2f", "switch", "Switch CPU Utilization, 5 s"),
    AS(GAUGE, PCT, "1m_cpu", 0.01, "switch_cpu_1m", FLOAT, "%", BOTH, "%.2f", "switch", "Switch CPU Utilization, 1 min"),
    AS(GAUGE, PCT, "5m_cpu", 0.01, "switch_cpu_5m", FLOAT, "%", BOTH, "%.2f", "switch", "Switch CPU Utilization, 5 min"),
    AS(GAUGE, U64, "total_memory", KB, "switch_mem_total", DOUBLE, "KB", ZERO, "%.0f", "switch", "Switch Memory Total"),
    AS(GAUGE, U64, "free_memory", KB, "switch_mem_free", DOUBLE, "KB", BOTH, "%.0f", "switch", "Switch Free Memory"),
};

#define SLOW(field_, metric_, title_) \
	PER_SECOND(U32, field_, metric_, "packets", "switch", "Slow Path Packets, " title_)

static const struct field slow_path_counts[] = {
    SLOW("unknown", "slow_unknown", "Unknown Reason"),
    SLOW("other", "slow_other", "Other Reason"),
    SLOW("cam_miss", "slow_cam_miss", "CAM Miss"),
    SLOW("cam_full", "slow_cam_full", "CAM Full"),
    SLOW("no_hw_support", "slow_no_hw_support", "No Hardware Support"),
    SLOW("cntrl", "slow_control", "Control"),
};

#define BUFFER(type_, field_, metric_, title_) \
	AS(GAUGE, type_, field_, 0.01, metric_, FLOAT, "%", BOTH, "%.2f", "switch", "Buffers Used, " title_)

static const struct field bst_device_buffers[] = {
    BUFFER(PCT, "uc_pc", "buffers_uc", "Unicast"),
    BUFFER(PCT, "mc_pc", "buffers_mc", "Multicast"),
};

static const struct field bst_uc_queue_rows[] = {
    BUFFER(PCT, "egress_queue_uc_pc", "buffers_out_uc", "Egress Queue, Unicast"),
};

static const struct field bst_mc_queue_rows[] = {
    BUFFER(PCT, "egress_queue_mc_pc", "buffers_out_mc", "Egress Queue, Multicast"),
};

static const struct layout bst_uc_queue =
    ELEMENTS("egress_queue_uc", QUEUE, "queue", false, bst_uc_queue_rows);
static const struct layout bst_mc_queue =
    ELEMENTS("egress_queue_mc", QUEUE, "queue", false, bst_mc_queue_rows);

static const struct field bst_port_buffers[] = {
    BUFFER(PCT, "ingress_uc_pc", "port_buffers_in_uc", "Ingress, Unicast"),
    BUFFER(PCT, "ingress_mc_pc", "port_buffers_in_mc", "Ingress, Multicast"),
    BUFFER(PCT, "egress_uc_pc", "port_buffers_out_uc", "Egress, Unicast"),
    BUFFER(PCT, "egress_mc_pc", "port_buffers_out_mc", "Egress, Multicast"),
    LIST("egress_queue_uc_pc", bst_uc_queue),
    LIST("egress_queue_mc_pc", bst_mc_queue),
};

#define HW(field_, metric_, slope_, title_) \
	AS(GAUGE, U32, field_, 1, metric_, UINT32, "entries", slope_, "%u", "switch", "Hardware Table, " title_)
#define HW_TABLE(field_, max_, metric_, title_) \
	HW(field_, metric_, BOTH, title_), \
	HW(max_, metric_ "_max", ZERO, title_ " at Most")

static const struct field hw_tables[] = {
    HW_TABLE("host_entries", "host_entries_max", "hw_hosts", "Hosts"),
    HW_TABLE("ipv4_entries", "ipv4_entries_max", "hw_ipv4", "IPv4 Entries"),
    HW_TABLE("ipv6_entries", "ipv6_entries_max", "hw_ipv6", "IPv6 Entries"),
    HW_TABLE("ipv4_ipv6_entries", "ipv4_ipv6_entries_max", "hw_ipv4_ipv6", "IPv4 and IPv6 Entries"),
    HW_TABLE("long_ipv6_entries", "long_ipv6_entries_max", "hw_long_ipv6", "Long IPv6 Entries"),
    HW_TABLE("total_routes", "total_routes_max", "hw_routes", "Routes"),
    HW_TABLE("ecmp_nexthops", "ecmp_nexthops_max", "hw_ecmp_nexthops", "ECMP Next Hops"),
    HW_TABLE("mac_entries", "mac_entries_max", "hw_macs", "MAC Addresses"),
    HW("ipv4_neighbors", "hw_ipv4_neighbors", BOTH, "IPv4 Neighbors"),
    HW("ipv6_neighbors", "hw_ipv6_neighbors", BOTH, "IPv6 Neighbors"),
    HW("ipv4_routes", "hw_ipv4_routes", BOTH, "IPv4 Routes"),
    HW("ipv6_routes", "hw_ipv6_routes", BOTH, "IPv6 Routes"),
    HW_TABLE("acl_ingress_entries", "acl_ingress_entries_max", "hw_acl_in", "Ingress ACL Entries"),
    HW_TABLE("acl_ingress_counters", "acl_ingress_counters_max", "hw_acl_in_counters", "Ingress ACL Counters"),
    HW_TABLE("acl_ingress_meters", "acl_ingress_meters_max", "hw_acl_in_meters", "Ingress ACL Meters"),
    HW_TABLE("acl_ingress_slices", "acl_ingress_slices_max", "hw_acl_in_slices", "Ingress ACL Slices"),
    HW_TABLE("acl_egress_entries", "acl_egress_entries_max", "hw_acl_out", "Egress ACL Entries"),
    HW_TABLE("acl_egress_counters", "acl_egress_counters_max", "hw_acl_out_counters", "Egress ACL Counters"),
    HW_TABLE("acl_egress_meters", "acl_egress_meters_max", "hw_acl_out_meters", "Egress ACL Meters"),
    HW_TABLE("acl_egress_slices", "acl_egress_slices_max", "hw_acl_out_slices", "Egress ACL Slices"),
};

/* sFlow OpenFlow Structures (sflow.org/sflow_openflow.txt), and Open vSwitch: the
 * statistics of its datapath, and its resources (app_resources) in the same sample. */

static const struct field of_port[] = {
    AS(TEXT, U64, "datapath_id", 1, "of_datapath", STRING, "", ZERO, "%s", "ovs", "OpenFlow Datapath"),
    AS(GAUGE, U32, "port_no", 1, "of_port", UINT32, "", ZERO, "%u", "ovs", "OpenFlow Port"),
};

static const struct field port_name[] = {
    RAW(STRING, "name"),
};

static const struct field ovs_dp_stats[] = {
    PER_SECOND(U32, "hits", "ovs_hits", "packets", "ovs", "OVS Datapath Flow Hits"),
    PER_SECOND(U32, "misses", "ovs_misses", "packets", "ovs", "OVS Datapath Flow Misses"),
    PER_SECOND(U32, "lost", "ovs_lost", "packets", "ovs", "OVS Datapath Packets Lost"),
    PER_SECOND(U32, "mask_hits", "ovs_mask_hits", "masks", "ovs", "OVS Datapath Masks Looked Up"),
    AS(GAUGE, U32, "flows", 1, "ovs_flows", UINT32, "flows", BOTH, "%u", "ovs", "OVS Datapath Flows"),
    AS(GAUGE, U32, "masks", 1, "ovs_masks", UINT32, "masks", BOTH, "%u", "ovs", "OVS Datapath Masks"),
};

/* The structures, by tag. A reading that needs another record in its sample stands
 * before the general reading. ------------------------------------------------- */

#define LAYOUT(enterprise_, format_, beside_, kind_, fields_, ...) \
	{.tag = SFLOW_TAG(enterprise_, format_), .beside = beside_, \
	 .kind = KIND_##kind_, .fields = fields_, .count = COUNT_OF(fields_), \
	 .name = __VA_ARGS__}
#define ALONE .alone = true
#define FACTS .facts = true
#define NAMES .names = true
#define EACH(each_) .each = each_, .numbered = true

const struct layout layouts[] = {
    LAYOUT(0, 1, 0, INTERFACE, if_counters, "if_counters"),
    LAYOUT(0, 2, 0, ETHERNET, ethernet_counters, "ethernet_counters"),
    LAYOUT(0, 3, 0, LEGACY, tokenring_counters, "tokenring_counters"),
    LAYOUT(0, 4, 0, LEGACY, vg_counters, "vg_counters"),
    LAYOUT(0, 5, 0, VLAN, vlan_counters, "vlan_counters"),
    LAYOUT(0, 6, 0, WIFI, ieee80211_counters, "ieee80211_counters"),
    LAYOUT(0, 7, 0, LAG, lag_port_stats, "lag_port_stats"),
    LAYOUT(0, 8, 0, SWITCH, slow_path_counts, "slow_path_counts"),
    LAYOUT(0, 9, 0, INFINIBAND, ib_counters, "ib_counters"),
    LAYOUT(0, 10, 0, OPTICS, sfp, "sfp"),
    LAYOUT(0, 11, 0, ETHERNET, pfc, "pfc"),
    LAYOUT(0, 1001, 0, SWITCH, processor, "processor"),
    LAYOUT(0, 1002, 0, WIFI, radio_utilization, "radio_utilization"),
    LAYOUT(0, 1003, 0, QUEUE, queue_length, "queue_length", EACH("queue")),
    LAYOUT(0, 1004, 0, OVS, of_port, "of_port"),
    LAYOUT(0, 1005, 0, INTERFACE, port_name, "port_name", FACTS, NAMES),
    LAYOUT(0, 2000, 2106, JVM, jvm_descr, "host_descr", NAMES),
    LAYOUT(0, 2000, 2101, VM, host_descr, "host_descr", NAMES, ALONE),
    LAYOUT(0, 2000, 0, HOST, host_descr, "host_descr", NAMES),
    LAYOUT(0, 2001, 0, HOST, host_adapters, "host_adapters", FACTS),
    LAYOUT(0, 2002, 0, HOST, host_parent, "host_parent", FACTS),
    LAYOUT(0, 2003, 0, HOST, host_cpu, "host_cpu"),
    LAYOUT(0, 2004, 0, HOST, host_memory, "host_memory"),
    LAYOUT(0, 2005, 0, HOST, host_disk_io, "host_disk_io"),
    LAYOUT(0, 2006, 0, HOST, host_net_io, "host_net_io"),
    LAYOUT(0, 2007, 0, IP, mib2_ip_group, "mib2_ip_group"),
    LAYOUT(0, 2008, 0, IP, mib2_icmp_group, "mib2_icmp_group"),
    LAYOUT(0, 2009, 0, IP, mib2_tcp_group, "mib2_tcp_group"),
    LAYOUT(0, 2010, 0, IP, mib2_udp_group, "mib2_udp_group"),
    LAYOUT(0, 2100, 0, HOST, virt_node, "virt_node"),
    LAYOUT(0, 2101, 2106, JVM, jvm_virt_cpu, "virt_cpu"),
    LAYOUT(0, 2101, 0, VM, virt_cpu, "virt_cpu"),
    LAYOUT(0, 2102, 2106, JVM, jvm_virt_memory, "virt_memory"),
    LAYOUT(0, 2102, 0, VM, virt_memory, "virt_memory"),
    LAYOUT(0, 2103, 0, VM, virt_disk_io, "virt_disk_io"),
    LAYOUT(0, 2104, 0, VM, virt_net_io, "virt_net_io"),
    LAYOUT(0, 2105, 0, JVM, jvm_runtime, "jvm_runtime"),
    LAYOUT(0, 2106, 0, JVM, jvm_statistics, "jvm_statistics"),
    LAYOUT(0, 2200, 0, MEMCACHE, memcached_counters, "memcached_counters"),
    LAYOUT(0, 2201, 0, HTTP, http_counters, "http_counters"),
    LAYOUT(0, 2202, 0, APP, app_operations, "app_operations", NAMES),
    LAYOUT(0, 2203, 2207, OVS, ovs_resources, "app_resources"),
    LAYOUT(0, 2203, 2201, HTTP, http_resources, "app_resources"),
    LAYOUT(0, 2203, 2204, MEMCACHE, mc_resources, "app_resources"),
    LAYOUT(0, 2203, 0, APP, app_resources, "app_resources"),
    LAYOUT(0, 2204, 0, MEMCACHE, memcache_counters, "memcache_counters"),
    LAYOUT(0, 2205, 0, VDI, vdi_counters, "vdi_counters"),
    LAYOUT(0, 2206, 2201, HTTP, http_workers, "app_workers"),
    LAYOUT(0, 2206, 0, APP, app_workers, "app_workers"),
    LAYOUT(0, 2207, 0, OVS, ovs_dp_stats, "ovs_dp_stats"),
    LAYOUT(0, 3000, 0, ENERGY, energy, "energy"),
    LAYOUT(0, 3001, 0, ENERGY, temperature, "temperature"),
    LAYOUT(0, 3002, 0, ENERGY, humidity, "humidity"),
    LAYOUT(0, 3003, 0, ENERGY, fans, "fans"),
    LAYOUT(4413, 1, 0, SWITCH, bst_device_buffers, "bst_device_buffers"),
    LAYOUT(4413, 2, 0, SWITCH, bst_port_buffers, "bst_port_buffers"),
    LAYOUT(4413, 3, 0, SWITCH, hw_tables, "hw_tables"),
    LAYOUT(5703, 1, 0, GPU, nvidia_gpu, "nvidia_gpu"),
};

const size_t layouts_count = COUNT_OF(layouts);

/* The kinds ------------------------------------------------------------------ */

const struct kind_info kinds[KIND_COUNT] = {
    [KIND_HOST] = {"host", NAMING_MACHINE, "servers: CPU, memory, disks, network, and hypervisors"},
    [KIND_VM] = {"vm", NAMING_ALWAYS, "virtual machines and containers"},
    [KIND_HTTP] = {"http", NAMING_FIRST, "web servers"},
    [KIND_MEMCACHE] = {"memcache", NAMING_FIRST, "memcached"},
    [KIND_JVM] = {"jvm", NAMING_FIRST, "Java virtual machines"},
    [KIND_GPU] = {"gpu", NAMING_MACHINE, "NVIDIA GPUs"},
    [KIND_IP] = {"ip", NAMING_MACHINE, "a server's IP, ICMP, TCP and UDP counters"},
    [KIND_INTERFACE] = {"interface", NAMING_ALWAYS, "ports of switches, and their sums"},
    [KIND_ETHERNET] = {"ethernet", NAMING_ALWAYS, "Ethernet errors and pauses of ports"},
    [KIND_LAG] = {"lag", NAMING_ALWAYS, "link aggregation of ports"},
    [KIND_OPTICS] = {"optics", NAMING_ALWAYS, "optical modules of ports"},
    [KIND_QUEUE] = {"queue", NAMING_ALWAYS, "queues of ports"},
    [KIND_VLAN] = {"vlan", NAMING_ALWAYS, "VLANs"},
    [KIND_WIFI] = {"wifi", NAMING_FIRST, "802.11 radios"},
    [KIND_INFINIBAND] = {"infiniband", NAMING_FIRST, "InfiniBand ports"},
    [KIND_LEGACY] = {"legacy", NAMING_FIRST, "token ring and 100VG-AnyLAN ports"},
    [KIND_SWITCH] = {"switch", NAMING_FIRST, "a switch's processor, buffers and hardware tables"},
    [KIND_OVS] = {"ovs", NAMING_FIRST, "Open vSwitch and OpenFlow"},
    [KIND_APP] = {"app", NAMING_ALWAYS, "applications: operations, resources, workers"},
    [KIND_VDI] = {"vdi", NAMING_FIRST, "virtual desktops"},
    [KIND_ENERGY] = {"energy", NAMING_FIRST, "power, temperature, humidity, fans"},
    [KIND_CUSTOM] = {"custom", NAMING_ALWAYS, "metrics that agents name themselves"},
};

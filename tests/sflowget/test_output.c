/* Each output, of the same values. */
#include "tools/sflowget/output.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/sflow/unit.h"
#include "tools/sflowget/escape.h"
#include "tools/sflowget/fields.h"
#include "tools/sflowget/human.h"
#include "tools/number.h"
#include "tools/sflowget/rrd_create.h"

/* clang-format off */
static const struct item items[] = {
    {.metric = "load_one", .text = "0.50", .number = 0.5, .is_number = true,
     .type = "float", .units = " ", .group = "load", .about = "Load",
     .title = "Load", .heard_ms = 1700000000123, .age_s = 3, .tmax_s = 60},
    {.metric = "load_five", .text = "0.25", .number = 0.25, .is_number = true,
     .type = "float", .units = " ", .group = "load", .about = "Load 5",
     .title = "Load 5", .heard_ms = 1700000000123, .age_s = 3, .tmax_s = 60},
    {.metric = "load_fifteen", .text = "1", .number = 1, .is_number = true,
     .type = "float", .units = " ", .group = "load", .about = "Load 15",
     .title = "Load 15", .heard_ms = 1700000000123, .age_s = 3, .tmax_s = 60},
    {.metric = "swp1.bytes_in", .text = "12", .number = 12, .is_number = true,
     .type = "uint32", .units = "bytes/sec", .group = "port swp1",
     .about = "Bytes \\ Received", .title = "swp1: Bytes Received",
     .heard_ms = 1700000000123, .age_s = 3, .tmax_s = 60},
    {.metric = "os", .text = "Linux \"6\"", .type = "string", .units = "",
     .constant = true, .group = "system", .about = "", .title = "",
     .heard_ms = 1700000000123, .age_s = 3, .tmax_s = 300},
    {.metric = "old", .text = "7", .number = 7, .is_number = true,
     .type = "float", .units = "", .group = "load", .about = "",
     .title = "", .heard_ms = 1700000000123, .age_s = 999, .tmax_s = 60},
    {.metric = "gone", .text = "7", .number = 7, .is_number = true,
     .type = "float", .units = "", .group = "", .about = "", .title = "",
     .heard_ms = 1700000000123, .age_s = 999, .tmax_s = 60, .ceased = true},
    {.metric = "mem_free", .text = "3", .number = 3, .is_number = true,
     .type = "double", .units = "KB", .group = "memory", .about = "Free",
     .title = "Free", .heard_ms = 1700000000123, .age_s = 3, .tmax_s = 60},
    {.metric = "host_cpu.cpu_user", .text = "18446744073709551615",
     .number = 18446744073709551615.0, .is_number = true, .type = "uint64",
     .units = "", .group = "host_cpu", .about = "", .title = "",
     .heard_ms = 1700000000123},
};
/* clang-format on */

static struct wanted wanted;
static struct printer printer;
static const struct output *output;
static char *text;
static size_t text_len;

static bool
ready(void *context, struct answer *answer)
{
	(void)context;
	output->answer(&printer, answer);
	return true;
}

static void
give(const char *agent)
{
	struct collected c = {
	    .wanted = &wanted, .wall_ms = 1700000003000, .ready = ready};
	struct item_sink sink = collected_sink(&c);
	struct item_host host = {
	    .cluster = "c", .name = agent, .address = "192.0.2.1", .age_s = 3};
	enum item_wish wish = ITEM_VALUES;
	size_t i;

	sink.host(sink.context, &host, &wish);
	for (i = 0; i < COUNT_OF(items); i++)
		sink.item(sink.context, &items[i]);
	sink.host_end(sink.context, &host);
	assert_false(c.failed);
	collected_end(&c);
}

/* What the output makes of `agents`, with blanks between, and the metrics. */
static const char *
print(const struct output *by, char *agents, char **metrics, size_t count)
{
	char copy[64], *rest = NULL, *agent;

	free(text);
	strcpy(copy, agents);
	output = by;
	wanted = (struct wanted){.metrics = metrics, .count = count};
	printer.out = open_memstream(&text, &text_len);
	printer.interval_s = 30;
	printer.munin_host = true;
	printer.count = 0;
	if (by->begin != NULL)
		by->begin(&printer);
	for (agent = strtok_r(copy, " ", &rest); agent != NULL;
	     agent = strtok_r(NULL, " ", &rest))
		give(agent);
	if (by->end != NULL)
		by->end(&printer);
	assert_false(printer.failed);
	fclose(printer.out);
	return text;
}

#define PRINT(by, agents, ...) \
	print(by, agents, (char *[]){__VA_ARGS__}, \
	      sizeof((char *[]){__VA_ARGS__}) / sizeof(char *))

static void
lines(void **state)
{
	(void)state;
	assert_string_equal(PRINT(&output_value, "a", "os", "no", "load_one", "old"),
	                    "Linux \"6\"\n\n0.50\n\n");
	assert_string_equal(
	    PRINT(&output_rrd, "a", "load_one", "os", "no", "old", "mem_free"),
	    "N:0.50:U:U:U:3\n");
	assert_string_equal(
	    PRINT(&output_cacti, "a", "load_one", "os", "swp1.bytes_in"),
	    "load_one:0.50 os:U swp1_bytes_in:12\n");
	assert_string_equal(PRINT(&output_cacti, "a", "o*", "load_o*"),
	                    "load_one:0.50\n");
}

static void
for_people(void **state)
{
	(void)state;
	assert_string_equal(PRINT(&output_table, "a", "load_one", "os", "old", "gone",
	                          "no", "swp1.bytes_in"),
	                    "a  192.0.2.1  c  last heard 3 s ago\n"
	                    "METRIC         VALUE      UNITS      AGE\n"
	                    "load_one            0.50             3 s\n"
	                    "os             Linux \"6\"             3 s\n"
	                    "old                    7             16 min, too old\n"
	                    "gone                   7             no longer sent\n"
	                    "no             -\n"
	                    "swp1.bytes_in         12  bytes/sec  3 s\n");
}

/* Numbers with K, M, G. */
static void
for_people_in_a_hurry(void **state)
{
	static const struct {
		double number;
		const char *units, *value, *as;
	} table[] = {
	    {12345678, "bytes/sec", "12.3M", "bytes/sec = 98.8M bit/s"},
	    {999, "bytes/sec", "999", "bytes/sec = 7.99K bit/s"},
	    {0, "bytes/sec", "0", "bytes/sec = 0 bit/s"},
	    {1e10, "bits/sec", "10G", "bits/sec"},
	    {8123456, "KB", "7.75", "GB"},
	    {12, "KB", "12", "KB"},
	    {0.5, "KB", "512", "bytes"},
	    {251.972, "GB", "252", "GB"},
	    {2048, "GB", "2", "TB"},
	    {1795441106, "s", "text", "s"},
	    {2596, "MHz", "text", "MHz"},
	    {87.23, "%", "text", "%"},
	    {-1500, "", "-1.5K", ""},
	    {999.7, "", "1K", ""},
	    {0.25, " ", "0.25", " "},
	    {1e30, "packets/sec", "1000000000000E", "packets/sec"},
	    {1234, "connections", "1.23K", "connections"},
	};
	char value[NUMBER_TEXT], units[HUMAN_UNITS];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(table); i++) {
		struct item item = {.number = table[i].number,
		                    .text = "text",
		                    .is_number = true,
		                    .units = table[i].units};

		human(&item, value, units);
		assert_string_equal(value, table[i].value);
		assert_string_equal(units, table[i].as);
	}
	printer.human = true;
	assert_string_equal(PRINT(&output_table, "a", "mem_free", "os"),
	                    "a  192.0.2.1  c  last heard 3 s ago\n"
	                    "METRIC    VALUE      UNITS  AGE\n"
	                    "mem_free          3  KB     3 s\n"
	                    "os        Linux \"6\"         3 s\n");
	printer.human = false;
}

static void
json_and_csv(void **state)
{
	(void)state;
	assert_string_equal(
	    PRINT(&output_json, "a b\x1b\"", "os", "old", "no"),
	    "{\"agents\":[{\"agent\":\"a\",\"address\":\"192.0.2.1\","
	    "\"cluster\":\"c\",\"time\":1700000003.000,\"age\":3,"
	    "\"down\":false,\"metrics\":[{\"name\":\"os\","
	    "\"value\":\"Linux \\\"6\\\"\",\"units\":\"\",\"type\":\"string\","
	    "\"group\":\"system\",\"title\":\"\",\"age\":3,\"tmax\":300},"
	    "{\"name\":\"old\",\"value\":7,\"units\":\"\",\"type\":\"float\","
	    "\"group\":\"load\",\"title\":\"\",\"age\":999,\"tmax\":60,"
	    "\"old\":true}],\"missing\":[\"no\"]},"
	    "{\"agent\":\"b\\u001b\\\"\",\"address\":\"192.0.2.1\","
	    "\"cluster\":\"c\",\"time\":1700000003.000,\"age\":3,"
	    "\"down\":false,\"metrics\":[{\"name\":\"os\","
	    "\"value\":\"Linux \\\"6\\\"\",\"units\":\"\",\"type\":\"string\","
	    "\"group\":\"system\",\"title\":\"\",\"age\":3,\"tmax\":300},"
	    "{\"name\":\"old\",\"value\":7,\"units\":\"\",\"type\":\"float\","
	    "\"group\":\"load\",\"title\":\"\",\"age\":999,\"tmax\":60,"
	    "\"old\":true}],\"missing\":[\"no\"]}]}\n");
	assert_string_equal(
	    PRINT(&output_csv, "a,b", "os", "old", "mem_free"),
	    "time,cluster,agent,address,metric,value,units,type,group,title,"
	    "age\r\n"
	    "1700000003,c,\"a,b\",192.0.2.1,os,\"Linux \"\"6\"\"\",,string,"
	    "system,,3\r\n"
	    "1700000003,c,\"a,b\",192.0.2.1,mem_free,3,KB,double,memory,Free,"
	    "3\r\n");
	assert_string_equal(PRINT(&output_json, "", "os"), "{\"agents\":[]}\n");
}

/* What a spreadsheet would run is made a text; numbers stay numbers. */
static void
csv_without_formulas(void **state)
{
	static const struct {
		const char *text, *cell;
	} table[] = {
	    {"=1+1", "'=1+1"},
	    {"=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""},
	    {"+cmd", "'+cmd"},
	    {"@SUM(A1)", "'@SUM(A1)"},
	    {"-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"},
	    {"\r=1", "\"'\r=1\""},
	    {"-", "'-"},
	    {"-5", "-5"},
	    {"+1.5e-3", "+1.5e-3"},
	    {"a=1", "a=1"},
	    {"", ""},
	};
	char cell[80];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		FILE *out = fmemopen(cell, sizeof(cell), "w");

		assert_non_null(out);
		cell[0] = '\0'; /* an empty stream writes nothing */
		put_csv(out, table[i].text);
		fclose(out);
		assert_string_equal(cell, table[i].cell);
	}
}

static void
influx(void **state)
{
	(void)state;
	assert_string_equal(
	    PRINT(&output_influx, "a,=\\", "swp1.bytes_in", "os", "load_one", "old",
	          "host_cpu.cpu_user"),
	    "sflow,agent=a\\,\\=_,cluster=c,part=swp1 bytes_in=12i "
	    "1700000000123000000\n"
	    "sflow,agent=a\\,\\=_,cluster=c os=\"Linux \\\"6\\\"\" "
	    "1700000000123000000\n"
	    "sflow,agent=a\\,\\=_,cluster=c load_one=0.50 "
	    "1700000000123000000\n"
	    /* no signed integer of theirs can be it */
	    "sflow,agent=a\\,\\=_,cluster=c "
	    "host_cpu.cpu_user=18446744073709551615 1700000000123000000\n");
}

static void
prometheus(void **state)
{
	(void)state;
	assert_string_equal(
	    PRINT(&output_prometheus, "b a", "*"),
	    "# HELP sflow_each_bytes_in Bytes \\\\ Received (bytes/sec)\n"
	    "# TYPE sflow_each_bytes_in gauge\n"
	    "sflow_each_bytes_in{agent=\"a\",cluster=\"c\",part=\"swp1\"} 12\n"
	    "sflow_each_bytes_in{agent=\"b\",cluster=\"c\",part=\"swp1\"} 12\n"
	    "# HELP sflow_host_cpu_cpu_user host_cpu.cpu_user\n"
	    "# TYPE sflow_host_cpu_cpu_user counter\n"
	    "sflow_host_cpu_cpu_user{agent=\"a\",cluster=\"c\"} "
	    "18446744073709551615\n"
	    "sflow_host_cpu_cpu_user{agent=\"b\",cluster=\"c\"} "
	    "18446744073709551615\n"
	    "# HELP sflow_load_fifteen Load 15\n"
	    "# TYPE sflow_load_fifteen gauge\n"
	    "sflow_load_fifteen{agent=\"a\",cluster=\"c\"} 1\n"
	    "sflow_load_fifteen{agent=\"b\",cluster=\"c\"} 1\n"
	    "# HELP sflow_load_five Load 5\n"
	    "# TYPE sflow_load_five gauge\n"
	    "sflow_load_five{agent=\"a\",cluster=\"c\"} 0.25\n"
	    "sflow_load_five{agent=\"b\",cluster=\"c\"} 0.25\n"
	    "# HELP sflow_load_one Load\n"
	    "# TYPE sflow_load_one gauge\n"
	    "sflow_load_one{agent=\"a\",cluster=\"c\"} 0.50\n"
	    "sflow_load_one{agent=\"b\",cluster=\"c\"} 0.50\n"
	    "# HELP sflow_mem_free Free (KB)\n"
	    "# TYPE sflow_mem_free gauge\n"
	    "sflow_mem_free{agent=\"a\",cluster=\"c\"} 3\n"
	    "sflow_mem_free{agent=\"b\",cluster=\"c\"} 3\n");
	/* Two of one name would make Prometheus refuse all. */
	assert_string_equal(PRINT(&output_prometheus, "a a", "mem_free"),
	                    "# HELP sflow_mem_free Free (KB)\n"
	                    "# TYPE sflow_mem_free gauge\n"
	                    "sflow_mem_free{agent=\"a\",cluster=\"c\"} 3\n");
}

static void
collectd(void **state)
{
	(void)state;
	assert_string_equal(
	    PRINT(&output_collectd, "a/\"b", "*"),
	    "PUTVAL \"a__b/load/load\" interval=30 N:0.50:0.25:1\n"
	    "PUTVAL \"a__b/sflow/derive-host_cpu.cpu_user\" interval=30 "
	    "N:18446744073709551615\n"
	    "PUTVAL \"a__b/memory/memory-free\" interval=30 N:3072\n"
	    "PUTVAL \"a__b/sflow-swp1/gauge-bytes_in\" interval=30 N:12\n");
	assert_string_equal(PRINT(&output_collectd, "a", "load_one", "os", "old", "no"),
	                    "PUTVAL \"a/sflow/gauge-load_one\" interval=30 N:0.50\n");
}

static void
munin(void **state)
{
	(void)state;
	printer.munin = MUNIN_CONFIG;
	assert_string_equal(PRINT(&output_munin, "a", "l*", "m*"),
	                    "host_name a\n"
	                    "graph_title load of a\n"
	                    "graph_vlabel value\n"
	                    "graph_args --base 1000\n"
	                    "graph_scale yes\n"
	                    "graph_category load\n"
	                    "load_fifteen.label load_fifteen\n"
	                    "load_fifteen.type GAUGE\n"
	                    "load_fifteen.info Load 15\n"
	                    "load_five.label load_five\n"
	                    "load_five.type GAUGE\n"
	                    "load_five.info Load 5\n"
	                    "load_one.label load_one\n"
	                    "load_one.type GAUGE\n"
	                    "load_one.info Load\n");
	printer.munin = MUNIN_FETCH;
	assert_string_equal(PRINT(&output_munin, "a", "l*", "m*"),
	                    "load_fifteen.value 1\n"
	                    "load_five.value 0.25\n"
	                    "load_one.value 0.50\n");
	assert_string_equal(PRINT(&output_munin, "a", "mem_free", "no", "old", "os"),
	                    "mem_free.value 3\nno.value U\nold.value U\n");
}

/* rrdtool create -------------------------------------------------------------------- */

static void
rrd(void **state)
{
	char *metrics[] = {"load_one",
	                   "host_cpu.cpu_user",
	                   "GigabitEthernet0_1.bytes_in",
	                   "GigabitEthernet0-1.bytes_in",
	                   "load.one",
	                   "load_one_2",
	                   "load/one"};
	char names[COUNT_OF(metrics)][RRD_NAME];
	FILE *out;

	(void)state;
	rrd_names(metrics, COUNT_OF(metrics), names);
	assert_string_equal(names[0], "load_one");
	assert_string_equal(names[1], "host_cpu_cpu_user");
	assert_string_equal(names[2], "thernet0_1_bytes_in");
	assert_string_equal(names[3], "thernet0_1_bytes__2");
	assert_string_equal(names[4], "load_one_2");
	assert_string_equal(names[5], "load_one_2_2");
	assert_string_equal(names[6], "load_one_3");
	free(text);
	out = open_memstream(&text, &text_len);
	assert_true(rrd_create(out, "-a'$(b)", metrics, 2, 300));
	fclose(out);
	assert_string_equal(
	    text, "rrdtool create '-a'\\''$(b)' --step 300 "
		  "DS:load_one:GAUGE:600:U:U DS:host_cpu_cpu_user:DERIVE:600:0:U "
		  "RRA:AVERAGE:0.5:1:577 RRA:AVERAGE:0.5:3:1345 RRA:MAX:0.5:3:1345 "
		  "RRA:AVERAGE:0.5:72:2921 RRA:MAX:0.5:72:2921\n");
}

/* What they are made of ---------------------------------------------------------------- */

static void
numbers(void **state)
{
	static const struct {
		double number;
		const char *text;
	} texts[] = {{0, "0"},
	             {0.1, "0.1"},
	             {-2.50, "-2.5"},
	             {1.0 / 3, "0.3333333333333333"},
	             {1e-7, "0.0000001"},
	             {-0.000123, "-0.000123"},
	             {999999999999999.9, "999999999999999.9"},
	             {1e15, "1000000000000000"},
	             {1e17, "100000000000000000"},
	             {1e22, "10000000000000000000000"}};
	static const char *const plain[] = {"0", "-1", "1.50", "0.0"};
	static const char *const others[] = {"1e5", "1E-5", "12e+3", /* exponents */
	                                     "",    "-",    "01",    ".5",  "5.",
	                                     "+1",  "1e",   "0x1",   "nan", "inf",
	                                     " 1",  "1 ",   "1,5",   "--1", "1e+"};
	char number[NUMBER_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(plain); i++)
		assert_true(number_is_plain(plain[i]));
	for (i = 0; i < COUNT_OF(others); i++)
		assert_false(number_is_plain(others[i]));
	for (i = 0; i < COUNT_OF(texts); i++)
		assert_string_equal(number_text(texts[i].number, number),
		                    texts[i].text);
	assert_int_equal(strspn(number_text(DBL_MAX, number), "0123456789"), 309);
	assert_true(strtod(number, NULL) == DBL_MAX);
	assert_null(strchr(number_text(-DBL_TRUE_MIN, number), 'e'));
	assert_true(strtod(number, NULL) == -DBL_TRUE_MIN);
	assert_string_equal(number_text((double)INFINITY, number), "inf");
}

static void
raw_names(void **state)
{
	static const char *const raw[] = {
	    "host_cpu.cpu_user",         "host_cpu.*",
	    "2:1/host_cpu.cpu_user",     "1/2:1/host_cpu.cpu_user",
	    "*/if_counters.ifInOctets",  "*/host_*.*",
	    "queue_length#2.queueIndex", "host_adapters.adapters.0.ifIndex"};
	static const char *const others[] = {"load_one",
	                                     "swp1.bytes_in",
	                                     "vm.vcpu_util",
	                                     "processor.vcpu_util",
	                                     "host_cpu",
	                                     "disk/sda.free",
	                                     "/",
	                                     "*",
	                                     ""};
	size_t i, before;

	(void)state;
	for (i = 0; i < COUNT_OF(raw); i++)
		assert_true(fields_is_raw(raw[i]));
	for (i = 0; i < COUNT_OF(others); i++)
		assert_false(fields_is_raw(others[i]));
	assert_true(fields_is_counter("2:1/host_cpu.cpu_user"));
	assert_true(fields_is_counter("if_counters.ifInOctets"));
	assert_false(fields_is_counter("host_cpu.load_one"));
	assert_false(fields_is_counter("host_cpu.*"));
	assert_string_equal(fields_split("swp1.lane2.rx", &before), "rx");
	assert_int_equal(before, 10);
	assert_string_equal(fields_split("2:1/host_cpu.cpu_user", &before),
	                    "host_cpu.cpu_user");
	assert_int_equal(before, 3);
	assert_string_equal(fields_split("a.", &before), "a.");
	assert_int_equal(before, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines),
	    cmocka_unit_test(for_people),
	    cmocka_unit_test(for_people_in_a_hurry),
	    cmocka_unit_test(json_and_csv),
	    cmocka_unit_test(csv_without_formulas),
	    cmocka_unit_test(influx),
	    cmocka_unit_test(prometheus),
	    cmocka_unit_test(collectd),
	    cmocka_unit_test(munin),
	    cmocka_unit_test(rrd),
	    cmocka_unit_test(numbers),
	    cmocka_unit_test(raw_names),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(text);
	return failed;
}

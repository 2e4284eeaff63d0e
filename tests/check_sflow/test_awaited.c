/* Metrics that are not there because they need a second sample: only where that is known. */
#include "tools/check_sflow/awaited.h"

#include <stdio.h>

#include "sflow/wire/deltas.h"
#include "tests/check_sflow/scene.h"
#include "tests/sflow/unit.h"

/* The cluster's LOCALTIME is 1000. */
#define HOST(name, started, inner) \
	"<HOST NAME=\"" name "\" IP=\"10.0.0.1\" TN=\"1\" TMAX=\"20\" " \
	"GMOND_STARTED=\"" started "\">\n" inner "</HOST>\n"
#define METRIC(name) \
	"<METRIC NAME=\"" name "\" VAL=\"1\" TYPE=\"float\" UNITS=\"\" TN=\"1\" " \
	"TMAX=\"60\" DMAX=\"600\" SLOPE=\"both\"/>\n"
#define GAUGES METRIC("load_one") METRIC("mem_free")
#define COLLECTOR(name, started) HOST(name, started, METRIC("sflow_agents"))

#define HEARTBEAT "--host h --heartbeat --absent critical"
#define ASK "--host h --metric "
#define AWAITED_BY_HOST "h: cpu_user awaits a second sample: the host began 25 s ago"
#define AWAITED_BY_COLLECTOR \
	"h: cpu_user awaits a second sample: the collector began 25 s ago"

#define assert_says(line, elements, text) \
	do { \
		assert_int_equal(scene_check(line, scene_cluster(elements)), \
		                 CHECK_UNKNOWN); \
		if (strstr(scene_output, text) == NULL) \
			fail_msg("%s: %s", line, scene_output); \
	} while (0)

static int
begin(void **state)
{
	(void)state;
	scene_started_s = scene_wall_s = 0;
	return 0;
}

static void
metrics_of_two_samples(void **state)
{
	static const char *const two[] = {"cpu_user",     "bytes_in",   "swp1.bytes_in",
	                                  "swp1.util_in", "interrupts", "vcpu_util",
	                                  "a.b.vcpu_util"};
	static const char *const one[] = {
	    "load_one", "mem_free", "swp1.speed", "os_name", "boottime",
	    "cpu_num",  "",         ".",          "nobodys", "cpu_user."};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(two); i++)
		assert_true(metric_is_of_deltas(two[i]));
	for (i = 0; i < COUNT_OF(one); i++)
		assert_false(metric_is_of_deltas(one[i]));
}

static void
the_host_has_just_begun(void **state)
{
	(void)state;
	assert_says(ASK "cpu_user", HOST("h", "975", GAUGES), AWAITED_BY_HOST);
	assert_false(scene_asked_again);
	assert_says(ASK "cpu_user", HOST("h", "940", GAUGES), "began 60 s ago");
}

/* gmetad-bridge tells it itself, gmond by its own host. */
static void
the_collector_has_just_begun(void **state)
{
	(void)state;
	assert_says(ASK "cpu_user", COLLECTOR("gmond", "975") HOST("h", "10", GAUGES),
	            AWAITED_BY_COLLECTOR);
	assert_true(scene_asked_again);
	assert_says(ASK "cpu_user", HOST("h", "0", GAUGES) COLLECTOR("gmond", "975"),
	            AWAITED_BY_COLLECTOR);
	scene_started_s = 975;
	assert_says(ASK "cpu_user", HOST("h", "10", GAUGES), AWAITED_BY_COLLECTOR);
	assert_false(scene_asked_again);
}

/* Nothing is said that is not known. */
static void
it_is_only_missing(void **state)
{
	static const char missing[] = "is not there";

	(void)state;
	/* nobody has begun just now, or nobody knows; one's clock is ahead */
	assert_says(ASK "cpu_user", HOST("h", "939", GAUGES), missing);
	assert_says(ASK "cpu_user", HOST("h", "0", GAUGES), missing);
	assert_says(ASK "cpu_user", HOST("h", "1001", GAUGES), missing);
	assert_says(ASK "cpu_user", HOST("h", "9", GAUGES) COLLECTOR("g", "939"),
	            missing);
	/* the second sample has come, for the host has other metrics of that kind */
	assert_says(ASK "cpu_user", HOST("h", "975", GAUGES METRIC("bytes_in")),
	            missing);
	assert_false(scene_asked_again);
	/* one sample is enough for it; nobody knows the metric; there is no sample */
	assert_says(ASK "disk_free", HOST("h", "975", GAUGES), missing);
	assert_says(ASK "nobodys", HOST("h", "975", GAUGES), missing);
	assert_says(ASK "cpu_user", HOST("h", "975", ""), missing);
	/* there are two collectors, or two hosts of the name */
	assert_says(ASK "cpu_user",
	            HOST("h", "9", GAUGES) COLLECTOR("g", "975") COLLECTOR("k", "975"),
	            missing);
	/* who was asked for this host only is not asked for all */
	assert_says("-H localhost:8652 " ASK "cpu_user",
	            HOST("h", "9", GAUGES) COLLECTOR("g", "975"), missing);
	assert_false(scene_asked_again);
}

/* Of several metrics each has its own words; many hosts are not looked at so closely. */
static void
several_wishes(void **state)
{
	const char *elements = HOST("h", "9", GAUGES) COLLECTOR("g", "975");

	(void)state;
	assert_says(ASK "cpu_user --metric disk_free --metric load_one", elements,
	            "cpu_user awaits a second sample: the collector began 25 s ago, "
	            "disk_free is not there");
	assert_says("--cluster c --metric cpu_user", elements,
	            "cpu_user is on no host");
}

/* A collector that has just begun has not heard everybody. */
static void
a_host_is_not_heard_yet(void **state)
{
	static const char yet[] =
	    "SFLOW UNKNOWN - h is not heard yet: the collector began 25 s ago\n";

	(void)state;
	assert_says(HEARTBEAT, COLLECTOR("gmond", "975") HOST("g", "10", GAUGES), yet);
	assert_true(scene_asked_again);
	assert_says(HEARTBEAT, HOST("g", "980", GAUGES) COLLECTOR("gmond", "975"), yet);
	assert_says(ASK "cpu_user", COLLECTOR("gmond", "821"), "began 179 s ago\n");
	assert_says(HEARTBEAT " --cluster c", COLLECTOR("gmond", "975"),
	            "h in cluster c is not heard yet: the collector began 25 s ago\n");
	/* of several collectors the one that began first counts */
	assert_says(HEARTBEAT, COLLECTOR("g", "990") COLLECTOR("k", "975"), yet);
	/* gmetad-bridge tells when it began; and it may have no host at all */
	scene_started_s = 975;
	assert_says(HEARTBEAT, HOST("g", "10", GAUGES), yet);
	assert_false(scene_asked_again);
	scene_wall_s = 1000;
	assert_says(HEARTBEAT, "", yet);
	assert_int_equal(
	    scene_check("--host h --heartbeat --awaited ok", scene_cluster("")),
	    CHECK_OK);
	assert_string_equal(
	    scene_output,
	    "SFLOW OK - h is not heard yet: the collector began 25 s ago\n");
}

static void
a_host_is_not_there(void **state)
{
	static const char *const elements[] = {
	    /* the collector began long ago, or nobody knows when */
	    COLLECTOR("gmond", "820") HOST("g", "980", GAUGES),
	    HOST("g", "980", GAUGES),
	    COLLECTOR("gmond", "0") HOST("g", "980", GAUGES),
	    COLLECTOR("gmond", "1001"),
	    /* one of several began long ago, or nobody knows when */
	    COLLECTOR("g", "990") COLLECTOR("k", "10"),
	    COLLECTOR("g", "0") COLLECTOR("k", "990"),
	    COLLECTOR("g", "990") COLLECTOR("k", "0"),
	    "",
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(elements); i++)
		assert_says("--host h --heartbeat --awaited ok", elements[i],
		            "SFLOW UNKNOWN - no host h\n");
	/* who is not asked for all; another cluster's; what is asked for are many */
	assert_says("-H localhost:8652 --host h --heartbeat", COLLECTOR("g", "975"),
	            "no host h\n");
	assert_false(scene_asked_again);
	assert_says("--host h --cluster d --heartbeat", COLLECTOR("g", "975"),
	            "no host h in cluster d\n");
	assert_false(scene_asked_again);
	assert_says("--host-regex h --heartbeat", COLLECTOR("g", "975"),
	            "no host matches h\n");
	/* it is called otherwise */
	assert_says("--host h --heartbeat --awaited ok",
	            "<?sflow-former was=\"h\" is=\"k\"?>" COLLECTOR("g", "975"),
	            "h is now called k\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(metrics_of_two_samples),
	    cmocka_unit_test_setup(the_host_has_just_begun, begin),
	    cmocka_unit_test_setup(the_collector_has_just_begun, begin),
	    cmocka_unit_test_setup(it_is_only_missing, begin),
	    cmocka_unit_test_setup(several_wishes, begin),
	    cmocka_unit_test_setup(a_host_is_not_heard_yet, begin),
	    cmocka_unit_test_setup(a_host_is_not_there, begin),
	};

	return cmocka_run_group_tests_name("awaited", tests, NULL, NULL);
}

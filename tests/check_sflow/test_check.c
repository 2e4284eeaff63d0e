#include "tools/check_sflow/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/check_sflow/scene.h"
#include "tests/sflow/unit.h"

/* It was heard at `reported`; the cluster's LOCALTIME is 1000. */
#define HOST_OF(name, reported, tn, tmax, inner) \
	"<HOST NAME=\"" name "\" IP=\"10.0.0.1\" REPORTED=\"" reported "\" TN=\"" tn \
	"\" TMAX=\"" tmax "\" DMAX=\"0\">\n" inner "</HOST>\n"
#define HOST(name, tn, tmax, inner) HOST_OF(name, "", tn, tmax, inner)
#define METRIC(name, value, type, tn) \
	"<METRIC NAME=\"" name "\" VAL=\"" value "\" TYPE=\"" type \
	"\" UNITS=\"\" TN=\"" tn "\" TMAX=\"60\" DMAX=\"600\" SLOPE=\"both\"/>\n"
#define LOAD(value) METRIC("load_one", value, "float", "5")

#define assert_says(state, line, xml, text) \
	do { \
		assert_int_equal(scene_check(line, xml), state); \
		if (strstr(scene_output, text) == NULL) \
			fail_msg("%s: %s", line, scene_output); \
	} while (0)

/* The age of the last datagram --------------------------------------------------------- */

static void
heartbeat_of_host(void **state)
{
	const char *xml = scene_cluster(HOST("h", "12", "20", LOAD("1")));

	(void)state;
	assert_says(CHECK_OK, "--host h --heartbeat", xml, "h: heard 12 s ago");
	assert_says(CHECK_OK, "--host h --heartbeat -w 12", xml, "OK");
	assert_says(CHECK_WARNING, "--host h --heartbeat -w 11", xml, "(warning: 11)");
	assert_says(CHECK_CRITICAL, "--host h --heartbeat -w 5 -c 11", xml,
	            "(critical: 11)");
}

/* A host that is polled each five minutes, of which the module holds TN back. */
static void
heartbeat_that_is_held_back(void **state)
{
	const char *xml = scene_cluster(
	    HOST_OF("h", "960", "40", "20",
	            METRIC("a", "1", "float", "250") METRIC("b", "1", "float", "200")
	                METRIC("c", "x", "string", "900")));

	(void)state;
	assert_says(CHECK_OK, "--host h --heartbeat", xml, "heard 200 s ago");
}

/* The bridge says beside TN when the host was really heard: by a packet sample, after
 * the counters. */
static void
heartbeat_as_a_bridge_has_it(void **state)
{
	const char *up = scene_cluster(
	    HOST_OF("h", "450", "497", "133", METRIC("a", "1", "float", "700")));

	(void)state;
	assert_says(CHECK_OK, "--host h --heartbeat", up, "heard 550 s ago");
	assert_says(CHECK_CRITICAL, "--host h --heartbeat",
	            scene_cluster(HOST_OF("h", "996", "81", "20",
	                                  METRIC("a", "1", "float", "19"))),
	            "h: down, last heard 4 s ago");
}

/* gmetad has read gmond 10 s ago; the host is down there, and was heard 13 s ago. */
static void
heartbeat_through_gmetad(void **state)
{
	const char *xml = scene_cluster(
	    HOST_OF("h", "919", "91", "20", METRIC("a", "1", "float", "13")));

	(void)state;
	assert_says(CHECK_CRITICAL, "--host h --heartbeat", xml,
	            "h: down, last heard 13 s ago");
}

/* Packet samples come in between. */
static void
heartbeat_without_metrics(void **state)
{
	const char *xml =
	    scene_cluster(HOST("h", "2", "20", METRIC("a", "1", "float", "25")));

	(void)state;
	assert_says(CHECK_OK, "--host h --heartbeat", xml, "heard 2 s ago");
	assert_says(CHECK_OK, "--host h --heartbeat --metric a", xml, "heard 2 s ago");
	xml = scene_cluster(HOST("h", "61", "20", ""));
	assert_says(CHECK_OK, "--host h --heartbeat", xml, "heard 61 s ago");
}

/* The module moves the TN of a host that is down ahead. */
static void
down_is_critical(void **state)
{
	const char *xml =
	    scene_cluster(HOST("h", "81", "20", METRIC("a", "1", "float", "13")));

	(void)state;
	assert_says(CHECK_CRITICAL, "--host h --heartbeat", xml,
	            "h: down, last heard 13 s ago");
	assert_says(CHECK_CRITICAL, "--host h --metric a -w 5", xml,
	            "h: down, last heard 13 s ago");
	assert_says(CHECK_CRITICAL, "--host h --metric nix", xml, "down");
	xml = scene_cluster(HOST("h", "80", "20", ""));
	assert_says(CHECK_OK, "--host h --heartbeat", xml, "heard 80 s ago");
}

/* Metrics -------------------------------------------------------------------------------- */

static void
metric_is_judged(void **state)
{
	const char *xml = scene_cluster(
	    HOST("h", "1", "20", LOAD("5.50") METRIC("n", "7", "uint32", "1")));

	(void)state;
	assert_says(CHECK_OK, "--host h --metric load_one -w 5.5", xml,
	            "h: load_one 5.50");
	assert_says(CHECK_WARNING, "--host h --metric load_one -w 5.4", xml,
	            "h: load_one 5.50 (warning: 5.4)");
	assert_says(CHECK_CRITICAL, "--host h --metric load_one -w 5 --metric n -c 6",
	            xml, "h: n 7 (critical: 6)");
	assert_says(CHECK_CRITICAL, "--host h --all-metrics . -c 6", xml,
	            "h: n 7 (critical: 6)");
	assert_null(strstr(scene_output, "OK: "));
}

static void
metric_that_is_none(void **state)
{
	static const char *const numbers[] = {"nan", "NaN", "inf", "-inf",
	                                      "",    "1x",  "0x1", "1e999"};
	const char *xml =
	    scene_cluster(HOST("h", "1", "20", METRIC("os", "5", "string", "1")));
	size_t i;

	(void)state;
	assert_says(CHECK_UNKNOWN, "--host h --metric os", xml, "os is no number");
	assert_says(CHECK_UNKNOWN, "--host h --metric load_one", xml,
	            "load_one is not there");
	assert_says(CHECK_UNKNOWN, "--host h --metric load", xml, "not there");
	assert_says(CHECK_UNKNOWN, "--host h --all-metrics .", xml, ". is not there");
	for (i = 0; i < COUNT_OF(numbers); i++) {
		char host[512];

		snprintf(host, sizeof(host), HOST("h", "1", "20", LOAD("%s")),
		         numbers[i]);
		assert_says(CHECK_UNKNOWN, "--host h --metric load_one",
		            scene_cluster(host), "is no number");
	}
}

static void
near_misses(void **state)
{
	const char *xml = scene_cluster(
	    HOST("web1.example.net", "1", "20", LOAD("1"))
		HOST("db1", "1", "20", METRIC("mem_free", "1", "float", "1")));

	(void)state;
	assert_says(CHECK_UNKNOWN, "--host web1 --heartbeat", xml,
	            "no host web1, is it web1.example.net?\n");
	assert_says(CHECK_UNKNOWN, "--host web1 --cluster c --heartbeat", xml,
	            "no host web1 in cluster c, is it web1.example.net?\n");
	assert_says(CHECK_UNKNOWN, "--host web1 --cluster d --heartbeat", xml,
	            "no host web1 in cluster d\n");
	assert_says(CHECK_UNKNOWN, "--host nobody --heartbeat", xml,
	            "no host nobody\n");
	assert_says(CHECK_UNKNOWN, "--host-regex web9 --heartbeat", xml,
	            "no host matches web9\n");
	assert_says(CHECK_UNKNOWN, "--host web1.example.net --metric load_on", xml,
	            "load_on is not there, is it load_one?\n");
	assert_says(CHECK_UNKNOWN, "--host db1 --metric load_on --metric mem_fre", xml,
	            "load_on is not there, mem_fre is not there, is it mem_free?\n");
	assert_says(CHECK_UNKNOWN, "--host-regex . --metric load_on", xml,
	            "load_on is on no host");
}

/* The daemon shows it as beyond its DMAX: that is no age. */
static void
no_longer_sent(void **state)
{
	static const char now[] = "a is no longer sent\n";
	const char *xml = scene_cluster(HOST("h", "1", "20",
	                                     METRIC("a", "1", "float", "600")
	                                         METRIC("b", "1", "float", "599")));

	(void)state;
	scene_wall_s = 1000;
	assert_says(CHECK_UNKNOWN, "--host h --metric a", xml, now);
	assert_says(CHECK_UNKNOWN, "--host h --metric a -v", xml,
	            "UNKNOWN: a is no longer sent\n");
	assert_says(CHECK_UNKNOWN, "--host h --metric b", xml, "b is old: 599 s, at");
	assert_says(CHECK_OK, "--host h --metric a --any-age -vv", xml,
	            "OK: a 1, no longer sent\n");
	/* gmetric --dmax=60, two seconds late: that is its age */
	assert_says(CHECK_OK, "--host h --metric a -vv",
	            scene_cluster(HOST("h", "1", "20",
	                               "<METRIC NAME=\"a\" VAL=\"1\" TYPE=\"float\" "
	                               "UNITS=\"\" TN=\"62\" TMAX=\"60\" DMAX=\"60\" "
	                               "SLOPE=\"both\"/>\n")),
	            "OK: a 1, 62 s old\n");
	scene_wall_s = 0;
}

static void
old_value(void **state)
{
	const char *xml = scene_cluster(HOST("h", "1", "20",
	                                     METRIC("a", "1", "float", "241")
	                                         METRIC("b", "1", "float", "240")));

	(void)state;
	assert_says(CHECK_UNKNOWN, "--host h --metric a", xml, "a is old: 241 s");
	assert_says(CHECK_OK, "--host h --metric b", xml, "b 1");
	assert_says(CHECK_OK, "--host h --metric a --any-age", xml, "a 1");
	assert_says(CHECK_UNKNOWN, "--host h --metric a --age", xml, "a is old: 241 s");
}

/* A bridge knows what became of it. */
static void
renamed_or_removed(void **state)
{
	const char *xml = scene_cluster("<?sflow-former was=\"web0\" is=\"web1\"?>"
	                                "<?sflow-former was=\"old\" is=\"\"?>");

	(void)state;
	assert_says(CHECK_UNKNOWN, "--host web0 --heartbeat", xml,
	            "SFLOW UNKNOWN - web0 is now called web1\n");
	assert_says(CHECK_UNKNOWN, "--host old --cluster c --heartbeat", xml,
	            "SFLOW UNKNOWN - old in cluster c was removed\n");
	assert_says(CHECK_OK, "--host web0 --heartbeat --former ok --absent critical",
	            xml, "SFLOW OK - web0 is now called web1\n");
	assert_says(CHECK_CRITICAL, "--host web2 --heartbeat --absent critical", xml,
	            "SFLOW CRITICAL - no host web2\n");
	assert_says(CHECK_UNKNOWN, "--host web0 --cluster d --heartbeat", xml,
	            "SFLOW UNKNOWN - no host web0 in cluster d\n");
	assert_says(CHECK_UNKNOWN, "--host WEB0 --ignore-case --heartbeat", xml,
	            "SFLOW UNKNOWN - WEB0 is now called web1\n");
	assert_true(scene_query.former);
}

static void
names_are_whole(void **state)
{
	const char *xml = scene_cluster(HOST("web10", "1", "20", LOAD("1"))
	                                    HOST("WEB1", "1", "20", LOAD("2")));

	(void)state;
	assert_says(CHECK_UNKNOWN, "--host web1 --heartbeat", xml, "no host web1");
	assert_says(CHECK_OK, "--host web1 --heartbeat --absent=ok", xml,
	            "no host web1");
	assert_says(CHECK_CRITICAL,
	            "--host web1 --cluster c --heartbeat --absent=critical", xml,
	            "no host web1 in cluster c");
	assert_says(CHECK_OK, "--host web1 --metric LOAD_ONE --ignore-case", xml,
	            "WEB1: load_one 2");
	assert_says(CHECK_UNKNOWN, "--host web10 --cluster C --heartbeat", xml,
	            "no host");
}

/* Who is asked for what ------------------------------------------------------------------- */

static void
reads_no_more_than_it_needs(void **state)
{
	const char *xml = scene_cluster(HOST("h", "1", "20", LOAD("1"))
	                                    HOST("i", "1", "20", LOAD("1")));

	(void)state;
	scene_check("--host h --heartbeat", xml);
	assert_true(scene_stopped);
	assert_string_equal(scene_query.host, "h");
	assert_null(scene_query.cluster);
	scene_check("-H x:8652 --host h --heartbeat", xml);
	assert_false(scene_stopped); /* it may be in two clusters */
	scene_check("-H x:8652 --host h --cluster c --heartbeat", xml);
	assert_true(scene_stopped);
	scene_check("-H x:8652 --host h --ignore-case --heartbeat", xml);
	assert_null(scene_query.host);
	scene_check("--cluster c --hosts-down", xml);
	assert_true(scene_query.summary);
	scene_check("--cluster c --hosts-down --host-regex .", xml);
	assert_false(scene_query.summary);
}

static void
two_of_a_name(void **state)
{
	/* clang-format off */
	static const char xml[] =
	    "<GANGLIA_XML><GRID NAME=\"g\"><CLUSTER NAME=\"a\">"
	    HOST("h", "1", "20", LOAD("1"))
	    "</CLUSTER><CLUSTER NAME=\"b\">"
	    HOST("h", "99", "20", LOAD("2"))
	    "</CLUSTER></GRID></GANGLIA_XML>";
	/* clang-format on */

	(void)state;
	assert_says(CHECK_CRITICAL, "-H x:8652 --host h --metric load_one", xml,
	            "h (cluster b) down, last heard 5 s ago | 'a:h:load_one'=1");
	assert_says(CHECK_OK, "-H x:8652 --host h --cluster a --heartbeat", xml,
	            "h: heard 1 s");
}

/* Many hosts -------------------------------------------------------------------------------- */

static void
many_hosts(void **state)
{
	const char *xml = scene_cluster(
	    HOST("web1", "1", "20", LOAD("1")) HOST("web2", "1", "20", LOAD("9"))
		HOST("web3", "99", "20", LOAD("9")) HOST("db", "1", "20", ""));

	(void)state;
	assert_says(CHECK_CRITICAL, "--cluster c --metric load_one -c 5", xml,
	            "1 of 4 hosts: web2 load_one 9 (critical: 5), 1 down, "
	            "1 without a value | ");
	assert_says(CHECK_OK, "--host-regex ^web --metric load_one -c 10", xml,
	            "OK - 3 hosts, 1 down");
	assert_says(CHECK_CRITICAL, "--host-regex ^web --heartbeat", xml,
	            "1 of 3 hosts: web3 down, last heard 5 s ago");
	assert_says(CHECK_UNKNOWN, "--cluster c --metric nix", xml,
	            "4 hosts: nix is on no host");
	assert_says(CHECK_CRITICAL, "--host-regex 3$ --metric load_one", xml,
	            "1 host: all are down");
	assert_says(CHECK_UNKNOWN, "--host-regex x --metric load_one", xml,
	            "no host matches x");
}

static void
the_highest(void **state)
{
	const char *xml = scene_cluster(
	    HOST("a", "1", "20", LOAD("3")) HOST("b", "1", "20", LOAD("-1"))
		HOST("c", "1", "20", LOAD("20")) HOST("d", "99", "20", LOAD("99"))
		    HOST("e", "1", "20", LOAD("10")));

	(void)state;
	assert_says(CHECK_OK, "--cluster c --metric load_one --top 3 load_one", xml,
	            "Highest load_one:\nc 20\ne 10\na 3\n4 values of 4 hosts: lowest "
	            "-1, 1/4 to 2, median 6.5, 3/4 to 12.5, highest 20\n");
	assert_null(strstr(scene_output, "b -1\n"));
	assert_says(
	    CHECK_WARNING, "--cluster c --hosts-down -w 0 --top 1 load_one", xml,
	    "Highest load_one:\nc 20\n4 values of 4 hosts: lowest -1, 1/4 to 2, median "
	    "6.5, 3/4 to 12.5, highest 20\nd down, last heard 5 s");
	assert_says(CHECK_OK, "--cluster c --hosts-down --top 1 nix", xml,
	            "Highest nix: on no host\n");
	assert_says(CHECK_OK, "--cluster c --hosts-down --top 2 l*_?n[e]", xml,
	            "Highest l___n_e_:\nc load_one 20\ne load_one 10\n4 values");
	assert_says(CHECK_OK, "--cluster c --hosts-down --top 2 oad_*", xml,
	            "Highest oad__: on no host\n");
}

/* Hosts down ------------------------------------------------------------------------------- */

#define COUNTS(up, down) "<HOSTS UP=\"" up "\" DOWN=\"" down "\"/>"

static void
counted_once(void **state)
{
	/* clang-format off */
	static const char grid[] =
	    "<GANGLIA_XML><GRID NAME=\"g\">" COUNTS("60", "40")
	    "<GRID NAME=\"below\">" COUNTS("40", "30") "</GRID>"
	    "<CLUSTER NAME=\"a\">" COUNTS("10", "6") "</CLUSTER>"
	    "<CLUSTER NAME=\"b\">" COUNTS("10", "4") "</CLUSTER>"
	    "</GRID></GANGLIA_XML>";
	static const char both[] =
	    "<GANGLIA_XML><GRID NAME=\"g\"><CLUSTER NAME=\"a\">"
	    COUNTS("1", "1") HOST("h", "99", "20", "") HOST("i", "1", "20", "")
	    "</CLUSTER></GRID></GANGLIA_XML>";
	/* clang-format on */

	(void)state;
	assert_says(CHECK_OK, "--hosts-down", grid, "40 of 100 hosts down");
	assert_says(CHECK_OK, "--hosts-down --cluster a", grid, "6 of 16 hosts down");
	assert_says(CHECK_UNKNOWN, "--hosts-down --cluster x", grid,
	            "no host in cluster x");
	assert_says(CHECK_OK, "--hosts-down", both, "1 of 2 hosts down");
	assert_says(CHECK_UNKNOWN, "--hosts-down", "<GANGLIA_XML></GANGLIA_XML>",
	            "no host");
}

static void
counts_and_percent(void **state)
{
	const char *xml =
	    scene_cluster(HOST("a", "1", "20", "") HOST("b", "99", "20", ""));
	static const char few[] = "<GANGLIA_XML><GRID NAME=\"g\">" COUNTS(
	    "49999", "1") "</GRID></GANGLIA_XML>";
	static const char none[] = "<GANGLIA_XML><GRID NAME=\"g\">" COUNTS(
	    "50000", "0") "</GRID></GANGLIA_XML>";

	(void)state;
	assert_says(CHECK_OK, "--hosts-down -w 1 -c 50%", xml,
	            "'down'=1;1;;0;2 'down_percent'=50.00%;;50;0;100\n");
	assert_says(CHECK_OK, "--hosts-down -w 1 -c 50%", few,
	            "'down'=1;1;;0;50000 'down_percent'=0.00200%;;50;0;100\n");
	assert_says(CHECK_OK, "--hosts-down -c 50%", none, "'down_percent'=0.00%");
	assert_says(CHECK_WARNING, "--hosts-down -w 0 -c 50%", xml,
	            "1 of 2 hosts down: b (warning: 0)");
	assert_says(CHECK_CRITICAL, "--hosts-down -w 0 -c 49%", xml, "(critical: 49%)");
}

/* Who was asked for the counts alone is asked for the names, if there is one. */
static void
names_of_hosts_down(void **state)
{
	static const char counts[] =
	    "<GANGLIA_XML><GRID NAME=\"g\">" COUNTS("5", "3") "</GRID></GANGLIA_XML>";
	static const char fine[] =
	    "<GANGLIA_XML><GRID NAME=\"g\">" COUNTS("5", "0") "</GRID></GANGLIA_XML>";
	static const char names[] =
	    "<GANGLIA_XML><CLUSTER NAME=\"a\" LOCALTIME=\"1000\">" HOST(
		"n2.x", "99", "20", "") HOST("n1.x", "99", "20", "")
		HOST("up", "1", "20", "") "</CLUSTER></GANGLIA_XML>";

	(void)state;
	scene_named = names;
	assert_says(CHECK_WARNING, "--hosts-down -w 2", counts,
	            "WARNING - 3 of 8 hosts down: n[1,2].x and 1 more (warning: 2) |");
	assert_true(scene_query.hosts_only);
	assert_non_null(
	    strstr(scene_output, "\nn2.x down, last heard 99 s ago at most\n"));
	assert_says(CHECK_OK, "--hosts-down", fine, "OK - 0 of 5 hosts down |");
	assert_false(scene_query.hosts_only);
	scene_named = "<GANGLIA_XML></GANGLIA_XML>";
	assert_says(CHECK_OK, "--hosts-down", counts, "OK - 3 of 8 hosts down |");
	scene_named = NULL;
	assert_says(CHECK_OK, "--hosts-down",
	            scene_cluster(HOST("a9", "99", "20", "") HOST("b", "1", "20", "")),
	            "1 of 2 hosts down: a9 |");
}

/* Five pieces, in a line of 160 characters. */
static void
many_names(void **state)
{
	char text[20000], *at = text;
	size_t i;

	(void)state;
	for (i = 0; i < 60; i++)
		at += sprintf(at, HOST("%c%c-host", "99", "20", ""),
		              (int)('a' + i % 26), (int)('a' + i / 26));
	assert_says(
	    CHECK_CRITICAL, "--hosts-down -c 1", scene_cluster(text),
	    "60 of 60 hosts down: aa-host, ab-host, ac-host, ba-host, bb-host and "
	    "55 more (critical: 1) |");
	for (at = text, i = 0; i < 60; i++)
		at += sprintf(
		    at,
		    HOST("%c%c-a-name-that-is-rather-long.example.net", "99", "20", ""),
		    (int)('a' + i % 26), (int)('a' + i / 26));
	scene_check("--hosts-down -c 1", scene_cluster(text));
	if (strstr(scene_output, "long.example.net and 59 more (critical") == NULL)
		fail_msg("%s", scene_output);
	assert_true(strcspn(scene_output, "|") <= 161);
}

/* More than can be kept ------------------------------------------------------------------- */

static void
a_thousand_metrics(void **state)
{
	size_t len, i;
	char *text = malloc(200 * 1000);

	(void)state;
	assert_non_null(text);
	len = (size_t)sprintf(text, "<HOST NAME=\"h\" TN=\"1\" TMAX=\"20\">");
	for (i = 0; i < 1000; i++)
		len += (size_t)sprintf(
		    text + len,
		    "<METRIC NAME=\"m%zu\" VAL=\"%s\" TYPE=\"float\" TN=\"1\"/>", i,
		    i == 999   ? "9"
		    : i == 500 ? "4"
			       : "1");
	sprintf(text + len, "</HOST>\n");
	assert_says(CHECK_CRITICAL, "--host h --all-metrics ^m -w 3 -c 5",
	            scene_cluster(text), "h: m999 9 (critical: 5) |");
	assert_non_null(strstr(scene_output, "WARNING: m500 4"));
	assert_non_null(strstr(scene_output, "more left out"));
	assert_true(strlen(scene_output) < 8192);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(renamed_or_removed),
	    cmocka_unit_test(heartbeat_of_host),
	    cmocka_unit_test(heartbeat_that_is_held_back),
	    cmocka_unit_test(heartbeat_as_a_bridge_has_it),
	    cmocka_unit_test(heartbeat_through_gmetad),
	    cmocka_unit_test(heartbeat_without_metrics),
	    cmocka_unit_test(down_is_critical),
	    cmocka_unit_test(metric_is_judged),
	    cmocka_unit_test(metric_that_is_none),
	    cmocka_unit_test(old_value),
	    cmocka_unit_test(near_misses),
	    cmocka_unit_test(no_longer_sent),
	    cmocka_unit_test(names_are_whole),
	    cmocka_unit_test(reads_no_more_than_it_needs),
	    cmocka_unit_test(two_of_a_name),
	    cmocka_unit_test(many_hosts),
	    cmocka_unit_test(the_highest),
	    cmocka_unit_test(counted_once),
	    cmocka_unit_test(counts_and_percent),
	    cmocka_unit_test(names_of_hosts_down),
	    cmocka_unit_test(many_names),
	    cmocka_unit_test(a_thousand_metrics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What readers get, byte by byte, and whether it is valid by its own DTD. */
#include "tests/sflow/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "gmetad-bridge/readers/document.h"
#include "gmetad-bridge/readers/status.h"
#include "sflow/wire/records.h"
#include "tests/bridge/grid.h"

static struct config *config;
static struct store *store;
static struct buffer text;

static int
setup(void **state)
{
	(void)state;
	config = grid_config();
	store = grid_store();
	grid_publish(store);
	return store == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	store_free(store);
	buffer_free(&text);
	return 0;
}

/* The whole document; how many pieces it was made in. */
static unsigned
print(struct document *document, int64_t now)
{
	unsigned pieces = 1;

	assert_non_null(document);
	text.len = 0;
	while (document_next(document, &text, now, GRID_WALL + now - GRID_NOW))
		pieces++;
	buffer_add(&text, "", 1); /* its NUL */
	assert_false(text.failed);
	document_free(document);
	return pieces;
}

static const char *
ask_at(const char *line, int64_t now)
{
	struct query query;

	assert_int_equal(query_parse(line, strlen(line), &query), 0);
	print(document_of_query(config, store, &query), now);
	return text.bytes;
}

static const char *
ask(const char *line)
{
	return ask_at(line, GRID_NOW);
}

static const char *
ask_gmond(size_t cluster)
{
	print(document_of_cluster(config, store, cluster), GRID_NOW);
	return text.bytes;
}

/* From <GANGLIA_XML> on; what is in front of that is the same in all. */
static const char *
body(const char *xml)
{
	const char *at = strstr(xml, "]>\n");

	assert_non_null(at);
	return at + 3;
}

static unsigned
count(const char *xml, const char *what)
{
	unsigned n = 0;

	for (xml = strstr(xml, what); xml != NULL; xml = strstr(xml + 1, what))
		n++;
	return n;
}

#define EXTRA(prefix, title, group) \
	"<EXTRA_DATA>\n" \
	"<EXTRA_ELEMENT NAME=\"TITLE\" VAL=\"" prefix title "\"/>\n" \
	"<EXTRA_ELEMENT NAME=\"DESC\" VAL=\"" title "\"/>\n" \
	"<EXTRA_ELEMENT NAME=\"GROUP\" VAL=\"" group "\"/>\n" \
	"</EXTRA_DATA>\n"
/* clang-format off */
#define VALUES(tn, source) \
	"<METRIC NAME=\"count\" VAL=\"4\" TYPE=\"uint32\" UNITS=\"\" TN=\"" tn \
	"\" TMAX=\"300\" DMAX=\"600\" SLOPE=\"zero\"" source ">\n" \
	EXTRA("", "A count", "group") "</METRIC>\n" \
	"<METRIC NAME=\"load\" VAL=\"0.13\" TYPE=\"float\" UNITS=\"%\" TN=\"" tn \
	"\" TMAX=\"60\" DMAX=\"600\" SLOPE=\"both\"" source ">\n" \
	EXTRA("", "A load", "group") "</METRIC>\n" \
	"<METRIC NAME=\"size\" VAL=\"1048576\" TYPE=\"double\" UNITS=\"KB\" TN=\"" tn \
	"\" TMAX=\"60\" DMAX=\"600\" SLOPE=\"both\"" source ">\n" \
	EXTRA("", "A size", "group") "</METRIC>\n" \
	"<METRIC NAME=\"text\" VAL=\"as it came\" TYPE=\"string\" UNITS=\"\" TN=\"" tn \
	"\" TMAX=\"300\" DMAX=\"600\" SLOPE=\"zero\"" source ">\n" \
	EXTRA("", "A text", "group") "</METRIC>\n"
/* clang-format on */
#define WEB \
	"<CLUSTER NAME=\"web\" LOCALTIME=\"1700000000\" OWNER=\"ops\" " \
	"LATLONG=\"unspecified\" URL=\"unspecified\">\n"
#define OTHER \
	"<CLUSTER NAME=\"other one\" LOCALTIME=\"1700000000\" " \
	"OWNER=\"unspecified\" LATLONG=\"unspecified\" URL=\"unspecified\">\n"
#define GRID \
	"<GANGLIA_XML VERSION=\"3.7.2\" SOURCE=\"gmetad\">\n" \
	"<GRID NAME=\"cloud\" AUTHORITY=\"http://monitor.example/ganglia/\" " \
	"LOCALTIME=\"1700000000\">\n"
#define GRID_END "</GRID>\n</GANGLIA_XML>\n"
#define NODE1 \
	"<HOST NAME=\"node1\" IP=\"192.0.2.1\" REPORTED=\"1700000000\" TN=\"0\" " \
	"TMAX=\"20\" DMAX=\"86400\" LOCATION=\"unspecified\" " \
	"GMOND_STARTED=\"1699996400\" TAGS=\"\">\n"

static void
as_gmond_prints_it(void **state)
{
	(void)state;
	grid_host(store, GRID_WEB, "node1", 0.125);
	grid_host(store, GRID_OTHER, "elsewhere", 1);
	/* clang-format off */
	assert_string_equal(
	    body(ask_gmond(0)),
	    "<GANGLIA_XML VERSION=\"3.7.2\" SOURCE=\"gmond\">\n" WEB
	    "<HOST NAME=\"node1\" IP=\"192.0.2.1\" TAGS=\"\" "
	    "REPORTED=\"1700000000\" TN=\"0\" TMAX=\"20\" DMAX=\"86400\" "
	    "LOCATION=\"unspecified\" GMOND_STARTED=\"1699996400\">\n"
	    VALUES("0", "") "</HOST>\n</CLUSTER>\n</GANGLIA_XML>\n");
	/* clang-format on */
	assert_int_equal(count(ask_gmond(1), "<HOST "), 1);
	assert_non_null(strstr(text.bytes, "IP=\"elsewhere\""));
}

static void
as_gmetad_prints_it(void **state)
{
	(void)state;
	grid_host(store, GRID_WEB, "node1", 0.125);
	/* clang-format off */
	assert_string_equal(body(ask("/")),
	                    GRID WEB NODE1 VALUES("0", " SOURCE=\"gmond\"")
	                    "</HOST>\n</CLUSTER>\n" OTHER
	                    "</CLUSTER>\n" GRID_END);
	/* clang-format on */
	print(document_of_query(config, store, &query_all), GRID_NOW);
	assert_non_null(strstr(text.bytes, "NAME=\"node1\""));
}

static void
sums(void **state)
{
/* clang-format off */
#define SUMS \
	"<HOSTS UP=\"2\" DOWN=\"0\" SOURCE=\"gmetad\"/>\n" \
	"<METRICS NAME=\"count\" SUM=\"8\" NUM=\"2\" TYPE=\"double\" UNITS=\"\" " \
	"SLOPE=\"zero\" SOURCE=\"gmond\">\n" \
	EXTRA("", "A count", "group") "</METRICS>\n" \
	"<METRICS NAME=\"load\" SUM=\"1.63\" NUM=\"2\" TYPE=\"double\" " \
	"UNITS=\"%\" SLOPE=\"both\" SOURCE=\"gmond\">\n" \
	EXTRA("", "A load", "group") "</METRICS>\n" \
	"<METRICS NAME=\"size\" SUM=\"2097152\" NUM=\"2\" TYPE=\"double\" " \
	"UNITS=\"KB\" SLOPE=\"both\" SOURCE=\"gmond\">\n" \
	EXTRA("", "A size", "group") "</METRICS>\n"
/* clang-format on */
#define NO_SUMS "<HOSTS UP=\"0\" DOWN=\"0\" SOURCE=\"gmetad\"/>\n"
	(void)state;
	grid_host(store, GRID_WEB, "node1", 0.125);
	grid_host(store, GRID_WEB, "node2", 1.5);
	grid_publish(store);
	assert_string_equal(body(ask("/?filter=summary")), GRID SUMS WEB SUMS
	                    "</CLUSTER>\n" OTHER NO_SUMS "</CLUSTER>\n" GRID_END);
	assert_string_equal(body(ask("/web?filter=summary")),
	                    GRID WEB SUMS "</CLUSTER>\n" GRID_END);
	assert_string_equal(body(ask("/web/node9?filter=summary")),
	                    GRID WEB SUMS "</CLUSTER>\n" GRID_END);
	assert_string_equal(body(ask("/web/node1?filter=summary")),
	                    GRID WEB NODE1 "</HOST>\n</CLUSTER>\n" GRID_END);
}

/* What a path leads to. */
static void
assert_counts(const char *line, unsigned clusters, unsigned hosts, unsigned metrics)
{
	const char *xml = ask(line);

	assert_int_equal(count(xml, "<CLUSTER "), clusters);
	assert_int_equal(count(xml, "<HOST "), hosts);
	assert_int_equal(count(xml, "<METRIC "), metrics);
	assert_int_equal(count(xml, "</CLUSTER>"), clusters);
	assert_int_equal(count(xml, "</HOST>"), hosts);
	assert_int_equal(count(xml, "</METRIC>"), metrics);
}

static void
add_three(void)
{
	struct store_host *host = grid_host(store, GRID_WEB, "node1", 1);

	grid_block(host, "swp1", "lane2", "port", 3, GRID_NOW);
	grid_host(store, GRID_WEB, "node2", 2);
	grid_host(store, GRID_OTHER, "node1", 3);
}

static void
paths(void **state)
{
	(void)state;
	add_three();
	assert_counts("/", 2, 3, 16);
	assert_counts("/web", 1, 2, 12);
	assert_counts("/web/", 1, 2, 12);
	assert_counts("/other one", 1, 1, 4);
	assert_counts("/web/node1", 1, 1, 8);
	assert_counts("/web/node2/load", 1, 1, 1);
	assert_counts("/web/node2/load/deeper", 1, 1, 1);
	assert_counts("/web/node1/swp1.lane2.load", 1, 1, 1);
	assert_non_null(
	    strstr(text.bytes, EXTRA("swp1 lane2: ", "A load", "port swp1")));
}

/* Without HTTP all that is above it, with HTTP it is left out. */
static void
what_is_not_there(void **state)
{
	(void)state;
	add_three();
	assert_counts("/nothing", 2, 3, 16);
	assert_counts("/nothing/node1/load", 2, 3, 16);
	assert_counts("//", 2, 3, 16);
	assert_counts("/*", 2, 3, 16);
	assert_counts("/web/nothing", 1, 2, 12);
	assert_counts("/web/nothing/load", 1, 2, 12);
	assert_counts("/web/node1/nothing", 1, 1, 8);
	assert_counts("GET /nothing HTTP/1.0", 0, 0, 0);
	assert_counts("GET /web/nothing HTTP/1.0", 1, 0, 0);
	assert_counts("GET /web//load HTTP/1.0", 1, 0, 0);
	assert_counts("GET /web/node1/nothing HTTP/1.0", 1, 1, 0);
}

static void
any(void **state)
{
	(void)state;
	add_three();
	assert_counts("GET /* HTTP/1.0", 2, 3, 16);
	assert_counts("GET /*/node1 HTTP/1.0", 2, 2, 12);
	assert_counts("GET /*/node2 HTTP/1.0", 2, 1, 4);
	assert_counts("GET /web/*/load HTTP/1.0", 1, 2, 2);
	assert_counts("GET /*/*/load HTTP/1.0", 2, 3, 3);
	assert_counts("GET /*/*/* HTTP/1.0", 2, 3, 16);
	assert_counts("GET /*/*?filter=summary HTTP/1.0", 2, 3, 0);
	assert_counts("GET /*?filter=summary HTTP/1.0", 2, 0, 0);
	assert_int_equal(count(text.bytes, "<HOSTS "), 2);
	assert_counts("/web/node2/load?filter=summary", 1, 1, 1);
	assert_counts("/web/node2/nothing?filter=summary", 1, 1, 0);
}

static void
http_header(void **state)
{
	static const char header[] = "HTTP/1.0 200 OK\r\n";
	const char *end;

	(void)state;
	assert_memory_equal(ask("GET / HTTP/1.0"), header, sizeof(header) - 1);
	end = strstr(text.bytes, "\r\n\r\n");
	assert_non_null(end);
	assert_memory_equal(end + 4, "<?xml ", 6);
	assert_non_null(strstr(text.bytes, "Content-Type: application/xml\r\n"));
	assert_non_null(strstr(text.bytes, "Access-Control-Allow-Origin: *\r\n"));
	assert_non_null(strstr(text.bytes, "\r\nX-Started: "));
	assert_memory_equal(ask("/"), "<?xml ", 6);
}

/* TN and TMAX -------------------------------------------------------------------- */

static void
assert_times(struct store_host *host, bool up, int64_t down_after_ms, int64_t silent_ms,
             const char *expected)
{
	store_host_tick(host, up, down_after_ms, GRID_NOW);
	assert_non_null(strstr(ask_at("/web/node1", GRID_NOW + silent_ms), expected));
}

static void
up_and_down_is_one_word(void **state)
{
	struct store_host *host = grid_host(store, GRID_WEB, "node1", 1);

	(void)state;
	assert_times(host, true, 65000, 0, " TN=\"0\" TMAX=\"20\" ");
	assert_times(host, true, 65000, 44999, " TN=\"44\" TMAX=\"20\" ");
	assert_times(host, true, 65000, 46000, " TN=\"45\" TMAX=\"20\" ");
	assert_times(host, true, 65000, 500000, " TN=\"45\" TMAX=\"20\" ");
	assert_times(host, false, 65000, 65000, " TN=\"81\" TMAX=\"20\" ");
	assert_times(host, false, 65000, 81000, " TN=\"81\" TMAX=\"20\" ");
	assert_times(host, false, 65000, 82000, " TN=\"82\" TMAX=\"20\" ");
	assert_times(host, true, 1000, 900, " TN=\"0\" TMAX=\"20\" ");
	assert_times(host, false, 2500, 2500, " TN=\"81\" TMAX=\"20\" ");
	assert_times(host, true, 80001, 80000, " TN=\"49\" TMAX=\"21\" ");
	assert_times(host, true, 650000, 650000, " TN=\"617\" TMAX=\"163\" ");
	assert_times(host, true, 0, 30000, " TN=\"30\" TMAX=\"20\" ");
	assert_times(host, true, 65000, -5000, " TN=\"0\" TMAX=\"20\" ");
}

static void
reported_is_the_truth(void **state)
{
	struct store_host *host = grid_host(store, GRID_WEB, "node1", 1);

	(void)state;
	assert_times(host, false, 65000, 65000, " REPORTED=\"1700000000\" ");
	assert_int_equal(count(text.bytes, " TN=\"65\" "), 4);
	assert_int_equal(count(ask_at("/", GRID_NOW + 600000), "<METRIC "), 4);
	assert_int_equal(count(ask_at("/", GRID_NOW + 600001), "<METRIC "), 0);
}

/* An application that is silent while its host lives: gmetad neither draws nor adds up
 * what has passed its DMAX. */
static void
stale_values_are_old_to_all(void **state)
{
	struct store_host *host = grid_host(store, GRID_WEB, "node1", 1);
	struct store_block *block = grid_block(host, "swp1", "", "port", 3, GRID_NOW);
	struct derived load[] = {{.valid = false}, {.valid = true, .number = 3}};
	struct store_pace pace = {.interval_s = 30, .silent_ms = 65000};

	(void)state;
	store_block_set(block, load, COUNT_OF(load), pace, GRID_NOW);
	assert_non_null(strstr(ask_at("/web/node1/swp1.load", GRID_NOW + 65000),
	                       " TN=\"65\" TMAX=\"60\" DMAX=\"600\" "));
	assert_non_null(strstr(ask_at("/web/node1/swp1.load", GRID_NOW + 65001),
	                       " TN=\"601\" TMAX=\"60\" DMAX=\"600\" "));
	assert_non_null(strstr(ask_at("/web/node1/load", GRID_NOW + 300000),
	                       " TN=\"205\" TMAX=\"60\" ")); /* readers wait */
}

/* Hostile texts ----------------------------------------------------------------- */

static void
texts_of_the_configuration_are_escaped(void **state)
{
	char name[] = "a<b>&\"c'd", owner[] = "J\xc3\xb6rg \xe2\x82\xac",
	     latlong[] = "\xf6 \xc3 \xed\xa0\x80", url[] = "a\n\x01\x7f";

	(void)state;
	config->clusters[0].name = name;
	config->clusters[0].owner = owner;
	config->clusters[0].latlong = latlong;
	config->clusters[0].url = url;
	assert_non_null(strstr(ask_gmond(0),
	                       "<CLUSTER NAME=\"a&#60;b&#62;&#38;&#34;c&#39;d\" "
	                       "LOCALTIME=\"1700000000\" OWNER=\"J&#246;rg &#8364;\" "
	                       "LATLONG=\"&#246; &#195; &#237;&#160;&#128;\" "
	                       "URL=\"a__&#127;\">"));
}

static void
assert_harmless(const char *string)
{
	size_t i;

	for (i = 0; string != NULL && string[i] != '\0'; i++)
		assert_true(string[i] >= ' ' && string[i] <= '~' &&
		            strchr("<>&\"'", string[i]) == NULL);
}

/* They are printed as they are. */
static void
texts_of_the_table_are_harmless(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < layouts_count; i++)
		for (j = 0; j < layouts[i].count; j++) {
			const struct metric *m = &layouts[i].fields[j].metric;

			assert_harmless(m->name);
			assert_harmless(m->units);
			assert_harmless(m->group);
			assert_harmless(m->title);
		}
}

/* Pieces -------------------------------------------------------------------------- */

static void
large_documents_come_in_pieces(void **state)
{
	char name[16];
	unsigned i, pieces;
	size_t len;

	(void)state;
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "host%u", i);
		grid_host(store, i % 2 == 0 ? GRID_WEB : GRID_OTHER, name, i);
	}
	pieces = print(document_of_query(config, store, &query_all), GRID_NOW);
	len = text.len;
	assert_true(pieces > len / (DOCUMENT_PIECE + 4096) &&
	            pieces <= len / DOCUMENT_PIECE + 1);
	assert_int_equal(count(text.bytes, "<HOST "), 1000);
	assert_int_equal(count(text.bytes, "<METRIC "), 4000);
}

/* A host that goes between two pieces, and a configuration that is replaced. */
static void
hosts_go_meanwhile(void **state)
{
	struct store_host *hosts[1000];
	struct document *document;
	char name[16];
	unsigned i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "host%u", i);
		hosts[i] = grid_host(store, GRID_WEB, name, i);
	}
	document = document_of_cluster(config, store, 0);
	text.len = 0;
	assert_true(document_next(document, &text, GRID_NOW, GRID_WALL));
	for (i = 0; i < 999; i++)
		store_host_gone(hosts[i]);
	assert_false(document_next(document, &text, GRID_NOW, GRID_WALL));
	buffer_add(&text, "", 1);
	document_free(document);
	assert_non_null(strstr(text.bytes, "NAME=\"host999\""));
	assert_int_equal(count(text.bytes, "<HOST "), count(text.bytes, "</HOST>"));
}

/* /status --------------------------------------------------------------------------- */

static void
status(void **state)
{
	static struct collector_stats stats = {.datagrams = 7, .samples = 42};
	char grid[] = "\"cloud\\\" \xf0\x9f\x98\x80";
	const char *json;

	(void)state;
	config->grid = grid;
	status_begin(&stats, GRID_NOW - 90500);
	json = ask("/status");
	assert_non_null(strstr(json, "Content-Type: application/json\r\n"));
	json = strstr(json, "\r\n\r\n") + 4;
	assert_memory_equal(json, "{\"host\":\"", 9);
	assert_non_null(strstr(json, "\"gridname\":\"\\u0022cloud\\u005c\\u0022 "
	                             "\\ud83d\\ude00\","));
	assert_non_null(strstr(json, "\"version\":\"3.7.2\","
	                             "\"stattime\":1700000000000,"
	                             "\"boottime\":1699999909500,\"uptime\":90,"
	                             "\"uptimeMillis\":90500,\"metrics\":{"
	                             "\"received\":{\"all\":42},"));
	assert_non_null(strstr(json, "\"collector\":{\"datagrams\":7,"));
	assert_int_equal(count(json, "{"), count(json, "}"));
	assert_memory_equal(json + strlen(json) - 3, "}\r\n", 3);
	json = strstr(ask("GET /status?callback=f HTTP/1.0"), "\r\n\r\n") + 4;
	assert_memory_equal(json, "f({\"host\":", 10);
	assert_memory_equal(json + strlen(json) - 4, "})\r\n", 4);
	status_begin(NULL, GRID_NOW);
	assert_null(strstr(ask("/status"), "\"collector\""));
}

/* By its DTD ------------------------------------------------------------------------- */

static void
assert_valid(const char *xml)
{
	FILE *xmllint = popen("xmllint --valid --noout -", "w");
	const char *at = strstr(xml, "<?xml ");

	assert_non_null(xmllint);
	assert_non_null(at);
	assert_int_equal(fwrite(at, 1, strlen(at), xmllint), strlen(at));
	assert_int_equal(pclose(xmllint), 0);
}

static void
all_is_valid(void **state)
{
	static const char *const lines[] = {"/",
	                                    "/?filter=summary",
	                                    "/web",
	                                    "/web?filter=summary",
	                                    "/web/node1",
	                                    "/web/node1?filter=summary",
	                                    "/web/node1/load",
	                                    "/nothing",
	                                    "GET / HTTP/1.0",
	                                    "GET /nothing HTTP/1.0",
	                                    "GET /*/node1 HTTP/1.1",
	                                    "GET /*/*/load HTTP/1.1"};
	char name[] = "<\xc3\xb6&\"'", grid[] = "\xff\x01>";
	size_t i, round;

	(void)state;
	if (system("xmllint --version 2>/dev/null") != 0)
		skip(); /* it is not installed */
	for (round = 0; round < 3; round++) {
		for (i = 0; i < COUNT_OF(lines); i++)
			assert_valid(ask(lines[i]));
		assert_valid(ask_gmond(0));
		if (round == 0) {
			add_three();
			grid_publish(store);
		} else {
			config->clusters[1].name = name;
			config->grid = config->authority = grid;
		}
	}
}

/* What no host is called any more. */
static void
former_names(void **state)
{
	static const char renamed[] = "<?sflow-former was=\"old--1\" is=\"node1\"?>\n";
	static const char removed[] = "<?sflow-former was=\"dead\" is=\"\"?>\n";
	unsigned i;
	char name[16];

	(void)state;
	store_release(grid_host(store, GRID_WEB, "node1", 0.5));
	store_former_renamed(store, GRID_WEB, "old--1", "node1");
	store_former_renamed(store, GRID_WEB, "older", "nobody");
	store_former_removed(store, GRID_WEB, "dead");
	assert_non_null(strstr(ask("GET /web/old--1 HTTP/1.0"), renamed));
	assert_int_equal(count(text.bytes, "<HOST "), 0);
	assert_int_equal(count(text.bytes, "<?sflow"), 1);
	assert_non_null(strstr(ask("GET /*/old--1 HTTP/1.0"), renamed));
	assert_int_equal(count(text.bytes, "<?sflow"), 1);
	assert_non_null(strstr(ask("/web/old--1"), renamed)); /* and all hosts */
	assert_int_equal(count(text.bytes, "<HOST "), 1);
	assert_non_null(strstr(ask("GET /web/dead HTTP/1.0"), removed));
	/* there is no host of the newer name either; and of other clusters */
	assert_null(strstr(ask("GET /web/older HTTP/1.0"), "<?sflow"));
	assert_null(strstr(ask("GET /other one/old--1 HTTP/1.0"), "<?sflow"));
	assert_null(strstr(ask("GET /web/node1 HTTP/1.0"), "<?sflow"));
	assert_null(strstr(ask("/"), "<?sflow"));
	assert_null(strstr(ask_gmond(0), "<?sflow"));
	/* all of them, with the hosts */
	ask("GET /web?filter=former HTTP/1.0");
	assert_int_equal(count(text.bytes, "<?sflow"), 3);
	assert_int_equal(count(text.bytes, "<HOST "), 1);
	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "old%u", i);
		store_former_renamed(store, GRID_OTHER, name, "node1");
	}
	ask("/?filter=former");
	assert_int_equal(count(text.bytes, "<?sflow"), 103);
	assert_int_equal(count(text.bytes, "<HOST "), 1);
	if (access("/usr/bin/xmllint", X_OK) == 0)
		assert_valid(text.bytes);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(as_gmond_prints_it),
	    TEST(as_gmetad_prints_it),
	    TEST(sums),
	    TEST(paths),
	    TEST(what_is_not_there),
	    TEST(any),
	    TEST(http_header),
	    TEST(up_and_down_is_one_word),
	    TEST(reported_is_the_truth),
	    TEST(stale_values_are_old_to_all),
	    TEST(texts_of_the_configuration_are_escaped),
	    TEST(texts_of_the_table_are_harmless),
	    TEST(large_documents_come_in_pieces),
	    TEST(hosts_go_meanwhile),
	    TEST(status),
	    TEST(all_is_valid),
	    TEST(former_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Ganglia's XML: what is told of it, in any pieces; where it stops; and what is
 * refused. */
#include "tests/sflow/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "tools/ganglia_xml.h"

#define HEAD \
	"<?xml version=\"1.0\" encoding=\"ISO-8859-1\" standalone=\"yes\"?>\n" \
	"<!DOCTYPE GANGLIA_XML [\n" \
	"<!ELEMENT GANGLIA_XML (GRID|CLUSTER|HOST)*>\n" \
	"<!ATTLIST GANGLIA_XML VERSION CDATA #REQUIRED>\n" \
	"<!ATTLIST METRIC SOURCE (gmond) 'gmond'>\n]>\n" \
	"<GANGLIA_XML VERSION=\"3.7.2\" SOURCE=\"gmetad\">\n"
#define TAIL "</GANGLIA_XML>\n"
#define HOST(name) \
	"<HOST NAME=\"" name "\" IP=\"10.0.0.1\" REPORTED=\"1700000000\" " \
	"TN=\"12\" TMAX=\"20\" DMAX=\"0\" GMOND_STARTED=\"1600000000\">\n"
#define METRIC(name, value) \
	"<METRIC NAME=\"" name "\" VAL=\"" value "\" TYPE=\"float\" " \
	"UNITS=\" \" TN=\"3\" TMAX=\"70\" DMAX=\"600\" SLOPE=\"both\">\n" \
	"<EXTRA_DATA>\n<EXTRA_ELEMENT NAME=\"GROUP\" VAL=\"load\"/>\n" \
	"<EXTRA_ELEMENT NAME=\"GROUP\" VAL=\"cpu\"/>\n" \
	"<EXTRA_ELEMENT NAME=\"DESC\" VAL=\"all of it\"/>\n" \
	"<EXTRA_ELEMENT NAME=\"TITLE\" VAL=\"One &amp; only\"/>\n" \
	"</EXTRA_DATA>\n</METRIC>\n"

/* clang-format off */
static const char whole[] =
    HEAD
    "<GRID NAME=\"all\" LOCALTIME=\"1700000012\">\n"
    "<HOSTS UP=\"2\" DOWN=\"1\" SOURCE=\"gmetad\"/>\n"
    "<METRICS NAME=\"load_one\" SUM=\"1.5\" NUM=\"2\" TYPE=\"double\"/>\n"
    "<CLUSTER NAME=\"web\" LOCALTIME=\"1700000012\">\n"
    HOST("a") METRIC("load_one", "0.5") METRIC("load_five", "0.25") "</HOST>\n"
    HOST("b") METRIC("load_one", "1.0") "</HOST>\n"
    "</CLUSTER>\n"
    "<GRID NAME=\"other\"><HOSTS UP=\"9\" DOWN=\"9\"/>"
    "<METRICS NAME=\"load_one\" SUM=\"9\" NUM=\"9\"/></GRID>\n"
    "<CLUSTER NAME=\"caf\xe9\" LOCALTIME=\"0\">"
    "<HOSTS UP=\"5\" DOWN=\"0\"/>"
    "<METRICS NAME=\"text\" SUM=\"nan\" NUM=\"2\"/>"
    "<METRICS NAME=\"cpu_num\" SUM=\"8\" NUM=\"2\"/></CLUSTER>\n"
    "</GRID>\n" TAIL;
/* clang-format on */

/* What is told, a line each. */
static const char all_told[] =
    "count : 2 up 1 down\n"
    "sum : load_one 1.5 of 2\n"
    "cluster web 1700000012\n"
    "host web a 10.0.0.1 1700000000 12 20 0 1600000000\n"
    "metric a load_one 0.5 float ' ' both load|all of it|One & only 3 70 600\n"
    "metric a load_five 0.25 float ' ' both load|all of it|One & only 3 70 600\n"
    "end a\n"
    "host web b 10.0.0.1 1700000000 12 20 0 1600000000\n"
    "metric b load_one 1.0 float ' ' both load|all of it|One & only 3 70 600\n"
    "end b\n"
    "cluster caf\xc3\xa9 0\n"
    "count caf\xc3\xa9: 5 up 0 down\n"
    "sum caf\xc3\xa9: cpu_num 8 of 2\n";

/* What was told --------------------------------------------------------------------- */

static struct {
	char text[65536];
	size_t len;
	const char *stop; /* at the first line that begins so */
	const char *skip; /* metrics of this host are not wanted */
} told;

static bool tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

static bool
tell(const char *format, ...)
{
	char *line = told.text + told.len;
	va_list args;

	va_start(args, format);
	told.len += (size_t)vsnprintf(line, sizeof(told.text) - told.len, format, args);
	va_end(args);
	assert_true(told.len < sizeof(told.text));
	return told.stop == NULL || strncmp(line, told.stop, strlen(told.stop)) != 0;
}

static bool
on_cluster(void *context, const struct ganglia_cluster *c)
{
	(void)context;
	return tell("cluster %s %lld\n", c->name, (long long)c->localtime_s);
}

static bool
on_host(void *context, const struct ganglia_host *h, bool *metrics)
{
	(void)context;
	assert_true(*metrics);
	if (told.skip != NULL && strcmp(h->name, told.skip) == 0)
		*metrics = false;
	return tell("host %s %s %s %lld %lld %lld %lld %lld\n", h->cluster, h->name,
	            h->address, (long long)h->reported_s, (long long)h->tn_s,
	            (long long)h->tmax_s, (long long)h->dmax_s,
	            (long long)h->started_s);
}

static bool
on_metric(void *context, const struct ganglia_host *h, const struct ganglia_metric *m)
{
	(void)context;
	return tell("metric %s %s %s %s '%s' %s %s|%s|%s %lld %lld %lld\n", h->name,
	            m->name, m->value, m->type, m->units, m->slope, m->group, m->about,
	            m->title, (long long)m->tn_s, (long long)m->tmax_s,
	            (long long)m->dmax_s);
}

static bool
on_host_end(void *context, const struct ganglia_host *h)
{
	(void)context;
	return tell("end %s\n", h->name);
}

static bool
on_sum(void *context, const struct ganglia_sum *s)
{
	(void)context;
	return tell("sum %s: %s %g of %lld\n", s->cluster, s->metric, s->sum,
	            (long long)s->hosts);
}

static bool
on_count(void *context, const struct ganglia_count *c)
{
	(void)context;
	return tell("count %s: %lld up %lld down\n", c->cluster, (long long)c->up,
	            (long long)c->down);
}

static const struct ganglia_visitor teller = {.cluster = on_cluster,
                                              .host = on_host,
                                              .metric = on_metric,
                                              .host_end = on_host_end,
                                              .sum = on_sum,
                                              .count = on_count};

/* Pushes it in pieces of `step` bytes. The fault is copied where there is one. */
static enum ganglia_state
push(const struct ganglia_visitor *visitor, const char *text, size_t len, size_t step,
     char *fault)
{
	struct ganglia_xml *xml = ganglia_xml_new(visitor);
	enum ganglia_state state = GANGLIA_MORE;
	size_t at = 0, part;

	assert_non_null(xml);
	told.len = 0;
	told.text[0] = '\0';
	do {
		part = len - at < step ? len - at : step;
		state = ganglia_xml_push(xml, text + at, part, at + part == len);
		at += part;
	} while (at < len);
	assert_int_equal(ganglia_xml_push(xml, "x", 1, false), state);
	if (fault != NULL)
		strcpy(fault, ganglia_xml_fault(xml));
	ganglia_xml_free(xml);
	return state;
}

static int
restart(void **state)
{
	(void)state;
	told.stop = told.skip = NULL;
	return 0;
}

/* What is good ------------------------------------------------------------------------- */

static void
test_any_pieces(void **state)
{
	static const size_t steps[] = {1, 2, 3, 7, 64, 1000, sizeof(whole)};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(steps); i++) {
		assert_int_equal(push(&teller, whole, strlen(whole), steps[i], NULL),
		                 GANGLIA_END);
		assert_string_equal(told.text, all_told);
	}
}

/* What isn't wanted isn't told, and what is behind the end isn't read. */
static void
test_nobody_listens(void **state)
{
	static const struct ganglia_visitor deaf;
	static const char more[] = HEAD TAIL "<<<& nonsense";

	(void)state;
	assert_int_equal(push(&deaf, whole, strlen(whole), 100, NULL), GANGLIA_END);
	assert_int_equal(push(&teller, more, strlen(more), 1000, NULL), GANGLIA_END);
	assert_string_equal(told.text, "");
}

static void
test_stop(void **state)
{
	static const char *const lines[] = {
	    "count", "sum",      "cluster web", "host web a", "metric a load_one",
	    "end a", "metric b", "cluster caf", "count caf",  "sum caf"};
	const char *line;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(lines); i++) {
		told.stop = lines[i];
		assert_int_equal(push(&teller, whole, strlen(whole), 9, NULL),
		                 GANGLIA_STOPPED);
		line = strstr(all_told, lines[i]);
		line = strchr(line, '\n') + 1;
		assert_int_equal(told.len, line - all_told);
		assert_memory_equal(told.text, all_told, told.len);
	}
}

static void
test_unwanted_metrics(void **state)
{
	(void)state;
	told.skip = "a";
	assert_int_equal(push(&teller, whole, strlen(whole), 11, NULL), GANGLIA_END);
	assert_null(strstr(told.text, "metric a"));
	assert_non_null(strstr(told.text, "end a"));
	assert_non_null(strstr(told.text, "metric b"));
}

static char formers[256];

static bool
on_former(void *context, const struct ganglia_former *former)
{
	size_t len = strlen(formers);

	(void)context;
	snprintf(formers + len, sizeof(formers) - len, "%s:%s=%s;", former->cluster,
	         former->was, former->is);
	return true;
}

/* What is no former name, or not where they are, is passed over. */
static void
test_former_names(void **state)
{
	static const struct ganglia_visitor visitor = {.former = on_former};
	static const char text[] =
	    "<GANGLIA_XML><?sflow-former was=\"a\" is=\"b\"?><CLUSTER NAME=\"c\">"
	    "<?sflow-former was=\"old--1\" is=\"new\"?><?sflow-former was=\"x\" is=\"\"?>"
	    "<?sflow-former was=\"\" is=\"b\"?><?sflow-former was=\"a\"?>"
	    "<?sflow-former is=\"a\" was=\"b\"?><?sflow-former was=\"a\" is=\"b?>"
	    "<?sflow-former?><?other was=\"a\" is=\"b\"?>"
	    "<HOST NAME=\"h\"><?sflow-former was=\"a\" is=\"b\"?></HOST></CLUSTER>"
	    "</GANGLIA_XML>";
	static const size_t steps[] = {1, 5, sizeof(text)};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(steps); i++) {
		formers[0] = '\0';
		assert_int_equal(push(&visitor, text, strlen(text), steps[i], NULL),
		                 GANGLIA_END);
		assert_string_equal(formers, "c:old--1=new;c:x=;");
	}
}

/* A gmond without clusters, and elements that nobody knows. */
static void
test_odd_but_good(void **state)
{
	static const char text[] =
	    "<GANGLIA_XML><WEATHER><SUN/></WEATHER><HOST NAME=\"x\" NEW=\"1\">"
	    "<METRIC NAME=\"m\" VAL=\"1\"/></HOST>"
	    "<METRIC NAME=\"lost\"><EXTRA_ELEMENT NAME=\"GROUP\" VAL=\"g\"/>"
	    "<HOST NAME=\"y\"><EXTRA_ELEMENT NAME=\"GROUP\" VAL=\"g\"/></HOST>"
	    "</METRIC></GANGLIA_XML>";

	(void)state;
	assert_int_equal(push(&teller, text, strlen(text), 5, NULL), GANGLIA_END);
	assert_string_equal(told.text, "host  x  -1 -1 -1 -1 -1\n"
	                               "metric x m 1  ''  || -1 -1 -1\n"
	                               "end x\n"
	                               "host  y  -1 -1 -1 -1 -1\n"
	                               "end y\n");
}

/* What is bad -------------------------------------------------------------------------- */

/* Cut anywhere, it is a fault; and what was told until then was true. */
static void
test_cut(void **state)
{
	size_t len, end = strlen(whole) - strlen("\n");
	char *cut, fault[GANGLIA_FAULT];

	(void)state;
	for (len = 0; len < end; len++) {
		cut = malloc(len + 1); /* for ASan to see where it ends */
		memcpy(cut, whole, len);
		assert_int_equal(push(&teller, cut, len, len + 1, fault),
		                 GANGLIA_FAILED);
		assert_memory_equal(told.text, all_told, told.len);
		assert_true(strlen(fault) > 0);
		free(cut);
	}
}

static void
assert_fault(const char *text, size_t len, const char *expected)
{
	char fault[GANGLIA_FAULT];

	if (push(&teller, text, len, 4096, fault) != GANGLIA_FAILED)
		fail_msg("taken: %.100s", text);
	if (strstr(fault, expected) == NULL)
		fail_msg("\"%s\" instead of \"%s\"", fault, expected);
}

static void
test_refused(void **state)
{
	static const struct {
		const char *text, *fault;
	} bad[] = {
	    {"", "line 1: no element found"},
	    {"HTTP/1.0 404 Not Found", "line 1"},
	    {"<html></html>", "it isn't Ganglia's"},
	    {"<GANGLIA_XML>\n<HOST></CLUSTER>", "line 2: mismatched tag"},
	    {"<GANGLIA_XML><HOST NAME=\"a\" NAME=\"b\">", "duplicate attribute"},
	    {"<GANGLIA_XML><HOST><HOST>", "a HOST in a HOST"},
	    {"<GANGLIA_XML><CLUSTER><CLUSTER>", "a CLUSTER in a CLUSTER or HOST"},
	    {"<GANGLIA_XML><HOST><CLUSTER>", "a CLUSTER in a CLUSTER or HOST"},
	    {"<GANGLIA_XML><HOST><METRIC><METRIC>", "a METRIC in a METRIC"},
	    {"<GANGLIA_XML><HOSTS UP=\"1\"/>", "HOSTS without numbers"},
	    {"<GANGLIA_XML><HOST NAME=\"&nothing;\">", "undefined entity"},
	    {"<!DOCTYPE GANGLIA_XML [<!ENTITY a \"aaaaaaaa\">]>", "declares an entity"},
	    {"<!DOCTYPE x [<!ENTITY % a \"b\">%a;]>", "declares an entity"},
	    {"<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>",
	     "declares an entity"},
	    {"<!DOCTYPE x SYSTEM \"x.dtd\"><GANGLIA_XML>&a;", "unknown entity"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(bad); i++)
		assert_fault(bad[i].text, strlen(bad[i].text), bad[i].fault);
}

/* `count` times `part` behind `begin`. */
static void
assert_flood(const char *begin, const char *part, size_t count, const char *expected)
{
	size_t len = strlen(begin), each = strlen(part), i;
	char *text = malloc(len + count * each);

	memcpy(text, begin, len);
	for (i = 0; i < count; i++, len += each)
		memcpy(text + len, part, each);
	assert_fault(text, len, expected);
	free(text);
}

static void
test_beyond_bounds(void **state)
{
	(void)state;
	assert_flood("<GANGLIA_XML>", "<GRID>", 1000, "nest too deep");
	assert_flood("<GANGLIA_XML>", "<x>", 1000, "nest too deep");
	assert_flood("<GANGLIA_XML>", "blah ", 100000, "too long");
	assert_flood("<GANGLIA_XML><HOST NAME=\"", "a", 100000, "too long");
	assert_flood("<GANGLIA_XML><HOST ", "a ", 100000, "line 1");
	assert_flood("<!DOCTYPE x [", "<!ELEMENT a (b)>", 100000, "too long");
	assert_flood("<!-- ", "-", 1000000, "line 1");
	assert_flood("<!-- ", "blah ", 1000000, "too long");
	assert_flood("<GANGLIA_XML><HOST NAME=\"a\"><METRIC VAL=\"", "a", 20000,
	             "line 1");
}

static void
test_texts_beyond_bounds(void **state)
{
	char text[40000];
	int len = sprintf(text, "<GANGLIA_XML><HOST NAME=\"");

	(void)state;
	memset(text + len, 'a', 5000);
	strcpy(text + len + 5000, "\"/></GANGLIA_XML>");
	assert_fault(text, strlen(text), "texts of an element are too long");
}

/* Numbers, and whether a host is down -------------------------------------------------- */

static void
test_numbers(void **state)
{
	static const struct {
		const char *type, *value;
		bool is;
		double number;
	} numbers[] = {
	    {"float", "0.5", true, 0.5},
	    {"uint32", "4294967295", true, 4294967295},
	    {"double", "-1e3", true, -1000},
	    {"double", "1.5E+2", true, 150},
	    {"timestamp", "1700000000", true, 1700000000},
	    {"string", "5", false, 0},
	    {"float", "", false, 0},
	    {"float", "nan", false, 0},
	    {"float", "inf", false, 0},
	    {"float", "-inf", false, 0},
	    {"float", "1e999", false, 0},
	    {"float", "0x10", false, 0},
	    {"float", " 1", false, 0},
	    {"float", "1 ", false, 0},
	    {"float", "1,5", false, 0},
	    {"float", "1.5.5", false, 0},
	    {"float", "+-1", false, 0},
	    {"float", "e", false, 0},
	};
	struct ganglia_metric metric = {0};
	double number = 0;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(numbers); i++) {
		metric.type = numbers[i].type;
		metric.value = numbers[i].value;
		if (ganglia_number(&metric, &number) != numbers[i].is)
			fail_msg("\"%s\"", metric.value);
		if (numbers[i].is)
			assert_true(number == numbers[i].number);
	}
}

static void
test_times(void **state)
{
	static const char text[] =
	    "<GANGLIA_XML><HOST NAME=\"x\" REPORTED=\"-5\" TN=\"1.5\" TMAX=\"\" "
	    "DMAX=\"99999999999999999999\" GMOND_STARTED=\"12a\"/></GANGLIA_XML>";

	(void)state;
	assert_int_equal(push(&teller, text, strlen(text), 50, NULL), GANGLIA_END);
	assert_string_equal(told.text, "host  x  -1 -1 -1 -1 -1\nend x\n");
}

static void
test_down(void **state)
{
	static const struct {
		int64_t tn, tmax, localtime, reported;
		bool down;
	} hosts[] = {
	    {0, 20, 0, 0, false},
	    {80, 20, 1000, 0, false},
	    {81, 20, 0, 0, true},
	    {5, 1, 0, 0, true},
	    {81, 0, 100, 40, false},
	    {0, 0, 101, 40, true},
	    {GANGLIA_UNKNOWN, 20, 101, 40, true},
	    {1000000000000, 1000000000000, 0, 0, false},
	};
	struct ganglia_host host = {0};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(hosts); i++) {
		host.tn_s = hosts[i].tn;
		host.tmax_s = hosts[i].tmax;
		host.localtime_s = hosts[i].localtime;
		host.reported_s = hosts[i].reported;
		assert_int_equal(ganglia_is_down(&host), hosts[i].down);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_any_pieces, restart),
	    cmocka_unit_test_setup(test_nobody_listens, restart),
	    cmocka_unit_test_setup(test_stop, restart),
	    cmocka_unit_test_setup(test_unwanted_metrics, restart),
	    cmocka_unit_test_setup(test_former_names, restart),
	    cmocka_unit_test_setup(test_odd_but_good, restart),
	    cmocka_unit_test_setup(test_cut, restart),
	    cmocka_unit_test_setup(test_refused, restart),
	    cmocka_unit_test_setup(test_beyond_bounds, restart),
	    cmocka_unit_test_setup(test_texts_beyond_bounds, restart),
	    cmocka_unit_test(test_numbers),
	    cmocka_unit_test_setup(test_times, restart),
	    cmocka_unit_test(test_down),
	};

	return cmocka_run_group_tests_name("ganglia_xml", tests, NULL, NULL);
}

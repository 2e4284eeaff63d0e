/* check: one check of a host's metric, from the first byte of the bridge's answer to
 * the line that Nagios reads. */
#include "tests/bench/quick_paths.h"

#include <err.h>
#include <stdio.h>
#include <string.h>

#include "gmetad-bridge/readers/document.h"
#include "tests/bench/fleet.h"
#include "tools/check_sflow/check.h"
#include "tools/check_sflow/report.h"

#define HOSTS 10
#define NAME "host7.bench"
#define METRIC "load_one"
#define PORTION 16384 /* bytes that come at a time */

static char words[][16] = {
    "check_sflow", "-H",   "bridge:8652", "--cluster", FLEET_CLUSTER, "--host", NAME,
    "--metric",    METRIC, "-w",          "8",         "-c",          "16"};

#define WORDS (sizeof(words) / sizeof(words[0]))

static struct options options;
static struct buffer answer;

static void
print(struct fleet *fleet)
{
	static const char line[] = "/" FLEET_CLUSTER "/" NAME;
	struct document *document;
	struct query query;

	query_parse(line, strlen(line), &query);
	document = document_of_query(fleet->config, fleet->store, &query);
	if (document == NULL)
		errx(1, "out of memory");
	while (document_next(document, &answer, fleet->now, FLEET_WALL + fleet->now))
		;
	document_free(document);
}

static void
parse(void)
{
	static char *arguments[WORDS + 1];
	size_t i;

	for (i = 0; i < WORDS; i++)
		arguments[i] = words[i];
	if (options_parse(&options, WORDS, arguments, stderr) != -1)
		errx(1, "the command line is refused");
}

static void *
begin(void)
{
	struct fleet *fleet = fleet_new(HOSTS, 0);

	fleet_settle(fleet);
	print(fleet);
	fleet_free(fleet);
	if (answer.failed)
		errx(1, "out of memory");
	parse();
	return &answer;
}

static enum ganglia_state
read_answer(struct ganglia_xml *reader)
{
	enum ganglia_state state = GANGLIA_MORE;
	size_t at, len;

	for (at = 0; at < answer.len && state == GANGLIA_MORE; at += len) {
		len = answer.len - at < PORTION ? answer.len - at : PORTION;
		state = ganglia_xml_push(reader, answer.bytes + at, len,
		                         at + len == answer.len);
	}
	return state;
}

static enum check_state
check(FILE *out)
{
	static struct check check;
	struct ganglia_visitor visitor;
	struct daemon_query query;
	struct ganglia_xml *reader;
	enum check_state state;

	check_begin(&check, &options, &query, &visitor);
	reader = ganglia_xml_new(&visitor);
	if (reader == NULL || read_answer(reader) != GANGLIA_STOPPED)
		errx(1, "the answer isn't read as it should");
	ganglia_xml_free(reader);
	state = check_end(&check);
	report_print(out, &check, state, 7);
	return state;
}

static void
run(void *context)
{
	char said[REPORT_MAX] = "";
	FILE *out = fmemopen(said, sizeof(said), "w");
	enum check_state state;

	(void)context;
	if (out == NULL)
		errx(1, "out of memory");
	counting_on();
	state = check(out);
	counting_off();
	fclose(out);
	if (state != CHECK_OK || strstr(said, METRIC) == NULL)
		errx(1, "check_sflow says: %s", said);
}

static void
end(void *context)
{
	buffer_free(context);
	options_free(&options);
}

const struct path path_check = {.name = "check",
                                .rounds = 10,
                                .units = 1,
                                .begin = begin,
                                .round = run,
                                .end = end};

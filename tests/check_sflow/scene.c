#define _GNU_SOURCE /* asprintf() */

#include "tests/check_sflow/scene.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/sflow/unit.h"
#include "tools/check_sflow/awaited.h"
#include "tools/check_sflow/down.h"
#include "tools/check_sflow/report.h"

#define WORDS 200

char *scene_output;
struct daemon_query scene_query;
int64_t scene_started_s, scene_wall_s;
const char *scene_named;
bool scene_stopped, scene_asked_again;

static FILE *
open_output(void)
{
	static size_t len;
	FILE *out;

	free(scene_output);
	scene_output = NULL;
	out = open_memstream(&scene_output, &len);
	assert_non_null(out);
	return out;
}

int
scene_parse(struct options *options, const char *line)
{
	static char copy[8192];
	static char program[] = "check_sflow";
	char *argv[WORDS + 1] = {program}, *rest = NULL, *word;
	FILE *out = open_output();
	int argc = 1, status;

	assert_true(strlen(line) < sizeof(copy));
	strcpy(copy, line);
	for (word = strtok_r(copy, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest)) {
		assert_true(argc < WORDS);
		argv[argc++] = word;
	}
	status = options_parse(options, argc, argv, out);
	fclose(out);
	return status;
}

/* Returns how the reading ended. */
static enum ganglia_state
read_document(const struct ganglia_visitor *visitor, const char *xml)
{
	struct ganglia_xml *reader = ganglia_xml_new(visitor);
	enum ganglia_state end;

	assert_non_null(reader);
	end = ganglia_xml_push(reader, xml, strlen(xml), true);
	if (end != GANGLIA_END && end != GANGLIA_STOPPED)
		fail_msg("%s", ganglia_xml_fault(reader));
	ganglia_xml_free(reader);
	return end;
}

enum check_state
scene_check(const char *line, const char *xml)
{
	static struct check check;
	struct ganglia_visitor visitor;
	struct options options;
	struct daemon_query again;
	enum check_state state;
	FILE *out;

	if (scene_parse(&options, line) != -1)
		fail_msg("%s: %s", line, scene_output);
	check_begin(&check, &options, &scene_query, &visitor);
	check.wall_s = scene_wall_s;
	scene_stopped = read_document(&visitor, xml) == GANGLIA_STOPPED;
	if (scene_started_s != 0)
		*scene_query.started_s = scene_started_s;
	if (down_asks_names(&check, &scene_query, &visitor))
		read_document(&visitor, scene_named != NULL ? scene_named : xml);
	scene_asked_again = awaited_asks_again(&check, &again, &visitor);
	if (scene_asked_again)
		read_document(&visitor, xml);
	state = check_end(&check);
	out = open_output();
	assert_int_equal(report_print(out, &check, state, 7), 0);
	fclose(out);
	check_free(&check);
	options_free(&options);
	return state;
}

const char *
scene_cluster(const char *elements)
{
	static char *text;

	free(text);
	if (asprintf(&text,
	             "<GANGLIA_XML VERSION=\"3.7.2\" SOURCE=\"gmond\">\n"
	             "<CLUSTER NAME=\"c\" LOCALTIME=\"1000\">\n%s</CLUSTER>\n"
	             "</GANGLIA_XML>\n",
	             elements) < 0)
		fail();
	return text;
}

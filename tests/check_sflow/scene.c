#define _GNU_SOURCE /* asprintf() */

#include "tests/check_sflow/scene.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/sflow/unit.h"
#include "tools/check_sflow/report.h"

#define WORDS 200

char *scene_output;
struct daemon_query scene_query;
bool scene_stopped;

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

enum check_state
scene_check(const char *line, const char *xml)
{
	static struct check check;
	struct ganglia_visitor visitor;
	struct options options;
	struct ganglia_xml *reader;
	enum check_state state;
	enum ganglia_state end;
	FILE *out;

	if (scene_parse(&options, line) != -1)
		fail_msg("%s: %s", line, scene_output);
	check_begin(&check, &options, &scene_query, &visitor);
	reader = ganglia_xml_new(&visitor);
	assert_non_null(reader);
	end = ganglia_xml_push(reader, xml, strlen(xml), true);
	scene_stopped = end == GANGLIA_STOPPED;
	if (end != GANGLIA_END && !scene_stopped)
		fail_msg("%s", ganglia_xml_fault(reader));
	ganglia_xml_free(reader);
	state = check_end(&check);
	out = open_output();
	assert_int_equal(report_print(out, &check, state, 7), 0);
	fclose(out);
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

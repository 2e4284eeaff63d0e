/* fuzz_check - check_sflow.
 *
 * An input is a byte and a text. Is the byte even, the text is a command line, a word
 * a line, then a NUL and Ganglia's XML: the report has to be as Nagios takes it. Is it
 * odd, it is a file of Nagios's that hosts are generated into: what is not ours has to
 * stay, and a second run has to change nothing.
 */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/check_sflow/report.h"
#include "tools/check_sflow/section.h"

#define WORDS 64

const char fuzz_name[] = "check";

size_t
fuzz_word(uint32_t random, uint8_t word[FUZZ_WORD])
{
	/* clang-format off */
	static const char *const words[] = {
	    "--host\nh\n", "--heartbeat\n", "--metric\na\n", "-w\n10:20\n",
	    "-c\n@~:5\n", "-w\n5%\n", "--hosts-down\n", "--cluster\nc\n",
	    "--all-metrics\n.\n", "--host-regex\n.\n", "--top\n3\na\n", "-vvv\n",
	    "--age\n", "--absent\nok\n", "--ignore-case\n", "-H\nx:8652\n",
	    "<GANGLIA_XML>", "<GRID NAME=\"g\">", "<CLUSTER NAME=\"c\">",
	    "<HOST NAME=\"h\" TN=\"1\" TMAX=\"20\">",
	    "<HOST NAME=\"i\" TN=\"99\" TMAX=\"20\">", "<METRIC NAME=\"a\" VAL=\"1\" TYPE=\"float\"/>",
	    "<HOSTS UP=\"1\" DOWN=\"2\"/>", "</HOST>", "</CLUSTER>", "</GRID>",
	    "</GANGLIA_XML>", "&#124;", "&#10;", "'", "NAN",
	    "# END check_sflow\n", "define host {\n", "\thost_name\tweb1\n",
	    "\t_SFLOW_NAME\tweb1\n", "}\n", "define hostgroup {\n",
	    "\thostgroup_name\tsflow-cluster-c\n", "\\\n", ";", "register 0\n"};
	/* clang-format on */
	const char *chosen = words[random % (sizeof(words) / sizeof(*words))];
	size_t len = strlen(chosen);

	if (len > FUZZ_WORD)
		len = FUZZ_WORD;
	memcpy(word, chosen, len);
	return len;
}

/* Reports ------------------------------------------------------------------------------- */

static void
check_report(const char *text, size_t len)
{
	const char *line_end = strchr(text, '\n'), *bar = strchr(text, '|');
	size_t i;

	if (len > REPORT_MAX)
		fuzz_broken("a report is short", text);
	if (strncmp(text, "SFLOW ", 6) != 0 || line_end == NULL)
		fuzz_broken("a report has a line", text);
	for (i = 0; i < len; i++)
		if (((unsigned char)text[i] < ' ' && text[i] != '\n') ||
		    text[i] == 0x7F)
			fuzz_broken("a report has no control characters", text);
	if (bar != NULL && (bar > line_end || strchr(bar + 1, '|') != NULL))
		fuzz_broken("only performance data is behind a |", text);
}

static void
check_and_report(const struct options *options, const char *xml, size_t len)
{
	static struct check check;
	struct ganglia_visitor visitor;
	struct daemon_query query;
	struct ganglia_xml *reader;
	enum check_state state;
	char *text = NULL;
	size_t text_len = 0;
	FILE *out = open_memstream(&text, &text_len);

	check_begin(&check, options, &query, &visitor);
	reader = ganglia_xml_new(&visitor);
	if (reader == NULL || out == NULL)
		abort();
	ganglia_xml_push(reader, xml, len, true);
	ganglia_xml_free(reader);
	state = check_end(&check);
	if (report_print(out, &check, state, 0) != 0 || fclose(out) != 0)
		abort();
	check_report(text, text_len);
	free(text);
	check_free(&check);
}

/* Repetitions of repetitions: glibc's regcomp() takes gigabytes for them. Expressions
 * are the administrator's. */
static bool
is_costly(const char *line)
{
	for (; *line != '\0'; line++)
		if (*line == '{' ||
		    (strchr("+*?", *line) != NULL && strchr("+*?)", line[1]) != NULL))
			return true;
	return false;
}

static void
run_check(char *line, const char *xml, size_t xml_len)
{
	static char name[] = "check_sflow";
	char *argv[WORDS + 2] = {name}, *rest = NULL, *word;
	struct options options;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int argc = 1, status;

	if (out == NULL)
		abort();
	if (is_costly(line))
		*line = '\0';
	for (word = strtok_r(line, "\n", &rest); word != NULL && argc <= WORDS;
	     word = strtok_r(NULL, "\n", &rest))
		argv[argc++] = word;
	status = options_parse(&options, argc, argv, out);
	fclose(out);
	if (status != -1 && (status != CHECK_UNKNOWN || len == 0))
		fuzz_broken("what is wrong is told", line);
	free(text);
	if (status != -1)
		return;
	if (options.mode != MODE_GENERATE)
		check_and_report(&options, xml, xml_len);
	options_free(&options);
}

/* Files of Nagios ------------------------------------------------------------------------- */

/* The text with web1 and web2 of cluster c in it. NULL where its lines are damaged. */
static char *
generate(const char *text, size_t len, size_t *new_len)
{
	static const char *const names[] = {"web1", "web2"};
	struct section section = {.before = NULL};
	struct section_count count;
	char *new = NULL;
	size_t i;
	FILE *out = open_memstream(&new, new_len);

	if (out == NULL)
		abort();
	if (section_read(&section, text, len) == 0) {
		for (i = 0; i < 2; i++) {
			struct section_host *host =
			    section_host(&section, "c", names[i]);

			free(host->address);
			host->address = strdup("10.0.0.1");
			host->seen = true;
		}
		if (section_write(&section, false, out, &count) != 0)
			abort();
		fflush(out);
		if (section.before_len > 0 &&
		    memcmp(new, section.before, section.before_len) != 0)
			fuzz_broken("what is before stays", new);
		if (section.behind_len > 0 &&
		    memcmp(new + *new_len - section.behind_len, section.behind,
		           section.behind_len) != 0)
			fuzz_broken("what is behind stays", new);
	}
	section_free(&section);
	fclose(out);
	if (*new_len > 0)
		return new;
	free(new);
	return NULL;
}

static void
run_generate(const char *text, size_t len)
{
	size_t first_len = 0, second_len = 0;
	char *first = generate(text, len, &first_len), *second;

	if (first == NULL)
		return;
	second = generate(first, first_len, &second_len);
	if (second == NULL || second_len != first_len ||
	    memcmp(first, second, first_len) != 0)
		fuzz_broken("a second run changes nothing", first);
	free(first);
	free(second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *nul;

	if (text == NULL)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	if (size > 0 && data[0] % 2 == 1) {
		run_generate(text + 1, size - 1);
	} else if (size > 0) {
		nul = memchr(text + 1, '\0', size); /* the last one at least */
		run_check(text + 1, nul < text + size ? nul + 1 : nul,
		          nul < text + size ? (size_t)(text + size - nul - 1) : 0);
	}
	free(text);
	return 0;
}

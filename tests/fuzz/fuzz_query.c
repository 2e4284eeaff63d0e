/* A reader's line, and the document that answers it, over a small grid: whatever
 * is asked, the answer is bounded, ends, and is well formed. The first byte chooses
 * what there is; all behind it is the line. */
#include "tests/fuzz/fuzz.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gmetad-bridge/readers/document.h"
#include "tests/bridge/grid.h"

#define DEPTH 8
#define ANSWER_MOST 200000

/* The first byte: a bit mask. */
#define OPTION_HOSTS 1 /* there are some */
#define OPTION_SUMS 2  /* and sums over them */
#define OPTION_NAMES 4 /* the configuration has odd names */
#define OPTION_GMOND 8 /* a cluster's document, too */

const char fuzz_name[] = "query";

size_t
fuzz_word(uint32_t random, uint8_t word[FUZZ_WORD])
{
	/* clang-format off */
	static const char *const words[] = {
	    "/", "//", "*", "?", "=", "?filter=summary", "?filter=former", "old", "old--1", "web", "other one",
	    "node1", "load", "swp1.lane2.load", "nothing", "GET ", "GET /",
	    " HTTP/1.0", " HTTP/1.1", "/status", "?callback=", "&", "\r\n",
	    " ", "\t", ";", "<", "%2f", ".."};
	/* clang-format on */
	const char *chosen = words[random % (sizeof(words) / sizeof(*words))];

	memcpy(word, chosen, strlen(chosen));
	return strlen(chosen);
}

/* Where a name ends. */
static const char *
name_end(const char *at)
{
	while (isalnum((unsigned char)*at) || *at == '_')
		at++;
	return at;
}

/* NAME="VALUE", without anything in VALUE that ends it too early. */
static const char *
check_attribute(const char *at)
{
	const char *end = name_end(at);

	if (end == at || end[0] != '=' || end[1] != '"')
		fuzz_broken("an attribute is one", at);
	for (end += 2; *end != '"'; end++)
		if (*end == '\0' || *end == '<' || *end == '>' ||
		    (unsigned char)*end < ' ' || (unsigned char)*end > '~')
			fuzz_broken("an attribute is harmless", at);
	return end + 1;
}

/* What stands between "<?" and "?>", and is on a line. */
static const char *
check_instruction(const char *at)
{
	const char *end;

	if (strncmp(at, "sflow-former ", 13) != 0)
		fuzz_broken("there is one kind of instruction", at);
	for (end = at + 12; *end == ' ';)
		end = check_attribute(end + 1);
	if (strncmp(end, "?>\n", 3) != 0)
		fuzz_broken("an instruction is a line", at);
	return end + 3;
}

/* Elements that begin and end in their order, each on its line. */
static void
check_elements(const char *at)
{
	const char *open[DEPTH], *end;
	size_t depth = 0, roots = 0;

	while (*at != '\0') {
		bool closes = at[1] == '/';

		if (*at != '<')
			fuzz_broken("there are only elements", at);
		if (at[1] == '?') {
			at = check_instruction(at + 2);
			continue;
		}
		at += closes ? 2 : 1;
		end = name_end(at);
		if (closes) {
			if (depth == 0 ||
			    strncmp(open[--depth], at, (size_t)(end - at)) != 0)
				fuzz_broken("an element ends where it began", at);
		} else {
			if (depth == DEPTH)
				fuzz_broken("elements are not so deep", at);
			roots += depth == 0;
			open[depth++] = at;
			while (*end == ' ')
				end = check_attribute(end + 1);
			if (*end == '/') {
				end++;
				depth--;
			}
		}
		if (end[0] != '>' || end[1] != '\n')
			fuzz_broken("an element is a line", at);
		at = end + 2;
	}
	if (depth != 0 || roots != 1)
		fuzz_broken("there is one root", "");
}

static void
check_json(const char *at)
{
	bool text = false;
	int depth = 0;

	for (; *at != '\0' && strcmp(at, "\r\n") != 0; at++) {
		if ((unsigned char)*at < ' ' || (unsigned char)*at > '~')
			fuzz_broken("JSON is plain", at);
		if (*at == '"')
			text = !text;
		if (!text && strchr("{}", *at) != NULL)
			depth += *at == '{' ? 1 : -1;
	}
	if (depth != 0 || text)
		fuzz_broken("JSON is balanced", at);
}

static void
check_answer(const char *answer, const struct query *query)
{
	const char *at = answer;

	if (query->http || query->status) {
		at = strstr(answer, "\r\n\r\n");
		if (at == NULL || memcmp(answer, "HTTP/1.0 200 OK\r\n", 17) != 0)
			fuzz_broken("HTTP has a header", answer);
		at += 4;
	}
	if (query->status) {
		check_json(at);
		return;
	}
	at = strstr(at, "]>\n");
	if (at == NULL)
		fuzz_broken("there is a DTD", answer);
	check_elements(at + 3);
}

static void
print(struct document *document, const struct query *query)
{
	struct buffer answer = {0};
	bool more = true;

	if (document == NULL)
		abort();
	while (more) {
		more = document_next(document, &answer, GRID_NOW, GRID_WALL);
		if (answer.len > ANSWER_MOST)
			fuzz_broken("an answer ends", "");
	}
	buffer_add(&answer, "", 1);
	if (answer.failed)
		abort();
	check_answer(answer.bytes, query);
	document_free(document);
	buffer_free(&answer);
}

static void
fill(struct store *store, struct config *config, uint8_t options)
{
	static char odd[] = "a\"<&\xc3\xa4\xff\n*";
	struct store_host *host;

	if ((options & OPTION_SUMS) == 0)
		grid_publish(store); /* of nothing */
	if ((options & OPTION_HOSTS) != 0) {
		host = grid_host(store, GRID_WEB, "node1", 1.5);
		grid_block(host, "swp1", "lane2", "port", 2, GRID_NOW);
		grid_host(store, GRID_WEB, "*", 1e30);
		grid_host(store, GRID_OTHER, "node1", 2.5);
		store_former_renamed(store, GRID_WEB, "old--1?", "node1");
		store_former_renamed(store, GRID_OTHER, "old", "nobody");
		store_former_removed(store, GRID_OTHER, "*");
	}
	if ((options & OPTION_SUMS) != 0)
		grid_publish(store);
	if ((options & OPTION_NAMES) != 0)
		config->grid = config->authority = config->clusters[1].name = odd;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config *config = grid_config();
	struct store *store;
	struct query query;

	if (size == 0 || (store = grid_store()) == NULL)
		return 0;
	fill(store, config, data[0]);
	if (query_parse((const char *)data + 1, size - 1, &query) == 0)
		print(document_of_query(config, store, &query), &query);
	if ((data[0] & OPTION_GMOND) != 0)
		print(document_of_cluster(config, store, 1), &query_all);
	store_free(store);
	return 0;
}

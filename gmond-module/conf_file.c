#include "gmond-module/conf_file.h"

#include <errno.h>
#include <glob.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"

#define BLANKS " \t\r\n"
#define WORD_ENDS BLANKS "#\"'={}(),+"
#define WORD_MOST 4096
#define DEPTH_MOST 16
#define INCLUDES_MOST 10

enum token { TOKEN_END, TOKEN_WORD, TOKEN_SIGN, TOKEN_BAD };

struct reading {
	const struct conf_visitor *visitor;
	char *fault;
	const char *file;
	const char *at;
	unsigned line;
	unsigned depth, opened[DEPTH_MOST]; /* the lines of the open braces */
	unsigned includes;
	char word[WORD_MOST]; /* the latest word, or string; or the sign */
};

static int read_file(struct reading *outer, const char *path);

static int __attribute__((format(printf, 3, 4)))
wrong(const struct reading *r, unsigned line, const char *format, ...)
{
	va_list arguments;
	int len = snprintf(r->fault, CONF_FAULT, "%s:%u: ", r->file, line);

	va_start(arguments, format);
	if (len > 0 && len < CONF_FAULT)
		vsnprintf(r->fault + len, CONF_FAULT - (size_t)len, format, arguments);
	va_end(arguments);
	return -1;
}

/* Tokens ---------------------------------------------------------------------------- */

static void
skip(struct reading *r, size_t len)
{
	for (; len > 0 && *r->at != '\0'; len--)
		r->line += *r->at++ == '\n';
}

/* Skips blanks and comments. Returns -1 with the fault where a comment has no end. */
static int
skip_blanks(struct reading *r)
{
	const char *end;

	for (;;) {
		skip(r, strspn(r->at, BLANKS));
		if (*r->at == '#' || strncmp(r->at, "//", 2) == 0) {
			skip(r, strcspn(r->at, "\n"));
		} else if (strncmp(r->at, "/*", 2) == 0) {
			end = strstr(r->at + 2, "*/");
			if (end == NULL)
				return wrong(r, r->line, "a comment without its end");
			skip(r, (size_t)(end + 2 - r->at));
		} else {
			return 0;
		}
	}
}

static enum token
take_string(struct reading *r)
{
	unsigned line = r->line;
	char quote = *r->at;
	size_t len = 0;

	for (skip(r, 1); *r->at != quote; skip(r, 1)) {
		if (*r->at == '\\' && r->at[1] != '\0')
			skip(r, 1);
		if (*r->at == '\0') {
			wrong(r, line, "a %c without its end", quote);
			return TOKEN_BAD;
		}
		if (len == WORD_MOST - 1) {
			wrong(r, line, "too long a word");
			return TOKEN_BAD;
		}
		r->word[len++] = *r->at;
	}
	skip(r, 1);
	r->word[len] = '\0';
	return TOKEN_WORD;
}

static enum token
next_token(struct reading *r)
{
	size_t len;

	if (skip_blanks(r) != 0)
		return TOKEN_BAD;
	if (*r->at == '\0')
		return TOKEN_END;
	if (*r->at == '"' || *r->at == '\'')
		return take_string(r);
	len = strcspn(r->at, WORD_ENDS);
	if (len >= WORD_MOST) {
		wrong(r, r->line, "too long a word");
		return TOKEN_BAD;
	}
	memcpy(r->word, r->at, len > 0 ? len : 1);
	r->word[len > 0 ? len : 1] = '\0';
	skip(r, len > 0 ? len : 1);
	return len > 0 ? TOKEN_WORD : TOKEN_SIGN;
}

static bool
is_sign(const struct reading *r, enum token token, const char *sign)
{
	return token == TOKEN_SIGN && strcmp(r->word, sign) == 0;
}

/* Takes a token that has to be a word, or with `sign` that sign. */
static int
want(struct reading *r, const char *sign)
{
	enum token token = next_token(r);

	if (token == TOKEN_BAD)
		return -1;
	if (sign == NULL ? token == TOKEN_WORD : is_sign(r, token, sign))
		return 0;
	return wrong(r, r->line, "there should be %s%s",
	             sign != NULL ? "a " : "a value", sign != NULL ? sign : "");
}

/* Statements ------------------------------------------------------------------------ */

static int
take_include(struct reading *r)
{
	char path[WORD_MOST];
	glob_t found;
	size_t i;
	int result = 0;

	if (want(r, NULL) != 0)
		return -1;
	strcpy(path, r->word);
	if (want(r, ")") != 0)
		return -1;
	if (r->includes == INCLUDES_MOST)
		return wrong(r, r->line, "includes in too many includes");
	if (strpbrk(path, "*?[") == NULL)
		return read_file(r, path);
	if (glob(path, 0, NULL, &found) != 0)
		return 0;
	for (i = 0; result == 0 && i < found.gl_pathc; i++)
		result = read_file(r, found.gl_pathv[i]);
	globfree(&found);
	return result;
}

/* Takes a list from behind its { on. Its first element is `word` then. */
static int
take_list(struct reading *r)
{
	unsigned line = r->line;
	char first[WORD_MOST] = "";
	enum token token;

	for (;;) {
		token = next_token(r);
		if (token == TOKEN_BAD)
			return -1;
		if (token == TOKEN_END)
			return wrong(r, line, "a { without its }");
		if (is_sign(r, token, "}"))
			break;
		if (token == TOKEN_WORD && first[0] == '\0')
			strcpy(first, r->word);
	}
	strcpy(r->word, first);
	return 0;
}

/* Takes what is behind NAME = . */
static int
take_setting(struct reading *r, struct conf_item *item)
{
	enum token token = next_token(r);

	if (token == TOKEN_BAD)
		return -1;
	if (is_sign(r, token, "{")) {
		if (take_list(r) != 0)
			return -1;
	} else if (token != TOKEN_WORD) {
		return wrong(r, r->line, "%s: there should be a value", item->name);
	}
	item->value = r->word;
	r->visitor->set(r->visitor->context, item);
	return 0;
}

static int
open_section(struct reading *r, const struct conf_item *section)
{
	if (r->depth == DEPTH_MOST)
		return wrong(r, r->line, "too many braces");
	r->opened[r->depth++] = section->line;
	r->visitor->section(r->visitor->context, section);
	return 0;
}

/* Takes a statement that begins with the word that was read. */
static int
take_statement(struct reading *r)
{
	char name[WORD_MOST], title[WORD_MOST];
	struct conf_item item = {
	    .name = name, .value = "", .file = r->file, .line = r->line};
	enum token token;

	strcpy(name, r->word);
	token = next_token(r);
	if (token == TOKEN_WORD) {
		strcpy(title, r->word);
		item.value = title;
		token = want(r, "{") == 0 ? TOKEN_SIGN : TOKEN_BAD;
	}
	if (token == TOKEN_BAD)
		return -1;
	if (is_sign(r, token, "{"))
		return open_section(r, &item);
	if (is_sign(r, token, "+"))
		token = next_token(r);
	if (is_sign(r, token, "="))
		return take_setting(r, &item);
	if (is_sign(r, token, "("))
		return take_include(r);
	return wrong(r, item.line, "%s: there should be = or { behind it", name);
}

static int
close_section(struct reading *r)
{
	if (r->depth == 0)
		return wrong(r, r->line, "a } without its {");
	r->depth--;
	r->visitor->section_end(r->visitor->context);
	return 0;
}

static int
read_text(struct reading *r)
{
	enum token token;
	int result = 0;

	while (result == 0 && (token = next_token(r)) != TOKEN_END)
		if (token == TOKEN_BAD)
			result = -1;
		else if (token == TOKEN_WORD)
			result = take_statement(r);
		else if (strcmp(r->word, "}") == 0)
			result = close_section(r);
		else
			result =
			    wrong(r, r->line, "a %s that nothing belongs to", r->word);
	if (result == 0 && r->depth > 0)
		return wrong(r, r->opened[r->depth - 1], "a { without its }");
	return result;
}

/* Reads a file; `outer` is the file that includes it. */
static int
read_file(struct reading *outer, const char *path)
{
	struct reading *r = calloc(1, sizeof(*r));
	size_t len;
	char *text = file_read(path, &len);
	int result = -1;

	if ((r == NULL || text == NULL) && outer->file != NULL) {
		wrong(outer, outer->line, "%s: %s", path, strerror(errno));
	} else if (r == NULL || text == NULL) {
		snprintf(outer->fault, CONF_FAULT, "%s: %s", path, strerror(errno));
	} else {
		*r = (struct reading){.visitor = outer->visitor,
		                      .fault = outer->fault,
		                      .file = path,
		                      .at = text,
		                      .line = 1,
		                      .includes = outer->includes + 1};
		result = strlen(text) < len ? wrong(r, 1, "a NUL byte") : read_text(r);
	}
	free(text);
	free(r);
	return result;
}

int
conf_file_read(const char *path, const struct conf_visitor *visitor,
               char fault[CONF_FAULT])
{
	struct reading outer = {.visitor = visitor, .fault = fault};

	return read_file(&outer, path);
}

#include "gmetad-bridge/config/config_text.h"

#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"

#define INCLUDES_MAX 10 /* includes in includes */
#define FILES_MAX 1000
#define BRACES_MAX 8 /* braces in braces */

/* The characters at which a word ends. */
#define NO_WORD " \t\r\n#\"'={}()+,*"

/* One file that is being added to the text. */
struct scan {
	struct config_text *t;
	FILE *out;
	size_t *total; /* bytes of all files */
	char *fault;
	unsigned file, line;
	const char *at; /* the next character */
	char last;      /* the token before `at`; 'w': a word or a string */
	unsigned depth;
	unsigned open_lines[BRACES_MAX];
	unsigned includes;
};

static int scan_source(struct scan *s);

static int __attribute__((format(printf, 3, 4)))
wrong(const struct scan *s, unsigned line, const char *format, ...)
{
	va_list arguments;
	int len =
	    snprintf(s->fault, CONFIG_FAULT, "%s:%u: ", s->t->files[s->file], line);

	if (len < 0 || len >= CONFIG_FAULT)
		return -1;
	va_start(arguments, format);
	vsnprintf(s->fault + len, CONFIG_FAULT - (size_t)len, format, arguments);
	va_end(arguments);
	return -1;
}

static int
no_memory(const struct scan *s)
{
	return wrong(s, s->line, "no memory");
}

/* Files ----------------------------------------------------------------------- */

/* Adds a file's name. Returns its index; -1 without memory, or when there are too many
 * files. */
static int
add_file(struct config_text *t, const char *path)
{
	char **files = NULL;

	if (t->file_count < FILES_MAX)
		files = realloc(t->files, (t->file_count + 1) * sizeof(*files));
	if (files == NULL)
		return -1;
	t->files = files;
	files[t->file_count] = strdup(path);
	if (files[t->file_count] == NULL)
		return -1;
	return (int)t->file_count++;
}

/* Lines ----------------------------------------------------------------------- */

/* Notes that the next line of the text comes from the current line of the file. */
static int
add_place(struct scan *s)
{
	struct config_text *t = s->t;
	size_t count = t->place_count;
	struct config_place *places = t->places;

	/* The array always has room for a power of two of places. */
	if ((count & (count - 1)) == 0)
		places =
		    realloc(places, (count == 0 ? 1 : 2 * count) * sizeof(*places));
	if (places == NULL)
		return no_memory(s);
	t->places = places;
	places[t->place_count++] = (struct config_place){s->file, s->line};
	return 0;
}

static int
new_line(struct scan *s)
{
	fputc('\n', s->out);
	return add_place(s);
}

/* Copies one character into the text. */
static int
take(struct scan *s)
{
	char c = *s->at++;

	if (c != '\n') {
		fputc(c, s->out);
		return 0;
	}
	s->line++;
	return new_line(s);
}

static int
take_some(struct scan *s, size_t count)
{
	int result = 0;

	while (result == 0 && count-- > 0)
		result = take(s);
	return result;
}

static int
take_blanks(struct scan *s)
{
	return take_some(s, strspn(s->at, " \t\r\n"));
}

/* Comments, strings, braces ------------------------------------------------------ */

static int
skip_line(struct scan *s)
{
	s->at += strcspn(s->at, "\n");
	return 0;
}

static int
skip_comment(struct scan *s)
{
	const char *end = strstr(s->at + 2, "*/");

	if (end == NULL)
		return wrong(s, s->line, "a comment without its end");
	fputc(' ', s->out);
	for (end += 2; s->at < end; s->at++)
		if (*s->at == '\n') {
			s->line++;
			if (new_line(s) != 0)
				return -1;
		}
	return 0;
}

/* Copies ${NAME} or ${NAME:-VALUE}, which libconfuse takes from the environment. */
static int
take_variable(struct scan *s)
{
	size_t len = strcspn(s->at, "}\"'\n");

	if (s->at[len] != '}')
		return wrong(s, s->line, "a ${ without its }");
	s->last = 'w';
	return take_some(s, len + 1);
}

/* Copies a backslash and the character behind it. In double quotes, a backslash before
 * a digit or an x is wrong, because libconfuse takes it for a character's number. */
static int
take_escape(struct scan *s, char quote)
{
	char next = s->at[1];

	if (quote == '"' && (isdigit((unsigned char)next) || next == 'x'))
		return wrong(s, s->line, "\\%c in quotes: a backslash is written \\\\",
		             next);
	return take_some(s, next == '\0' ? 1 : 2);
}

static int
take_quoted(struct scan *s)
{
	unsigned line = s->line;
	char quote = *s->at;
	int result = take(s);

	while (result == 0 && *s->at != quote) {
		if (*s->at == '\0')
			return wrong(s, line, "a %c without its end", quote);
		if (*s->at == '\\')
			result = take_escape(s, quote);
		else if (quote == '"' && strncmp(s->at, "${", 2) == 0)
			result = take_variable(s);
		else
			result = take(s);
	}
	s->last = 'w';
	return result != 0 ? result : take(s);
}

/* Notes the line of a section, which begins with a brace behind a word. */
static int
note_section(struct scan *s)
{
	struct config_text *t = s->t;
	size_t *count = &t->opened_count[s->depth];
	unsigned *lines = realloc(t->opened[s->depth], (*count + 1) * sizeof(*lines));

	if (lines == NULL)
		return no_memory(s);
	t->opened[s->depth] = lines;
	lines[(*count)++] = (unsigned)t->place_count;
	return 0;
}

static int
take_opening(struct scan *s)
{
	if (s->depth == BRACES_MAX)
		return wrong(s, s->line, "too many braces");
	if (s->last == 'w' && s->depth < CONFIG_DEPTH && note_section(s) != 0)
		return -1;
	s->open_lines[s->depth++] = s->line;
	s->last = '{';
	return take(s);
}

static int
take_closing(struct scan *s)
{
	if (s->depth == 0)
		return wrong(s, s->line, "a } without its {");
	s->depth--;
	s->last = '}';
	return take(s);
}

/* Includes ---------------------------------------------------------------------- */

static int
include_file(struct scan *s, const char *path)
{
	struct scan inner = {.t = s->t,
	                     .out = s->out,
	                     .fault = s->fault,
	                     .total = s->total,
	                     .line = 1,
	                     .includes = s->includes + 1};
	size_t len;
	char *text = file_read(path, &len);
	int file, result = -1;

	if (text == NULL)
		return wrong(s, s->line, "%s: %s", path, strerror(errno));
	file = add_file(s->t, path);
	*s->total += len;
	if (file < 0 || *s->total > CONFIG_BYTES_MAX) {
		wrong(s, s->line, "too much is included");
	} else if (strlen(text) < len) {
		wrong(s, s->line, "%s: a NUL byte", path);
	} else {
		inner.file = (unsigned)file;
		inner.at = text;
		if (new_line(&inner) == 0)
			result = scan_source(&inner);
	}
	free(text);
	return result != 0 ? -1 : new_line(s);
}

static int
include_pattern(struct scan *s, const char *pattern)
{
	glob_t found;
	size_t i;
	int result = 0;

	if (strpbrk(pattern, "*?[") == NULL)
		return include_file(s, pattern);
	switch (glob(pattern, 0, NULL, &found)) {
	case 0:
		for (i = 0; result == 0 && i < found.gl_pathc; i++)
			result = include_file(s, found.gl_pathv[i]);
		globfree(&found);
		return result;
	case GLOB_NOMATCH:
		return 0;
	default:
		return wrong(s, s->line, "%s can't be read", pattern);
	}
}

/* Includes the file of a name of `len` bytes: an absolute path, or a path in the folder
 * of the including file. */
static int
include_named(struct scan *s, const char *name, size_t len)
{
	const char *here = s->t->files[s->file], *slash = strrchr(here, '/');
	size_t folder = slash == NULL || *name == '/' ? 0 : (size_t)(slash + 1 - here);
	char *path = malloc(folder + len + 1);
	int result;

	if (path == NULL)
		return no_memory(s);
	memcpy(path, here, folder);
	memcpy(path + folder, name, len);
	path[folder + len] = '\0';
	result = s->includes == INCLUDES_MAX
	             ? wrong(s, s->line, "includes in too many includes")
	             : include_pattern(s, path);
	free(path);
	return result;
}

/* Reads ("FILE") behind the word include, and includes the file. */
static int
include(struct scan *s)
{
	static const char form[] = "it should be include (\"FILE\")";
	const char *name;
	size_t len;

	s->at++;
	if (take_blanks(s) != 0)
		return -1;
	if (*s->at != '"' && *s->at != '\'')
		return wrong(s, s->line, form);
	name = s->at + 1;
	len = strcspn(name, "\"'\\$\n");
	if (name[len] != *s->at || len == 0)
		return wrong(s, s->line, form);
	s->at = name + len + 1;
	if (take_blanks(s) != 0)
		return -1;
	if (*s->at != ')')
		return wrong(s, s->line, form);
	s->at++;
	s->last = ')';
	return include_named(s, name, len);
}

/* All together ------------------------------------------------------------------- */

/* Returns the length of a word. It ends at a comment, too. */
static size_t
word_length(const char *at)
{
	size_t len = strcspn(at, NO_WORD);

	return len > 0 && at[len] == '*' && at[len - 1] == '/' ? len - 1 : len;
}

static int
take_word(struct scan *s)
{
	size_t len = word_length(s->at);
	const char *behind = s->at + len + strspn(s->at + len, " \t\r\n");

	if (len == strlen("include") && strncmp(s->at, "include", len) == 0 &&
	    s->depth == 0 && s->last != '=' && *behind == '(') {
		s->at += len;
		return take_blanks(s) != 0 ? -1 : include(s);
	}
	s->last = 'w';
	return take_some(s, len);
}

static int
take_token(struct scan *s)
{
	switch (*s->at) {
	case ' ':
	case '\t':
	case '\r':
	case '\n':
		return take_blanks(s);
	case '#':
		return skip_line(s);
	case '"':
	case '\'':
		return take_quoted(s);
	case '{':
		return take_opening(s);
	case '}':
		return take_closing(s);
	case '=':
	case ',':
	case '(':
	case ')':
		s->last = *s->at;
		return take(s);
	case '+':
		if (s->at[1] == '=')
			return take(s);
		/* fall through */
	case '*':
		return wrong(s, s->line, "a %c that nothing belongs to", *s->at);
	default:
		break;
	}
	if (strncmp(s->at, "//", 2) == 0)
		return skip_line(s);
	if (strncmp(s->at, "/*", 2) == 0)
		return skip_comment(s);
	if (strncmp(s->at, "${", 2) == 0)
		return take_variable(s);
	return take_word(s);
}

static int
check_bytes(const struct scan *s)
{
	unsigned line = 1;
	const char *at;

	for (at = s->at; *at != '\0'; at++)
		if (*at == '\n')
			line++;
		else if (iscntrl((unsigned char)*at) && *at != '\t' && *at != '\r')
			return wrong(s, line, "a control character");
	return 0;
}

/* Adds a whole file to the text. */
static int
scan_source(struct scan *s)
{
	if (check_bytes(s) != 0)
		return -1;
	while (*s->at != '\0')
		if (take_token(s) != 0)
			return -1;
	if (s->depth > 0)
		return wrong(s, s->open_lines[s->depth - 1], "a { without its }");
	return 0;
}

static int
scan_all(struct config_text *t, const char *source, char *fault)
{
	size_t len, total = strlen(source);
	struct scan s = {
	    .t = t, .fault = fault, .total = &total, .line = 1, .at = source};
	int result;

	s.out = open_memstream(&t->text, &len);
	if (s.out == NULL)
		return no_memory(&s);
	result = add_place(&s) != 0 ? -1 : scan_source(&s);
	if (fclose(s.out) != 0 && result == 0)
		result = no_memory(&s);
	return result;
}

int
config_text_read(struct config_text *t, const char *path, const char *text,
                 char fault[CONFIG_FAULT])
{
	char *own = NULL;
	size_t len;
	int result = -1;

	memset(t, 0, sizeof(*t));
	if (text == NULL)
		text = own = file_read(path, &len);
	if (text == NULL || add_file(t, path) < 0)
		snprintf(fault, CONFIG_FAULT, "%s: %s", path, strerror(errno));
	else if (own != NULL && strlen(own) < len)
		snprintf(fault, CONFIG_FAULT, "%s: a NUL byte", path);
	else
		result = scan_all(t, text, fault);
	free(own);
	return result;
}

void
config_text_free(struct config_text *t)
{
	size_t i;

	for (i = 0; i < t->file_count; i++)
		free(t->files[i]);
	free(t->files);
	free(t->places);
	for (i = 0; i < CONFIG_DEPTH; i++)
		free(t->opened[i]);
	free(t->text);
}

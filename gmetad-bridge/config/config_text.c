#include "gmetad-bridge/config/config_text.h"

#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "gmetad-bridge/config/config_scan.h"

#define INCLUDES_MAX 10 /* includes in includes */
#define FILES_MAX 1000

static int scan_source(struct scan *s, const char *text, size_t len);

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

static const char *
name_of(const struct scan *s)
{
	return s->whole->t->files[s->file];
}

/* Includes ---------------------------------------------------------------------- */

static int
include_text(struct scan *s, const char *path, const char *text, size_t len)
{
	struct scan inner = {.whole = s->whole, .line = 1, .includes = s->includes + 1};
	int file = add_file(s->whole->t, path);

	s->whole->bytes += len;
	if (file < 0 || s->whole->bytes > CONFIG_BYTES_MAX)
		return scan_wrong(s, s->line, "too much is included");
	inner.file = (unsigned)file;
	if (scan_source(&inner, text, len) != 0)
		return -1;
	if (!inner.sets)
		config_warn(s->whole->warnings, path, inner.line,
		            "nothing is set: the file is empty, or cut");
	s->sets = s->sets || inner.sets;
	return scan_new_line(s);
}

static int
include_file(struct scan *s, const char *path)
{
	size_t len;
	char *text = file_read(path, &len);
	int result;

	if (text == NULL)
		return scan_wrong(s, s->line, "%s: %s", path, strerror(errno));
	result = include_text(s, path, text, len);
	free(text);
	return result;
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
		config_warn(s->whole->warnings, name_of(s), s->line,
		            "include (\"%s\"): there is no such file", pattern);
		return 0;
	default:
		return scan_wrong(s, s->line, "%s can't be read", pattern);
	}
}

/* Includes the file of a name of `len` bytes: an absolute path, or a path in the folder
 * of the including file. */
static int
include_named(struct scan *s, const char *name, size_t len)
{
	const char *here = name_of(s), *slash = strrchr(here, '/');
	size_t folder = slash == NULL || *name == '/' ? 0 : (size_t)(slash + 1 - here);
	char *path = malloc(folder + len + 1);
	int result;

	if (path == NULL)
		return scan_wrong(s, s->line, "no memory");
	memcpy(path, here, folder);
	memcpy(path + folder, name, len);
	path[folder + len] = '\0';
	result = s->includes == INCLUDES_MAX
	             ? scan_wrong(s, s->line, "includes in too many includes")
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
	if (scan_blanks(s) != 0)
		return -1;
	if (*s->at != '"' && *s->at != '\'')
		return scan_wrong(s, s->line, form);
	name = s->at + 1;
	len = strcspn(name, "\"'\\$\n");
	if (name[len] != *s->at || len == 0)
		return scan_wrong(s, s->line, form);
	s->at = name + len + 1;
	if (scan_blanks(s) != 0)
		return -1;
	if (*s->at != ')')
		return scan_wrong(s, s->line, form);
	s->at++;
	s->last = ')';
	return include_named(s, name, len);
}

/* Whether the next token is the word include, with a bracket behind it. */
static bool
is_include(const struct scan *s)
{
	size_t len = scan_word_length(s);
	const char *behind = s->at + len + strspn(s->at + len, " \t\r\n");

	return len == strlen("include") && strncmp(s->at, "include", len) == 0 &&
	       s->depth == 0 && s->last != '=' && *behind == '(';
}

/* All together ------------------------------------------------------------------- */

/* Libconfuse and strings end at a NUL, so there must be none. */
static int
check_bytes(const struct scan *s, const char *text, size_t len)
{
	unsigned line = 1;
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] == '\n')
			line++;
		else if (text[i] == '\0')
			return scan_wrong(s, line, "a NUL byte");
		else if (iscntrl((unsigned char)text[i]) && text[i] != '\t' &&
		         text[i] != '\r')
			return scan_wrong(s, line, "a control character");
	return 0;
}

/* Adds a whole file to the text. */
static int
scan_source(struct scan *s, const char *text, size_t len)
{
	s->at = text;
	if (check_bytes(s, text, len) != 0 || scan_new_line(s) != 0)
		return -1;
	while (*s->at != '\0') {
		if (!is_include(s)) {
			if (scan_token(s) != 0)
				return -1;
			continue;
		}
		s->at += strlen("include");
		if (scan_blanks(s) != 0 || include(s) != 0)
			return -1;
	}
	if (s->depth > 0)
		return scan_wrong(s, s->open_lines[s->depth - 1], "a { without its }");
	if (len > 0 && text[len - 1] != '\n')
		config_warn(s->whole->warnings, name_of(s), s->line,
		            "the last line has no end: is the file cut?");
	return 0;
}

static int
scan_all(struct scan_whole *whole, const char *text, size_t len)
{
	struct scan s = {.whole = whole, .line = 1};
	size_t size;
	int result;

	whole->bytes = len;
	whole->out = open_memstream(&whole->t->text, &size);
	if (whole->out == NULL)
		return scan_wrong(&s, 1, "no memory");
	result = scan_source(&s, text, len);
	if (fclose(whole->out) != 0 && result == 0)
		result = scan_wrong(&s, 1, "no memory");
	if (result == 0 && !s.sets)
		result = scan_wrong(&s, s.line,
		                    "nothing is set: the file is empty, or cut; for "
		                    "all defaults, set one of them");
	return result;
}

int
config_text_read(struct config_text *t, const char *path, const char *text,
                 struct config_warnings *warnings, char fault[CONFIG_FAULT])
{
	struct scan_whole *whole = calloc(1, sizeof(*whole));
	char *own = NULL;
	size_t len = 0;
	int result = -1;

	memset(t, 0, sizeof(*t));
	if (text == NULL)
		text = own = file_read(path, &len);
	else
		len = strlen(text);
	if (whole == NULL || text == NULL || add_file(t, path) < 0) {
		snprintf(fault, CONFIG_FAULT, "%s: %s", path, strerror(errno));
	} else {
		whole->t = t;
		whole->warnings = warnings;
		whole->fault = fault;
		result = scan_all(whole, text, len);
	}
	free(own);
	free(whole);
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

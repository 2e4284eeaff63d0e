#include "gmetad-bridge/config/config_scan.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The characters at which a word ends. */
#define NO_WORD " \t\r\n#\"'={}()+,*"

int
scan_wrong(const struct scan *s, unsigned line, const char *format, ...)
{
	char *fault = s->whole->fault;
	va_list arguments;
	int len =
	    snprintf(fault, CONFIG_FAULT, "%s:%u: ", s->whole->t->files[s->file], line);

	if (len < 0 || len >= CONFIG_FAULT)
		return -1;
	va_start(arguments, format);
	vsnprintf(fault + len, CONFIG_FAULT - (size_t)len, format, arguments);
	va_end(arguments);
	return -1;
}

static int
no_memory(const struct scan *s)
{
	return scan_wrong(s, s->line, "no memory");
}

/* Lines ----------------------------------------------------------------------- */

/* Notes that the next line of the text comes from the current line of the file. */
static int
add_place(struct scan *s)
{
	struct config_text *t = s->whole->t;
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

int
scan_new_line(struct scan *s)
{
	if (s->whole->t->place_count > 0)
		fputc('\n', s->whole->out);
	return add_place(s);
}

/* Copies one character into the text. */
static int
take(struct scan *s)
{
	char c = *s->at++;

	if (c != '\n') {
		fputc(c, s->whole->out);
		return 0;
	}
	s->line++;
	return scan_new_line(s);
}

int
scan_take(struct scan *s, size_t count)
{
	int result = 0;

	while (result == 0 && count-- > 0)
		result = take(s);
	return result;
}

int
scan_blanks(struct scan *s)
{
	return scan_take(s, strspn(s->at, " \t\r\n"));
}

/* Comments and strings ------------------------------------------------------------ */

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
		return scan_wrong(s, s->line, "a comment without its end");
	fputc(' ', s->whole->out);
	for (end += 2; s->at < end; s->at++)
		if (*s->at == '\n') {
			s->line++;
			if (scan_new_line(s) != 0)
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
		return scan_wrong(s, s->line, "a ${ without its }");
	s->last = 'w';
	return scan_take(s, len + 1);
}

/* Copies a backslash and the character behind it. In double quotes, a backslash before
 * a digit or an x is wrong, because libconfuse takes it for a character's number. */
static int
take_escape(struct scan *s, char quote)
{
	char next = s->at[1];

	if (quote == '"' && (isdigit((unsigned char)next) || next == 'x'))
		return scan_wrong(s, s->line,
		                  "\\%c in quotes: a backslash is written \\\\", next);
	return scan_take(s, next == '\0' ? 1 : 2);
}

static int
take_quoted(struct scan *s)
{
	unsigned line = s->line;
	char quote = *s->at;
	int result = take(s);

	s->word = s->at;
	while (result == 0 && *s->at != quote) {
		if (*s->at == '\0')
			return scan_wrong(s, line, "a %c without its end", quote);
		if (*s->at == '\\')
			result = take_escape(s, quote);
		else if (quote == '"' && strncmp(s->at, "${", 2) == 0)
			result = take_variable(s);
		else
			result = take(s);
	}
	s->word_len = (size_t)(s->at - s->word);
	s->last = 'w';
	return result != 0 ? result : take(s);
}

/* Sections and keys --------------------------------------------------------------- */

/* Notes the line of a section, which begins with a brace behind a word. */
static int
note_section(struct scan *s)
{
	struct config_text *t = s->whole->t;
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
		return scan_wrong(s, s->line, "too many braces");
	if (s->last == 'w' && s->depth < CONFIG_DEPTH && note_section(s) != 0)
		return -1;
	s->open_lines[s->depth++] = s->line;
	s->whole->keys[s->depth].count = 0;
	s->last = '{';
	return take(s);
}

static int
take_closing(struct scan *s)
{
	if (s->depth == 0)
		return scan_wrong(s, s->line, "a } without its {");
	s->depth--;
	s->last = '}';
	return take(s);
}

static struct scan_key *
find_key(struct scan_keys *keys, const char *name)
{
	size_t i;

	for (i = 0; i < keys->count; i++)
		if (strcmp(keys->keys[i].name, name) == 0)
			return &keys->keys[i];
	return NULL;
}

/* Notes that the section's key `name` is set here, in place of what was set before. */
static int
note_set(struct scan *s, const char *name)
{
	const struct config_place here = {s->file, s->line};
	struct scan_keys *keys = &s->whole->keys[s->depth];
	struct scan_key *key = find_key(keys, name);

	if (key == NULL && keys->count < CONFIG_KEYS_MAX) {
		key = &keys->keys[keys->count++];
		strcpy(key->name, name);
	} else if (key != NULL && key->place.file == s->file) {
		return scan_wrong(s, s->line, "%s is set twice, before in line %u",
		                  name, key->place.line);
	} else if (key != NULL) {
		config_warn(s->whole->warnings, s->whole->t->files[s->file], s->line,
		            "%s is set in %s:%u, too, and is what is said here", name,
		            s->whole->t->files[key->place.file], key->place.line);
	}
	if (key != NULL)
		key->place = here;
	return 0;
}

/* Writes the latest word, where it may be a key's name. */
static bool
last_name(const struct scan *s, char name[KEY_NAME_MAX])
{
	if (s->word_len == 0 || s->word_len >= KEY_NAME_MAX)
		return false;
	memcpy(name, s->word, s->word_len);
	name[s->word_len] = '\0';
	return name[strspn(name, "abcdefghijklmnopqrstuvwxyz_")] == '\0';
}

/* Takes a = behind a key. Behind a + it adds to what was set before. */
static int
take_equals(struct scan *s)
{
	char name[KEY_NAME_MAX];
	bool adds = s->last == '+';

	s->sets = true;
	if ((s->last == 'w' || adds) && last_name(s, name) &&
	    !(adds && find_key(&s->whole->keys[s->depth], name) != NULL) &&
	    note_set(s, name) != 0)
		return -1;
	s->last = '=';
	return take(s);
}

/* Tokens ---------------------------------------------------------------------------- */

/* Returns the length of a word. It ends at a comment, too. */
size_t
scan_word_length(const struct scan *s)
{
	size_t len = strcspn(s->at, NO_WORD);

	return len > 0 && s->at[len] == '*' && s->at[len - 1] == '/' ? len - 1 : len;
}

static int
take_word(struct scan *s)
{
	s->word = s->at;
	s->word_len = scan_word_length(s);
	s->last = 'w';
	s->sets = true;
	return scan_take(s, s->word_len);
}

int
scan_token(struct scan *s)
{
	switch (*s->at) {
	case ' ':
	case '\t':
	case '\r':
	case '\n':
		return scan_blanks(s);
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
		return take_equals(s);
	case ',':
	case '(':
	case ')':
		s->last = *s->at;
		return take(s);
	case '+':
		s->last = '+';
		if (s->at[1] == '=')
			return take(s);
		/* fall through */
	case '*':
		return scan_wrong(s, s->line, "a %c that nothing belongs to", *s->at);
	default:
		break;
	}
	if (strncmp(s->at, "//", 2) == 0)
		return skip_line(s);
	if (strncmp(s->at, "/*", 2) == 0)
		return skip_comment(s);
	if (strncmp(s->at, "${", 2) == 0) {
		s->word_len = 0;
		return take_variable(s);
	}
	return take_word(s);
}

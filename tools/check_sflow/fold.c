#include "tools/check_sflow/fold.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MOST 18 /* of a number that fits into 64 bits */
#define PIECE_BYTES 512

/* A name as what stands before its number, the number, and what stands behind it. */
struct parts {
	const char *name;
	size_t before, digits; /* lengths; no digits: it has no number */
	uint64_t number;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The number is the last one before the first dot, behind which the domain is; of an
 * address the last one. */
static struct parts
split(const char *name)
{
	struct parts p = {.name = name};
	size_t end = strspn(name, "0123456789."), begin;

	if (name[end] != '\0')
		end = strcspn(name, ".");
	while (end > 0 && !is_digit(name[end - 1]))
		end--;
	for (begin = end; begin > 0 && is_digit(name[begin - 1]); begin--)
		;
	if (begin == end || end - begin > DIGITS_MOST) {
		p.before = strlen(name);
		return p;
	}
	p.before = begin;
	p.digits = end - begin;
	p.number = strtoull(name + begin, NULL, 10);
	return p;
}

/* Whether the number has leading zeros; 0 itself has none. */
static bool
has_zeros(const struct parts *p)
{
	return p->digits > 1 && p->name[p->before] == '0';
}

/* Whether the names are the same, or differ in nothing but their numbers, and both have
 * numbers with leading zeros to the same width, or without any. */
static bool
are_alike(const struct parts *a, const struct parts *b)
{
	bool zeros = has_zeros(a) || has_zeros(b);

	if (strcmp(a->name, b->name) == 0)
		return true;
	return a->digits > 0 && b->digits > 0 && a->before == b->before &&
	       (!zeros || a->digits == b->digits) &&
	       memcmp(a->name, b->name, a->before) == 0 &&
	       strcmp(a->name + a->before + a->digits,
	              b->name + b->before + b->digits) == 0;
}

/* Sorts by all but the number first, so that names that are alike stand together. */
static int
by_parts(const void *left, const void *right)
{
	const struct parts *a = left, *b = right;
	size_t least = a->before < b->before ? a->before : b->before;
	int order = memcmp(a->name, b->name, least);

	if (order == 0 && a->before != b->before)
		return a->before < b->before ? -1 : 1;
	if (order == 0)
		order = strcmp(a->name + a->before + a->digits,
		               b->name + b->before + b->digits);
	if (order == 0 && a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return order != 0 ? order : strcmp(a->name, b->name);
}

/* Writes "1-5,9" of `count` names that are alike. */
static void
put_numbers(struct text_room *to, const struct parts *p, size_t count)
{
	size_t i = 0, end;

	while (i < count) {
		for (end = i + 1; end < count && p[end].number <= p[end - 1].number + 1;
		     end++)
			;
		text_put(to, "%s%.*s", i > 0 ? "," : "", (int)p[i].digits,
		         p[i].name + p[i].before);
		if (p[end - 1].number > p[i].number)
			text_put(to, "%s%.*s",
			         p[end - 1].number == p[i].number + 1 ? "," : "-",
			         (int)p[end - 1].digits,
			         p[end - 1].name + p[end - 1].before);
		i = end;
	}
}

/* Writes the piece of `count` names that are alike, as a whole or not at all. */
static bool
put_piece(struct text_room *to, const struct parts *p, size_t count)
{
	char bytes[PIECE_BYTES] = "";
	struct text_room piece = {bytes, 0, sizeof(bytes), 0, 0};

	if (p[0].name == p[count - 1].name || p[0].number == p[count - 1].number) {
		text_put(&piece, "%s", p[0].name);
	} else {
		text_put(&piece, "%.*s[", (int)p[0].before, p[0].name);
		put_numbers(&piece, p, count);
		text_put(&piece, "]%s", p[0].name + p[0].before + p[0].digits);
	}
	return piece.left_out == 0 &&
	       text_put(to, "%s%s", to->len > 0 ? ", " : "", bytes);
}

size_t
fold_names(struct text_room *to, const char *const *names, size_t count, size_t most)
{
	struct parts *parts = calloc(count + 1, sizeof(*parts));
	size_t i, end, pieces, told = 0;

	if (parts == NULL)
		return 0;
	for (i = 0; i < count; i++)
		parts[i] = split(names[i]);
	qsort(parts, count, sizeof(*parts), by_parts);
	for (i = 0, pieces = 0; i < count && pieces < most; i = end, pieces++) {
		for (end = i + 1; end < count && are_alike(&parts[i], &parts[end]) &&
		                  are_alike(&parts[end - 1], &parts[end]);
		     end++)
			;
		if (!put_piece(to, &parts[i], end - i))
			break;
		told += end - i;
	}
	free(parts);
	return told;
}

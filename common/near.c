#include "common/near.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

#define DOMAIN_DISTANCE 1 /* node1 of node1.example.net */
#define CASE_DISTANCE 2
#define LETTERS_DISTANCE 3 /* and one more for each letter */
#define SHORT 4            /* of so short a name one letter at most may be wrong */

static size_t
shorter(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Whether the names are the same up to a dot, where one of them ends. */
static bool
same_but_domain(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t len = shorter(a_len, b_len);

	return a_len != b_len && len > 0 && strncasecmp(a, b, len) == 0 &&
	       (a_len > b_len ? a : b)[len] == '.';
}

static unsigned
least(unsigned a, unsigned b, unsigned c)
{
	unsigned ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Returns how many letters have to be changed, put in, taken out, or swapped with the next
 * one, to make one name of the other (optimal string alignment). */
static unsigned
letters_between(const char *a, size_t a_len, const char *b, size_t b_len)
{
	/* between the first i letters of one and the first j of the other */
	unsigned letters[NEAR_NAME][NEAR_NAME];
	size_t i, j;

	for (i = 0; i <= a_len; i++)
		letters[i][0] = (unsigned)i;
	for (j = 0; j <= b_len; j++)
		letters[0][j] = (unsigned)j;
	for (i = 1; i <= a_len; i++)
		for (j = 1; j <= b_len; j++) {
			letters[i][j] =
			    least(letters[i - 1][j] + 1, letters[i][j - 1] + 1,
			          letters[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				letters[i][j] = least(
				    letters[i][j], letters[i - 2][j - 2] + 1, UINT_MAX);
		}
	return letters[a_len][b_len];
}

/* Returns how far the names are from each other; 0: too far. */
static unsigned
distance_of(const char *asked, const char *name)
{
	size_t asked_len = strnlen(asked, NEAR_NAME),
	       name_len = strnlen(name, NEAR_NAME);
	unsigned most = asked_len <= SHORT ? 1 : 2, letters;
	size_t shortest = shorter(asked_len, name_len);

	if (asked_len == 0 || asked_len == NEAR_NAME || name_len == NEAR_NAME)
		return 0;
	if (same_but_domain(asked, asked_len, name, name_len))
		return DOMAIN_DISTANCE;
	if (strcasecmp(asked, name) == 0)
		return CASE_DISTANCE;
	if (asked_len + name_len - 2 * shortest > most || shortest <= most)
		return 0;
	letters = letters_between(asked, asked_len, name, name_len);
	return letters <= most ? LETTERS_DISTANCE + letters : 0;
}

void
near_offer(struct near *near, const char *name)
{
	unsigned distance;

	if (near->exact)
		return;
	near->exact = strcmp(near->asked, name) == 0;
	if (near->exact)
		return;
	distance = distance_of(near->asked, name);
	if (distance == 0 || (near->distance != 0 && near->distance <= distance))
		return;
	near->distance = distance;
	strcpy(near->best, name);
}

const char *
near_found(const struct near *near)
{
	return near->exact || near->distance == 0 ? NULL : near->best;
}

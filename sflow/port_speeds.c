#include "sflow/port_speeds.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r"
#define SPEED_MOST 1e18 /* bits per second */

struct port_speed {
	struct port_speed *next;
	uint64_t bits;
	char *port; /* in host[] */
	char host[];
};

struct port_speeds {
	struct port_speed *first, **end;
};

void
port_speeds_free(struct port_speeds *speeds)
{
	struct port_speed *speed, *next;

	if (speeds == NULL)
		return;
	for (speed = speeds->first; speed != NULL; speed = next) {
		next = speed->next;
		free(speed);
	}
	free(speeds);
}

/* Reads digits, perhaps with decimals, and a letter for a power of 1000. */
static bool
parse_bits(const char *text, uint64_t *bits)
{
	static const char letters[] = "kMGT";
	const char *letter;
	double number;
	char *behind;

	if (text[strspn(text, "0123456789.kMGT")] != '\0')
		return false;
	number = strtod(text, &behind);
	letter = *behind != '\0' ? strchr(letters, *behind) : NULL;
	if (behind == text ||
	    (*behind != '\0' && (letter == NULL || behind[1] != '\0')))
		return false;
	for (; letter != NULL && letter >= letters; letter--)
		number *= 1000;
	*bits = (uint64_t)(number < SPEED_MOST ? number : 0);
	return number < SPEED_MOST;
}

/* Returns the word that is all of the text but for blanks around it; NULL: it is none, or
 * there are more. */
static char *
only_word(char *text)
{
	char *rest = NULL, *word = strtok_r(text, BLANKS, &rest);

	return word != NULL && strtok_r(NULL, BLANKS, &rest) == NULL ? word : NULL;
}

/* Adds "HOST/PORT = SPEED". The port may have a slash, the host has none. */
static bool
add_speed(struct port_speeds *speeds, char *text)
{
	char *host, *slash, *number;
	struct port_speed *speed;
	uint64_t bits;

	if (text[strspn(text, BLANKS)] == '\0')
		return true; /* nothing between two commas */
	number = strchr(text, '=');
	if (number == NULL)
		return false;
	*number++ = '\0';
	host = only_word(text);
	number = only_word(number);
	slash = host != NULL ? strchr(host, '/') : NULL;
	if (number == NULL || slash == NULL || slash == host || slash[1] == '\0' ||
	    !parse_bits(number, &bits))
		return false;
	speed = malloc(sizeof(*speed) + strlen(host) + 1);
	if (speed == NULL)
		return false;
	strcpy(speed->host, host);
	speed->port = speed->host + (slash - host) + 1;
	speed->port[-1] = '\0';
	speed->bits = bits;
	speed->next = NULL;
	*speeds->end = speed;
	speeds->end = &speed->next;
	return true;
}

struct port_speeds *
port_speeds_parse(const char *text)
{
	struct port_speeds *speeds = calloc(1, sizeof(*speeds));
	char *copy = strdup(text), *at, *one;
	bool good = speeds != NULL && copy != NULL;

	if (good)
		speeds->end = &speeds->first;
	for (at = copy; good && (one = strsep(&at, ",\n")) != NULL;)
		good = add_speed(speeds, one);
	free(copy);
	if (good)
		return speeds;
	port_speeds_free(speeds);
	return NULL;
}

static bool
fits(const char *pattern, const char *const names[2])
{
	return (names[0][0] != '\0' && fnmatch(pattern, names[0], 0) == 0) ||
	       (names[1][0] != '\0' && fnmatch(pattern, names[1], 0) == 0);
}

bool
port_speeds_find(const struct port_speeds *speeds, const char *const hosts[2],
                 const char *const ports[2], uint64_t *bits)
{
	const struct port_speed *speed;

	for (speed = speeds->first; speed != NULL; speed = speed->next)
		if (fits(speed->host, hosts) && fits(speed->port, ports)) {
			*bits = speed->bits;
			return true;
		}
	return false;
}

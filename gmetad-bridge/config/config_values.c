#include "gmetad-bridge/config/config_values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "sflow/text.h"

#define TEXT_MOST 256
#define DIGITS "0123456789"

/* Replaces the string at `to` by a copy of `text`, or by NULL where that is NULL. */
static bool
put_text(void *to, const char *text, char why[SETTING_WHY])
{
	char *copy = text == NULL ? NULL : strdup(text);

	if (text != NULL && copy == NULL)
		return setting_should_be(why, "shorter: no memory");
	free(*(char **)to);
	*(char **)to = copy;
	return true;
}

/* Numbers ----------------------------------------------------------------------- */

bool
config_set_port(const struct setting *key, void *to, const char *value,
                char why[SETTING_WHY])
{
	long number;

	if (!setting_read_number(value, key->least, key->most, &number))
		return setting_should_be(why, "a port, %ld to %ld", key->least,
		                         key->most);
	*(uint16_t *)to = (uint16_t)number;
	return true;
}

bool
config_set_tcp_port(const struct setting *key, void *to, const char *value,
                    char why[SETTING_WHY])
{
	long number;

	(void)key;
	if (!setting_read_number(value, 0, 65535, &number))
		return setting_should_be(why, "a port, 1 to 65535, or 0 for none");
	*(long *)to = number;
	return true;
}

/* Reads a number of bytes: "1048576", "1024K", "1M". */
static bool
read_bytes(const struct setting *key, const char *value, long *number,
           char why[SETTING_WHY])
{
	static const char units[] = "KMG";
	char digits[16];
	size_t len = strspn(value, DIGITS);
	const char *unit = value[len] == '\0' ? NULL : strchr(units, value[len]);
	int shift = unit == NULL ? 0 : 10 * (int)(unit - units + 1);

	if (len > 0 && len < sizeof(digits) && value[len + (unit != NULL)] == '\0') {
		memcpy(digits, value, len);
		digits[len] = '\0';
		if (setting_read_number(digits, 0, key->most >> shift, number) &&
		    (*number <<= shift) >= key->least)
			return true;
	}
	return setting_should_be(why, "bytes, %ld to %ld, or such as 64M", key->least,
	                         key->most);
}

bool
config_set_bytes(const struct setting *key, void *to, const char *value,
                 char why[SETTING_WHY])
{
	long number = 0;

	if (!read_bytes(key, value, &number, why))
		return false;
	*(size_t *)to = (size_t)number;
	return true;
}

bool
config_set_rcvbuf(const struct setting *key, void *to, const char *value,
                  char why[SETTING_WHY])
{
	long number = 0;

	if (!read_bytes(key, value, &number, why))
		return false;
	*(int *)to = (int)number;
	return true;
}

/* gmetad, too, lets nothing be taken from the owner. */
bool
config_set_umask(const struct setting *key, void *to, const char *value,
                 char why[SETTING_WHY])
{
	size_t len = strspn(value, "01234567");
	long mask = *value == '\0' ? -1 : strtol(value, NULL, 8);

	(void)key;
	if (value[len] != '\0' || len > 4 || mask > 077)
		return setting_should_be(why, "an octal number, 0 to 077");
	*(int *)to = (int)mask;
	return true;
}

/* Texts ------------------------------------------------------------------------- */

static bool
is_printable(const char *text)
{
	const char *at;

	for (at = text; *at != '\0'; at++)
		if (*at < ' ' || *at > '~')
			return false;
	return at - text <= TEXT_MOST;
}

bool
config_set_text(const struct setting *key, void *to, const char *value,
                char why[SETTING_WHY])
{
	(void)key;
	if (*value == '\0' || !is_printable(value))
		return setting_should_be(why, "printable ASCII, at most %d characters",
		                         TEXT_MOST);
	return put_text(to, value, why);
}

bool
config_set_name(const struct setting *key, void *to, const char *value,
                char why[SETTING_WHY])
{
	return *value == '\0' ? put_text(to, NULL, why)
	                      : config_set_text(key, to, value, why);
}

bool
config_set_host(const struct setting *key, void *to, const char *value,
                char why[SETTING_WHY])
{
	char name[TEXT_SIZE];

	(void)key;
	if (*value == '\0')
		return put_text(to, NULL, why);
	text_name((const uint8_t *)value, strlen(value), name);
	if (strcmp(name, value) != 0)
		return setting_should_be(why, "the name of a host, or \"\"");
	return put_text(to, value, why);
}

bool
config_is_path(const char *text, char why[SETTING_WHY])
{
	return (*text == '/' && strlen(text) <= 1024 &&
	        strpbrk(text, "\n\r\t") == NULL) ||
	       setting_should_be(why, "a path from the root on");
}

bool
config_set_folder(const struct setting *key, void *to, const char *value,
                  char why[SETTING_WHY])
{
	(void)key;
	return config_is_path(value, why) && put_text(to, value, why);
}

bool
config_set_path(const struct setting *key, void *to, const char *value,
                char why[SETTING_WHY])
{
	return *value == '\0' ? put_text(to, NULL, why)
	                      : config_set_folder(key, to, value, why);
}

/* rrdcached's address ------------------------------------------------------------- */

static bool
is_socket_path(const char *path)
{
	return *path == '/' &&
	       strlen(path) < sizeof(((struct sockaddr_un *)0)->sun_path);
}

bool
config_set_socket(const struct setting *key, void *to, const char *value,
                  char why[SETTING_WHY])
{
	if (*value == '\0' || is_socket_path(value))
		return config_set_path(key, to, value, why);
	return setting_should_be(why,
	                         "a path from the root on, of at most 107 letters");
}

/* Returns what is behind "HOST"; NULL when the text begins with no host name. */
static const char *
behind_name(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz"
	                          "ABCDEFGHIJKLMNOPQRSTUVWXYZ.-_" DIGITS);

	return len == 0 || len > 253 ? NULL : text + len;
}

/* The same for "[ADDRESS]". */
static const char *
behind_address(const char *text)
{
	char inner[ADDRESS_TEXT];
	struct address address;
	size_t len = strcspn(++text, "]");

	if (text[len] == '\0' || len >= sizeof(inner))
		return NULL;
	memcpy(inner, text, len);
	inner[len] = '\0';
	return address_parse(inner, &address) == 0 ? text + len + 1 : NULL;
}

static bool
is_tcp_address(const char *text)
{
	const char *rest = *text == '[' ? behind_address(text) : behind_name(text);
	long port;

	return rest != NULL &&
	       (*rest == '\0' ||
	        (*rest == ':' && setting_read_number(rest + 1, 1, 65535, &port)));
}

bool
config_set_rrdcached(const struct setting *key, void *to, const char *value,
                     char why[SETTING_WHY])
{
	const char *path = strncmp(value, "unix:", 5) == 0 ? value + 5 : value;

	if (*value != '\0' && !is_socket_path(path) &&
	    (path != value || !is_tcp_address(value)))
		return setting_should_be(why, "unix:/PATH, /PATH, HOST, "
		                              "HOST:PORT or [ADDRESS]:PORT");
	return config_set_name(key, to, value, why);
}

#include "sflow/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define SEPARATORS ", \t\n"

struct network {
	struct address address;
	unsigned prefix; /* bits that count */
};

struct network_list {
	size_t count;
	struct network networks[];
};

static const struct address unknown = {.type = ADDRESS_UNKNOWN};

static struct address
address_of_v4(const void *bytes)
{
	struct address a = {.type = ADDRESS_IPV4};

	memcpy(a.bytes, bytes, 4);
	return a;
}

static struct address
address_of_v6(const struct in6_addr *in6)
{
	struct address a = {.type = ADDRESS_IPV6};

	if (IN6_IS_ADDR_V4MAPPED(in6))
		return address_of_v4(&in6->s6_addr[12]);
	memcpy(a.bytes, in6, 16);
	return a;
}

bool
address_says_nothing(const struct address *a)
{
	struct address in6 = *a;

	if (a->type == ADDRESS_IPV4)
		return a->bytes[0] == 127 || memcmp(a->bytes, unknown.bytes, 4) == 0;
	if (a->type != ADDRESS_IPV6)
		return true;
	in6.bytes[15] &= 0xfe; /* :: and ::1 */
	return memcmp(in6.bytes, unknown.bytes, 16) == 0;
}

int
address_parse(const char *text, struct address *address)
{
	struct in_addr in4;
	struct in6_addr in6;

	if (inet_pton(AF_INET, text, &in4) == 1)
		*address = address_of_v4(&in4);
	else if (inet_pton(AF_INET6, text, &in6) == 1)
		*address = address_of_v6(&in6);
	else
		return -1;
	return 0;
}

struct address
address_of_sockaddr(const void *sockaddr)
{
	struct sockaddr any;
	struct sockaddr_in sin;
	struct sockaddr_in6 sin6;

	memcpy(&any.sa_family, &((const struct sockaddr *)sockaddr)->sa_family,
	       sizeof(any.sa_family));
	if (any.sa_family == AF_INET) {
		memcpy(&sin, sockaddr, sizeof(sin));
		return address_of_v4(&sin.sin_addr);
	}
	if (any.sa_family == AF_INET6) {
		memcpy(&sin6, sockaddr, sizeof(sin6));
		return address_of_v6(&sin6.sin6_addr);
	}
	return unknown;
}

char *
address_text(const struct address *address, char text[ADDRESS_TEXT])
{
	int family = address->type == ADDRESS_IPV4 ? AF_INET : AF_INET6;

	if (address->type == ADDRESS_UNKNOWN)
		strcpy(text, "unknown");
	else
		inet_ntop(family, address->bytes, text, ADDRESS_TEXT);
	return text;
}

/* Reads one word of a list, "ADDRESS" or "ADDRESS/BITS". Returns 0, or -1 when it is no
 * network. */
static int
network_parse(const char *word, size_t len, struct network *network)
{
	char text[ADDRESS_TEXT + 4];
	char *slash, *rest;
	unsigned long most, bits;

	if (len >= sizeof(text))
		return -1;
	memcpy(text, word, len);
	text[len] = '\0';
	slash = strchr(text, '/');
	if (slash != NULL)
		*slash++ = '\0';
	if (address_parse(text, &network->address) != 0)
		return -1;
	most = network->address.type == ADDRESS_IPV4 ? 32 : 128;
	bits = slash == NULL ? most : strtoul(slash, &rest, 10);
	if (slash != NULL && (*slash < '0' || *slash > '9' || *rest != '\0'))
		return -1;
	network->prefix = (unsigned)bits;
	return bits > most ? -1 : 0;
}

static size_t
words_in(const char *text)
{
	size_t n = 0;

	for (text += strspn(text, SEPARATORS); *text != '\0'; n++) {
		text += strcspn(text, SEPARATORS);
		text += strspn(text, SEPARATORS);
	}
	return n;
}

int
network_list_parse(const char *text, struct network_list **list, size_t *bad)
{
	size_t count = words_in(text), i, len;
	const char *word = text + strspn(text, SEPARATORS);
	struct network_list *l;

	*list = NULL;
	if (count == 0)
		return 0;
	l = calloc(1, sizeof(*l) + count * sizeof(l->networks[0]));
	if (l == NULL)
		return -2;
	l->count = count;
	for (i = 0; i < count; i++) {
		len = strcspn(word, SEPARATORS);
		if (network_parse(word, len, &l->networks[i]) != 0) {
			*bad = (size_t)(word - text);
			free(l);
			return -1;
		}
		word += len;
		word += strspn(word, SEPARATORS);
	}
	*list = l;
	return 0;
}

void
network_list_free(struct network_list *list)
{
	free(list);
}

static bool
network_match(const struct network *n, const struct address *a)
{
	size_t whole = n->prefix / 8;
	unsigned rest = n->prefix % 8;
	uint8_t mask = (uint8_t)(0xff00u >> rest);

	if (n->address.type != a->type ||
	    memcmp(n->address.bytes, a->bytes, whole) != 0)
		return false;
	return rest == 0 || ((n->address.bytes[whole] ^ a->bytes[whole]) & mask) == 0;
}

bool
network_list_match(const struct network_list *list, const struct address *address)
{
	size_t i;

	if (list == NULL)
		return true;
	for (i = 0; i < list->count; i++)
		if (network_match(&list->networks[i], address))
			return true;
	return false;
}

bool
network_list_all(const struct network_list *list, enum address_type type)
{
	size_t i;

	for (i = 0; list != NULL && i < list->count; i++)
		if (list->networks[i].prefix == 0 &&
		    list->networks[i].address.type == type)
			return true;
	return list == NULL;
}

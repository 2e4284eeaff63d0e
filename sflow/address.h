/* address.h - IPv4 and IPv6 addresses of agents, and lists of networks. */
#ifndef SFLOW_ADDRESS_H
#define SFLOW_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* sFlow version 5, "enum address_type": the values are those of the wire. */
enum address_type { ADDRESS_UNKNOWN = 0, ADDRESS_IPV4 = 1, ADDRESS_IPV6 = 2 };

/* Unused bytes are zero, so that two addresses can be compared as bytes. */
struct address {
	uint8_t type;      /* enum address_type */
	uint8_t bytes[16]; /* network order; an IPv4 address uses the first 4 */
};

static inline bool
address_same(const struct address *a, const struct address *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* Returns the bytes of an address of this type; 0 for UNKNOWN, and for types that there
 * are not. */
static inline size_t
address_size(uint32_t type)
{
	return type == ADDRESS_IPV4 ? 4 : type == ADDRESS_IPV6 ? 16 : 0;
}

#define ADDRESS_TEXT 46 /* bytes for any address as text, with its NUL */

/* Whether the address says nothing of whose it is: the unspecified one, a loopback
 * address, or one of unknown type. */
bool address_says_nothing(const struct address *address);

/* Reads an address in text form. Returns 0, or -1 when the text is no address. */
int address_parse(const char *text, struct address *address);

/* Returns the address of a socket's peer. `sockaddr` is a struct sockaddr_in or
 * sockaddr_in6; any other family gives ADDRESS_UNKNOWN. An IPv4 address that a
 * dual-stack socket shows as ::ffff:a.b.c.d becomes IPv4. */
struct address address_of_sockaddr(const void *sockaddr);

/* Writes the usual text of an address (RFC 5952). Returns `text`. */
char *address_text(const struct address *address, char text[ADDRESS_TEXT]);

/* A list of networks: "10.0.0.0/8, fd00::/8 192.0.2.1". Owned by the caller,
 * freed by network_list_free(), which takes NULL. */
struct network_list;

/* Parses a list separated by commas or blanks. Returns 0; -1 when a word is
 * no network (then *bad is the word's offset in `text`); -2 without memory.
 * An empty list is NULL, and matches every address. */
int network_list_parse(const char *text, struct network_list **list, size_t *bad);
void network_list_free(struct network_list *list);
bool network_list_match(const struct network_list *list, const struct address *address);

/* Whether the list has a network of all addresses of this type (prefix length 0). An
 * empty list has. */
bool network_list_all(const struct network_list *list, enum address_type type);

#endif

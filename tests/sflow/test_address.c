#include "tests/sflow/unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "sflow/address.h"

static struct address
parsed(const char *text)
{
	struct address a;

	memset(&a, 0xaa, sizeof(a));
	if (address_parse(text, &a) != 0)
		fail_msg("%s is no address", text);
	return a;
}

static void
ipv4_and_ipv6_go_there_and_back(void **state)
{
	static const char *const texts[] = {
	    "10.80.0.1", "255.255.255.255",     "0.0.0.0", "fd80::4", "::",
	    "::1",       "2001:db8:1:2:3:4:5:6"};
	char text[ADDRESS_TEXT];
	struct address a;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(texts); i++) {
		a = parsed(texts[i]);
		assert_string_equal(address_text(&a, text), texts[i]);
		assert_int_equal(a.type, strchr(texts[i], ':') != NULL ? ADDRESS_IPV6
		                                                       : ADDRESS_IPV4);
	}
}

static void
unused_bytes_are_zero(void **state)
{
	static const uint8_t zeros[12];
	struct address a = parsed("192.0.2.1");

	(void)state;
	assert_memory_equal(a.bytes, "\300\0\2\1", 4);
	assert_memory_equal(a.bytes + 4, zeros, sizeof(zeros));
}

static void
mapped_ipv4_is_ipv4(void **state)
{
	struct address a = parsed("::ffff:192.0.2.1"), b = parsed("192.0.2.1");

	(void)state;
	assert_memory_equal(&a, &b, sizeof(a));
}

static void
what_is_no_address_is_refused(void **state)
{
	static const char *const texts[] = {
	    "",          " ",        "10.0.0",    "10.0.0.256", "10.0.0.0.1",
	    "host",      "fd00:::1", "10.0.0.1 ", "g::1",       "1:2:3:4:5:6:7:8:9",
	    "10.0.0.1/8"};
	struct address a;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(texts); i++)
		if (address_parse(texts[i], &a) == 0)
			fail_msg("\"%s\" was taken", texts[i]);
}

static void
sockets_give_addresses(void **state)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6};
	struct sockaddr other = {.sa_family = AF_UNIX};
	struct address a, b;
	char text[ADDRESS_TEXT];

	(void)state;
	inet_pton(AF_INET, "192.0.2.1", &sin.sin_addr);
	a = address_of_sockaddr(&sin);
	b = parsed("192.0.2.1");
	assert_memory_equal(&a, &b, sizeof(a));
	inet_pton(AF_INET6, "::ffff:192.0.2.1", &sin6.sin6_addr);
	a = address_of_sockaddr(&sin6);
	assert_memory_equal(&a, &b, sizeof(a));
	inet_pton(AF_INET6, "fd80::4", &sin6.sin6_addr);
	a = address_of_sockaddr(&sin6);
	b = parsed("fd80::4");
	assert_memory_equal(&a, &b, sizeof(a));
	a = address_of_sockaddr(&other);
	assert_int_equal(a.type, ADDRESS_UNKNOWN);
	assert_string_equal(address_text(&a, text), "unknown");
}

/* Whether a list takes an address. */
static bool
takes(const char *networks, const char *address)
{
	struct network_list *list;
	struct address a = parsed(address);
	size_t bad;
	bool match;

	if (network_list_parse(networks, &list, &bad) != 0)
		fail_msg("\"%s\" is no list", networks);
	match = network_list_match(list, &a);
	network_list_free(list);
	return match;
}

static void
prefixes_match_bit_by_bit(void **state)
{
	(void)state;
	assert_true(takes("10.0.0.0/8", "10.255.0.1"));
	assert_false(takes("10.0.0.0/8", "11.0.0.1"));
	assert_true(takes("10.0.0.0/9", "10.127.0.1"));
	assert_false(takes("10.0.0.0/9", "10.128.0.1"));
	assert_true(takes("192.0.2.128/25", "192.0.2.255"));
	assert_false(takes("192.0.2.128/25", "192.0.2.127"));
	assert_true(takes("192.0.2.4/31", "192.0.2.5"));
	assert_false(takes("192.0.2.4/31", "192.0.2.6"));
	assert_true(takes("fd00::/7", "fc00::1"));
	assert_false(takes("fd00::/8", "fc00::1"));
	assert_true(takes("fd00::/127", "fd00::1"));
	assert_false(takes("fd00::/127", "fd00::2"));
}

static void
whole_and_empty_prefixes(void **state)
{
	(void)state;
	assert_true(takes("0.0.0.0/0", "203.0.113.9"));
	assert_false(takes("0.0.0.0/0", "fd00::1"));
	assert_true(takes("::/0", "fd00::1"));
	assert_false(takes("::/0", "203.0.113.9"));
	assert_true(takes("192.0.2.1/32", "192.0.2.1"));
	assert_true(takes("192.0.2.1", "192.0.2.1"));
	assert_false(takes("192.0.2.1", "192.0.2.0"));
	assert_true(takes("fd00::1/128", "fd00::1"));
	assert_false(takes("fd00::1", "fd00::"));
}

static void
host_bits_do_not_count(void **state)
{
	(void)state;
	assert_true(takes("10.1.2.3/8", "10.9.9.9"));
	assert_true(takes("fd00:1:2::3/16", "fd00::"));
}

static void
lists_have_commas_and_blanks(void **state)
{
	const char *list = " ,10.0.0.0/8,, fd00::/8\t192.0.2.1\n";

	(void)state;
	assert_true(takes(list, "10.1.1.1"));
	assert_true(takes(list, "fd00::1"));
	assert_true(takes(list, "192.0.2.1"));
	assert_false(takes(list, "192.0.2.2"));
}

static void
empty_list_takes_everybody(void **state)
{
	struct network_list *list = (struct network_list *)(uintptr_t)1;
	size_t bad;

	(void)state;
	assert_int_equal(network_list_parse(" , ", &list, &bad), 0);
	assert_null(list);
	assert_true(takes("", "10.0.0.1"));
	assert_true(takes("", "fd00::1"));
	network_list_free(NULL);
}

static void
bad_words_are_pointed_at(void **state)
{
	static const struct {
		const char *text;
		size_t bad;
	} cases[] = {
	    {"10.0.0.0/33", 0},
	    {"fd00::/129", 0},
	    {"10.0.0.0/", 0},
	    {"10.0.0.0/-1", 0},
	    {"10.0.0.0/+8", 0},
	    {"10.0.0.0/8x", 0},
	    {"10.0.0.0/ 8", 0},
	    {"10.0.0.0/8/8", 0},
	    {"/8", 0},
	    {"10.0.0.0/8, host", 12},
	    {"fd00::/8 10.0.0.0/99", 9},
	    {",,x", 2},
	    {"10.0.0.0/4294967304", 0},
	    {"10.0.0.0/99999999999999999999", 0},
	    {"10.0.0.0/18446744073709551624", 0},
	    {"1.1.1.1 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 8},
	};
	struct network_list *list;
	size_t bad, i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		bad = 999;
		if (network_list_parse(cases[i].text, &list, &bad) != -1)
			fail_msg("\"%s\" was taken", cases[i].text);
		assert_int_equal(bad, cases[i].bad);
		assert_null(list);
	}
}

static bool
has_all(const char *text, enum address_type type)
{
	struct network_list *list;
	size_t bad;
	bool all;

	assert_int_equal(network_list_parse(text, &list, &bad), 0);
	all = network_list_all(list, type);
	network_list_free(list);
	return all;
}

static void
networks_of_all_addresses(void **state)
{
	(void)state;
	assert_true(has_all("10.0.0.0/8 0.0.0.0/0", ADDRESS_IPV4));
	assert_false(has_all("10.0.0.0/8 0.0.0.0/0", ADDRESS_IPV6));
	assert_true(has_all("::/0", ADDRESS_IPV6));
	assert_false(has_all("::/0", ADDRESS_IPV4));
	assert_false(has_all("0.0.0.0/1 128.0.0.0/1", ADDRESS_IPV4));
	assert_true(has_all("", ADDRESS_IPV4));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ipv4_and_ipv6_go_there_and_back),
	    cmocka_unit_test(unused_bytes_are_zero),
	    cmocka_unit_test(mapped_ipv4_is_ipv4),
	    cmocka_unit_test(what_is_no_address_is_refused),
	    cmocka_unit_test(sockets_give_addresses),
	    cmocka_unit_test(prefixes_match_bit_by_bit),
	    cmocka_unit_test(whole_and_empty_prefixes),
	    cmocka_unit_test(host_bits_do_not_count),
	    cmocka_unit_test(lists_have_commas_and_blanks),
	    cmocka_unit_test(empty_list_takes_everybody),
	    cmocka_unit_test(bad_words_are_pointed_at),
	    cmocka_unit_test(networks_of_all_addresses),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}

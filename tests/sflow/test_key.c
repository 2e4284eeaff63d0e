#include "tests/sflow/unit.h"

#include "sflow/traffic/key.h"

#define INIT(layout_, bad_, ...) \
	key_layout_init(layout_, (const char *const[]){__VA_ARGS__}, \
	                sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), \
	                bad_)

static struct flow
connection(uint8_t last, uint16_t port)
{
	struct flow f = {
	    .packet = {.parts = PACKET_IPV4 | PACKET_PROTOCOL | PACKET_PORTS,
	               .src = {ADDRESS_IPV4, {192, 0, 2, last}},
	               .dst = {ADDRESS_IPV4, {192, 0, 2, 9}},
	               .protocol = IP_TCP,
	               .src_port = port,
	               .dst_port = 80}};

	return f;
}

static void
what_was_put_in_comes_out(void **state)
{
	struct flow f = connection(1, 40000);
	uint8_t key[KEY_SIZE_MOST];
	struct key_layout layout;
	struct key_value v;
	size_t bad;

	(void)state;
	assert_int_equal(
	    INIT(&layout, &bad, "src", "dst", "protocol", "src_port", "dst_port"),
	    KEY_OK);
	assert_int_equal(layout.size, 17 + 17 + 4 + 4 + 4);
	assert_true(key_make(&layout, &f, key));
	key_get(&layout, key, 0, &v);
	assert_int_equal(v.type, FLOW_TYPE_ADDRESS);
	assert_true(address_same(&v.address, &f.packet.src));
	key_get(&layout, key, 1, &v);
	assert_true(address_same(&v.address, &f.packet.dst));
	key_get(&layout, key, 3, &v);
	assert_int_equal(v.type, FLOW_TYPE_NUMBER);
	assert_int_equal(v.number, 40000);
}

/* Keys are the same bytes where their fields are, whatever else the flows have. */
static void
keys_tell_flows_apart(void **state)
{
	struct flow a = connection(1, 40000), b = connection(1, 40001);
	uint8_t keys[2][KEY_SIZE_MOST];
	struct key_layout layout;
	size_t bad;

	(void)state;
	memset(keys[0], 0xaa, sizeof(keys[0]));
	memset(keys[1], 0x55, sizeof(keys[1]));
	assert_int_equal(INIT(&layout, &bad, "src", "dst_port"), KEY_OK);
	assert_true(key_make(&layout, &a, keys[0]));
	assert_true(key_make(&layout, &b, keys[1]));
	assert_memory_equal(keys[0], keys[1], layout.size);
	assert_int_equal(INIT(&layout, &bad, "src", "src_port"), KEY_OK);
	assert_true(key_make(&layout, &a, keys[0]));
	assert_true(key_make(&layout, &b, keys[1]));
	assert_memory_not_equal(keys[0], keys[1], layout.size);
}

static void
a_flow_without_a_field_has_no_key(void **state)
{
	struct flow f = connection(1, 40000);
	uint8_t key[KEY_SIZE_MOST];
	struct key_layout layout;
	size_t bad;

	(void)state;
	assert_int_equal(INIT(&layout, &bad, "src", "memcache_key"), KEY_OK);
	assert_false(key_make(&layout, &f, key));
	f.packet.parts &= ~(unsigned)PACKET_PORTS;
	assert_int_equal(INIT(&layout, &bad, "src", "src_port"), KEY_OK);
	assert_false(key_make(&layout, &f, key));
}

static void
make_text(const struct key_layout *layout, const char *text, size_t len, uint8_t *key)
{
	struct flow f = {.has = FLOW_HAS_MEMCACHE,
	                 .memcache.key = {(const uint8_t *)text, (uint32_t)len}};

	assert_true(key_make(layout, &f, key));
}

static void
texts_of_any_length(void **state)
{
	static const size_t lengths[] = {0, 1, 54, 55, 62, 63, 64, 65, 1000};
	uint8_t keys[2][KEY_SIZE_MOST];
	struct key_layout layout;
	struct key_value v;
	char text[1001];
	size_t i, bad;

	(void)state;
	memset(text, 'k', sizeof(text));
	assert_int_equal(INIT(&layout, &bad, "memcache_key"), KEY_OK);
	for (i = 0; i < COUNT_OF(lengths); i++) {
		make_text(&layout, text, lengths[i], keys[0]);
		key_get(&layout, keys[0], 0, &v);
		assert_int_equal(v.cut, lengths[i] > 63);
		assert_int_equal(v.len, lengths[i] > 63 ? 55 : lengths[i]);
		assert_memory_equal(v.bytes, text, v.len);
		make_text(&layout, text, lengths[i] + 1, keys[1]);
		assert_memory_not_equal(keys[0], keys[1], layout.size);
		if (lengths[i] == 0)
			continue;
		text[lengths[i] - 1] = 'x'; /* the last byte is another one */
		make_text(&layout, text, lengths[i], keys[1]);
		assert_memory_not_equal(keys[0], keys[1], layout.size);
		text[lengths[i] - 1] = 'k';
	}
}

static void
layouts_that_are_none(void **state)
{
	struct key_layout layout;
	size_t bad;

	(void)state;
	assert_int_equal(key_layout_init(&layout, NULL, 0, &bad), KEY_NONE);
	assert_int_equal(INIT(&layout, &bad, "src", "sources"), KEY_UNKNOWN);
	assert_int_equal(bad, 1);
	assert_int_equal(INIT(&layout, &bad, "src", "dst", "src"), KEY_TWICE);
	assert_int_equal(bad, 2);
	assert_int_equal(INIT(&layout, &bad, "src", "dst", "protocol", "src_port",
	                      "dst_port", "vlan", "tos", "ttl", "as"),
	                 KEY_MANY);
	assert_int_equal(bad, 8);
	assert_int_equal(INIT(&layout, &bad, "uri", "url", "url_host", "http_host",
	                      "src_user", "dst_user", "memcache_key", "operation"),
	                 KEY_OK);
	assert_int_equal(layout.size, KEY_SIZE_MOST);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_put_in_comes_out),
	    cmocka_unit_test(keys_tell_flows_apart),
	    cmocka_unit_test(a_flow_without_a_field_has_no_key),
	    cmocka_unit_test(texts_of_any_length),
	    cmocka_unit_test(layouts_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tools/sflowget/frame.h"

#include <pcap/pcap.h>
#include <stdlib.h>

#include "tests/sflow/unit.h"

#define PORT 6343
#define PAYLOAD "sflow datagram, so to say: 37 bytes.."
#define LEN (sizeof(PAYLOAD) - 1)

/* A frame that is put together from its outside to its inside. */
struct made {
	uint8_t bytes[4096];
	size_t len;
};

static struct made made;

static void
put(const void *bytes, size_t len)
{
	memcpy(made.bytes + made.len, bytes, len);
	made.len += len;
}

#define PUT(...) \
	put((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void
begin(void)
{
	made.len = 0;
}

static void
zeros(size_t len)
{
	memset(made.bytes + made.len, 0, len);
	made.len += len;
}

static void
put_ethernet(uint8_t high, uint8_t low)
{
	zeros(12);
	PUT(high, low);
}

/* `options` bytes of options; `at` in units of 8. */
static void
put_ipv4(size_t len, size_t options, uint8_t id, bool more, unsigned at)
{
	size_t total = 20 + options + len;

	PUT((uint8_t)(0x45 + options / 4), 0, (uint8_t)(total >> 8), (uint8_t)total, 0,
	    id, (uint8_t)((more ? 0x20 : 0) | at >> 8), (uint8_t)at, 64, 17, 0, 0, 192,
	    0, 2, 7, 192, 0, 2, 1);
	zeros(options);
}

static void
put_ipv6(size_t len, uint8_t next)
{
	PUT(0x60, 0, 0, 0, (uint8_t)(len >> 8), (uint8_t)len, next, 64);
	PUT(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7);
	zeros(16);
}

static void
put_udp(void)
{
	PUT(0x30, 0x39, PORT >> 8, PORT & 0xff, 0, 8 + LEN, 0, 0);
	put(PAYLOAD, LEN);
}

static void
put_plain(void)
{
	put_ipv4(8 + LEN, 0, 1, false, 0);
	put_udp();
}

static void
assert_payload(enum frame_kind kind, const struct frame_packet *packet,
               const char *from)
{
	char text[ADDRESS_TEXT];

	assert_int_equal(kind, FRAME_UDP);
	assert_int_equal(packet->port, PORT);
	assert_int_equal(packet->len, LEN);
	assert_memory_equal(packet->bytes, PAYLOAD, LEN);
	assert_string_equal(address_text(&packet->from, text), from);
}

/* The frame is a copy of just its bytes, for sanitizers. */
static enum frame_kind
read_cut(struct frame_reader *reader, size_t len, struct frame_packet *packet)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	enum frame_kind kind;

	memcpy(copy, made.bytes, len);
	kind = frame_read(reader, copy, len, made.len, packet);
	if (kind == FRAME_UDP && packet->len > 0)
		assert_memory_equal(packet->bytes, PAYLOAD, packet->len);
	free(copy);
	return kind;
}

/* It is read whole, and cut anywhere it is none. */
static void
assert_frame(int link, const char *from)
{
	struct frame_reader *reader = frame_reader_new(link);
	struct frame_packet packet;
	size_t len;

	assert_true(frame_known(link));
	assert_payload(frame_read(reader, made.bytes, made.len, made.len, &packet),
	               &packet, from);
	for (len = 0; len < made.len; len++)
		assert_int_equal(read_cut(reader, len, &packet), FRAME_CUT);
	frame_reader_free(reader);
}

static void
links(void **state)
{
	(void)state;
	begin();
	put_ethernet(8, 0);
	put_plain();
	assert_frame(DLT_EN10MB, "192.0.2.7");
	begin();
	zeros(14);
	PUT(8, 0);
	put_plain();
	assert_frame(DLT_LINUX_SLL, "192.0.2.7");
	begin();
	PUT(8, 0);
	zeros(18);
	put_plain();
	assert_frame(DLT_LINUX_SLL2, "192.0.2.7");
	begin();
	put_plain();
	assert_frame(DLT_RAW, "192.0.2.7");
	assert_frame(DLT_IPV4, "192.0.2.7");
	begin();
	PUT(2, 0, 0, 0);
	put_plain();
	assert_frame(DLT_NULL, "192.0.2.7");
	assert_frame(DLT_LOOP, "192.0.2.7");
	assert_false(frame_known(DLT_IEEE802_11));
}

static void
tags_of_vlans(void **state)
{
	(void)state;
	begin();
	put_ethernet(0x81, 0);
	PUT(0, 10, 8, 0);
	put_plain();
	assert_frame(DLT_EN10MB, "192.0.2.7");
	begin();
	put_ethernet(0x88, 0xa8);
	PUT(0, 20, 0x81, 0, 0, 10, 8, 0);
	put_plain();
	assert_frame(DLT_EN10MB, "192.0.2.7");
	begin();
	PUT(0x81, 0);
	zeros(18);
	PUT(0, 10, 8, 0);
	put_plain();
	assert_frame(DLT_LINUX_SLL2, "192.0.2.7");
}

#define LABELS(bottom_) 0, 6, 0x41 | (bottom_), 64
#define PPPOE(len_) 0x11, 0, 0, 1, (uint8_t)((len_) >> 8), (uint8_t)(len_)

static void
mpls(void **state)
{
	(void)state;
	begin();
	put_ethernet(0x88, 0x47);
	PUT(LABELS(1));
	put_plain();
	assert_frame(DLT_EN10MB, "192.0.2.7");
	begin();
	put_ethernet(0x81, 0);
	PUT(0, 10, 0x88, 0x48, 0, 6, 0x40, 64, 0, 6, 0x40, 64, LABELS(1));
	put_ipv6(8 + LEN, 17);
	put_udp();
	assert_frame(DLT_EN10MB, "2001:db8::7");
	begin(); /* Ethernet behind a control word */
	put_ethernet(0x88, 0x47);
	PUT(LABELS(1), 0, 0, 0, 0);
	put_ethernet(8, 0);
	put_plain();
	assert_frame(DLT_EN10MB, "192.0.2.7");
}

static void
ppp(void **state)
{
	size_t len = 28 + LEN + 2;

	(void)state;
	begin();
	put_ethernet(0x88, 0x64);
	PUT(PPPOE(len), 0, 0x21);
	put_plain();
	assert_frame(DLT_EN10MB, "192.0.2.7");
	begin();
	put_ethernet(0x88, 0x64);
	PUT(PPPOE(len + 19), 0x57); /* the first byte of the number is left out */
	put_ipv6(8 + LEN, 17);
	put_udp();
	assert_frame(DLT_EN10MB, "2001:db8::7");
	begin();
	PUT(PPPOE(len), 0, 0x21);
	put_plain();
	assert_frame(DLT_PPP_ETHER, "192.0.2.7");
	begin();
	PUT(0xff, 3, 0, 0x21);
	put_plain();
	assert_frame(DLT_PPP, "192.0.2.7");
	assert_frame(DLT_PPP_SERIAL, "192.0.2.7");
}

/* A length that counts the data alone, as sflowtool -M writes it. */
static void
lengths_without_the_header(void **state)
{
	(void)state;
	begin();
	put_ethernet(8, 0);
	put_ipv4(8 + LEN, 0, 1, false, 0);
	PUT(0x30, 0x39, PORT >> 8, PORT & 0xff, 0, LEN, 0, 0);
	put(PAYLOAD, LEN);
	assert_frame(DLT_EN10MB, "192.0.2.7");
}

static void
options_of_ipv4(void **state)
{
	(void)state;
	begin();
	put_ipv4(8 + LEN, 12, 1, false, 0);
	put_udp();
	assert_frame(DLT_RAW, "192.0.2.7");
}

static void
headers_of_ipv6(void **state)
{
	(void)state;
	begin();
	put_ethernet(0x86, 0xdd);
	put_ipv6(8 + LEN, 17);
	put_udp();
	assert_frame(DLT_EN10MB, "2001:db8::7");
	begin();
	put_ipv6(8 + 16 + 8 + 12 + 8 + LEN, 0);
	PUT(60, 0, 0, 0, 0, 0, 0, 0);                         /* hop-by-hop */
	PUT(44, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0); /* destination */
	PUT(51, 0, 0, 0, 0, 0, 0, 1);                         /* one fragment */
	PUT(17, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);             /* authentication */
	put_udp();
	assert_frame(DLT_IPV6, "2001:db8::7");
	begin();
	put_ipv6(8 + 8 + LEN, 135);
	PUT(17, 0, 0, 0, 0, 0, 0, 0); /* mobility */
	put_udp();
	assert_frame(DLT_RAW, "2001:db8::7");
}

/* What is behind the packet is the link's padding. */
static void
padding(void **state)
{
	struct frame_reader *reader = frame_reader_new(DLT_RAW);
	struct frame_packet packet;

	(void)state;
	begin();
	put_plain();
	zeros(9);
	assert_payload(frame_read(reader, made.bytes, made.len, made.len, &packet),
	               &packet, "192.0.2.7");
	frame_reader_free(reader);
}

static void
assert_other(int link)
{
	struct frame_reader *reader = frame_reader_new(link);
	struct frame_packet packet;

	assert_int_equal(frame_read(reader, made.bytes, made.len, made.len, &packet),
	                 FRAME_OTHER);
	frame_reader_free(reader);
}

static void
others(void **state)
{
	(void)state;
	begin();
	put_ethernet(8, 6); /* ARP */
	zeros(40);
	assert_other(DLT_EN10MB);
	begin();
	put_plain();
	made.bytes[9] = 6; /* TCP */
	assert_other(DLT_RAW);
	made.bytes[9] = 17;
	made.bytes[0] = 0x55; /* version 5 */
	assert_other(DLT_RAW);
	made.bytes[0] = 0x44; /* a header of 16 bytes */
	assert_other(DLT_RAW);
	made.bytes[0] = 0x45;
	made.bytes[3] = 19; /* shorter than its header */
	assert_other(DLT_RAW);
	made.bytes[3] = 28 + LEN;
	made.bytes[25] = 7; /* UDP's length */
	assert_other(DLT_RAW);
	begin();
	assert_other(DLT_RAW);
}

/* What is no UDP is none when it is cut, too. */
static void
others_that_are_cut(void **state)
{
	struct frame_reader *reader = frame_reader_new(DLT_EN10MB);
	struct frame_packet packet;

	(void)state;
	begin();
	put_ethernet(0, 38); /* IEEE 802.3: a bridge's hello */
	zeros(38);
	assert_int_equal(read_cut(reader, 30, &packet), FRAME_OTHER);
	begin();
	put_ethernet(8, 0);
	put_plain();
	made.bytes[14 + 9] = 6; /* TCP */
	assert_int_equal(read_cut(reader, 40, &packet), FRAME_OTHER);
	frame_reader_free(reader);
}

/* Fragments ---------------------------------------------------------------------- */

/* The UDP packet's bytes from `at` on, `len` of them; the last has none behind it. */
static enum frame_kind
give(struct frame_reader *reader, bool ipv6, uint8_t id, size_t at, size_t len,
     bool last, struct frame_packet *packet)
{
	struct made whole;

	begin();
	put_udp();
	whole = made;
	begin();
	if (ipv6) {
		put_ipv6(8 + len, 44);
		PUT(17, 0, (uint8_t)(at >> 8), (uint8_t)(at | !last), 0, 0, 0, id);
	} else {
		put_ipv4(len, 0, id, !last, (unsigned)(at / 8));
	}
	put(whole.bytes + at, len);
	return frame_read(reader, made.bytes, made.len, made.len, packet);
}

#define ALL (8 + LEN)

static void
fragments(void **state)
{
	static const size_t orders[][3] = {{0, 1, 2}, {2, 1, 0}, {1, 2, 0}};
	static const size_t at[] = {0, 16, 32}, len[] = {16, 16, ALL - 32};
	size_t i, j;
	int ipv6;

	(void)state;
	for (ipv6 = 0; ipv6 < 2; ipv6++)
		for (i = 0; i < COUNT_OF(orders); i++) {
			struct frame_reader *reader = frame_reader_new(DLT_RAW);
			struct frame_packet packet;
			enum frame_kind kind = FRAME_OTHER;

			for (j = 0; j < 3; j++) {
				size_t n = orders[i][j];

				kind = give(reader, ipv6 != 0, 9, at[n], len[n], n == 2,
				            &packet);
				if (j < 2)
					assert_int_equal(kind, FRAME_FRAGMENT);
			}
			assert_payload(kind, &packet,
			               ipv6 ? "2001:db8::7" : "192.0.2.7");
			assert_int_equal(frame_incomplete(reader), 0);
			frame_reader_free(reader);
		}
}

static void
fragments_of_several_packets(void **state)
{
	struct frame_reader *reader = frame_reader_new(DLT_RAW);
	struct frame_packet packet;

	(void)state;
	give(reader, false, 1, 0, 16, false, &packet);
	give(reader, false, 2, 0, 16, false, &packet);
	give(reader, false, 1, 0, 16, false, &packet); /* twice */
	assert_int_equal(frame_incomplete(reader), 2);
	assert_payload(give(reader, false, 2, 16, ALL - 16, true, &packet), &packet,
	               "192.0.2.7");
	assert_payload(give(reader, false, 1, 16, ALL - 16, true, &packet), &packet,
	               "192.0.2.7");
	assert_int_equal(frame_incomplete(reader), 0);
	frame_reader_free(reader);
}

/* One whose end lies before what is there, and one of an odd length in the middle. */
static void
fragments_that_do_not_fit(void **state)
{
	struct frame_reader *reader = frame_reader_new(DLT_RAW);
	struct frame_packet packet;

	(void)state;
	give(reader, false, 1, 16, 16, false, &packet);
	give(reader, false, 1, 0, 16, true, &packet);
	assert_int_equal(frame_incomplete(reader), 1);
	give(reader, false, 2, 0, 13, false, &packet);
	assert_int_equal(frame_incomplete(reader), 2);
	frame_reader_free(reader);
}

/* Of a flood the oldest are given up, and the newest still become whole. */
static void
fragments_without_end(void **state)
{
	struct frame_reader *reader = frame_reader_new(DLT_RAW);
	struct frame_packet packet;
	int id;

	(void)state;
	for (id = 0; id < 200; id++)
		give(reader, false, (uint8_t)id, 0, 16, false, &packet);
	assert_int_equal(frame_incomplete(reader), 200);
	assert_payload(give(reader, false, 199, 16, ALL - 16, true, &packet), &packet,
	               "192.0.2.7");
	assert_int_equal(give(reader, false, 0, 16, ALL - 16, true, &packet),
	                 FRAME_FRAGMENT);
	frame_reader_free(reader);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(links),
	    cmocka_unit_test(tags_of_vlans),
	    cmocka_unit_test(mpls),
	    cmocka_unit_test(ppp),
	    cmocka_unit_test(lengths_without_the_header),
	    cmocka_unit_test(options_of_ipv4),
	    cmocka_unit_test(headers_of_ipv6),
	    cmocka_unit_test(padding),
	    cmocka_unit_test(others),
	    cmocka_unit_test(others_that_are_cut),
	    cmocka_unit_test(fragments),
	    cmocka_unit_test(fragments_of_several_packets),
	    cmocka_unit_test(fragments_that_do_not_fit),
	    cmocka_unit_test(fragments_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tests/tools/capture.h"

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sflow/wire/cursor.h"

#define IP_UDP 17

static uint32_t
u16(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 2);

	return p == NULL ? 0 : (uint32_t)p[0] << 8 | p[1];
}

/* Behind the link's header. */
static struct cursor
open_link(int link, const uint8_t *bytes, size_t len)
{
	struct cursor c = cursor_of(bytes, len);

	if (link == DLT_EN10MB) {
		cursor_take(&c, 12);
		while (u16(&c) == 0x8100)
			cursor_take(&c, 2);
	} else if (link == DLT_LINUX_SLL) {
		cursor_take(&c, 16);
	} else if (link == DLT_LINUX_SLL2) {
		cursor_take(&c, 20);
	} else if (link == DLT_NULL) {
		cursor_take(&c, 4);
	}
	return c;
}

/* Behind the IP header; it fails on fragments and on all that is not UDP. */
static struct cursor
open_ip(struct cursor c)
{
	struct cursor none = {.failed = true};
	const uint8_t *ip = c.at;
	size_t left = cursor_left(&c);

	if (left >= 20 && ip[0] >> 4 == 4) {
		if (ip[9] != IP_UDP || ((ip[6] & 0x3f) | ip[7]) != 0)
			return none;
		cursor_take(&c, (ip[0] & 15u) * 4u);
		return c;
	}
	if (left < 40 || ip[0] >> 4 != 6 || ip[6] != IP_UDP)
		return none;
	cursor_take(&c, 40);
	return c;
}

/* The source of a packet that open_ip() opens. */
static struct address
source_of(const struct cursor *ip)
{
	bool v4 = ip->at[0] >> 4 == 4;
	struct address from = {.type = v4 ? ADDRESS_IPV4 : ADDRESS_IPV6};

	memcpy(from.bytes, ip->at + (v4 ? 12 : 8), v4 ? 4 : 16);
	return from;
}

/* The payload of a UDP packet to `port`; it fails when it is another one, or
 * was not recorded whole. */
static struct cursor
open_udp(struct cursor c, int port)
{
	uint32_t to, len;

	u16(&c);
	to = u16(&c);
	len = u16(&c);
	u16(&c);
	if (len < 8 || (port != 0 && to != (uint32_t)port))
		c.failed = true;
	return c.failed ? c : cursor_sub(&c, len - 8);
}

static int
keep(struct capture *capture, const struct cursor *payload, const struct address *from,
     int64_t when_us)
{
	size_t len = cursor_left(payload);
	struct capture_payload *grown;

	grown = realloc(capture->payloads,
	                (capture->count + 1) * sizeof(*capture->payloads));
	if (grown == NULL)
		return -1;
	capture->payloads = grown;
	grown[capture->count].when_us = when_us;
	grown[capture->count].from = *from;
	grown[capture->count].len = len;
	grown[capture->count].bytes = malloc(len == 0 ? 1 : len);
	if (grown[capture->count].bytes == NULL)
		return -1;
	memcpy(grown[capture->count++].bytes, payload->at, len);
	return 0;
}

static int
read_packets(pcap_t *pcap, int port, struct capture *capture, char *error)
{
	struct pcap_pkthdr *header;
	const unsigned char *bytes;
	int got;

	while ((got = pcap_next_ex(pcap, &header, &bytes)) == 1) {
		int64_t when =
		    (int64_t)header->ts.tv_sec * 1000000 + header->ts.tv_usec;
		struct cursor ip =
		    open_link(pcap_datalink(pcap), bytes, header->caplen);
		struct cursor c = open_udp(open_ip(ip), port);
		struct address from = {.type = ADDRESS_UNKNOWN};

		if (!c.failed)
			from = source_of(&ip);
		if (c.failed) {
			capture->skipped++;
		} else if (keep(capture, &c, &from, when) != 0) {
			snprintf(error, CAPTURE_ERROR, "out of memory");
			return -1;
		}
	}
	if (got == PCAP_ERROR)
		snprintf(error, CAPTURE_ERROR, "%s", pcap_geterr(pcap));
	return got == PCAP_ERROR ? -1 : 0;
}

int
capture_read(const char *path, int port, struct capture *capture,
             char error[CAPTURE_ERROR])
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *pcap = pcap_open_offline(path, why);
	int result;

	memset(capture, 0, sizeof(*capture));
	if (pcap == NULL) {
		snprintf(error, CAPTURE_ERROR, "%.250s", why);
		return -1;
	}
	result = read_packets(pcap, port, capture, error);
	pcap_close(pcap);
	return result;
}

void
capture_free(struct capture *capture)
{
	size_t i;

	for (i = 0; i < capture->count; i++)
		free(capture->payloads[i].bytes);
	free(capture->payloads);
	memset(capture, 0, sizeof(*capture));
}

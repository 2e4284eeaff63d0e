#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#include "tools/sflowget/datagrams.h"
#include "tools/sflowget/frame.h"

#define LATEST_S INT64_C(253402300799) /* the end of the year 9999 */

struct file {
	pcap_t *pcap;
	struct frame_reader *frames;
	unsigned port;
	const struct datagram_sink *sink;
	struct datagram_counts *counts;
};

/* Returns the packet's time in ms, made sensible: a file may have any. */
static int64_t
time_of(const struct pcap_pkthdr *header)
{
	int64_t s = header->ts.tv_sec, us = header->ts.tv_usec;

	s = s < 0 ? 0 : s > LATEST_S ? LATEST_S : s;
	us = us < 0 ? 0 : us > 999999 ? 999999 : us;
	return s * 1000 + us / 1000;
}

static bool
take_packet(const struct file *f, const struct pcap_pkthdr *header,
            const unsigned char *bytes)
{
	struct frame_packet packet;
	enum frame_kind kind =
	    frame_read(f->frames, bytes, header->caplen, header->len, &packet);

	if (kind == FRAME_UDP && (f->port == 0 || packet.port == f->port)) {
		f->counts->datagrams++;
		return f->sink->datagram(f->sink->context, packet.bytes, packet.len,
		                         &packet.from, time_of(header));
	}
	if (kind == FRAME_CUT)
		f->counts->cut++;
	else if (kind != FRAME_FRAGMENT)
		f->counts->others++;
	return true;
}

static int
read_packets(const struct file *f, char fault[DATAGRAMS_FAULT])
{
	struct pcap_pkthdr *header;
	const unsigned char *bytes;
	int got;

	while ((got = pcap_next_ex(f->pcap, &header, &bytes)) == 1)
		if (!take_packet(f, header, bytes))
			break;
	f->counts->fragments = frame_incomplete(f->frames);
	if (got != PCAP_ERROR)
		return 0;
	snprintf(fault, DATAGRAMS_FAULT, "%s", pcap_geterr(f->pcap));
	return -1;
}

static int
read_file(struct file *f, char fault[DATAGRAMS_FAULT])
{
	int link = pcap_datalink(f->pcap), result = -1;
	const char *name = pcap_datalink_val_to_name(link);

	if (!frame_known(link)) {
		snprintf(fault, DATAGRAMS_FAULT,
		         "recorded on %s (%d), which "
		         "can't be read",
		         name != NULL ? name : "an unknown link", link);
		return -1;
	}
	f->frames = frame_reader_new(link);
	if (f->frames != NULL)
		result = read_packets(f, fault);
	else
		snprintf(fault, DATAGRAMS_FAULT, "out of memory");
	frame_reader_free(f->frames);
	return result;
}

int
datagrams_read(const char *path, unsigned port, const struct datagram_sink *sink,
               struct datagram_counts *counts, char fault[DATAGRAMS_FAULT])
{
	struct file f = {.port = port, .sink = sink, .counts = counts};
	char why[PCAP_ERRBUF_SIZE] = "";
	size_t skip = 0;
	int result;

	memset(counts, 0, sizeof(*counts));
	f.pcap = pcap_open_offline(path, why);
	if (f.pcap == NULL) {
		if (strncmp(why, path, strlen(path)) == 0 &&
		    strncmp(why + strlen(path), ": ", 2) == 0)
			skip = strlen(path) + 2; /* the caller writes the path */
		snprintf(fault, DATAGRAMS_FAULT, "%s", why + skip);
		return -1;
	}
	result = read_file(&f, fault);
	pcap_close(f.pcap);
	return result;
}

#define _GNU_SOURCE /* fopencookie() */

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "tools/sflowget/datagrams.h"
#include "tools/sflowget/frame.h"

#define READ_MOST (1U << 20)           /* bytes */
#define LATEST_S INT64_C(253402300799) /* the end of the year 9999 */

struct file {
	pcap_t *pcap;
	struct frame_reader *frames;
	unsigned port;
	const struct datagram_sink *sink;
	struct datagram_counts *counts;
	gzFile zipped;
	bool damaged; /* what gzip has made */
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

/* Files, compressed or not ---------------------------------------------------------- */

static ssize_t
unzip(void *context, char *to, size_t size)
{
	struct file *f = context;
	int got =
	    gzread(f->zipped, to, (unsigned)(size < READ_MOST ? size : READ_MOST));
	int error;

	gzerror(f->zipped, &error);
	if (got > 0 || (got == 0 && error != Z_BUF_ERROR)) /* which is an early end */
		return got;
	f->damaged = error != Z_ERRNO;
	if (f->damaged)
		errno = EIO;
	return -1;
}

static int
close_zipped(void *context)
{
	struct file *f = context;

	return gzclose(f->zipped) == Z_OK ? 0 : -1;
}

/* Opens a file, or for "-" standard input, and reads it through gzip where it is
 * compressed. NULL, and errno is set. */
static FILE *
open_file(struct file *f, const char *path)
{
	static const cookie_io_functions_t functions = {.read = unzip,
	                                                .close = close_zipped};
	FILE *stream;

	errno = 0;
	f->zipped = strcmp(path, "-") == 0 ? gzdopen(dup(STDIN_FILENO), "rb")
	                                   : gzopen(path, "rb");
	if (f->zipped == NULL) {
		if (errno == 0)
			errno = ENOMEM;
		return NULL;
	}
	stream = fopencookie(f, "r", functions);
	if (stream == NULL)
		gzclose(f->zipped);
	return stream;
}

int
datagrams_read(const char *path, unsigned port, const struct datagram_sink *sink,
               struct datagram_counts *counts, char fault[DATAGRAMS_FAULT])
{
	struct file f = {.port = port, .sink = sink, .counts = counts};
	char why[PCAP_ERRBUF_SIZE] = "";
	FILE *stream = open_file(&f, path);
	int result = -1;

	memset(counts, 0, sizeof(*counts));
	if (stream == NULL) {
		snprintf(fault, DATAGRAMS_FAULT, "%s", strerror(errno));
		return -1;
	}
	f.pcap = pcap_fopen_offline(stream, why);
	if (f.pcap != NULL) {
		result = read_file(&f, fault);
		pcap_close(f.pcap); /* and the stream */
	} else {
		fclose(stream);
		snprintf(fault, DATAGRAMS_FAULT, "%s", why);
	}
	if (result != 0 && f.damaged)
		snprintf(fault, DATAGRAMS_FAULT,
		         "what gzip has made is damaged, or ends early");
	return result;
}

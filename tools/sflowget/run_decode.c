#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "sflow/wire/datagram.h"
#include "tools/sflowget/datagrams.h"
#include "tools/sflowget/decode.h"
#include "tools/sflowget/report.h"

#define WAIT_MS 1000

struct decoding {
	const struct options *options;
	struct decode *decode;
	uint64_t count;
};

/* Whether the datagram is from the agent that was asked for, if one was. */
static bool
is_wanted(const struct wanted *wanted, const void *bytes, size_t len)
{
	struct datagram datagram;

	return wanted->agent == NULL || (datagram_open(&datagram, bytes, len) == 0 &&
	                                 memcmp(&datagram.agent, &wanted->address,
	                                        sizeof(wanted->address)) == 0);
}

static bool
decode(void *context, const void *bytes, size_t len, const struct address *from,
       int64_t wall_ms)
{
	struct decoding *d = context;

	if (!is_wanted(&d->options->wanted, bytes, len))
		return true;
	decode_datagram(d->decode, bytes, len, from, wall_ms);
	return ++d->count != d->options->count && !ferror(stdout);
}

/* Says why nothing of the file is printed. */
static void
tell_nothing(const struct options *o, const struct datagram_counts *counts)
{
	if (counts->datagrams == 0 && o->port != 0)
		complain_of_port(o);
	else if (counts->datagrams == 0)
		complain("%s: there is no datagram", o->file);
	else
		complain("%s: there is no datagram of %s", o->file, o->wanted.agent);
}

static enum status
decode_file(struct decoding *d)
{
	struct datagram_sink sink = {.datagram = decode, .context = d};
	const struct options *o = d->options;
	struct datagram_counts counts;
	char fault[DATAGRAMS_FAULT];

	if (datagrams_read(o->file, o->port, &sink, &counts, fault) == 0) {
		if (d->count > 0)
			return STATUS_FOUND;
		tell_nothing(o, &counts);
		return STATUS_NOT_FOUND;
	}
	complain("%s: %s", o->file, fault);
	return STATUS_SOURCE;
}

/* Returns for how long to wait, ms: at most WAIT_MS; 0: the deadline has passed. */
static int
left_ms(const struct decoding *d, int64_t end_ms)
{
	const struct options *o = d->options;
	int64_t left = end_ms - clock_ms();

	if (o->deadline_s <= 0 || (o->deadline_of_first && d->count > 0) ||
	    left > WAIT_MS)
		return WAIT_MS;
	return left > 0 ? (int)left : 0;
}

static enum status
decode_port(struct decoding *d)
{
	struct datagram_sink sink = {.datagram = decode, .context = d};
	const struct options *o = d->options;
	int64_t end_ms = clock_ms() + (int64_t)(o->deadline_s * 1000);
	struct datagram_port *port;
	char fault[DATAGRAMS_FAULT];
	enum status status = STATUS_FOUND;
	bool more = true;
	int left;

	port = datagrams_open(o->bind.type != ADDRESS_UNKNOWN ? &o->bind : NULL,
	                      o->port, fault);
	if (port == NULL) {
		complain("%s", fault);
		return STATUS_SOURCE;
	}
	while (more && status == STATUS_FOUND) {
		left = left_ms(d, end_ms);
		if (left == 0)
			status = complain_of_deadline(o, d->count, o->wanted.agent);
		else
			more = datagrams_wait(port, left, &sink);
		if (!report_written())
			status = STATUS_SOURCE;
	}
	datagrams_close(port);
	return status;
}

enum status
run_decode(const struct options *o)
{
	struct decoding d = {.options = o};
	enum status status;

	d.decode = decode_new(stdout, o->output == &output_json);
	if (d.decode == NULL) {
		complain("out of memory");
		return STATUS_SOURCE;
	}
	status = o->source == SOURCE_READ ? decode_file(&d) : decode_port(&d);
	decode_free(d.decode);
	return status;
}

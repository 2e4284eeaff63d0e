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

static enum status
decode_file(struct decoding *d)
{
	struct datagram_sink sink = {.datagram = decode, .context = d};
	const struct options *o = d->options;
	struct datagram_counts counts;
	char fault[DATAGRAMS_FAULT];

	if (datagrams_read(o->file, o->port, &sink, &counts, fault) == 0)
		return d->count > 0 ? STATUS_FOUND : STATUS_NOT_FOUND;
	complain("%s: %s", o->file, fault);
	return STATUS_SOURCE;
}

static enum status
decode_port(struct decoding *d)
{
	struct datagram_sink sink = {.datagram = decode, .context = d};
	const struct options *o = d->options;
	int64_t end_ms = clock_ms() + (int64_t)(o->deadline_s * 1000), left;
	struct datagram_port *port;
	char fault[DATAGRAMS_FAULT];
	enum status status = STATUS_FOUND;
	bool more = true;

	port = datagrams_open(o->bind.type != ADDRESS_UNKNOWN ? &o->bind : NULL,
	                      o->port, fault);
	if (port == NULL) {
		complain("%s", fault);
		return STATUS_SOURCE;
	}
	while (more && status == STATUS_FOUND) {
		left = o->deadline_s > 0 ? end_ms - clock_ms() : WAIT_MS;
		if (left <= 0)
			status = STATUS_DEADLINE;
		else
			more = datagrams_wait(
			    port, left < WAIT_MS ? (int)left : WAIT_MS, &sink);
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

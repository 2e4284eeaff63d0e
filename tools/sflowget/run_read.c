#include <inttypes.h>
#include <stdio.h>

#include "sflow/wire/datagram.h"
#include "tools/sflowget/datagrams.h"
#include "tools/sflowget/report.h"
#include "tools/sflowget/source_collector.h"

struct reading {
	struct gather *gather;
	int64_t last_ms;
};

static bool
input(void *context, const void *bytes, size_t len, const struct address *from,
      int64_t wall_ms)
{
	struct reading *reading = context;

	gather_input(reading->gather, bytes, len, from, wall_ms);
	if (wall_ms > reading->last_ms)
		reading->last_ms = wall_ms;
	return true;
}

/* Says which packets of the file could not be used. */
static void
tell_counts(const struct options *o, const struct datagram_counts *counts,
            const struct gather *gather, int result)
{
	int error;

	if (counts->cut > 0)
		complain("%s: %" PRIu64 " packets were not recorded whole", o->file,
		         counts->cut);
	if (counts->fragments > 0)
		complain("%s: of %" PRIu64 " packets fragments are missing", o->file,
		         counts->fragments);
	for (error = DATAGRAM_SHORT; error >= DATAGRAM_ADDRESS; error--)
		if (gather_bad(gather, error) > 0)
			complain("%s: %" PRIu64 " datagrams are of no use: %s", o->file,
			         gather_bad(gather, error), datagram_error_text(error));
	if (counts->datagrams == 0 && o->port != 0 && result == 0)
		complain_of_port(o);
}

static enum status
read_file(const struct options *o, struct gather *gather)
{
	struct reading reading = {.gather = gather};
	struct datagram_sink sink = {.datagram = input, .context = &reading};
	struct datagram_counts counts;
	char fault[DATAGRAMS_FAULT];
	int result = datagrams_read(o->file, o->port, &sink, &counts, fault);
	enum status status;
	struct report r;

	if (result != 0)
		complain("%s: %s", o->file, fault);
	tell_counts(o, &counts, gather, result);
	gather_name_all(gather);
	report_init(&r, o);
	report_begin(&r, reading.last_ms);
	gather_items(gather, &o->wanted, &r.sink);
	status = report_end(&r, result == 0 && counts.datagrams > 0);
	report_free(&r);
	return result == 0 ? status : STATUS_SOURCE;
}

enum status
run_read(const struct options *o)
{
	struct gather *gather = gather_new(o->raw);
	enum status status = STATUS_SOURCE;

	if (gather != NULL)
		status = read_file(o, gather);
	else
		complain("out of memory");
	gather_free(gather);
	return status;
}

/* xml: a host, in the document that readers of all hosts get. */
#include "tests/bench/quick_paths.h"

#include <err.h>

#include "gmetad-bridge/readers/document.h"
#include "tests/bench/fleet.h"

#define HOSTS 60
#define BYTES_OF_HOST 10000 /* at least */

static struct buffer piece; /* which a reader has for its time */

static void *
begin(void)
{
	struct fleet *fleet = fleet_new(HOSTS, 0);

	fleet_settle(fleet);
	return fleet;
}

/* The bytes of all. */
static size_t
print(struct fleet *fleet)
{
	struct document *document =
	    document_of_query(fleet->config, fleet->store, &query_all);
	size_t bytes = 0;
	bool more = document != NULL;

	while (more) {
		piece.len = 0;
		more = document_next(document, &piece, fleet->now,
		                     FLEET_WALL + fleet->now);
		bytes += piece.len;
	}
	document_free(document);
	return bytes;
}

static void
run(void *context)
{
	struct fleet *fleet = context;
	size_t bytes;

	fleet_pass(fleet, FLEET_INTERVAL_S, false);
	counting_on();
	bytes = print(fleet);
	counting_off();
	if (piece.failed || bytes < HOSTS * BYTES_OF_HOST)
		errx(1, "%zu bytes of XML", bytes);
}

static void
end(void *context)
{
	fleet_free(context);
	buffer_free(&piece);
}

const struct path path_xml = {.name = "xml",
                              .rounds = 10,
                              .units = HOSTS,
                              .begin = begin,
                              .round = run,
                              .end = end};

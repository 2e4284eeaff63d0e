/* bridge_says - what the bridge's readers get in the course of a recording.
 *
 *   bridge_says SILENCE CONFIGURATION < DATAGRAMS
 *
 * DATAGRAMS and SILENCE (s) are those of world_read(), CONFIGURATION is as in
 * gmetad-bridge.conf. Prints "AT MS", and then the XML of the first cluster, as gmond's
 * readers get it: for each second in which datagrams have come, and every half minute.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "gmetad-bridge/ingest/ingest.h"
#include "gmetad-bridge/readers/document.h"
#include "tests/both/moments.h"
#include "tests/both/world.h"

static struct config *config;
static struct collector *collector;

static void
print(void)
{
	struct document *d = document_of_cluster(config, collector_store(collector), 0);
	struct buffer xml = {0};
	bool more = d != NULL;

	while (more) {
		xml.len = 0;
		more = document_next(d, &xml, clock_ms(),
		                     clock_ms() + clock_wall_offset());
		fwrite(xml.bytes, 1, xml.len, stdout);
	}
	document_free(d);
	buffer_free(&xml);
}

static void
second(int64_t since_ms, bool news)
{
	if (moment_begins(since_ms, news))
		print();
}

static int
run(const char *text)
{
	char fault[CONFIG_FAULT];

	config = config_parse(text, "gmetad-bridge.conf", NULL, fault);
	if (config == NULL) {
		fprintf(stderr, "bridge_says: %s\n", fault);
		return -1;
	}
	collector = collector_new(&config->collector);
	if (collector == NULL || ingest_bind(config) != 0 ||
	    ingest_start(config, collector) != 0)
		return -1;
	world_wait();
	ingest_stop();
	collector_free(collector);
	config_release(config);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc != 3 ||
	    !world_read(stdin, (unsigned)strtoul(argv[1], NULL, 10), second)) {
		fprintf(stderr, "bridge_says: it takes two arguments and a "
		                "recording\n");
		return EXIT_FAILURE;
	}
	return run(argv[2]) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

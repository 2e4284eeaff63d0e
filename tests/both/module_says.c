/* module_says - what gmond's readers get from the module in the course of a recording.
 *
 *   module_says SILENCE CONFIGURATION PARAMETERS < DATAGRAMS
 *
 * DATAGRAMS and SILENCE (s) are those of world_read(), CONFIGURATION is as in
 * gmond.conf, PARAMETERS are the module's in it. Prints "AT MS", and then the XML, as
 * bridge_says does. gmond calls the module's handler each second; and what gmond clears
 * up every cleanup_threshold seconds, is here cleared up each second, so nothing is still
 * there by chance.
 *
 * With deliver = channel, gmond gets the messages that the module's thread sends, as if
 * from a channel: one round of them each second.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "tests/both/moments.h"
#include "tests/both/world.h"
#include "tests/module/fake_gmond.h"

#define ROUND_NS \
	100000000 /* the pause between two rounds is longer, all others shorter */

extern mmodule sflow_module;

/* The clock that gmond and the module's publisher read, in place of APR's. */
apr_time_t
apr_time_now(void)
{
	return (clock_ms() + clock_wall_offset()) * 1000;
}

/* The channel --------------------------------------------------------------------- */

static struct {
	bool used;
	/* under the lock: */
	bool rests, goes, over;
} channel;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

/* In place of libganglia's: the module's channel leads to this gmond. */
int
Ganglia_udp_send_message(Ganglia_udp_send_channels channels, char *bytes, int len)
{
	(void)channels;
	fake_receive(bytes, (size_t)len);
	return 0;
}

/* In place of the C library's, which the thread of the channel calls: after a round it
 * rests until the next one is wanted. */
int
nanosleep(const struct timespec *wanted, struct timespec *left)
{
	(void)left;
	if (wanted->tv_sec == 0 && wanted->tv_nsec < ROUND_NS)
		return 0;
	pthread_mutex_lock(&lock);
	channel.rests = true;
	pthread_cond_broadcast(&changed);
	while (!channel.goes && !channel.over)
		pthread_cond_wait(&changed, &lock);
	channel.goes = channel.rests = false;
	pthread_mutex_unlock(&lock);
	return 0;
}

/* Has the channel's thread send all that there is. */
static void
send_round(void)
{
	pthread_mutex_lock(&lock);
	while (!channel.rests)
		pthread_cond_wait(&changed, &lock);
	channel.goes = true;
	channel.rests = false;
	pthread_cond_broadcast(&changed);
	while (!channel.rests)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

static void
end_channel(void)
{
	pthread_mutex_lock(&lock);
	channel.over = true;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

/* gmond --------------------------------------------------------------------------- */

static void
second(int64_t since_ms, bool news)
{
	sflow_module.handler(0);
	if (channel.used)
		send_round();
	fake_cleanup();
	if (moment_begins(since_ms, news))
		fake_print(stdout);
}

static int
run(const char *globals, const char *parameters)
{
	char text[2048];

	channel.used = strstr(parameters, "channel") != NULL;
	snprintf(text, sizeof(text),
	         "%s\nudp_send_channel { host = 127.0.0.1 port = 9 }\n"
	         "modules { module { name = \"sflow_module\" "
	         "path = \"modsflow.so\" %s } }\n",
	         globals, parameters);
	fake_gmond_start(text, &sflow_module);
	if (sflow_module.init(fake_pool) != 0)
		return -1;
	world_wait();
	end_channel();
	sflow_module.cleanup();
	fake_gmond_end();
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc != 4 ||
	    !world_read(stdin, (unsigned)strtoul(argv[1], NULL, 10), second)) {
		fprintf(stderr, "module_says: it takes three arguments and a "
		                "recording\n");
		return EXIT_FAILURE;
	}
	return run(argv[2], argv[3]) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

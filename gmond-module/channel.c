/* The publisher that sends Ganglia messages: to the send channels of gmond.conf, so
 * that every gmond of the cluster knows the hosts; or, where this gmond is mute, to its
 * own receive channel. A mute gmond runs no handlers, so a thread sends the messages.
 *
 * A message has one value, so there are many, and a receiver's socket has room for few.
 * So there are pauses between them.
 */
#include <limits.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/thread.h"
#include "gmond-module/deliveries.h"
#include "gmond-module/gmond.h"
#include "gmond-module/message.h"
#include "gmond-module/publisher.h"

#define ROUND_MS 200        /* between two looks for news */
#define BATCH 16            /* so many messages are sent at once */
#define BATCH_PAUSE_US 1000 /* the pause after them */

static struct {
	struct deliveries deliveries;
	Ganglia_udp_send_channels channels; /* NULL: `own` is used */
	int own; /* socket to this gmond's receive channel; -1: none */
	unsigned batched;
	bool running;
	pthread_t thread;
	atomic_bool stopping;
	atomic_uint_fast64_t values;
} channel = {.own = -1};

static void
pause_us(long us)
{
	struct timespec t = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};

	nanosleep(&t, NULL);
}

static void
send_bytes(char *bytes, size_t len)
{
	if (channel.channels != NULL)
		Ganglia_udp_send_message(channel.channels, bytes, (int)len);
	else
		(void)!send(channel.own, bytes, len, MSG_NOSIGNAL);
	if (++channel.batched >= BATCH) {
		channel.batched = 0;
		pause_us(BATCH_PAUSE_US);
	}
}

static void
send_metadata(struct message *message)
{
	char bytes[GANGLIA_MAX_MESSAGE_LEN];
	XDR x;

	xdrmem_create(&x, bytes, sizeof(bytes), XDR_ENCODE);
	if (xdr_Ganglia_metadata_msg(&x, &message->metadata))
		send_bytes(bytes, xdr_getpos(&x));
}

static void
send_value(struct message *message)
{
	char bytes[GANGLIA_MAX_MESSAGE_LEN];
	XDR x;

	xdrmem_create(&x, bytes, sizeof(bytes), XDR_ENCODE);
	if (xdr_Ganglia_value_msg(&x, &message->value))
		send_bytes(bytes, xdr_getpos(&x));
}

/* Sends a heartbeat. gmond does not show it as a metric, but without metadata each
 * gmond that hears it would ask for them. */
static void
send_heartbeat(char *host, const struct store_info *info, bool describe)
{
	struct store_reading r = {.metric = {"heartbeat", UINT32, "", ZERO, "%u",
	                                     "core", "Last heartbeat", false},
	                          .number = info->started_s,
	                          .tmax_s = 20,
	                          .name = "heartbeat",
	                          .title = "Last heartbeat",
	                          .group = "core"};
	struct message message;

	if (describe) {
		message_metadata(&message, host, &r);
		send_metadata(&message);
	}
	message_heartbeat(&message, host, info->started_s);
	send_value(&message);
}

static void
send_news(struct store_host *from, int64_t now)
{
	static struct store_reading readings[DELIVERIES_READ];
	struct store_info info;
	struct message message;
	char host[MESSAGE_HOST];
	bool described = false;
	size_t count, i;

	store_host_info(from, &info);
	if (info.gone)
		return;
	message_host(&info, host);
	while ((count = deliveries_read(&channel.deliveries, from, now, readings)) >
	       0) {
		for (i = 0; i < count; i++) {
			if (readings[i].describe) {
				message_metadata(&message, host, &readings[i]);
				send_metadata(&message);
				described = true;
			}
			message_value(&message, host, &readings[i]);
			send_value(&message);
		}
		atomic_fetch_add(&channel.values, count);
	}
	if (info.up)
		send_heartbeat(host, &info, described);
}

static void *
run(void *unused)
{
	struct store_host *host;

	(void)unused;
	while (!atomic_load(&channel.stopping)) {
		host = store_take(channel.deliveries.feed);
		if (host == NULL) {
			pause_us(ROUND_MS * 1000);
			continue;
		}
		send_news(host, clock_ms());
		store_done(channel.deliveries.feed, host);
	}
	return NULL;
}

/* Returns a socket connected to this address and port; -1 where that fails. */
static int
connect_to(const char *host, long port)
{
	struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *found;
	char service[16];
	int s;

	snprintf(service, sizeof(service), "%ld", port);
	if (getaddrinfo(host, service, &hints, &found) != 0)
		return -1;
	s = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s >= 0 && connect(s, found->ai_addr, found->ai_addrlen) != 0) {
		close(s);
		s = -1;
	}
	freeaddrinfo(found);
	return s;
}

static int
connect_to_own(cfg_t *config)
{
	unsigned i, count = cfg_size(config, "udp_recv_channel");

	for (i = 0; i < count; i++) {
		cfg_t *c = cfg_getnsec(config, "udp_recv_channel", i);
		const char *bound = cfg_getstr(c, "bind");
		const char *group = cfg_getstr(c, "mcast_join");
		const char *family = cfg_getstr(c, "family");
		bool v6 = family != NULL && strchr(family, '6') != NULL;
		const char *to = group != NULL   ? group
		                 : bound != NULL ? bound
		                 : v6            ? "::1"
		                                 : "127.0.0.1";
		int s = connect_to(to, cfg_getint(c, "port"));

		if (s >= 0)
			return s;
	}
	return -1;
}

static int
start(struct store *store, cfg_t *config, apr_pool_t *pool)
{
	cfg_t *globals = cfg_getsec(config, "globals");
	bool mute = cfg_getbool(globals, "mute");
	long again = cfg_getint(globals, "send_metadata_interval");

	if (!deliveries_open(&channel.deliveries, store)) {
		log_line("the store has no room for what is delivered");
		return -1;
	}
	if (again > INT_MAX)
		again = INT_MAX;
	channel.deliveries.describe_s = again > 0 ? (unsigned)again : 0;
	channel.channels = NULL;
	if (!mute)
		channel.channels = Ganglia_udp_send_channels_create(
		    (Ganglia_pool)pool, (Ganglia_gmond_config)config);
	if (channel.channels == NULL) {
		channel.own = connect_to_own(config);
		if (channel.own < 0) {
			log_line("deliver = channel is impossible: there is "
			         "neither a udp_send_channel nor a "
			         "udp_recv_channel to deliver to");
			return -1;
		}
	}
	atomic_store(&channel.stopping, false);
	channel.running =
	    thread_start(&channel.thread, "sflow-channel", run, NULL) == 0;
	return channel.running ? 0 : -1;
}

static void
stop(void)
{
	atomic_store(&channel.stopping, true);
	if (channel.running)
		pthread_join(channel.thread, NULL);
	channel.running = false;
	if (channel.own >= 0)
		close(channel.own);
	channel.own = -1;
}

static uint64_t
delivered(void)
{
	return atomic_load(&channel.values);
}

const struct publisher channel_publisher = {
    .start = start, .stop = stop, .delivered = delivered};

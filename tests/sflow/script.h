/* script.h - scripts of invented time: agents that send to a collector, and a
 * publisher that reads what comes of it.
 */
#ifndef TESTS_SCRIPT_H
#define TESTS_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gmond-module/deliveries.h"
#include "sflow/collector/collector.h"
#include "tests/sflow/wire.h"

#define SCRIPT_START INT64_C(100000000)    /* ms; when a script begins */
#define SCRIPT_WALL INT64_C(1600000000000) /* ms; the wall clock at 0 */
#define SCRIPT_SHOWN 1024
#define SCRIPT_GONE 64
#define SCRIPT_PACKET_SOURCE "192.0.2.99"

#define SECONDS INT64_C(1000)
#define MINUTES (60 * SECONDS)
#define HOURS (60 * MINUTES)
#define DAYS (24 * HOURS)

/* A data source of an agent, and its clock. */
struct device {
	const char *address;
	uint32_t sub_agent;
	uint32_t class, index;
	int64_t booted_ms;
	uint32_t sequence; /* of the last datagram */
	uint32_t sample;   /* of the last sample */
};

struct shown {
	char host[TEXT_SIZE];
	char key[TEXT_SIZE];
	struct store_reading reading;
};

struct script {
	struct collector *c;
	struct deliveries deliveries; /* the publisher's */
	struct store_feed *feed;      /* its feed; NULL: there is none */
	int64_t now;
	const char *from; /* the packets' source; NULL: SCRIPT_PACKET_SOURCE */
	struct wire w;
	struct shown shown[SCRIPT_SHOWN]; /* by the last script_publish() */
	size_t shown_count;
	char gone[SCRIPT_GONE][TEXT_SIZE]; /* hosts, since the start */
	size_t gone_count;
	uint32_t started_s;                /* of the last host that was published */
	unsigned events[EVENT_KIND_COUNT]; /* since the start */
	struct event last[EVENT_KIND_COUNT];
};

/* Setup and teardown of a cmocka test; *state is a struct script. */
int script_setup(void **state);
int script_teardown(void **state);
#define TEST(test) cmocka_unit_test_setup_teardown(test, script_setup, script_teardown)

/* Begins anew with another configuration. And: with no publisher. */
void script_configure(struct script *s, const struct collector_config *config);
void script_configure_unpublished(struct script *s,
                                  const struct collector_config *config);

/* A machine (data source 2:1 of sub-agent 100000) that booted an hour ago, and
 * whose clock does not step by whole seconds; or another data source of the
 * same agent. */
struct device script_machine(const char *address);
struct device script_source(const struct device *machine, uint32_t sub_agent,
                            uint32_t class, uint32_t index);

/* A datagram with a counters sample of `d`; what goes in between is up to the
 * test. script_end() leaves it in s->w. */
void script_begin(struct script *s, struct device *d);
void script_end(struct script *s);

/* Gives s->w, or another datagram, to the collector. */
int script_input(struct script *s);
int script_input_wire(struct script *s, const struct wire *w);

/* Both. The first puts in what is there already. */
int script_send(struct script *s);
int script_send_net(struct script *s, struct device *d, uint64_t bytes_in);
int script_send_host(struct script *s, struct device *d, const char *name,
                     uint64_t bytes_in);

/* Time passes, with a tick each second. */
void script_pass(struct script *s, int64_t ms);

/* The agent behind `d` begins again. */
void script_reboot(struct script *s, struct device *d);

/* Reads all that is to be delivered now, and the events. */
void script_publish(struct script *s);

/* A value of the last script_publish(): NULL or NAN where it was not. */
const struct store_reading *script_reading(const struct script *s, const char *host,
                                           const char *metric);
double script_value(const struct script *s, const char *host, const char *metric);
bool script_is_gone(const struct script *s, const char *host);
bool script_is_shown(const struct script *s, const char *host);

#endif

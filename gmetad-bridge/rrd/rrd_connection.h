/* rrd_connection.h - a connection to rrdcached: text goes out, text comes in, and
 * nothing waits longer than it is told to, or than rrd_time_left() says.
 */
#ifndef BRIDGE_RRD_CONNECTION_H
#define BRIDGE_RRD_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rrd;

struct connection {
	struct rrd *rrd;
	int fd;         /* -1: none */
	bool local;     /* to this machine */
	char *received; /* what has come, and isn't taken yet */
	size_t len, size;
};

/* Connects to "unix:/path", "/path", "host", "host:port" or "[address]:port" within
 * `ms`, unless a name has to be looked up, which the resolver bounds. 0, or -1, and
 * `fault` says why. */
#define CONNECTION_FAULT 200
int connection_open(struct connection *c, struct rrd *rrd, const char *address,
                    int64_t ms, char fault[CONNECTION_FAULT]);
void connection_close(struct connection *c);

/* Sends all of it; fails when none of it could be sent for `ms`. 0, or -1 with
 * errno. */
int connection_send(struct connection *c, const char *bytes, size_t len,
                    int64_t ms);

/* Waits up to `ms` for more to come, behind what has. 0, or -1 with errno: an end is
 * ECONNRESET, more than a megabyte EMSGSIZE. */
int connection_receive(struct connection *c, int64_t ms);

/* The first `len` bytes of it are taken. */
void connection_take(struct connection *c, size_t len);

#endif

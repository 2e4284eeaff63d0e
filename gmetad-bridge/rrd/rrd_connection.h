/* rrd_connection.h - a connection to rrdcached, which sends and receives text. Nothing
 * waits longer than its argument `ms`, or than rrd_time_left() gives.
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
	bool local;     /* it is to this machine */
	char *received; /* `len` bytes that have come and are not taken yet */
	size_t len, size;
};

/* Whether an address is clearly of this machine. */
bool connection_is_local(const char *address);

/* Connects to "unix:/path", "/path", "host", "host:port" or "[address]:port" within
 * `ms`. To look up a name may take longer, as long as the resolver waits. Returns 0; or
 * -1, and `fault` says why. */
#define CONNECTION_FAULT 200
int connection_open(struct connection *c, struct rrd *rrd, const char *address,
                    int64_t ms, char fault[CONNECTION_FAULT]);
void connection_close(struct connection *c);

/* Sends all bytes; fails when none could be sent for `ms`. Returns 0, or -1 with
 * errno. */
int connection_send(struct connection *c, const char *bytes, size_t len, int64_t ms);

/* Waits up to `ms` for more bytes, and appends them to `received`. Returns 0, or -1
 * with errno: ECONNRESET at the end of the connection, EMSGSIZE above a megabyte. */
int connection_receive(struct connection *c, int64_t ms);

/* Removes the first `len` bytes from `received`. */
void connection_take(struct connection *c, size_t len);

#endif

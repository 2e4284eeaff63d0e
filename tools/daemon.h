/* daemon.h - asks gmond, gmetad or gmetad-bridge once, and hands what comes to the
 * reader of Ganglia's XML.
 */
#ifndef TOOLS_DAEMON_H
#define TOOLS_DAEMON_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/ganglia_xml.h"

#define DAEMON_ADDRESS 256 /* bytes of a host's name or address */
#define DAEMON_FAULT 512   /* bytes of the text of a fault */
#define DAEMON_GMOND_PORT 8649
#define DAEMON_INTERACTIVE_PORT 8652 /* gmetad's, and gmetad-bridge's */

/* gmond and gmetad's xml_port print everything to whoever connects; only gmetad's
 * interactive port waits for a query. A gmond that gets one may cut its answer off, so
 * none is sent to 8649 and 8651; to 8652 at once; elsewhere when nothing has come for
 * a moment; and who then answers as gmond does is asked nothing, by another
 * connection. */
enum daemon_ask { DAEMON_ASK_AUTO, DAEMON_ASK_ALWAYS, DAEMON_ASK_NEVER };

struct daemon_address {
	char host[DAEMON_ADDRESS];
	unsigned port;
	enum daemon_ask ask;
};

/* "HOST", "HOST:PORT", "[::1]:PORT", "::1". Returns 0, or -1. */
int daemon_parse(const char *text, struct daemon_address *address);

/* What is wanted. Where nothing can be asked, all is read, and the visitor chooses. */
struct daemon_query {
	const char *cluster; /* NULL: any */
	const char *host;    /* NULL: all */
	bool summary;        /* sums and counts instead of hosts */
};

enum daemon_result {
	DAEMON_DONE,    /* all was read, or the visitor had enough */
	DAEMON_REFUSED, /* no connection */
	DAEMON_LATE,    /* the deadline has passed */
	DAEMON_BROKEN   /* what came is not (all of) Ganglia's XML */
};

/* Connects, asks and reads until `deadline_ms` of clock_ms(); but looking up a name
 * takes the time that the resolver takes. All addresses of a name are tried. Understands gmond's gzip_output. `fault` says what is wrong unless
 * the result is DAEMON_DONE. Sends no signal, prints nothing. */
enum daemon_result daemon_read(const struct daemon_address *address,
                               const struct daemon_query *query,
                               const struct ganglia_visitor *visitor,
                               int64_t deadline_ms, char fault[DAEMON_FAULT]);

#endif

/* daemon.h - asks gmond, gmetad or gmetad-bridge once, and gives the answer to the
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

/* Whether a query is sent. gmond, and gmetad's xml_port, print everything as soon as a
 * reader connects; only gmetad's interactive port waits for a query. A gmond that gets
 * a query may cut its answer off. So DAEMON_ASK_AUTO sends none to ports 8649 and 8651,
 * and sends one to 8652 at once. To another port it sends one when nothing has come for
 * a moment; if the answer then is like gmond's, it connects again and sends none. */
enum daemon_ask { DAEMON_ASK_AUTO, DAEMON_ASK_ALWAYS, DAEMON_ASK_NEVER };

struct daemon_address {
	char host[DAEMON_ADDRESS];
	unsigned port;
	enum daemon_ask ask;
};

/* Reads "HOST", "HOST:PORT", "[::1]:PORT" or "::1". Returns 0, or -1 when the text is
 * none of these. */
int daemon_parse(const char *text, struct daemon_address *address);

/* What is wanted. Where no query can be sent, all is read, and the visitor chooses. */
struct daemon_query {
	const char *cluster; /* NULL: any */
	const char *host;    /* NULL: all */
	bool summary;        /* sums and counts instead of hosts */
	bool former;         /* former names, too, from who knows them */
	/* Set to when the daemon began to collect values, by its wall clock, where it says so
	 * (gmetad-bridge does, in HTTP's header line X-Started), or else left alone; NULL: not
	 * wanted. */
	int64_t *started_s;
	bool hosts_only; /* all hosts, without their metrics where that can be asked */
};

enum daemon_result {
	DAEMON_DONE,    /* all was read, or the visitor has stopped it */
	DAEMON_REFUSED, /* there was no connection */
	DAEMON_LATE,    /* the deadline has passed */
	DAEMON_BROKEN   /* the answer is not Ganglia's XML, or not all of it */
};

/* Connects, asks and reads until `deadline_ms` of clock_ms(); to look up a name may
 * take longer, as long as the resolver waits. All addresses of a name are tried.
 * Understands gmond's gzip_output. Unless the result is DAEMON_DONE, `fault` says what
 * is wrong. Sends no signal, and prints nothing. */
enum daemon_result daemon_read(const struct daemon_address *address,
                               const struct daemon_query *query,
                               const struct ganglia_visitor *visitor,
                               int64_t deadline_ms, char fault[DAEMON_FAULT]);

#endif

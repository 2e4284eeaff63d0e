/* heard.h - how long ago a host was really heard, from what Ganglia's XML says of it. */
#ifndef TOOLS_HEARD_H
#define TOOLS_HEARD_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/ganglia_xml.h"

/* Whether the host's own TN is the real one, so that its metrics need not be read to know
 * its age. */
bool heard_by_tn(const struct ganglia_host *host);

/* Returns how many seconds ago the host was heard. Its own TN may differ from that (see
 * DESIGN.md, Membership): it is kept low while the host is up, and is larger when the
 * host is down. A bridge tells the real time beside it. gmond doesn't, but the TNs of the
 * host's metrics are those of its datagrams: `newest_s` is the smallest of them. That, and
 * what comes back, is GANGLIA_UNKNOWN where it is not known. */
int64_t heard_ago(const struct ganglia_host *host, int64_t newest_s);

/* Whether heard_ago() is the most that it may be, and not the truth: of a host that is down, of
 * which no bridge tells, and no metrics are known. */
bool heard_at_most(const struct ganglia_host *host, int64_t newest_s);

/* Returns the smaller one of two numbers of seconds that may be GANGLIA_UNKNOWN. */
int64_t heard_sooner(int64_t a, int64_t b);

#endif

#include "tools/heard.h"

#include <stdlib.h>

/* For a host that is up but sends rarely, the module keeps TN at four times TMAX less 45 s
 * at least, and the bridge at four times less 35 s at most, so that all readers call it
 * up. A TN that is smaller by two seconds, because of rounding, is the real one. */
#define HELD_TMAX 4
#define HELD_LESS_S 47

/* A bridge's REPORTED is when the host was really heard, gmond's is always LOCALTIME
 * less TN. If they differ by more than this, it is a bridge's. */
#define ROUNDING_S 2

bool
heard_by_tn(const struct ganglia_host *host)
{
	return host->tn_s != GANGLIA_UNKNOWN && host->tmax_s != GANGLIA_UNKNOWN &&
	       host->tn_s < HELD_TMAX * host->tmax_s - HELD_LESS_S;
}

/* Returns how many seconds ago the host was heard, by REPORTED; GANGLIA_UNKNOWN where
 * that is unknown, or says only what TN says. */
static int64_t
reported_ago(const struct ganglia_host *host)
{
	int64_t ago = host->localtime_s - host->reported_s;
	bool known = host->localtime_s > 0 && host->reported_s > 0;

	return known && ago >= 0 && llabs(ago - host->tn_s) > ROUNDING_S
	           ? ago
	           : GANGLIA_UNKNOWN;
}

int64_t
heard_sooner(int64_t a, int64_t b)
{
	if (a == GANGLIA_UNKNOWN || b == GANGLIA_UNKNOWN)
		return a == GANGLIA_UNKNOWN ? b : a;
	return a < b ? a : b;
}

bool
heard_at_most(const struct ganglia_host *host, int64_t newest_s)
{
	return ganglia_is_down(host) && !heard_by_tn(host) &&
	       newest_s == GANGLIA_UNKNOWN && reported_ago(host) == GANGLIA_UNKNOWN;
}

int64_t
heard_ago(const struct ganglia_host *host, int64_t newest_s)
{
	int64_t reported;

	if (host->tn_s == GANGLIA_UNKNOWN)
		return newest_s;
	if (heard_by_tn(host))
		return host->tn_s;
	reported = reported_ago(host);
	if (ganglia_is_down(host))
		return heard_sooner(host->tn_s, heard_sooner(reported, newest_s));
	if (reported != GANGLIA_UNKNOWN && reported > host->tn_s)
		return reported;
	return newest_s == GANGLIA_UNKNOWN || newest_s < host->tn_s ? host->tn_s
	                                                            : newest_s;
}

/* rrd_cached.h - what tests set of rrd_cached.c. */
#ifndef BRIDGE_RRD_CACHED_H
#define BRIDGE_RRD_CACHED_H

/* How long rrdcached may be silent before the connection is cut. */
extern int rrd_cached_timeout_ms;

#endif

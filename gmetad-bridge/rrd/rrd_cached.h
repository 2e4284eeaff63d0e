/* rrd_cached.h - a time of rrd_cached.c that tests change. */
#ifndef BRIDGE_RRD_CACHED_H
#define BRIDGE_RRD_CACHED_H

/* How long rrdcached may be silent before the connection is closed. */
extern int rrd_cached_timeout_ms;

#endif

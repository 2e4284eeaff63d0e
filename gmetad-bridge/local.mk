# The daemon. All of it but main() is in a library, for tests to link.
noinst_LTLIBRARIES += gmetad-bridge/libbridge.la

bridge_cflags = $(AM_CFLAGS) $(CONFUSE_CFLAGS) $(RRD_CFLAGS) $(SQLITE_CFLAGS) \
	$(ZLIB_CFLAGS)

gmetad_bridge_libbridge_la_SOURCES = gmetad-bridge/counters.h \
	$(bridge_config) $(bridge_ingest) $(bridge_readers) $(bridge_rrd) \
	$(bridge_state) $(bridge_steps)
gmetad_bridge_libbridge_la_CFLAGS = $(bridge_cflags)
gmetad_bridge_libbridge_la_CPPFLAGS = $(AM_CPPFLAGS) \
	-DBRIDGE_CONF='"$(sysconfdir)/ganglia/gmetad-bridge.conf"'
gmetad_bridge_libbridge_la_LIBADD = common/libcommon.la sflow/libsflow.la \
	$(CONFUSE_LIBS) \
	$(RRD_LIBS) $(SQLITE_LIBS) $(ZLIB_LIBS)

# What the file says, and the command line.
bridge_config = gmetad-bridge/options.c gmetad-bridge/options.h \
	gmetad-bridge/config.c gmetad-bridge/config.h \
	gmetad-bridge/config_clusters.c gmetad-bridge/config_file.c \
	gmetad-bridge/config_keys.c gmetad-bridge/config_lists.c \
	gmetad-bridge/config_read.c gmetad-bridge/config_read.h \
	gmetad-bridge/config_text.c gmetad-bridge/config_text.h \
	gmetad-bridge/config_values.c gmetad-bridge/config_values.h

# From the network into the collector.
bridge_ingest = gmetad-bridge/ingest.c gmetad-bridge/ingest.h \
	gmetad-bridge/limit.c gmetad-bridge/limit.h \
	gmetad-bridge/log.c gmetad-bridge/log.h \
	gmetad-bridge/workers.c gmetad-bridge/workers.h

# From the store to readers.
bridge_readers = gmetad-bridge/buffer.h \
	gmetad-bridge/client.c gmetad-bridge/client.h \
	gmetad-bridge/document.c gmetad-bridge/document.h \
	gmetad-bridge/listen.c gmetad-bridge/listen.h \
	gmetad-bridge/query.c gmetad-bridge/query.h \
	gmetad-bridge/server.c gmetad-bridge/server.h \
	gmetad-bridge/status.c gmetad-bridge/status.h \
	gmetad-bridge/summary.c gmetad-bridge/summary.h \
	gmetad-bridge/xml.c gmetad-bridge/xml.h

# From the store into RRDs.
bridge_rrd = \
	gmetad-bridge/rrd.c gmetad-bridge/rrd.h \
	gmetad-bridge/rrd_cached.c gmetad-bridge/rrd_cached.h \
	gmetad-bridge/rrd_connection.c gmetad-bridge/rrd_connection.h \
	gmetad-bridge/rrd_create.c \
	gmetad-bridge/rrd_direct.c \
	gmetad-bridge/rrd_gather.c gmetad-bridge/rrd_gather.h \
	gmetad-bridge/rrd_guard.c gmetad-bridge/rrd_guard.h \
	gmetad-bridge/rrd_line.c gmetad-bridge/rrd_sink.h

# Over a restart; and itself.
bridge_state = gmetad-bridge/state.h \
	gmetad-bridge/state.c gmetad-bridge/counters.c \
	gmetad-bridge/database.c gmetad-bridge/database.h \
	gmetad-bridge/database_internal.h gmetad-bridge/database_rows.c \
	gmetad-bridge/notify.c gmetad-bridge/notify.h \
	gmetad-bridge/own.c gmetad-bridge/own.h

# What is looked at in each step.
bridge_steps = gmetad-bridge/step_plan.c gmetad-bridge/step_plan.h \
	gmetad-bridge/steps.c gmetad-bridge/steps.h

sbin_PROGRAMS += gmetad-bridge/gmetad-bridge
gmetad_bridge_gmetad_bridge_SOURCES = gmetad-bridge/main.c
gmetad_bridge_gmetad_bridge_CFLAGS = $(bridge_cflags)
gmetad_bridge_gmetad_bridge_LDADD = gmetad-bridge/libbridge.la

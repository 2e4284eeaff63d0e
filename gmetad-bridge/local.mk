# The daemon. All of it but main() is in a library, for tests to link.
noinst_LTLIBRARIES += gmetad-bridge/libbridge.la

bridge_cflags = $(AM_CFLAGS) $(CONFUSE_CFLAGS) $(RRD_CFLAGS) $(SQLITE_CFLAGS) \
	$(ZLIB_CFLAGS)

gmetad_bridge_libbridge_la_SOURCES = \
	gmetad-bridge/counters.c gmetad-bridge/counters.h \
	gmetad-bridge/log.c gmetad-bridge/log.h \
	gmetad-bridge/notify.c gmetad-bridge/notify.h \
	gmetad-bridge/own.c gmetad-bridge/own.h \
	$(bridge_config) $(bridge_control) $(bridge_ingest) $(bridge_readers) $(bridge_rrd) \
	$(bridge_state) $(bridge_steps)
gmetad_bridge_libbridge_la_CFLAGS = $(bridge_cflags)
gmetad_bridge_libbridge_la_CPPFLAGS = $(AM_CPPFLAGS) \
	-DBRIDGE_CONF='"$(sysconfdir)/ganglia/gmetad-bridge.conf"'
gmetad_bridge_libbridge_la_LIBADD = common/libcommon.la sflow/libsflow.la \
	$(CONFUSE_LIBS) \
	$(RRD_LIBS) $(SQLITE_LIBS) $(ZLIB_LIBS)

# The configuration file and the command line.
bridge_config = gmetad-bridge/config/options.c gmetad-bridge/config/options.h \
	gmetad-bridge/config/config.c gmetad-bridge/config/config.h \
	gmetad-bridge/config/config_check.c gmetad-bridge/config/config_check.h \
	gmetad-bridge/config/config_cluster.c gmetad-bridge/config/config_clusters.c \
	gmetad-bridge/config/config_fault.c gmetad-bridge/config/config_hint.c \
	gmetad-bridge/config/config_lists.c \
	gmetad-bridge/config/config_read.c gmetad-bridge/config/config_read.h \
	gmetad-bridge/config/config_scan.c gmetad-bridge/config/config_scan.h \
	gmetad-bridge/config/config_sections.c gmetad-bridge/config/config_sections.h \
	gmetad-bridge/config/config_text.c gmetad-bridge/config/config_text.h \
	gmetad-bridge/config/config_values.c gmetad-bridge/config/config_values.h \
	gmetad-bridge/config/config_warning.c gmetad-bridge/config/config_warning.h

# What the administrator tells the bridge that runs.
bridge_control = gmetad-bridge/control/ask.c gmetad-bridge/control/ask.h \
	gmetad-bridge/control/control.c gmetad-bridge/control/control.h \
	gmetad-bridge/control/control_socket.c gmetad-bridge/control/control_socket.h \
	gmetad-bridge/control/request.c gmetad-bridge/control/request.h \
	gmetad-bridge/control/task.c gmetad-bridge/control/task.h

# From the network into the collector.
bridge_ingest = gmetad-bridge/ingest/ingest.c gmetad-bridge/ingest/ingest.h \
	gmetad-bridge/ingest/inherited.c gmetad-bridge/ingest/inherited.h \
	gmetad-bridge/ingest/limit.c gmetad-bridge/ingest/limit.h \
	gmetad-bridge/ingest/workers.c gmetad-bridge/ingest/workers.h

# From the store to readers.
bridge_readers = \
	gmetad-bridge/readers/client.c gmetad-bridge/readers/client.h \
	gmetad-bridge/readers/document.c gmetad-bridge/readers/document.h \
	gmetad-bridge/readers/listen.c gmetad-bridge/readers/listen.h \
	gmetad-bridge/readers/query.c gmetad-bridge/readers/query.h \
	gmetad-bridge/readers/server.c gmetad-bridge/readers/server.h \
	gmetad-bridge/readers/status.c gmetad-bridge/readers/status.h \
	gmetad-bridge/readers/xml.c gmetad-bridge/readers/xml.h

# From the store into RRDs.
bridge_rrd = \
	gmetad-bridge/rrd/rrd.c gmetad-bridge/rrd/rrd.h \
	gmetad-bridge/rrd/rrd_cached.c gmetad-bridge/rrd/rrd_cached.h \
	gmetad-bridge/rrd/rrd_cached_file.c gmetad-bridge/rrd/rrd_cached_folder.c \
	gmetad-bridge/rrd/rrd_connection.c gmetad-bridge/rrd/rrd_connection.h \
	gmetad-bridge/rrd/rrd_create.c \
	gmetad-bridge/rrd/rrd_direct.c \
	gmetad-bridge/rrd/rrd_faults.c gmetad-bridge/rrd/rrd_faults.h \
	gmetad-bridge/rrd/rrd_file.c \
	gmetad-bridge/rrd/rrd_files.c gmetad-bridge/rrd/rrd_files.h \
	gmetad-bridge/rrd/rrd_folder.c \
	gmetad-bridge/rrd/rrd_gather.c gmetad-bridge/rrd/rrd_gather.h \
	gmetad-bridge/rrd/rrd_guard.c gmetad-bridge/rrd/rrd_guard.h \
	gmetad-bridge/rrd/rrd_header.c gmetad-bridge/rrd/rrd_header.h \
	gmetad-bridge/rrd/rrd_line.c \
	gmetad-bridge/rrd/rrd_link.c gmetad-bridge/rrd/rrd_link.h \
	gmetad-bridge/rrd/rrd_order.c gmetad-bridge/rrd/rrd_order.h \
	gmetad-bridge/rrd/rrd_repeat.c gmetad-bridge/rrd/rrd_repeat.h \
	gmetad-bridge/rrd/rrd_room.c gmetad-bridge/rrd/rrd_room.h \
	gmetad-bridge/rrd/rrd_sink.h \
	gmetad-bridge/rrd/rrd_words.c gmetad-bridge/rrd/rrd_words.h

# What is kept over a restart.
bridge_state = \
	gmetad-bridge/state/database.c gmetad-bridge/state/database.h \
	gmetad-bridge/state/database_internal.h \
	gmetad-bridge/state/database_migrations.c \
	gmetad-bridge/state/database_names.c \
	gmetad-bridge/state/database_rows.c gmetad-bridge/state/database_statements.c \
	gmetad-bridge/state/state.c gmetad-bridge/state/state.h \
	gmetad-bridge/state/state_names.c gmetad-bridge/state/state_names.h

# What is done in each step.
bridge_steps = \
	gmetad-bridge/steps/archives.c gmetad-bridge/steps/archives.h \
	gmetad-bridge/steps/folders.c gmetad-bridge/steps/folders.h \
	gmetad-bridge/steps/step_plan.c gmetad-bridge/steps/step_plan.h \
	gmetad-bridge/steps/steps.c gmetad-bridge/steps/steps.h \
	gmetad-bridge/steps/summary.c gmetad-bridge/steps/summary.h \
	gmetad-bridge/steps/sums.c gmetad-bridge/steps/sums.h \
	gmetad-bridge/steps/walk.c gmetad-bridge/steps/walk.h

sbin_PROGRAMS += gmetad-bridge/gmetad-bridge
gmetad_bridge_gmetad_bridge_SOURCES = gmetad-bridge/main.c
gmetad_bridge_gmetad_bridge_CFLAGS = $(bridge_cflags)
gmetad_bridge_gmetad_bridge_LDADD = gmetad-bridge/libbridge.la

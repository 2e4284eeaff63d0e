# The bridge's own unit tests, a program for each of its modules.
BRIDGE_TESTS = \
	tests/bridge/test_client \
	tests/bridge/test_config \
	tests/bridge/test_config_check \
	tests/bridge/test_config_faults \
	tests/bridge/test_control \
	tests/bridge/test_document \
	tests/bridge/test_folders \
	tests/bridge/test_ingest \
	tests/bridge/test_inherited \
	tests/bridge/test_limit \
	tests/bridge/test_log \
	tests/bridge/test_notify \
	tests/bridge/test_options \
	tests/bridge/test_own \
	tests/bridge/test_query \
	tests/bridge/test_restart \
	tests/bridge/test_rrd \
	tests/bridge/test_rrd_files \
	tests/bridge/test_rrd_order \
	tests/bridge/test_rrd_room \
	tests/bridge/test_rrdcached \
	tests/bridge/test_rrdcached_faults \
	tests/bridge/test_server \
	tests/bridge/test_state \
	tests/bridge/test_state_damage \
	tests/bridge/test_state_faults \
	tests/bridge/test_state_migrations \
	tests/bridge/test_state_newer \
	tests/bridge/test_steps \
	tests/bridge/test_summary \
	tests/bridge/test_walk \
	tests/bridge/test_whole
BRIDGE_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CONFUSE_CFLAGS)
BRIDGE_LIBS = gmetad-bridge/libbridge.la $(CMOCKA_LIBS)
check_PROGRAMS += $(BRIDGE_TESTS)
TESTS += $(BRIDGE_TESTS)

tests_bridge_test_config_SOURCES = tests/bridge/test_config.c \
	tests/bridge/dump_config.c tests/bridge/dump_config.h tests/sflow/unit.h \
	tests/tools/source_file.c tests/tools/source_file.h
tests_bridge_test_config_CFLAGS = $(BRIDGE_CFLAGS)
tests_bridge_test_config_LDADD = $(BRIDGE_LIBS)

tests_bridge_test_config_check_SOURCES = tests/bridge/test_config_check.c \
	tests/sflow/unit.h
tests_bridge_test_config_check_CFLAGS = $(BRIDGE_CFLAGS)
tests_bridge_test_config_check_LDADD = $(BRIDGE_LIBS)

tests_bridge_test_config_faults_SOURCES = tests/bridge/test_config_faults.c \
	tests/sflow/unit.h
tests_bridge_test_config_faults_CFLAGS = $(BRIDGE_CFLAGS)
tests_bridge_test_config_faults_LDADD = $(BRIDGE_LIBS)

tests_bridge_test_folders_SOURCES = tests/bridge/test_folders.c tests/sflow/unit.h
tests_bridge_test_folders_CFLAGS = $(BRIDGE_CFLAGS)
tests_bridge_test_folders_LDADD = $(BRIDGE_LIBS)

tests_bridge_test_options_SOURCES = tests/bridge/test_options.c tests/sflow/unit.h
tests_bridge_test_options_CFLAGS = $(BRIDGE_CFLAGS)
tests_bridge_test_options_LDADD = $(BRIDGE_LIBS)

tests_bridge_test_ingest_SOURCES = tests/bridge/test_ingest.c $(UNIT_WIRE)
tests_bridge_test_ingest_CFLAGS = $(BRIDGE_CFLAGS)
tests_bridge_test_ingest_LDADD = $(BRIDGE_LIBS)

tests_bridge_test_inherited_SOURCES = tests/bridge/test_inherited.c tests/sflow/unit.h
tests_bridge_test_inherited_CFLAGS = $(BRIDGE_CFLAGS)
tests_bridge_test_inherited_LDADD = $(BRIDGE_LIBS)

tests_bridge_test_limit_SOURCES = tests/bridge/test_limit.c tests/sflow/unit.h
tests_bridge_test_limit_CFLAGS = $(BRIDGE_CFLAGS)
tests_bridge_test_limit_LDADD = $(BRIDGE_LIBS)

tests_bridge_test_log_SOURCES = tests/bridge/test_log.c tests/sflow/unit.h
tests_bridge_test_log_CFLAGS = $(BRIDGE_CFLAGS)
tests_bridge_test_log_LDADD = $(BRIDGE_LIBS)

tests_bridge_test_notify_SOURCES = tests/bridge/test_notify.c tests/sflow/unit.h
tests_bridge_test_notify_CFLAGS = $(BRIDGE_CFLAGS)
tests_bridge_test_notify_LDADD = $(BRIDGE_LIBS)

tests_bridge_test_own_SOURCES = tests/bridge/test_own.c tests/sflow/unit.h
tests_bridge_test_own_CFLAGS = $(BRIDGE_CFLAGS)
tests_bridge_test_own_LDADD = $(BRIDGE_LIBS)

BRIDGE_GRID = tests/bridge/grid.c tests/bridge/grid.h tests/sflow/unit.h

tests_bridge_test_client_SOURCES = tests/bridge/test_client.c $(BRIDGE_GRID)
tests_bridge_test_client_CFLAGS = $(BRIDGE_CFLAGS) $(ZLIB_CFLAGS)
tests_bridge_test_client_LDADD = $(BRIDGE_LIBS) $(ZLIB_LIBS)

tests_bridge_test_control_SOURCES = tests/bridge/test_control.c tests/sflow/unit.h
tests_bridge_test_control_CFLAGS = $(BRIDGE_CFLAGS)
tests_bridge_test_control_LDADD = $(BRIDGE_LIBS)

tests_bridge_test_document_SOURCES = tests/bridge/test_document.c $(BRIDGE_GRID)
tests_bridge_test_document_CFLAGS = $(BRIDGE_CFLAGS)
tests_bridge_test_document_LDADD = $(BRIDGE_LIBS)

tests_bridge_test_query_SOURCES = tests/bridge/test_query.c tests/sflow/unit.h
tests_bridge_test_query_CFLAGS = $(BRIDGE_CFLAGS)
tests_bridge_test_query_LDADD = $(BRIDGE_LIBS)

tests_bridge_test_server_SOURCES = tests/bridge/test_server.c $(BRIDGE_GRID)
tests_bridge_test_server_CFLAGS = $(BRIDGE_CFLAGS) $(ZLIB_CFLAGS)
tests_bridge_test_server_LDADD = $(BRIDGE_LIBS) $(ZLIB_LIBS)
tests_bridge_test_server_LDFLAGS = -Wl,--wrap=epoll_wait

tests_bridge_test_summary_SOURCES = tests/bridge/test_summary.c $(BRIDGE_GRID)
tests_bridge_test_summary_CFLAGS = $(BRIDGE_CFLAGS)
tests_bridge_test_summary_LDADD = $(BRIDGE_LIBS)

RRD_RIG = tests/bridge/rrd_rig.c tests/bridge/rrd_rig.h \
	tests/sflow/unit.h
tests_bridge_test_rrd_SOURCES = tests/bridge/test_rrd.c $(RRD_RIG)
tests_bridge_test_rrd_CFLAGS = $(BRIDGE_CFLAGS) $(RRD_CFLAGS)
tests_bridge_test_rrd_LDADD = $(BRIDGE_LIBS) common/libcommon.la

tests_bridge_test_rrd_room_SOURCES = tests/bridge/test_rrd_room.c $(RRD_RIG)
tests_bridge_test_rrd_room_CFLAGS = $(BRIDGE_CFLAGS) $(RRD_CFLAGS)
tests_bridge_test_rrd_room_LDADD = $(BRIDGE_LIBS) common/libcommon.la
tests_bridge_test_rrd_room_LDFLAGS = -Wl,--wrap=statvfs

RRD_DAEMON = tests/bridge/rrd_daemon.c tests/bridge/rrd_daemon.h
tests_bridge_test_rrdcached_SOURCES = tests/bridge/test_rrdcached.c $(RRD_RIG) \
	$(RRD_DAEMON)
tests_bridge_test_rrdcached_CFLAGS = $(BRIDGE_CFLAGS) $(RRD_CFLAGS)
tests_bridge_test_rrdcached_LDADD = $(BRIDGE_LIBS) common/libcommon.la

tests_bridge_test_rrd_files_SOURCES = tests/bridge/test_rrd_files.c $(RRD_RIG) \
	$(RRD_DAEMON)
tests_bridge_test_rrd_files_CFLAGS = $(BRIDGE_CFLAGS) $(RRD_CFLAGS)
tests_bridge_test_rrd_files_LDADD = $(BRIDGE_LIBS) common/libcommon.la

tests_bridge_test_rrdcached_faults_SOURCES = \
	tests/bridge/test_rrdcached_faults.c \
	tests/bridge/fake_rrdcached.c tests/bridge/fake_rrdcached.h $(RRD_RIG)
tests_bridge_test_rrdcached_faults_CFLAGS = $(BRIDGE_CFLAGS) $(RRD_CFLAGS)
tests_bridge_test_rrdcached_faults_LDADD = $(BRIDGE_LIBS) common/libcommon.la

tests_bridge_test_rrd_order_SOURCES = tests/bridge/test_rrd_order.c \
	tests/bridge/fake_rrdcached.c tests/bridge/fake_rrdcached.h $(RRD_RIG) \
	$(RRD_DAEMON)
tests_bridge_test_rrd_order_CFLAGS = $(BRIDGE_CFLAGS) $(RRD_CFLAGS)
tests_bridge_test_rrd_order_LDADD = $(BRIDGE_LIBS) common/libcommon.la

FAKE_BRIDGE = tests/bridge/fake_bridge.c tests/bridge/fake_bridge.h
FAKE_COLLECTOR = $(FAKE_BRIDGE) tests/sflow/unit.h \
	tests/bridge/fake_collector.c tests/bridge/fake_collector.h
FAKE_DISK = tests/bridge/fake_disk.c tests/bridge/fake_disk.h
FAKE_VERSIONS = tests/bridge/fake_versions.c tests/bridge/fake_versions.h
EXTRA_DIST += tests/bridge/data/state-1.db

tests_bridge_test_restart_SOURCES = tests/bridge/test_restart.c $(FAKE_BRIDGE) \
	$(UNIT_SCRIPT)
tests_bridge_test_restart_CFLAGS = $(BRIDGE_CFLAGS) $(SQLITE_CFLAGS)
tests_bridge_test_restart_LDADD = gmond-module/libdeliveries.la $(BRIDGE_LIBS)

tests_bridge_test_state_SOURCES = tests/bridge/test_state.c $(FAKE_COLLECTOR)
tests_bridge_test_state_CFLAGS = $(BRIDGE_CFLAGS) $(SQLITE_CFLAGS)
tests_bridge_test_state_LDADD = $(BRIDGE_LIBS)

tests_bridge_test_state_damage_SOURCES = \
	tests/bridge/test_state_damage.c $(FAKE_COLLECTOR) $(FAKE_DISK)
tests_bridge_test_state_damage_CFLAGS = $(BRIDGE_CFLAGS) $(SQLITE_CFLAGS)
tests_bridge_test_state_damage_LDADD = $(BRIDGE_LIBS)

tests_bridge_test_state_faults_SOURCES = \
	tests/bridge/test_state_faults.c $(FAKE_COLLECTOR) $(FAKE_DISK)
tests_bridge_test_state_faults_CFLAGS = $(BRIDGE_CFLAGS) $(SQLITE_CFLAGS)
tests_bridge_test_state_faults_LDADD = $(BRIDGE_LIBS)

tests_bridge_test_state_migrations_SOURCES = \
	tests/bridge/test_state_migrations.c \
	$(FAKE_COLLECTOR) $(FAKE_DISK) $(FAKE_VERSIONS)
tests_bridge_test_state_migrations_CFLAGS = $(BRIDGE_CFLAGS) $(SQLITE_CFLAGS)
tests_bridge_test_state_migrations_LDADD = $(BRIDGE_LIBS)

tests_bridge_test_state_newer_SOURCES = tests/bridge/test_state_newer.c \
	$(FAKE_COLLECTOR) $(FAKE_DISK) $(FAKE_VERSIONS)
tests_bridge_test_state_newer_CFLAGS = $(BRIDGE_CFLAGS) $(SQLITE_CFLAGS)
tests_bridge_test_state_newer_LDADD = $(BRIDGE_LIBS)

tests_bridge_test_steps_SOURCES = tests/bridge/test_steps.c tests/sflow/unit.h
tests_bridge_test_steps_CFLAGS = $(BRIDGE_CFLAGS)
tests_bridge_test_steps_LDADD = $(BRIDGE_LIBS)

tests_bridge_test_walk_SOURCES = tests/bridge/test_walk.c tests/sflow/unit.h
tests_bridge_test_walk_CFLAGS = $(BRIDGE_CFLAGS)
tests_bridge_test_walk_LDADD = $(BRIDGE_LIBS)

tests_bridge_test_whole_SOURCES = tests/bridge/test_whole.c $(UNIT_WIRE)
tests_bridge_test_whole_CFLAGS = $(BRIDGE_CFLAGS)
tests_bridge_test_whole_LDADD = $(BRIDGE_LIBS) common/libcommon.la

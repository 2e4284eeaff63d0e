# Programs that the tests and ./start use; none is installed.
check_PROGRAMS += tests/tools/sflow-send
tests_tools_sflow_send_SOURCES = tests/tools/sflow-send.c \
	tests/tools/capture.c tests/tools/capture.h
tests_tools_sflow_send_CFLAGS = $(AM_CFLAGS) $(PCAP_CFLAGS)
tests_tools_sflow_send_LDADD = $(PCAP_LIBS)

check_PROGRAMS += tests/tools/sflow-dump
tests_tools_sflow_dump_SOURCES = tests/tools/sflow-dump.c \
	tests/tools/capture.c tests/tools/capture.h
tests_tools_sflow_dump_CFLAGS = $(AM_CFLAGS) $(PCAP_CFLAGS)
tests_tools_sflow_dump_LDADD = sflow/libsflow.la $(PCAP_LIBS)

check_PROGRAMS += tests/tools/replay
tests_tools_replay_SOURCES = tests/tools/replay.c \
	tests/tools/capture.c tests/tools/capture.h
tests_tools_replay_CFLAGS = $(AM_CFLAGS) $(PCAP_CFLAGS)
tests_tools_replay_LDADD = gmond-module/libdeliveries.la sflow/libsflow.la \
	$(PCAP_LIBS)

# Sets the wall clock of one program. Preloaded, so never with sanitizers.
check_LTLIBRARIES += tests/tools/clock-shift.la
tests_tools_clock_shift_la_SOURCES = tests/tools/clock-shift.c
tests_tools_clock_shift_la_LDFLAGS = -module -avoid-version -shared \
	-rpath /nowhere

check_PROGRAMS += tests/tools/flow-dump
tests_tools_flow_dump_SOURCES = tests/tools/flow-dump.c \
	tests/tools/capture.c tests/tools/capture.h
tests_tools_flow_dump_CFLAGS = $(AM_CFLAGS) $(PCAP_CFLAGS)
tests_tools_flow_dump_LDADD = common/libcommon.la sflow/libtraffic.la sflow/libsflow.la \
	$(PCAP_LIBS)

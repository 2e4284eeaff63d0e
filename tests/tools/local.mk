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

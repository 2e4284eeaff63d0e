# sflowget: values of agents for people, scripts and other tools. All of it but main()
# is in a library, for tests to link.
noinst_LTLIBRARIES += tools/sflowget/libsflowget.la
sflowget_sources = \
	tools/sflowget/answer.c tools/sflowget/answer.h \
	tools/sflowget/datagrams.h tools/sflowget/datagrams_file.c \
	tools/sflowget/datagrams_port.c \
	tools/sflowget/escape.c tools/sflowget/escape.h \
	tools/sflowget/fields.c tools/sflowget/fields.h \
	tools/sflowget/fields_internal.h tools/sflowget/fields_names.c \
	tools/sflowget/fragments.c tools/sflowget/fragments.h \
	tools/sflowget/frame.c tools/sflowget/frame.h \
	tools/sflowget/human.c tools/sflowget/human.h \
	tools/sflowget/item.h tools/sflowget/list.c tools/sflowget/list.h \
	tools/sflowget/munin.c \
	tools/sflowget/options.c tools/sflowget/options.h \
	tools/sflowget/options_check.c tools/sflowget/options_table.c \
	tools/sflowget/options_table.h tools/sflowget/options_wrong.c \
	tools/sflowget/output.h tools/sflowget/output_collectd.c \
	tools/sflowget/output_influx.c tools/sflowget/output_json.c \
	tools/sflowget/output_lines.c tools/sflowget/output_munin.c \
	tools/sflowget/output_prometheus.c tools/sflowget/output_table.c \
	tools/sflowget/report.c tools/sflowget/report.h \
	tools/sflowget/rrd_create.c tools/sflowget/rrd_create.h \
	tools/sflowget/run_daemon.c tools/sflowget/run_decode.c \
	tools/sflowget/run_listen.c tools/sflowget/run_read.c \
	tools/sflowget/servers.c tools/sflowget/servers.h \
	tools/sflowget/source_collector.c tools/sflowget/source_collector.h \
	tools/sflowget/source_daemon.c tools/sflowget/source_daemon.h \
	tools/sflowget/wanted.c tools/sflowget/wanted.h
tools_sflowget_libsflowget_la_SOURCES = $(sflowget_sources)
tools_sflowget_libsflowget_la_CFLAGS = $(AM_CFLAGS) $(PCAP_CFLAGS) $(ZLIB_CFLAGS)
tools_sflowget_libsflowget_la_LIBADD = tools/sflowget/libdecode.la \
	tools/libtools.la common/libcommon.la \
	sflow/libsflow.la $(PCAP_LIBS) $(ZLIB_LIBS) -lm

# The decoder of --decode, on its own, because the tests and the fuzzer need only that.
noinst_LTLIBRARIES += tools/sflowget/libdecode.la
tools_sflowget_libdecode_la_SOURCES = \
	tools/sflowget/decode.c tools/sflowget/decode.h \
	tools/sflowget/decode_internal.h \
	tools/sflowget/decode_json.c tools/sflowget/decode_packet.c \
	tools/sflowget/decode_text.c tools/sflowget/decode_value.c
tools_sflowget_libdecode_la_LIBADD = tools/libtools.la sflow/libsflow.la

bin_PROGRAMS += tools/sflowget/sflowget
tools_sflowget_sflowget_SOURCES = tools/sflowget/sflowget.c
tools_sflowget_sflowget_LDADD = tools/sflowget/libsflowget.la

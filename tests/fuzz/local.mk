# A fuzz target over its seeds, replay_NAME, is a test in every build. With
# --enable-fuzzer (and CC=clang, and --enable-sanitizers) there is fuzz_NAME for
# libFuzzer, too, which has the library's sources, for they have to be built for
# it. The target NAME is fuzz_NAME.c, its seeds are in corpus/NAME.
FUZZ_REPLAY = tests/fuzz/replay.c tests/fuzz/fuzz.h
FUZZ_RUN = tests/fuzz/run.c tests/fuzz/run.h tests/fuzz/rules.c tests/fuzz/rules.h \
	tests/fuzz/inside.c tests/fuzz/inside.h tests/fuzz/senders.c tests/fuzz/senders.h \
	tests/fuzz/senders_internal.h tests/fuzz/senders_wire.c
FUZZ_TESTS = tests/fuzz/replay_check tests/fuzz/replay_collector \
	tests/fuzz/replay_config tests/fuzz/replay_decode tests/fuzz/replay_flow \
	tests/fuzz/replay_frame \
	tests/fuzz/replay_query tests/fuzz/replay_readers tests/fuzz/replay_state \
	tests/fuzz/replay_xml
check_PROGRAMS += $(FUZZ_TESTS)
TESTS += $(FUZZ_TESTS)
if FUZZER
check_PROGRAMS += tests/fuzz/fuzz_check tests/fuzz/fuzz_collector \
	tests/fuzz/fuzz_config tests/fuzz/fuzz_decode tests/fuzz/fuzz_flow \
	tests/fuzz/fuzz_frame \
	tests/fuzz/fuzz_query tests/fuzz/fuzz_readers tests/fuzz/fuzz_state \
	tests/fuzz/fuzz_xml
endif
EXTRA_DIST += tests/fuzz/corpus tests/fuzz/make-corpus \
	tests/fuzz/make-corpus-config tests/fuzz/make-corpus-decode

# What runs the inputs and looks at what comes out is not measured by libFuzzer: it is
# not what is tested, and would take most of the time. Nor are comparisons traced, for
# the inputs have steps and seeds that know the numbers.
FUZZ_MEASURED = -fsanitize-coverage=inline-8bit-counters,indirect-calls,pc-table
check_LTLIBRARIES += tests/fuzz/libcollector.la tests/fuzz/libreaders.la
tests_fuzz_libcollector_la_SOURCES = tests/fuzz/fuzz_collector.c tests/fuzz/fuzz.h \
	$(FUZZ_RUN)
tests_fuzz_replay_collector_SOURCES = $(FUZZ_REPLAY)
tests_fuzz_replay_collector_LDADD = tests/fuzz/libcollector.la \
	gmond-module/libdeliveries.la sflow/libsflow.la

# A collector as the bridge has it; the seeds are those of `collector`.
tests_fuzz_libreaders_la_SOURCES = tests/fuzz/fuzz_readers.c tests/fuzz/fuzz.h \
	$(FUZZ_RUN)
tests_fuzz_replay_readers_SOURCES = $(FUZZ_REPLAY)
tests_fuzz_replay_readers_LDADD = tests/fuzz/libreaders.la sflow/libsflow.la

if FUZZER
tests_fuzz_fuzz_collector_SOURCES = gmond-module/deliveries.c \
	$(sflow_libsflow_la_SOURCES)
tests_fuzz_fuzz_collector_CFLAGS = $(AM_CFLAGS) $(FUZZ_MEASURED)
tests_fuzz_fuzz_collector_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_collector_LDADD = tests/fuzz/libcollector.la -lm

tests_fuzz_fuzz_readers_SOURCES = $(sflow_libsflow_la_SOURCES)
tests_fuzz_fuzz_readers_CFLAGS = $(AM_CFLAGS) $(FUZZ_MEASURED)
tests_fuzz_fuzz_readers_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_readers_LDADD = tests/fuzz/libreaders.la -lm
endif

FUZZ_CONFIG = tests/fuzz/fuzz_config.c tests/fuzz/fuzz.h \
	tests/bridge/dump_config.c tests/bridge/dump_config.h
tests_fuzz_replay_config_SOURCES = $(FUZZ_CONFIG) $(FUZZ_REPLAY)
tests_fuzz_replay_config_LDADD = gmetad-bridge/libbridge.la
if FUZZER
tests_fuzz_fuzz_config_SOURCES = $(FUZZ_CONFIG) $(bridge_config)
tests_fuzz_fuzz_config_CPPFLAGS = $(gmetad_bridge_libbridge_la_CPPFLAGS)
tests_fuzz_fuzz_config_CFLAGS = $(bridge_cflags) -fsanitize=fuzzer
tests_fuzz_fuzz_config_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_config_LDADD = common/libcommon.la sflow/libsflow.la $(CONFUSE_LIBS)
endif

# What readers ask for, and get, over the grid of the unit tests. Its log and its
# configuration's life are stand-ins there.
FUZZ_QUERY = tests/fuzz/fuzz_query.c tests/bridge/grid.c tests/bridge/grid.h
tests_fuzz_replay_query_SOURCES = $(FUZZ_QUERY) $(FUZZ_REPLAY)
tests_fuzz_replay_query_LDADD = gmetad-bridge/libbridge.la
if FUZZER
tests_fuzz_fuzz_query_SOURCES = $(FUZZ_QUERY) tests/fuzz/fuzz.h \
	gmetad-bridge/readers/document.c gmetad-bridge/readers/query.c gmetad-bridge/readers/status.c \
	gmetad-bridge/steps/summary.c gmetad-bridge/readers/xml.c gmetad-bridge/counters.c \
	$(sflow_libsflow_la_SOURCES)
tests_fuzz_fuzz_query_CFLAGS = $(AM_CFLAGS) $(CONFUSE_CFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_query_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_query_LDADD = common/libcommon.la -lm
endif

# The rows of state.db, with the runs of the collector's targets.
check_LTLIBRARIES += tests/fuzz/libstate.la
tests_fuzz_libstate_la_SOURCES = tests/fuzz/fuzz_state.c tests/fuzz/fuzz.h $(FUZZ_RUN)
tests_fuzz_replay_state_SOURCES = $(FUZZ_REPLAY)
tests_fuzz_replay_state_LDADD = tests/fuzz/libstate.la gmetad-bridge/libbridge.la
if FUZZER
tests_fuzz_fuzz_state_SOURCES = $(bridge_state) $(sflow_libsflow_la_SOURCES)
tests_fuzz_fuzz_state_CPPFLAGS = $(gmetad_bridge_libbridge_la_CPPFLAGS)
tests_fuzz_fuzz_state_CFLAGS = $(bridge_cflags) $(FUZZ_MEASURED)
tests_fuzz_fuzz_state_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_state_LDADD = tests/fuzz/libstate.la gmetad-bridge/libbridge.la
endif

# Ganglia's XML, as check_sflow and sflowget read it.
tests_fuzz_replay_xml_SOURCES = tests/fuzz/fuzz_xml.c $(FUZZ_REPLAY)
tests_fuzz_replay_xml_LDADD = tools/libtools.la
if FUZZER
tests_fuzz_fuzz_xml_SOURCES = tests/fuzz/fuzz_xml.c tests/fuzz/fuzz.h \
	tools/ganglia_xml.c
tests_fuzz_fuzz_xml_CFLAGS = $(tools_libtools_la_CFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_xml_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_xml_LDADD = $(EXPAT_LIBS)
endif

# What sflowget --decode prints.
tests_fuzz_replay_decode_SOURCES = tests/fuzz/fuzz_decode.c $(FUZZ_REPLAY)
tests_fuzz_replay_decode_LDADD = tools/sflowget/libdecode.la common/libcommon.la
if FUZZER
tests_fuzz_fuzz_decode_SOURCES = tests/fuzz/fuzz_decode.c tests/fuzz/fuzz.h \
	common/json.c tools/number.c $(tools_sflowget_libdecode_la_SOURCES) \
	$(sflow_libsflow_la_SOURCES)
tests_fuzz_fuzz_decode_CFLAGS = $(AM_CFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_decode_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_decode_LDADD = -lm
endif

# Flow samples as facts.
tests_fuzz_replay_flow_SOURCES = tests/fuzz/fuzz_flow.c $(FUZZ_REPLAY)
tests_fuzz_replay_flow_LDADD = sflow/libtraffic.la sflow/libsflow.la
if FUZZER
tests_fuzz_fuzz_flow_SOURCES = tests/fuzz/fuzz_flow.c tests/fuzz/fuzz.h \
	$(sflow_libtraffic_la_SOURCES) $(sflow_libsflow_la_SOURCES)
tests_fuzz_fuzz_flow_CFLAGS = $(AM_CFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_flow_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_flow_LDADD = -lm
endif

# check_sflow's command line, ranges, and the file of hosts that it writes again.
tests_fuzz_replay_check_SOURCES = tests/fuzz/fuzz_check.c $(FUZZ_REPLAY)
tests_fuzz_replay_check_LDADD = tools/check_sflow/libchecksflow.la
if FUZZER
tests_fuzz_fuzz_check_SOURCES = tests/fuzz/fuzz_check.c tests/fuzz/fuzz.h \
	$(check_sflow_sources) $(tools_libtools_la_SOURCES)
tests_fuzz_fuzz_check_CFLAGS = $(AM_CFLAGS) $(EXPAT_CFLAGS) $(ZLIB_CFLAGS) \
	-fsanitize=fuzzer
tests_fuzz_fuzz_check_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_check_LDADD = common/libcommon.la $(EXPAT_LIBS) $(ZLIB_LIBS)
endif

# Recorded frames, as sflowget --read takes them apart.
tests_fuzz_replay_frame_SOURCES = tests/fuzz/fuzz_frame.c $(FUZZ_REPLAY)
tests_fuzz_replay_frame_CFLAGS = $(AM_CFLAGS) $(PCAP_CFLAGS)
tests_fuzz_replay_frame_LDADD = tools/sflowget/libsflowget.la
if FUZZER
tests_fuzz_fuzz_frame_SOURCES = tests/fuzz/fuzz_frame.c tests/fuzz/fuzz.h \
	tools/sflowget/frame.c tools/sflowget/fragments.c sflow/wire/packet.c
tests_fuzz_fuzz_frame_CFLAGS = $(AM_CFLAGS) $(PCAP_CFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_frame_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_frame_LDADD = sflow/libsflow.la
endif

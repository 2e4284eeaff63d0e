# These are built with the tests and run by hand: run-bench runs gmond under
# sflow-load's datagrams, run-bridge gmetad-bridge beside gmond and gmetad, run-socket
# what the bridge loses of bursts and over a restart; library
# is what they cost without a gmond, discard what it costs to receive them, and
# rrd_feed the least that updates through rrdcached cost.
check_PROGRAMS += tests/bench/sflow-load tests/bench/library tests/bench/discard \
	tests/bench/rrd_feed
BENCH_TRAFFIC = \
	tests/bench/traffic.c tests/bench/traffic.h \
	tests/bench/encode.c tests/bench/encode.h \
	tests/bench/records.c tests/bench/records.h
tests_bench_sflow_load_SOURCES = tests/bench/sflow-load.c $(BENCH_TRAFFIC)
tests_bench_library_SOURCES = tests/bench/library.c $(BENCH_TRAFFIC)
tests_bench_library_LDADD = gmond-module/libdeliveries.la sflow/libsflow.la -lm
tests_bench_rrd_feed_SOURCES = tests/bench/rrd_feed.c

tests_bench_discard_SOURCES = tests/bench/discard.c

# A test: what some paths cost in instructions, which sanitizers multiply.
if !SANITIZED
check_PROGRAMS += tests/bench/quick_paths
endif
tests_bench_quick_paths_SOURCES = \
	tests/bench/quick_paths.c tests/bench/quick_paths.h \
	tests/bench/quick_reference.c tests/bench/quick_input.c \
	tests/bench/quick_xml.c tests/bench/quick_step.c tests/bench/quick_check.c \
	tests/bench/quick_join.c tests/sflow/wire.c tests/sflow/wire.h \
	tests/bench/fleet.c tests/bench/fleet.h $(BENCH_TRAFFIC)
tests_bench_quick_paths_LDADD = tools/check_sflow/libchecksflow.la \
	gmetad-bridge/libbridge.la
tests_bench_quick_paths_LDFLAGS = -Wl,--wrap=poll
WHOLE_TESTS += tests/bench/quick

EXTRA_DIST += tests/bench/run-bench tests/bench/run-bridge tests/bench/run-socket \
	tests/bench/measure.py tests/bench/programs.py tests/bench/RESULTS.md \
	tests/bench/quick tests/bench/quick.tsv

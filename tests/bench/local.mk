# Both are built with the tests and run by hand: run-bench runs gmond under
# sflow-load's datagrams, library is what they cost without a gmond.
check_PROGRAMS += tests/bench/sflow-load tests/bench/library
BENCH_TRAFFIC = \
	tests/bench/traffic.c tests/bench/traffic.h \
	tests/bench/encode.c tests/bench/encode.h \
	tests/bench/records.c tests/bench/records.h
tests_bench_sflow_load_SOURCES = tests/bench/sflow-load.c $(BENCH_TRAFFIC)
tests_bench_library_SOURCES = tests/bench/library.c $(BENCH_TRAFFIC)
tests_bench_library_LDADD = sflow/libsflow.la -lm

EXTRA_DIST += tests/bench/run-bench tests/bench/RESULTS.md

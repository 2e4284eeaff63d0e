# The fuzz target over the seeds is a test in every build; with --enable-fuzzer
# (and CC=clang, and --enable-sanitizers) there is one for libFuzzer, too. It
# has the library's sources, for they have to be built for it.
check_PROGRAMS += tests/fuzz/replay
TESTS += tests/fuzz/replay
tests_fuzz_replay_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_collector.c \
	tests/fuzz/fuzz.h
tests_fuzz_replay_LDADD = sflow/libsflow.la

if FUZZER
check_PROGRAMS += tests/fuzz/fuzz_collector
tests_fuzz_fuzz_collector_SOURCES = tests/fuzz/fuzz_collector.c \
	tests/fuzz/fuzz.h $(sflow_libsflow_la_SOURCES)
tests_fuzz_fuzz_collector_CFLAGS = $(AM_CFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_collector_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_collector_LDADD = -lm
endif

EXTRA_DIST += tests/fuzz/corpus tests/fuzz/make-corpus

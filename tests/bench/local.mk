# The load generator is built with the tests; run-bench is run by hand.
check_PROGRAMS += tests/bench/sflow-load
tests_bench_sflow_load_SOURCES = tests/bench/sflow-load.c

EXTRA_DIST += tests/bench/run-bench tests/bench/RESULTS.md

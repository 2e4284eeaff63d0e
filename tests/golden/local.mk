# The record table and the rules against recorded traffic: see README.md. The
# script runs tests/tools/sflow-dump.
TESTS += tests/golden/check-golden.py

# What sflowget --decode prints of the same traffic.
TESTS += tests/golden/check-decode.py

# Flow samples as facts: tests/tools/flow-dump of the same traffic.
TESTS += tests/golden/check-flows.py
EXTRA_DIST += tests/golden tests/captures

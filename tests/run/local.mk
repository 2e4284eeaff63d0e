# ./check's own test, on a project that is a stand-in.
EXTRA_DIST += tests/run/test_check.py
WHOLE_TESTS += tests/run/test_check.py

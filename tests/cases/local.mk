# Recordings of odd agents, and what is right of each.
EXTRA_DIST += tests/cases
TESTS += tests/cases/test_cases.py

# What shellcheck, clang-format and clang-tidy say of scripts and C files. clang-tidy reads
# the headers in include/ before those of the system.
WHOLE_TESTS += tests/lint/test_lint.py
EXTRA_DIST += tests/lint/test_lint.py tests/lint/include/cmocka.h \
	tests/lint/include/lint.h tests/lint/include/uthash.h tests/lint/include/utlist.h

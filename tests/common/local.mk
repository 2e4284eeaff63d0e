# Tests of what programs share.
check_PROGRAMS += tests/common/test_nagios
TESTS += tests/common/test_nagios

tests_common_test_nagios_SOURCES = tests/common/test_nagios.c tests/sflow/unit.h
tests_common_test_nagios_CFLAGS = $(UNIT_CFLAGS)
tests_common_test_nagios_LDADD = common/libcommon.la $(UNIT_LIBS)
tests_common_test_nagios_LDFLAGS = -Wl,--wrap=fstat

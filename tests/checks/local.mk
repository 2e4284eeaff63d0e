# Tests of what check_sflow stands on, and of itself.
CHECKS_TESTS = tests/checks/test_ganglia_xml tests/checks/test_daemon
check_PROGRAMS += $(CHECKS_TESTS)
TESTS += $(CHECKS_TESTS)
CHECKS_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)

tests_checks_test_ganglia_xml_SOURCES = tests/checks/test_ganglia_xml.c \
	tests/unit/unit.h
tests_checks_test_ganglia_xml_CFLAGS = $(CHECKS_CFLAGS)
tests_checks_test_ganglia_xml_LDADD = tools/libtools.la $(CMOCKA_LIBS)

tests_checks_test_daemon_SOURCES = tests/checks/test_daemon.c tests/unit/unit.h
tests_checks_test_daemon_CFLAGS = $(CHECKS_CFLAGS)
tests_checks_test_daemon_LDADD = tools/libtools.la common/libcommon.la \
	$(ZLIB_LIBS) $(CMOCKA_LIBS)

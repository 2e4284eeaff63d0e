# Tests of what check_sflow stands on, and of itself.
CHECKS_TESTS = \
	tests/checks/test_check \
	tests/checks/test_daemon \
	tests/checks/test_ganglia_xml \
	tests/checks/test_generate \
	tests/checks/test_objects \
	tests/checks/test_options \
	tests/checks/test_range \
	tests/checks/test_report
CHECKS_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
CHECKS_LIBS = tools/check_sflow/libchecksflow.la $(CMOCKA_LIBS)
CHECKS_SCENE = tests/checks/scene.c tests/checks/scene.h tests/unit/unit.h
check_PROGRAMS += $(CHECKS_TESTS)
TESTS += $(CHECKS_TESTS)

tests_checks_test_check_SOURCES = tests/checks/test_check.c $(CHECKS_SCENE)
tests_checks_test_check_CFLAGS = $(CHECKS_CFLAGS)
tests_checks_test_check_LDADD = $(CHECKS_LIBS)

tests_checks_test_generate_SOURCES = tests/checks/test_generate.c $(CHECKS_SCENE)
tests_checks_test_generate_CFLAGS = $(CHECKS_CFLAGS)
tests_checks_test_generate_LDADD = $(CHECKS_LIBS)

tests_checks_test_objects_SOURCES = tests/checks/test_objects.c tests/unit/unit.h
tests_checks_test_objects_CFLAGS = $(CHECKS_CFLAGS)
tests_checks_test_objects_LDADD = $(CHECKS_LIBS)

tests_checks_test_options_SOURCES = tests/checks/test_options.c $(CHECKS_SCENE)
tests_checks_test_options_CFLAGS = $(CHECKS_CFLAGS)
tests_checks_test_options_LDADD = $(CHECKS_LIBS)

tests_checks_test_range_SOURCES = tests/checks/test_range.c tests/unit/unit.h
tests_checks_test_range_CFLAGS = $(CHECKS_CFLAGS)
tests_checks_test_range_LDADD = $(CHECKS_LIBS)

tests_checks_test_report_SOURCES = tests/checks/test_report.c $(CHECKS_SCENE)
tests_checks_test_report_CFLAGS = $(CHECKS_CFLAGS)
tests_checks_test_report_LDADD = $(CHECKS_LIBS)

tests_checks_test_ganglia_xml_SOURCES = tests/checks/test_ganglia_xml.c \
	tests/unit/unit.h
tests_checks_test_ganglia_xml_CFLAGS = $(CHECKS_CFLAGS)
tests_checks_test_ganglia_xml_LDADD = tools/libtools.la $(CMOCKA_LIBS)

tests_checks_test_daemon_SOURCES = tests/checks/test_daemon.c tests/unit/unit.h
tests_checks_test_daemon_CFLAGS = $(CHECKS_CFLAGS)
tests_checks_test_daemon_LDADD = tools/libtools.la common/libcommon.la \
	$(ZLIB_LIBS) $(CMOCKA_LIBS)

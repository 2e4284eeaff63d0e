# Tests of what check_sflow stands on, and of itself.
CHECKS_TESTS = \
	tests/check_sflow/test_awaited \
	tests/check_sflow/test_check \
	tests/check_sflow/test_daemon \
	tests/check_sflow/test_fold \
	tests/check_sflow/test_ganglia_xml \
	tests/check_sflow/test_generate \
	tests/check_sflow/test_objects \
	tests/check_sflow/test_options \
	tests/check_sflow/test_range \
	tests/check_sflow/test_ranking \
	tests/check_sflow/test_report
CHECKS_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
CHECKS_LIBS = tools/check_sflow/libchecksflow.la $(CMOCKA_LIBS)
CHECKS_SCENE = tests/check_sflow/scene.c tests/check_sflow/scene.h tests/sflow/unit.h
check_PROGRAMS += $(CHECKS_TESTS)
TESTS += $(CHECKS_TESTS)

tests_check_sflow_test_awaited_SOURCES = tests/check_sflow/test_awaited.c $(CHECKS_SCENE)
tests_check_sflow_test_awaited_CFLAGS = $(CHECKS_CFLAGS)
tests_check_sflow_test_awaited_LDADD = $(CHECKS_LIBS)

tests_check_sflow_test_check_SOURCES = tests/check_sflow/test_check.c $(CHECKS_SCENE)
tests_check_sflow_test_check_CFLAGS = $(CHECKS_CFLAGS)
tests_check_sflow_test_check_LDADD = $(CHECKS_LIBS)

tests_check_sflow_test_generate_SOURCES = tests/check_sflow/test_generate.c $(CHECKS_SCENE)
tests_check_sflow_test_generate_CFLAGS = $(CHECKS_CFLAGS)
tests_check_sflow_test_generate_LDADD = $(CHECKS_LIBS)

tests_check_sflow_test_ranking_SOURCES = tests/check_sflow/test_ranking.c tests/sflow/unit.h
tests_check_sflow_test_ranking_CFLAGS = $(CHECKS_CFLAGS)
tests_check_sflow_test_ranking_LDADD = $(CHECKS_LIBS)

tests_check_sflow_test_fold_SOURCES = tests/check_sflow/test_fold.c tests/sflow/unit.h
tests_check_sflow_test_fold_CFLAGS = $(CHECKS_CFLAGS)
tests_check_sflow_test_fold_LDADD = $(CHECKS_LIBS)

tests_check_sflow_test_objects_SOURCES = tests/check_sflow/test_objects.c tests/sflow/unit.h
tests_check_sflow_test_objects_CFLAGS = $(CHECKS_CFLAGS)
tests_check_sflow_test_objects_LDADD = $(CHECKS_LIBS)

tests_check_sflow_test_options_SOURCES = tests/check_sflow/test_options.c $(CHECKS_SCENE)
tests_check_sflow_test_options_CFLAGS = $(CHECKS_CFLAGS)
tests_check_sflow_test_options_LDADD = $(CHECKS_LIBS)

tests_check_sflow_test_range_SOURCES = tests/check_sflow/test_range.c tests/sflow/unit.h
tests_check_sflow_test_range_CFLAGS = $(CHECKS_CFLAGS)
tests_check_sflow_test_range_LDADD = $(CHECKS_LIBS)

tests_check_sflow_test_report_SOURCES = tests/check_sflow/test_report.c $(CHECKS_SCENE)
tests_check_sflow_test_report_CFLAGS = $(CHECKS_CFLAGS)
tests_check_sflow_test_report_LDADD = $(CHECKS_LIBS)

tests_check_sflow_test_ganglia_xml_SOURCES = tests/check_sflow/test_ganglia_xml.c \
	tests/sflow/unit.h
tests_check_sflow_test_ganglia_xml_CFLAGS = $(CHECKS_CFLAGS)
tests_check_sflow_test_ganglia_xml_LDADD = tools/libtools.la $(CMOCKA_LIBS)

tests_check_sflow_test_daemon_SOURCES = tests/check_sflow/test_daemon.c tests/sflow/unit.h
tests_check_sflow_test_daemon_CFLAGS = $(CHECKS_CFLAGS)
tests_check_sflow_test_daemon_LDADD = tools/libtools.la common/libcommon.la \
	$(ZLIB_LIBS) $(CMOCKA_LIBS)

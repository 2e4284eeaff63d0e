# The module in a gmond that tests can look into. The program exports what the
# module looks up in gmond.
check_PROGRAMS += tests/module/test_module
TESTS += tests/module/test_module
tests_module_test_module_SOURCES = tests/module/test_module.c \
	tests/module/fake_gmond.c tests/module/fake_gmond.h \
	gmond-module/modsflow.c tests/tools/capture.c tests/tools/capture.h \
	tests/tools/source_file.c tests/tools/source_file.h \
	tests/sflow/unit.h
tests_module_test_module_CFLAGS = $(module_cflags) $(CMOCKA_CFLAGS) $(PCAP_CFLAGS)
tests_module_test_module_LDFLAGS = $(AM_LDFLAGS) -export-dynamic
tests_module_test_module_LDADD = gmond-module/libmodule.la \
	$(CMOCKA_LIBS) $(PCAP_LIBS)

check_PROGRAMS += tests/module/test_conf_check
TESTS += tests/module/test_conf_check
tests_module_test_conf_check_SOURCES = tests/module/test_conf_check.c \
	gmond-module/modsflow.c tests/tools/source_file.c tests/tools/source_file.h \
	tests/sflow/unit.h
tests_module_test_conf_check_CFLAGS = $(module_cflags) $(CMOCKA_CFLAGS)
tests_module_test_conf_check_LDADD = gmond-module/libconfcheck.la $(CMOCKA_LIBS)

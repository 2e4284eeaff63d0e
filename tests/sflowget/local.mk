# Tests of sflowget.
GET_LIBS = tools/sflowget/libsflowget.la $(CMOCKA_LIBS)

check_PROGRAMS += tests/sflowget/test_decode
TESTS += tests/sflowget/test_decode
tests_sflowget_test_decode_SOURCES = tests/sflowget/test_decode.c $(UNIT_WIRE)
tests_sflowget_test_decode_CFLAGS = $(UNIT_CFLAGS)
tests_sflowget_test_decode_LDADD = tools/sflowget/libdecode.la \
	common/libcommon.la $(CMOCKA_LIBS)

check_PROGRAMS += tests/sflowget/test_frame
TESTS += tests/sflowget/test_frame
tests_sflowget_test_frame_SOURCES = tests/sflowget/test_frame.c tests/sflow/unit.h
tests_sflowget_test_frame_CFLAGS = $(UNIT_CFLAGS)
tests_sflowget_test_frame_LDADD = $(GET_LIBS)

check_PROGRAMS += tests/sflowget/test_wanted
TESTS += tests/sflowget/test_wanted
tests_sflowget_test_wanted_SOURCES = tests/sflowget/test_wanted.c tests/sflow/unit.h
tests_sflowget_test_wanted_CFLAGS = $(UNIT_CFLAGS)
tests_sflowget_test_wanted_LDADD = $(GET_LIBS)

check_PROGRAMS += tests/sflowget/test_output
TESTS += tests/sflowget/test_output
tests_sflowget_test_output_SOURCES = tests/sflowget/test_output.c tests/sflow/unit.h
tests_sflowget_test_output_CFLAGS = $(UNIT_CFLAGS)
tests_sflowget_test_output_LDADD = $(GET_LIBS)

check_PROGRAMS += tests/sflowget/test_get_options
TESTS += tests/sflowget/test_get_options
tests_sflowget_test_get_options_SOURCES = tests/sflowget/test_get_options.c tests/sflow/unit.h
tests_sflowget_test_get_options_CFLAGS = $(UNIT_CFLAGS)
tests_sflowget_test_get_options_LDADD = $(GET_LIBS)

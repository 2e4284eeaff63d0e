# Tests of sflowget.
GET_LIBS = tools/sflowget/libsflowget.la $(CMOCKA_LIBS)

check_PROGRAMS += tests/get/test_decode
TESTS += tests/get/test_decode
tests_get_test_decode_SOURCES = tests/get/test_decode.c $(UNIT_WIRE)
tests_get_test_decode_CFLAGS = $(UNIT_CFLAGS)
tests_get_test_decode_LDADD = tools/sflowget/libdecode.la $(CMOCKA_LIBS)

check_PROGRAMS += tests/get/test_frame
TESTS += tests/get/test_frame
tests_get_test_frame_SOURCES = tests/get/test_frame.c tests/unit/unit.h
tests_get_test_frame_CFLAGS = $(UNIT_CFLAGS)
tests_get_test_frame_LDADD = $(GET_LIBS)

check_PROGRAMS += tests/get/test_wanted
TESTS += tests/get/test_wanted
tests_get_test_wanted_SOURCES = tests/get/test_wanted.c tests/unit/unit.h
tests_get_test_wanted_CFLAGS = $(UNIT_CFLAGS)
tests_get_test_wanted_LDADD = $(GET_LIBS)

check_PROGRAMS += tests/get/test_output
TESTS += tests/get/test_output
tests_get_test_output_SOURCES = tests/get/test_output.c tests/unit/unit.h
tests_get_test_output_CFLAGS = $(UNIT_CFLAGS)
tests_get_test_output_LDADD = $(GET_LIBS)

check_PROGRAMS += tests/get/test_get_options
TESTS += tests/get/test_get_options
tests_get_test_get_options_SOURCES = tests/get/test_get_options.c tests/unit/unit.h
tests_get_test_get_options_CFLAGS = $(UNIT_CFLAGS)
tests_get_test_get_options_LDADD = $(GET_LIBS)

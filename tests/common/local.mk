# Tests of what programs share.
COMMON_TESTS = \
	tests/common/test_event_program \
	tests/common/test_event_sink \
	tests/common/test_event_waiting \
	tests/common/test_json \
	tests/common/test_listening \
	tests/common/test_nagios \
	tests/common/test_near
check_PROGRAMS += $(COMMON_TESTS)
TESTS += $(COMMON_TESTS)

tests_common_test_event_program_SOURCES = tests/common/test_event_program.c \
	tests/sflow/unit.h
tests_common_test_event_program_CFLAGS = $(UNIT_CFLAGS)
tests_common_test_event_program_LDADD = common/libcommon.la $(UNIT_LIBS)
tests_common_test_event_program_LDFLAGS = \
	-Wl,--wrap=posix_spawn,--wrap=kill,--wrap=waitpid

tests_common_test_event_sink_SOURCES = tests/common/test_event_sink.c \
	tests/sflow/unit.h
tests_common_test_event_sink_CFLAGS = $(UNIT_CFLAGS)
tests_common_test_event_sink_LDADD = common/libcommon.la $(UNIT_LIBS)
tests_common_test_event_sink_LDFLAGS = -Wl,--wrap=posix_spawn

tests_common_test_event_waiting_SOURCES = tests/common/test_event_waiting.c \
	tests/sflow/unit.h
tests_common_test_event_waiting_CFLAGS = $(UNIT_CFLAGS)
tests_common_test_event_waiting_LDADD = common/libcommon.la $(UNIT_LIBS)

tests_common_test_json_SOURCES = tests/common/test_json.c tests/sflow/unit.h
tests_common_test_json_CFLAGS = $(UNIT_CFLAGS)
tests_common_test_json_LDADD = common/libcommon.la $(UNIT_LIBS)

tests_common_test_listening_SOURCES = tests/common/test_listening.c tests/sflow/unit.h
tests_common_test_listening_CFLAGS = $(UNIT_CFLAGS)
tests_common_test_listening_LDADD = common/libcommon.la $(UNIT_LIBS)

tests_common_test_nagios_SOURCES = tests/common/test_nagios.c tests/sflow/unit.h
tests_common_test_nagios_CFLAGS = $(UNIT_CFLAGS)
tests_common_test_nagios_LDADD = common/libcommon.la $(UNIT_LIBS)
tests_common_test_nagios_LDFLAGS = -Wl,--wrap=fstat

tests_common_test_near_SOURCES = tests/common/test_near.c tests/sflow/unit.h
tests_common_test_near_CFLAGS = $(UNIT_CFLAGS)
tests_common_test_near_LDADD = common/libcommon.la $(UNIT_LIBS)

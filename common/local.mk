# What the programs share: sockets, clocks, files, logs, threads. Nothing of Ganglia's.
# A program that links it defines log_line().
noinst_LTLIBRARIES += common/libcommon.la
common_libcommon_la_SOURCES = common/buffer.h \
	common/clock.c common/clock.h \
	common/event_log.c \
	common/event_nagios.c common/event_nagios.h \
	common/event_program.c \
	common/event_recent.c \
	common/event_sink.c common/event_sink.h \
	common/event_waiting.c common/event_waiting.h \
	common/file.c common/file.h \
	common/json.c common/json.h \
	common/listening.c common/listening.h \
	common/log.c common/log.h \
	common/memory.c common/memory.h \
	common/near.c common/near.h \
	common/thread.c common/thread.h \
	common/udp.c common/udp.h common/utf8.h
common_libcommon_la_CPPFLAGS = $(AM_CPPFLAGS) -D_GNU_SOURCE

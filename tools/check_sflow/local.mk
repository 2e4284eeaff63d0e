# check_sflow: the Nagios plugin. All of it but main() is in a library, for tests to
# link. It links few libraries, because a check's cost is mostly the program's start.
noinst_LTLIBRARIES += tools/check_sflow/libchecksflow.la
check_sflow_sources = \
	tools/check_sflow/awaited.c tools/check_sflow/awaited.h \
	tools/check_sflow/check.c tools/check_sflow/check.h \
	tools/check_sflow/down.c tools/check_sflow/down.h \
	tools/check_sflow/files.c tools/check_sflow/files.h \
	tools/check_sflow/fold.c tools/check_sflow/fold.h \
	tools/check_sflow/generate.c tools/check_sflow/generate.h \
	tools/check_sflow/help.c tools/check_sflow/help.h \
	tools/check_sflow/items.c tools/check_sflow/items.h \
	tools/check_sflow/meant.c tools/check_sflow/meant.h \
	tools/check_sflow/objects.c tools/check_sflow/objects.h \
	tools/check_sflow/options.c tools/check_sflow/options.h \
	tools/check_sflow/options_check.c tools/check_sflow/options_check.h \
	tools/check_sflow/performance.c tools/check_sflow/performance.h \
	tools/check_sflow/range.c tools/check_sflow/range.h \
	tools/check_sflow/report.c tools/check_sflow/report.h \
	tools/check_sflow/section.c tools/check_sflow/section.h \
	tools/check_sflow/text_room.c tools/check_sflow/text_room.h
tools_check_sflow_libchecksflow_la_SOURCES = $(check_sflow_sources)
tools_check_sflow_libchecksflow_la_LIBADD = tools/libtools.la common/libcommon.la \
	sflow/libsflow.la

plugin_PROGRAMS += tools/check_sflow/check_sflow
tools_check_sflow_check_sflow_SOURCES = tools/check_sflow/check_sflow.c
tools_check_sflow_check_sflow_LDADD = tools/check_sflow/libchecksflow.la

# Programs that ask: check_sflow and sflowget. What both use: a reader of Ganglia's XML,
# and connections to the daemons that print it.
noinst_LTLIBRARIES += tools/libtools.la
tools_libtools_la_SOURCES = \
	tools/daemon.c tools/daemon.h \
	tools/ganglia_xml.c tools/ganglia_xml.h \
	tools/heard.c tools/heard.h \
	tools/number.c tools/number.h tools/ranking.c tools/ranking.h
tools_libtools_la_CFLAGS = $(AM_CFLAGS) $(EXPAT_CFLAGS) $(ZLIB_CFLAGS)
tools_libtools_la_LIBADD = $(EXPAT_LIBS) $(ZLIB_LIBS) -lm

include tools/check_sflow/local.mk
include tools/sflowget/local.mk
include tools/completion/local.mk

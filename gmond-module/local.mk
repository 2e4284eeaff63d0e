# The module that gmond loads. It exports one symbol, sflow_module. All of it
# but that symbol is in a library, for tests to link.
noinst_LTLIBRARIES += gmond-module/libmodule.la gmond-module/libdeliveries.la
module_LTLIBRARIES += gmond-module/modsflow.la

module_cflags = $(AM_CFLAGS) $(APR_CFLAGS) $(CONFUSE_CFLAGS) $(TIRPC_CFLAGS)

gmond_module_libmodule_la_SOURCES = \
	gmond-module/ages.c gmond-module/ages.h \
	gmond-module/channel.c \
	gmond-module/direct.c \
	gmond-module/gmond.c gmond-module/gmond.h \
	gmond-module/log.c \
	gmond-module/message.c gmond-module/message.h \
	gmond-module/parameters.c gmond-module/parameters.h \
	gmond-module/publisher.h \
	gmond-module/receiver.c gmond-module/receiver.h
gmond_module_libmodule_la_CFLAGS = $(module_cflags)
gmond_module_libmodule_la_LIBADD = gmond-module/libdeliveries.la common/libcommon.la sflow/libsflow.la \
	-lganglia $(CONFUSE_LIBS) $(APR_LIBS) $(TIRPC_LIBS)

# The part that does not need gmond's headers.
gmond_module_libdeliveries_la_SOURCES = \
	gmond-module/deliveries.c gmond-module/deliveries.h

# What reads gmond.conf and judges it: the program's, with the module's own tables.
noinst_LTLIBRARIES += gmond-module/libconfcheck.la
gmond_module_libconfcheck_la_SOURCES = \
	gmond-module/conf_check.c gmond-module/conf_check.h \
	gmond-module/conf_file.c gmond-module/conf_file.h
gmond_module_libconfcheck_la_CFLAGS = $(module_cflags)
gmond_module_libconfcheck_la_CPPFLAGS = $(AM_CPPFLAGS) \
	-DMODULE_FOLDER='"$(moduledir)"'
gmond_module_libconfcheck_la_LIBADD = gmond-module/libmodule.la

sbin_PROGRAMS += gmond-module/gmond-sflow-check
gmond_module_gmond_sflow_check_SOURCES = gmond-module/gmond-sflow-check.c \
	gmond-module/modsflow.c
gmond_module_gmond_sflow_check_CFLAGS = $(module_cflags)
gmond_module_gmond_sflow_check_CPPFLAGS = $(AM_CPPFLAGS) \
	-DGMOND_CONF='"$(sysconfdir)/ganglia/gmond.conf"'
gmond_module_gmond_sflow_check_LDADD = gmond-module/libconfcheck.la

gmond_module_modsflow_la_SOURCES = gmond-module/modsflow.c
gmond_module_modsflow_la_CFLAGS = $(module_cflags)
gmond_module_modsflow_la_LIBADD = gmond-module/libmodule.la
gmond_module_modsflow_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared \
	-export-symbols-regex '^sflow_module$$'

# gmond loads the .so by its path; nothing links the module.
install-data-hook:
	rm -f '$(DESTDIR)$(moduledir)/modsflow.la'
UNINSTALL_HOOKS += uninstall-module
uninstall-module:
	rm -f '$(DESTDIR)$(moduledir)/modsflow.so'
.PHONY: uninstall-module

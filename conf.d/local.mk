# What is dropped into other programs' configuration.
dist_noinst_DATA = conf.d/sflow.conf.in
gmondconf_DATA = conf.d/sflow.conf
CLEANFILES += conf.d/sflow.conf

conf.d/sflow.conf: $(srcdir)/conf.d/sflow.conf.in Makefile
	$(AM_V_GEN)$(MKDIR_P) conf.d && \
	sed 's|@moduledir[@]|$(moduledir)|' $(srcdir)/conf.d/sflow.conf.in >$@

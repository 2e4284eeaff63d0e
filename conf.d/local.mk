# What administrators edit, and where gmetad-bridge is started. A file that one has
# changed stays as it is; ours then goes beside it.
EXTRA_DIST += conf.d/sflow.conf.in conf.d/gmetad-bridge.conf \
	conf.d/gmetad-bridge.service.in conf.d/nagios/sflow.cfg.in
noinst_DATA = conf.d/sflow.conf conf.d/nagios/sflow.cfg
CLEANFILES += conf.d/sflow.conf conf.d/gmetad-bridge.service \
	conf.d/nagios/sflow.cfg
dist_pkgdata_SCRIPTS = conf.d/nagios/sflow-event-nsca
gmond_conf = $(DESTDIR)$(gmondconfdir)/sflow.conf
bridge_conf = $(DESTDIR)$(sysconfdir)/ganglia/gmetad-bridge.conf
nagios_conf = $(DESTDIR)$(nagiosconfdir)/sflow.cfg

systemdsystemunit_DATA = conf.d/gmetad-bridge.service

conf.d/sflow.conf: $(srcdir)/conf.d/sflow.conf.in Makefile
	$(AM_V_GEN)$(MKDIR_P) conf.d && \
	sed 's|@moduledir[@]|$(moduledir)|' $(srcdir)/conf.d/sflow.conf.in >$@

conf.d/gmetad-bridge.service: $(srcdir)/conf.d/gmetad-bridge.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) conf.d && \
	sed -e 's|@sbindir[@]|$(sbindir)|' -e 's|@sysconfdir[@]|$(sysconfdir)|' \
	$(srcdir)/conf.d/gmetad-bridge.service.in >$@

conf.d/nagios/sflow.cfg: $(srcdir)/conf.d/nagios/sflow.cfg.in Makefile
	$(AM_V_GEN)$(MKDIR_P) conf.d/nagios && \
	sed 's|@plugindir[@]|$(plugindir)|' $(srcdir)/conf.d/nagios/sflow.cfg.in >$@

# install_conf FROM TO
install_conf = \
	if test ! -e "$$2" || cmp -s "$$1" "$$2"; \
	then $(INSTALL_DATA) "$$1" "$$2"; \
	else echo "$$2 is kept as it is; see $${2\#\#*/}.dist"; \
	     $(INSTALL_DATA) "$$1" "$$2.dist"; fi

# uninstall_conf FROM TO
uninstall_conf = rm -f "$$2.dist"; if cmp -s "$$1" "$$2"; then rm -f "$$2"; fi

install-data-local: conf.d/sflow.conf conf.d/nagios/sflow.cfg
	$(MKDIR_P) '$(DESTDIR)$(gmondconfdir)' '$(DESTDIR)$(sysconfdir)/ganglia' \
	'$(DESTDIR)$(nagiosconfdir)'
	@set -- conf.d/sflow.conf '$(gmond_conf)'; $(install_conf)
	@set -- conf.d/nagios/sflow.cfg '$(nagios_conf)'; $(install_conf)
	@set -- '$(srcdir)/conf.d/gmetad-bridge.conf' '$(bridge_conf)'; \
	$(install_conf)

uninstall-local:
	@set -- conf.d/sflow.conf '$(gmond_conf)'; $(uninstall_conf)
	@set -- conf.d/nagios/sflow.cfg '$(nagios_conf)'; $(uninstall_conf)
	@set -- '$(srcdir)/conf.d/gmetad-bridge.conf' '$(bridge_conf)'; \
	$(uninstall_conf)

# For other programs, to be copied to where they have their own.
collectddir = $(pkgdatadir)/collectd
munindir = $(pkgdatadir)/munin
cactidir = $(pkgdatadir)/cacti
dist_collectd_DATA = conf.d/collectd/sflow.conf
dist_munin_DATA = conf.d/munin/sflow
dist_cacti_DATA = conf.d/cacti/README.md

# What administrators edit, and where gmetad-bridge is started. A file that one has
# changed stays as it is; ours then goes beside it.
EXTRA_DIST += conf.d/sflow.conf.in conf.d/gmetad-bridge.conf \
	conf.d/gmetad-bridge.service.in conf.d/gmetad-bridge.socket conf.d/nagios/sflow.cfg.in \
	conf.d/apparmor/usr.sbin.gmetad-bridge.in
noinst_DATA = conf.d/sflow.conf conf.d/nagios/sflow.cfg \
	conf.d/apparmor/usr.sbin.gmetad-bridge
CLEANFILES += conf.d/sflow.conf conf.d/gmetad-bridge.service \
	conf.d/nagios/sflow.cfg conf.d/apparmor/usr.sbin.gmetad-bridge
dist_pkgdata_SCRIPTS = conf.d/nagios/sflow-event-nsca
gmond_conf = $(DESTDIR)$(gmondconfdir)/sflow.conf
bridge_conf = $(DESTDIR)$(sysconfdir)/ganglia/gmetad-bridge.conf
nagios_conf = $(DESTDIR)$(nagiosconfdir)/sflow.cfg

systemdsystemunit_DATA = conf.d/gmetad-bridge.service conf.d/gmetad-bridge.socket

# Without --with-apparmordir the folder is empty, and automake installs nothing.
apparmor_DATA = conf.d/apparmor/usr.sbin.gmetad-bridge

# $@ is made of $@.in, with this build's folders.
fill_in = $(AM_V_GEN)$(MKDIR_P) $(@D) && \
	sed -e 's|@moduledir[@]|$(moduledir)|g' -e 's|@pkgdatadir[@]|$(pkgdatadir)|g' \
	-e 's|@plugindir[@]|$(plugindir)|g' -e 's|@sbindir[@]|$(sbindir)|g' \
	-e 's|@sysconfdir[@]|$(sysconfdir)|g' '$(srcdir)/$@.in' >$@

conf.d/sflow.conf: $(srcdir)/conf.d/sflow.conf.in Makefile
	$(fill_in)
conf.d/gmetad-bridge.service: $(srcdir)/conf.d/gmetad-bridge.service.in Makefile
	$(fill_in)
conf.d/nagios/sflow.cfg: $(srcdir)/conf.d/nagios/sflow.cfg.in Makefile
	$(fill_in)
conf.d/apparmor/usr.sbin.gmetad-bridge: Makefile \
		$(srcdir)/conf.d/apparmor/usr.sbin.gmetad-bridge.in
	$(fill_in)

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

# Charts of ganglia-web. It takes no symbolic links: these are its folders.
GWEB_REPORTS = app_operations app_workers bridge_rrds collector_datagrams \
	collector_hosts collector_loss gpu_memory gpu_power gpu_temperature \
	gpu_util hosts_cpu hosts_load hosts_network http_methods http_status \
	http_workers hypervisor_domains hypervisor_memory jvm_gc jvm_heap \
	jvm_nonheap jvm_threads memcache_connections memcache_hits memcache_memory \
	memcache_operations memcache_traffic ports_errors ports_in ports_out \
	ports_util vm_cpu vm_disk vm_memory vm_network
gweb_reports = $(GWEB_REPORTS:%=conf.d/ganglia-web/graph.d/sflow_%_report)
graphdir = $(gwebdir)/graph.d
gwebviewdir = $(gwebconfdir)
gwebpkgdir = $(pkgdatadir)/ganglia-web
dist_graph_DATA = conf.d/ganglia-web/graph.d/sflow_chart.php \
	$(gweb_reports:=.json) $(gweb_reports:=.php)
dist_gwebview_DATA = conf.d/ganglia-web/conf/view_sflow_overview.json \
	conf.d/ganglia-web/conf/view_sflow_ports.json \
	conf.d/ganglia-web/conf/view_sflow_services.json \
	conf.d/ganglia-web/conf/view_sflow_virtual.json
dist_gwebpkg_DATA = conf.d/ganglia-web/sflow.php conf.d/ganglia-web/sflow.js

# Folders that are there for our files only, and those of other programs that we made
# because theirs weren't there: empty ones go. Nagios ends when its own conf.d isn't
# there, so that one goes only when it is all that there is of Nagios.
our_folders = $(collectddir) $(munindir) $(cactidir) $(gwebpkgdir) $(moduledir) \
	$(gmondconfdir) $(sysconfdir)/ganglia \
	$(plugindir) $(patsubst %/plugins,%,$(plugindir)) $(graphdir) $(gwebdir) \
	$(gwebconfdir) $(patsubst %/conf,%,$(gwebconfdir))
UNINSTALL_HOOKS += uninstall-folders
uninstall-folders: uninstall-written
	@for folder in $(our_folders); do \
		rmdir "$(DESTDIR)$$folder" 2>/dev/null || :; done
	@folder='$(DESTDIR)$(nagiosconfdir)'; \
	if test "`ls -A "$${folder%/*}" 2>/dev/null`" = "$${folder##*/}"; \
	then rmdir "$$folder" 2>/dev/null && rmdir "$${folder%/*}"; fi; :
	@rmdir '$(DESTDIR)$(pkgdatadir)' 2>/dev/null || :

# What sflow.php wrote names reports that are gone now.
uninstall-written:
	@for file in '$(DESTDIR)$(gwebconfdir)'/host_*.json; do \
		if grep -qs '"written_by": "ganglia-sflow"' "$$file"; \
		then rm -f "$$file"; fi; done
.PHONY: uninstall-folders uninstall-written

# What administrators edit, and where gmetad-bridge is started. A file that one has
# changed stays as it is; ours then goes beside it.
EXTRA_DIST += conf.d/sflow.conf.in conf.d/gmetad-bridge.conf \
	conf.d/gmetad-bridge.service.in
noinst_DATA = conf.d/sflow.conf
CLEANFILES += conf.d/sflow.conf conf.d/gmetad-bridge.service
gmond_conf = $(DESTDIR)$(gmondconfdir)/sflow.conf
bridge_conf = $(DESTDIR)$(sysconfdir)/ganglia/gmetad-bridge.conf

systemdsystemunit_DATA = conf.d/gmetad-bridge.service

conf.d/sflow.conf: $(srcdir)/conf.d/sflow.conf.in Makefile
	$(AM_V_GEN)$(MKDIR_P) conf.d && \
	sed 's|@moduledir[@]|$(moduledir)|' $(srcdir)/conf.d/sflow.conf.in >$@

conf.d/gmetad-bridge.service: $(srcdir)/conf.d/gmetad-bridge.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) conf.d && \
	sed -e 's|@sbindir[@]|$(sbindir)|' -e 's|@sysconfdir[@]|$(sysconfdir)|' \
	$(srcdir)/conf.d/gmetad-bridge.service.in >$@

# install_conf FROM TO
install_conf = \
	if test ! -e "$$2" || cmp -s "$$1" "$$2"; \
	then $(INSTALL_DATA) "$$1" "$$2"; \
	else echo "$$2 is kept as it is; see $${2\#\#*/}.dist"; \
	     $(INSTALL_DATA) "$$1" "$$2.dist"; fi

# uninstall_conf FROM TO
uninstall_conf = rm -f "$$2.dist"; if cmp -s "$$1" "$$2"; then rm -f "$$2"; fi

install-data-local: conf.d/sflow.conf
	$(MKDIR_P) '$(DESTDIR)$(gmondconfdir)' '$(DESTDIR)$(sysconfdir)/ganglia'
	@set -- conf.d/sflow.conf '$(gmond_conf)'; $(install_conf)
	@set -- '$(srcdir)/conf.d/gmetad-bridge.conf' '$(bridge_conf)'; \
	$(install_conf)

uninstall-local:
	@set -- conf.d/sflow.conf '$(gmond_conf)'; $(uninstall_conf)
	@set -- '$(srcdir)/conf.d/gmetad-bridge.conf' '$(bridge_conf)'; \
	$(uninstall_conf)

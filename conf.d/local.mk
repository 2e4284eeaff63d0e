# What is dropped into other programs' configuration. A file that an
# administrator has changed stays as it is; ours then goes beside it.
EXTRA_DIST += conf.d/sflow.conf.in
noinst_DATA = conf.d/sflow.conf
CLEANFILES += conf.d/sflow.conf
gmond_conf = $(DESTDIR)$(gmondconfdir)/sflow.conf

conf.d/sflow.conf: $(srcdir)/conf.d/sflow.conf.in Makefile
	$(AM_V_GEN)$(MKDIR_P) conf.d && \
	sed 's|@moduledir[@]|$(moduledir)|' $(srcdir)/conf.d/sflow.conf.in >$@

install-data-local: conf.d/sflow.conf
	$(MKDIR_P) '$(DESTDIR)$(gmondconfdir)'
	@if test ! -e '$(gmond_conf)' || cmp -s conf.d/sflow.conf '$(gmond_conf)'; \
	then $(INSTALL_DATA) conf.d/sflow.conf '$(gmond_conf)'; \
	else echo '$(gmond_conf) is kept as it is; see sflow.conf.dist'; \
	     $(INSTALL_DATA) conf.d/sflow.conf '$(gmond_conf).dist'; fi

uninstall-local:
	rm -f '$(gmond_conf).dist'
	@if cmp -s conf.d/sflow.conf '$(gmond_conf)'; \
	then rm -f '$(gmond_conf)'; fi

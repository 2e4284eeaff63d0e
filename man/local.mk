# The page of metrics is printed from THE table, so that it can't be wrong.
dist_man_MANS += man/check_sflow.1 man/sflowget.1 man/gmond-sflow.conf.5 man/gmond-sflow-check.8 \
	man/gmetad-bridge.8 man/gmetad-bridge.conf.5 man/sflow.cfg.5 \
	man/sflow-event-nsca.8
man_MANS = man/sflow-metrics.7
EXTRA_DIST += man/sflow-metrics.7.in
CLEANFILES += man/sflow-metrics.7 man/metrics.tmp man/page.tmp

noinst_PROGRAMS += man/print-metrics
man_print_metrics_SOURCES = man/print-metrics.c
man_print_metrics_LDADD = sflow/libsflow.la -lm

man/sflow-metrics.7: $(srcdir)/man/sflow-metrics.7.in man/print-metrics$(EXEEXT)
	$(AM_V_GEN)man/print-metrics$(EXEEXT) >man/metrics.tmp && \
	{ echo "'\\\" t"; sed -e '/^@METRICS@$$/{r man/metrics.tmp' -e 'd;}' \
	'$(srcdir)/man/sflow-metrics.7.in'; } >man/page.tmp && \
	mv man/page.tmp $@

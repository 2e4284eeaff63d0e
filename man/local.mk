dist_man_MANS += man/gmond-sflow.conf.5

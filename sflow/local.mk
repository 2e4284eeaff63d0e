# What is on the wire and what it means: everything but main, so programs,
# tests and fuzzers link the same code.
noinst_LTLIBRARIES += sflow/libsflow.la
sflow_libsflow_la_SOURCES = \
	sflow/accept.c sflow/accept.h \
	sflow/address.c sflow/address.h \
	sflow/agents.c sflow/agents.h \
	sflow/collector.c sflow/collector.h sflow/collector_internal.h \
	sflow/cursor.h sflow/hash.h sflow/itself.h \
	sflow/clusters.c sflow/hosts.c sflow/instances.c sflow/saved.c \
	sflow/datagram.c sflow/datagram.h \
	sflow/events.c sflow/ticks.c \
	sflow/members.c sflow/members.h \
	sflow/names.c sflow/names.h \
	sflow/derive.c sflow/derive.h \
	sflow/flows.c sflow/flows.h sflow/flow_table.c \
	sflow/format.c sflow/format.h \
	sflow/records.c sflow/records.h \
	sflow/packet.c sflow/packet.h \
	sflow/ports.c sflow/samples.c sflow/custom.c \
	sflow/relations.c sflow/relations.h \
	sflow/store.c sflow/values.c sflow/store.h sflow/store_internal.h \
	sflow/table.c \
	sflow/text.c sflow/text.h
sflow_libsflow_la_LIBADD = -lm

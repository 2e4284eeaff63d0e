# The library: what is on the wire and what it means. Programs, tests and fuzzers link
# the same code.
noinst_LTLIBRARIES += sflow/libsflow.la
sflow_libsflow_la_SOURCES = $(sflow_wire) $(sflow_store) $(sflow_collector) \
	sflow/address.c sflow/address.h \
	sflow/event.c sflow/event.h \
	sflow/format.c sflow/format.h \
	sflow/hash.c sflow/hash.h \
	sflow/names.c sflow/names.h \
	sflow/port_speeds.c sflow/port_speeds.h \
	sflow/setting.c sflow/setting.h \
	sflow/text.c sflow/text.h
sflow_libsflow_la_LIBADD = -lm

# The decoders, and the tables that they walk.
sflow_wire = \
	sflow/wire/cursor.h \
	sflow/wire/datagram.c sflow/wire/datagram.h \
	sflow/wire/derive.c sflow/wire/derive.h \
	sflow/wire/flows.c sflow/wire/flows.h sflow/wire/flow_table.c \
	sflow/wire/packet.c sflow/wire/packet.h \
	sflow/wire/packet_internal.h sflow/wire/packet_links.c \
	sflow/wire/deltas.c sflow/wire/deltas.h \
	sflow/wire/records.c sflow/wire/records.h \
	sflow/wire/table.c \
	sflow/wire/tunnel.c sflow/wire/tunnel.h

# Who talks to whom, by packet samples: a library of its own, which the module does not link.
noinst_LTLIBRARIES += sflow/libtraffic.la
sflow_libtraffic_la_SOURCES = \
	sflow/traffic/estimate.c sflow/traffic/estimate.h \
	sflow/traffic/fields.c sflow/traffic/fields.h \
	sflow/traffic/flow.c sflow/traffic/flow.h \
	sflow/traffic/flow_records.c sflow/traffic/flow_records.h \
	sflow/traffic/key.c sflow/traffic/key.h \
	sflow/traffic/top.c sflow/traffic/top.h
sflow_libtraffic_la_LIBADD = -lm

# Hosts and their latest values.
sflow_store = \
	sflow/store/blocks.c \
	sflow/store/columns.c \
	sflow/store/feeds.c \
	sflow/store/former.c \
	sflow/store/list.c \
	sflow/store/looks.c \
	sflow/store/store.c sflow/store/store.h sflow/store/store_internal.h

# The senders, what is remembered of them, and the hosts and metrics made of it.
sflow_collector = \
	sflow/collector/accept.c sflow/collector/accept.h \
	sflow/collector/agents.c sflow/collector/agents.h \
	sflow/collector/agents_internal.h \
	sflow/collector/arrival.c sflow/collector/arrival.h \
	sflow/collector/rivals.c sflow/collector/rivals.h \
	sflow/collector/missing.c sflow/collector/missing.h \
	sflow/collector/numbers.c sflow/collector/numbers.h \
	sflow/collector/sample_order.c sflow/collector/sample_order.h \
	sflow/collector/clusters.c sflow/collector/clusters.h \
	sflow/collector/collector.c sflow/collector/collector.h \
	sflow/collector/collector_internal.h \
	sflow/collector/custom.c sflow/collector/custom.h \
	sflow/collector/events.c sflow/collector/events.h \
	sflow/collector/forget.c sflow/collector/forget.h \
	sflow/collector/host.c sflow/collector/host.h sflow/collector/host_names.c \
	sflow/collector/index.c sflow/collector/index.h \
	sflow/collector/instances.c sflow/collector/instances.h \
	sflow/collector/kept.c sflow/collector/kept.h \
	sflow/collector/last.c sflow/collector/last.h \
	sflow/collector/machines.c sflow/collector/machines.h \
	sflow/collector/members.c sflow/collector/members.h \
	sflow/collector/naming.c sflow/collector/naming.h \
	sflow/collector/once.c sflow/collector/once.h \
	sflow/collector/orders.c \
	sflow/collector/ports.c sflow/collector/ports.h \
	sflow/collector/ports_internal.h \
	sflow/collector/readings.c sflow/collector/readings.h \
	sflow/collector/reconfigure.c \
	sflow/collector/refused.c sflow/collector/refused.h \
	sflow/collector/relations.c sflow/collector/relations.h \
	sflow/collector/renamings.c sflow/collector/renamings.h \
	sflow/collector/samples.c sflow/collector/samples.h \
	sflow/collector/saved.c \
	sflow/collector/settings.c sflow/collector/settings.h \
	sflow/collector/sources.c sflow/collector/strangers.c sflow/collector/strangers.h \
	sflow/collector/sub_agents.c \
	sflow/collector/speeds.c sflow/collector/speeds.h \
	sflow/collector/successor.c sflow/collector/successor.h \
	sflow/collector/stats.h \
	sflow/collector/tell.c \
	sflow/collector/ticks.c \
	sflow/collector/track.c sflow/collector/track.h \
	sflow/collector/narrow.c sflow/collector/narrow.h \
	sflow/collector/wraps.c sflow/collector/wraps.h

# A test program for each module, named after it.
UNIT_TESTS = \
	tests/sflow/test_accept \
	tests/sflow/test_address \
	tests/sflow/test_arrival \
	tests/sflow/test_bursts \
	tests/sflow/test_changes \
	tests/sflow/test_clusters \
	tests/sflow/test_collector \
	tests/sflow/test_cursor \
	tests/sflow/test_custom \
	tests/sflow/test_datagram \
	tests/sflow/test_derive \
	tests/sflow/test_estimate \
	tests/sflow/test_event \
	tests/sflow/test_events \
	tests/sflow/test_feeds \
	tests/sflow/test_floods \
	tests/sflow/test_flow \
	tests/sflow/test_flows \
	tests/sflow/test_format \
	tests/sflow/test_hash \
	tests/sflow/test_identity \
	tests/sflow/test_instances \
	tests/sflow/test_once \
	tests/sflow/test_orders \
	tests/sflow/test_packet \
	tests/sflow/test_ports \
	tests/sflow/test_readers \
	tests/sflow/test_readings \
	tests/sflow/test_records \
	tests/sflow/test_relations \
	tests/sflow/test_saved \
	tests/sflow/test_setting \
	tests/sflow/test_settings \
	tests/sflow/test_stale \
	tests/sflow/test_store \
	tests/sflow/test_strangers \
	tests/sflow/test_sweep \
	tests/sflow/test_successor \
	tests/sflow/test_swap \
	tests/sflow/test_text \
	tests/sflow/test_threads \
	tests/sflow/test_told \
	tests/sflow/test_top \
	tests/sflow/test_totals \
	tests/sflow/test_tunnel \
	tests/sflow/test_upheaval
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)

UNIT_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
UNIT_LIBS = gmond-module/libdeliveries.la sflow/libsflow.la $(CMOCKA_LIBS)
UNIT_WIRE = tests/sflow/unit.h tests/sflow/wire.c tests/sflow/wire.h
UNIT_SCRIPT = $(UNIT_WIRE) tests/sflow/script.c tests/sflow/script.h
UNIT_LOOKS = tests/sflow/looks.c tests/sflow/looks.h
UNIT_RACK = $(UNIT_SCRIPT) tests/sflow/rack.c tests/sflow/rack.h

tests_sflow_test_accept_SOURCES = tests/sflow/test_accept.c tests/sflow/unit.h
tests_sflow_test_accept_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_accept_LDADD = $(UNIT_LIBS)

tests_sflow_test_address_SOURCES = tests/sflow/test_address.c tests/sflow/unit.h
tests_sflow_test_address_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_address_LDADD = $(UNIT_LIBS)

tests_sflow_test_arrival_SOURCES = tests/sflow/test_arrival.c $(UNIT_SCRIPT)
tests_sflow_test_arrival_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_arrival_LDADD = $(UNIT_LIBS)

tests_sflow_test_bursts_SOURCES = tests/sflow/test_bursts.c $(UNIT_RACK)
tests_sflow_test_bursts_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_bursts_LDADD = $(UNIT_LIBS)

tests_sflow_test_changes_SOURCES = tests/sflow/test_changes.c $(UNIT_SCRIPT)
tests_sflow_test_changes_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_changes_LDADD = $(UNIT_LIBS)

tests_sflow_test_clusters_SOURCES = tests/sflow/test_clusters.c $(UNIT_LOOKS) \
	$(UNIT_RACK)
tests_sflow_test_clusters_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_clusters_LDADD = $(UNIT_LIBS)

tests_sflow_test_collector_SOURCES = tests/sflow/test_collector.c $(UNIT_SCRIPT)
tests_sflow_test_collector_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_collector_LDADD = $(UNIT_LIBS)

tests_sflow_test_cursor_SOURCES = tests/sflow/test_cursor.c tests/sflow/unit.h
tests_sflow_test_cursor_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_cursor_LDADD = $(UNIT_LIBS)

tests_sflow_test_custom_SOURCES = tests/sflow/test_custom.c $(UNIT_SCRIPT)
tests_sflow_test_custom_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_custom_LDADD = $(UNIT_LIBS)

tests_sflow_test_datagram_SOURCES = tests/sflow/test_datagram.c $(UNIT_WIRE)
tests_sflow_test_datagram_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_datagram_LDADD = $(UNIT_LIBS)

tests_sflow_test_derive_SOURCES = tests/sflow/test_derive.c tests/sflow/unit.h
tests_sflow_test_derive_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_derive_LDADD = $(UNIT_LIBS)

tests_sflow_test_event_SOURCES = tests/sflow/test_event.c tests/sflow/unit.h
tests_sflow_test_event_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_event_LDADD = $(UNIT_LIBS)

tests_sflow_test_events_SOURCES = tests/sflow/test_events.c tests/sflow/unit.h
tests_sflow_test_events_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_events_LDADD = $(UNIT_LIBS)
tests_sflow_test_events_LDFLAGS = -Wl,--wrap=realloc

tests_sflow_test_feeds_SOURCES = tests/sflow/test_feeds.c tests/sflow/unit.h
tests_sflow_test_feeds_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_feeds_LDADD = $(UNIT_LIBS)

tests_sflow_test_flows_SOURCES = tests/sflow/test_flows.c tests/sflow/unit.h
tests_sflow_test_flows_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_flows_LDADD = $(UNIT_LIBS)

# Beside APR's printf, which is gmond's.
tests_sflow_test_format_SOURCES = tests/sflow/test_format.c tests/sflow/unit.h
tests_sflow_test_format_CFLAGS = $(UNIT_CFLAGS) $(APR_CFLAGS)
tests_sflow_test_format_LDADD = $(UNIT_LIBS) $(APR_LIBS)

tests_sflow_test_hash_SOURCES = tests/sflow/test_hash.c tests/sflow/unit.h
tests_sflow_test_hash_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_hash_LDADD = $(UNIT_LIBS)

tests_sflow_test_identity_SOURCES = tests/sflow/test_identity.c $(UNIT_RACK)
tests_sflow_test_identity_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_identity_LDADD = $(UNIT_LIBS)

tests_sflow_test_instances_SOURCES = tests/sflow/test_instances.c $(UNIT_SCRIPT)
tests_sflow_test_instances_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_instances_LDADD = $(UNIT_LIBS)

tests_sflow_test_once_SOURCES = tests/sflow/test_once.c $(UNIT_RACK)
tests_sflow_test_once_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_once_LDADD = $(UNIT_LIBS)

tests_sflow_test_orders_SOURCES = tests/sflow/test_orders.c $(UNIT_LOOKS) \
	$(UNIT_SCRIPT)
tests_sflow_test_orders_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_orders_LDADD = $(UNIT_LIBS)

tests_sflow_test_flow_SOURCES = tests/sflow/test_flow.c tests/sflow/unit.h \
	tests/sflow/wire.c tests/sflow/wire.h
tests_sflow_test_flow_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_flow_LDADD = sflow/libtraffic.la $(UNIT_LIBS)
tests_sflow_test_estimate_SOURCES = tests/sflow/test_estimate.c tests/sflow/unit.h \
	tests/sflow/ways.c tests/sflow/ways.h
tests_sflow_test_estimate_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_estimate_LDADD = sflow/libtraffic.la $(UNIT_LIBS) -lm
tests_sflow_test_key_SOURCES = tests/sflow/test_key.c tests/sflow/unit.h
tests_sflow_test_key_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_key_LDADD = sflow/libtraffic.la $(UNIT_LIBS)
tests_sflow_test_top_SOURCES = tests/sflow/test_top.c tests/sflow/unit.h
tests_sflow_test_top_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_top_LDADD = sflow/libtraffic.la $(UNIT_LIBS) -lm
tests_sflow_test_tunnel_SOURCES = tests/sflow/test_tunnel.c tests/sflow/unit.h
tests_sflow_test_tunnel_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_tunnel_LDADD = $(UNIT_LIBS)
tests_sflow_test_packet_SOURCES = tests/sflow/test_packet.c tests/sflow/unit.h
tests_sflow_test_packet_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_packet_LDADD = $(UNIT_LIBS)

tests_sflow_test_ports_SOURCES = tests/sflow/test_ports.c $(UNIT_RACK)
tests_sflow_test_ports_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_ports_LDADD = $(UNIT_LIBS)

tests_sflow_test_readers_SOURCES = tests/sflow/test_readers.c $(UNIT_SCRIPT)
tests_sflow_test_readers_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_readers_LDADD = $(UNIT_LIBS)
tests_sflow_test_readers_LDFLAGS = -Wl,--wrap=calloc

tests_sflow_test_readings_SOURCES = tests/sflow/test_readings.c $(UNIT_RACK)
tests_sflow_test_readings_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_readings_LDADD = $(UNIT_LIBS)

tests_sflow_test_records_SOURCES = tests/sflow/test_records.c tests/sflow/unit.h
tests_sflow_test_records_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_records_LDADD = $(UNIT_LIBS)

tests_sflow_test_relations_SOURCES = tests/sflow/test_relations.c $(UNIT_SCRIPT)
tests_sflow_test_relations_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_relations_LDADD = $(UNIT_LIBS)

tests_sflow_test_saved_SOURCES = tests/sflow/test_saved.c $(UNIT_LOOKS) \
	$(UNIT_SCRIPT)
tests_sflow_test_saved_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_saved_LDADD = $(UNIT_LIBS)

tests_sflow_test_floods_SOURCES = tests/sflow/test_floods.c $(UNIT_LOOKS) \
	$(UNIT_SCRIPT)
tests_sflow_test_floods_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_floods_LDADD = $(UNIT_LIBS)

tests_sflow_test_strangers_SOURCES = tests/sflow/test_strangers.c $(UNIT_LOOKS) \
	$(UNIT_SCRIPT)
tests_sflow_test_strangers_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_strangers_LDADD = $(UNIT_LIBS)

tests_sflow_test_setting_SOURCES = tests/sflow/test_setting.c tests/sflow/unit.h
tests_sflow_test_setting_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_setting_LDADD = $(UNIT_LIBS)

tests_sflow_test_settings_SOURCES = tests/sflow/test_settings.c \
	tests/sflow/unit.h tests/tools/source_file.c tests/tools/source_file.h
tests_sflow_test_settings_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_settings_LDADD = $(UNIT_LIBS)

tests_sflow_test_store_SOURCES = tests/sflow/test_store.c tests/sflow/unit.h
tests_sflow_test_store_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_store_LDADD = $(UNIT_LIBS)

tests_sflow_test_sweep_SOURCES = tests/sflow/test_sweep.c tests/sflow/unit.h \
	tests/tools/capture.c tests/tools/capture.h
tests_sflow_test_sweep_CFLAGS = $(UNIT_CFLAGS) $(PCAP_CFLAGS)
tests_sflow_test_sweep_LDADD = $(UNIT_LIBS) $(PCAP_LIBS)

tests_sflow_test_successor_SOURCES = tests/sflow/test_successor.c $(UNIT_SCRIPT)
tests_sflow_test_successor_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_successor_LDADD = $(UNIT_LIBS)

tests_sflow_test_swap_SOURCES = tests/sflow/test_swap.c $(UNIT_LOOKS) $(UNIT_SCRIPT)
tests_sflow_test_swap_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_swap_LDADD = $(UNIT_LIBS)

tests_sflow_test_text_SOURCES = tests/sflow/test_text.c tests/sflow/unit.h
tests_sflow_test_text_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_text_LDADD = $(UNIT_LIBS)

tests_sflow_test_threads_SOURCES = tests/sflow/test_threads.c $(UNIT_SCRIPT)
tests_sflow_test_threads_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_threads_LDADD = $(UNIT_LIBS)

tests_sflow_test_told_SOURCES = tests/sflow/test_told.c $(UNIT_LOOKS) \
	$(UNIT_SCRIPT)
tests_sflow_test_told_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_told_LDADD = $(UNIT_LIBS)

tests_sflow_test_stale_SOURCES = tests/sflow/test_stale.c $(UNIT_RACK)
tests_sflow_test_stale_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_stale_LDADD = $(UNIT_LIBS)

tests_sflow_test_totals_SOURCES = tests/sflow/test_totals.c $(UNIT_RACK)
tests_sflow_test_totals_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_totals_LDADD = $(UNIT_LIBS)

tests_sflow_test_upheaval_SOURCES = tests/sflow/test_upheaval.c $(UNIT_LOOKS) \
	$(UNIT_SCRIPT)
tests_sflow_test_upheaval_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_upheaval_LDADD = $(UNIT_LIBS)

# The heartbeat: its rules, what the collector makes of them, and simulations that print
# detection times and false alarms: of one host, beside the arithmetic, and of a whole
# collector on bad days.
MEMBERS_TESTS = \
	tests/sflow/simulate \
	tests/sflow/simulate_agents \
	tests/sflow/test_key \
	tests/sflow/test_members \
	tests/sflow/test_memory \
	tests/sflow/test_membership
check_PROGRAMS += $(MEMBERS_TESTS)
TESTS += $(MEMBERS_TESTS)

tests_sflow_simulate_SOURCES = tests/sflow/simulate.c tests/sflow/ways.c \
	tests/sflow/ways.h
tests_sflow_simulate_LDADD = sflow/libsflow.la -lm

tests_sflow_simulate_agents_SOURCES = tests/sflow/simulate_agents.c \
	tests/sflow/ways.c tests/sflow/ways.h tests/sflow/wire.c tests/sflow/wire.h
tests_sflow_simulate_agents_LDADD = common/libcommon.la sflow/libsflow.la -lm

tests_sflow_test_members_SOURCES = tests/sflow/test_members.c \
	tests/sflow/unit.h
tests_sflow_test_members_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_members_LDADD = $(UNIT_LIBS)

tests_sflow_test_memory_SOURCES = tests/sflow/test_memory.c $(UNIT_LOOKS) \
	$(UNIT_SCRIPT) tests/sflow/unit.h
tests_sflow_test_memory_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_memory_LDADD = $(UNIT_LIBS)
tests_sflow_test_memory_LDFLAGS = -Wl,--wrap=strdup

tests_sflow_test_membership_SOURCES = tests/sflow/test_membership.c \
	$(UNIT_SCRIPT)
tests_sflow_test_membership_CFLAGS = $(UNIT_CFLAGS)
tests_sflow_test_membership_LDADD = $(UNIT_LIBS)

# By hand: what many agents cost that fall silent at once.
check_PROGRAMS += tests/sflow/crowd
tests_sflow_crowd_SOURCES = tests/sflow/crowd.c $(UNIT_WIRE)
tests_sflow_crowd_LDADD = gmond-module/libdeliveries.la sflow/libsflow.la -lm

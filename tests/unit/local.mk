# A test program for each module, named after it.
UNIT_TESTS = \
	tests/unit/test_accept \
	tests/unit/test_address \
	tests/unit/test_clusters \
	tests/unit/test_collector \
	tests/unit/test_cursor \
	tests/unit/test_custom \
	tests/unit/test_datagram \
	tests/unit/test_derive \
	tests/unit/test_flows \
	tests/unit/test_format \
	tests/unit/test_instances \
	tests/unit/test_nagios \
	tests/unit/test_packet \
	tests/unit/test_ports \
	tests/unit/test_readers \
	tests/unit/test_records \
	tests/unit/test_relations \
	tests/unit/test_saved \
	tests/unit/test_store \
	tests/unit/test_sweep \
	tests/unit/test_text \
	tests/unit/test_threads \
	tests/unit/test_totals \
	tests/unit/test_upheaval
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)

UNIT_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
UNIT_LIBS = sflow/libsflow.la $(CMOCKA_LIBS)
UNIT_WIRE = tests/unit/unit.h tests/unit/wire.c tests/unit/wire.h
UNIT_SCRIPT = $(UNIT_WIRE) tests/unit/script.c tests/unit/script.h
UNIT_LOOKS = tests/unit/looks.c tests/unit/looks.h
UNIT_RACK = $(UNIT_SCRIPT) tests/unit/rack.c tests/unit/rack.h

tests_unit_test_accept_SOURCES = tests/unit/test_accept.c tests/unit/unit.h
tests_unit_test_accept_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_accept_LDADD = $(UNIT_LIBS)

tests_unit_test_address_SOURCES = tests/unit/test_address.c tests/unit/unit.h
tests_unit_test_address_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_address_LDADD = $(UNIT_LIBS)

tests_unit_test_clusters_SOURCES = tests/unit/test_clusters.c $(UNIT_LOOKS) \
	$(UNIT_RACK)
tests_unit_test_clusters_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_clusters_LDADD = $(UNIT_LIBS)

tests_unit_test_collector_SOURCES = tests/unit/test_collector.c $(UNIT_SCRIPT)
tests_unit_test_collector_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_collector_LDADD = $(UNIT_LIBS)

tests_unit_test_cursor_SOURCES = tests/unit/test_cursor.c tests/unit/unit.h
tests_unit_test_cursor_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_cursor_LDADD = $(UNIT_LIBS)

tests_unit_test_custom_SOURCES = tests/unit/test_custom.c $(UNIT_SCRIPT)
tests_unit_test_custom_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_custom_LDADD = $(UNIT_LIBS)

tests_unit_test_datagram_SOURCES = tests/unit/test_datagram.c $(UNIT_WIRE)
tests_unit_test_datagram_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_datagram_LDADD = $(UNIT_LIBS)

tests_unit_test_derive_SOURCES = tests/unit/test_derive.c tests/unit/unit.h
tests_unit_test_derive_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_derive_LDADD = $(UNIT_LIBS)

# Beside APR's printf, which is gmond's.
tests_unit_test_flows_SOURCES = tests/unit/test_flows.c tests/unit/unit.h
tests_unit_test_flows_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_flows_LDADD = $(UNIT_LIBS)

tests_unit_test_format_SOURCES = tests/unit/test_format.c tests/unit/unit.h
tests_unit_test_format_CFLAGS = $(UNIT_CFLAGS) $(APR_CFLAGS)
tests_unit_test_format_LDADD = $(UNIT_LIBS) $(APR_LIBS)

tests_unit_test_instances_SOURCES = tests/unit/test_instances.c $(UNIT_SCRIPT)
tests_unit_test_instances_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_instances_LDADD = $(UNIT_LIBS)

tests_unit_test_nagios_SOURCES = tests/unit/test_nagios.c tests/unit/unit.h
tests_unit_test_nagios_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_nagios_LDADD = common/libcommon.la $(UNIT_LIBS)
tests_unit_test_nagios_LDFLAGS = -Wl,--wrap=fstat

tests_unit_test_packet_SOURCES = tests/unit/test_packet.c tests/unit/unit.h
tests_unit_test_packet_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_packet_LDADD = $(UNIT_LIBS)

tests_unit_test_ports_SOURCES = tests/unit/test_ports.c $(UNIT_RACK)
tests_unit_test_ports_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_ports_LDADD = $(UNIT_LIBS)

tests_unit_test_readers_SOURCES = tests/unit/test_readers.c $(UNIT_SCRIPT)
tests_unit_test_readers_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_readers_LDADD = $(UNIT_LIBS)
tests_unit_test_readers_LDFLAGS = -Wl,--wrap=calloc

tests_unit_test_records_SOURCES = tests/unit/test_records.c tests/unit/unit.h
tests_unit_test_records_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_records_LDADD = $(UNIT_LIBS)

tests_unit_test_relations_SOURCES = tests/unit/test_relations.c $(UNIT_SCRIPT)
tests_unit_test_relations_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_relations_LDADD = $(UNIT_LIBS)

tests_unit_test_saved_SOURCES = tests/unit/test_saved.c $(UNIT_LOOKS) \
	$(UNIT_SCRIPT)
tests_unit_test_saved_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_saved_LDADD = $(UNIT_LIBS)

tests_unit_test_store_SOURCES = tests/unit/test_store.c tests/unit/unit.h
tests_unit_test_store_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_store_LDADD = $(UNIT_LIBS)

tests_unit_test_sweep_SOURCES = tests/unit/test_sweep.c tests/unit/unit.h \
	tests/tools/capture.c tests/tools/capture.h
tests_unit_test_sweep_CFLAGS = $(UNIT_CFLAGS) $(PCAP_CFLAGS)
tests_unit_test_sweep_LDADD = $(UNIT_LIBS) $(PCAP_LIBS)

tests_unit_test_text_SOURCES = tests/unit/test_text.c tests/unit/unit.h
tests_unit_test_text_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_text_LDADD = $(UNIT_LIBS)

tests_unit_test_threads_SOURCES = tests/unit/test_threads.c $(UNIT_SCRIPT)
tests_unit_test_threads_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_threads_LDADD = $(UNIT_LIBS)

tests_unit_test_totals_SOURCES = tests/unit/test_totals.c $(UNIT_RACK)
tests_unit_test_totals_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_totals_LDADD = $(UNIT_LIBS)

tests_unit_test_upheaval_SOURCES = tests/unit/test_upheaval.c $(UNIT_LOOKS) \
	$(UNIT_SCRIPT)
tests_unit_test_upheaval_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_upheaval_LDADD = $(UNIT_LIBS)

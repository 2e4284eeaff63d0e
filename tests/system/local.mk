# Against Debian's gmond and gmetad.
SYSTEM_TESTS = \
	tests/system/test_at_once.py \
	tests/system/test_bounds.py \
	tests/system/test_bridge_clock.py \
	tests/system/test_bridge_clusters.py \
	tests/system/test_bridge_descriptors.py \
	tests/system/test_bridge_faults.py \
	tests/system/test_bridge_flood.py \
	tests/system/test_bridge_gmetad.py \
	tests/system/test_bridge_readers.py \
	tests/system/test_bridge_reload.py \
	tests/system/test_bridge_rrd.py \
	tests/system/test_bridge_socket.py \
	tests/system/test_bridge_state.py \
	tests/system/test_bridge_values.py \
	tests/system/test_channel.py \
	tests/system/test_check.py \
	tests/system/test_direct.py \
	tests/system/test_flood.py \
	tests/system/test_gmetad.py \
	tests/system/test_hosts.py \
	tests/system/test_hostile.py \
	tests/system/test_join_flood.py \
	tests/system/test_lifecycle.py \
	tests/system/test_membership.py \
	tests/system/test_mute.py \
	tests/system/test_nagios.py \
	tests/system/test_nagios_links.py \
	tests/system/test_ovs.py \
	tests/system/test_own_metrics.py \
	tests/system/test_pmacct.py \
	tests/system/test_polling.py \
	tests/system/test_readers.py \
	tests/system/test_sflowget.py \
	tests/system/test_sflowget_site.py \
	tests/system/test_stalled_reader.py \
	tests/system/test_start.py \
	tests/system/test_completion.py \
	tests/system/test_consumers.py \
	tests/system/test_control.py \
	tests/system/test_stopped.py \
	tests/system/test_stories.py \
	tests/system/test_switch.py \
	tests/system/test_taken_over.py \
	tests/system/test_way_over.py \
	tests/system/test_vm.py \
	tests/system/test_web.py \
	tests/system/test_who_speaks.py
WHOLE_TESTS += $(SYSTEM_TESTS)
EXTRA_DIST += $(SYSTEM_TESTS) tests/system/bridge.py tests/system/crowd.py tests/system/ganglia.py \
	tests/system/nagios.py tests/system/network.py tests/system/site_xml.py tests/system/stories.py tests/system/stories_moves.py tests/system/traffic.py \
	tests/system/web.py tests/system/web_walk.py

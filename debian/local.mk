# One by one: a build of the packages leaves others beside them.
EXTRA_DIST += debian/changelog debian/control debian/copyright debian/rules \
	debian/source/format debian/tests/control debian/tests/smoke \
	debian/ganglia-module-sflow.README.Debian debian/ganglia-module-sflow.docs \
	debian/ganglia-module-sflow.install debian/ganglia-sflow-tools.docs \
	debian/ganglia-sflow-tools.install debian/ganglia-web-sflow.README.Debian \
	debian/ganglia-web-sflow.docs debian/ganglia-web-sflow.install \
	debian/ganglia-web-sflow.postrm debian/gmetad-bridge.README.Debian \
	debian/gmetad-bridge.docs debian/gmetad-bridge.install \
	debian/gmetad-bridge.postinst debian/gmetad-bridge.postrm

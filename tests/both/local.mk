# The module and the bridge, each with a recording in an invented world: they show the
# same.
check_PROGRAMS += tests/both/module_says tests/both/bridge_says
tests_both_world = tests/both/world.c tests/both/world.h tests/both/moments.h

tests_both_module_says_SOURCES = tests/both/module_says.c $(tests_both_world) \
	tests/module/fake_gmond.c tests/module/fake_gmond.h \
	tests/module/fake_print.c \
	gmond-module/modsflow.c
tests_both_module_says_CFLAGS = $(module_cflags)
tests_both_module_says_LDFLAGS = $(AM_LDFLAGS) -export-dynamic
tests_both_module_says_LDADD = gmond-module/libmodule.la

tests_both_bridge_says_SOURCES = tests/both/bridge_says.c $(tests_both_world)
tests_both_bridge_says_CFLAGS = $(bridge_cflags)
tests_both_bridge_says_LDADD = gmetad-bridge/libbridge.la

TESTS += tests/both/test_both.py
EXTRA_DIST += tests/both/meant.py tests/both/recordings.py tests/both/shown.py \
	tests/both/test_both.py

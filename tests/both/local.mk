# The module and the bridge, each with a recording in an invented world: they show the
# same.
check_PROGRAMS += tests/both/bridge_says
tests_both_world = tests/both/world.c tests/both/world.h tests/both/moments.h

tests_both_bridge_says_SOURCES = tests/both/bridge_says.c $(tests_both_world)
tests_both_bridge_says_CFLAGS = $(bridge_cflags)
tests_both_bridge_says_LDADD = gmetad-bridge/libbridge.la

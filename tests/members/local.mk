# The heartbeat: its rules, what the collector makes of them, and a simulation
# that prints detection times and false alarms beside the arithmetic.
MEMBERS_TESTS = \
	tests/members/simulate \
	tests/members/test_members \
	tests/members/test_membership
check_PROGRAMS += $(MEMBERS_TESTS)
TESTS += $(MEMBERS_TESTS)

tests_members_simulate_SOURCES = tests/members/simulate.c
tests_members_simulate_LDADD = sflow/libsflow.la -lm

tests_members_test_members_SOURCES = tests/members/test_members.c \
	tests/unit/unit.h
tests_members_test_members_CFLAGS = $(UNIT_CFLAGS)
tests_members_test_members_LDADD = $(UNIT_LIBS)

tests_members_test_membership_SOURCES = tests/members/test_membership.c \
	$(UNIT_SCRIPT)
tests_members_test_membership_CFLAGS = $(UNIT_CFLAGS)
tests_members_test_membership_LDADD = $(UNIT_LIBS)

# By hand: what many agents cost that fall silent at once.
check_PROGRAMS += tests/members/crowd
tests_members_crowd_SOURCES = tests/members/crowd.c $(UNIT_WIRE)
tests_members_crowd_LDADD = sflow/libsflow.la -lm

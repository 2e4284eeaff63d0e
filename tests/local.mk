# Those of what is whole need daemons, root or a browser; for the others it is enough to
# build. And Debian's gmond can't load a module that is built with sanitizers.
WHOLE_TESTS =
include tests/tools/local.mk
include tests/cases/local.mk
include tests/both/local.mk
include tests/golden/local.mk
include tests/module/local.mk
include tests/sflow/local.mk
include tests/common/local.mk
include tests/bridge/local.mk
include tests/check_sflow/local.mk
include tests/sflowget/local.mk
include tests/fuzz/local.mk
include tests/system/local.mk
include tests/docs/local.mk
include tests/lint/local.mk
include tests/rooms/local.mk
include tests/run/local.mk
include tests/package/local.mk
include tests/web/local.mk
include tests/bench/local.mk
if !SANITIZED
TESTS += $(WHOLE_TESTS)
endif

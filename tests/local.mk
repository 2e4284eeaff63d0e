include tests/tools/local.mk
include tests/golden/local.mk
include tests/module/local.mk
include tests/unit/local.mk
include tests/members/local.mk
include tests/fuzz/local.mk
include tests/system/local.mk
include tests/bench/local.mk

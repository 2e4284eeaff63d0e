include tests/tools/local.mk
include tests/golden/local.mk
include tests/module/local.mk

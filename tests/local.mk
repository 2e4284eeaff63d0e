include tests/tools/local.mk
include tests/golden/local.mk

# What comes out of `make dist` and `make install`: packages, files, rights.
PACKAGE_TESTS = \
	tests/package/test_apparmor.py \
	tests/package/test_install.py \
	tests/package/test_packages.py
WHOLE_TESTS += $(PACKAGE_TESTS)
EXTRA_DIST += $(PACKAGE_TESTS) tests/package/machine.py tests/package/profile.py

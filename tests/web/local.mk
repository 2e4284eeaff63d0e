# ganglia-web's reports, in a copy of ganglia-web.
WEB_TESTS = tests/web/test_pages.py tests/web/test_reports.py
WHOLE_TESTS += $(WEB_TESTS)
EXTRA_DIST += $(WEB_TESTS) tests/web/charts.py

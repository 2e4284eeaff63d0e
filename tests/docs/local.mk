# What the README and docs/*.md say. They use Debian's gmond and gmetad.
DOCS_TESTS = tests/docs/test_commands.py tests/docs/test_documents.py \
	tests/docs/test_examples.py
WHOLE_TESTS += $(DOCS_TESTS)
EXTRA_DIST += $(DOCS_TESTS) tests/docs/documents.py tests/docs/runnable.py \
	tests/docs/snippets.py tests/docs/world.py tests/docs/elsewhere.txt

#include "tests/tools/source_file.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/sflow/unit.h"

char *
source_file(const char *path)
{
	const char *top = getenv("abs_top_srcdir");
	char full[4096], *text = NULL;
	size_t room = 0;
	FILE *file;

	snprintf(full, sizeof(full), "%s/%s", top == NULL ? "." : top, path);
	file = fopen(full, "r");
	assert_non_null(file);
	assert_true(getdelim(&text, &room, '\0', file) > 0);
	fclose(file);
	return text;
}

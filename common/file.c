#include "common/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *
read_stream(FILE *file, size_t *len)
{
	size_t room = 65536, got;
	char *text = malloc(room), *more;

	for (*len = 0; text != NULL; room *= 2, text = more) {
		got = fread(text + *len, 1, room - *len - 1, file);
		*len += got;
		if (ferror(file) || *len > FILE_BYTES_MAX)
			break;
		if (*len < room - 1) {
			text[*len] = '\0';
			return text;
		}
		more = realloc(text, 2 * room);
		if (more == NULL)
			break;
	}
	if (*len > FILE_BYTES_MAX)
		errno = EFBIG;
	free(text);
	return NULL;
}

char *
file_read(const char *path, size_t *len)
{
	FILE *file = fopen(path, "re");
	char *text;
	int reason;

	if (file == NULL)
		return NULL;
	text = read_stream(file, len);
	reason = errno;
	fclose(file);
	errno = reason;
	return text;
}

bool
file_set(const struct setting *setting, void *base, const char *path,
         char why[SETTING_WHY])
{
	size_t len;
	char *text;
	bool good;

	if (*path == '\0')
		return true;
	text = file_read(path, &len);
	if (text == NULL)
		return setting_should_be(why, "a file that can be read: %s",
		                         strerror(errno));
	good = setting_set(setting, base, text, why);
	free(text);
	return good;
}

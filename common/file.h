/* file.h - the text of files. */
#ifndef COMMON_FILE_H
#define COMMON_FILE_H

#include <stddef.h>

#include "sflow/setting.h"

#define FILE_BYTES_MAX (16 * 1024 * 1024)

/* All of a file, with a NUL behind it; the caller frees it. `len` is without that
 * NUL. NULL with errno; EFBIG where it has more than FILE_BYTES_MAX. */
char *file_read(const char *path, size_t *len);

/* Sets a setting of form SETTING_FILE in the struct at `base`; the path "" is no
 * file. Returns what its setter does, or false where the file can't be read. */
bool file_set(const struct setting *setting, void *base, const char *path,
              char why[SETTING_WHY]);

#endif

/* file.h - reads whole files. */
#ifndef COMMON_FILE_H
#define COMMON_FILE_H

#include <stddef.h>

#include "sflow/setting.h"

#define FILE_BYTES_MAX (16 * 1024 * 1024)

/* Returns the text of a file, followed by a NUL; the caller frees it. *len is the
 * length without the NUL. Returns NULL with errno on failure; EFBIG where the file has
 * more than FILE_BYTES_MAX. */
char *file_read(const char *path, size_t *len);

/* Sets a setting of form SETTING_FILE in the struct at `base` to the text of the file
 * `path`; with the path "" it stays as it is. Returns what the setter returns, or false
 * where the file can't be read, with the reason in `why`. */
bool file_set(const struct setting *setting, void *base, const char *path,
              char why[SETTING_WHY]);

#endif

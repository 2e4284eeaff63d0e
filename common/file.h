/* file.h - the text of files. */
#ifndef COMMON_FILE_H
#define COMMON_FILE_H

#include <stddef.h>

#define FILE_BYTES_MAX (16 * 1024 * 1024)

/* All of a file, with a NUL behind it; the caller frees it. `len` is without that
 * NUL. NULL with errno; EFBIG where it has more than FILE_BYTES_MAX. */
char *file_read(const char *path, size_t *len);

#endif

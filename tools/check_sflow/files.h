/* files.h - reads and replaces whole files of Nagios. */
#ifndef CHECK_FILES_H
#define CHECK_FILES_H

#include <stddef.h>

#include "tools/check_sflow/objects.h"

#define FILES_MAX (64 << 20) /* a file of more bytes is not read */

/* Returns the text of a file, which the caller frees; "" where it doesn't exist.
 * Returns NULL with errno on failure. */
char *files_read(const char *path, size_t *len);

/* Replaces the text of a file at once: a reader sees either the old text or the new
 * one. The file keeps its owner and mode; a symbolic link stays one. Returns 0, or -1
 * with errno. */
int files_replace(const char *path, const char *text, size_t len);

/* Adds the names that a file defines, or all *.cfg of a folder and of its folders; the
 * file `but` is left out. Returns 0, or -1 with errno. */
int files_scan(const char *path, const char *but, struct names *names);

#endif

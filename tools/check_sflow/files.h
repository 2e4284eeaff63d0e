/* files.h - files of Nagios as a whole. */
#ifndef CHECK_FILES_H
#define CHECK_FILES_H

#include <stddef.h>

#include "tools/check_sflow/objects.h"

#define FILES_MAX (64 << 20) /* bytes of a file that is read */

/* The text of a file, to be freed; "" where it doesn't exist. NULL and errno. */
char *files_read(const char *path, size_t *len);

/* Puts the text in place of the file's, at once: who reads it sees the old one, or the
 * new one. It keeps its owner and its mode; a link stays one. 0, or -1 and errno. */
int files_replace(const char *path, const char *text, size_t len);

/* Adds what a file, or all *.cfg of a folder and of those in it, define; `but` is
 * passed over. 0, or -1 and errno. */
int files_scan(const char *path, const char *but, struct names *names);

#endif

/* fake_disk.h - files as bytes, and a disk that takes none, or loses its power.
 */
#ifndef TESTS_FAKE_DISK_H
#define TESTS_FAKE_DISK_H

#include <stddef.h>
#include <stdint.h>

/* Of any file. The bytes are the caller's to free. */
uint8_t *read_file(const char *path, size_t *len);
void write_file(const char *path, const void *bytes, size_t len);

/* From now on SQLite can't write, for that reason (errno); 0: it can. */
void fail_writes(int with);

/* The same after so many writes more. */
void fail_writes_after(unsigned writes, int with);

/* How many have failed since the last call of one of these. */
unsigned failed_writes(void);

/* So many writes of SQLite are still done; of the next one half is, and it kills this
 * process. */
void die_after_writes(unsigned writes);

#endif

/* fake_bridge.h - in place of what state.c uses of the bridge: the collector's lock,
 * the clock, the log. And a folder for its file.
 */
#ifndef TESTS_FAKE_BRIDGE_H
#define TESTS_FAKE_BRIDGE_H

#include <stdatomic.h>
#include <stdbool.h>

/* The last line of the log, and how many there were since fake_folder(). */
extern char fake_line[1024];
extern unsigned fake_lines;

extern atomic_llong fake_now; /* clock_ms() */
extern bool fake_locked;      /* the collector's lock is held */

/* A folder that is empty, the file that is to be in it, and what that is called when it
 * is put aside. Everything counts from zero again. 0, or -1. And removes it: -1 when
 * something else is in it. */
extern char fake_path[256];
extern char fake_bad[sizeof(fake_path) + 8];
int fake_folder(void);
int fake_folder_remove(void);

/* Runs SQL in a file as it stands, as another process would. Returns the number in
 * the first column of the last row. */
long long fake_sql(const char *path, const char *sql);

#endif

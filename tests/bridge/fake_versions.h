/* fake_versions.h - files of other versions, and programs that know more of them.
 */
#ifndef TESTS_FAKE_VERSIONS_H
#define TESTS_FAKE_VERSIONS_H

#include "gmetad-bridge/state/database.h"

/* Puts the file that gmetad-bridge 0.1.0 has written into the test's place. */
#define FILE_1_HOSTS 10
void fake_file_1(void);

/* What that program saved: fails the test unless the collector has all of it. */
void assert_restored_1(void);

/* The bridge's migrations, and after them this one, and maybe another one: what a later
 * program may have. It is good until the next call. */
const struct database_migrations *fake_later(const char *next, const char *last);

/* One that makes a table, and one that changes the one with hosts. */
extern const char add_table[], add_column[];

/* Fails the test unless the file at fake_path has the schema of one that this program
 * makes anew. */
void assert_schema_of_new(const struct database_migrations *migrations);

#endif

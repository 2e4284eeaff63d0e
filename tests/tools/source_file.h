/* source_file.h - the project's own files, for tests that compare them with the code. */
#ifndef TESTS_SOURCE_FILE_H
#define TESTS_SOURCE_FILE_H

/* Returns the whole text of a file of the source folder, by its path in that, to be freed.
 * Fails the test where it can't be read, or is empty. */
char *source_file(const char *path);

#endif

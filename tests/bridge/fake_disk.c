#include "tests/bridge/fake_disk.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/sflow/unit.h"

/* Files ------------------------------------------------------------------------------ */

uint8_t *
read_file(const char *path, size_t *len)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes;
	long end;

	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	end = ftell(file);
	rewind(file);
	bytes = malloc((size_t)end + 1);
	assert_non_null(bytes);
	*len = fread(bytes, 1, (size_t)end, file);
	assert_int_equal(*len, end);
	fclose(file);
	return bytes;
}

void
write_file(const char *path, const void *bytes, size_t len)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	fclose(file);
}

/* The disk --------------------------------------------------------------------------- */

/* By SQLite's own means: its system calls can be replaced for tests. */
static int write_errno;

static ssize_t
failing_write(int fd, const void *bytes, size_t len)
{
	(void)fd;
	(void)bytes;
	(void)len;
	errno = write_errno;
	return -1;
}

static ssize_t
failing_pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	(void)at;
	return failing_write(fd, bytes, len);
}

void
fail_writes(int with)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	sqlite3_syscall_ptr plain =
	    with != 0 ? (sqlite3_syscall_ptr)failing_write : NULL;
	sqlite3_syscall_ptr placed =
	    with != 0 ? (sqlite3_syscall_ptr)failing_pwrite : NULL;

	write_errno = with;
	vfs->xSetSystemCall(vfs, "write", plain);
	vfs->xSetSystemCall(vfs, "pwrite", placed);
	vfs->xSetSystemCall(vfs, "pwrite64", placed);
}

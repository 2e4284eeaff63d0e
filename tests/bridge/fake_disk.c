#include "tests/bridge/fake_disk.h"

#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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
static struct {
	unsigned writes; /* that are still done */
	unsigned failed;
	int reason;
	bool dies;
} disk;

static ssize_t
write_at(int fd, const void *bytes, size_t len, off_t at)
{
	return at < 0 ? write(fd, bytes, len) : pwrite(fd, bytes, len, at);
}

static ssize_t
failing_pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	if (disk.writes > 0) {
		disk.writes--;
		return write_at(fd, bytes, len, at);
	}
	if (disk.dies) {
		(void)!write_at(fd, bytes, len / 2, at);
		raise(SIGKILL);
	}
	disk.failed++;
	errno = disk.reason;
	return -1;
}

static ssize_t
failing_write(int fd, const void *bytes, size_t len)
{
	return failing_pwrite(fd, bytes, len, -1);
}

/* Or gives SQLite back its own. */
static void
replace_writes(bool replace)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	sqlite3_syscall_ptr plain = replace ? (sqlite3_syscall_ptr)failing_write : NULL;
	sqlite3_syscall_ptr placed =
	    replace ? (sqlite3_syscall_ptr)failing_pwrite : NULL;

	vfs->xSetSystemCall(vfs, "write", plain);
	vfs->xSetSystemCall(vfs, "pwrite", placed);
	vfs->xSetSystemCall(vfs, "pwrite64", placed);
}

void
fail_writes_after(unsigned writes, int with)
{
	memset(&disk, 0, sizeof(disk));
	disk.writes = writes;
	disk.reason = with;
	replace_writes(with != 0);
}

void
fail_writes(int with)
{
	fail_writes_after(0, with);
}

unsigned
failed_writes(void)
{
	return disk.failed;
}

void
die_after_writes(unsigned writes)
{
	memset(&disk, 0, sizeof(disk));
	disk.writes = writes;
	disk.dies = true;
	replace_writes(true);
}

#define _GNU_SOURCE /* asprintf() */

#include "tools/check_sflow/files.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *
read_all(int fd, size_t size, size_t *len)
{
	char *text = malloc(size + 1);
	ssize_t got;

	*len = 0;
	while (text != NULL && *len < size &&
	       (got = read(fd, text + *len, size - *len)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			free(text);
			return NULL;
		}
		*len += (size_t)got;
	}
	return text;
}

char *
files_read(const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *text = NULL;
	struct stat info;

	*len = 0;
	if (fd < 0)
		return errno == ENOENT ? calloc(1, 1) : NULL;
	if (fstat(fd, &info) == 0) {
		if (S_ISREG(info.st_mode) && info.st_size <= FILES_MAX)
			text = read_all(fd, (size_t)info.st_size, len);
		else
			errno = S_ISREG(info.st_mode) ? EFBIG : EINVAL;
	}
	close(fd);
	return text;
}

static int
write_all(int fd, const char *text, size_t len)
{
	ssize_t put;

	for (; len > 0; text += put, len -= (size_t)put) {
		put = write(fd, text, len);
		if (put < 0 && errno == EINTR)
			put = 0;
		if (put < 0)
			return -1;
	}
	return 0;
}

/* Gives the new file the owner and mode of the old one, as far as that is allowed. */
static int
take_after(int fd, const char *path)
{
	struct stat info;

	if (stat(path, &info) != 0)
		return fchmod(fd, 0644);
	if (fchown(fd, info.st_uid, info.st_gid) != 0 && geteuid() == 0)
		return -1;
	return fchmod(fd, info.st_mode & 07777);
}

static int
replace(const char *path, char *temporary, const char *text, size_t len)
{
	int fd = mkostemp(temporary, O_CLOEXEC), fault = 0;

	if (fd < 0)
		return -1;
	if (take_after(fd, path) != 0 || write_all(fd, text, len) != 0 ||
	    fsync(fd) != 0)
		fault = errno;
	if (close(fd) != 0 && fault == 0)
		fault = errno;
	if (fault == 0 && rename(temporary, path) != 0)
		fault = errno;
	if (fault != 0)
		unlink(temporary);
	errno = fault;
	return fault == 0 ? 0 : -1;
}

int
files_replace(const char *path, const char *text, size_t len)
{
	char *real = realpath(path, NULL), *temporary;
	int status;

	if (real == NULL && errno != ENOENT)
		return -1;
	/* the name isn't *.cfg, so a Nagios that starts just now does not read it */
	if (asprintf(&temporary, "%s.XXXXXX", real != NULL ? real : path) < 0) {
		free(real);
		errno = ENOMEM;
		return -1;
	}
	status = replace(real != NULL ? real : path, temporary, text, len);
	free(temporary);
	free(real);
	return status;
}

static int
scan_file(const char *path, struct names *names)
{
	size_t len;
	char *text = files_read(path, &len);
	int status;

	if (text == NULL)
		return -1;
	status = objects_scan(text, len, names);
	free(text);
	return status;
}

static bool
is_wanted(const FTSENT *entry, const struct stat *but)
{
	const char *dot = strrchr(entry->fts_name, '.');

	if (entry->fts_level > 0 && (dot == NULL || strcmp(dot, ".cfg") != 0))
		return false;
	return entry->fts_statp->st_ino != but->st_ino ||
	       entry->fts_statp->st_dev != but->st_dev;
}

static int
scan_entry(const FTSENT *entry, const struct stat *but, struct names *names)
{
	switch (entry->fts_info) {
	case FTS_F:
		return is_wanted(entry, but) ? scan_file(entry->fts_accpath, names) : 0;
	case FTS_NS:
	case FTS_ERR:
	case FTS_DNR:
		errno = entry->fts_errno;
		return -1;
	default:
		return 0;
	}
}

int
files_scan(const char *path, const char *but, struct names *names)
{
	char *paths[] = {(char *)path, NULL};
	FTS *walk = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	struct stat output = {.st_ino = 0};
	int status = 0, fault;
	FTSENT *entry;

	if (walk == NULL)
		return -1;
	if (but != NULL && stat(but, &output) != 0)
		output.st_ino = 0;
	while (status == 0 && (entry = fts_read(walk)) != NULL)
		status = scan_entry(entry, &output, names);
	fault = errno;
	fts_close(walk);
	errno = fault;
	return status;
}

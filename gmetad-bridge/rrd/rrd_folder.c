/* The folders of hosts in the file system. Each part of a path below the root folder is
 * opened by itself, and never where it is a symbolic link.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gmetad-bridge/rrd/rrd_sink.h"

#define FOLDER (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* Opens the folder of a cluster. Returns -1 with errno. */
static int
open_cluster(const struct rrd_place *place)
{
	int root = open(place->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd;
	int error;

	if (root < 0)
		return -1;
	fd = openat(root, place->cluster, FOLDER);
	error = errno;
	close(root);
	errno = error;
	return fd;
}

/* Opens a folder for reading its names. Returns NULL with errno. */
static DIR *
open_host(int cluster, const char *host)
{
	int fd = openat(cluster, host, FOLDER);
	DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;

	if (fd >= 0 && folder == NULL)
		close(fd);
	return folder;
}

/* Returns the next name in the folder; NULL: there are no more. */
static const char *
next_name(DIR *folder)
{
	const struct dirent *entry;

	while ((entry = readdir(folder)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			return entry->d_name;
	return NULL;
}

bool
rrd_folder_has_files(const struct rrd_place *place, const char *host)
{
	int cluster = open_cluster(place);
	DIR *folder = cluster >= 0 ? open_host(cluster, host) : NULL;
	bool any = folder != NULL && next_name(folder) != NULL;

	if (folder != NULL)
		closedir(folder);
	if (cluster >= 0)
		close(cluster);
	return any;
}

int
rrd_folder_each(const struct rrd_place *place, const char *host,
                bool (*each)(void *context, const char *file), void *context)
{
	int cluster = open_cluster(place), result = -1, error = errno;
	DIR *folder = cluster >= 0 ? open_host(cluster, host) : NULL;
	const char *name;

	if (folder != NULL) {
		result = 0;
		while (result == 0 && (name = next_name(folder)) != NULL)
			if (!each(context, name))
				result = -1;
		error = ENOMEM;
		closedir(folder);
	} else if (cluster >= 0) {
		error = errno;
	}
	if (cluster >= 0)
		close(cluster);
	errno = error;
	return result;
}

/* Removes a folder with its files; folders in it stay, and so does it then. Returns 0, or
 * -1 with errno; ENOENT: there is none. */
static int
remove_host(int cluster, const char *host)
{
	DIR *folder = open_host(cluster, host);
	const char *name;

	if (folder == NULL)
		return -1;
	while ((name = next_name(folder)) != NULL)
		unlinkat(dirfd(folder), name, 0);
	closedir(folder);
	return unlinkat(cluster, host, AT_REMOVEDIR);
}

int
rrd_folder_remove(const struct rrd_place *place, const char *host)
{
	int cluster = open_cluster(place), result, error;

	if (cluster < 0)
		return -1;
	result = remove_host(cluster, host);
	error = errno;
	close(cluster);
	errno = error;
	return result;
}

/* rename() itself refuses a new folder that has files. */
static int
move_host(int cluster, const char *host, const char *to, bool replace)
{
	struct stat status;

	if (fstatat(cluster, host, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	if (!S_ISDIR(status.st_mode)) {
		errno = ENOTDIR;
		return -1;
	}
	if (replace && remove_host(cluster, to) != 0 && errno != ENOENT)
		return -1;
	return renameat(cluster, host, cluster, to);
}

int
rrd_folder_move(const struct rrd_place *place, const char *host, const char *to,
                bool replace)
{
	int cluster = open_cluster(place), result, error;

	if (cluster < 0)
		return -1;
	result = move_host(cluster, host, to, replace);
	error = errno;
	close(cluster);
	errno = error;
	return result;
}

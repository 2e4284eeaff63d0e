#include "gmetad-bridge/rrd/rrd_room.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "gmetad-bridge/rrd/rrd_sink.h"
#include "sflow/hash.h"

#define LOOK_MS 1000                    /* between two looks at the disk */
#define LEAST_FREE UINT64_C(1000000000) /* bytes */
#define FOLDERS 100000                  /* that are remembered */
#define COUNT_AGAIN_MS 600000           /* somebody else may have taken files away */

/* How many files a folder has. */
struct folder {
	UT_hash_handle hh;
	unsigned files;
	int64_t counted_ms;
	char path[];
};

static void
forget_folders(struct rrd_room *room)
{
	struct folder *folder, *next;

	HASH_ITER(hh, room->folders, folder, next) {
		HASH_DEL(room->folders, folder);
		free(folder);
	}
}

void
rrd_room_free(struct rrd_room *room)
{
	forget_folders(room);
}

/* The disk ---------------------------------------------------------------------------- */

static bool
is_low(const struct config_rrd *config)
{
	struct statvfs disk;
	double free_bytes, all;

	if (statvfs(config->rootdir, &disk) != 0)
		return false; /* it is another machine's, or files can't be made anyway */
	free_bytes = (double)disk.f_bavail * (double)disk.f_frsize;
	all = (double)disk.f_blocks * (double)disk.f_frsize;
	return free_bytes < (double)LEAST_FREE ||
	       free_bytes < all * config->keep_free / 100;
}

static bool
disk_has_room(struct rrd_room *room, const struct config_rrd *config, int64_t now)
{
	if (config->keep_free == 0)
		return true;
	if (room->looked_ms == 0 || now - room->looked_ms >= LOOK_MS) {
		room->looked_ms = now;
		room->low = is_low(config);
	}
	if (room->low)
		log_limited(&room->full, now,
		            "RRDs: no new files are made, because less than %u %% or 1 "
		            "GB of the disk with %s is free; the others are updated",
		            config->keep_free, config->rootdir);
	return !room->low;
}

/* The folders of hosts ---------------------------------------------------------------- */

static unsigned
count_files(const char *path)
{
	DIR *folder = opendir(path);
	unsigned count = 0;

	if (folder == NULL)
		return 0; /* it is still to be made, or on another machine */
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	return count > 2 ? count - 2 : 0; /* "." and ".." */
}

/* Returns the folder of a file; NULL without memory, or where it is one of sums. */
static struct folder *
folder_of(struct rrd_room *room, const char *path)
{
	const char *end = strrchr(path, '/');
	struct folder *folder;
	size_t len;

	if (end == NULL)
		return NULL;
	len = (size_t)(end - path);
	if (len >= strlen(RRD_SUMS) &&
	    memcmp(end - strlen(RRD_SUMS), RRD_SUMS, strlen(RRD_SUMS)) == 0)
		return NULL;
	HASH_FIND(hh, room->folders, path, len, folder);
	if (folder != NULL)
		return folder;
	if (HASH_COUNT(room->folders) >= FOLDERS)
		forget_folders(room);
	folder = calloc(1, sizeof(*folder) + len + 1);
	if (folder == NULL)
		return NULL;
	memcpy(folder->path, path, len);
	HASH_ADD(hh, room->folders, path[0], len, folder);
	if (folder->hh.tbl != NULL)
		return folder;
	free(folder);
	return NULL;
}

static bool
folder_has_room(struct rrd_room *room, const struct config_rrd *config,
                const char *path, int64_t now)
{
	struct folder *folder;

	if (config->files == 0)
		return true;
	folder = folder_of(room, path);
	if (folder == NULL)
		return true;
	if (folder->counted_ms == 0 || now - folder->counted_ms >= COUNT_AGAIN_MS) {
		unsigned there = count_files(folder->path);

		folder->counted_ms = now;
		folder->files = there > folder->files || config->rrdcached == NULL
		                    ? there
		                    : folder->files;
	}
	if (folder->files < config->files) {
		folder->files++;
		return true;
	}
	log_limited(&room->many, now,
	            "RRDs: no more files are made in %s: it has %u (files)",
	            folder->path, folder->files);
	return false;
}

bool
rrd_room_for(struct rrd_room *room, const struct config_rrd *config, const char *path,
             int64_t now)
{
	return disk_has_room(room, config, now) &&
	       folder_has_room(room, config, path, now);
}

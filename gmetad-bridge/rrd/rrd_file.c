/* Makes RRD files with librrd, as gmetad does, for all sinks.
 */
#include <errno.h>
#include <rrd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gmetad-bridge/rrd/rrd_header.h"
#include "gmetad-bridge/rrd/rrd_sink.h"

#define ARCHIVES_MAX 100
#define FOLDER_MODE 0755 /* without a umask of its own */

/* Gives what has just been made the permissions `mode` without those of the mask; -1: they
 * stay as they are, which for files is 0644, because librrd passes over the process's umask.
 * The other bits of a folder, such as that which hands its group on, stay. Returns 0, or -1
 * with errno. */
static int
give_mode(const char *path, mode_t mode, int mask)
{
	struct stat status;

	if (mask < 0)
		return 0;
	mode &= ~(mode_t)mask;
	if (stat(path, &status) != 0)
		return -1;
	if ((status.st_mode & 0777) == mode)
		return 0;
	return chmod(path, (status.st_mode & 07000) | mode);
}

/* Makes a folder where there is none. Returns 0, or -1 with errno. Where the folder may not
 * get more permissions it is fine as it is: systemd's RestrictSUIDSGID= refuses the bit that
 * hands its group on. */
static int
make_folder(const char *path, int mask)
{
	mode_t mode = mask < 0 ? FOLDER_MODE : 0777 & ~(mode_t)mask;

	if (mkdir(path, mode) != 0)
		return errno == EEXIST ? 0 : -1;
	give_mode(path, 0777, mask);
	return 0;
}

/* Makes the folders of a path that are below the root, and tests whether a file can be
 * made in the last one. Returns 0, or -1 with errno. */
static int
make_folders(const char *root, const char *path, int mask)
{
	char folder[RRD_LINE + 1] = "";
	size_t i, begin = strlen(root);

	while (begin > 0 && root[begin - 1] == '/')
		begin--;
	for (i = begin + 1; path[i] != '\0'; i++) {
		if (path[i] != '/')
			continue;
		memcpy(folder, path, i);
		folder[i] = '\0';
		if (make_folder(folder, mask) != 0)
			return -1;
	}
	return access(folder, W_OK | X_OK);
}

int
rrd_make_file(const char *root, const char *path, const struct rrd_file *file)
{
	const char *arguments[ARCHIVES_MAX + 2];
	char sum[64], num[64];
	int count = 0, i;

	snprintf(sum, sizeof(sum), "DS:sum:GAUGE:%u:U:U", 8 * file->step_s);
	snprintf(num, sizeof(num), "DS:num:GAUGE:%u:U:U", 8 * file->step_s);
	arguments[count++] = sum;
	if (file->sums)
		arguments[count++] = num;
	for (i = 0; file->archives[i] != NULL && i < ARCHIVES_MAX; i++)
		arguments[count++] = file->archives[i];
	rrd_clear_error();
	if (make_folders(root, path, file->umask) != 0) {
		rrd_set_error("%s", strerror(errno));
		return -1;
	}
	if (rrd_is_to_nowhere(path)) { /* librrd would replace it by a file */
		rrd_set_error(RRD_TO_NOWHERE);
		return -1;
	}
	if (rrd_create_r(path, file->step_s, (time_t)file->start_s, count, arguments) ==
	    0) {
		if (give_mode(path, 0666, file->umask) == 0)
			return 0;
		rrd_set_error("%s", strerror(errno));
		return -1;
	}
	if (!rrd_test_error()) /* librrd has no text for this fault */
		rrd_set_error("it can't be written; is the disk full?");
	return -1;
}

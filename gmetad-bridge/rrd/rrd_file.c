/* Makes RRD files with librrd, as gmetad does, for all sinks.
 */
#include <errno.h>
#include <rrd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gmetad-bridge/rrd/rrd_sink.h"

#define ARCHIVES_MAX 100

/* Makes the folders of a path that are below the root, and tests whether a file can be
 * made in the last one. Returns 0, or -1 with errno. */
static int
make_folders(const char *root, const char *path)
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
		if (mkdir(folder, 0755) != 0 && errno != EEXIST)
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
	if (make_folders(root, path) != 0) {
		rrd_set_error("%s", strerror(errno));
		return -1;
	}
	if (rrd_create_r(path, file->step_s, (time_t)file->start_s, count, arguments) ==
	    0)
		return 0;
	if (!rrd_test_error()) /* librrd has no text for this fault */
		rrd_set_error("it can't be written; is the disk full?");
	return -1;
}

#include "gmetad-bridge/rrd/rrd_words.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UPDATING "illegal attempt to update using time "
#define LAST "when last update time is "
#define FUTURE_S 60 /* so far behind the last update is more than two who write */

struct words {
	int speakers;
	const char *said; /* a part of it */
	enum rrd_fault fault;
	const char *means; /* NULL: what is said is clear enough */
};

#define BOTH (RRD_LIBRRD | RRD_RRDCACHED)
#define BASE \
	"rrdcached's base folder (-b, and -B) is not our rootdir: start it with " \
	"-b ROOTDIR, or without -B"
#define COMMANDS \
	"this socket of rrdcached does not permit the command (-P before -l): the bridge " \
	"needs BATCH, UPDATE and CREATE, and to move hosts FLUSH and FORGET"
#define READ_ONLY \
	"the disk is mounted read-only, or the folder is not in ReadWritePaths= of the " \
	"systemd unit (systemctl edit gmetad-bridge; or of rrdcached's)"
#define DENIED \
	"the user may not write there, or AppArmor's profile or SELinux forbids it"

/* The first row that fits counts. */
static const struct words table[] = {
    {BOTH, UPDATING, RRD_NEWER,
     "the file has newer values: does gmetad write it, too?"},
    {BOTH, "is not an RRD", RRD_FOREIGN, NULL},
    {BOTH, "created on another architecture", RRD_FOREIGN, NULL},
    {BOTH, "mmaping file", RRD_EMPTY, "it is empty, or can't be mapped"},
    {BOTH, "reached EOF", RRD_CUT, NULL},
    {BOTH, "is too small", RRD_CUT, NULL},
    {BOTH, "data source readings", RRD_SOURCES, NULL},
    {BOTH, "Read-only file system", RRD_NO_FAULT, READ_ONLY},
    {BOTH, "disk full, or broken", RRD_UNWRITABLE, NULL},
    {RRD_RRDCACHED, "Not a regular file", RRD_FOLDER, NULL},
    {BOTH, "Is a directory", RRD_FOLDER, NULL},
    {BOTH, "Not a directory", RRD_FOLDER, "a file is in the place of its folder"},
    {BOTH, "Too many levels of symbolic links", RRD_FOLDER, NULL},
    {RRD_RRDCACHED, "Cannot read/write", RRD_DENIED,
     "rrdcached's user may not write it"},
    {RRD_RRDCACHED, "RRD Error: opening", RRD_DENIED, "rrdcached can't open it"},
    {RRD_RRDCACHED, "No permission to recursively create", RRD_NO_FAULT,
     "rrdcached makes no folders: start it with -R"},
    {RRD_RRDCACHED, ": Permission denied", RRD_OUTSIDE, BASE},
    {RRD_RRDCACHED, "Permission denied", RRD_NO_FAULT, COMMANDS},
    {RRD_RRDCACHED, "absolute path names not allowed", RRD_NO_FAULT,
     "rrdcached wants paths relative to its base folder: give it a UNIX socket"},
    {RRD_RRDCACHED, "No such file", RRD_NO_FAULT,
     "rrdcached sees another folder than our rootdir: a container, or a base folder (-b) "
     "of its own"},
    {RRD_LIBRRD, "Permission denied", RRD_DENIED, DENIED},
    {RRD_LIBRRD, "Operation not permitted", RRD_DENIED, DENIED},
};

/* Whether the file's last update is of a time to come. The time of the value stands for now. */
static bool
is_future(const char *said)
{
	const char *at = strstr(said, UPDATING), *last = strstr(said, LAST);

	return at != NULL && last != NULL &&
	       strtod(last + strlen(LAST), NULL) - strtod(at + strlen(UPDATING), NULL) >
	           FUTURE_S;
}

enum rrd_fault
rrd_words(enum rrd_speaker speaker, const char *said, char text[RRD_WHY])
{
	size_t i, count = sizeof(table) / sizeof(table[0]);

	for (i = 0; i < count; i++)
		if ((table[i].speakers & (int)speaker) != 0 &&
		    strstr(said, table[i].said) != NULL)
			break;
	if (i < count && is_future(said)) {
		snprintf(text, RRD_WHY, "its last update is in the future (%s)", said);
		return RRD_FUTURE;
	}
	if (i == count || table[i].means == NULL)
		snprintf(text, RRD_WHY, "%s", said);
	else
		snprintf(text, RRD_WHY, "%s (%s)", table[i].means, said);
	return i < count ? table[i].fault : RRD_NO_FAULT;
}

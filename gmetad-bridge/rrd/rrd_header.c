/* The header of an RRD file is librrd's structures in a row, as the processor has them:
 * rrd_format.h of RRDtool, which installs it for its own use only. */
#include "gmetad-bridge/rrd/rrd_header.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gmetad-bridge/rrd/rrd_words.h"

#define COOKIE "RRD"
#define FLOAT_COOKIE 8.642135E130 /* tells the order of bytes */
#define SOURCES_MAX 2
#define HEADER_MAX 16384 /* bytes, of a hundred archives and more */

union parameter {
	unsigned long count;
	double value;
};

struct head {
	char cookie[4], version[5];
	double float_cookie;
	unsigned long sources, archives, step_s;
	union parameter more[10];
};

struct source {
	char name[20], type[20];
	union parameter heartbeat, more[9];
};

struct archive {
	char function[20];
	unsigned long rows, steps;
	union parameter more[10];
};

/* What is prepared for the next row of a source; and of a source in an archive. */
struct source_scratch {
	char last[30];
	union parameter more[10];
};

struct archive_scratch {
	union parameter more[10];
};

struct text { /* the file's beginning */
	char bytes[HEADER_MAX];
	size_t len;
	double size; /* of the whole file */
};

bool
rrd_is_to_nowhere(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0 && S_ISLNK(status.st_mode) &&
	       stat(path, &status) != 0;
}

/* Opens the file, and reads how it begins. Returns a fault; or none, with a `len` of 0 where
 * there is no such file or that can't be told. */
static enum rrd_fault
read_text(const char *path, bool writes, struct text *text, bool *there, char *why)
{
	int fd = open(path, (writes ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK);
	enum rrd_fault fault = RRD_NO_FAULT;
	int error = errno;
	struct stat status;
	ssize_t n;

	text->len = 0;
	if (fd < 0 && error == ENOENT && rrd_is_to_nowhere(path)) {
		*there = true;
		snprintf(why, RRD_WHY, RRD_TO_NOWHERE);
		return RRD_FOLDER;
	}
	*there = fd >= 0 || (error != ENOENT && error != ENOTDIR);
	if (fd < 0)
		fault = rrd_words(RRD_LIBRRD, strerror(error), why);
	if (fd < 0) /* where rrdcached writes, it is no fault that we may not */
		return writes || fault != RRD_DENIED ? fault : RRD_NO_FAULT;
	n = fstat(fd, &status) == 0 ? 0 : -1;
	if (n == 0 && S_ISREG(status.st_mode))
		n = pread(fd, text->bytes, sizeof(text->bytes), 0);
	close(fd);
	if (n < 0)
		return RRD_NO_FAULT;
	if (!S_ISREG(status.st_mode)) {
		snprintf(why, RRD_WHY, "there is a folder, or a device, in its place");
		return RRD_FOLDER;
	}
	text->len = (size_t)n;
	text->size = (double)status.st_size;
	snprintf(why, RRD_WHY, "it is empty");
	return n == 0 ? RRD_EMPTY : RRD_NO_FAULT;
}

/* Copies the structure at *at, and goes beyond it. */
static bool
take(const struct text *text, size_t *at, void *structure, size_t size)
{
	if (text->len - *at < size)
		return false;
	memcpy(structure, text->bytes + *at, size);
	*at += size;
	return true;
}

static enum rrd_fault
judge_head(const struct text *text, const struct head *head, bool whole, char *why)
{
	size_t len = text->len < sizeof(COOKIE) ? text->len : sizeof(COOKIE);

	snprintf(why, RRD_WHY, "it is no RRD file of this kind of machine");
	if (memcmp(text->bytes, COOKIE, len) != 0)
		return RRD_FOREIGN;
	if (whole &&
	    (head->float_cookie < FLOAT_COOKIE || head->float_cookie > FLOAT_COOKIE ||
	     memchr(head->version, '\0', sizeof(head->version)) == NULL))
		return RRD_FOREIGN;
	return RRD_NO_FAULT;
}

static enum rrd_fault
judge_source(const struct source *source, const char *name, struct rrd_header *header,
             char *why)
{
	unsigned long s = source->heartbeat.count;

	if (strncmp(source->name, name, sizeof(source->name)) != 0) {
		snprintf(why, RRD_WHY,
		         "it has a data source \"%.19s\" instead of \"%s\"",
		         source->name, name);
		return RRD_SOURCES;
	}
	if (s < header->heartbeat_s)
		header->heartbeat_s = (unsigned)s;
	return RRD_NO_FAULT;
}

/* Reads the data sources. */
static enum rrd_fault
read_sources(const struct text *text, size_t *at, const struct head *head, bool sums,
             struct rrd_header *header, char *why)
{
	static const char *const names[SOURCES_MAX] = {"sum", "num"};
	enum rrd_fault fault = RRD_NO_FAULT;
	unsigned long i, count = sums ? 2 : 1;
	struct source source;

	if (head->sources != count) {
		snprintf(why, RRD_WHY, "it has %lu data sources, not %lu",
		         head->sources, count);
		return RRD_SOURCES;
	}
	header->heartbeat_s = INT_MAX;
	for (i = 0; i < count && fault == RRD_NO_FAULT; i++) {
		snprintf(why, RRD_WHY, "it ends within its header");
		if (!take(text, at, &source, sizeof(source)))
			return RRD_CUT;
		fault = judge_source(&source, names[i], header, why);
	}
	return fault;
}

/* Reads what follows the data sources, and judges the size of the file. */
static enum rrd_fault
read_archives(const struct text *text, size_t *at, const struct head *head,
              struct rrd_header *header, char *why)
{
	double rows = 0, sources = (double)head->sources,
	       count = (double)head->archives;
	struct archive archive;
	unsigned long i;
	time_t last;

	snprintf(why, RRD_WHY, "it ends within its header");
	for (i = 0; i < head->archives; i++) {
		if (!take(text, at, &archive, sizeof(archive)))
			return text->len < sizeof(text->bytes) ? RRD_CUT : RRD_NO_FAULT;
		rows += (double)archive.rows;
	}
	if (!take(text, at, &last, sizeof(last)))
		return text->len < sizeof(text->bytes) ? RRD_CUT : RRD_NO_FAULT;
	snprintf(why, RRD_WHY, "it is shorter than its header says");
	if (text->size < (double)*at + sources * (double)sizeof(struct source_scratch) +
	                     sources * count * (double)sizeof(struct archive_scratch) +
	                     count * (double)sizeof(long) +
	                     rows * sources * (double)sizeof(double))
		return RRD_CUT;
	header->last_s = last;
	header->known = true;
	return RRD_NO_FAULT;
}

enum rrd_fault
rrd_header_read(const char *path, bool sums, bool writes, struct rrd_header *header,
                char why[RRD_WHY])
{
	struct text text;
	struct head head;
	size_t at = 0;
	enum rrd_fault fault;
	bool whole;

	*header = (struct rrd_header){0};
	fault = read_text(path, writes, &text, &header->there, why);
	if (fault != RRD_NO_FAULT || text.len == 0)
		return fault;
	whole = take(&text, &at, &head, sizeof(head));
	fault = judge_head(&text, &head, whole, why);
	if (fault != RRD_NO_FAULT)
		return fault;
	snprintf(why, RRD_WHY, "it ends within its header");
	if (!whole)
		return RRD_CUT;
	fault = read_sources(&text, &at, &head, sums, header, why);
	return fault == RRD_NO_FAULT ? read_archives(&text, &at, &head, header, why)
	                             : fault;
}

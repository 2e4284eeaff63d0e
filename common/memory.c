#include "common/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEAST 1000
#define LINE 512

static uint64_t
physical(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);

	return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : 0;
}

/* Reads the first line of a file, without its end. Returns `line`; "" where there is none. */
static char *
first_line(const char *path, char line[LINE])
{
	FILE *file = fopen(path, "re");

	line[0] = '\0';
	if (file == NULL)
		return line;
	if (fgets(line, LINE, file) == NULL)
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	fclose(file);
	return line;
}

/* The bound of the control group; 0: it has none, which its file calls "max". */
static uint64_t
group(void)
{
	static const char unified[] =
	    "0::"; /* the only line, where there is no version 1 */
	char line[LINE], path[2 * LINE];

	if (strncmp(first_line("/proc/self/cgroup", line), unified, strlen(unified)) !=
	    0)
		return 0;
	snprintf(path, sizeof(path), "/sys/fs/cgroup%s/memory.max",
	         line + strlen(unified));
	return strtoull(first_line(path, line), NULL, 10);
}

uint64_t
memory_of_machine(void)
{
	uint64_t all = physical(), bound = group();

	return bound != 0 && (all == 0 || bound < all) ? bound : all;
}

size_t
memory_things(unsigned megabytes, size_t each)
{
	uint64_t bytes =
	    megabytes != 0 ? (uint64_t)megabytes << 20 : memory_of_machine() / 2;

	if (bytes == 0)
		return 0;
	return bytes / each > LEAST ? (size_t)(bytes / each) : LEAST;
}

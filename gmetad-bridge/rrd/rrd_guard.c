#include "gmetad-bridge/rrd/rrd_guard.h"

#include <dirent.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static _Thread_local sigjmp_buf before;
static _Thread_local volatile sig_atomic_t armed;
static _Thread_local void *volatile fault;

static void
on_bus(int number, siginfo_t *info, void *context)
{
	(void)context;
	if (!armed) { /* the signal comes again after this, and ends the process */
		signal(number, SIG_DFL);
		return;
	}
	armed = 0;
	fault = info->si_addr;
	siglongjmp(before, 1);
}

void
rrd_guard_install(void)
{
	struct sigaction action = {
	    .sa_sigaction = on_bus,
	    .sa_flags = SA_SIGINFO | SA_NODEFER,
	};

	sigemptyset(&action.sa_mask);
	sigaction(SIGBUS, &action, NULL);
}

/* A line of /proc/self/maps. */
struct map {
	unsigned long begin, end, inode;
	unsigned major, minor; /* of the device */
	char rights[5];        /* such as "rw-s"; s: shared */
};

static bool
next_map(FILE *maps, struct map *map)
{
	char line[PATH_MAX + 128];

	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL)
		if (sscanf(line, "%lx-%lx %4s %*s %x:%x %lu", &map->begin, &map->end,
		           map->rights, &map->major, &map->minor, &map->inode) == 6)
			return true;
	return false;
}

/* Unmaps the file in which the fault was. It may have several maps, because librrd
 * calls madvise() for parts of it. */
static void
unmap(uintptr_t address)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	struct map at, map;
	bool found = false;

	while (!found && next_map(maps, &at))
		found = at.begin <= address && address < at.end;
	found = found && at.rights[3] == 's';
	if (found)
		rewind(maps);
	while (found && next_map(maps, &map))
		if (map.inode == at.inode && map.major == at.major &&
		    map.minor == at.minor)
			munmap((void *)map.begin, map.end - map.begin);
	if (maps != NULL)
		fclose(maps);
}

/* Closes the file, which only this thread has open. */
static void
close_file(const char *path)
{
	DIR *folder = opendir("/proc/self/fd");
	struct dirent *entry;
	char target[PATH_MAX];
	ssize_t len;

	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		len = readlinkat(dirfd(folder), entry->d_name, target,
		                 sizeof(target) - 1);
		if (len <= 0)
			continue;
		target[len] = '\0';
		if (strcmp(target, path) == 0)
			close(atoi(entry->d_name));
	}
	if (folder != NULL)
		closedir(folder);
}

bool
rrd_guard_call(void (*work)(void *), void *argument, const char *path)
{
	static _Thread_local bool unblocked;
	char real[PATH_MAX];
	sigset_t bus;

	if (!unblocked) { /* a blocked SIGBUS would end the process at once */
		sigemptyset(&bus);
		sigaddset(&bus, SIGBUS);
		pthread_sigmask(SIG_UNBLOCK, &bus, NULL);
		unblocked = true;
	}
	if (sigsetjmp(before, 0) != 0) {
		unmap((uintptr_t)fault);
		if (realpath(path, real) != NULL)
			close_file(real);
		return false;
	}
	armed = 1;
	work(argument);
	armed = 0;
	return true;
}

/* memory.h - how much memory a program may use up. */
#ifndef COMMON_MEMORY_H
#define COMMON_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* Returns the bytes of memory of this machine, or, where that is less, of the control group
 * that the program is in (cgroup v2, memory.max): a container's, or what systemd's MemoryMax
 * sets. 0: not known. */
uint64_t memory_of_machine(void);

/* Returns how many things of `each` bytes fit into so many megabytes; 0 megabytes stand for
 * half of memory_of_machine(). At least 1000, and 0, for no bound, where that is not
 * known. */
size_t memory_things(unsigned megabytes, size_t each);

#endif

/* quick_paths.h - the paths whose instructions tests/bench/quick counts.
 *
 * quick_paths runs them under callgrind, which counts only between counting_on() and
 * counting_off(), and begins a new profile with each path.
 */
#ifndef BENCH_QUICK_PATHS_H
#define BENCH_QUICK_PATHS_H

/* One path. begin() has run it for so long, uncounted, that it goes on like that. */
struct path {
	const char *name;
	unsigned rounds; /* that are counted: a multiple of 10 */
	unsigned units;  /* in each: datagrams, hosts, steps */

	void *(*begin)(void);
	/* A round, of which the path itself is counted. Round and end end the program
	 * where the path does not do what it should: that would be cheap. */
	void (*round)(void *context);
	void (*end)(void *context);
};

/* What all others are measured by; and they. */
extern const struct path path_reference, path_host, path_port, path_xml, path_step,
    path_check, path_join, path_join_many, path_agent, path_agent_many;

/* What this thread does counts from now on; and no longer. Not counted at first. */
void counting_on(void);
void counting_off(void);

#endif

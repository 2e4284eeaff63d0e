/* rrd_feed SOCKET FOLDER FILES STEPS - the least that a client of rrdcached can do,
 * to hold the bridge's cost against. Makes FILES files m0.rrd ... in FOLDER (which is
 * rrdcached's -b, an absolute path) over a UNIX socket, with one archive; then writes
 * one value to each for STEPS steps, in BATCHes of 700, and prints what that cost
 * itself. What rrdcached refuses ends it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define BATCH 700 /* lines, which is some 64 KB */
#define STEP_S 15

static FILE *in, *out;

static _Noreturn void
fail(const char *what)
{
	fprintf(stderr, "rrd_feed: %s\n", what);
	exit(1);
}

static void
connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		fail("can't connect");
	in = fdopen(fd, "r");
	out = fdopen(dup(fd), "w");
	if (in == NULL || out == NULL)
		fail("no memory");
}

/* Reads the answer to a BATCH, or to its begin, which has to be without errors. */
static void
expect_fine(void)
{
	char line[4200];

	fflush(out);
	if (fgets(line, sizeof(line), in) == NULL)
		fail("rrdcached has gone");
	if (strncmp(line, "0 ", 2) == 0)
		return;
	if (fgets(line, sizeof(line), in) == NULL)
		fail("errors");
	fail(line);
}

/* A line for each file, `t` 0: that makes it. */
static void
feed(const char *folder, unsigned files, long t)
{
	unsigned i;

	for (i = 0; i < files; i++) {
		if (i % BATCH == 0) {
			fputs("BATCH\n", out);
			expect_fine();
		}
		if (t == 0)
			fprintf(out,
			        "CREATE %s/m%u.rrd -s %d -b 1000000000"
			        " DS:sum:GAUGE:120:U:U RRA:AVERAGE:0.5:1:100\n",
			        folder, i, STEP_S);
		else
			fprintf(out, "UPDATE %s/m%u.rrd %ld:123.45\n", folder, i, t);
		if (i % BATCH == BATCH - 1 || i == files - 1) {
			fputs(".\n", out);
			expect_fine();
		}
	}
}

static double
cpu_s(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int
main(int argc, char **argv)
{
	unsigned files, steps, i;
	double cpu, began, values;
	long t = time(NULL) / STEP_S * STEP_S;

	if (argc != 5 || (files = (unsigned)atoi(argv[3])) == 0 ||
	    (steps = (unsigned)atoi(argv[4])) == 0)
		fail("usage: rrd_feed SOCKET FOLDER FILES STEPS");
	connect_to(argv[1]);
	feed(argv[2], files, 0);
	cpu = cpu_s();
	began = now_s();
	for (i = 0; i < steps; i++)
		feed(argv[2], files, t + (long)i * STEP_S);
	values = (double)files * steps;
	printf("%.0f updates in %.3f s: %.0f/s, %.3f us of CPU each\n", values,
	       now_s() - began, values / (now_s() - began),
	       (cpu_s() - cpu) / values * 1e6);
	return 0;
}

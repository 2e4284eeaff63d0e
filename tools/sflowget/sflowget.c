/* sflowget - values of sFlow agents, for people, scripts and other tools. */
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/log.h"
#include "tools/sflowget/report.h"
#include "tools/sflowget/rrd_create.h"

/* What other programs log goes to stderr here. */
void
log_line(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	putc('\n', stderr);
}

static enum status
print_rrd_create(const struct options *o)
{
	unsigned step_s = (unsigned)ceil(o->interval_s);

	if (!rrd_create(stdout, o->rrd_file, o->wanted.metrics, o->wanted.count,
	                step_s)) {
		complain("out of memory");
		return STATUS_SOURCE;
	}
	return STATUS_FOUND;
}

static enum status
run(const struct options *o)
{
	if (o->task == TASK_RRD_CREATE)
		return print_rrd_create(o);
	if (o->task == TASK_DECODE)
		return run_decode(o);
	switch (o->source) {
	case SOURCE_DAEMON:
		return run_daemon(o);
	case SOURCE_READ:
		return run_read(o);
	case SOURCE_LISTEN:
		break;
	}
	return run_listen(o);
}

int
main(int argc, char **argv)
{
	struct options options;
	int status;

	signal(SIGPIPE, SIG_IGN); /* a write to a closed pipe then fails */
	status = options_is_munin(argv[0])
	             ? options_munin(&options, argc, argv, stderr)
	             : options_parse(&options, argc, argv, stdout, stderr);
	if (status < 0)
		status = (int)run(&options);
	options_free(&options);
	return report_written() ? status : (int)STATUS_SOURCE;
}

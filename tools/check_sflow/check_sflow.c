/* check_sflow: a plugin of Nagios that asks Ganglia. See check_sflow(1). */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "tools/check_sflow/awaited.h"
#include "tools/check_sflow/check.h"
#include "tools/check_sflow/down.h"
#include "tools/check_sflow/generate.h"
#include "tools/check_sflow/options.h"
#include "tools/check_sflow/report.h"
#include "tools/daemon.h"

/* Asks, judges and reports. */
static enum check_state
check_with(struct check *result, const struct options *options)
{
	struct ganglia_visitor visitor;
	struct daemon_query query;
	char fault[DAEMON_FAULT];
	enum check_state state;
	int64_t began = clock_ms();
	int64_t deadline = began + (int64_t)options->timeout_s * 1000;

	check_begin(result, options, &query, &visitor);
	result->wall_s = (began + clock_wall_offset()) / 1000;
	if (daemon_read(&options->server, &query, &visitor, deadline, fault) !=
	    DAEMON_DONE) {
		report_fault(stdout, CHECK_UNKNOWN, fault);
		return CHECK_UNKNOWN;
	}
	if (down_asks_names(result, &query, &visitor))
		daemon_read(&options->server, &query, &visitor, deadline, fault);
	/* what can't be found out has no other state, only fewer words */
	if (awaited_asks_again(result, &query, &visitor) &&
	    daemon_read(&options->server, &query, &visitor, deadline, fault) !=
	        DAEMON_DONE)
		result->several = true;
	state = check_end(result);
	if (report_print(stdout, result, state, clock_ms() - began) != 0)
		return CHECK_UNKNOWN; /* the text could not be written */
	return state;
}

static enum check_state
check(const struct options *options)
{
	static struct check result; /* static, because it is large */
	enum check_state state = check_with(&result, options);

	check_free(&result);
	return state;
}

/* Called by SIGALRM: the resolver of names has no deadline but its own. */
static void
give_up(int number)
{
	static const char text[] = "SFLOW UNKNOWN - no answer in time\n";

	(void)number;
	if (write(STDOUT_FILENO, text, strlen(text)) < 0)
		_exit(CHECK_UNKNOWN); /* the same in any case */
	_exit(CHECK_UNKNOWN);
}

int
main(int argc, char **argv)
{
	struct options options;
	int status;

	signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of writing */
	status = options_parse(&options, argc, argv, stdout);
	if (status >= 0)
		return status;
	signal(SIGALRM, give_up);
	alarm(options.timeout_s + 1);
	status = options.mode == MODE_GENERATE ? (int)generate_run(&options)
	                                       : (int)check(&options);
	options_free(&options);
	return status;
}

/* gmetad-bridge - brings tens of thousands of sFlow agents to users of gmetad. This
 * file starts and stops the daemon. ingest.c, server.c, steps.c with the RRDs' writers,
 * state.c and control.c have threads of their own; the main thread waits for signals and updates
 * the bridge's own metrics.
 */
#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <config.h> /* autoconf's, not gmetad-bridge/config/config.h */

#include "common/clock.h"
#include "common/log.h"
#include "gmetad-bridge/config/config.h"
#include "gmetad-bridge/control/ask.h"
#include "gmetad-bridge/control/control.h"
#include "gmetad-bridge/ingest/ingest.h"
#include "gmetad-bridge/ingest/inherited.h"
#include "gmetad-bridge/log.h"
#include "gmetad-bridge/notify.h"
#include "gmetad-bridge/config/options.h"
#include "gmetad-bridge/own.h"
#include "gmetad-bridge/readers/server.h"
#include "gmetad-bridge/state/state.h"
#include "gmetad-bridge/readers/status.h"
#include "gmetad-bridge/steps/steps.h"

#define CHORES_MS 1000
#define END_MS 4000        /* time to end for all but the state */
#define END_READERS_MS 500 /* how much of it is for readers */

static struct {
	const struct options *options;
	struct config *config;
	struct config *first; /* as it was at the start */
	struct collector *collector;
	struct state *state; /* NULL: none is kept */
	int signals;         /* signalfd */
} bridge;

/* Beginning -------------------------------------------------------------------------- */

/* Blocks the signals that this thread waits for. All threads inherit that. */
static int
hold_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	signal(SIGPIPE, SIG_IGN);
	if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
		return -1;
	bridge.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return bridge.signals < 0 ? -1 : 0;
}

/* Raises the limit on open files as far as the system allows: each reader and each
 * connection to rrdcached needs one. */
static void
raise_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int
become_user(const char *name)
{
	const struct passwd *user;

	if (name == NULL || geteuid() != 0)
		return 0;
	user = getpwnam(name);
	if (user == NULL) {
		log_line("there is no user %s", name);
		return -1;
	}
	if (initgroups(name, user->pw_gid) == 0 && setgid(user->pw_gid) == 0 &&
	    setuid(user->pw_uid) == 0)
		return 0;
	log_line("can't become user %s: %s", name, strerror(errno));
	return -1;
}

static int
write_pid(void)
{
	const char *path = bridge.options->pid_file;
	FILE *file;

	if (path == NULL)
		return 0;
	file = fopen(path, "we");
	if (file == NULL || fprintf(file, "%ld\n", (long)getpid()) < 0 ||
	    fclose(file) != 0) {
		log_line("can't write %s: %s", path, strerror(errno));
		return -1;
	}
	return 0;
}

/* Called before there are other threads: daemon() forks, and the first process, for
 * which the shell waits, ends here. */
static int
go_to_background(void)
{
	if (bridge.options->foreground)
		return 0;
	if (daemon(0, 0) == 0)
		return 0;
	log_line("can't go to the background: %s", strerror(errno));
	return -1;
}

static int
open_state(void)
{
	const struct config *config = bridge.config;

	if (config->state == NULL)
		return 0;
	bridge.state = state_open(config->state, &database_migrations, bridge.collector,
	                          config, clock_ms(), clock_wall_offset());
	if (bridge.state != NULL)
		return 0;
	log_line("out of memory");
	return -1;
}

static int
start_threads(void)
{
	const struct config *config = bridge.config;
	struct store *store = collector_store(bridge.collector);

	status_begin(collector_stats(bridge.collector), clock_ms());
	own_start(store, config, collector_stats(bridge.collector));
	if (steps_start(config) != 0 || server_start(config, store) != 0)
		return -1;
	if (bridge.state != NULL && state_start(bridge.state) != 0)
		return -1;
	if (control_start(config, bridge.collector, bridge.state) != 0)
		return -1;
	return ingest_start(config, bridge.collector);
}

/* Starts everything; what needs root comes first. */
static int
start(void)
{
	const struct config *config = bridge.config;

	raise_files();
	if (ingest_bind(config) != 0 || server_bind(config) != 0 ||
	    go_to_background() != 0 || write_pid() != 0 ||
	    become_user(config->user) != 0)
		return -1;
	control_bind(config);
	bridge.collector = collector_new(&config->collector);
	if (bridge.collector == NULL) {
		log_line("out of memory");
		return -1;
	}
	collector_set_wall(bridge.collector, clock_wall_offset());
	if (steps_open(collector_store(bridge.collector)) != 0 || open_state() != 0)
		return -1;
	return start_threads();
}

/* Running ------------------------------------------------------------------------------ */

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Logs which settings are not as they were at the start, the only time when they are
 * taken. */
static void
tell_what_stays(const struct config *config)
{
	const struct config *first = bridge.first;
	const struct {
		const char *key, *now, *first;
	} texts[] = {{"state", config->state, first->state},
	             {"control", config->control, first->control},
	             {"user", config->user, first->user}};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!same_text(texts[i].now, texts[i].first))
			log_line("`%s` is taken when gmetad-bridge starts: it is still "
			         "%s",
			         texts[i].key,
			         texts[i].first == NULL || *texts[i].first == '\0'
			             ? "none"
			             : texts[i].first);
}

/* Has the folders of the hosts that the configuration has renamed follow. One whose new
 * folder has files stays, which the log says. */
static void
move_folders(void)
{
	struct collector_renaming renamed;

	while (ingest_next_renamed(&renamed))
		rrd_order_release(steps_order(RRD_MOVE, renamed.cluster, renamed.name,
		                              renamed.is, false));
}

static void
reload(void)
{
	char fault[CONFIG_FAULT];
	struct config *config;

	notify_reloading();
	config = config_load(bridge.config->path, bridge.config, fault);
	if (config == NULL) {
		log_line("the configuration stays as it was: %s", fault);
		notify_ready();
		return;
	}
	tell_what_stays(config);
	steps_hold();
	ingest_reload(config);
	move_folders();
	steps_go_on();
	steps_reload(config);
	server_reload(config);
	own_reload(config);
	if (bridge.state != NULL)
		state_reload(bridge.state, config);
	control_reload(config);
	config_release(bridge.config);
	bridge.config = config;
	log_line("the configuration is read again");
	notify_ready();
}

/* Waits for a signal, a second at most. Returns its number, or 0. */
static uint32_t
next_signal(void)
{
	struct pollfd polled = {.fd = bridge.signals, .events = POLLIN};
	struct signalfd_siginfo info;

	if (poll(&polled, 1, CHORES_MS) > 0 &&
	    read(bridge.signals, &info, sizeof(info)) == sizeof(info))
		return info.ssi_signo;
	return 0;
}

static void
run(void)
{
	uint32_t signal_number;
	int64_t now;

	log_line("gmetad-bridge %s runs", PACKAGE_VERSION);
	notify_ready();
	for (;;) {
		now = clock_ms();
		own_tick(now, now + clock_wall_offset());
		signal_number = next_signal();
		if (signal_number == SIGHUP)
			reload();
		else if (signal_number != 0)
			break;
	}
	log_line("gmetad-bridge ends");
}

/* Stops in the direction in which the data goes: first no more datagrams come in, then
 * what is already in is written. */
static void
stop(void)
{
	int64_t deadline = clock_ms() + END_MS;

	notify_stopping();
	control_stop();
	ingest_stop();
	inherited_close();
	steps_stop(deadline - END_READERS_MS);
	server_stop(clock_ms() + END_READERS_MS);
	own_stop();
	if (bridge.state != NULL)
		state_stop(bridge.state);
	state_close(bridge.state);
	collector_free(bridge.collector);
	if (bridge.options->pid_file != NULL)
		unlink(bridge.options->pid_file);
}

int
main(int argc, char **argv)
{
	struct options options;
	char fault[CONFIG_FAULT];
	int result = EXIT_FAILURE;

	options_read(&options, argc, argv);
	bridge.options = &options;
	bridge.signals = -1;
	if (options.test)
		return config_test(options.config, stdout, stderr) == 0 ? EXIT_SUCCESS
		                                                        : EXIT_FAILURE;
	bridge.config = config_load(options.config, NULL, fault);
	if (bridge.config == NULL) {
		fprintf(stderr, "%s\n", fault);
		return EXIT_FAILURE;
	}
	if (options.remove != NULL || options.rename != NULL) {
		result = ask(bridge.config, &options, stdout, stderr);
		config_release(bridge.config);
		return result;
	}
	bridge.first = config_hold(bridge.config);
	notify_open();
	log_open(bridge.config->syslog);
	inherited_open();
	if (hold_signals() != 0) {
		log_line("can't wait for signals: %s", strerror(errno));
	} else if (start() == 0) {
		run();
		result = EXIT_SUCCESS;
	}
	stop();
	config_release(bridge.first);
	config_release(bridge.config);
	return result;
}

#include "tests/bridge/rrd_daemon.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "gmetad-bridge/rrd/rrd_connection.h"
#include "gmetad-bridge/rrd/rrd_sink.h"

unsigned
free_port(void)
{
	struct sockaddr_in in = {
	    .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&in, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	close(fd);
	return ntohs(in.sin_port);
}

bool
rrdcached_answers(const char *address)
{
	struct rrd none;
	struct connection c;
	char fault[CONNECTION_FAULT];
	bool open;

	atomic_init(&none.deadline_ms, INT64_MAX);
	open = connection_open(&c, &none, address, 1000, fault) == 0;
	connection_close(&c);
	return open;
}

pid_t
start_rrdcached(const struct rig *rig, const char *address, const char *option,
                const char *value)
{
	struct timespec nap = {.tv_nsec = 5000000};
	char pid_file[160];
	pid_t pid;
	int null;

	snprintf(pid_file, sizeof(pid_file), "%s/pid", rig->folder);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test may crash */
		null = open("/dev/null", O_RDWR);
		dup2(null, 1);
		dup2(null, 2);
		execlp("rrdcached", "rrdcached", "-g", "-p", pid_file, "-b", rig->root,
		       "-B", option, value, "-l", address, (char *)NULL);
		_exit(127);
	}
	while (!rrdcached_answers(address)) {
		if (waitpid(pid, NULL, WNOHANG) != 0)
			return -1;
		nanosleep(&nap, NULL);
	}
	return pid;
}

void
end_rrdcached(pid_t pid, int number)
{
	assert_int_equal(kill(pid, number), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

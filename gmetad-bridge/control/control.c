#define _GNU_SOURCE /* accept4() */

#include "gmetad-bridge/control/control.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/thread.h"
#include "gmetad-bridge/control/control_socket.h"
#include "gmetad-bridge/control/task.h"

#define LOOK_MS 50 /* between two looks at tasks that wait */

enum stage { FREE, READS, WORKS, ANSWERS };

struct client {
	enum stage stage;
	int fd;
	int64_t until_ms;
	size_t len; /* of the request, so far */
	char line[REQUEST_LINE];
	struct task task;
	size_t sent; /* of the answer */
};

static struct {
	struct control_socket socket;
	struct collector *collector;
	struct state *state;
	pthread_t thread;
	bool running;
	int wake;             /* eventfd: the end */
	pthread_mutex_t lock; /* for the next one */
	const struct config *config;
	struct client clients[CONTROL_CLIENTS]; /* the thread's own */
} control = {.socket = {.fd = -1}, .wake = -1, .lock = PTHREAD_MUTEX_INITIALIZER};

/* Clients -------------------------------------------------------------------------- */

static void
end_client(struct client *c)
{
	rrd_order_release(c->task.order);
	c->task.order = NULL;
	close(c->fd);
	c->stage = FREE;
}

static void
answer(struct client *c, int64_t now)
{
	size_t len = strnlen(c->task.answer, sizeof(c->task.answer) - 2);

	memcpy(c->task.answer + len, "\n", 2);
	c->stage = ANSWERS;
	c->sent = 0;
	c->until_ms = now + CONTROL_TIMEOUT_MS;
}

/* Carries out the request of `len` bytes. */
static void
work(struct client *c, size_t len)
{
	struct task_world world = {.collector = control.collector,
	                           .state = control.state};
	struct request request;

	pthread_mutex_lock(&control.lock);
	world.config = config_hold(control.config);
	pthread_mutex_unlock(&control.lock);
	if (request_read(c->line, len, &request) == 0)
		task_begin(&c->task, &world, &request);
	else
		strcpy(c->task.answer, REQUEST_ERROR "this is no request");
	config_release(world.config);
	c->stage = WORKS;
	c->until_ms = clock_ms() + CONTROL_RRDS_MS;
}

static void
read_request(struct client *c)
{
	ssize_t n = recv(c->fd, c->line + c->len, sizeof(c->line) - c->len, 0);
	char *end;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		end_client(c);
		return;
	}
	c->len += (size_t)n;
	end = memchr(c->line, '\n', c->len);
	if (end != NULL || c->len == sizeof(c->line))
		work(c, end != NULL ? (size_t)(end - c->line) : 0);
}

static void
write_answer(struct client *c)
{
	size_t len = strlen(c->task.answer);
	ssize_t n = send(c->fd, c->task.answer + c->sent, len - c->sent, MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	c->sent += n > 0 ? (size_t)n : 0;
	if (n <= 0 || c->sent == len)
		end_client(c);
}

/* Does what is due for a client whose socket has these events. */
static void
client_turn(struct client *c, short events)
{
	int64_t now = clock_ms();

	if (c->stage == READS && events != 0)
		read_request(c);
	if (c->stage == WORKS && task_is_over(&c->task, now >= c->until_ms))
		answer(c, now);
	if (c->stage == ANSWERS)
		write_answer(c);
	if ((c->stage == READS || c->stage == ANSWERS) && now >= c->until_ms)
		end_client(c);
}

/* The thread ----------------------------------------------------------------------- */

static struct client *
free_client(void)
{
	size_t i;

	for (i = 0; i < CONTROL_CLIENTS; i++)
		if (control.clients[i].stage == FREE)
			return &control.clients[i];
	return NULL;
}

static void
accept_client(void)
{
	struct client *c = free_client();
	int fd = accept4(control.socket.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return;
	*c = (struct client){
	    .stage = READS, .fd = fd, .until_ms = clock_ms() + CONTROL_TIMEOUT_MS};
}

/* Fills in what is waited for. Returns for how many ms at most; -1: without end. */
static int
prepare(struct pollfd polled[CONTROL_CLIENTS + 2])
{
	int ms = -1;
	size_t i;

	polled[0] = (struct pollfd){.fd = control.wake, .events = POLLIN};
	polled[1] = (struct pollfd){
	    .fd = free_client() != NULL ? control.socket.fd : -1, .events = POLLIN};
	for (i = 0; i < CONTROL_CLIENTS; i++) {
		const struct client *c = &control.clients[i];
		bool waits = c->stage == READS || c->stage == ANSWERS;

		polled[2 + i] =
		    (struct pollfd){.fd = waits ? c->fd : -1,
		                    .events = c->stage == READS ? POLLIN : POLLOUT};
		if (c->stage != FREE)
			ms = LOOK_MS;
	}
	return ms;
}

static void *
run(void *argument)
{
	struct pollfd polled[CONTROL_CLIENTS + 2];
	size_t i;

	for (;;) {
		if (poll(polled, CONTROL_CLIENTS + 2, prepare(polled)) < 0 &&
		    errno != EINTR)
			break;
		if (polled[0].revents != 0)
			break;
		for (i = 0; i < CONTROL_CLIENTS; i++)
			if (control.clients[i].stage != FREE)
				client_turn(&control.clients[i], polled[2 + i].revents);
		if (polled[1].revents != 0)
			accept_client();
	}
	for (i = 0; i < CONTROL_CLIENTS; i++)
		if (control.clients[i].stage != FREE)
			end_client(&control.clients[i]);
	return argument;
}

/* Start and end -------------------------------------------------------------------- */

void
control_bind(const struct config *config)
{
	char why[CONTROL_FAULT];

	if (config->control == NULL ||
	    control_socket_bind(&control.socket, config->control, why) == 0)
		return;
	log_line("control: there is no socket %s: %s", config->control, why);
}

int
control_start(const struct config *config, struct collector *collector,
              struct state *state)
{
	if (control.socket.fd < 0)
		return 0;
	control.collector = collector;
	control.state = state;
	control.config = config_hold(config);
	control.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (control.wake < 0) {
		log_line("control: %s", strerror(errno));
		return -1;
	}
	control.running = thread_start(&control.thread, "control", run, NULL) == 0;
	return control.running ? 0 : -1;
}

void
control_reload(const struct config *config)
{
	const struct config *was;

	pthread_mutex_lock(&control.lock);
	was = control.config;
	control.config = config_hold(config);
	pthread_mutex_unlock(&control.lock);
	config_release(was);
}

void
control_stop(void)
{
	if (control.running) {
		eventfd_write(control.wake, 1);
		pthread_join(control.thread, NULL);
	}
	control.running = false;
	if (control.wake >= 0)
		close(control.wake);
	control.wake = -1;
	control_socket_close(&control.socket);
	config_release(control.config);
	control.config = NULL;
}

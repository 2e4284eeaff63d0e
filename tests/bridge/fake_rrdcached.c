#include "tests/bridge/fake_rrdcached.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CLIENTS 8
#define GO_AHEAD "0 Go ahead.  End with dot '.' on its own line.\n"

struct client {
	int fd; /* -1: none */
	enum act act;
	bool batch;
	char *text; /* that isn't a whole line yet, or lines of this BATCH */
	size_t len, line;
};

struct fake {
	int listener, wake[2];
	unsigned port;
	pthread_t thread;
	const enum act *acts;
	size_t acts_count, act;
	const char *const *answers;
	size_t answers_count, answer;
	struct client clients[CLIENTS];
	char *lines;
	size_t lines_len;
};

static void
say(const struct client *c, const char *text)
{
	(void)!send(c->fd, text, strlen(text), MSG_NOSIGNAL);
}

static void
drop(struct client *c)
{
	close(c->fd);
	free(c->text);
	*c = (struct client){.fd = -1};
}

static void
keep(char **all, size_t *all_len, const char *text, size_t len)
{
	char *longer = realloc(*all, *all_len + len + 1);

	if (longer == NULL)
		abort();
	memcpy(longer + *all_len, text, len);
	*all_len += len;
	longer[*all_len] = '\0';
	*all = longer;
}

/* "BATCH". False: the client is gone. */
static void
begin(struct client *c)
{
	c->batch = true;
	if (c->act == CLOSE_AFTER_BATCH)
		drop(c);
	else if (c->act == REFUSE_BATCH)
		say(c, "-1 Permission denied.\n");
	else if (c->act == TALK_NONSENSE)
		say(c, "\001 what?\n");
	else if (c->act == TALK_WITHOUT_END)
		say(c, "2000000000 errors\n1 x\n");
	else if (c->act != HANG)
		say(c, GO_AHEAD);
}

/* "." */
static void
end(struct fake *f, struct client *c, size_t lines_len)
{
	c->batch = false;
	keep(&f->lines, &f->lines_len, c->text, lines_len);
	if (c->act == CLOSE_AT_END) {
		drop(c);
	} else if (c->act == CLOSE_IN_ANSWER) {
		say(c, "2 errors\n1 No such fi");
		drop(c);
	} else if (c->act == SERVE) {
		say(c, f->answer < f->answers_count ? f->answers[f->answer++]
		                                    : "0 errors\n");
	}
}

/* The lines that are whole. */
/* NOLINTBEGIN(clang-analyzer-unix.Malloc): it takes the text from before keep() for the
 * client's */
static void
look(struct fake *f, struct client *c)
{
	char *newline;
	size_t begins, ends;

	while (c->fd >= 0 &&
	       (newline = memchr(c->text + c->line, '\n', c->len - c->line)) != NULL) {
		begins = c->line;
		ends = (size_t)(newline + 1 - c->text);
		c->line = ends;
		if (!c->batch) {
			memmove(c->text, c->text + ends, c->len - ends);
			c->len -= ends;
			c->line = 0;
			begin(c);
		} else if (c->act == CLOSE_IN_BATCH) {
			drop(c);
			return;
		} else if (ends - begins == 2 && c->text[begins] == '.') {
			memmove(c->text + begins, c->text + ends, c->len - ends);
			end(f, c, begins);
			if (c->fd < 0)
				return;
			memmove(c->text, c->text + begins, c->len - ends);
			c->len -= ends;
			c->line = 0;
		}
	}
}
/* NOLINTEND(clang-analyzer-unix.Malloc) */

static void
hear(struct fake *f, struct client *c)
{
	char bytes[4096];
	ssize_t n = recv(c->fd, bytes, sizeof(bytes), 0);

	if (n <= 0) {
		drop(c);
		return;
	}
	keep(&c->text, &c->len, bytes, (size_t)n);
	look(f, c);
}

static void
greet(struct fake *f)
{
	struct client *c = f->clients;

	while (c->fd >= 0)
		c++;
	*c = (struct client){.fd = accept(f->listener, NULL, NULL),
	                     .act = f->acts[f->act]};
	if (f->act + 1 < f->acts_count)
		f->act++;
	if (c->act == CLOSE_AT_ONCE)
		drop(c);
}

static void *
serve(void *argument)
{
	struct fake *f = argument;
	struct pollfd p[CLIENTS + 2];
	size_t i;

	for (;;) {
		p[0] = (struct pollfd){.fd = f->wake[0], .events = POLLIN};
		p[1] = (struct pollfd){.fd = f->listener, .events = POLLIN};
		for (i = 0; i < CLIENTS; i++)
			p[2 + i] =
			    (struct pollfd){.fd = f->clients[i].fd, .events = POLLIN};
		poll(p, CLIENTS + 2, -1);
		if (p[0].revents != 0)
			return NULL;
		for (i = 0; i < CLIENTS; i++)
			if (p[2 + i].revents != 0)
				hear(f, &f->clients[i]);
		if (p[1].revents != 0)
			greet(f);
	}
}

static int
listen_on(const char *path, unsigned *port)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct sockaddr_in in = {
	    .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(in);
	int fd =
	    socket(path != NULL ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (path != NULL) {
		snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
		unlink(path);
	}
	if (fd < 0 ||
	    bind(fd, path != NULL ? (struct sockaddr *)&un : (struct sockaddr *)&in,
	         path != NULL ? sizeof(un) : sizeof(in)) != 0 ||
	    listen(fd, CLIENTS) != 0)
		abort();
	if (path == NULL && getsockname(fd, (struct sockaddr *)&in, &len) == 0)
		*port = ntohs(in.sin_port);
	return fd;
}

struct fake *
fake_start(const char *path, const enum act *acts, size_t acts_count,
           const char *const *answers, size_t answers_count)
{
	struct fake *f = calloc(1, sizeof(*f));
	size_t i;

	if (f == NULL || pipe(f->wake) != 0)
		abort();
	f->acts = acts;
	f->acts_count = acts_count;
	f->answers = answers;
	f->answers_count = answers_count;
	for (i = 0; i < CLIENTS; i++)
		f->clients[i].fd = -1;
	f->listener = listen_on(path, &f->port);
	keep(&f->lines, &f->lines_len, "", 0);
	if (pthread_create(&f->thread, NULL, serve, f) != 0)
		abort();
	return f;
}

unsigned
fake_port(const struct fake *f)
{
	return f->port;
}

void
fake_stop(struct fake *f, char **lines)
{
	size_t i;

	(void)!write(f->wake[1], "", 1);
	pthread_join(f->thread, NULL);
	for (i = 0; i < CLIENTS; i++)
		if (f->clients[i].fd >= 0)
			drop(&f->clients[i]);
	close(f->wake[0]);
	close(f->wake[1]);
	close(f->listener);
	if (lines != NULL)
		*lines = f->lines;
	else
		free(f->lines);
	free(f);
}

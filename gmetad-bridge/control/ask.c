#include "gmetad-bridge/control/ask.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gmetad-bridge/control/control.h"
#include "gmetad-bridge/control/control_socket.h"
#include "gmetad-bridge/control/request.h"

/* A bridge takes no longer, and others may be before us. */
#define ANSWER_MS (2 * (CONTROL_TIMEOUT_MS + CONTROL_RRDS_MS))

static int __attribute__((format(printf, 2, 3)))
fail(FILE *err, const char *format, ...)
{
	va_list args;

	fputs("gmetad-bridge: ", err);
	va_start(args, format);
	vfprintf(err, format, args);
	va_end(args);
	fputc('\n', err);
	return EXIT_FAILURE;
}

/* Returns false where a text is too long for a name. */
static bool
copy(char to[TEXT_SIZE], const char *from)
{
	if (from == NULL)
		from = "";
	strncpy(to, from, TEXT_SIZE - 1);
	to[TEXT_SIZE - 1] = '\0';
	return strlen(from) < TEXT_SIZE;
}

static size_t
make_line(const struct options *o, char line[REQUEST_LINE])
{
	struct request r = {.verb = o->remove != NULL ? REQUEST_REMOVE : REQUEST_RENAME,
	                    .rrds = o->with_rrds || o->replace_rrds};

	if (!copy(r.host, o->remove != NULL ? o->remove : o->rename) ||
	    !copy(r.to, o->rename_to) || !copy(r.cluster, o->cluster))
		return 0;
	return request_write(&r, line);
}

/* Reads the answer to its end. Returns its length; -1 with errno. */
static ssize_t
read_answer(int fd, char answer[REQUEST_ANSWER])
{
	size_t len = 0;
	ssize_t n;

	do {
		n = recv(fd, answer + len, REQUEST_ANSWER - 1 - len, 0);
		if (n < 0 && errno != EINTR)
			return -1;
		len += n > 0 ? (size_t)n : 0;
	} while (n != 0 && len < REQUEST_ANSWER - 1);
	answer[len] = '\0';
	answer[strcspn(answer, "\n")] = '\0';
	return (ssize_t)len;
}

static int
print(const char *answer, FILE *out, FILE *err)
{
	if (strncmp(answer, REQUEST_OK, strlen(REQUEST_OK)) == 0) {
		fprintf(out, "%s\n", answer + strlen(REQUEST_OK));
		return EXIT_SUCCESS;
	}
	if (strncmp(answer, REQUEST_ERROR, strlen(REQUEST_ERROR)) == 0)
		return fail(err, "%s", answer + strlen(REQUEST_ERROR));
	return fail(err, "its answer is not understood");
}

int
ask(const struct config *config, const struct options *options, FILE *out, FILE *err)
{
	char line[REQUEST_LINE], answer[REQUEST_ANSWER];
	size_t len = make_line(options, line);
	ssize_t got = -1;
	int fd, error;

	if (len == 0)
		return fail(err, "this can't be the name of a host or cluster");
	if (config->control == NULL)
		return fail(err, "%s: `control` is not set, so it can't be told",
		            config->path);
	fd = control_socket_connect(config->control, ANSWER_MS);
	if (fd < 0)
		return fail(err, "it can't be told by %s: %s", config->control,
		            errno == ECONNREFUSED || errno == ENOENT ? "it does not run"
		                                                     : strerror(errno));
	if (send(fd, line, len, MSG_NOSIGNAL) == (ssize_t)len)
		got = read_answer(fd, answer);
	error = errno;
	close(fd);
	if (got > 0)
		return print(answer, out, err);
	return fail(err, "no answer by %s: %s", config->control,
	            got == 0          ? "it closed the connection"
	            : error == EAGAIN ? "it takes too long"
	                              : strerror(error));
}

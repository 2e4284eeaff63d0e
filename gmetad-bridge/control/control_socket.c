#include "gmetad-bridge/control/control_socket.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define MASK 0177 /* so the file is 0600 */
#define BACKLOG 8

/* Returns -1 with errno where the path is too long. */
static int
make_address(const char *path, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(address->sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address->sun_path, path);
	return 0;
}

int
control_socket_connect(const char *path, int64_t ms)
{
	const struct timeval timeout = {.tv_sec = ms / 1000,
	                                .tv_usec = ms % 1000 * 1000};
	struct sockaddr_un address;
	int fd, error;

	if (make_address(path, &address) != 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/* Whether it is a socket on which nobody listens. Says why where it is not. */
static bool
is_left_over(const char *path, char why[CONTROL_FAULT])
{
	struct stat status;
	int fd;

	if (lstat(path, &status) != 0 || !S_ISSOCK(status.st_mode)) {
		snprintf(why, CONTROL_FAULT, "there is something else");
		return false;
	}
	fd = control_socket_connect(path, 1000);
	if (fd < 0 && errno == ECONNREFUSED)
		return true;
	if (fd >= 0)
		close(fd);
	snprintf(why, CONTROL_FAULT, "another gmetad-bridge has it");
	return false;
}

/* Binds and listens. Returns 0, or -1 with errno. */
static int
try_bind(struct control_socket *s, const struct sockaddr_un *address)
{
	mode_t mask = umask(MASK);
	int result = bind(s->fd, (const struct sockaddr *)address, sizeof(*address));
	int error = errno;

	umask(mask);
	errno = error;
	return result != 0 ? -1 : listen(s->fd, BACKLOG);
}

static int
bind_new(struct control_socket *s, const char *path, char why[CONTROL_FAULT])
{
	struct sockaddr_un address;
	struct stat status;
	int result;

	if (make_address(path, &address) != 0)
		return -1;
	result = try_bind(s, &address);
	if (result != 0 && errno == EADDRINUSE) {
		if (!is_left_over(path, why))
			return -1;
		if (unlink(path) == 0)
			result = try_bind(s, &address);
	}
	if (result != 0 || lstat(path, &status) != 0)
		return -1;
	s->path = path;
	s->device = status.st_dev;
	s->inode = status.st_ino;
	return 0;
}

int
control_socket_bind(struct control_socket *s, const char *path, char why[CONTROL_FAULT])
{
	*s = (struct control_socket){.fd = -1};
	*why = '\0';
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->fd >= 0 && bind_new(s, path, why) == 0)
		return 0;
	if (*why == '\0')
		snprintf(why, CONTROL_FAULT, "%s", strerror(errno));
	control_socket_close(s);
	return -1;
}

void
control_socket_close(struct control_socket *s)
{
	struct stat status;

	if (s->path != NULL && lstat(s->path, &status) == 0 &&
	    status.st_dev == s->device && status.st_ino == s->inode)
		unlink(s->path);
	if (s->fd >= 0)
		close(s->fd);
	*s = (struct control_socket){.fd = -1};
}

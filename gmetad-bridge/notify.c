#include "gmetad-bridge/notify.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define SEND_TIMEOUT_S 1 /* a socket whose reader hangs delays us no longer */

static struct sockaddr_un to;
static socklen_t to_len; /* 0: there is no socket */

/* Reads a path, or '@' and a name in the abstract namespace, which has a NUL in place
 * of the '@'. systemd has another form, vsock, but not for services. */
static void
read_address(const char *name)
{
	size_t len = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || len < 2 || len >= sizeof(to.sun_path))
		return;
	to.sun_family = AF_UNIX;
	memcpy(to.sun_path, name, len + 1);
	to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	if (name[0] == '@')
		to.sun_path[0] = '\0';
	else
		to_len++;
}

void
notify_open(void)
{
	const char *name = getenv("NOTIFY_SOCKET");

	memset(&to, 0, sizeof(to));
	to_len = 0;
	if (name != NULL)
		read_address(name);
	unsetenv("NOTIFY_SOCKET");
}

static int
tell(const char *text)
{
	const struct timeval timeout = {.tv_sec = SEND_TIMEOUT_S};
	size_t len = strlen(text);
	ssize_t sent;
	int fd;

	if (to_len == 0)
		return 0;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	sent =
	    sendto(fd, text, len, MSG_NOSIGNAL, (const struct sockaddr *)&to, to_len);
	close(fd);
	return sent == (ssize_t)len ? 0 : -1;
}

int
notify_ready(void)
{
	return tell("READY=1");
}

/* The monotonic time tells systemd which READY=1 belongs to this reload. */
int
notify_reloading(void)
{
	struct timespec t;
	char text[64];

	clock_gettime(CLOCK_MONOTONIC, &t);
	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
	         (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000);
	return tell(text);
}

int
notify_stopping(void)
{
	return tell("STOPPING=1");
}

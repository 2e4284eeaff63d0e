/*
 * discard: receives datagrams on a port of 127.0.0.1 and forgets them: the least
 * that a collector can cost.
 *
 *     discard PORT [NAP_MS]
 *
 * With NAP_MS it sleeps so long between two looks, as collectors do that let
 * datagrams gather; without, it waits for each. It ends after an hour.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	BATCH = 64, /* datagrams per recvmmsg */
	BYTES = 2048,
	BUFFER = 16 << 20, /* of the socket */
	ALARM = 3600       /* s: whatever happens, it ends */
};

static int
open_socket(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	                              .sin_port = htons(port),
	                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), size = BUFFER;

	if (fd < 0)
		err(1, "socket");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (bind(fd, (const void *)&address, sizeof(address)) < 0)
		err(1, "port %u", port);
	return fd;
}

/* Takes a batch, and waits for its first. Returns how many there were. */
static int
take(int fd)
{
	static unsigned char bytes[BATCH][BYTES];
	static struct sockaddr_storage from[BATCH];
	struct iovec vectors[BATCH];
	struct mmsghdr messages[BATCH];
	int taken;

	for (unsigned m = 0; m < BATCH; m++) {
		vectors[m] = (struct iovec){bytes[m], BYTES};
		messages[m] =
		    (struct mmsghdr){.msg_hdr = {.msg_iov = &vectors[m],
		                                 .msg_iovlen = 1,
		                                 .msg_name = &from[m],
		                                 .msg_namelen = sizeof(from[m])}};
	}
	taken = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);
	if (taken < 0 && errno != EINTR)
		err(1, "recvmmsg");
	return taken;
}

int
main(int argc, char **argv)
{
	struct timespec nap = {0};
	int fd;

	if (argc < 2 || argc > 3)
		errx(2, "usage: discard PORT [NAP_MS]");
	if (argc == 3)
		nap.tv_nsec = (atoi(argv[2]) % 1000) * 1000000L;
	fd = open_socket((uint16_t)atoi(argv[1]));
	alarm(ALARM);
	for (;;)
		if (take(fd) < BATCH && nap.tv_nsec != 0)
			nanosleep(&nap, NULL);
}

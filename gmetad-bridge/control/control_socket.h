/* control_socket.h - the socket's file: who may have it, and whether a bridge listens on
 * it.
 */
#ifndef BRIDGE_CONTROL_SOCKET_H
#define BRIDGE_CONTROL_SOCKET_H

#include <stdint.h>
#include <sys/types.h>

struct control_socket {
	int fd; /* -1: none */
	const char *path;
	dev_t device; /* of the file */
	ino_t inode;
};

/* Listens on a socket of mode 0600, which it has from its first moment; the umask is
 * changed meanwhile. A socket on which nobody listens is replaced, anything else is not.
 * `path` stays the caller's, and must live until the socket is closed. Returns 0; or -1,
 * and `why` says why. */
#define CONTROL_FAULT 128
int control_socket_bind(struct control_socket *s, const char *path,
                        char why[CONTROL_FAULT]);

/* Closes it, and removes the file, unless another one is in its place. */
void control_socket_close(struct control_socket *s);

/* Connects to the socket. Returns a descriptor, or -1 with errno. It waits for `ms` at most
 * then, and for each answer. */
int control_socket_connect(const char *path, int64_t ms);

#endif

/* inherited.h - UDP sockets that systemd has opened, and keeps open while this program
 * is not there: what is sent meanwhile waits in them (systemd.socket(5)). They are
 * handed over as sd_listen_fds(3) says: LISTEN_FDS descriptors from 3 on, for the process
 * LISTEN_PID.
 *
 * The functions are for one thread, the program's first.
 */
#ifndef BRIDGE_INHERITED_H
#define BRIDGE_INHERITED_H

#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"

/* Takes the sockets, if there are any for this process, and removes the variables from
 * the environment, so that no child process takes them. What is no UDP socket is closed,
 * with a line in the log. Call it once, before there are other threads. */
void inherited_open(void);

/* Closes this process's descriptors. systemd's stay open. */
void inherited_close(void);

/* Fills in the addresses that there are sockets on, with this port, each once, in the
 * order in which systemd has them. Returns how many, `most` at most. */
size_t inherited_addresses(uint16_t port, struct address *addresses, size_t most);

/* Returns how many sockets there are on this address and port: several ones share it
 * (SO_REUSEPORT). */
size_t inherited_count(const struct address *address, uint16_t port);

/* Returns a descriptor of the caller's own of socket number `i` of these, close-on-exec;
 * -1 and errno where there is none. The socket stays here as well: it can be used again
 * after the caller has closed its own. */
int inherited_socket(const struct address *address, uint16_t port, size_t i);

/* Logs which sockets none of these addresses and this port have. */
void inherited_tell_unused(const struct address *addresses, size_t count,
                           uint16_t port);

#endif

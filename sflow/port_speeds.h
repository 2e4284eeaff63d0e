/* port_speeds.h - speeds that the administrator gives to ports whose own say nothing, or
 * are wrong.
 */
#ifndef SFLOW_PORT_SPEEDS_H
#define SFLOW_PORT_SPEEDS_H

#include <stdbool.h>
#include <stdint.h>

struct port_speeds;

/* Reads "HOST/PORT = SPEED, ...": host and port are patterns as of the shell, the speed is
 * in bits per second, and may end in k, M, G or T. Commas or ends of lines are between
 * them. The caller frees it with port_speeds_free(), which takes NULL. Returns NULL where
 * something is wrong, or without memory. */
struct port_speeds *port_speeds_parse(const char *text);
void port_speeds_free(struct port_speeds *speeds);

/* Finds the first speed for a port that has any of these names ("": none), on a host
 * that has any of the others. Returns false where there is none. */
bool port_speeds_find(const struct port_speeds *speeds, const char *const hosts[2],
                      const char *const ports[2], uint64_t *bits);

#endif

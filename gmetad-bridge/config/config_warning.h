/* config_warning.h - what is not wrong in a configuration, but most likely not meant. */
#ifndef BRIDGE_CONFIG_WARNING_H
#define BRIDGE_CONFIG_WARNING_H

#include <stdio.h>

struct config_warnings {
	FILE *to;
	unsigned count; /* of those that were written */
};

/* Writes "FILE:LINE: warning: what", as a line. Does nothing where `warnings` is NULL. */
void config_warn(struct config_warnings *warnings, const char *file, unsigned line,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif

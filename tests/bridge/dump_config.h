/* dump_config.h - a configuration as text, to compare two. */
#ifndef TESTS_DUMP_CONFIG_H
#define TESTS_DUMP_CONFIG_H

#include "gmetad-bridge/config/config.h"

/* All its values, a few in a line; the caller's. Not its path. */
char *dump_config(const struct config *config);

#endif

/* ask.h - the other side of the control socket: gmetad-bridge --remove and --rename. */
#ifndef BRIDGE_ASK_H
#define BRIDGE_ASK_H

#include <stdio.h>

#include "gmetad-bridge/config/config.h"
#include "gmetad-bridge/config/options.h"

/* Gives the bridge that runs the request of the options, and prints its answer: a line, to
 * `out` where it was done, else to `err`. Returns the status to exit with. */
int ask(const struct config *config, const struct options *options, FILE *out,
        FILE *err);

#endif

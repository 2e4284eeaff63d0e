/* config_check.h - whether what a configuration names is there: the user, programs, files
 * and folders.
 */
#ifndef BRIDGE_CONFIG_CHECK_H
#define BRIDGE_CONFIG_CHECK_H

#include "gmetad-bridge/config/config_read.h"

/* Looks with the rights of the user that the bridge would have, who is this process's own
 * unless that is root's; so no other thread may run. What would be wrong later is written as
 * a warning. Returns 0; or -1 with the fault, where the bridge could not start. */
int config_check(struct config_reading *r);

#endif

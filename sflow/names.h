/* names.h - names that the administrator gives to agents, for those that send
 * none (switches, application agents), in the format of hosts(5): an address
 * and its name, a line each; what follows a # is a comment.
 */
#ifndef SFLOW_NAMES_H
#define SFLOW_NAMES_H

#include <stddef.h>

#include "sflow/address.h"


struct name_list;

/* An empty list; NULL without memory. names_free() takes NULL. */
struct name_list *name_list_new(void);
void name_list_free(struct name_list *list);

/* Adds the lines of `text`. Returns 0; the number of the first line that is
 * wrong; or -1 without memory. Of two names for one address the first counts. */
int name_list_add(struct name_list *list, const char *text);

/* The name for an address, harmless as names are; NULL when there is none. */
const char *name_list_find(const struct name_list *list,
                           const struct address *address);

#endif

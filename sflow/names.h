/* names.h - names that the administrator gives to agents that send none (switches,
 * application agents), in the format of hosts(5): a line for each, with address and
 * name; what follows a # is a comment.
 */
#ifndef SFLOW_NAMES_H
#define SFLOW_NAMES_H

#include <stddef.h>

#include "sflow/address.h"

struct name_list;

/* Returns an empty list, which the caller frees with name_list_free(), which takes
 * NULL. Returns NULL without memory. */
struct name_list *name_list_new(void);
void name_list_free(struct name_list *list);

/* Adds the lines of `text`. Returns 0; the number, from 1 on, of the first line that is
 * wrong, and then the lines before it are added; or -1 without memory. Of two names for
 * one address the first counts. */
int name_list_add(struct name_list *list, const char *text);

/* Adds names as the setting `names` has them: "ADDRESS = NAME, ADDRESS = NAME", where ends of
 * lines do as commas. Unlike a line of a file a pair has nothing behind its name, and the
 * name has to be harmless. Returns 0; -1 without memory; or 1 where a pair is wrong: then
 * `why` says what is wrong with it, or is empty where it is no pair at all. */
#define NAME_LIST_WHY 128
int name_list_add_settings(struct name_list *list, const char *text,
                           char why[NAME_LIST_WHY]);

/* Returns the name for an address, made harmless by text_name(); NULL when there is
 * none. The list owns it. */
const char *name_list_find(const struct name_list *list, const struct address *address);

#endif

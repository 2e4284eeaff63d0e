/* fold.h - many names of hosts in few words: node[1-5,9].example.net. */
#ifndef CHECK_FOLD_H
#define CHECK_FOLD_H

#include <stddef.h>

#include "tools/check_sflow/text_room.h"

/* Writes the names in their order, numbers in them as numbers, with ", " between, those
 * that differ in one number as one piece: "node[1-5,9], web1". At most `most` pieces are
 * written, and no more than there is room for. Returns of how many names they are. */
size_t fold_names(struct text_room *to, const char *const *names, size_t count,
                  size_t most);

#endif

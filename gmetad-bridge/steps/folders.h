/* folders.h - hosts that would have one folder of RRDs, for the names of folders are in
 * lower case and theirs differ in nothing else. For the thread that walks.
 */
#ifndef BRIDGE_FOLDERS_H
#define BRIDGE_FOLDERS_H

#include "sflow/store/store.h"

/* The host that has the folder. */
struct folder_owner {
	char name[TEXT_SIZE];
	struct address agent; /* unknown where the host is not the agent */
};

/* Notes a host of the step of this time. Returns the other host of the step that has the
 * same folder, where that was not returned before; else NULL. */
const struct folder_owner *folders_note(const struct store_state *state,
                                        uint32_t time_s);

/* Forgets the folders that no host has had since that time; 0xffffffff: all. */
void folders_forget(uint32_t before_s);

#endif

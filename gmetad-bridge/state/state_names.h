/* state_names.h - keeps, beside the hosts, which of them the administrator has renamed, and
 * what names were that no host has any more. The file knows clusters by their names, since
 * their numbers are those of one run of the program.
 *
 * The functions are for the thread that has the file, except state_names_config().
 */
#ifndef BRIDGE_STATE_NAMES_H
#define BRIDGE_STATE_NAMES_H

#include <pthread.h>

#include "gmetad-bridge/config/config.h"
#include "gmetad-bridge/state/database.h"

struct state_names {
	struct collector *collector;
	pthread_mutex_t lock;
	/* under the lock: */
	unsigned count;               /* of clusters; 0: no names are kept */
	char *clusters[CLUSTERS_MAX]; /* names; those before `count` stay */
	/* the thread's own: */
	bool saved; /* all names are in the file, of these versions: */
	uint64_t renamings, former;
};

/* Begins and ends. `config` has the clusters; NULL: no names are kept. */
void state_names_init(struct state_names *names, struct collector *collector,
                      const struct config *config);
void state_names_free(struct state_names *names);

/* Adds the clusters of another configuration, which follows the one before. For any
 * thread. */
void state_names_config(struct state_names *names, const struct config *config);

/* Reads all names of the file, and gives those of clusters that there are to the collector
 * and its store; called before the hosts are restored. Rows that make no sense are left
 * out, and counted in *senseless. Returns 0, or -1 on a fault. */
int state_names_restore(struct state_names *names, struct database *db,
                        size_t *senseless);

/* In a transaction: writes all names where they have changed since they were last written.
 * Those of clusters that the program does not know stay in the file. Returns 0, or -1 on a
 * fault. After a transaction that failed the caller calls state_names_unsaved(). */
int state_names_save(struct state_names *names, struct database *db);
void state_names_unsaved(struct state_names *names);

#endif

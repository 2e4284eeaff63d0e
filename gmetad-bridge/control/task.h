/* task.h - carries out a request: in the collector, in the state, and in the RRDs, in that
 * order, and words the answer.
 */
#ifndef BRIDGE_TASK_H
#define BRIDGE_TASK_H

#include "gmetad-bridge/config/config.h"
#include "gmetad-bridge/control/request.h"
#include "gmetad-bridge/rrd/rrd_order.h"
#include "gmetad-bridge/state/state.h"
#include "sflow/collector/collector.h"

/* What requests are about. */
struct task_world {
	struct collector *collector;
	struct state *state; /* NULL: nothing is kept over a restart */
	const struct config *config;
};

/* A request that is being carried out. */
struct task {
	struct rrd_order *order; /* it waits for this; NULL: for nothing any more */
	bool removes;
	const char
	    *unsaved; /* why it is not saved; NULL: it is, or the answer says so */
	char answer[REQUEST_ANSWER]; /* the line, without its newline */
};

/* Does all but what has to wait for its turn among the writers of RRDs. It may take as long
 * as a step and a transaction do. */
void task_begin(struct task *task, const struct task_world *world,
                const struct request *request);

/* Returns whether the task is over, and its answer complete. With `late` it is, whatever it
 * waits for; the answer says that. */
bool task_is_over(struct task *task, bool late);

#endif

/* rrd_order.h - orders about the folder of a host's RRDs: to move it, when the host has
 * another name, and to remove it. An order takes its turn among the lines: those of both
 * folders that were queued before it are written before, or dropped where their files are to
 * go, and those that come later wait until it is carried out.
 *
 * Nothing outside of the root folder is touched: no symbolic link below it is followed.
 */
#ifndef BRIDGE_RRD_ORDER_H
#define BRIDGE_RRD_ORDER_H

#include "gmetad-bridge/rrd/rrd.h"

enum rrd_order_kind { RRD_MOVE, RRD_REMOVE };

enum rrd_order_result {
	RRD_ORDER_WAITS,
	RRD_ORDER_DONE,
	RRD_ORDER_NOTHING, /* there is no folder */
	RRD_ORDER_FAILED
};

struct rrd_order;

/* Queues an order, after all lines of the folders that are to come before it; only one
 * thread at a time may do so. `to` is the new name of a host that moves; `replace` says
 * that the files in its folder are removed before; otherwise an order fails where there are
 * any. What comes of it is logged. Returns the order, which the caller releases; NULL
 * without memory, and where a name can't be that of a folder. */
struct rrd_order *rrd_order(struct rrd *rrd, enum rrd_order_kind kind,
                            const char *cluster, const char *host, const char *to,
                            bool replace);

/* Tells what has come of it; of a failure `text` says why. For any thread. */
#define RRD_ORDER_TEXT 256
enum rrd_order_result rrd_order_result(struct rrd_order *order,
                                       char text[RRD_ORDER_TEXT]);

/* NULL is fine. For any thread. */
void rrd_order_release(struct rrd_order *order);

/* Whether a host's folder has files, which is looked up at once; false, too, where that
 * can't be known. */
bool rrd_folder_is_used(const struct rrd *rrd, const char *cluster, const char *host);

/* Whether two hosts of a cluster have the same folder. */
bool rrd_folder_is_same(const struct rrd *rrd, const char *host, const char *other);

#endif

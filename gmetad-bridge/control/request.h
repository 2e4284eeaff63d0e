/* request.h - a request of the administrator to the bridge that runs, as a line: words with
 * a tab between two of them, which no name has.
 *
 *     remove HOST CLUSTER RRDS
 *     rename HOST TO CLUSTER RRDS
 *
 * CLUSTER is empty where none is said, RRDS is "rrds" or empty. The answer is a line, too:
 * "ok TEXT" or "error TEXT".
 */
#ifndef BRIDGE_REQUEST_H
#define BRIDGE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "sflow/text.h"

#define REQUEST_LINE 256 /* bytes, with the newline */
#define REQUEST_ANSWER 640
#define REQUEST_OK "ok "
#define REQUEST_ERROR "error "

enum request_verb { REQUEST_REMOVE, REQUEST_RENAME };

struct request {
	enum request_verb verb;
	char host[TEXT_SIZE];
	char to[TEXT_SIZE];      /* the new name */
	char cluster[TEXT_SIZE]; /* "": not said */
	bool rrds;               /* remove its RRDs; or replace those of the new name */
};

/* Writes the line with its newline and a NUL. Returns its length; 0 where a name can't be
 * that of a host or cluster. */
size_t request_write(const struct request *request, char line[REQUEST_LINE]);

/* Reads a line of `len` bytes, without its newline. Returns 0; -1 where it is none. */
int request_read(const char *line, size_t len, struct request *request);

#endif

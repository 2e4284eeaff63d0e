/* scene.h - a command line, Ganglia's XML as if a daemon had sent it, and what
 * check_sflow makes of both.
 */
#ifndef TESTS_CHECKS_SCENE_H
#define TESTS_CHECKS_SCENE_H

#include "tools/check_sflow/check.h"

/* Words separated by blanks, without the program's name. Returns what
 * options_parse() returns; what it has printed is in scene_output. */
int scene_parse(struct options *options, const char *line);

/* The same, and it must be fine; then reads the document, until the check has enough,
 * and reports. Returns the state; the report is in scene_output. */
enum check_state scene_check(const char *line, const char *xml);

/* A document of gmond's: a cluster "c" with these elements. */
const char *scene_cluster(const char *elements);

extern char *scene_output;
extern struct daemon_query scene_query; /* what would have been asked */
extern int64_t scene_started_s; /* as the daemon tells in HTTP's header; 0: not */
extern int64_t scene_wall_s;    /* the clock here; 0: not known */
extern const char *scene_named; /* what the daemon tells when it is asked for names */
extern bool scene_asked_again;  /* the document was read a second time */
extern bool scene_stopped;      /* before the end of the document */

#endif

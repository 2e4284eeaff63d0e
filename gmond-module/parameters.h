/* parameters.h - what the administrator sets, in the module's section or in
 * gmond's own sflow section.
 */
#ifndef MODSFLOW_PARAMETERS_H
#define MODSFLOW_PARAMETERS_H

#include "gmond-module/gmond.h"
#include "sflow/collector/collector.h"

enum deliver { DELIVER_AUTO, DELIVER_DIRECT, DELIVER_CHANNEL };

#define BIND_SIZE 256
#define PATH_SIZE 256

struct parameters {
	unsigned port;
	char bind[BIND_SIZE]; /* addresses, separated by blanks; "": all */
	int rcvbuf;           /* bytes of socket buffer that are asked for */
	enum deliver deliver;
	char on_event[PATH_SIZE];        /* a program's path; "": none */
	char nagios_commands[PATH_SIZE]; /* Nagios's command file; "": none */
	struct collector_config collector;
};

/* Reads gmond's sflow section where it says something, and then the module's
 * parameters, which win. Returns 0; or -1 after it has said in the log which
 * one is wrong. parameters_free() in either case. */
int parameters_read(struct parameters *parameters, cfg_t *config,
                    const apr_array_header_t *list);
void parameters_free(struct parameters *parameters);

#endif

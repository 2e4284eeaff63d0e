/* parameters.h - what the administrator sets, in the module's section or in
 * gmond's own sflow section.
 */
#ifndef MODSFLOW_PARAMETERS_H
#define MODSFLOW_PARAMETERS_H

#include "gmond-module/gmond.h"
#include "sflow/collector/collector.h"

enum deliver { DELIVER_AUTO, DELIVER_DIRECT, DELIVER_CHANNEL };

struct parameters {
	long port;
	char bind[256];  /* addresses, separated by blanks; "": all */
	int rcvbuf;      /* bytes of socket buffer that are asked for */
	enum deliver deliver;
	char on_event[256];         /* a program's path; "": none */
	char nagios_commands[256];  /* Nagios's command file; "": none */
	struct network_list *allow; /* owned */
	struct name_list *names;    /* owned */
	regex_t ports, ports_except; /* compiled where the collector has them */
	struct collector_config collector;
};

/* Reads gmond's sflow section where it says something, and then the module's
 * parameters, which win. Returns 0; or -1 after it has said in the log which
 * one is wrong. parameters_free() in either case. */
int parameters_read(struct parameters *parameters, cfg_t *config,
                    const apr_array_header_t *list);
void parameters_free(struct parameters *parameters);

#endif

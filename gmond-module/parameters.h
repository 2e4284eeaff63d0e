/* parameters.h - the administrator's settings, in the module's section of gmond.conf or
 * in gmond's own sflow section.
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
	int rcvbuf;           /* bytes of socket buffer to ask for */
	enum deliver deliver;
	char on_event[PATH_SIZE];        /* path of a program; "": none */
	char nagios_commands[PATH_SIZE]; /* Nagios's command file; "": none */
	struct collector_config collector;
};

/* Sets all to their defaults. The caller calls parameters_free() afterwards. */
void parameters_begin(struct parameters *parameters);

/* Sets one of the module's parameters; those whose values are files
 * (parameters_is_file()) after all others. Returns false where there is none of that name,
 * or it can't have that value, and says so in `fault`. */
#define PARAMETER_FAULT 512
bool parameters_set(struct parameters *parameters, const char *name, const char *value,
                    char fault[PARAMETER_FAULT]);
bool parameters_is_file(const char *name);

/* Reads what is set in gmond's sflow section, and then the module's parameters, which
 * override it. Returns 0; or -1 after a line in the log says which one is wrong. In
 * both cases the caller calls parameters_free(). */
int parameters_read(struct parameters *parameters, cfg_t *config,
                    const apr_array_header_t *list);
void parameters_free(struct parameters *parameters);

#endif

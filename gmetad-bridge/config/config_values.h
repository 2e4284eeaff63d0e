/* config_values.h - setters of the configuration's values; see setting.h. */
#ifndef BRIDGE_CONFIG_VALUES_H
#define BRIDGE_CONFIG_VALUES_H

#include "gmetad-bridge/config/config.h"
#include "sflow/setting.h"

/* The type of each value, and what its text is. */
setting_setter config_set_port;      /* uint16_t */
setting_setter config_set_tcp_port;  /* long; 0: none */
setting_setter config_set_bytes;     /* size_t; "64M" */
setting_setter config_set_rcvbuf;    /* int; "64M" */
setting_setter config_set_umask;     /* int, octal; "": -1 */
setting_setter config_set_text;      /* char *, printable ASCII */
setting_setter config_set_name;      /* the same; "": NULL */
setting_setter config_set_host;      /* char *, harmless as text_name(); "": NULL */
setting_setter config_set_path;      /* char *, an absolute path; "": NULL */
setting_setter config_set_folder;    /* char *, an absolute path */
setting_setter config_set_rrdcached; /* char *, an address; "": NULL */
setting_setter config_set_agents;    /* struct network_list *; {}: none */
setting_setter config_set_archives;  /* char **, NULL at the end */
setting_setter config_set_names;     /* struct config_names */
/* These set members of the struct config itself. */
setting_setter config_set_bind;
setting_setter config_set_xml_bind;

/* Whether the text is an absolute path; where not, `why` has the reason. */
bool config_is_path(const char *text, char why[SETTING_WHY]);

/* config_archives_new() returns gmetad's archives; NULL without memory.
 * config_archives_free() frees any list of archives. */
char **config_archives_new(void);
void config_archives_free(char **archives);

void config_names_free(struct config_names *names);

/* An absolute path that a UNIX socket may have, or "": NULL. */
bool config_set_socket(const struct setting *key, void *to, const char *value,
                       char why[SETTING_WHY]);

#endif

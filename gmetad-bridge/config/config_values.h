/* config_values.h - the configuration's values: text to what it means. */
#ifndef BRIDGE_CONFIG_VALUES_H
#define BRIDGE_CONFIG_VALUES_H

#include "gmetad-bridge/config/config.h"
#include "sflow/setting.h"

setting_setter config_set_port;      /* uint16_t */
setting_setter config_set_tcp_port;  /* long; 0: none */
setting_setter config_set_bytes;     /* size_t; "64M" */
setting_setter config_set_rcvbuf;    /* int; "64M" */
setting_setter config_set_text;      /* char *, printable ASCII */
setting_setter config_set_name;      /* the same; "": NULL */
setting_setter config_set_host;      /* a harmless one, as names are; "": NULL */
setting_setter config_set_path;      /* from the root on; "": NULL */
setting_setter config_set_folder;    /* from the root on */
setting_setter config_set_rrdcached; /* "": NULL */
setting_setter config_set_agents;    /* struct network_list *; {} is none */
setting_setter config_set_archives;  /* char **, NULL at the end */
/* of struct config: */
setting_setter config_set_bind;
setting_setter config_set_xml_bind;

/* Whether it is a path from the root on; else false, with the reason. */
bool config_is_path(const char *text, char why[SETTING_WHY]);

/* gmetad's archives, and a free() for any of them. */
char **config_archives_new(void);
void config_archives_free(char **archives);

#endif

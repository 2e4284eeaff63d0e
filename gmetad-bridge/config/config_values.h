/* config_values.h - the configuration's values: text to what it means. */
#ifndef BRIDGE_CONFIG_VALUES_H
#define BRIDGE_CONFIG_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "gmetad-bridge/config/config.h"

struct config_key;

/* Puts a value where it belongs, freeing what was there. False where it can't be
 * one: then `why` says what it should be. A list comes as one value, with line ends
 * between its elements; each of them has come alone before, to be checked. */
#define CONFIG_WHY 256
typedef bool config_setter(const struct config_key *key, void *to,
                           const char *value, char why[CONFIG_WHY]);

struct config_key {
	const char *name;
	config_setter *set;
	size_t to;         /* in struct config, config_cluster or config_archives */
	long least, most;  /* of a number */
	bool list;
};

config_setter config_set_port;      /* uint16_t */
config_setter config_set_tcp_port;  /* long; 0: none */
config_setter config_set_number;    /* unsigned */
config_setter config_set_seconds;   /* int64_t, in milliseconds */
config_setter config_set_bytes;     /* size_t; "64M" */
config_setter config_set_rcvbuf;    /* int; "64M" */
config_setter config_set_misses;    /* unsigned; "auto": 0 */
config_setter config_set_bool;      /* bool */
config_setter config_set_text;      /* char *, printable ASCII */
config_setter config_set_name;      /* the same; "": NULL */
config_setter config_set_host;      /* a harmless one, as names are; "": NULL */
config_setter config_set_path;      /* from the root on; "": NULL */
config_setter config_set_folder;    /* from the root on */
config_setter config_set_rrdcached; /* "": NULL */
config_setter config_set_networks;  /* struct network_list *; {}: NULL */
config_setter config_set_agents;    /* the same; {} is none */
config_setter config_set_accept;    /* bool[KIND_COUNT] */
config_setter config_set_multiple;  /* bool[KIND_COUNT] */
config_setter config_set_vm;        /* enum vm_hosts */
config_setter config_set_write;     /* enum rrd_write */
config_setter config_set_names;     /* struct name_list * */
config_setter config_set_archives;  /* char **, NULL at the end */
/* of struct config: */
config_setter config_set_bind;
config_setter config_set_xml_bind;
config_setter config_set_ports;
config_setter config_set_ports_except;

/* Says why; false, for a setter to return. */
bool config_should_be(char why[CONFIG_WHY], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* gmetad's archives, and a free() for any of them. */
char **config_archives_new(void);
void config_archives_free(char **archives);

/* Adds the file's names to the list. False with a reason. */
bool config_names_file(struct name_list *names, const char *path,
                       char why[CONFIG_WHY]);

#endif

#define _GNU_SOURCE /* tdestroy() */

#include "tools/check_sflow/objects.h"

#include <inttypes.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#define KEY (OBJECTS_NAME + 16) /* bytes of a key; check_sflow writes no longer names */

/* Names --------------------------------------------------------------------------------- */

static int
compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool
make_key(char key[KEY], const char *kind, const char *name)
{
	int len = snprintf(key, KEY, "%s:%s", kind, name);

	return len > 0 && len < KEY;
}

int
names_add(struct names *names, const char *kind, const char *name)
{
	char key[KEY], *copy;
	char **found;

	if (!make_key(key, kind, name))
		return 0;
	copy = strdup(key);
	found = copy != NULL ? tsearch(copy, &names->tree, compare) : NULL;
	if (found == NULL || *found != copy)
		free(copy);
	return found != NULL ? 0 : -1;
}

bool
names_has(const struct names *names, const char *kind, const char *name)
{
	char key[KEY];

	return make_key(key, kind, name) && tfind(key, &names->tree, compare) != NULL;
}

void
names_free(struct names *names)
{
	tdestroy(names->tree, free);
	names->tree = NULL;
}

/* Reading --------------------------------------------------------------------------------- */

/* A definition while it is read. */
struct definition {
	bool open;
	char type[32];
	char host[OBJECTS_NAME], group[OBJECTS_NAME];
	bool template;
};

static char *
skip_blanks(char *at)
{
	return at + strspn(at, " \t\r");
}

static void
trim(char *at)
{
	size_t len = strlen(at);

	while (len > 0 && strchr(" \t\r", at[len - 1]) != NULL)
		at[--len] = '\0';
}

/* Reads "define host {". */
static void
begin(struct definition *definition, char *at)
{
	size_t len;

	memset(definition, 0, sizeof(*definition));
	at = skip_blanks(at + strlen("define"));
	len = strcspn(at, " \t{");
	definition->open = true;
	snprintf(definition->type, sizeof(definition->type), "%.*s", (int)len, at);
}

static void
directive(struct definition *definition, char *key)
{
	char *value = key + strcspn(key, " \t");

	if (*value != '\0')
		*value++ = '\0';
	value = skip_blanks(value);
	if (strcmp(key, "host_name") == 0)
		snprintf(definition->host, sizeof(definition->host), "%s", value);
	else if (strcmp(key, "hostgroup_name") == 0)
		snprintf(definition->group, sizeof(definition->group), "%s", value);
	else if (strcmp(key, "register") == 0)
		definition->template = strcmp(value, "0") == 0;
}

static int
end(struct definition *definition, struct names *names)
{
	definition->open = false;
	if (definition->template)
		return 0;
	if (strcmp(definition->type, "host") == 0 && *definition->host != '\0')
		return names_add(names, "host", definition->host);
	if (strcmp(definition->type, "hostgroup") == 0 && *definition->group != '\0')
		return names_add(names, "hostgroup", definition->group);
	return 0;
}

static int
scan_line(struct definition *definition, char *line, struct names *names)
{
	char *at = skip_blanks(line);

	if (*at == '#' || *at == ';' || *at == '\0')
		return 0;
	at[strcspn(at, ";")] = '\0';
	trim(at);
	if (definition->open && *at == '}')
		return end(definition, names);
	if (definition->open)
		directive(definition, at);
	else if (strncmp(at, "define", strlen("define")) == 0)
		begin(definition, at);
	return 0;
}

/* Takes the next line, joined with those that follow it after a backslash. */
static char *
whole_line(char **rest)
{
	char *line = *rest, *end = line;

	for (;;) {
		end += strcspn(end, "\n");
		if (*end == '\0')
			break;
		if (end == line || end[-1] != '\\') {
			*end++ = '\0';
			break;
		}
		end[-1] = end[0] = ' ';
	}
	*rest = end;
	return line;
}

int
objects_scan(const char *text, size_t len, struct names *names)
{
	struct definition definition = {.open = false};
	char *copy = malloc(len + 1), *rest = copy;
	int status = 0;
	size_t i;

	if (copy == NULL)
		return -1;
	for (i = 0; i < len; i++)
		copy[i] = text[i] != '\0' ? text[i] : ' ';
	copy[len] = '\0';
	while (*rest != '\0' && status == 0)
		status = scan_line(&definition, whole_line(&rest), names);
	free(copy);
	return status;
}

/* Writing --------------------------------------------------------------------------------- */

bool
objects_is_safe(const char *name)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789._-:@/+ ";
	size_t len = strlen(name);

	return len > 0 && len < OBJECTS_NAME - sizeof("sflow-cluster-") &&
	       strspn(name, safe) == len && strchr(" -+", name[0]) == NULL &&
	       name[len - 1] != ' ' &&
	       strcmp(name, "null") != 0; /* to Nagios that is no value */
}

/* Adds a text with its NUL to a checksum: FNV-1a. */
static uint32_t
mark(uint32_t sum, const char *text)
{
	do
		sum = (sum ^ (unsigned char)*text) * UINT32_C(16777619);
	while (*text++ != '\0');
	return sum;
}

void
objects_write_host(FILE *out, const struct object_host *host)
{
	const char *servers = host->server ? OBJECTS_SERVERS "," : "";
	uint32_t sum = UINT32_C(2166136261);

	sum = mark(sum, host->host_name);
	sum = mark(sum, host->address);
	sum = mark(sum, host->cluster);
	sum = mark(sum, host->name);
	sum = mark(sum, servers);
	fprintf(out,
	        "define host {\n"
	        "\t# by check_sflow, %08" PRIx32 "\n"
	        "\tuse\tsflow-host\n"
	        "\thost_name\t%s\n"
	        "\talias\t%s\n"
	        "\taddress\t%s\n"
	        "\thostgroups\tsflow-hosts,%ssflow-cluster-%s\n"
	        "\t_SFLOW_CLUSTER\t%s\n"
	        "\t_SFLOW_NAME\t%s\n"
	        "}\n",
	        sum, host->host_name, host->name, host->address, servers, host->cluster,
	        host->cluster, host->name);
}

void
objects_write_group(FILE *out, const char *cluster)
{
	fprintf(out,
	        "define hostgroup {\n"
	        "\thostgroup_name\tsflow-cluster-%s\n"
	        "\talias\tsFlow cluster %s\n"
	        "}\n",
	        cluster, cluster);
}

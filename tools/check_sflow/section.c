#define _GNU_SOURCE /* memmem(), tdestroy(), twalk_r() */

#include "tools/check_sflow/section.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/* Hosts ------------------------------------------------------------------------------------ */

static int
compare(const void *a, const void *b)
{
	const struct section_host *x = a, *y = b;
	int order = strcmp(x->cluster, y->cluster);

	return order != 0 ? order : strcmp(x->name, y->name);
}

static void
free_host(void *host)
{
	struct section_host *h = host;

	free(h->cluster);
	free(h->name);
	free(h->host_name);
	free(h->address);
	free(h);
}

struct section_host *
section_host(struct section *section, const char *cluster, const char *name)
{
	struct section_host *host = calloc(1, sizeof(*host)), **found = NULL;

	if (host == NULL)
		return NULL;
	host->cluster = strdup(cluster);
	host->name = strdup(name);
	if (host->cluster != NULL && host->name != NULL)
		found = tsearch(host, &section->hosts, compare);
	if (found == NULL || *found != host)
		free_host(host);
	return found != NULL ? *found : NULL;
}

/* Reading ------------------------------------------------------------------------------------ */

/* Returns a copy of the value behind a key in a definition that check_sflow has
 * written; NULL: there is none. */
static char *
value_of(const char *block, size_t len, const char *key)
{
	const char *at = memmem(block, len, key, strlen(key));
	const char *end;

	if (at == NULL)
		return NULL;
	at += strlen(key);
	end = memchr(at, '\n', len - (size_t)(at - block));
	return end != NULL ? strndup(at, (size_t)(end - at)) : NULL;
}

/* Whether the definition is, to the byte, what check_sflow would write. */
static bool
is_ours(const char *block, size_t len, const struct object_host *host,
        const char *group)
{
	char *text = NULL;
	size_t text_len = 0;
	FILE *out = open_memstream(&text, &text_len);
	bool same;

	if (out == NULL)
		return false;
	if (host != NULL)
		objects_write_host(out, host);
	else
		objects_write_group(out, group);
	same = fclose(out) == 0 && text_len == len && memcmp(text, block, len) == 0;
	free(text);
	return same;
}

/* Takes a definition as a host that check_sflow has written. Returns 1; 0 if it is
 * none; -1 without memory. */
static int
take_host(struct section *section, const char *block, size_t len)
{
	char *host_name = value_of(block, len, "\thost_name\t");
	char *address = value_of(block, len, "\taddress\t");
	char *cluster = value_of(block, len, "\t_SFLOW_CLUSTER\t");
	char *name = value_of(block, len, "\t_SFLOW_NAME\t");
	static const char group[] = "," OBJECTS_SERVERS ",";
	bool server = memmem(block, len, group, strlen(group)) != NULL;
	struct object_host object = {host_name, address, cluster, name, server};
	struct section_host *host = NULL;
	int status = 0;

	if (host_name != NULL && address != NULL && cluster != NULL && name != NULL &&
	    is_ours(block, len, &object, NULL)) {
		host = section_host(section, cluster, name);
		status = host != NULL ? 1 : -1;
	}
	free(cluster);
	free(name);
	if (host == NULL || host->host_name != NULL) { /* the host is defined twice */
		free(host_name);
		free(address);
		return status;
	}
	host->host_name = host_name;
	host->address = address;
	host->server = server;
	return 1;
}

static int
take_group(const char *block, size_t len)
{
	char *cluster = value_of(block, len, "\thostgroup_name\tsflow-cluster-");
	bool ours = cluster != NULL && is_ours(block, len, NULL, cluster);

	free(cluster);
	return ours;
}

/* Returns the end of the line that begins at `at`. */
static const char *
line_end(const char *at, const char *end)
{
	const char *newline = memchr(at, '\n', (size_t)(end - at));

	return newline != NULL ? newline + 1 : end;
}

static bool
begins(const char *at, const char *end, const char *with)
{
	size_t len = strlen(with);

	return (size_t)(end - at) >= len && memcmp(at, with, len) == 0;
}

/* Returns the end of the definition, or of the line, that begins at `at`. */
static const char *
block_end(const char *at, const char *end)
{
	const char *next = line_end(at, end);

	if (!begins(at, end, "define "))
		return next;
	for (; next < end; next = line_end(next, end))
		if (*next == '}')
			return line_end(next, end);
	return end;
}

/* Takes the definitions of check_sflow out of the section. All else is the
 * administrator's, and is written to `behind`. */
static int
take_inner(struct section *section, const char *at, const char *end, FILE *behind)
{
	const char *next;
	int ours = 0;

	for (; at < end && ours >= 0; at = next) {
		size_t len;

		next = block_end(at, end);
		len = (size_t)(next - at);
		if (begins(at, end, "define host {\n"))
			ours = take_host(section, at, len);
		else if (begins(at, end, "define hostgroup {\n"))
			ours = take_group(at, len);
		else
			ours = len == 1; /* an empty line */
		if (ours == 0)
			fwrite(at, 1, len, behind);
	}
	return ours < 0 ? -1 : 0;
}

static int
take_behind(struct section *section, const char *inner, const char *inner_end,
            const char *after, const char *end)
{
	FILE *behind = open_memstream(&section->behind, &section->behind_len);
	int status;

	if (behind == NULL)
		return -1;
	status = take_inner(section, inner, inner_end, behind);
	fwrite(after, 1, (size_t)(end - after), behind);
	return fclose(behind) == 0 ? status : -1;
}

/* Returns the line that is the marker, with a newline or at the file's end; NULL if
 * there is none. Sets *twice if there are several. */
static const char *
find_line(const char *text, size_t len, const char *marker, bool *twice)
{
	const char *at = text, *end = text + len, *found = NULL;
	size_t marker_len = strlen(marker) - 1;

	for (; at < end; at = line_end(at, end)) {
		if ((size_t)(end - at) < marker_len ||
		    memcmp(at, marker, marker_len) != 0 ||
		    (at + marker_len < end && at[marker_len] != '\n'))
			continue;
		*twice = *twice || found != NULL;
		found = at;
	}
	return found;
}

static int
keep(char **to, size_t *to_len, const char *from, size_t len)
{
	*to = malloc(len + 1);
	if (*to == NULL)
		return -1;
	memcpy(*to, from, len);
	*to_len = len;
	return 0;
}

static int
scan_others(struct section *section)
{
	if (objects_scan(section->before, section->before_len, &section->taken) != 0)
		return -1;
	return objects_scan(section->behind, section->behind_len, &section->taken);
}

int
section_read(struct section *section, const char *text, size_t len)
{
	bool twice = false;
	const char *begin = find_line(text, len, SECTION_BEGIN, &twice);
	const char *end = find_line(text, len, SECTION_END, &twice);
	const char *inner, *after = text + len;

	if (twice || (begin == NULL) != (end == NULL) || end < begin)
		return -2;
	if (begin == NULL)
		begin = inner = end = after;
	else {
		inner = line_end(begin, end);
		after = line_end(end, after);
	}
	if (keep(&section->before, &section->before_len, text,
	         (size_t)(begin - text)) != 0 ||
	    take_behind(section, inner, end, after, text + len) != 0)
		return -1;
	return scan_others(section);
}

/* Writing ------------------------------------------------------------------------------------ */

/* A walk over the hosts, by cluster and name. */
struct walk {
	struct section *section;
	struct section_count *count;
	FILE *out;
	const char *cluster; /* the cluster whose group was written last */
	bool failed;
};

/* Takes the name of a host that has one. The host is left out if the administrator
 * defines one of that name now, or it is a former one. */
static void
claim_old(const void *node, VISIT visit, void *context)
{
	struct section_host *host = *(struct section_host *const *)node;
	struct walk *walk = context;

	if ((visit != postorder && visit != leaf) || host->host_name == NULL)
		return;
	if (names_has(&walk->section->taken, "host", host->host_name)) {
		walk->count->others++;
		free(host->host_name);
		host->host_name = NULL;
		host->seen = false;
		return;
	}
	if (host->former && !host->seen) {
		walk->count->former++;
		free(host->host_name);
		host->host_name = NULL;
		return;
	}
	walk->count->unseen += !host->seen;
	walk->failed = walk->failed ||
	               names_add(&walk->section->taken, "ours", host->host_name) != 0;
}

/* Returns the host's own name; or NAME@CLUSTER where another cluster's host has that;
 * NULL where both are taken. */
static char *
choose(const struct walk *walk, const struct section_host *host)
{
	char longer[2 * OBJECTS_NAME];

	if (!names_has(&walk->section->taken, "ours", host->name))
		return strdup(host->name);
	snprintf(longer, sizeof(longer), "%s@%s", host->name, host->cluster);
	if (!objects_is_safe(longer) ||
	    names_has(&walk->section->taken, "ours", longer) ||
	    names_has(&walk->section->taken, "host", longer))
		return NULL;
	return strdup(longer);
}

/* Chooses a name for a host that is new. */
static void
claim_new(const void *node, VISIT visit, void *context)
{
	struct section_host *host = *(struct section_host *const *)node;
	struct walk *walk = context;

	if ((visit != postorder && visit != leaf) || host->host_name != NULL ||
	    !host->seen)
		return;
	if (names_has(&walk->section->taken, "host", host->name)) {
		walk->count->others++;
		return;
	}
	host->host_name = choose(walk, host);
	if (host->host_name == NULL) {
		walk->count->refused++;
		return;
	}
	walk->count->fresh++;
	walk->failed = walk->failed ||
	               names_add(&walk->section->taken, "ours", host->host_name) != 0;
}

static void
write_host(const void *node, VISIT visit, void *context)
{
	const struct section_host *host = *(struct section_host *const *)node;
	struct walk *walk = context;
	struct object_host object = {host->host_name, host->address, host->cluster,
	                             host->name, host->server};
	char group[2 * OBJECTS_NAME];

	if ((visit != postorder && visit != leaf) || host->host_name == NULL)
		return;
	if (walk->cluster == NULL || strcmp(walk->cluster, host->cluster) != 0) {
		walk->cluster = host->cluster;
		snprintf(group, sizeof(group), "sflow-cluster-%s", host->cluster);
		fputc('\n', walk->out);
		if (!names_has(&walk->section->taken, "hostgroup", group))
			objects_write_group(walk->out, host->cluster);
	}
	walk->count->hosts++;
	fputc('\n', walk->out);
	objects_write_host(walk->out, &object);
}

static void
write_text(FILE *out, const char *text, size_t len)
{
	if (len > 0)
		fwrite(text, 1, len, out);
}

int
section_write(struct section *section, bool alone, FILE *out,
              struct section_count *count)
{
	struct walk walk = {.section = section, .count = count, .out = out};

	memset(count, 0, sizeof(*count));
	twalk_r(section->hosts, claim_old, &walk);
	twalk_r(section->hosts, claim_new, &walk);
	if (!alone) {
		write_text(out, section->before, section->before_len);
		if (section->before_len > 0 &&
		    section->before[section->before_len - 1] != '\n')
			fputc('\n', out);
		fputs(SECTION_BEGIN, out);
	}
	twalk_r(section->hosts, write_host, &walk);
	if (!alone) {
		fputs("\n" SECTION_END, out);
		write_text(out, section->behind, section->behind_len);
	}
	return walk.failed ? -1 : 0;
}

void
section_free(struct section *section)
{
	free(section->before);
	free(section->behind);
	names_free(&section->taken);
	tdestroy(section->hosts, free_host);
	*section = (struct section){.before = NULL};
}

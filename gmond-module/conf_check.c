#include "gmond-module/conf_check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/near.h"
#include "gmond-module/conf_file.h"
#include "gmond-module/gmond.h"
#include "gmond-module/parameters.h"
#include "sflow/setting.h"

#define MODULE "sflow_module" /* the symbol by which gmond finds the module */
#define LIBRARY "modsflow.so"
#define DEPTH_MOST 16
#define PARAMS_MOST 256
#define FILES_MOST 8 /* parameters whose values are files */

extern mmodule sflow_module;

/* A word of the file, and where it is. */
struct place {
	char *text;
	char *file;
	unsigned line;
};

struct check {
	FILE *err;
	unsigned faults;
	unsigned items;             /* settings and sections that were read */
	char *sections[DEPTH_MOST]; /* the names of those that are open */
	unsigned depth;
	struct parameters parameters;
	/* The module { } that is being read, and the sFlow module's. */
	struct place module, name, path, ours;
	bool disabled;
	struct place folder;   /* globals { module_dir } */
	struct place udp_port; /* sflow { udp_port }, unless the module has its own */
	bool has_port;
	struct param {
		struct place name, value; /* value.file is NULL where it has none */
	} params[PARAMS_MOST];
	size_t param_count;
	struct place udp_ports[PARAMS_MOST]; /* of udp_recv_channels */
	size_t udp_port_count;
};

/* Places and faults ----------------------------------------------------------------- */

static void
place_free(struct place *place)
{
	free(place->text);
	free(place->file);
	*place = (struct place){0};
}

static void
place_set(struct place *place, const char *text, const struct conf_item *item)
{
	place_free(place);
	*place = (struct place){strdup(text), strdup(item->file), item->line};
	if (place->text == NULL || place->file == NULL)
		abort();
}

static void __attribute__((format(printf, 4, 5)))
fault(struct check *c, const char *file, unsigned line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fprintf(c->err, "%s:%u: ", file, line);
	vfprintf(c->err, format, arguments);
	fputc('\n', c->err);
	va_end(arguments);
	c->faults++;
}

static bool
is_in(const struct check *c, const char *outer, const char *inner)
{
	return c->depth == 2 && strcasecmp(c->sections[0], outer) == 0 &&
	       strcasecmp(c->sections[1], inner) == 0;
}

/* Whether the setting is the one that is called SECTION/SECTION/.../NAME. */
static bool
is(const struct check *c, const struct conf_item *item, const char *path)
{
	char own[256] = "";
	size_t len = 0;
	unsigned i;

	for (i = 0; i < c->depth && len < sizeof(own); i++)
		len += (size_t)snprintf(own + len, sizeof(own) - len, "%s/",
		                        c->sections[i]);
	if (len < sizeof(own))
		snprintf(own + len, sizeof(own) - len, "%s", item->name);
	return strcasecmp(own, path) == 0;
}

static bool
is_in_param(const struct check *c)
{
	return c->depth == 3 && strcasecmp(c->sections[0], "modules") == 0 &&
	       strcasecmp(c->sections[1], "module") == 0 &&
	       strcasecmp(c->sections[2], "param") == 0;
}

/* Metrics --------------------------------------------------------------------------- */

static void
check_metric(struct check *c, const struct conf_item *item)
{
	struct near near = {.asked = item->value};
	const Ganglia_25metric *metric;

	if (strncmp(item->value, "sflow_", 6) != 0)
		return;
	for (metric = sflow_module.metrics_info; metric->name != NULL; metric++) {
		if (strcmp(metric->name, item->value) == 0)
			return;
		near_offer(&near, metric->name);
	}
	fault(c, item->file, item->line,
	      "metric %s: the module has none of that name%s%s", item->value,
	      near_found(&near) != NULL ? ": perhaps " : "",
	      near_found(&near) != NULL ? near_found(&near) : "");
}

/* The module's section -------------------------------------------------------------- */

static void
check_path(struct check *c)
{
	const char *path = c->path.text;
	char whole[4096];

	if (path == NULL) {
		fault(c, c->module.file, c->module.line,
		      "module { }: its path is missing");
		return;
	}
	if (*path == '/')
		snprintf(whole, sizeof(whole), "%s", path);
	else
		snprintf(whole, sizeof(whole), "%s/%s",
		         c->folder.text != NULL ? c->folder.text : MODULE_FOLDER, path);
	if (access(whole, R_OK) != 0)
		fault(c, c->path.file, c->path.line, "path = \"%s\": %s", whole,
		      strerror(errno));
}

static void
check_param(struct check *c, const struct param *param)
{
	const struct param *other;
	char why[PARAMETER_FAULT];

	for (other = c->params; other < param; other++)
		if (strcasecmp(other->name.text, param->name.text) == 0)
			fault(c, param->name.file, param->name.line,
			      "param %s is there twice, before in %s:%u",
			      param->name.text, other->name.file, other->name.line);
	c->has_port = c->has_port || strcmp(param->name.text, "port") == 0;
	if (param->value.file == NULL)
		fault(c, param->name.file, param->name.line,
		      "param %s { }: its value is missing", param->name.text);
	else if (!parameters_set(&c->parameters, param->name.text, param->value.text,
	                         why))
		fault(c, param->value.file, param->value.line, "%s", why);
}

/* Judges the module's section, at its end. Parameters that are files come last. */
static void
check_module(struct check *c)
{
	size_t i;
	int files;

	if (c->ours.file != NULL)
		fault(c, c->module.file, c->module.line,
		      "a second module { name = \"" MODULE "\" }, after %s:%u",
		      c->ours.file, c->ours.line);
	if (c->name.text == NULL || strcmp(c->name.text, MODULE) != 0)
		fault(c, c->module.file, c->module.line,
		      "module { }: its name should be \"" MODULE "\"");
	if (c->disabled)
		fault(c, c->module.file, c->module.line,
		      "module { enabled = no }: gmond does not load it");
	check_path(c);
	for (files = 0; files <= 1; files++)
		for (i = 0; i < c->param_count; i++)
			if (parameters_is_file(c->params[i].name.text) == files)
				check_param(c, &c->params[i]);
	place_free(&c->ours);
	c->ours = c->module;
	c->module = (struct place){0};
}

static bool
is_ours(const struct check *c)
{
	const char *path = c->path.text, *slash;

	if (c->name.text != NULL && strcmp(c->name.text, MODULE) == 0)
		return true;
	slash = path == NULL ? NULL : strrchr(path, '/');
	return path != NULL && strcmp(slash == NULL ? path : slash + 1, LIBRARY) == 0;
}

static void
forget_module(struct check *c)
{
	while (c->param_count > 0) {
		c->param_count--;
		place_free(&c->params[c->param_count].name);
		place_free(&c->params[c->param_count].value);
	}
	place_free(&c->module);
	place_free(&c->name);
	place_free(&c->path);
	c->disabled = false;
}

/* What is read ---------------------------------------------------------------------- */

static void
on_section(void *context, const struct conf_item *item)
{
	struct check *c = context;

	c->items++;
	if (c->depth == 1 && strcasecmp(c->sections[0], "modules") == 0)
		place_set(&c->module, "", item);
	if (is_in(c, "modules", "module") && strcasecmp(item->name, "param") != 0)
		fault(c, item->file, item->line,
		      "%s %s { }: in a module, it should be "
		      "param",
		      item->name, item->value);
	else if (is_in(c, "modules", "module") && c->param_count < PARAMS_MOST)
		place_set(&c->params[c->param_count++].name, item->value, item);
	else if (strcasecmp(item->name, "param") == 0 && !is_in(c, "modules", "module"))
		fault(c, item->file, item->line,
		      "param %s { }: it belongs into module { }", item->value);
	c->sections[c->depth++] = strdup(item->name);
	if (c->sections[c->depth - 1] == NULL)
		abort();
}

static void
on_section_end(void *context)
{
	struct check *c = context;

	if (is_in(c, "modules", "module")) {
		if (is_ours(c))
			check_module(c);
		forget_module(c);
	}
	free(c->sections[--c->depth]);
}

static void
on_set(void *context, const struct conf_item *item)
{
	struct check *c = context;

	c->items++;
	if (is_in_param(c) && strcasecmp(item->name, "value") != 0)
		fault(c, item->file, item->line,
		      "%s = \"%s\": in a param, it should be value", item->name,
		      item->value);
	else if (is_in_param(c) && c->param_count > 0)
		place_set(&c->params[c->param_count - 1].value, item->value, item);
	else if (is(c, item, "modules/module/name"))
		place_set(&c->name, item->value, item);
	else if (is(c, item, "modules/module/path"))
		place_set(&c->path, item->value, item);
	else if (is(c, item, "modules/module/enabled"))
		c->disabled = cfg_parse_boolean(item->value) == 0;
	else if (is(c, item, "globals/module_dir"))
		place_set(&c->folder, item->value, item);
	else if (is(c, item, "sflow/udp_port"))
		place_set(&c->udp_port, item->value, item);
	else if (is(c, item, "collection_group/metric/name"))
		check_metric(c, item);
	else if (is(c, item, "udp_recv_channel/port") &&
	         c->udp_port_count < PARAMS_MOST)
		place_set(&c->udp_ports[c->udp_port_count++], item->value, item);
}

/* All of it ------------------------------------------------------------------------- */

/* Takes gmond's own port of sFlow, which the module has unless it is given one. */
static void
check_udp_port(struct check *c)
{
	char why[PARAMETER_FAULT];
	const char *reason;

	if (c->udp_port.text == NULL || c->has_port ||
	    parameters_set(&c->parameters, "port", c->udp_port.text, why))
		return;
	reason = strstr(why, "}: ");
	fault(c, c->udp_port.file, c->udp_port.line, "sflow { udp_port = %s %s",
	      c->udp_port.text, reason != NULL ? reason : why);
}

static void
check_udp_ports(struct check *c)
{
	size_t i;

	check_udp_port(c);
	for (i = 0; i < c->udp_port_count; i++) {
		const struct place *port = &c->udp_ports[i];

		if (strtoul(port->text, NULL, 10) == c->parameters.port)
			fault(c, port->file, port->line,
			      "udp_recv_channel { port = %s } takes the sFlow port for "
			      "gmond's own collector: remove that udp_recv_channel",
			      port->text);
	}
}

/* Has gmond's own code read the file, which ends its process where it can't. What it says
 * becomes one line. */
static void
check_with_gmond(struct check *c, const char *path)
{
	FILE *said = tmpfile();
	char line[512], all[1024] = "";
	int status = 0;
	pid_t child;

	fflush(NULL);
	child = said == NULL ? -1 : fork();
	if (child == 0) {
		apr_initialize();
		dup2(fileno(said), STDOUT_FILENO);
		dup2(fileno(said), STDERR_FILENO);
		Ganglia_gmond_config_create((char *)(uintptr_t)path, 0);
		_exit(EXIT_SUCCESS);
	}
	if (child > 0)
		waitpid(child, &status, 0);
	if (child < 0 || status != 0) {
		rewind(said);
		while (said != NULL && fgets(line, sizeof(line), said) != NULL) {
			line[strcspn(line, "\n")] = '\0';
			if (*line != '\0' &&
			    strlen(all) + strlen(line) + 3 < sizeof(all))
				strcat(strcat(all, *all != '\0' ? "; " : ""), line);
		}
		fprintf(c->err, "%s: gmond can't read it: %s\n", path, all);
		c->faults++;
	}
	if (said != NULL)
		fclose(said);
}

static void
check_whole(struct check *c, const char *path)
{
	check_udp_ports(c);
	if (c->items == 0)
		fault(c, path, 1, "nothing is set: the file is empty, or cut");
	else if (c->ours.file == NULL)
		fault(c, path, 1,
		      "there is no module { name = \"" MODULE "\" } in it: does it "
		      "include sflow.conf?");
	if (c->faults == 0)
		check_with_gmond(c, path);
}

unsigned
conf_check(const char *path, FILE *out, FILE *err)
{
	struct check *c = calloc(1, sizeof(*c));
	const struct conf_visitor visitor = {.section = on_section,
	                                     .section_end = on_section_end,
	                                     .set = on_set,
	                                     .context = c};
	char what[CONF_FAULT];
	unsigned faults;

	if (c == NULL)
		abort();
	c->err = err;
	parameters_begin(&c->parameters);
	if (conf_file_read(path, &visitor, what) == 0) {
		check_whole(c, path);
	} else {
		fprintf(err, "%s\n", what);
		c->faults++;
	}
	if (c->faults == 0)
		fprintf(out, "%s: the sFlow module in %s:%u is right\n", path,
		        c->ours.file, c->ours.line);
	while (c->depth > 0)
		free(c->sections[--c->depth]);
	while (c->udp_port_count > 0)
		place_free(&c->udp_ports[--c->udp_port_count]);
	forget_module(c);
	place_free(&c->ours);
	place_free(&c->folder);
	place_free(&c->udp_port);
	parameters_free(&c->parameters);
	faults = c->faults;
	free(c);
	return faults;
}

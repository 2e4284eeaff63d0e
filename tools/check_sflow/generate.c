#include "tools/check_sflow/generate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "tools/check_sflow/files.h"
#include "tools/check_sflow/report.h"
#include "tools/daemon.h"

#define FAULT (DAEMON_FAULT / 2)
#define OF_SERVERS "load_one" /* a host that has it is a server, and no switch */

/* Hosts of Ganglia ----------------------------------------------------------------- */

static bool
is_address(const char *text)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, text, bytes) == 1 ||
	       inet_pton(AF_INET6, text, bytes) == 1;
}

bool
generate_address(const char *from, char *to, size_t size)
{
	size_t i;

	if (strlen(from) >= size)
		return false;
	strcpy(to, from);
	if (is_address(to))
		return true;
	for (i = 0; to[i] != '\0'; i++)
		if (to[i] == '-')
			to[i] = ':';
	return is_address(to);
}

/* Takes a host that Ganglia has. Its address may have changed since the last run. */
static bool
take_host(struct generate *generate, const struct ganglia_host *from)
{
	struct section_host *host =
	    section_host(&generate->section, from->cluster, from->name);
	char address[INET6_ADDRSTRLEN];
	char *copy;

	if (host == NULL)
		return false;
	copy = strdup(generate_address(from->address, address, sizeof(address))
	                  ? address
	                  : from->name);
	if (copy == NULL)
		return false;
	free(host->address);
	host->address = copy;
	host->seen = true;
	generate->host = host;
	return true;
}

static bool
on_host(void *context, const struct ganglia_host *host, bool *metrics)
{
	struct generate *generate = context;

	*metrics = false;
	generate->host = NULL;
	if (!options_wants(generate->options, host))
		return true;
	if (!objects_is_safe(host->name) || !objects_is_safe(host->cluster))
		generate->unsafe++;
	else if (take_host(generate, host))
		generate->seen++;
	else
		generate->failed = true;
	*metrics = generate->host != NULL;
	return !generate->failed;
}

static bool
on_metric(void *context, const struct ganglia_host *host,
          const struct ganglia_metric *metric)
{
	struct generate *generate = context;

	(void)host;
	if (strcmp(metric->name, OF_SERVERS) == 0)
		generate->host->server = true;
	return true;
}

/* A former name that the file has as a host is taken out of it. */
static bool
on_former(void *context, const struct ganglia_former *former)
{
	struct generate *generate = context;
	const struct ganglia_host as_host = {.cluster = former->cluster,
	                                     .name = former->was};
	struct section_host *host;

	if (!options_wants(generate->options, &as_host))
		return true;
	host = section_host(&generate->section, former->cluster, former->was);
	if (host != NULL)
		host->former = true;
	else
		generate->failed = true;
	return host != NULL;
}

void
generate_begin(struct generate *generate, struct ganglia_visitor *visitor)
{
	(void)generate;
	*visitor = (struct ganglia_visitor){.host = on_host,
	                                    .metric = on_metric,
	                                    .former = on_former,
	                                    .context = generate};
}

/* Reading and writing the file ----------------------------------------------------- */

/* Reads the file as it is. */
static int
read_old(struct generate *generate, char **old, size_t *old_len, char fault[FAULT])
{
	const char *path = generate->options->output;
	int status;

	*old = path != NULL ? files_read(path, old_len) : calloc(1, 1);
	if (*old == NULL) {
		snprintf(fault, FAULT, "%s: %s", path != NULL ? path : "stdout",
		         strerror(errno));
		return -1;
	}
	status = section_read(&generate->section, *old, *old_len);
	if (status != 0)
		snprintf(fault, FAULT, "%s: %s", path != NULL ? path : "stdout",
		         status == -1 ? "no memory"
		                      : "its BEGIN and END lines are not there "
		                        "once, in this order");
	return status;
}

static int
read_except(struct generate *generate, char fault[FAULT])
{
	const struct options *options = generate->options;
	size_t i;

	for (i = 0; i < options->except_count; i++) {
		errno = ENOMEM;
		if (files_scan(options->except[i], options->output,
		               &generate->section.taken) != 0) {
			snprintf(fault, FAULT, "%s: %s", options->except[i],
			         strerror(errno));
			return -1;
		}
	}
	return 0;
}

static int
read_hosts(struct generate *generate, char fault[FAULT])
{
	const struct options *options = generate->options;
	struct daemon_query query = {
	    .cluster = options->ignore_case ? NULL : options->cluster, .former = true};
	struct ganglia_visitor visitor;
	char reason[DAEMON_FAULT];

	generate_begin(generate, &visitor);
	if (daemon_read(&options->server, &query, &visitor,
	                clock_ms() + (int64_t)options->timeout_s * 1000,
	                reason) != DAEMON_DONE) {
		snprintf(fault, FAULT, "%.*s", FAULT - 1, reason);
		return -1;
	}
	if (generate->failed)
		snprintf(fault, FAULT, "no memory");
	return generate->failed ? -1 : 0;
}

/* Prints the line that says what was done. Returns the state. */
static enum check_state
tell(const struct generate *generate, const struct section_count *count, bool changed)
{
	const struct options *options = generate->options;
	enum check_state state = CHECK_OK;
	FILE *out = options->output != NULL ? stdout : stderr;

	if (generate->unsafe + count->refused > 0)
		state = CHECK_WARNING;
	fprintf(out,
	        "SFLOW %s - %zu hosts%s, %zu new, %zu kept that are not seen "
	        "now, %zu defined elsewhere",
	        check_state_name(state), count->hosts,
	        options->output == NULL ? ""
	        : changed               ? " written"
	                                : ", the file is as it was",
	        count->fresh, count->unseen, count->others);
	if (count->former > 0)
		fprintf(out, ", %zu taken out that were renamed or removed",
		        count->former);
	if (generate->unsafe > 0)
		fprintf(out, ", %zu left out for characters in their names",
		        generate->unsafe);
	if (count->refused > 0)
		fprintf(out, ", %zu left out for names that others have",
		        count->refused);
	fputc('\n', out);
	return fflush(out) == 0 ? state : CHECK_UNKNOWN;
}

/* Writes the text to the file if it has changed, or to stdout. */
static int
deliver(const struct options *options, const char *text, size_t len, bool changed,
        char fault[FAULT])
{
	errno = 0;
	if (options->output == NULL) {
		if (fwrite(text, 1, len, stdout) == len && fflush(stdout) == 0)
			return 0;
	} else if (!changed || files_replace(options->output, text, len) == 0) {
		return 0;
	}
	snprintf(fault, FAULT, "%s: %s",
	         options->output != NULL ? options->output : "stdout", strerror(errno));
	return -1;
}

/* Returns the text that the file is to have; NULL without memory. */
static char *
make_new(struct generate *generate, size_t *len, struct section_count *count)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);
	int status;

	if (out == NULL)
		return NULL;
	status = section_write(&generate->section, generate->options->output == NULL,
	                       out, count);
	if (fclose(out) == 0 && status == 0)
		return text;
	free(text);
	return NULL;
}

static enum check_state
write_new(struct generate *generate, const char *old, size_t old_len, char fault[FAULT])
{
	struct section_count count;
	size_t len = 0;
	char *text = make_new(generate, &len, &count);
	enum check_state state = CHECK_CRITICAL;
	bool changed;

	if (text == NULL) {
		snprintf(fault, FAULT, "no memory");
		return CHECK_UNKNOWN;
	}
	changed = len != old_len || memcmp(text, old, len) != 0;
	if (deliver(generate->options, text, len, changed, fault) == 0)
		state = tell(generate, &count, changed);
	free(text);
	return state;
}

enum check_state
generate_run(const struct options *options)
{
	struct generate generate = {.options = options};
	enum check_state state = CHECK_UNKNOWN;
	char fault[FAULT] = "no memory";
	char *old = NULL;
	size_t old_len = 0;

	if (read_old(&generate, &old, &old_len, fault) == 0 &&
	    read_except(&generate, fault) == 0 && read_hosts(&generate, fault) == 0) {
		snprintf(fault, FAULT, "no host is there");
		state = options->absent;
		if (generate.seen + generate.unsafe > 0) {
			*fault = '\0';
			state = write_new(&generate, old, old_len, fault);
		}
	}
	section_free(&generate.section);
	free(old);
	if (*fault != '\0')
		report_fault(options->output != NULL ? stdout : stderr, state, fault);
	return state;
}

#include "tools/check_sflow/options_check.h"

static int
check_generate(struct options_reader *reader)
{
	struct options *options = reader->options;

	options->mode = MODE_GENERATE;
	if (options->wish_count > 0 || thresholds_are_set(&options->common) ||
	    options->top > 0)
		return options_wrong(reader, "--generate-hosts judges nothing");
	return -1;
}

static int
check_wishes(struct options_reader *reader)
{
	struct options *options = reader->options;

	if (options->output != NULL || options->except_count > 0)
		return options_wrong(reader, "--output and --except are for "
		                             "--generate-hosts");
	if (options->wish_count == 0)
		return options_wrong(reader, "one of --heartbeat, --metric, "
		                             "--all-metrics, --hosts-down or "
		                             "--generate-hosts has to be given");
	if (reader->hosts_down && options->wish_count > 1)
		return options_wrong(reader, "--hosts-down stands alone");
	if (reader->hosts_down)
		options->mode = MODE_HOSTS_DOWN;
	return -1;
}

static int
check_target(struct options_reader *reader)
{
	const struct options *options = reader->options;

	if (options->host != NULL && options->host_regex != NULL)
		return options_wrong(reader, "--host or --host-regex, not both");
	if (options->host != NULL && options->mode != MODE_VALUES)
		return options_wrong(reader, "--host is one host: this is about many");
	if (options->host != NULL && options->top > 0)
		return options_wrong(reader, "--host is one host: --top is about many");
	if (options->mode == MODE_VALUES && options->host == NULL &&
	    options->host_regex == NULL && options->cluster == NULL)
		return options_wrong(reader, "which host? --host, --host-regex or "
		                             "--cluster has to be given");
	return -1;
}

/* Of a metric, less may be worse; not of hosts that are down, or of an age. */
static int
wrong_way_round(struct options_reader *reader, const struct wish *wish)
{
	const char *warning = wish->thresholds.warning.text;
	const char *critical = wish->thresholds.critical.text;

	if (wish->kind == WISH_DOWN || wish->kind == WISH_HEARTBEAT)
		return options_wrong(
		    reader,
		    "-w %s -c %s: nothing would ever be WARNING; is it "
		    "-w %s -c %s?",
		    warning, critical, critical, warning);
	return options_wrong(reader,
	                     "-w %s -c %s: nothing would ever be WARNING; "
	                     "where less is worse it is -w %s: -c %s:",
	                     warning, critical, warning, critical);
}

/* Refuses a second heartbeat, a percentage as the threshold of a metric, and two numbers
 * that are the wrong way round. */
static int
check_wish(struct options_reader *reader, const struct wish *wish, bool *heartbeat)
{
	const struct thresholds *thresholds = &wish->thresholds;

	if (wish->kind == WISH_HEARTBEAT && *heartbeat)
		return options_wrong(reader, "--heartbeat is given twice");
	*heartbeat = *heartbeat || wish->kind == WISH_HEARTBEAT;
	if (wish->kind != WISH_DOWN &&
	    (thresholds->warning.percent || thresholds->critical.percent))
		return options_wrong(reader, "only --hosts-down has thresholds in %%");
	if (range_is_most(&thresholds->warning) &&
	    range_is_most(&thresholds->critical) &&
	    thresholds->warning.percent == thresholds->critical.percent &&
	    thresholds->critical.to < thresholds->warning.to)
		return wrong_way_round(reader, wish);
	return -1;
}

/* Refuses a wish without thresholds while another wish has some, because that is
 * probably a mistake. The heartbeat is judged without thresholds, too. */
static int
check_silent(struct options_reader *reader)
{
	const struct options *options = reader->options;
	const struct wish *silent = NULL;
	bool judged = false;
	size_t i;

	for (i = 0; i < options->wish_count; i++) {
		const struct wish *wish = &options->wishes[i];

		if (thresholds_are_set(&wish->thresholds))
			judged = true;
		else if (wish->kind != WISH_HEARTBEAT && silent == NULL)
			silent = wish;
	}
	if (judged && silent != NULL && options->wishes[0].kind != WISH_DOWN)
		return options_wrong(reader,
		                     "%s has neither -w nor -c, and others do: "
		                     "say ~: for no threshold",
		                     silent->name);
	return -1;
}

/* Gives the thresholds that stand before all wishes to those that have none of their
 * own. A heartbeat beside metrics gets none: it is in seconds, and they are not. */
static int
share_thresholds(struct options_reader *reader)
{
	struct options *options = reader->options;
	size_t i;

	if (!thresholds_are_set(&options->common))
		return -1;
	for (i = 0; i < options->wish_count; i++) {
		struct wish *wish = &options->wishes[i];

		if (wish->kind == WISH_HEARTBEAT && options->wish_count > 1)
			continue;
		if (!thresholds_are_set(&wish->thresholds))
			wish->thresholds = options->common;
	}
	return -1;
}

static int
compile(const struct options_reader *reader, const char *text, regex_t *pattern)
{
	int flags = REG_EXTENDED | REG_NOSUB, fault;
	char reason[128];

	if (reader->options->ignore_case)
		flags |= REG_ICASE;
	fault = regcomp(pattern, text, flags);
	if (fault == 0)
		return -1;
	regerror(fault, pattern, reason, sizeof(reason));
	return options_wrong(reader, "%s: %s", text, reason);
}

/* Compiles the regular expressions. This comes last, so that there is nothing to free
 * when something else is wrong. */
static int
compile_all(struct options_reader *reader)
{
	struct options *options = reader->options;
	int status = -1;
	size_t i;

	if (options->host_regex != NULL)
		status = compile(reader, options->host_regex, &options->host_pattern);
	if (status >= 0) {
		options->host_regex = NULL;
		options->wish_count = 0;
	}
	for (i = 0; i < options->wish_count; i++) {
		struct wish *wish = &options->wishes[i];

		if (wish->kind != WISH_PATTERN)
			continue;
		status = compile(reader, wish->name, &wish->pattern);
		if (status >= 0)
			options->wish_count = i;
	}
	if (status >= 0)
		options_free(options);
	return status;
}

int
options_check(struct options_reader *reader)
{
	struct options *options = reader->options;
	bool heartbeat = false;
	int status;
	size_t i;

	status = reader->generate ? check_generate(reader) : check_wishes(reader);
	if (status < 0)
		status = check_target(reader);
	if (status < 0)
		status = share_thresholds(reader);
	for (i = 0; i < options->wish_count && status < 0; i++)
		status = check_wish(reader, &options->wishes[i], &heartbeat);
	if (status < 0)
		status = check_silent(reader);
	return status < 0 ? compile_all(reader) : status;
}

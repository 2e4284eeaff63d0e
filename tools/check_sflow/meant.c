#include "tools/check_sflow/meant.h"

void
meant_begin(struct check *check)
{
	check->near_host.asked = check->options->host;
}

void
meant_note_host(struct check *check, const char *name)
{
	near_offer(&check->near_host, name);
}

void
meant_begin_host(struct check *check)
{
	const struct options *options = check->options;
	size_t i;

	for (i = 0; i < options->wish_count && options_one_host(options); i++)
		check->near_metrics[i] =
		    (struct near){.asked = options->wishes[i].name};
}

void
meant_note_metric(struct check *check, const char *name)
{
	const struct options *options = check->options;
	size_t i;

	for (i = 0; i < options->wish_count && options_one_host(options); i++)
		if (options->wishes[i].kind == WISH_METRIC)
			near_offer(&check->near_metrics[i], name);
}

/* For tests that make a configuration by hand. */
#include <stddef.h>

#include "gmetad-bridge/config.h"

struct config *
config_hold(const struct config *config)
{
	union {
		const struct config *in;
		struct config *out;
	} both = {.in = config};

	return both.out;
}

void
config_release(const struct config *config)
{
	(void)config;
}

char *const *
config_archives(const struct config *config, const char *metric)
{
	size_t i;

	for (i = 0; i < config->rrd.rule_count; i++)
		if (regexec(&config->rrd.rules[i].metrics, metric, 0, NULL, 0) ==
		    0)
			return config->rrd.rules[i].no_rrd
			           ? NULL
			           : config->rrd.rules[i].archives;
	return config->rrd.archives;
}

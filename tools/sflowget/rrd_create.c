#include "tools/sflowget/rrd_create.h"

#include <stdlib.h>
#include <string.h>

#include "tools/sflowget/escape.h"
#include "tools/sflowget/fields.h"

#define LONG_NAME 1024
#define NUMBER 12 /* bytes of a suffix such as "_2" */
#define MINUTE 60
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* Two days of all values, two weeks of quarters of an hour, two years of six hours. */
static const struct {
	unsigned each_s, all_s;
	const char *functions[3]; /* and a NULL */
} archives[] = {
    {1, 2 * DAY, {"AVERAGE"}},
    {15 * MINUTE, 14 * DAY, {"AVERAGE", "MAX"}},
    {6 * HOUR, 730 * DAY, {"AVERAGE", "MAX"}},
};

/* Makes a name of the end of the metric's name, which tells metrics apart better than
 * its beginning: "swp1.bytes_in". */
static void
base_name(const char *metric, char name[RRD_NAME])
{
	char all[LONG_NAME];
	size_t len;

	plain_name(metric, "_", true, all, sizeof(all));
	len = strlen(all);
	strcpy(name, len < RRD_NAME ? all : all + len - (RRD_NAME - 1));
}

static bool
is_taken(char (*names)[RRD_NAME], size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(names[i], names[count]) == 0)
			return true;
	return false;
}

void
rrd_names(char *const *metrics, size_t count, char (*names)[RRD_NAME])
{
	char base[RRD_NAME], number[NUMBER];
	unsigned n;
	size_t i;
	int len;

	for (i = 0; i < count; i++) {
		base_name(metrics[i], base);
		strcpy(names[i], base);
		for (n = 2; is_taken(names, i); n++) {
			len = snprintf(number, sizeof(number), "_%u", n);
			base[RRD_NAME - 1 - len] = '\0';
			strcpy(names[i], base);
			strcat(names[i], number);
		}
	}
}

static void
put_archives(FILE *out, unsigned step_s)
{
	size_t i, j;

	for (i = 0; i < sizeof(archives) / sizeof(archives[0]); i++) {
		unsigned steps = archives[i].each_s / step_s;

		steps = steps < 1 ? 1 : steps;
		for (j = 0; archives[i].functions[j] != NULL; j++)
			fprintf(out, " RRA:%s:0.5:%u:%u", archives[i].functions[j],
			        steps, archives[i].all_s / (steps * step_s) + 1);
	}
}

bool
rrd_create(FILE *out, const char *file, char *const *metrics, size_t count,
           unsigned step_s)
{
	char(*names)[RRD_NAME] = calloc(count, RRD_NAME);
	size_t i;

	if (names == NULL)
		return false;
	rrd_names(metrics, count, names);
	fputs("rrdtool create ", out);
	put_shell(out, file);
	fprintf(out, " --step %u", step_s);
	for (i = 0; i < count; i++) {
		bool counter = fields_is_counter(metrics[i]);

		fprintf(out, " DS:%s:%s:%u:%s:U", names[i],
		        counter ? "DERIVE" : "GAUGE", 2 * step_s, counter ? "0" : "U");
	}
	put_archives(out, step_s);
	putc('\n', out);
	free(names);
	return true;
}

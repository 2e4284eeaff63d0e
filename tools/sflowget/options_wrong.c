#include <limits.h>
#include <stdarg.h>
#include <string.h>

#include "common/near.h"
#include "tools/sflowget/options_table.h"

int
options_wrong(FILE *err, const char *format, ...)
{
	va_list arguments;

	fputs("sflowget: ", err);
	va_start(arguments, format);
	vfprintf(err, format, arguments);
	va_end(arguments);
	fputs("\nsflowget --help says more.\n", err);
	return STATUS_USAGE;
}

/* Returns the row of the option that getopt_long() gave as `letter`; NULL: it has none. */
static const struct option_row *
row_of(int letter)
{
	const struct option_row *row;
	size_t i;

	for (i = 0; (row = options_row(i)) != NULL && row->option.val != letter; i++)
		;
	return row;
}

/* Says that there is no option of that name, and which one may be meant. `forms` is
 * getopt_long()'s table. */
static int
no_such_option(FILE *err, const char *word, const struct option *forms)
{
	struct near near = {.asked = word + 2};
	const char *longer = NULL;
	size_t len = strcspn(word + 2, "=");
	char name[NEAR_NAME] = "";

	if (len < sizeof(name)) {
		memcpy(name, word + 2, len);
		near.asked = name;
	}
	for (; forms->name != NULL; forms++) {
		if (strcmp(forms->name, near.asked) == 0)
			return options_wrong(err, "--%s takes no value", forms->name);
		if (len > 0 && strncmp(forms->name, near.asked, len) == 0)
			longer = forms->name;
		near_offer(&near, forms->name);
	}
	if (longer != NULL)
		return options_wrong(err,
		                     "%s: that is the beginning of several options, "
		                     "such as --%s",
		                     word, longer);
	if (near_found(&near) != NULL)
		return options_wrong(err, "%s: there is no such option; is it --%s?",
		                     word, near_found(&near));
	return options_wrong(err, "%s: there is no such option", word);
}

int
options_wrong_option(FILE *err, int letter, char **argv, const struct option *forms)
{
	const struct option_row *row = row_of(optopt);
	const char *word = argv[optind - 1];
	bool is_long = strncmp(word, "--", 2) == 0;

	if (letter == ':' && row != NULL)
		return options_wrong(err, "--%s: its %s is missing", row->option.name,
		                     row->argument);
	if (is_long && (optopt == 0 || optopt > UCHAR_MAX || word[2] != '\0'))
		return no_such_option(err, word, forms);
	return options_wrong(err, "-%c: there is no such option", optopt);
}

int
options_wrong_value(FILE *err, int letter)
{
	const struct option_row *row = row_of(letter);
	const char *wanted = row->argument;

	wanted += strspn(wanted, "[="); /* "[=SECONDS]" */
	return options_wrong(err, "--%s=%s: that is no %.*s", row->option.name, optarg,
	                     (int)(strlen(wanted) - (*row->argument == '[')), wanted);
}

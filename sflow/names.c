#include "sflow/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "sflow/text.h"

#define BLANKS " \t\r"

struct named_address {
	struct address address;
	char name[TEXT_SIZE];
	UT_hash_handle hh;
};

struct name_list {
	struct named_address *names;
};

struct name_list *
name_list_new(void)
{
	return calloc(1, sizeof(struct name_list));
}

void
name_list_free(struct name_list *list)
{
	struct named_address *named, *next;

	if (list == NULL)
		return;
	HASH_ITER(hh, list->names, named, next) {
		HASH_DEL(list->names, named);
		free(named);
	}
	free(list);
}

/* Adds a name for an address. Returns 0; 1 when address or name is wrong; -1 without
 * memory. */
static int
add_pair(struct name_list *list, const char *address, const char *name)
{
	struct named_address *named, *found;

	named = calloc(1, sizeof(*named));
	if (named == NULL)
		return -1;
	if (address_parse(address, &named->address) != 0 ||
	    text_name((const uint8_t *)name, strlen(name), named->name) == 0) {
		free(named);
		return 1;
	}
	HASH_FIND(hh, list->names, &named->address, sizeof(named->address), found);
	if (found != NULL)
		free(named);
	else
		HASH_ADD(hh, list->names, address, sizeof(named->address), named);
	return 0;
}

static int
add_line(struct name_list *list, char *line)
{
	char *address, *name, *rest = NULL;

	line[strcspn(line, "#")] = '\0';
	address = strtok_r(line, BLANKS "=", &rest);
	if (address == NULL)
		return 0;
	name = strtok_r(NULL, BLANKS "=", &rest);
	return name == NULL ? 1 : add_pair(list, address, name);
}

int
name_list_add(struct name_list *list, const char *text)
{
	char *copy = strdup(text), *rest = copy, *line;
	int number = 0, result = 0;

	if (copy == NULL)
		return -1;
	while (result == 0 && (line = strsep(&rest, "\n")) != NULL) {
		number++;
		result = add_line(list, line);
	}
	free(copy);
	return result > 0 ? number : result;
}

/* Adds "ADDRESS = NAME". Returns as add_pair() does. */
static int
add_setting(struct name_list *list, char *pair, char why[NAME_LIST_WHY])
{
	char *address, *name, *more, *rest = NULL;
	char harmless[TEXT_SIZE];

	pair[strcspn(pair, "#")] = '\0';
	address = strtok_r(pair, BLANKS "=", &rest);
	name = address == NULL ? NULL : strtok_r(NULL, BLANKS "=", &rest);
	more = name == NULL ? NULL : strtok_r(NULL, BLANKS "=", &rest);
	if (address == NULL)
		return 0;
	if (name == NULL)
		return 1;
	if (more != NULL)
		snprintf(why, NAME_LIST_WHY, "behind the name %.40s comes %.40s", name,
		         more);
	else if (text_name((const uint8_t *)name, strlen(name), harmless) == 0 ||
	         strcmp(name, harmless) != 0)
		snprintf(why, NAME_LIST_WHY, "%.40s can't be a host's name", name);
	return why[0] != '\0' ? 1 : add_pair(list, address, name);
}

int
name_list_add_settings(struct name_list *list, const char *text,
                       char why[NAME_LIST_WHY])
{
	char *copy = strdup(text), *rest = copy, *pair;
	int result = 0;

	why[0] = '\0';
	if (copy == NULL)
		return -1;
	while (result == 0 && (pair = strsep(&rest, ",\n")) != NULL)
		result = add_setting(list, pair, why);
	free(copy);
	return result;
}

const char *
name_list_find(const struct name_list *list, const struct address *address)
{
	struct named_address *named;

	if (list == NULL)
		return NULL;
	HASH_FIND(hh, list->names, address, sizeof(*address), named);
	return named == NULL ? NULL : named->name;
}

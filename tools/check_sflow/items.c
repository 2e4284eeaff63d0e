#include "tools/check_sflow/items.h"

#include <string.h>

#include "common/utf8.h"

/* Whether a character may stay in a text. Of the others, some mean something to Nagios
 * ("|"), and some to the shells to which it may hand its plugins' output. */
static bool
is_harmless(uint32_t c, const char *also)
{
	switch (c) {
	case ' ':
	case '.':
	case '_':
	case ':':
	case '/':
	case '@':
	case '%':
	case '+':
	case ',':
	case '=':
	case '-':
		return true;
	default:
		return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		       (c >= 'A' && c <= 'Z') ||
		       (c < 0x80 && strchr(also, (int)c) != NULL);
	}
}

static void
put_harmless(char *to, size_t size, const char *from, const char *also)
{
	size_t n = 0;
	uint32_t c;

	while (n < size - 1 && (c = utf8_next(&from)) != 0)
		to[n++] = is_harmless(c, also) ? (char)c : '_';
	to[n] = '\0';
}

void
item_text(char *to, size_t size, const char *from)
{
	put_harmless(to, size, from, "");
}

void
item_own_text(char *to, size_t size, const char *from)
{
	put_harmless(to, size, from, "'()?");
}

/* Returns the last one of the least bad items. */
static struct item *
least(struct items *items)
{
	struct item *found = &items->kept[0];
	size_t i;

	for (i = 1; i < items->count; i++)
		if (check_state_weight(items->kept[i].state) <=
		    check_state_weight(found->state))
			found = &items->kept[i];
	return found;
}

void
items_add(struct items *items, const struct item *item)
{
	struct item *worse;

	items->in_state[item->state]++;
	if (items->count < ITEMS) {
		items->kept[items->count++] = *item;
		return;
	}
	items->left_out++;
	worse = least(items);
	if (check_state_weight(item->state) > check_state_weight(worse->state))
		*worse = *item;
}

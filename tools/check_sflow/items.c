#include "tools/check_sflow/items.h"

#include <string.h>

/* Returns where a text of at most `len` bytes ends without cutting a character of
 * UTF-8. */
static size_t
cut(const char *text, size_t len)
{
	while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
		len--;
	return len;
}

void
item_text(char *to, size_t size, const char *from)
{
	size_t len = strlen(from), i;

	if (len >= size)
		len = cut(from, size - 1);
	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)from[i];

		to[i] = c < ' ' || c == 0x7F || c == '|' ? '_' : (char)c;
	}
	to[len] = '\0';
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

void
top_add(struct top *top, size_t most, const char *host, double number,
        const struct ganglia_metric *metric)
{
	size_t at = top->count;

	while (at > 0 && top->hosts[at - 1].number < number)
		at--;
	if (at >= most)
		return;
	if (top->count < most)
		top->count++;
	memmove(&top->hosts[at + 1], &top->hosts[at],
	        (top->count - 1 - at) * sizeof(top->hosts[0]));
	top->hosts[at].number = number;
	item_text(top->hosts[at].host, sizeof(top->hosts[at].host), host);
	item_text(top->hosts[at].value, sizeof(top->hosts[at].value), metric->value);
	item_text(top->hosts[at].units, sizeof(top->hosts[at].units), metric->units);
}

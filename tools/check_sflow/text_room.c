#include "tools/check_sflow/text_room.h"

#include <stdarg.h>
#include <stdio.h>

bool
text_put(struct text_room *text, const char *format, ...)
{
	size_t room = text->size - text->len;
	va_list list;
	int len;

	va_start(list, format);
	len = vsnprintf(text->bytes + text->len, room, format, list);
	va_end(list);
	if (len < 0 || (size_t)len >= room) {
		text->bytes[text->len] = '\0';
		text->left_out++;
		return false;
	}
	text->len += (size_t)len;
	text->taken++;
	return true;
}

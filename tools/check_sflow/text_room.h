/* text_room.h - a text of bounded size, which takes a piece as a whole or not at all. */
#ifndef CHECK_TEXT_ROOM_H
#define CHECK_TEXT_ROOM_H

#include <stdbool.h>
#include <stddef.h>

struct text_room {
	char *bytes; /* the caller's, with a NUL */
	size_t len, size;
	size_t taken, left_out; /* pieces */
};

/* Appends a piece, like printf(). Returns false where there is no room for it. */
bool text_put(struct text_room *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif

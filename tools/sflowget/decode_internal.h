/* decode_internal.h - what these files share: decode.c walks over a datagram and its
 * fields, decode_value.c and decode_packet.c make values of them, and a printer,
 * decode_text.c or decode_json.c, prints these.
 */
#ifndef SFLOWGET_DECODE_INTERNAL_H
#define SFLOWGET_DECODE_INTERNAL_H

#include "common/json.h"
#include "sflow/wire/cursor.h"
#include "sflow/wire/records.h"
#include "tools/sflowget/decode.h"
#include "tools/number.h"

#define DECODE_PATH 128 /* bytes of "structure.list[12].list[3]", with its NUL */
#define DECODE_PLAIN NUMBER_TEXT /* bytes of a number or an address, with its NUL */
#define DECODE_WHEN 40           /* bytes of a time, with its NUL */

enum shown_as {
	SHOWN_NUMBER, /* the number in `plain` */
	SHOWN_WORD,   /* the text in `plain`, such as an address */
	SHOWN_TEXT,   /* `bytes`, a text, which may have any characters */
	SHOWN_HEX     /* `bytes`, which are no text */
};

/* A value as it is printed. */
struct shown {
	enum shown_as as;
	char plain[DECODE_PLAIN];
	const uint8_t *bytes;
	size_t len;
	char about[TEXT_SIZE]; /* the meaning of the number; "": none */
};

/* A datagram, a sample or a record. */
struct block {
	uint32_t tag;          /* 0: a datagram */
	const char *structure; /* NULL: not known */
	size_t len;
};

struct printer {
	void (*block)(struct decode *d, const struct block *block);
	void (*block_end)(struct decode *d);
	/* Begins an object '{' or a list '['. An object in a list has no name (NULL). */
	void (*open)(struct decode *d, const char *name, char bracket);
	void (*close)(struct decode *d, char bracket);
	/* Prints a value. The name is "" where the value is an element of a list. */
	void (*value)(struct decode *d, const char *name, const struct shown *shown);
	void (*rest)(struct decode *d, const uint8_t *bytes, size_t len);
	void (*note)(struct decode *d, const char *text);
};

extern const struct printer text_printer;
extern const struct printer json_printer;

struct decode {
	FILE *out;
	const struct printer *print;
	/* of the datagram: */
	char when[DECODE_WHEN];
	char from[ADDRESS_TEXT]; /* "": not known */
	/* where the walk is: */
	char path[DECODE_PATH]; /* of the structure or list that has the value */
	unsigned depth;         /* of the block */
	struct json json;
};

/* Makes what is shown of a field's value. The field must not be one that has others in
 * it. */
void shown_of(const struct field *field, const struct field_value *value,
              struct shown *shown);

/* Sets a number or a word, like printf(). */
void shown_print(struct shown *shown, enum shown_as as, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Prints bytes as hexadecimal digits. */
void put_hex(FILE *out, const uint8_t *bytes, size_t len);

/* Append ".name" or "[place]" to the path. Return the mark for path_leave(), which cuts
 * the path there. */
size_t path_enter(struct decode *d, const char *name);
size_t path_enter_place(struct decode *d, uint32_t place);
void path_leave(struct decode *d, size_t mark);

/* Prints the headers with which sampled bytes begin, as an object "packet". */
void decode_packet(struct decode *d, uint32_t protocol, const uint8_t *bytes,
                   size_t len);

#endif

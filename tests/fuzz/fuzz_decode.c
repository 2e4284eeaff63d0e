/* A datagram, whatever it is, as sflowget --decode prints it: the output of both forms
 * is bounded by the datagram's length and well formed, they agree, and what follows is
 * printed as if nothing had been before. All of an input is one datagram. */
#include "tests/fuzz/fuzz.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/sflowget/decode.h"

#define DEPTH 32

/* Most that a byte becomes (a word of a list is "NAME[1234].NAME[1234] 1\n"), and what
 * a datagram has beside them. */
#define PER_BYTE 64
#define BESIDE 4096

const char fuzz_name[] = "decode";

/* Formats, counts and lengths. */
size_t
fuzz_word(uint32_t random, uint8_t word[FUZZ_WORD])
{
	static const uint32_t words[] = {
	    0,        1,        2,          3,          4,         5,      6,
	    7,        8,        10,         12,         16,        20,     24,
	    28,       64,       1001,       1002,       1003,      1004,   1005,
	    1006,     1007,     1012,       1014,       1032,      2000,   2001,
	    2003,     2100,     2206,       0x800,      0x86dd,    0x8100, 17613802,
	    17613803, 18075650, 0x7fffffff, 0xfffffffc, 0xffffffff};

	return fuzz_number(words[random % (sizeof(words) / sizeof(*words))], word);
}

/* A string, from its quote to the one that ends it. */
static const char *
check_string(const char *at)
{
	for (at++; *at != '"'; at++) {
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			fuzz_broken("a string has no control characters", at);
		if (*at == '\\' && strchr("\"\\u", *++at) == NULL)
			fuzz_broken("an escape is one", at);
	}
	return at + 1;
}

static const char *
check_number(const char *at)
{
	char *end;

	if (*at != '-' && !isdigit((unsigned char)*at))
		fuzz_broken("a value is one", at);
	strtod(at, &end);
	return end;
}

static const char *check_value(const char *at, int depth);

static const char *
check_members(const char *at, int depth)
{
	char last = *at == '{' ? '}' : ']';
	bool named = *at++ == '{';

	if (depth == DEPTH)
		fuzz_broken("objects are not so deep", at);
	if (*at == last)
		return at + 1;
	for (;; at++) {
		if (named) {
			if (*at != '"')
				fuzz_broken("a member has a name", at);
			at = check_string(at);
			if (*at++ != ':')
				fuzz_broken("a name is in front of a value", at);
		}
		at = check_value(at, depth);
		if (*at == last)
			return at + 1;
		if (*at != ',')
			fuzz_broken("values are separated", at);
	}
}

static const char *
check_value(const char *at, int depth)
{
	if (*at == '{' || *at == '[')
		return check_members(at, depth + 1);
	return *at == '"' ? check_string(at) : check_number(at);
}

static void
check_text(const char *at)
{
	for (; *at != '\0'; at++)
		if (*at != '\n' && (*at < ' ' || *at > '~'))
			fuzz_broken("a line is plain", at);
}

/* Prints it twice: the second time is as the first. */
static char *
print(const uint8_t *data, size_t size, bool json, int *result)
{
	char *text = NULL;
	size_t len = 0, half;
	FILE *out = open_memstream(&text, &len);
	struct decode *d = decode_new(out, json);

	if (out == NULL || d == NULL)
		abort();
	*result = decode_datagram(d, data, size, NULL, 0);
	fflush(out);
	half = len;
	if (decode_datagram(d, data, size, NULL, 0) != *result)
		fuzz_broken("the same is the same", text);
	decode_free(d);
	fclose(out);
	if (len != 2 * half || memcmp(text, text + half, half) != 0)
		fuzz_broken("the same is printed the same", text);
	if (half > PER_BYTE * size + BESIDE)
		fuzz_broken("the output is bounded", text);
	if (strlen(text) != len)
		fuzz_broken("there is no NUL", text);
	text[half] = '\0';
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int of_json, of_text;
	char *json = print(data, size, true, &of_json);
	char *text = print(data, size, false, &of_text);

	if (of_json != of_text)
		fuzz_broken("both forms agree", text);
	if (strcmp(check_value(json, 0), "\n") != 0)
		fuzz_broken("a datagram is an object on a line", json);
	check_text(text);
	if (of_text != 0 && strstr(text, "\n  note: ") == NULL)
		fuzz_broken("what is wrong is told", text);
	free(json);
	free(text);
	return 0;
}

/* utf8.h - characters of texts that may be UTF-8. */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include <stdint.h>

/* The character at *text, which is moved behind it; 0 at the end. A byte that begins
 * no character of UTF-8 is one of ISO-8859-1. */
static inline uint32_t
utf8_next(const char **text)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *at = (const unsigned char *)*text;
	uint32_t c = at[0];
	int len = c >= 0xf0 && c < 0xf8 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
	int i;

	if (c >= 0xf8)
		len = 1;
	if (len > 1)
		c &= 0xffU >> (len + 1);
	for (i = 1; i < len; i++) {
		if ((at[i] & 0xc0) != 0x80)
			break;
		c = c << 6 | (at[i] & 0x3fU);
	}
	if (i < len || c < least[len] || c > 0x10ffff ||
	    (c >= 0xd800 && c <= 0xdfff) || c == 0xfffe || c == 0xffff) {
		c = at[0];
		len = 1;
	}
	if (c != 0)
		*text += len;
	return c;
}

#endif

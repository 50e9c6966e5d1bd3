/* SPDX-License-Identifier: Apache-2.0 */
/* base/utf8.c - decoding after the table of well-formed sequences in The Unicode Standard, 3.9 (table 3-7). */
#include "base/utf8.h"

#define HIGH_BITS 0x8080808080808080ull

/* The length of the well-formed sequence at p, 0 for none; *ret_cp is its code point. */
static size_t
decode(const unsigned char *p, size_t n, uint32_t *ret_cp)
{
	unsigned char lead = p[0], low = 0x80, high = 0xbf;
	size_t len;
	uint32_t cp;

	if (lead < 0x80) {
		*ret_cp = lead;
		return 1;
	}
	if (lead < 0xc2 || lead > 0xf4)
		return 0;
	if (lead < 0xe0) {
		len = 2;
		cp = lead & 0x1fu;
	} else if (lead < 0xf0) {
		len = 3;
		cp = lead & 0x0fu;
		if (lead == 0xe0)
			low = 0xa0; /* overlong below */
		else if (lead == 0xed)
			high = 0x9f; /* surrogates above */
	} else {
		len = 4;
		cp = lead & 0x07u;
		if (lead == 0xf0)
			low = 0x90; /* overlong below */
		else if (lead == 0xf4)
			high = 0x8f; /* past U+10FFFF above */
	}
	if (n < len || p[1] < low || p[1] > high)
		return 0;
	cp = cp << 6 | (p[1] & 0x3fu);
	for (size_t i = 2; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		cp = cp << 6 | (p[i] & 0x3fu);
	}
	*ret_cp = cp;
	return len;
}

size_t
hyk_utf8_valid_prefix(struct hyk_str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i = 0;
	uint32_t cp;

	while (i < s.n) {
		if (s.n - i >= 8) {
			uint64_t w;

			memcpy(&w, p + i, 8);
			if (!(w & HIGH_BITS)) {
				i += 8;
				continue;
			}
		}
		if (p[i] < 0x80) {
			i++;
			continue;
		}
		size_t len = decode(p + i, s.n - i, &cp);
		if (!len)
			return i;
		i += len;
	}
	return s.n;
}

uint32_t
hyk_utf8_next(struct hyk_str s, size_t *at)
{
	uint32_t cp;
	size_t len;

	if (*at >= s.n)
		return HYK_UTF8_INVALID;
	len = decode((const unsigned char *)s.p + *at, s.n - *at, &cp);
	if (!len) {
		(*at)++;
		return HYK_UTF8_INVALID;
	}
	*at += len;
	return cp;
}

size_t
hyk_utf8_encode(uint32_t cp, char out[4])
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		if (cp >= 0xd800 && cp <= 0xdfff)
			return 0;
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	if (cp > 0x10ffff)
		return 0;
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

size_t
hyk_utf8_length(struct hyk_str s)
{
	const uint64_t ones = 0x0101010101010101u;
	size_t n = 0, i = 0;

	for (; s.n - i >= 8; i += 8) {
		uint64_t w, inner; /* of each byte whether it is 10xxxxxx, which begins no character */

		memcpy(&w, s.p + i, 8);
		inner = w >> 7 & ~(w >> 6) & ones;
		n += 8 - (size_t)(inner * ones >> 56);
	}
	for (; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

size_t
hyk_utf8_offset(struct hyk_str s, size_t index)
{
	size_t seen = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (((unsigned char)s.p[i] & 0xc0) == 0x80)
			continue;
		if (seen == index)
			return i;
		seen++;
	}
	return s.n;
}

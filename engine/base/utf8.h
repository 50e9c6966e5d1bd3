/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/utf8.h - UTF-8 as Unicode defines it: no surrogates, no overlong forms, at most U+10FFFF.
 * Threads: any thread.
 */
#ifndef HYK_BASE_UTF8_H
#define HYK_BASE_UTF8_H

#include "base/str.h"

#define HYK_UTF8_INVALID 0xffffffffu

/* Offset of the first bad byte, or s.n when all is well. */
size_t hyk_utf8_valid_prefix(struct hyk_str s);
/* The code point at *at, moving *at past it; HYK_UTF8_INVALID moves one byte. */
uint32_t hyk_utf8_next(struct hyk_str s, size_t *at);
/* Writes 1 to 4 bytes; 0 for a code point that may not be encoded. */
size_t hyk_utf8_encode(uint32_t cp, char out[4]);
/* Code points in valid text. */
size_t hyk_utf8_length(struct hyk_str s);
/* Byte offset of the code point number `index` of valid text, s.n when past the end. */
size_t hyk_utf8_offset(struct hyk_str s, size_t index);

#endif

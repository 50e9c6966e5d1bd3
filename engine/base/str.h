/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/str.h - a borrowed run of bytes; never NUL-terminated by promise.
 *
 * Lifetime:  as long as whoever owns the bytes says.
 * Threads:   immutable.
 */
#ifndef HYK_BASE_STR_H
#define HYK_BASE_STR_H

#include "base/defs.h"

#include <string.h>

struct hyk_str {
	const char *p; /* may be NULL when n is 0 */
	size_t n;
};

/* A string literal, or a constant initialiser of one. */
#define HYK_STR(lit) ((struct hyk_str){ (lit), sizeof(lit) - 1 })
#define HYK_STR_INIT(lit) { (lit), sizeof(lit) - 1 }
/* For printf's "%.*s". */
#define HYK_STR_ARG(s) (int)(s).n, (s).p

static inline struct hyk_str
hyk_str_make(const char *p, size_t n)
{
	return (struct hyk_str){ p, n };
}

/* NULL becomes the empty string. */
static inline struct hyk_str
hyk_str_from_c(const char *z)
{
	return (struct hyk_str){ z, z ? strlen(z) : 0 };
}

static inline bool
hyk_str_eq(struct hyk_str a, struct hyk_str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool
hyk_str_eq_c(struct hyk_str a, const char *z)
{
	return hyk_str_eq(a, hyk_str_from_c(z));
}

/* By bytes, shorter first when one begins the other; <0, 0, >0. */
int hyk_str_cmp(struct hyk_str a, struct hyk_str b);
bool hyk_str_starts_with(struct hyk_str s, struct hyk_str prefix);
bool hyk_str_ends_with(struct hyk_str s, struct hyk_str suffix);
/* Offset of the first `needle` in `s`, or SIZE_MAX. An empty needle is at 0. */
size_t hyk_str_find(struct hyk_str s, struct hyk_str needle);
/* Seedless FNV-1a style hash: the same in every process. */
uint64_t hyk_str_hash(struct hyk_str s);
/* ASCII blanks off both ends. */
struct hyk_str hyk_str_trim(struct hyk_str s);
/* Whole string as a decimal int64; false on anything else or overflow. */
bool hyk_str_to_i64(struct hyk_str s, int64_t *ret_i);
/* Whole string as a decimal uint64. */
bool hyk_str_to_u64(struct hyk_str s, uint64_t *ret_u);
/* Whole string as a finite double in C syntax without hex, inf, nan. Locale-independent. */
bool hyk_str_to_double(struct hyk_str s, double *ret_d);
/*
 * The nearest of n candidates by edit distance for a did-you-mean (at most a
 * third of the length away, at least 1), or the empty string.
 */
struct hyk_str hyk_str_nearest(struct hyk_str s, const struct hyk_str *candidates, size_t n);

#endif

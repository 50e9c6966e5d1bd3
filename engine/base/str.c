/* SPDX-License-Identifier: Apache-2.0 */
/* base/str.c - borrowed strings: comparing, searching, hashing, numbers. */
#include "base/str.h"

#include "base/utf8.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>

int
hyk_str_cmp(struct hyk_str a, struct hyk_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	if (c)
		return c;
	return a.n < b.n ? -1 : a.n > b.n;
}

bool
hyk_str_starts_with(struct hyk_str s, struct hyk_str prefix)
{
	return s.n >= prefix.n && hyk_str_eq(hyk_str_make(s.p, prefix.n), prefix);
}

bool
hyk_str_ends_with(struct hyk_str s, struct hyk_str suffix)
{
	if (s.n < suffix.n)
		return false;
	return suffix.n == 0 || memcmp(s.p + (s.n - suffix.n), suffix.p, suffix.n) == 0;
}

size_t
hyk_str_find(struct hyk_str s, struct hyk_str needle)
{
	const char *hit;

	if (needle.n == 0)
		return 0;
	if (s.n < needle.n)
		return SIZE_MAX;
	hit = memmem(s.p, s.n, needle.p, needle.n);
	return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

uint64_t
hyk_str_hash(struct hyk_str s)
{
	/* FNV-1a's step, eight bytes at a time, with the high half folded back so that it reaches every bit. */
	const uint64_t prime = 0x100000001b3ull;
	uint64_t h = 0xcbf29ce484222325ull ^ s.n, w;
	const char *p = s.p;
	size_t n = s.n;

	for (; n >= 8; n -= 8, p += 8) {
		memcpy(&w, p, 8);
		h = (h ^ w) * 0x9e3779b97f4a7c15ull;
		h ^= h >> 32;
	}
	for (; n; n--, p++)
		h = (h ^ (unsigned char)*p) * prime;
	h ^= h >> 32;
	h *= 0x9e3779b97f4a7c15ull;
	return h ^ h >> 29;
}

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct hyk_str
hyk_str_trim(struct hyk_str s)
{
	while (s.n && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool
hyk_str_to_u64(struct hyk_str s, uint64_t *ret_u)
{
	uint64_t u = 0;

	if (!s.n)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned digit = (unsigned char)s.p[i] - (unsigned)'0';

		if (digit > 9 || __builtin_mul_overflow(u, (uint64_t)10, &u) ||
		    __builtin_add_overflow(u, (uint64_t)digit, &u))
			return false;
	}
	*ret_u = u;
	return true;
}

bool
hyk_str_to_i64(struct hyk_str s, int64_t *ret_i)
{
	bool minus = s.n && s.p[0] == '-';
	uint64_t u;

	if (minus)
		s = hyk_str_make(s.p + 1, s.n - 1);
	if (!hyk_str_to_u64(s, &u) || u > (uint64_t)INT64_MAX + minus)
		return false;
	*ret_i = minus ? (int64_t)(0 - u) : (int64_t)u;
	return true;
}

/* Longer literals are nobody's number; the limit spares an allocation. */
#define DOUBLE_TEXT_MAX 1024

bool
hyk_str_to_double(struct hyk_str s, double *ret_d)
{
	static const double power[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12,
		1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
	size_t i = 0, n_digits = 0;
	uint64_t mantissa = 0;
	int64_t shift = 0, exponent = 0;
	bool minus = false, exact = true;
	double d;

	if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
		minus = s.p[i++] == '-';
	for (bool point = false; i < s.n; i++) {
		unsigned digit = (unsigned char)s.p[i] - (unsigned)'0';

		if (s.p[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (digit > 9)
			break;
		n_digits++;
		shift -= point;
		if (mantissa < ((uint64_t)1 << 53) / 10)
			mantissa = mantissa * 10 + digit;
		else
			exact = false;
	}
	if (!n_digits)
		return false;
	if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
		bool down = false;

		i++;
		if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
			down = s.p[i++] == '-';
		if (i == s.n)
			return false;
		for (; i < s.n && (unsigned char)s.p[i] - (unsigned)'0' <= 9; i++) {
			if (exponent < 1000000)
				exponent = exponent * 10 + (s.p[i] - '0');
		}
		if (down)
			exponent = -exponent;
	}
	if (i != s.n || s.n >= DOUBLE_TEXT_MAX)
		return false;
	exponent += shift;
	if (exact && exponent >= -22 && exponent <= 22) {
		/* Both operands are exact, so the one rounding is the right one. */
		d = (double)mantissa;
		d = exponent < 0 ? d / power[-exponent] : d * power[exponent];
		*ret_d = minus ? -d : d;
		return true;
	}
	/* glibc's "C" locale is a static object: this neither allocates nor fails there. */
	locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	char text[DOUBLE_TEXT_MAX], *end;

	if (!c_locale)
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	d = strtod_l(text, &end, c_locale);
	freelocale(c_locale);
	if (end != text + s.n || !isfinite(d))
		return false;
	*ret_d = d;
	return true;
}

/* Longer names are not compared: nobody mistypes only a third of them. */
#define NEAR_MAX 64

static size_t
to_code_points(struct hyk_str s, uint32_t out[NEAR_MAX])
{
	size_t n = 0;

	for (size_t at = 0; at < s.n;) {
		if (n == NEAR_MAX)
			return SIZE_MAX;
		out[n++] = hyk_utf8_next(s, &at);
	}
	return n;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment: insert, delete, replace, or swap two neighbours, each at the price of one. */
static size_t
edit_distance(const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b)
{
	size_t rows[3][NEAR_MAX + 1];

	for (size_t j = 0; j <= n_b; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= n_a; i++) {
		size_t *now = rows[i % 3], *before = rows[(i + 2) % 3], *older = rows[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= n_b; j++) {
			now[j] = least(before[j] + 1, now[j - 1] + 1);
			now[j] = least(now[j], before[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], older[j - 2] + 1);
		}
	}
	return rows[n_a % 3][n_b];
}

struct hyk_str
hyk_str_nearest(struct hyk_str s, const struct hyk_str *candidates, size_t n)
{
	uint32_t want[NEAR_MAX], have[NEAR_MAX];
	size_t n_want = to_code_points(s, want), n_have, limit, d;
	struct hyk_str best = { NULL, 0 };

	if (n_want == 0 || n_want == SIZE_MAX)
		return best;
	limit = n_want / 3 ? n_want / 3 : 1;
	for (size_t i = 0; i < n; i++) {
		n_have = to_code_points(candidates[i], have);
		if (n_have == 0 || n_have == SIZE_MAX)
			continue;
		d = edit_distance(want, n_want, have, n_have);
		/* With nothing in common it is no slip of the finger. */
		if (d > limit || d >= n_want || (best.p && d == limit))
			continue;
		best = candidates[i];
		if (d == 0)
			return best;
		limit = d;
	}
	return best;
}

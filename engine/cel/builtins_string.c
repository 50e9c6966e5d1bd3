/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/builtins_string.c - texts: CEL's own functions and its strings extension. Positions count characters
 * (code points), never bytes.
 */
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "cel/program.h"

#define FN(name)                                                                                   \
	struct hyk_value hyk_cel_fn_##name(struct hyk_cel_ctx *c, const struct hyk_value *a, unsigned n)
#define UNUSED (void)c, (void)a, (void)n

static struct hyk_value
out_of_range(struct hyk_cel_ctx *c, int64_t i)
{
	return hyk_cel_failf(c, "position %lld is outside of the text", (long long)i);
}

/* A part of v, sharing its bytes. */
static struct hyk_value
part(struct hyk_value v, size_t from, size_t to)
{
	v.as.s += from;
	v.n = (uint32_t)(to - from);
	return v;
}

FN(contains)
{
	UNUSED;
	return hyk_bool(hyk_str_find(hyk_value_str(a[0]), hyk_value_str(a[1])) != SIZE_MAX);
}

FN(starts_with)
{
	UNUSED;
	return hyk_bool(hyk_str_starts_with(hyk_value_str(a[0]), hyk_value_str(a[1])));
}

FN(ends_with)
{
	UNUSED;
	return hyk_bool(hyk_str_ends_with(hyk_value_str(a[0]), hyk_value_str(a[1])));
}

FN(char_at)
{
	struct hyk_str s = hyk_value_str(a[0]);
	int64_t length = (int64_t)hyk_utf8_length(s);
	size_t from, to;

	(void)n;
	if (a[1].as.i < 0 || a[1].as.i > length)
		return out_of_range(c, a[1].as.i);
	from = to = hyk_utf8_offset(s, (size_t)a[1].as.i);
	if (to < s.n)
		hyk_utf8_next(s, &to);
	return part(a[0], from, to);
}

FN(index_of)
{
	struct hyk_str s = hyk_value_str(a[0]), rest;
	int64_t from = n > 2 ? a[2].as.i : 0, length = (int64_t)hyk_utf8_length(s);
	size_t at, skipped;

	if (from < 0 || (n > 2 && from > length))
		return out_of_range(c, from);
	skipped = hyk_utf8_offset(s, (size_t)from);
	rest = hyk_str_make(s.p + skipped, s.n - skipped);
	at = hyk_str_find(rest, hyk_value_str(a[1]));
	if (at == SIZE_MAX)
		return hyk_int(-1);
	return hyk_int(from + (int64_t)hyk_utf8_length(hyk_str_make(rest.p, at)));
}

FN(last_index_of)
{
	struct hyk_str s = hyk_value_str(a[0]), needle = hyk_value_str(a[1]);
	int64_t length = (int64_t)hyk_utf8_length(s), last = n > 2 ? a[2].as.i : length;
	size_t at;

	if (last < 0 || last > length)
		return out_of_range(c, last);
	if (needle.n > s.n)
		return hyk_int(-1);
	at = hyk_utf8_offset(s, (size_t)last);
	if (at > s.n - needle.n)
		at = s.n - needle.n;
	for (;; at--) {
		if (needle.n == 0 || memcmp(s.p + at, needle.p, needle.n) == 0)
			return hyk_int((int64_t)hyk_utf8_length(hyk_str_make(s.p, at)));
		if (at == 0)
			return hyk_int(-1);
	}
}

FN(substring)
{
	struct hyk_str s = hyk_value_str(a[0]);
	int64_t length = (int64_t)hyk_utf8_length(s), from = a[1].as.i, to = n > 2 ? a[2].as.i : length;

	if (from < 0 || from > length)
		return out_of_range(c, from);
	if (to < 0 || to > length)
		return out_of_range(c, to);
	if (from > to)
		return hyk_cel_fail(c, "the part ends before it begins");
	return part(a[0], hyk_utf8_offset(s, (size_t)from), hyk_utf8_offset(s, (size_t)to));
}

static struct hyk_value
map_ascii(struct hyk_cel_ctx *c, struct hyk_value v, char first, char last)
{
	char *p = hyk_arena_alloc(c->arena, (size_t)v.n + 1);

	if (!p)
		return hyk_cel_no_memory();
	for (uint32_t i = 0; i < v.n; i++)
		p[i] = v.as.s[i] >= first && v.as.s[i] <= last ? (char)(v.as.s[i] ^ 0x20) : v.as.s[i];
	v.as.s = p;
	return v;
}

FN(lower_ascii)
{
	(void)n;
	return map_ascii(c, a[0], 'A', 'Z');
}

FN(upper_ascii)
{
	(void)n;
	return map_ascii(c, a[0], 'a', 'z');
}

/* Unicode's White_Space. */
static bool
is_blank(uint32_t cp)
{
	return (cp >= 9 && cp <= 13) || cp == ' ' || cp == 0x85 || cp == 0xa0 || cp == 0x1680 ||
	    (cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 || cp == 0x2029 || cp == 0x202f || cp == 0x205f || cp == 0x3000;
}

FN(trim)
{
	struct hyk_str s = hyk_value_str(a[0]);
	size_t from = 0, to = 0, at = 0;
	bool started = false;

	UNUSED;
	while (at < s.n) {
		size_t begin = at;

		if (is_blank(hyk_utf8_next(s, &at)))
			continue;
		if (!started)
			from = begin;
		started = true;
		to = at;
	}
	return part(a[0], from, to);
}

FN(reverse)
{
	struct hyk_str s = hyk_value_str(a[0]);
	struct hyk_value v = a[0];
	char *p = hyk_arena_alloc(c->arena, s.n + 1);
	size_t at = 0;

	(void)n;
	if (!p)
		return hyk_cel_no_memory();
	while (at < s.n) {
		size_t begin = at;

		hyk_utf8_next(s, &at);
		memcpy(p + s.n - at, s.p + begin, at - begin);
	}
	v.as.s = p;
	return v;
}

/* What a buffer holds, as a value; the buffer is finished. */
static struct hyk_value
from_buf(struct hyk_cel_ctx *c, struct hyk_buf *b)
{
	struct hyk_str s = { NULL, 0 };

	if (!b->failed && b->n <= UINT32_MAX)
		s = hyk_arena_dup(c->arena, hyk_buf_peek(b));
	hyk_buf_fini(b);
	return s.p ? hyk_string(s) : hyk_cel_no_memory();
}

#define TEXT_CAP ((size_t)16 << 20)

FN(replace)
{
	struct hyk_str s = hyk_value_str(a[0]), from = hyk_value_str(a[1]), to = hyk_value_str(a[2]);
	int64_t left = n > 3 ? a[3].as.i : -1;
	struct hyk_buf b;
	size_t at = 0;

	hyk_buf_init(&b, TEXT_CAP);
	while (left != 0 && at <= s.n) {
		size_t found = hyk_str_find(hyk_str_make(s.p + at, s.n - at), from), next;

		if (found == SIZE_MAX)
			break;
		hyk_buf_append(&b, hyk_str_make(s.p + at, found));
		hyk_buf_append(&b, to);
		at += found + from.n;
		left -= left > 0;
		if (from.n)
			continue;
		/* an empty text stands before each character and at the end */
		next = at;
		if (next >= s.n) {
			at = s.n;
			break;
		}
		hyk_utf8_next(s, &next);
		hyk_buf_append(&b, hyk_str_make(s.p + at, next - at));
		at = next;
	}
	if (at < s.n)
		hyk_buf_append(&b, hyk_str_make(s.p + at, s.n - at));
	return from_buf(c, &b);
}

FN(split)
{
	struct hyk_str s = hyk_value_str(a[0]), by = hyk_value_str(a[1]);
	int64_t limit = n > 2 ? a[2].as.i : -1;
	struct hyk_value *items = NULL;
	size_t k = 0, room = 0, at = 0;

	if (limit == 0)
		return hyk_list(c->arena, NULL, 0);
	for (bool more = true; more;) {
		size_t end = s.n, next = s.n;

		more = false;
		if (limit < 0 || (int64_t)k + 1 < limit) {
			size_t found = by.n ? hyk_str_find(hyk_str_make(s.p + at, s.n - at), by) : SIZE_MAX;

			if (found != SIZE_MAX) {
				end = at + found;
				next = end + by.n;
				more = true;
			} else if (!by.n && at < s.n) {
				next = at;
				hyk_utf8_next(s, &next);
				end = next;
				more = next < s.n;
			}
		}
		if (!by.n && at >= s.n)
			break;
		if (k == room) {
			items = hyk_arena_grow(c->arena, items, k, &room, sizeof(*items));
			if (!items)
				return hyk_cel_no_memory();
		}
		items[k++] = part(a[0], at, end);
		at = next;
	}
	return hyk_list(c->arena, items, (uint32_t)k);
}

FN(join)
{
	const struct hyk_vlist *list = a[0].as.list;
	struct hyk_buf b;

	hyk_buf_init(&b, TEXT_CAP);
	for (uint32_t i = 0; i < list->n; i++) {
		if (list->items[i].kind != HYK_STRING) {
			hyk_buf_fini(&b);
			return hyk_cel_fail(c, "no such overload: a list of texts is needed here");
		}
		if (i && n > 1)
			hyk_buf_append(&b, hyk_value_str(a[1]));
		hyk_buf_append(&b, hyk_value_str(list->items[i]));
	}
	return from_buf(c, &b);
}

FN(quote)
{
	static const char from[] = "\a\b\f\n\r\t\v\\\"", to[] = "abfnrtv\\\"";
	struct hyk_str s = hyk_value_str(a[0]);
	struct hyk_buf b;
	size_t at = 0;

	(void)n;
	hyk_buf_init(&b, TEXT_CAP);
	hyk_buf_append_char(&b, '"');
	while (at < s.n) {
		size_t begin = at;
		uint32_t cp = hyk_utf8_next(s, &at);
		const char *p = cp && cp < 128 ? strchr(from, (int)cp) : NULL;

		if (p) {
			hyk_buf_append_char(&b, '\\');
			hyk_buf_append_char(&b, to[p - from]);
		} else if (cp == HYK_UTF8_INVALID) {
			hyk_buf_append_c(&b, "\xef\xbf\xbd");
		} else {
			hyk_buf_append(&b, hyk_str_make(s.p + begin, at - begin));
		}
	}
	hyk_buf_append_char(&b, '"');
	return from_buf(c, &b);
}

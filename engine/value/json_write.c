/* SPDX-License-Identifier: Apache-2.0 */
/* value/json_write.c - values as JSON, in their own order or as RFC 8785 fixes it. */
#include "value/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/utf8.h"
#include "value/number.h"
#include "value/schema.h"

struct writer {
	struct hyk_buf *b;
	bool canonical;
};

static void write_value(const struct writer *w, struct hyk_value v, unsigned depth);

static void
write_escape(struct hyk_buf *b, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char names[] = { ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r' };
	char escape[6] = { '\\', (char)c };

	if (c == '"' || c == '\\') {
		hyk_buf_append(b, hyk_str_make(escape, 2));
	} else if (c < sizeof(names) && names[c]) {
		escape[1] = names[c];
		hyk_buf_append(b, hyk_str_make(escape, 2));
	} else {
		memcpy(escape, "\\u00", 4);
		escape[4] = hex[c >> 4];
		escape[5] = hex[c & 15];
		hyk_buf_append(b, hyk_str_make(escape, 6));
	}
}

/* How many bytes at the front are ASCII that needs no escape, by eights; the last few are left to the caller. */
static size_t
plain_front(struct hyk_str s)
{
	const uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
	size_t at = 0;

	for (; at + 8 <= s.n; at += 8) {
		uint64_t w, quote, backslash;

		memcpy(&w, s.p + at, 8);
		quote = w ^ ones * '"';
		backslash = w ^ ones * '\\';
		/* a byte less than n has its high bit set in (w - n) & ~w, when all bytes are below 0x80 */
		if ((w | (w - ones * 0x20) | (quote - ones) | (backslash - ones)) & high)
			break;
	}
	return at;
}

void
hyk_json_write_str(struct hyk_buf *b, struct hyk_str s)
{
	size_t from = 0, at = plain_front(s);

	if (!hyk_buf_reserve(b, s.n + 2)) /* most have nothing to escape: then this is all they need */
		return;
	hyk_buf_append_char(b, '"');
	while (at < s.n) {
		unsigned char c = (unsigned char)s.p[at];
		size_t before = at;

		if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
			at++;
			continue;
		}
		if (c >= 0x80 && hyk_utf8_next(s, &at) != HYK_UTF8_INVALID)
			continue;
		hyk_buf_append(b, hyk_str_make(s.p + from, before - from));
		if (c < 0x80) {
			write_escape(b, c);
			at++;
		} else {
			/* What is not UTF-8 would make the whole text no JSON. */
			hyk_buf_append_c(b, "\xef\xbf\xbd");
		}
		from = at;
	}
	if (s.n > from)
		hyk_buf_append(b, hyk_str_make(s.p + from, s.n - from));
	hyk_buf_append_char(b, '"');
}

/* Integers that a double cannot tell from their neighbours. */
static bool
is_past_double(struct hyk_value v)
{
	const int64_t most = (int64_t)1 << 53;

	if (v.kind == HYK_UINT)
		return v.as.u > (uint64_t)most;
	return v.as.i > most || v.as.i < -most;
}

static void
write_integer(const struct writer *w, struct hyk_value v)
{
	bool quoted = w->canonical && is_past_double(v);

	if (quoted)
		hyk_buf_append_char(w->b, '"');
	if (v.kind == HYK_UINT && v.as.u > INT64_MAX) {
		char text[24];
		int n = snprintf(text, sizeof(text), "%llu", (unsigned long long)v.as.u);

		hyk_buf_append(w->b, hyk_str_make(text, (size_t)n));
	} else {
		hyk_buf_append_i64(w->b, v.as.i);
	}
	if (quoted)
		hyk_buf_append_char(w->b, '"');
}

static void
write_double(const struct writer *w, double d)
{
	char text[32];
	struct hyk_str s = hyk_str_make(text, hyk_double_format(d, text));

	if (!isfinite(d)) {
		hyk_json_write_str(w->b, s);
		return;
	}
	if (w->canonical) {
		hyk_buf_append(w->b, s);
		return;
	}
	/* A double stays one when it is read again. */
	if (d == 0 && signbit(d))
		hyk_buf_append_char(w->b, '-');
	hyk_buf_append(w->b, s);
	if (hyk_str_find(s, HYK_STR(".")) == SIZE_MAX && hyk_str_find(s, HYK_STR("e")) == SIZE_MAX)
		hyk_buf_append_c(w->b, ".0");
}

/* A key as JSON wants it; numbers are written into `text`. */
static struct hyk_str
key_text(struct hyk_value key, char text[32])
{
	switch ((enum hyk_kind)key.kind) {
	case HYK_STRING:
		return hyk_value_str(key);
	case HYK_BOOL:
		return key.as.b ? HYK_STR("true") : HYK_STR("false");
	case HYK_INT:
		return hyk_str_make(text, (size_t)snprintf(text, 32, "%lld", (long long)key.as.i));
	case HYK_UINT:
		return hyk_str_make(text, (size_t)snprintf(text, 32, "%llu", (unsigned long long)key.as.u));
	case HYK_DOUBLE:
		return hyk_str_make(text, hyk_double_format(key.as.d, text));
	case HYK_NULL:
	case HYK_BYTES:
	case HYK_LIST:
	case HYK_MAP:
	case HYK_TIMESTAMP:
	case HYK_DURATION:
	case HYK_TYPE:
	case HYK_OPTIONAL:
	case HYK_NET:
	case HYK_ABSENT:
	case HYK_UNKNOWN:
	case HYK_ERROR_VALUE:
		break;
	}
	return HYK_STR("null");
}

/*
 * UTF-16 code units order as UTF-8 bytes do, but for the characters past
 * U+FFFF, whose surrogates (D800 to DFFF) come before U+E000 to U+FFFF.
 */
static int
order_utf16(struct hyk_str a, struct hyk_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;

	for (size_t i = 0; i < n; i++) {
		unsigned x = (unsigned char)a.p[i], y = (unsigned char)b.p[i];

		if (x == y)
			continue;
		x += x == 0xee || x == 0xef ? 0x10 : 0;
		y += y == 0xee || y == 0xef ? 0x10 : 0;
		return x < y ? -1 : 1;
	}
	return a.n < b.n ? -1 : a.n > b.n;
}

static int
by_key(const void *x, const void *y)
{
	const struct hyk_ventry *a = *(const struct hyk_ventry *const *)x, *b = *(const struct hyk_ventry *const *)y;
	char text_a[32], text_b[32];

	if (a->key.kind == HYK_STRING && b->key.kind == HYK_STRING)
		return order_utf16(hyk_value_str(a->key), hyk_value_str(b->key));
	return order_utf16(key_text(a->key, text_a), key_text(b->key, text_b));
}

/* Moves order[n] to its place among those before it, which are in order: records have few members. */
static void
put_in_order(const struct hyk_ventry **order, uint32_t n)
{
	const struct hyk_ventry *e = order[n];

	for (; n > 0 && by_key(&order[n - 1], &e) > 0; n--)
		order[n] = order[n - 1];
	order[n] = e;
}

static void
write_entry(const struct writer *w, const struct hyk_ventry *e, unsigned depth)
{
	char text[32];

	hyk_json_write_str(w->b, key_text(e->key, text));
	hyk_buf_append_char(w->b, ':');
	write_value(w, e->value, depth);
}

static void
write_sorted(const struct writer *w, const struct hyk_vmap *map, unsigned depth)
{
	const struct hyk_ventry *few[16], **order = few;

	if (map->n > HYK_ARRAY_LEN(few))
		order = hyk_malloc(map->n * sizeof(const struct hyk_ventry *));
	if (!order) {
		w->b->failed = true;
		return;
	}
	for (uint32_t i = 0; i < map->n; i++)
		order[i] = &map->entries[i];
	if (order == few) {
		for (uint32_t i = 1; i < map->n; i++)
			put_in_order(order, i);
	} else {
		qsort(order, map->n, sizeof(const struct hyk_ventry *), by_key);
	}
	for (uint32_t i = 0; i < map->n; i++) {
		if (i)
			hyk_buf_append_char(w->b, ',');
		write_entry(w, order[i], depth);
	}
	if (order != few)
		hyk_free(order);
}

static void
write_map(const struct writer *w, const struct hyk_vmap *map, unsigned depth)
{
	hyk_buf_append_char(w->b, '{');
	if (w->canonical && map->n > 1) {
		write_sorted(w, map, depth);
	} else {
		for (uint32_t i = 0; i < map->n; i++) {
			if (i)
				hyk_buf_append_char(w->b, ',');
			write_entry(w, &map->entries[i], depth);
		}
	}
	hyk_buf_append_char(w->b, '}');
}

static void
write_list(const struct writer *w, const struct hyk_vlist *list, unsigned depth)
{
	hyk_buf_append_char(w->b, '[');
	for (uint32_t i = 0; i < list->n; i++) {
		if (i)
			hyk_buf_append_char(w->b, ',');
		write_value(w, list->items[i], depth);
	}
	hyk_buf_append_char(w->b, ']');
}

static void
write_quoted(struct hyk_buf *b, const char *text, size_t n)
{
	hyk_buf_append_char(b, '"');
	hyk_buf_append(b, hyk_str_make(text, n));
	hyk_buf_append_char(b, '"');
}

static void
write_value(const struct writer *w, struct hyk_value v, unsigned depth)
{
	char text[40];

	if (depth >= HYK_VALUE_MAX_DEPTH) {
		w->b->failed = true;
		return;
	}
	switch ((enum hyk_kind)v.kind) {
	case HYK_BOOL:
		hyk_buf_append_c(w->b, v.as.b ? "true" : "false");
		return;
	case HYK_INT:
	case HYK_UINT:
		write_integer(w, v);
		return;
	case HYK_DOUBLE:
		write_double(w, v.as.d);
		return;
	case HYK_STRING:
		hyk_json_write_str(w->b, hyk_value_str(v));
		return;
	case HYK_BYTES:
		hyk_buf_append_char(w->b, '"');
		hyk_base64url(w->b, (const uint8_t *)v.as.s, v.n);
		hyk_buf_append_char(w->b, '"');
		return;
	case HYK_LIST:
		write_list(w, v.as.list, depth + 1);
		return;
	case HYK_MAP:
		write_map(w, v.as.map, depth + 1);
		return;
	case HYK_TIMESTAMP:
		write_quoted(w->b, text, hyk_timestamp_format(v, text));
		return;
	case HYK_DURATION:
		write_quoted(w->b, text, hyk_duration_format(v, text));
		return;
	case HYK_TYPE:
		hyk_buf_append_char(w->b, '"');
		hyk_type_write(w->b, v.as.type);
		hyk_buf_append_char(w->b, '"');
		return;
	case HYK_OPTIONAL:
		write_value(w, v.as.opt ? *v.as.opt : hyk_null(), depth + 1);
		return;
	case HYK_NULL:
	case HYK_NET: /* only cel/ can read one; string() makes text of it */
	case HYK_ABSENT:
	case HYK_UNKNOWN:
	case HYK_ERROR_VALUE:
		hyk_buf_append_c(w->b, "null");
		return;
	}
}

void
hyk_json_write(struct hyk_buf *b, struct hyk_value v)
{
	struct writer w = { b, false };

	write_value(&w, v, 0);
}

void
hyk_json_write_canonical(struct hyk_buf *b, struct hyk_value v)
{
	struct writer w = { b, true };

	write_value(&w, v, 0);
}

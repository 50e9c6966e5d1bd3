/* SPDX-License-Identifier: Apache-2.0 */
/* cel/builtins_format.c - "%s: %.2f".format([a, b]) of CEL's strings extension. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "cel/program.h"
#include "value/number.h"

#define FORMAT_CAP ((size_t)16 << 20)
#define MAX_PRECISION 100

static bool write_value(struct hyk_buf *b, struct hyk_value v, unsigned depth);

static void
write_double(struct hyk_buf *b, double d)
{
	char text[64];

	if (d == 0 && signbit(d))
		hyk_buf_append_c(b, "-0");
	else
		hyk_buf_append(b, hyk_str_make(text, hyk_double_format(d, text)));
}

static void
write_list(struct hyk_buf *b, const struct hyk_vlist *list, unsigned depth, bool *ok)
{
	hyk_buf_append_char(b, '[');
	for (uint32_t i = 0; i < list->n; i++) {
		if (i)
			hyk_buf_append_c(b, ", ");
		*ok = write_value(b, list->items[i], depth + 1) && *ok;
	}
	hyk_buf_append_char(b, ']');
}

/* An entry of a map by the text of its key: maps are written in that order. */
struct entry {
	struct hyk_buf key;
	struct hyk_value value;
};

static int
by_key(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;

	return hyk_str_cmp(hyk_buf_peek(&a->key), hyk_buf_peek(&b->key));
}

static void
write_map(struct hyk_buf *b, const struct hyk_vmap *map, unsigned depth, bool *ok)
{
	struct entry *entries = calloc(map->n ? map->n : 1, sizeof(*entries));

	if (!entries) {
		b->failed = true;
		return;
	}
	for (uint32_t i = 0; i < map->n; i++) {
		hyk_buf_init(&entries[i].key, FORMAT_CAP);
		*ok = write_value(&entries[i].key, map->entries[i].key, depth + 1) && *ok;
		b->failed = b->failed || entries[i].key.failed;
		entries[i].value = map->entries[i].value;
	}
	qsort(entries, map->n, sizeof(*entries), by_key);
	hyk_buf_append_char(b, '{');
	for (uint32_t i = 0; i < map->n; i++) {
		if (i)
			hyk_buf_append_c(b, ", ");
		hyk_buf_append(b, hyk_buf_peek(&entries[i].key));
		hyk_buf_append_c(b, ": ");
		*ok = write_value(b, entries[i].value, depth + 1) && *ok;
		hyk_buf_fini(&entries[i].key);
	}
	hyk_buf_append_char(b, '}');
	free(entries);
}

/* %s */
static bool
write_value(struct hyk_buf *b, struct hyk_value v, unsigned depth)
{
	struct hyk_buf type;
	char text[64];
	bool ok = true;

	if (depth > HYK_CEL_MAX_DEPTH)
		return false;
	switch ((enum hyk_kind)v.kind) {
	case HYK_NULL:
		hyk_buf_append_c(b, "null");
		return true;
	case HYK_BOOL:
		hyk_buf_append_c(b, v.as.b ? "true" : "false");
		return true;
	case HYK_INT:
		hyk_buf_append_i64(b, v.as.i);
		return true;
	case HYK_UINT:
		hyk_buf_printf(b, "%" PRIu64, v.as.u);
		return true;
	case HYK_DOUBLE:
		write_double(b, v.as.d);
		return true;
	case HYK_STRING:
		hyk_buf_append(b, hyk_value_str(v));
		return true;
	case HYK_BYTES:
		/* what is not UTF-8 becomes the replacement character */
		for (size_t at = 0; at < v.n;) {
			size_t begin = at;

			if (hyk_utf8_next(hyk_value_str(v), &at) == HYK_UTF8_INVALID)
				hyk_buf_append_c(b, "\xef\xbf\xbd");
			else
				hyk_buf_append(b, hyk_str_make(v.as.s + begin, at - begin));
		}
		return true;
	case HYK_TIMESTAMP:
		hyk_buf_append(b, hyk_str_make(text, hyk_timestamp_format(v, text)));
		return true;
	case HYK_DURATION:
		hyk_buf_append(b, hyk_str_make(text, hyk_duration_format(v, text)));
		return true;
	case HYK_LIST:
		write_list(b, v.as.list, depth, &ok);
		return ok;
	case HYK_MAP:
		write_map(b, v.as.map, depth, &ok);
		return ok;
	case HYK_TYPE:
		hyk_buf_init(&type, 4096);
		if (v.as.type->kind == HYK_T_LIST || v.as.type->kind == HYK_T_MAP)
			hyk_buf_append_c(&type, v.as.type->kind == HYK_T_LIST ? "list" : "map");
		else
			hyk_type_write(&type, v.as.type);
		hyk_buf_append(b, hyk_buf_peek(&type));
		hyk_buf_fini(&type);
		return true;
	case HYK_OPTIONAL:
	case HYK_NET:
	case HYK_ABSENT:
	case HYK_UNKNOWN:
	case HYK_ERROR_VALUE:
		return false;
	}
	return false;
}

/* Digits of |u| in base 2, 8 or 16. */
static void
write_base(struct hyk_buf *b, uint64_t u, unsigned bits, bool upper)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char text[65];
	size_t at = sizeof(text);

	do {
		text[--at] = digits[u & ((1u << bits) - 1)];
		u >>= bits;
	} while (u);
	hyk_buf_append(b, hyk_str_make(text + at, sizeof(text) - at));
}

static bool
write_whole(struct hyk_buf *b, struct hyk_value v, unsigned bits, bool upper)
{
	if (v.kind == HYK_INT) {
		if (v.as.i < 0)
			hyk_buf_append_char(b, '-');
		write_base(b, v.as.i < 0 ? 0 - (uint64_t)v.as.i : (uint64_t)v.as.i, bits, upper);
	} else if (v.kind == HYK_UINT) {
		write_base(b, v.as.u, bits, upper);
	} else {
		return false;
	}
	return true;
}

static bool
write_hex(struct hyk_buf *b, struct hyk_value v, bool upper)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";

	if (v.kind != HYK_STRING && v.kind != HYK_BYTES)
		return write_whole(b, v, 4, upper);
	for (uint32_t i = 0; i < v.n; i++) {
		hyk_buf_append_char(b, digits[(unsigned char)v.as.s[i] >> 4]);
		hyk_buf_append_char(b, digits[(unsigned char)v.as.s[i] & 15]);
	}
	return true;
}

static bool
write_special(struct hyk_buf *b, struct hyk_value v)
{
	if (v.kind != HYK_DOUBLE || isfinite(v.as.d))
		return false;
	hyk_buf_append_c(b, isnan(v.as.d) ? "NaN" : v.as.d > 0 ? "Infinity" : "-Infinity");
	return true;
}

/* %e and %f */
static bool
write_real(struct hyk_buf *b, struct hyk_value v, char clause, int precision)
{
	double d;

	if (write_special(b, v))
		return true;
	if (v.kind == HYK_DOUBLE)
		d = v.as.d;
	else if (v.kind == HYK_INT)
		d = (double)v.as.i;
	else if (v.kind == HYK_UINT)
		d = (double)v.as.u;
	else
		return false;
	if (clause == 'e')
		hyk_buf_printf(b, "%.*e", precision, d);
	else
		hyk_buf_printf(b, "%.*f", precision, d);
	return true;
}

/* One clause; false: the value does not fit it, or there is no such clause. */
static bool
write_clause(struct hyk_buf *b, char clause, int precision, struct hyk_value v)
{
	switch (clause) {
	case 's':
		return write_value(b, v, 0);
	case 'd':
		if (v.kind == HYK_INT)
			hyk_buf_append_i64(b, v.as.i);
		else if (v.kind == HYK_UINT)
			hyk_buf_printf(b, "%" PRIu64, v.as.u);
		else if (v.kind == HYK_DOUBLE && isfinite(v.as.d))
			write_double(b, v.as.d);
		else
			return write_special(b, v);
		return true;
	case 'b':
		if (v.kind == HYK_BOOL) {
			hyk_buf_append_char(b, v.as.b ? '1' : '0');
			return true;
		}
		return write_whole(b, v, 1, false);
	case 'o':
		return write_whole(b, v, 3, false);
	case 'x':
	case 'X':
		return write_hex(b, v, clause == 'X');
	case 'e':
	case 'f':
		return write_real(b, v, clause, precision);
	default:
		return false;
	}
}

struct hyk_value
hyk_cel_fn_format(struct hyk_cel_ctx *c, const struct hyk_value *a, unsigned n)
{
	struct hyk_str s = hyk_value_str(a[0]), done = { NULL, 0 };
	const struct hyk_vlist *list = a[1].as.list;
	const char *wrong = NULL;
	uint32_t arg = 0;
	struct hyk_buf b;

	(void)n;
	hyk_buf_init(&b, FORMAT_CAP);
	for (size_t i = 0; i < s.n && !wrong; i++) {
		int precision = 6;

		if (s.p[i] != '%') {
			hyk_buf_append_char(&b, s.p[i]);
			continue;
		}
		if (++i < s.n && s.p[i] == '%') {
			hyk_buf_append_char(&b, '%');
			continue;
		}
		if (i < s.n && s.p[i] == '.') {
			precision = 0;
			if (i + 1 >= s.n || s.p[i + 1] < '0' || s.p[i + 1] > '9')
				wrong = "a precision needs digits";
			while (++i < s.n && s.p[i] >= '0' && s.p[i] <= '9') {
				precision = precision * 10 + (s.p[i] - '0');
				if (precision > MAX_PRECISION) {
					wrong = "the precision is too large";
					break;
				}
			}
		}
		if (wrong)
			break;
		if (i >= s.n)
			wrong = "the format ends within a clause";
		else if (!strchr("sdboxXef", s.p[i]) || !s.p[i])
			wrong = "the format has an unknown clause";
		else if (arg >= list->n)
			wrong = "the format has more clauses than there are values";
		else if (!write_clause(&b, s.p[i], precision, list->items[arg++]))
			wrong = "a value does not fit its clause of the format";
	}
	if (!wrong && !b.failed)
		done = hyk_arena_dup(c->arena, hyk_buf_peek(&b));
	hyk_buf_fini(&b);
	if (wrong)
		return hyk_cel_fail(c, wrong);
	return done.p ? hyk_string(done) : hyk_cel_no_memory();
}

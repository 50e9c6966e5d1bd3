/* SPDX-License-Identifier: Apache-2.0 */
/* value/coerce.c - JSON values as typed ones, and the sentence for a person when one does not fit. */
#include "value/schema.h"

#include <math.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/josa.h"
#include "base/utf8.h"
#include "value/json.h"

#define DEPTH_MAX 32u
#define SHOWN_MAX 60u /* characters of a value in a sentence */

/* The way from the value to where we are, newest first. */
struct step {
	const struct step *up;
	struct hyk_str name; /* p NULL: an item of a list */
	uint32_t index;
	unsigned depth;
};

struct walk {
	const struct hyk_coerce *c;
	struct hyk_misfit *why;
	bool bounded; /* the value itself has a size of its own; what is in it has not */
};

static bool coerce(const struct walk *w, const struct hyk_type *t, struct hyk_value in, struct hyk_value *out,
    const struct step *at);

static void
write_path(struct hyk_buf *b, const struct step *at)
{
	const struct step *way[DEPTH_MAX + 1];
	size_t n = 0;

	for (; at && at->up && n < HYK_ARRAY_LEN(way); at = at->up)
		way[n++] = at;
	while (n--) {
		if (!way[n]->name.p) {
			hyk_buf_printf(b, "[%u]", (unsigned)way[n]->index);
			continue;
		}
		if (b->n)
			hyk_buf_append_char(b, '.');
		hyk_buf_append(b, way[n]->name);
	}
}

/* The buffer as a string in the arena; `other` without memory. Frees the buffer. */
static struct hyk_str
settle(const struct walk *w, struct hyk_buf *b, const char *other)
{
	struct hyk_str s = { NULL, 0 };

	if (!b->failed)
		s = hyk_arena_dup(w->c->arena, hyk_buf_peek(b));
	hyk_buf_fini(b);
	return s.p ? s : hyk_str_from_c(other);
}

/* Always false. Frees both buffers. */
static bool
misfit(const struct walk *w, const struct step *at, struct hyk_buf *en, struct hyk_buf *ko)
{
	struct hyk_buf path, sounded;

	hyk_buf_init(&path, 0);
	hyk_buf_init(&sounded, 0);
	write_path(&path, at);
	hyk_josa_settle(&sounded, hyk_buf_peek(ko));
	sounded.failed |= ko->failed;
	hyk_buf_fini(ko);
	if (w->why) {
		w->why->path = settle(w, &path, "");
		w->why->en = settle(w, en, "does not fit");
		w->why->ko = settle(w, &sounded, "맞지 않습니다");
		return false;
	}
	hyk_buf_fini(&path);
	hyk_buf_fini(en);
	hyk_buf_fini(&sounded);
	return false;
}

static bool
misfit_c(const struct walk *w, const struct step *at, const char *en_text, const char *ko_text)
{
	struct hyk_buf en, ko;

	hyk_buf_init(&en, 0);
	hyk_buf_init(&ko, 0);
	hyk_buf_append_c(&en, en_text);
	hyk_buf_append_c(&ko, ko_text);
	return misfit(w, at, &en, &ko);
}

static bool
no_memory(const struct walk *w, const struct step *at)
{
	return misfit_c(w, at, "out of memory", "메모리가 부족합니다");
}

static void
write_shown(struct hyk_buf *b, struct hyk_str s)
{
	size_t cut = hyk_utf8_offset(s, SHOWN_MAX);

	hyk_buf_append(b, hyk_str_make(s.p, cut));
	if (cut < s.n)
		hyk_buf_append_c(b, "...");
}

/* A value as a person would point at it. */
static void
write_found(struct hyk_buf *b, struct hyk_value v, enum hyk_lang lang)
{
	bool is_ko = lang == HYK_LANG_KO;
	struct hyk_buf text;

	switch ((enum hyk_kind)v.kind) {
	case HYK_STRING:
		hyk_buf_append_c(b, is_ko ? "글 '" : "the text '");
		write_shown(b, hyk_value_str(v));
		hyk_buf_append_char(b, '\'');
		return;
	case HYK_LIST:
		hyk_buf_append_c(b, is_ko ? "목록" : "a list");
		return;
	case HYK_MAP:
		hyk_buf_append_c(b, is_ko ? "객체" : "an object");
		return;
	case HYK_NULL:
	case HYK_BOOL:
	case HYK_INT:
	case HYK_UINT:
	case HYK_DOUBLE:
	case HYK_BYTES:
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
	hyk_buf_init(&text, 0);
	hyk_json_write(&text, v);
	b->failed |= text.failed;
	write_shown(b, hyk_buf_peek(&text));
	hyk_buf_fini(&text);
}

static bool
misfit_kind(const struct walk *w, const struct step *at, const char *want_en, const char *want_ko, struct hyk_value in)
{
	struct hyk_buf en, ko;

	hyk_buf_init(&en, 0);
	hyk_buf_init(&ko, 0);
	hyk_buf_printf(&en, "expected %s, got ", want_en);
	write_found(&en, in, HYK_LANG_EN);
	hyk_buf_printf(&ko, "%s이(가) 와야 하는데 ", want_ko);
	write_found(&ko, in, HYK_LANG_KO);
	hyk_buf_append_c(&ko, "이(가) 왔습니다");
	return misfit(w, at, &en, &ko);
}

/* A whole double that any reader of JSON takes for the same integer. */
static bool
is_whole(struct hyk_value v)
{
	return v.kind == HYK_DOUBLE && v.as.d == trunc(v.as.d) && fabs(v.as.d) <= 9007199254740992.0;
}

static bool
to_int(const struct walk *w, struct hyk_value in, struct hyk_value *out, const struct step *at)
{
	if (in.kind == HYK_INT)
		*out = in;
	else if (in.kind == HYK_UINT && in.as.u <= INT64_MAX)
		*out = hyk_int((int64_t)in.as.u);
	else if (is_whole(in))
		*out = hyk_int((int64_t)in.as.d);
	else if (in.kind == HYK_UINT)
		return misfit_kind(w, at, "a whole number of at most 9223372036854775807",
		    "9223372036854775807 이하의 정수", in);
	else
		return misfit_kind(w, at, "a whole number", "정수", in);
	return true;
}

static bool
to_uint(const struct walk *w, struct hyk_value in, struct hyk_value *out, const struct step *at)
{
	if (in.kind == HYK_UINT)
		*out = in;
	else if (in.kind == HYK_INT && in.as.i >= 0)
		*out = hyk_uint((uint64_t)in.as.i);
	else if (is_whole(in) && in.as.d >= 0)
		*out = hyk_uint((uint64_t)in.as.d);
	else
		return misfit_kind(w, at, "a whole number of at least 0", "0 이상의 정수", in);
	return true;
}

static bool
to_double(const struct walk *w, struct hyk_value in, struct hyk_value *out, const struct step *at)
{
	if (in.kind == HYK_DOUBLE)
		*out = in;
	else if (in.kind == HYK_INT)
		*out = hyk_double((double)in.as.i);
	else if (in.kind == HYK_UINT)
		*out = hyk_double((double)in.as.u);
	else
		return misfit_kind(w, at, "a number", "수", in);
	return true;
}

static int
base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '-' || c == '+')
		return 62;
	return c == '_' || c == '/' ? 63 : -1;
}

/* base64url as we write it, and base64 as others do; padding may be there. */
static bool
to_bytes(const struct walk *w, struct hyk_value in, struct hyk_value *out, const struct step *at)
{
	struct hyk_str s = hyk_value_str(in);
	uint32_t bits = 0, n_bits = 0, n = 0;
	char *p;

	if (in.kind == HYK_BYTES) {
		*out = in;
		return true;
	}
	if (in.kind != HYK_STRING)
		goto out;
	for (int pad = 0; pad < 2 && s.n && s.p[s.n - 1] == '='; pad++)
		s.n--;
	if (s.n % 4 == 1)
		goto out;
	p = hyk_arena_alloc(w->c->arena, s.n / 4 * 3 + 3);
	if (!p)
		return no_memory(w, at);
	for (size_t i = 0; i < s.n; i++) {
		int digit = base64_digit(s.p[i]);

		if (digit < 0)
			goto out;
		bits = (bits << 6 | (uint32_t)digit) & 0xffffff;
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			p[n++] = (char)(bits >> n_bits & 0xff);
		}
	}
	/* Bits that belong to no byte must be zero, or two texts would be the same bytes. */
	if (bits & ((1u << n_bits) - 1))
		goto out;
	*out = (struct hyk_value){ .kind = HYK_BYTES, .n = n, .as.s = p };
	return true;
out:
	return misfit_kind(w, at, "bytes in base64", "base64로 쓴 바이트", in);
}

static bool
to_timestamp(const struct walk *w, struct hyk_value in, struct hyk_value *out, const struct step *at)
{
	if (in.kind == HYK_TIMESTAMP)
		*out = in;
	else if (in.kind != HYK_STRING || !hyk_timestamp_parse(hyk_value_str(in), out))
		return misfit_kind(w, at, "a time such as 2026-05-09T14:00:00+09:00",
		    "2026-05-09T14:00:00+09:00 같은 시각", in);
	return true;
}

static bool
to_date(const struct walk *w, struct hyk_value in, struct hyk_value *out, const struct step *at)
{
	int64_t days, local;

	if (in.kind == HYK_TIMESTAMP) {
		*out = in;
		return true;
	}
	if (in.kind != HYK_STRING || !hyk_date_parse(hyk_value_str(in), &days))
		return misfit_kind(w, at, "a date such as 2026-05-09", "2026-05-09 같은 날짜", in);
	local = days * 86400;
	if (w->c->offset_at_local)
		local -= w->c->offset_at_local(w->c->zone, local);
	*out = hyk_timestamp(local, 0);
	return true;
}

static bool
to_duration(const struct walk *w, struct hyk_value in, struct hyk_value *out, const struct step *at)
{
	if (in.kind == HYK_DURATION)
		*out = in;
	else if (in.kind != HYK_STRING || !hyk_duration_parse(hyk_value_str(in), out))
		return misfit_kind(w, at, "a duration such as 1h30m", "1h30m 같은 시간 길이", in);
	return true;
}

static bool
to_list(const struct walk *w, const struct hyk_type *t, struct hyk_value in, struct hyk_value *out,
    const struct step *at)
{
	struct hyk_value *items;

	if (in.kind != HYK_LIST)
		return misfit_kind(w, at, "a list", "목록", in);
	if (!t->elem || t->elem->kind == HYK_T_DYN) {
		*out = in;
		return true;
	}
	items = hyk_arena_array(w->c->arena, in.as.list->n, sizeof(*items));
	if (!items)
		return no_memory(w, at);
	for (uint32_t i = 0; i < in.as.list->n; i++) {
		struct step here = { at, { NULL, 0 }, i, at->depth + 1 };

		if (!coerce(w, t->elem, in.as.list->items[i], &items[i], &here))
			return false;
	}
	*out = hyk_list(w->c->arena, items, in.as.list->n);
	return out->kind == HYK_LIST ? true : no_memory(w, at);
}

/* JSON's keys are text; the type may want a number or a bool. */
static bool
to_key(const struct walk *w, const struct hyk_type *t, struct hyk_value in, struct hyk_value *out,
    const struct step *at)
{
	struct hyk_str s = in.kind == HYK_STRING ? hyk_value_str(in) : (struct hyk_str){ NULL, 0 };
	int64_t i;
	uint64_t u;

	*out = in;
	if (!t || t->kind == HYK_T_DYN)
		return true;
	if (t->kind == HYK_T_INT && in.kind == HYK_STRING && hyk_str_to_i64(s, &i))
		*out = hyk_int(i);
	else if (t->kind == HYK_T_UINT && in.kind == HYK_STRING && hyk_str_to_u64(s, &u))
		*out = hyk_uint(u);
	else if (t->kind == HYK_T_BOOL && (hyk_str_eq_c(s, "true") || hyk_str_eq_c(s, "false")))
		*out = hyk_bool(s.n == 4);
	else
		return coerce(w, t, in, out, at);
	return true;
}

static struct hyk_str
key_name(struct hyk_value key)
{
	return key.kind == HYK_STRING ? hyk_str_make(key.as.s ? key.as.s : "", key.n) : HYK_STR("*");
}

static bool
to_map(const struct walk *w, const struct hyk_type *t, struct hyk_value in, struct hyk_value *out,
    const struct step *at)
{
	struct hyk_mapb b;
	uint32_t dup;

	if (in.kind != HYK_MAP)
		return misfit_kind(w, at, "an object", "객체", in);
	hyk_mapb_init(&b, w->c->arena);
	for (uint32_t i = 0; i < in.as.map->n; i++) {
		const struct hyk_ventry *e = &in.as.map->entries[i];
		struct step here = { at, key_name(e->key), 0, at->depth + 1 };
		struct hyk_value key, value;

		if (!to_key(w, t->key, e->key, &key, &here) || !coerce(w, t->elem, e->value, &value, &here))
			return false;
		if (!hyk_mapb_add(&b, key, value))
			return no_memory(w, at);
	}
	*out = hyk_mapb_finish(&b, &dup);
	if (out->kind != HYK_MAP)
		return no_memory(w, at);
	if (dup != UINT32_MAX) { /* "1" and "01" */
		struct step here = { at, key_name(in.as.map->entries[dup].key), 0, at->depth + 1 };

		return misfit_c(w, &here, "this key means the same as an earlier one", "앞의 키와 같은 키입니다");
	}
	return true;
}

static bool
unknown_field(const struct walk *w, const struct hyk_type *t, const struct step *at)
{
	struct hyk_str *names = hyk_malloc((t->n_fields + 1) * sizeof(*names)), near = { NULL, 0 };
	struct hyk_buf en, ko;

	if (names) {
		for (size_t i = 0; i < t->n_fields; i++)
			names[i] = t->fields[i].name;
		near = hyk_str_nearest(at->name, names, t->n_fields);
		hyk_free(names);
	}
	hyk_buf_init(&en, 0);
	hyk_buf_init(&ko, 0);
	hyk_buf_append_c(&en, "there is no such field");
	hyk_buf_append_c(&ko, "그런 필드는 없습니다");
	if (near.n) {
		hyk_buf_printf(&en, "; did you mean '%.*s'?", HYK_STR_ARG(near));
		hyk_buf_printf(&ko, ". 혹시 '%.*s'입니까?", HYK_STR_ARG(near));
	}
	return misfit(w, at, &en, &ko);
}

static bool
to_record(const struct walk *w, const struct hyk_type *t, struct hyk_value in, struct hyk_value *out,
    const struct step *at)
{
	struct hyk_mapb b;

	if (in.kind != HYK_MAP)
		return misfit_kind(w, at, "an object", "객체", in);
	for (uint32_t i = 0; i < in.as.map->n; i++) {
		struct hyk_value key = in.as.map->entries[i].key;
		struct step here = { at, key_name(key), 0, at->depth + 1 };

		if (key.kind != HYK_STRING || !hyk_type_find_field(t, hyk_value_str(key)))
			return unknown_field(w, t, &here);
	}
	hyk_mapb_init(&b, w->c->arena);
	for (size_t i = 0; i < t->n_fields; i++) {
		const struct hyk_field *f = &t->fields[i];
		const struct hyk_value *given = hyk_vmap_find_str(in.as.map, f->name);
		struct step here = { at, f->name, 0, at->depth + 1 };
		struct hyk_value value;

		/* null is how JSON says that something optional was not given. */
		if (f->optional && (!given || given->kind == HYK_NULL))
			continue;
		if (!given)
			return misfit_c(w, &here, "is missing", "빠졌습니다");
		if (!coerce(w, f->type, *given, &value, &here))
			return false;
		if (!hyk_mapb_add(&b, hyk_string(f->name), value))
			return no_memory(w, at);
	}
	*out = hyk_mapb_finish(&b, NULL);
	return out->kind == HYK_MAP ? true : no_memory(w, at);
}

static bool
to_optional(const struct walk *w, const struct hyk_type *t, struct hyk_value in, struct hyk_value *out,
    const struct step *at)
{
	struct hyk_value *inner;

	*out = (struct hyk_value){ .kind = HYK_OPTIONAL };
	if (in.kind == HYK_NULL)
		return true;
	inner = hyk_arena_alloc(w->c->arena, sizeof(*inner));
	if (!inner)
		return no_memory(w, at);
	if (!coerce(w, t->elem, in, inner, at))
		return false;
	out->as.opt = inner;
	return true;
}

static bool
coerce_kind(const struct walk *w, const struct hyk_type *t, struct hyk_value in, struct hyk_value *out,
    const struct step *at)
{
	if (at->depth >= DEPTH_MAX)
		return misfit_c(w, at, "is nested too deep", "너무 깊습니다");
	switch (t->kind) {
	case HYK_T_DYN:
		*out = in;
		return true;
	case HYK_T_NULL:
		*out = in;
		return in.kind == HYK_NULL ? true : misfit_kind(w, at, "null", "null", in);
	case HYK_T_BOOL:
		*out = in;
		return in.kind == HYK_BOOL ? true : misfit_kind(w, at, "true or false", "true 또는 false", in);
	case HYK_T_INT:
		return to_int(w, in, out, at);
	case HYK_T_UINT:
		return to_uint(w, in, out, at);
	case HYK_T_DOUBLE:
		return to_double(w, in, out, at);
	case HYK_T_STRING:
	case HYK_T_IP: /* as text; cel/ reads it */
	case HYK_T_CIDR:
		*out = in;
		return in.kind == HYK_STRING ? true : misfit_kind(w, at, "text", "글", in);
	case HYK_T_BYTES:
		return to_bytes(w, in, out, at);
	case HYK_T_LIST:
		return to_list(w, t, in, out, at);
	case HYK_T_MAP:
		return to_map(w, t, in, out, at);
	case HYK_T_TIMESTAMP:
		return to_timestamp(w, in, out, at);
	case HYK_T_DATE:
		return to_date(w, in, out, at);
	case HYK_T_DURATION:
		return to_duration(w, in, out, at);
	case HYK_T_OPTIONAL:
		return to_optional(w, t, in, out, at);
	case HYK_T_RECORD:
		return to_record(w, t, in, out, at);
	case HYK_T_TYPE:
	case HYK_T_PARAM:
	case HYK_T_ERROR:
		break;
	}
	return misfit_c(w, at, "no JSON value has this type", "JSON으로 적을 수 없는 형식입니다");
}

static bool check_size(const struct walk *w, uint32_t max_size, struct hyk_value v, const struct step *at);

/* A value that nobody gave a size to, whole where its type says nothing of its parts. */
static bool
check_default(const struct walk *w, struct hyk_value v, bool whole, const struct step *at)
{
	bool is_text = v.kind == HYK_STRING || v.kind == HYK_BYTES;

	if (at->depth >= DEPTH_MAX)
		return misfit_c(w, at, "is nested too deep", "너무 깊습니다");
	if (!(w->bounded && !at->depth) && !check_size(w, is_text ? HYK_DEFAULT_MAX_TEXT : HYK_DEFAULT_MAX_ITEMS, v, at))
		return false;
	for (uint32_t i = 0; whole && v.kind == HYK_LIST && i < v.as.list->n; i++) {
		struct step here = { at, { NULL, 0 }, i, at->depth + 1 };

		if (!check_default(w, v.as.list->items[i], true, &here))
			return false;
	}
	for (uint32_t i = 0; whole && v.kind == HYK_MAP && i < v.as.map->n; i++) {
		const struct hyk_ventry *e = &v.as.map->entries[i];
		struct step here = { at, key_name(e->key), 0, at->depth + 1 };

		if (!check_default(w, e->key, true, &here) || !check_default(w, e->value, true, &here))
			return false;
	}
	return true;
}

/* To its type, and held to the sizes for what has none of its own. */
static bool
coerce(const struct walk *w, const struct hyk_type *t, struct hyk_value in, struct hyk_value *out,
    const struct step *at)
{
	switch ((int)t->kind) {
	case HYK_T_DYN:
		return coerce_kind(w, t, in, out, at) && check_default(w, *out, true, at);
	case HYK_T_STRING:
	case HYK_T_BYTES:
		return coerce_kind(w, t, in, out, at) && check_default(w, *out, false, at);
	case HYK_T_LIST:
	case HYK_T_MAP:
		/* first the list, so that a long one is not gone through */
		return check_default(w, in, false, at) && coerce_kind(w, t, in, out, at) &&
		    (t->kind == HYK_T_MAP || (t->elem && t->elem->kind != HYK_T_DYN) || check_default(w, *out, true, at));
	default:
		return coerce_kind(w, t, in, out, at);
	}
}

void
hyk_bounds_init(struct hyk_bounds *b)
{
	*b = (struct hyk_bounds){ .min = hyk_absent(), .max = hyk_absent(), .max_size = UINT32_MAX };
}

/* A value on its own in a sentence: text in quotes, anything else as JSON. */
static void
write_plain(struct hyk_buf *b, struct hyk_value v)
{
	char text[40];

	if (v.kind == HYK_STRING) {
		hyk_buf_append_char(b, '\'');
		write_shown(b, hyk_value_str(v));
		hyk_buf_append_char(b, '\'');
	} else if (v.kind == HYK_TIMESTAMP) {
		hyk_buf_append(b, hyk_str_make(text, hyk_timestamp_format(v, text)));
	} else if (v.kind == HYK_DURATION) {
		hyk_buf_append(b, hyk_str_make(text, hyk_duration_format(v, text)));
	} else {
		write_found(b, v, HYK_LANG_EN);
	}
}

static bool
misfit_bound(const struct walk *w, const struct step *at, bool is_min, struct hyk_value bound, struct hyk_value v)
{
	struct hyk_buf en, ko;

	hyk_buf_init(&en, 0);
	hyk_buf_init(&ko, 0);
	hyk_buf_append_c(&en, is_min ? "must be at least " : "must be at most ");
	write_plain(&en, bound);
	hyk_buf_append_c(&en, ", got ");
	write_plain(&en, v);
	write_plain(&ko, bound);
	hyk_buf_append_c(&ko, is_min ? " 이상이어야 하는데 " : " 이하여야 하는데 ");
	write_plain(&ko, v);
	hyk_buf_append_c(&ko, "이(가) 왔습니다");
	return misfit(w, at, &en, &ko);
}

static bool
misfit_one_of(const struct walk *w, const struct step *at, const struct hyk_vlist *one_of, struct hyk_value v)
{
	struct hyk_buf en, ko;

	hyk_buf_init(&en, 0);
	hyk_buf_init(&ko, 0);
	hyk_buf_append_c(&en, "must be one of ");
	for (uint32_t i = 0; i < one_of->n && i < 20; i++) {
		if (i) {
			hyk_buf_append_c(&en, ", ");
			hyk_buf_append_c(&ko, ", ");
		}
		write_plain(&en, one_of->items[i]);
		write_plain(&ko, one_of->items[i]);
	}
	if (one_of->n > 20) {
		hyk_buf_append_c(&en, ", ...");
		hyk_buf_append_c(&ko, ", ...");
	}
	hyk_buf_append_c(&en, "; got ");
	write_plain(&en, v);
	hyk_buf_append_c(&ko, " 가운데 하나여야 하는데 ");
	write_plain(&ko, v);
	hyk_buf_append_c(&ko, "이(가) 왔습니다");
	return misfit(w, at, &en, &ko);
}

static bool
check_one(const struct walk *w, const struct hyk_bounds *b, struct hyk_value v, const struct step *at)
{
	bool found = !b->one_of;
	int c;

	/* NaN (2) is on neither side of any bound. */
	if (b->min.kind != HYK_ABSENT && hyk_value_compare(v, b->min, &c) && (c < 0 || c == 2))
		return misfit_bound(w, at, true, b->min, v);
	if (b->max.kind != HYK_ABSENT && hyk_value_compare(v, b->max, &c) && c > 0)
		return misfit_bound(w, at, false, b->max, v);
	for (uint32_t i = 0; !found && i < b->one_of->n; i++)
		found = hyk_value_equal(v, b->one_of->items[i]);
	return found ? true : misfit_one_of(w, at, b->one_of, v);
}

static bool
check_size(const struct walk *w, uint32_t max_size, struct hyk_value v, const struct step *at)
{
	bool is_text = v.kind == HYK_STRING || v.kind == HYK_BYTES;
	size_t size = v.n;
	struct hyk_buf en, ko;

	/* characters are counted only where there may be too many */
	if (v.kind == HYK_STRING && v.n > max_size)
		size = hyk_utf8_length(hyk_value_str(v));
	if (v.kind == HYK_LIST)
		size = v.as.list->n;
	else if (v.kind == HYK_MAP)
		size = v.as.map->n;
	else if (!is_text)
		return true;
	if (size <= max_size)
		return true;
	hyk_buf_init(&en, 0);
	hyk_buf_init(&ko, 0);
	hyk_buf_printf(&en, is_text ? "may be %u characters long at most, is %zu" : "may hold %u items at most, holds %zu",
	    (unsigned)max_size, size);
	hyk_buf_printf(&ko, is_text ? "%u자까지인데 %zu자입니다" : "%u개까지인데 %zu개입니다", (unsigned)max_size, size);
	return misfit(w, at, &en, &ko);
}

static bool
check_bounds(const struct walk *w, const struct hyk_bounds *b, struct hyk_value v, const struct step *at)
{
	if (b->max_size != UINT32_MAX && !check_size(w, b->max_size, v, at))
		return false;
	if (v.kind != HYK_LIST)
		return check_one(w, b, v, at);
	for (uint32_t i = 0; i < v.as.list->n; i++) {
		struct step here = { at, { NULL, 0 }, i, at->depth + 1 };

		if (!check_one(w, b, v.as.list->items[i], &here))
			return false;
	}
	return true;
}

bool
hyk_coerce_value(const struct hyk_coerce *c, const struct hyk_type *t, const struct hyk_bounds *bounds,
    struct hyk_value in, struct hyk_value *ret_out, struct hyk_misfit *ret_why)
{
	struct walk w = { c, ret_why, bounds && bounds->max_size != UINT32_MAX };
	struct step root = { .depth = 0 };
	struct hyk_value out;

	if (!coerce(&w, t, in, &out, &root))
		return false;
	if (bounds && !check_bounds(&w, bounds, out, &root))
		return false;
	*ret_out = out;
	return true;
}

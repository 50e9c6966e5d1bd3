/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/wire_value.h"

#include <math.h>

#include "base/utf8.h"

struct put {
	struct hyk_wire_out *o;
	struct hyk_wire_path *path;
	const struct hyk_wire_limits *limits;
	uint32_t nodes;
	size_t start;
};

static bool put_value(struct put *p, struct hyk_value v, uint32_t depth);

static bool
put_key(struct put *p, struct hyk_value key)
{
	switch ((enum hyk_kind)key.kind) {
	case HYK_STRING:
		hyk_wire_put_string(p->o, hyk_value_str(key));
		return true;
	case HYK_INT:
		hyk_wire_put_int(p->o, key.as.i);
		return true;
	case HYK_UINT:
		if (key.as.u > INT64_MAX)
			break;
		hyk_wire_put_int(p->o, (int64_t)key.as.u);
		return true;
	case HYK_BOOL:
		hyk_wire_put_u8(p->o, key.as.b ? HYK_WIRE_TRUE : HYK_WIRE_FALSE);
		return true;
	case HYK_NULL:
	case HYK_DOUBLE:
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
	hyk_wire_path_fail(p->path, "has a key that Lua cannot hold");
	return false;
}

static bool
put_map(struct put *p, const struct hyk_vmap *m, uint32_t depth)
{
	size_t count_at;
	uint32_t n = 0;

	hyk_wire_put_u8(p->o, HYK_WIRE_MAP);
	count_at = p->o->n;
	hyk_wire_put_u32(p->o, 0);
	for (uint32_t i = 0; i < m->n; i++) {
		const struct hyk_ventry *e = &m->entries[i];
		size_t at;
		bool ok;

		/* In Lua a field that is nil is not there. */
		if (e->value.kind == HYK_ABSENT || e->value.kind == HYK_NULL)
			continue;
		at = e->key.kind == HYK_STRING
		    ? hyk_wire_path_enter_key(p->path, hyk_value_str(e->key))
		    : hyk_wire_path_enter_key(p->path, HYK_STR("?"));
		ok = put_key(p, e->key) && put_value(p, e->value, depth + 1);
		hyk_wire_path_leave(p->path, at);
		if (!ok)
			return false;
		n++;
	}
	hyk_wire_patch_u32(p->o, count_at, n);
	return true;
}

static bool
put_value(struct put *p, struct hyk_value v, uint32_t depth)
{
	char text[40];
	size_t n;

	if (depth > p->limits->depth) {
		hyk_wire_path_fail(p->path, "is nested deeper than %u", p->limits->depth);
		return false;
	}
	if (++p->nodes > p->limits->nodes) {
		hyk_wire_path_fail(p->path, "has more than %u parts", p->limits->nodes);
		return false;
	}
	if (p->o->n - p->start > p->limits->bytes) {
		hyk_wire_path_fail(p->path, "takes more than %u bytes", p->limits->bytes);
		return false;
	}
	switch ((enum hyk_kind)v.kind) {
	case HYK_NULL:
	case HYK_ABSENT:
		hyk_wire_put_u8(p->o, HYK_WIRE_NULL);
		return true;
	case HYK_BOOL:
		hyk_wire_put_u8(p->o, v.as.b ? HYK_WIRE_TRUE : HYK_WIRE_FALSE);
		return true;
	case HYK_INT:
		hyk_wire_put_int(p->o, v.as.i);
		return true;
	case HYK_UINT:
		if (v.as.u > INT64_MAX) {
			hyk_wire_path_fail(p->path, "is larger than the integers of Lua");
			return false;
		}
		hyk_wire_put_int(p->o, (int64_t)v.as.u);
		return true;
	case HYK_DOUBLE:
		if (!isfinite(v.as.d)) {
			hyk_wire_path_fail(p->path, "is not a finite number");
			return false;
		}
		hyk_wire_put_double(p->o, v.as.d);
		return true;
	case HYK_STRING:
	case HYK_BYTES:
		hyk_wire_put_string(p->o, hyk_value_str(v));
		return true;
	case HYK_TIMESTAMP:
		n = hyk_timestamp_format(v, text);
		hyk_wire_put_string(p->o, hyk_str_make(text, n));
		return true;
	case HYK_DURATION:
		n = hyk_duration_format(v, text);
		hyk_wire_put_string(p->o, hyk_str_make(text, n));
		return true;
	case HYK_LIST:
		hyk_wire_put_u8(p->o, HYK_WIRE_LIST);
		hyk_wire_put_u32(p->o, v.as.list->n);
		for (uint32_t i = 0; i < v.as.list->n; i++) {
			size_t at = hyk_wire_path_enter_item(p->path, i + 1ull);
			bool ok = true;

			if (v.as.list->items[i].kind == HYK_NULL ||
			    v.as.list->items[i].kind == HYK_ABSENT) {
				hyk_wire_path_fail(
				    p->path, "is null, which a list of Lua cannot hold");
				ok = false;
			}
			ok = ok && put_value(p, v.as.list->items[i], depth + 1);
			hyk_wire_path_leave(p->path, at);
			if (!ok)
				return false;
		}
		return true;
	case HYK_MAP:
		return put_map(p, v.as.map, depth);
	case HYK_OPTIONAL:
		if (!v.as.opt) {
			hyk_wire_put_u8(p->o, HYK_WIRE_NULL);
			return true;
		}
		return put_value(p, *v.as.opt, depth + 1);
	case HYK_TYPE:
	case HYK_NET:
	case HYK_UNKNOWN:
	case HYK_ERROR_VALUE:
		break;
	}
	hyk_wire_path_fail(
	    p->path, "is %s, which a plugin cannot be given", hyk_kind_name((enum hyk_kind)v.kind));
	return false;
}

bool
hyk_wire_put_value(struct hyk_wire_out *o, struct hyk_value v, const struct hyk_wire_limits *limits,
    struct hyk_wire_path *path)
{
	struct put p = { .o = o, .path = path, .limits = limits, .start = o->n };

	if (!put_value(&p, v, 0))
		return false;
	if (o->full || o->n - p.start > limits->bytes) {
		hyk_wire_path_fail(path, "takes more than %u bytes", limits->bytes);
		return false;
	}
	return true;
}

struct take {
	struct hyk_wire_in *i;
	struct hyk_wire_path *path;
	const struct hyk_wire_limits *limits;
	struct hyk_arena *arena;
	uint32_t nodes;
};

static bool
no_memory(struct take *t)
{
	hyk_wire_path_fail(t->path, "there is no memory for it");
	return false;
}

static bool
take_string(struct take *t, struct hyk_value *ret_v)
{
	struct hyk_str s = hyk_wire_get_str(t->i), copy;

	if (t->i->bad) {
		hyk_wire_path_fail(t->path, "is cut short");
		return false;
	}
	if (hyk_utf8_valid_prefix(s) != s.n) {
		hyk_wire_path_fail(t->path, "is text that is not UTF-8");
		return false;
	}
	copy = hyk_arena_dup(t->arena, s);
	if (!copy.p)
		return no_memory(t);
	*ret_v = hyk_string(copy);
	return true;
}

static bool take_value(struct take *t, uint32_t depth, struct hyk_value *ret_v);

/* Every item takes a byte at least, so a count past what is left is a lie. */
static bool
take_count(struct take *t, uint32_t bytes_each, uint32_t *ret_n)
{
	*ret_n = hyk_wire_get_u32(t->i);
	if (t->i->bad || *ret_n > (t->i->n - t->i->at) / bytes_each || *ret_n > t->limits->nodes) {
		hyk_wire_path_fail(t->path, "has a false count");
		return false;
	}
	return true;
}

static bool
take_list(struct take *t, uint32_t depth, struct hyk_value *ret_v)
{
	struct hyk_value *items;
	uint32_t n;

	if (!take_count(t, 1, &n))
		return false;
	items = hyk_arena_array(t->arena, n ? n : 1, sizeof(*items));
	if (!items)
		return no_memory(t);
	for (uint32_t i = 0; i < n; i++) {
		size_t at = hyk_wire_path_enter_item(t->path, i + 1ull);
		bool ok = take_value(t, depth + 1, &items[i]);

		hyk_wire_path_leave(t->path, at);
		if (!ok)
			return false;
	}
	*ret_v = hyk_list(t->arena, items, n);
	return ret_v->kind == HYK_LIST || no_memory(t);
}

static bool
take_map(struct take *t, uint32_t depth, struct hyk_value *ret_v)
{
	struct hyk_mapb b;
	uint32_t n, dup;

	if (!take_count(t, 6, &n))
		return false;
	hyk_mapb_init(&b, t->arena);
	for (uint32_t i = 0; i < n; i++) {
		struct hyk_value key, value;
		size_t at;
		bool ok;

		if (hyk_wire_get_u8(t->i) != HYK_WIRE_STRING) {
			hyk_wire_path_fail(t->path, "has a key that is not text");
			return false;
		}
		if (!take_string(t, &key))
			return false;
		at = hyk_wire_path_enter_key(t->path, hyk_value_str(key));
		ok = take_value(t, depth + 1, &value);
		hyk_wire_path_leave(t->path, at);
		if (!ok)
			return false;
		if (!hyk_mapb_add(&b, key, value))
			return no_memory(t);
	}
	*ret_v = hyk_mapb_finish(&b, &dup);
	if (ret_v->kind != HYK_MAP)
		return no_memory(t);
	if (dup != UINT32_MAX) {
		hyk_wire_path_fail(t->path, "has a key twice");
		return false;
	}
	return true;
}

static bool
take_value(struct take *t, uint32_t depth, struct hyk_value *ret_v)
{
	uint8_t tag;

	if (depth > t->limits->depth) {
		hyk_wire_path_fail(t->path, "is nested deeper than %u", t->limits->depth);
		return false;
	}
	if (++t->nodes > t->limits->nodes) {
		hyk_wire_path_fail(t->path, "has more than %u parts", t->limits->nodes);
		return false;
	}
	tag = hyk_wire_get_u8(t->i);
	if (t->i->bad || tag >= HYK_WIRE_N_TAGS) {
		hyk_wire_path_fail(t->path, "is of no known form");
		return false;
	}
	switch ((enum hyk_wire_tag)tag) {
	case HYK_WIRE_NULL:
		*ret_v = hyk_null();
		return true;
	case HYK_WIRE_FALSE:
	case HYK_WIRE_TRUE:
		*ret_v = hyk_bool(tag == HYK_WIRE_TRUE);
		return true;
	case HYK_WIRE_INT:
		*ret_v = hyk_int((int64_t)hyk_wire_get_u64(t->i));
		break;
	case HYK_WIRE_DOUBLE:
		*ret_v = hyk_double(hyk_wire_get_f64(t->i));
		if (!isfinite(ret_v->as.d)) {
			hyk_wire_path_fail(t->path, "is not a finite number");
			return false;
		}
		break;
	case HYK_WIRE_STRING:
		return take_string(t, ret_v);
	case HYK_WIRE_LIST:
		return take_list(t, depth, ret_v);
	case HYK_WIRE_MAP:
		return take_map(t, depth, ret_v);
	case HYK_WIRE_N_TAGS:
		break;
	}
	if (t->i->bad) {
		hyk_wire_path_fail(t->path, "is cut short");
		return false;
	}
	return true;
}

bool
hyk_wire_get_value(struct hyk_wire_in *i, const struct hyk_wire_limits *limits,
    struct hyk_arena *arena, struct hyk_value *ret_v, struct hyk_wire_path *path)
{
	struct take t = { .i = i, .path = path, .limits = limits, .arena = arena };

	if (i->n - i->at > limits->bytes) {
		hyk_wire_path_fail(path, "takes more than %u bytes", limits->bytes);
		return false;
	}
	return take_value(&t, 0, ret_v);
}

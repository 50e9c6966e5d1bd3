/* SPDX-License-Identifier: Apache-2.0 */
/* value/value.c - equality, order and copies of values. Maps: vmap.c; times: time.c. */
#include "value/value.h"

#include <math.h>

#include "value/schema.h"

static const struct hyk_verror no_memory_error = { .text = HYK_STR_INIT("out of memory"), .slot = UINT32_MAX };

static struct hyk_value
no_memory(void)
{
	return (struct hyk_value){ .kind = HYK_ERROR_VALUE, .as.err = &no_memory_error };
}

struct hyk_value
hyk_list(struct hyk_arena *a, const struct hyk_value *items, uint32_t n)
{
	struct hyk_vlist *list = hyk_arena_alloc(a, sizeof(*list));

	if (!list)
		return no_memory();
	*list = (struct hyk_vlist){ n, items };
	return (struct hyk_value){ .kind = HYK_LIST, .as.list = list };
}

const struct hyk_value *
hyk_value_get(struct hyk_value v, const char *key)
{
	return v.kind == HYK_MAP ? hyk_vmap_find_str(v.as.map, hyk_str_from_c(key)) : NULL;
}

static bool
is_number(struct hyk_value v)
{
	return v.kind == HYK_INT || v.kind == HYK_UINT || v.kind == HYK_DOUBLE;
}

static int
order_i64(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static int
order_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* Exactly, on the number line: converting the integer would make 2^53 + 1 equal to 2^53. d is not NaN. */
static int
order_int_double(int64_t i, double d)
{
	double whole;
	int c;

	if (d >= 9223372036854775808.0)
		return -1;
	if (d < -9223372036854775808.0)
		return 1;
	whole = trunc(d);
	c = order_i64(i, (int64_t)whole);
	if (c)
		return c;
	return d > whole ? -1 : d < whole;
}

static int
order_uint_double(uint64_t u, double d)
{
	double whole;
	int c;

	if (d >= 18446744073709551616.0)
		return -1;
	if (d < 0)
		return 1;
	whole = trunc(d);
	c = order_u64(u, (uint64_t)whole);
	if (c)
		return c;
	return d > whole ? -1 : 0;
}

/* -1, 0, 1; 2 when one is NaN. Both are numbers. */
static int
order_numbers(struct hyk_value a, struct hyk_value b)
{
	if (a.kind == HYK_INT) {
		if (b.kind == HYK_INT)
			return order_i64(a.as.i, b.as.i);
		if (b.kind == HYK_UINT)
			return a.as.i < 0 ? -1 : order_u64((uint64_t)a.as.i, b.as.u);
		return isnan(b.as.d) ? 2 : order_int_double(a.as.i, b.as.d);
	}
	if (a.kind == HYK_UINT) {
		if (b.kind == HYK_UINT)
			return order_u64(a.as.u, b.as.u);
		if (b.kind == HYK_INT)
			return b.as.i < 0 ? 1 : order_u64(a.as.u, (uint64_t)b.as.i);
		return isnan(b.as.d) ? 2 : order_uint_double(a.as.u, b.as.d);
	}
	if (isnan(a.as.d))
		return 2;
	if (b.kind == HYK_INT)
		return -order_int_double(b.as.i, a.as.d);
	if (b.kind == HYK_UINT)
		return -order_uint_double(b.as.u, a.as.d);
	if (isnan(b.as.d))
		return 2;
	return a.as.d < b.as.d ? -1 : a.as.d > b.as.d;
}

bool
hyk_value_compare(struct hyk_value a, struct hyk_value b, int *ret_cmp)
{
	int c;

	if (is_number(a) && is_number(b)) {
		*ret_cmp = order_numbers(a, b);
		return true;
	}
	if (a.kind != b.kind)
		return false;
	if (a.kind == HYK_BOOL) {
		*ret_cmp = (int)a.as.b - (int)b.as.b;
		return true;
	}
	if (a.kind == HYK_STRING || a.kind == HYK_BYTES) {
		/* Bytes of UTF-8 are in the order of their code points. */
		c = hyk_str_cmp(hyk_value_str(a), hyk_value_str(b));
		*ret_cmp = c < 0 ? -1 : c > 0;
		return true;
	}
	if (a.kind == HYK_TIMESTAMP) {
		c = order_i64(a.as.i, b.as.i);
		*ret_cmp = c ? c : order_u64(a.n, b.n);
		return true;
	}
	if (a.kind == HYK_DURATION) {
		*ret_cmp = order_i64(a.as.i, b.as.i);
		return true;
	}
	return false;
}

static bool equal(struct hyk_value a, struct hyk_value b, unsigned depth);

static bool
equal_lists(const struct hyk_vlist *a, const struct hyk_vlist *b, unsigned depth)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++) {
		if (!equal(a->items[i], b->items[i], depth))
			return false;
	}
	return true;
}

static bool
equal_maps(const struct hyk_vmap *a, const struct hyk_vmap *b, unsigned depth)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++) {
		const struct hyk_value *other = hyk_vmap_find(b, a->entries[i].key);

		if (!other || !equal(a->entries[i].value, *other, depth))
			return false;
	}
	return true;
}

static bool
equal(struct hyk_value a, struct hyk_value b, unsigned depth)
{
	int c;

	if (hyk_value_compare(a, b, &c))
		return c == 0;
	if (a.kind != b.kind || depth >= HYK_VALUE_MAX_DEPTH)
		return false;
	switch ((enum hyk_kind)a.kind) {
	case HYK_NULL:
	case HYK_ABSENT:
		return true;
	case HYK_LIST:
		return equal_lists(a.as.list, b.as.list, depth + 1);
	case HYK_MAP:
		return equal_maps(a.as.map, b.as.map, depth + 1);
	case HYK_TYPE:
		return hyk_type_equal(a.as.type, b.as.type);
	case HYK_OPTIONAL:
		if (!a.as.opt || !b.as.opt)
			return a.as.opt == b.as.opt;
		return equal(*a.as.opt, *b.as.opt, depth + 1);
	case HYK_NET:
		return a.as.net == b.as.net;
	case HYK_BOOL: /* compared above */
	case HYK_INT:
	case HYK_UINT:
	case HYK_DOUBLE:
	case HYK_STRING:
	case HYK_BYTES:
	case HYK_TIMESTAMP:
	case HYK_DURATION:
	case HYK_UNKNOWN:
	case HYK_ERROR_VALUE:
		return false;
	}
	return false;
}

bool
hyk_value_equal(struct hyk_value a, struct hyk_value b)
{
	return equal(a, b, 0);
}

static uint64_t
mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

uint64_t
hyk_value_hash(struct hyk_value key)
{
	uint64_t bits;

	if (key.kind == HYK_STRING)
		return hyk_str_hash(hyk_value_str(key));
	if (key.kind == HYK_BOOL)
		return mix(0x626f6f6cu + (uint64_t)key.as.b);
	if (key.kind == HYK_INT)
		return mix((uint64_t)key.as.i);
	if (key.kind == HYK_UINT)
		return mix(key.as.u);
	if (key.kind == HYK_DOUBLE) {
		double d = key.as.d;

		/* A whole double must hash as the integer it equals. */
		if (d == trunc(d) && d >= -9223372036854775808.0 && d < 9223372036854775808.0)
			return mix((uint64_t)(int64_t)d);
		if (d == trunc(d) && d >= 0 && d < 18446744073709551616.0)
			return mix((uint64_t)d);
		memcpy(&bits, &d, sizeof(bits));
		return mix(bits);
	}
	return mix(0xfeedu + key.kind);
}

static struct hyk_value copy(struct hyk_arena *a, struct hyk_value v, unsigned depth);

static struct hyk_value
copy_list(struct hyk_arena *a, const struct hyk_vlist *list, unsigned depth)
{
	struct hyk_value *items = hyk_arena_array(a, list->n, sizeof(*items));

	if (!items)
		return no_memory();
	for (uint32_t i = 0; i < list->n; i++) {
		items[i] = copy(a, list->items[i], depth);
		if (items[i].kind == HYK_ERROR_VALUE && list->items[i].kind != HYK_ERROR_VALUE)
			return items[i];
	}
	return hyk_list(a, items, list->n);
}

static struct hyk_value
copy_map(struct hyk_arena *a, const struct hyk_vmap *map, unsigned depth)
{
	struct hyk_vmap *out = hyk_arena_alloc(a, sizeof(*out));
	struct hyk_ventry *entries = hyk_arena_array(a, map->n, sizeof(*entries));

	if (!out || !entries)
		return no_memory();
	for (uint32_t i = 0; i < map->n; i++) {
		entries[i].key = copy(a, map->entries[i].key, depth);
		if (entries[i].key.kind == HYK_ERROR_VALUE)
			return entries[i].key;
		entries[i].value = copy(a, map->entries[i].value, depth);
		if (entries[i].value.kind == HYK_ERROR_VALUE && map->entries[i].value.kind != HYK_ERROR_VALUE)
			return entries[i].value;
	}
	*out = (struct hyk_vmap){ map->n, entries, NULL, 0 };
	if (map->index) {
		uint32_t *index = hyk_arena_array(a, map->n_index, sizeof(*index));

		if (!index)
			return no_memory();
		memcpy(index, map->index, map->n_index * sizeof(*index));
		out->index = index;
		out->n_index = map->n_index;
	}
	return (struct hyk_value){ .kind = HYK_MAP, .as.map = out };
}

static struct hyk_value
copy_error(struct hyk_arena *a, const struct hyk_verror *err)
{
	struct hyk_verror *out = hyk_arena_alloc(a, sizeof(*out));

	if (!out)
		return no_memory();
	*out = *err;
	out->text = hyk_arena_dup(a, err->text);
	return out->text.p ? (struct hyk_value){ .kind = HYK_ERROR_VALUE, .as.err = out } : no_memory();
}

static struct hyk_value
copy_unknown(struct hyk_arena *a, const struct hyk_unknown *unknown)
{
	struct hyk_unknown *out = hyk_arena_alloc(a, sizeof(*out));
	uint32_t *slots = hyk_arena_array(a, unknown->n, sizeof(*slots));

	if (!out || !slots)
		return no_memory();
	if (unknown->n)
		memcpy(slots, unknown->slots, unknown->n * sizeof(*slots));
	*out = (struct hyk_unknown){ unknown->n, slots };
	return (struct hyk_value){ .kind = HYK_UNKNOWN, .as.unknown = out };
}

static struct hyk_value
copy(struct hyk_arena *a, struct hyk_value v, unsigned depth)
{
	static const struct hyk_verror too_deep = { .text = HYK_STR_INIT("nested too deep"), .slot = UINT32_MAX };
	struct hyk_value *inner;
	struct hyk_str s;

	if (depth >= HYK_VALUE_MAX_DEPTH)
		return (struct hyk_value){ .kind = HYK_ERROR_VALUE, .as.err = &too_deep };
	switch ((enum hyk_kind)v.kind) {
	case HYK_STRING:
	case HYK_BYTES:
		s = hyk_arena_dup(a, hyk_value_str(v));
		if (!s.p)
			return no_memory();
		v.as.s = s.p;
		return v;
	case HYK_LIST:
		return copy_list(a, v.as.list, depth + 1);
	case HYK_MAP:
		return copy_map(a, v.as.map, depth + 1);
	case HYK_OPTIONAL:
		if (!v.as.opt)
			return v;
		inner = hyk_arena_alloc(a, sizeof(*inner));
		if (!inner)
			return no_memory();
		*inner = copy(a, *v.as.opt, depth + 1);
		if (inner->kind == HYK_ERROR_VALUE && v.as.opt->kind != HYK_ERROR_VALUE)
			return *inner;
		v.as.opt = inner;
		return v;
	case HYK_UNKNOWN:
		return v.as.unknown ? copy_unknown(a, v.as.unknown) : v;
	case HYK_ERROR_VALUE:
		return v.as.err ? copy_error(a, v.as.err) : v;
	case HYK_NULL:
	case HYK_BOOL:
	case HYK_INT:
	case HYK_UINT:
	case HYK_DOUBLE:
	case HYK_TIMESTAMP:
	case HYK_DURATION:
	case HYK_TYPE: /* types and nets outlive the values that name them */
	case HYK_NET:
	case HYK_ABSENT:
		return v;
	}
	return v;
}

struct hyk_value
hyk_value_copy(struct hyk_arena *a, struct hyk_value v)
{
	return copy(a, v, 0);
}

const char *
hyk_kind_name(enum hyk_kind k)
{
	switch (k) {
	case HYK_NULL:
		return "null_type";
	case HYK_BOOL:
		return "bool";
	case HYK_INT:
		return "int";
	case HYK_UINT:
		return "uint";
	case HYK_DOUBLE:
		return "double";
	case HYK_STRING:
		return "string";
	case HYK_BYTES:
		return "bytes";
	case HYK_LIST:
		return "list";
	case HYK_MAP:
		return "map";
	case HYK_TIMESTAMP:
		return "google.protobuf.Timestamp";
	case HYK_DURATION:
		return "google.protobuf.Duration";
	case HYK_TYPE:
		return "type";
	case HYK_OPTIONAL:
		return "optional_type";
	case HYK_NET:
		return "net";
	case HYK_ABSENT:
		return "absent";
	case HYK_UNKNOWN:
		return "unknown";
	case HYK_ERROR_VALUE:
		return "error";
	}
	return "?";
}

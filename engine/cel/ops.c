/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/ops.c - operators on whole values: equality, order, fields, indexes, arithmetic.
 *
 * Whole numbers and doubles are compared as doubles once the double is known to be in range, as CEL's
 * reference implementation does; so 2^53 + 1 equals 2^53 as a double, unlike in value/value.c, whose exact
 * order JSON and schemas use.
 */
#include "cel/program.h"

#include <math.h>

#include "cel/net.h"

#define EQUAL_MAX_DEPTH HYK_VALUE_MAX_DEPTH

/* Order -------------------------------------------------------------- */

static int
order_double(double a, double b)
{
	if (isnan(a) || isnan(b))
		return 2;
	return a < b ? -1 : a > b;
}

static int
int_double(int64_t i, double d)
{
	if (d < -9223372036854775808.0)
		return 1;
	if (d > 9223372036854775808.0)
		return -1;
	return order_double((double)i, d);
}

static int
uint_double(uint64_t u, double d)
{
	if (d < 0)
		return 1;
	if (d > 18446744073709551616.0)
		return -1;
	return order_double((double)u, d);
}

static int
turned(int c)
{
	return c == 2 ? 2 : -c;
}

bool
hyk_cel_compare(struct hyk_value a, struct hyk_value b, int *ret_cmp)
{
	if (a.kind == HYK_DOUBLE && b.kind == HYK_DOUBLE)
		*ret_cmp = order_double(a.as.d, b.as.d);
	else if (a.kind == HYK_INT && b.kind == HYK_DOUBLE)
		*ret_cmp = int_double(a.as.i, b.as.d);
	else if (a.kind == HYK_UINT && b.kind == HYK_DOUBLE)
		*ret_cmp = uint_double(a.as.u, b.as.d);
	else if (a.kind == HYK_DOUBLE && b.kind == HYK_INT)
		*ret_cmp = turned(int_double(b.as.i, a.as.d));
	else if (a.kind == HYK_DOUBLE && b.kind == HYK_UINT)
		*ret_cmp = turned(uint_double(b.as.u, a.as.d));
	else
		return hyk_value_compare(a, b, ret_cmp);
	return true;
}

/* Finds a key with CEL's equality of numbers. */
static const struct hyk_value *
find_key(const struct hyk_vmap *m, struct hyk_value key)
{
	return hyk_vmap_find(m, key);
}

static bool
equal(struct hyk_value a, struct hyk_value b, unsigned depth)
{
	int cmp;

	if (hyk_cel_compare(a, b, &cmp))
		return cmp == 0;
	if (a.kind != b.kind || depth > EQUAL_MAX_DEPTH)
		return false;
	if (a.kind == HYK_LIST) {
		if (a.as.list->n != b.as.list->n)
			return false;
		for (uint32_t i = 0; i < a.as.list->n; i++) {
			if (!equal(a.as.list->items[i], b.as.list->items[i], depth + 1))
				return false;
		}
		return true;
	}
	if (a.kind == HYK_MAP) {
		if (a.as.map->n != b.as.map->n)
			return false;
		for (uint32_t i = 0; i < a.as.map->n; i++) {
			const struct hyk_value *other = find_key(b.as.map, a.as.map->entries[i].key);

			if (!other || !equal(a.as.map->entries[i].value, *other, depth + 1))
				return false;
		}
		return true;
	}
	if (a.kind == HYK_OPTIONAL && a.as.opt && b.as.opt)
		return equal(*a.as.opt, *b.as.opt, depth + 1);
	if (a.kind == HYK_NET)
		return hyk_cel_net_equal(a.as.net, b.as.net);
	return hyk_value_equal(a, b);
}

bool
hyk_cel_equal(struct hyk_value a, struct hyk_value b)
{
	return equal(a, b, 0);
}

/* Fields and indexes --------------------------------------------------- */

struct hyk_value
hyk_cel_some(struct hyk_cel_ctx *c, struct hyk_value v)
{
	struct hyk_value *in = hyk_arena_alloc(c->arena, sizeof(*in));

	if (!in)
		return hyk_cel_no_memory();
	*in = v;
	return (struct hyk_value){ .kind = HYK_OPTIONAL, .as.opt = in };
}

static struct hyk_value
none(void)
{
	return (struct hyk_value){ .kind = HYK_OPTIONAL };
}

static struct hyk_value
no_such_key(struct hyk_cel_ctx *c, struct hyk_value key)
{
	if (key.kind == HYK_STRING)
		return hyk_cel_failf(c, "there is no '%.*s'", (int)(key.n > 100 ? 100 : key.n), key.as.s);
	return hyk_cel_fail(c, "there is no such key");
}

static bool
is_key(struct hyk_value v)
{
	return v.kind == HYK_BOOL || v.kind == HYK_INT || v.kind == HYK_UINT || v.kind == HYK_STRING || v.kind == HYK_DOUBLE;
}

/* Through an optional, everything becomes optional. */
static struct hyk_value
through(struct hyk_cel_ctx *c, struct hyk_value found)
{
	if (found.kind >= HYK_ABSENT || found.kind == HYK_OPTIONAL)
		return found;
	return hyk_cel_some(c, found);
}

struct hyk_value
hyk_cel_select(struct hyk_cel_ctx *c, struct hyk_value v, struct hyk_value key, bool opt)
{
	const struct hyk_value *found;

	if (v.kind == HYK_OPTIONAL) {
		if (!v.as.opt)
			return v;
		return v.as.opt->kind == HYK_OPTIONAL ? hyk_cel_fail(c, "an optional within an optional has no fields")
		                                      : through(c, hyk_cel_select(c, *v.as.opt, key, true));
	}
	if (v.kind != HYK_MAP)
		return hyk_cel_failf(c, "%s has no fields", hyk_kind_name((enum hyk_kind)v.kind));
	found = find_key(v.as.map, key);
	if (!found)
		return opt ? none() : no_such_key(c, key);
	return opt ? hyk_cel_some(c, *found) : *found;
}

struct hyk_value
hyk_cel_has(struct hyk_cel_ctx *c, struct hyk_value v, struct hyk_value key)
{
	if (v.kind == HYK_OPTIONAL)
		return v.as.opt ? hyk_cel_has(c, *v.as.opt, key) : hyk_bool(false);
	if (v.kind != HYK_MAP)
		return hyk_cel_failf(c, "%s has no fields", hyk_kind_name((enum hyk_kind)v.kind));
	return hyk_bool(find_key(v.as.map, key) != NULL);
}

/* A whole number as an index; false: it is none. */
static bool
to_position(struct hyk_value v, int64_t *ret_i)
{
	if (v.kind == HYK_INT)
		*ret_i = v.as.i;
	else if (v.kind == HYK_UINT)
		*ret_i = v.as.u > INT64_MAX ? INT64_MAX : (int64_t)v.as.u;
	else if (v.kind == HYK_DOUBLE && v.as.d == trunc(v.as.d) && fabs(v.as.d) < 9007199254740992.0)
		*ret_i = (int64_t)v.as.d;
	else
		return false;
	return true;
}

struct hyk_value
hyk_cel_index(struct hyk_cel_ctx *c, struct hyk_value v, struct hyk_value key, bool opt)
{
	const struct hyk_value *found = NULL;
	int64_t i;

	if (v.kind == HYK_OPTIONAL) {
		if (!v.as.opt)
			return v;
		return v.as.opt->kind == HYK_OPTIONAL ? hyk_cel_fail(c, "an optional within an optional has no items")
		                                      : through(c, hyk_cel_index(c, *v.as.opt, key, true));
	}
	if (v.kind == HYK_LIST) {
		if (!to_position(key, &i))
			return hyk_cel_fail(c, "a list has whole numbers as indexes");
		if (i >= 0 && i < (int64_t)v.as.list->n)
			found = &v.as.list->items[i];
		else if (!opt)
			return hyk_cel_failf(c, "there is no item %lld in a list of %u", (long long)i, v.as.list->n);
	} else if (v.kind == HYK_MAP) {
		found = is_key(key) ? find_key(v.as.map, key) : NULL;
		if (!found && !opt)
			return no_such_key(c, key);
	} else {
		return hyk_cel_failf(c, "%s has no items", hyk_kind_name((enum hyk_kind)v.kind));
	}
	if (!opt)
		return *found;
	return found ? hyk_cel_some(c, *found) : none();
}

struct hyk_value
hyk_cel_make_list(struct hyk_cel_ctx *c, const struct hyk_value *items, uint32_t n, const uint8_t *opt)
{
	struct hyk_value *kept;
	uint32_t k = 0;

	if (!opt)
		return hyk_list(c->arena, items, n);
	kept = hyk_arena_array(c->arena, (size_t)n + 1, sizeof(*kept));
	if (!kept)
		return hyk_cel_no_memory();
	for (uint32_t i = 0; i < n; i++) {
		if (!opt[i])
			kept[k++] = items[i];
		else if (items[i].kind != HYK_OPTIONAL)
			return hyk_cel_fail(c, "an item written with ? is not an optional");
		else if (items[i].as.opt)
			kept[k++] = *items[i].as.opt;
	}
	return hyk_list(c->arena, kept, k);
}

struct hyk_value
hyk_cel_make_map(struct hyk_cel_ctx *c, const struct hyk_value *items, uint32_t n, const uint8_t *opt)
{
	struct hyk_mapb b;
	struct hyk_value m;
	uint32_t dup;

	hyk_mapb_init(&b, c->arena);
	for (uint32_t i = 0; i < n; i++) {
		struct hyk_value key = items[2 * i], v = items[2 * i + 1];

		if (key.kind != HYK_STRING && key.kind != HYK_INT && key.kind != HYK_UINT && key.kind != HYK_BOOL)
			return hyk_cel_failf(c, "%s cannot be the key of a map", hyk_kind_name((enum hyk_kind)key.kind));
		if (opt && opt[i]) {
			if (v.kind != HYK_OPTIONAL)
				return hyk_cel_fail(c, "an entry written with ? is not an optional");
			if (!v.as.opt)
				continue;
			v = *v.as.opt;
		}
		if (!hyk_mapb_add(&b, key, v))
			return hyk_cel_no_memory();
	}
	m = hyk_mapb_finish(&b, &dup);
	if (m.kind == HYK_MAP && dup != UINT32_MAX)
		return hyk_cel_fail(c, "a key is given twice");
	return m;
}

/* Sets ----------------------------------------------------------------- */

enum hyk_status
hyk_cel_set_build(struct hyk_arena *a, const struct hyk_vlist *list, struct hyk_cel_set *ret_set)
{
	uint32_t n_index = 0, *index = NULL;

	if (list->n > 8) {
		n_index = 16;
		while (n_index < list->n * 2u)
			n_index *= 2;
		index = hyk_arena_array(a, n_index, sizeof(*index));
		if (!index)
			return HYK_E_NOMEM;
		for (uint32_t i = 0; i < list->n; i++) {
			uint32_t at = (uint32_t)hyk_value_hash(list->items[i]) & (n_index - 1);

			while (index[at])
				at = (at + 1) & (n_index - 1);
			index[at] = i + 1;
		}
	}
	*ret_set = (struct hyk_cel_set){ list, n_index, index };
	return HYK_OK;
}

bool
hyk_cel_set_has(const struct hyk_cel_set *s, struct hyk_value v)
{
	if (s->n_index && (v.kind == HYK_STRING || v.kind == HYK_INT || v.kind == HYK_UINT)) {
		uint32_t at = (uint32_t)hyk_value_hash(v) & (s->n_index - 1);

		for (; s->index[at]; at = (at + 1) & (s->n_index - 1)) {
			if (hyk_cel_equal(s->list->items[s->index[at] - 1], v))
				return true;
		}
		return false;
	}
	for (uint32_t i = 0; i < s->list->n; i++) {
		const struct hyk_value *e = &s->list->items[i];

		if (e->kind == HYK_STRING && v.kind == HYK_STRING) {
			if (e->n == v.n && memcmp(e->as.s, v.as.s, v.n) == 0)
				return true;
		} else if (hyk_cel_equal(*e, v)) {
			return true;
		}
	}
	return false;
}

/* The table's operators ------------------------------------------------ */

#define FN(name)                                                                                   \
	struct hyk_value hyk_cel_fn_##name(struct hyk_cel_ctx *c, const struct hyk_value *a, unsigned n)
#define UNUSED (void)c, (void)a, (void)n

static struct hyk_value
overflow(struct hyk_cel_ctx *c)
{
	return hyk_cel_fail(c, "the result is too large for its type");
}

FN(add)
{
	struct hyk_value v = a[0];

	UNUSED;
	if (v.kind == HYK_DOUBLE)
		v.as.d = a[0].as.d + a[1].as.d;
	else if (v.kind == HYK_INT ? __builtin_add_overflow(a[0].as.i, a[1].as.i, &v.as.i)
	                           : __builtin_add_overflow(a[0].as.u, a[1].as.u, &v.as.u))
		return overflow(c);
	return v;
}

FN(sub)
{
	struct hyk_value v = a[0];

	UNUSED;
	if (v.kind == HYK_DOUBLE)
		v.as.d = a[0].as.d - a[1].as.d;
	else if (v.kind == HYK_INT ? __builtin_sub_overflow(a[0].as.i, a[1].as.i, &v.as.i)
	                           : __builtin_sub_overflow(a[0].as.u, a[1].as.u, &v.as.u))
		return overflow(c);
	return v;
}

FN(mul)
{
	struct hyk_value v = a[0];

	UNUSED;
	if (v.kind == HYK_DOUBLE)
		v.as.d = a[0].as.d * a[1].as.d;
	else if (v.kind == HYK_INT ? __builtin_mul_overflow(a[0].as.i, a[1].as.i, &v.as.i)
	                           : __builtin_mul_overflow(a[0].as.u, a[1].as.u, &v.as.u))
		return overflow(c);
	return v;
}

FN(div)
{
	(void)n;
	if (a[0].kind == HYK_DOUBLE)
		return hyk_double(a[0].as.d / a[1].as.d);
	if (a[1].as.u == 0)
		return hyk_cel_fail(c, "division by zero");
	if (a[0].kind == HYK_UINT)
		return hyk_uint(a[0].as.u / a[1].as.u);
	/* the processor traps on this one */
	if (a[0].as.i == INT64_MIN && a[1].as.i == -1)
		return overflow(c);
	return hyk_int(a[0].as.i / a[1].as.i);
}

FN(mod)
{
	(void)n;
	if (a[1].as.u == 0)
		return hyk_cel_fail(c, "remainder of a division by zero");
	if (a[0].kind == HYK_UINT)
		return hyk_uint(a[0].as.u % a[1].as.u);
	if (a[0].as.i == INT64_MIN && a[1].as.i == -1)
		return overflow(c);
	return hyk_int(a[0].as.i % a[1].as.i);
}

FN(neg)
{
	(void)n;
	if (a[0].kind == HYK_DOUBLE)
		return hyk_double(-a[0].as.d);
	return a[0].as.i == INT64_MIN ? overflow(c) : hyk_int(-a[0].as.i);
}

FN(not)
{
	UNUSED;
	return hyk_bool(!a[0].as.b);
}

FN(eq)
{
	UNUSED;
	return hyk_bool(hyk_cel_equal(a[0], a[1]));
}

FN(ne)
{
	UNUSED;
	return hyk_bool(!hyk_cel_equal(a[0], a[1]));
}

/* Only reached for values of one kind, which are always comparable. */
static int
order(const struct hyk_value *a)
{
	int cmp = 2;

	return hyk_cel_compare(a[0], a[1], &cmp) ? cmp : 2;
}

FN(lt)
{
	UNUSED;
	return hyk_bool(order(a) == -1);
}

FN(le)
{
	UNUSED;
	return hyk_bool(order(a) <= 0);
}

FN(gt)
{
	UNUSED;
	return hyk_bool(order(a) == 1);
}

FN(ge)
{
	int cmp = order(a);

	UNUSED;
	return hyk_bool(cmp == 0 || cmp == 1);
}

FN(in)
{
	UNUSED;
	if (a[1].kind == HYK_MAP)
		return hyk_bool(is_key(a[0]) && find_key(a[1].as.map, a[0]));
	for (uint32_t i = 0; i < a[1].as.list->n; i++) {
		if (hyk_cel_equal(a[0], a[1].as.list->items[i]))
			return hyk_bool(true);
	}
	return hyk_bool(false);
}

FN(index)
{
	(void)n;
	return hyk_cel_index(c, a[0], a[1], false);
}

FN(index_opt)
{
	(void)n;
	return hyk_cel_index(c, a[0], a[1], true);
}

FN(concat)
{
	size_t total = (size_t)a[0].n + a[1].n;
	struct hyk_value v = a[0];
	char *p;

	(void)n;
	if (total > UINT32_MAX)
		return overflow(c);
	p = hyk_arena_alloc(c->arena, total + 1);
	if (!p)
		return hyk_cel_no_memory();
	if (a[0].n)
		memcpy(p, a[0].as.s, a[0].n);
	if (a[1].n)
		memcpy(p + a[0].n, a[1].as.s, a[1].n);
	v.as.s = p;
	v.n = (uint32_t)total;
	return v;
}

FN(concat_lists)
{
	const struct hyk_vlist *x = a[0].as.list, *y = a[1].as.list;
	size_t total = (size_t)x->n + y->n;
	struct hyk_value *items;

	(void)n;
	if (total > UINT32_MAX)
		return overflow(c);
	items = hyk_arena_array(c->arena, total + 1, sizeof(*items));
	if (!items)
		return hyk_cel_no_memory();
	if (x->n)
		memcpy(items, x->items, x->n * sizeof(*items));
	if (y->n)
		memcpy(items + x->n, y->items, y->n * sizeof(*items));
	return hyk_list(c->arena, items, (uint32_t)total);
}

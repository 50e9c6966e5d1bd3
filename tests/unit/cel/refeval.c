/* SPDX-License-Identifier: Apache-2.0 */
/* See refeval.h. Written from the language definition, not from the machine. */
#include "refeval.h"

#include <math.h>
#include <string.h>

#include "cel/program.h"

static struct hyk_cel_ctx
ctx(const struct refeval *r)
{
	return (struct hyk_cel_ctx){ r->arena, hyk_zone_utc(), UINT64_MAX, HYK_NO_SPAN, NULL };
}

static struct hyk_value
fail(const struct refeval *r)
{
	struct hyk_cel_ctx c = ctx(r);

	return hyk_cel_fail(&c, "reference");
}

static bool
plain(struct hyk_value v)
{
	return v.kind < HYK_ABSENT;
}

/* What an operation gives when some of its parts are not plain. */
static struct hyk_value
worst(const struct refeval *r, const struct hyk_value *v, uint32_t n)
{
	struct hyk_value out = hyk_null();

	for (uint32_t i = 0; i < n; i++) {
		if (v[i].kind == HYK_UNKNOWN)
			out = out.kind == HYK_UNKNOWN ? hyk_unknown_union(r->arena, out, v[i]) : v[i];
		else if (v[i].kind == HYK_ERROR_VALUE && out.kind == HYK_NULL)
			out = v[i];
	}
	return out;
}

/* All of them at once: one that settles the matter, else the worst, else the opposite. */
static struct hyk_value
logic(const struct refeval *r, const struct hyk_value *v, uint32_t n, bool settles)
{
	struct hyk_value *w = hyk_arena_array(r->arena, n + 1, sizeof(*w)), out;

	if (!w)
		return fail(r);
	for (uint32_t i = 0; i < n; i++) {
		if (v[i].kind == HYK_BOOL && v[i].as.b == settles)
			return v[i];
		w[i] = v[i].kind == HYK_BOOL || !plain(v[i]) ? v[i] : fail(r);
	}
	out = worst(r, w, n);
	return out.kind == HYK_NULL ? hyk_bool(!settles) : out;
}

static struct hyk_value
slot(const struct refeval *r, const struct hyk_cel_node *n)
{
	struct hyk_value v = r->slots[n->slot];
	struct hyk_cel_ctx c = ctx(r);

	if (v.kind == HYK_UNKNOWN && !v.as.unknown) {
		struct hyk_unknown *u = hyk_arena_alloc(r->arena, sizeof(*u));
		uint32_t *s = hyk_arena_alloc(r->arena, sizeof(*s));

		if (!u || !s)
			return fail(r);
		*s = n->slot;
		*u = (struct hyk_unknown){ 1, s };
		v.as.unknown = u;
	}
	if (v.kind == HYK_UNKNOWN || v.kind == HYK_ERROR_VALUE)
		return v;
	if (n->flags & HYK_CEL_TEST)
		return hyk_bool(v.kind != HYK_ABSENT);
	if (n->flags & HYK_CEL_OPT)
		return v.kind == HYK_ABSENT ? (struct hyk_value){ .kind = HYK_OPTIONAL } : hyk_cel_some(&c, v);
	return v.kind == HYK_ABSENT ? fail(r) : v;
}

static struct hyk_value
fold(const struct refeval *r, const struct hyk_cel_node *n, const struct refeval_local *locals)
{
	struct hyk_value range = refeval(r, n->args[0], locals), *got, v;
	struct hyk_cel_ctx c = ctx(r);
	uint32_t size, k = 0, count = 0;
	bool is_map = range.kind == HYK_MAP;

	if (range.kind != HYK_LIST && range.kind != HYK_MAP)
		return plain(range) ? fail(r) : range;
	size = is_map ? range.as.map->n : range.as.list->n;
	got = hyk_arena_array(r->arena, 2 * (size_t)size + 1, sizeof(*got));
	if (!got)
		return fail(r);
	for (uint32_t i = 0; i < size; i++) {
		struct hyk_value item = is_map ? range.as.map->entries[i].value : range.as.list->items[i];
		struct hyk_value key = is_map ? range.as.map->entries[i].key : n->n_vars == 2 ? hyk_int(i) : item;
		struct refeval_local one = { n, 0, key, locals }, two = { n, 1, item, &one };

		if (n->args[1]) {
			v = refeval(r, n->args[1], &two);
			if (v.kind != HYK_BOOL)
				return plain(v) ? fail(r) : v;
			if (!v.as.b)
				continue;
		}
		v = refeval(r, n->args[2], &two);
		if (n->fold == HYK_CEL_F_ALL || n->fold == HYK_CEL_F_EXISTS) {
			got[k++] = v;
			continue;
		}
		if (!plain(v))
			return v;
		if (n->fold == HYK_CEL_F_EXISTS_ONE || n->fold == HYK_CEL_F_FILTER) {
			if (v.kind != HYK_BOOL)
				return fail(r);
			count += v.as.b;
			if (v.as.b)
				got[k++] = key;
		} else if (n->fold == HYK_CEL_F_MAP) {
			got[k++] = v;
		} else {
			got[k++] = key;
			got[k++] = v;
		}
	}
	if (n->fold == HYK_CEL_F_ALL || n->fold == HYK_CEL_F_EXISTS)
		return logic(r, got, k, n->fold == HYK_CEL_F_EXISTS);
	if (n->fold == HYK_CEL_F_EXISTS_ONE)
		return hyk_bool(count == 1);
	if (n->fold == HYK_CEL_F_TRANSFORM_MAP)
		return hyk_cel_make_map(&c, got, k / 2, NULL);
	return hyk_list(r->arena, got, k);
}

static struct hyk_value
lazy_or(const struct refeval *r, const struct hyk_cel_node *n, const struct refeval_local *locals, bool value)
{
	struct hyk_value v = refeval(r, n->args[0], locals);

	if (v.kind != HYK_OPTIONAL)
		return plain(v) ? fail(r) : v;
	if (!v.as.opt)
		return refeval(r, n->args[1], locals);
	return value ? *v.as.opt : v;
}

static struct hyk_value
optional_map(const struct refeval *r, const struct hyk_cel_node *n, const struct refeval_local *locals)
{
	struct refeval_local in = { n, 0, hyk_null(), locals };
	struct hyk_value v = refeval(r, n->args[0], locals);
	struct hyk_cel_ctx c = ctx(r);

	if (v.kind != HYK_OPTIONAL)
		return plain(v) ? fail(r) : v;
	if (!v.as.opt)
		return v;
	in.value = *v.as.opt;
	v = refeval(r, n->args[1], &in);
	if (!plain(v))
		return v;
	if (n->flags & HYK_CEL_FLAT)
		return v.kind == HYK_OPTIONAL ? v : fail(r);
	return hyk_cel_some(&c, v);
}

/* Numbers are ordered across their types, which the table of functions does not say: there it is a rule of the types. */
static bool
order(const struct refeval *r, const struct hyk_cel_node *n, const struct hyk_value *v, struct hyk_value *ret_v)
{
	int cmp;

	if (n->name.n < 3 || n->n_args != 2 || n->name.p[0] != '_' || (n->name.p[1] != '<' && n->name.p[1] != '>'))
		return false;
	if (!hyk_cel_compare(v[0], v[1], &cmp))
		*ret_v = fail(r);
	else if (cmp == 2) /* NaN */
		*ret_v = hyk_bool(false);
	else
		*ret_v = hyk_bool((n->name.p[1] == '<' ? cmp < 0 : cmp > 0) || (n->name.p[2] == '=' && cmp == 0));
	return true;
}

struct hyk_value
refeval(const struct refeval *r, const struct hyk_cel_node *n, const struct refeval_local *locals)
{
	struct hyk_value *v, key = hyk_string(n->name), bad;
	struct hyk_cel_ctx c = ctx(r);
	struct refeval_local in;

	if (r->fuel && *r->fuel == 0)
		return fail(r);
	if (r->fuel)
		(*r->fuel)--;
	switch ((enum hyk_cel_node_kind)n->kind) {
	case HYK_CEL_N_CONST:
		return n->value;
	case HYK_CEL_N_SLOT:
		return slot(r, n);
	case HYK_CEL_N_LOCAL:
		while (locals->binder != n->binder || locals->var != n->slot)
			locals = locals->next;
		return locals->value;
	case HYK_CEL_N_COND:
		bad = refeval(r, n->args[0], locals);
		if (bad.kind != HYK_BOOL)
			return plain(bad) ? fail(r) : bad;
		return refeval(r, n->args[bad.as.b ? 1 : 2], locals);
	case HYK_CEL_N_FOLD:
		return fold(r, n, locals);
	case HYK_CEL_N_BIND:
		in = (struct refeval_local){ n, 0, refeval(r, n->args[0], locals), locals };
		return refeval(r, n->args[1], &in);
	case HYK_CEL_N_OPTMAP:
		return optional_map(r, n, locals);
	case HYK_CEL_N_CALL:
		if (n->flags & HYK_CEL_MEMBER && (hyk_str_eq_c(n->name, "or") || hyk_str_eq_c(n->name, "orValue")))
			return lazy_or(r, n, locals, n->name.n > 2);
		break;
	case HYK_CEL_N_SELECT:
	case HYK_CEL_N_LIST:
	case HYK_CEL_N_MAP:
	case HYK_CEL_N_AND:
	case HYK_CEL_N_OR:
		break;
	case HYK_CEL_N_IDENT:
	case HYK_CEL_N_DEFINE:
	case HYK_CEL_N_KNOWN:
	case HYK_CEL_N_FAIL:
		if (r->fuel)
			*r->fuel = 0; /* nothing it knows of */
		return fail(r);
	}
	v = hyk_arena_array(r->arena, n->n_args + 1, sizeof(*v));
	if (!v)
		return fail(r);
	for (uint32_t i = 0; i < n->n_args; i++)
		v[i] = refeval(r, n->args[i], locals);
	if (n->kind == HYK_CEL_N_AND || n->kind == HYK_CEL_N_OR)
		return logic(r, v, n->n_args, n->kind == HYK_CEL_N_OR);
	bad = worst(r, v, n->n_args);
	if (bad.kind != HYK_NULL)
		return bad;
	if (n->kind == HYK_CEL_N_LIST)
		return hyk_cel_make_list(&c, v, n->n_args, n->opt);
	if (n->kind == HYK_CEL_N_MAP)
		return hyk_cel_make_map(&c, v, n->n_args / 2, n->opt);
	if (n->kind == HYK_CEL_N_SELECT)
		return n->flags & HYK_CEL_TEST ? hyk_cel_has(&c, v[0], key) : hyk_cel_select(&c, v[0], key, n->flags & HYK_CEL_OPT);
	if (order(r, n, v, &bad))
		return bad;
	if (n->n_args == 2 && (hyk_str_eq_c(n->name, "_[_]") || hyk_str_eq_c(n->name, "_[?_]")))
		return hyk_cel_index(&c, v[0], v[1], n->name.n > 4);
	return hyk_cel_dispatch(&c, n->fn, n->n_fn, v, n->n_args);
}

bool
refeval_agree(struct hyk_value a, struct hyk_value b)
{
	if (a.kind != b.kind)
		return false;
	switch ((enum hyk_kind)a.kind) {
	case HYK_ERROR_VALUE:
		return true;
	case HYK_UNKNOWN:
		return a.as.unknown->n == b.as.unknown->n &&
		    memcmp(a.as.unknown->slots, b.as.unknown->slots, a.as.unknown->n * sizeof(uint32_t)) == 0;
	case HYK_DOUBLE:
		return a.as.d == b.as.d ? signbit(a.as.d) == signbit(b.as.d) : isnan(a.as.d) && isnan(b.as.d);
	case HYK_OPTIONAL:
		return !a.as.opt || !b.as.opt ? a.as.opt == b.as.opt : refeval_agree(*a.as.opt, *b.as.opt);
	case HYK_LIST:
		for (uint32_t i = 0; i < a.as.list->n && i < b.as.list->n; i++) {
			if (!refeval_agree(a.as.list->items[i], b.as.list->items[i]))
				return false;
		}
		return a.as.list->n == b.as.list->n;
	case HYK_MAP:
		for (uint32_t i = 0; i < a.as.map->n; i++) {
			const struct hyk_value *other = hyk_vmap_find(b.as.map, a.as.map->entries[i].key);

			if (!other || !refeval_agree(a.as.map->entries[i].value, *other))
				return false;
		}
		return a.as.map->n == b.as.map->n;
	case HYK_NULL:
	case HYK_BOOL:
	case HYK_INT:
	case HYK_UINT:
	case HYK_STRING:
	case HYK_BYTES:
	case HYK_TIMESTAMP:
	case HYK_DURATION:
	case HYK_TYPE:
	case HYK_NET:
	case HYK_ABSENT:
		break;
	}
	return hyk_cel_equal(a, b);
}

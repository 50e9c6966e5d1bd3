/* SPDX-License-Identifier: Apache-2.0 */
/* cel/types.c - see types.h; the rules are those of cel-go, checker/types.go. */
#include "cel/types.h"

#define DEPTH_MAX 64u

const struct hyk_type *
hyk_cel_types_fresh(struct hyk_cel_types *t)
{
	struct hyk_type *v = hyk_arena_alloc(t->arena, sizeof(*v));

	if (t->n == t->room) {
		const struct hyk_type **more =
		    hyk_arena_grow(t->arena, t->bound, t->n, &t->room, sizeof(*t->bound));

		if (!more) {
			t->no_memory = true;
			return hyk_type_basic(HYK_T_DYN);
		}
		t->bound = more;
	}
	if (!v) {
		t->no_memory = true;
		return hyk_type_basic(HYK_T_DYN);
	}
	v->kind = HYK_T_PARAM;
	v->name.n = t->n;
	t->bound[t->n++] = NULL;
	return v;
}

static void
bind(struct hyk_cel_types *t, const struct hyk_type *var, const struct hyk_type *type)
{
	if (t->n_trail == t->trail_room) {
		void *more = hyk_arena_grow(t->arena, t->trail, t->n_trail, &t->trail_room, sizeof(*t->trail));

		if (!more) {
			t->no_memory = true;
			return;
		}
		t->trail = more;
	}
	t->trail[t->n_trail].var = (uint32_t)var->name.n;
	t->trail[t->n_trail++].old = t->bound[var->name.n];
	t->bound[var->name.n] = type;
}

static void
undo(struct hyk_cel_types *t, size_t to)
{
	while (t->n_trail > to) {
		t->n_trail--;
		t->bound[t->trail[t->n_trail].var] = t->trail[t->n_trail].old;
	}
}

static bool
same(const struct hyk_type *a, const struct hyk_type *b, unsigned depth)
{
	if (a == b)
		return true;
	if (hyk_cel_types_kind(a) != hyk_cel_types_kind(b) || depth > DEPTH_MAX)
		return false;
	switch ((int)a->kind) {
	case HYK_T_PARAM:
		return a->name.n == b->name.n;
	case HYK_T_LIST:
	case HYK_T_OPTIONAL:
		return same(a->elem, b->elem, depth + 1);
	case HYK_T_MAP:
		return same(a->key, b->key, depth + 1) && same(a->elem, b->elem, depth + 1);
	case HYK_T_RECORD:
		if (!hyk_str_eq(a->name, b->name) || a->n_fields != b->n_fields)
			return false;
		for (size_t i = 0; i < a->n_fields; i++) {
			if (!hyk_str_eq(a->fields[i].name, b->fields[i].name) ||
			    !same(a->fields[i].type, b->fields[i].type, depth + 1))
				return false;
		}
		return true;
	default:
		return true;
	}
}

bool
hyk_cel_types_same(const struct hyk_type *a, const struct hyk_type *b)
{
	return same(a, b, 0);
}

static bool
is_dyn(const struct hyk_type *t)
{
	return t->kind == HYK_T_DYN || t->kind == HYK_T_ERROR;
}

/* Would binding `var` to `type` tie a knot? */
static bool
occurs(struct hyk_cel_types *t, const struct hyk_type *var, const struct hyk_type *type, unsigned depth)
{
	if (same(var, type, 0) || depth > DEPTH_MAX)
		return true;
	switch ((int)type->kind) {
	case HYK_T_PARAM:
		return t->bound[type->name.n] && occurs(t, var, t->bound[type->name.n], depth + 1);
	case HYK_T_LIST:
	case HYK_T_OPTIONAL:
		return occurs(t, var, type->elem, depth + 1);
	case HYK_T_MAP:
		return occurs(t, var, type->key, depth + 1) || occurs(t, var, type->elem, depth + 1);
	case HYK_T_RECORD:
		for (size_t i = 0; i < type->n_fields; i++) {
			if (occurs(t, var, type->fields[i].type, depth + 1))
				return true;
		}
		return false;
	default:
		return false;
	}
}

/* Is a as general as b, or more so? */
static bool
less_specific(const struct hyk_type *a, const struct hyk_type *b, unsigned depth)
{
	if (is_dyn(a) || a->kind == HYK_T_PARAM)
		return true;
	if (is_dyn(b) || b->kind == HYK_T_PARAM || hyk_cel_types_kind(a) != hyk_cel_types_kind(b) || depth > DEPTH_MAX)
		return false;
	switch ((int)a->kind) {
	case HYK_T_LIST:
	case HYK_T_OPTIONAL:
		return less_specific(a->elem, b->elem, depth + 1);
	case HYK_T_MAP:
		return less_specific(a->key, b->key, depth + 1) && less_specific(a->elem, b->elem, depth + 1);
	case HYK_T_RECORD:
		if (!hyk_str_eq(a->name, b->name) || a->n_fields != b->n_fields)
			return false;
		for (size_t i = 0; i < a->n_fields; i++) {
			if (!less_specific(a->fields[i].type, b->fields[i].type, depth + 1))
				return false;
		}
		return true;
	default:
		return true;
	}
}

static bool assign(struct hyk_cel_types *t, const struct hyk_type *a, const struct hyk_type *b, unsigned depth);

/* Can the variable take `type`? *ret_bound: it had a binding already. */
static bool
substitute(struct hyk_cel_types *t, const struct hyk_type *type, const struct hyk_type *var, bool *ret_bound,
    unsigned depth)
{
	const struct hyk_type *old = t->bound[var->name.n];

	*ret_bound = old != NULL;
	if (same(type, var, 0)) {
		*ret_bound = true;
		return true;
	}
	if (old) {
		const struct hyk_type *wider;

		if (same(type, old, 0))
			return true;
		if (!assign(t, type, old, depth + 1))
			return false;
		wider = less_specific(type, old, 0) ? type : old;
		if (!occurs(t, var, wider, 0))
			bind(t, var, wider);
		return true;
	}
	if (occurs(t, var, type, 0))
		return false;
	bind(t, var, type);
	return true;
}

static bool
nullable(const struct hyk_type *t)
{
	enum hyk_type_kind k = hyk_cel_types_kind(t);

	return k == HYK_T_NULL || k == HYK_T_TIMESTAMP || k == HYK_T_DURATION || k == HYK_T_OPTIONAL ||
	    k == HYK_T_IP || k == HYK_T_CIDR || k == HYK_T_RECORD;
}

static bool
assign(struct hyk_cel_types *t, const struct hyk_type *a, const struct hyk_type *b, unsigned depth)
{
	bool bound;

	if (depth > DEPTH_MAX)
		return false;
	if (b->kind == HYK_T_PARAM) {
		if (substitute(t, a, b, &bound, depth))
			return true;
		if (bound)
			return false;
	}
	if (a->kind == HYK_T_PARAM)
		return substitute(t, b, a, &bound, depth);
	if (is_dyn(a) || is_dyn(b))
		return true;
	if (a->kind == HYK_T_NULL)
		return nullable(b);
	if (b->kind == HYK_T_NULL)
		return nullable(a);
	if (hyk_cel_types_kind(a) != hyk_cel_types_kind(b))
		return false;
	switch ((int)a->kind) {
	case HYK_T_LIST:
	case HYK_T_OPTIONAL:
		return assign(t, a->elem, b->elem, depth + 1);
	case HYK_T_MAP:
		return assign(t, a->key, b->key, depth + 1) && assign(t, a->elem, b->elem, depth + 1);
	case HYK_T_RECORD:
		if (!hyk_str_eq(a->name, b->name) || a->n_fields != b->n_fields)
			return false;
		/* in whatever order they were declared; opaque types have fields without names */
		for (size_t i = 0; i < a->n_fields; i++) {
			const struct hyk_field *f =
			    a->fields[i].name.n ? hyk_type_find_field(b, a->fields[i].name) : &b->fields[i];

			if (!f || !assign(t, a->fields[i].type, f->type, depth + 1))
				return false;
		}
		return true;
	default:
		return true;
	}
}

bool
hyk_cel_types_assign(struct hyk_cel_types *t, const struct hyk_type *to, const struct hyk_type *from)
{
	return hyk_cel_types_assign_all(t, &to, &from, 1);
}

bool
hyk_cel_types_assign_all(struct hyk_cel_types *t, const struct hyk_type *const *to, const struct hyk_type *const *from,
    size_t n)
{
	size_t mark = t->n_trail;

	for (size_t i = 0; i < n; i++) {
		if (!assign(t, from[i], to[i], 0)) {
			undo(t, mark);
			return false;
		}
	}
	return true;
}

const struct hyk_type *
hyk_cel_types_join(struct hyk_cel_types *t, const struct hyk_type *a, const struct hyk_type *b)
{
	if (!a)
		return b;
	if (!hyk_cel_types_assign(t, b, a))
		return hyk_type_basic(HYK_T_DYN);
	/* null goes with what may be null, and says less than it */
	if (a->kind == HYK_T_NULL || b->kind == HYK_T_NULL)
		return a->kind == HYK_T_NULL ? b : a;
	return less_specific(a, b, 0) ? a : b;
}

const struct hyk_type *
hyk_cel_types_head(const struct hyk_cel_types *t, const struct hyk_type *type)
{
	for (unsigned i = 0; type->kind == HYK_T_PARAM && t->bound[type->name.n] && i < DEPTH_MAX; i++)
		type = t->bound[type->name.n];
	return type;
}

static const struct hyk_type *
resolve(struct hyk_cel_types *t, const struct hyk_type *type, bool settle, unsigned depth)
{
	const struct hyk_type *key, *elem;
	struct hyk_field *fields;
	struct hyk_type *out;

	type = hyk_cel_types_head(t, type);
	if (depth > DEPTH_MAX)
		return hyk_type_basic(HYK_T_DYN);
	switch ((int)type->kind) {
	case HYK_T_PARAM:
		return settle ? hyk_type_basic(HYK_T_DYN) : type;
	case HYK_T_LIST:
	case HYK_T_OPTIONAL:
	case HYK_T_MAP:
		elem = resolve(t, type->elem, settle, depth + 1);
		key = type->key ? resolve(t, type->key, settle, depth + 1) : NULL;
		if (elem == type->elem && key == type->key)
			return type;
		out = hyk_arena_alloc(t->arena, sizeof(*out));
		if (!out)
			break;
		*out = *type;
		out->elem = elem;
		out->key = key;
		return out;
	case HYK_T_RECORD:
		/* Only opaque types of declared functions hold variables. */
		if (!hyk_str_starts_with(type->name, HYK_STR("abstract:")))
			return type;
		out = hyk_arena_alloc(t->arena, sizeof(*out));
		fields = hyk_arena_array(t->arena, type->n_fields, sizeof(*fields));
		if (!out || !fields)
			break;
		*out = *type;
		out->fields = fields;
		for (size_t i = 0; i < type->n_fields; i++) {
			fields[i] = type->fields[i];
			fields[i].type = resolve(t, type->fields[i].type, settle, depth + 1);
		}
		return out;
	default:
		return type;
	}
	t->no_memory = true;
	return type;
}

const struct hyk_type *
hyk_cel_types_resolve(struct hyk_cel_types *t, const struct hyk_type *type, bool settle)
{
	return resolve(t, type, settle, 0);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* cel/check.c - types of literals, logic, folds and binds; names and calls have files of their own. */
#include "cel/check.h"

#include <stdio.h>

#include "base/buf.h"

const struct hyk_type *
hyk_cel_check_as(const struct hyk_cel_checker *c, const struct hyk_type *t)
{
	if (!t)
		return hyk_type_basic(HYK_T_ERROR);
	return c->env->no_check ? hyk_type_basic(HYK_T_DYN) : t;
}

struct hyk_diag *
hyk_cel_check_refuse(struct hyk_cel_checker *c, struct hyk_cel_node *n, enum hyk_diag_id id, struct hyk_span span,
    size_t n_args, const struct hyk_str *args)
{
	struct hyk_diag_info info;
	struct hyk_diag *d;

	n->type = hyk_type_basic(c->env->no_check ? HYK_T_DYN : HYK_T_ERROR);
	if (c->env->no_check) {
		n->kind = HYK_CEL_N_FAIL;
		n->name = hyk_diag_info((unsigned)id, &info) ? hyk_str_from_c(info.name) : HYK_STR("failed");
		n->n_args = 0;
		return NULL;
	}
	c->n_errors++;
	d = hyk_diags_add(c->diags, id, c->src, span, n_args, args);
	hyk_diag_anchor(d, c->src, n->anchor);
	return d;
}

struct hyk_str
hyk_cel_check_type_text(struct hyk_cel_checker *c, const struct hyk_type *t)
{
	struct hyk_str s = HYK_STR("?");
	struct hyk_buf b;

	hyk_buf_init(&b, 4096);
	hyk_type_write(&b, hyk_cel_types_resolve(&c->types, t, true));
	if (!b.failed)
		s = hyk_arena_dup(c->arena, hyk_buf_peek(&b));
	hyk_buf_fini(&b);
	return s.p ? s : HYK_STR("?");
}

/* n must be of type `want`; a message at its place if not, anchored at `whole`, which wants it. */
static void
require(struct hyk_cel_checker *c, struct hyk_cel_node *n, const struct hyk_cel_node *whole,
    const struct hyk_type *want)
{
	struct hyk_diag *d;

	if (c->env->no_check || hyk_cel_types_assign(&c->types, want, n->type))
		return;
	d = HYK_CEL_REFUSE(c, n, HYK_D_CEL_WANTED, n->span, hyk_cel_check_type_text(c, want),
	    hyk_cel_check_type_text(c, n->type));
	hyk_diag_anchor(d, c->src, whole->anchor);
}

static const struct hyk_type *
type_of_value(struct hyk_value v)
{
	switch ((int)v.kind) {
	case HYK_NULL:
		return hyk_type_basic(HYK_T_NULL);
	case HYK_BOOL:
		return hyk_type_basic(HYK_T_BOOL);
	case HYK_INT:
		return hyk_type_basic(HYK_T_INT);
	case HYK_UINT:
		return hyk_type_basic(HYK_T_UINT);
	case HYK_DOUBLE:
		return hyk_type_basic(HYK_T_DOUBLE);
	case HYK_STRING:
		return hyk_type_basic(HYK_T_STRING);
	case HYK_BYTES:
		return hyk_type_basic(HYK_T_BYTES);
	default:
		return hyk_type_basic(HYK_T_DYN);
	}
}

/* The element of an entry ?x: x must be an optional, and what is in it counts. */
static const struct hyk_type *
entry_type(struct hyk_cel_checker *c, struct hyk_cel_node *n, bool opt)
{
	const struct hyk_type *t = hyk_cel_types_head(&c->types, n->type);

	if (!opt || t->kind == HYK_T_DYN || t->kind == HYK_T_ERROR)
		return n->type;
	if (t->kind == HYK_T_OPTIONAL)
		return t->elem;
	require(c, n, n, hyk_type_basic(HYK_T_OPTIONAL));
	return hyk_type_basic(HYK_T_ERROR);
}

static void
check_list(struct hyk_cel_checker *c, struct hyk_cel_node *n, const struct hyk_cel_scope *scope)
{
	const struct hyk_type *elem = NULL;

	for (uint32_t i = 0; i < n->n_args; i++) {
		hyk_cel_check_node(c, n->args[i], scope);
		elem = hyk_cel_types_join(&c->types, elem, entry_type(c, n->args[i], n->opt && n->opt[i]));
	}
	if (!elem)
		elem = c->env->no_check ? hyk_type_basic(HYK_T_DYN) : hyk_cel_types_fresh(&c->types);
	n->type = hyk_cel_check_as(c, hyk_type_list(c->arena, elem));
}

static void
check_map(struct hyk_cel_checker *c, struct hyk_cel_node *n, const struct hyk_cel_scope *scope)
{
	const struct hyk_type *key = NULL, *elem = NULL;

	for (uint32_t i = 0; i < n->n_args; i += 2) {
		const struct hyk_type *k = hyk_cel_types_head(&c->types, hyk_cel_check_node(c, n->args[i], scope));

		if (!c->env->no_check && k->kind != HYK_T_STRING && k->kind != HYK_T_INT && k->kind != HYK_T_UINT &&
		    k->kind != HYK_T_BOOL && k->kind != HYK_T_DYN && k->kind != HYK_T_ERROR && k->kind != HYK_T_PARAM)
			HYK_CEL_REFUSE(c, n->args[i], HYK_D_CEL_MAP_KEY, n->args[i]->span,
			    hyk_cel_check_type_text(c, k));
		key = hyk_cel_types_join(&c->types, key, n->args[i]->type);
		hyk_cel_check_node(c, n->args[i + 1], scope);
		elem = hyk_cel_types_join(&c->types, elem, entry_type(c, n->args[i + 1], n->opt && n->opt[i / 2]));
	}
	if (!key) {
		key = c->env->no_check ? hyk_type_basic(HYK_T_DYN) : hyk_cel_types_fresh(&c->types);
		elem = c->env->no_check ? hyk_type_basic(HYK_T_DYN) : hyk_cel_types_fresh(&c->types);
	}
	n->type = hyk_cel_check_as(c, hyk_type_map(c->arena, key, elem));
}

static void
check_cond(struct hyk_cel_checker *c, struct hyk_cel_node *n, const struct hyk_cel_scope *scope)
{
	const struct hyk_type *a, *b, *both[2], *var;

	hyk_cel_check_node(c, n->args[0], scope);
	require(c, n->args[0], n, hyk_type_basic(HYK_T_BOOL));
	a = hyk_cel_check_node(c, n->args[1], scope);
	b = hyk_cel_check_node(c, n->args[2], scope);
	if (c->env->no_check) {
		n->type = hyk_type_basic(HYK_T_DYN);
		return;
	}
	var = hyk_cel_types_fresh(&c->types);
	both[0] = a;
	both[1] = b;
	if (!hyk_cel_types_assign_all(&c->types, (const struct hyk_type *const[]){ var, var }, both, 2)) {
		HYK_CEL_REFUSE(c, n, HYK_D_CEL_BRANCHES, n->op, hyk_cel_check_type_text(c, a),
		    hyk_cel_check_type_text(c, b));
		return;
	}
	n->type = hyk_cel_types_resolve(&c->types, var, false);
}

/* What the variables of a fold over `range` are. False after a message. */
static bool
fold_vars(struct hyk_cel_checker *c, struct hyk_cel_node *n, const struct hyk_type *ret_vars[2])
{
	const struct hyk_type *r = hyk_cel_types_head(&c->types, n->args[0]->type);
	const struct hyk_type *dyn = hyk_type_basic(HYK_T_DYN);

	ret_vars[0] = ret_vars[1] = dyn;
	switch ((int)r->kind) {
	case HYK_T_LIST:
		ret_vars[0] = n->n_vars == 2 ? hyk_type_basic(HYK_T_INT) : r->elem;
		ret_vars[1] = r->elem;
		return true;
	case HYK_T_MAP:
		ret_vars[0] = r->key;
		ret_vars[1] = r->elem;
		return true;
	case HYK_T_PARAM:
	case HYK_T_DYN:
		return true;
	case HYK_T_ERROR:
		ret_vars[0] = ret_vars[1] = r;
		return true;
	default:
		HYK_CEL_REFUSE(c, n->args[0], HYK_D_CEL_RANGE, n->args[0]->span, n->name,
		    hyk_cel_check_type_text(c, r));
		ret_vars[0] = ret_vars[1] = hyk_type_basic(HYK_T_ERROR);
		return false;
	}
}

/* Each macro over a list inside of another multiplies: past a few no schema keeps it cheap. */
static void
check_loops(struct hyk_cel_checker *c, struct hyk_cel_node *n, const struct hyk_cel_scope *scope)
{
	unsigned loops = 1;
	char max[16];

	for (; scope; scope = scope->next)
		loops += scope->binder->kind == HYK_CEL_N_FOLD && scope->var == 0;
	if (!c->env->max_loops || loops != c->env->max_loops + 1)
		return;
	snprintf(max, sizeof(max), "%u", c->env->max_loops);
	c->n_errors++;
	HYK_DIAG(c->diags, HYK_D_CEL_LOOPS, c->src, n->op, n->name, hyk_str_from_c(max));
}

static void
check_fold(struct hyk_cel_checker *c, struct hyk_cel_node *n, const struct hyk_cel_scope *scope)
{
	const struct hyk_type *boolean = hyk_type_basic(HYK_T_BOOL), *vars[2], *body;
	const struct hyk_bounds *bounds[2] = { NULL, NULL };
	struct hyk_cel_scope inner[2];

	hyk_cel_check_node(c, n->args[0], scope);
	check_loops(c, n, scope);
	fold_vars(c, n, vars);
	if (n->args[0]->type->kind == HYK_T_LIST)
		bounds[n->n_vars - 1] = n->args[0]->bounds;
	inner[0] = (struct hyk_cel_scope){ n->var[0], n, 0, hyk_cel_check_as(c, vars[0]), bounds[0], scope };
	inner[1] = (struct hyk_cel_scope){ n->var[1], n, 1, hyk_cel_check_as(c, vars[1]), bounds[1], &inner[0] };
	scope = &inner[n->n_vars - 1];
	if (n->args[1]) {
		hyk_cel_check_node(c, n->args[1], scope);
		require(c, n->args[1], n, boolean);
	}
	body = hyk_cel_check_node(c, n->args[2], scope);
	switch ((enum hyk_cel_fold)n->fold) {
	case HYK_CEL_F_ALL:
	case HYK_CEL_F_EXISTS:
		require(c, n->args[2], n->args[2], boolean);
		n->type = boolean;
		break;
	case HYK_CEL_F_EXISTS_ONE:
		require(c, n->args[2], n, boolean);
		n->type = boolean;
		break;
	case HYK_CEL_F_FILTER:
		require(c, n->args[2], n, boolean);
		n->type = hyk_type_list(c->arena, vars[0]);
		break;
	case HYK_CEL_F_MAP:
		n->type = hyk_type_list(c->arena, body);
		break;
	case HYK_CEL_F_TRANSFORM_MAP:
		/* over a list the index is the key */
		n->type = hyk_type_map(c->arena, vars[0], body);
		break;
	case HYK_CEL_F_TRANSFORM_MAP_ENTRY:
		require(c, n->args[2], n, hyk_type_basic(HYK_T_MAP));
		body = hyk_cel_types_head(&c->types, body);
		n->type = body->kind == HYK_T_MAP ? body : hyk_type_basic(HYK_T_MAP);
		break;
	}
	n->type = hyk_cel_check_as(c, n->type);
}

static void
check_bind(struct hyk_cel_checker *c, struct hyk_cel_node *n, const struct hyk_cel_scope *scope)
{
	const struct hyk_type *t = hyk_cel_types_head(&c->types, hyk_cel_check_node(c, n->args[0], scope)), *body;
	struct hyk_cel_scope inner = { n->var[0], n, 0, t, n->args[0]->bounds, scope };

	if (n->kind == HYK_CEL_N_BIND) {
		n->type = hyk_cel_check_node(c, n->args[1], &inner);
		return;
	}
	if (t->kind != HYK_T_OPTIONAL && t->kind != HYK_T_DYN && t->kind != HYK_T_PARAM && t->kind != HYK_T_ERROR)
		require(c, n->args[0], n, hyk_type_basic(HYK_T_OPTIONAL));
	inner.type = t->kind == HYK_T_OPTIONAL ? t->elem : hyk_type_basic(HYK_T_DYN);
	body = hyk_cel_check_node(c, n->args[1], &inner);
	if (n->flags & HYK_CEL_FLAT) {
		require(c, n->args[1], n, hyk_type_basic(HYK_T_OPTIONAL));
		n->type = body;
	} else {
		n->type = hyk_cel_check_as(c, hyk_type_optional(c->arena, body));
	}
}

/* Types are in n->type afterwards; it is what is returned. */
const struct hyk_type *
hyk_cel_check_node(struct hyk_cel_checker *c, struct hyk_cel_node *n, const struct hyk_cel_scope *scope)
{
	switch ((enum hyk_cel_node_kind)n->kind) {
	case HYK_CEL_N_CONST:
		n->type = hyk_cel_check_as(c, type_of_value(n->value));
		break;
	case HYK_CEL_N_IDENT:
		hyk_cel_check_name(c, n, scope, false);
		break;
	case HYK_CEL_N_SELECT:
		hyk_cel_check_select(c, n, scope);
		break;
	case HYK_CEL_N_CALL:
		hyk_cel_check_call(c, n, scope);
		break;
	case HYK_CEL_N_LIST:
		check_list(c, n, scope);
		break;
	case HYK_CEL_N_MAP:
		check_map(c, n, scope);
		break;
	case HYK_CEL_N_AND:
	case HYK_CEL_N_OR:
		for (uint32_t i = 0; i < n->n_args; i++) {
			hyk_cel_check_node(c, n->args[i], scope);
			require(c, n->args[i], n->args[i], hyk_type_basic(HYK_T_BOOL));
		}
		n->type = hyk_cel_check_as(c, hyk_type_basic(HYK_T_BOOL));
		break;
	case HYK_CEL_N_COND:
		check_cond(c, n, scope);
		break;
	case HYK_CEL_N_FOLD:
		check_fold(c, n, scope);
		break;
	case HYK_CEL_N_BIND:
	case HYK_CEL_N_OPTMAP:
		check_bind(c, n, scope);
		break;
	case HYK_CEL_N_SLOT:
	case HYK_CEL_N_DEFINE:
	case HYK_CEL_N_LOCAL:
	case HYK_CEL_N_KNOWN:
	case HYK_CEL_N_FAIL:
		break;
	}
	if (!n->type) {
		c->no_memory = true;
		n->type = hyk_type_basic(HYK_T_ERROR);
	}
	return n->type;
}

bool
hyk_cel_check(struct hyk_cel_checker *c, struct hyk_cel_node *n, const struct hyk_type *want)
{
	size_t before = c->n_errors;

	hyk_cel_check_node(c, n, NULL);
	if (want && c->n_errors == before)
		require(c, n, n, want);
	return c->n_errors == before && !c->no_memory && !c->types.no_memory;
}

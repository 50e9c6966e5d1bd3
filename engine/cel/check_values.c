/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/check_values.c - literals beside facts whose schema lists their values: `context.kind == "gardn"` has the right
 * types and is never true.
 */
#include "cel/check.h"

#include "base/buf.h"
#include "value/json.h"

#define SHOWN 8u

/* The values a fact or variable can have, or, with `item`, those its items can have. NULL: any. */
static const struct hyk_vlist *
values_of(const struct hyk_cel_checker *c, const struct hyk_cel_node *n, bool item, const struct hyk_vlist **ret_elsewhere)
{
	*ret_elsewhere = NULL;
	if ((n->kind != HYK_CEL_N_SLOT && n->kind != HYK_CEL_N_LOCAL) || n->flags & (HYK_CEL_TEST | HYK_CEL_OPT))
		return NULL;
	for (size_t i = 0; n->kind == HYK_CEL_N_SLOT && i < c->env->n_values; i++) {
		if (c->env->values[i].slot == n->slot && !item) {
			*ret_elsewhere = c->env->values[i].elsewhere;
			return c->env->values[i].here;
		}
	}
	if (!n->bounds || (hyk_cel_types_head(&c->types, n->type)->kind == HYK_T_LIST) != item)
		return NULL;
	return n->bounds->one_of;
}

static bool
is_among(const struct hyk_vlist *list, struct hyk_value v)
{
	for (uint32_t i = 0; list && i < list->n; i++) {
		if (hyk_value_equal(list->items[i], v))
			return true;
	}
	return false;
}

static void
write_value(struct hyk_buf *b, struct hyk_value v)
{
	if (v.kind == HYK_STRING)
		hyk_buf_printf(b, "'%.*s'", HYK_STR_ARG(hyk_value_str(v)));
	else
		hyk_json_write(b, v);
}

static struct hyk_str
settle(struct hyk_cel_checker *c, struct hyk_buf *b)
{
	struct hyk_str s = { NULL, 0 };

	if (!b->failed)
		s = hyk_arena_dup(c->arena, hyk_buf_peek(b));
	hyk_buf_fini(b);
	return s.p ? s : HYK_STR("?");
}

static struct hyk_str
list_text(struct hyk_cel_checker *c, const struct hyk_vlist *list)
{
	struct hyk_buf b;

	hyk_buf_init(&b, 0);
	for (uint32_t i = 0; i < list->n && i < SHOWN; i++) {
		if (i)
			hyk_buf_append_c(&b, ", ");
		write_value(&b, list->items[i]);
	}
	if (list->n > SHOWN)
		hyk_buf_append_c(&b, ", ...");
	return settle(c, &b);
}

static struct hyk_str
nearest_value(struct hyk_cel_checker *c, const struct hyk_vlist *list, struct hyk_value v)
{
	struct hyk_str *names = hyk_arena_array(c->arena, (size_t)list->n + 1, sizeof(*names)), near = { NULL, 0 };
	uint32_t n = 0;

	for (uint32_t i = 0; names && v.kind == HYK_STRING && i < list->n; i++) {
		if (list->items[i].kind == HYK_STRING)
			names[n++] = hyk_value_str(list->items[i]);
	}
	return n ? hyk_str_nearest(hyk_value_str(v), names, n) : near;
}

static void
check_literal(struct hyk_cel_checker *c, const struct hyk_cel_node *fact, const struct hyk_cel_node *literal, bool item)
{
	const struct hyk_vlist *elsewhere, *here = values_of(c, fact, item, &elsewhere);
	struct hyk_str name = fact->name, args[3];
	struct hyk_buf b;
	struct hyk_diag *d;
	bool known;

	if (!here || literal->kind != HYK_CEL_N_CONST || is_among(here, literal->value))
		return;
	/* a definition may be used by rules about other types, whose fact of this name has other values */
	known = is_among(elsewhere, literal->value) || (!elsewhere && c->env->lint == HYK_CEL_LINT_COLLECT);
	if (fact->kind == HYK_CEL_N_SLOT && fact->decl && fact->decl->slot == HYK_NO_SLOT)
		name = hyk_arena_printf(c->arena, "%.*s.%.*s", HYK_STR_ARG(fact->decl->name), HYK_STR_ARG(name));
	hyk_buf_init(&b, 0);
	write_value(&b, literal->value);
	args[0] = settle(c, &b);
	args[1] = name.p ? name : fact->name;
	args[2] = list_text(c, here);
	if (!known)
		c->n_errors++;
	d = hyk_diags_add(c->diags, known ? HYK_D_CEL_NOT_HERE : HYK_D_CEL_NOT_ONE_OF, c->src, literal->span, 3, args);
	if (!is_among(elsewhere, literal->value))
		hyk_diag_suggest(c->diags, d, nearest_value(c, elsewhere ? elsewhere : here, literal->value));
}

void
hyk_cel_check_values(struct hyk_cel_checker *c, const struct hyk_cel_node *n)
{
	if (c->env->lint == HYK_CEL_LINT_OFF || n->n_args != 2)
		return;
	if (hyk_str_eq_c(n->name, "_==_") || hyk_str_eq_c(n->name, "_!=_")) {
		check_literal(c, n->args[0], n->args[1], false);
		check_literal(c, n->args[1], n->args[0], false);
	} else if (hyk_str_eq_c(n->name, "@in")) {
		for (uint32_t i = 0; n->args[1]->kind == HYK_CEL_N_LIST && i < n->args[1]->n_args; i++)
			check_literal(c, n->args[0], n->args[1]->args[i], false);
		check_literal(c, n->args[1], n->args[0], true);
	}
}

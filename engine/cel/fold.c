/* SPDX-License-Identifier: Apache-2.0 */
/* cel/fold.c - see fold.h. Bottom up; a sub-expression that fails is left, since && may still absorb it. */
#include "cel/fold.h"

#include "cel/functions.h"
#include "cel/program.h"
#include "text/zone.h"

#define FOLD_GAS 100000u
#define FOLD_MAX_ITEMS 100000u

static bool
all_const(const struct hyk_cel_node *n)
{
	for (uint32_t i = 0; i < n->n_args; i++) {
		if (!n->args[i] || n->args[i]->kind != HYK_CEL_N_CONST)
			return false;
	}
	return true;
}

/* Addresses live where they were made, here in scratch memory, and are not copied with a value. */
static bool
holds_net(struct hyk_value v, unsigned depth)
{
	if (v.kind == HYK_NET || depth > 64)
		return true;
	if (v.kind == HYK_OPTIONAL)
		return v.as.opt && holds_net(*v.as.opt, depth + 1);
	if (v.kind == HYK_LIST) {
		for (uint32_t i = 0; i < v.as.list->n; i++) {
			if (holds_net(v.as.list->items[i], depth + 1))
				return true;
		}
	}
	if (v.kind == HYK_MAP) {
		for (uint32_t i = 0; i < v.as.map->n; i++) {
			if (holds_net(v.as.map->entries[i].value, depth + 1))
				return true;
		}
	}
	return false;
}

static void
become(struct hyk_cel_node *n, struct hyk_value v)
{
	if (v.kind == HYK_ERROR_VALUE || v.kind == HYK_UNKNOWN || holds_net(v, 0))
		return;
	n->kind = HYK_CEL_N_CONST;
	n->value = v;
	n->n_args = 0;
}

static bool
foldable(const struct hyk_cel_node *n)
{
	for (uint32_t i = 0; i < n->n_fn; i++) {
		if (hyk_cel_function(n->fn + i)->flags & HYK_CEL_FN_ZONED)
			return false;
	}
	return n->n_args <= HYK_CEL_FN_MAX_ARGS;
}

static void
fold_node(struct hyk_cel_ctx *c, struct hyk_cel_node *n)
{
	struct hyk_value *items;

	if (!all_const(n))
		return;
	switch ((int)n->kind) {
	case HYK_CEL_N_CALL:
		if (foldable(n)) {
			struct hyk_value args[HYK_CEL_FN_MAX_ARGS];

			for (uint32_t i = 0; i < n->n_args; i++)
				args[i] = n->args[i]->value;
			become(n, hyk_cel_dispatch(c, n->fn, n->n_fn, args, n->n_args));
		}
		break;
	case HYK_CEL_N_LIST:
	case HYK_CEL_N_MAP:
		items = hyk_arena_array(c->arena, n->n_args + 1, sizeof(*items));
		if (!items)
			return;
		for (uint32_t i = 0; i < n->n_args; i++)
			items[i] = n->args[i]->value;
		if (n->kind == HYK_CEL_N_LIST)
			become(n, hyk_cel_make_list(c, items, n->n_args, n->opt));
		else
			become(n, hyk_cel_make_map(c, items, n->n_args / 2, n->opt));
		break;
	case HYK_CEL_N_SELECT:
		if (n->flags & HYK_CEL_TEST)
			become(n, hyk_cel_has(c, n->args[0]->value, hyk_string(n->name)));
		else
			become(n, hyk_cel_select(c, n->args[0]->value, hyk_string(n->name), n->flags & HYK_CEL_OPT));
		break;
	default:
		break;
	}
}

static void
fold(struct hyk_cel_ctx *c, struct hyk_cel_node *n)
{
	for (uint32_t i = 0; i < n->n_args; i++) {
		if (n->args[i])
			fold(c, n->args[i]);
	}
	if (c->gas > 0)
		fold_node(c, n);
}

void
hyk_cel_fold(struct hyk_arena *arena, struct hyk_cel_node *n)
{
	struct hyk_cel_ctx c = { .arena = arena, .zone = hyk_zone_utc(), .gas = FOLD_GAS };

	fold(&c, n);
}

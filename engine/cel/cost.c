/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/cost.c - cel-go's model of cost with the largest sizes put in: a loop costs its body as many times as its
 * range is long, a search in a text what its lengths say.
 */
#include "cel/cost.h"

#include "cel/functions.h"
#include "cel/program.h"

struct estimate {
	uint64_t cost, size; /* size: characters, items */
};

struct coster {
	const struct hyk_cel_env *env;
	const struct hyk_cel_node *dear;
	uint64_t dearest;
};

static uint64_t
plus(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t
times(uint64_t a, uint64_t b)
{
	uint64_t p;

	return __builtin_mul_overflow(a, b, &p) ? UINT64_MAX : p;
}

static uint64_t
tenth(uint64_t n)
{
	return n / 10 + 1;
}

static uint64_t
size_of_value(struct hyk_value v)
{
	if (v.kind == HYK_STRING || v.kind == HYK_BYTES)
		return v.n;
	if (v.kind == HYK_LIST)
		return v.as.list->n;
	return v.kind == HYK_MAP ? v.as.map->n : 1;
}

/* Of something of this type whose size nobody knows. */
static uint64_t
default_size(const struct hyk_type *t)
{
	switch ((int)t->kind) {
	case HYK_T_BOOL:
	case HYK_T_INT:
	case HYK_T_UINT:
	case HYK_T_DOUBLE:
	case HYK_T_TIMESTAMP:
	case HYK_T_DATE:
	case HYK_T_DURATION:
	case HYK_T_NULL:
		return 1;
	default:
		return HYK_CEL_COST_DEFAULT_SIZE;
	}
}

static struct estimate estimate(struct coster *c, const struct hyk_cel_node *n);

static void
note(struct coster *c, const struct hyk_cel_node *n, uint64_t cost)
{
	if (cost > c->dearest) {
		c->dearest = cost;
		c->dear = n;
	}
}

static struct estimate
estimate_call(struct coster *c, const struct hyk_cel_node *n)
{
	const struct hyk_cel_overload *o = hyk_cel_function(n->fn);
	struct estimate e = { 1, default_size(n->type) }, args[2] = { { 0, 1 }, { 0, 1 } };
	uint64_t own = 1;

	for (uint32_t i = 0; i < n->n_args; i++) {
		struct estimate a = estimate(c, n->args[i]);

		e.cost = plus(e.cost, a.cost);
		if (i < 2)
			args[i] = a;
	}
	switch ((enum hyk_cel_fn_cost)o->cost) {
	case HYK_CEL_COST_ONE:
		break;
	case HYK_CEL_COST_SCAN:
		own = tenth(args[0].size);
		break;
	case HYK_CEL_COST_BOTH:
		own = tenth(plus(args[0].size, args[1].size));
		break;
	case HYK_CEL_COST_PRODUCT:
		own = times(tenth(args[0].size), tenth(args[1].size));
		break;
	case HYK_CEL_COST_MATCH:
		own = times(tenth(plus(args[0].size, 1)), args[1].size / 4 + 1);
		break;
	case HYK_CEL_COST_LIST:
		own = plus(args[0].size, args[1].size);
		break;
	}
	if (hyk_str_eq_c(n->name, "_+_"))
		e.size = plus(args[0].size, args[1].size);
	note(c, n, own);
	e.cost = plus(e.cost, own);
	return e;
}

static struct estimate
estimate_fold(struct coster *c, const struct hyk_cel_node *n)
{
	struct estimate range = estimate(c, n->args[0]), body = estimate(c, n->args[2]), e;
	uint64_t turn = plus(body.cost, 2);

	if (n->args[1])
		turn = plus(turn, estimate(c, n->args[1]).cost);
	e.cost = plus(range.cost, times(range.size, turn));
	e.size = range.size;
	note(c, n, e.cost);
	return e;
}

static struct estimate
estimate(struct coster *c, const struct hyk_cel_node *n)
{
	struct estimate e = { 1, 1 };

	switch ((enum hyk_cel_node_kind)n->kind) {
	case HYK_CEL_N_CONST:
		e.size = size_of_value(n->value);
		return e;
	case HYK_CEL_N_SLOT:
		e.size = default_size(n->type);
		if (c->env->max_sizes && n->slot < c->env->n_max_sizes && c->env->max_sizes[n->slot] != UINT32_MAX)
			e.size = c->env->max_sizes[n->slot];
		return e;
	case HYK_CEL_N_DEFINE:
		e.cost = plus(1, n->decl->define->cost_max);
		e.size = default_size(n->type);
		return e;
	case HYK_CEL_N_CALL:
		return estimate_call(c, n);
	case HYK_CEL_N_FOLD:
		return estimate_fold(c, n);
	case HYK_CEL_N_IDENT:
	case HYK_CEL_N_SELECT:
	case HYK_CEL_N_LIST:
	case HYK_CEL_N_MAP:
	case HYK_CEL_N_AND:
	case HYK_CEL_N_OR:
	case HYK_CEL_N_COND:
	case HYK_CEL_N_BIND:
	case HYK_CEL_N_OPTMAP:
	case HYK_CEL_N_LOCAL:
	case HYK_CEL_N_KNOWN:
	case HYK_CEL_N_FAIL:
		break;
	}
	for (uint32_t i = 0; i < n->n_args; i++)
		e.cost = plus(e.cost, estimate(c, n->args[i]).cost);
	e.size = n->kind == HYK_CEL_N_LIST  ? n->n_args
	    : n->kind == HYK_CEL_N_MAP      ? n->n_args / 2
	                                    : default_size(n->type);
	return e;
}

uint64_t
hyk_cel_cost(const struct hyk_cel_env *env, const struct hyk_cel_node *n, const struct hyk_cel_node **ret_dear)
{
	struct coster c = { .env = env, .dear = n };
	uint64_t cost = estimate(&c, n).cost;

	if (ret_dear)
		*ret_dear = c.dear;
	return cost;
}

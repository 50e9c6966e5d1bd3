/* SPDX-License-Identifier: Apache-2.0 */
/* cel/compile.c - text to a program: parsed, checked, folded, generated and proven; and conditions as policies nest them. */
#include "cel/cel.h"

#include <inttypes.h>

#include "cel/check.h"
#include "cel/commons.h"
#include "cel/cost.h"
#include "cel/fold.h"
#include "cel/generate.h"
#include "cel/literals.h"
#include "cel/program.h"

#define MAX_COND_DEPTH 64u

/* Putting it together -------------------------------------------------- */

static const void *
keep(struct hyk_cel_generator *c, const void *from, size_t n, size_t size)
{
	void *p = hyk_arena_array(c->arena, n ? n : 1, size);

	if (!p) {
		c->st = HYK_E_NOMEM;
		return NULL;
	}
	if (n)
		memcpy(p, from, n * size);
	return p;
}

static int
by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* A type of the scratch arena, in the program's; types of the environment are borrowed. */
static const struct hyk_type *
keep_type(struct hyk_cel_generator *c, const struct hyk_type *t, unsigned depth)
{
	struct hyk_type *out;

	if (depth > 64 || (t->kind != HYK_T_LIST && t->kind != HYK_T_MAP && t->kind != HYK_T_OPTIONAL &&
	    !(t->kind == HYK_T_RECORD && hyk_str_starts_with(t->name, HYK_STR("abstract:")))))
		return t->kind == HYK_T_RECORD ? t : hyk_type_basic(t->kind == HYK_T_PARAM ? HYK_T_DYN : t->kind);
	out = hyk_arena_alloc(c->arena, sizeof(*out));
	if (!out) {
		c->st = HYK_E_NOMEM;
		return t;
	}
	*out = *t;
	if (t->key)
		out->key = keep_type(c, t->key, depth + 1);
	if (t->elem)
		out->elem = keep_type(c, t->elem, depth + 1);
	if (t->n_fields) {
		struct hyk_field *f = hyk_arena_array(c->arena, t->n_fields, sizeof(*f));

		if (!f) {
			c->st = HYK_E_NOMEM;
			return t;
		}
		for (size_t i = 0; i < t->n_fields; i++) {
			f[i] = t->fields[i];
			f[i].type = keep_type(c, t->fields[i].type, depth + 1);
		}
		out->fields = f;
	}
	return out;
}

static enum hyk_status
too_big(struct hyk_cel_generator *c)
{
	HYK_DIAG0(c->diags, HYK_D_CEL_BIG, c->n_srcs ? c->srcs[0] : NULL, HYK_NO_SPAN);
	return HYK_E_LIMIT;
}

/* Over the limit: a message at the dearest part. */
static bool
affordable(struct hyk_cel_generator *c, const struct hyk_cel_node *root, uint64_t *ret_cost)
{
	const struct hyk_cel_node *dear;
	struct hyk_str cost, max;

	*ret_cost = hyk_cel_cost(c->env, root, &dear);
	if (!c->env->max_cost || *ret_cost <= c->env->max_cost)
		return true;
	cost = hyk_arena_printf(c->scratch, "%" PRIu64, *ret_cost);
	max = hyk_arena_printf(c->scratch, "%" PRIu64, c->env->max_cost);
	HYK_DIAG(c->diags, HYK_D_CEL_COST, c->n_srcs ? c->srcs[dear->src] : NULL, dear->span, cost, max);
	return false;
}

static enum hyk_status
finish(struct hyk_cel_generator *c, struct hyk_cel_node *root, const struct hyk_type *type, const struct hyk_cel_program **ret_program)
{
	struct hyk_cel_program *p;
	uint64_t cost;

	if (!affordable(c, root, &cost))
		return HYK_E_LIMIT;
	hyk_cel_generate(c, root);
	if (c->st == HYK_E_INVALID)
		return c->st;
	if (c->st == HYK_E_LIMIT || (c->st == HYK_OK && (c->max_depth + 1 > HYK_CEL_STACK || c->nesting > HYK_CEL_MAX_NESTING)))
		return too_big(c);
	p = c->st == HYK_OK ? hyk_arena_alloc(c->arena, sizeof(*p)) : NULL;
	if (!p)
		return HYK_E_NOMEM;
	if (c->n_slots)
		qsort(c->slots, c->n_slots, sizeof(*c->slots), by_number);
	p->steps = keep(c, c->steps, c->n, sizeof(*c->steps));
	p->places = keep(c, c->places, c->n, sizeof(*c->places));
	p->n_steps = (uint32_t)c->n;
	p->consts = keep(c, c->consts, c->n_consts, sizeof(*c->consts));
	p->n_consts = (uint32_t)c->n_consts;
	p->defines = keep(c, c->defines, c->n_defines, sizeof(*c->defines));
	p->n_defines = (uint32_t)c->n_defines;
	p->sets = keep(c, c->sets, c->n_sets, sizeof(*c->sets));
	p->n_sets = (uint32_t)c->n_sets;
	p->patterns = keep(c, c->patterns, c->n_patterns, sizeof(*c->patterns));
	p->n_patterns = (uint32_t)c->n_patterns;
	p->zones = keep(c, c->zones, c->n_zones, sizeof(*c->zones));
	p->n_zones = (uint32_t)c->n_zones;
	p->slots = keep(c, c->slots, c->n_slots, sizeof(*c->slots));
	p->n_slots = (uint32_t)c->n_slots;
	p->srcs = keep(c, c->srcs, c->n_srcs, sizeof(*c->srcs));
	p->type = keep_type(c, type, 0);
	p->stack = c->max_depth + 1;
	p->nesting = c->nesting;
	p->cost = c->cost;
	p->cost_max = cost;
	for (size_t i = 0; i < c->n_slots; i++) {
		if (c->slots[i] >= p->max_slot)
			p->max_slot = c->slots[i] + 1;
	}
	for (size_t i = 0; i < c->n_defines; i++) {
		if (c->defines[i].slot >= p->max_slot)
			p->max_slot = c->defines[i].slot + 1;
		if (c->defines[i].program->max_slot > p->max_slot)
			p->max_slot = c->defines[i].program->max_slot;
	}
	if (c->st != HYK_OK)
		return c->st;
	if (!hyk_cel_program_verify(p, c->scratch))
		return c->scratch->overflowed ? HYK_E_NOMEM : too_big(c);
	*ret_program = p;
	return HYK_OK;
}

static bool
add_source(struct hyk_cel_generator *c, const struct hyk_source *src)
{
	if (c->n_srcs >= UINT16_MAX || !HYK_CEL_GROW(c, c->srcs, c->n_srcs, c->srcs_room)) {
		c->st = HYK_E_NOMEM;
		return false;
	}
	c->srcs[c->n_srcs++] = src;
	return true;
}

/* One expression: parsed, checked, folded. NULL with *ret_st. */
static struct hyk_cel_node *
front(struct hyk_cel_generator *c, const struct hyk_source *src, const struct hyk_type *want, uint32_t *n_nodes,
    const struct hyk_type **ret_type, enum hyk_status *ret_st)
{
	struct hyk_cel_checker checker = { .env = c->env, .src = src, .arena = c->scratch, .diags = c->diags,
		.types = { .arena = c->scratch } };
	struct hyk_cel_parser_in in = { .src = src, .src_number = (uint16_t)c->n_srcs, .no_macros = c->env->no_macros,
		.arena = c->scratch, .n_nodes = n_nodes, .diags = c->diags };
	struct hyk_cel_node *n;

	if (!add_source(c, src)) {
		*ret_st = HYK_E_NOMEM;
		return NULL;
	}
	*ret_st = hyk_cel_parse(&in, &n);
	if (*ret_st != HYK_OK)
		return NULL;
	if (!hyk_cel_check(&checker, n, want)) {
		*ret_st = checker.n_errors ? HYK_E_INVALID : HYK_E_NOMEM;
		return NULL;
	}
	if (ret_type)
		*ret_type = hyk_cel_types_resolve(&checker.types, n->type, true);
	hyk_cel_fold(c->scratch, n);
	if (c->env->civic && (!hyk_cel_literals_check(c->scratch, src, n, c->diags) ||
	    !hyk_cel_commons_check(c->env->commons, src, n, c->diags))) {
		*ret_st = HYK_E_INVALID;
		return NULL;
	}
	return n;
}

enum hyk_status
hyk_cel_compile(const struct hyk_cel_env *env, const struct hyk_source *src, const struct hyk_type *want,
    struct hyk_arena *arena, const struct hyk_cel_program **ret_program, struct hyk_diags *diags)
{
	struct hyk_arena scratch;
	struct hyk_cel_generator c = { .env = env, .arena = arena, .scratch = &scratch, .diags = diags };
	const struct hyk_type *type = NULL;
	struct hyk_cel_node *n;
	enum hyk_status st;
	uint32_t n_nodes = 0;

	hyk_arena_init(&scratch, 0);
	n = front(&c, src, want, &n_nodes, &type, &st);
	if (n)
		st = finish(&c, n, type, ret_program);
	hyk_arena_fini(&scratch);
	return st;
}

/* Nested conditions ---------------------------------------------------- */

static struct hyk_cel_node *
make(struct hyk_cel_generator *c, enum hyk_cel_node_kind kind, size_t n_args)
{
	struct hyk_cel_node *n = hyk_arena_alloc(c->scratch, sizeof(*n));

	if (!n)
		return NULL;
	n->kind = (uint8_t)kind;
	n->type = hyk_type_basic(HYK_T_BOOL);
	n->args = hyk_arena_array(c->scratch, n_args + 1, sizeof(*n->args));
	n->n_args = (uint32_t)n_args;
	return n->args ? n : NULL;
}

/* All messages of all leaves are given; *st keeps the first failure. */
static struct hyk_cel_node *
build_cond(struct hyk_cel_generator *c, const struct hyk_cel_cond *cond, uint32_t *n_nodes, unsigned depth, enum hyk_status *st)
{
	const struct hyk_type *boolean = hyk_type_basic(HYK_T_BOOL);
	struct hyk_cel_node *n, *not;
	enum hyk_status one = HYK_OK;

	if (depth > MAX_COND_DEPTH) {
		*st = HYK_E_LIMIT;
		return NULL;
	}
	if (cond->kind == HYK_CEL_LEAF) {
		n = front(c, cond->src, boolean, n_nodes, NULL, &one);
		if (!n && *st == HYK_OK)
			*st = one;
		return n;
	}
	n = make(c, cond->kind == HYK_CEL_ALL ? HYK_CEL_N_AND : HYK_CEL_N_OR, cond->n_children);
	if (!n) {
		*st = HYK_E_NOMEM;
		return NULL;
	}
	for (size_t i = 0; i < cond->n_children; i++)
		n->args[i] = build_cond(c, &cond->children[i], n_nodes, depth + 1, st);
	if (*st != HYK_OK)
		return NULL;
	if (n->n_args == 0) {
		n->kind = HYK_CEL_N_CONST;
		n->value = hyk_bool(cond->kind == HYK_CEL_ALL);
	} else if (n->n_args == 1) {
		n = n->args[0];
	}
	if (cond->kind != HYK_CEL_NONE)
		return n;
	not = make(c, HYK_CEL_N_CALL, 1);
	if (!not) {
		*st = HYK_E_NOMEM;
		return NULL;
	}
	not->name = HYK_STR("!_");
	not->fn = hyk_cel_functions_find(not->name, false, &not->n_fn);
	not->args[0] = n;
	not->span = n->span;
	not->src = n->src;
	return not;
}

enum hyk_status
hyk_cel_compile_cond(const struct hyk_cel_env *env, const struct hyk_cel_cond *cond, struct hyk_arena *arena,
    const struct hyk_cel_program **ret_program, struct hyk_diags *diags)
{
	struct hyk_arena scratch;
	struct hyk_cel_generator c = { .env = env, .arena = arena, .scratch = &scratch, .diags = diags };
	enum hyk_status st = HYK_OK;
	struct hyk_cel_node *n;
	uint32_t n_nodes = 0;

	hyk_arena_init(&scratch, 0);
	n = build_cond(&c, cond, &n_nodes, 0, &st);
	if (n && st == HYK_OK)
		st = finish(&c, n, hyk_type_basic(HYK_T_BOOL), ret_program);
	hyk_arena_fini(&scratch);
	return st;
}

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
#include "cel/presence.h"
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

/* Over the limit: a message at the dearest part, naming the fact to blame where one may grow without a limit. */
static bool
affordable(struct hyk_cel_generator *c, const struct hyk_cel_cost *sum)
{
	const struct hyk_cel_node *dear = sum->dear, *fact;
	uint64_t cost = hyk_cel_cost_total(sum);
	struct hyk_str texts[3], en, ko;
	struct hyk_diag *d;
	unsigned size;
	bool is_text;

	if (!c->env->max_cost || cost <= c->env->max_cost || !dear)
		return true;
	texts[0] = hyk_arena_printf(c->scratch, "%" PRIu64, cost);
	texts[1] = hyk_arena_printf(c->scratch, "%" PRIu64, c->env->max_cost);
	texts[2] = hyk_arena_printf(c->scratch, "%" PRIu64, sum->dearest);
	d = hyk_diags_add(c->diags, HYK_D_CEL_COST, c->srcs[dear->src], dear->span, 3, texts);
	fact = hyk_cel_cost_unbounded(dear);
	if (!d || !fact)
		return false;
	is_text = fact->type->kind == HYK_T_STRING || fact->type->kind == HYK_T_BYTES;
	size = is_text ? HYK_DEFAULT_MAX_TEXT : HYK_DEFAULT_MAX_ITEMS;
	en = hyk_arena_printf(c->scratch, "its plugin can declare a max_size for %.*s.%.*s, which is counted as %u %s",
	    HYK_STR_ARG(fact->decl->name), HYK_STR_ARG(fact->name), size, is_text ? "characters" : "items");
	ko = hyk_arena_printf(c->scratch, "%.*s.%.*s에는 선언된 max_size가 없어 %u%s로 셉니다. 플러그인에 max_size를 선언하세요",
	    HYK_STR_ARG(fact->decl->name), HYK_STR_ARG(fact->name), size, is_text ? "자" : "개");
	if (en.p && ko.p)
		hyk_diag_hint(c->diags, d, en, ko);
	return false;
}

static enum hyk_status
finish(struct hyk_cel_generator *c, struct hyk_cel_node *root, const struct hyk_cel_cost *cost, const struct hyk_type *type,
    const struct hyk_cel_program **ret_program)
{
	struct hyk_cel_presence presence = { 0 };
	struct hyk_cel_program *p;

	if (!affordable(c, cost))
		return HYK_E_LIMIT;
	if (c->env->lint != HYK_CEL_LINT_OFF && !hyk_cel_presence_find(c->env, root, c->srcs, c->arena, &presence))
		return HYK_E_NOMEM;
	if (c->env->lint == HYK_CEL_LINT_TELL)
		hyk_cel_presence_tell(&presence, c->diags);
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
	p->cost = cost->fixed;
	p->cost_max = hyk_cel_cost_total(cost);
	p->size = cost->size;
	p->presence = presence;
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

/* Before folding: what is written is what counts, and cel-go's numbers are those of the tree as it was checked. */
static void
add_cost(struct hyk_cel_cost *sum, const struct hyk_cel_cost *one)
{
	sum->size = one->size;
	if (!sum->dear || one->dearest > sum->dearest) {
		sum->dear = one->dear;
		sum->dearest = one->dearest;
	}
	sum->fixed = sum->fixed > UINT64_MAX - one->fixed ? UINT64_MAX : sum->fixed + one->fixed;
	sum->more = sum->more > UINT64_MAX - one->more ? UINT64_MAX : sum->more + one->more;
}

/* What the expressions of one program share. */
struct whole {
	uint32_t n_nodes;
	struct hyk_cel_cost cost;
};

/* One expression: parsed, checked, counted, folded. NULL with *ret_st. */
static struct hyk_cel_node *
front(struct hyk_cel_generator *c, const struct hyk_source *src, const struct hyk_type *want, struct whole *whole,
    const struct hyk_type **ret_type, enum hyk_status *ret_st)
{
	struct hyk_cel_checker checker = { .env = c->env, .src = src, .arena = c->scratch, .diags = c->diags,
		.types = { .arena = c->scratch } };
	struct hyk_cel_parser_in in = { .src = src, .src_number = (uint16_t)c->n_srcs, .no_macros = c->env->no_macros,
		.arena = c->scratch, .n_nodes = &whole->n_nodes, .diags = c->diags };
	struct hyk_cel_cost cost;
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
	cost = hyk_cel_cost(c->env, n);
	add_cost(&whole->cost, &cost);
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
	struct whole whole = { 0 };

	hyk_arena_init(&scratch, 0);
	n = front(&c, src, want, &whole, &type, &st);
	if (n)
		st = finish(&c, n, &whole.cost, type, ret_program);
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
build_cond(struct hyk_cel_generator *c, const struct hyk_cel_cond *cond, struct whole *whole, unsigned depth,
    enum hyk_status *st)
{
	const struct hyk_type *boolean = hyk_type_basic(HYK_T_BOOL);
	struct hyk_cel_node *n, *not;
	enum hyk_status one = HYK_OK;

	if (depth > MAX_COND_DEPTH) {
		*st = HYK_E_LIMIT;
		return NULL;
	}
	if (cond->kind == HYK_CEL_LEAF) {
		n = front(c, cond->src, boolean, whole, NULL, &one);
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
		n->args[i] = build_cond(c, &cond->children[i], whole, depth + 1, st);
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
	whole->cost.fixed++;
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
	struct whole whole = { 0 };

	hyk_arena_init(&scratch, 0);
	n = build_cond(&c, cond, &whole, 0, &st);
	if (n && st == HYK_OK)
		st = finish(&c, n, &whole.cost, hyk_type_basic(HYK_T_BOOL), ret_program);
	hyk_arena_fini(&scratch);
	return st;
}

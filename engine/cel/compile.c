/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/compile.c - a checked tree to steps.
 *
 * Every expression leaves exactly one value. `depth` is how many lie on the
 * stack at the step being written.
 */
#include "cel/cel.h"

#include <inttypes.h>

#include "cel/check.h"
#include "cel/cost.h"
#include "cel/fold.h"
#include "cel/commons.h"
#include "cel/literals.h"
#include "cel/local.h"
#include "cel/match.h"
#include "cel/program.h"

#define MAX_COND_DEPTH 64u

struct compiler {
	const struct hyk_cel_env *env;
	struct hyk_arena *arena; /* of the program */
	struct hyk_arena *scratch;
	struct hyk_diags *diags;
	struct hyk_cel_step *steps;
	struct hyk_cel_place *places;
	size_t n, room, places_room;
	struct hyk_value *consts;
	size_t n_consts, consts_room;
	struct hyk_cel_define *defines;
	size_t n_defines, defines_room;
	struct hyk_cel_set *sets;
	size_t n_sets, sets_room;
	const struct hyk_pattern **patterns;
	size_t n_patterns, patterns_room;
	const struct hyk_zone **zones;
	size_t n_zones, zones_room;
	uint32_t *slots;
	size_t n_slots, slots_room;
	const struct hyk_source **srcs;
	size_t n_srcs, srcs_room;
	uint32_t depth, max_depth, nesting;
	uint64_t cost;
	enum hyk_status st;
};

static void gen(struct compiler *c, struct hyk_cel_node *n);

/* Doubles one of the arrays above in the scratch arena; false: no memory. */
#define GROW(c, array, n, room)                                                                    \
	((n) < (room) || ((array) = hyk_arena_grow((c)->scratch, (array), (n), &(room), sizeof(*(array)))) != NULL ||  \
	    ((c)->st = HYK_E_NOMEM, (n) = 0, (room) = 0, false))

static size_t
emit(struct compiler *c, enum hyk_cel_op op, unsigned a, unsigned b, uint32_t operand, const struct hyk_cel_node *n)
{
	if (c->st != HYK_OK || !GROW(c, c->steps, c->n, c->room) || !GROW(c, c->places, c->n, c->places_room))
		return 0;
	c->steps[c->n] = (struct hyk_cel_step){ (uint8_t)op, (uint8_t)a, (uint16_t)b, operand };
	if (n) {
		c->places[c->n].span = n->span;
		c->places[c->n].src = n->src;
	}
	return c->n++;
}

/* The step before is the last of n: what it leaves is n's value. */
static void
ends(struct compiler *c)
{
	if (c->st == HYK_OK && c->n)
		c->places[c->n - 1].ends = true;
}

/* All ways through n meet at the next step. */
static void
joins(struct compiler *c, const struct hyk_cel_node *n)
{
	if (c->st != HYK_OK || !GROW(c, c->places, c->n, c->places_room))
		return;
	/* two that end at one step need a step between them */
	if (c->places[c->n].join.n)
		emit(c, HYK_CEL_OP_NOP, 0, 0, 0, NULL);
	if (c->st == HYK_OK && GROW(c, c->places, c->n, c->places_room)) {
		c->places[c->n].join = n->span;
		c->places[c->n].join_src = n->src;
	}
}

static void
patch(struct compiler *c, size_t at)
{
	if (c->st == HYK_OK)
		c->steps[at].c = (uint32_t)c->n;
}

static void
push(struct compiler *c)
{
	if (++c->depth > c->max_depth)
		c->max_depth = c->depth;
}

static uint32_t
constant(struct compiler *c, struct hyk_value v)
{
	/* names of fields come again and again */
	for (size_t i = 0; v.kind == HYK_STRING && i < c->n_consts && i < 64; i++) {
		if (c->consts[i].kind == HYK_STRING && hyk_str_eq(hyk_value_str(c->consts[i]), hyk_value_str(v)))
			return (uint32_t)i;
	}
	if (!GROW(c, c->consts, c->n_consts, c->consts_room))
		return 0;
	v = hyk_value_copy(c->arena, v);
	if (v.kind == HYK_ERROR_VALUE) {
		c->st = HYK_E_NOMEM;
		return 0;
	}
	c->consts[c->n_consts] = v;
	return (uint32_t)c->n_consts++;
}

/*
 * The name of field n, with the place where its record has it in *ret_at. Records made by their schema have its
 * names, not copies of them, and in its order; the machine knows them by their address.
 */
static uint32_t
field_name(struct compiler *c, const struct hyk_cel_node *n, uint8_t *ret_at)
{
	const struct hyk_type *t = n->args[0]->type;

	*ret_at = 0;
	for (size_t i = 0; t && t->kind == HYK_T_RECORD && i < t->n_fields; i++) {
		if (!hyk_str_eq(t->fields[i].name, n->name))
			continue;
		*ret_at = i < 255 ? (uint8_t)i : 0;
		for (size_t k = 0; k < c->n_consts && k < 64; k++) {
			if (c->consts[k].kind == HYK_STRING && c->consts[k].as.s == t->fields[i].name.p)
				return (uint32_t)k;
		}
		if (!GROW(c, c->consts, c->n_consts, c->consts_room))
			return 0;
		c->consts[c->n_consts] = hyk_string(t->fields[i].name);
		return (uint32_t)c->n_consts++;
	}
	return constant(c, hyk_string(n->name));
}

static void
read_slot(struct compiler *c, uint32_t slot)
{
	for (size_t i = 0; i < c->n_slots; i++) {
		if (c->slots[i] == slot)
			return;
	}
	if (GROW(c, c->slots, c->n_slots, c->slots_room))
		c->slots[c->n_slots++] = slot;
}

static void
gen_const(struct compiler *c, const struct hyk_cel_node *n, struct hyk_value v)
{
	push(c);
	emit(c, HYK_CEL_OP_CONST, 0, 0, constant(c, v), n);
	ends(c);
}

static void
gen_define(struct compiler *c, const struct hyk_cel_node *n)
{
	const struct hyk_cel_program *p = n->decl->define;
	size_t i = 0;

	while (i < c->n_defines && c->defines[i].slot != n->decl->slot)
		i++;
	if (i == c->n_defines) {
		if (!GROW(c, c->defines, c->n_defines, c->defines_room))
			return;
		c->defines[c->n_defines++] = (struct hyk_cel_define){ p, n->decl->slot };
		for (uint32_t k = 0; k < p->n_slots; k++)
			read_slot(c, p->slots[k]);
	}
	if (p->nesting + 1 > c->nesting)
		c->nesting = p->nesting + 1;
	push(c);
	if (c->depth + p->stack > c->max_depth)
		c->max_depth = c->depth + p->stack;
	emit(c, HYK_CEL_OP_DEFINE, 0, 0, (uint32_t)i, n);
	ends(c);
}

static void
gen_slot(struct compiler *c, const struct hyk_cel_node *n)
{
	enum hyk_cel_op op = n->flags & HYK_CEL_TEST ? HYK_CEL_OP_SLOT_HAS
	    : n->flags & HYK_CEL_OPT                 ? HYK_CEL_OP_SLOT_OPT
	                                             : HYK_CEL_OP_SLOT;

	read_slot(c, n->slot);
	push(c);
	emit(c, n->kind == HYK_CEL_N_KNOWN ? HYK_CEL_OP_KNOWN : op, n->fold, 0, n->slot, n);
	ends(c);
}

/* a && b && c: each operand after the first is joined to what came before; a false one ends it. */
static void
gen_logic(struct compiler *c, struct hyk_cel_node *n)
{
	bool is_and = n->kind == HYK_CEL_N_AND;
	size_t *ends_at = hyk_arena_array(c->scratch, n->n_args, sizeof(*ends_at));

	if (!ends_at) {
		c->st = HYK_E_NOMEM;
		return;
	}
	for (uint32_t i = 0; i < n->n_args; i++) {
		gen(c, n->args[i]);
		if (i)
			c->depth--;
		ends_at[i] = emit(c, is_and ? i ? HYK_CEL_OP_AND : HYK_CEL_OP_AND_FIRST
		                            : i ? HYK_CEL_OP_OR : HYK_CEL_OP_OR_FIRST, 0, 0, 0, n);
	}
	for (uint32_t i = 0; i < n->n_args; i++)
		patch(c, ends_at[i]);
	joins(c, n);
}

static void
gen_cond(struct compiler *c, struct hyk_cel_node *n)
{
	size_t test, data, jump;

	gen(c, n->args[0]);
	c->depth--;
	test = emit(c, HYK_CEL_OP_COND, 0, 0, 0, n->args[0]);
	data = emit(c, HYK_CEL_OP_DATA, 0, 0, 0, NULL);
	gen(c, n->args[1]);
	c->depth--;
	jump = emit(c, HYK_CEL_OP_JUMP, 0, 0, 0, NULL);
	patch(c, test);
	gen(c, n->args[2]);
	if (c->st == HYK_OK && GROW(c, c->places, c->n, c->places_room) && c->places[c->n].join.n)
		emit(c, HYK_CEL_OP_NOP, 0, 0, 0, NULL);
	patch(c, jump);
	patch(c, data);
	joins(c, n);
}

static void
gen_select(struct compiler *c, struct hyk_cel_node *n)
{
	bool of_variable = n->args[0]->kind == HYK_CEL_N_LOCAL && !n->flags;
	enum hyk_cel_op op = n->flags & HYK_CEL_TEST ? HYK_CEL_OP_HAS
	    : n->flags & HYK_CEL_OPT                 ? HYK_CEL_OP_SELECT_OPT
	                                             : HYK_CEL_OP_SELECT;
	uint32_t name;
	uint8_t at;

	if (!of_variable)
		gen(c, n->args[0]);
	name = field_name(c, n, &at);
	if (of_variable) {
		push(c);
		emit(c, HYK_CEL_OP_LOCAL_SELECT, at, n->args[0]->binder->place + n->args[0]->slot, name, n);
	} else {
		emit(c, op, at, 0, name, n);
	}
	ends(c);
}

static uint32_t
optional_mask(struct compiler *c, const uint8_t *opt, size_t n)
{
	struct hyk_str s = hyk_str_make((const char *)opt, n);

	return constant(c, hyk_string(s));
}

static void
gen_items(struct compiler *c, struct hyk_cel_node *n)
{
	bool is_map = n->kind == HYK_CEL_N_MAP;
	uint32_t count = is_map ? n->n_args / 2 : n->n_args;

	for (uint32_t i = 0; i < n->n_args; i++)
		gen(c, n->args[i]);
	c->depth -= n->n_args;
	push(c);
	if (n->opt) {
		emit(c, is_map ? HYK_CEL_OP_MAP_OPT : HYK_CEL_OP_LIST_OPT, 0, 0, count, n);
		ends(c);
		emit(c, HYK_CEL_OP_DATA, 0, 0, optional_mask(c, n->opt, count), NULL);
		return;
	}
	emit(c, is_map ? HYK_CEL_OP_MAP : HYK_CEL_OP_LIST, 0, 0, count, n);
	ends(c);
}

/* Five values stay on the stack while a fold runs: range, position, result so far, and its variables. */
static void
gen_fold(struct compiler *c, struct hyk_cel_node *n)
{
	size_t begin, start, done;

	gen(c, n->args[0]);
	begin = emit(c, HYK_CEL_OP_FOLD, n->fold, n->n_vars, 0, n);
	n->place = c->depth + 2;
	for (unsigned i = 0; i < 4; i++)
		push(c);
	start = emit(c, HYK_CEL_OP_FOLD_NEXT, n->fold, n->n_vars, 0, n);
	if (n->args[1]) {
		gen(c, n->args[1]);
		c->depth--;
		emit(c, HYK_CEL_OP_FOLD_SKIP, n->fold, 0, (uint32_t)start, n->args[1]);
	}
	gen(c, n->args[2]);
	c->depth--;
	emit(c, HYK_CEL_OP_FOLD_STEP, n->fold, 0, (uint32_t)start, n->args[2]);
	patch(c, start);
	done = emit(c, HYK_CEL_OP_FOLD_DONE, n->fold, 0, 0, n);
	(void)done;
	c->depth -= 4;
	patch(c, begin);
	joins(c, n);
}

static void
gen_bind(struct compiler *c, struct hyk_cel_node *n)
{
	size_t skip = 0;
	bool optional = n->kind == HYK_CEL_N_OPTMAP;

	gen(c, n->args[0]);
	n->place = c->depth - 1;
	if (optional)
		skip = emit(c, HYK_CEL_OP_OPT_MAP, 0, 0, 0, n);
	gen(c, n->args[1]);
	c->depth--;
	emit(c, !optional                ? HYK_CEL_OP_SLIDE
	        : n->flags & HYK_CEL_FLAT ? HYK_CEL_OP_OPT_FLAT
	                                  : HYK_CEL_OP_OPT_WRAP, 0, 0, 0, n);
	if (optional)
		patch(c, skip);
	joins(c, n);
}

/* x.orValue(y) and x.or(y) look at y only when x has no value. */
static void
gen_or_value(struct compiler *c, struct hyk_cel_node *n, enum hyk_cel_op op)
{
	size_t skip;

	gen(c, n->args[0]);
	c->depth--;
	skip = emit(c, op, 0, 0, 0, n);
	gen(c, n->args[1]);
	patch(c, skip);
	joins(c, n);
}

static bool
gen_in_set(struct compiler *c, struct hyk_cel_node *n)
{
	const struct hyk_cel_node *list = n->args[1];
	struct hyk_cel_set set;
	struct hyk_value copy;

	if (list->kind != HYK_CEL_N_CONST || list->value.kind != HYK_LIST)
		return false;
	for (uint32_t i = 0; i < list->value.as.list->n; i++) {
		uint8_t k = list->value.as.list->items[i].kind;

		if (k != HYK_STRING && k != HYK_INT)
			return false;
	}
	copy = hyk_value_copy(c->arena, list->value);
	if (copy.kind != HYK_LIST || hyk_cel_set_build(c->arena, copy.as.list, &set) != HYK_OK ||
	    !GROW(c, c->sets, c->n_sets, c->sets_room)) {
		c->st = HYK_E_NOMEM;
		return true;
	}
	c->sets[c->n_sets++] = set;
	gen(c, n->args[0]);
	emit(c, HYK_CEL_OP_IN_SET, 0, 0, (uint32_t)(c->n_sets - 1), n);
	ends(c);
	return true;
}

/* matches() with a constant pattern: compiled now, and refused now when it is wrong. */
static bool
gen_match(struct compiler *c, struct hyk_cel_node *n)
{
	const struct hyk_cel_node *text = n->n_args == 2 ? n->args[1] : NULL;
	const struct hyk_pattern *pattern;

	if (!text || text->kind != HYK_CEL_N_CONST || text->value.kind != HYK_STRING || c->env->no_check)
		return false;
	c->st = hyk_pattern_compile(c->arena, hyk_value_str(text->value), c->srcs[text->src], text->span, &pattern, c->diags);
	if (c->st != HYK_OK || !GROW(c, c->patterns, c->n_patterns, c->patterns_room))
		return true;
	c->patterns[c->n_patterns++] = pattern;
	gen(c, n->args[0]);
	emit(c, HYK_CEL_OP_MATCH, 0, 0, (uint32_t)(c->n_patterns - 1), n);
	ends(c);
	return true;
}

/* x == constant and its like are what conditions are made of: one step less. */
static bool
gen_compare(struct compiler *c, struct hyk_cel_node *n)
{
	static const struct {
		const char *name;
		enum hyk_cel_op op;
	} ops[] = { { "_==_", HYK_CEL_OP_EQ_CONST }, { "_!=_", HYK_CEL_OP_NE_CONST }, { "_<_", HYK_CEL_OP_LT_CONST },
		{ "_<=_", HYK_CEL_OP_LE_CONST }, { "_>_", HYK_CEL_OP_GT_CONST }, { "_>=_", HYK_CEL_OP_GE_CONST } };

	for (size_t i = 0; i < HYK_ARRAY_LEN(ops); i++) {
		if (!hyk_str_eq_c(n->name, ops[i].name))
			continue;
		gen(c, n->args[0]);
		emit(c, ops[i].op, n->n_fn, n->fn, constant(c, n->args[1]->value), n);
		ends(c);
		return true;
	}
	return false;
}

/* t.getHours('Asia/Seoul') and its like: the zone is looked up once. One that does not exist fails when it is asked. */
static void
quicken_getter(struct compiler *c, const struct hyk_cel_node *n)
{
	const struct hyk_cel_node *name = n->n_args == 2 ? n->args[1] : NULL;
	const struct hyk_zone *zone;
	struct hyk_cel_step *before;
	enum hyk_cel_part part;
	size_t i = 0;

	if (!name || name->kind != HYK_CEL_N_CONST || name->value.kind != HYK_STRING || c->st != HYK_OK ||
	    !hyk_cel_is_getter(hyk_cel_function(n->fn)->fn, &part) ||
	    hyk_zone_get(hyk_value_str(name->value), &zone) != HYK_OK)
		return;
	while (i < c->n_zones && c->zones[i] != zone)
		i++;
	if (i > UINT16_MAX || (i == c->n_zones && !GROW(c, c->zones, c->n_zones, c->zones_room)))
		return;
	if (i == c->n_zones)
		c->zones[c->n_zones++] = zone;
	/* the call is the last step, its zone the one before */
	before = &c->steps[c->n - 2];
	before->op = HYK_CEL_OP_TIME_PART;
	before->a = (uint8_t)part;
	before->b = (uint16_t)i;
}

static void
gen_call(struct compiler *c, struct hyk_cel_node *n)
{
	static const struct {
		const char *name;
		enum hyk_cel_op op;
	} ops[] = { { "_==_", HYK_CEL_OP_EQ }, { "_!=_", HYK_CEL_OP_NE }, { "_<_", HYK_CEL_OP_LT },
		{ "_<=_", HYK_CEL_OP_LE }, { "_>_", HYK_CEL_OP_GT }, { "_>=_", HYK_CEL_OP_GE }, { "_+_", HYK_CEL_OP_ADD },
		{ "_-_", HYK_CEL_OP_SUB }, { "_*_", HYK_CEL_OP_MUL }, { "!_", HYK_CEL_OP_NOT },
		{ "@in", HYK_CEL_OP_IN }, { "_[_]", HYK_CEL_OP_INDEX }, { "_[?_]", HYK_CEL_OP_INDEX_OPT } };
	const struct hyk_cel_overload *o = hyk_cel_function(n->fn);

	if (n->flags & HYK_CEL_MEMBER && n->n_args == 2 && hyk_str_eq_c(n->name, "orValue")) {
		gen_or_value(c, n, HYK_CEL_OP_OR_VALUE);
		return;
	}
	if (n->flags & HYK_CEL_MEMBER && n->n_args == 2 && hyk_str_eq_c(n->name, "or")) {
		gen_or_value(c, n, HYK_CEL_OP_OPT_OR);
		return;
	}
	if (o->flags & HYK_CEL_FN_OPERATOR && hyk_str_eq_c(n->name, "@in") && gen_in_set(c, n))
		return;
	if (hyk_str_eq_c(n->name, "matches") && gen_match(c, n))
		return;
	if (n->n_args == 2 && n->args[1]->kind == HYK_CEL_N_CONST && o->flags & HYK_CEL_FN_OPERATOR && gen_compare(c, n))
		return;
	for (uint32_t i = 0; i < n->n_args; i++)
		gen(c, n->args[i]);
	c->depth -= n->n_args;
	push(c);
	for (size_t i = 0; o->flags & HYK_CEL_FN_OPERATOR && i < HYK_ARRAY_LEN(ops); i++) {
		if (hyk_str_eq_c(n->name, ops[i].name)) {
			emit(c, ops[i].op, n->n_args, n->n_fn, n->fn, n);
			ends(c);
			return;
		}
	}
	if (n->n_args > 255) {
		c->st = HYK_E_LIMIT;
		return;
	}
	emit(c, HYK_CEL_OP_CALL, n->n_args, n->n_fn, n->fn, n);
	ends(c);
	quicken_getter(c, n);
}

static void
gen(struct compiler *c, struct hyk_cel_node *n)
{
	if (c->st != HYK_OK)
		return;
	c->cost++;
	switch ((enum hyk_cel_node_kind)n->kind) {
	case HYK_CEL_N_CONST:
		gen_const(c, n, n->value);
		break;
	case HYK_CEL_N_SLOT:
	case HYK_CEL_N_KNOWN:
		gen_slot(c, n);
		break;
	case HYK_CEL_N_DEFINE:
		gen_define(c, n);
		break;
	case HYK_CEL_N_LOCAL:
		push(c);
		emit(c, HYK_CEL_OP_LOCAL, 0, 0, n->binder->place + n->slot, n);
		ends(c);
		break;
	case HYK_CEL_N_SELECT:
		gen_select(c, n);
		break;
	case HYK_CEL_N_CALL:
		gen_call(c, n);
		break;
	case HYK_CEL_N_LIST:
	case HYK_CEL_N_MAP:
		gen_items(c, n);
		break;
	case HYK_CEL_N_AND:
	case HYK_CEL_N_OR:
		gen_logic(c, n);
		break;
	case HYK_CEL_N_COND:
		gen_cond(c, n);
		break;
	case HYK_CEL_N_FOLD:
		gen_fold(c, n);
		break;
	case HYK_CEL_N_BIND:
	case HYK_CEL_N_OPTMAP:
		gen_bind(c, n);
		break;
	case HYK_CEL_N_FAIL:
	case HYK_CEL_N_IDENT: /* an unchecked root of facts */
		push(c);
		emit(c, HYK_CEL_OP_FAIL, 0, 0, constant(c, hyk_string(n->name)), n);
		ends(c);
		break;
	}
}

/* Putting it together -------------------------------------------------- */

static const void *
keep(struct compiler *c, const void *from, size_t n, size_t size)
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
keep_type(struct compiler *c, const struct hyk_type *t, unsigned depth)
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
too_big(struct compiler *c)
{
	HYK_DIAG0(c->diags, HYK_D_CEL_BIG, c->n_srcs ? c->srcs[0] : NULL, HYK_NO_SPAN);
	return HYK_E_LIMIT;
}

/* Over the limit: a message at the dearest part. */
static bool
affordable(struct compiler *c, const struct hyk_cel_node *root, uint64_t *ret_cost)
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
finish(struct compiler *c, struct hyk_cel_node *root, const struct hyk_type *type, const struct hyk_cel_program **ret_program)
{
	struct hyk_cel_program *p;
	uint64_t cost;

	if (!affordable(c, root, &cost))
		return HYK_E_LIMIT;
	gen(c, root);
	emit(c, HYK_CEL_OP_DONE, 0, 0, 0, NULL);
	if (c->st == HYK_E_INVALID)
		return c->st;
	if (c->st == HYK_E_LIMIT || (c->st == HYK_OK && (c->max_depth + 1 > HYK_CEL_STACK || c->nesting > HYK_CEL_MAX_NESTING)))
		return too_big(c);
	p = c->st == HYK_OK ? hyk_arena_alloc(c->arena, sizeof(*p)) : NULL;
	if (!p)
		return HYK_E_NOMEM;
	if (c->n_slots)
		qsort(c->slots, c->n_slots, sizeof(*c->slots), by_number);
	hyk_cel_program_quicken(c->steps, (uint32_t)c->n);
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
add_source(struct compiler *c, const struct hyk_source *src)
{
	if (c->n_srcs >= UINT16_MAX || !GROW(c, c->srcs, c->n_srcs, c->srcs_room)) {
		c->st = HYK_E_NOMEM;
		return false;
	}
	c->srcs[c->n_srcs++] = src;
	return true;
}

/* One expression: parsed, checked, folded. NULL with *ret_st. */
static struct hyk_cel_node *
front(struct compiler *c, const struct hyk_source *src, const struct hyk_type *want, uint32_t *n_nodes,
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
	struct compiler c = { .env = env, .arena = arena, .scratch = &scratch, .diags = diags };
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
make(struct compiler *c, enum hyk_cel_node_kind kind, size_t n_args)
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
build_cond(struct compiler *c, const struct hyk_cel_cond *cond, uint32_t *n_nodes, unsigned depth, enum hyk_status *st)
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
	struct compiler c = { .env = env, .arena = arena, .scratch = &scratch, .diags = diags };
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

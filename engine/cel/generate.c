/* SPDX-License-Identifier: Apache-2.0 */
/* cel/generate.c - see generate.h. */
#include "cel/generate.h"

#include "cel/local.h"
#include "cel/match.h"

static void gen(struct hyk_cel_generator *c, struct hyk_cel_node *n);

static size_t
emit(struct hyk_cel_generator *c, enum hyk_cel_op op, unsigned a, unsigned b, uint32_t operand, const struct hyk_cel_node *n)
{
	if (c->st != HYK_OK || !HYK_CEL_GROW(c, c->steps, c->n, c->room) || !HYK_CEL_GROW(c, c->places, c->n, c->places_room))
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
ends(struct hyk_cel_generator *c)
{
	if (c->st == HYK_OK && c->n)
		c->places[c->n - 1].ends = true;
}

/* All ways through n meet at the next step. */
static void
joins(struct hyk_cel_generator *c, const struct hyk_cel_node *n)
{
	if (c->st != HYK_OK || !HYK_CEL_GROW(c, c->places, c->n, c->places_room))
		return;
	/* two that end at one step need a step between them */
	if (c->places[c->n].join.n)
		emit(c, HYK_CEL_OP_NOP, 0, 0, 0, NULL);
	if (c->st == HYK_OK && HYK_CEL_GROW(c, c->places, c->n, c->places_room)) {
		c->places[c->n].join = n->span;
		c->places[c->n].join_src = n->src;
	}
}

static void
patch(struct hyk_cel_generator *c, size_t at)
{
	if (c->st == HYK_OK)
		c->steps[at].c = (uint32_t)c->n;
}

static void
push(struct hyk_cel_generator *c)
{
	if (++c->depth > c->max_depth)
		c->max_depth = c->depth;
}

static uint32_t
constant(struct hyk_cel_generator *c, struct hyk_value v)
{
	/* names of fields come again and again */
	for (size_t i = 0; v.kind == HYK_STRING && i < c->n_consts && i < 64; i++) {
		if (c->consts[i].kind == HYK_STRING && hyk_str_eq(hyk_value_str(c->consts[i]), hyk_value_str(v)))
			return (uint32_t)i;
	}
	if (!HYK_CEL_GROW(c, c->consts, c->n_consts, c->consts_room))
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
field_name(struct hyk_cel_generator *c, const struct hyk_cel_node *n, uint8_t *ret_at)
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
		if (!HYK_CEL_GROW(c, c->consts, c->n_consts, c->consts_room))
			return 0;
		c->consts[c->n_consts] = hyk_string(t->fields[i].name);
		return (uint32_t)c->n_consts++;
	}
	return constant(c, hyk_string(n->name));
}

static void
read_slot(struct hyk_cel_generator *c, uint32_t slot)
{
	for (size_t i = 0; i < c->n_slots; i++) {
		if (c->slots[i] == slot)
			return;
	}
	if (HYK_CEL_GROW(c, c->slots, c->n_slots, c->slots_room))
		c->slots[c->n_slots++] = slot;
}

static void
gen_const(struct hyk_cel_generator *c, const struct hyk_cel_node *n, struct hyk_value v)
{
	push(c);
	emit(c, HYK_CEL_OP_CONST, 0, 0, constant(c, v), n);
	ends(c);
}

static void
gen_define(struct hyk_cel_generator *c, const struct hyk_cel_node *n)
{
	const struct hyk_cel_program *p = n->decl->define;
	size_t i = 0;

	while (i < c->n_defines && c->defines[i].slot != n->decl->slot)
		i++;
	if (i == c->n_defines) {
		if (!HYK_CEL_GROW(c, c->defines, c->n_defines, c->defines_room))
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
gen_slot(struct hyk_cel_generator *c, const struct hyk_cel_node *n)
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
gen_logic(struct hyk_cel_generator *c, struct hyk_cel_node *n)
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
gen_cond(struct hyk_cel_generator *c, struct hyk_cel_node *n)
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
	if (c->st == HYK_OK && HYK_CEL_GROW(c, c->places, c->n, c->places_room) && c->places[c->n].join.n)
		emit(c, HYK_CEL_OP_NOP, 0, 0, 0, NULL);
	patch(c, jump);
	patch(c, data);
	joins(c, n);
}

static void
gen_select(struct hyk_cel_generator *c, struct hyk_cel_node *n)
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
optional_mask(struct hyk_cel_generator *c, const uint8_t *opt, size_t n)
{
	struct hyk_str s = hyk_str_make((const char *)opt, n);

	return constant(c, hyk_string(s));
}

static void
gen_items(struct hyk_cel_generator *c, struct hyk_cel_node *n)
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
gen_fold(struct hyk_cel_generator *c, struct hyk_cel_node *n)
{
	size_t begin, start, done;

	gen(c, n->args[0]);
	begin = emit(c, HYK_CEL_OP_FOLD, n->fold, n->n_vars, 0, n);
	n->place = c->depth + 2;
	for (unsigned i = 0; i < 4; i++)
		push(c);
	start = emit(c, HYK_CEL_OP_FOLD_NEXT, n->n_vars, n->turn, 0, n);
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
gen_bind(struct hyk_cel_generator *c, struct hyk_cel_node *n)
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
gen_or_value(struct hyk_cel_generator *c, struct hyk_cel_node *n, enum hyk_cel_op op)
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
gen_in_set(struct hyk_cel_generator *c, struct hyk_cel_node *n)
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
	    !HYK_CEL_GROW(c, c->sets, c->n_sets, c->sets_room)) {
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
gen_match(struct hyk_cel_generator *c, struct hyk_cel_node *n)
{
	const struct hyk_cel_node *text = n->n_args == 2 ? n->args[1] : NULL;
	const struct hyk_pattern *pattern;

	if (!text || text->kind != HYK_CEL_N_CONST || text->value.kind != HYK_STRING || c->env->no_check)
		return false;
	c->st = hyk_pattern_compile(c->arena, hyk_value_str(text->value), c->srcs[text->src], text->span, &pattern, c->diags);
	if (c->st != HYK_OK || !HYK_CEL_GROW(c, c->patterns, c->n_patterns, c->patterns_room))
		return true;
	c->patterns[c->n_patterns++] = pattern;
	gen(c, n->args[0]);
	emit(c, HYK_CEL_OP_MATCH, 0, 0, (uint32_t)(c->n_patterns - 1), n);
	ends(c);
	return true;
}

/* x == constant and its like are what conditions are made of: one step less. */
static bool
gen_compare(struct hyk_cel_generator *c, struct hyk_cel_node *n)
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
quicken_getter(struct hyk_cel_generator *c, const struct hyk_cel_node *n)
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
	if (i > UINT16_MAX || (i == c->n_zones && !HYK_CEL_GROW(c, c->zones, c->n_zones, c->zones_room)))
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
gen_call(struct hyk_cel_generator *c, struct hyk_cel_node *n)
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
gen(struct hyk_cel_generator *c, struct hyk_cel_node *n)
{
	if (c->st != HYK_OK)
		return;
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

void
hyk_cel_generate(struct hyk_cel_generator *c, struct hyk_cel_node *root)
{
	gen(c, root);
	emit(c, HYK_CEL_OP_DONE, 0, 0, 0, NULL);
	if (c->st == HYK_OK)
		hyk_cel_program_quicken(c->steps, (uint32_t)c->n);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/cost.c - cel-go's model of cost (checker/cost.go, interpreter/runtimecost.go) with the largest sizes put in.
 *
 * Where ours is dearer than cel-go's, it is because the work is: lists that are put together are copied, and
 * functions of texts that cel-go counts as one look at every character.
 */
#include "cel/cost.h"

#include "base/utf8.h"
#include "cel/functions.h"
#include "cel/program.h"
#include "text/pattern.h"

#define LIST_BASE 10u /* cel-go's ListCreateBaseCost and MapCreateBaseCost */
#define MAP_BASE 30u
#define NUMBER_TEXT 400u /* characters of a number, a time or an address as text, also by format() */

#define LEVELS HYK_CEL_SIZE_LEVELS

struct estimate {
	uint64_t fixed, more;
	struct hyk_cel_size size;
};

/* Variables of macros. */
struct scope {
	const struct hyk_cel_node *binder;
	struct hyk_cel_size var[2];
	const struct scope *next;
};

struct coster {
	const struct hyk_cel_env *env;
	struct hyk_cel_cost *out;
	const struct hyk_cel_decl *defines[64]; /* counted already: they are evaluated once */
	size_t n_defines;
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
largest(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t
tenth(uint64_t n)
{
	return n / 10 + (n % 10 != 0);
}

/* Sizes ----------------------------------------------------------------- */

static struct hyk_cel_size
scalar(void)
{
	return (struct hyk_cel_size){ { 1, 1, 1, 1 } };
}

static struct hyk_cel_size
text(uint64_t n)
{
	return (struct hyk_cel_size){ { n, 1, 1, 1 } };
}

static struct hyk_cel_size
join(struct hyk_cel_size a, struct hyk_cel_size b)
{
	for (unsigned i = 0; i < LEVELS; i++)
		a.n[i] = largest(a.n[i], b.n[i]);
	return a;
}

/* What is in something of size s. */
static struct hyk_cel_size
inside(struct hyk_cel_size s)
{
	for (unsigned i = 0; i + 1 < LEVELS; i++)
		s.n[i] = s.n[i + 1];
	return s;
}

/* Something of n parts that are as large as `part`. */
static struct hyk_cel_size
outside(uint64_t n, struct hyk_cel_size part)
{
	part.n[LEVELS - 1] = largest(part.n[LEVELS - 1], part.n[LEVELS - 2]);
	for (unsigned i = LEVELS - 1; i > 0; i--)
		part.n[i] = part.n[i - 1];
	part.n[0] = n;
	return part;
}

/* Of something of this type whose size nobody declares: what requests are held to. */
static struct hyk_cel_size
of_type(const struct hyk_type *t, unsigned depth)
{
	struct hyk_cel_size s = scalar();

	switch ((int)t->kind) {
	case HYK_T_STRING:
	case HYK_T_BYTES:
		return text(HYK_DEFAULT_MAX_TEXT);
	case HYK_T_LIST:
	case HYK_T_MAP:
		if (depth < LEVELS && t->elem)
			s = of_type(t->elem, depth + 1);
		if (depth < LEVELS && t->key)
			s = join(s, of_type(t->key, depth + 1));
		return outside(HYK_DEFAULT_MAX_ITEMS, s);
	case HYK_T_OPTIONAL:
		return t->elem && depth < LEVELS ? of_type(t->elem, depth + 1) : s;
	case HYK_T_RECORD:
		for (size_t i = 0; i < t->n_fields && depth < LEVELS; i++)
			s = join(s, of_type(t->fields[i].type, depth + 1));
		return outside(t->n_fields, s);
	case HYK_T_DYN:
	case HYK_T_PARAM:
	case HYK_T_ERROR:
		for (unsigned i = 0; i < LEVELS; i++)
			s.n[i] = largest(HYK_DEFAULT_MAX_TEXT, HYK_DEFAULT_MAX_ITEMS);
		return s;
	default:
		return s;
	}
}

static struct hyk_cel_size
of_value(struct hyk_value v, unsigned depth)
{
	struct hyk_cel_size s = scalar();

	if (v.kind == HYK_STRING)
		return text(hyk_utf8_length(hyk_value_str(v)));
	if (v.kind == HYK_BYTES)
		return text(v.n);
	if (v.kind == HYK_LIST) {
		for (uint32_t i = 0; i < v.as.list->n && depth < LEVELS; i++)
			s = join(s, of_value(v.as.list->items[i], depth + 1));
		return outside(v.as.list->n, s);
	}
	if (v.kind == HYK_MAP) {
		for (uint32_t i = 0; i < v.as.map->n && depth < LEVELS; i++) {
			s = join(s, of_value(v.as.map->entries[i].key, depth + 1));
			s = join(s, of_value(v.as.map->entries[i].value, depth + 1));
		}
		return outside(v.as.map->n, s);
	}
	return v.kind == HYK_OPTIONAL && v.as.opt && depth < LEVELS ? of_value(*v.as.opt, depth + 1) : s;
}

/* A fact as its schema bounds it. Of a list, one_of is asked of its items. */
static struct hyk_cel_size
of_fact(const struct hyk_cel_env *env, const struct hyk_cel_node *n)
{
	const struct hyk_bounds *b = n->bounds;
	const struct hyk_type *t = n->type->kind == HYK_T_OPTIONAL && n->flags & HYK_CEL_OPT ? n->type->elem : n->type;
	struct hyk_cel_size s = of_type(t, 0);
	uint64_t longest = 0;

	if (n->slot < env->n_sizes)
		s = env->sizes[n->slot];
	if (!b)
		return s;
	for (uint32_t i = 0; b->one_of && i < b->one_of->n; i++)
		longest = largest(longest, of_value(b->one_of->items[i], 0).n[0]);
	if (b->one_of && (t->kind == HYK_T_STRING || (t->kind == HYK_T_LIST && t->elem->kind == HYK_T_STRING)))
		s.n[t->kind == HYK_T_LIST] = longest;
	if (b->max_size != UINT32_MAX)
		s.n[0] = b->max_size;
	return s;
}

/* What a call of a function gives, at most. */
static struct hyk_cel_size
of_result(const struct hyk_cel_node *n, const struct hyk_cel_size *a)
{
	static const struct {
		const char *name;
		enum { SAME, SUM, STRING, BYTES, QUOTE, SPLIT, JOIN, REPLACE, FORMAT, ITEM, ANY_OF } rule;
	} rules[] = { { "_+_", SUM }, { "string", STRING }, { "bytes", BYTES }, { "strings.quote", QUOTE },
		{ "base64.encode", QUOTE }, { "base64.decode", SAME }, { "split", SPLIT }, { "join", JOIN },
		{ "replace", REPLACE }, { "format", FORMAT }, { "charAt", SAME }, { "lowerAscii", SAME },
		{ "upperAscii", SAME }, { "reverse", SAME }, { "substring", SAME }, { "trim", SAME }, { "dyn", SAME },
		{ "_[_]", ITEM }, { "_[?_]", ITEM }, { "optional.of", SAME }, { "optional.ofNonZeroValue", SAME },
		{ "value", SAME }, { "or", ANY_OF }, { "orValue", ANY_OF }, { "math.greatest", ANY_OF },
		{ "math.least", ANY_OF } };
	const struct hyk_type *t = n->type->kind == HYK_T_OPTIONAL ? n->type->elem : n->type;
	struct hyk_cel_size s = of_type(t, 0);

	if (s.n[0] == 1 && t->kind != HYK_T_RECORD)
		return s; /* a scalar, whatever it is made of */
	for (size_t i = 0; i < HYK_ARRAY_LEN(rules); i++) {
		if (!hyk_str_eq_c(n->name, rules[i].name) || !n->n_args)
			continue;
		switch (rules[i].rule) {
		case SAME:
			return a[0];
		case SUM:
			s = join(a[0], a[1]);
			s.n[0] = plus(a[0].n[0], a[1].n[0]);
			return s;
		case STRING:
			return text(largest(a[0].n[0], NUMBER_TEXT));
		case BYTES:
			return text(times(a[0].n[0], 4));
		case QUOTE:
			return text(plus(times(a[0].n[0], 6), 4));
		case SPLIT:
			return outside(plus(a[0].n[0], 1), text(a[0].n[0]));
		case JOIN:
			return text(times(a[0].n[0], plus(a[0].n[1], n->n_args > 1 ? a[1].n[0] : 0)));
		case REPLACE:
			return text(plus(a[0].n[0], times(plus(a[0].n[0], 1), a[2].n[0])));
		case FORMAT:
			/* every item is printed once, whole: all that is in it, with quotes and commas between */
			return text(plus(a[0].n[0], times(a[1].n[0],
			    times(plus(a[1].n[1], 1), times(plus(a[1].n[2], 1), plus(times(a[1].n[3], 2), NUMBER_TEXT))))));
		case ITEM:
			return inside(a[0]);
		case ANY_OF:
			s = a[0];
			for (uint32_t k = 1; k < n->n_args && k < HYK_CEL_FN_MAX_ARGS; k++)
				s = join(s, a[k]);
			return s;
		}
	}
	return s;
}

struct hyk_cel_size
hyk_cel_size_of_value(struct hyk_value v)
{
	return of_value(v, 0);
}

/* Costs ----------------------------------------------------------------- */

static struct estimate estimate(struct coster *c, struct hyk_cel_node *n, const struct scope *scope);

static void
note(struct coster *c, const struct hyk_cel_node *n, uint64_t cost)
{
	if (cost > c->out->dearest) {
		c->out->dearest = cost;
		c->out->dear = n;
	}
}

static void
add(struct estimate *e, const struct estimate *part)
{
	e->fixed = plus(e->fixed, part->fixed);
	e->more = plus(e->more, part->more);
}

/* What an overload takes beside the fixed part, as hyk_cel_dispatch and the machine take it. */
static uint64_t
own_cost(const struct hyk_cel_node *n, const struct hyk_cel_overload *o, const struct hyk_cel_size *a, uint64_t *ret_fixed)
{
	uint64_t made;

	switch ((enum hyk_cel_fn_cost)o->cost) {
	case HYK_CEL_COST_ONE:
		*ret_fixed = 1;
		return 0;
	case HYK_CEL_COST_SCAN:
		return tenth(a[0].n[0]);
	case HYK_CEL_COST_LESSER: {
		uint64_t cost = tenth(a[0].n[0] < a[1].n[0] ? a[0].n[0] : a[1].n[0]);

		*ret_fixed = 1;
		return cost ? cost - 1 : 0;
	}
	case HYK_CEL_COST_BOTH:
		return tenth(plus(a[0].n[0], a[1].n[0]));
	case HYK_CEL_COST_PRODUCT:
		return times(tenth(a[0].n[0]), tenth(a[1].n[0]));
	case HYK_CEL_COST_MATCH:
		/* a pattern that only the request knows is made for this call, and paid by its size */
		made = n->args[1]->kind == HYK_CEL_N_CONST ? 0 : HYK_PATTERN_MAX_INSTS;
		return plus(made, times(tenth(plus(a[0].n[0], 1)), plus(a[1].n[0], 3) / 4));
	case HYK_CEL_COST_LIST:
		return plus(a[0].n[0], o->n_args > 1 ? a[1].n[0] : 0);
	case HYK_CEL_COST_IN:
		return a[1].n[0];
	case HYK_CEL_COST_DAYS:
		*ret_fixed = 1;
		return HYK_CEL_FN_MAX_DAYS;
	}
	return 0;
}

static struct estimate
estimate_call(struct coster *c, struct hyk_cel_node *n, const struct scope *scope)
{
	struct hyk_cel_size a[HYK_CEL_FN_MAX_ARGS] = { { { 0 } } };
	struct estimate e = { 0, 0, scalar() };
	uint64_t fixed = 0, more = 0;

	for (uint32_t i = 0; i < n->n_args; i++) {
		struct estimate part = estimate(c, n->args[i], scope);

		add(&e, &part);
		if (i < HYK_CEL_FN_MAX_ARGS)
			a[i] = part.size;
		else /* of many numbers the largest */
			a[0] = join(a[0], part.size);
	}
	for (uint32_t i = 0; i < n->n_fn; i++) {
		const struct hyk_cel_overload *o = hyk_cel_function(n->fn + i);

		/* checked, all of n_fn may be meant; unchecked, those of another number of arguments may not */
		if (o->n_args == n->n_args || o->flags & HYK_CEL_FN_VARIADIC)
			more = largest(more, own_cost(n, o, a, &fixed));
	}
	e.size = of_result(n, a);
	e.fixed = plus(e.fixed, fixed);
	e.more = plus(e.more, more);
	note(c, n, plus(fixed, more));
	return e;
}

/* What a fold takes for itself: before and after, and at each turn; cel-go's expansions of its macros. */
static void
fold_cost(const struct hyk_cel_node *n, uint64_t *ret_once, uint64_t *ret_turn)
{
	switch ((enum hyk_cel_fold)n->fold) {
	case HYK_CEL_F_ALL: /* while @not_strictly_false(acc): acc && p */
		*ret_once = 1;
		*ret_turn = 3;
		return;
	case HYK_CEL_F_EXISTS: /* while @not_strictly_false(!acc): acc || p */
		*ret_once = 1;
		*ret_turn = 4;
		return;
	case HYK_CEL_F_EXISTS_ONE: /* p ? acc + 1 : acc, and acc == 1 at the end */
		*ret_once = 2;
		*ret_turn = 2;
		return;
	case HYK_CEL_F_MAP: /* acc + [t] */
		*ret_once = LIST_BASE + 1;
		*ret_turn = LIST_BASE + 2;
		return;
	case HYK_CEL_F_FILTER: /* p ? acc + [x] : acc */
		*ret_once = LIST_BASE + 1;
		*ret_turn = LIST_BASE + 3;
		return;
	case HYK_CEL_F_TRANSFORM_MAP: /* cel.@mapInsert(acc, k, t) */
		*ret_once = MAP_BASE + 1;
		*ret_turn = 3;
		return;
	case HYK_CEL_F_TRANSFORM_MAP_ENTRY: /* cel.@mapInsert(acc, t) */
		*ret_once = MAP_BASE + 1;
		*ret_turn = 2;
		return;
	}
}

static struct hyk_cel_size
fold_size(const struct hyk_cel_node *n, struct hyk_cel_size range, struct hyk_cel_size body)
{
	switch ((enum hyk_cel_fold)n->fold) {
	case HYK_CEL_F_ALL:
	case HYK_CEL_F_EXISTS:
	case HYK_CEL_F_EXISTS_ONE:
		break;
	case HYK_CEL_F_MAP:
		return outside(range.n[0], body);
	case HYK_CEL_F_FILTER:
		return range;
	case HYK_CEL_F_TRANSFORM_MAP:
		return outside(range.n[0], join(inside(range), body));
	case HYK_CEL_F_TRANSFORM_MAP_ENTRY:
		return outside(times(range.n[0], body.n[0]), inside(body));
	}
	return scalar();
}

static struct estimate
estimate_fold(struct coster *c, struct hyk_cel_node *n, const struct scope *scope)
{
	struct estimate e = estimate(c, n->args[0], scope), body, filter = { 0 };
	struct hyk_cel_size item = inside(e.size);
	/* the first of two variables is the number of an item, or a key */
	struct scope inner = { n, { item, item }, scope };
	uint64_t once = 0, turn = 0, loop;

	if (n->args[1])
		filter = estimate(c, n->args[1], &inner);
	body = estimate(c, n->args[2], &inner);
	fold_cost(n, &once, &turn);
	turn = plus(turn, plus(filter.fixed, body.fixed));
	/* the machine has 16 bits for what a turn takes; it may take less, never more than the estimate */
	n->turn = turn < UINT16_MAX ? (uint16_t)turn : UINT16_MAX;
	loop = times(e.size.n[0], plus(turn, plus(filter.more, body.more)));
	e.fixed = plus(e.fixed, once);
	e.more = plus(e.more, loop);
	e.size = fold_size(n, e.size, body.size);
	note(c, n, plus(once, loop));
	return e;
}

/* Literals of lists and maps: a base, and beyond it their items, which are copied. */
static struct estimate
estimate_items(struct coster *c, struct hyk_cel_node *n, const struct scope *scope)
{
	bool is_map = n->kind == HYK_CEL_N_MAP;
	uint64_t base = is_map ? MAP_BASE : LIST_BASE;
	struct estimate e = { 0, 0, scalar() };
	struct hyk_cel_size item = scalar();

	for (uint32_t i = 0; i < n->n_args; i++) {
		struct estimate part = estimate(c, n->args[i], scope);

		add(&e, &part);
		item = i ? join(item, part.size) : part.size;
	}
	e.fixed = plus(e.fixed, n->n_args < base ? base - n->n_args : 0);
	e.more = plus(e.more, n->n_args);
	e.size = outside(is_map ? n->n_args / 2 : n->n_args, item);
	return e;
}

/* Of two ways, the dearer in each part. */
static struct estimate
estimate_cond(struct coster *c, struct hyk_cel_node *n, const struct scope *scope)
{
	struct estimate e = estimate(c, n->args[0], scope), a = estimate(c, n->args[1], scope),
	                b = estimate(c, n->args[2], scope);

	e.fixed = plus(e.fixed, largest(a.fixed, b.fixed));
	e.more = plus(e.more, largest(a.more, b.more));
	e.size = join(a.size, b.size);
	return e;
}

/* cel-go writes these as folds over an empty list; an optional is asked for hasValue() and value() before. */
static struct estimate
estimate_bind(struct coster *c, struct hyk_cel_node *n, const struct scope *scope)
{
	struct estimate e = estimate(c, n->args[0], scope), body;
	struct scope inner = { n, { e.size, e.size }, scope };

	body = estimate(c, n->args[1], &inner);
	add(&e, &body);
	e.fixed = plus(e.fixed, n->kind == HYK_CEL_N_BIND ? LIST_BASE : LIST_BASE + 3);
	e.size = body.size;
	return e;
}

/* A definition is evaluated once, however often its name stands there. */
static struct estimate
estimate_define(struct coster *c, const struct hyk_cel_node *n)
{
	struct estimate e = { 1, 0, n->decl->define->size };

	for (size_t i = 0; i < c->n_defines; i++) {
		if (c->defines[i] == n->decl)
			return e;
	}
	if (c->n_defines < HYK_ARRAY_LEN(c->defines))
		c->defines[c->n_defines++] = n->decl;
	e.more = n->decl->define->cost_max;
	note(c, n, e.more);
	return e;
}

static struct hyk_cel_size
of_local(const struct hyk_cel_node *n, const struct scope *scope)
{
	while (scope && scope->binder != n->binder)
		scope = scope->next;
	return scope ? scope->var[n->slot & 1] : of_type(n->type, 0);
}

static struct estimate
estimate(struct coster *c, struct hyk_cel_node *n, const struct scope *scope)
{
	struct estimate e = { 1, 0, scalar() };

	switch ((enum hyk_cel_node_kind)n->kind) {
	case HYK_CEL_N_CONST:
		e.fixed = n->value.kind == HYK_TYPE; /* a name */
		e.size = of_value(n->value, 0);
		return e;
	case HYK_CEL_N_SLOT:
		/* a variable, or a field of one */
		e.fixed = n->decl && n->decl->slot == HYK_NO_SLOT ? 2 : 1;
		if (!(n->flags & HYK_CEL_TEST))
			e.size = of_fact(c->env, n);
		return e;
	case HYK_CEL_N_DEFINE:
		return estimate_define(c, n);
	case HYK_CEL_N_LOCAL:
		e.size = of_local(n, scope);
		return e;
	case HYK_CEL_N_CALL:
		return estimate_call(c, n, scope);
	case HYK_CEL_N_FOLD:
		return estimate_fold(c, n, scope);
	case HYK_CEL_N_LIST:
	case HYK_CEL_N_MAP:
		return estimate_items(c, n, scope);
	case HYK_CEL_N_COND:
		return estimate_cond(c, n, scope);
	case HYK_CEL_N_BIND:
	case HYK_CEL_N_OPTMAP:
		return estimate_bind(c, n, scope);
	case HYK_CEL_N_SELECT:
		e = estimate(c, n->args[0], scope);
		e.fixed = plus(e.fixed, 1);
		e.size = n->flags & HYK_CEL_TEST ? scalar() : inside(e.size);
		return e;
	case HYK_CEL_N_AND:
	case HYK_CEL_N_OR:
		e.fixed = 0;
		for (uint32_t i = 0; i < n->n_args; i++) {
			struct estimate part = estimate(c, n->args[i], scope);

			add(&e, &part);
		}
		return e;
	case HYK_CEL_N_IDENT:
	case HYK_CEL_N_KNOWN:
	case HYK_CEL_N_FAIL:
		break;
	}
	return e;
}

struct hyk_cel_cost
hyk_cel_cost(const struct hyk_cel_env *env, struct hyk_cel_node *n)
{
	struct hyk_cel_cost out = { 0 };
	struct coster c = { .env = env, .out = &out };
	struct estimate e = estimate(&c, n, NULL);

	out.fixed = e.fixed;
	out.more = e.more;
	out.size = e.size;
	return out;
}

const struct hyk_cel_node *
hyk_cel_cost_unbounded(const struct hyk_cel_node *n)
{
	const struct hyk_cel_node *found;

	if (n->kind == HYK_CEL_N_SLOT && !(n->flags & HYK_CEL_TEST) && n->decl && n->decl->slot == HYK_NO_SLOT &&
	    !(n->bounds && (n->bounds->max_size != UINT32_MAX || n->bounds->one_of)) &&
	    of_type(n->type, 0).n[0] > 1)
		return n;
	for (uint32_t i = 0; i < n->n_args; i++) {
		found = n->args[i] ? hyk_cel_cost_unbounded(n->args[i]) : NULL;
		if (found)
			return found;
	}
	return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/vm.c - runs programs. The common cases are in vm_loop.h; here is what happens less often.
 *
 * Errors and unknowns are values: a step that meets one passes it on, and an
 * unknown wins over an error, so that an answer is never lost to the order of evaluation.
 */
#include "cel/cel.h"

#include <string.h>

#include "cel/ast.h"
#include "cel/local.h"
#include "cel/match.h"
#include "cel/program.h"
#include "cel/vm_quick.h"

/* gcc and clang have it; -DHYK_CEL_SWITCH does without, as other compilers must. */
#if defined(__GNUC__) && !defined(HYK_CEL_SWITCH)
#define COMPUTED_GOTO 1
#else
#define COMPUTED_GOTO 0
#endif

/* The loop's place for what filter, map and the transforms collect. */
struct gathered {
	uint32_t n, room;
	struct hyk_value *items; /* for maps: key, value, key, value */
};

static inline bool
spend(struct hyk_cel_frame *f, uint64_t n)
{
	if (f->gas > n) {
		f->gas -= n;
		return true;
	}
	f->gas = 0;
	return false;
}

SLOW static struct hyk_value
fail_at(const struct hyk_cel_program *p, struct hyk_cel_frame *f, uint32_t pc, struct hyk_str text, uint32_t slot)
{
	struct hyk_verror *err = hyk_arena_alloc(f->arena, sizeof(*err));

	if (!err)
		return hyk_cel_no_memory();
	*err = (struct hyk_verror){ text, p->places[pc].span.at, p->places[pc].span.n, slot };
	return (struct hyk_value){ .kind = HYK_ERROR_VALUE, .as.err = err };
}

SLOW static struct hyk_value
out_of_gas(const struct hyk_cel_program *p, struct hyk_cel_frame *f, uint32_t pc)
{
	return fail_at(p, f, pc, HYK_STR("the budget of this decision is used up"), UINT32_MAX);
}

/* A slot that holds no plain value. */
SLOW static struct hyk_value
special_slot(const struct hyk_cel_program *p, struct hyk_cel_frame *f, uint32_t pc, uint32_t slot)
{
	struct hyk_value v = f->slots[slot];

	if (v.kind == HYK_ABSENT)
		return fail_at(p, f, pc, HYK_STR("the fact was not given"), slot);
	if (v.kind == HYK_UNKNOWN && !v.as.unknown) {
		struct hyk_unknown *u = hyk_arena_alloc(f->arena, sizeof(*u));
		uint32_t *s = hyk_arena_alloc(f->arena, sizeof(*s));

		if (u && s) {
			*s = slot;
			*u = (struct hyk_unknown){ 1, s };
			v.as.unknown = u;
		}
	}
	return v;
}

struct hyk_value
hyk_unknown_union(struct hyk_arena *a, struct hyk_value x, struct hyk_value y)
{
	const struct hyk_unknown *p = x.as.unknown, *q = y.as.unknown;
	struct hyk_unknown *u;
	uint32_t *slots, i = 0, k = 0, n = 0;

	if (!p || !q || p == q)
		return !p ? y : x;
	u = hyk_arena_alloc(a, sizeof(*u));
	slots = hyk_arena_array(a, (size_t)p->n + q->n, sizeof(*slots));
	if (!u || !slots)
		return (struct hyk_value){ .kind = HYK_UNKNOWN };
	while (i < p->n || k < q->n) {
		uint32_t s = k >= q->n || (i < p->n && p->slots[i] <= q->slots[k]) ? p->slots[i] : q->slots[k];

		i += i < p->n && p->slots[i] == s;
		k += k < q->n && q->slots[k] == s;
		slots[n++] = s;
	}
	*u = (struct hyk_unknown){ n, slots };
	return (struct hyk_value){ .kind = HYK_UNKNOWN, .as.unknown = u };
}

static struct hyk_cel_ctx
ctx_at(const struct hyk_cel_program *p, struct hyk_cel_frame *f, uint32_t pc)
{
	return (struct hyk_cel_ctx){ f->arena, f->zone ? f->zone : hyk_zone_utc(), f->gas, p->places[pc].span,
		f->commons };
}

SLOW static struct hyk_value
call_slow(const struct hyk_cel_program *p, struct hyk_cel_frame *f, uint32_t pc, const struct hyk_value *args, unsigned n)
{
	struct hyk_cel_ctx c = ctx_at(p, f, pc);
	struct hyk_value v = hyk_cel_dispatch(&c, p->steps[pc].c, p->steps[pc].b, args, n);

	f->gas = c.gas;
	return v;
}

/* x compared with a constant, when the quick way in the loop does not do. */
SLOW static struct hyk_value
call_const(const struct hyk_cel_program *p, struct hyk_cel_frame *f, uint32_t pc, struct hyk_value x)
{
	const struct hyk_cel_step *s = &p->steps[pc];
	struct hyk_value args[2] = { x, p->consts[s->c] };
	struct hyk_cel_ctx c = ctx_at(p, f, pc);
	struct hyk_value v = hyk_cel_dispatch(&c, s->b, s->a, args, 2);

	f->gas = c.gas;
	return v;
}

/* The worse of two that are not both plain: unknown before error. */
SLOW static struct hyk_value
worse(struct hyk_cel_frame *f, struct hyk_value a, struct hyk_value b)
{
	if (a.kind == HYK_UNKNOWN && b.kind == HYK_UNKNOWN)
		return hyk_unknown_union(f->arena, a, b);
	if (a.kind == HYK_UNKNOWN || (a.kind == HYK_ERROR_VALUE && b.kind != HYK_UNKNOWN))
		return a;
	return b;
}

SLOW static struct hyk_value
slot_optional(const struct hyk_cel_program *p, struct hyk_cel_frame *f, uint32_t pc, uint32_t slot)
{
	struct hyk_cel_ctx c = ctx_at(p, f, pc);
	struct hyk_value v = f->slots[slot];

	if (v.kind == HYK_ABSENT)
		return (struct hyk_value){ .kind = HYK_OPTIONAL };
	if (v.kind > HYK_ABSENT)
		return special_slot(p, f, pc, slot);
	return hyk_cel_some(&c, v);
}

/* From one time to another, as sub_time has it; false: they are no times, or it does not fit. */
static inline bool
time_between(const struct hyk_value *to, const struct hyk_value *from, int64_t *ret_ns)
{
	return to->kind == HYK_TIMESTAMP && from->kind == HYK_TIMESTAMP &&
	    !__builtin_mul_overflow(to->as.i - from->as.i, INT64_C(1000000000), ret_ns) &&
	    !__builtin_add_overflow(*ret_ns, (int64_t)to->n - (int64_t)from->n, ret_ns);
}

/* v in list, and what it costs, as the call does; false: these are not a plain value and a list, or the gas is out. */
static inline bool
in_list(struct hyk_cel_frame *f, const struct hyk_value *v, const struct hyk_value *list, bool *ret_yes)
{
	if (!plain(v) || list->kind != HYK_LIST || v->kind == HYK_LIST || v->kind == HYK_MAP)
		return false;
	if (!spend(f, list->as.list->n))
		return false;
	*ret_yes = list_has(list->as.list, v);
	return true;
}

SLOW static struct hyk_value
select_slow(const struct hyk_cel_program *p, struct hyk_cel_frame *f, uint32_t pc, struct hyk_value v, struct hyk_value key,
    bool opt)
{
	const struct hyk_value *found;
	struct hyk_cel_ctx c;

	if (v.kind == HYK_MAP && !opt) {
		found = find_field(v.as.map, &key);
		if (found)
			return *found;
	}
	if (v.kind >= HYK_ABSENT)
		return v;
	c = ctx_at(p, f, pc);
	return hyk_cel_select(&c, v, key, opt);
}

SLOW static struct hyk_value
has_slow(const struct hyk_cel_program *p, struct hyk_cel_frame *f, uint32_t pc, struct hyk_value v, struct hyk_value key)
{
	struct hyk_cel_ctx c = ctx_at(p, f, pc);

	return v.kind >= HYK_ABSENT ? v : hyk_cel_has(&c, v, key);
}

SLOW static struct hyk_value
index_slow(const struct hyk_cel_program *p, struct hyk_cel_frame *f, uint32_t pc, struct hyk_value v, struct hyk_value key,
    bool opt)
{
	struct hyk_cel_ctx c;

	if (v.kind >= HYK_ABSENT || key.kind >= HYK_ABSENT)
		return worse(f, v, key);
	c = ctx_at(p, f, pc);
	return hyk_cel_index(&c, v, key, opt);
}

SLOW static struct hyk_value
match_slow(const struct hyk_cel_program *p, struct hyk_cel_frame *f, uint32_t pc, struct hyk_value v,
    const struct hyk_pattern *pattern)
{
	struct hyk_cel_ctx c;

	if (v.kind >= HYK_ABSENT)
		return v;
	c = ctx_at(p, f, pc);
	v = hyk_cel_match(&c, v, pattern);
	f->gas = c.gas;
	return v;
}

SLOW static struct hyk_value
not_bool(const struct hyk_cel_program *p, struct hyk_cel_frame *f, uint32_t pc, struct hyk_value v)
{
	return v.kind >= HYK_ABSENT ? v : fail_at(p, f, pc, HYK_STR("a bool is needed here"), UINT32_MAX);
}

SLOW static struct hyk_value
not_optional(const struct hyk_cel_program *p, struct hyk_cel_frame *f, uint32_t pc, struct hyk_value v)
{
	return v.kind >= HYK_ABSENT ? v : fail_at(p, f, pc, HYK_STR("an optional is needed here"), UINT32_MAX);
}

/* a && b, or a || b when `settles`: b settles the matter when it is `settles`; else what is not plain stays. */
SLOW static struct hyk_value
absorb(const struct hyk_cel_program *p, struct hyk_cel_frame *f, uint32_t pc, struct hyk_value a, struct hyk_value b,
    bool settles)
{
	if (b.kind == HYK_BOOL && b.as.b == settles)
		return b;
	if (a.kind == HYK_BOOL && a.as.b == settles)
		return a;
	a = a.kind == HYK_BOOL ? a : not_bool(p, f, pc, a);
	b = b.kind == HYK_BOOL ? b : not_bool(p, f, pc, b);
	if (a.kind == HYK_BOOL)
		return b;
	return b.kind == HYK_BOOL ? a : worse(f, a, b);
}

SLOW static struct hyk_value
wrap(const struct hyk_cel_program *p, struct hyk_cel_frame *f, uint32_t pc, struct hyk_value v)
{
	struct hyk_cel_ctx c = ctx_at(p, f, pc);

	return v.kind >= HYK_ABSENT ? v : hyk_cel_some(&c, v);
}

/* A list or map literal of n items or pairs. */
SLOW static struct hyk_value
gather(const struct hyk_cel_program *p, struct hyk_cel_frame *f, uint32_t pc, const struct hyk_value *items, uint32_t n,
    const uint8_t *opt, bool is_map)
{
	struct hyk_value bad = hyk_null(), *copy;
	uint32_t total = is_map ? n * 2 : n;
	struct hyk_cel_ctx c;

	for (uint32_t i = 0; i < total; i++) {
		if (items[i].kind >= HYK_ABSENT)
			bad = bad.kind == HYK_NULL ? items[i] : worse(f, bad, items[i]);
	}
	if (bad.kind != HYK_NULL)
		return bad;
	if (!spend(f, total))
		return out_of_gas(p, f, pc);
	c = ctx_at(p, f, pc);
	if (is_map)
		return hyk_cel_make_map(&c, items, n, opt);
	copy = hyk_arena_array(f->arena, n + 1, sizeof(*copy));
	if (!copy)
		return hyk_cel_no_memory();
	memcpy(copy, items, n * sizeof(*copy));
	return hyk_cel_make_list(&c, copy, n, opt);
}

/* Folds: sp[-1] range, then position, result, two variables -------------- */

static struct gathered *
gathered_of(struct hyk_value v)
{
	return (struct gathered *)(uintptr_t)v.as.net;
}

static inline uint32_t
range_size(struct hyk_value range)
{
	return range.kind == HYK_LIST ? range.as.list->n : range.as.map->n;
}

/* False: sp[-1] is the result already. */
SLOW static bool
fold_begin(const struct hyk_cel_program *p, struct hyk_cel_frame *f, uint32_t pc, struct hyk_value *sp, unsigned fold)
{
	struct hyk_value range = sp[-1];
	struct gathered *g;
	bool pairs = fold == HYK_CEL_F_TRANSFORM_MAP;

	if (range.kind != HYK_LIST && range.kind != HYK_MAP) {
		if (range.kind < HYK_ABSENT)
			sp[-1] = fail_at(p, f, pc, HYK_STR("a list or a map is needed here"), UINT32_MAX);
		return false;
	}
	sp[0] = hyk_int(0);
	sp[2] = sp[3] = hyk_null();
	switch ((enum hyk_cel_fold)fold) {
	case HYK_CEL_F_ALL:
	case HYK_CEL_F_EXISTS:
		sp[1] = hyk_bool(fold == HYK_CEL_F_ALL);
		return true;
	case HYK_CEL_F_EXISTS_ONE:
		sp[1] = hyk_int(0);
		return true;
	case HYK_CEL_F_MAP:
	case HYK_CEL_F_FILTER:
	case HYK_CEL_F_TRANSFORM_MAP:
	case HYK_CEL_F_TRANSFORM_MAP_ENTRY:
		break;
	}
	g = hyk_arena_alloc(f->arena, sizeof(*g));
	if (g) {
		g->room = fold == HYK_CEL_F_TRANSFORM_MAP_ENTRY ? 0 : range_size(range) * (pairs ? 2u : 1u);
		g->items = hyk_arena_array(f->arena, (size_t)g->room + 1, sizeof(*g->items));
	}
	if (!g || !g->items) {
		sp[-1] = hyk_cel_no_memory();
		return false;
	}
	/* never seen outside of the loop, so any kind that is not an error will do */
	sp[1] = (struct hyk_value){ .kind = HYK_NULL, .as.net = g };
	return true;
}

/* 1: there is an item; 0: none left; -1: no gas for `cost`, what one turn takes. at[0] is the range. */
static inline int
fold_next(struct hyk_cel_frame *f, struct hyk_value *at, bool two, uint32_t cost)
{
	uint32_t i = (uint32_t)at[1].as.i;

	if (i >= range_size(at[0]))
		return 0;
	if (!spend(f, cost))
		return -1;
	at[1].as.i++;
	if (at[0].kind == HYK_LIST) {
		const struct hyk_value *item = &at[0].as.list->items[i];

		if (two) {
			at[3] = hyk_int(i);
			at[4] = *item;
		} else {
			at[3] = *item;
		}
	} else {
		const struct hyk_ventry *e = &at[0].as.map->entries[i];

		at[3] = e->key;
		if (two)
			at[4] = e->value;
	}
	return 1;
}

static bool
gathered_add(struct hyk_cel_frame *f, struct gathered *g, struct hyk_value v)
{
	if (g->n == g->room) {
		size_t room = g->room;
		struct hyk_value *more = hyk_arena_grow(f->arena, g->items, g->n, &room, sizeof(*g->items));

		if (!more || room > UINT32_MAX)
			return false;
		g->items = more;
		g->room = (uint32_t)room;
	}
	g->items[g->n++] = v;
	return true;
}

/* Takes the body's value v; false: the loop is over, at[2] is its result. */
SLOW static bool
fold_step(const struct hyk_cel_program *p, struct hyk_cel_frame *f, uint32_t pc, struct hyk_value *at, struct hyk_value v,
    unsigned fold)
{
	struct gathered *g;
	bool ok = true;

	if (fold == HYK_CEL_F_ALL || fold == HYK_CEL_F_EXISTS) {
		if (v.kind == HYK_BOOL && at[2].kind == HYK_BOOL) {
			at[2].as.b = v.as.b;
			return v.as.b == (fold == HYK_CEL_F_ALL);
		}
		at[2] = absorb(p, f, pc, at[2], v, fold == HYK_CEL_F_EXISTS);
		return !(at[2].kind == HYK_BOOL && at[2].as.b == (fold == HYK_CEL_F_EXISTS));
	}
	if (fold == HYK_CEL_F_EXISTS_ONE || fold == HYK_CEL_F_FILTER)
		v = v.kind == HYK_BOOL ? v : not_bool(p, f, pc, v);
	if (v.kind >= HYK_ABSENT) {
		at[2] = v;
		return false;
	}
	if (fold == HYK_CEL_F_EXISTS_ONE) {
		at[2].as.i += v.as.b;
		return true;
	}
	g = gathered_of(at[2]);
	if (fold == HYK_CEL_F_MAP)
		ok = gathered_add(f, g, v);
	else if (fold == HYK_CEL_F_FILTER)
		ok = !v.as.b || gathered_add(f, g, at[3]);
	else if (fold == HYK_CEL_F_TRANSFORM_MAP)
		ok = gathered_add(f, g, at[3]) && gathered_add(f, g, v);
	else if (v.kind == HYK_MAP)
		for (uint32_t i = 0; ok && i < v.as.map->n; i++)
			ok = gathered_add(f, g, v.as.map->entries[i].key) &&
			    gathered_add(f, g, v.as.map->entries[i].value);
	else {
		at[2] = fail_at(p, f, pc, HYK_STR("a map is needed here"), UINT32_MAX);
		return false;
	}
	if (!ok)
		at[2] = hyk_cel_no_memory();
	return ok;
}

SLOW static struct hyk_value
fold_done(const struct hyk_cel_program *p, struct hyk_cel_frame *f, uint32_t pc, struct hyk_value *at, unsigned fold)
{
	struct hyk_cel_ctx c;
	struct gathered *g;

	if (at[2].kind >= HYK_ABSENT || fold == HYK_CEL_F_ALL || fold == HYK_CEL_F_EXISTS)
		return at[2];
	if (fold == HYK_CEL_F_EXISTS_ONE)
		return hyk_bool(at[2].as.i == 1);
	g = gathered_of(at[2]);
	if (fold == HYK_CEL_F_MAP || fold == HYK_CEL_F_FILTER)
		return hyk_list(f->arena, g->items, g->n);
	c = ctx_at(p, f, pc);
	return hyk_cel_make_map(&c, g->items, g->n / 2, NULL);
}

static void
trace(struct hyk_cel_frame *f, const struct hyk_cel_program *p, struct hyk_span span, uint16_t src, struct hyk_value v)
{
	struct hyk_cel_trace *t = f->trace;
	size_t max = t->max ? t->max : 1000;

	if (t->n >= max)
		return;
	if (t->n == t->room) {
		struct hyk_cel_traced *more = hyk_arena_grow(t->arena, t->items, t->n, &t->room, sizeof(*t->items));

		if (!more)
			return;
		t->items = more;
	}
	t->items[t->n++] = (struct hyk_cel_traced){ p->srcs[src], span, v };
}

#define RUN run_plain
#define TRACED 0
#include "cel/vm_loop.h"
#undef RUN
#undef TRACED
#define RUN run_traced
#define TRACED 1
#include "cel/vm_loop.h"
#undef RUN
#undef TRACED

struct hyk_value
hyk_cel_run(const struct hyk_cel_program *p, struct hyk_cel_frame *f)
{
	HYK_ASSERT(p->max_slot <= f->n_slots);
	return f->trace ? run_traced(p, f, f->stack) : run_plain(p, f, f->stack);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* cel/presence.c - see presence.h. First what a sub-expression says when it is true or false, then who reads what. */
#include "cel/presence.h"

struct cell {
	uint32_t slot;
	const struct cell *next;
};

/* Facts that are surely given; `all`: this never happens, so anything may be said of it. */
struct set {
	bool all;
	const struct cell *cells;
};

/* What is known to be given once an expression came out true, and once it came out false. */
struct ways {
	struct set if_true, if_false;
};

struct read {
	struct hyk_cel_read pub;
	struct read *next;
};

/* A variable of cel.bind: what it says, and what it reads where it is used. */
struct local {
	const struct hyk_cel_node *binder;
	struct ways ways;
	const struct read *reads;
	const struct local *next;
};

struct walk {
	const struct hyk_source *const *srcs;
	struct hyk_arena *arena;
	struct read *reads;
	bool no_memory;
};

static bool
holds(struct set s, uint32_t slot)
{
	const struct cell *c = s.cells;

	while (c && c->slot != slot)
		c = c->next;
	return s.all || c;
}

static struct set
with(struct walk *w, struct set s, uint32_t slot)
{
	struct cell *c;

	if (holds(s, slot))
		return s;
	c = hyk_arena_alloc(w->arena, sizeof(*c));
	if (!c) {
		w->no_memory = true;
		return s;
	}
	*c = (struct cell){ slot, s.cells };
	s.cells = c;
	return s;
}

static struct set
either(struct walk *w, struct set a, struct set b)
{
	a.all = a.all || b.all;
	for (const struct cell *c = b.cells; c && !a.all; c = c->next)
		a = with(w, a, c->slot);
	return a;
}

static struct set
both(struct walk *w, struct set a, struct set b)
{
	struct set s = { 0 };

	if (a.all || b.all)
		return a.all ? b : a;
	for (const struct cell *c = a.cells; c; c = c->next) {
		if (holds(b, c->slot))
			s = with(w, s, c->slot);
	}
	return s;
}

static struct set
of_array(struct walk *w, const uint32_t *slots, size_t n)
{
	struct set s = { 0 };

	for (size_t i = 0; i < n; i++)
		s = with(w, s, slots[i]);
	return s;
}

static const struct local *
find_local(const struct local *l, const struct hyk_cel_node *binder)
{
	while (l && l->binder != binder)
		l = l->next;
	return l;
}

static struct ways ways_of(struct walk *w, const struct hyk_cel_node *n, const struct local *locals);

static struct ways
swapped(struct ways x)
{
	return (struct ways){ x.if_false, x.if_true };
}

static struct ways
ways_of_call(struct walk *w, const struct hyk_cel_node *n, const struct local *locals)
{
	bool equal = hyk_str_eq_c(n->name, "_==_");

	if (n->n_args == 1 && hyk_str_eq_c(n->name, "!_"))
		return swapped(ways_of(w, n->args[0], locals));
	for (unsigned i = 0; i < 2 && n->n_args == 2 && (equal || hyk_str_eq_c(n->name, "_!=_")); i++) {
		const struct hyk_cel_node *other = n->args[1 - i];

		if (other->kind == HYK_CEL_N_CONST && other->value.kind == HYK_BOOL) {
			struct ways x = ways_of(w, n->args[i], locals);

			return other->value.as.b == equal ? x : swapped(x);
		}
	}
	return (struct ways){ 0 };
}

static struct ways
ways_of(struct walk *w, const struct hyk_cel_node *n, const struct local *locals)
{
	struct ways x = { 0 }, a, b, c;
	const struct local *local;

	switch ((int)n->kind) {
	case HYK_CEL_N_CONST:
		if (n->value.kind == HYK_BOOL && n->value.as.b)
			x.if_false.all = true;
		else if (n->value.kind == HYK_BOOL)
			x.if_true.all = true;
		return x;
	case HYK_CEL_N_SLOT:
	case HYK_CEL_N_KNOWN:
		if (n->flags & HYK_CEL_TEST || n->kind == HYK_CEL_N_KNOWN)
			x.if_true = with(w, x.if_true, n->slot);
		return x;
	case HYK_CEL_N_SELECT:
		if (!(n->flags & HYK_CEL_TEST))
			return x;
		for (n = n->args[0]; n->kind == HYK_CEL_N_SELECT && !n->flags; n = n->args[0])
			;
		if (n->kind == HYK_CEL_N_SLOT && !(n->flags & (HYK_CEL_TEST | HYK_CEL_OPT)))
			x.if_true = with(w, x.if_true, n->slot);
		return x;
	case HYK_CEL_N_CALL:
		return ways_of_call(w, n, locals);
	case HYK_CEL_N_AND:
	case HYK_CEL_N_OR:
		for (uint32_t i = 0; i < n->n_args; i++) {
			a = ways_of(w, n->args[i], locals);
			if (n->kind == HYK_CEL_N_OR)
				a = swapped(a);
			x.if_true = i ? either(w, x.if_true, a.if_true) : a.if_true;
			x.if_false = i ? both(w, x.if_false, a.if_false) : a.if_false;
		}
		return n->kind == HYK_CEL_N_OR ? swapped(x) : x;
	case HYK_CEL_N_COND:
		c = ways_of(w, n->args[0], locals);
		a = ways_of(w, n->args[1], locals);
		b = ways_of(w, n->args[2], locals);
		x.if_true = both(w, either(w, c.if_true, a.if_true), either(w, c.if_false, b.if_true));
		x.if_false = both(w, either(w, c.if_true, a.if_false), either(w, c.if_false, b.if_false));
		return x;
	case HYK_CEL_N_BIND: {
		struct local inner = { n, ways_of(w, n->args[0], locals), NULL, locals };

		return ways_of(w, n->args[1], &inner);
	}
	case HYK_CEL_N_LOCAL:
		local = find_local(locals, n->binder);
		return local ? local->ways : x;
	case HYK_CEL_N_DEFINE: {
		const struct hyk_cel_presence *p = &n->decl->define->presence;

		x.if_true = of_array(w, p->if_true, p->n_if_true);
		x.if_false = of_array(w, p->if_false, p->n_if_false);
		return x;
	}
	default:
		return x;
	}
}

/* Reads ----------------------------------------------------------------- */

static void
add_read(struct walk *w, struct set given, struct hyk_cel_read r)
{
	struct read *mine;

	if (holds(given, r.slot))
		return;
	for (const struct read *known = w->reads; known; known = known->next) {
		if (known->pub.slot == r.slot)
			return;
	}
	mine = hyk_arena_alloc(w->arena, sizeof(*mine));
	if (!mine) {
		w->no_memory = true;
		return;
	}
	*mine = (struct read){ r, w->reads };
	w->reads = mine;
}

static void find_reads(struct walk *w, const struct hyk_cel_node *n, struct set given, const struct local *locals);

/* Each operand is guarded by all the others. */
static void
reads_of_logic(struct walk *w, const struct hyk_cel_node *n, struct set given, const struct local *locals)
{
	struct set *after = hyk_arena_array(w->arena, n->n_args + 1, sizeof(*after)), before = given;

	if (!after) {
		w->no_memory = true;
		return;
	}
	after[n->n_args] = (struct set){ 0 };
	for (uint32_t i = n->n_args; i-- > 0;) {
		struct ways x = ways_of(w, n->args[i], locals);

		after[i] = either(w, after[i + 1], n->kind == HYK_CEL_N_AND ? x.if_true : x.if_false);
	}
	for (uint32_t i = 0; i < n->n_args; i++) {
		struct ways x = ways_of(w, n->args[i], locals);

		find_reads(w, n->args[i], either(w, before, after[i + 1]), locals);
		before = either(w, before, n->kind == HYK_CEL_N_AND ? x.if_true : x.if_false);
	}
}

static void
reads_of_bind(struct walk *w, const struct hyk_cel_node *n, struct set given, const struct local *locals)
{
	struct local inner = { n, ways_of(w, n->args[0], locals), NULL, locals };
	struct read *own = w->reads;

	w->reads = NULL;
	find_reads(w, n->args[0], given, locals);
	inner.reads = w->reads;
	w->reads = own;
	find_reads(w, n->args[1], given, &inner);
}

static void
find_reads(struct walk *w, const struct hyk_cel_node *n, struct set given, const struct local *locals)
{
	const struct hyk_source *src = w->srcs[n->src];
	const struct hyk_cel_presence *p;
	const struct local *local;
	struct ways x;

	switch ((int)n->kind) {
	case HYK_CEL_N_SLOT:
		if (n->flags & HYK_CEL_MAYBE && !(n->flags & (HYK_CEL_TEST | HYK_CEL_OPT)))
			add_read(w, given, (struct hyk_cel_read){ n->slot, n->decl->name, n->name, { NULL, 0 }, src, n->span });
		return;
	case HYK_CEL_N_DEFINE:
		p = &n->decl->define->presence;
		for (size_t i = 0; i < p->n_reads; i++)
			add_read(w, given, (struct hyk_cel_read){ p->reads[i].slot, p->reads[i].root, p->reads[i].name,
			    n->decl->name, src, n->span });
		return;
	case HYK_CEL_N_LOCAL:
		local = find_local(locals, n->binder);
		for (const struct read *r = local ? local->reads : NULL; r; r = r->next)
			add_read(w, given, r->pub);
		return;
	case HYK_CEL_N_AND:
	case HYK_CEL_N_OR:
		reads_of_logic(w, n, given, locals);
		return;
	case HYK_CEL_N_COND:
		x = ways_of(w, n->args[0], locals);
		find_reads(w, n->args[0], given, locals);
		find_reads(w, n->args[1], either(w, given, x.if_true), locals);
		find_reads(w, n->args[2], either(w, given, x.if_false), locals);
		return;
	case HYK_CEL_N_BIND:
		reads_of_bind(w, n, given, locals);
		return;
	default:
		for (uint32_t i = 0; i < n->n_args; i++) {
			if (n->args[i])
				find_reads(w, n->args[i], given, locals);
		}
	}
}

/* Is there anything to look for? Most expressions read nothing that may be missing. */
static bool
may_matter(const struct hyk_cel_node *n)
{
	if (n->flags & HYK_CEL_MAYBE || n->kind == HYK_CEL_N_DEFINE)
		return true;
	for (uint32_t i = 0; i < n->n_args; i++) {
		if (n->args[i] && may_matter(n->args[i]))
			return true;
	}
	return false;
}

static const uint32_t *
to_array(struct walk *w, struct hyk_arena *arena, struct set s, size_t *ret_n)
{
	uint32_t *slots;
	size_t n = 0;

	for (const struct cell *c = s.cells; c; c = c->next)
		n++;
	slots = hyk_arena_array(arena, n + 1, sizeof(*slots));
	if (!slots) {
		w->no_memory = true;
		return NULL;
	}
	*ret_n = 0;
	for (const struct cell *c = s.cells; c; c = c->next)
		slots[(*ret_n)++] = c->slot;
	return slots;
}

bool
hyk_cel_presence_find(const struct hyk_cel_env *env, const struct hyk_cel_node *root,
    const struct hyk_source *const *srcs, struct hyk_arena *arena, struct hyk_cel_presence *ret)
{
	struct hyk_arena tmp;
	struct walk w = { .srcs = srcs, .arena = &tmp };
	struct hyk_cel_read *reads;
	struct ways x;
	size_t n = 0;

	*ret = (struct hyk_cel_presence){ 0 };
	if (!may_matter(root))
		return true;
	hyk_arena_init(&tmp, 0);
	x = ways_of(&w, root, NULL);
	find_reads(&w, root, of_array(&w, env->given, env->n_given), NULL);
	for (const struct read *r = w.reads; r; r = r->next)
		n++;
	reads = hyk_arena_array(arena, n + 1, sizeof(*reads));
	if (reads) {
		ret->n_reads = n;
		/* the last found is the first of the list */
		for (const struct read *r = w.reads; r; r = r->next)
			reads[--n] = r->pub;
	}
	ret->reads = reads;
	ret->if_true = to_array(&w, arena, x.if_true, &ret->n_if_true);
	ret->if_false = to_array(&w, arena, x.if_false, &ret->n_if_false);
	hyk_arena_fini(&tmp);
	return reads && !w.no_memory;
}

void
hyk_cel_presence_tell(const struct hyk_cel_presence *p, struct hyk_diags *diags)
{
	for (size_t i = 0; i < p->n_reads; i++) {
		const struct hyk_cel_read *r = &p->reads[i];

		if (r->define.n)
			HYK_DIAG(diags, HYK_D_CEL_UNGUARDED_DEFINE, r->src, r->span, r->root, r->name, r->define);
		else
			HYK_DIAG(diags, HYK_D_CEL_UNGUARDED, r->src, r->span, r->root, r->name);
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/compile.c - conditions and terms to programs that fit every asset type and action they apply to.
 *
 * A rule about ten types with fifteen actions is not compiled 150 times: the
 * facts that its text names decide. Where those have the same types, one
 * compilation speaks for all.
 */
#include "policy/loader.h"

#include "base/buf.h"

#define MAX_GROUPS 64u

/* Types of the facts a unit reads, for the shapes that agree in them. */
struct group {
	const struct hyk_shape *shape; /* one of them */
	const struct hyk_fact **facts; /* by ref; NULL: it lacks */
	size_t n_lacks;
	const struct hyk_cel_values *values; /* of names and types, over all shapes */
	size_t n_values;
};

struct groups {
	struct group items[MAX_GROUPS];
	size_t n;
};

/* A definition compiled for facts of these types. */
struct hyk_define_build {
	const struct hyk_fact **facts; /* by ref of the definition's closure */
	enum hyk_cel_lint lint;
	const struct hyk_cel_program *program; /* NULL: it did not compile */
	struct hyk_define_build *next;
};

/* In what the checker and the estimate of cost look at. */
static bool
same_bounds(const struct hyk_bounds *a, const struct hyk_bounds *b)
{
	if (a->max_size != b->max_size || !a->one_of != !b->one_of)
		return false;
	if (!a->one_of || a->one_of == b->one_of)
		return true;
	for (uint32_t i = 0; a->one_of->n == b->one_of->n && i < a->one_of->n; i++) {
		if (!hyk_value_equal(a->one_of->items[i], b->one_of->items[i]))
			return false;
	}
	return a->one_of->n == b->one_of->n;
}

/* What lets through all that either does. False: no memory. */
static bool
widen_bounds(struct hyk_arena *arena, struct hyk_bounds *a, const struct hyk_bounds *b)
{
	if (a->max_size != b->max_size && (a->max_size == UINT32_MAX || b->max_size == UINT32_MAX))
		a->max_size = UINT32_MAX;
	else if (b->max_size > a->max_size)
		a->max_size = b->max_size;
	if (a->one_of && b->one_of && a->one_of != b->one_of) {
		uint32_t n = a->one_of->n + b->one_of->n;
		struct hyk_value *items = hyk_arena_array(arena, n, sizeof(*items)), both;

		if (!items)
			return false;
		memcpy(items, a->one_of->items, a->one_of->n * sizeof(*items));
		memcpy(items + a->one_of->n, b->one_of->items, b->one_of->n * sizeof(*items));
		both = hyk_list(arena, items, n);
		if (both.kind != HYK_LIST)
			return false;
		a->one_of = both.as.list;
	} else if (!b->one_of) {
		a->one_of = NULL;
	}
	a->min = a->max = hyk_absent();
	return true;
}

static bool
same_fact(const struct hyk_fact *a, const struct hyk_fact *b)
{
	if (!a || !b)
		return a == b;
	return a == b || (a->optional == b->optional && hyk_type_equal(a->type, b->type) &&
	    same_bounds(&a->bounds, &b->bounds));
}

bool
hyk_refs_gather(struct hyk_loader *l, const struct hyk_policy_draft *p, const struct hyk_refs *own, bool *used,
    struct hyk_refs *all)
{
	for (size_t i = 0; i < own->n_defines; i++)
		used[own->defines[i]] = true;
	/* Definitions stand after those they use: one way back reaches all. */
	for (size_t i = p->n_defines; i-- > 0;) {
		for (size_t k = 0; used[i] && k < p->defines[i].refs->n_defines; k++)
			used[p->defines[i].refs->defines[k]] = true;
	}
	for (size_t pass = 0; pass <= p->n_defines; pass++) {
		const struct hyk_refs *from = pass == 0 ? own : p->defines[pass - 1].refs;

		if (pass && !used[pass - 1])
			continue;
		for (size_t k = 0; k < from->n; k++) {
			bool known = false;

			for (size_t j = 0; j < all->n && !known; j++)
				known = hyk_str_eq(all->refs[j].path, from->refs[k].path);
			if (known)
				continue;
			if (all->n == all->room) {
				struct hyk_ref *more =
				    hyk_arena_grow(l->r.arena, all->refs, all->n, &all->room, sizeof(*more));

				if (!more)
					return false;
				all->refs = more;
			}
			all->refs[all->n++] = from->refs[k];
		}
	}
	return true;
}

/* A list of texts without repeats; NULL: no memory. */
static const struct hyk_vlist *
name_list(struct hyk_loader *l, const struct hyk_str *names, size_t n)
{
	struct hyk_value *items = hyk_reader_alloc(&l->r, n, sizeof(*items)), list;
	uint32_t k = 0;

	for (size_t i = 0; items && i < n; i++) {
		uint32_t at = 0;

		while (at < k && !hyk_str_eq(hyk_value_str(items[at]), names[i]))
			at++;
		if (at == k)
			items[k++] = hyk_string(names[i]);
	}
	list = items ? hyk_list(l->r.arena, items, k) : hyk_absent();
	if (list.kind != HYK_LIST)
		l->r.nomem = true;
	return list.kind == HYK_LIST ? list.as.list : NULL;
}

static const struct hyk_vlist *
map_names(struct hyk_loader *l, const struct hyk_map *map)
{
	struct hyk_str *names = hyk_reader_alloc(&l->r, map->n, sizeof(*names));

	for (size_t i = 0; names && i < map->n; i++)
		names[i] = map->entries[i].key;
	return names ? name_list(l, names, map->n) : NULL;
}

/* What action.name, resource.type and subject.type can be in these shapes, for those that are asked for. */
static const struct hyk_cel_values *
find_values(struct hyk_loader *l, const struct hyk_rule_shapes *shapes, const struct hyk_refs *refs, size_t *ret_n)
{
	struct hyk_cel_values *values = hyk_reader_alloc(&l->r, 3, sizeof(*values));
	struct hyk_str *names = hyk_reader_alloc(&l->r, shapes->n, sizeof(*names));
	size_t n = 0;

	for (size_t i = 0; values && names && i < refs->n && n < 3; i++) {
		struct hyk_cel_values v = { .slot = refs->refs[i].slot };
		size_t n_names = 0;

		if (v.slot == HYK_SLOT_SUBJECT_TYPE) {
			v.here = v.elsewhere = map_names(l, &l->catalog->subject_types);
		} else if (v.slot == HYK_SLOT_ACTION_NAME || v.slot == HYK_SLOT_RESOURCE_TYPE) {
			for (size_t k = 0; k < shapes->n; k++) {
				const struct hyk_shape *s = shapes->shapes[k];

				if (!s->action->abstract)
					names[n_names++] = v.slot == HYK_SLOT_ACTION_NAME ? s->action->name : s->type->name;
			}
			v.here = name_list(l, names, n_names);
			v.elsewhere = map_names(l, v.slot == HYK_SLOT_ACTION_NAME ? &l->action_names : &l->catalog->types);
		}
		if (v.here && v.elsewhere)
			values[n++] = v;
	}
	*ret_n = n;
	return values;
}

static bool
make_groups(struct hyk_loader *l, const struct hyk_rule_shapes *shapes, const struct hyk_refs *refs, struct groups *g)
{
	const struct hyk_fact **facts = hyk_reader_alloc(&l->r, refs->n, sizeof(*facts));
	size_t n_values;
	const struct hyk_cel_values *values = find_values(l, shapes, refs, &n_values);

	for (size_t i = 0; facts && i < shapes->n; i++) {
		size_t k, lacks = 0;

		for (size_t j = 0; j < refs->n; j++) {
			facts[j] = refs->refs[j].slot == HYK_NO_SLOT
			               ? NULL
			               : hyk_shape_find_fact(l->catalog, shapes->shapes[i], refs->refs[j].slot);
			lacks += facts[j] == NULL;
		}
		for (k = 0; k < g->n; k++) {
			size_t j = 0;

			while (j < refs->n && same_fact(g->items[k].facts[j], facts[j]))
				j++;
			if (j == refs->n)
				break;
		}
		/* Past the limit all further kinds are checked by the last one's: 64 kinds of one fact are no plan. */
		if (k < g->n || g->n == MAX_GROUPS)
			continue;
		g->items[g->n++] = (struct group){ shapes->shapes[i], facts, lacks, values, n_values };
		facts = hyk_reader_alloc(&l->r, refs->n, sizeof(*facts));
	}
	return facts != NULL;
}

static bool
run_compiler(struct hyk_loader *l, const struct hyk_cel_env *env, const struct hyk_unit *unit,
    const struct hyk_cel_program **ret, struct hyk_diags *diags)
{
	enum hyk_status st = unit->cond ? hyk_cel_compile_cond(env, unit->cond, l->r.arena, ret, diags)
	                                : hyk_cel_compile(env, unit->src, unit->want, l->r.arena, ret, diags);

	if (st == HYK_E_NOMEM)
		l->r.nomem = true;
	return st == HYK_OK;
}

/* The facts a definition's type depends on, out of those of the unit. */
static const struct hyk_fact **
define_facts(struct hyk_loader *l, const struct hyk_define *d, const struct group *g, const struct hyk_refs *refs)
{
	const struct hyk_fact **facts = hyk_reader_alloc(&l->r, d->closure->n, sizeof(*facts));

	for (size_t i = 0; facts && i < d->closure->n; i++) {
		for (size_t j = 0; j < refs->n; j++) {
			if (hyk_str_eq(refs->refs[j].path, d->closure->refs[i].path))
				facts[i] = g->facts[j];
		}
	}
	return facts;
}

/* The definition compiled for these facts, from the earlier ones or anew; its errors are told once. */
static const struct hyk_cel_program *
build_define(struct hyk_loader *l, struct hyk_define *d, const struct hyk_fact **facts, const struct hyk_cel_env *env,
    bool quiet)
{
	struct hyk_unit unit = { .src = d->src };
	struct hyk_diags *diags = quiet || d->told ? NULL : l->r.diags;
	struct hyk_define_build *b = d->builds;
	const struct hyk_diag_outer *outer = NULL;

	for (; b; b = b->next) {
		size_t j = 0;

		while (j < d->closure->n && same_fact(b->facts[j], facts[j]))
			j++;
		if (j == d->closure->n && b->lint == env->lint)
			break;
	}
	if (b && (b->program || !diags))
		return b->program;
	if (!b) {
		b = hyk_reader_alloc(&l->r, 1, sizeof(*b));
		if (!b)
			return NULL;
		b->facts = facts;
		b->lint = env->lint;
		b->next = d->builds;
		d->builds = b;
	}
	if (diags) {
		/* The definition is wrong, not the rule that happens to be the first to use it. */
		outer = diags->outer;
		diags->outer = NULL;
	}
	if (!run_compiler(l, env, &unit, &b->program, diags)) {
		b->program = NULL;
		d->told |= diags != NULL;
	}
	if (diags)
		diags->outer = outer;
	return b->program;
}

/* The shape's names and those of the definitions used, compiled for it. False: one did not compile. */
static bool
make_env(struct hyk_loader *l, struct hyk_policy_draft *p, const struct hyk_cel_env *base, const struct group *g,
    const struct hyk_refs *refs, const bool *used, bool quiet, enum hyk_cel_lint lint, struct hyk_cel_env *ret_env)
{
	struct hyk_cel_decl *decls = hyk_reader_alloc(&l->r, base->n_decls + p->n_defines, sizeof(*decls));
	bool fine = true;

	if (!decls)
		return false;
	memcpy(decls, base->decls, base->n_decls * sizeof(*decls));
	*ret_env = *base;
	ret_env->decls = decls;
	ret_env->values = g->values;
	ret_env->n_values = g->n_values;
	ret_env->lint = lint == HYK_CEL_LINT_OFF ? lint : HYK_CEL_LINT_COLLECT;
	/* A file by itself does not know its commons; of broken data enough was told. */
	ret_env->commons = l->make_commons || l->data_broken ? NULL : &p->policy->commons->data;
	for (size_t i = 0; i < p->n_defines; i++) {
		struct hyk_define *d = &p->defines[i];
		const struct hyk_cel_program *program;
		const struct hyk_fact **facts;

		if (!used[i])
			continue;
		facts = define_facts(l, d, g, refs);
		program = facts ? build_define(l, d, facts, ret_env, quiet) : NULL;
		if (program)
			decls[ret_env->n_decls++] =
			    (struct hyk_cel_decl){ d->name, hyk_cel_program_type(program), d->slot, program };
		fine &= program != NULL;
	}
	ret_env->lint = lint;
	if (p->when)
		ret_env->given = hyk_cel_program_given(p->when, &ret_env->n_given);
	return fine;
}

/* One environment for all groups: where they differ in a fact's type, it is dyn. */
static bool
merge_env(struct hyk_loader *l, const struct groups *g, const struct hyk_refs *refs, struct group *ret_group,
    struct hyk_cel_env *ret_env)
{
	const struct hyk_cel_env *first = &g->items[0].shape->env;
	struct hyk_cel_decl *decls = hyk_reader_alloc(&l->r, first->n_decls, sizeof(*decls));
	const struct hyk_fact **merged = hyk_reader_alloc(&l->r, refs->n, sizeof(*merged));

	if (!decls || !merged)
		return false;
	memcpy(decls, first->decls, first->n_decls * sizeof(*decls));
	for (size_t j = 0; j < refs->n; j++) {
		struct hyk_fact *f = NULL;

		/* A group may lack what was no fact after all, such as a variable of a macro. */
		for (size_t k = 0; k < g->n; k++) {
			const struct hyk_fact *one = g->items[k].facts[j];

			if (!one)
				continue;
			if (!f) {
				f = hyk_reader_alloc(&l->r, 1, sizeof(*f));
				if (!f)
					return false;
				*f = *one;
			} else if (!widen_bounds(l->r.arena, &f->bounds, &one->bounds)) {
				return false;
			}
			if (!hyk_type_equal(f->type, one->type))
				f->type = hyk_type_basic(HYK_T_DYN);
			f->optional |= one->optional;
		}
		merged[j] = f;
	}
	for (size_t d = 0; d < first->n_decls; d++) {
		struct hyk_type *record;
		struct hyk_field *fields;

		if (!first->decls[d].type || first->decls[d].type->kind != HYK_T_RECORD || first->decls[d].slot != HYK_NO_SLOT)
			continue;
		record = hyk_reader_alloc(&l->r, 1, sizeof(*record));
		fields = hyk_reader_alloc(&l->r, refs->n, sizeof(*fields));
		if (!record || !fields)
			return false;
		*record = *first->decls[d].type;
		record->fields = fields;
		record->n_fields = 0;
		for (size_t j = 0; j < refs->n; j++) {
			if (merged[j] && hyk_str_eq_c(first->decls[d].name, hyk_root_name(merged[j]->root)))
				fields[record->n_fields++] = (struct hyk_field){ merged[j]->name, merged[j]->type,
					merged[j]->slot, merged[j]->optional, { NULL, 0 }, &merged[j]->bounds };
		}
		decls[d].type = record;
	}
	*ret_group = (struct group){ g->items[0].shape, merged, 0, g->items[0].values, g->items[0].n_values };
	*ret_env = *first;
	ret_env->decls = decls;
	return true;
}

/* Compiles for one group, telling of errors unless `quiet`. */
static const struct hyk_cel_program *
compile_group(struct hyk_loader *l, struct hyk_policy_draft *p, const struct hyk_unit *unit, const struct group *g,
    const struct hyk_cel_env *base, const struct hyk_refs *refs, const bool *used, bool quiet, enum hyk_cel_lint lint)
{
	const struct hyk_cel_program *program = NULL;
	struct hyk_cel_env env;

	if (!make_env(l, p, base, g, refs, used, quiet, lint, &env))
		return NULL;
	if (!run_compiler(l, &env, unit, &program, quiet ? NULL : l->r.diags))
		return NULL;
	return program;
}

/* Facts that some types and actions have and others lack; false when one was told of. */
static bool
tell_lacks(struct hyk_loader *l, const struct hyk_rule_shapes *shapes, const struct hyk_refs *refs,
    const struct groups *g)
{
	bool fine = true;

	for (size_t j = 0; j < refs->n; j++) {
		size_t has = 0;

		for (size_t k = 0; k < g->n; k++)
			has += g->items[k].facts[j] != NULL;
		if (has == 0 || has == g->n)
			continue;
		hyk_applies_tell_lacks(l, shapes, refs->refs[j].path, refs->refs[j].slot, refs->refs[j].src,
		    refs->refs[j].span);
		fine = false;
	}
	return fine;
}

/* Where kinds differ a message says for which one it holds. */
static void
push_shape(struct hyk_loader *l, const struct hyk_shape *s)
{
	struct hyk_str en, ko;

	en = hyk_arena_printf(l->r.arena, "for '%.*s' of '%.*s'", HYK_STR_ARG(s->action->name), HYK_STR_ARG(s->type->name));
	ko = hyk_arena_printf(l->r.arena, "'%.*s'의 '%.*s'에서", HYK_STR_ARG(s->type->name), HYK_STR_ARG(s->action->name));
	if (!en.p || !ko.p) {
		l->r.nomem = true;
		en = ko = HYK_STR("");
	}
	hyk_diags_push(l->r.diags, en, ko);
}

static const struct hyk_cel_program *
compile_groups(struct hyk_loader *l, struct hyk_policy_draft *p, const struct hyk_rule_shapes *shapes,
    const struct hyk_unit *unit, const struct groups *g, const struct hyk_refs *refs, const bool *used)
{
	const struct hyk_cel_program *program = NULL;
	const struct group *best = &g->items[0];
	struct hyk_cel_env env;
	struct group merged;
	const struct group *failed = NULL;
	/* Of the whole, not kind by kind: what one kind's facts never are, another's may be. */
	enum hyk_cel_lint told = p->when_broken ? HYK_CEL_LINT_OFF : HYK_CEL_LINT_TELL;
	size_t errors = l->r.diags->n_errors;

	for (size_t k = 0; k < g->n; k++) {
		if (g->items[k].n_lacks < best->n_lacks)
			best = &g->items[k];
	}
	if (unit->guess && best->n_lacks)
		return NULL;
	if (g->n == 1 || unit->any_one || unit->guess)
		return compile_group(l, p, unit, best, &best->shape->env, refs, used, false,
		    unit->guess || (unit->any_one && g->n > 1) ? HYK_CEL_LINT_OFF
		    : unit->any_one                          ? HYK_CEL_LINT_COLLECT
		                                             : told);
	for (size_t k = 0; k < g->n; k++) {
		const struct group *one = &g->items[k];

		push_shape(l, one->shape);
		program = compile_group(l, p, unit, one, &one->shape->env, refs, used, one->n_lacks > 0,
		    HYK_CEL_LINT_OFF);
		hyk_diags_pop(l->r.diags);
		if (!program && !one->n_lacks)
			return NULL;
		if (!program && !failed)
			failed = one;
	}
	if (failed) {
		/* What no type has is the compiler's to tell; it knows what was meant. */
		if (best->n_lacks)
			(void)compile_group(l, p, unit, best, &best->shape->env, refs, used, false, HYK_CEL_LINT_OFF);
		(void)tell_lacks(l, shapes, refs, g);
		if (l->r.diags->n_errors == errors) /* it was no lack after all */
			(void)compile_group(l, p, unit, failed, &failed->shape->env, refs, used, false, HYK_CEL_LINT_OFF);
		return NULL;
	}
	if (!merge_env(l, g, refs, &merged, &env))
		return program;
	return compile_group(l, p, unit, &merged, &env, refs, used, false, told);
}

static bool
scan_cond(struct hyk_loader *l, const struct hyk_policy_draft *p, const struct hyk_cel_cond *cond, unsigned depth,
    struct hyk_refs *refs)
{
	if (cond->kind == HYK_CEL_LEAF)
		return hyk_refs_scan(l, cond->src, p->defines, p->n_defines, refs);
	if (depth > HYK_CONDITION_MAX_DEPTH * 2)
		return false;
	for (size_t i = 0; i < cond->n_children; i++) {
		if (!scan_cond(l, p, &cond->children[i], depth + 1, refs))
			return false;
	}
	return true;
}

const struct hyk_cel_program *
hyk_unit_compile(struct hyk_loader *l, struct hyk_policy_draft *p, const struct hyk_rule_shapes *shapes,
    const struct hyk_unit *unit)
{
	struct hyk_refs own = { 0 }, all = { 0 };
	struct groups *g = hyk_reader_alloc(&l->r, 1, sizeof(*g));
	bool *used = hyk_reader_alloc(&l->r, p->n_defines, sizeof(*used));
	bool fine = g && used;

	if (!fine)
		return NULL;
	fine = unit->cond ? scan_cond(l, p, unit->cond, 0, &own)
	                  : hyk_refs_scan(l, unit->src, p->defines, p->n_defines, &own);
	if (fine && p->defines_broken && own.n_defines)
		return NULL;
	if (!fine || !hyk_refs_gather(l, p, &own, used, &all) || !make_groups(l, shapes, &all, g)) {
		l->r.nomem = true;
		return NULL;
	}
	for (size_t i = 0; i < p->n_defines; i++)
		p->defines[i].used |= used[i];
	if (!g->n)
		return NULL;
	return compile_groups(l, p, shapes, unit, g, &all, used);
}

bool
hyk_term_read(struct hyk_loader *l, struct hyk_policy_draft *p, const struct hyk_rule_shapes *shapes,
    const struct hyk_node *node, struct hyk_str name, const struct hyk_type *type, const struct hyk_bounds *bounds,
    struct hyk_term *ret_term)
{
	struct hyk_source_seg *seg;
	const struct hyk_source *src;
	struct hyk_unit unit = { 0 };

	ret_term->name = name;
	ret_term->constant = hyk_absent();
	if (node->kind != HYK_NODE_SCALAR || !hyk_str_starts_with(node->text, HYK_STR("=")))
		return hyk_reader_value(&l->r, node, type, bounds, p->policy->commons->zone, HYK_D_TERM_VALUE, name, NULL,
		    &ret_term->constant);
	src = hyk_scalar_source(l->r.arena, l->r.src, node);
	seg = hyk_reader_alloc(&l->r, 1, sizeof(*seg));
	if (!src || !seg) {
		l->r.nomem = true;
		return false;
	}
	seg->parent_at = 1;
	unit.src = hyk_source_new_part(l->r.arena, src, hyk_str_make(node->text.p + 1, node->text.n - 1), seg, 1);
	unit.want = type->kind == HYK_T_DATE ? hyk_type_basic(HYK_T_TIMESTAMP) : type;
	if (!unit.src) {
		l->r.nomem = true;
		return false;
	}
	ret_term->program = hyk_unit_compile(l, p, shapes, &unit);
	return ret_term->program != NULL;
}

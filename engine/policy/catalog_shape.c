/* SPDX-License-Identifier: Apache-2.0 */
/* policy/catalog_shape.c - actions of a type, and what conditions about a (type, action) may read. */
#include "policy/catalog_impl.h"

/* One action of a type while it is being put together. */
struct draft_action {
	struct hyk_str name, extends;
	struct hyk_value raw;             /* this type's declaration, or null */
	const struct hyk_action *inherited;
	struct hyk_action *made;
	bool own, done;
};

static struct draft_action *
find_draft(struct draft_action *drafts, size_t n, struct hyk_str name)
{
	for (size_t i = 0; i < n; i++) {
		if (hyk_str_eq(drafts[i].name, name))
			return &drafts[i];
	}
	return NULL;
}

static void
add_facts(struct hyk_catalog_impl *c, const struct hyk_type_impl *t, enum hyk_root root, const struct hyk_vmap *map,
    struct hyk_lua_place place, struct hyk_fact_set *out)
{
	for (uint32_t i = 0; map && i < map->n; i++) {
		struct hyk_value key = map->entries[i].key;
		struct hyk_str name = key.kind == HYK_STRING ? hyk_value_str(key) : HYK_STR("1");
		const struct hyk_fact *base = NULL, *f;

		for (size_t k = 0; k < out->n && !base; k++) {
			if (out->facts[k]->root == root && hyk_str_eq(out->facts[k]->name, name))
				base = out->facts[k];
		}
		if (!base && root == HYK_CONTEXT)
			base = hyk_fact_set_find(&t->context, name);
		f = hyk_catalog_fact(c, root, name, map->entries[i].value, base, place);
		if (f)
			hyk_catalog_put(c, out, f);
	}
}

/*
 * What the extended action was given anew holds for the inherited one too - unless it would be proven otherwise there
 * (an error), or less narrow.
 */
static void
keep_inherited(struct hyk_catalog_impl *c, const struct draft_action *d, struct hyk_lua_place place,
    struct hyk_fact_set *facts)
{
	for (size_t i = 0; i < d->inherited->n_facts; i++) {
		const struct hyk_fact *old = d->inherited->facts[i], *anew = NULL;
		const char *member;

		for (size_t k = 0; k < facts->n && !anew; k++)
			anew = facts->facts[k]->slot == old->slot ? facts->facts[k] : NULL;
		member = anew ? hyk_fact_changed(old, anew, false) : NULL;
		if (member)
			hyk_catalog_tell(c, HYK_D_FACT_CONFLICT, place, d->name, old->path, hyk_str_from_c(member),
			    HYK_STR(""));
		else if (!anew || !hyk_fact_is_within(old, anew))
			hyk_catalog_put(c, facts, old);
	}
}

/* After the action it extends: its facts are those of that one, of the inherited one, and its own. */
static void
make_action(struct hyk_catalog_impl *c, struct hyk_type_impl *t, struct draft_action *d, const struct hyk_action *up)
{
	static const char *const keys[] = { "extends", "abstract", "title", "about", "context", "properties", "line",
		NULL };
	struct hyk_lua_place place = hyk_lua_enter(hyk_lua_line(t->pub.plugin->src, t->raw), "actions");
	struct hyk_action *a = hyk_catalog_alloc(c, 1, sizeof(*a));
	struct hyk_fact_set facts = { 0 };

	if (!a)
		return;
	a->name = d->name;
	a->extends = up;
	/* What the inherited one has of the extended one already may have been narrowed there. */
	for (size_t i = 0; up && !(d->inherited && d->inherited->extends == up) && i < up->n_facts; i++)
		hyk_catalog_put(c, &facts, up->facts[i]);
	if (d->inherited) {
		a->abstract = d->inherited->abstract;
		a->title = d->inherited->title;
		keep_inherited(c, d, place, &facts);
	}
	if (d->own) {
		place.at = hyk_lua_find(place, d->name).at;
		hyk_catalog_check_keys(c, d->raw, place, keys);
		a->abstract = hyk_catalog_bool(c, d->raw, "abstract", d->inherited && d->inherited->abstract, place);
		if (hyk_value_get(d->raw, "title"))
			a->title = hyk_catalog_text(c, d->raw, "title", place);
		add_facts(c, t, HYK_CONTEXT, hyk_catalog_map(c, d->raw, "context", place), place, &facts);
		add_facts(c, t, HYK_ACTION, hyk_catalog_map(c, d->raw, "properties", place), place, &facts);
	}
	a->facts = facts.facts;
	a->n_facts = facts.n;
	d->made = a;
}

static size_t
collect(struct hyk_catalog_impl *c, struct hyk_type_impl *t, struct hyk_lua_place place, struct draft_action **ret)
{
	const struct hyk_vmap *own = hyk_catalog_map(c, t->raw, "actions", place);
	const struct hyk_asset_type *up = t->pub.extends;
	size_t n = up ? up->n_actions : 0, room = n + (own ? own->n : 0);
	struct draft_action *drafts = hyk_catalog_alloc(c, room, sizeof(*drafts));

	if (!drafts)
		return 0;
	for (size_t i = 0; i < n; i++) {
		drafts[i].name = up->actions[i]->name;
		drafts[i].inherited = up->actions[i];
		drafts[i].extends = up->actions[i]->extends ? up->actions[i]->extends->name : HYK_STR("");
	}
	for (uint32_t i = 0; own && i < own->n; i++) {
		struct hyk_value key = own->entries[i].key;
		struct hyk_str name = key.kind == HYK_STRING ? hyk_value_str(key) : HYK_STR("1"), extends;
		struct draft_action *d = find_draft(drafts, n, name);

		if (own->entries[i].value.kind != HYK_MAP) {
			hyk_catalog_tell(c, HYK_D_CATALOG_KIND, place, name, name, HYK_STR("table"), HYK_STR(""));
			continue;
		}
		if (!d)
			d = &drafts[n++];
		d->name = name;
		d->raw = own->entries[i].value;
		d->own = true;
		extends = hyk_catalog_str(c, d->raw, "extends", place);
		if (extends.n)
			d->extends = extends;
	}
	*ret = drafts;
	return n;
}

void
hyk_catalog_build_actions(struct hyk_catalog_impl *c, struct hyk_type_impl *t)
{
	struct hyk_lua_place place = hyk_lua_enter(hyk_lua_line(t->pub.plugin->src, t->raw), "actions");
	struct draft_action *drafts = NULL;
	size_t n = collect(c, t, place, &drafts), made = 0;
	const struct hyk_action **actions;
	bool more = true;

	while (more && !c->nomem) {
		more = false;
		for (size_t i = 0; i < n; i++) {
			struct draft_action *d = &drafts[i];
			struct draft_action *up = d->extends.n ? find_draft(drafts, n, d->extends) : NULL;

			if (d->done || (d->extends.n && !(up && up->done)))
				continue;
			/* An inherited action that nothing was done to is shared with the general type. */
			if (!d->own && (!up || !up->made)) {
				d->done = more = true;
				made++;
				continue;
			}
			make_action(c, t, d, up ? (up->made ? up->made : up->inherited) : NULL);
			d->done = more = true;
			made += d->made != NULL;
		}
	}
	for (size_t i = 0; i < n && !c->nomem; i++) {
		struct hyk_str names[64];
		size_t n_names = 0;

		if (drafts[i].done)
			continue;
		for (size_t k = 0; k < n && n_names < HYK_ARRAY_LEN(names); k++)
			names[n_names++] = drafts[k].name;
		hyk_diag_suggest(c->diags,
		    hyk_catalog_tell(c, HYK_D_ACTION_EXTENDS, place, drafts[i].name, drafts[i].name, drafts[i].extends,
		        HYK_STR("")),
		    hyk_str_nearest(drafts[i].extends, names, n_names));
	}
	actions = hyk_catalog_alloc(c, made, sizeof(*actions));
	if (!actions)
		return;
	for (size_t i = 0; i < n; i++) {
		if (drafts[i].done && (drafts[i].made || drafts[i].inherited))
			actions[t->pub.n_actions++] = drafts[i].made ? drafts[i].made : drafts[i].inherited;
	}
	t->pub.actions = actions;
}

void
hyk_catalog_build_meta(struct hyk_catalog_impl *c)
{
	static const struct {
		enum hyk_root root;
		uint32_t slot;
		struct hyk_str name, path;
	} all[] = {
		{ HYK_SUBJECT, HYK_SLOT_SUBJECT_ID, HYK_STR_INIT("id"), HYK_STR_INIT("subject.id") },
		{ HYK_SUBJECT, HYK_SLOT_SUBJECT_TYPE, HYK_STR_INIT("type"), HYK_STR_INIT("subject.type") },
		{ HYK_RESOURCE, HYK_SLOT_RESOURCE_ID, HYK_STR_INIT("id"), HYK_STR_INIT("resource.id") },
		{ HYK_RESOURCE, HYK_SLOT_RESOURCE_TYPE, HYK_STR_INIT("type"), HYK_STR_INIT("resource.type") },
		{ HYK_ACTION, HYK_SLOT_ACTION_NAME, HYK_STR_INIT("name"), HYK_STR_INIT("action.name") },
	};

	for (size_t i = 0; i < HYK_ARRAY_LEN(all); i++) {
		struct hyk_fact *f = hyk_catalog_alloc(c, 1, sizeof(*f));

		if (!f)
			return;
		f->root = all[i].root;
		f->slot = all[i].slot;
		f->name = all[i].name;
		f->path = all[i].path;
		f->type = hyk_type_basic(HYK_T_STRING);
		hyk_bounds_init(&f->bounds);
		f->default_value = f->count = hyk_absent();
		f->personal = f->root == HYK_SUBJECT;
		hyk_catalog_append(c, &c->meta, f);
	}
}

static struct hyk_type *
record_of(struct hyk_catalog_impl *c, enum hyk_root root, const struct hyk_fact_set *facts)
{
	struct hyk_type *t = hyk_catalog_alloc(c, 1, sizeof(*t));
	struct hyk_field *fields = hyk_catalog_alloc(c, facts->n + c->meta.n, sizeof(*fields));
	size_t n = 0;

	if (!t || !fields)
		return NULL;
	for (int pass = 0; pass < 2; pass++) {
		const struct hyk_fact_set *set = pass ? facts : &c->meta;

		for (size_t i = 0; i < set->n; i++) {
			const struct hyk_fact *f = set->facts[i];

			if (f->root == root)
				fields[n++] = (struct hyk_field){ f->name, f->type, f->slot, f->optional,
					hyk_text_find(&f->title, "ko"), &f->bounds };
		}
	}
	*t = (struct hyk_type){ .kind = HYK_T_RECORD, .name = hyk_str_from_c(hyk_root_name(root)), .fields = fields,
		.n_fields = n };
	return t;
}

static int
by_slot(const void *a, const void *b)
{
	const struct hyk_fact *const *x = a, *const *y = b;

	return (*x)->slot < (*y)->slot ? -1 : (*x)->slot > (*y)->slot;
}

/* Records that all actions of a type share. */
struct records {
	const struct hyk_type *subject, *resource;
};

static void
make_shape(struct hyk_catalog_impl *c, struct hyk_type_impl *t, const struct hyk_action *a, const struct records *shared,
    struct hyk_shape *s)
{
	struct hyk_fact_set facts = { 0 }, acting = { 0 };
	struct hyk_cel_decl *decls = hyk_catalog_alloc(c, 6, sizeof(*decls));
	const struct hyk_subject_type *person = hyk_map_find(&c->pub.subject_types, HYK_STR("person"));

	hyk_catalog_put_all(c, &acting, &t->context);
	for (size_t i = 0; i < a->n_facts; i++)
		hyk_catalog_put(c, &acting, a->facts[i]);
	for (size_t i = 0; i < person->n_facts; i++)
		hyk_catalog_put(c, &facts, person->facts[i]);
	hyk_catalog_put_all(c, &facts, &t->subject);
	hyk_catalog_put_all(c, &facts, &t->facts);
	hyk_catalog_put_all(c, &facts, &acting);
	if (!decls || c->nomem)
		return;
	/* By slot: found by halving, and the same order in every process. */
	if (facts.n)
		qsort(facts.facts, facts.n, sizeof(*facts.facts), by_slot);
	s->number = (uint32_t)c->pub.n_shapes;
	s->type = &t->pub;
	s->action = a;
	s->facts = facts.facts;
	s->n_facts = facts.n;
	decls[0] = (struct hyk_cel_decl){ HYK_STR("subject"), shared->subject, HYK_NO_SLOT, NULL };
	decls[1] = (struct hyk_cel_decl){ HYK_STR("resource"), shared->resource, HYK_NO_SLOT, NULL };
	decls[2] = (struct hyk_cel_decl){ HYK_STR("context"), record_of(c, HYK_CONTEXT, &acting), HYK_NO_SLOT, NULL };
	decls[3] = (struct hyk_cel_decl){ HYK_STR("action"), record_of(c, HYK_ACTION, &acting), HYK_NO_SLOT, NULL };
	decls[4] = (struct hyk_cel_decl){ HYK_STR("now"), hyk_type_basic(HYK_T_TIMESTAMP), HYK_SLOT_NOW, NULL };
	decls[5] = (struct hyk_cel_decl){ HYK_STR("tz"), hyk_type_basic(HYK_T_STRING), HYK_SLOT_TZ, NULL };
	s->env = (struct hyk_cel_env){ .decls = decls, .n_decls = 6, .civic = true,
		.max_cost = HYK_CEL_MAX_COST, .max_loops = HYK_CEL_MAX_LOOPS };
	c->pub.n_shapes++;
	if (hyk_map_add(&t->shapes, a->name, s) != HYK_OK)
		c->nomem = true;
}

void
hyk_catalog_build_shapes(struct hyk_catalog_impl *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->pub.types.n; i++) {
		const struct hyk_type_impl *t = c->pub.types.entries[i].item;

		n += t->pub.n_actions;
	}
	c->pub.shapes = hyk_catalog_alloc(c, n, sizeof(*c->pub.shapes));
	for (size_t i = 0; c->pub.shapes && i < c->pub.types.n; i++) {
		struct hyk_type_impl *t = c->pub.types.entries[i].item;
		struct hyk_fact_set subject = { 0 };
		struct records shared;

		/* One list of subject facts for conditions: whoever asks, a rule may look. */
		hyk_catalog_put_all(c, &subject, &c->subjects);
		hyk_catalog_put_all(c, &subject, &t->subject);
		shared.subject = record_of(c, HYK_SUBJECT, &subject);
		shared.resource = record_of(c, HYK_RESOURCE, &t->facts);
		for (size_t k = 0; k < t->pub.n_actions && !c->nomem; k++)
			make_shape(c, t, t->pub.actions[k], &shared, &c->pub.shapes[c->pub.n_shapes]);
	}
}

uint32_t
hyk_catalog_find_slot(const struct hyk_catalog *c, struct hyk_str path)
{
	const struct hyk_catalog_impl *impl = (const struct hyk_catalog_impl *)c;
	const void *slot = hyk_map_find(&impl->slots, path);

	if (slot)
		return (uint32_t)((uintptr_t)slot - 1);
	for (size_t i = 0; i < impl->meta.n; i++) {
		if (hyk_str_eq(impl->meta.facts[i]->path, path))
			return impl->meta.facts[i]->slot;
	}
	return HYK_NO_SLOT;
}

const struct hyk_fact *
hyk_shape_find_fact(const struct hyk_catalog *c, const struct hyk_shape *s, uint32_t slot)
{
	const struct hyk_catalog_impl *impl = (const struct hyk_catalog_impl *)c;
	size_t low = 0, high = s->n_facts;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->facts[mid]->slot < slot)
			low = mid + 1;
		else
			high = mid;
	}
	if (low < s->n_facts && s->facts[low]->slot == slot)
		return s->facts[low];
	for (size_t i = 0; i < impl->meta.n; i++) {
		if (impl->meta.facts[i]->slot == slot)
			return impl->meta.facts[i];
	}
	for (size_t i = 0; i < impl->subjects.n; i++) {
		if (impl->subjects.facts[i]->slot == slot)
			return impl->subjects.facts[i];
	}
	return NULL;
}

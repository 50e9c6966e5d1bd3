/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/catalog.c - manifests to the catalog: plugins, types and what they inherit, subject types, duties.
 *
 * A type is read after the one it extends. One mistake gives one message: what
 * stands on a broken declaration is left out without a word.
 */
#include "policy/catalog_impl.h"

#include "base/buf.h"

#define ROOT_TYPE "asset"
#define PERSON "person"
#define DEFAULT_TTL_S 900

/* Bits of hyk_plugin.hooks, in the order of enum hyk_hook of sandbox/jail.h, which this room must not know. */
static const char *const hook_names[] = { "identify", "enrich", "permit", "liability", "verify", "on_event" };

struct hyk_str
hyk_text_find(const struct hyk_text *t, const char *tag)
{
	size_t best = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (hyk_str_eq_c(t->tags[i], tag))
			return t->texts[i];
		if (hyk_str_eq_c(t->tags[i], "en"))
			best = i;
	}
	return t->n ? t->texts[best] : HYK_STR("");
}

/* The items of a manifest's list; Lua's empty table counts as an empty one. */
static size_t
items_of(struct hyk_value manifest, const char *key, const struct hyk_value **ret_items)
{
	const struct hyk_value *v = hyk_value_get(manifest, key);

	if (!v || v->kind != HYK_LIST)
		return 0;
	*ret_items = v->as.list->items;
	return v->as.list->n;
}

static void
read_plugin(struct hyk_catalog_impl *c, const struct hyk_plugin_text *text, uint32_t position, struct hyk_plugin *p)
{
	struct hyk_lua_place place = hyk_lua_line(text->src, text->manifest);
	const struct hyk_str *hooks;
	size_t n;

	p->position = position;
	p->src = text->src;
	p->manifest = text->manifest;
	p->name = hyk_catalog_str(c, text->manifest, "name", place);
	p->version = hyk_catalog_str(c, text->manifest, "version", place);
	p->reads = hyk_catalog_strs(c, text->manifest, "reads", place, &p->n_reads);
	hooks = hyk_catalog_strs(c, text->manifest, "hooks", place, &n);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < HYK_ARRAY_LEN(hook_names); k++)
			p->hooks |= hyk_str_eq_c(hooks[i], hook_names[k]) ? 1u << k : 0;
	}
}

/* Names of a map's entries, for a did-you-mean. */
static const struct hyk_str *
names_of(struct hyk_catalog_impl *c, const struct hyk_map *m)
{
	struct hyk_str *names = hyk_catalog_alloc(c, m->n, sizeof(*names));

	for (size_t i = 0; names && i < m->n; i++)
		names[i] = m->entries[i].key;
	return names;
}

static struct hyk_lua_place
place_of(const struct hyk_type_impl *t)
{
	return hyk_lua_line(t->pub.plugin->src, t->raw);
}

static void
read_facts(struct hyk_catalog_impl *c, enum hyk_root root, const struct hyk_vmap *map, struct hyk_lua_place place,
    const struct hyk_fact_set *bases, struct hyk_fact_set *out)
{
	for (uint32_t i = 0; map && i < map->n; i++) {
		struct hyk_value key = map->entries[i].key;
		struct hyk_str name = key.kind == HYK_STRING ? hyk_value_str(key) : HYK_STR("1");
		const struct hyk_fact *f =
		    hyk_catalog_fact(c, root, name, map->entries[i].value, hyk_fact_set_find(bases, name), place);

		if (f)
			hyk_catalog_put(c, out, f);
	}
}

/*
 * What an asset type adds to `person`. Facts of a person are one for all types: what person itself or another
 * type declares may be repeated, not changed; what a type above added may be narrowed as ever.
 */
static void
read_subject_facts(struct hyk_catalog_impl *c, const struct hyk_type_impl *t, struct hyk_lua_place place,
    struct hyk_fact_set *out)
{
	const struct hyk_vmap *map = hyk_catalog_map(c, t->raw, "subject", place);
	const struct hyk_subject_type *person = hyk_map_find(&c->pub.subject_types, HYK_STR(PERSON));
	struct hyk_fact_set own = { 0 };

	place = hyk_lua_enter(place, "subject");
	for (size_t i = 0; map && person && i < person->n_facts; i++)
		hyk_catalog_append(c, &own, person->facts[i]);
	for (uint32_t i = 0; map && i < map->n; i++) {
		struct hyk_value key = map->entries[i].key;
		struct hyk_str name = key.kind == HYK_STRING ? hyk_value_str(key) : HYK_STR("1");
		const struct hyk_fact *of_all = hyk_fact_set_find(&own, name), *base = of_all, *f;
		const char *member = NULL;

		if (!of_all) {
			base = hyk_fact_set_find(&t->subject, name);
			if (!base)
				base = of_all = hyk_fact_set_find(&c->person, name);
		}
		f = hyk_catalog_fact(c, HYK_SUBJECT, name, map->entries[i].value, base, place);
		if (f && of_all)
			member = hyk_fact_changed(of_all, f, true);
		if (member) {
			place.at = hyk_lua_find(place, name).at;
			hyk_catalog_tell(c, HYK_D_FACT_PERSON, place, name, f->path, hyk_str_from_c(member), HYK_STR(""));
		} else if (f) {
			hyk_catalog_put(c, out, f);
		}
	}
}

static void
read_subject_types(struct hyk_catalog_impl *c, const struct hyk_plugin *p)
{
	static const char *const keys[] = { "name", "title", "facts", "registered", "line", NULL };
	const struct hyk_value *items = NULL;
	size_t n = items_of(p->manifest, "subject_types", &items);

	for (size_t i = 0; i < n; i++) {
		struct hyk_lua_place place = hyk_lua_line(p->src, items[i]);
		struct hyk_subject_type *t = hyk_catalog_alloc(c, 1, sizeof(*t));
		struct hyk_fact_set own = { 0 }, none = { 0 };
		enum hyk_status st;

		if (!t)
			return;
		hyk_catalog_check_keys(c, items[i], place, keys);
		t->name = hyk_catalog_str(c, items[i], "name", place);
		t->registered = hyk_catalog_bool(c, items[i], "registered", false, place);
		read_facts(c, HYK_SUBJECT, hyk_catalog_map(c, items[i], "facts", place), hyk_lua_enter(place, "facts"),
		    &none, &own);
		t->facts = own.facts;
		t->n_facts = own.n;
		st = hyk_map_add(&c->pub.subject_types, t->name, t);
		c->nomem |= st == HYK_E_NOMEM;
		if (st == HYK_E_EXISTS)
			hyk_catalog_tell(c, HYK_D_CATALOG_TWICE, place, t->name, HYK_STR("subject_type"), t->name,
			    HYK_STR(""));
		for (size_t k = 0; k < own.n; k++) {
			const struct hyk_fact *before = hyk_fact_set_find(&c->subjects, own.facts[k]->name);

			if (!before || before->type == own.facts[k]->type)
				hyk_catalog_put(c, &c->subjects, own.facts[k]);
		}
		/* Its own list: what asset types add must not show in that of the subject type. */
		if (hyk_str_eq_c(t->name, PERSON))
			hyk_catalog_put_all(c, &c->person, &own);
	}
}

/* { photo = { min = 4 } }: a kind with neither is wanted once. */
static void
read_duty_evidence(struct hyk_catalog_impl *c, struct hyk_value item, struct hyk_lua_place place,
    struct hyk_duty_type *d)
{
	static const char *const keys[] = { "min", "title", NULL };
	const struct hyk_vmap *kinds = hyk_catalog_map(c, item, "evidence", place);
	struct hyk_evidence_need *needs = hyk_catalog_alloc(c, kinds ? kinds->n : 0, sizeof(*needs));

	for (uint32_t i = 0; needs && kinds && i < kinds->n; i++) {
		const struct hyk_ventry *e = &kinds->entries[i];
		const struct hyk_value *min = hyk_value_get(e->value, "min");

		if (e->key.kind != HYK_STRING || e->value.kind != HYK_MAP ||
		    (min && (min->kind != HYK_INT || min->as.i < 1 || min->as.i > 100))) {
			hyk_catalog_tell(c, HYK_D_CATALOG_KIND, place, HYK_STR("evidence"), HYK_STR("evidence"),
			    HYK_STR("{ photo = { min = 1 } }"), HYK_STR(""));
			return;
		}
		hyk_catalog_check_keys(c, e->value, place, keys);
		needs[i].kind = hyk_value_str(e->key);
		needs[i].min = min ? min->as.i : 1;
	}
	d->evidence = needs;
	d->n_evidence = kinds ? kinds->n : 0;
}

static void
read_duties(struct hyk_catalog_impl *c, const struct hyk_plugin *p)
{
	static const char *const keys[] = { "name", "title", "about", "terms", "evidence", "line", NULL };
	const struct hyk_value *items = NULL;
	size_t n = items_of(p->manifest, "duties", &items);

	for (size_t i = 0; i < n; i++) {
		struct hyk_lua_place place = hyk_lua_line(p->src, items[i]);
		const struct hyk_vmap *terms = hyk_catalog_map(c, items[i], "terms", place);
		struct hyk_duty_type *d = hyk_catalog_alloc(c, 1, sizeof(*d));
		struct hyk_field *fields = hyk_catalog_alloc(c, terms ? terms->n : 0, sizeof(*fields));
		enum hyk_status st;

		if (!d || !fields)
			return;
		hyk_catalog_check_keys(c, items[i], place, keys);
		d->name = hyk_catalog_str(c, items[i], "name", place);
		d->title = hyk_catalog_text(c, items[i], "title", place);
		d->plugin = p;
		read_duty_evidence(c, items[i], place, d);
		d->terms = fields;
		for (uint32_t k = 0; terms && k < terms->n; k++) {
			struct hyk_value key = terms->entries[k].key, raw = terms->entries[k].value;
			struct hyk_str name = key.kind == HYK_STRING ? hyk_value_str(key) : HYK_STR("1");
			struct hyk_str type = hyk_catalog_str(c, raw, "type", place);
			struct hyk_field *f = &fields[d->n_terms];

			if (!type.n) {
				hyk_catalog_tell(c, HYK_D_FACT_NO_TYPE, place, name, name, HYK_STR(""), HYK_STR(""));
				continue;
			}
			f->type = hyk_catalog_type(c, type, place, name);
			if (!f->type)
				continue;
			f->name = name;
			f->slot = HYK_NO_SLOT;
			f->optional = hyk_catalog_bool(c, raw, "optional", hyk_value_get(raw, "default") != NULL, place);
			d->n_terms++;
		}
		st = hyk_map_add(&c->pub.duties, d->name, d);
		c->nomem |= st == HYK_E_NOMEM;
		if (st == HYK_E_EXISTS)
			hyk_catalog_tell(c, HYK_D_CATALOG_TWICE, place, d->name, HYK_STR("duty"), d->name, HYK_STR(""));
	}
}

static void
collect_types(struct hyk_catalog_impl *c, const struct hyk_plugin *p)
{
	static const char *const keys[] = { "name", "extends", "title", "about", "facts", "subject", "context", "actions",
		"exclusive", "registered", "decision_ttl", "workflow", "line", NULL };
	const struct hyk_value *items = NULL;
	size_t n = items_of(p->manifest, "asset_types", &items);

	for (size_t i = 0; i < n; i++) {
		struct hyk_lua_place place = hyk_lua_line(p->src, items[i]);
		struct hyk_type_impl *t = hyk_catalog_alloc(c, 1, sizeof(*t));
		enum hyk_status st;

		if (!t)
			return;
		hyk_catalog_check_keys(c, items[i], place, keys);
		t->raw = items[i];
		t->pub.plugin = p;
		t->pub.name = hyk_catalog_str(c, items[i], "name", place);
		t->pub.title = hyk_catalog_text(c, items[i], "title", place);
		hyk_map_init(&t->shapes, c->arena);
		st = hyk_map_add(&c->pub.types, t->pub.name, &t->pub);
		c->nomem |= st == HYK_E_NOMEM;
		if (st == HYK_E_EXISTS)
			hyk_catalog_tell(c, HYK_D_CATALOG_TWICE, place, t->pub.name, HYK_STR("asset_type"), t->pub.name,
			    HYK_STR(""));
	}
}

/* Only types of this catalog are in its map, and they are ours to finish. */
static struct hyk_type_impl *
impl_at(const struct hyk_catalog_impl *c, size_t i)
{
	return c->pub.types.entries[i].item;
}

static void
resolve_parent(struct hyk_catalog_impl *c, struct hyk_type_impl *t)
{
	struct hyk_lua_place place = place_of(t);
	struct hyk_str extends = hyk_catalog_str(c, t->raw, "extends", place);
	const struct hyk_str *names;

	if (!extends.n) {
		if (hyk_str_eq_c(t->pub.name, ROOT_TYPE))
			return;
		extends = HYK_STR(ROOT_TYPE);
	}
	t->has_extends = true;
	t->parent = hyk_map_find(&c->pub.types, extends);
	if (t->parent)
		return;
	names = names_of(c, &c->pub.types);
	hyk_diag_suggest(c->diags,
	    hyk_catalog_tell(c, HYK_D_TYPE_EXTENDS, place, HYK_STR("extends"), t->pub.name, extends, HYK_STR("")),
	    hyk_str_nearest(extends, names, names ? c->pub.types.n : 0));
}

static int64_t
read_ttl(struct hyk_catalog_impl *c, struct hyk_value raw, int64_t otherwise, struct hyk_lua_place place)
{
	const struct hyk_value *v = hyk_value_get(raw, "decision_ttl");
	struct hyk_value d;

	if (!v)
		return otherwise;
	if (v->kind == HYK_INT && v->as.i > 0)
		return v->as.i;
	if (v->kind == HYK_STRING && hyk_duration_parse(hyk_value_str(*v), &d) && d.as.i > 0)
		return d.as.i / 1000000000;
	hyk_catalog_tell(c, HYK_D_CATALOG_KIND, place, HYK_STR("decision_ttl"), HYK_STR("decision_ttl"),
	    HYK_STR("\"15m\""), HYK_STR(""));
	return otherwise;
}

static void
note_hooks(struct hyk_catalog_impl *c, struct hyk_type_impl *t)
{
	size_t n = t->parent ? t->parent->pub.n_hooked : 0;
	const struct hyk_plugin **hooked = hyk_catalog_alloc(c, n + 1, sizeof(*hooked));
	bool known = t->pub.plugin->hooks == 0;

	if (!hooked)
		return;
	for (size_t i = 0; i < n; i++) {
		hooked[i] = t->parent->pub.hooked[i];
		known |= hooked[i] == t->pub.plugin;
	}
	if (!known)
		hooked[n++] = t->pub.plugin;
	t->pub.hooked = hooked;
	t->pub.n_hooked = n;
}

static void
finish_type(struct hyk_catalog_impl *c, struct hyk_type_impl *t)
{
	struct hyk_lua_place place = place_of(t);
	const struct hyk_type_impl *up = t->parent;
	const struct hyk_value *exclusive = hyk_value_get(t->raw, "exclusive");
	struct hyk_fact_set added = { 0 };

	t->done = true;
	if (up) {
		t->depth = up->depth + 1;
		t->pub.extends = &up->pub;
		hyk_catalog_put_all(c, &t->facts, &up->facts);
		hyk_catalog_put_all(c, &t->subject, &up->subject);
		hyk_catalog_put_all(c, &t->context, &up->context);
		if (!t->pub.title.n)
			t->pub.title = up->pub.title;
	}
	t->pub.registered = hyk_catalog_bool(c, t->raw, "registered", up ? up->pub.registered : true, place);
	t->pub.exclusive = exclusive ? exclusive->kind != HYK_NULL && !(exclusive->kind == HYK_BOOL && !exclusive->as.b)
	                             : up && up->pub.exclusive;
	t->pub.decision_ttl_s = read_ttl(c, t->raw, up ? up->pub.decision_ttl_s : DEFAULT_TTL_S, place);
	read_facts(c, HYK_RESOURCE, hyk_catalog_map(c, t->raw, "facts", place), hyk_lua_enter(place, "facts"), &t->facts,
	    &t->facts);
	read_subject_facts(c, t, place, &added);
	read_facts(c, HYK_CONTEXT, hyk_catalog_map(c, t->raw, "context", place), hyk_lua_enter(place, "context"),
	    &t->context, &t->context);
	hyk_catalog_put_all(c, &t->subject, &added);
	for (size_t i = 0; i < added.n; i++) {
		if (!hyk_fact_set_find(&c->person, added.facts[i]->name))
			hyk_catalog_append(c, &c->person, added.facts[i]);
	}
	note_hooks(c, t);
	hyk_catalog_workflow(c, t);
	hyk_catalog_build_actions(c, t);
	t->pub.facts = t->facts.facts;
	t->pub.n_facts = t->facts.n;
	t->pub.subject = t->subject.facts;
	t->pub.n_subject = t->subject.n;
	t->pub.context = t->context.facts;
	t->pub.n_context = t->context.n;
}

static void
finish_types(struct hyk_catalog_impl *c)
{
	bool more = true;

	for (size_t i = 0; i < c->pub.types.n; i++)
		resolve_parent(c, impl_at(c, i));
	while (more && !c->nomem) {
		more = false;
		for (size_t i = 0; i < c->pub.types.n; i++) {
			struct hyk_type_impl *t = impl_at(c, i);

			if (t->done || (t->has_extends && !(t->parent && t->parent->done)))
				continue;
			if (t->parent && t->parent->depth + 1 >= HYK_TYPE_MAX_DEPTH)
				continue;
			finish_type(c, t);
			more = true;
		}
	}
	for (size_t i = 0; i < c->pub.types.n; i++) {
		struct hyk_type_impl *t = impl_at(c, i);

		/* Of those that wait, only the ones in a circle (or too deep) are at fault. */
		for (const struct hyk_type_impl *up = t->parent; !t->done && up; up = up->parent) {
			if (up == t || ++t->depth > HYK_TYPE_MAX_DEPTH) {
				hyk_catalog_tell(c, HYK_D_TYPE_CYCLE, place_of(t), HYK_STR("extends"), t->pub.name,
				    HYK_STR(""), HYK_STR(""));
				break;
			}
		}
	}
}

enum hyk_status
hyk_catalog_build(const struct hyk_plugin_text *plugins, size_t n, struct hyk_arena *arena,
    struct hyk_catalog **ret_catalog, struct hyk_diags *diags)
{
	struct hyk_catalog_impl *c = hyk_arena_alloc(arena, sizeof(*c));
	struct hyk_diags own;
	struct hyk_plugin *list;
	size_t errors;

	if (!c)
		return HYK_E_NOMEM;
	hyk_diags_init(&own, arena);
	c->arena = arena;
	c->diags = diags ? diags : &own;
	errors = c->diags->n_errors;
	hyk_map_init(&c->slots, arena);
	hyk_map_init(&c->interned, arena);
	hyk_map_init(&c->pub.types, arena);
	hyk_map_init(&c->pub.subject_types, arena);
	hyk_map_init(&c->pub.duties, arena);
	c->pub.n_slots = HYK_SLOT_FIRST_FACT;
	list = hyk_catalog_alloc(c, n, sizeof(*list));
	if (!list)
		return HYK_E_NOMEM;
	for (size_t i = 0; i < n; i++) {
		read_plugin(c, &plugins[i], (uint32_t)i, &list[i]);
		read_subject_types(c, &list[i]);
		read_duties(c, &list[i]);
		collect_types(c, &list[i]);
	}
	c->pub.plugins = list;
	c->pub.n_plugins = n;
	if (!hyk_map_find(&c->pub.types, HYK_STR(ROOT_TYPE)) || !hyk_map_find(&c->pub.subject_types, HYK_STR(PERSON)))
		HYK_DIAG0(c->diags, HYK_D_CATALOG_NO_ROOT, NULL, HYK_NO_SPAN);
	else
		finish_types(c);
	hyk_catalog_put_all(c, &c->subjects, &c->person);
	c->pub.facts = c->all.facts;
	c->pub.n_facts = c->all.n;
	if (!c->nomem && c->diags->n_errors == errors) {
		hyk_catalog_build_meta(c);
		hyk_catalog_build_shapes(c);
	}
	if (c->nomem)
		return HYK_E_NOMEM;
	errors = c->diags->n_errors - errors;
	c->diags = NULL;
	if (errors)
		return HYK_E_INVALID;
	*ret_catalog = &c->pub;
	return HYK_OK;
}

const struct hyk_asset_type *
hyk_catalog_find_type(const struct hyk_catalog *c, struct hyk_str name)
{
	return hyk_map_find(&c->types, name);
}

const struct hyk_subject_type *
hyk_catalog_find_subject_type(const struct hyk_catalog *c, struct hyk_str name)
{
	return hyk_map_find(&c->subject_types, name);
}

const struct hyk_shape *
hyk_catalog_find_shape(const struct hyk_catalog *c, const struct hyk_asset_type *t, struct hyk_str action)
{
	(void)c;
	return hyk_map_find(&((const struct hyk_type_impl *)t)->shapes, action);
}

bool
hyk_asset_type_is(const struct hyk_asset_type *a, struct hyk_str b)
{
	for (; a; a = a->extends) {
		if (hyk_str_eq(a->name, b))
			return true;
	}
	return false;
}

bool
hyk_action_is(const struct hyk_action *a, struct hyk_str b)
{
	for (; a; a = a->extends) {
		if (hyk_str_eq(a->name, b))
			return true;
	}
	return false;
}

const struct hyk_fact *const *
hyk_catalog_person_facts(const struct hyk_catalog *c, size_t *ret_n)
{
	const struct hyk_catalog_impl *impl = (const struct hyk_catalog_impl *)c;

	*ret_n = impl->person.n;
	return impl->person.facts;
}

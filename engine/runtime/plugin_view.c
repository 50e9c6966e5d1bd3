/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/plugin_view.c - see plugin_view.h.
 *
 * What a plugin declares is looked up by the names in its manifest; what that
 * came to mean, with defaults and inheritance, stands in the catalog.
 */
#include "runtime/plugin_view.h"

#include "base/digest.h"
#include "runtime/plugin_set.h"
#include "value/schema.h"

struct view {
	const struct hyk_plugin_set *set;
	struct hyk_arena *arena;
	bool no_memory;
};

/* ---- small makers ---- */

struct items {
	struct hyk_value *v;
	size_t n, room;
};

static void
item_add(struct view *w, struct items *l, struct hyk_value v)
{
	if (l->n == l->room)
		l->v = hyk_arena_grow(w->arena, l->v, l->n, &l->room, sizeof(*l->v));
	if (l->v == NULL) {
		w->no_memory = true;
		*l = (struct items){ 0 };
		return;
	}
	l->v[l->n++] = v;
}

static void
put(struct view *w, struct hyk_mapb *b, const char *key, struct hyk_value v)
{
	w->no_memory |= v.kind == HYK_ERROR_VALUE || !hyk_mapb_add_c(b, key, v);
}

static void
put_str(struct view *w, struct hyk_mapb *b, const char *key, struct hyk_str s)
{
	put(w, b, key, hyk_string(s));
}

static void
put_list(struct view *w, struct hyk_mapb *b, const char *key, const struct items *l)
{
	put(w, b, key, hyk_list(w->arena, l->v, (uint32_t)l->n));
}

static void
put_text(struct view *w, struct hyk_mapb *b, const struct hyk_text *t)
{
	struct hyk_mapb m;

	hyk_mapb_init(&m, w->arena);
	for (size_t i = 0; i < t->n; i++)
		w->no_memory |= !hyk_mapb_add(&m, hyk_string(t->tags[i]), hyk_string(t->texts[i]));
	put(w, b, "title", hyk_mapb_finish(&m, NULL));
}

static struct hyk_value
type_name(struct view *w, const struct hyk_type *t)
{
	struct hyk_buf b;
	struct hyk_str s;

	hyk_buf_init(&b, 0);
	hyk_type_write(&b, t);
	s = hyk_arena_dup(w->arena, hyk_buf_peek(&b));
	w->no_memory |= b.failed || s.p == NULL;
	hyk_buf_fini(&b);
	return hyk_string(s);
}

/* ---- facts ---- */

static const char *
source_name(enum hyk_fact_source s)
{
	switch (s) {
	case HYK_FROM_CALLER:
		return NULL;
	case HYK_FROM_REGISTRY:
		return "registry";
	case HYK_FROM_RECORD:
		return "record";
	case HYK_FROM_HOOK:
		return "hook";
	}
	return NULL;
}

static struct hyk_value
view_fact(struct view *w, const struct hyk_fact *f)
{
	const char *source = source_name(f->source);
	struct hyk_mapb b;

	hyk_mapb_init(&b, w->arena);
	put_str(w, &b, "path", f->path);
	put(w, &b, "type", type_name(w, f->type));
	if (f->unit.n > 0)
		put_str(w, &b, "unit", f->unit);
	put_str(w, &b, "presence",
	    f->has_default                   ? HYK_STR("default")
		: f->optional                ? HYK_STR("optional")
		: f->proof != HYK_PROOF_NONE ? HYK_STR("proof")
		: source != NULL             ? HYK_STR("source")
					     : HYK_STR("required"));
	if (f->has_default)
		put(w, &b, "default", f->default_value);
	if (f->proof != HYK_PROOF_NONE)
		put_str(w, &b, "proof", hyk_str_from_c(hyk_proof_name(f->proof)));
	if (f->by.n > 0)
		put_str(w, &b, "by", f->by);
	if (source != NULL)
		put_str(w, &b, "source", hyk_str_from_c(source));
	if (f->personal)
		put(w, &b, "personal", hyk_bool(true));
	return hyk_mapb_finish(&b, NULL);
}

/* The facts of `facts` that the map `declared` names; with `root`, of that root only. */
static void
add_facts(struct view *w, struct items *out, const struct hyk_value *declared, enum hyk_root root,
    const struct hyk_fact *const *facts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (declared != NULL && facts[i]->root == root && declared->kind == HYK_MAP &&
		    hyk_vmap_find_str(declared->as.map, facts[i]->name) != NULL)
			item_add(w, out, view_fact(w, facts[i]));
}

/* ---- types, actions, duties ---- */

static struct hyk_value
view_action(struct view *w, const struct hyk_action *a, struct hyk_value raw)
{
	struct items facts = { 0 };
	struct hyk_mapb b;

	hyk_mapb_init(&b, w->arena);
	put_str(w, &b, "name", a->name);
	if (a->extends != NULL)
		put_str(w, &b, "extends", a->extends->name);
	if (a->abstract)
		put(w, &b, "abstract", hyk_bool(true));
	put_text(w, &b, &a->title);
	add_facts(w, &facts, hyk_value_get(raw, "context"), HYK_CONTEXT, a->facts, a->n_facts);
	add_facts(w, &facts, hyk_value_get(raw, "properties"), HYK_ACTION, a->facts, a->n_facts);
	put_list(w, &b, "facts", &facts);
	return hyk_mapb_finish(&b, NULL);
}

static struct hyk_value
view_type(struct view *w, const struct hyk_asset_type *t, struct hyk_value raw)
{
	const struct hyk_value *own = hyk_value_get(raw, "actions");
	struct items facts = { 0 }, actions = { 0 };
	struct hyk_mapb b;

	hyk_mapb_init(&b, w->arena);
	put_str(w, &b, "name", t->name);
	if (t->extends != NULL)
		put_str(w, &b, "extends", t->extends->name);
	put_text(w, &b, &t->title);
	put(w, &b, "registered", hyk_bool(t->registered));
	add_facts(w, &facts, hyk_value_get(raw, "facts"), HYK_RESOURCE, t->facts, t->n_facts);
	add_facts(w, &facts, hyk_value_get(raw, "subject"), HYK_SUBJECT, t->subject, t->n_subject);
	add_facts(w, &facts, hyk_value_get(raw, "context"), HYK_CONTEXT, t->context, t->n_context);
	put_list(w, &b, "facts", &facts);
	for (size_t i = 0; i < t->n_actions; i++) {
		const struct hyk_value *a = own == NULL || own->kind != HYK_MAP
		    ? NULL
		    : hyk_vmap_find_str(own->as.map, t->actions[i]->name);

		if (a != NULL)
			item_add(w, &actions, view_action(w, t->actions[i], *a));
	}
	put_list(w, &b, "actions", &actions);
	return hyk_mapb_finish(&b, NULL);
}

static struct hyk_value
view_subject_type(struct view *w, const struct hyk_subject_type *t)
{
	struct items facts = { 0 };
	struct hyk_mapb b;

	hyk_mapb_init(&b, w->arena);
	put_str(w, &b, "name", t->name);
	put(w, &b, "registered", hyk_bool(t->registered));
	for (size_t i = 0; i < t->n_facts; i++)
		item_add(w, &facts, view_fact(w, t->facts[i]));
	put_list(w, &b, "facts", &facts);
	return hyk_mapb_finish(&b, NULL);
}

static struct hyk_value
view_duty(struct view *w, const struct hyk_duty_type *d)
{
	struct items terms = { 0 };
	struct hyk_mapb b;

	for (size_t i = 0; i < d->n_terms; i++) {
		hyk_mapb_init(&b, w->arena);
		put_str(w, &b, "name", d->terms[i].name);
		put(w, &b, "type", type_name(w, d->terms[i].type));
		if (d->terms[i].optional)
			put(w, &b, "optional", hyk_bool(true));
		item_add(w, &terms, hyk_mapb_finish(&b, NULL));
	}
	hyk_mapb_init(&b, w->arena);
	put_str(w, &b, "name", d->name);
	put_text(w, &b, &d->title);
	put_list(w, &b, "terms", &terms);
	return hyk_mapb_finish(&b, NULL);
}

/* ---- plugins ---- */

/* The i-th item of a list of the manifest that has a name; false: no more. */
static bool
next_named(struct hyk_value manifest, const char *key, uint32_t *i, struct hyk_value *ret_item,
    struct hyk_str *ret_name)
{
	const struct hyk_value *list = hyk_value_get(manifest, key), *name;

	while (list != NULL && list->kind == HYK_LIST && *i < list->as.list->n) {
		*ret_item = list->as.list->items[(*i)++];
		name = hyk_value_get(*ret_item, "name");
		if (name == NULL || name->kind != HYK_STRING)
			continue;
		*ret_name = hyk_value_str(*name);
		return true;
	}
	return false;
}

static void
put_declared(struct view *w, struct hyk_mapb *b, struct hyk_value manifest)
{
	const struct hyk_catalog *c = w->set->catalog;
	struct items types = { 0 }, subjects = { 0 }, duties = { 0 };
	struct hyk_value raw;
	struct hyk_str name;
	const void *found;

	for (uint32_t i = 0; next_named(manifest, "asset_types", &i, &raw, &name);)
		if ((found = hyk_map_find(&c->types, name)) != NULL)
			item_add(w, &types, view_type(w, found, raw));
	for (uint32_t i = 0; next_named(manifest, "subject_types", &i, &raw, &name);)
		if ((found = hyk_map_find(&c->subject_types, name)) != NULL)
			item_add(w, &subjects, view_subject_type(w, found));
	for (uint32_t i = 0; next_named(manifest, "duties", &i, &raw, &name);)
		if ((found = hyk_map_find(&c->duties, name)) != NULL)
			item_add(w, &duties, view_duty(w, found));
	put_list(w, b, "asset_types", &types);
	put_list(w, b, "subject_types", &subjects);
	put_list(w, b, "duties", &duties);
}

static struct hyk_value
view_plugin(struct view *w, const struct hyk_plugin *p)
{
	const struct hyk_value *title = hyk_value_get(p->manifest, "title");
	struct items hooks = { 0 }, reads = { 0 };
	uint8_t digest[HYK_SHA256_BYTES];
	struct hyk_buf hex;
	struct hyk_str hex_text;
	struct hyk_mapb b;

	hyk_buf_init(&hex, 0);
	hyk_sha256(p->src->text, digest);
	hyk_hex(&hex, digest, sizeof(digest));
	hex_text = hyk_arena_dup(w->arena, hyk_buf_peek(&hex));
	w->no_memory |= hex.failed || hex_text.p == NULL;
	hyk_buf_fini(&hex);
	hyk_mapb_init(&b, w->arena);
	put_str(w, &b, "name", p->name);
	put_str(w, &b, "version", p->version);
	put_str(w, &b, "file", p->src->name);
	put_str(w, &b, "digest", hex_text);
	if (title != NULL)
		put(w, &b, "title", *title);
	put_declared(w, &b, p->manifest);
	for (unsigned h = 0; h < HYK_N_HOOKS; h++)
		if (p->hooks & 1u << h)
			item_add(
			    w, &hooks, hyk_string(hyk_str_from_c(hyk_hook_name((enum hyk_hook)h))));
	for (size_t i = 0; i < p->n_reads; i++)
		item_add(w, &reads, hyk_string(p->reads[i]));
	put_list(w, &b, "hooks", &hooks);
	put_list(w, &b, "reads", &reads);
	return hyk_mapb_finish(&b, NULL);
}

/* Stage first, then general before special, then by name: as the pipeline calls them. */
static void
add_order(struct view *w, struct items *order, const struct hyk_asset_type *t)
{
	struct items calls = { 0 };
	struct hyk_mapb b;

	for (unsigned h = 0; h < HYK_N_HOOKS; h++) {
		for (size_t i = 0; i < t->n_hooked; i++) {
			if (!(t->hooked[i]->hooks & 1u << h))
				continue;
			hyk_mapb_init(&b, w->arena);
			put_str(w, &b, "hook", hyk_str_from_c(hyk_hook_name((enum hyk_hook)h)));
			put_str(w, &b, "plugin", t->hooked[i]->name);
			item_add(w, &calls, hyk_mapb_finish(&b, NULL));
		}
	}
	if (calls.n == 0)
		return;
	hyk_mapb_init(&b, w->arena);
	put_str(w, &b, "asset_type", t->name);
	put_list(w, &b, "hooks", &calls);
	item_add(w, order, hyk_mapb_finish(&b, NULL));
}

/* ---- slips that are no errors ---- */

/* Of events and agreements nothing is declared, so nothing can be said about them. */
static bool
is_declared(const struct hyk_catalog *c, struct hyk_str path)
{
	static const char *const known[] = { "subject", "resource", "context", "action", "now",
		"tz", "event", "agreement", "subject.id", "subject.type", "resource.id",
		"resource.type", "action.name" };

	for (size_t i = 0; i < HYK_ARRAY_LEN(known); i++)
		if (hyk_str_eq_c(path, known[i]))
			return true;
	if (hyk_str_starts_with(path, HYK_STR("agreement.")) ||
	    hyk_str_starts_with(path, HYK_STR("event.")))
		return true;
	for (size_t i = 0; i < c->n_facts; i++)
		if (hyk_str_eq(path, c->facts[i]->path))
			return true;
	return false;
}

static void
warn_of_reads(struct view *w, const struct hyk_plugin *p, struct hyk_diags *diags)
{
	const struct hyk_catalog *c = w->set->catalog;
	struct hyk_str *paths = hyk_arena_array(w->arena, c->n_facts + 1, sizeof(*paths));

	if (paths == NULL) {
		w->no_memory = true;
		return;
	}
	for (size_t i = 0; i < c->n_facts; i++)
		paths[i] = c->facts[i]->path;
	for (size_t i = 0; i < p->n_reads; i++) {
		size_t at = hyk_str_find(p->src->text, p->reads[i]);
		struct hyk_span span = at == SIZE_MAX
		    ? HYK_NO_SPAN
		    : (struct hyk_span){ (uint32_t)at, (uint32_t)p->reads[i].n };

		if (!is_declared(c, p->reads[i]))
			hyk_diag_suggest(diags,
			    HYK_DIAG(diags, HYK_D_READS_UNKNOWN, p->src, span, p->reads[i]),
			    hyk_str_nearest(p->reads[i], paths, c->n_facts));
	}
}

static struct hyk_value
view_set(struct view *w, size_t first)
{
	const struct hyk_catalog *c = w->set->catalog;
	struct items plugins = { 0 }, order = { 0 };
	struct hyk_mapb b;

	for (size_t i = first; i < w->set->n; i++)
		item_add(w, &plugins, view_plugin(w, &c->plugins[i]));
	for (size_t i = 0; i < c->types.n; i++) {
		const struct hyk_asset_type *t = c->types.entries[i].item;

		if (t->plugin->position >= first)
			add_order(w, &order, t);
	}
	hyk_mapb_init(&b, w->arena);
	put_list(w, &b, "plugins", &plugins);
	put_list(w, &b, "hook_order", &order);
	return hyk_mapb_finish(&b, NULL);
}

enum hyk_status
hyk_plugin_view(const struct hyk_plugin_view_options *o, struct hyk_arena *arena,
    struct hyk_value *ret_view, struct hyk_diags *diags)
{
	const struct hyk_plugin_query q = { .plugins_dir = o->plugins_dir,
		.own_dir = o->own_dir,
		.jail_program = o->jail_program };
	struct hyk_plugin_set set;
	struct view w = { .set = &set, .arena = arena };
	enum hyk_status st = hyk_plugin_set_open(&q, arena, &set, diags);

	if (st != HYK_OK)
		return st;
	for (size_t i = set.first_own; i < set.n; i++)
		warn_of_reads(&w, &set.catalog->plugins[i], diags);
	*ret_view = view_set(&w, o->own_dir != NULL ? set.first_own : 1);
	hyk_plugin_set_close(&set);
	return w.no_memory || ret_view->kind == HYK_ERROR_VALUE ? HYK_E_NOMEM : HYK_OK;
}

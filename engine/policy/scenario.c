/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/scenario.c - made-up requests: cases typed by the facts' schemas, in the shape of a request over HTTP.
 *
 * A fact, type or action that no plugin declares is an error: it is an author's slip. A JSON file outside of the
 * folder of a commons comes from other programs, which send what they know: there it is a warning, and ignored as
 * it would be in a request.
 */
#include "policy/loader.h"

struct case_maker {
	struct hyk_loader *l;
	const struct hyk_ruleset *ruleset;
	struct hyk_case_draft *d;
	const struct hyk_node *node;
	const struct hyk_shape *shape; /* NULL: unknown type or action */
	const struct hyk_zone *zone;
	struct hyk_str type, action;
	bool json;
};

static void
put(struct case_maker *m, struct hyk_mapb *b, struct hyk_str key, struct hyk_value v)
{
	if (!hyk_mapb_add(b, hyk_string(key), v))
		m->l->r.nomem = true;
}

static struct hyk_value
finish(struct case_maker *m, struct hyk_mapb *b)
{
	struct hyk_value v = hyk_mapb_finish(b, NULL);

	m->l->r.nomem |= v.kind == HYK_ERROR_VALUE;
	return v;
}

static void
tell_fact(struct case_maker *m, enum hyk_diag_id id, struct hyk_span span, struct hyk_str path,
    const struct hyk_str *names, size_t n)
{
	struct hyk_diags *diags = m->l->r.diags;
	struct hyk_diag *d = HYK_DIAG(diags, id, m->l->r.src, span, path, m->type, m->action);

	if (d)
		hyk_diag_suggest(diags, d, hyk_str_nearest(path, names, n));
}

/* One `given` serves cases of several actions: what only another of them can be told is left out, as of a request. */
static bool
other_action_has(const struct case_maker *m, enum hyk_root root, struct hyk_str name)
{
	const struct hyk_catalog *c = m->l->catalog;

	for (size_t i = 0; i < c->n_shapes; i++) {
		const struct hyk_shape *s = &c->shapes[i];

		for (size_t k = 0; s->type == m->shape->type && k < s->n_facts; k++)
			if (s->facts[k]->root == root && hyk_str_eq(s->facts[k]->name, name))
				return true;
	}
	return false;
}

static const struct hyk_fact *
find_fact(struct case_maker *m, enum hyk_root root, const struct hyk_case_fact *given)
{
	struct hyk_loader *l = m->l;
	struct hyk_str path =
	    hyk_arena_printf(l->r.arena, "%s.%.*s", hyk_root_name(root), HYK_STR_ARG(given->name));
	uint32_t slot;
	const struct hyk_fact *f = NULL;
	struct hyk_str *names;
	size_t n = 0;

	if (!path.p) {
		l->r.nomem = true;
		return NULL;
	}
	slot = hyk_catalog_find_slot(l->catalog, path);
	if (slot >= HYK_SLOT_FIRST_FACT && slot != HYK_NO_SLOT)
		f = hyk_shape_find_fact(l->catalog, m->shape, slot);
	if (f)
		return f;
	if (given->key->kind == HYK_NODE_BAD || (!m->json && other_action_has(m, root, given->name)))
		return NULL;
	given->key->kind = HYK_NODE_BAD;
	names = hyk_reader_names(&l->r, m->shape->n_facts);
	for (size_t i = 0; names && i < m->shape->n_facts; i++) {
		if (m->shape->facts[i]->root == root)
			names[n++] = m->shape->facts[i]->path;
	}
	tell_fact(m, m->json ? HYK_D_SCENARIO_FACT_IGNORED : HYK_D_SCENARIO_FACT, given->key->span, path, names, n);
	return NULL;
}

/* Facts of one root as a map of JSON-like values. */
static struct hyk_value
facts_of(struct case_maker *m, enum hyk_root root)
{
	struct hyk_loader *l = m->l;
	struct hyk_mapb b;

	hyk_mapb_init(&b, l->r.arena);
	for (size_t i = 0; i < m->d->n[root]; i++) {
		const struct hyk_case_fact *given = &m->d->facts[root][i];
		const struct hyk_fact *f = m->shape ? find_fact(m, root, given) : NULL;
		struct hyk_value v = hyk_null();
		bool fine;

		if (!f && m->shape && !m->json && other_action_has(m, root, given->name))
			continue;
		if (f)
			fine = hyk_reader_value(&l->r, given->value, f->type, &f->bounds, m->zone, HYK_D_SCENARIO_VALUE,
			    f->path, &v, NULL);
		else
			fine = (!m->shape || m->json) && hyk_reader_untyped(&l->r, given->value, &v);
		if (fine)
			put(m, &b, given->name, v);
		else
			given->value->kind = HYK_NODE_BAD;
		m->d->bad |= !fine;
	}
	return finish(m, &b);
}

static struct hyk_value
entity_of(struct case_maker *m, enum hyk_root root, struct hyk_str type, struct hyk_str id)
{
	struct hyk_mapb b;

	hyk_mapb_init(&b, m->l->r.arena);
	put(m, &b, HYK_STR("type"), hyk_string(type));
	put(m, &b, HYK_STR("id"), hyk_string(id));
	if (m->d->n[root])
		put(m, &b, HYK_STR("properties"), facts_of(m, root));
	return finish(m, &b);
}

static void
put_declared(struct case_maker *m, struct hyk_mapb *b)
{
	struct hyk_loader *l = m->l;
	const struct hyk_str *paths;
	struct hyk_value *items, list;
	size_t n;

	if (!m->d->declared || !hyk_reader_texts(&l->r, m->d->declared, "declared", &paths, &n))
		return;
	items = hyk_reader_alloc(&l->r, n, sizeof(*items));
	for (size_t i = 0; items && i < n; i++) {
		const struct hyk_node *item =
		    m->d->declared->kind == HYK_NODE_LIST ? m->d->declared->items[i] : m->d->declared;

		items[i] = hyk_string(paths[i]);
		if (m->shape && hyk_catalog_find_slot(l->catalog, paths[i]) == HYK_NO_SLOT) {
			struct hyk_str *names = hyk_reader_names(&l->r, m->shape->n_facts);

			for (size_t k = 0; names && k < m->shape->n_facts; k++)
				names[k] = m->shape->facts[k]->path;
			tell_fact(m, HYK_D_SCENARIO_FACT, item->span, paths[i], names, names ? m->shape->n_facts : 0);
		}
	}
	if (!items)
		return;
	list = hyk_list(l->r.arena, items, (uint32_t)n);
	l->r.nomem |= list.kind == HYK_ERROR_VALUE;
	put(m, b, HYK_STR("declared"), list);
}

static void
put_now(struct case_maker *m, struct hyk_mapb *b)
{
	struct hyk_loader *l = m->l;
	struct hyk_value t;
	struct hyk_str now;

	if (!m->d->now || !hyk_reader_text(&l->r, m->d->now, "now", &now))
		return;
	if (hyk_timestamp_parse(now, &t))
		put(m, b, HYK_STR("now"), hyk_string(now));
	else
		HYK_DIAG(l->r.diags, HYK_D_SCENARIO_NOW, l->r.src, m->d->now->span, now);
}

static void
missing(struct case_maker *m, const char *part)
{
	struct hyk_span span = m->node->n && m->node->kind == HYK_NODE_MAP ? m->node->keys[0]->span : m->node->span;

	if (m->d->bad) /* it may stand behind a key that was misspelt */
		return;
	HYK_DIAG(m->l->r.diags, HYK_D_SCENARIO_PART, m->l->r.src, span, hyk_str_from_c(part));
	m->d->bad = true;
}

/* A scalar of the case, or `otherwise`; empty: missing, told. */
static struct hyk_str
text_or(struct case_maker *m, const struct hyk_node *node, const char *part, struct hyk_str otherwise)
{
	struct hyk_str s = HYK_STR("");

	if (node) {
		if (!hyk_reader_text(&m->l->r, node, part, &s)) {
			m->d->bad = true;
			return HYK_STR("");
		}
		return s;
	}
	if (!otherwise.n)
		missing(m, part);
	return otherwise;
}

/* What the surroundings say when a case does not. */
struct surroundings {
	struct hyk_str commons, type;
	bool lenient; /* a file by itself: JSON in it may come from another program */
};

/*
 * An author's slip: what nobody can ask for is denied whatever the rules say, and a case that wants a deny would pass.
 * Once for each place: `given` is seen with every case.
 */
static void
tell_unknown(struct case_maker *m, const struct hyk_asset_type *type)
{
	struct hyk_loader *l = m->l;
	size_t n = type ? type->n_actions : l->catalog->types.n, k = 0;
	struct hyk_str *names = hyk_reader_names(&l->r, n);
	const struct hyk_node *node = type ? m->d->action : m->d->type[HYK_RESOURCE];

	for (size_t i = 0; names && i < n; i++) {
		if (!type || !type->actions[i]->abstract)
			names[k++] = type ? type->actions[i]->name : l->catalog->types.entries[i].key;
	}
	hyk_reader_unknown(&l->r, type ? HYK_D_SCENARIO_ACTION : HYK_D_ASSET_UNKNOWN, (node ? node : m->node)->span,
	    type ? m->action : m->type, type ? m->type : HYK_STR(""), names, k);
}

static void
make_request(struct case_maker *m, const struct surroundings *around, struct hyk_scenario_case *c)
{
	struct hyk_loader *l = m->l;
	struct hyk_str subject_type = text_or(m, m->d->type[HYK_SUBJECT], "subject.type", HYK_STR("person"));
	struct hyk_str subject_id = text_or(m, m->d->id[HYK_SUBJECT], "subject.id", HYK_STR("someone"));
	struct hyk_str id = text_or(m, m->d->id[HYK_RESOURCE], "resource.id", HYK_STR("something"));
	struct hyk_str commons_path = text_or(m, m->d->commons, "commons", around->commons);
	const struct hyk_commons *commons = hyk_ruleset_find_commons(m->ruleset, commons_path);
	const struct hyk_asset_type *type;
	struct hyk_mapb b, action;

	m->type = text_or(m, m->d->type[HYK_RESOURCE], "resource.type", around->type);
	m->action = text_or(m, m->d->action, "action", HYK_STR(""));
	if (m->d->bad)
		return;
	type = hyk_catalog_find_type(l->catalog, m->type);
	m->shape = type ? hyk_catalog_find_shape(l->catalog, type, m->action) : NULL;
	if (m->shape && m->shape->action->abstract)
		m->shape = NULL;
	c->unknown_type = !m->shape;
	if (!m->shape && !m->json)
		tell_unknown(m, type);
	m->zone = commons ? commons->zone : NULL;
	if (!commons && m->shape && !m->json) {
		struct hyk_str *names = hyk_reader_names(&l->r, m->ruleset->n_commons);

		for (size_t i = 0; names && i < m->ruleset->n_commons; i++)
			names[i] = m->ruleset->commons[i].path;
		hyk_reader_unknown(&l->r, HYK_D_COMMONS_UNKNOWN, m->d->commons ? m->d->commons->span : m->node->span,
		    commons_path, HYK_STR(""), names, names ? m->ruleset->n_commons : 0);
	}
	if (m->shape && m->d->type[HYK_SUBJECT] && !hyk_catalog_find_subject_type(l->catalog, subject_type))
		hyk_reader_unknown(&l->r, HYK_D_SUBJECT_TYPE_UNKNOWN, m->d->type[HYK_SUBJECT]->span, subject_type,
		    HYK_STR(""), NULL, 0);
	hyk_mapb_init(&b, l->r.arena);
	hyk_mapb_init(&action, l->r.arena);
	put(m, &b, HYK_STR("subject"), entity_of(m, HYK_SUBJECT, subject_type, subject_id));
	put(m, &action, HYK_STR("name"), hyk_string(m->action));
	if (m->d->n[HYK_ACTION])
		put(m, &action, HYK_STR("properties"), facts_of(m, HYK_ACTION));
	put(m, &b, HYK_STR("action"), finish(m, &action));
	put(m, &b, HYK_STR("resource"), entity_of(m, HYK_RESOURCE, m->type, id));
	put(m, &b, HYK_STR("context"), facts_of(m, HYK_CONTEXT));
	put(m, &b, HYK_STR("commons"), hyk_string(commons_path));
	put_now(m, &b);
	put(m, &b, HYK_STR("as_scenario"), hyk_bool(true));
	put(m, &b, HYK_STR("dry_run"), hyk_bool(true));
	put_declared(m, &b);
	c->request = finish(m, &b);
}

static void
read_case(struct hyk_loader *l, const struct hyk_ruleset *ruleset, const struct hyk_node *given,
    const struct hyk_node *node, const struct surroundings *around, struct hyk_scenario_case *c)
{
	struct hyk_case_draft d = { 0 };
	struct case_maker m = { .l = l, .ruleset = ruleset, .d = &d, .node = node };
	const struct hyk_node *part;
	size_t errors = l->r.diags->n_errors;

	c->src = l->r.src;
	c->span = node->span;
	c->broken = true;
	if (!hyk_reader_is_map(&l->r, node, "cases"))
		return;
	part = hyk_node_find(node, "name");
	if (part)
		(void)hyk_reader_localized(&l->r, part, "name", &c->name);
	m.json = around->lenient && node->n && node->keys[0]->style == HYK_STYLE_JSON_STRING;
	if (given)
		hyk_case_merge(l, given, false, &d);
	part = hyk_node_find(node, "given");
	if (part)
		hyk_case_merge(l, part, false, &d);
	part = hyk_node_find(node, "when");
	if (part)
		hyk_case_merge(l, part, false, &d);
	hyk_case_merge(l, node, true, &d);
	make_request(&m, around, c);
	part = hyk_node_find(node, "expect");
	if (part)
		hyk_expect_read(l, ruleset, part, &c->expect);
	c->broken = d.bad || l->r.diags->n_errors != errors;
}

/* A case is found by its name in a report: two of one name would be one. */
static void
check_names(struct hyk_loader *l, const struct hyk_scenario_case *cases, size_t n)
{
	struct hyk_map seen;

	hyk_map_init(&seen, l->r.arena);
	for (size_t i = 0; i < n; i++) {
		struct hyk_str name = hyk_text_find(&cases[i].name, "en");
		const struct hyk_span *first;
		struct hyk_span *span;
		char line[24];

		if (!name.n)
			continue;
		first = hyk_map_find(&seen, name);
		if (first) {
			line[0] = '\0';
			if (hyk_diags_has_room(l->r.diags))
				snprintf(line, sizeof(line), "%u", (unsigned)hyk_source_locate(l->r.src, *first).line);
			HYK_DIAG(l->r.diags, HYK_D_SCENARIO_NAME, l->r.src, cases[i].span, name, hyk_str_from_c(line));
			continue;
		}
		span = hyk_reader_alloc(&l->r, 1, sizeof(*span));
		if (!span)
			return;
		*span = cases[i].span;
		if (hyk_map_add(&seen, name, span) != HYK_OK)
			l->r.nomem = true;
	}
}

/* The first asset type a policy applies to, for the scenarios inside of it. */
static struct hyk_str
first_asset(const struct hyk_node *policy)
{
	const struct hyk_node *assets = hyk_node_find(hyk_node_find(policy, "applies_to"), "assets");

	if (assets && assets->kind == HYK_NODE_LIST && assets->n)
		assets = assets->items[0];
	return assets && assets->kind == HYK_NODE_SCALAR ? assets->text : HYK_STR("");
}

const struct hyk_scenario_file *
hyk_scenarios_read(struct hyk_loader *l, const struct hyk_ruleset *ruleset, const struct hyk_source *src,
    const struct hyk_node *root, const struct hyk_policy *inside, struct hyk_str path)
{
	static const char *const keys[] = { "scenarios", "title", "about", "given", "cases", NULL };
	struct hyk_what what = HYK_WHAT("the scenario file", "시나리오 파일");
	struct hyk_scenario_file *f = hyk_reader_alloc(&l->r, 1, sizeof(*f));
	struct surroundings around = { HYK_STR(""), HYK_STR(""), !path.n };
	const struct hyk_node *list, *given = NULL, *name = hyk_node_find(root, "scenarios");
	const struct hyk_commons_impl *home;
	struct hyk_scenario_case *cases;

	if (!f)
		return NULL;
	l->r.src = src;
	l->r.broken = false;
	f->src = src;
	if (inside) {
		f->name = inside->id;
		around = (struct surroundings){ inside->commons->path, first_asset(root), false };
		list = name;
	} else {
		hyk_reader_check_keys(&l->r, root, what, keys);
		if (!name)
			(void)hyk_reader_need(&l->r, root, "scenarios", what);
		else
			(void)hyk_reader_text(&l->r, name, "scenarios", &f->name);
		home = hyk_commons_of_folder(l, path);
		around.commons = home ? home->pub.path : HYK_STR("");
		given = hyk_node_find(root, "given");
		list = hyk_node_find(root, "cases");
		if (!list) {
			HYK_DIAG0(l->r.diags, HYK_D_SCENARIO_CASES, src, root->keys[0]->span);
			return NULL;
		}
	}
	if (!list || !hyk_reader_is_list(&l->r, list, inside ? "scenarios" : "cases"))
		return NULL;
	cases = hyk_reader_alloc(&l->r, list->n, sizeof(*cases));
	if (!cases)
		return NULL;
	for (size_t i = 0; i < list->n && !l->r.nomem; i++)
		read_case(l, ruleset, given, list->items[i], &around, &cases[i]);
	check_names(l, cases, list->n);
	f->cases = cases;
	f->n_cases = list->n;
	return f;
}

enum hyk_status
hyk_scenario_load(const struct hyk_ruleset *r, const struct hyk_source *src, struct hyk_arena *arena,
    struct hyk_scenario_file **ret_file, struct hyk_diags *diags)
{
	struct hyk_loader *l = hyk_arena_alloc(arena, sizeof(*l));
	const struct hyk_scenario_file *f = NULL;
	struct hyk_scenario_file *copy = hyk_arena_alloc(arena, sizeof(*copy));
	const struct hyk_node *root = NULL;
	struct hyk_diags own;
	enum hyk_status st;
	size_t errors;

	if (!l || !copy)
		return HYK_E_NOMEM;
	hyk_diags_init(&own, arena);
	if (!diags)
		diags = &own;
	errors = diags->n_errors;
	*l = (struct hyk_loader){ .r = { .arena = arena, .diags = diags, .src = src }, .catalog = r->catalog };
	hyk_map_init(&l->commons, arena);
	st = hyk_str_ends_with(src->name, HYK_STR(".json")) ? hyk_json_nodes_parse(arena, src, &root, diags)
	                                                     : hyk_yaml_parse(arena, src, &root, diags);
	if (st != HYK_OK && st != HYK_E_INVALID)
		return st;
	if (root && hyk_reader_is_map(&l->r, root, "scenarios") && root->n)
		f = hyk_scenarios_read(l, r, src, root, NULL, HYK_STR(""));
	if (l->r.nomem)
		return HYK_E_NOMEM;
	hyk_loader_settle(l);
	*ret_file = NULL;
	if (!f)
		return HYK_E_INVALID;
	*copy = *f;
	*ret_file = copy;
	return diags->n_errors != errors ? HYK_E_INVALID : HYK_OK;
}

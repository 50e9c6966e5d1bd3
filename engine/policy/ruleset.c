/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/ruleset.c - the folder's texts to one immutable, numbered ruleset.
 *
 * Numbers never show the order of files: commons are sorted by path, policies
 * by commons, layer and id, rules by their place in the policy.
 */
#include <stdatomic.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/digest.h"
#include "policy/loader.h"
#include "policy/plan.h"

struct ruleset {
	struct hyk_ruleset pub; /* first */
	atomic_uint refs;
	struct hyk_arena arena;
	struct hyk_plans plans;
	struct hyk_map commons, entities; /* by path; by "type\nid" */
};

static const struct {
	const char *key;
	enum hyk_document_kind kind;
} kinds[] = {
	{ "policy", HYK_DOC_POLICY },
	{ "scenarios", HYK_DOC_SCENARIOS },
	{ "commons", HYK_DOC_COMMONS },
	{ "assets", HYK_DOC_REGISTRY },
	{ "people", HYK_DOC_REGISTRY },
	{ "charter", HYK_DOC_NONE },
	{ "calendar", HYK_DOC_CALENDAR },
};

bool
hyk_loader_names(struct hyk_loader *l)
{
	const struct hyk_map *types = &l->catalog->types;

	hyk_map_init(&l->action_names, l->r.arena);
	l->type_names = hyk_reader_alloc(&l->r, types->n, sizeof(*l->type_names));
	if (!l->type_names)
		return false;
	l->n_type_names = types->n;
	for (size_t i = 0; i < types->n; i++) {
		const struct hyk_asset_type *t = types->entries[i].item;

		l->type_names[i] = t->name;
		for (size_t k = 0; k < t->n_actions; k++) {
			enum hyk_status st = hyk_map_add(&l->action_names, t->actions[k]->name, &l->type_names[i]);

			if (st == HYK_E_NOMEM)
				return false;
		}
	}
	return true;
}

static bool
is_commons_file(struct hyk_str path)
{
	struct hyk_str name = HYK_STR("commons.yaml");

	return hyk_str_eq(path, name) || hyk_str_ends_with(path, HYK_STR("/commons.yaml"));
}

void
hyk_document_read(struct hyk_loader *l, const struct hyk_text_file *file, struct hyk_document *ret_doc)
{
	enum hyk_status st;
	struct hyk_str first;
	struct hyk_diag *d;
	struct hyk_str names[HYK_ARRAY_LEN(kinds)];

	*ret_doc = (struct hyk_document){ .src = file->src, .path = file->path };
	if (hyk_str_ends_with(file->path, HYK_STR(".geojson"))) {
		ret_doc->kind = HYK_DOC_PLACES;
		return;
	}
	l->r.src = file->src;
	st = hyk_yaml_parse(l->r.arena, file->src, &ret_doc->root, l->r.diags);
	if (st == HYK_E_NOMEM)
		l->r.nomem = true;
	ret_doc->broken = st != HYK_OK;
	l->rules_missing |= ret_doc->broken;
	if (!ret_doc->root)
		return;
	if (ret_doc->root->kind != HYK_NODE_MAP || !ret_doc->root->n) {
		(void)hyk_reader_is_map(&l->r, ret_doc->root, "file");
		return;
	}
	/* Nothing else has rules: a misspelt or misplaced first key does not make a policy something else. */
	if (hyk_node_find(ret_doc->root, "rules")) {
		ret_doc->kind = HYK_DOC_POLICY;
		return;
	}
	first = ret_doc->root->keys[0]->text;
	for (size_t i = 0; i < HYK_ARRAY_LEN(kinds); i++) {
		names[i] = hyk_str_from_c(kinds[i].key);
		if (hyk_str_eq(first, names[i])) {
			ret_doc->kind = kinds[i].kind;
			return;
		}
	}
	if (is_commons_file(file->path)) {
		ret_doc->kind = HYK_DOC_COMMONS;
		return;
	}
	/* A policy whose first line says something else is still recognised: its other errors matter more. */
	for (size_t i = 0; i < HYK_ARRAY_LEN(kinds); i++) {
		if (hyk_node_find(ret_doc->root, kinds[i].key))
			ret_doc->kind = kinds[i].kind;
	}
	if (ret_doc->kind != HYK_DOC_NONE)
		return;
	l->rules_missing = true;
	d = HYK_DIAG(l->r.diags, HYK_D_DOCUMENT_UNKNOWN, l->r.src, ret_doc->root->keys[0]->span, first);
	hyk_diag_suggest(l->r.diags, d, hyk_str_nearest(first, names, HYK_ARRAY_LEN(names)));
}

static int
by_path(const void *a, const void *b)
{
	const struct hyk_commons *const *x = a, *const *y = b;

	return hyk_str_cmp((*x)->path, (*y)->path);
}

/* The commons as one array, sorted; everything that pointed at the drafts points at the array after this. */
static bool
number_commons(struct hyk_loader *l, struct ruleset *rs)
{
	size_t n = l->commons.n;
	const struct hyk_commons **order = hyk_reader_alloc(&l->r, n, sizeof(*order));
	struct hyk_commons *all = hyk_reader_alloc(&l->r, n, sizeof(*all));

	if (!order || !all)
		return false;
	for (size_t i = 0; i < n; i++)
		order[i] = l->commons.entries[i].item;
	qsort(order, n, sizeof(*order), by_path);
	hyk_map_init(&rs->commons, l->r.arena);
	for (size_t i = 0; i < n; i++) {
		all[i] = *order[i];
		all[i].number = (uint32_t)i;
		if (hyk_map_add(&rs->commons, all[i].path, &all[i]) != HYK_OK)
			return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (all[i].parent)
			all[i].parent = hyk_map_find(&rs->commons, all[i].parent->path);
	}
	for (size_t i = 0; i < l->list.n; i++)
		l->list.items[i]->commons = hyk_map_find(&rs->commons, l->list.items[i]->commons->path);
	for (size_t i = 0; i < l->n_entities; i++) {
		if (l->entities[i].commons)
			l->entities[i].commons = hyk_map_find(&rs->commons, l->entities[i].commons->path);
	}
	rs->pub.commons = all;
	rs->pub.n_commons = n;
	return true;
}

/* A policy with the shapes of its rules, while they are sorted together. */
struct sorted {
	struct hyk_policy *policy;
	const struct hyk_rule_shapes *shapes;
};

static int
by_place(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;
	const struct hyk_policy *p = x->policy, *q = y->policy;

	if (p->commons != q->commons)
		return p->commons->number < q->commons->number ? -1 : 1;
	if (p->layer != q->layer)
		return p->layer < q->layer ? -1 : 1;
	return hyk_str_cmp(p->id, q->id);
}

/* The loader made these rules and nobody has seen them yet. */
static struct hyk_rule *
own_rules(const struct hyk_policy *p)
{
	union {
		const struct hyk_rule *seen;
		struct hyk_rule *own;
	} u = { .seen = p->rules };

	return u.own;
}

static bool
number_rules(struct hyk_loader *l, struct ruleset *rs)
{
	size_t n = l->list.n, n_rules = 0;
	struct sorted *order = hyk_reader_alloc(&l->r, n, sizeof(*order));
	const struct hyk_policy **policies = hyk_reader_alloc(&l->r, n, sizeof(*policies));
	const struct hyk_rule_shapes *shapes;
	const struct hyk_rule **rules;

	if (!order || !policies)
		return false;
	for (size_t i = 0; i < n; i++) {
		order[i] = (struct sorted){ l->list.items[i], l->list.shapes[i] };
		n_rules += l->list.items[i]->n_rules;
	}
	qsort(order, n, sizeof(*order), by_place);
	rules = hyk_reader_alloc(&l->r, n_rules, sizeof(*rules));
	if (!rules)
		return false;
	n_rules = 0;
	for (size_t i = 0; i < n; i++) {
		struct hyk_rule *own = own_rules(order[i].policy);

		policies[i] = order[i].policy;
		l->list.items[i] = order[i].policy;
		shapes = order[i].shapes;
		l->list.shapes[i] = shapes;
		for (size_t k = 0; k < order[i].policy->n_rules; k++) {
			own[k].number = (uint32_t)n_rules;
			rules[n_rules++] = &own[k];
		}
	}
	rs->pub.policies = policies;
	rs->pub.n_policies = n;
	rs->pub.rules = rules;
	rs->pub.n_rules = n_rules;
	return true;
}

static int
by_type_and_id(const void *a, const void *b)
{
	const struct hyk_entity *x = a, *y = b;
	int order = hyk_str_cmp(x->type, y->type);

	return order ? order : hyk_str_cmp(x->id, y->id);
}

static bool
index_entities(struct hyk_loader *l, struct ruleset *rs)
{
	if (l->n_entities)
		qsort(l->entities, l->n_entities, sizeof(*l->entities), by_type_and_id);
	hyk_map_init(&rs->entities, l->r.arena);
	for (size_t i = 0; i < l->n_entities; i++) {
		struct hyk_str key = hyk_arena_printf(l->r.arena, "%.*s\n%.*s", HYK_STR_ARG(l->entities[i].type),
		    HYK_STR_ARG(l->entities[i].id));

		if (!key.p || hyk_map_add(&rs->entities, key, &l->entities[i]) != HYK_OK)
			return false;
	}
	rs->pub.entities = l->entities;
	rs->pub.n_entities = l->n_entities;
	return true;
}

static int
by_file(const void *a, const void *b)
{
	const struct hyk_text_file *x = a, *y = b;
	int c = hyk_str_cmp(x->kind, y->kind);

	return c ? c : hyk_str_cmp(x->path, y->path);
}

/* Over kind, path and digest of every file, sorted: moved texts are another ruleset, re-read ones are not. */
static bool
digest_files(struct hyk_loader *l, const struct hyk_ruleset_input *in, struct ruleset *rs)
{
	struct hyk_text_file *files = hyk_reader_alloc(&l->r, in->n_files, sizeof(*files));
	uint8_t one[HYK_SHA256_BYTES];
	struct hyk_buf b;
	bool fine;

	if (!files)
		return false;
	if (in->n_files)
		memcpy(files, in->files, in->n_files * sizeof(*files));
	qsort(files, in->n_files, sizeof(*files), by_file);
	hyk_buf_init(&b, 0);
	for (size_t i = 0; i < in->n_files; i++) {
		hyk_sha256(files[i].src->text, one);
		hyk_buf_append(&b, files[i].kind);
		hyk_buf_append_char(&b, '\0');
		hyk_buf_append(&b, files[i].path);
		hyk_buf_append_char(&b, '\0');
		hyk_buf_append(&b, hyk_str_make((const char *)one, sizeof(one)));
	}
	fine = !b.failed;
	hyk_sha256(hyk_buf_peek(&b), rs->pub.digest);
	hyk_buf_fini(&b);
	l->r.nomem |= !fine;
	return fine;
}

static bool
is_json(struct hyk_str path)
{
	return hyk_str_ends_with(path, HYK_STR(".json"));
}

/* Scenario files and those inside of policies. */
static bool
read_scenarios(struct hyk_loader *l, const struct hyk_document *docs, size_t n, struct ruleset *rs)
{
	const struct hyk_scenario_file **files = hyk_reader_alloc(&l->r, n, sizeof(*files));
	size_t n_files = 0;

	for (size_t i = 0; files && i < n; i++) {
		const struct hyk_policy *inside = NULL;
		const struct hyk_scenario_file *f;
		const struct hyk_node *root = docs[i].root;

		if (docs[i].kind == HYK_DOC_POLICY) {
			for (size_t k = 0; hyk_node_find(root, "scenarios") && k < rs->pub.n_policies; k++) {
				if (rs->pub.policies[k]->src == docs[i].src)
					inside = rs->pub.policies[k];
			}
			if (!inside)
				continue;
		} else if (docs[i].kind != HYK_DOC_SCENARIOS) {
			continue;
		}
		f = hyk_scenarios_read(l, &rs->pub, docs[i].src, root, inside, docs[i].path);
		if (f)
			files[n_files++] = f;
	}
	rs->pub.scenarios = files;
	rs->pub.n_scenarios = n_files;
	return files != NULL;
}

/* Only a warning: the rule is fine, it just has no say here. */
static void
warn_permits(struct hyk_loader *l)
{
	for (size_t i = 0; i < l->list.n; i++) {
		const struct hyk_policy *p = l->list.items[i];
		const struct hyk_commons_impl *c = hyk_map_find(&l->commons, p->commons->path);

		for (size_t k = 0; c && k < p->n_rules && l->list.shapes[i]; k++) {
			const struct hyk_rule_shapes *shapes = &l->list.shapes[i][k];
			const struct hyk_commons_impl *refuses = NULL;
			size_t n = 0;

			if (p->rules[k].effect != HYK_PERMIT)
				continue;
			for (; n < shapes->n; n++) {
				refuses = hyk_commons_refuses(c, shapes->shapes[n]);
				if (!refuses)
					break;
			}
			if (shapes->n && n == shapes->n)
				HYK_DIAG(l->r.diags, HYK_D_PERMIT_IGNORED, p->src, p->rules[k].span, refuses->pub.path,
				    c->pub.path);
		}
	}
}

/* JSON in a folder is of any kind; ours are files of scenarios, known by both their keys. */
static bool
read_json(struct hyk_loader *l, const struct hyk_text_file *file, struct hyk_document *ret_doc)
{
	const struct hyk_node *root = NULL;
	enum hyk_status st = hyk_json_nodes_parse(l->r.arena, file->src, &root, NULL);

	l->r.nomem |= st == HYK_E_NOMEM;
	*ret_doc = (struct hyk_document){ .src = file->src, .path = file->path, .root = root, .kind = HYK_DOC_SCENARIOS };
	return st == HYK_OK && root && root->kind == HYK_NODE_MAP && hyk_node_find(root, "scenarios") &&
	    hyk_node_find(root, "cases");
}

static bool
read_documents(struct hyk_loader *l, const struct hyk_ruleset_input *in, struct hyk_document **ret_docs, size_t *ret_n)
{
	struct hyk_document *docs = hyk_reader_alloc(&l->r, in->n_files + 1, sizeof(*docs));
	size_t n = 0;

	if (!docs)
		return false;
	for (size_t i = 0; i < in->n_files && !l->r.nomem; i++) {
		if (!hyk_str_eq_c(in->files[i].kind, "commons"))
			continue;
		if (!is_json(in->files[i].path))
			hyk_document_read(l, &in->files[i], &docs[n++]);
		else if (read_json(l, &in->files[i], &docs[n]))
			n++;
	}
	*ret_docs = docs;
	*ret_n = n;
	return !l->r.nomem;
}

static void
read_policies(struct hyk_loader *l, const struct hyk_ruleset_input *in, const struct hyk_document *docs, size_t n)
{
	struct hyk_text_file engine = { .path = HYK_STR("engine.yaml"), .src = in->engine_policy };
	struct hyk_document doc;

	if (in->engine_policy) {
		hyk_document_read(l, &engine, &doc);
		if (doc.root && doc.kind == HYK_DOC_POLICY)
			hyk_policy_read(l, &doc, true);
	}
	for (size_t i = 0; i < n && !l->r.nomem; i++) {
		if (docs[i].kind == HYK_DOC_POLICY)
			hyk_policy_read(l, &docs[i], false);
		else if (docs[i].kind == HYK_DOC_REGISTRY)
			hyk_registry_read(l, &docs[i]);
	}
}

/* Who there is, and the days and places of each. */
static bool
read_commons(struct hyk_loader *l, const struct hyk_ruleset_input *in, const struct hyk_document *docs, size_t n_docs)
{
	size_t errors = l->errors, before;

	l->top = hyk_commons_make(l, HYK_STR(""), NULL);
	if (!l->top)
		return false;
	l->top->grants_all = true;
	hyk_commons_read_all(l, docs, n_docs);
	before = l->r.diags->n_errors;
	hyk_calendars_read(l, docs, n_docs);
	hyk_places_read(l, docs, n_docs);
	l->data_broken = l->r.diags->n_errors != before;
	l->make_commons = in->allow_empty && l->commons.n == 1;
	if (l->commons.n == 1 && !in->allow_empty && l->r.diags->n_errors == errors)
		HYK_DIAG0(l->r.diags, HYK_D_COMMONS_NONE, NULL, HYK_NO_SPAN);
	return !l->r.nomem;
}

static void
load_data(struct hyk_loader *l, const struct hyk_ruleset_input *in, struct ruleset *rs)
{
	struct hyk_document *docs = NULL;
	size_t n_docs = 0;

	l->data_only = true;
	if (!read_documents(l, in, &docs, &n_docs) || !read_commons(l, in, docs, n_docs))
		return;
	l->r.nomem |= !number_commons(l, rs) || !digest_files(l, in, rs);
}

/* All steps; what is wrong is in the diags or l->r.nomem. */
static void
load(struct hyk_loader *l, const struct hyk_ruleset_input *in, struct ruleset *rs)
{
	struct hyk_catalog *catalog = NULL;
	struct hyk_document *docs = NULL;
	size_t n_docs = 0, errors = l->errors;
	enum hyk_status st = hyk_catalog_build(in->plugins, in->n_plugins, l->r.arena, &catalog, l->r.diags);

	l->r.nomem |= st == HYK_E_NOMEM;
	if (l->r.nomem || !read_documents(l, in, &docs, &n_docs) || st != HYK_OK)
		return;
	l->catalog = catalog;
	l->n_slots = catalog->n_slots;
	if (!hyk_loader_names(l)) {
		l->r.nomem = true;
		return;
	}
	if (!read_commons(l, in, docs, n_docs))
		return;
	read_policies(l, in, docs, n_docs);
	if (l->r.nomem)
		return;
	/* Scenarios name rules: they are read even when policies have errors, so that all is told at once. */
	if (!number_commons(l, rs) || !number_rules(l, rs) || !index_entities(l, rs)) {
		l->r.nomem = true;
		return;
	}
	rs->pub.catalog = catalog;
	rs->pub.n_slots = l->n_slots;
	if (!read_scenarios(l, docs, n_docs, rs) || l->r.diags->n_errors != errors)
		return;
	warn_permits(l);
	if (!digest_files(l, in, rs) || !hyk_plans_make(l, &rs->pub, &rs->plans))
		l->r.nomem = true;
}

enum hyk_status
hyk_ruleset_load(const struct hyk_ruleset_input *in, struct hyk_arena *arena, struct hyk_ruleset **ret_ruleset,
    struct hyk_diags *diags)
{
	struct ruleset *rs = hyk_arena_alloc(arena, sizeof(*rs));
	struct hyk_loader *l = hyk_arena_alloc(arena, sizeof(*l));
	struct hyk_diags own;
	size_t errors;
	enum hyk_status st = HYK_OK;

	hyk_diags_init(&own, arena);
	if (!diags)
		diags = &own;
	errors = diags->n_errors;
	if (rs && l) {
		*l = (struct hyk_loader){ .r = { .arena = arena, .diags = diags } };
		l->errors = errors;
		hyk_map_init(&l->commons, arena);
		hyk_map_init(&l->policies, arena);
		hyk_map_init(&l->entity_map, arena);
		rs->pub.version = in->version;
		if (in->data_only)
			load_data(l, in, rs);
		else
			load(l, in, rs);
		if (diags != &own)
			hyk_loader_settle(l);
	}
	if (!rs || !l || l->r.nomem)
		st = arena->overflowed ? HYK_E_LIMIT : HYK_E_NOMEM;
	else if (diags->n_errors != errors)
		st = HYK_E_INVALID;
	if (st != HYK_OK) {
		hyk_arena_fini(arena);
		return st;
	}
	atomic_init(&rs->refs, 1);
	rs->arena = *arena;
	hyk_arena_init(arena, arena->cap);
	*ret_ruleset = &rs->pub;
	return HYK_OK;
}

struct hyk_ruleset *
hyk_ruleset_ref(struct hyk_ruleset *r)
{
	struct ruleset *rs = (struct ruleset *)r;

	atomic_fetch_add_explicit(&rs->refs, 1, memory_order_relaxed);
	return r;
}

struct hyk_ruleset *
hyk_ruleset_unref(struct hyk_ruleset *r)
{
	struct ruleset *rs = (struct ruleset *)r;

	if (rs && atomic_fetch_sub_explicit(&rs->refs, 1, memory_order_acq_rel) == 1) {
		struct hyk_arena arena = rs->arena; /* it lies inside of itself */

		hyk_arena_fini(&arena);
	}
	return NULL;
}

const struct hyk_commons *
hyk_ruleset_find_commons(const struct hyk_ruleset *r, struct hyk_str path)
{
	return hyk_map_find(&((const struct ruleset *)r)->commons, path);
}

const struct hyk_plan *
hyk_ruleset_plan(const struct hyk_ruleset *r, const struct hyk_commons *c, const struct hyk_shape *s)
{
	return hyk_plans_find(&((const struct ruleset *)r)->plans, c, s);
}

const struct hyk_entity *
hyk_ruleset_find_entity(const struct hyk_ruleset *r, struct hyk_str type, struct hyk_str id)
{
	char key[512];

	if (type.n + 1 + id.n > sizeof(key))
		return NULL;
	if (type.n)
		memcpy(key, type.p, type.n);
	key[type.n] = '\n';
	if (id.n)
		memcpy(key + type.n + 1, id.p, id.n);
	return hyk_map_find(&((const struct ruleset *)r)->entities, hyk_str_make(key, type.n + 1 + id.n));
}

/* The first entity whose type is not before `type`; with `past`, the first whose type is after it. */
static size_t
bound_of_type(const struct hyk_ruleset *r, struct hyk_str type, bool past)
{
	size_t low = 0, high = r->n_entities;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = hyk_str_cmp(r->entities[mid].type, type);

		if (order < 0 || (past && order == 0))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct hyk_entity *
hyk_ruleset_entities_of(const struct hyk_ruleset *r, struct hyk_str type, size_t *ret_n)
{
	size_t from = bound_of_type(r, type, false);

	*ret_n = bound_of_type(r, type, true) - from;
	return *ret_n ? &r->entities[from] : NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* policy/registry.c - registry.yaml: the first assets and people, with typed facts. */
#include "policy/loader.h"

static void
read_facts(struct hyk_loader *l, const struct hyk_node *node, struct hyk_str type, const struct hyk_fact *const *known,
    size_t n_known, const struct hyk_fact *const *more, size_t n_more, const struct hyk_zone *zone,
    struct hyk_entity *entity)
{
	const struct hyk_fact **facts;
	struct hyk_value *values;
	size_t n = 0;

	if (!hyk_reader_is_map(&l->r, node, "facts"))
		return;
	facts = hyk_reader_alloc(&l->r, node->n, sizeof(*facts));
	values = hyk_reader_alloc(&l->r, node->n, sizeof(*values));
	if (!facts || !values)
		return;
	for (size_t i = 0; i < node->n; i++) {
		struct hyk_str name = node->keys[i]->text;
		const struct hyk_fact *f = NULL;

		for (size_t k = 0; k < n_known + n_more && !f; k++) {
			const struct hyk_fact *one = k < n_known ? known[k] : more[k - n_known];

			if (hyk_str_eq(one->name, name))
				f = one;
		}
		if (!f) {
			struct hyk_str *names = hyk_reader_names(&l->r, n_known);

			for (size_t k = 0; names && k < n_known; k++)
				names[k] = known[k]->name;
			hyk_reader_unknown(&l->r, HYK_D_FACT_UNKNOWN, node->keys[i]->span, name, type, names,
			    names ? n_known : 0);
			continue;
		}
		if (!hyk_reader_value(&l->r, node->items[i], f->type, &f->bounds, zone, HYK_D_FACT_VALUE, name, NULL,
		        &values[n]))
			continue;
		facts[n++] = f;
	}
	entity->facts = facts;
	entity->values = values;
	entity->n_facts = n;
}

static struct hyk_entity *
add_entity(struct hyk_loader *l, struct hyk_str type, struct hyk_str id, const struct hyk_node *id_node)
{
	struct hyk_str key = hyk_arena_printf(l->r.arena, "%.*s\n%.*s", HYK_STR_ARG(type), HYK_STR_ARG(id)), *where;
	struct hyk_entity *more;

	where = hyk_reader_alloc(&l->r, 1, sizeof(*where));
	if (!key.p || !where) {
		l->r.nomem = true;
		return NULL;
	}
	if (hyk_map_find(&l->entity_map, key)) {
		const struct hyk_str *first = hyk_map_find(&l->entity_map, key);

		HYK_DIAG(l->r.diags, HYK_D_ENTITY_TWICE, l->r.src, id_node->span, id, type, *first);
		return NULL;
	}
	*where = l->r.src->name;
	if (hyk_map_add(&l->entity_map, key, where) != HYK_OK) {
		l->r.nomem = true;
		return NULL;
	}
	if (l->n_entities == l->room_entities) {
		more = hyk_arena_grow(l->r.arena, l->entities, l->n_entities, &l->room_entities, sizeof(*more));
		if (!more) {
			l->r.nomem = true;
			return NULL;
		}
		l->entities = more;
	}
	l->entities[l->n_entities] = (struct hyk_entity){ .type = type, .id = id };
	return &l->entities[l->n_entities++];
}

/* The type and id of an item; false: told why. */
static bool
read_head(struct hyk_loader *l, const struct hyk_node *node, struct hyk_what what, const char *otherwise,
    struct hyk_str *ret_type, struct hyk_str *ret_id, const struct hyk_node **ret_type_node)
{
	const struct hyk_node *type = hyk_node_find(node, "type"), *id;
	bool fine = true;

	*ret_type_node = type;
	if (!type && otherwise)
		*ret_type = hyk_str_from_c(otherwise);
	else
		fine = (type || (hyk_reader_need(&l->r, node, "type", what) && false)) &&
		       hyk_reader_text(&l->r, type, "type", ret_type);
	id = hyk_reader_need(&l->r, node, "id", what);
	return id && hyk_reader_text(&l->r, id, "id", ret_id) && fine;
}

static void
read_asset(struct hyk_loader *l, const struct hyk_node *node)
{
	static const char *const keys[] = { "type", "id", "commons", "title", "facts", NULL };
	struct hyk_what what = HYK_WHAT("an asset", "자산");
	const struct hyk_asset_type *type;
	const struct hyk_node *type_node, *part;
	const struct hyk_commons_impl *c = NULL;
	struct hyk_entity *e;
	struct hyk_str name, id;

	if (!hyk_reader_is_map(&l->r, node, "assets"))
		return;
	hyk_reader_check_keys(&l->r, node, what, keys);
	part = hyk_reader_need(&l->r, node, "commons", what);
	if (part)
		c = hyk_commons_named(l, part, "commons");
	if (!read_head(l, node, what, NULL, &name, &id, &type_node))
		return;
	type = hyk_catalog_find_type(l->catalog, name);
	if (!type) {
		hyk_reader_unknown(&l->r, HYK_D_ASSET_UNKNOWN, type_node->span, name, HYK_STR(""), l->type_names,
		    l->n_type_names);
		return;
	}
	e = add_entity(l, name, id, hyk_node_find(node, "id"));
	if (!e || !c)
		return;
	e->commons = &c->pub;
	part = hyk_node_find(node, "facts");
	if (part)
		read_facts(l, part, name, type->facts, type->n_facts, NULL, 0, c->pub.zone, e);
}

static void
read_person(struct hyk_loader *l, const struct hyk_node *node, const struct hyk_zone *zone)
{
	static const char *const keys[] = { "type", "id", "title", "facts", NULL };
	struct hyk_what what = HYK_WHAT("a person", "사람");
	const struct hyk_catalog_impl *catalog = (const struct hyk_catalog_impl *)l->catalog;
	const struct hyk_subject_type *type;
	const struct hyk_node *type_node, *part;
	struct hyk_entity *e;
	struct hyk_str name, id;
	bool person;

	if (!hyk_reader_is_map(&l->r, node, "people"))
		return;
	hyk_reader_check_keys(&l->r, node, what, keys);
	if (!read_head(l, node, what, "person", &name, &id, &type_node))
		return;
	type = hyk_catalog_find_subject_type(l->catalog, name);
	if (!type) {
		struct hyk_str *names = hyk_reader_names(&l->r, l->catalog->subject_types.n);

		for (size_t i = 0; names && i < l->catalog->subject_types.n; i++)
			names[i] = l->catalog->subject_types.entries[i].key;
		hyk_reader_unknown(&l->r, HYK_D_SUBJECT_TYPE_UNKNOWN, type_node->span, name, HYK_STR(""), names,
		    names ? l->catalog->subject_types.n : 0);
		return;
	}
	e = add_entity(l, name, id, hyk_node_find(node, "id"));
	part = hyk_node_find(node, "facts");
	person = hyk_str_eq_c(name, "person");
	/* A person may have what any asset type adds to persons. */
	if (e && part)
		read_facts(l, part, name, type->facts, type->n_facts, catalog->person.facts, person ? catalog->person.n : 0,
		    zone, e);
}

/* The zone of the commons whose folder the file lies in: dates of people are its days. */
static const struct hyk_zone *
zone_of(const struct hyk_loader *l, struct hyk_str path)
{
	const struct hyk_commons_impl *best = l->top;

	for (size_t i = 0; i < l->commons.n; i++) {
		const struct hyk_commons_impl *c = l->commons.entries[i].item;

		if (c != l->top && hyk_str_starts_with(path, c->folder) &&
		    (best == l->top || c->folder.n > best->folder.n))
			best = c;
	}
	return best->pub.zone;
}

void
hyk_registry_read(struct hyk_loader *l, const struct hyk_document *doc)
{
	static const char *const keys[] = { "assets", "people", NULL };
	const struct hyk_zone *zone = zone_of(l, doc->path);
	const struct hyk_node *list;

	l->r.src = doc->src;
	l->r.broken = doc->broken;
	hyk_reader_check_keys(&l->r, doc->root, HYK_WHAT("the registry", "등록부"), keys);
	list = hyk_node_find(doc->root, "assets");
	if (list && hyk_reader_is_list(&l->r, list, "assets")) {
		for (size_t i = 0; i < list->n; i++)
			read_asset(l, list->items[i]);
	}
	list = hyk_node_find(doc->root, "people");
	if (list && hyk_reader_is_list(&l->r, list, "people")) {
		for (size_t i = 0; i < list->n; i++)
			read_person(l, list->items[i], zone);
	}
}

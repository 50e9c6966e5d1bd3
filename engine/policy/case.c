/* SPDX-License-Identifier: Apache-2.0 */
/* policy/case.c - what a scenario's case asks, merged from the places it may stand in. */
#include "policy/loader.h"

/* A request has few facts; they are searched from one end to the other. */
#define MAX_FACTS 1000u

static const char *const request_keys[] = { "commons", "now", "action", "subject", "resource", "context", "declared",
	NULL };
static const char *const case_keys[] = { "name", "about", "given", "when", "expect" };

static void
set_fact(struct hyk_loader *l, struct hyk_case_draft *d, enum hyk_root root, struct hyk_str name,
    struct hyk_node *key, struct hyk_node *value)
{
	struct hyk_case_fact *more;

	for (size_t i = 0; i < d->n[root]; i++) {
		if (hyk_str_eq(d->facts[root][i].name, name)) {
			d->facts[root][i] = (struct hyk_case_fact){ name, key, value };
			return;
		}
	}
	if (d->n[root] == MAX_FACTS) {
		d->bad = true;
		HYK_DIAG(l->r.diags, HYK_D_YAML_SIZE, l->r.src, key->span, HYK_STR("1000"));
		return;
	}
	if (d->n[root] == d->room[root]) {
		more = hyk_arena_grow(l->r.arena, d->facts[root], d->n[root], &d->room[root], sizeof(*more));
		if (!more) {
			l->r.nomem = true;
			return;
		}
		d->facts[root] = more;
	}
	d->facts[root][d->n[root]++] = (struct hyk_case_fact){ name, key, value };
}

static void
set_facts(struct hyk_loader *l, struct hyk_case_draft *d, enum hyk_root root, const struct hyk_node *map,
    const char *key)
{
	if (!hyk_reader_is_map(&l->r, map, key)) {
		d->bad = true;
		return;
	}
	for (size_t i = 0; i < map->n; i++)
		set_fact(l, d, root, map->keys[i]->text, map->keys[i], map->items[i]);
}

/* {type, id, properties} */
static void
merge_entity(struct hyk_loader *l, struct hyk_case_draft *d, enum hyk_root root, const struct hyk_node *node)
{
	static const char *const keys[] = { "type", "id", "properties", NULL };
	struct hyk_what what = { hyk_str_from_c(hyk_root_name(root)), hyk_str_from_c(hyk_root_name(root)) };
	const struct hyk_node *part;

	if (!hyk_reader_is_map(&l->r, node, hyk_root_name(root))) {
		d->bad = true;
		return;
	}
	hyk_reader_check_keys(&l->r, node, what, keys);
	part = hyk_node_find(node, "type");
	if (part)
		d->type[root] = part;
	part = hyk_node_find(node, "id");
	if (part)
		d->id[root] = part;
	part = hyk_node_find(node, "properties");
	if (part)
		set_facts(l, d, root, part, "properties");
}

static void
merge_action(struct hyk_loader *l, struct hyk_case_draft *d, const struct hyk_node *node)
{
	static const char *const keys[] = { "name", "properties", NULL };
	const struct hyk_node *part;

	if (node->kind != HYK_NODE_MAP) {
		d->action = node;
		return;
	}
	hyk_reader_check_keys(&l->r, node, HYK_WHAT("action", "action"), keys);
	part = hyk_node_find(node, "name");
	if (part)
		d->action = part;
	part = hyk_node_find(node, "properties");
	if (part)
		set_facts(l, d, HYK_ACTION, part, "properties");
}

/* `subject.age: 27`; true when the key has this form. */
static bool
merge_path(struct hyk_loader *l, struct hyk_case_draft *d, struct hyk_node *key, struct hyk_node *value)
{
	for (int r = 0; r < HYK_N_ROOTS; r++) {
		struct hyk_str root = hyk_str_from_c(hyk_root_name((enum hyk_root)r)), name;

		if (!hyk_str_starts_with(key->text, root) || key->text.n <= root.n || key->text.p[root.n] != '.')
			continue;
		name = hyk_str_make(key->text.p + root.n + 1, key->text.n - root.n - 1);
		if (r == HYK_ACTION && hyk_str_eq_c(name, "name"))
			d->action = value;
		else if (r <= HYK_RESOURCE && hyk_str_eq_c(name, "type"))
			d->type[r] = value;
		else if (r <= HYK_RESOURCE && hyk_str_eq_c(name, "id"))
			d->id[r] = value;
		else
			set_fact(l, d, (enum hyk_root)r, name, key, value);
		return true;
	}
	return false;
}

static bool
is_case_key(struct hyk_str key)
{
	for (size_t i = 0; i < HYK_ARRAY_LEN(case_keys); i++) {
		if (hyk_str_eq_c(key, case_keys[i]))
			return true;
	}
	return false;
}

void
hyk_case_merge(struct hyk_loader *l, const struct hyk_node *map, bool in_case, struct hyk_case_draft *d)
{
	if (!hyk_reader_is_map(&l->r, map, "given")) {
		d->bad = true;
		return;
	}
	for (size_t i = 0; i < map->n; i++) {
		struct hyk_node *key = map->keys[i], *value = map->items[i];

		if (in_case && is_case_key(key->text))
			continue;
		if (hyk_str_eq_c(key->text, "commons")) {
			d->commons = value;
		} else if (hyk_str_eq_c(key->text, "now")) {
			d->now = value;
		} else if (hyk_str_eq_c(key->text, "declared")) {
			d->declared = value;
		} else if (hyk_str_eq_c(key->text, "action")) {
			merge_action(l, d, value);
		} else if (hyk_str_eq_c(key->text, "subject")) {
			merge_entity(l, d, HYK_SUBJECT, value);
		} else if (hyk_str_eq_c(key->text, "resource")) {
			merge_entity(l, d, HYK_RESOURCE, value);
		} else if (hyk_str_eq_c(key->text, "context")) {
			set_facts(l, d, HYK_CONTEXT, value, "context");
		} else if (!merge_path(l, d, key, value)) {
			struct hyk_str names[HYK_ARRAY_LEN(request_keys) + HYK_ARRAY_LEN(case_keys)];
			size_t n = 0;

			for (size_t k = 0; request_keys[k]; k++)
				names[n++] = hyk_str_from_c(request_keys[k]);
			for (size_t k = 0; in_case && k < HYK_ARRAY_LEN(case_keys); k++)
				names[n++] = hyk_str_from_c(case_keys[k]);
			d->bad = true;
			if (key->kind == HYK_NODE_BAD)
				continue;
			key->kind = HYK_NODE_BAD;
			hyk_diag_suggest(l->r.diags,
			    HYK_DIAG(l->r.diags, HYK_D_UNKNOWN_KEY, l->r.src, key->span, key->text,
			        HYK_STR("the case"), HYK_STR("사례"),
			        HYK_STR("commons, now, action, subject, resource, context, declared, name, given, when, "
			                "expect, or a path such as subject.age")),
			    hyk_str_nearest(key->text, names, n));
		}
	}
}

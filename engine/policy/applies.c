/* SPDX-License-Identifier: Apache-2.0 */
/* policy/applies.c - which asset types and actions a policy, a rule or a grant covers. */
#include "policy/loader.h"

#include "base/buf.h"

/* So many types and actions are named in a message; the rest is counted. */
#define MAX_NAMED 3u

static const char *const applies_keys[] = { "assets", "actions", NULL };

static bool
check_assets(struct hyk_loader *l, const struct hyk_node *node, const struct hyk_str *names, size_t n)
{
	bool fine = true;

	for (size_t i = 0; i < n; i++) {
		const struct hyk_node *item = node->kind == HYK_NODE_LIST ? node->items[i] : node;

		if (hyk_catalog_find_type(l->catalog, names[i]))
			continue;
		hyk_reader_unknown(&l->r, HYK_D_ASSET_UNKNOWN, item->span, names[i], HYK_STR(""), l->type_names,
		    l->n_type_names);
		fine = false;
	}
	return fine;
}

static bool
check_actions(struct hyk_loader *l, const struct hyk_node *node, const struct hyk_str *names, size_t n)
{
	struct hyk_str *known = NULL;
	bool fine = true;

	for (size_t i = 0; i < n; i++) {
		const struct hyk_node *item = node->kind == HYK_NODE_LIST ? node->items[i] : node;

		if (hyk_str_eq_c(names[i], "*") || hyk_map_find(&l->action_names, names[i]))
			continue;
		if (!known)
			known = hyk_reader_names(&l->r, l->action_names.n);
		for (size_t k = 0; known && k < l->action_names.n; k++)
			known[k] = l->action_names.entries[k].key;
		hyk_reader_unknown(&l->r, HYK_D_ACTION_UNKNOWN, item->span, names[i], HYK_STR(""), known,
		    known ? l->action_names.n : 0);
		fine = false;
	}
	return fine;
}

/* A list that may not be empty, or nothing at all. */
static bool
read_names(struct hyk_loader *l, const struct hyk_node *node, const char *key, const struct hyk_str **ret, size_t *ret_n)
{
	if (!hyk_reader_texts(&l->r, node, key, ret, ret_n))
		return false;
	if (*ret_n)
		return true;
	HYK_DIAG(l->r.diags, HYK_D_LIST_EMPTY, l->r.src, node->span, hyk_str_from_c(key));
	return false;
}

static bool
covers_action(const struct hyk_action *a, const struct hyk_str *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (hyk_str_eq_c(names[i], "*") || hyk_action_is(a, names[i]))
			return true;
	}
	return false;
}

static bool
covers_type(const struct hyk_asset_type *t, const struct hyk_str *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (hyk_asset_type_is(t, names[i]))
			return true;
	}
	return false;
}

/* Those that can be requested; groups only where there is nothing else. */
static size_t
keep_concrete(const struct hyk_shape **shapes, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (!shapes[i]->action->abstract)
			shapes[kept++] = shapes[i];
	}
	return kept ? kept : n;
}

static bool
tell_nowhere(struct hyk_loader *l, struct hyk_span span)
{
	HYK_DIAG(l->r.diags, HYK_D_POLICY_NOWHERE, l->r.src, span,
	    HYK_STR("name other actions, or types that have them"), HYK_STR("다른 행위나, 그 행위가 있는 종류를 쓰세요"));
	return false;
}

bool
hyk_applies_read(struct hyk_loader *l, const struct hyk_node *applies, struct hyk_policy_draft *p)
{
	const struct hyk_str *assets = NULL, *actions = NULL;
	static const struct hyk_str all = HYK_STR_INIT("*");
	size_t n_assets = 0, n_actions = 0, room = 0;
	struct hyk_what what = HYK_WHAT("'applies_to'", "'applies_to'");
	const struct hyk_node *node;
	bool fine;

	if (!hyk_reader_is_map(&l->r, applies, "applies_to"))
		return false;
	hyk_reader_check_keys(&l->r, applies, what, applies_keys);
	node = hyk_reader_need(&l->r, applies, "assets", what);
	fine = node && read_names(l, node, "assets", &assets, &n_assets) && check_assets(l, node, assets, n_assets);
	node = hyk_node_find(applies, "actions");
	if (node) {
		fine &= read_names(l, node, "actions", &actions, &n_actions) &&
		        check_actions(l, node, actions, n_actions);
	} else {
		actions = &all;
		n_actions = 1;
	}
	if (!fine)
		return false;
	for (int pass = 0; pass < 2; pass++) {
		if (pass) {
			p->shapes = hyk_reader_alloc(&l->r, room, sizeof(const struct hyk_shape *));
			if (!p->shapes)
				return false;
		}
		for (size_t i = 0; i < l->catalog->types.n; i++) {
			const struct hyk_asset_type *t = l->catalog->types.entries[i].item;

			if (!covers_type(t, assets, n_assets))
				continue;
			for (size_t k = 0; k < t->n_actions; k++) {
				if (!covers_action(t->actions[k], actions, n_actions))
					continue;
				if (pass)
					p->shapes[p->n_shapes++] =
					    hyk_catalog_find_shape(l->catalog, t, t->actions[k]->name);
				else
					room++;
			}
		}
		if (!room)
			return tell_nowhere(l, node ? node->span : applies->span);
	}
	return true;
}

bool
hyk_applies_narrow(struct hyk_loader *l, const struct hyk_policy_draft *p, const struct hyk_node *actions,
    struct hyk_rule_shapes *ret)
{
	const struct hyk_str *names = NULL;
	const struct hyk_shape **kept;
	size_t n_names = 0, n = 0;

	kept = hyk_reader_alloc(&l->r, p->n_shapes, sizeof(const struct hyk_shape *));
	if (!kept)
		return false;
	if (actions && (!read_names(l, actions, "actions", &names, &n_names) ||
	                   !check_actions(l, actions, names, n_names)))
		return false;
	for (size_t i = 0; i < p->n_shapes; i++) {
		if (!actions || covers_action(p->shapes[i]->action, names, n_names))
			kept[n++] = p->shapes[i];
	}
	if (!n)
		return tell_nowhere(l, actions ? actions->span : HYK_NO_SPAN);
	ret->shapes = kept;
	ret->n = keep_concrete(kept, n);
	return true;
}

bool
hyk_applies_check(struct hyk_loader *l, const struct hyk_node *map, struct hyk_grant *ret_grant)
{
	struct hyk_what what = HYK_WHAT("an item of 'may_decide'", "'may_decide'의 항목");
	const struct hyk_node *assets, *actions;
	bool fine = true;

	if (!hyk_reader_is_map(&l->r, map, "may_decide"))
		return false;
	hyk_reader_check_keys(&l->r, map, what, applies_keys);
	assets = hyk_reader_need(&l->r, map, "assets", what);
	actions = hyk_reader_need(&l->r, map, "actions", what);
	fine &= assets && read_names(l, assets, "assets", &ret_grant->assets, &ret_grant->n_assets) &&
	        (!l->catalog || check_assets(l, assets, ret_grant->assets, ret_grant->n_assets));
	fine &= actions && read_names(l, actions, "actions", &ret_grant->actions, &ret_grant->n_actions) &&
	        (!l->catalog || check_actions(l, actions, ret_grant->actions, ret_grant->n_actions));
	return fine;
}

const struct hyk_commons_impl *
hyk_commons_refuses(const struct hyk_commons_impl *c, const struct hyk_shape *s)
{
	for (const struct hyk_commons_impl *up = c->up; up; up = up->up) {
		bool lets = up->grants_all;

		for (size_t i = 0; i < up->n_grants && !lets; i++)
			lets = covers_type(s->type, up->grants[i].assets, up->grants[i].n_assets) &&
			       covers_action(s->action, up->grants[i].actions, up->grants[i].n_actions);
		if (!lets)
			return up;
	}
	return NULL;
}

void
hyk_applies_tell_lacks(struct hyk_loader *l, const struct hyk_rule_shapes *shapes, struct hyk_str path, uint32_t slot,
    const struct hyk_source *src, struct hyk_span span)
{
	struct hyk_buf en, ko;
	size_t n = 0;

	hyk_buf_init(&en, 2000);
	hyk_buf_init(&ko, 2000);
	for (size_t i = 0; i < shapes->n; i++) {
		const struct hyk_shape *s = shapes->shapes[i];

		if (slot != HYK_NO_SLOT && hyk_shape_find_fact(l->catalog, s, slot))
			continue;
		if (n++ >= MAX_NAMED)
			continue;
		hyk_buf_printf(&en, "%s'%.*s' of '%.*s'", n > 1 ? ", " : "", HYK_STR_ARG(s->action->name),
		    HYK_STR_ARG(s->type->name));
		hyk_buf_printf(&ko, "%s'%.*s'의 '%.*s'", n > 1 ? ", " : "", HYK_STR_ARG(s->type->name),
		    HYK_STR_ARG(s->action->name));
	}
	if (n > MAX_NAMED) {
		hyk_buf_printf(&en, " and %zu more", n - MAX_NAMED);
		hyk_buf_printf(&ko, " 외 %zu곳", n - MAX_NAMED);
	}
	HYK_DIAG(l->r.diags, HYK_D_FIELD_LACKS, src, span, path, hyk_buf_peek(&en), hyk_buf_peek(&ko));
	hyk_buf_fini(&en);
	hyk_buf_fini(&ko);
}

const struct hyk_fact *
hyk_applies_fact(struct hyk_loader *l, const struct hyk_rule_shapes *shapes, struct hyk_str path,
    const struct hyk_source *src, struct hyk_span span, enum hyk_diag_id id)
{
	uint32_t slot = hyk_catalog_find_slot(l->catalog, path);
	const struct hyk_fact *first = NULL;
	size_t n = 0;
	struct hyk_diag *d;

	for (size_t i = 0; i < shapes->n && slot != HYK_NO_SLOT; i++) {
		const struct hyk_fact *f = hyk_shape_find_fact(l->catalog, shapes->shapes[i], slot);

		n += f != NULL;
		if (!first)
			first = f;
	}
	if (n == shapes->n && first)
		return first;
	if (n) {
		hyk_applies_tell_lacks(l, shapes, path, slot, src, span);
		return NULL;
	}
	d = HYK_DIAG(l->r.diags, id, src, span, path);
	if (d && shapes->n) {
		const struct hyk_shape *s = shapes->shapes[0];
		struct hyk_str *paths = hyk_reader_names(&l->r, s->n_facts);

		for (size_t i = 0; paths && i < s->n_facts; i++)
			paths[i] = s->facts[i]->path;
		hyk_diag_suggest(l->r.diags, d, hyk_str_nearest(path, paths, paths ? s->n_facts : 0));
	}
	return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* policy/policy.c - one document of rules. */
#include "base/digest.h"
#include "policy/loader.h"

static const char *const layer_names[] = { "law", "ordinance", "city", "commons", NULL };

const char *
hyk_layer_name(enum hyk_layer l)
{
	return (unsigned)l <= HYK_LAYER_COMMONS ? layer_names[l] : "";
}

static struct hyk_what
policy_what(void)
{
	return HYK_WHAT("the policy", "정책");
}

static void
read_effective(struct hyk_loader *l, const struct hyk_node *node, struct hyk_policy *policy)
{
	static const char *const keys[] = { "from", "until", NULL };
	const struct hyk_node *from, *until;
	int64_t days;

	if (!hyk_reader_is_map(&l->r, node, "effective"))
		return;
	hyk_reader_check_keys(&l->r, node, HYK_WHAT("'effective'", "'effective'"), keys);
	from = hyk_node_find(node, "from");
	until = hyk_node_find(node, "until");
	if (from && hyk_reader_date(&l->r, from, "from", &days))
		policy->from_s = days * 86400 - hyk_zone_offset_at_local(policy->commons->zone, days * 86400);
	if (until && hyk_reader_date(&l->r, until, "until", &days))
		policy->until_s = days * 86400 - hyk_zone_offset_at_local(policy->commons->zone, days * 86400);
	if (from && until && policy->until_s <= policy->from_s && policy->until_s != INT64_MAX)
		HYK_DIAG0(l->r.diags, HYK_D_EFFECTIVE_ORDER, l->r.src, until->span);
}

/* Two policies of one id in one commons: an error that names both. */
static void
enter(struct hyk_loader *l, struct hyk_policy *policy, const struct hyk_node *id)
{
	struct hyk_str key = hyk_arena_printf(l->r.arena, "%.*s:%.*s", HYK_STR_ARG(policy->commons->path),
	    HYK_STR_ARG(policy->id));
	const struct hyk_policy *other;

	if (!key.p) {
		l->r.nomem = true;
		return;
	}
	other = hyk_map_find(&l->policies, key);
	if (other) {
		HYK_DIAG(l->r.diags, HYK_D_POLICY_TWICE, l->r.src, id->span, policy->id, policy->commons->path,
		    other->src->name);
		return;
	}
	if (hyk_map_add(&l->policies, key, policy) != HYK_OK)
		l->r.nomem = true;
}

/* A folder writes its own rules and those below it: for the commons above it would pass over `may_decide`. */
static void
check_folder(struct hyk_loader *l, const struct hyk_node *node, const struct hyk_commons_impl *named,
    struct hyk_str path)
{
	const struct hyk_commons_impl *home = hyk_commons_of_folder(l, path);

	if (home && !l->make_commons && !hyk_commons_contains(home->pub.path, named->pub.path))
		HYK_DIAG(l->r.diags, HYK_D_COMMONS_OUTSIDE, l->r.src, node->span, named->pub.path, home->pub.path);
}

static void
read_head(struct hyk_loader *l, struct hyk_policy_draft *p, const struct hyk_document *doc, bool is_engine)
{
	const struct hyk_node *root = doc->root;
	struct hyk_policy *policy = p->policy;
	const struct hyk_node *node, *id = hyk_reader_need(&l->r, root, "policy", policy_what());
	struct hyk_text about;
	int layer = HYK_LAYER_COMMONS;
	bool named = id && hyk_reader_id(&l->r, id, "policy", &policy->id);

	policy->commons = &l->top->pub;
	node = is_engine ? NULL : hyk_reader_need(&l->r, root, "commons", policy_what());
	if (node) {
		const struct hyk_commons_impl *c = hyk_commons_named(l, node, "commons");

		if (c) {
			policy->commons = &c->pub;
			check_folder(l, node, c, doc->path);
		}
		named &= c != NULL;
	}
	if (named)
		enter(l, policy, id);
	if (policy->commons->n_languages)
		l->r.language = policy->commons->languages[0];
	node = hyk_reader_need(&l->r, root, "layer", policy_what());
	if (node)
		(void)hyk_reader_one_of(&l->r, node, "layer", layer_names, &layer);
	policy->layer = (enum hyk_layer)layer;
	node = hyk_node_find(root, "title");
	if (node)
		(void)hyk_template_read(l, node, "title", NULL, &policy->title);
	node = hyk_node_find(root, "about");
	if (node)
		(void)hyk_reader_localized(&l->r, node, "about", &about);
	node = hyk_node_find(root, "effective");
	if (node)
		read_effective(l, node, policy);
	node = hyk_node_find(root, "safety");
	if (node)
		(void)hyk_reader_bool(&l->r, node, "safety", &policy->safety);
}

static void
check_rule_ids(struct hyk_loader *l, const struct hyk_node *list, const struct hyk_rule *rules, size_t n)
{
	struct hyk_map seen;

	hyk_map_init(&seen, l->r.arena);
	for (size_t i = 0; i < n; i++) {
		const struct hyk_node *first, *id;
		char line[24];

		if (!rules[i].id.n)
			continue;
		id = hyk_node_find(list->items[i], "id");
		first = hyk_map_find(&seen, rules[i].id);
		if (!first) {
			/* The map only keeps the node; nobody writes through it. */
			if (hyk_map_add(&seen, rules[i].id, list->items[i]) != HYK_OK)
				l->r.nomem = true;
			continue;
		}
		first = hyk_node_find(first, "id");
		snprintf(line, sizeof(line), "%u", (unsigned)hyk_source_locate(l->r.src, first->span).line);
		HYK_DIAG(l->r.diags, HYK_D_RULE_TWICE, l->r.src, id->span, rules[i].id, hyk_str_from_c(line));
	}
}

static void
read_rules(struct hyk_loader *l, struct hyk_policy_draft *p, const struct hyk_node *list)
{
	struct hyk_rule *rules;
	struct hyk_rule_shapes *shapes;
	size_t n = list->n;
	char count[24];

	if (n < 1 || n > HYK_POLICY_MAX_RULES) {
		snprintf(count, sizeof(count), "%zu", n);
		HYK_DIAG(l->r.diags, HYK_D_RULES_MANY, l->r.src, list->span, hyk_str_from_c(count));
		return;
	}
	rules = hyk_reader_alloc(&l->r, n, sizeof(*rules));
	shapes = hyk_reader_alloc(&l->r, n, sizeof(*shapes));
	if (!rules || !shapes)
		return;
	for (size_t i = 0; i < n && !l->r.nomem; i++) {
		const struct hyk_node *id = hyk_node_find(list->items[i], "id");
		bool named = id && id->kind == HYK_NODE_SCALAR && id->text.n;

		if (named) {
			struct hyk_str en = hyk_arena_printf(l->r.arena, "in rule '%.*s'", HYK_STR_ARG(id->text));
			struct hyk_str ko = hyk_arena_printf(l->r.arena, "규칙 '%.*s'에서", HYK_STR_ARG(id->text));

			if (!en.p || !ko.p) {
				l->r.nomem = true;
				return;
			}
			hyk_diags_push(l->r.diags, en, ko);
		}
		hyk_rule_read(l, p, list->items[i], &rules[i], &shapes[i]);
		if (named)
			hyk_diags_pop(l->r.diags);
	}
	check_rule_ids(l, list, rules, n);
	p->policy->rules = rules;
	p->policy->n_rules = n;
	l->list.shapes[l->list.n - 1] = shapes;
}

/* A definition that no rule uses is still checked: it must hold for something the policy applies to. */
static void
check_unused(struct hyk_loader *l, struct hyk_policy_draft *p)
{
	struct hyk_rule_shapes all = { p->shapes, p->n_shapes };

	for (size_t i = 0; i < p->n_defines; i++) {
		struct hyk_unit unit = { .src = p->defines[i].src, .any_one = true };

		if (!p->defines[i].used && !p->defines[i].told)
			(void)hyk_unit_compile(l, p, &all, &unit);
	}
}

static bool
list_add(struct hyk_loader *l, struct hyk_policy *policy)
{
	size_t room = l->list.room;
	struct hyk_policy **items;
	const struct hyk_rule_shapes **shapes;

	if (l->list.n == HYK_MAX_POLICIES) {
		HYK_DIAG(l->r.diags, HYK_D_POLICIES_MANY, l->r.src, HYK_NO_SPAN, HYK_STR("100000"));
		return false;
	}
	if (l->list.n == room) {
		items = hyk_arena_grow(l->r.arena, l->list.items, l->list.n, &room, sizeof(*items));
		room = l->list.room;
		shapes = hyk_arena_grow(l->r.arena, l->list.shapes, l->list.n, &room, sizeof(*shapes));
		if (!items || !shapes) {
			l->r.nomem = true;
			return false;
		}
		l->list.items = items;
		l->list.shapes = shapes;
		l->list.room = room;
	}
	l->list.items[l->list.n++] = policy;
	return true;
}

void
hyk_policy_read(struct hyk_loader *l, const struct hyk_document *doc, bool is_engine)
{
	static const char *const keys[] = { "policy", "commons", "layer", "title", "about", "applies_to", "effective",
		"safety", "define", "rules", "scenarios", NULL };
	struct hyk_policy *policy = hyk_reader_alloc(&l->r, 1, sizeof(*policy));
	struct hyk_policy_draft p = { .policy = policy, .root = doc->root };
	const struct hyk_node *node;
	uint32_t *slots;

	if (!policy || !list_add(l, policy))
		return;
	l->r.src = doc->src;
	l->r.broken = doc->broken;
	policy->src = doc->src;
	policy->from_s = INT64_MIN;
	policy->until_s = INT64_MAX;
	hyk_sha256(doc->src->text, policy->digest);
	hyk_reader_check_keys(&l->r, doc->root, policy_what(), keys);
	read_head(l, &p, doc, is_engine);
	node = hyk_reader_need(&l->r, doc->root, "applies_to", policy_what());
	if (node && !hyk_applies_read(l, node, &p))
		p.n_shapes = 0;
	node = hyk_node_find(doc->root, "define");
	if (node)
		hyk_defines_read(l, node, &p);
	node = hyk_reader_need(&l->r, doc->root, "rules", policy_what());
	if (node && hyk_reader_is_list(&l->r, node, "rules"))
		read_rules(l, &p, node);
	else
		l->rules_missing = true;
	if (p.n_shapes && !p.defines_broken)
		check_unused(l, &p);
	slots = hyk_reader_alloc(&l->r, p.n_defines, sizeof(*slots));
	for (size_t i = 0; slots && i < p.n_defines; i++)
		slots[i] = p.defines[i].slot;
	policy->define_slots = slots;
	policy->n_defines = p.n_defines;
	l->r.language = HYK_STR("");
}

/* SPDX-License-Identifier: Apache-2.0 */
/* policy/expect.c - what a scenario's author expects: every name in it must exist. */
#include "policy/loader.h"

static const char *const outcomes[] = { "permit", "deny", "conditional", NULL };

static bool
know_rules(struct hyk_loader *l, const struct hyk_ruleset *ruleset)
{
	if (l->has_rule_ids)
		return true;
	hyk_map_init(&l->rule_ids, l->r.arena);
	for (size_t i = 0; i < ruleset->n_rules; i++) {
		if (ruleset->rules[i]->id.n &&
		    hyk_map_add(&l->rule_ids, ruleset->rules[i]->id, l) == HYK_E_NOMEM) {
			l->r.nomem = true;
			return false;
		}
	}
	l->has_rule_ids = true;
	return true;
}

static const struct hyk_str *
keys_of(struct hyk_loader *l, const struct hyk_map *m)
{
	struct hyk_str *names = hyk_reader_names(&l->r, m->n);

	for (size_t i = 0; names && i < m->n; i++)
		names[i] = m->entries[i].key;
	return names;
}

/* "commons:policy#rule" is as good as "rule". */
static bool
is_rule(struct hyk_loader *l, const struct hyk_ruleset *ruleset, struct hyk_str name)
{
	if (hyk_map_find(&l->rule_ids, name))
		return true;
	if (!memchr(name.p, '#', name.n))
		return false;
	for (size_t i = 0; i < ruleset->n_rules; i++) {
		if (hyk_str_eq(ruleset->rules[i]->full, name))
			return true;
	}
	return false;
}

static bool
is_need(const struct hyk_catalog *catalog, struct hyk_str name)
{
	const char *colon = memchr(name.p, ':', name.n);
	struct hyk_str kind = HYK_STR(""), id = name;

	if (colon) {
		kind = hyk_str_make(name.p, (size_t)(colon - name.p));
		id = hyk_str_make(colon + 1, name.n - kind.n - 1);
	}
	for (size_t i = 0; i < catalog->n_facts; i++) {
		const struct hyk_fact *f = catalog->facts[i];

		if (!colon && hyk_str_eq(f->path, name))
			return true;
		if (hyk_str_eq(f->name, id) &&
		    (!colon || f->proof == HYK_PROOF_NONE || hyk_str_eq_c(kind, hyk_proof_name(f->proof))))
			return true;
	}
	return false;
}

static const struct hyk_node *
item_of(const struct hyk_node *list, size_t i)
{
	return list->kind == HYK_NODE_LIST ? list->items[i] : list;
}

static void
read_by(struct hyk_loader *l, const struct hyk_ruleset *ruleset, const struct hyk_node *node, struct hyk_expect *e)
{
	if (!hyk_reader_texts(&l->r, node, "by", &e->by, &e->n_by) || !know_rules(l, ruleset))
		return;
	e->has_by = true;
	for (size_t i = 0; i < e->n_by; i++) {
		if (!is_rule(l, ruleset, e->by[i]) && !l->rules_missing)
			hyk_reader_unknown(&l->r, HYK_D_SCENARIO_RULE, item_of(node, i)->span, e->by[i], HYK_STR(""),
			    keys_of(l, &l->rule_ids), l->rule_ids.n);
	}
}

static void
read_duties(struct hyk_loader *l, const struct hyk_node *node, struct hyk_expect *e)
{
	if (!hyk_reader_texts(&l->r, node, "duties", &e->duties, &e->n_duties))
		return;
	e->has_duties = true;
	for (size_t i = 0; i < e->n_duties; i++) {
		if (!hyk_map_find(&l->catalog->duties, e->duties[i]))
			hyk_reader_unknown(&l->r, HYK_D_SCENARIO_DUTY, item_of(node, i)->span, e->duties[i], HYK_STR(""),
			    keys_of(l, &l->catalog->duties), l->catalog->duties.n);
	}
}

static void
read_needs(struct hyk_loader *l, const struct hyk_node *node, struct hyk_expect *e)
{
	if (!hyk_reader_texts(&l->r, node, "needs", &e->needs, &e->n_needs))
		return;
	e->has_needs = true;
	for (size_t i = 0; i < e->n_needs; i++) {
		struct hyk_str *names;
		size_t n = 0;

		if (is_need(l->catalog, e->needs[i]))
			continue;
		names = hyk_reader_names(&l->r, l->catalog->n_facts * 2);
		for (size_t k = 0; names && k < l->catalog->n_facts; k++) {
			const struct hyk_fact *f = l->catalog->facts[k];

			if (!f->proof)
				continue;
			names[n++] = f->name;
			names[n] = hyk_arena_printf(l->r.arena, "%s:%.*s", hyk_proof_name(f->proof), HYK_STR_ARG(f->name));
			n += names[n].p != NULL;
		}
		hyk_reader_unknown(&l->r, HYK_D_SCENARIO_NEED, item_of(node, i)->span, e->needs[i], HYK_STR(""), names,
		    n);
	}
}

void
hyk_expect_read(struct hyk_loader *l, const struct hyk_ruleset *ruleset, const struct hyk_node *node,
    struct hyk_expect *ret_expect)
{
	static const char *const keys[] = { "outcome", "by", "duties", "needs", "offers", "fault", NULL };
	const struct hyk_node *part;
	int64_t n;
	int i;

	ret_expect->given = true;
	if (!hyk_reader_is_map(&l->r, node, "expect"))
		return;
	hyk_reader_check_keys(&l->r, node, HYK_WHAT("'expect'", "'expect'"), keys);
	part = hyk_node_find(node, "outcome");
	if (part && hyk_reader_one_of(&l->r, part, "outcome", outcomes, &i))
		ret_expect->outcome = part->text;
	part = hyk_node_find(node, "by");
	if (part)
		read_by(l, ruleset, part, ret_expect);
	part = hyk_node_find(node, "duties");
	if (part)
		read_duties(l, part, ret_expect);
	part = hyk_node_find(node, "needs");
	if (part)
		read_needs(l, part, ret_expect);
	part = hyk_node_find(node, "offers");
	if (part) {
		ret_expect->has_offers = true;
		if (part->kind == HYK_NODE_SCALAR && hyk_str_to_i64(part->text, &n) && n >= 0)
			ret_expect->n_offers = (size_t)n;
		else if (hyk_reader_is_list(&l->r, part, "offers"))
			ret_expect->n_offers = part->n;
	}
	part = hyk_node_find(node, "fault");
	if (part)
		ret_expect->has_fault = hyk_reader_text(&l->r, part, "fault", &ret_expect->fault);
}

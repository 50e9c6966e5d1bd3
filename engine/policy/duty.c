/* SPDX-License-Identifier: Apache-2.0 */
/* policy/duty.c - what a rule makes someone owe, and the change it offers. */
#include "policy/loader.h"

#include "base/buf.h"

static const char *const due_names[] = { "before", "during", "after", NULL };

static struct hyk_what
duty_what(void)
{
	return HYK_WHAT("a duty", "의무");
}

static const struct hyk_duty_type *
find_duty(struct hyk_loader *l, const struct hyk_node *node)
{
	const struct hyk_duty_type *type;
	struct hyk_str name, *names;

	if (!hyk_reader_text(&l->r, node, "type", &name))
		return NULL;
	type = hyk_map_find(&l->catalog->duties, name);
	if (type)
		return type;
	names = hyk_reader_names(&l->r, l->catalog->duties.n);
	for (size_t i = 0; names && i < l->catalog->duties.n; i++)
		names[i] = l->catalog->duties.entries[i].key;
	hyk_reader_unknown(&l->r, HYK_D_DUTY_UNKNOWN, node->span, name, HYK_STR(""), names,
	    names ? l->catalog->duties.n : 0);
	return NULL;
}

static bool
read_due(struct hyk_loader *l, struct hyk_policy_draft *p, const struct hyk_rule_shapes *shapes,
    const struct hyk_node *node, struct hyk_duty *duty)
{
	int due;

	if (node->kind == HYK_NODE_SCALAR && hyk_str_starts_with(node->text, HYK_STR("="))) {
		duty->due = HYK_DUE_AT;
		return hyk_term_read(l, p, shapes, node, HYK_STR("due"), hyk_type_basic(HYK_T_TIMESTAMP), NULL,
		    &duty->due_at);
	}
	if (!hyk_reader_one_of(&l->r, node, "due", due_names, &due))
		return false;
	duty->due = (enum hyk_due)due;
	return true;
}

/* A term that the duty's type declares. */
static void
read_term(struct hyk_loader *l, struct hyk_policy_draft *p, const struct hyk_rule_shapes *shapes,
    const struct hyk_node *key, const struct hyk_node *value, struct hyk_duty *duty, struct hyk_term *term, bool *fine)
{
	const struct hyk_duty_type *type = duty->type;
	struct hyk_str *names;
	struct hyk_buf list;
	struct hyk_diag *d;

	for (size_t i = 0; i < type->n_terms; i++) {
		if (hyk_str_eq(type->terms[i].name, key->text)) {
			*fine &= hyk_term_read(l, p, shapes, value, key->text, type->terms[i].type, NULL, term);
			duty->n_terms++;
			return;
		}
	}
	*fine = false;
	names = hyk_reader_alloc(&l->r, type->n_terms, sizeof(*names));
	if (!names)
		return;
	hyk_buf_init(&list, 1000);
	hyk_buf_append_c(&list, "type, owed_by, owed_to, due");
	for (size_t i = 0; i < type->n_terms; i++) {
		names[i] = type->terms[i].name;
		hyk_buf_append_c(&list, ", ");
		hyk_buf_append(&list, names[i]);
	}
	d = HYK_DIAG(l->r.diags, HYK_D_DUTY_TERM_UNKNOWN, l->r.src, key->span, key->text, type->name,
	    hyk_buf_peek(&list));
	hyk_diag_suggest(l->r.diags, d, hyk_str_nearest(key->text, names, type->n_terms));
	hyk_buf_fini(&list);
}

const struct hyk_duty *
hyk_duty_read(struct hyk_loader *l, struct hyk_policy_draft *p, const struct hyk_node *node,
    const struct hyk_rule_shapes *shapes)
{
	const struct hyk_type *text = hyk_type_basic(HYK_T_STRING);
	const struct hyk_node *type, *due;
	struct hyk_duty *duty;
	struct hyk_term *terms;
	bool fine = true;

	if (!hyk_reader_is_map(&l->r, node, "duty"))
		return NULL;
	duty = hyk_reader_alloc(&l->r, 1, sizeof(*duty));
	terms = hyk_reader_alloc(&l->r, node->n, sizeof(*terms));
	type = hyk_reader_need(&l->r, node, "type", duty_what());
	if (!duty || !terms || !type)
		return NULL;
	duty->type = find_duty(l, type);
	duty->owed_by.constant = duty->owed_to.constant = duty->due_at.constant = hyk_absent();
	duty->terms = terms;
	due = hyk_node_find(node, "due");
	if (due) {
		fine &= read_due(l, p, shapes, due, duty);
	} else {
		HYK_DIAG0(l->r.diags, HYK_D_DUE_MISSING, l->r.src, type->span);
		fine = false;
	}
	for (size_t i = 0; i < node->n; i++) {
		struct hyk_str key = node->keys[i]->text;

		if (hyk_str_eq_c(key, "type") || hyk_str_eq_c(key, "due"))
			continue;
		if (hyk_str_eq_c(key, "owed_by"))
			fine &= hyk_term_read(l, p, shapes, node->items[i], key, text, NULL, &duty->owed_by);
		else if (hyk_str_eq_c(key, "owed_to"))
			fine &= hyk_term_read(l, p, shapes, node->items[i], key, text, NULL, &duty->owed_to);
		else if (duty->type)
			read_term(l, p, shapes, node->keys[i], node->items[i], duty, &terms[duty->n_terms], &fine);
	}
	for (size_t i = 0; duty->type && i < duty->type->n_terms; i++) {
		const struct hyk_field *f = &duty->type->terms[i];
		bool given = f->optional;

		for (size_t k = 0; k < node->n && !given; k++)
			given = hyk_str_eq(node->keys[k]->text, f->name);
		if (!given) {
			HYK_DIAG(l->r.diags, HYK_D_DUTY_TERM_MISSING, l->r.src, type->span, f->name, duty->type->name);
			fine = false;
		}
	}
	return fine && duty->type ? duty : NULL;
}

static void
read_offer(struct hyk_loader *l, struct hyk_policy_draft *p, const struct hyk_node *node,
    const struct hyk_rule_shapes *shapes, struct hyk_offer *offer)
{
	static const char *const keys[] = { "text", "set", NULL };
	struct hyk_what what = HYK_WHAT("an offer", "'offer'");
	const struct hyk_node *text, *set;
	struct hyk_term *sets;

	if (!hyk_reader_is_map(&l->r, node, "offer"))
		return;
	hyk_reader_check_keys(&l->r, node, what, keys);
	text = hyk_node_find(node, "text");
	if (text)
		(void)hyk_template_read(l, text, "text", shapes, &offer->text);
	set = hyk_reader_need(&l->r, node, "set", what);
	if (!set || !hyk_reader_is_map(&l->r, set, "set"))
		return;
	sets = hyk_reader_alloc(&l->r, set->n, sizeof(*sets));
	if (!sets)
		return;
	for (size_t i = 0; i < set->n; i++) {
		struct hyk_str path = set->keys[i]->text;
		const struct hyk_type *type = hyk_type_basic(HYK_T_STRING);
		const struct hyk_bounds *bounds = NULL;
		const struct hyk_fact *f;

		if (hyk_str_eq_c(path, "action")) {
			if (set->items[i]->kind == HYK_NODE_SCALAR && set->items[i]->text.n &&
			    set->items[i]->text.p[0] != '=' && !hyk_map_find(&l->action_names, set->items[i]->text)) {
				hyk_reader_unknown(&l->r, HYK_D_ACTION_UNKNOWN, set->items[i]->span, set->items[i]->text,
				    HYK_STR(""), NULL, 0);
				continue;
			}
		} else {
			f = hyk_applies_fact(l, shapes, path, l->r.src, set->keys[i]->span, HYK_D_OFFER_PATH);
			if (!f)
				continue;
			type = f->type;
			bounds = &f->bounds;
		}
		if (hyk_term_read(l, p, shapes, set->items[i], path, type, bounds, &sets[offer->n_sets]))
			offer->n_sets++;
	}
	offer->sets = sets;
}

void
hyk_offers_read(struct hyk_loader *l, struct hyk_policy_draft *p, const struct hyk_node *node,
    const struct hyk_rule_shapes *shapes, struct hyk_rule *rule)
{
	size_t n = node->kind == HYK_NODE_LIST ? node->n : 1;
	struct hyk_offer *offers = hyk_reader_alloc(&l->r, n, sizeof(*offers));

	if (!offers)
		return;
	for (size_t i = 0; i < n; i++)
		read_offer(l, p, node->kind == HYK_NODE_LIST ? node->items[i] : node, shapes, &offers[i]);
	rule->offers = offers;
	rule->n_offers = n;
}

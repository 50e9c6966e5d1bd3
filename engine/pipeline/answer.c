/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline/answer.c - from the settled table to what the asker reads: reasons, needs, duties, offers.
 *
 * A deny tells only what denies. A conditional tells all that is asked for at
 * once, and the duties its permit would carry.
 */
#include "pipeline/run.h"

struct answer {
	struct hyk_run *run;
	bool permitted;
	struct hyk_reason *reasons;
	struct hyk_need *needs;
	struct hyk_owed *duties;
	struct hyk_offered *offers;
	size_t n_reasons, n_needs, n_duties, n_offers;
	size_t room_reasons, room_needs, room_duties, room_offers;
};

/* Room for one more; NULL when there is no memory. */
static void *
grow(struct answer *a, void *items, size_t n, size_t *room, size_t size)
{
	void *p = items;

	if (n == *room)
		p = hyk_arena_grow(a->run->arena, items, n, room, size);
	if (!p)
		a->run->no_memory = true;
	return p;
}

static void
add_reason(struct answer *a, struct hyk_reason reason)
{
	struct hyk_reason *p = grow(a, a->reasons, a->n_reasons, &a->room_reasons, sizeof(*p));

	if (!p)
		return;
	a->reasons = p;
	p[a->n_reasons++] = reason;
}

static int
need_cmp(const struct hyk_need *x, const struct hyk_need *y)
{
	int c = hyk_str_cmp(x->kind, y->kind);

	return c ? c : hyk_str_cmp(x->id, y->id);
}

/* Keeps the list sorted; the first that asks stays. */
static void
add_need(struct answer *a, struct hyk_need need)
{
	struct hyk_need *p;
	size_t at = a->n_needs;

	for (size_t i = 0; i < a->n_needs; i++)
		if (need_cmp(&a->needs[i], &need) == 0)
			return;
	p = grow(a, a->needs, a->n_needs, &a->room_needs, sizeof(*p));
	if (!p)
		return;
	a->needs = p;
	for (; at > 0 && need_cmp(&p[at - 1], &need) > 0; at--)
		p[at] = p[at - 1];
	p[at] = need;
	a->n_needs++;
}

static void
ask_steward(struct answer *a, const struct hyk_rule *rule)
{
	add_need(a, (struct hyk_need){ .kind = HYK_STR("human_decision"),
	                .id = HYK_STR("steward"),
	                .fact = HYK_STR("context.steward"),
	                .by = HYK_STR("steward"),
	                .rule = rule });
}

static void
ask_fact(struct answer *a, const struct hyk_fact *f, const struct hyk_rule *rule)
{
	struct hyk_str id = f->name;

	/* Nobody can be asked to prove what has no proof (a record without a default): a person settles it. */
	if (f->proof == HYK_PROOF_NONE) {
		ask_steward(a, rule);
		return;
	}
	for (size_t i = id.n; i > 0; i--)
		if (id.p[i - 1] == '.') {
			id = hyk_str_make(id.p + i, id.n - i);
			break;
		}
	add_need(a, (struct hyk_need){ .kind = hyk_str_from_c(hyk_proof_name(f->proof)),
	                .id = id,
	                .fact = f->path,
	                .by = f->by,
	                .any_of = f->any_of,
	                .n_any_of = f->n_any_of,
	                .rule = rule });
}

static void
ask_unknown(struct answer *a, struct hyk_value v, const struct hyk_rule *rule)
{
	const struct hyk_sheet *s = a->run->sheet;

	if (!v.as.unknown || v.as.unknown->n == 0) {
		ask_steward(a, rule);
		return;
	}
	for (uint32_t k = 0; k < v.as.unknown->n; k++) {
		size_t i = 0;

		while (i < s->n_facts && s->facts[i]->slot != v.as.unknown->slots[k])
			i++;
		if (i < s->n_facts)
			ask_fact(a, s->facts[i], rule);
		else
			ask_steward(a, rule);
	}
}

/* ---- offers ---- */

static void
add_offer(struct answer *a, struct hyk_offered offered)
{
	struct hyk_offered *p = grow(a, a->offers, a->n_offers, &a->room_offers, sizeof(*p));

	if (!p)
		return;
	a->offers = p;
	p[a->n_offers++] = offered;
}

/* A constant's day is that of the policy's commons; what is computed must be what the door takes. */
static bool
offered_value(struct hyk_run *r, const struct hyk_rule *rule, const struct hyk_shape *target, const struct hyk_term *t,
    struct hyk_value *ret_v)
{
	struct hyk_value v = t->program ? hyk_run_program(r, t->program) : t->constant;
	const struct hyk_fact *f = hyk_run_find(r, target, t->name);
	struct hyk_misfit why;

	if (v.kind == HYK_ERROR_VALUE || v.kind == HYK_UNKNOWN || v.kind == HYK_ABSENT)
		return false;
	*ret_v = v;
	if (hyk_str_eq_c(t->name, "action"))
		return target != NULL;
	/* A rule of many actions may set what only some of them have: elsewhere the door ignores it. */
	if (f && !t->program)
		v = hyk_run_spell(r, f->type, rule->policy->commons->zone, v);
	*ret_v = v;
	return !f || hyk_run_set(r, f, v, ret_v, &why);
}

static void
offer_of_rule(struct answer *a, const struct hyk_rule *rule, const struct hyk_offer *offer)
{
	struct hyk_run *r = a->run;
	const struct hyk_shape *target = NULL;
	struct hyk_mapb b;

	for (size_t i = 0; i < offer->n_sets; i++)
		if (hyk_str_eq_c(offer->sets[i].name, "action"))
			target = hyk_run_action(r, offer->sets[i].program ? hyk_run_program(r, offer->sets[i].program) :
			                                                    offer->sets[i].constant);
	hyk_mapb_init(&b, r->arena);
	for (size_t i = 0; i < offer->n_sets; i++) {
		struct hyk_value v;

		/* An offer that cannot be computed, or that the door would refuse, is none. */
		if (!offered_value(r, rule, target, &offer->sets[i], &v))
			return;
		(void)hyk_mapb_add(&b, hyk_string(offer->sets[i].name), v);
	}
	r->no_memory |= b.failed;
	add_offer(a, (struct hyk_offered){ .set = hyk_mapb_finish(&b, NULL), .rule = rule, .offer = offer });
}

static void
add_offers(struct answer *a, const struct hyk_row_source *s)
{
	for (size_t i = 0; s->rule && i < s->rule->n_offers; i++)
		offer_of_rule(a, s->rule, &s->rule->offers[i]);
	if (s->offer)
		add_offer(a, *s->offer);
}

/* ---- rows ---- */

static void
reason_of_row(struct answer *a, size_t i)
{
	const struct hyk_row_source *s = &a->run->sources[i];
	const struct hyk_settle_row *row = &a->run->rows[i];
	struct hyk_reason reason = { .effect = row->effect, .rule = s->rule };

	if (s->rule) {
		/* A rule in error says why it is, not what it would have said. */
		reason.code = s->rule->code;
		if (row->standing & HYK_ERRS && a->run->d->outcome != HYK_OUTCOME_DENY)
			reason.code = s->code.n ? s->code : HYK_STR("RULE_ERROR");
	} else {
		reason.code = s->code;
		reason.source = s->plugin;
		reason.text = s->text;
	}
	add_reason(a, reason);
}

static bool
is_reason(const struct answer *a, const struct hyk_settle_row *row)
{
	switch (a->run->d->outcome) {
	case HYK_OUTCOME_DENY:
		return (row->standing & HYK_DENIES) != 0;
	case HYK_OUTCOME_CONDITIONAL:
		if (row->effect == HYK_PERMIT)
			return !a->permitted && row->standing != 0;
		return row->standing != 0;
	case HYK_OUTCOME_PERMIT:
		return (row->standing & (HYK_PERMITS | HYK_OWES)) != 0;
	}
	return false;
}

static void
add_duty(struct answer *a, const struct hyk_owed *owed)
{
	struct hyk_owed *p = grow(a, a->duties, a->n_duties, &a->room_duties, sizeof(*p));

	if (!p)
		return;
	a->duties = p;
	p[a->n_duties++] = *owed;
}

static void
answer_row(struct answer *a, size_t i)
{
	const struct hyk_settle_row *row = &a->run->rows[i];
	const struct hyk_row_source *s = &a->run->sources[i];
	enum hyk_outcome o = a->run->d->outcome;

	if (o != HYK_OUTCOME_DENY && row->standing & HYK_OWES && s->owed)
		add_duty(a, s->owed);
	if (o == HYK_OUTCOME_DENY && row->standing & HYK_DENIES)
		add_offers(a, s);
	if (o != HYK_OUTCOME_CONDITIONAL || !hyk_settle_counts(row, a->permitted))
		return;
	if (row->standing & HYK_ASKS_WHEN)
		ask_unknown(a, s->value, s->rule);
	if (row->standing & HYK_ASKS_NEED)
		ask_fact(a, s->need, s->rule);
	if (row->standing & HYK_ERRS)
		ask_steward(a, s->rule);
	/* Of an unmet need, and of a forbid that may yet hold. */
	if (row->standing & HYK_ASKS_NEED || (row->effect == HYK_FORBID && row->standing & HYK_ASKS_WHEN))
		add_offers(a, s);
}

/* By layer, then number; what no rule says comes last. */
static void
add_reasons(struct answer *a)
{
	struct hyk_run *r = a->run;

	for (unsigned layer = HYK_LAYER_LAW; layer <= HYK_LAYER_COMMONS; layer++)
		for (size_t i = r->n_hook_rows; i < r->n_rows; i++)
			if (r->sources[i].rule->policy->layer == layer && is_reason(a, &r->rows[i]))
				reason_of_row(a, i);
	for (size_t i = 0; i < r->n_hook_rows; i++)
		if (is_reason(a, &r->rows[i])) {
			/* A failed permit hook is two rows and one reason. */
			if (i > 0 && r->rows[i].effect == HYK_PERMIT && r->rows[i].when == HYK_IN_ERROR)
				continue;
			reason_of_row(a, i);
		}
	if (r->d->outcome == HYK_OUTCOME_DENY && a->n_reasons == 0)
		add_reason(a, (struct hyk_reason){ .code = HYK_STR("NO_PERMIT"), .effect = HYK_FORBID });
}

void
hyk_run_answer(struct hyk_run *r)
{
	struct answer a = { .run = r };
	struct hyk_decision *d = r->d;

	d->outcome = hyk_settle(r->rows, r->n_rows, &a.permitted);
	add_reasons(&a);
	for (size_t i = r->n_hook_rows; i < r->n_rows; i++)
		answer_row(&a, i);
	for (size_t i = 0; i < r->n_hook_rows; i++)
		answer_row(&a, i);
	d->reasons = a.reasons;
	d->n_reasons = a.n_reasons;
	d->needs = a.needs;
	d->n_needs = a.n_needs;
	d->duties = a.duties;
	d->n_duties = a.n_duties;
	d->offers = a.offers;
	d->n_offers = a.n_offers;
}

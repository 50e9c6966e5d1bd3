/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline/decide.c - the stages of one decision in their order. */
#include "pipeline/decide.h"

#include "pipeline/run.h"

#define TTL_S 900

const char *
hyk_outcome_name(enum hyk_outcome o)
{
	switch (o) {
	case HYK_OUTCOME_DENY:
		return "deny";
	case HYK_OUTCOME_CONDITIONAL:
		return "conditional";
	case HYK_OUTCOME_PERMIT:
		return "permit";
	}
	return "deny";
}

static enum hyk_status
refuse(struct hyk_run *r, const char *code)
{
	struct hyk_reason *reason = hyk_arena_alloc(r->arena, sizeof(*reason));

	if (!reason)
		return HYK_E_NOMEM;
	reason->code = hyk_str_from_c(code);
	reason->effect = HYK_FORBID;
	r->d->outcome = HYK_OUTCOME_DENY;
	r->d->reasons = reason;
	r->d->n_reasons = 1;
	return HYK_OK;
}

/* Never past the last moment that can be written. */
static struct hyk_time
after(struct hyk_time t, int64_t s)
{
	if (s >= HYK_TIMESTAMP_MAX_S - t.s)
		return (struct hyk_time){ .s = HYK_TIMESTAMP_MAX_S };
	t.s += s;
	return t;
}

static const struct hyk_entity *
find_entity(const struct hyk_decide_input *in, struct hyk_str type, struct hyk_str id)
{
	return in->entities ? in->entities->find(in->entities->self, type, id) :
			      hyk_ruleset_find_entity(in->ruleset, type, id);
}

/* What is asked about: types, action, commons, registration. NULL: all known. */
static const char *
find_parts(struct hyk_run *r)
{
	const struct hyk_ruleset *rules = r->in->ruleset;
	const struct hyk_request *q = r->request;
	const struct hyk_asset_type *type = hyk_catalog_find_type(rules->catalog, q->resource_type);
	struct hyk_str commons = r->in->caller_commons;

	r->asset = find_entity(r->in, q->resource_type, q->resource_id);
	r->subject = find_entity(r->in, q->subject_type, q->subject_id);
	if (q->dry_run && q->commons.n)
		commons = q->commons;
	else if (r->asset && r->asset->commons)
		commons = r->asset->commons->path;
	r->d->commons = hyk_ruleset_find_commons(rules, commons);
	if (type && type->decision_ttl_s > 0)
		r->d->valid_until = after(r->d->now, type->decision_ttl_s);
	r->subject_type = hyk_catalog_find_subject_type(rules->catalog, q->subject_type);
	if (!type || !r->subject_type)
		return "UNKNOWN_TYPE";
	r->shape = hyk_catalog_find_shape(rules->catalog, type, q->action_name);
	if (!r->shape || r->shape->action->abstract)
		return "UNKNOWN_ACTION";
	if (!r->d->commons)
		return "UNKNOWN_COMMONS";
	if (!hyk_commons_contains(r->in->caller_commons, r->d->commons->path))
		return "OUTSIDE_COMMONS";
	if (!q->as_scenario && ((type->registered && !r->asset) || (r->subject_type->registered && !r->subject)))
		return "UNKNOWN_ASSET";
	return NULL;
}

static void
prepare_frame(struct hyk_run *r)
{
	r->frame = (struct hyk_cel_frame){ .slots = r->w->slots,
		.assurance = r->w->assurance,
		.n_slots = r->w->n_slots,
		.zone = r->d->commons->zone,
		.commons = &r->d->commons->data,
		.arena = r->arena,
		.stack = r->w->stack,
		.gas = HYK_CEL_DECISION_GAS };
}

/* The facts as they stand when all are known, said as a request says them; errors become the decision's own. */
static void
hand_over(struct hyk_run *r)
{
	for (size_t i = 0; i < r->sheet->n_facts; i++) {
		struct hyk_used_fact *u = &r->facts[i];

		if (u->value.kind == HYK_ERROR_VALUE)
			u->value = hyk_run_own(r, u->value);
		else
			u->value = hyk_run_spell_fact(r, u->fact, u->value);
	}
	r->d->facts = r->facts;
	r->d->n_facts = r->sheet->n_facts;
	r->d->ignored = r->ignored;
	r->d->n_ignored = r->n_ignored;
	r->d->faults = r->faults;
	r->d->n_faults = r->n_faults;
	r->d->rules = r->traces;
	r->d->n_rules = r->n_traces;
	if (r->frame.stack)
		r->d->cost = HYK_CEL_DECISION_GAS - r->frame.gas;
}

static enum hyk_status
memory_status(const struct hyk_run *r, struct hyk_diags *diags)
{
	if (!r->arena->overflowed)
		return HYK_E_NOMEM;
	HYK_DIAG0(diags, HYK_D_REQUEST_TOO_LARGE, NULL, HYK_NO_SPAN);
	return HYK_E_LIMIT;
}

enum hyk_status
hyk_decide(const struct hyk_decide_input *in, struct hyk_decision *ret_decision, struct hyk_diags *diags)
{
	struct hyk_decision d = { .outcome = HYK_OUTCOME_DENY, .dry_run = in->request->dry_run };
	struct hyk_run r = { .in = in, .request = in->request, .w = in->workspace, .arena = in->arena, .d = &d };
	const char *refused;
	enum hyk_status st;

	d.ruleset = in->ruleset->version;
	d.now = in->request->dry_run && in->request->has_now ? in->request->now : in->now;
	d.valid_until = after(d.now, TTL_S);
	d.subject_type = in->request->subject_type;
	d.subject_id = in->request->subject_id;
	st = hyk_workspace_attach(r.w, in->ruleset);
	if (st != HYK_OK)
		return st;
	refused = find_parts(&r);
	if (refused) {
		st = refuse(&r, refused);
		if (st != HYK_OK)
			return memory_status(&r, diags);
		*ret_decision = d;
		return HYK_OK;
	}
	st = hyk_run_facts(&r, diags);
	if (st == HYK_E_INVALID)
		return st;
	if (st != HYK_OK)
		return memory_status(&r, diags);
	prepare_frame(&r);
	hyk_run_hooks(&r);
	if (!r.no_memory)
		hyk_run_rules(&r);
	if (!r.no_memory)
		hyk_run_answer(&r);
	if (!r.no_memory)
		hand_over(&r);
	if (r.no_memory || r.arena->overflowed)
		return memory_status(&r, diags);
	*ret_decision = d;
	return HYK_OK;
}

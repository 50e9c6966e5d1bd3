/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/agreement_event.c - what happens to an agreement: sent by somebody, or brought about by the clock.
 *
 * agreement/machine.c says whether an event may come; here stand the conditions that need a decision made again, and
 * what the engine does by itself afterwards.
 */
#include "agreement/claim.h"
#include "agreement/duty.h"
#include "base/log.h"
#include "runtime/agreement_impl.h"
#include "value/json.h"

/* Who comes to use the asset is let in this long before the time, when nobody else is there. */
#define EARLY_S 900

/* ---- loading ---- */

enum hyk_status
hyk_work_load(struct hyk_agreement_work *k, struct hyk_str id)
{
	struct hyk_json_limits limits = { .max_bytes = (size_t)4 << 20 };
	struct hyk_agreement_row row;
	struct hyk_source *src;
	struct hyk_value body;
	enum hyk_status st = hyk_store_reader_agreement(k->worker->reader, k->arena, id, &row);

	if (st != HYK_OK)
		return st;
	src = hyk_source_new(k->arena, HYK_STR("<agreement>"), row.body);
	if (src == NULL)
		return HYK_E_NOMEM;
	st = hyk_json_parse(k->arena, src, &limits, &body, NULL);
	if (st == HYK_OK)
		st = hyk_agreement_read(body, &k->a);
	k->index = row.index;
	return st == HYK_OK || st == HYK_E_NOMEM ? st : HYK_E_IO;
}

static enum hyk_status
load_pinned(struct hyk_agreement_work *k, struct hyk_str id)
{
	const struct hyk_value *events;
	struct hyk_time last;
	enum hyk_status st = hyk_work_load(k, id);

	if (st == HYK_OK)
		st = hyk_work_pin(k, k->a.ruleset);
	if (st != HYK_OK)
		return st;
	k->type = hyk_catalog_find_type(k->snapshot->ruleset->catalog, k->a.resource_type);
	if (k->type == NULL || k->type->workflow == NULL)
		return HYK_E_IO;
	/* Within an agreement time never runs backwards, whatever the clock does. */
	events = &k->a.events;
	if (events->kind == HYK_LIST && events->as.list->n > 0) {
		const struct hyk_value *at = hyk_value_get(events->as.list->items[events->as.list->n - 1], "at");

		if (at != NULL && hyk_time_read(*at, &last) && hyk_time_cmp(k->now, last) < 0)
			k->now = last;
	}
	return HYK_OK;
}

/* ---- rights ---- */

bool
hyk_may_see(const struct hyk_caller *caller, const struct hyk_agreement *a)
{
	const uint32_t over =
	    HYK_RIGHT_AUDITOR | HYK_RIGHT_OFFICER | HYK_RIGHT_STEWARD | HYK_RIGHT_EVENTS | HYK_RIGHT_VOUCH;

	if (!hyk_commons_contains(hyk_str_from_c(caller->commons), a->commons))
		return false;
	return (caller->rights & over) != 0 || hyk_str_eq_c(a->caller, caller->name);
}

static enum hyk_status
no_such(struct hyk_refusal *r)
{
	*r = (struct hyk_refusal){ 404, "NO_SUCH_AGREEMENT", "there is no agreement of this id for you",
		"이 번호의 약정이 없습니다" };
	return HYK_E_NOT_FOUND;
}

/* ---- the body ---- */

static enum hyk_status
member_wrong(struct hyk_agreement_work *k, const char *name, const char *want)
{
	HYK_DIAG(&k->diags, HYK_D_AGREEMENT_MEMBER, NULL, HYK_NO_SPAN, hyk_str_from_c(name), hyk_str_from_c(want));
	return HYK_E_INVALID;
}

static enum hyk_status
read_event(struct hyk_agreement_work *k, const struct hyk_caller *caller, struct hyk_event *e)
{
	static const char *const known[] = { "event", "by", "evidence", "reason", "facts", "duty", "cause", "amount", "split",
		"seq" };
	const struct hyk_value *by = hyk_value_get(k->body, "by"), *evidence = hyk_value_get(k->body, "evidence");
	const struct hyk_value *reason = hyk_value_get(k->body, "reason"), *seq = hyk_value_get(k->body, "seq");
	struct hyk_mapb details;
	bool ok = true;

	*e = (struct hyk_event){ .name = hyk_text_member(k->body, "event"), .at = k->now, .evidence = hyk_null() };
	if (e->name.n == 0 || e->name.n > 64)
		return member_wrong(k, "event", "the name of an event");
	if (by == NULL || !hyk_read_party(*by, k->arena, &e->sender.by))
		return member_wrong(k, "by", "{\"type\": \"person\", \"id\": text}");
	if (reason != NULL && (reason->kind != HYK_STRING || reason->n > 2000))
		return member_wrong(k, "reason", "a text of at most 2,000 bytes");
	if (seq != NULL && seq->kind != HYK_INT)
		return member_wrong(k, "seq", "the number of the last event you know of");
	e->reason = hyk_text_member(k->body, "reason");
	if (evidence != NULL)
		e->evidence = *evidence;
	e->sender.caller = hyk_str_from_c(caller->name);
	e->sender.events = (caller->rights & HYK_RIGHT_EVENTS) != 0;
	e->sender.steward = (caller->rights & HYK_RIGHT_STEWARD) != 0;
	e->sender.officer = (caller->rights & HYK_RIGHT_OFFICER) != 0;
	e->sender.vouch = (caller->rights & HYK_RIGHT_VOUCH) != 0;
	hyk_mapb_init(&details, k->arena);
	for (uint32_t i = 0; i < k->body.as.map->n; i++) {
		const struct hyk_ventry *m = &k->body.as.map->entries[i];
		size_t at = 0;

		while (at < HYK_ARRAY_LEN(known) && !hyk_str_eq_c(hyk_value_str(m->key), known[at]))
			at++;
		/* A member with a slip of the pen in it would be lost without a word. */
		if (at == HYK_ARRAY_LEN(known)) {
			struct hyk_str name = hyk_arena_dup(k->arena, hyk_value_str(m->key));

			return member_wrong(k, name.p != NULL ? name.p : "", "one of event, by, evidence, reason, facts, "
			    "duty, cause, amount, split, seq");
		}
		if (at >= 4 && at < 9)
			ok &= hyk_mapb_add(&details, m->key, m->value);
	}
	e->details = hyk_mapb_finish(&details, NULL);
	return ok && e->details.kind == HYK_MAP ? HYK_OK : HYK_E_NOMEM;
}

/* ---- conditions that need a decision ---- */

static struct hyk_str
missing_words(struct hyk_agreement_work *k, const struct hyk_decision *d)
{
	struct hyk_str s = { NULL, 0 };
	struct hyk_buf b;

	hyk_buf_init(&b, 2048);
	for (size_t i = 0; i < d->n_needs; i++)
		hyk_buf_printf(&b, "%s%.*s:%.*s", b.n ? ", " : "", HYK_STR_ARG(d->needs[i].kind), HYK_STR_ARG(d->needs[i].id));
	for (size_t i = 0; d->outcome == HYK_OUTCOME_DENY && i < d->n_reasons; i++)
		hyk_buf_printf(&b, "%s%.*s", b.n ? ", " : "", HYK_STR_ARG(d->reasons[i].code));
	for (uint32_t i = 0; k->a.duties.kind == HYK_LIST && i < k->a.duties.as.list->n; i++) {
		struct hyk_value duty = k->a.duties.as.list->items[i];
		struct hyk_str type = hyk_text_member(duty, "type");

		if (hyk_str_eq_c(hyk_text_member(duty, "due"), "before") &&
		    !hyk_str_eq_c(hyk_text_member(duty, "state"), "discharged") &&
		    !hyk_str_eq_c(hyk_text_member(duty, "state"), "void"))
			hyk_buf_printf(&b, "%sduty:%.*s", b.n ? ", " : "", HYK_STR_ARG(type));
	}
	if (!b.failed)
		s = hyk_arena_dup(k->arena, b.n ? hyk_buf_peek(&b) : HYK_STR("-"));
	hyk_buf_fini(&b);
	return s;
}

static enum hyk_status
still(struct hyk_agreement_work *k, const struct hyk_event *e, const struct hyk_decision *d)
{
	HYK_DIAG(&k->diags, HYK_D_AGREEMENT_STILL, NULL, HYK_NO_SPAN, e->name,
	    hyk_str_from_c(hyk_outcome_name(d->outcome)), missing_words(k, d));
	return HYK_E_EXISTS;
}

/* What an officer or a steward settles by deciding: the needs that are theirs. */
static enum hyk_status
settle_needs(struct hyk_agreement_work *k, const struct hyk_event *e)
{
	for (uint32_t i = 0; k->a.needs.kind == HYK_LIST && i < k->a.needs.as.list->n; i++) {
		struct hyk_value need = k->a.needs.as.list->items[i];
		struct hyk_str by = hyk_text_member(need, "by"), fact = hyk_text_member(need, "fact");
		bool theirs = (hyk_str_eq_c(by, "officer") && e->sender.officer) ||
		    (hyk_str_eq_c(by, "steward") && e->sender.steward);

		if (!theirs || fact.n == 0 || !hyk_str_eq_c(hyk_text_member(need, "kind"), "human_decision"))
			continue;
		fact = hyk_arena_dup(k->arena, fact);
		if (fact.p == NULL)
			return HYK_E_NOMEM;
		k->a.facts = hyk_with(k->arena, k->a.facts, fact.p, hyk_bool(true));
		k->a.known = hyk_with(k->arena, k->a.known, fact.p, hyk_string(HYK_STR("verified")));
	}
	return k->a.facts.kind == HYK_MAP && k->a.known.kind == HYK_MAP ? HYK_OK : HYK_E_NOMEM;
}

static enum hyk_status
guard_permit(struct hyk_agreement_work *k, const struct hyk_event *e)
{
	struct hyk_decision d;
	enum hyk_status st = settle_needs(k, e);

	if (st == HYK_OK)
		st = hyk_work_decide(k, true, &d);
	if (st == HYK_OK && (d.outcome != HYK_OUTCOME_PERMIT || !hyk_duties_before_done(&k->a)))
		st = still(k, e, &d);
	return st;
}

/* A report of what has come about: the engine suspends when, so seen, the use would no longer be permitted. */
static enum hyk_status
guard_report(struct hyk_agreement_work *k, const struct hyk_event *e, bool wants_permit)
{
	const struct hyk_value *facts = hyk_value_get(e->details, "facts");
	struct hyk_decision d;
	enum hyk_status st;

	if (facts == NULL || facts->kind != HYK_MAP || facts->as.map->n == 0) {
		HYK_DIAG(&k->diags, HYK_D_AGREEMENT_NOTHING, NULL, HYK_NO_SPAN, e->name);
		return HYK_E_INVALID;
	}
	st = hyk_work_facts(k, *facts, "vouched", false);
	if (st == HYK_OK)
		st = hyk_work_decide(k, true, &d);
	if (st == HYK_OK && (d.outcome == HYK_OUTCOME_PERMIT) != wants_permit)
		st = still(k, e, &d);
	return st;
}

static enum hyk_status
guard_presented(struct hyk_agreement_work *k, const struct hyk_event *e)
{
	const struct hyk_value *facts = hyk_value_get(e->details, "facts");
	bool has_evidence = e->evidence.kind == HYK_LIST && e->evidence.as.list->n > 0;

	if (!has_evidence && (facts == NULL || facts->kind != HYK_MAP || facts->as.map->n == 0)) {
		HYK_DIAG(&k->diags, HYK_D_AGREEMENT_NOTHING, NULL, HYK_NO_SPAN, e->name);
		return HYK_E_INVALID;
	}
	return facts != NULL ? hyk_work_facts(k, *facts, e->sender.vouch ? "vouched" : "declared", true) : HYK_OK;
}

static enum hyk_status
guard_check_in(struct hyk_agreement_work *k, const struct hyk_event *e)
{
	struct hyk_time from = hyk_time_plus(k->a.start, -EARLY_S);
	bool held = false;
	char text[40];
	enum hyk_status st = HYK_OK;

	if (k->a.exclusive && hyk_time_cmp(k->now, k->a.start) < 0)
		st = hyk_store_reader_is_held(k->worker->reader, k->a.resource_type, k->a.resource_id, hyk_time_ms(k->now),
		    hyk_time_ms(k->a.start), k->a.id, &held);
	if (held)
		from = k->a.start;
	if (st != HYK_OK || hyk_time_cmp(from, k->now) <= 0)
		return st;
	HYK_DIAG(&k->diags, HYK_D_AGREEMENT_EARLY, NULL, HYK_NO_SPAN, e->name,
	    hyk_str_make(text, hyk_timestamp_format(hyk_time_value(from), text)));
	return HYK_E_EXISTS;
}

static enum hyk_status
guard(struct hyk_agreement_work *k, const struct hyk_event *e)
{
	if (hyk_str_eq_c(e->name, "decide_permit"))
		return guard_permit(k, e);
	if (hyk_str_eq_c(e->name, "emergency"))
		return guard_report(k, e, false);
	if (hyk_str_eq_c(e->name, "lifted"))
		return guard_report(k, e, true);
	if (hyk_str_eq_c(e->name, "presented"))
		return guard_presented(k, e);
	if (hyk_str_eq_c(e->name, "check_in"))
		return guard_check_in(k, e);
	return HYK_OK;
}

/* ---- what follows ---- */

enum hyk_status
hyk_work_follow(struct hyk_agreement_work *k, const struct hyk_event *e)
{
	struct hyk_agreement_step *s = &k->steps[k->n_steps - 1];
	enum hyk_status st = hyk_duties_prove(&k->a, e, k->arena);

	if (st == HYK_OK && hyk_str_eq_c(e->name, "discharge"))
		st = hyk_duty_discharge(&k->a, e, k->arena, &k->diags);
	if (st == HYK_OK)
		st = hyk_work_on_event(k, e);
	if (st == HYK_OK)
		st = hyk_claim_follow(&k->a, e, s->from, k->snapshot->ruleset->catalog, k->arena, &k->diags);
	/* A use that will not be owes nothing; what was left as a deposit goes back. */
	if (st == HYK_OK && k->a.final && !k->a.handed)
		st = hyk_duties_void(&k->a, k->arena);
	if (st == HYK_OK)
		st = hyk_deposit_return(&k->a, e->at, k->snapshot->ruleset->catalog, k->arena, &k->diags);
	s->after = k->a;
	return st;
}

enum hyk_status
hyk_work_event(struct hyk_agreement_work *k, const struct hyk_caller *caller, struct hyk_str id,
    struct hyk_refusal *ret_refusal)
{
	const struct hyk_transition *t = NULL;
	enum hyk_actor actor = HYK_ACTOR_ENGINE;
	const struct hyk_value *seq;
	struct hyk_event e;
	enum hyk_status st = load_pinned(k, id);

	if (st == HYK_E_NOT_FOUND || (st == HYK_OK && !hyk_may_see(caller, &k->a)))
		return no_such(ret_refusal);
	if (st == HYK_OK)
		st = read_event(k, caller, &e);
	if (st != HYK_OK)
		return st;
	seq = hyk_value_get(k->body, "seq");
	if (seq != NULL && (uint64_t)seq->as.i != k->a.seq) {
		*ret_refusal = (struct hyk_refusal){ 409, "MOVED_ON", "the agreement has moved on since the event 'seq'; read it again",
			"'seq' 뒤에 약정이 바뀌었습니다. 다시 읽으세요" };
		return HYK_E_EXISTS;
	}
	st = hyk_agreement_check(&k->a, k->type->workflow, &e, &t, &actor, k->arena, &k->diags);
	if (st == HYK_OK)
		st = hyk_claim_check(&k->a, &e, &k->diags);
	if (st == HYK_OK)
		st = hyk_work_verify(k, &e, ret_refusal);
	if (st == HYK_OK && t != NULL)
		st = guard(k, &e);
	if (st == HYK_OK)
		st = hyk_work_step(k, t, &e, actor);
	return st == HYK_OK ? hyk_work_settle(k) : st;
}

enum hyk_status
hyk_work_due(struct hyk_agreement_work *k, struct hyk_str id)
{
	const struct hyk_transition *t;
	struct hyk_event e = { .evidence = hyk_null(), .details = hyk_null() };
	size_t overdue = 0;
	enum hyk_status st = load_pinned(k, id);

	if (st != HYK_OK)
		return st;
	e.at = k->now;
	st = hyk_duties_expire(&k->a, k->now, k->arena, &overdue);
	if (st == HYK_OK && overdue > 0) {
		e.name = HYK_STR("overdue");
		st = hyk_work_step(k, NULL, &e, HYK_ACTOR_ENGINE);
	}
	t = hyk_agreement_by_deadline(&k->a, k->type->workflow, k->now);
	if (st == HYK_OK && t != NULL) {
		e.name = t->event;
		st = hyk_work_step(k, t, &e, HYK_ACTOR_ENGINE);
	} else if (st == HYK_OK && k->a.has_state_due && hyk_time_cmp(k->a.state_due, k->now) <= 0) {
		return hyk_work_settle(k);
	}
	return st;
}

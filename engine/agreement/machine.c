/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agreement/machine.c - events: order, sender, evidence; then the next state and its deadline.
 *
 * Checks go from what the caller can mend least to what it can mend most: an event that nobody knows, an agreement that
 * has ended, a wrong moment, a wrong sender, lacking evidence. Each refusal says what was expected instead.
 */
#include "agreement/machine.h"

#include "agreement/evidence.h"

static const char *const acts[] = { "evidence", "discharge" };

bool
hyk_agreement_is_act(struct hyk_str event)
{
	for (size_t i = 0; i < HYK_ARRAY_LEN(acts); i++)
		if (hyk_str_eq_c(event, acts[i]))
			return true;
	return false;
}

/* ---- who ---- */

/* A claim is judged by nobody who made it. */
static bool
is_claimant(const struct hyk_agreement *a, struct hyk_str by)
{
	return a->claim.kind == HYK_MAP && hyk_str_eq(hyk_text_member(a->claim, "by"), by);
}

/* The registry names who answers for an asset with its type or without: "org:market", "market". */
static bool
is_of(struct hyk_str by, struct hyk_str provider)
{
	const char *colon = by.n ? memchr(by.p, ':', by.n) : NULL;
	size_t at = colon ? (size_t)(colon - by.p) + 1 : 0;

	return provider.n &&
	    (hyk_str_eq(by, provider) || hyk_str_eq(hyk_str_make(by.p + at, by.n - at), provider));
}

uint32_t
hyk_agreement_roles(const struct hyk_agreement *a, const struct hyk_sender *s, struct hyk_arena *arena)
{
	struct hyk_str person = hyk_agreement_person(a, arena);
	bool is_person = hyk_str_eq(s->by, person), is_provider = is_of(s->by, a->provider);
	uint32_t roles = 0;

	if (s->caller.n == 0)
		return HYK_ACTOR_ENGINE;
	if (!person.p || s->by.n == 0)
		return 0;
	/* Whoever uses the asset is party on one side only, whatever else the person may be. */
	if (is_person)
		return s->events ? HYK_ACTOR_APPLICANT : 0;
	if (s->steward)
		roles |= HYK_ACTOR_STEWARD;
	if (s->officer)
		roles |= HYK_ACTOR_OFFICER;
	if (s->steward || (s->events && is_provider))
		roles |= HYK_ACTOR_PROVIDER;
	if ((s->officer || s->steward) && !is_provider && !is_claimant(a, s->by))
		roles |= HYK_ACTOR_MEDIATOR | HYK_ACTOR_JURY;
	return roles;
}

/* ---- words of refusals ---- */

static void
add_word(struct hyk_buf *b, struct hyk_str word)
{
	if (b->n)
		hyk_buf_append_c(b, ", ");
	hyk_buf_append(b, word);
}

/* What could be sent now. */
static struct hyk_str
expected(const struct hyk_agreement *a, const struct hyk_workflow *w, struct hyk_arena *arena)
{
	struct hyk_str s = { NULL, 0 };
	struct hyk_buf b;

	hyk_buf_init(&b, 2048);
	for (size_t i = 0; i < w->n_transitions; i++)
		if (hyk_str_eq(w->transitions[i].from, a->state) && w->transitions[i].actors != HYK_ACTOR_ENGINE &&
		    !hyk_str_eq_c(w->transitions[i].event, "deadline"))
			add_word(&b, w->transitions[i].event);
	for (size_t i = 0; i < HYK_ARRAY_LEN(acts); i++)
		add_word(&b, hyk_str_from_c(acts[i]));
	if (!b.failed)
		s = hyk_arena_dup(arena, hyk_buf_peek(&b));
	hyk_buf_fini(&b);
	return s;
}

static bool
has_happened(const struct hyk_agreement *a, struct hyk_str event)
{
	for (uint32_t i = 0; a->events.kind == HYK_LIST && i < a->events.as.list->n; i++)
		if (hyk_str_eq(hyk_text_member(a->events.as.list->items[i], "event"), event))
			return true;
	return false;
}

static bool
is_known(const struct hyk_workflow *w, struct hyk_str event)
{
	for (size_t i = 0; i < w->n_transitions; i++)
		if (hyk_str_eq(w->transitions[i].event, event))
			return true;
	return false;
}

/* ---- whether ---- */

/* The transition, when the moment is right. */
static enum hyk_status
check_order(const struct hyk_agreement *a, const struct hyk_workflow *w, struct hyk_str event,
    const struct hyk_transition **ret_t, struct hyk_arena *arena, struct hyk_diags *diags)
{
	const struct hyk_transition *t = hyk_workflow_find(w, a->state, event);
	struct hyk_str could = expected(a, w, arena);

	if (!t && !is_known(w, event)) {
		HYK_DIAG(diags, HYK_D_AGREEMENT_EVENT, NULL, HYK_NO_SPAN, event, could);
		return HYK_E_INVALID;
	}
	if (a->final) {
		HYK_DIAG(diags, HYK_D_AGREEMENT_ENDED, NULL, HYK_NO_SPAN, event, a->state);
		return HYK_E_EXISTS;
	}
	if (!t) {
		HYK_DIAG(diags, has_happened(a, event) ? HYK_D_AGREEMENT_TWICE : HYK_D_AGREEMENT_ORDER, NULL, HYK_NO_SPAN,
		    event, a->state, could);
		return HYK_E_EXISTS;
	}
	if (hyk_str_eq_c(event, "deadline") || t->decision.n) {
		HYK_DIAG(diags, HYK_D_AGREEMENT_ENGINE, NULL, HYK_NO_SPAN, event, could);
		return HYK_E_DENIED;
	}
	if (t->once && has_happened(a, event)) {
		HYK_DIAG(diags, HYK_D_AGREEMENT_ONCE, NULL, HYK_NO_SPAN, event, could);
		return HYK_E_EXISTS;
	}
	*ret_t = t;
	return HYK_OK;
}

/* As whom the sender may send it; events of the engine's are reported by somebody whose word counts. */
static enum hyk_status
check_sender(const struct hyk_agreement *a, const struct hyk_transition *t, const struct hyk_event *e,
    enum hyk_actor *ret_actor, struct hyk_arena *arena, struct hyk_diags *diags)
{
	uint32_t roles = hyk_agreement_roles(a, &e->sender, arena), may = t ? t->actors : ~(uint32_t)HYK_ACTOR_ENGINE;

	if (t && t->actors == HYK_ACTOR_ENGINE && e->sender.caller.n && e->sender.by.n &&
	    (e->sender.officer || e->sender.steward || e->sender.vouch)) {
		*ret_actor = HYK_ACTOR_ENGINE;
		return HYK_OK;
	}
	for (uint32_t bit = 1; bit <= HYK_ACTOR_JURY; bit <<= 1)
		if (roles & may & bit) {
			*ret_actor = (enum hyk_actor)bit;
			return HYK_OK;
		}
	HYK_DIAG(diags, HYK_D_AGREEMENT_SENDER, NULL, HYK_NO_SPAN, e->name,
	    !t ? HYK_STR("parties, stewards and officers") : t->actors == HYK_ACTOR_ENGINE ?
		HYK_STR("officer, the steward or a service that vouches") : t->actor);
	return HYK_E_DENIED;
}

enum hyk_status
hyk_agreement_check(const struct hyk_agreement *a, const struct hyk_workflow *w, const struct hyk_event *e,
    const struct hyk_transition **ret_t, enum hyk_actor *ret_actor, struct hyk_arena *arena, struct hyk_diags *diags)
{
	const struct hyk_transition *t = NULL;
	enum hyk_status st = HYK_OK;

	if (!hyk_agreement_is_act(e->name))
		st = check_order(a, w, e->name, &t, arena, diags);
	if (st == HYK_OK)
		st = check_sender(a, t, e, ret_actor, arena, diags);
	if (st == HYK_OK && t && t->reason && hyk_str_trim(e->reason).n == 0) {
		HYK_DIAG(diags, HYK_D_AGREEMENT_REASON, NULL, HYK_NO_SPAN, e->name);
		st = HYK_E_INVALID;
	}
	if (st == HYK_OK)
		st = hyk_evidence_check(a, t, e, arena, diags);
	if (st == HYK_OK)
		*ret_t = t;
	return st;
}

/* ---- what follows ---- */

static bool
moment_of(const struct hyk_timer_term *term, const struct hyk_agreement *a, const struct hyk_outlook *o,
    struct hyk_time *ret_t)
{
	switch (term->anchor) {
	case HYK_FROM_ENTERED:
		*ret_t = a->entered;
		break;
	case HYK_FROM_START:
		*ret_t = a->start;
		break;
	case HYK_FROM_END:
		*ret_t = a->end;
		break;
	case HYK_FROM_NEXT_USE:
		if (!o || !o->has_next_use)
			return false;
		*ret_t = o->next_use;
		break;
	}
	*ret_t = hyk_time_plus(*ret_t, term->offset_s);
	return true;
}

/*
 * The earliest of the timer's moments. Who applies within a day of the use must not find the time for proofs over
 * before it began: a moment before the start that has passed already counts as the start.
 */
static void
set_deadline(struct hyk_agreement *a, const struct hyk_state *s, const struct hyk_outlook *o)
{
	struct hyk_time t;

	a->has_state_due = false;
	for (size_t i = 0; i < s->n_timer; i++) {
		if (!moment_of(&s->timer[i], a, o, &t))
			continue;
		if (s->timer[i].anchor == HYK_FROM_START && s->timer[i].offset_s < 0 && hyk_time_cmp(t, a->entered) <= 0)
			t = a->start;
		if (!a->has_state_due || hyk_time_cmp(t, a->state_due) < 0)
			a->state_due = t;
		a->has_state_due = true;
	}
	/* A time that is over is over now: nothing is due before it could be. */
	if (a->has_state_due && hyk_time_cmp(a->state_due, a->entered) < 0)
		a->state_due = a->entered;
}

enum hyk_status
hyk_agreement_enter(struct hyk_agreement *a, const struct hyk_workflow *w, struct hyk_str state, struct hyk_time at,
    const struct hyk_outlook *o)
{
	const struct hyk_state *s = hyk_workflow_find_state(w, state);

	if (!s)
		return HYK_E_INVALID;
	a->state = s->name;
	a->entered = at;
	a->final = s->final;
	a->holds = s->holds && a->exclusive;
	set_deadline(a, s, o);
	return HYK_OK;
}

static struct hyk_value
event_value(const struct hyk_agreement *a, const struct hyk_transition *t, const struct hyk_event *e,
    enum hyk_actor actor, struct hyk_arena *arena)
{
	struct hyk_mapb b;

	hyk_mapb_init(&b, arena);
	(void)hyk_mapb_add_c(&b, "seq", hyk_int((int64_t)a->seq + 1));
	(void)hyk_mapb_add_c(&b, "event", hyk_string(e->name));
	(void)hyk_mapb_add_c(&b, "from", hyk_string(a->state));
	(void)hyk_mapb_add_c(&b, "to", hyk_string(t ? t->to : a->state));
	(void)hyk_mapb_add_c(&b, "at", hyk_time_value(e->at));
	(void)hyk_mapb_add_c(&b, "actor", hyk_string(hyk_str_from_c(hyk_actor_name(actor))));
	if (e->sender.by.n)
		(void)hyk_mapb_add_c(&b, "by", hyk_string(e->sender.by));
	if (e->reason.n)
		(void)hyk_mapb_add_c(&b, "reason", hyk_string(e->reason));
	if (e->details.kind == HYK_MAP && e->details.as.map->n)
		(void)hyk_mapb_add_c(&b, "details", e->details);
	return hyk_mapb_finish(&b, NULL);
}

enum hyk_status
hyk_agreement_apply(const struct hyk_agreement *a, const struct hyk_workflow *w, const struct hyk_transition *t,
    const struct hyk_event *e, enum hyk_actor actor, const struct hyk_outlook *o, struct hyk_arena *arena,
    struct hyk_agreement *ret_a, struct hyk_diags *diags)
{
	struct hyk_agreement next = *a;
	enum hyk_status st;

	if (a->events.kind == HYK_LIST && a->events.as.list->n >= HYK_AGREEMENT_EVENTS && (!t || actor != HYK_ACTOR_ENGINE)) {
		HYK_DIAG(diags, HYK_D_AGREEMENT_FULL, NULL, HYK_NO_SPAN, HYK_STR("events"), HYK_STR("200"));
		return HYK_E_LIMIT;
	}
	next.seq = a->seq + 1;
	next.events = hyk_appended(arena, a->events, event_value(a, t, e, actor, arena));
	st = hyk_evidence_add(&next, e, arena);
	if (st == HYK_OK && t) {
		const struct hyk_state *s = hyk_workflow_find_state(w, t->to);

		st = hyk_agreement_enter(&next, w, t->to, e->at, o);
		/* The asset is handed over where it begins to be used, told by name as the two sign-offs are. */
		if (st == HYK_OK && s && hyk_str_eq_c(e->name, "check_in")) {
			next.handed = true;
			next.handed_at = e->at;
		}
	}
	if (st == HYK_OK && next.events.kind != HYK_LIST)
		st = HYK_E_NOMEM;
	if (st == HYK_OK)
		*ret_a = next;
	return st;
}

/* ---- by itself ---- */

bool
hyk_agreement_awaits_decision(const struct hyk_agreement *a, const struct hyk_workflow *w)
{
	for (size_t i = 0; i < w->n_transitions; i++)
		if (hyk_str_eq(w->transitions[i].from, a->state) && w->transitions[i].decision.n)
			return true;
	return false;
}

static bool
only_people_left(const struct hyk_decision *d)
{
	for (size_t i = 0; i < d->n_needs; i++)
		if (!hyk_str_eq_c(d->needs[i].kind, "human_decision"))
			return false;
	return d->n_needs > 0;
}

const struct hyk_transition *
hyk_agreement_by_decision(const struct hyk_agreement *a, const struct hyk_workflow *w, const struct hyk_decision *d,
    bool settled)
{
	const char *word = "verification";

	switch (d->outcome) {
	case HYK_OUTCOME_DENY:
		word = "deny";
		break;
	case HYK_OUTCOME_PERMIT:
		word = settled ? "permit" : "verification";
		break;
	case HYK_OUTCOME_CONDITIONAL:
		/* People are asked once the papers are together. */
		word = only_people_left(d) && settled ? "human" : "verification";
		break;
	}
	for (size_t i = 0; i < w->n_transitions; i++)
		if (hyk_str_eq(w->transitions[i].from, a->state) && hyk_str_eq_c(w->transitions[i].decision, word))
			return &w->transitions[i];
	return NULL;
}

const struct hyk_transition *
hyk_agreement_by_deadline(const struct hyk_agreement *a, const struct hyk_workflow *w, struct hyk_time now)
{
	if (a->final || !a->has_state_due || hyk_time_cmp(now, a->state_due) < 0)
		return NULL;
	return hyk_workflow_find(w, a->state, HYK_STR("deadline"));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "agreement/duty.h"

#include "agreement/evidence.h"

#define AFTER_S ((int64_t)48 * 3600)

static uint32_t
n_duties(const struct hyk_agreement *a)
{
	return a->duties.kind == HYK_LIST ? a->duties.as.list->n : 0;
}

static struct hyk_value
duty_at(const struct hyk_agreement *a, uint32_t i)
{
	return a->duties.as.list->items[i];
}

static bool
is_state(struct hyk_value duty, const char *state)
{
	return hyk_str_eq_c(hyk_text_member(duty, "state"), state);
}

static bool
is_open(struct hyk_value duty)
{
	return is_state(duty, "owed") || is_state(duty, "overdue");
}

static void
put(struct hyk_agreement *a, uint32_t i, struct hyk_value duty, struct hyk_arena *arena)
{
	a->duties = hyk_replaced(arena, a->duties, i, duty);
}

static enum hyk_status
done(const struct hyk_agreement *a)
{
	return a->duties.kind == HYK_ERROR_VALUE ? HYK_E_NOMEM : HYK_OK;
}

/* ---- raising ---- */

/* A time, or a word for one; a word that is neither is due when the use ends. */
static struct hyk_time
due_time(const struct hyk_agreement *a, struct hyk_str due)
{
	struct hyk_time t;

	if (hyk_str_eq_c(due, "before"))
		return a->start;
	if (hyk_str_eq_c(due, "after"))
		return hyk_time_plus(a->end, AFTER_S);
	if (hyk_time_read(hyk_string(due), &t))
		return t;
	return a->end;
}

static struct hyk_value
evidence_of(const struct hyk_catalog *c, struct hyk_str type, struct hyk_arena *arena)
{
	const struct hyk_duty_type *t = hyk_map_find(&c->duties, type);
	struct hyk_mapb b;

	hyk_mapb_init(&b, arena);
	for (size_t i = 0; t && i < t->n_evidence; i++)
		(void)hyk_mapb_add(&b, hyk_string(t->evidence[i].kind), hyk_int(t->evidence[i].min));
	return hyk_mapb_finish(&b, NULL);
}

enum hyk_status
hyk_duty_raise(struct hyk_agreement *a, const struct hyk_owed *owed, const struct hyk_catalog *c,
    struct hyk_arena *arena, struct hyk_diags *diags)
{
	struct hyk_mapb b;
	bool ok = true;

	if (n_duties(a) >= HYK_AGREEMENT_ITEMS) {
		HYK_DIAG(diags, HYK_D_AGREEMENT_FULL, NULL, HYK_NO_SPAN, HYK_STR("duties"), HYK_STR("100"));
		return HYK_E_LIMIT;
	}
	hyk_mapb_init(&b, arena);
	ok &= hyk_mapb_add_c(&b, "number", hyk_int(n_duties(a)));
	ok &= hyk_mapb_add_c(&b, "id", hyk_string(owed->id));
	ok &= hyk_mapb_add_c(&b, "type", hyk_string(owed->type));
	ok &= hyk_mapb_add_c(&b, "owed_by", hyk_string(owed->owed_by));
	ok &= hyk_mapb_add_c(&b, "owed_to", hyk_string(owed->owed_to));
	ok &= hyk_mapb_add_c(&b, "due", hyk_string(owed->due));
	ok &= hyk_mapb_add_c(&b, "due_at", hyk_time_value(due_time(a, owed->due)));
	ok &= hyk_mapb_add_c(&b, "state", hyk_string(HYK_STR("owed")));
	ok &= owed->terms.kind != HYK_MAP || hyk_mapb_add_c(&b, "terms", owed->terms);
	ok &= hyk_mapb_add_c(&b, "evidence", evidence_of(c, owed->type, arena));
	if (ok)
		a->duties = hyk_appended(arena, a->duties, hyk_mapb_finish(&b, NULL));
	return ok ? done(a) : HYK_E_NOMEM;
}

static bool
asks_for(const struct hyk_decision *d, struct hyk_value duty)
{
	for (size_t i = 0; i < d->n_duties; i++)
		if (hyk_str_eq(d->duties[i].id, hyk_text_member(duty, "id")) &&
		    hyk_str_eq(d->duties[i].type, hyk_text_member(duty, "type")))
			return true;
	return false;
}

static bool
has(const struct hyk_agreement *a, const struct hyk_owed *owed)
{
	for (uint32_t i = 0; i < n_duties(a); i++)
		if (hyk_str_eq(owed->id, hyk_text_member(duty_at(a, i), "id")) &&
		    hyk_str_eq(owed->type, hyk_text_member(duty_at(a, i), "type")) && !is_state(duty_at(a, i), "void"))
			return true;
	return false;
}

enum hyk_status
hyk_duties_of_decision(struct hyk_agreement *a, const struct hyk_decision *d, const struct hyk_catalog *c,
    struct hyk_arena *arena, struct hyk_diags *diags)
{
	enum hyk_status st = HYK_OK;

	/* A deny lists no duties: what was owed for a use that will not be is nobody's. */
	for (uint32_t i = 0; i < n_duties(a); i++)
		if (is_open(duty_at(a, i)) && !asks_for(d, duty_at(a, i)))
			put(a, i, hyk_with(arena, duty_at(a, i), "state", hyk_string(HYK_STR("void"))), arena);
	for (size_t i = 0; st == HYK_OK && i < d->n_duties; i++)
		if (!has(a, &d->duties[i]))
			st = hyk_duty_raise(a, &d->duties[i], c, arena, diags);
	return st == HYK_OK ? done(a) : st;
}

bool
hyk_duties_before_done(const struct hyk_agreement *a)
{
	for (uint32_t i = 0; i < n_duties(a); i++)
		if (is_open(duty_at(a, i)) && hyk_str_eq_c(hyk_text_member(duty_at(a, i), "due"), "before"))
			return false;
	return true;
}

/* ---- discharging ---- */

static bool
is_proven(const struct hyk_agreement *a, struct hyk_value duty)
{
	const struct hyk_value *kinds = hyk_value_get(duty, "evidence");

	if (!kinds || kinds->kind != HYK_MAP || kinds->as.map->n == 0)
		return false;
	for (uint32_t i = 0; i < kinds->as.map->n; i++)
		if (hyk_evidence_count(a, NULL, hyk_value_str(kinds->as.map->entries[i].key)) <
		    kinds->as.map->entries[i].value.as.i)
			return false;
	return true;
}

static void
discharge(struct hyk_agreement *a, uint32_t i, const struct hyk_event *e, struct hyk_arena *arena)
{
	struct hyk_value duty = hyk_with(arena, duty_at(a, i), "state", hyk_string(HYK_STR("discharged")));

	duty = hyk_with(arena, duty, "discharged_at", hyk_time_value(e->at));
	put(a, i, hyk_with(arena, duty, "discharged_by", hyk_string(e->sender.by)), arena);
}

enum hyk_status
hyk_duties_prove(struct hyk_agreement *a, const struct hyk_event *e, struct hyk_arena *arena)
{
	if (e->evidence.kind != HYK_LIST)
		return HYK_OK;
	for (uint32_t i = 0; i < n_duties(a); i++)
		if (is_open(duty_at(a, i)) && is_proven(a, duty_at(a, i)))
			discharge(a, i, e, arena);
	return done(a);
}

/* {kind n/m, ...}: what is still missing. */
static struct hyk_str
wanted(const struct hyk_agreement *a, struct hyk_value duty, struct hyk_arena *arena)
{
	const struct hyk_value *kinds = hyk_value_get(duty, "evidence");
	struct hyk_str s = { NULL, 0 };
	struct hyk_buf b;

	hyk_buf_init(&b, 1024);
	for (uint32_t i = 0; kinds && kinds->kind == HYK_MAP && i < kinds->as.map->n; i++) {
		struct hyk_str kind = hyk_value_str(kinds->as.map->entries[i].key);

		hyk_buf_printf(&b, "%s%.*s %lld/%lld", i ? ", " : "", HYK_STR_ARG(kind),
		    (long long)hyk_evidence_count(a, NULL, kind), (long long)kinds->as.map->entries[i].value.as.i);
	}
	if (!b.failed)
		s = hyk_arena_dup(arena, hyk_buf_peek(&b));
	hyk_buf_fini(&b);
	return s;
}

enum hyk_status
hyk_duty_discharge(struct hyk_agreement *a, const struct hyk_event *e, struct hyk_arena *arena, struct hyk_diags *diags)
{
	const struct hyk_value *number = hyk_value_get(e->details, "duty"), *kinds;
	struct hyk_value duty;
	uint32_t i;

	if (!number || number->kind != HYK_INT || number->as.i < 0 || number->as.i >= n_duties(a)) {
		HYK_DIAG0(diags, HYK_D_DUTY_NUMBER, NULL, HYK_NO_SPAN);
		return HYK_E_INVALID;
	}
	i = (uint32_t)number->as.i;
	duty = duty_at(a, i);
	if (!is_open(duty)) {
		/* The evidence that came with this event may have done it. */
		if (is_state(duty, "discharged") && e->evidence.kind == HYK_LIST && e->evidence.as.list->n > 0 &&
		    is_proven(a, duty))
			return HYK_OK;
		HYK_DIAG(diags, HYK_D_DUTY_NOT_OWED, NULL, HYK_NO_SPAN, hyk_text_member(duty, "type"),
		    hyk_text_member(duty, "state"));
		return HYK_E_EXISTS;
	}
	kinds = hyk_value_get(duty, "evidence");
	if (kinds && kinds->kind == HYK_MAP && kinds->as.map->n > 0 && !is_proven(a, duty)) {
		HYK_DIAG(diags, HYK_D_EVIDENCE_LACKING, NULL, HYK_NO_SPAN, hyk_text_member(duty, "type"),
		    wanted(a, duty, arena));
		return HYK_E_INVALID;
	}
	if (!is_proven(a, duty) && !e->sender.vouch &&
	    (hyk_str_eq(e->sender.by, hyk_text_member(duty, "owed_by")) ||
		!(e->sender.steward || e->sender.officer ||
		    hyk_str_eq(e->sender.by, hyk_text_member(duty, "owed_to"))))) {
		HYK_DIAG(diags, HYK_D_DUTY_OWN_WORD, NULL, HYK_NO_SPAN, hyk_text_member(duty, "type"));
		return HYK_E_DENIED;
	}
	discharge(a, i, e, arena);
	return done(a);
}

enum hyk_status
hyk_duties_expire(struct hyk_agreement *a, struct hyk_time now, struct hyk_arena *arena, size_t *ret_n)
{
	struct hyk_time due;

	*ret_n = 0;
	for (uint32_t i = 0; i < n_duties(a); i++) {
		const struct hyk_value *at = hyk_value_get(duty_at(a, i), "due_at");

		if (!is_state(duty_at(a, i), "owed") || !at || !hyk_time_read(*at, &due) || hyk_time_cmp(now, due) < 0)
			continue;
		put(a, i, hyk_with(arena, duty_at(a, i), "state", hyk_string(HYK_STR("overdue"))), arena);
		(*ret_n)++;
	}
	return done(a);
}

enum hyk_status
hyk_duties_void(struct hyk_agreement *a, struct hyk_arena *arena)
{
	for (uint32_t i = 0; i < n_duties(a); i++)
		if (is_open(duty_at(a, i)))
			put(a, i, hyk_with(arena, duty_at(a, i), "state", hyk_string(HYK_STR("void"))), arena);
	return done(a);
}

enum hyk_status
hyk_deposit_return(struct hyk_agreement *a, struct hyk_time at, const struct hyk_catalog *c, struct hyk_arena *arena,
    struct hyk_diags *diags)
{
	struct hyk_time due = hyk_time_plus(at, AFTER_S);
	struct hyk_owed owed = { .id = HYK_STR("deposit"), .type = HYK_STR("deposit_return"), .owed_by = HYK_STR("steward"),
		.terms = hyk_null() };
	const struct hyk_value *terms;
	uint32_t left = UINT32_MAX;
	char text[40];

	if (!a->final && !(hyk_str_eq_c(a->state, "settled") && a->claim.kind != HYK_MAP))
		return HYK_OK;
	for (uint32_t i = 0; i < n_duties(a); i++) {
		if (hyk_str_eq_c(hyk_text_member(duty_at(a, i), "type"), "deposit_return"))
			return HYK_OK;
		if (hyk_str_eq_c(hyk_text_member(duty_at(a, i), "type"), "deposit") && is_state(duty_at(a, i), "discharged"))
			left = i;
	}
	if (left == UINT32_MAX)
		return HYK_OK;
	terms = hyk_value_get(duty_at(a, left), "terms");
	if (terms)
		owed.terms = *terms;
	owed.owed_to = hyk_text_member(duty_at(a, left), "owed_by");
	owed.due = hyk_arena_dup(arena, hyk_str_make(text, hyk_timestamp_format(hyk_time_value(due), text)));
	return owed.due.p ? hyk_duty_raise(a, &owed, c, arena, diags) : HYK_E_NOMEM;
}

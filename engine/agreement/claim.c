/* SPDX-License-Identifier: Apache-2.0 */
#include "agreement/claim.h"

#include "agreement/duty.h"

/* Who bears what: domain.md 4.8. */
static const char *const causes[] = { "user_fault", "provider_fault", "facility_defect", "wear" };
#define CAUSES "user_fault, provider_fault, facility_defect, wear"
#define PAY_S ((int64_t)14 * 24 * 3600)
/* More than any deposit or chair; sums of four stay far from the limits of numbers. */
#define MOST_KRW INT64_C(1000000000000)

static bool
is_cause(struct hyk_str s)
{
	for (size_t i = 0; i < HYK_ARRAY_LEN(causes); i++)
		if (hyk_str_eq_c(s, causes[i]))
			return true;
	return false;
}

static bool
is_amount(const struct hyk_value *v)
{
	return v && v->kind == HYK_INT && v->as.i >= 0 && v->as.i <= MOST_KRW;
}

/* The sum of a split; -1: it is none. */
static int64_t
sum_of(const struct hyk_value *split)
{
	int64_t sum = 0;

	if (!split || split->kind != HYK_MAP || split->as.map->n == 0)
		return -1;
	for (uint32_t i = 0; i < split->as.map->n; i++) {
		if (!is_cause(hyk_value_str(split->as.map->entries[i].key)) || !is_amount(&split->as.map->entries[i].value))
			return -1;
		sum += split->as.map->entries[i].value.as.i;
	}
	return sum;
}

static int64_t
share(struct hyk_value split, const char *cause)
{
	const struct hyk_value *v = hyk_value_get(split, cause);

	return is_amount(v) ? v->as.i : 0;
}

static int64_t
claimed_amount(const struct hyk_agreement *a)
{
	return share(a->claim, "amount");
}

/* ---- whether ---- */

static enum hyk_status
check_claim(const struct hyk_event *e, struct hyk_diags *diags)
{
	const struct hyk_value *cause = hyk_value_get(e->details, "cause"), *amount = hyk_value_get(e->details, "amount");
	const struct hyk_value *split = hyk_value_get(e->details, "split");
	int64_t user;

	if (split ? cause || sum_of(split) < 0 || (amount && (!is_amount(amount) || amount->as.i != sum_of(split)))
		  : !cause || cause->kind != HYK_STRING || !is_cause(hyk_value_str(*cause)) || !is_amount(amount)) {
		HYK_DIAG(diags, HYK_D_CLAIM_FORM, NULL, HYK_NO_SPAN, HYK_STR(CAUSES));
		return HYK_E_INVALID;
	}
	user = split ? share(*split, "user_fault") : hyk_str_eq_c(hyk_value_str(*cause), "user_fault") ? amount->as.i : 0;
	if (user > 0)
		return HYK_OK;
	HYK_DIAG0(diags, HYK_D_CLAIM_NOT_USERS, NULL, HYK_NO_SPAN);
	return HYK_E_INVALID;
}

static enum hyk_status
check_ruling(const struct hyk_agreement *a, const struct hyk_event *e, struct hyk_diags *diags)
{
	char text[32];

	if (a->claim.kind != HYK_MAP || sum_of(hyk_value_get(e->details, "split")) == claimed_amount(a))
		return HYK_OK;
	snprintf(text, sizeof(text), "%lld", (long long)claimed_amount(a));
	HYK_DIAG(diags, HYK_D_CLAIM_RULING, NULL, HYK_NO_SPAN, hyk_str_from_c(text), HYK_STR(CAUSES));
	return HYK_E_INVALID;
}

enum hyk_status
hyk_claim_check(const struct hyk_agreement *a, const struct hyk_event *e, struct hyk_diags *diags)
{
	if (hyk_str_eq_c(e->name, "claim"))
		return check_claim(e, diags);
	if (hyk_str_eq_c(e->name, "rule"))
		return check_ruling(a, e, diags);
	return HYK_OK;
}

/* ---- what follows ---- */

static struct hyk_value
new_claim(const struct hyk_event *e, struct hyk_arena *arena)
{
	const struct hyk_value *cause = hyk_value_get(e->details, "cause"), *amount = hyk_value_get(e->details, "amount");
	const struct hyk_value *split = hyk_value_get(e->details, "split");
	struct hyk_mapb b, whole;

	hyk_mapb_init(&whole, arena);
	if (!split)
		(void)hyk_mapb_add(&whole, *cause, *amount);
	hyk_mapb_init(&b, arena);
	(void)hyk_mapb_add_c(&b, "by", hyk_string(e->sender.by));
	(void)hyk_mapb_add_c(&b, "at", hyk_time_value(e->at));
	(void)hyk_mapb_add_c(&b, "amount", hyk_int(split ? sum_of(split) : amount->as.i));
	(void)hyk_mapb_add_c(&b, "split", split ? *split : hyk_mapb_finish(&whole, NULL));
	(void)hyk_mapb_add_c(&b, "state", hyk_string(HYK_STR("open")));
	return hyk_mapb_finish(&b, NULL);
}

static void
set_state(struct hyk_agreement *a, const char *state, struct hyk_arena *arena)
{
	a->claim = hyk_with(arena, a->claim, "state", hyk_string(hyk_str_from_c(state)));
}

/* The duty that stands for the claim, from the last one back; UINT32_MAX: none. */
static uint32_t
find_compensation(const struct hyk_agreement *a)
{
	for (uint32_t i = a->duties.kind == HYK_LIST ? a->duties.as.list->n : 0; i > 0; i--)
		if (hyk_str_eq_c(hyk_text_member(a->duties.as.list->items[i - 1], "type"), "compensation"))
			return i - 1;
	return UINT32_MAX;
}

static void
put(struct hyk_agreement *a, uint32_t i, const char *key, struct hyk_value v, struct hyk_arena *arena)
{
	if (a->duties.kind == HYK_LIST)
		a->duties = hyk_replaced(arena, a->duties, i, hyk_with(arena, a->duties.as.list->items[i], key, v));
}

/* What a plugin owed when the claim came waits for its end, and is the most that can come of it. */
static void
hold_back(struct hyk_agreement *a, struct hyk_arena *arena)
{
	uint32_t i = find_compensation(a);
	const struct hyk_value *terms;

	if (i == UINT32_MAX || hyk_str_eq_c(hyk_text_member(a->duties.as.list->items[i], "state"), "void"))
		return;
	terms = hyk_value_get(a->duties.as.list->items[i], "terms");
	if (!hyk_value_get(a->duties.as.list->items[i], "most") && terms && is_amount(hyk_value_get(*terms, "amount")))
		put(a, i, "most", *hyk_value_get(*terms, "amount"), arena);
	put(a, i, "state", hyk_string(HYK_STR("claimed")), arena);
}

/* The user's part as settled becomes owed, within two weeks; nothing of it: void. */
static enum hyk_status
owe(struct hyk_agreement *a, const struct hyk_event *e, int64_t amount, const struct hyk_catalog *c,
    struct hyk_arena *arena, struct hyk_diags *diags)
{
	struct hyk_time due = hyk_time_plus(e->at, PAY_S);
	uint32_t i = find_compensation(a);
	const struct hyk_value *most;
	struct hyk_value terms;
	struct hyk_mapb b;
	char text[40];

	if (i != UINT32_MAX && hyk_str_eq_c(hyk_text_member(a->duties.as.list->items[i], "state"), "claimed")) {
		most = hyk_value_get(a->duties.as.list->items[i], "most");
		if (is_amount(most) && most->as.i < amount)
			amount = most->as.i;
		const struct hyk_value *old = hyk_value_get(a->duties.as.list->items[i], "terms");

		if (old && old->kind == HYK_MAP)
			put(a, i, "terms", hyk_with(arena, *old, "amount", hyk_int(amount)), arena);
		put(a, i, "due_at", hyk_time_value(due), arena);
		put(a, i, "state", hyk_string(amount > 0 ? HYK_STR("owed") : HYK_STR("void")), arena);
		return a->duties.kind == HYK_LIST ? HYK_OK : HYK_E_NOMEM;
	}
	if (amount == 0)
		return HYK_OK;
	hyk_mapb_init(&b, arena);
	(void)hyk_mapb_add_c(&b, "amount", hyk_int(amount));
	terms = hyk_mapb_finish(&b, NULL);
	struct hyk_owed owed = { .id = HYK_STR("claim"),
		.type = HYK_STR("compensation"),
		.owed_by = hyk_agreement_person(a, arena),
		.owed_to = HYK_STR("steward"),
		.due = hyk_arena_dup(arena, hyk_str_make(text, hyk_timestamp_format(hyk_time_value(due), text))),
		.terms = terms };

	if (!owed.owed_by.p || !owed.due.p || terms.kind != HYK_MAP)
		return HYK_E_NOMEM;
	return hyk_duty_raise(a, &owed, c, arena, diags);
}

enum hyk_status
hyk_claim_follow(struct hyk_agreement *a, const struct hyk_event *e, struct hyk_str from, const struct hyk_catalog *c,
    struct hyk_arena *arena, struct hyk_diags *diags)
{
	bool deadline = hyk_str_eq_c(e->name, "deadline");
	enum hyk_status st = HYK_OK;

	if (hyk_str_eq_c(e->name, "claim")) {
		a->claim = new_claim(e, arena);
		hold_back(a, arena);
	} else if (a->claim.kind != HYK_MAP) {
		return HYK_OK;
	} else if (hyk_str_eq_c(e->name, "contest")) {
		set_state(a, "contested", arena);
	} else if (deadline && hyk_str_eq_c(from, "claim_open")) {
		set_state(a, "unanswered", arena);
	} else if (hyk_str_eq_c(e->name, "admit")) {
		const struct hyk_value *split = hyk_value_get(a->claim, "split");

		st = owe(a, e, split ? share(*split, "user_fault") : 0, c, arena, diags);
		set_state(a, "admitted", arena);
	} else if (hyk_str_eq_c(e->name, "rule")) {
		const struct hyk_value *split = hyk_value_get(e->details, "split");

		if (!split)
			return HYK_E_INVALID;
		st = owe(a, e, share(*split, "user_fault"), c, arena, diags);
		set_state(a, "ruled", arena);
		a->claim = hyk_with(arena, a->claim, "ruled", *split);
		a->claim = hyk_with(arena, a->claim, "ruled_by", hyk_string(e->sender.by));
	} else if (deadline && hyk_str_eq_c(from, "disputed")) {
		/* What nobody judged in time is not owed. */
		st = owe(a, e, 0, c, arena, diags);
		set_state(a, "lapsed", arena);
	} else if (hyk_str_eq_c(e->name, "appeal")) {
		hold_back(a, arena);
		set_state(a, "contested", arena);
	}
	if (st == HYK_OK && (a->claim.kind == HYK_ERROR_VALUE || a->duties.kind == HYK_ERROR_VALUE))
		st = HYK_E_NOMEM;
	return st;
}

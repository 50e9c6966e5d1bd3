/* SPDX-License-Identifier: Apache-2.0 */
#include "agreement/evidence.h"

#define MAX_AT_ONCE 20u

/*
 * The kinds that have a place at an event, beside those that its transition or a duty asks for. Photos from before are
 * taken only before the asset is handed over: later nobody could tell what was there from what was done.
 */
static const struct {
	const char *event;
	const char *kinds[8];
} places[] = {
	{ "check_in", { "qr", "location", "code", "sign", "before" } },
	{ "check_out", { "after", "sign" } },
	{ "incident", { "incident_report", "photo", "after" } },
	{ "accept", { "after", "sign" } },
	{ "claim", { "after", "photo", "quote", "document" } },
	{ "contest", { "photo", "document" } },
	{ "appeal", { "photo", "document" } },
	{ "rule", { "document" } },
	{ "cancel", { "document" } },
	{ "presented", { "document", "receipt", "credential", "photo" } },
	{ "decide_permit", { "document" } },
	{ "decide_deny", { "document" } },
	{ "emergency", { "document" } },
	{ "lifted", { "document" } },
	{ "discharge", { "document", "receipt", "photo", "sign" } },
	{ "evidence", { "document", "photo", "sign" } },
};

/* Of who stands at the door one thing is enough. */
static const char *const presence[] = { "qr", "location", "code", "sign" };

static uint32_t
count_of(struct hyk_value list)
{
	return list.kind == HYK_LIST ? list.as.list->n : 0;
}

static int64_t
count_kind(struct hyk_value list, struct hyk_str kind)
{
	int64_t n = 0;

	for (uint32_t i = 0; i < count_of(list); i++)
		n += hyk_str_eq(hyk_text_member(list.as.list->items[i], "kind"), kind);
	return n;
}

int64_t
hyk_evidence_count(const struct hyk_agreement *a, const struct hyk_event *e, struct hyk_str kind)
{
	return count_kind(a->evidence, kind) + (e ? count_kind(e->evidence, kind) : 0);
}

static bool
is_digest(struct hyk_str s)
{
	if (s.n != 64)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
			return false;
	return true;
}

/* A kind that a duty which is still owed asks for. */
static bool
duty_asks(const struct hyk_agreement *a, struct hyk_str kind)
{
	for (uint32_t i = 0; i < count_of(a->duties); i++) {
		struct hyk_value d = a->duties.as.list->items[i];
		const struct hyk_value *kinds = hyk_value_get(d, "evidence");

		if (kinds && kinds->kind == HYK_MAP && hyk_vmap_find_str(kinds->as.map, kind) &&
		    !hyk_str_eq_c(hyk_text_member(d, "state"), "void"))
			return true;
	}
	return false;
}

static bool
has_place(const struct hyk_agreement *a, const struct hyk_transition *t, const struct hyk_event *e, struct hyk_str kind)
{
	/* These two have their time, whatever asks for them. */
	if (hyk_str_eq_c(kind, "before") && a->handed)
		return false;
	if (hyk_str_eq_c(kind, "after") && !a->handed)
		return false;
	for (size_t i = 0; i < HYK_ARRAY_LEN(places); i++) {
		if (!hyk_str_eq_c(e->name, places[i].event))
			continue;
		for (size_t k = 0; k < HYK_ARRAY_LEN(places[i].kinds) && places[i].kinds[k]; k++)
			if (hyk_str_eq_c(kind, places[i].kinds[k]))
				return true;
	}
	for (size_t i = 0; t && i < t->n_evidence; i++)
		if (hyk_str_eq(t->evidence[i].kind, kind) && !hyk_str_eq_c(kind, "before"))
			return true;
	if (!t && (hyk_str_eq_c(kind, "before") || hyk_str_eq_c(kind, "after")))
		return true;
	return (!t || hyk_str_eq_c(e->name, "presented") || a->holds) && duty_asks(a, kind);
}

static struct hyk_str
places_of(const struct hyk_event *e, struct hyk_arena *arena)
{
	struct hyk_str s = HYK_STR("none");
	struct hyk_buf b;

	hyk_buf_init(&b, 512);
	for (size_t i = 0; i < HYK_ARRAY_LEN(places); i++)
		for (size_t k = 0; hyk_str_eq_c(e->name, places[i].event) && k < HYK_ARRAY_LEN(places[i].kinds) &&
		     places[i].kinds[k]; k++) {
			hyk_buf_append_c(&b, b.n ? ", " : "");
			hyk_buf_append_c(&b, places[i].kinds[k]);
		}
	if (!b.failed && b.n)
		s = hyk_arena_dup(arena, hyk_buf_peek(&b));
	hyk_buf_fini(&b);
	return s;
}

/* The kind under which this file was handed in already; empty: never. */
static struct hyk_str
known_as(struct hyk_value list, uint32_t n, struct hyk_str digest)
{
	for (uint32_t i = 0; i < n && i < count_of(list); i++)
		if (hyk_str_eq(hyk_text_member(list.as.list->items[i], "sha256"), digest))
			return hyk_text_member(list.as.list->items[i], "kind");
	return HYK_STR("");
}

/* Pieces that one party has handed in: nobody fills up what a plugin can look at, so that the other's are not heard. */
static uint32_t
count_by(const struct hyk_agreement *a, struct hyk_str by)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < count_of(a->evidence); i++)
		n += hyk_str_eq(hyk_text_member(a->evidence.as.list->items[i], "by"), by);
	return n;
}

static enum hyk_status
check_pieces(const struct hyk_agreement *a, const struct hyk_transition *t, const struct hyk_event *e,
    struct hyk_arena *arena, struct hyk_diags *diags)
{
	uint32_t n = count_of(e->evidence);

	if (e->evidence.kind != HYK_LIST && e->evidence.kind != HYK_NULL) {
		HYK_DIAG(diags, HYK_D_EVIDENCE_FORM, NULL, HYK_NO_SPAN, HYK_STR("0"));
		return HYK_E_INVALID;
	}
	if (n > MAX_AT_ONCE || n + count_of(a->evidence) > HYK_AGREEMENT_ITEMS) {
		HYK_DIAG(diags, HYK_D_AGREEMENT_FULL, NULL, HYK_NO_SPAN, HYK_STR("evidence"),
		    n > MAX_AT_ONCE ? HYK_STR("20 at once") : HYK_STR("100"));
		return HYK_E_LIMIT;
	}
	if (n > 0 && n + count_by(a, e->sender.by) > HYK_AGREEMENT_PIECES) {
		HYK_DIAG(diags, HYK_D_AGREEMENT_FULL, NULL, HYK_NO_SPAN, HYK_STR("evidence of one party"), HYK_STR("30"));
		return HYK_E_LIMIT;
	}
	for (uint32_t i = 0; i < n; i++) {
		struct hyk_value one = e->evidence.as.list->items[i];
		struct hyk_str kind = hyk_text_member(one, "kind"), digest = hyk_text_member(one, "sha256");
		struct hyk_str at = hyk_arena_printf(arena, "%u", i), before;

		if (one.kind != HYK_MAP || kind.n == 0 || kind.n > 64 || !is_digest(digest) || one.as.map->n != 2) {
			HYK_DIAG(diags, HYK_D_EVIDENCE_FORM, NULL, HYK_NO_SPAN, at);
			return HYK_E_INVALID;
		}
		if (!has_place(a, t, e, kind)) {
			HYK_DIAG(diags, HYK_D_EVIDENCE_KIND, NULL, HYK_NO_SPAN, kind, e->name, places_of(e, arena));
			return HYK_E_INVALID;
		}
		/* One photo is not four, nor both before and after. */
		before = known_as(a->evidence, UINT32_MAX, digest);
		if (!before.n)
			before = known_as(e->evidence, i, digest);
		if (before.n) {
			HYK_DIAG(diags, HYK_D_EVIDENCE_TWICE, NULL, HYK_NO_SPAN, at, before);
			return HYK_E_INVALID;
		}
	}
	return HYK_OK;
}

static void
lacks(struct hyk_buf *b, struct hyk_str kind, int64_t min, int64_t has)
{
	if (has >= min)
		return;
	hyk_buf_printf(b, "%s%.*s %lld/%lld", b->n ? ", " : "", HYK_STR_ARG(kind), (long long)has, (long long)min);
}

/* What duties ask to be shown at the hand-over ("before") and at the return ("after"). */
static void
lacks_for_duties(struct hyk_buf *b, const struct hyk_agreement *a, const struct hyk_event *e, const char *kind)
{
	int64_t min = 0;

	for (uint32_t i = 0; i < count_of(a->duties); i++) {
		struct hyk_value d = a->duties.as.list->items[i];
		const struct hyk_value *kinds = hyk_value_get(d, "evidence"), *n;

		n = kinds && kinds->kind == HYK_MAP ? hyk_value_get(*kinds, kind) : NULL;
		if (n && n->kind == HYK_INT && n->as.i > min && !hyk_str_eq_c(hyk_text_member(d, "state"), "void"))
			min = n->as.i;
	}
	lacks(b, hyk_str_from_c(kind), min, hyk_evidence_count(a, e, hyk_str_from_c(kind)));
}

enum hyk_status
hyk_evidence_check(const struct hyk_agreement *a, const struct hyk_transition *t, const struct hyk_event *e,
    struct hyk_arena *arena, struct hyk_diags *diags)
{
	enum hyk_status st = check_pieces(a, t, e, arena, diags);
	int64_t present = 0;
	struct hyk_buf b;

	if (st != HYK_OK)
		return st;
	hyk_buf_init(&b, 2048);
	for (size_t i = 0; t && i < t->n_evidence; i++)
		lacks(&b, t->evidence[i].kind, t->evidence[i].min, hyk_evidence_count(a, e, t->evidence[i].kind));
	if (t && hyk_str_eq_c(e->name, "check_in")) {
		for (size_t i = 0; i < HYK_ARRAY_LEN(presence); i++)
			present += count_kind(e->evidence, hyk_str_from_c(presence[i]));
		lacks(&b, HYK_STR("qr | location | code | sign"), 1, present);
		lacks_for_duties(&b, a, e, "before");
	}
	if (t && hyk_str_eq_c(e->name, "check_out"))
		lacks_for_duties(&b, a, e, "after");
	if (b.n) {
		HYK_DIAG(diags, HYK_D_EVIDENCE_LACKING, NULL, HYK_NO_SPAN, e->name, hyk_buf_peek(&b));
		st = HYK_E_INVALID;
	} else if (b.failed) {
		st = HYK_E_NOMEM;
	}
	hyk_buf_fini(&b);
	return st;
}

enum hyk_status
hyk_evidence_add(struct hyk_agreement *a, const struct hyk_event *e, struct hyk_arena *arena)
{
	for (uint32_t i = 0; i < count_of(e->evidence); i++) {
		struct hyk_value one = e->evidence.as.list->items[i];

		one = hyk_with(arena, one, "event", hyk_string(e->name));
		one = hyk_with(arena, one, "at", hyk_time_value(e->at));
		one = hyk_with(arena, one, "by", hyk_string(e->sender.by));
		a->evidence = hyk_appended(arena, a->evidence, one);
	}
	return a->evidence.kind == HYK_ERROR_VALUE ? HYK_E_NOMEM : HYK_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/decision_record.c - a decision as a record of the ledger, and the way back.
 *
 * The leaf holds what was asked and what was answered; the subject's id, every fact of the subject
 * and every fact marked personal stand in it as commitments only. From leaf and disclosure the
 * request can be made again as a dry run that gives each fact as it was known, so that a replay
 * needs nothing else but the ruleset the leaf names.
 */
#include "ledger/record.h"
#include "runtime/engine_impl.h"
#include "text/zone.h"
#include "value/json.h"

static bool
is_private(const struct hyk_fact *f)
{
	return f->root == HYK_SUBJECT || f->personal;
}

/* A fact that was given to the decision, and is not what its schema says anyway. */
static bool
is_given(const struct hyk_used_fact *u)
{
	if (u->is_default)
		return false;
	return u->value.kind != HYK_ABSENT && u->value.kind != HYK_UNKNOWN &&
	    u->value.kind != HYK_ERROR_VALUE;
}

static struct hyk_value
time_value(struct hyk_time t)
{
	return hyk_timestamp(t.s, (uint32_t)t.ns);
}

/* Where the fact came from and how well it was known, where a replay would not know it; else NULL. */
static const char *
known_word(const struct hyk_used_fact *u)
{
	const struct hyk_fact *f = u->fact;
	bool kept = f->source == HYK_FROM_REGISTRY || f->source == HYK_FROM_RECORD;

	if (u->source == f->source && u->assurance == (kept ? HYK_VERIFIED : f->assurance))
		return NULL;
	switch (u->source) {
	case HYK_FROM_REGISTRY:
		return "registry";
	case HYK_FROM_CALLER:
		return u->assurance == HYK_VERIFIED ? "verified" : u->assurance == HYK_VOUCHED ? "vouched" : "declared";
	case HYK_FROM_RECORD:
	case HYK_FROM_HOOK:
		break;
	}
	return NULL;
}

static struct hyk_value
facts_value(struct hyk_record *r, const struct hyk_decision *d, struct hyk_arena *arena, struct hyk_value *ret_known)
{
	struct hyk_mapb facts, known;

	hyk_mapb_init(&facts, arena);
	hyk_mapb_init(&known, arena);
	for (size_t i = 0; i < d->n_facts; i++) {
		const struct hyk_used_fact *u = &d->facts[i];
		const char *word = known_word(u);
		struct hyk_value v = u->value;

		if (!is_given(u))
			continue;
		if (is_private(u->fact))
			v = hyk_record_commit(r, u->fact->path, v);
		r->failed |= !hyk_mapb_add(&facts, hyk_string(u->fact->path), v);
		if (word != NULL)
			r->failed |= !hyk_mapb_add(&known, hyk_string(u->fact->path), hyk_string(hyk_str_from_c(word)));
	}
	*ret_known = hyk_mapb_finish(&known, NULL);
	return hyk_mapb_finish(&facts, NULL);
}

static struct hyk_value
reasons_value(struct hyk_record *r, const struct hyk_decision *d, struct hyk_arena *arena)
{
	struct hyk_value *items = hyk_arena_array(arena, d->n_reasons + 1, sizeof(*items));

	if (items == NULL) {
		r->failed = true;
		return hyk_null();
	}
	for (size_t i = 0; i < d->n_reasons; i++)
		items[i] = hyk_string(
		    d->reasons[i].rule != NULL ? d->reasons[i].rule->full : d->reasons[i].code);
	return hyk_list(arena, items, (uint32_t)d->n_reasons);
}

static struct hyk_value
needs_value(struct hyk_record *r, const struct hyk_decision *d, struct hyk_arena *arena)
{
	struct hyk_value *items = hyk_arena_array(arena, d->n_needs + 1, sizeof(*items));

	if (items == NULL) {
		r->failed = true;
		return hyk_null();
	}
	for (size_t i = 0; i < d->n_needs; i++) {
		struct hyk_str s = hyk_arena_printf(
		    arena, "%.*s:%.*s", HYK_STR_ARG(d->needs[i].kind), HYK_STR_ARG(d->needs[i].id));

		r->failed |= s.p == NULL;
		items[i] = hyk_string(s);
	}
	return hyk_list(arena, items, (uint32_t)d->n_needs);
}

/* Types and rules only: terms may name people. They come back by replay. */
static struct hyk_value
duties_value(struct hyk_record *r, const struct hyk_decision *d, struct hyk_arena *arena)
{
	struct hyk_value *items = hyk_arena_array(arena, d->n_duties + 1, sizeof(*items));

	if (items == NULL) {
		r->failed = true;
		return hyk_null();
	}
	for (size_t i = 0; i < d->n_duties; i++)
		items[i] = hyk_string(d->duties[i].type);
	return hyk_list(arena, items, (uint32_t)d->n_duties);
}

static struct hyk_value
faults_value(struct hyk_record *r, const struct hyk_decision *d, struct hyk_arena *arena)
{
	struct hyk_value *items = hyk_arena_array(arena, d->n_faults + 1, sizeof(*items));

	if (items == NULL) {
		r->failed = true;
		return hyk_null();
	}
	for (size_t i = 0; i < d->n_faults; i++)
		items[i] = hyk_string(d->faults[i].code);
	return hyk_list(arena, items, (uint32_t)d->n_faults);
}

/* What the answer said beside the leaf, for whoever asks for it again: what a fault said, and what
 * nobody had asked for. */
static void
keep_rest(struct hyk_record *r, const struct hyk_decision *d, struct hyk_arena *arena)
{
	size_t n = d->n_faults > d->n_ignored ? d->n_faults : d->n_ignored;
	struct hyk_value *items;

	if (n == 0)
		return;
	items = hyk_arena_array(arena, n, sizeof(*items));
	if (items == NULL) {
		r->failed = true;
		return;
	}
	for (size_t i = 0; i < d->n_faults; i++)
		items[i] = hyk_string(d->faults[i].message);
	if (d->n_faults > 0)
		hyk_record_keep(
		    r, HYK_STR("faults"), hyk_list(arena, items, (uint32_t)d->n_faults));
	items = hyk_arena_array(arena, n, sizeof(*items));
	if (items == NULL) {
		r->failed = true;
		return;
	}
	for (size_t i = 0; i < d->n_ignored; i++)
		items[i] = hyk_string(d->ignored[i]);
	if (d->n_ignored > 0)
		hyk_record_keep(
		    r, HYK_STR("ignored"), hyk_list(arena, items, (uint32_t)d->n_ignored));
}

enum hyk_status
hyk_decision_record(const struct hyk_request *request, const struct hyk_decision *d,
    const struct hyk_caller *caller, bool dev, struct hyk_arena *arena,
    struct hyk_store_record *ret_record)
{
	struct hyk_record r;
	struct hyk_mapb part;
	struct hyk_value facts, known;
	enum hyk_status st;

	hyk_record_begin(&r, arena);
	hyk_record_put(&r, "v", hyk_int(1));
	hyk_record_put(&r, "kind", hyk_string(HYK_STR("decision")));
	hyk_record_put(&r, "id", hyk_string(hyk_str_from_c(d->id)));
	hyk_record_put(&r, "at", time_value(d->now));
	hyk_record_put(&r, "ruleset", hyk_int((int64_t)d->ruleset));
	hyk_record_put(
	    &r, "commons", d->commons != NULL ? hyk_string(d->commons->path) : hyk_null());
	hyk_record_put(&r, "caller", hyk_string(hyk_str_from_c(caller->name)));
	hyk_record_put(&r, "tzdata", hyk_string(hyk_zone_data_version()));
	if (dev)
		hyk_record_put(&r, "dev", hyk_bool(true));

	hyk_mapb_init(&part, arena);
	r.failed |= !hyk_mapb_add_c(&part, "type", hyk_string(request->subject_type));
	r.failed |= !hyk_mapb_add_c(&part, "id",
	    hyk_record_commit(&r, HYK_STR("subject.id"), hyk_string(request->subject_id)));
	hyk_record_put(&r, "subject", hyk_mapb_finish(&part, NULL));
	hyk_record_put(&r, "action", hyk_string(request->action_name));
	hyk_mapb_init(&part, arena);
	r.failed |= !hyk_mapb_add_c(&part, "type", hyk_string(request->resource_type));
	r.failed |= !hyk_mapb_add_c(&part, "id", hyk_string(request->resource_id));
	hyk_record_put(&r, "resource", hyk_mapb_finish(&part, NULL));
	facts = facts_value(&r, d, arena, &known);
	hyk_record_put(&r, "facts", facts);
	hyk_record_put(&r, "known", known);

	hyk_record_put(&r, "outcome", hyk_string(hyk_str_from_c(hyk_outcome_name(d->outcome))));
	hyk_record_put(&r, "reasons", reasons_value(&r, d, arena));
	hyk_record_put(&r, "needs", needs_value(&r, d, arena));
	hyk_record_put(&r, "duties", duties_value(&r, d, arena));
	if (d->n_faults > 0)
		hyk_record_put(&r, "faults", faults_value(&r, d, arena));
	keep_rest(&r, d, arena);
	st = hyk_record_finish(&r, ret_record);
	if (st != HYK_OK)
		return st;
	ret_record->kind = HYK_STR("decision");
	ret_record->id = hyk_str_from_c(d->id);
	ret_record->commons = d->commons != NULL ? d->commons->path
						 : hyk_str_from_c(caller->commons);
	ret_record->at_ms = d->now.s * 1000 + d->now.ns / 1000000;
	return HYK_OK;
}

/* ---- the way back ---- */

/* The clear value of a committed path; NULL: not disclosed. */
static const struct hyk_value *
disclosed(struct hyk_value disclosure, struct hyk_str path)
{
	const struct hyk_value *v = disclosure.kind == HYK_MAP
	    ? hyk_vmap_find_str(disclosure.as.map, path)
	    : NULL;

	if (v == NULL || v->kind != HYK_LIST || v->as.list->n != 2)
		return NULL;
	return &v->as.list->items[1];
}

static enum hyk_status
parse(struct hyk_arena *arena, const char *name, struct hyk_str text, struct hyk_value *ret_v)
{
	struct hyk_source *src = hyk_source_new(arena, hyk_str_from_c(name), text);

	return src == NULL ? HYK_E_NOMEM : hyk_json_parse(arena, src, NULL, ret_v, NULL);
}

static enum hyk_status
rebuild(struct hyk_arena *arena, struct hyk_value leaf, struct hyk_value disclosure,
    struct hyk_value *ret_request)
{
	static const char *const roots[4] = { "subject.", "resource.", "context.", "action." };
	struct hyk_mapb parts[4], req, part;
	const struct hyk_value *facts = hyk_value_get(leaf, "facts"), *v, *subject_id;
	bool ok = true;

	subject_id = disclosed(disclosure, HYK_STR("subject.id"));
	if (subject_id == NULL)
		return HYK_E_NOT_FOUND;
	for (size_t i = 0; i < 4; i++)
		hyk_mapb_init(&parts[i], arena);
	for (uint32_t i = 0; facts != NULL && facts->kind == HYK_MAP && i < facts->as.map->n; i++) {
		struct hyk_str path = hyk_value_str(facts->as.map->entries[i].key);
		const struct hyk_value *clear = disclosed(disclosure, path);

		if (clear == NULL)
			clear = &facts->as.map->entries[i].value;
		for (size_t k = 0; k < 4; k++) {
			struct hyk_str root = hyk_str_from_c(roots[k]);

			if (hyk_str_starts_with(path, root))
				ok &= hyk_mapb_add(&parts[k],
				    hyk_string(hyk_str_make(path.p + root.n, path.n - root.n)),
				    *clear);
		}
	}
	hyk_mapb_init(&req, arena);
	hyk_mapb_init(&part, arena);
	v = hyk_value_get(leaf, "subject");
	ok &= v != NULL && hyk_value_get(*v, "type") != NULL &&
	    hyk_mapb_add_c(&part, "type", *hyk_value_get(*v, "type"));
	ok &= hyk_mapb_add_c(&part, "id", *subject_id);
	ok &= hyk_mapb_add_c(&part, "properties", hyk_mapb_finish(&parts[0], NULL));
	ok &= hyk_mapb_add_c(&req, "subject", hyk_mapb_finish(&part, NULL));
	hyk_mapb_init(&part, arena);
	v = hyk_value_get(leaf, "action");
	ok &= v != NULL && hyk_mapb_add_c(&part, "name", *v);
	ok &= hyk_mapb_add_c(&part, "properties", hyk_mapb_finish(&parts[3], NULL));
	ok &= hyk_mapb_add_c(&req, "action", hyk_mapb_finish(&part, NULL));
	hyk_mapb_init(&part, arena);
	v = hyk_value_get(leaf, "resource");
	ok &= v != NULL && hyk_value_get(*v, "type") != NULL && hyk_value_get(*v, "id") != NULL &&
	    hyk_mapb_add_c(&part, "type", *hyk_value_get(*v, "type")) &&
	    hyk_mapb_add_c(&part, "id", *hyk_value_get(*v, "id"));
	ok &= hyk_mapb_add_c(&part, "properties", hyk_mapb_finish(&parts[1], NULL));
	ok &= hyk_mapb_add_c(&req, "resource", hyk_mapb_finish(&part, NULL));
	ok &= hyk_mapb_add_c(&req, "context", hyk_mapb_finish(&parts[2], NULL));
	ok &= hyk_mapb_add_c(&req, "dry_run", hyk_bool(true));
	ok &= hyk_mapb_add_c(&req, "as_scenario", hyk_bool(true));
	v = hyk_value_get(leaf, "at");
	ok &= v != NULL && hyk_mapb_add_c(&req, "now", *v);
	v = hyk_value_get(leaf, "commons");
	if (v != NULL && v->kind == HYK_STRING)
		ok &= hyk_mapb_add_c(&req, "commons", *v);
	v = hyk_value_get(leaf, "known");
	if (v != NULL)
		ok &= hyk_mapb_add_c(&req, "known", *v);
	*ret_request = hyk_mapb_finish(&req, NULL);
	return ok && ret_request->kind == HYK_MAP ? HYK_OK : HYK_E_NOMEM;
}

enum hyk_status
hyk_decision_record_request(const struct hyk_store_record *record, struct hyk_arena *arena,
    struct hyk_value *ret_leaf, struct hyk_value *ret_request, struct hyk_value *ret_faults,
    struct hyk_value *ret_ignored)
{
	const struct hyk_value *kept;
	struct hyk_value disclosure;
	enum hyk_status st = parse(arena, "<leaf>", record->leaf, ret_leaf);

	if (st != HYK_OK)
		return st;
	if (record->disclosure.n == 0)
		return HYK_E_NOT_FOUND;
	st = parse(arena, "<disclosure>", record->disclosure, &disclosure);
	if (st != HYK_OK)
		return st;
	kept = disclosed(disclosure, HYK_STR("faults"));
	*ret_faults = kept != NULL ? *kept : hyk_null();
	kept = disclosed(disclosure, HYK_STR("ignored"));
	*ret_ignored = kept != NULL ? *kept : hyk_null();
	return rebuild(arena, *ret_leaf, disclosure, ret_request);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/replay.c - a recorded decision again: under the ruleset its leaf names, on the facts of
 * that moment.
 *
 * The answer is made anew, not kept: that every decision can be made again is a promise, and here
 * it is used each time somebody looks. One that differs from the leaf in outcome, reasons, needs or
 * duties is never shown.
 */
#include "base/digest.h"
#include "ledger/record.h"
#include "runtime/engine_impl.h"
#include "value/json.h"

static struct hyk_str
leaf_text(struct hyk_value leaf, const char *name)
{
	const struct hyk_value *v = hyk_value_get(leaf, name);

	return v != NULL && v->kind == HYK_STRING ? hyk_value_str(*v) : HYK_STR("");
}

/* Its own decisions a token may read; those of others an auditor of their commons. */
static bool
may_read(const struct hyk_caller *caller, const struct hyk_store_record *r, struct hyk_value leaf)
{
	if (caller->rights & HYK_RIGHT_AUDITOR && hyk_commons_contains(hyk_str_from_c(caller->commons), r->commons))
		return true;
	/* A name may have been another token's before, of another commons. */
	return hyk_str_eq_c(leaf_text(leaf, "caller"), caller->name) &&
	    (r->commons.n == 0 || hyk_commons_contains(hyk_str_from_c(caller->commons), r->commons));
}

static struct hyk_str
only_reason(struct hyk_value leaf)
{
	const struct hyk_value *reasons = hyk_value_get(leaf, "reasons");

	if (reasons == NULL || reasons->kind != HYK_LIST || reasons->as.list->n != 1)
		return HYK_STR("");
	return hyk_value_str(reasons->as.list->items[0]);
}

static bool
is_outside(struct hyk_value leaf)
{
	return hyk_str_eq_c(only_reason(leaf), "OUTSIDE_COMMONS");
}

static bool
denied_at_the_door(struct hyk_value leaf)
{
	static const char *const codes[] = { "UNKNOWN_TYPE", "UNKNOWN_ACTION", "UNKNOWN_COMMONS",
		"UNKNOWN_ASSET" };
	struct hyk_str only = only_reason(leaf);

	for (size_t i = 0; i < HYK_ARRAY_LEN(codes); i++)
		if (hyk_str_eq_c(only, codes[i]))
			return true;
	return is_outside(leaf);
}

/* ---- numbers and days ---- */

static struct hyk_value mend(
    struct hyk_arena *a, const struct hyk_type *t, struct hyk_value v, bool *failed);

static struct hyk_value
mend_list(struct hyk_arena *a, const struct hyk_type *t, struct hyk_value v, bool *failed)
{
	struct hyk_value *items = hyk_arena_array(a, v.as.list->n + 1, sizeof(*items));

	if (items == NULL) {
		*failed = true;
		return v;
	}
	for (uint32_t i = 0; i < v.as.list->n; i++)
		items[i] = mend(a, t->elem, v.as.list->items[i], failed);
	return hyk_list(a, items, v.as.list->n);
}

static struct hyk_value
mend_map(struct hyk_arena *a, const struct hyk_type *t, struct hyk_value v, bool *failed)
{
	struct hyk_mapb b;

	hyk_mapb_init(&b, a);
	for (uint32_t i = 0; i < v.as.map->n; i++) {
		const struct hyk_ventry *e = &v.as.map->entries[i];
		const struct hyk_type *of = t->elem;

		if (t->kind == HYK_T_RECORD) {
			const struct hyk_field *f = hyk_type_find_field(t, hyk_value_str(e->key));

			of = f != NULL ? f->type : NULL;
		}
		*failed |= !hyk_mapb_add(&b, e->key, mend(a, of, e->value, failed));
	}
	return hyk_mapb_finish(&b, NULL);
}

/* RFC 8785 has no whole numbers past 2^53, so leaf and disclosure keep them as texts; where the
 * schema says a number, it is one. A date of another zone is kept as the moment its day began. */
static struct hyk_value
mend(struct hyk_arena *a, const struct hyk_type *t, struct hyk_value v, bool *failed)
{
	struct hyk_value time;
	int64_t i;
	uint64_t u;

	if (t == NULL)
		return v;
	if (t->kind == HYK_T_OPTIONAL)
		return mend(a, t->elem, v, failed);
	if (t->kind == HYK_T_INT && v.kind == HYK_STRING && hyk_str_to_i64(hyk_value_str(v), &i))
		return hyk_int(i);
	if (t->kind == HYK_T_UINT && v.kind == HYK_STRING && hyk_str_to_u64(hyk_value_str(v), &u))
		return hyk_uint(u);
	if (t->kind == HYK_T_DATE && v.kind == HYK_STRING && hyk_timestamp_parse(hyk_value_str(v), &time))
		return time;
	if (t->kind == HYK_T_LIST && v.kind == HYK_LIST)
		return mend_list(a, t, v, failed);
	if ((t->kind == HYK_T_MAP || t->kind == HYK_T_RECORD) && v.kind == HYK_MAP)
		return mend_map(a, t, v, failed);
	return v;
}

const struct hyk_fact *
hyk_request_fact(const struct hyk_catalog *c, const struct hyk_request *q, enum hyk_root root,
    struct hyk_str name)
{
	const struct hyk_asset_type *type = hyk_catalog_find_type(c, q->resource_type);
	const struct hyk_shape *shape = type != NULL
	    ? hyk_catalog_find_shape(c, type, q->action_name)
	    : NULL;
	const struct hyk_subject_type *who = hyk_catalog_find_subject_type(c, q->subject_type);

	for (size_t i = 0; shape != NULL && i < shape->n_facts; i++)
		if (shape->facts[i]->root == root && hyk_str_eq(shape->facts[i]->name, name))
			return shape->facts[i];
	for (size_t i = 0; root == HYK_SUBJECT && who != NULL && i < who->n_facts; i++)
		if (hyk_str_eq(who->facts[i]->name, name))
			return who->facts[i];
	return NULL;
}

enum hyk_status
hyk_request_mend(struct hyk_arena *a, const struct hyk_catalog *c, struct hyk_request *q)
{
	bool failed = false;

	for (unsigned root = 0; root < HYK_N_ROOTS; root++) {
		struct hyk_value p = q->properties[root];
		struct hyk_mapb b;

		if (p.kind != HYK_MAP || p.as.map->n == 0)
			continue;
		hyk_mapb_init(&b, a);
		for (uint32_t i = 0; i < p.as.map->n; i++) {
			const struct hyk_ventry *e = &p.as.map->entries[i];
			const struct hyk_fact *f = hyk_request_fact(
			    c, q, (enum hyk_root)root, hyk_value_str(e->key));

			failed |= !hyk_mapb_add(
			    &b, e->key, mend(a, f != NULL ? f->type : NULL, e->value, &failed));
		}
		q->properties[root] = hyk_mapb_finish(&b, NULL);
		failed |= q->properties[root].kind != HYK_MAP;
	}
	return failed ? HYK_E_NOMEM : HYK_OK;
}

/* ---- is it the same decision? ---- */

static bool
same_names(struct hyk_value leaf, const char *name, size_t n,
    struct hyk_str (*at)(const struct hyk_decision *, size_t, struct hyk_arena *),
    const struct hyk_decision *d, struct hyk_arena *a)
{
	const struct hyk_value *v = hyk_value_get(leaf, name);

	if (v == NULL || v->kind != HYK_LIST || v->as.list->n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!hyk_str_eq(hyk_value_str(v->as.list->items[i]), at(d, i, a)))
			return false;
	return true;
}

static struct hyk_str
reason_at(const struct hyk_decision *d, size_t i, struct hyk_arena *a)
{
	(void)a;
	return d->reasons[i].rule != NULL ? d->reasons[i].rule->full : d->reasons[i].code;
}

static struct hyk_str
need_at(const struct hyk_decision *d, size_t i, struct hyk_arena *a)
{
	return hyk_arena_printf(
	    a, "%.*s:%.*s", HYK_STR_ARG(d->needs[i].kind), HYK_STR_ARG(d->needs[i].id));
}

static struct hyk_str
duty_at(const struct hyk_decision *d, size_t i, struct hyk_arena *a)
{
	(void)a;
	return d->duties[i].type;
}

/* The same outcome for another reason is another decision. */
static bool
is_same(struct hyk_value leaf, const struct hyk_decision *d, struct hyk_arena *a)
{
	return hyk_str_eq_c(leaf_text(leaf, "outcome"), hyk_outcome_name(d->outcome)) &&
	    same_names(leaf, "reasons", d->n_reasons, reason_at, d, a) &&
	    same_names(leaf, "needs", d->n_needs, need_at, d, a) &&
	    same_names(leaf, "duties", d->n_duties, duty_at, d, a);
}

/* ---- hooks ---- */

/* How the recorded decision's hooks failed, if they did: what failed then fails again, whatever
 * would work now. */
struct recorded_hooks {
	struct hyk_worker *worker;
	struct hyk_jail *jail; /* of the ruleset of that time */
	struct hyk_value faults, messages;
};

static bool
is_plugin_fault(struct hyk_value code)
{
	return hyk_str_starts_with(hyk_value_str(code), HYK_STR("PLUGIN_"));
}

static bool
is_bad_result(struct hyk_value code)
{
	return hyk_str_eq_c(hyk_value_str(code), "PLUGIN_BAD_RESULT");
}

static size_t
count_plugin_faults(struct hyk_value faults)
{
	size_t n = 0;

	for (uint32_t i = 0; faults.kind == HYK_LIST && i < faults.as.list->n; i++)
		n += is_plugin_fault(faults.as.list->items[i]);
	return n;
}

static struct hyk_str
outcome_of(struct hyk_value code)
{
	static const struct {
		const char *code, *outcome;
	} outcomes[] = {
		{ "PLUGIN_BUDGET", "budget" },
		{ "PLUGIN_MEMORY", "memory" },
		{ "PLUGIN_TIMEOUT", "deadline" },
		{ "PLUGIN_QUARANTINE", "quarantine" },
	};

	for (size_t i = 0; i < HYK_ARRAY_LEN(outcomes); i++)
		if (hyk_str_eq_c(hyk_value_str(code), outcomes[i].code))
			return hyk_str_from_c(outcomes[i].outcome);
	return HYK_STR("error");
}

static struct hyk_str
text_at(struct hyk_value list, uint32_t i)
{
	if (list.kind != HYK_LIST || i >= list.as.list->n ||
	    list.as.list->items[i].kind != HYK_STRING)
		return HYK_STR("");
	return hyk_value_str(list.as.list->items[i]);
}

static void
run_recorded(void *self, struct hyk_hook_call *calls, size_t n, struct hyk_arena *arena)
{
	struct recorded_hooks *r = self;
	size_t at = 0;

	if (count_plugin_faults(r->faults) != n) {
		hyk_worker_ask(r->worker, r->jail, calls, n, arena);
		return;
	}
	for (uint32_t i = 0; i < r->faults.as.list->n; i++) {
		if (!is_plugin_fault(r->faults.as.list->items[i]))
			continue;
		if (is_bad_result(r->faults.as.list->items[i])) {
			/* It answered, and part of the answer may have been good. */
			hyk_worker_ask(r->worker, r->jail, &calls[at], 1, arena);
		} else {
			calls[at].ok = false;
			calls[at].outcome = outcome_of(r->faults.as.list->items[i]);
			calls[at].message = text_at(r->messages, i);
		}
		at++;
	}
}

/* Hooks that answered then do not answer now: nothing can be said about the record. */
static bool
lacks_hooks(struct hyk_value faults, const struct hyk_decision *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n_faults; i++)
		n += hyk_str_starts_with(d->faults[i].code, HYK_STR("PLUGIN_"));
	return n > count_plugin_faults(faults);
}

static void
gone_wrong(struct hyk_exchange *x, enum hyk_status st, const struct hyk_diags *diags)
{
	if (st == HYK_E_NOT_FOUND)
		hyk_exchange_fail(x, 410, "ERASED",
		    "what this decision was about has been erased; its leaf remains",
		    "이 결정의 내용은 지워졌고 기록의 잎만 남아 있습니다", NULL);
	else if (st == HYK_E_NOMEM || st == HYK_E_LIMIT)
		hyk_exchange_fail(x, 503, "NO_MEMORY", "the engine has no memory left",
		    "엔진의 메모리가 부족합니다", NULL);
	else
		hyk_exchange_fail(x, 500, "NOT_REPLAYABLE",
		    "the recorded decision cannot be made again",
		    "기록된 결정을 다시 내릴 수 없습니다", diags);
}

/* What nobody had asked for is not among the facts, so it is not in the request made again. */
static bool
put_ignored(struct hyk_decision *d, struct hyk_value ignored, struct hyk_arena *arena)
{
	struct hyk_str *paths;

	if (ignored.kind != HYK_LIST)
		return true;
	paths = hyk_arena_array(arena, ignored.as.list->n + 1, sizeof(*paths));
	if (paths == NULL)
		return false;
	for (uint32_t i = 0; i < ignored.as.list->n; i++)
		paths[i] = text_at(ignored, i);
	d->ignored = paths;
	d->n_ignored = ignored.as.list->n;
	return true;
}

static const struct hyk_entity *
find_nobody(void *self, struct hyk_str type, struct hyk_str id)
{
	(void)self;
	(void)type;
	(void)id;
	return NULL;
}

static void
replay_record(struct hyk_worker *w, struct hyk_exchange *x, const struct hyk_store_record *record)
{
	struct hyk_arena *arena = &x->state->arena;
	struct hyk_decision *d = hyk_arena_alloc(arena, sizeof(*d));
	struct hyk_request *request = hyk_arena_alloc(arena, sizeof(*request));
	struct hyk_snapshot *snapshot = NULL;
	struct recorded_hooks recorded = {
		.worker = w, .faults = hyk_null(), .messages = hyk_null()
	};
	struct hyk_hooks hooks = { &recorded, run_recorded };
	const struct hyk_entities nobody = { NULL, find_nobody };
	struct hyk_decide_input in = { 0 };
	struct hyk_value leaf, v, ignored;
	const struct hyk_value *version, *faults;
	struct hyk_diags diags;
	enum hyk_status st;

	hyk_diags_init(&diags, arena);
	if (d == NULL || request == NULL) {
		gone_wrong(x, HYK_E_NOMEM, NULL);
		return;
	}
	st = hyk_decision_record_request(record, arena, &leaf, &v, &recorded.messages, &ignored);
	if (st != HYK_OK) {
		gone_wrong(x, st, NULL);
		return;
	}
	version = hyk_value_get(leaf, "ruleset");
	st = version == NULL || version->kind != HYK_INT
	    ? HYK_E_INVALID
	    : hyk_engine_snapshot_of(
		  w->engine, w->reader, (uint64_t)version->as.i, &snapshot, &diags);
	if (st == HYK_OK)
		st = hyk_worker_jail_of(w, snapshot, &recorded.jail, &diags);
	if (st == HYK_OK)
		st = hyk_request_read(v, HYK_SEARCHED_NOTHING, true, request, &diags);
	if (st == HYK_OK)
		st = hyk_request_mend(arena, snapshot->ruleset->catalog, request);
	if (st != HYK_OK)
		goto out;
	/* Refused before any rule was asked: the ruleset's own registry refuses it again, as no
	 * scenario would. */
	if (denied_at_the_door(leaf)) {
		request->as_scenario = false;
		/* What was not registered then may be now, and the other way round. */
		if (hyk_str_eq_c(only_reason(leaf), "UNKNOWN_ASSET"))
			in.entities = &nobody;
	}
	in.ruleset = snapshot->ruleset;
	in.request = request;
	/* Whose token it was the leaf does not say; a blank is no commons and holds nothing. */
	in.caller_commons = is_outside(leaf) ? HYK_STR(" ") : HYK_STR("");
	in.now = request->now;
	faults = hyk_value_get(leaf, "faults");
	if (faults != NULL)
		recorded.faults = *faults;
	in.hooks = &hooks;
	in.trace = x->op == HYK_OP_EXPLAIN;
	in.workspace = w->workspace;
	in.arena = arena;
	st = hyk_decide(&in, d, &diags);
	if (st != HYK_OK)
		goto out;
	if (!is_same(leaf, d, arena) && lacks_hooks(recorded.faults, d)) {
		hyk_exchange_fail(x, 503, "PLUGIN_UNAVAILABLE",
		    "a plugin that this decision needs does not answer now; try again later",
		    "이 결정에 필요한 플러그인이 지금 답하지 않습니다. 나중에 다시 시도하세요",
		    NULL);
		x->problem.retry_after_s = 1;
		goto out;
	}
	if (!is_same(leaf, d, arena)) {
		hyk_exchange_fail(x, 500, "REPLAY_DIFFERS",
		    "made again, the decision comes out differently than its record says; tell the operator",
		    "다시 내린 결정이 기록과 다릅니다. 운영자에게 알려 주세요", NULL);
		goto out;
	}
	if (!put_ignored(d, ignored, arena)) {
		st = HYK_E_NOMEM;
		goto out;
	}
	hyk_engine_count(w->engine, HYK_COUNT_REPLAY);
	d->dry_run = false;
	d->dev = hyk_value_get(leaf, "dev") != NULL;
	memcpy(d->id, record->id.p, record->id.n < 26 ? record->id.n : 26);
	d->id[26] = '\0';
	if (x->op == HYK_OP_EXPLAIN) {
		hyk_decision_write_trace(&x->answer, d);
	} else {
		hyk_decision_write_open(&x->answer, d);
		hyk_decision_write_close(&x->answer, &record->index, record->leaf_hash);
	}
	x->status = 200;
out:
	/* The decision borrows from the snapshot: it is rendered by now. */
	if (st != HYK_OK)
		gone_wrong(x, st, &diags);
	hyk_snapshot_unref(snapshot);
}

static bool
reads(struct hyk_exchange *x, const struct hyk_store_record *record)
{
	struct hyk_source *src = hyk_source_new(&x->state->arena, HYK_STR("<leaf>"), record->leaf);
	struct hyk_value leaf;

	return src != NULL && hyk_json_parse(&x->state->arena, src, NULL, &leaf, NULL) == HYK_OK &&
	    may_read(&x->caller, record, leaf);
}

void
hyk_replay(struct hyk_worker *w, struct hyk_exchange *x)
{
	struct hyk_store_record record;
	enum hyk_status st = w->reader == NULL
	    ? HYK_E_NOT_FOUND
	    : hyk_store_reader_find(w->reader, &x->state->arena, x->id, &record);

	/* What the caller may not see does not exist for them. */
	if (st == HYK_OK && (!hyk_str_eq_c(record.kind, "decision") || !reads(x, &record)))
		st = HYK_E_NOT_FOUND;
	if (st == HYK_E_NOT_FOUND) {
		hyk_exchange_fail(x, 404, "NO_SUCH_DECISION",
		    "there is no decision of this id for you", "이 번호의 결정이 없습니다", NULL);
		return;
	}
	if (st != HYK_OK) {
		hyk_exchange_fail(x, 503, "STORE_UNREADABLE", "the record cannot be read now",
		    "지금 기록을 읽을 수 없습니다", NULL);
		return;
	}
	if (!hyk_record_verify(&x->state->arena, &record)) {
		hyk_exchange_fail(x, 500, "RECORD_CHANGED",
		    "the record does not match its own hash; tell the operator",
		    "기록이 스스로의 해시와 맞지 않습니다. 운영자에게 알려 주세요", NULL);
		return;
	}
	replay_record(w, x, &record);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/replay.c - a recorded decision again: under the ruleset its leaf names, on the facts of that moment.
 *
 * The answer is made anew, not kept: that every decision can be made again is a promise, and here it is
 * used each time somebody looks. An outcome that differs from the leaf's is never shown as the decision.
 */
#include "base/digest.h"
#include "ledger/record.h"
#include "runtime/engine_impl.h"
#include "value/json.h"

static bool
may_read(const struct hyk_caller *caller, const struct hyk_store_record *r)
{
	return (caller->rights & (HYK_RIGHT_DECIDE | HYK_RIGHT_AUDITOR)) != 0 &&
	    hyk_commons_contains(hyk_str_from_c(caller->commons), r->commons);
}

static struct hyk_str
leaf_text(struct hyk_value leaf, const char *name)
{
	const struct hyk_value *v = hyk_value_get(leaf, name);

	return v != NULL && v->kind == HYK_STRING ? hyk_value_str(*v) : HYK_STR("");
}

/* Denials before any rule was asked: they have no commons, type or action to replay under. */
static bool
denied_at_the_door(struct hyk_value leaf)
{
	const struct hyk_value *reasons = hyk_value_get(leaf, "reasons");

	if (reasons == NULL || reasons->kind != HYK_LIST || reasons->as.list->n != 1)
		return false;
	if (reasons->as.list->items[0].kind != HYK_STRING)
		return false;
	return hyk_str_starts_with(hyk_value_str(reasons->as.list->items[0]), HYK_STR("UNKNOWN_")) ||
	    hyk_str_eq_c(hyk_value_str(reasons->as.list->items[0]), "OUTSIDE_COMMONS");
}

static void
write_from_leaf(struct hyk_exchange *x, struct hyk_value leaf, const struct hyk_store_record *r)
{
	const struct hyk_value *reasons = hyk_value_get(leaf, "reasons"), *now = hyk_value_get(leaf, "at");
	const struct hyk_value *ruleset = hyk_value_get(leaf, "ruleset");

	hyk_buf_append_c(&x->answer, "{\"decision\":false,\"context\":{\"id\":");
	hyk_json_write_str(&x->answer, leaf_text(leaf, "id"));
	hyk_buf_append_c(&x->answer, ",\"outcome\":\"deny\",\"ruleset\":");
	hyk_json_write(&x->answer, ruleset != NULL ? *ruleset : hyk_null());
	hyk_buf_append_c(&x->answer, ",\"now\":");
	hyk_json_write(&x->answer, now != NULL ? *now : hyk_null());
	hyk_buf_append_c(&x->answer, ",\"reasons\":[{\"code\":");
	hyk_json_write(&x->answer, reasons->as.list->items[0]);
	hyk_buf_append_c(&x->answer, ",\"effect\":\"forbid\"}],\"needs\":[],\"duties\":[],\"offers\":[]");
	hyk_decision_write_close(&x->answer, &r->index, r->leaf_hash);
}

static void
gone_wrong(struct hyk_exchange *x, enum hyk_status st, const struct hyk_diags *diags)
{
	if (st == HYK_E_NOT_FOUND)
		hyk_exchange_fail(x, 410, "ERASED", "what this decision was about has been erased; its leaf remains",
		    "이 결정의 내용은 지워졌고 기록의 잎만 남아 있습니다", NULL);
	else if (st == HYK_E_NOMEM || st == HYK_E_LIMIT)
		hyk_exchange_fail(x, 503, "NO_MEMORY", "the engine has no memory left", "엔진의 메모리가 부족합니다", NULL);
	else
		hyk_exchange_fail(x, 500, "NOT_REPLAYABLE", "the recorded decision cannot be made again",
		    "기록된 결정을 다시 내릴 수 없습니다", diags);
}

static void
replay_record(struct hyk_worker *w, struct hyk_exchange *x, const struct hyk_store_record *record)
{
	struct hyk_arena *arena = &x->state->arena;
	struct hyk_decision *d = hyk_arena_alloc(arena, sizeof(*d));
	struct hyk_request *request = hyk_arena_alloc(arena, sizeof(*request));
	struct hyk_snapshot *snapshot = NULL;
	struct hyk_hooks hooks = hyk_worker_hooks(w);
	struct hyk_decide_input in = { 0 };
	struct hyk_value leaf, v;
	const struct hyk_value *version;
	struct hyk_diags diags;
	enum hyk_status st;

	hyk_diags_init(&diags, arena);
	if (d == NULL || request == NULL) {
		gone_wrong(x, HYK_E_NOMEM, NULL);
		return;
	}
	st = hyk_decision_record_request(record, arena, &leaf, &v);
	if (st != HYK_OK) {
		gone_wrong(x, st, NULL);
		return;
	}
	if (denied_at_the_door(leaf)) {
		write_from_leaf(x, leaf, record);
		x->status = 200;
		return;
	}
	version = hyk_value_get(leaf, "ruleset");
	st = version == NULL || version->kind != HYK_INT ? HYK_E_INVALID :
	    hyk_engine_snapshot_of(w->engine, w->reader, (uint64_t)version->as.i, &snapshot, &diags);
	if (st == HYK_OK)
		st = hyk_request_read(arena, v, true, request, &diags);
	if (st != HYK_OK)
		goto out;
	in.ruleset = snapshot->ruleset;
	in.request = request;
	in.caller_commons = HYK_STR("");
	in.now = request->now;
	in.hooks = &hooks; /* the worker's jail runs the plugins of the ruleset in force */
	in.trace = x->op == HYK_OP_EXPLAIN;
	in.workspace = w->workspace;
	in.arena = arena;
	st = hyk_decide(&in, d, &diags);
	if (st != HYK_OK)
		goto out;
	if (!hyk_str_eq_c(leaf_text(leaf, "outcome"), hyk_outcome_name(d->outcome))) {
		hyk_exchange_fail(x, 500, "REPLAY_DIFFERS",
		    "made again, the decision comes out differently than its record says; tell the operator",
		    "다시 내린 결정이 기록과 다릅니다. 운영자에게 알려 주세요", NULL);
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

void
hyk_replay(struct hyk_worker *w, struct hyk_exchange *x)
{
	struct hyk_store_record record;
	enum hyk_status st = w->reader == NULL ? HYK_E_NOT_FOUND :
	    hyk_store_reader_find(w->reader, &x->state->arena, x->id, &record);

	/* What the caller may not see does not exist for them. */
	if (st == HYK_OK && (!hyk_str_eq_c(record.kind, "decision") || !may_read(&x->caller, &record)))
		st = HYK_E_NOT_FOUND;
	if (st == HYK_E_NOT_FOUND) {
		hyk_exchange_fail(x, 404, "NO_SUCH_DECISION", "there is no decision of this id for you",
		    "이 번호의 결정이 없습니다", NULL);
		return;
	}
	if (st != HYK_OK) {
		hyk_exchange_fail(x, 503, "STORE_UNREADABLE", "the record cannot be read now", "지금 기록을 읽을 수 없습니다",
		    NULL);
		return;
	}
	if (!hyk_record_verify(&x->state->arena, &record)) {
		hyk_exchange_fail(x, 500, "RECORD_CHANGED", "the record does not match its own hash; tell the operator",
		    "기록이 스스로의 해시와 맞지 않습니다. 운영자에게 알려 주세요", NULL);
		return;
	}
	replay_record(w, x, &record);
}

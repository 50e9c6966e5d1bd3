/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/agreement.c - commands on agreements from body to answer: worked out, recorded whole or not at all, answered
 * after the commit; and once, however often they are sent with one key.
 */
#include "runtime/agreement_impl.h"

#include "agreement/duty.h"
#include "base/digest.h"
#include "base/log.h"
#include "value/json.h"

/* Each try that fails means that another command got through. */
#define MAX_ATTEMPTS 200u

bool
hyk_read_party(struct hyk_value v, struct hyk_arena *arena, struct hyk_str *ret_party)
{
	struct hyk_str type = hyk_text_member(v, "type"), id = hyk_text_member(v, "id"), s;
	const char *colon;

	if (v.kind == HYK_MAP && type.n > 0 && id.n > 0 && v.as.map->n == 2) {
		s = hyk_arena_printf(arena, "%.*s:%.*s", HYK_STR_ARG(type), HYK_STR_ARG(id));
	} else if (v.kind == HYK_STRING) {
		s = hyk_value_str(v);
		colon = s.n > 0 ? memchr(s.p, ':', s.n) : NULL;
		if (colon == NULL || colon == s.p || colon == s.p + s.n - 1)
			return false;
	} else {
		return false;
	}
	if (s.p == NULL || s.n > 300)
		return false;
	*ret_party = s;
	return true;
}

/* ---- steps ---- */

/* When the use of another begins that could end this one's time for claims. */
static enum hyk_status
look_out(struct hyk_agreement_work *k, struct hyk_outlook *o)
{
	int64_t ms = HYK_NEVER_MS;
	enum hyk_status st = hyk_store_reader_next_hold(k->worker->reader, k->a.resource_type, k->a.resource_id,
	    hyk_time_ms(k->now), k->a.id, &ms);

	o->has_next_use = ms != HYK_NEVER_MS;
	o->next_use = (struct hyk_time){ ms / 1000, (int32_t)(ms % 1000) * 1000000 };
	return st;
}

enum hyk_status
hyk_work_step(struct hyk_agreement_work *k, const struct hyk_transition *t, const struct hyk_event *e,
    enum hyk_actor actor)
{
	struct hyk_agreement_step *s = &k->steps[k->n_steps];
	struct hyk_outlook o = { 0 };
	enum hyk_status st;

	if (k->n_steps == HYK_MAX_STEPS)
		return HYK_E_LIMIT;
	st = look_out(k, &o);
	if (st != HYK_OK)
		return st;
	*s = (struct hyk_agreement_step){ .from = k->a.state, .event = *e, .actor = actor };
	st = hyk_agreement_apply(
	    &k->a, k->type->workflow, t, e, actor, &o, k->arena, &s->after, &k->diags);
	if (st != HYK_OK)
		return st;
	k->a = s->after;
	k->n_steps++;
	return hyk_work_follow(k, e);
}

enum hyk_status
hyk_work_settle(struct hyk_agreement_work *k)
{
	while (hyk_agreement_awaits_decision(&k->a, k->type->workflow)) {
		struct hyk_event e = { .at = k->now };
		const struct hyk_transition *t;
		struct hyk_decision d;
		enum hyk_status st = hyk_work_decide(k, true, &d);

		if (st != HYK_OK)
			return st;
		t = hyk_agreement_by_decision(&k->a, k->type->workflow, &d, hyk_duties_before_done(&k->a));
		if (t == NULL)
			return HYK_E_FAULT; /* the workflow has no way for this outcome: checked at load */
		e.name = t->event;
		st = hyk_work_step(k, t, &e, HYK_ACTOR_ENGINE);
		if (st != HYK_OK)
			return st;
	}
	return HYK_OK;
}

/* ---- records ---- */

static enum hyk_status
make_records(struct hyk_agreement_work *k)
{
	enum hyk_status st = HYK_OK;

	for (size_t i = 0; i < k->n_steps && st == HYK_OK; i++) {
		const struct hyk_agreement_step *s = &k->steps[i];
		bool last = i + 1 == k->n_steps;

		k->record_of[i] = k->n_records;
		st = hyk_agreement_record(&s->after, s->from, &s->event, s->actor, last ? &k->key : NULL, k->arena,
		    &k->records[k->n_records]);
		if (st == HYK_OK)
			st = hyk_agreement_change(&k->records[k->n_records++], k->arena, &k->changes[i]);
	}
	return st;
}

static enum hyk_status
project_work(void *self, struct hyk_store *store, const struct hyk_store_record *records, size_t n)
{
	struct hyk_agreement_work *k = self;
	enum hyk_status s = HYK_OK;

	(void)n;
	for (size_t i = 0; i < k->n_steps && s == HYK_OK; i++)
		s = hyk_agreement_project(store, &k->changes[i], records[k->record_of[i]].index);
	return s;
}

/* A batch has one `self` for all its functions: of an exchange it is the exchange's. */
static enum hyk_status
project(void *self, struct hyk_store *store, const struct hyk_store_record *records, size_t n)
{
	const struct hyk_exchange_state *st = self;

	return project_work(st->work, store, records, n);
}

/* ---- answers ---- */

void
hyk_agreement_write(struct hyk_exchange *x, const struct hyk_agreement *a, uint64_t index, const uint8_t *leaf_hash)
{
	struct hyk_value v = hyk_agreement_value(a, false, &x->state->arena);
	struct hyk_buf *b = &x->answer;

	hyk_json_write(b, v);
	if (v.kind != HYK_MAP || b->failed || b->n == 0) {
		b->failed = true;
		return;
	}
	b->n--; /* the closing brace comes back after the record */
	hyk_buf_printf(b, ",\"record\":{\"index\":%llu,\"leaf\":\"", (unsigned long long)index);
	hyk_base64url(b, leaf_hash, 32);
	hyk_buf_append_c(b, "\"}}");
}

static int
http_status(enum hyk_status st)
{
	switch (st) {
	case HYK_E_DENIED:
		return 403;
	case HYK_E_NOT_FOUND:
		return 404;
	case HYK_E_EXISTS:
	case HYK_E_LIMIT:
		return 409;
	case HYK_E_INVALID:
		return 422;
	case HYK_OK:
	case HYK_E_NOMEM:
	case HYK_E_BUSY:
	case HYK_E_IO:
	case HYK_E_FULL:
	case HYK_E_FAULT:
	case HYK_E_STOPPED:
		break;
	}
	return 503;
}

static void
refuse(struct hyk_exchange *x, enum hyk_status st, const struct hyk_refusal *r)
{
	struct hyk_agreement_work *k = x->state->work;

	if (r->status != 0)
		hyk_exchange_fail(x, r->status, r->code, r->en, r->ko, NULL);
	else if (k->diags.first != NULL)
		hyk_exchange_fail(x, http_status(st), "REFUSED", "refused", "거절되었습니다", &k->diags);
	else
		hyk_exchange_fail(x, 503, "NOT_NOW", "the engine could not work this out now; nothing has changed",
		    "지금은 처리하지 못했습니다. 바뀐 것은 없습니다", NULL);
	if (x->status == 503)
		x->problem.retry_after_s = 1;
}

/* The answer that this key got before. True: answered (or refused). */
static bool
answer_again(struct hyk_exchange *x)
{
	struct hyk_agreement_work *k = x->state->work;
	struct hyk_store_reader *reader = k->worker->reader;
	struct hyk_agreement_change change;
	struct hyk_store_record record;
	struct hyk_refusal refusal = { 0 };
	uint8_t asked[32];
	uint64_t index;
	enum hyk_status st;

	if (k->key.key.n == 0)
		return false;
	st = hyk_store_reader_answered(reader, k->key.key, asked, &index);
	if (st == HYK_E_NOT_FOUND)
		return false;
	if (st == HYK_OK && memcmp(asked, k->key.asked, 32) != 0) {
		HYK_DIAG0(&k->diags, HYK_D_AGREEMENT_KEY, NULL, HYK_NO_SPAN);
		refuse(x, HYK_E_INVALID, &refusal);
		return true;
	}
	if (st == HYK_OK)
		st = hyk_store_reader_at(reader, &x->state->arena, index, &record);
	if (st == HYK_OK)
		st = hyk_agreement_change(&record, &x->state->arena, &change);
	if (st != HYK_OK) {
		refuse(x, st, &refusal);
		return true;
	}
	hyk_agreement_write(x, &change.after, record.index, record.leaf_hash);
	x->status = k->opens ? 201 : 200;
	return true;
}

/* ---- attempts ---- */

static void
end_attempt(struct hyk_agreement_work *k)
{
	k->snapshot = hyk_snapshot_unref(k->snapshot);
}

static void
begin_attempt(struct hyk_agreement_work *k)
{
	hyk_arena_rewind(k->arena, k->begin);
	hyk_diags_init(&k->diags, k->arena);
	k->now = hyk_clock_now(k->worker->engine->clock);
	k->n_steps = k->n_records = 0;
	k->attempts++;
}

enum hyk_status
hyk_work_act(struct hyk_worker *w, struct hyk_arena *arena, struct hyk_str id, struct hyk_agreement_work *k)
{
	struct hyk_ledger_batch batch = { 0 };
	enum hyk_status st;

	memset(k, 0, sizeof(*k));
	k->worker = w;
	k->arena = arena;
	k->begin = hyk_arena_mark(arena);
	begin_attempt(k);
	st = hyk_work_due(k, id);
	if (st == HYK_OK)
		st = make_records(k);
	end_attempt(k);
	if (st != HYK_OK || k->n_steps == 0)
		return st;
	batch.records = k->records;
	batch.n = k->n_records;
	batch.project = project_work;
	batch.self = k;
	st = hyk_ledger_submit_wait(w->engine->ledger, &batch);
	if (st != HYK_E_BUSY)
		hyk_commit_log(w->engine, st);
	return st;
}

/* True: done, with or without success. False: on its way to the ledger. */
static bool
attempt(struct hyk_exchange *x)
{
	struct hyk_exchange_state *state = x->state;
	struct hyk_agreement_work *k = state->work;
	struct hyk_refusal refusal = { 0 };
	enum hyk_status st;

	begin_attempt(k);
	if (answer_again(x))
		return true;
	st = k->opens ? hyk_work_open(k, &x->caller, &refusal) : hyk_work_event(k, &x->caller, x->id, &refusal);
	if (st == HYK_OK)
		st = make_records(k);
	/* Records and rows have their own memory by now; the answer is made of them. */
	end_attempt(k);
	if (st != HYK_OK) {
		refuse(x, st, &refusal);
		return true;
	}
	state->batch.records = k->records;
	state->batch.n = k->n_records;
	state->batch.project = project;
	if (hyk_exchange_submit(state))
		return false;
	hyk_commit_fail(x);
	return true;
}

bool
hyk_agreement_finish(struct hyk_exchange *x)
{
	struct hyk_exchange_state *state = x->state;
	struct hyk_agreement_work *k = state->work;
	const struct hyk_store_record *last;

	if (state->committed != HYK_E_BUSY && state->committed != HYK_E_EXISTS)
		hyk_commit_log(k->worker->engine, state->committed);
	switch (state->committed) {
	case HYK_OK:
		last = &k->records[k->record_of[k->n_steps - 1]];
		hyk_agreement_write(x, &k->changes[k->n_steps - 1].after, last->index, last->leaf_hash);
		x->status = k->opens ? 201 : 200;
		hyk_timers_wake(k->worker->engine->timers);
		return true;
	case HYK_E_BUSY:
	case HYK_E_EXISTS:
		/* It has moved on, or the key or the decision was used at the same moment: looked at anew. */
		if (k->attempts < MAX_ATTEMPTS)
			return attempt(x);
		hyk_exchange_fail(x, 503, "CONTENDED", "too many ask for this at once; try again",
		    "같은 것을 찾는 요청이 너무 많습니다. 다시 시도하세요", NULL);
		x->problem.retry_after_s = 1;
		return true;
	case HYK_E_NOMEM:
	case HYK_E_LIMIT:
	case HYK_E_INVALID:
	case HYK_E_NOT_FOUND:
	case HYK_E_DENIED:
	case HYK_E_IO:
	case HYK_E_FULL:
	case HYK_E_FAULT:
	case HYK_E_STOPPED:
		break;
	}
	hyk_commit_fail(x);
	return true;
}

/* The key is the caller's own: another token may use the same. */
static enum hyk_status
read_key(struct hyk_agreement_work *k, const struct hyk_exchange *x)
{
	uint8_t digest[HYK_SHA256_BYTES];
	struct hyk_buf b;

	if (x->key.n == 0)
		return HYK_OK;
	hyk_buf_init(&b, 0);
	hyk_buf_printf(&b, "%s\n%.*s", x->caller.name, HYK_STR_ARG(x->key));
	hyk_sha256(hyk_buf_peek(&b), digest);
	hyk_buf_reset(&b);
	hyk_buf_printf(&b, "%d\n%.*s\n", (int)k->opens, HYK_STR_ARG(x->id));
	hyk_buf_append(&b, x->body);
	hyk_sha256(hyk_buf_peek(&b), k->key.asked);
	hyk_buf_reset(&b);
	hyk_base64url(&b, digest, sizeof(digest));
	if (!b.failed)
		k->key.key = hyk_arena_dup(k->arena, hyk_buf_peek(&b));
	hyk_buf_fini(&b);
	return k->key.key.p != NULL ? HYK_OK : HYK_E_NOMEM;
}

bool
hyk_agreement_start(struct hyk_worker *w, struct hyk_exchange *x)
{
	struct hyk_exchange_state *state = x->state;
	struct hyk_agreement_work *k = hyk_arena_alloc(&state->arena, sizeof(*k));
	struct hyk_source *src = hyk_source_new(&state->arena, HYK_STR("<request>"), x->body);
	enum hyk_status st;

	if (k == NULL || src == NULL) {
		hyk_exchange_fail(x, 503, "NO_MEMORY", "the engine has no memory left", "엔진의 메모리가 부족합니다", NULL);
		return true;
	}
	state->work = k;
	k->worker = w;
	k->arena = &state->arena;
	k->opens = x->op == HYK_OP_AGREE;
	hyk_diags_init(&k->diags, k->arena);
	if (w->reader == NULL) {
		hyk_exchange_fail(x, 503, "NO_STATE", "without a state there are no agreements", "상태가 없으면 약정도 없습니다", NULL);
		return true;
	}
	st = hyk_json_parse(k->arena, src, NULL, &k->body, &k->diags);
	if (st != HYK_OK || k->body.kind != HYK_MAP) {
		hyk_exchange_fail(x, 400, "NOT_AN_OBJECT", "the body is a JSON object", "본문은 JSON 객체여야 합니다", &k->diags);
		return true;
	}
	if (read_key(k, x) != HYK_OK) {
		hyk_exchange_fail(x, 503, "NO_MEMORY", "the engine has no memory left", "엔진의 메모리가 부족합니다", NULL);
		return true;
	}
	k->begin = hyk_arena_mark(k->arena);
	return attempt(x);
}

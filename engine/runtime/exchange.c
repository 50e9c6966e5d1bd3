/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/exchange.c - what every question shares, whatever it asks: its memory, its body, its way to the ledger and back,
 * and how it fails. Who answers what stands in the files above this one.
 */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/log.h"
#include "runtime/engine_impl.h"
#include "value/json.h"

/* ---- memory ---- */

struct hyk_exchange_state *
hyk_exchange_state_take(struct hyk_worker *w)
{
	struct hyk_exchange_state *st = w->spare;

	if (st != NULL) {
		w->spare = st->next;
	} else {
		st = calloc(1, sizeof(*st));
		if (st == NULL)
			return NULL;
		hyk_arena_init(&st->arena, (size_t)64 << 20);
		st->empty = hyk_arena_mark(&st->arena);
		hyk_buf_init(&st->buf, (size_t)64 << 20);
	}
	st->worker = w;
	st->next = NULL;
	st->items = NULL;
	st->n_items = 0;
	st->many = false;
	st->work = NULL;
	st->committed = HYK_OK;
	st->answered = false;
	st->hooks = NULL;
	st->registration = NULL;
	st->on_commit = NULL;
	return st;
}

void
hyk_exchange_fini(struct hyk_exchange *x)
{
	struct hyk_exchange_state *st = x->state;

	if (st == NULL)
		return;
	st->buf = x->answer; /* the memory goes back */
	hyk_buf_reset(&st->buf);
	hyk_arena_rewind(&st->arena, st->empty);
	st->snapshot = hyk_snapshot_unref(st->snapshot);
	st->next = st->worker->spare;
	st->worker->spare = st;
	memset(&x->answer, 0, sizeof(x->answer));
	x->state = NULL;
}

/* ---- failing ---- */

void
hyk_exchange_fail(struct hyk_exchange *x, int status, const char *code, const char *en,
    const char *ko, const struct hyk_diags *diags)
{
	struct hyk_problem *p = &x->problem;
	const struct hyk_diag *d = diags != NULL ? diags->first : NULL;
	struct hyk_diag_info info;

	while (d != NULL && d->severity != HYK_ERROR)
		d = d->next;
	x->status = p->status = status;
	p->code = code;
	p->detail[HYK_LANG_EN] = hyk_str_from_c(en);
	p->detail[HYK_LANG_KO] = hyk_str_from_c(ko);
	if (d != NULL) {
		p->detail[HYK_LANG_EN] = d->text[HYK_LANG_EN];
		p->detail[HYK_LANG_KO] = d->text[HYK_LANG_KO];
		if (hyk_diag_info(d->id, &info))
			p->code = info.name;
		if (d->src != NULL) {
			struct hyk_span span = d->span;
			const struct hyk_source *src = hyk_source_resolve(d->src, &span);
			struct hyk_position pos = hyk_source_locate(src, span);

			p->has_position = true;
			p->line = pos.line;
			p->column = pos.column;
			p->offset = span.at;
		}
	}
	hyk_engine_count(x->state->worker->engine, HYK_COUNT_REFUSED);
}

void
hyk_exchange_fail_status(struct hyk_exchange *x, enum hyk_status s, const struct hyk_diags *diags)
{
	if (s == HYK_E_INVALID)
		hyk_exchange_fail(x, 400, "INVALID_REQUEST", "the request is not valid", "요청이 올바르지 않습니다", diags);
	else if (s == HYK_E_DENIED)
		hyk_exchange_fail(x, 403, "RIGHT_MISSING", "the token has no right to this", "이 토큰에는 권한이 없습니다",
		    diags);
	else if (s == HYK_E_LIMIT)
		hyk_exchange_fail(x, 413, "TOO_LARGE", "the request is larger than the engine admits",
		    "요청이 엔진이 받는 크기보다 큽니다", diags);
	else {
		hyk_exchange_fail(x, 503, "NO_MEMORY", "the engine has no memory left", "엔진의 메모리가 부족합니다", NULL);
		x->problem.retry_after_s = 1;
	}
}

/* Once when it begins, once when it is over. */
void
hyk_commit_log(struct hyk_engine *e, enum hyk_status st)
{
	if (st == HYK_OK) {
		if (atomic_load_explicit(&e->unrecorded, memory_order_relaxed) && atomic_exchange(&e->unrecorded, false))
			HYK_LOG(HYK_LOG_INFO, "record.recovered", { "status", HYK_STR("records are written again") });
	} else if (st != HYK_E_BUSY && st != HYK_E_STOPPED && !atomic_exchange(&e->unrecorded, true)) {
		HYK_LOG(HYK_LOG_ERROR, "record.failed", { "status", hyk_str_from_c(hyk_status_name(st)) },
		    { "decisions", HYK_STR("none until a record can be written") });
	}
}

void
hyk_commit_fail(struct hyk_exchange *x)
{
	const char *code = "NOT_RECORDED", *en = "it could not be recorded, so nothing is decided and nothing has changed";
	const char *ko = "기록하지 못해 결정하지 않으며, 바뀐 것도 없습니다";

	switch (x->state->committed) {
	case HYK_E_BUSY:
		code = "QUEUE_FULL";
		en = "too many requests wait for their record; try again";
		ko = "기록을 기다리는 요청이 너무 많습니다. 다시 시도하세요";
		break;
	case HYK_E_FULL:
		code = "DISK_FULL";
		en = "the disk is full: nothing can be recorded, so nothing is decided";
		ko = "디스크가 가득 차 기록할 수 없으므로 결정하지 않습니다";
		break;
	case HYK_E_STOPPED:
		code = "STOPPING";
		en = "the engine is stopping";
		ko = "엔진을 멈추는 중입니다";
		break;
	case HYK_E_NOT_FOUND:
		code = "STATE_GONE";
		en = "the database was removed or replaced while the engine runs, so nothing is decided; tell the operator";
		ko = "엔진이 도는 동안 데이터베이스가 지워지거나 바뀌어 결정하지 않습니다. 운영자에게 알려 주세요";
		break;
	case HYK_OK:
	case HYK_E_NOMEM:
	case HYK_E_LIMIT:
	case HYK_E_INVALID:
	case HYK_E_EXISTS:
	case HYK_E_DENIED:
	case HYK_E_IO:
	case HYK_E_FAULT:
		break;
	}
	hyk_exchange_fail(x, 503, code, en, ko, NULL);
	x->problem.retry_after_s = 1;
}

/* ---- asking ---- */

bool
hyk_exchange_body(struct hyk_exchange *x, struct hyk_value *ret_body)
{
	struct hyk_arena *arena = &x->state->arena;
	struct hyk_diags diags;
	struct hyk_source *src = hyk_source_new(arena, HYK_STR("<request>"), x->body);
	enum hyk_status s = HYK_E_NOMEM;

	hyk_diags_init(&diags, arena);
	if (src != NULL)
		s = hyk_json_parse(arena, src, NULL, ret_body, &diags);
	if (s == HYK_OK && ret_body->kind == HYK_MAP)
		return true;
	if (s == HYK_OK)
		hyk_exchange_fail(x, 400, "NOT_AN_OBJECT", "the body is a JSON object", "본문은 JSON 객체여야 합니다", NULL);
	else if (s == HYK_E_LIMIT)
		hyk_exchange_fail(x, 400, "TOO_DEEP", "the body passes a limit", "본문이 한도를 넘습니다", &diags);
	else
		hyk_exchange_fail_status(x, s, &diags);
	return false;
}

static const struct hyk_entity *
find_entity(void *self, struct hyk_str type, struct hyk_str id)
{
	return hyk_registry_find(self, type, id);
}

struct hyk_entities
hyk_snapshot_entities(const struct hyk_snapshot *s)
{
	return (struct hyk_entities){ s->registry, find_entity };
}

struct hyk_decide_input
hyk_exchange_question(struct hyk_exchange *x, const struct hyk_request *request, struct hyk_time now,
    const struct hyk_hooks *hooks)
{
	struct hyk_worker *w = x->state->decider;

	x->state->records = (struct hyk_records){ .worker = w, .ruleset = w->snapshot->ruleset };
	x->state->on_record = hyk_records_facts(&x->state->records);
	x->state->entities = hyk_snapshot_entities(x->state->snapshot);
	return (struct hyk_decide_input){
		.ruleset = w->snapshot->ruleset,
		.request = request,
		.caller_commons = hyk_str_from_c(x->caller.commons),
		.caller_vouches = (x->caller.rights & HYK_RIGHT_VOUCH) != 0,
		.now = now,
		.hooks = hooks,
		.records = w->reader != NULL ? &x->state->on_record : NULL,
		.entities = &x->state->entities,
		.workspace = w->workspace,
		.arena = &x->state->arena,
	};
}

bool
hyk_worker_ulid(struct hyk_worker *w, struct hyk_time now, char out[27])
{
	/* Crockford's base 32: https://github.com/ulid/spec */
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint64_t ms = (uint64_t)now.s * 1000u + (uint64_t)now.ns / 1000000u;
	const unsigned char *r;

	if (w->random_left < 16) {
		if (!hyk_random(w->random, sizeof(w->random)))
			return false;
		w->random_left = sizeof(w->random);
	}
	r = w->random + sizeof(w->random) - w->random_left;
	w->random_left -= 16;
	for (int i = 9; i >= 0; i--) {
		out[i] = digits[ms & 31];
		ms >>= 5;
	}
	for (int i = 0; i < 16; i++)
		out[10 + i] = digits[r[i] & 31];
	out[26] = '\0';
	return true;
}

/* ---- to the ledger and back ---- */

/* Back to the worker whose exchange it is. */
void
hyk_exchange_give_back(struct hyk_exchange_state *st)
{
	struct hyk_worker *w = st->worker;
	struct hyk_exchange *x = st->exchange, *head;

	head = atomic_load_explicit(&w->done, memory_order_relaxed);
	do
		x->next = head;
	while (!atomic_compare_exchange_weak_explicit(
	    &w->done, &head, x, memory_order_release, memory_order_relaxed));
	if (head == NULL) /* the first since the worker looked: one wake a batch */
		w->wake(w->wake_self);
}

/* In the writer's thread. */
static void
batch_done(void *self, enum hyk_status status)
{
	struct hyk_exchange_state *st = self;
	struct hyk_worker *w = st->worker;

	st->committed = status;
	if (status == HYK_OK && st->on_commit != NULL)
		st->on_commit(st);
	hyk_exchange_give_back(st);
	/* The worker may have seen x before this line, but it is not closed before it. */
	atomic_fetch_sub_explicit(&w->untold, 1, memory_order_release);
}

bool
hyk_exchange_submit(struct hyk_exchange_state *st)
{
	struct hyk_worker *w = st->worker; /* who is told, whoever decided */
	enum hyk_status s;

	st->batch.done = batch_done;
	st->batch.self = st;
	atomic_fetch_add_explicit(&w->untold, 1, memory_order_relaxed);
	s = hyk_ledger_submit(w->engine->ledger, &st->batch);
	if (s == HYK_OK)
		return true;
	atomic_fetch_sub_explicit(&w->untold, 1, memory_order_relaxed);
	st->committed = s;
	return false;
}

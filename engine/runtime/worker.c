/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/worker.c - a worker owns all it needs to decide: ruleset reference, jail, workspace,
 * reader, arenas. Nothing on the way of a decision is shared but the ledger's queue.
 */
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "runtime/engine_impl.h"

void
hyk_worker_refresh(struct hyk_worker *w)
{
	if (w->snapshot->ruleset->version ==
	    atomic_load_explicit(&w->engine->version, memory_order_acquire))
		return;
	hyk_snapshot_unref(w->snapshot);
	w->snapshot = hyk_engine_snapshot(w->engine);
	hyk_worker_jail_change(w);
}

enum hyk_status
hyk_worker_open(struct hyk_engine *e, int cpu, void (*wake)(void *self), void *wake_self,
    struct hyk_worker **ret_worker, struct hyk_diags *diags)
{
	struct hyk_worker *w = calloc(1, sizeof(*w));
	enum hyk_status st = HYK_E_NOMEM;

	if (w == NULL)
		return HYK_E_NOMEM;
	w->engine = e;
	w->cpu = cpu;
	w->wake = wake;
	w->wake_self = wake_self;
	atomic_init(&w->done, NULL);
	atomic_init(&w->untold, 0);
	w->snapshot = hyk_engine_snapshot(e);
	w->workspace = hyk_workspace_new();
	if (w->workspace == NULL)
		goto out;
	st = hyk_worker_jail_open(w, w->snapshot, &w->jail, diags);
	if (st != HYK_OK)
		goto out;
	if (e->ledger != NULL) {
		st = hyk_store_reader_open(hyk_str_from_c(e->options.state_dir), &w->reader, diags);
		if (st != HYK_OK)
			goto out;
	}
	*ret_worker = w;
	w = NULL;
out:
	hyk_worker_close(w);
	return st;
}

void
hyk_worker_close(struct hyk_worker *w)
{
	if (w == NULL)
		return;
	/* The writer's last words to us: a few instructions after it pushed the last exchange. */
	while (atomic_load_explicit(&w->untold, memory_order_acquire) != 0)
		sched_yield();
	while (w->spare != NULL) {
		struct hyk_exchange_state *st = w->spare;

		w->spare = st->next;
		hyk_arena_fini(&st->arena);
		hyk_buf_fini(&st->buf);
		free(st);
	}
	hyk_worker_jail_close(w);
	hyk_store_reader_close(w->reader);
	hyk_workspace_free(w->workspace);
	hyk_snapshot_unref(w->snapshot);
	free(w);
}

/* ---- identifiers ---- */

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

/* ---- exchanges ---- */

static struct hyk_exchange_state *
state_take(struct hyk_worker *w)
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
	st->committed = HYK_OK;
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

/* In the writer's thread. */
static void
batch_done(void *self, enum hyk_status status)
{
	struct hyk_exchange_state *st = self;
	struct hyk_worker *w = st->worker;
	struct hyk_exchange *x = st->exchange, *head;

	st->committed = status;
	head = atomic_load_explicit(&w->done, memory_order_relaxed);
	do
		x->next = head;
	while (!atomic_compare_exchange_weak_explicit(
	    &w->done, &head, x, memory_order_release, memory_order_relaxed));
	if (head == NULL) /* the first since the worker looked: one wake a batch */
		w->wake(w->wake_self);
	/* The worker may have seen x before this line, but it is not closed before it. */
	atomic_fetch_sub_explicit(&w->untold, 1, memory_order_release);
}

bool
hyk_worker_start(struct hyk_worker *w, struct hyk_exchange *x)
{
	struct hyk_exchange_state *st = state_take(w);
	enum hyk_status s;

	memset(&x->problem, 0, sizeof(x->problem));
	memset(&x->answer, 0, sizeof(x->answer));
	x->next = NULL;
	x->state = st;
	if (st == NULL) {
		x->status = x->problem.status = 503;
		x->problem.code = "NO_MEMORY";
		x->problem.detail[0] = HYK_STR("the engine has no memory left");
		x->problem.detail[1] = HYK_STR("엔진의 메모리가 부족합니다");
		x->problem.retry_after_s = 1;
		return true;
	}
	st->exchange = x;
	x->answer = st->buf;
	hyk_worker_refresh(w);
	st->snapshot = hyk_snapshot_ref(w->snapshot);
	switch (x->op) {
	case HYK_OP_EVALUATE:
	case HYK_OP_EVALUATE_MANY:
		break;
	case HYK_OP_SEARCH_SUBJECT:
	case HYK_OP_SEARCH_RESOURCE:
	case HYK_OP_SEARCH_ACTION:
		hyk_search(w, x);
		return true;
	case HYK_OP_DECISION:
	case HYK_OP_EXPLAIN:
		hyk_replay(w, x);
		return true;
	}
	if (hyk_evaluate_start(w, x))
		return true;
	st->batch.done = batch_done;
	st->batch.self = st;
	st->batch.project = NULL;
	atomic_fetch_add_explicit(&w->untold, 1, memory_order_relaxed);
	s = hyk_ledger_submit(w->engine->ledger, &st->batch);
	if (s == HYK_OK)
		return false;
	atomic_fetch_sub_explicit(&w->untold, 1, memory_order_relaxed);
	st->committed = s;
	hyk_evaluate_finish(x);
	return true;
}

struct hyk_exchange *
hyk_worker_next_done(struct hyk_worker *w)
{
	struct hyk_exchange *x = w->ready;

	hyk_worker_jail_mend(w);
	if (x == NULL) {
		struct hyk_exchange *newest = atomic_exchange_explicit(
		    &w->done, NULL, memory_order_acquire);

		while (newest != NULL) { /* turn the stack round: oldest first */
			struct hyk_exchange *next = newest->next;

			newest->next = x;
			x = newest;
			newest = next;
		}
	}
	if (x == NULL)
		return NULL;
	w->ready = x->next;
	x->next = NULL;
	hyk_evaluate_finish(x);
	return x;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/worker.c - a worker owns all it needs to decide: ruleset reference, jail, workspace,
 * reader, arenas. Nothing on the way of a decision is shared but the ledger's queue.
 */
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/engine_impl.h"
#include "value/json.h"

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

/* ---- deciding ---- */

/* After the commit, or when there is none. */
static void
finish(struct hyk_exchange *x)
{
	if (x->state->registration != NULL)
		hyk_register_finish(x);
	else
		hyk_evaluate_finish(x);
}

/* Done when true; else its records are on their way. */
static bool
decide(struct hyk_worker *w, struct hyk_exchange *x)
{
	struct hyk_exchange_state *st = x->state;

	st->decider = w;
	switch (x->op) {
	case HYK_OP_EVALUATE:
	case HYK_OP_EVALUATE_MANY:
		st->batch.project = NULL;
		if (hyk_evaluate_start(w, x))
			return true;
		break;
	case HYK_OP_REGISTER_ASSET:
	case HYK_OP_REGISTER_PERSON:
		if (hyk_register_start(w, x))
			return true;
		break;
	case HYK_OP_ASSETS:
	case HYK_OP_PEOPLE:
		hyk_registry_answer(w, x);
		return true;
	case HYK_OP_SEARCH_SUBJECT:
	case HYK_OP_SEARCH_RESOURCE:
	case HYK_OP_SEARCH_ACTION:
		hyk_search(w, x);
		return true;
	case HYK_OP_ASSET_TYPES:
		hyk_asset_types_list(x);
		return true;
	case HYK_OP_PLACES:
		hyk_places_list(x);
		return true;
	case HYK_OP_DECISION:
	case HYK_OP_EXPLAIN:
		hyk_replay(w, x);
		return true;
	case HYK_OP_AGREE:
	case HYK_OP_EVENT:
		return hyk_agreement_start(w, x);
	case HYK_OP_AGREEMENT:
	case HYK_OP_AGREEMENTS:
	case HYK_OP_DUTIES:
		hyk_agreement_answer(w, x);
		return true;
	}
	if (hyk_exchange_submit(st))
		return false;
	finish(x);
	return true;
}

/* ---- the slow lane ---- */

static bool
is_of_slow_type(const struct hyk_snapshot *s, struct hyk_value v)
{
	const struct hyk_value *resource = hyk_value_get(v, "resource");
	const struct hyk_value *name = resource == NULL ? NULL : hyk_value_get(*resource, "type");
	const struct hyk_asset_type *t = name == NULL || name->kind != HYK_STRING
	    ? NULL
	    : hyk_catalog_find_type(s->ruleset->catalog, hyk_value_str(*name));

	for (size_t i = 0; t != NULL && i < t->n_hooked; i++)
		if (hyk_standing_is_slow(s->standing, t->hooked[i]->position))
			return true;
	return false;
}

/* Looked at before it is decided, and only while some plugin is slow. */
static bool
touches_slow_plugin(struct hyk_exchange *x)
{
	struct hyk_exchange_state *st = x->state;
	const struct hyk_source *src;
	const struct hyk_value *list;
	struct hyk_value body;
	bool slow = false;

	if (hyk_standing_slow(st->snapshot->standing) == 0 ||
	    st->worker->engine->slow_lane == NULL || x->op == HYK_OP_DECISION ||
	    x->op == HYK_OP_EXPLAIN)
		return false;
	src = hyk_source_new(&st->arena, HYK_STR("<request>"), x->body);
	if (src != NULL && hyk_json_parse(&st->arena, src, NULL, &body, NULL) == HYK_OK) {
		slow = is_of_slow_type(st->snapshot, body);
		list = hyk_value_get(body, "evaluations");
		for (uint32_t i = 0; list != NULL && list->kind == HYK_LIST && i < list->as.list->n;
		     i++)
			slow = slow || is_of_slow_type(st->snapshot, list->as.list->items[i]);
	}
	hyk_arena_rewind(&st->arena, st->empty);
	return slow;
}

static void
no_wake(void *self)
{
	(void)self;
}

/* In the lane's thread. */
static void
decide_slowly(void *self, struct hyk_exchange *x)
{
	struct hyk_engine *e = self;
	struct hyk_exchange_state *st = x->state;
	struct hyk_worker *owner = st->worker;
	bool done;

	if (e->slow == NULL &&
	    hyk_worker_open(e, HYK_CPU_BEHIND, no_wake, NULL, &e->slow, NULL) != HYK_OK) {
		e->slow = NULL;
		hyk_exchange_fail(x, 503, "NO_JAIL", "the jail for slow plugins could not be made",
		    "느린 플러그인의 격리 프로세스를 만들지 못했습니다", NULL);
		x->problem.retry_after_s = 1;
		done = true;
	} else {
		hyk_worker_refresh(e->slow);
		hyk_worker_jail_mend(e->slow);
		hyk_snapshot_unref(st->snapshot);
		st->snapshot = hyk_snapshot_ref(e->slow->snapshot);
		done = decide(e->slow, x);
	}
	if (done) { /* else it may be gone already */
		st->answered = true;
		hyk_exchange_give_back(st);
	}
	/* The worker may have seen x before this line, but it is not closed before it. */
	atomic_fetch_sub_explicit(&owner->untold, 1, memory_order_release);
}

static void
end_slowly(void *self)
{
	struct hyk_engine *e = self;

	hyk_worker_close(e->slow);
	e->slow = NULL;
}

struct hyk_slow_lane_owner
hyk_worker_slow_lane(struct hyk_engine *e)
{
	return (struct hyk_slow_lane_owner){ e, decide_slowly, end_slowly };
}

/* ---- the way in and out ---- */

bool
hyk_worker_start(struct hyk_worker *w, struct hyk_exchange *x)
{
	struct hyk_exchange_state *st = hyk_exchange_state_take(w);

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
	if (touches_slow_plugin(x)) {
		/* Not a word of it is ours once it is pushed. */
		atomic_fetch_add_explicit(&w->untold, 1, memory_order_relaxed);
		if (hyk_slow_lane_push(w->engine->slow_lane, x))
			return false;
		atomic_fetch_sub_explicit(&w->untold, 1, memory_order_relaxed);
		hyk_exchange_fail(x, 503, "SLOW_LANE_FULL",
		    "too many questions wait for a slow plugin; try again",
		    "느린 플러그인을 기다리는 요청이 너무 많습니다. 다시 시도하세요", NULL);
		x->problem.retry_after_s = 1;
		return true;
	}
	return decide(w, x);
}

/* The oldest that came back from the writer; NULL: none. */
static struct hyk_exchange *
next_back(struct hyk_worker *w)
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
	return x;
}

struct hyk_exchange *
hyk_worker_next_done(struct hyk_worker *w)
{
	struct hyk_exchange *x;

	while ((x = next_back(w)) != NULL) {
		if (x->state->answered)
			return x;
		if (x->state->work == NULL)
			finish(x);
		else if (!hyk_agreement_finish(x))
			continue; /* on its way again */
		return x;
	}
	return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/http/fake_engine.h - stands in for the engine behind runtime/engine.h.
 *
 * A "writer" thread answers evaluations, all that wait at once and with one
 * wake a worker, as the ledger does. While `held` it answers nothing. Included
 * by one file of a test program.
 */
#ifndef HYK_TESTS_FAKE_ENGINE_H
#define HYK_TESTS_FAKE_ENGINE_H

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "runtime/engine.h"
#include "support/check.h"

struct hyk_engine {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t writer;
	bool held, stop, unready;
	struct hyk_exchange *queue;
	unsigned n_queued;
	unsigned started, finished; /* exchanges; equal in the end */
	unsigned workers;
};

struct hyk_worker {
	struct hyk_engine *engine;
	int cpu;
	void (*wake)(void *self);
	void *wake_self;
	_Atomic(struct hyk_exchange *) done;
	struct hyk_exchange *ready;
	atomic_uint telling; /* the writer is not finished with it */
};

struct hyk_exchange_state {
	struct hyk_worker *worker;
};

static void *
fake_writer(void *self)
{
	struct hyk_engine *e = self;

	pthread_mutex_lock(&e->lock);
	for (;;) {
		struct hyk_exchange *x;

		while (!e->stop && (e->held || e->queue == NULL))
			pthread_cond_wait(&e->changed, &e->lock);
		if (e->stop)
			break;
		x = e->queue;
		e->queue = NULL;
		e->n_queued = 0;
		pthread_mutex_unlock(&e->lock);
		while (x != NULL) {
			struct hyk_exchange *next = x->next, *head;
			struct hyk_worker *w = x->state->worker;

			atomic_fetch_add(&w->telling, 1);
			head = atomic_load(&w->done);
			do
				x->next = head;
			while (!atomic_compare_exchange_weak(&w->done, &head, x));
			if (head == NULL)
				w->wake(w->wake_self);
			atomic_fetch_sub(&w->telling, 1);
			x = next;
		}
		pthread_mutex_lock(&e->lock);
	}
	pthread_mutex_unlock(&e->lock);
	return NULL;
}

static inline void
fake_engine_open(struct hyk_engine *e)
{
	memset(e, 0, sizeof(*e));
	pthread_mutex_init(&e->lock, NULL);
	pthread_cond_init(&e->changed, NULL);
	CHECK(pthread_create(&e->writer, NULL, fake_writer, e) == 0);
}

static inline void
fake_engine_close(struct hyk_engine *e)
{
	pthread_mutex_lock(&e->lock);
	e->stop = true;
	pthread_cond_broadcast(&e->changed);
	pthread_mutex_unlock(&e->lock);
	pthread_join(e->writer, NULL);
	CHECK(e->queue == NULL);
	CHECK(e->started == e->finished);
	CHECK(e->workers == 0);
	pthread_cond_destroy(&e->changed);
	pthread_mutex_destroy(&e->lock);
}

static inline void
fake_engine_hold(struct hyk_engine *e, bool held)
{
	pthread_mutex_lock(&e->lock);
	e->held = held;
	pthread_cond_broadcast(&e->changed);
	pthread_mutex_unlock(&e->lock);
}

/* Returns when n exchanges wait. */
static inline void
fake_engine_await(struct hyk_engine *e, unsigned n)
{
	pthread_mutex_lock(&e->lock);
	while (e->n_queued < n)
		pthread_cond_wait(&e->changed, &e->lock);
	pthread_mutex_unlock(&e->lock);
}

static inline unsigned
fake_engine_finished(struct hyk_engine *e)
{
	unsigned n;

	pthread_mutex_lock(&e->lock);
	n = e->finished;
	pthread_mutex_unlock(&e->lock);
	return n;
}

/* Returns when n exchanges have been given back. */
static inline void
fake_engine_await_finished(struct hyk_engine *e, unsigned n)
{
	pthread_mutex_lock(&e->lock);
	while (e->finished < n)
		pthread_cond_wait(&e->changed, &e->lock);
	pthread_mutex_unlock(&e->lock);
}

bool
hyk_engine_authenticate(struct hyk_engine *e, struct hyk_str secret, struct hyk_caller *c)
{
	(void)e;
	memset(c, 0, sizeof(*c));
	if (hyk_str_eq_c(secret, "decider"))
		c->rights = HYK_RIGHT_DECIDE;
	else if (hyk_str_eq_c(secret, "rehearser"))
		c->rights = HYK_RIGHT_DRY_RUN;
	else if (hyk_str_eq_c(secret, "auditor"))
		c->rights = HYK_RIGHT_AUDITOR;
	else if (hyk_str_eq_c(secret, "steward"))
		c->rights = HYK_RIGHT_STEWARD;
	else
		return false;
	memcpy(c->name, secret.p, secret.n);
	return true;
}

bool
hyk_engine_ready(struct hyk_engine *e, char ret_why[2][HYK_WHY_BYTES])
{
	if (!e->unready)
		return true;
	snprintf(ret_why[HYK_LANG_EN], HYK_WHY_BYTES, "the disk is full");
	snprintf(ret_why[HYK_LANG_KO], HYK_WHY_BYTES, "디스크가 가득 찼습니다");
	return false;
}

void
hyk_engine_write_standing(struct hyk_engine *e, struct hyk_buf *b)
{
	(void)e;
	(void)b;
}

uint64_t
hyk_engine_version(struct hyk_engine *e)
{
	(void)e;
	return 412;
}

void
hyk_engine_write_metrics(struct hyk_engine *e, struct hyk_buf *b)
{
	(void)e;
	hyk_buf_append_c(b, "hyk_fake_total 1\n");
}

enum hyk_status
hyk_worker_open(struct hyk_engine *e, int cpu, void (*wake)(void *self), void *wake_self,
    struct hyk_worker **ret, struct hyk_diags *diags)
{
	struct hyk_worker *w = calloc(1, sizeof(*w));

	(void)diags;
	HYK_ASSERT(w != NULL);
	w->engine = e;
	w->cpu = cpu;
	w->wake = wake;
	w->wake_self = wake_self;
	atomic_init(&w->done, NULL);
	atomic_init(&w->telling, 0);
	e->workers++;
	*ret = w;
	return HYK_OK;
}

void
hyk_worker_close(struct hyk_worker *w)
{
	while (atomic_load(&w->telling) != 0)
		sched_yield();
	HYK_ASSERT(atomic_load(&w->done) == NULL && w->ready == NULL);
	w->engine->workers--;
	free(w);
}

static bool
fake_problem(
    struct hyk_exchange *x, int status, const char *code, struct hyk_str en, struct hyk_str ko)
{
	x->status = x->problem.status = status;
	x->problem.code = code;
	x->problem.detail[HYK_LANG_EN] = en;
	x->problem.detail[HYK_LANG_KO] = ko;
	return true;
}

bool
hyk_worker_start(struct hyk_worker *w, struct hyk_exchange *x)
{
	struct hyk_engine *e = w->engine;

	memset(&x->problem, 0, sizeof(x->problem));
	hyk_buf_init(&x->answer, 0);
	x->state = calloc(1, sizeof(*x->state));
	HYK_ASSERT(x->state != NULL);
	x->state->worker = w;
	x->next = NULL;
	pthread_mutex_lock(&e->lock);
	e->started++;
	pthread_mutex_unlock(&e->lock);
	if (x->op == HYK_OP_DECISION || x->op == HYK_OP_EXPLAIN) {
		if (hyk_str_eq_c(x->id, "01GONE"))
			return fake_problem(x, 404, "NOT_RECORDED",
			    HYK_STR("no decision has this id"),
			    HYK_STR("이 번호의 결정이 없습니다"));
		hyk_buf_printf(&x->answer, "{\"id\":\"%.*s\",\"explain\":%s}", HYK_STR_ARG(x->id),
		    x->op == HYK_OP_EXPLAIN ? "true" : "false");
		x->status = 200;
		return true;
	}
	if (hyk_str_eq_c(x->body, "bad")) {
		x->problem.has_position = true;
		x->problem.line = 1;
		x->problem.column = 3;
		x->problem.offset = 2;
		return fake_problem(x, 400, "INVALID_JSON", HYK_STR("'bad' is not JSON"),
		    HYK_STR("JSON이 아닙니다"));
	}
	if (hyk_str_eq_c(x->body, "busy")) {
		x->problem.retry_after_s = 3;
		return fake_problem(x, 503, "QUEUE_FULL", HYK_STR("too many wait"),
		    HYK_STR("기다리는 것이 너무 많습니다"));
	}
	pthread_mutex_lock(&e->lock);
	x->next = e->queue;
	e->queue = x;
	e->n_queued++;
	pthread_cond_broadcast(&e->changed);
	pthread_mutex_unlock(&e->lock);
	return false;
}

struct hyk_exchange *
hyk_worker_next_done(struct hyk_worker *w)
{
	struct hyk_exchange *x = w->ready;

	if (x == NULL) {
		struct hyk_exchange *newest = atomic_exchange(&w->done, NULL);

		while (newest != NULL) {
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
	x->status = 200;
	hyk_buf_printf(&x->answer,
	    "{\"decision\":true,\"many\":%s,\"by\":\"%s\",\"bytes\":%zu,\"echo\":\"%.*s\"}",
	    x->op == HYK_OP_EVALUATE_MANY ? "true" : "false", x->caller.name, x->body.n,
	    (int)(x->body.n < 40 ? x->body.n : 40), x->body.p == NULL ? "" : x->body.p);
	return x;
}

void
hyk_exchange_fini(struct hyk_exchange *x)
{
	struct hyk_engine *e;

	if (x->state == NULL)
		return;
	e = x->state->worker->engine;
	free(x->state);
	x->state = NULL;
	hyk_buf_fini(&x->answer);
	pthread_mutex_lock(&e->lock);
	e->finished++;
	pthread_cond_broadcast(&e->changed);
	pthread_mutex_unlock(&e->lock);
}

void
hyk_rights_write(struct hyk_buf *b, uint32_t rights)
{
	hyk_buf_append_c(b, (rights & HYK_RIGHT_DECIDE) ? "decide" : "");
	hyk_buf_append_c(b, (rights & HYK_RIGHT_AUDITOR) ? ",auditor" : "");
}

#endif

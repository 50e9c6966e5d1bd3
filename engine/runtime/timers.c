/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/timers.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "runtime/agreement_impl.h"

/* Due at once; more follow in the next round. */
#define ROUND 256u
/* The wall clock may be set: what is due by it is looked for this often, whatever was due when it was read. */
#ifdef HYK_TEST_CLOCK
#define LOOK_MS 10
#else
#define LOOK_MS 1000
#endif

struct hyk_timers {
	struct hyk_engine *engine;
	pthread_t thread;
	pthread_mutex_t lock; /* stop and woken */
	pthread_cond_t change;
	bool stop, woken;
};

void
hyk_timers_wake(struct hyk_timers *t)
{
	if (t == NULL)
		return;
	pthread_mutex_lock(&t->lock);
	t->woken = true;
	pthread_cond_signal(&t->change);
	pthread_mutex_unlock(&t->lock);
}

/* ---- one round ---- */

/* True: it has moved. */
static bool
act(struct hyk_worker *w, struct hyk_arena *arena, struct hyk_str id)
{
	struct hyk_agreement_work *k = hyk_arena_alloc(arena, sizeof(*k));
	enum hyk_status st = HYK_E_NOMEM;

	if (k != NULL)
		st = hyk_work_act(w, arena, id, k);
	if (st == HYK_E_BUSY) /* somebody else was first: looked at again in the next round */
		return true;
	if (st != HYK_OK)
		HYK_LOG(HYK_LOG_ERROR, "deadline.failed", { "agreement", id },
		    { "status", hyk_str_from_c(hyk_status_name(st)) });
	return st == HYK_OK && k->n_steps > 0;
}

enum hyk_status
hyk_worker_run_due(struct hyk_worker *w, size_t *ret_n)
{
	struct hyk_arena arena;
	struct hyk_str *ids;
	enum hyk_status st = HYK_OK;
	bool moved = true;

	*ret_n = 0;
	hyk_arena_init(&arena, (size_t)64 << 20);
	while (moved && st == HYK_OK) {
		int64_t next_ms;
		size_t n = 0;

		moved = false;
		hyk_worker_refresh(w);
		hyk_worker_jail_mend(w);
		ids = hyk_arena_array(&arena, ROUND, sizeof(*ids));
		st = ids == NULL ? HYK_E_NOMEM
				 : hyk_store_reader_due(w->reader, &arena, hyk_time_ms(hyk_clock_now(w->engine->clock)), ids,
				       ROUND, &n, &next_ms);
		for (size_t i = 0; st == HYK_OK && i < n; i++) {
			struct hyk_arena_mark mark = hyk_arena_mark(&arena);

			if (act(w, &arena, ids[i])) {
				moved = true;
				(*ret_n)++;
			}
			hyk_arena_rewind(&arena, mark);
		}
		hyk_arena_fini(&arena);
	}
	hyk_arena_fini(&arena);
	return st;
}

/* ---- the thread ---- */

static void
ignore_wake(void *self)
{
	(void)self;
}

/* Milliseconds until something is due; at most LOOK_MS. */
static int64_t
wait_ms(struct hyk_timers *t, struct hyk_store_reader *reader)
{
	struct hyk_arena arena;
	struct hyk_str none;
	int64_t now_ms = hyk_time_ms(hyk_clock_now(t->engine->clock)), next_ms = HYK_NEVER_MS;
	size_t n = 0;

	hyk_arena_init(&arena, 0);
	if (hyk_store_reader_due(reader, &arena, INT64_MIN, &none, 1, &n, &next_ms) != HYK_OK)
		next_ms = HYK_NEVER_MS;
	hyk_arena_fini(&arena);
	if (next_ms == HYK_NEVER_MS || next_ms - now_ms >= LOOK_MS)
		return LOOK_MS;
	return next_ms - now_ms;
}

/* Until woken, stopped, or the time is over. False: stopped. */
static bool
rest(struct hyk_timers *t, int64_t ms)
{
	struct timespec until;
	bool go_on;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&t->lock);
	while (!t->stop && !t->woken && pthread_cond_timedwait(&t->change, &t->lock, &until) == 0)
		continue;
	t->woken = false;
	go_on = !t->stop;
	pthread_mutex_unlock(&t->lock);
	return go_on;
}

static struct hyk_worker *
open_worker(struct hyk_timers *t)
{
	struct hyk_worker *w = NULL;
	struct hyk_arena arena;
	struct hyk_diags diags;
	enum hyk_status st;

	hyk_arena_init(&arena, 0);
	hyk_diags_init(&diags, &arena);
	st = hyk_worker_open(t->engine, -1, ignore_wake, NULL, &w, &diags);
	if (st != HYK_OK) {
		w = NULL;
		HYK_LOG(HYK_LOG_ERROR, "timers.failed",
		    { "reason", diags.first ? diags.first->text[0] : hyk_str_from_c(hyk_status_name(st)) });
	}
	hyk_arena_fini(&arena);
	return w;
}

static void *
run_timers(void *self)
{
	struct hyk_timers *t = self;
	struct hyk_worker *w = NULL;
	struct hyk_store_reader *reader = NULL;
	int64_t ms = 0;
	size_t n = 0;

	while (rest(t, ms)) {
		ms = LOOK_MS;
		if (reader == NULL &&
		    hyk_store_reader_open(hyk_str_from_c(t->engine->options.state_dir), &reader, NULL) != HYK_OK)
			continue;
		ms = wait_ms(t, reader);
		if (ms > 0)
			continue;
		if (w == NULL)
			w = open_worker(t);
		/* What could not be done is tried again a little later, and not in a circle. */
		if (w == NULL || hyk_worker_run_due(w, &n) != HYK_OK || n == 0)
			ms = LOOK_MS;
	}
	hyk_store_reader_close(reader);
	hyk_worker_close(w);
	return NULL;
}

enum hyk_status
hyk_timers_start(struct hyk_engine *e, struct hyk_timers **ret_timers)
{
	struct hyk_timers *t = calloc(1, sizeof(*t));
	pthread_condattr_t attr;
	sigset_t all, old;
	int err;

	if (t == NULL)
		return HYK_E_NOMEM;
	t->engine = e;
	pthread_mutex_init(&t->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&t->change, &attr);
	pthread_condattr_destroy(&attr);
	/* Signals are for the one thread that waits for them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = pthread_create(&t->thread, NULL, run_timers, t);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (err != 0) {
		pthread_cond_destroy(&t->change);
		pthread_mutex_destroy(&t->lock);
		free(t);
		return HYK_E_LIMIT;
	}
	pthread_setname_np(t->thread, "hyk-timers");
	*ret_timers = t;
	return HYK_OK;
}

void
hyk_timers_stop(struct hyk_timers *t)
{
	if (t == NULL)
		return;
	pthread_mutex_lock(&t->lock);
	t->stop = true;
	pthread_cond_signal(&t->change);
	pthread_mutex_unlock(&t->lock);
	pthread_join(t->thread, NULL);
	pthread_cond_destroy(&t->change);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

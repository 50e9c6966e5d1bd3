/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger/ledger.c - the writer thread and its queue.
 *
 * The queue is a list that the writer takes whole, so the lock is held for a
 * few instructions. While one transaction is synced the next list grows: that
 * is all the batching there is. What became of a batch is decided in one
 * place, write_transaction(), and told in one place, answer().
 */
#include "ledger/ledger.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"

#define DEFAULT_QUEUE_RECORDS 8192
/* A longer list is cut, so that the first in it does not wait for thousands of others. */
#define TRANSACTION_RECORDS 1024
#define PROBE_S 1  /* when unready: to try the disk again */
#define WATCH_S 5  /* when idle: to see that the files are in their place */

struct hyk_ledger_waiter {
	pthread_mutex_t lock;
	pthread_cond_t told;
	bool done;
	enum hyk_status status;
};

struct list {
	struct hyk_ledger_batch *first, *last;
};

struct hyk_ledger {
	struct hyk_store *store; /* the writer's alone once it runs */
	struct hyk_ledger_options options;
	pthread_t writer;
	pthread_mutex_t lock; /* queue, queued, stopping */
	pthread_cond_t more;
	struct list queue;
	size_t queued;
	bool stopping, sleeping;
	_Atomic(enum hyk_status) trouble;
	atomic_uint_fast64_t records, commits, failed_commits, refused, commit_ns;
};

/* An empty batch takes a place too: the queue is bounded in any case. */
static size_t
weight(const struct hyk_ledger_batch *b)
{
	return b->n ? b->n : 1;
}

static void
list_add(struct list *l, struct hyk_ledger_batch *b)
{
	b->next = NULL;
	if (l->last)
		l->last->next = b;
	else
		l->first = b;
	l->last = b;
}

/* Tells one waiter. Afterwards the batch is the caller's again and may be gone. */
static void
tell(struct hyk_ledger_batch *b, enum hyk_status st)
{
	struct hyk_ledger_waiter *w = b->waiter;

	b->status = st;
	if (b->done)
		b->done(b->self, st);
	if (w) {
		pthread_mutex_lock(&w->lock);
		w->done = true;
		w->status = st;
		pthread_cond_signal(&w->told);
		pthread_mutex_unlock(&w->lock);
	}
}

/* Everyone in the list: `st` for those whose own part went well. */
static void
answer(struct hyk_ledger_batch *first, enum hyk_status st)
{
	for (struct hyk_ledger_batch *b = first, *next; b; b = next) {
		next = b->next;
		tell(b, b->status == HYK_OK ? st : b->status);
	}
}

/* The batch's rows, or none of them. */
static enum hyk_status
append_batch(struct hyk_ledger *l, struct hyk_ledger_batch *b)
{
	/* One record alone is whole or not there by itself. */
	bool guarded = b->project || b->n > 1;
	enum hyk_status st = HYK_OK, undone;

	if (guarded)
		st = hyk_store_savepoint(l->store);
	if (st != HYK_OK)
		return st;
	for (size_t i = 0; st == HYK_OK && i < b->n; i++)
		st = hyk_store_append(l->store, &b->records[i]);
	if (st == HYK_OK && b->project)
		st = b->project(b->self, l->store, b->records, b->n);
	if (!guarded)
		return st;
	if (st == HYK_OK)
		return hyk_store_release(l->store);
	undone = hyk_store_undo(l->store);
	return undone == HYK_OK ? st : undone;
}

static enum hyk_status
commit(struct hyk_ledger *l)
{
	enum hyk_status st = l->options.gate ? l->options.gate(l->options.gate_self) : HYK_OK;
	uint64_t from = hyk_clock_monotonic_ns();

	if (st == HYK_OK)
		st = hyk_store_commit(l->store);
	else
		hyk_store_rollback(l->store);
	atomic_fetch_add_explicit(&l->commit_ns, hyk_clock_monotonic_ns() - from, memory_order_relaxed);
	return st;
}

/*
 * One transaction for the list. The statuses of the batches are their own
 * faults; what comes back is what became of the transaction.
 */
static enum hyk_status
write_transaction(struct hyk_ledger *l, struct hyk_ledger_batch *first)
{
	uint64_t before, after;
	enum hyk_status st = hyk_store_begin(l->store);

	if (st == HYK_OK) {
		before = hyk_store_count(l->store);
		for (struct hyk_ledger_batch *b = first; b; b = b->next)
			b->status = append_batch(l, b);
		if (!first)
			st = hyk_store_set_meta(l->store, HYK_STR("ledger.probe"), HYK_STR("1"));
		after = hyk_store_count(l->store);
		if (l->options.plant_early_answer) {
			answer(first, HYK_OK);
			first = NULL;
		}
		if (st == HYK_OK)
			st = commit(l);
		else
			hyk_store_rollback(l->store);
		if (st == HYK_OK) {
			atomic_fetch_add_explicit(&l->records, after - before, memory_order_relaxed);
		} else if (st == HYK_E_IO && hyk_store_reopen(l->store) == HYK_OK && after > before &&
		    hyk_store_count(l->store) == after) {
			/* The sync failed, but the new connection found the whole transaction and synced it. */
			atomic_fetch_add_explicit(&l->records, after - before, memory_order_relaxed);
			st = HYK_OK;
		}
	}
	atomic_fetch_add_explicit(st == HYK_OK ? &l->commits : &l->failed_commits, 1, memory_order_relaxed);
	atomic_store(&l->trouble, st);
	answer(first, st);
	return st;
}

/* Takes the list, or a part of it; holds the lock. */
static struct hyk_ledger_batch *
take(struct hyk_ledger *l)
{
	struct hyk_ledger_batch *first = l->queue.first, *b = first;
	size_t n = weight(first);

	while (b->next && n + weight(b->next) <= TRANSACTION_RECORDS) {
		b = b->next;
		n += weight(b);
	}
	l->queue.first = b->next;
	if (!l->queue.first)
		l->queue.last = NULL;
	b->next = NULL;
	l->queued -= n;
	return first;
}

/* Until there is work, the end, or time to look after the disk; holds the lock. */
static void
sleep_until_needed(struct hyk_ledger *l)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += hyk_ledger_ready(l) ? WATCH_S : PROBE_S;
	l->sleeping = true;
	while (!l->queue.first && !l->stopping && pthread_cond_timedwait(&l->more, &l->lock, &until) == 0)
		continue;
	l->sleeping = false;
}

/* Nobody writes: a database that was moved away is found all the same. */
static void
look(struct hyk_ledger *l)
{
	enum hyk_status st = hyk_store_check_place(l->store);

	if (st != HYK_OK)
		atomic_store(&l->trouble, st);
}

static void *
run_writer(void *self)
{
	struct hyk_ledger *l = self;
	struct hyk_ledger_batch *first;

	pthread_mutex_lock(&l->lock);
	for (;;) {
		if (!l->queue.first)
			sleep_until_needed(l);
		if (!l->queue.first && l->stopping)
			break;
		first = l->queue.first ? take(l) : NULL;
		pthread_mutex_unlock(&l->lock);
		/* Unready, a transaction without records tries the disk. */
		if (!first && hyk_ledger_ready(l))
			look(l);
		else if (write_transaction(l, first) == HYK_OK && hyk_store_checkpoint(l->store) == HYK_E_IO &&
		    hyk_store_reopen(l->store) != HYK_OK)
			atomic_store(&l->trouble, HYK_E_IO);
		pthread_mutex_lock(&l->lock);
	}
	pthread_mutex_unlock(&l->lock);
	return NULL;
}

static int
start_writer(struct hyk_ledger *l)
{
	pthread_condattr_t attr;
	sigset_t all, old;
	int err = pthread_condattr_init(&attr);

	if (err)
		return err;
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	err = pthread_cond_init(&l->more, &attr);
	pthread_condattr_destroy(&attr);
	if (err)
		return err;
	/* Signals are for the one thread that waits for them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = pthread_create(&l->writer, NULL, run_writer, l);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (err)
		pthread_cond_destroy(&l->more);
	else
		pthread_setname_np(l->writer, "hyk-ledger");
	return err;
}

enum hyk_status
hyk_ledger_open(struct hyk_store *store, const struct hyk_ledger_options *options, struct hyk_ledger **ret_ledger,
    struct hyk_diags *diags)
{
	struct hyk_ledger *l = hyk_malloc(sizeof(*l));
	int err;

	if (!l) {
		HYK_DIAG0(diags, HYK_D_NO_MEMORY, NULL, HYK_NO_SPAN);
		hyk_store_close(store);
		return HYK_E_NOMEM;
	}
	memset(l, 0, sizeof(*l));
	l->store = store;
	if (options)
		l->options = *options;
	if (!l->options.queue_records)
		l->options.queue_records = DEFAULT_QUEUE_RECORDS;
	pthread_mutex_init(&l->lock, NULL);
	err = start_writer(l);
	if (err) {
		HYK_DIAG(diags, HYK_D_LEDGER_THREAD, NULL, HYK_NO_SPAN, hyk_str_from_c(strerrordesc_np(err)));
		pthread_mutex_destroy(&l->lock);
		hyk_free(l);
		hyk_store_close(store);
		return HYK_E_LIMIT;
	}
	*ret_ledger = l;
	return HYK_OK;
}

void
hyk_ledger_close(struct hyk_ledger *l)
{
	if (!l)
		return;
	pthread_mutex_lock(&l->lock);
	l->stopping = true;
	pthread_cond_signal(&l->more);
	pthread_mutex_unlock(&l->lock);
	pthread_join(l->writer, NULL);
	hyk_store_close(l->store);
	pthread_cond_destroy(&l->more);
	pthread_mutex_destroy(&l->lock);
	hyk_free(l);
}

static enum hyk_status
enqueue(struct hyk_ledger *l, struct hyk_ledger_batch *b, struct hyk_ledger_waiter *waiter)
{
	enum hyk_status st = HYK_OK;
	size_t n = weight(b);
	bool wake = false;

	HYK_ASSERT(b->done || waiter);
	pthread_mutex_lock(&l->lock);
	if (l->stopping) {
		st = HYK_E_STOPPED;
	} else if (l->queued && (n > l->options.queue_records || l->queued > l->options.queue_records - n)) {
		/* A batch larger than the queue gets in when it is alone: else it never would. */
		st = HYK_E_BUSY;
	} else {
		b->status = HYK_OK;
		b->waiter = waiter;
		list_add(&l->queue, b);
		l->queued += n;
		wake = l->sleeping;
	}
	pthread_mutex_unlock(&l->lock);
	if (wake)
		pthread_cond_signal(&l->more);
	if (st != HYK_OK)
		atomic_fetch_add_explicit(&l->refused, 1, memory_order_relaxed);
	return st;
}

enum hyk_status
hyk_ledger_submit(struct hyk_ledger *l, struct hyk_ledger_batch *b)
{
	return enqueue(l, b, NULL);
}

enum hyk_status
hyk_ledger_submit_wait(struct hyk_ledger *l, struct hyk_ledger_batch *b)
{
	struct hyk_ledger_waiter w = { .done = false };
	enum hyk_status st;

	pthread_mutex_init(&w.lock, NULL);
	pthread_cond_init(&w.told, NULL);
	st = enqueue(l, b, &w);
	if (st == HYK_OK) {
		pthread_mutex_lock(&w.lock);
		while (!w.done)
			pthread_cond_wait(&w.told, &w.lock);
		st = w.status;
		pthread_mutex_unlock(&w.lock);
	}
	pthread_cond_destroy(&w.told);
	pthread_mutex_destroy(&w.lock);
	return st;
}

struct hyk_ledger_stats
hyk_ledger_stats(struct hyk_ledger *l)
{
	struct hyk_ledger_stats s = {
		.records = atomic_load_explicit(&l->records, memory_order_relaxed),
		.commits = atomic_load_explicit(&l->commits, memory_order_relaxed),
		.failed_commits = atomic_load_explicit(&l->failed_commits, memory_order_relaxed),
		.refused = atomic_load_explicit(&l->refused, memory_order_relaxed),
		.commit_ns = atomic_load_explicit(&l->commit_ns, memory_order_relaxed),
	};

	pthread_mutex_lock(&l->lock);
	s.queued = l->queued;
	pthread_mutex_unlock(&l->lock);
	return s;
}

enum hyk_status
hyk_ledger_trouble(struct hyk_ledger *l)
{
	return atomic_load(&l->trouble);
}

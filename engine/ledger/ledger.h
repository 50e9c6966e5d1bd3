/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger/ledger.h - the append-only log and its one writer thread: no answer before its record.
 *
 * Workers submit batches of records; the writer drains a bounded queue into
 * one transaction and then tells everyone in it. No timer: a batch forms while
 * the last sync runs. A failed commit fails every waiter, and the ledger is
 * unready until a later commit succeeds: while it is unready and nothing comes
 * in, the writer tries one of its own every second.
 *
 * Lifetime:  open -> submit* -> close (finishes what is queued first).
 * Ownership: a batch belongs to the ledger from submit until its `done` call.
 * Threads:   submit, ready, stats: any thread. `done` runs in the writer's thread: it must be short.
 * Errors:    submit: HYK_E_BUSY (queue full), HYK_E_STOPPED; done: HYK_OK or why nothing was recorded:
 *            HYK_E_EXISTS (an id that is there already) and what `project` returned fail one batch,
 *            everything else all batches of the transaction. A refused batch stays the caller's.
 */
#ifndef HYK_LEDGER_LEDGER_H
#define HYK_LEDGER_LEDGER_H

#include "store/store.h"

struct hyk_ledger;

struct hyk_ledger_batch {
	struct hyk_store_record *records; /* index is set before done */
	size_t n;                         /* may be 0: only a projection, or only a wait for the disk */
	/* Runs in the writer's transaction after the records; may be NULL. An error fails this batch only. */
	enum hyk_status (*project)(void *self, struct hyk_store *store, const struct hyk_store_record *records, size_t n);
	void (*done)(void *self, enum hyk_status st);
	void *self;
	struct hyk_ledger_batch *next; /* the ledger's own */
	enum hyk_status status;        /* the ledger's own */
	struct hyk_ledger_waiter *waiter; /* the ledger's own */
};

struct hyk_ledger_options {
	size_t queue_records; /* most records waiting; 0: 8,192 */
	/*
	 * For tests: called in the writer's thread before each commit; a status other
	 * than HYK_OK makes the commit fail as if the disk had. NULL: none.
	 */
	enum hyk_status (*gate)(void *self);
	void *gate_self;
	/* For tests that must see the promise broken: answers before the commit. Never set otherwise. */
	bool plant_early_answer;
};

/* Takes the store. Starts the writer. */
enum hyk_status hyk_ledger_open(struct hyk_store *store, const struct hyk_ledger_options *options,
    struct hyk_ledger **ret_ledger, struct hyk_diags *diags) HYK_MUST_CHECK;
/* Finishes what is queued, stops the writer, closes the store. */
void hyk_ledger_close(struct hyk_ledger *l);

enum hyk_status hyk_ledger_submit(struct hyk_ledger *l, struct hyk_ledger_batch *b) HYK_MUST_CHECK;
/* Submits and waits; not for worker threads that serve. `done` may be NULL; else it is called too. */
enum hyk_status hyk_ledger_submit_wait(struct hyk_ledger *l, struct hyk_ledger_batch *b) HYK_MUST_CHECK;

struct hyk_ledger_stats {
	uint64_t records, commits, failed_commits, refused; /* since open */
	uint64_t queued;                                     /* now */
	uint64_t commit_ns;                                  /* spent in commits */
};
struct hyk_ledger_stats hyk_ledger_stats(struct hyk_ledger *l);
/*
 * HYK_OK, or why the last transaction failed, until one succeeds. HYK_E_NOT_FOUND: the database is not where it was;
 * also found while nothing is written.
 */
enum hyk_status hyk_ledger_trouble(struct hyk_ledger *l);
static inline bool
hyk_ledger_ready(struct hyk_ledger *l)
{
	return hyk_ledger_trouble(l) == HYK_OK;
}

#endif

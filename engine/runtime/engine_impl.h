/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/engine_impl.h - the insides that the files of runtime/ share; nobody else includes it.
 *
 * Locks: engine.lock guards `snapshot` and `old` only, and nothing is called under it but counting.
 */
#ifndef HYK_RUNTIME_ENGINE_IMPL_H
#define HYK_RUNTIME_ENGINE_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "pipeline/decide.h"
#include "runtime/engine.h"
#include "runtime/slow_lane.h"
#include "runtime/records.h"
#include "runtime/snapshot.h"
#include "runtime/timers.h"

#define HYK_MAX_BATCH 100u
#define HYK_CPU_BEHIND (-2) /* of the slow lane's worker: no core of its own, and its jail goes after others */

enum hyk_counter {
	HYK_COUNT_PERMIT,
	HYK_COUNT_CONDITIONAL,
	HYK_COUNT_DENY,
	HYK_COUNT_DRY_RUN,
	HYK_COUNT_FAULT,
	HYK_COUNT_REFUSED, /* answered with a problem */
	HYK_COUNT_REPLAY,
	HYK_COUNT_SEARCH,
	HYK_COUNT_JAIL_REPLACED,
	HYK_COUNT_JAIL_STRIKE,
	HYK_COUNT_JAIL_LATE,
	HYK_COUNT_JAIL_KILLED, /* by somebody outside */
	HYK_N_COUNTERS
};

struct hyk_engine {
	struct hyk_engine_options options;
	struct hyk_jail_options jail;
	struct hyk_clock clock;
	pthread_mutex_t lock;
	struct hyk_snapshot *snapshot; /* in force */
	struct hyk_snapshot *old;      /* the last one loaded for a replay, or NULL */
	/* Held while a new snapshot gets its registry and its place, and while a committed entry is put: none is lost between. */
	pthread_mutex_t registry_lock;
	atomic_uint_fast64_t version;
	struct hyk_ledger *ledger; /* NULL without state */
	struct hyk_tokens *tokens;
	struct hyk_timers *timers; /* NULL: nobody but hyk_worker_run_due() acts on what is due */
	uint64_t mark; /* dev: of the folders as last loaded */
	atomic_uint_fast64_t counters[HYK_N_COUNTERS];
	struct hyk_slow_lane *slow_lane; /* NULL without state */
	struct hyk_worker *slow;         /* its worker; the lane's thread only */
	atomic_int jail_broken; /* workers without a jail */
	char jail_why[200]; /* the last of them said; under the lock */
	atomic_bool unrecorded; /* the last commit failed, and the log says so */
};

/* A reference to what is in force. */
struct hyk_snapshot *hyk_engine_snapshot(struct hyk_engine *e);
/* A reference to a version, loaded from the store when it is not in force. */
enum hyk_status hyk_engine_snapshot_of(struct hyk_engine *e, struct hyk_store_reader *reader,
    uint64_t version, struct hyk_snapshot **ret_snapshot, struct hyk_diags *diags) HYK_MUST_CHECK;
static inline void
hyk_engine_count(struct hyk_engine *e, enum hyk_counter c)
{
	atomic_fetch_add_explicit(&e->counters[c], 1, memory_order_relaxed);
}

static inline void
hyk_engine_count_many(struct hyk_engine *e, enum hyk_counter c, uint64_t n)
{
	if (n > 0)
		atomic_fetch_add_explicit(&e->counters[c], n, memory_order_relaxed);
}
/* One worker more has no jail, and why; NULL: one worker less. */
void hyk_engine_jail_trouble(struct hyk_engine *e, const char *why);

/* What an exchange needs until it is done; kept by the worker and used again. */
struct hyk_exchange_state {
	struct hyk_arena arena;
	struct hyk_arena_mark empty;
	struct hyk_buf buf;
	struct hyk_worker *worker;  /* whose exchange it is */
	struct hyk_worker *decider; /* who decides it: the same, or the slow lane's */
	const struct hyk_hooks *hooks; /* for a batch that was asked ahead; NULL: the decider's */
	bool answered;              /* the slow lane has rendered the answer already */
	struct hyk_exchange *exchange;
	struct hyk_snapshot *snapshot; /* what it is decided under; its answer still reads it */
	struct hyk_records records; /* what the pipeline asks of them for this exchange */
	struct hyk_record_facts on_record;
	struct hyk_ledger_batch batch;
	enum hyk_status committed;
	struct hyk_entities entities; /* of the snapshot */
	/* one evaluation, or many */
	bool many;
	struct hyk_item *items;
	size_t n_items;
	struct hyk_agreement_work *work; /* a command on an agreement, or NULL */
	struct hyk_registration *registration; /* an entry that comes into the registry, or NULL */
	void (*on_commit)(struct hyk_exchange_state *st); /* in the writer's thread, once it is on disk; may be NULL */
	struct hyk_exchange_state *next;
};

struct hyk_item {
	bool bad; /* not decided: `why` says so */
	struct hyk_str why[2];
	const char *code;
	struct hyk_decision decision;
	size_t record; /* in batch.records, or SIZE_MAX for a dry run */
};

struct hyk_worker {
	struct hyk_engine *engine;
	int cpu;
	void (*wake)(void *self);
	void *wake_self;
	struct hyk_snapshot *snapshot;
	struct hyk_jail *jail; /* NULL: no plugin has hooks, or it could not be made */
	bool jail_failed;
	uint64_t jail_retry_ns; /* when there is none: not before */
	struct hyk_jail
	    *old_jail; /* of the earlier ruleset that a replay asked for last, or NULL */
	uint64_t old_version;
	struct hyk_workspace *workspace;
	struct hyk_store_reader *reader;
	struct hyk_exchange_state *spare;
	_Atomic(struct hyk_exchange *) done; /* pushed by the writer, newest first */
	struct hyk_exchange *ready;          /* taken, oldest first */
	atomic_uint untold;                  /* batches the writer has not finished telling us of */
	unsigned char random[1024];
	size_t random_left;
};

/* Follows the engine to the ruleset in force. */
void hyk_worker_refresh(struct hyk_worker *w);
/* The jail of the plugins of `s`, for a replay; *ret_jail is NULL when none of them has hooks. */
enum hyk_status hyk_worker_jail_of(struct hyk_worker *w, const struct hyk_snapshot *s,
    struct hyk_jail **ret_jail, struct hyk_diags *diags) HYK_MUST_CHECK;
/* worker_jail.c. A jail for the plugins of `s`; HYK_OK with NULL when none has hooks. */
enum hyk_status hyk_worker_jail_open(struct hyk_worker *w, const struct hyk_snapshot *s,
    struct hyk_jail **ret_jail, struct hyk_diags *diags) HYK_MUST_CHECK;
/* The worker's own, after it got another snapshot. */
void hyk_worker_jail_change(struct hyk_worker *w);
/* Tries to get a lost one back; nothing when it is there. Called whenever the worker looks up. */
void hyk_worker_jail_mend(struct hyk_worker *w);
void hyk_worker_jail_close(struct hyk_worker *w);
/* Asks `j`, or says that it is not there (NULL). */
void hyk_worker_ask(struct hyk_worker *w, struct hyk_jail *j, struct hyk_hook_call *calls, size_t n,
    struct hyk_arena *arena);
/* The table of functions behind which the worker's jail stands. */
struct hyk_hooks hyk_worker_hooks(struct hyk_worker *w);
/*
 * The hooks of a batch in one hand-off: what a first look at all its questions
 * would ask is collected, asked at once, and handed out when they are decided.
 * Hooks are pure, so that they say what they would have said one by one; a
 * question that asks something else the second time is asked by itself.
 */
struct hyk_hooks_ahead {
	struct hyk_worker *worker;
	struct hyk_arena *arena;
	struct hyk_hook_call *calls;
	size_t n, room, at;
	bool collecting, failed;
	struct hyk_hooks hooks;
};
/* Starts collecting; `hooks` is then what the first look gets. */
void hyk_hooks_ahead_init(
    struct hyk_hooks_ahead *a, struct hyk_worker *w, struct hyk_arena *arena);
/* Asks; from now on `hooks` hands out. */
void hyk_hooks_ahead_ask(struct hyk_hooks_ahead *a);

/* The slow lane's functions, of the engine. */
struct hyk_slow_lane_owner hyk_worker_slow_lane(struct hyk_engine *e);
/* ---- exchange.c: what every question shares ---- */

struct hyk_exchange_state *hyk_exchange_state_take(struct hyk_worker *w);
/* Fills x->problem and x->status; the first error of diags when there is one, else the given words. */
void hyk_exchange_fail(struct hyk_exchange *x, int status, const char *code, const char *en,
    const char *ko, const struct hyk_diags *diags);

/* The same by status: 400, 403, 413, else 503. */
void hyk_exchange_fail_status(struct hyk_exchange *x, enum hyk_status s, const struct hyk_diags *diags);
/* The body as a JSON object. False: it is none, and the exchange has failed. */
bool hyk_exchange_body(struct hyk_exchange *x, struct hyk_value *ret_body) HYK_MUST_CHECK;
/* The caller's question to the pipeline, under the ruleset the worker has. Borrows what it is given. */
struct hyk_decide_input hyk_exchange_question(struct hyk_exchange *x, const struct hyk_request *request,
    struct hyk_time now, const struct hyk_hooks *hooks);
/* Where decisions under this snapshot look up the registered. */
struct hyk_entities hyk_snapshot_entities(const struct hyk_snapshot *s);
/* A fresh ULID at `now`: 26 characters and a NUL. False: no randomness. */
bool hyk_worker_ulid(struct hyk_worker *w, struct hyk_time now, char out[27]) HYK_MUST_CHECK;
/* Gives st->batch to the ledger. False: refused; st->committed says why. */
bool hyk_exchange_submit(struct hyk_exchange_state *st);
/* Back to the worker whose exchange it is, from whatever thread. */
void hyk_exchange_give_back(struct hyk_exchange_state *st);
/* Tells the log when records cannot be written, and when they can again. */
void hyk_commit_log(struct hyk_engine *e, enum hyk_status st);
/* The problem of a commit that was not. */
void hyk_commit_fail(struct hyk_exchange *x);

/* ---- who answers what ---- */

/* evaluate.c: decides what x->body asks. False: records are ready in st->batch and must be
 * committed. */
bool hyk_evaluate_start(struct hyk_worker *w, struct hyk_exchange *x);
/* After the commit: renders the answer, or the problem. */
void hyk_evaluate_finish(struct hyk_exchange *x);

/* agreement.c: a command. False: it waits for its commit. */
bool hyk_agreement_start(struct hyk_worker *w, struct hyk_exchange *x);
/* After the commit. False: what it was decided on had moved on, so it was decided again and waits anew. */
bool hyk_agreement_finish(struct hyk_exchange *x);
/* agreement_read.c: one, or a page of them, or of duties. */
void hyk_agreement_answer(struct hyk_worker *w, struct hyk_exchange *x);
/* decision_record.c */
enum hyk_status hyk_decision_record(const struct hyk_request *request, const struct hyk_decision *d,
    const struct hyk_caller *caller, bool dev, struct hyk_arena *arena,
    struct hyk_store_record *ret_record) HYK_MUST_CHECK;
/*
 * The request and facts of a recorded decision, as a dry run, what its faults said and which
 * properties it ignored (lists, or null); HYK_E_NOT_FOUND when its disclosure was erased.
 */
enum hyk_status hyk_decision_record_request(const struct hyk_store_record *record,
    struct hyk_arena *arena, struct hyk_value *ret_leaf, struct hyk_value *ret_request,
    struct hyk_value *ret_faults, struct hyk_value *ret_ignored) HYK_MUST_CHECK;

/* registry.c: puts what is on record into the snapshot's registry. */
enum hyk_status hyk_engine_fill_registry(struct hyk_engine *e, struct hyk_snapshot *s, struct hyk_diags *diags)
    HYK_MUST_CHECK;
/* False: the record of an entry is ready in st->batch and must be committed. */
bool hyk_register_start(struct hyk_worker *w, struct hyk_exchange *x);
void hyk_register_finish(struct hyk_exchange *x);
/* One entry or a page of them. */
void hyk_registry_answer(struct hyk_worker *w, struct hyk_exchange *x);
/* search.c: answers the HYK_OP_SEARCH operations. */
void hyk_search(struct hyk_worker *w, struct hyk_exchange *x);
/* asset_types.c: answers HYK_OP_ASSET_TYPES. */
void hyk_asset_types_list(struct hyk_exchange *x);
/* places.c: answers HYK_OP_PLACES. */
void hyk_places_list(struct hyk_exchange *x);
/* replay.c: what the ruleset says of a property of the request's shape; NULL: undeclared. */
const struct hyk_fact *hyk_request_fact(const struct hyk_catalog *c, const struct hyk_request *q,
    enum hyk_root root, struct hyk_str name);
/* Numbers that leaf and disclosure keep as texts, as numbers again. */
enum hyk_status hyk_request_mend(
    struct hyk_arena *a, const struct hyk_catalog *c, struct hyk_request *q) HYK_MUST_CHECK;
/* replay.c: answers HYK_OP_DECISION and HYK_OP_EXPLAIN. */
void hyk_replay(struct hyk_worker *w, struct hyk_exchange *x);

#endif

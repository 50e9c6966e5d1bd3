/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/engine.h - the parts put together: state, ruleset in force, workers, and the questions they answer.
 *
 * The HTTP server is a user of this header and has no private way in.
 *
 * Lifetime:  engine open -> workers open -> exchanges -> workers close -> engine close.
 * Threads:   engine: any thread; a worker and its exchanges: owning worker only. The `wake` function of a
 *            worker is called from the ledger's thread.
 * Errors:    open: 7xx and load messages in diags; an exchange carries its own answer, always.
 */
#ifndef HYK_RUNTIME_ENGINE_H
#define HYK_RUNTIME_ENGINE_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "identity/tokens.h"
#include "ledger/ledger.h"

struct hyk_engine;
struct hyk_worker;

struct hyk_engine_options {
	const char *commons_dir;  /* seeds an empty state once; in dev read again on change */
	const char *plugins_dir;
	const char *state_dir;    /* NULL: no state, dry runs only (`hyangyak decide`) */
	const char *jail_program; /* NULL: beside this program */
	bool dev;
	bool no_pin;              /* do not pin workers and jails to cores (tests) */
	struct hyk_clock clock;   /* now == NULL: the system's */
	bool no_timers;           /* nothing is done when it is due but by hyk_worker_run_due() (tests) */
	struct hyk_ledger_options ledger;
};

enum hyk_status hyk_engine_open(const struct hyk_engine_options *o, struct hyk_engine **ret_engine,
    struct hyk_diags *diags) HYK_MUST_CHECK;
/* After all workers are closed. Finishes what is queued. */
void hyk_engine_close(struct hyk_engine *e);

/* Bearer token to caller; false: 401. */
bool hyk_engine_authenticate(struct hyk_engine *e, struct hyk_str secret, struct hyk_caller *ret_caller);
#define HYK_WHY_BYTES 320
/* True: ready to decide. Else one sentence why, by enum hyk_lang. */
bool hyk_engine_ready(struct hyk_engine *e, char ret_why[2][HYK_WHY_BYTES]);
/* Appends members of a JSON object, each with a comma before it, that name the plugins in quarantine and the slow
 * ones; nothing when there are none. */
void hyk_engine_write_standing(struct hyk_engine *e, struct hyk_buf *b);
/* Version of the ruleset in force. */
uint64_t hyk_engine_version(struct hyk_engine *e);
/* Appends the engine's metrics in Prometheus text form. */
void hyk_engine_write_metrics(struct hyk_engine *e, struct hyk_buf *b);
/* dev only: looks whether the folders changed and loads them; the last good ruleset stays on errors (in diags). */
enum hyk_status hyk_engine_reload_if_changed(struct hyk_engine *e, bool *ret_changed, struct hyk_diags *diags)
    HYK_MUST_CHECK;

/* `wake` is called (from another thread) when hyk_worker_next_done() has something; it must only signal. */
enum hyk_status hyk_worker_open(struct hyk_engine *e, int cpu, void (*wake)(void *self), void *wake_self,
    struct hyk_worker **ret_worker, struct hyk_diags *diags) HYK_MUST_CHECK;
/* No exchange may be pending. */
void hyk_worker_close(struct hyk_worker *w);

enum hyk_operation {
	HYK_OP_EVALUATE,      /* body: an AuthZEN evaluation */
	HYK_OP_EVALUATE_MANY, /* body: AuthZEN evaluations (batch) */
	/* body: an AuthZEN search, paged; nothing is recorded */
	HYK_OP_SEARCH_SUBJECT,
	HYK_OP_SEARCH_RESOURCE,
	HYK_OP_SEARCH_ACTION,
	HYK_OP_REGISTER_ASSET,  /* body: a document of registry/document.h, and what it replaces */
	HYK_OP_REGISTER_PERSON,
	HYK_OP_ASSETS,          /* `type`; `entry`: one of it; else a page from behind `after` */
	HYK_OP_PEOPLE,
	HYK_OP_DECISION,      /* id: a recorded decision */
	HYK_OP_ASSET_TYPES,   /* what can be shared; `type`: one of it with its facts */
	HYK_OP_PLACES,        /* the places that the caller's commons sees, and those below it */
	HYK_OP_EXPLAIN,       /* id: its trace, decided again on the recorded facts and ruleset */
	HYK_OP_AGREE,         /* body: the decision on which an agreement is opened */
	HYK_OP_EVENT,         /* id: an agreement; body: what happens to it */
	HYK_OP_AGREEMENT,     /* id: an agreement */
	HYK_OP_AGREEMENTS,    /* a page of those the caller may see: `after`, `person` */
	HYK_OP_DUTIES         /* a page of what is owed under them: `after`, `person` */
};

/* What went wrong, for RFC 9457. Texts live as long as the exchange. */
struct hyk_problem {
	int status;              /* 400, 403, 404, 409, 413, 503, ... */
	const char *code;        /* "INVALID_JSON", "MISSING_FIELD", "NOT_RECORDED", ...: stable */
	struct hyk_str detail[2]; /* by enum hyk_lang */
	bool has_position;
	uint32_t line, column, offset; /* in the body */
	unsigned retry_after_s;  /* 0: no Retry-After */
};

struct hyk_exchange {
	/* in: the caller fills these; body and id are borrowed until the exchange is done */
	enum hyk_operation op;
	struct hyk_caller caller;
	struct hyk_str body, id;
	struct hyk_str key;           /* Idempotency-Key of a write; may be empty */
	struct hyk_str after, person; /* of a page; may be empty */
	struct hyk_str type, entry; /* of the registry; may be empty */
	bool trace; /* HYK_OP_EVALUATE of a dry run: the answer is the whole trace */
	void *user;
	/* out, once done */
	int status;            /* 200, 201: `answer` is JSON; else `problem` */
	struct hyk_buf answer; /* the engine initialises it in start; freed by hyk_exchange_fini */
	struct hyk_problem problem;
	/* the engine's own */
	struct hyk_exchange_state *state;
	struct hyk_exchange *next;
};

/* True: done already (read status). False: it waits for its commit and comes back by hyk_worker_next_done. */
bool hyk_worker_start(struct hyk_worker *w, struct hyk_exchange *x) HYK_MUST_CHECK;
/* Exchanges that are done now, one a call; NULL: none. */
struct hyk_exchange *hyk_worker_next_done(struct hyk_worker *w);
/* Acts on everything that is due now; *ret_n: on how many agreements. What fails is tried again by the next call. */
enum hyk_status hyk_worker_run_due(struct hyk_worker *w, size_t *ret_n) HYK_MUST_CHECK;
/* Frees what start made; the struct itself is the caller's. */
void hyk_exchange_fini(struct hyk_exchange *x);

#endif

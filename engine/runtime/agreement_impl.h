/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/agreement_impl.h - one command on an agreement while it is worked on; shared by runtime/agreement*.c.
 *
 * A command is worked out in the worker on what the reader sees, and put on record in one transaction that checks that
 * the agreement has not moved and that nobody else holds the asset. When it has, the command is worked out again: so a
 * check and its append are one, and the writer's thread never waits for a rule or a plugin.
 */
#ifndef HYK_RUNTIME_AGREEMENT_IMPL_H
#define HYK_RUNTIME_AGREEMENT_IMPL_H

#include "agreement/record.h"
#include "runtime/engine_impl.h"

#define HYK_MAX_STEPS 6u

struct hyk_agreement_step {
	struct hyk_agreement after;
	struct hyk_str from;
	struct hyk_event event;
	enum hyk_actor actor;
};

struct hyk_agreement_work {
	/* for the whole command */
	struct hyk_worker *worker;
	struct hyk_arena *arena;
	struct hyk_arena_mark begin; /* what an attempt makes is thrown away with it */
	unsigned attempts;
	struct hyk_value body; /* of the request */
	struct hyk_write_key key;
	bool opens;
	/* of one attempt */
	struct hyk_diags diags;
	struct hyk_time now;
	struct hyk_snapshot *snapshot; /* the pinned ruleset; a reference */
	struct hyk_jail *jail;
	const struct hyk_asset_type *type;
	struct hyk_agreement a; /* as it stands after the steps so far */
	uint64_t index;         /* of the record it was loaded as of */
	struct hyk_agreement_step steps[HYK_MAX_STEPS];
	size_t n_steps;
	struct hyk_store_record records[2 * HYK_MAX_STEPS];
	size_t n_records;
	size_t record_of[HYK_MAX_STEPS]; /* by step, in records */
	struct hyk_agreement_change changes[HYK_MAX_STEPS];
};

/* What went wrong: a status of HTTP with the first message of diags, or with the words given. */
struct hyk_refusal {
	int status;
	const char *code, *en, *ko;
};

/* agreement_decide.c: the ruleset the agreement is pinned to, with jail and type. */
enum hyk_status hyk_work_pin(struct hyk_agreement_work *k, uint64_t ruleset) HYK_MUST_CHECK;
/*
 * Its decision made again at this moment. With `record` it is put on record beside the step that follows, and the
 * agreement's reasons, needs and duties become those of it.
 */
enum hyk_status hyk_work_decide(struct hyk_agreement_work *k, bool record, struct hyk_decision *ret_d) HYK_MUST_CHECK;
/*
 * Puts facts among the agreement's, known as well as said; `proofs`: only what has to be proven, so that the use stays what
 * was agreed on. 422 messages for what cannot be handed in.
 */
enum hyk_status hyk_work_facts(struct hyk_agreement_work *k, struct hyk_value facts, const char *known, bool proofs)
    HYK_MUST_CHECK;

/* agreement_hooks.c: HYK_E_INVALID with the refusal of a plugin, HYK_E_FAULT when one failed: neither is an accept. */
enum hyk_status hyk_work_verify(struct hyk_agreement_work *k, const struct hyk_event *e,
    struct hyk_refusal *ret_refusal) HYK_MUST_CHECK;
/* Duties and points that plugins add to k->a after the step of an event. */
enum hyk_status hyk_work_on_event(struct hyk_agreement_work *k, const struct hyk_event *e) HYK_MUST_CHECK;

/* agreement_event.c: what a step brings about beside the state: duties, claim, points; put into the step. */
enum hyk_status hyk_work_follow(struct hyk_agreement_work *k, const struct hyk_event *e) HYK_MUST_CHECK;
/* agreement.c: one step and what follows; `t` NULL: an event that moves nothing. */
enum hyk_status hyk_work_step(struct hyk_agreement_work *k, const struct hyk_transition *t, const struct hyk_event *e,
    enum hyk_actor actor) HYK_MUST_CHECK;
/* What the engine does next by itself, until there is nothing: decisions. */
enum hyk_status hyk_work_settle(struct hyk_agreement_work *k) HYK_MUST_CHECK;

/* agreement_open.c, agreement_event.c: the steps of a command. HYK_OK, or an error with its message in k->diags. */
enum hyk_status hyk_work_open(struct hyk_agreement_work *k, const struct hyk_caller *caller,
    struct hyk_refusal *ret_refusal) HYK_MUST_CHECK;
enum hyk_status hyk_work_event(struct hyk_agreement_work *k, const struct hyk_caller *caller, struct hyk_str id,
    struct hyk_refusal *ret_refusal) HYK_MUST_CHECK;
/* What is due for one agreement, worked out and recorded; HYK_E_BUSY: it moved meanwhile. */
enum hyk_status hyk_work_act(struct hyk_worker *w, struct hyk_arena *arena, struct hyk_str id,
    struct hyk_agreement_work *k) HYK_MUST_CHECK;
/* What the clock has brought about for one agreement; no steps: nothing. */
enum hyk_status hyk_work_due(struct hyk_agreement_work *k, struct hyk_str id) HYK_MUST_CHECK;

/* The agreement as its row has it. HYK_E_NOT_FOUND. */
enum hyk_status hyk_work_load(struct hyk_agreement_work *k, struct hyk_str id) HYK_MUST_CHECK;
/* May the caller see it: its own, or those of the commons it has a right over. */
bool hyk_may_see(const struct hyk_caller *caller, const struct hyk_agreement *a);
/* {"type", "id"} or "type:id", as the latter; false: neither. */
bool hyk_read_party(struct hyk_value v, struct hyk_arena *arena, struct hyk_str *ret_party);
/* The answer about an agreement as it was after the record. */
void hyk_agreement_write(struct hyk_exchange *x, const struct hyk_agreement *a, uint64_t index, const uint8_t *leaf_hash);

#endif

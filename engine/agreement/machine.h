/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agreement/machine.h - what an event does to an agreement: who may send it, when, with what; and what follows.
 *
 * Pure: an agreement, an event and what is known of the world in, the next agreement or a refusal out. Whoever calls
 * records the result in the transaction that checks that the agreement has not moved meanwhile.
 *
 * Lifetime:  results live in the arena given and borrow from agreement, event and workflow.
 * Threads:   one thread at a time.
 * Errors:    HYK_E_DENIED (wrong sender), HYK_E_EXISTS (out of order, twice, after the end), HYK_E_INVALID (what was
 *            handed in), HYK_E_LIMIT, each with one 77x message that says what was expected; HYK_E_NOMEM.
 */
#ifndef HYK_AGREEMENT_MACHINE_H
#define HYK_AGREEMENT_MACHINE_H

#include "agreement/agreement.h"
#include "pipeline/decide.h"

/* Who sends: what the token may, and the person it speaks for. */
struct hyk_sender {
	struct hyk_str caller; /* of the token; empty: the engine itself */
	struct hyk_str by;     /* "person:mina"; empty: the engine itself */
	bool events, steward, officer, vouch; /* rights of the token over the agreement's commons */
};

struct hyk_event {
	struct hyk_str name;
	struct hyk_time at;
	struct hyk_sender sender;
	struct hyk_value evidence; /* list of {kind, sha256}, or null */
	struct hyk_str reason;     /* may be empty */
	struct hyk_value details;  /* map of what the event says beside: cause, amount, duty, ...; or null */
};

/* Bits of enum hyk_actor that the sender may act as. */
uint32_t hyk_agreement_roles(const struct hyk_agreement *a, const struct hyk_sender *s, struct hyk_arena *arena);

/*
 * The transition an outsider's event takes, after all checks but the ones that need a new decision or a plugin.
 * *ret_actor: as whom it was sent. NULL in *ret_t: an event that moves nothing (see hyk_agreement_is_act).
 */
enum hyk_status hyk_agreement_check(const struct hyk_agreement *a, const struct hyk_workflow *w, const struct hyk_event *e,
    const struct hyk_transition **ret_t, enum hyk_actor *ret_actor, struct hyk_arena *arena, struct hyk_diags *diags)
    HYK_MUST_CHECK;
/* "evidence", "discharge": may be sent in any state, and lead to none. */
bool hyk_agreement_is_act(struct hyk_str event);

/* What is known of the world when a state is entered. */
struct hyk_outlook {
	bool has_next_use;
	struct hyk_time next_use; /* when another's hold of the asset begins */
};

/* The agreement after the event; `t` NULL: it moves nothing. The event and its evidence are among the agreement's. */
enum hyk_status hyk_agreement_apply(const struct hyk_agreement *a, const struct hyk_workflow *w,
    const struct hyk_transition *t, const struct hyk_event *e, enum hyk_actor actor, const struct hyk_outlook *o,
    struct hyk_arena *arena, struct hyk_agreement *ret_a, struct hyk_diags *diags) HYK_MUST_CHECK;
/* Enters the initial state; everything but what the machine keeps is set in *a. */
enum hyk_status hyk_agreement_enter(struct hyk_agreement *a, const struct hyk_workflow *w, struct hyk_str state,
    struct hyk_time at, const struct hyk_outlook *o) HYK_MUST_CHECK;

/*
 * What the engine does next by itself now, NULL: nothing. In a state with transitions by decision: the one that fits,
 * `settled`: whether all duties due before are discharged. Else the one for `deadline` when the state's time is over.
 */
const struct hyk_transition *hyk_agreement_by_decision(const struct hyk_agreement *a, const struct hyk_workflow *w,
    const struct hyk_decision *d, bool settled);
const struct hyk_transition *hyk_agreement_by_deadline(const struct hyk_agreement *a, const struct hyk_workflow *w,
    struct hyk_time now);
/* True when the agreement's state is left by a decision. */
bool hyk_agreement_awaits_decision(const struct hyk_agreement *a, const struct hyk_workflow *w);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agreement/claim.h - damage: what is claimed, how it is split by cause, and what becomes of it.
 *
 * Of a damage only the user's fault is the user's to pay; a fault of the provider and wear are the provider's, a defect
 * of the facility is its owner's. So a claim says how its amount is split, and only the part of "user_fault" can become
 * owed: by admitting it, or by the ruling of somebody who is no party. A plugin may owe a `compensation` when a claim
 * comes (and cap it): that duty is "claimed" until the claim is settled.
 *
 * A claim is a map: by, at, amount, split (cause to amount), state ("open", "contested", "unanswered", "admitted",
 * "ruled", "lapsed"), and after a ruling: ruled (the split), ruled_by.
 *
 * Lifetime:  the arena given.
 * Threads:   one thread at a time.
 * Errors:    HYK_E_INVALID with 80x messages; HYK_E_NOMEM.
 */
#ifndef HYK_AGREEMENT_CLAIM_H
#define HYK_AGREEMENT_CLAIM_H

#include "agreement/machine.h"

/* Whether the event's details are what a "claim" or a "rule" must say; of other events always. */
enum hyk_status hyk_claim_check(const struct hyk_agreement *a, const struct hyk_event *e, struct hyk_diags *diags)
    HYK_MUST_CHECK;
/*
 * What the event makes of the claim and of what is owed for it, once the state is entered: claim, contest, admit, rule,
 * appeal, and the deadlines of their states (`from`: the state before the event).
 */
enum hyk_status hyk_claim_follow(struct hyk_agreement *a, const struct hyk_event *e, struct hyk_str from,
    const struct hyk_catalog *c, struct hyk_arena *arena, struct hyk_diags *diags) HYK_MUST_CHECK;

#endif

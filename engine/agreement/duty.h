/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agreement/duty.h - what is owed under an agreement, until when, and what discharges it.
 *
 * A duty is a map: number, id, type, owed_by, owed_to, due ("before", "during", "after" or a time), due_at, state
 * ("owed", "overdue", "discharged", "void", and "claimed" as claim.h says), terms, evidence (kind to how many). Its number is its place in the list and
 * never changes. "before" is due when the use starts, "during" when it ends, "after" two days later.
 *
 * Lifetime:  the arena given.
 * Threads:   one thread at a time.
 * Errors:    HYK_E_INVALID, HYK_E_DENIED, HYK_E_EXISTS with 78x messages; HYK_E_LIMIT; HYK_E_NOMEM.
 */
#ifndef HYK_AGREEMENT_DUTY_H
#define HYK_AGREEMENT_DUTY_H

#include "agreement/machine.h"

/*
 * What the decision as made now asks for: new duties are added, duties that are asked for no more become void, what is
 * discharged stays so.
 */
enum hyk_status hyk_duties_of_decision(struct hyk_agreement *a, const struct hyk_decision *d,
    const struct hyk_catalog *c, struct hyk_arena *arena, struct hyk_diags *diags) HYK_MUST_CHECK;
/* One more, raised by an event. */
enum hyk_status hyk_duty_raise(struct hyk_agreement *a, const struct hyk_owed *owed, const struct hyk_catalog *c,
    struct hyk_arena *arena, struct hyk_diags *diags) HYK_MUST_CHECK;
/* Every duty due before the use is discharged, or void. */
bool hyk_duties_before_done(const struct hyk_agreement *a);
/* Discharges what the evidence at hand suffices for. */
enum hyk_status hyk_duties_prove(struct hyk_agreement *a, const struct hyk_event *e, struct hyk_arena *arena) HYK_MUST_CHECK;
/*
 * The event "discharge": details.duty is its number. Where evidence is declared it must suffice; else it takes the word
 * of somebody other than who owes it: whom it is owed to, a steward, an officer, or a service that vouches.
 */
enum hyk_status hyk_duty_discharge(struct hyk_agreement *a, const struct hyk_event *e, struct hyk_arena *arena,
    struct hyk_diags *diags) HYK_MUST_CHECK;
/* Marks those overdue whose time is over; *ret_n: how many. */
enum hyk_status hyk_duties_expire(struct hyk_agreement *a, struct hyk_time now, struct hyk_arena *arena, size_t *ret_n)
    HYK_MUST_CHECK;
/*
 * A deposit that was left is owed back, once and within two days: when the use is settled without a claim, or when the
 * agreement is over.
 */
enum hyk_status hyk_deposit_return(struct hyk_agreement *a, struct hyk_time at, const struct hyk_catalog *c,
    struct hyk_arena *arena, struct hyk_diags *diags) HYK_MUST_CHECK;
/* Duties of the use that will not be: all that are owed become void. */
enum hyk_status hyk_duties_void(struct hyk_agreement *a, struct hyk_arena *arena) HYK_MUST_CHECK;

#endif

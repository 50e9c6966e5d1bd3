/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agreement/evidence.h - evidence by digest: what has a place at which event, and what an event cannot do without.
 *
 * The engine keeps no files: a piece of evidence is its kind, its SHA-256, who gave it and when, at which event.
 *
 * Threads:   one thread at a time.
 * Errors:    HYK_E_INVALID with 776, 777, 778 or 782; HYK_E_LIMIT with 781.
 */
#ifndef HYK_AGREEMENT_EVIDENCE_H
#define HYK_AGREEMENT_EVIDENCE_H

#include "agreement/machine.h"

/* Form, kinds and sufficiency of what comes with an event. */
enum hyk_status hyk_evidence_check(const struct hyk_agreement *a, const struct hyk_transition *t,
    const struct hyk_event *e, struct hyk_arena *arena, struct hyk_diags *diags) HYK_MUST_CHECK;
/* Puts the event's evidence among the agreement's. */
enum hyk_status hyk_evidence_add(struct hyk_agreement *a, const struct hyk_event *e, struct hyk_arena *arena)
    HYK_MUST_CHECK;
/* How many pieces of a kind the agreement has; with `e` (may be NULL) those of the event too. */
int64_t hyk_evidence_count(const struct hyk_agreement *a, const struct hyk_event *e, struct hyk_str kind);

#endif

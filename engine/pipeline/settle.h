/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline/settle.h - the table of outcomes: truths of rules to one outcome. Nothing else decides.
 *
 * Order of rules never matters: each row gets its standing alone, and the outcome is a matter of which
 * standings there are.
 *
 * Threads:   any thread.
 */
#ifndef HYK_PIPELINE_SETTLE_H
#define HYK_PIPELINE_SETTLE_H

#include "pipeline/decide.h"

/* What a rule does to the decision; bits. None: its condition is false, or its need is met. */
enum {
	HYK_DENIES = 1u << 0,    /* a forbid that is true; a require whose need is proven false */
	HYK_PERMITS = 1u << 1,   /* a permit that is true */
	HYK_OWES = 1u << 2,      /* a require that holds, with a duty */
	HYK_ASKS_WHEN = 1u << 3, /* its condition waits for facts */
	HYK_ASKS_NEED = 1u << 4, /* its condition holds and its need is open */
	HYK_ERRS = 1u << 5       /* only a person can settle it */
};

struct hyk_settle_row {
	enum hyk_effect effect;
	enum hyk_truth when;
	bool has_need, has_duty;
	enum hyk_truth need; /* of the fact: proven true, proven false, unknown, in error */
	bool duty_errs;      /* a term of the duty could not be computed */
	unsigned standing;   /* out */
};

/* Fills each standing and gives the outcome; *ret_permitted: a permit is true (then permits ask nothing). */
enum hyk_outcome hyk_settle(struct hyk_settle_row *rows, size_t n, bool *ret_permitted);

/* Does this row's asking or error count in a conditional? */
static inline bool
hyk_settle_counts(const struct hyk_settle_row *r, bool permitted)
{
	return r->effect != HYK_PERMIT || !permitted;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/plan.h - the rules of each commons for each (asset type, action), by number.
 *
 * A commons without rules of its own for a shape has no plan there: that of
 * the nearest one above serves, and only rules that exist cost memory.
 *
 * Lifetime:  the ruleset's arena.
 * Threads:   immutable once made.
 */
#ifndef HYK_POLICY_PLAN_H
#define HYK_POLICY_PLAN_H

#include "policy/loader.h"

struct hyk_plan_entry {
	uint64_t key; /* commons number + 1, shape number */
	const struct hyk_plan *plan;
};

struct hyk_plans {
	struct hyk_plan_entry *table; /* open addressing; key 0: free */
	size_t n_table;               /* a power of two */
};

/* False: no memory. */
bool hyk_plans_make(struct hyk_loader *l, const struct hyk_ruleset *r, struct hyk_plans *ret_plans) HYK_MUST_CHECK;
const struct hyk_plan *hyk_plans_find(const struct hyk_plans *plans, const struct hyk_commons *c,
    const struct hyk_shape *s);

#endif

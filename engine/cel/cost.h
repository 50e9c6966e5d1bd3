/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/cost.h - what a condition may cost at most, from the sizes that schemas declare.
 *
 * cel-go's model and numbers, so that limits mean the same here and there. A
 * cost has two parts. What does not depend on the data is fixed: the machine
 * takes it once at the start, and of a loop at every turn, so that it need not
 * count step by step. The rest is taken as it comes up. The estimate bounds
 * each part, and so what a run can use.
 *
 * Threads: any thread.
 */
#ifndef HYK_CEL_COST_H
#define HYK_CEL_COST_H

#include "cel/ast.h"

struct hyk_cel_cost {
	uint64_t fixed, more; /* both saturate at UINT64_MAX */
	const struct hyk_cel_node *dear; /* the loop or call that alone may cost most; NULL: none costs anything */
	uint64_t dearest;
	struct hyk_cel_size size;        /* of the result */
};

/* Of a checked tree that is not folded yet; sets `turn` of its folds. Recurses as deep as the tree. */
struct hyk_cel_cost hyk_cel_cost(const struct hyk_cel_env *env, struct hyk_cel_node *n);

static inline uint64_t
hyk_cel_cost_total(const struct hyk_cel_cost *c)
{
	return c->fixed > UINT64_MAX - c->more ? UINT64_MAX : c->fixed + c->more;
}
/* The first fact in n that may grow and whose schema declares no size; NULL: all do. */
const struct hyk_cel_node *hyk_cel_cost_unbounded(const struct hyk_cel_node *n);

#endif

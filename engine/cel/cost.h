/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/cost.h - what a condition may cost at most, from the sizes that schemas declare.
 * Threads: any thread.
 */
#ifndef HYK_CEL_COST_H
#define HYK_CEL_COST_H

#include "cel/ast.h"

/* Of a fact whose schema names no size. */
#define HYK_CEL_COST_DEFAULT_SIZE 100u

/*
 * The most the checked tree can cost, in the units gas is counted in; UINT64_MAX when it does not fit.
 * *ret_dear (may be NULL) is the dearest loop or call.
 */
uint64_t hyk_cel_cost(const struct hyk_cel_env *env, const struct hyk_cel_node *n, const struct hyk_cel_node **ret_dear);

#endif

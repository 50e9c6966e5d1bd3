/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/cel/refeval.h - a second evaluator, as plain as can be: it walks the checked tree, unfolded, and
 * knows nothing of steps, stacks and jumps. What it shares with the machine are operators on whole values.
 */
#ifndef HYK_TESTS_REFEVAL_H
#define HYK_TESTS_REFEVAL_H

#include "cel/ast.h"

struct refeval_local {
	const struct hyk_cel_node *binder;
	uint32_t var;
	struct hyk_value value;
	const struct refeval_local *next;
};

struct refeval {
	struct hyk_arena *arena;
	const struct hyk_value *slots;
};

struct hyk_value refeval(const struct refeval *r, const struct hyk_cel_node *n, const struct refeval_local *locals);

#endif

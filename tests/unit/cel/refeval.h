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
	uint64_t *fuel; /* nodes it may still walk, NULL: any number; at 0 its answer means nothing */
};

/* Means nothing either once the arena has overflowed. */
struct hyk_value refeval(const struct refeval *r, const struct hyk_cel_node *n, const struct refeval_local *locals);
/* The same value, deep; two errors are the same, two unknowns wait for the same facts. */
bool refeval_agree(struct hyk_value a, struct hyk_value b);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/fold.h - what is known before any request: literals of lists and maps, and calls whose arguments are
 * constants and that do not look at the commons' zone.
 * Lifetime: values live in the arena. Threads: one at a time.
 */
#ifndef HYK_CEL_FOLD_H
#define HYK_CEL_FOLD_H

#include "cel/ast.h"

/* Sub-trees become constants where they can; what would be an error stays as it is and fails when it runs. */
void hyk_cel_fold(struct hyk_arena *arena, struct hyk_cel_node *n);

#endif

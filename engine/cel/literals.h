/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/literals.h - what is written wrong inside a literal: duration('1d'), getHours('Asia/Soul'), '25:00'.
 *
 * CEL says these fail when they are evaluated; in a policy they are mistakes, and told when it is loaded.
 * Threads: one thread at a time.
 */
#ifndef HYK_CEL_LITERALS_H
#define HYK_CEL_LITERALS_H

#include "cel/ast.h"

/* Looks at the folded tree; false after messages. */
bool hyk_cel_literals_check(struct hyk_arena *scratch, const struct hyk_source *src, const struct hyk_cel_node *n,
    struct hyk_diags *diags);

#endif

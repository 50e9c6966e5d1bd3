/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/commons.h - does the commons have what an expression asks of it: a holiday calendar, and the places it names?
 *
 * Threads: one thread at a time.
 */
#ifndef HYK_CEL_COMMONS_H
#define HYK_CEL_COMMONS_H

#include "cel/ast.h"

/* Looks at the folded tree; false after messages. Without `commons` nothing is known, and all is fine. */
bool hyk_cel_commons_check(const struct hyk_cel_commons *commons, const struct hyk_source *src,
    const struct hyk_cel_node *n, struct hyk_diags *diags);

#endif

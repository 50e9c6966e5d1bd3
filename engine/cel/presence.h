/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/presence.h - facts that may not be given, and where an expression reads one without having asked.
 *
 * has() is what asks. Both sides of && and || guard each other, whichever stands first: a false side settles &&
 * though the other failed, and a true one ||. What a definition or a variable of cel.bind reads counts where its name
 * is used, since it is evaluated there.
 *
 * Lifetime:  slots and reads live in the arena; reads borrow sources.
 * Threads:   one thread at a time.
 */
#ifndef HYK_CEL_PRESENCE_H
#define HYK_CEL_PRESENCE_H

#include "cel/ast.h"
#include "cel/program.h"

/* Of a checked tree. False: no memory. */
bool hyk_cel_presence_find(const struct hyk_cel_env *env, const struct hyk_cel_node *root,
    const struct hyk_source *const *srcs, struct hyk_arena *arena, struct hyk_cel_presence *ret) HYK_MUST_CHECK;
/* A warning for each fact that is read unasked. */
void hyk_cel_presence_tell(const struct hyk_cel_presence *p, struct hyk_diags *diags);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox/manifest.h - the jail's reply to a load, as manifests and messages.
 *
 * The reply is a private copy of hostile bytes: read, checked, nothing believed.
 *
 * Lifetime:  manifests live in the arena.
 * Threads:   any thread.
 * Errors:    HYK_E_INVALID with all messages of all plugins; HYK_E_FAULT when the reply cannot be
 * read.
 */
#ifndef HYK_SANDBOX_MANIFEST_H
#define HYK_SANDBOX_MANIFEST_H

#include "sandbox/jail.h"
#include "sandbox/wire.h"

enum hyk_status hyk_manifest_read(struct hyk_wire_in *reply, const struct hyk_jail_source *sources,
    size_t n, struct hyk_arena *arena, struct hyk_value *ret_manifests,
    struct hyk_diags *diags) HYK_MUST_CHECK;

/* Why plugins do not find this name; NULL: it is not one of Lua's that are left out. */
struct hyk_refused {
	const char *name, *en, *ko;
};
const struct hyk_refused *hyk_refused_find(struct hyk_str name);
/* The name in "... (global 'x')" of a message of Lua; empty: none. */
struct hyk_str hyk_refused_name_in(struct hyk_str message);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/plugin_set.h - plugins without a commons: for their authors, who have no rules yet.
 *
 * The built-in root, the neighbours and the author's own plugin are loaded in a
 * jail and read into a catalog, as a ruleset would be.
 *
 * Lifetime:  open -> close; all it has lives in the arena given, the jail until close.
 * Threads:   one thread at a time.
 * Errors:    HYK_E_INVALID with 5xx messages (all of them), HYK_E_FAULT when no jail could be made,
 *            HYK_E_NOT_FOUND when a folder has no plugin.
 */
#ifndef HYK_RUNTIME_PLUGIN_SET_H
#define HYK_RUNTIME_PLUGIN_SET_H

#include "policy/catalog.h"
#include "sandbox/jail.h"

struct hyk_plugin_query {
	const char *plugins_dir; /* neighbours; NULL: none. The own plugin may lie there, too */
	const char *own_dir;     /* one plugin's folder; NULL: none */
	const struct hyk_source *file; /* a plugin.lua by itself; NULL: none */
	const struct hyk_value
	    *params;              /* of `file`, the last, instead of its defaults; NULL: none */
	const char *jail_program; /* NULL: beside this program */
};

struct hyk_plugin_set {
	const struct hyk_source **srcs; /* by position: the root, the neighbours, the own ones */
	size_t n, first_own;            /* == n when nothing is the author's own */
	struct hyk_value *manifests;
	const struct hyk_catalog *catalog;
	struct hyk_jail *jail;
};

enum hyk_status hyk_plugin_set_open(const struct hyk_plugin_query *q, struct hyk_arena *arena,
    struct hyk_plugin_set *ret_set, struct hyk_diags *diags) HYK_MUST_CHECK;
void hyk_plugin_set_close(struct hyk_plugin_set *s);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/plugin_view.h - what plugins define, as data: for `hyangyak plugin list` and `check`.
 *
 *   plugins: [{name, version, file, digest (SHA-256 of the file, hex), title, asset_types: [{name,
 * extends?, title, registered, facts: [fact], actions: [{name, extends?, abstract?, title, facts:
 * [fact]}]}], subject_types:
 *     [{name, registered, facts: [fact]}], duties: [{name, title, terms: [{name, type,
 * optional?}]}], hooks: [name], reads: [path]}] hook_order: [{asset_type, hooks: [{hook,
 * plugin}]}]: for each type with hooks, in the order in which they run fact: {path, type, unit?,
 * presence, default?, proof?, by?, source?, personal?}; presence is "default", "optional", "proof",
 * "source" (it comes from nobody but `source`) or "required"
 *
 * Only what a plugin itself declares, not what it inherits.
 *
 * Lifetime:  the arena given.
 * Threads:   one thread at a time.
 * Errors:    as hyk_plugin_set_open.
 */
#ifndef HYK_RUNTIME_PLUGIN_VIEW_H
#define HYK_RUNTIME_PLUGIN_VIEW_H

#include "base/diag.h"
#include "value/value.h"

struct hyk_plugin_view_options {
	const char
	    *plugins_dir; /* all of it, or the neighbours when own_dir is given; may be NULL then */
	const char *own_dir;      /* view this plugin only; NULL: all but the built-in root */
	const char *jail_program; /* NULL: beside this program */
};

enum hyk_status hyk_plugin_view(const struct hyk_plugin_view_options *o, struct hyk_arena *arena,
    struct hyk_value *ret_view, struct hyk_diags *diags) HYK_MUST_CHECK;

#endif

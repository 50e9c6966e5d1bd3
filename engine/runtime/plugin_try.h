/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/plugin_try.h - one hook, called in the jail as the engine calls it, for its author to
 * look at.
 *
 * Lifetime:  open -> call* -> close. Results live in the arena given to the call.
 * Threads:   one thread at a time.
 * Errors:    open fails when the jail could not be made (HYK_E_FAULT), the neighbours cannot be
 * read, without memory, or when parameters are not those of the plugin (HYK_E_INVALID). A script
 * that does not load is no failure: each call then says so.
 */
#ifndef HYK_RUNTIME_PLUGIN_TRY_H
#define HYK_RUNTIME_PLUGIN_TRY_H

#include "base/diag.h"
#include "value/value.h"

/* In place of a hook's name: the file is the inside of function hook(req) ... end. */
#define HYK_PLUGIN_TRY_BODY "BODY"

struct hyk_plugin_try_options {
	const struct hyk_source *file; /* NULL: too long to be read; does not load */
	struct hyk_str hook;
	const struct hyk_value *params; /* a map, instead of the defaults; NULL: none */
	const char *plugins_dir;        /* neighbours of a plugin; NULL: none */
	const char *jail_program;       /* NULL: beside this program */
};

struct hyk_plugin_try_result {
	struct hyk_str outcome; /* "ok", "error", ...: hyk_jail_outcome_name() */
	struct hyk_value value; /* null unless ok; of a body also what was refused as bad-result */
	struct hyk_str message, log;
	uint32_t units, heap_peak_bytes, micros;
	bool replaced; /* the jail was killed because of this call */
};

struct hyk_plugin_try;

/* Is this "BODY" or the name of a hook? */
bool hyk_plugin_try_knows(struct hyk_str hook);
enum hyk_status hyk_plugin_try_open(const struct hyk_plugin_try_options *o, struct hyk_arena *arena,
    struct hyk_plugin_try **ret_try, struct hyk_diags *diags) HYK_MUST_CHECK;
/* `request` is a map, or null. A plugin gets of it what it declares to read. */
void hyk_plugin_try_call(struct hyk_plugin_try *t, struct hyk_value request,
    struct hyk_arena *arena, struct hyk_plugin_try_result *ret_result);
void hyk_plugin_try_close(struct hyk_plugin_try *t);

#endif

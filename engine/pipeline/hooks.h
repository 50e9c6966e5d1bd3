/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline/hooks.h - what the pipeline asks of the world: hooks of plugins, and facts on record.
 *
 * Tables of functions that runtime/ fills; the pipeline knows neither Lua nor the store.
 *
 * Threads:   the worker's own.
 */
#ifndef HYK_PIPELINE_HOOKS_H
#define HYK_PIPELINE_HOOKS_H

#include "policy/catalog.h"

enum hyk_stage { HYK_STAGE_ENRICH, HYK_STAGE_PERMIT, HYK_STAGE_LIABILITY };

struct hyk_hook_call {
	const struct hyk_plugin *plugin;
	enum hyk_stage stage;
	struct hyk_value request; /* {subject, resource, action, context, now, tz}, only the plugin's `reads` */
	/* out; forms of `answer` as sandbox/jail.h says */
	bool ok;
	struct hyk_value answer;
	struct hyk_str outcome; /* "ok", "error", "budget", "deadline", ... */
	struct hyk_str message;
};

struct hyk_hooks {
	void *self;
	/* All calls of one decision, in stage order; sets the out members of each. */
	void (*run)(void *self, struct hyk_hook_call *calls, size_t n, struct hyk_arena *arena);
};

struct hyk_used_fact;

/* About what a fact on record is asked: the request, and its facts as far as registry and caller gave them. */
struct hyk_record_question {
	struct hyk_str subject_type, subject_id, resource_type, resource_id, action;
	const struct hyk_used_fact *facts;
	size_t n_facts;
};

struct hyk_record_facts {
	void *self;
	/*
	 * The value on record of a fact with source "record"; false: nothing on record
	 * (its default holds, without default it is unknown). A record that cannot be read is an unknown value.
	 */
	bool (*find)(void *self, const struct hyk_fact *fact, const struct hyk_record_question *about,
	    struct hyk_value *ret_v, struct hyk_arena *arena);
};

#endif

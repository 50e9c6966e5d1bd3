/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/worker_jail.c - a worker's jail: opened for a ruleset, asked for every decision that a
 * hook touches, mended when it is lost. Whoever runs the engine hears of what changes, once.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "runtime/engine_impl.h"

#define RETRY_NS ((uint64_t)1000000000) /* between attempts to open a jail anew */

static bool
any_hooks(const struct hyk_ruleset *r)
{
	for (size_t i = 0; i < r->catalog->n_plugins; i++)
		if (r->catalog->plugins[i].hooks != 0)
			return true;
	return false;
}

enum hyk_status
hyk_worker_jail_open(struct hyk_worker *w, const struct hyk_snapshot *s, struct hyk_jail **ret_jail,
    struct hyk_diags *diags)
{
	struct hyk_jail_options o = w->engine->jail;
	struct hyk_arena arena;
	struct hyk_value *manifests;
	enum hyk_status st = HYK_E_NOMEM;

	*ret_jail = NULL;
	if (!any_hooks(s->ruleset))
		return HYK_OK;
	o.cpu = w->engine->options.no_pin || w->cpu < 0 ? -1 : w->cpu;
	o.standing = s->standing;
	o.behind = w->cpu == HYK_CPU_BEHIND;
	hyk_arena_init(&arena, 0);
	manifests = hyk_arena_array(&arena, s->n_sources, sizeof(*manifests));
	if (manifests != NULL)
		st = hyk_jail_open(
		    &o, s->sources, s->n_sources, &arena, ret_jail, manifests, diags);
	hyk_arena_fini(&arena);
	return st;
}

enum hyk_status
hyk_worker_jail_of(struct hyk_worker *w, const struct hyk_snapshot *s, struct hyk_jail **ret_jail,
    struct hyk_diags *diags)
{
	enum hyk_status st;

	*ret_jail = w->jail;
	if (s->ruleset->version == w->snapshot->ruleset->version)
		return HYK_OK;
	if (w->old_jail == NULL || w->old_version != s->ruleset->version) {
		hyk_jail_close(w->old_jail);
		w->old_jail = NULL;
		w->old_version = s->ruleset->version;
		st = hyk_worker_jail_open(w, s, &w->old_jail, diags);
		if (st != HYK_OK)
			return st;
	}
	*ret_jail = w->old_jail;
	return HYK_OK;
}

/* ---- lost and found ---- */

/* `why` the worker has no jail to ask, or NULL; only a change is told. */
static void
set_trouble(struct hyk_worker *w, const char *why)
{
	if ((why != NULL) == w->jail_failed)
		return;
	w->jail_failed = why != NULL;
	hyk_engine_jail_trouble(w->engine, why);
	if (why != NULL)
		HYK_LOG(HYK_LOG_ERROR, "jail.failed", { "reason", hyk_str_from_c(why) });
	else
		HYK_LOG(HYK_LOG_INFO, "jail.recovered",
		    { "status", HYK_STR("plugins are served again") });
}

static void
open_own(struct hyk_worker *w)
{
	struct hyk_arena arena;
	struct hyk_diags diags;
	char why[256] = "memory";

	hyk_arena_init(&arena, 0);
	hyk_diags_init(&diags, &arena);
	if (hyk_worker_jail_open(w, w->snapshot, &w->jail, &diags) == HYK_OK) {
		set_trouble(w, NULL);
	} else {
		if (diags.first != NULL)
			snprintf(
			    why, sizeof(why), "%.*s", HYK_STR_ARG(diags.first->text[HYK_LANG_EN]));
		set_trouble(w, why);
		w->jail_retry_ns = hyk_clock_monotonic_ns() + RETRY_NS;
	}
	hyk_arena_fini(&arena);
}

void
hyk_worker_jail_change(struct hyk_worker *w)
{
	hyk_jail_close(w->jail);
	w->jail = NULL;
	/* The new rules hold at once; without a jail their hooks are faults. Never the old rules.
	 */
	open_own(w);
}

void
hyk_worker_jail_mend(struct hyk_worker *w)
{
	if (!w->jail_failed)
		return;
	if (w->jail != NULL)
		set_trouble(w, hyk_jail_mend(w->jail));
	else if (hyk_clock_monotonic_ns() >= w->jail_retry_ns)
		open_own(w);
}

void
hyk_worker_jail_close(struct hyk_worker *w)
{
	if (w->jail_failed)
		hyk_engine_jail_trouble(w->engine, NULL);
	hyk_jail_close(w->jail);
	hyk_jail_close(w->old_jail);
}

/* ---- asking ---- */

static enum hyk_hook
hook_of(enum hyk_stage stage)
{
	switch (stage) {
	case HYK_STAGE_ENRICH:
		return HYK_HOOK_ENRICH;
	case HYK_STAGE_PERMIT:
		return HYK_HOOK_PERMIT;
	case HYK_STAGE_LIABILITY:
		return HYK_HOOK_LIABILITY;
	}
	return HYK_HOOK_ENRICH;
}

/* A plugin that ends its jail again and again is put away, one that dawdles is moved aside. */
static void
tell_change(struct hyk_str plugin, enum hyk_standing_change change)
{
	switch (change) {
	case HYK_STANDING_SAME:
		break;
	case HYK_STANDING_QUARANTINED:
		HYK_LOG(HYK_LOG_ERROR, "plugin.quarantined", { "plugin", plugin },
		    { "reason",
			HYK_STR("it missed its deadline or broke its jail again and again") });
		break;
	case HYK_STANDING_RELEASED:
		HYK_LOG(HYK_LOG_INFO, "plugin.released", { "plugin", plugin },
		    { "reason", HYK_STR("a probing call was answered") });
		break;
	case HYK_STANDING_SLOWED:
		HYK_LOG(HYK_LOG_WARN, "plugin.slow", { "plugin", plugin },
		    { "reason", HYK_STR("most of its calls use most of their budget") });
		break;
	case HYK_STANDING_HASTENED:
		HYK_LOG(HYK_LOG_INFO, "plugin.fast", { "plugin", plugin },
		    { "reason", HYK_STR("its calls are light again") });
		break;
	}
}

static void
tell_jail(struct hyk_worker *w, struct hyk_jail *j, const struct hyk_jail_stats *before)
{
	struct hyk_jail_stats now = hyk_jail_stats(j);
	char replaced[24], killed[24];

	if (now.replaced == before->replaced && now.strikes == before->strikes &&
	    now.outside_kills == before->outside_kills)
		return;
	hyk_engine_count_many(w->engine, HYK_COUNT_JAIL_REPLACED, now.replaced - before->replaced);
	hyk_engine_count_many(w->engine, HYK_COUNT_JAIL_STRIKE, now.strikes - before->strikes);
	hyk_engine_count_many(w->engine, HYK_COUNT_JAIL_LATE, now.deadlines - before->deadlines);
	hyk_engine_count_many(
	    w->engine, HYK_COUNT_JAIL_KILLED, now.outside_kills - before->outside_kills);
	snprintf(replaced, sizeof(replaced), "%llu", (unsigned long long)now.replaced);
	snprintf(killed, sizeof(killed), "%llu", (unsigned long long)now.outside_kills);
	HYK_LOG(HYK_LOG_WARN, "jail.replaced", { "replaced", hyk_str_from_c(replaced) },
	    { "killed_from_outside", hyk_str_from_c(killed) });
}

void
hyk_worker_ask(struct hyk_worker *w, struct hyk_jail *j, struct hyk_hook_call *calls, size_t n,
    struct hyk_arena *arena)
{
	struct hyk_jail_call *jc = j == NULL ? NULL : hyk_arena_array(arena, n, sizeof(*jc));
	struct hyk_jail_stats before;

	if (jc == NULL) {
		for (size_t i = 0; i < n; i++) {
			calls[i].ok = false;
			calls[i].outcome = HYK_STR("error");
			calls[i].message = HYK_STR("the plugin's jail is not there");
		}
		return;
	}
	for (size_t i = 0; i < n; i++) {
		jc[i].plugin = calls[i].plugin->position;
		jc[i].hook = hook_of(calls[i].stage);
		jc[i].request = calls[i].request;
	}
	before = hyk_jail_stats(j);
	hyk_jail_run(j, jc, n, arena);
	tell_jail(w, j, &before);
	for (size_t i = 0; i < n; i++) {
		calls[i].ok = jc[i].outcome == HYK_JAIL_OK;
		calls[i].answer = jc[i].answer;
		calls[i].outcome = jc[i].quarantined
		    ? HYK_STR("quarantine")
		    : hyk_str_from_c(hyk_jail_outcome_name(jc[i].outcome));
		calls[i].message = jc[i].message;
		tell_change(calls[i].plugin->name, jc[i].change);
	}
	if (j == w->jail)
		set_trouble(w, hyk_jail_trouble(j));
}

static void
ask_own(void *self, struct hyk_hook_call *calls, size_t n, struct hyk_arena *arena)
{
	struct hyk_worker *w = self;

	hyk_worker_ask(w, w->jail, calls, n, arena);
}

struct hyk_hooks
hyk_worker_hooks(struct hyk_worker *w)
{
	return (struct hyk_hooks){ w, ask_own };
}

/* ---- a batch at once ---- */

static bool
is_as_collected(const struct hyk_hooks_ahead *a, const struct hyk_hook_call *calls, size_t n)
{
	if (a->failed || n > a->n - a->at)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct hyk_hook_call *c = &a->calls[a->at + i];

		if (c->plugin != calls[i].plugin || c->stage != calls[i].stage ||
		    !hyk_value_equal(c->request, calls[i].request))
			return false;
	}
	return true;
}

static void
collect(struct hyk_hooks_ahead *a, struct hyk_hook_call *calls, size_t n)
{
	for (size_t i = 0; i < n && !a->failed; i++) {
		if (a->n == a->room) {
			struct hyk_hook_call *grown = hyk_arena_grow(
			    a->arena, a->calls, a->n, &a->room, sizeof(*grown));

			if (grown == NULL) {
				a->failed = true;
				break;
			}
			a->calls = grown;
		}
		a->calls[a->n++] = calls[i];
	}
	for (size_t i = 0; i < n; i++) {
		calls[i].ok = false;
		calls[i].outcome = HYK_STR("error");
		calls[i].message = HYK_STR("it is not asked yet");
	}
}

static void
hand_out(void *self, struct hyk_hook_call *calls, size_t n, struct hyk_arena *arena)
{
	struct hyk_hooks_ahead *a = self;

	if (a->collecting) {
		collect(a, calls, n);
	} else if (is_as_collected(a, calls, n)) {
		if (n > 0)
			memcpy(calls, a->calls + a->at, n * sizeof(*calls));
		a->at += n;
	} else {
		a->failed = true;
		hyk_worker_ask(a->worker, a->worker->jail, calls, n, arena);
	}
}

void
hyk_hooks_ahead_init(struct hyk_hooks_ahead *a, struct hyk_worker *w, struct hyk_arena *arena)
{
	*a = (struct hyk_hooks_ahead){
		.worker = w, .arena = arena, .collecting = true, .hooks = { a, hand_out }
	};
}

void
hyk_hooks_ahead_ask(struct hyk_hooks_ahead *a)
{
	a->collecting = false;
	if (a->n > 0 && !a->failed)
		hyk_worker_ask(a->worker, a->worker->jail, a->calls, a->n, a->arena);
}

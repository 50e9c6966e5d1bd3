/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/snapshot.c - see snapshot.h. */
#include "runtime/snapshot.h"

#include <stdlib.h>

struct hyk_arena *
hyk_snapshot_arena_new(void)
{
	struct hyk_arena *a = malloc(sizeof(*a));

	if (a != NULL)
		hyk_arena_init(a, 0);
	return a;
}

void
hyk_snapshot_arena_free(void *arena)
{
	if (arena == NULL)
		return;
	hyk_arena_fini(arena);
	free(arena);
}

/* Plugin texts only, by position; the built-in root comes first. */
static enum hyk_status
collect_sources(struct hyk_snapshot *s, const struct hyk_source **ret_srcs)
{
	size_t n = 1, at = 0;
	const struct hyk_source **srcs;

	for (size_t i = 0; i < s->texts.n; i++)
		if (hyk_str_ends_with(s->texts.files[i].path, HYK_STR(".lua")))
			n++;
	s->sources = hyk_arena_array(s->arena, n, sizeof(*s->sources));
	srcs = hyk_arena_array(s->arena, n, sizeof(*srcs));
	if (s->sources == NULL || srcs == NULL)
		return HYK_E_NOMEM;
	srcs[at++] = hyk_texts_root_plugin(s->arena);
	for (size_t i = 0; i < s->texts.n; i++)
		if (hyk_str_ends_with(s->texts.files[i].path, HYK_STR(".lua")))
			srcs[at++] = s->texts.files[i].src;
	for (size_t i = 0; i < n; i++) {
		if (srcs[i] == NULL)
			return HYK_E_NOMEM;
		s->sources[i].name = srcs[i]->name;
		s->sources[i].text = srcs[i]->text;
	}
	s->n_sources = n;
	for (size_t i = 0; i < n; i++)
		ret_srcs[i] = srcs[i];
	return HYK_OK;
}

#define MAX_PLUGINS 64

static enum hyk_status
load(struct hyk_snapshot *s, uint64_t version, const struct hyk_jail_options *jail_options, struct hyk_diags *diags)
{
	const struct hyk_source *srcs[MAX_PLUGINS];
	struct hyk_plugin_text plugins[MAX_PLUGINS];
	struct hyk_value manifests[MAX_PLUGINS];
	struct hyk_ruleset_input in = { .version = version };
	struct hyk_jail *jail = NULL;
	struct hyk_arena ruleset_arena;
	size_t n_lua = 1;
	enum hyk_status st;

	for (size_t i = 0; i < s->texts.n; i++)
		n_lua += hyk_str_ends_with(s->texts.files[i].path, HYK_STR(".lua"));
	if (n_lua > MAX_PLUGINS) {
		HYK_DIAG(diags, HYK_D_TOO_MANY_PLUGINS, NULL, HYK_NO_SPAN, HYK_STR("63"));
		return HYK_E_LIMIT;
	}
	st = collect_sources(s, srcs);
	if (st != HYK_OK)
		return st;
	s->standing = hyk_standing_new(s->n_sources, HYK_STRIKES);
	if (s->standing == NULL)
		return HYK_E_NOMEM;
	/* The manifests live as long as the ruleset: in the snapshot's arena. The loading jail dies here; workers have their own. */
	st = hyk_jail_open(jail_options, s->sources, s->n_sources, s->arena, &jail, manifests, diags);
	hyk_jail_close(jail);
	if (st != HYK_OK)
		return st;
	for (size_t i = 0; i < s->n_sources; i++) {
		plugins[i].src = srcs[i];
		plugins[i].manifest = manifests[i];
	}
	in.files = s->texts.files;
	in.n_files = s->texts.n;
	in.plugins = plugins;
	in.n_plugins = s->n_sources;
	in.engine_policy = hyk_texts_engine_policy(s->arena);
	if (in.engine_policy == NULL)
		return HYK_E_NOMEM;
	hyk_arena_init(&ruleset_arena, 0);
	st = hyk_ruleset_load(&in, &ruleset_arena, &s->ruleset, diags);
	if (st != HYK_OK)
		return st;
	st = hyk_registry_new(s->ruleset, &s->registry);
	if (st != HYK_OK)
		s->ruleset = hyk_ruleset_unref(s->ruleset);
	return st;
}

enum hyk_status
hyk_snapshot_load(struct hyk_arena *arena, const struct hyk_texts *texts, uint64_t version,
    const struct hyk_jail_options *jail, struct hyk_snapshot **ret_snapshot, struct hyk_diags *diags)
{
	struct hyk_snapshot *s = hyk_arena_alloc(arena, sizeof(*s));
	enum hyk_status st = HYK_E_NOMEM;

	if (s != NULL) {
		atomic_init(&s->refs, 1);
		s->arena = arena;
		s->texts = *texts;
		st = load(s, version, jail, diags);
	}
	if (st == HYK_OK) {
		*ret_snapshot = s;
		return HYK_OK;
	}
	if (s != NULL)
		hyk_standing_unref(s->standing);
	/* Messages point into the texts: let them live as long as the messages. */
	if (diags == NULL || hyk_arena_defer(diags->arena, hyk_snapshot_arena_free, arena) != HYK_OK) {
		if (diags != NULL)
			diags->first = diags->last = NULL;
		hyk_snapshot_arena_free(arena);
	}
	return st;
}

struct hyk_snapshot *
hyk_snapshot_ref(struct hyk_snapshot *s)
{
	atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
	return s;
}

struct hyk_snapshot *
hyk_snapshot_unref(struct hyk_snapshot *s)
{
	if (s == NULL)
		return NULL;
	if (atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) == 1) {
		hyk_standing_unref(s->standing);
		hyk_registry_unref(s->registry);
		hyk_ruleset_unref(s->ruleset);
		hyk_snapshot_arena_free(s->arena);
	}
	return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/snapshot.h - one ruleset with the plugin texts its workers' jails run.
 *
 * Lifetime:  counted; immutable, but for what the jails hold against plugins.
 * Threads:   any thread.
 * Errors:    as hyk_ruleset_load and hyk_jail_open; on failure the texts live on in the arena of `diags`,
 *            so that messages can still show their lines.
 */
#ifndef HYK_RUNTIME_SNAPSHOT_H
#define HYK_RUNTIME_SNAPSHOT_H

#include <stdatomic.h>

#include "policy/ruleset.h"
#include "registry/registry.h"
#include "runtime/texts.h"
#include "sandbox/jail.h"

struct hyk_snapshot {
	atomic_uint refs;
	struct hyk_ruleset *ruleset;
	struct hyk_registry *registry; /* empty until the engine fills it; the only part that changes */
	struct hyk_texts texts;
	struct hyk_jail_source *sources; /* by plugin position; [0] is the built-in root */
	size_t n_sources;
	struct hyk_standing *standing; /* of the plugins, by position; what changes with time is in there alone */
	struct hyk_arena *arena; /* owns itself and the texts */
};

/*
 * Compiles texts into a snapshot. Takes the arena (made with malloc and hyk_arena_init), which holds the texts.
 * `jail` says how to start the jail that reads the plugins.
 */
enum hyk_status hyk_snapshot_load(struct hyk_arena *arena, const struct hyk_texts *texts, uint64_t version,
    const struct hyk_jail_options *jail, struct hyk_snapshot **ret_snapshot, struct hyk_diags *diags) HYK_MUST_CHECK;
struct hyk_snapshot *hyk_snapshot_ref(struct hyk_snapshot *s);
/* Returns NULL. */
struct hyk_snapshot *hyk_snapshot_unref(struct hyk_snapshot *s);

/* A heap arena for the call above; NULL without memory. */
struct hyk_arena *hyk_snapshot_arena_new(void);
void hyk_snapshot_arena_free(void *arena);

#endif

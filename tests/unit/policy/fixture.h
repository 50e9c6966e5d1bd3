/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/policy/fixture.h - a ruleset out of texts in memory.
 *
 * Three plugins stand ready as manifests, written down by hand from the ones
 * that ship: the root, the market stall and the garden.
 */
#ifndef HYK_TESTS_POLICY_FIXTURE_H
#define HYK_TESTS_POLICY_FIXTURE_H

#include "base/arena.h"
#include "policy/scenario.h"

#define FIXTURE_MAX 64

struct fixture {
	struct hyk_arena arena; /* texts, manifests, messages; outlives the ruleset */
	struct hyk_diags diags;
	struct hyk_text_file files[FIXTURE_MAX];
	size_t n_files;
	struct hyk_plugin_text plugins[FIXTURE_MAX];
	size_t n_plugins;
	const struct hyk_source *engine;
	bool allow_empty;
	struct hyk_ruleset *ruleset;
};

/* With the root plugin only. */
void fixture_init(struct fixture *f);
void fixture_fini(struct fixture *f);
/* Stall and garden. */
void fixture_add_plugins(struct fixture *f);
/* The commons `town`, `town/east` and `town/east/garden-3`, which may decide everything. */
void fixture_add_commons(struct fixture *f);
void fixture_add_file(struct fixture *f, const char *path, const char *text);
void fixture_add_text(struct fixture *f, struct hyk_str path, struct hyk_str text);
/* A manifest as JSON with the Lua text it came from. */
void fixture_add_plugin(struct fixture *f, const char *name, const char *lua, const char *manifest);
/* From a file of the project, or NULL. */
char *fixture_read(const char *path);
enum hyk_status fixture_load(struct fixture *f);
/* The message number `i`, or NULL. */
const struct hyk_diag *fixture_diag(const struct fixture *f, size_t i);
/* Prints what is in the diags, for a test that did not expect it. */
void fixture_print(const struct fixture *f);
const struct hyk_rule *fixture_rule(const struct fixture *f, const char *id);

#endif

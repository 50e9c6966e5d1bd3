/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/scenarios.h - runs scenarios through the same code as requests over HTTP, and says which rules they cover.
 *
 * Lifetime:  results live in the arena given.
 * Threads:   owning worker only.
 * Errors:    HYK_E_INVALID with messages in diags; cases that do not load fail, the others are run.
 */
#ifndef HYK_RUNTIME_SCENARIOS_H
#define HYK_RUNTIME_SCENARIOS_H

#include "runtime/engine.h"

struct hyk_case_result {
	struct hyk_str file, name; /* name in English, or the first language there is */
	bool expected;             /* it has an `expect` */
	bool passed;               /* true also when nothing is expected */
	struct hyk_str why;        /* what differs: one line; empty when passed */
	struct hyk_str json;       /* the line of `test --json` */
};

struct hyk_coverage_row {
	struct hyk_str rule; /* full id */
	uint32_t n_true, n_false, n_unknown, n_error;
};

struct hyk_scenarios_result {
	struct hyk_case_result *cases;
	size_t n_cases, n_failed, n_expecting;
	struct hyk_coverage_row *coverage; /* every rule but the engine's own, by number */
	size_t n_coverage;
};

/*
 * The scenarios of the ruleset in force (`own`), then those of `files`.
 */
enum hyk_status hyk_scenarios_run(struct hyk_worker *w, bool own, const struct hyk_str *files, size_t n_files,
    struct hyk_arena *arena, struct hyk_scenarios_result *ret_result, struct hyk_diags *diags) HYK_MUST_CHECK;

/* How much is in force, for `check`. */
struct hyk_engine_size {
	size_t commons, policies, rules, types, plugins, entities, scenario_files, cases;
};
struct hyk_engine_size hyk_engine_size(struct hyk_engine *e);
/* The topmost commons, where `decide` asks when nothing else is said; static as long as the ruleset is in force. */
struct hyk_str hyk_engine_top_commons(struct hyk_engine *e);

#endif

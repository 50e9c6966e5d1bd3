/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/scenario.h - made-up requests with the decision their author expects.
 *
 * A case's request comes out in the shape of an AuthZEN request (a map with
 * subject, action, resource, context and the top-level members commons, now, as_scenario, dry_run,
 * declared), so that it passes the same code as a request over HTTP. Files are YAML or JSON;
 * plain YAML scalars are typed by the facts' schemas.
 *
 * Lifetime:  the ruleset's arena, or the arena given.
 * Threads:   immutable.
 * Errors:    6xx messages; a rule or a fact that does not exist is an error.
 */
#ifndef HYK_POLICY_SCENARIO_H
#define HYK_POLICY_SCENARIO_H

#include "policy/ruleset.h"

struct hyk_expect {
	bool given; /* false: only decide */
	struct hyk_str outcome; /* empty: any */
	bool has_by, has_duties, has_needs, has_offers, has_fault;
	const struct hyk_str *by, *duties, *needs; /* sets; needs as "kind:id", "id" or a fact's path */
	size_t n_by, n_duties, n_needs, n_offers;
	struct hyk_str fault;
};

struct hyk_scenario_case {
	struct hyk_text name;
	struct hyk_value request;
	struct hyk_expect expect;
	const struct hyk_source *src;
	struct hyk_span span;
	bool broken;       /* something in it is wrong, told in the messages; it says nothing about the rules */
	bool unknown_type; /* the asset type or action is unknown: the request is given as it is, decided as UNKNOWN_* */
};

struct hyk_scenario_file {
	struct hyk_str name;
	const struct hyk_source *src;
	const struct hyk_scenario_case *cases;
	size_t n_cases;
};

/*
 * One more file against a loaded ruleset (for `hyangyak test FILE`). ".json" is read as JSON, all else as YAML. With
 * HYK_E_INVALID *ret_file is NULL, or has the cases with the wrong ones marked `broken`.
 */
enum hyk_status hyk_scenario_load(const struct hyk_ruleset *r, const struct hyk_source *src, struct hyk_arena *arena,
    struct hyk_scenario_file **ret_file, struct hyk_diags *diags) HYK_MUST_CHECK;

#endif

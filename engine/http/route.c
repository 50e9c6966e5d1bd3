/* SPDX-License-Identifier: Apache-2.0 */
/* http/route.c - the table itself. A new route is a row here and nothing else in this file. */
#include "http/route.h"

#include "http/answer.h"

#define READERS (HYK_RIGHT_DECIDE | HYK_RIGHT_AUDITOR)
/* Of agreements and duties: all of a commons for who has a right over them, else the token's own. */
#define SEERS                                                                                      \
	(HYK_RIGHT_DECIDE | HYK_RIGHT_EVENTS | HYK_RIGHT_OFFICER | HYK_RIGHT_STEWARD | HYK_RIGHT_AUDITOR)
/* One of them opens the door. Only the body tells a dry run from a decision: the engine refuses
 * whichever the token may not ask for. */
#define ASKERS (HYK_RIGHT_DECIDE | HYK_RIGHT_DRY_RUN)

/* What is shared, and where, is no secret among services of the commons. */
#define LOOKERS (ASKERS | HYK_RIGHT_EVENTS | HYK_RIGHT_OFFICER | HYK_RIGHT_STEWARD | HYK_RIGHT_AUDITOR | HYK_RIGHT_ADMIN)

const struct hyk_route hyk_routes[HYK_N_ROUTES] = {
	{ "evaluation", HYK_METHOD_POST, "/access/v1/evaluation", ASKERS,
	    HYK_ERROR_AUTHZEN, true, NULL, HYK_OP_EVALUATE,
	    "decide one AuthZEN evaluation, on the record" },
	{ "evaluations", HYK_METHOD_POST, "/access/v1/evaluations", ASKERS,
	    HYK_ERROR_AUTHZEN, true, NULL, HYK_OP_EVALUATE_MANY,
	    "decide many AuthZEN evaluations under one ruleset" },
	{ "search_subject", HYK_METHOD_POST, "/access/v1/search/subject", ASKERS,
	    HYK_ERROR_AUTHZEN, true, NULL, HYK_OP_SEARCH_SUBJECT,
	    "the registered subjects of a type who may do it" },
	{ "search_resource", HYK_METHOD_POST, "/access/v1/search/resource", ASKERS,
	    HYK_ERROR_AUTHZEN, true, NULL, HYK_OP_SEARCH_RESOURCE,
	    "the registered resources of a type with which it may be done" },
	{ "search_action", HYK_METHOD_POST, "/access/v1/search/action", ASKERS,
	    HYK_ERROR_AUTHZEN, true, NULL, HYK_OP_SEARCH_ACTION,
	    "the actions that the subject may do with the resource" },
	{ "discovery", HYK_METHOD_GET, "/.well-known/authzen-configuration", 0, HYK_ERROR_AUTHZEN,
	    false, hyk_answer_discovery, HYK_OP_EVALUATE,
	    "AuthZEN metadata: where the endpoints are" },
	{ "decision", HYK_METHOD_GET, "/v1/decisions/{id}", READERS, HYK_ERROR_PROBLEM, true, NULL,
	    HYK_OP_DECISION, "a recorded decision" },
	{ "explain", HYK_METHOD_GET, "/v1/decisions/{id}/explain", READERS, HYK_ERROR_PROBLEM, true,
	    NULL, HYK_OP_EXPLAIN, "its trace: decided again on the recorded facts and ruleset" },
	{ "asset_types", HYK_METHOD_GET, "/v1/asset-types", LOOKERS, HYK_ERROR_PROBLEM, true, NULL, HYK_OP_ASSET_TYPES,
	    "what can be shared; with ?type= one type, with the schema of every fact" },
	{ "places", HYK_METHOD_GET, "/v1/places", ASKERS | HYK_RIGHT_AUDITOR, HYK_ERROR_PROBLEM, true,
	    NULL, HYK_OP_PLACES, "the places that conditions may ask, as GeoJSON" },
	{ "agree", HYK_METHOD_POST, "/v1/agreements", HYK_RIGHT_DECIDE | HYK_RIGHT_EVENTS,
	    HYK_ERROR_PROBLEM, true, NULL, HYK_OP_AGREE,
	    "open an agreement on a recorded decision" },
	{ "agreements", HYK_METHOD_GET, "/v1/agreements", SEERS, HYK_ERROR_PROBLEM, true, NULL,
	    HYK_OP_AGREEMENTS, "agreements that the token may see, a page at a time" },
	{ "agreement", HYK_METHOD_GET, "/v1/agreements/{id}", SEERS, HYK_ERROR_PROBLEM, true, NULL,
	    HYK_OP_AGREEMENT, "one agreement: state, duties, evidence, what happened" },
	{ "event", HYK_METHOD_POST, "/v1/agreements/{id}/events",
	    HYK_RIGHT_EVENTS | HYK_RIGHT_OFFICER | HYK_RIGHT_STEWARD | HYK_RIGHT_VOUCH,
	    HYK_ERROR_PROBLEM, true, NULL, HYK_OP_EVENT, "what happens to an agreement" },
	{ "duties", HYK_METHOD_GET, "/v1/duties", SEERS, HYK_ERROR_PROBLEM, true, NULL,
	    HYK_OP_DUTIES, "what is owed under them" },
	{ "register_asset", HYK_METHOD_POST, "/v1/assets", HYK_RIGHT_STEWARD | HYK_RIGHT_ADMIN,
	    HYK_ERROR_PROBLEM, true, NULL, HYK_OP_REGISTER_ASSET, "register an asset, or change it" },
	{ "assets", HYK_METHOD_GET, "/v1/assets", LOOKERS, HYK_ERROR_PROBLEM, true, NULL, HYK_OP_ASSETS,
	    "?type=: registered assets, a page at a time; with &id= one" },
	{ "register_person", HYK_METHOD_POST, "/v1/people", HYK_RIGHT_ADMIN, HYK_ERROR_PROBLEM, true, NULL,
	    HYK_OP_REGISTER_PERSON, "register a person, or change what is known of them" },
	{ "people", HYK_METHOD_GET, "/v1/people", HYK_RIGHT_ADMIN | HYK_RIGHT_AUDITOR, HYK_ERROR_PROBLEM, true,
	    NULL, HYK_OP_PEOPLE, "?type=: registered people, a page at a time; with &id= one" },
	{ "livez", HYK_METHOD_GET, "/livez", 0, HYK_ERROR_PROBLEM, true, hyk_answer_livez,
	    HYK_OP_EVALUATE, "200 while the process serves" },
	{ "readyz", HYK_METHOD_GET, "/readyz", 0, HYK_ERROR_PROBLEM, true, hyk_answer_readyz,
	    HYK_OP_EVALUATE, "200 when it can decide, else 503 and why" },
	{ "metrics", HYK_METHOD_GET, "/metrics", HYK_RIGHT_AUDITOR | HYK_RIGHT_ADMIN,
	    HYK_ERROR_PROBLEM, true, hyk_answer_metrics, HYK_OP_EVALUATE,
	    "counters in Prometheus text form" },
};

enum hyk_method
hyk_method_parse(const char *method)
{
	if (strcmp(method, "POST") == 0)
		return HYK_METHOD_POST;
	if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
		return HYK_METHOD_GET;
	return HYK_METHOD_OTHER;
}

static bool
is_id_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    c == '-' || c == '_';
}

static bool
matches(const char *pattern, struct hyk_str path, struct hyk_str *ret_id)
{
	size_t at = 0;

	while (*pattern != '\0') {
		if (strncmp(pattern, "{id}", 4) == 0) {
			size_t from = at;

			while (at < path.n && is_id_char(path.p[at]))
				at++;
			if (at == from || at - from > 64)
				return false;
			*ret_id = hyk_str_make(path.p + from, at - from);
			pattern += 4;
		} else if (at < path.n && path.p[at] == *pattern) {
			at++;
			pattern++;
		} else {
			return false;
		}
	}
	return at == path.n;
}

const struct hyk_route *
hyk_route_find(
    struct hyk_str path, enum hyk_method method, struct hyk_str *ret_id, unsigned *ret_allowed)
{
	*ret_allowed = 0;
	for (size_t i = 0; i < HYK_N_ROUTES; i++) {
		struct hyk_str id = { NULL, 0 };

		if (!matches(hyk_routes[i].pattern, path, &id))
			continue;
		*ret_allowed |= hyk_routes[i].method;
		if (hyk_routes[i].method == method) {
			*ret_id = id;
			return &hyk_routes[i];
		}
	}
	return NULL;
}

const char *
hyk_method_list(unsigned methods)
{
	switch (methods & (HYK_METHOD_GET | HYK_METHOD_POST)) {
	case HYK_METHOD_GET:
		return "GET, HEAD";
	case HYK_METHOD_POST:
		return "POST";
	case HYK_METHOD_GET | HYK_METHOD_POST:
		return "GET, HEAD, POST";
	}
	return "";
}

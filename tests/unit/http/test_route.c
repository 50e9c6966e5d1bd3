/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_engine.h"
#include "http/route.h"

static const char *
find(const char *path, const char *method)
{
	struct hyk_str id;
	unsigned allowed;
	const struct hyk_route *r = hyk_route_find(
	    hyk_str_from_c(path), hyk_method_parse(method), &id, &allowed);

	return r != NULL ? r->name : allowed != 0 ? hyk_method_list(allowed) : "none";
}

TEST(paths_match_whole)
{
	CHECK_C(find("/access/v1/evaluation", "POST"), "evaluation");
	CHECK_C(find("/access/v1/evaluations", "POST"), "evaluations");
	CHECK_C(find("/access/v1/evaluations/", "POST"), "none");
	CHECK_C(find("/access/v1/evaluatio", "POST"), "none");
	CHECK_C(find("/livez", "HEAD"), "livez");
	CHECK_C(find("/livez%00", "GET"), "none");
	CHECK_C(find("//livez", "GET"), "none");
	CHECK_C(find("", "GET"), "none");
	CHECK_C(find("/", "GET"), "none");
	CHECK_C(find("*", "OPTIONS"), "none");
}

TEST(ids_are_taken_out)
{
	struct hyk_str id;
	unsigned allowed;
	const struct hyk_route *r;

	r = hyk_route_find(
	    HYK_STR("/v1/decisions/01JD-x_9/explain"), HYK_METHOD_GET, &id, &allowed);
	REQUIRE(r != NULL);
	CHECK_C(r->name, "explain");
	CHECK_STR(id, "01JD-x_9");
	CHECK_C(find("/v1/decisions/01JD", "GET"), "decision");
	CHECK_C(find("/v1/decisions/", "GET"), "none");
	CHECK_C(find("/v1/decisions/a/b", "GET"), "none");
	CHECK_C(find("/v1/decisions/..", "GET"), "none");
	CHECK_C(
	    find("/v1/decisions/0123456789012345678901234567890123456789012345678901234567890123",
		"GET"),
	    "decision");
	CHECK_C(
	    find("/v1/decisions/01234567890123456789012345678901234567890123456789012345678901234",
		"GET"),
	    "none");
}

TEST(other_methods_are_told_which_to_use)
{
	CHECK_C(find("/access/v1/evaluation", "GET"), "POST");
	CHECK_C(find("/livez", "DELETE"), "GET, HEAD");
	CHECK_C(find("/v1/decisions/x", "post"), "GET, HEAD");
}

/* Nothing is open by default: these answer without a token, and nothing else. */
TEST(open_routes_are_these)
{
	unsigned n_open = 0;

	for (size_t i = 0; i < HYK_N_ROUTES; i++) {
		const char *p = hyk_routes[i].pattern;

		if (hyk_routes[i].rights != 0)
			continue;
		n_open++;
		CHECK(strcmp(p, "/livez") == 0 || strcmp(p, "/readyz") == 0 ||
		    strcmp(p, "/.well-known/authzen-configuration") == 0);
	}
	CHECK_INT(n_open, 3);
}

int
main(void)
{
	RUN(paths_match_whole);
	RUN(ids_are_taken_out);
	RUN(other_methods_are_told_which_to_use);
	RUN(open_routes_are_these);
	return check_done();
}

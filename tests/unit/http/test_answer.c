/* SPDX-License-Identifier: Apache-2.0 */
/* Errors without a socket: form, language, position, and no memory. */
#include "fake_engine.h"

#include "base/alloc.h"
#include "http/answer.h"

static struct hyk_site site = { .public_url = HYK_STR_INIT("https://x"), .max_body_bytes = 100 };

static const struct hyk_problem problem = {
	.status = 400,
	.code = "MISSING_FIELD",
	.detail = { HYK_STR_INIT("'id' is \"missing\""), HYK_STR_INIT("'id'가 없습니다") },
	.has_position = true,
	.line = 2,
	.column = 5,
	.offset = 17,
};

TEST(a_problem_document)
{
	struct hyk_call c;
	struct hyk_str id;
	unsigned allowed;

	hyk_call_init(&c, &site);
	c.route = hyk_route_find(HYK_STR("/v1/decisions/x"), HYK_METHOD_GET, &id, &allowed);
	c.head.path = HYK_STR("/v1/\"x");
	c.lang = HYK_LANG_KO;
	hyk_answer_problem(&c, &problem);
	CHECK_INT(c.status, 400);
	CHECK_C(c.content_type, "application/problem+json");
	CHECK_STR(c.answer,
	    "{\"type\":\"about:blank\",\"title\":\"잘못된 요청\",\"status\":400,\"code\":\"MISSING_FIELD\","
	    "\"detail\":\"'id'가 없습니다\",\"instance\":\"/v1/\\\"x\","
	    "\"position\":{\"line\":2,\"column\":5,\"offset\":17}}");
	hyk_call_fini(&c);
}

TEST(an_error_message_string)
{
	struct hyk_call c;

	hyk_call_init(&c, &site);
	c.route = &hyk_routes[0];
	hyk_answer_problem(&c, &problem);
	CHECK_C(c.content_type, "application/json");
	CHECK_STR(c.answer, "\"'id' is \\\"missing\\\" (line 2, column 5) [MISSING_FIELD]\"");
	hyk_call_fini(&c);
}

/* Every allocation of an error answer fails once: there is always an answer, and it is JSON. */
TEST(no_memory_for_the_answer)
{
	bool whole = false;

	for (long n = 0; n < 50 && !whole; n++) {
		struct hyk_call c;
		struct hyk_str arg = HYK_STR("x");

		hyk_alloc_fail_after(n);
		hyk_call_init(&c, &site);
		c.head.path = HYK_STR("/");
		hyk_answer_error(&c, 404, HYK_D_NO_ROUTE, 1, &arg);
		whole = !hyk_alloc_failed();
		hyk_alloc_fail_after(-1);
		CHECK(c.status == 404 || c.status == 503);
		CHECK(c.answer.n > 2 && (c.answer.p[0] == '{' || c.answer.p[0] == '"'));
		hyk_call_fini(&c);
	}
	CHECK(whole);
}

/* Each status that is ever sent has its name in both languages. */
TEST(titles)
{
	static const int used[] = { 400, 401, 403, 404, 405, 409, 413, 415, 500, 503 };

	for (size_t i = 0; i < HYK_ARRAY_LEN(used); i++) {
		CHECK(strcmp(hyk_status_title(used[i], HYK_LANG_EN), "Error") != 0);
		CHECK(strcmp(hyk_status_title(used[i], HYK_LANG_KO), "오류") != 0);
	}
}

int
main(void)
{
	RUN(a_problem_document);
	RUN(an_error_message_string);
	RUN(no_memory_for_the_answer);
	RUN(titles);
	return check_done();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What is answered to one request: status, headers, and the form and language of errors. */
#include "client.h"

#define EVALUATION "/access/v1/evaluation"

static struct site site;

static struct answer
ask(const char *head, const char *body)
{
	struct client c;
	struct answer a;

	client_open(&c, &site);
	CHECK(client_printf(
	    &c, "%s\r\nHost: h\r\nContent-Length: %zu\r\n\r\n%s", head, strlen(body), body));
	a = client_read_answer(&c, strncmp(head, "HEAD", 4) == 0);
	client_close(&c);
	return a;
}

/* One header line of the answer, "" when it is not there. */
static const char *
header(const struct answer *a, const char *name)
{
	const char *v = answer_header(a, name);

	return v != NULL ? v : "";
}

#define BEARER(t) "\r\nAuthorization: Bearer " t
#define JSON "\r\nContent-Type: application/json"

TEST(open_routes_answer_without_a_token)
{
	struct answer a = ask("GET /livez HTTP/1.1", "");

	CHECK_INT(a.status, 200);
	CHECK_C(a.body, "{\"live\":true}");
	a = ask("HEAD /livez HTTP/1.1", "");
	CHECK_INT(a.status, 200);
	CHECK_C(header(&a, "Content-Length"), "13");
	a = ask("GET /readyz?verbose=1 HTTP/1.1", "");
	CHECK_C(a.body, "{\"ready\":true,\"ruleset\":412}");
	a = ask("GET /.well-known/authzen-configuration HTTP/1.1", "");
	CHECK_INT(a.status, 200);
	CHECK_C(header(&a, "Content-Type"), "application/json");
	CHECK_C(a.body,
	    "{\"policy_decision_point\":\"https://rules.example.org/yongin\","
	    "\"access_evaluation_endpoint\":\"https://rules.example.org/yongin/access/v1/evaluation\","
	    "\"access_evaluations_endpoint\":\"https://rules.example.org/yongin/access/v1/evaluations\","
	    "\"search_subject_endpoint\":\"https://rules.example.org/yongin/access/v1/search/subject\","
	    "\"search_resource_endpoint\":\"https://rules.example.org/yongin/access/v1/search/resource\","
	    "\"search_action_endpoint\":\"https://rules.example.org/yongin/access/v1/search/action\"}");
}

TEST(not_ready_says_why)
{
	struct answer a;

	site.engine.unready = true;
	a = ask("GET /readyz HTTP/1.1\r\nAccept-Language: ko", "");
	site.engine.unready = false;
	CHECK_INT(a.status, 503);
	CHECK_C(header(&a, "Retry-After"), "1");
	CHECK(strstr(a.body, "디스크가 가득 찼습니다") != NULL);
	CHECK(strstr(a.body, "\"code\":\"NOT_READY\"") != NULL);
}

/* RFC 9112 3.2: one Host; 3.2.2: a server must take the absolute form. */
TEST(targets_and_hosts)
{
	static const struct {
		const char *request;
		int status;
		const char *in;
	} cases[] = {
		{ "GET http://rules.example.org/livez HTTP/1.1\r\nHost: h\r\n\r\n", 200, "live" },
		{ "GET HTTPS://[::1]:8420/livez?x=/y HTTP/1.1\r\nHost: h\r\n\r\n", 200, "live" },
		{ "GET http://h HTTP/1.1\r\nHost: h\r\n\r\n", 404, "\"instance\":\"/\"" },
		{ "GET http:///livez HTTP/1.1\r\nHost: h\r\n\r\n", 404, "NO_ROUTE" },
		{ "GET http://me@h/livez HTTP/1.1\r\nHost: h\r\n\r\n", 404, "NO_ROUTE" },
		{ "GET ftp://h/livez HTTP/1.1\r\nHost: h\r\n\r\n", 404, "NO_ROUTE" },
		{ "GET /livez HTTP/1.1\r\n\r\n", 400, "HOST_UNCLEAR" },
		{ "GET /livez HTTP/1.1\r\nHost: h\r\nhost: h\r\n\r\n", 400, "HOST_UNCLEAR" },
		{ "GET /livez HTTP/1.1\r\nHost:\r\n\r\n", 200, "live" },
	};

	for (size_t i = 0; i < HYK_ARRAY_LEN(cases); i++) {
		struct client c;
		struct answer a;

		client_open(&c, &site);
		CHECK(client_printf(&c, "%s", cases[i].request));
		a = client_read_answer(&c, false);
		if (!CHECK_INT(a.status, cases[i].status) || !CHECK(strstr(a.body, cases[i].in) != NULL))
			fprintf(stderr, "    %s\n%s\n", cases[i].request, a.body);
		client_close(&c);
	}
}

TEST(a_decision_is_asked_for)
{
	struct answer a = ask("POST " EVALUATION " HTTP/1.1" BEARER("decider") JSON, "hello");

	CHECK_INT(a.status, 200);
	CHECK_C(a.body,
	    "{\"decision\":true,\"many\":false,\"by\":\"decider\",\"bytes\":5,\"echo\":\"hello\"}");
	CHECK_C(header(&a, "Content-Type"), "application/json");
	CHECK_C(header(&a, "Cache-Control"), "no-store");
	a = ask("POST /access/v1/evaluations HTTP/1.1" BEARER("decider") JSON, "");
	CHECK_C(a.body,
	    "{\"decision\":true,\"many\":true,\"by\":\"decider\",\"bytes\":0,\"echo\":\"\"}");
}

TEST(recorded_decisions_are_read)
{
	struct answer a = ask("GET /v1/decisions/01JD HTTP/1.1" BEARER("decider"), "");

	CHECK_INT(a.status, 200);
	CHECK_C(a.body, "{\"id\":\"01JD\",\"explain\":false}");
	a = ask("GET /v1/decisions/01JD/explain HTTP/1.1" BEARER("auditor"), "");
	CHECK_C(a.body, "{\"id\":\"01JD\",\"explain\":true}");
	CHECK_C(header(&a, "Cache-Control"), "no-store");
	a = ask("GET /v1/decisions/01GONE HTTP/1.1" BEARER("auditor"), "");
	CHECK_INT(a.status, 404);
	CHECK_C(header(&a, "Content-Type"), "application/problem+json");
	CHECK_C(a.body,
	    "{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,\"code\":\"NOT_RECORDED\","
	    "\"detail\":\"no decision has this id\",\"instance\":\"/v1/decisions/01GONE\"}");
}

TEST(paths_and_methods_that_are_not_served)
{
	struct answer a = ask(
	    "GET /nowhere/%22%0d%0a HTTP/1.1\r\nAccept-Language: en;q=0.2, ko", "");

	CHECK_INT(a.status, 404);
	CHECK_C(header(&a, "Content-Language"), "ko");
	CHECK(strstr(a.body, "\"code\":\"NO_ROUTE\"") != NULL);
	CHECK(strstr(a.body, "찾을 수 없음") != NULL);
	CHECK(strstr(a.body, "\"instance\":\"/nowhere/%22%0d%0a\"") != NULL);
	a = ask("DELETE /livez HTTP/1.1", "");
	CHECK_INT(a.status, 405);
	CHECK_C(header(&a, "Allow"), "GET, HEAD");
	a = ask("GET " EVALUATION " HTTP/1.1", "");
	CHECK_INT(a.status, 405);
	CHECK_C(header(&a, "Allow"), "POST");
	CHECK(strstr(a.body, "METHOD_NOT_ALLOWED") != NULL);
}

TEST(tokens_and_rights)
{
	struct answer a = ask("POST " EVALUATION " HTTP/1.1" JSON, "{}");

	CHECK_INT(a.status, 401);
	CHECK_C(header(&a, "WWW-Authenticate"), "Bearer realm=\"hyangyak\"");
	/* AuthZEN: an error message string */
	CHECK(a.body[0] == '"' && strstr(a.body, "[TOKEN_MISSING]\"") != NULL);
	a = ask("POST " EVALUATION " HTTP/1.1" BEARER("nobody") JSON, "{}");
	CHECK_INT(a.status, 401);
	CHECK_C(
	    header(&a, "WWW-Authenticate"), "Bearer realm=\"hyangyak\", error=\"invalid_token\"");
	CHECK(strstr(a.body, "BEARER_UNKNOWN") != NULL);
	a = ask("POST " EVALUATION " HTTP/1.1\r\nAuthorization: Basic ZGVjaWRlcjo=" JSON, "{}");
	CHECK_INT(a.status, 401);
	a = ask("POST " EVALUATION " HTTP/1.1" BEARER("auditor") JSON, "{}");
	CHECK_INT(a.status, 403);
	CHECK(strstr(a.body, "[RIGHT_MISSING]") != NULL && strstr(a.body, "'auditor'") != NULL);
	a = ask("GET /v1/decisions/01JD HTTP/1.1" BEARER("steward"), "");
	CHECK_INT(a.status, 403);
	CHECK(strstr(a.body, "decide,auditor") != NULL);
	a = ask("GET /metrics HTTP/1.1", "");
	CHECK_INT(a.status, 401);
	a = ask("GET /metrics HTTP/1.1" BEARER("decider"), "");
	CHECK_INT(a.status, 403);
	/* two of them: whose rights hold is not guessed */
	a = ask("POST " EVALUATION " HTTP/1.1" BEARER("auditor") BEARER("decider") JSON, "{}");
	CHECK_INT(a.status, 400);
	CHECK(strstr(a.body, "[TOKEN_TWICE]") != NULL);
	/* also beside a body that is clear otherwise, and where no token is needed */
	a = ask("GET /livez HTTP/1.1" BEARER("decider") BEARER("decider"), "");
	CHECK_INT(a.status, 400);
	CHECK(strstr(a.body, "\"code\":\"TOKEN_TWICE\"") != NULL);
	/* which of the two a request is, and whether it may be it, is the engine's to say */
	a = ask("POST " EVALUATION " HTTP/1.1" BEARER("rehearser") JSON, "{}");
	CHECK_INT(a.status, 200);
	a = ask("POST /access/v1/evaluations HTTP/1.1" BEARER("rehearser") JSON, "{}");
	CHECK_INT(a.status, 200);
	a = ask("GET /v1/decisions/01JD HTTP/1.1" BEARER("rehearser"), "");
	CHECK_INT(a.status, 403);
}

TEST(content_types)
{
	struct answer a = ask(
	    "POST " EVALUATION " HTTP/1.1" BEARER("decider") "\r\nContent-Type: text/plain", "{}");

	CHECK_INT(a.status, 400);
	CHECK(strstr(a.body, "[CONTENT_TYPE]") != NULL);
	a = ask("POST " EVALUATION " HTTP/1.1" BEARER("decider"), "{}");
	CHECK_INT(a.status, 400);
	a = ask("POST " EVALUATION " HTTP/1.1" BEARER("decider") JSON "; charset=euc-kr", "{}");
	CHECK_INT(a.status, 400);
	CHECK(strstr(a.body, "'euc-kr'") != NULL && strstr(a.body, "[CHARSET]") != NULL);
	a = ask("POST " EVALUATION " HTTP/1.1" BEARER("decider") JSON "\r\nContent-Encoding: gzip",
	    "{}");
	CHECK_INT(a.status, 400);
	CHECK(strstr(a.body, "[CONTENT_ENCODING]") != NULL);
	a = ask("POST " EVALUATION " HTTP/1.1" BEARER("decider") JSON
	    ";charset=UTF-8\r\nContent-Encoding: identity",
	    "{}");
	CHECK_INT(a.status, 200);
}

TEST(errors_of_the_engine_keep_their_place)
{
	struct answer a = ask("POST " EVALUATION " HTTP/1.1" BEARER("decider") JSON, "bad");

	CHECK_INT(a.status, 400);
	CHECK_C(a.body, "\"'bad' is not JSON (line 1, column 3) [INVALID_JSON]\"");
	a = ask("POST " EVALUATION " HTTP/1.1" BEARER("decider") JSON "\r\nAccept-Language: ko-KR",
	    "bad");
	CHECK_C(a.body, "\"JSON이 아닙니다 (1행 3열) [INVALID_JSON]\"");
	a = ask("POST " EVALUATION " HTTP/1.1" BEARER("decider") JSON, "busy");
	CHECK_INT(a.status, 503);
	CHECK_C(header(&a, "Retry-After"), "3");
}

TEST(identifiers_come_back)
{
	struct answer a = ask("POST " EVALUATION " HTTP/1.1" BEARER("decider") JSON
	    "\r\nX-Request-ID: bfe9eb29-ab87\r\ntraceparent: "
	    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
	    "{}");

	CHECK_INT(a.status, 200);
	CHECK_C(header(&a, "X-Request-ID"), "bfe9eb29-ab87");
	CHECK_C(
	    header(&a, "traceparent"), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
	/* also on errors, and never what could break out of the line */
	a = ask("GET /nowhere HTTP/1.1\r\nX-Request-ID: one", "");
	CHECK_C(header(&a, "X-Request-ID"), "one");
	a = ask("GET /livez HTTP/1.1\r\nX-Request-ID: a\tSet-Cookie: b\r\ntraceparent: 00-xyz", "");
	CHECK_INT(a.status, 200);
	CHECK(
	    answer_header(&a, "X-Request-ID") == NULL && answer_header(&a, "traceparent") == NULL);
	a = ask("GET /livez HTTP/1.1\r\nX-Request-ID: a\r\n Set-Cookie: evil=1", "");
	CHECK(strstr(a.head, "\nSet-Cookie") == NULL);
}

/* What a proxy before us may have read otherwise is answered at once, and the connection ends. */
TEST(lengths_that_can_be_read_two_ways)
{
	static const char *const heads[] = { "\r\nContent-Length: 1",
		"\r\nTransfer-Encoding: chunked", "\r\nTransfer-Encoding: gzip",
		"\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity",
		"\r\nContent-Length: 2\r\nContent-Length: +2" };

	for (size_t i = 0; i < HYK_ARRAY_LEN(heads); i++) {
		struct client c;
		struct answer a;

		client_open(&c, &site);
		CHECK(client_printf(&c,
		    "POST " EVALUATION " HTTP/1.1\r\nHost: h" BEARER("decider") JSON
		    "\r\nContent-Length: 2%s\r\n\r\n{}",
		    heads[i]));
		a = client_read_answer(&c, false);
		CHECK_INT(a.status, 400);
		CHECK(client_is_closed(&c));
		client_close(&c);
	}
}

TEST(metrics_count_by_route_and_class)
{
	struct answer a = ask("GET /metrics HTTP/1.1" BEARER("auditor"), "");

	CHECK_INT(a.status, 200);
	CHECK(strstr(a.body, "hyk_http_requests_total{route=\"livez\",status=\"2xx\"} ") != NULL);
	CHECK(strstr(a.body, "hyk_http_requests_total{route=\"none\",status=\"4xx\"} ") != NULL);
	CHECK(strstr(a.body, "hyk_http_requests_total{route=\"evaluation\",status=\"4xx\"} ") !=
	    NULL);
	CHECK(strstr(a.body, "\nhyk_http_connections 1\n") != NULL ||
	    strstr(a.body, "\nhyk_http_connections ") != NULL);
	CHECK(strstr(a.body, "\nhyk_http_in_flight 0\n") != NULL);
	CHECK(strstr(a.body, "hyk_fake_total 1\n") != NULL);
}

int
main(void)
{
	site_open(&site,
	    (struct hyk_server_options){ .public_url = "https://rules.example.org/yongin/" });
	RUN(open_routes_answer_without_a_token);
	RUN(not_ready_says_why);
	RUN(targets_and_hosts);
	RUN(a_decision_is_asked_for);
	RUN(recorded_decisions_are_read);
	RUN(paths_and_methods_that_are_not_served);
	RUN(tokens_and_rights);
	RUN(content_types);
	RUN(errors_of_the_engine_keep_their_place);
	RUN(identifiers_come_back);
	RUN(lengths_that_can_be_read_two_ways);
	RUN(metrics_count_by_route_and_class);
	site_close(&site);
	return check_done();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* How connections live: waiting, leaving, sending slowly, sending too much, sending many at once.
 */
#include "client.h"

#include <netinet/tcp.h>
#include <poll.h>

#include "http/call.h"

#define EVALUATION "/access/v1/evaluation"

#define HEAD                                                                                       \
	"POST " EVALUATION                                                                         \
	" HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer decider\r\nContent-Type: application/json\r\n"
#define MAX_BODY 4096

static struct site site;

static unsigned
count_of(const char *counter)
{
	struct client c;
	struct answer a;
	const char *p;

	client_open(&c, &site);
	a = client_get(&c, "/metrics", "Authorization: Bearer auditor\r\n");
	client_close(&c);
	p = strstr(a.body, counter);
	return p == NULL ? 0 : (unsigned)strtoul(p + strlen(counter), NULL, 10);
}

TEST(no_answer_before_its_record)
{
	struct client c[8];
	unsigned waiting = 0;

	fake_engine_hold(&site.engine, true);
	for (unsigned i = 0; i < 8; i++) {
		client_open(&c[i], &site);
		CHECK(client_send_post(&c[i], EVALUATION, "{}"));
	}
	fake_engine_await(&site.engine, 8);
	for (unsigned i = 0; i < 8; i++) {
		char byte;

		CHECK(recv(c[i].fd, &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN);
	}
	/* The workers are free meanwhile. The last may still be on its way from the engine to the count. */
	for (unsigned tries = 0; waiting != 8 && tries < 1000; tries++)
		waiting = count_of("\nhyk_http_in_flight ");
	CHECK_INT(waiting, 8);
	fake_engine_hold(&site.engine, false);
	for (unsigned i = 0; i < 8; i++) {
		CHECK_INT(client_read_answer(&c[i], false).status, 200);
		client_close(&c[i]);
	}
}

TEST(a_client_leaves_while_it_waits)
{
	struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
	struct client gone[6], other;
	unsigned before = fake_engine_finished(&site.engine);

	fake_engine_hold(&site.engine, true);
	for (unsigned i = 0; i < 6; i++) {
		client_open(&gone[i], &site);
		CHECK(client_send_post(&gone[i], EVALUATION, "{}"));
	}
	fake_engine_await(&site.engine, 6);
	for (unsigned i = 0; i < 6; i++) {
		if (i % 2 == 0) /* a reset, else an ordinary end */
			setsockopt(gone[i].fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
		client_close(&gone[i]);
	}
	fake_engine_hold(&site.engine, false);
	fake_engine_await_finished(&site.engine, before + 6);
	client_open(&other, &site);
	CHECK_INT(client_post(&other, EVALUATION, "{}").status, 200);
	client_close(&other);
}

TEST(a_half_closed_client_gets_its_answer)
{
	struct client c;

	client_open(&c, &site);
	fake_engine_hold(&site.engine, true);
	CHECK(client_send_post(&c, EVALUATION, "{}"));
	fake_engine_await(&site.engine, 1);
	CHECK(shutdown(c.fd, SHUT_WR) == 0);
	fake_engine_hold(&site.engine, false);
	CHECK_INT(client_read_answer(&c, false).status, 200);
	CHECK(client_is_closed(&c));
	client_close(&c);
}

/* Request and end in one segment: the end must be noticed, now and not at the time limit of a
 * minute. */
TEST(an_end_that_comes_with_the_request)
{
	static const char *const last_words[] = { "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n",
		"\r\n\r\n", "GET /li",
		"GET /livez HTTP/1.1\r\nHost:", HEAD "Content-Length: 10\r\n\r\n{" };

	for (size_t i = 0; i < HYK_ARRAY_LEN(last_words); i++) {
		int on = 1;
		struct client c;

		client_open(&c, &site);
		/* corked, so that the bytes leave with the end */
		setsockopt(c.fd, IPPROTO_TCP, TCP_CORK, &on, sizeof(on));
		CHECK(client_printf(&c, "%s", last_words[i]));
		shutdown(c.fd, SHUT_WR);
		if (i == 0)
			CHECK_INT(client_read_answer(&c, false).status, 200);
		while (client_fill(&c))
			c.n = 0;
		client_close(&c);
	}
}

TEST(pipelined_requests_are_answered_in_order)
{
	struct client c;
	char text[8192];
	int n = 0;

	for (int i = 0; i < 20; i++)
		n += snprintf(
		    text + n, sizeof(text) - (size_t)n, HEAD "Content-Length: 4\r\n\r\nn%03d", i);
	client_open(&c, &site);
	CHECK(client_send(&c, text, (size_t)n));
	for (int i = 0; i < 20; i++) {
		struct answer a = client_read_answer(&c, false);
		char want[32];

		snprintf(want, sizeof(want), "\"echo\":\"n%03d\"", i);
		CHECK_INT(a.status, 200);
		CHECK(strstr(a.body, want) != NULL);
	}
	client_close(&c);
}

TEST(a_body_may_come_byte_by_byte)
{
	struct client c;

	client_open(&c, &site);
	CHECK(client_printf(&c, HEAD "Content-Length: 10\r\n\r\n"));
	for (int i = 0; i < 10; i++)
		CHECK(client_printf(&c, "%d", i));
	CHECK(strstr(client_read_answer(&c, false).body, "0123456789") != NULL);
	CHECK(client_printf(
	    &c, HEAD "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"));
	CHECK(strstr(client_read_answer(&c, false).body, "\"bytes\":5,\"echo\":\"abcde\"") != NULL);
	client_close(&c);
}

TEST(expect_continue)
{
	struct client c;
	struct answer a;

	client_open(&c, &site);
	CHECK(client_printf(&c, HEAD "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n"));
	CHECK_INT(client_read_answer(&c, true).status, 100);
	CHECK(client_printf(&c, "{}"));
	CHECK_INT(client_read_answer(&c, false).status, 200);
	/* Refused before it is sent. */
	CHECK(client_printf(&c, HEAD "Content-Length: 99999\r\nExpect: 100-continue\r\n\r\n"));
	a = client_read_answer(&c, false);
	CHECK_INT(a.status, 413);
	CHECK(strstr(a.body, "[BODY_TOO_LARGE]") != NULL);
	CHECK(client_is_closed(&c));
	client_close(&c);
}

TEST(too_large_bodies)
{
	static char big[3 << 20];
	struct client c;
	struct answer a;

	memset(big, 'x', sizeof(big));
	/* declared, and sent all the same */
	client_open(&c, &site);
	CHECK(client_printf(&c, HEAD "Content-Length: %zu\r\n\r\n", sizeof(big)));
	(void)client_send(&c, big, sizeof(big));
	a = client_read_answer(&c, false);
	CHECK_INT(a.status, 413);
	CHECK(strstr(a.body, "4096") != NULL);
	client_close(&c);
	/* in chunks that do not end */
	client_open(&c, &site);
	CHECK(client_printf(&c,
	    HEAD "X-Request-ID: big\r\nTransfer-Encoding: chunked\r\n\r\n%zx\r\n", sizeof(big)));
	(void)client_send(&c, big, sizeof(big));
	a = client_read_answer(&c, false);
	CHECK_INT(a.status, 413);
	CHECK_C(answer_header(&a, "X-Request-ID"), "big");
	client_close(&c);
	/* at the limit, and one over */
	client_open(&c, &site);
	CHECK(client_printf(&c, HEAD "Content-Length: %d\r\n\r\n", MAX_BODY));
	CHECK(client_send(&c, big, MAX_BODY));
	CHECK(strstr(client_read_answer(&c, false).body, "\"bytes\":4096") != NULL);
	CHECK(client_printf(&c, HEAD "Transfer-Encoding: chunked\r\n\r\n%x\r\n", MAX_BODY));
	CHECK(client_send(&c, big, MAX_BODY) && client_printf(&c, "\r\n0\r\n\r\n"));
	/* Behind chunks nothing more is read: where they end others may see otherwise. */
	a = client_read_answer(&c, false);
	CHECK_INT(a.status, 200);
	CHECK_C(answer_header(&a, "Connection"), "close");
	client_close(&c);
	client_open(&c, &site);
	CHECK(client_printf(&c, HEAD "Content-Length: %d\r\n\r\n", MAX_BODY + 1));
	CHECK_INT(client_read_answer(&c, false).status, 413);
	client_close(&c);
}

TEST(a_refused_body_leaves_the_connection_usable)
{
	struct client c;

	client_open(&c, &site);
	CHECK(client_printf(
	    &c, "POST /nowhere HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"));
	CHECK_INT(client_read_answer(&c, false).status, 404);
	CHECK_INT(client_post(&c, EVALUATION, "{}").status, 200);
	CHECK(client_printf(&c,
	    "POST " EVALUATION
	    " HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"));
	CHECK_INT(client_read_answer(&c, false).status, 401);
	client_close(&c);
}

TEST(huge_heads_are_refused)
{
	static char big[1 << 20];
	struct client c;
	struct answer a;

	memset(big, 'x', sizeof(big));
	client_open(&c, &site);
	CHECK(client_printf(&c, "GET /livez HTTP/1.1\r\nHost: h\r\nX-Big: "));
	(void)client_send(&c, big, sizeof(big));
	a = client_read_answer(&c, false);
	CHECK(a.status == 431 || a.status == 413 || a.status == 0);
	client_close(&c);
	client_open(&c, &site);
	CHECK(client_printf(&c, "GET /"));
	(void)client_send(&c, big, sizeof(big));
	a = client_read_answer(&c, false);
	CHECK(a.status == 414 || a.status == 0);
	client_close(&c);
	client_open(&c, &site);
	(void)client_printf(&c, "GET /livez HTTP/1.1\r\nHost: h\r\n");
	for (int i = 0; i < 5000; i++)
		if (!client_printf(&c, "H%d: v\r\n", i))
			break;
	(void)client_printf(&c, "\r\n");
	a = client_read_answer(&c, false);
	CHECK(a.status == 431 || a.status == 413 || a.status == 0);
	client_close(&c);
}

TEST(heads_of_some_kilobytes_are_served)
{
	static char big[6 << 10];
	struct client c;

	memset(big, 'x', sizeof(big) - 1);
	client_open(&c, &site);
	for (int i = 0; i < 2; i++)
		CHECK_INT(client_get(&c, "/livez", "X-Small: 1\r\n").status, 200);
	CHECK(client_printf(&c, "GET /livez HTTP/1.1\r\nHost: h\r\nX-Big: %s\r\n\r\n", big));
	CHECK_INT(client_read_answer(&c, false).status, 200);
	client_close(&c);
}

/* Whatever the length of the head, there is an answer: nothing is done and then not told. */
TEST(no_length_of_a_head_is_left_without_an_answer)
{
	static char text[HYK_HEAD_BYTES + 1024];

	for (size_t n = HYK_HEAD_BYTES - 900; n <= HYK_HEAD_BYTES + 300; n += 12) {
		size_t at = (size_t)snprintf(text, sizeof(text), HEAD "Content-Length: 2\r\nX: ");
		struct client c;
		struct answer a;

		memset(text + at, 'x', n - at - 4);
		memcpy(text + n - 4, "\r\n\r\n{}", 6);
		client_open(&c, &site);
		CHECK(client_send(&c, text, n + 2));
		a = client_read_answer(&c, false);
		if (!CHECK_INT(a.status, n <= HYK_HEAD_BYTES ? 200 : 431))
			fprintf(stderr, "    a head of %zu bytes\n", n);
		client_close(&c);
	}
}

/* Sends the bytes and a request behind them; the server must refuse and not read on. */
static void
refused_for_good(const char *head, size_t n, const char *code)
{
	struct client c;
	struct answer a;

	client_open(&c, &site);
	CHECK(client_send(&c, head, n));
	(void)client_printf(&c, "GET /readyz HTTP/1.1\r\nHost: h\r\n\r\n");
	a = client_read_answer(&c, false);
	if (!CHECK_INT(a.status, 400) || !CHECK(strstr(a.body, code) != NULL))
		fprintf(stderr, "    %.*s\n%s\n", (int)n, head, a.body);
	CHECK_C(answer_header(&a, "Connection"), "close");
	CHECK(client_is_closed(&c));
	client_close(&c);
}

/* RFC 9112 2.2, 3, 5.1, 5.2: what a lax proxy may read as another head is no head. */
TEST(a_head_is_read_in_one_way)
{
#define RAW(z) { z, sizeof(z) - 1 }
	static const struct {
		const char *p;
		size_t n;
	} heads[] = {
		RAW("GET /livez HTTP/1.1\r\nHost: h\r\nContent-Length : 5\r\n\r\n"),
		RAW("GET /livez HTTP/1.1\r\nHost: h\r\nContent-Length\t: 5\r\n\r\n"),
		RAW("GET /livez HTTP/1.1\r\nHost: h\r\n: 5\r\n\r\n"),
		RAW("GET /livez HTTP/1.1\r\nHost: h\r\nX{y}: 5\r\n\r\n"),
		RAW("GET /livez HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n"),
		RAW("GET /livez HTTP/1.1\r\nHost: h\r\nX: a\r\n\tb\r\nY: c\r\n\r\n"),
		RAW("GET /livez HTTP/1.1\r\nHost: h\r\nX: a\r\n \r\nY: c\r\n\r\n"),
		RAW("GET /livez HTTP/1.1\r\nHost: h\r\nX: a\0b\r\nY: c\r\n\r\n"),
		RAW("GET /livez HTTP/1.1\r\nX: a\r\nHost: h\0b\r\n\r\n"),
		RAW("GET /livez HTTP/1.1\r\nX: a\r\nHost: h\0\r\n\r\n"),
		RAW("GET /livez HTTP/1.1\r\nX: a\r\nHost: h\0\0\r\n\r\n"),
		RAW("GET /livez HTTP/1.1\r\nHost: h\r\nX: a\rContent-Length: 5\r\n\r\n"),
		RAW("GET /livez HTTP/1.1\r\nHost: h\nX: a\r\n\r\n"),
		RAW("GET /livez HTTP/1.1\nHost: h\r\n\r\n"),
		RAW("GET /livez HTTP/1.1\r\nHost: h\r\n\n"),
		RAW("GET /livez /readyz HTTP/1.1\r\nHost: h\r\n\r\n"),
		RAW("GET /livez\t HTTP/1.1\r\nHost: h\r\n\r\n"),
		RAW("GET /livez\0/public.css HTTP/1.1\r\nHost: h\r\n\r\n"),
		RAW("GET /livez?a=b\0c HTTP/1.1\r\nHost: h\r\n\r\n"),
		RAW("GET\0X /livez HTTP/1.1\r\nHost: h\r\n\r\n"),
		RAW("GET  /livez HTTP/1.1\r\nHost: h\r\n\r\n"),
		RAW("GET /livez  HTTP/1.1\r\nHost: h\r\n\r\n"),
	};
	static const char by_library[] = "GET /livez HTTP/1.1\r\nHost: h\r\nX\0y: 5\r\n\r\n";
	struct client c;

	for (size_t i = 0; i < HYK_ARRAY_LEN(heads); i++)
		refused_for_good(heads[i].p, heads[i].n, "HEAD_MALFORMED");
	refused_for_good(by_library, sizeof(by_library) - 1, "");
	client_open(&c, &site);
	CHECK_INT(client_get(&c, "/livez?a+b=%20c&d", "Cookie: a=b; c=d\r\nX:\r\nY: \t z\r\nx-!#$%&'*+-.^_`|~9: \xc3\xa9 \r\n").status,
	    200);
	CHECK(client_printf(&c, "\r\nGET /livez HTTP/1.1\r\nHost:h\r\n\r\n"));
	CHECK_INT(client_read_answer(&c, false).status, 200);
	CHECK(client_printf(&c, "GET /livez HTTP/1.0\r\n\r\n"));
	CHECK_INT(client_read_answer(&c, false).status, 200);
	client_close(&c);
}

/* The library reads the lines behind the chunks more loosely than a proxy may; so they end the connection. */
TEST(lines_after_chunks_end_the_connection)
{
	struct client c;

	client_open(&c, &site);
	CHECK(client_printf(&c,
	    "POST " EVALUATION " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer decider\r\nContent-Type: application/json\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: a\r\rGET /readyz HTTP/1.1\r\nHost: h\r\n\r\n"));
	CHECK_INT(client_read_answer(&c, false).status, 200);
	CHECK(client_is_closed(&c));
	client_close(&c);
}

TEST(what_is_not_http_does_no_harm)
{
	static const char *const junk[] = { "\r\n\r\n\r\n", "GET\r\n\r\n",
		"\x16\x03\x01\x02\x00\x01", "GET /livez HTTP/9.9\r\n\r\n",
		"GET /livez HTTP/1.1\r\nHost: h\r\nContent-Length: -5\r\n\r\n",
		"POST /livez HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999999\r\n\r\n",
		"POST " EVALUATION
		" HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"GET /livez HTTP/1.1\r\n: v\r\n\r\n", "GET /livez HTTP/1.1\r\nHost h\r\n\r\n" };

	for (size_t i = 0; i < HYK_ARRAY_LEN(junk); i++) {
		struct client c;

		client_open(&c, &site);
		CHECK(client_printf(&c, "%s", junk[i]));
		shutdown(c.fd, SHUT_WR);
		while (client_fill(&c))
			c.n = 0;
		client_close(&c);
	}
	{
		struct client c;

		client_open(&c, &site);
		CHECK_INT(client_get(&c, "/livez", "").status, 200);
		client_close(&c);
	}
}

/* The limits of the site are one second; these tests wait for the server's word, not for a time. */
TEST(slow_clients_are_cut_off)
{
	struct client silent, half, body, dripping;
	unsigned before = count_of("\nhyk_http_timed_out_total ");

	client_open(&silent, &site);
	client_open(&half, &site);
	CHECK(client_printf(&half, "GET /livez HTTP/1.1\r\nHost:"));
	client_open(&body, &site);
	CHECK(client_printf(&body, HEAD "Content-Length: 10\r\n\r\n{"));
	client_open(&dripping, &site);
	CHECK(client_printf(&dripping, HEAD "X-Drip: "));
	/* A byte each 50 ms keeps the last activity young; only a limit on the whole ends it. */
	for (;;) {
		struct pollfd p = { .fd = dripping.fd, .events = POLLIN };

		if (poll(&p, 1, 50) > 0 || !client_send(&dripping, "x", 1))
			break;
	}
	CHECK(client_is_closed(&silent));
	CHECK(client_is_closed(&half));
	CHECK(client_is_closed(&body));
	client_close(&silent);
	client_close(&half);
	client_close(&body);
	client_close(&dripping);
	CHECK(count_of("\nhyk_http_timed_out_total ") >= before + 4);
}

TEST(hundreds_of_connections_are_all_served)
{
	enum { CONNECTIONS = 400, ROUNDS = 5 };
	static struct client c[CONNECTIONS];
	unsigned answered = 0;

	for (unsigned i = 0; i < CONNECTIONS; i++)
		client_open(&c[i], &site);
	for (unsigned round = 0; round < ROUNDS; round++) {
		/* All ready at once: this is where the library's own thread stops. */
		fake_engine_hold(&site.engine, true);
		for (unsigned i = 0; i < CONNECTIONS; i++)
			CHECK(client_send_post(&c[i], EVALUATION, "{}"));
		fake_engine_await(&site.engine, CONNECTIONS);
		fake_engine_hold(&site.engine, false);
		for (unsigned i = 0; i < CONNECTIONS; i++)
			answered += client_read_answer(&c[i], false).status == 200;
	}
	CHECK_INT(answered, CONNECTIONS * ROUNDS);
	for (unsigned i = 0; i < CONNECTIONS; i++)
		client_close(&c[i]);
}

int
main(void)
{
	site_open(&site, (struct hyk_server_options){ .max_body_bytes = MAX_BODY });
	RUN(no_answer_before_its_record);
	RUN(a_client_leaves_while_it_waits);
	RUN(a_half_closed_client_gets_its_answer);
	RUN(an_end_that_comes_with_the_request);
	RUN(pipelined_requests_are_answered_in_order);
	RUN(a_body_may_come_byte_by_byte);
	RUN(expect_continue);
	RUN(too_large_bodies);
	RUN(a_refused_body_leaves_the_connection_usable);
	RUN(huge_heads_are_refused);
	RUN(heads_of_some_kilobytes_are_served);
	RUN(no_length_of_a_head_is_left_without_an_answer);
	RUN(a_head_is_read_in_one_way);
	RUN(lines_after_chunks_end_the_connection);
	RUN(what_is_not_http_does_no_harm);
	RUN(hundreds_of_connections_are_all_served);
	site_close(&site);
	site_open(
	    &site, (struct hyk_server_options){ .idle_timeout_s = 1, .request_timeout_s = 1 });
	RUN(slow_clients_are_cut_off);
	site_close(&site);
	return check_done();
}

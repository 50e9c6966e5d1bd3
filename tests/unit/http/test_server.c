/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, dealing connections, stopping. */
#include "client.h"

#include "base/alloc.h"

#define EVALUATION "/access/v1/evaluation"

TEST(a_stop_answers_everyone_first)
{
	static struct site site;
	struct client waiting[10], idle, more;

	site_open(&site, (struct hyk_server_options){ .workers = 3 });
	fake_engine_hold(&site.engine, true);
	client_open(&idle, &site);
	CHECK_INT(client_get(&idle, "/livez", "").status, 200);
	for (unsigned i = 0; i < 10; i++) {
		client_open(&waiting[i], &site);
		CHECK(client_send_post(&waiting[i], EVALUATION, "{}"));
	}
	fake_engine_await(&site.engine, 10);
	hyk_server_stop(site.server);
	/* Idle connections end, those that wait do not. */
	CHECK(client_is_closed(&idle));
	for (unsigned i = 0; i < 10; i++) {
		char byte;

		CHECK(recv(waiting[i].fd, &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN);
	}
	fake_engine_hold(&site.engine, false);
	for (unsigned i = 0; i < 10; i++) {
		struct answer a = client_read_answer(&waiting[i], false);

		CHECK_INT(a.status, 200);
		CHECK_C(answer_header(&a, "Connection"), "close");
		CHECK(client_is_closed(&waiting[i]));
		client_close(&waiting[i]);
	}
	client_close(&idle);
	pthread_join(site.thread, NULL);
	CHECK_INT(site.status, HYK_OK);
	/* Nobody listens any more. */
	{
		struct sockaddr_in a = { .sin_family = AF_INET,
			.sin_port = htons((uint16_t)site.port) };

		inet_pton(AF_INET, "127.0.0.1", &a.sin_addr);
		more.fd = socket(AF_INET, SOCK_STREAM, 0);
		CHECK(connect(more.fd, (struct sockaddr *)&a, sizeof(a)) != 0);
		client_close(&more);
	}
	hyk_server_close(site.server);
	fake_engine_close(&site.engine);
}

TEST(more_connections_than_allowed)
{
	static struct site site;
	struct client a, b, c;
	struct answer answer;

	site_open(&site, (struct hyk_server_options){ .max_connections = 2 });
	client_open(&a, &site);
	CHECK_INT(client_get(&a, "/livez", "").status, 200);
	client_open(&b, &site);
	CHECK_INT(client_get(&b, "/livez", "").status, 200);
	client_open(&c, &site);
	answer = client_read_answer(&c, false);
	CHECK_INT(answer.status, 503);
	CHECK_C(answer_header(&answer, "Retry-After"), "1");
	CHECK(strstr(answer.body, "TOO_MANY_CONNECTIONS") != NULL);
	client_close(&c);
	CHECK_INT(client_get(&a, "/livez", "").status, 200);
	client_close(&a);
	client_close(&b);
	site_close(&site);
}

TEST(connections_are_dealt_evenly)
{
	static struct site site;
	struct client c[8];

	site_open(&site, (struct hyk_server_options){ .workers = 4 });
	fake_engine_hold(&site.engine, true);
	for (unsigned i = 0; i < 8; i++) {
		client_open(&c[i], &site);
		CHECK(client_send_post(&c[i], EVALUATION, "{}"));
		fake_engine_await(&site.engine, i + 1);
	}
	{
		struct hyk_worker *seen[8];
		unsigned n = 0;

		pthread_mutex_lock(&site.engine.lock);
		for (struct hyk_exchange *x = site.engine.queue; x != NULL && n < 8; x = x->next)
			seen[n++] = x->state->worker;
		pthread_mutex_unlock(&site.engine.lock);
		CHECK_INT(n, 8);
		for (unsigned i = 0; i < n; i++) {
			unsigned same = 0;

			for (unsigned k = 0; k < n; k++)
				same += seen[k] == seen[i];
			CHECK_INT(same, 2);
		}
	}
	fake_engine_hold(&site.engine, false);
	for (unsigned i = 0; i < 8; i++) {
		CHECK_INT(client_read_answer(&c[i], false).status, 200);
		client_close(&c[i]);
	}
	site_close(&site);
}

static enum hyk_diag_id
refusal(const struct hyk_server_options *o, enum hyk_status *ret_st)
{
	struct hyk_server *server;
	struct hyk_engine engine;
	struct hyk_arena arena;
	struct hyk_diags diags;
	enum hyk_diag_id id;

	fake_engine_open(&engine);
	hyk_arena_init(&arena, 0);
	hyk_diags_init(&diags, &arena);
	*ret_st = hyk_server_open(&engine, o, &server, &diags);
	id = diags.first != NULL ? diags.first->id : HYK_D_NONE;
	if (*ret_st == HYK_OK)
		hyk_server_close(server);
	hyk_arena_fini(&arena);
	fake_engine_close(&engine);
	return id;
}

TEST(a_port_in_use_and_urls_that_are_none)
{
	static const char *const wrong[] = { "rules.example.org", "ftp://x", "https://",
		"https:///x", "https://x?y", "https://x#y", "https://x y", "https://\"x" };
	static struct site site;
	enum hyk_status st;

	site_open(&site, (struct hyk_server_options){ .listen = NULL });
	CHECK_INT(
	    refusal(&(struct hyk_server_options){ .listen = hyk_server_address(site.server) }, &st),
	    HYK_D_PORT_IN_USE);
	CHECK_INT(st, HYK_E_BUSY);
	site_close(&site);
	for (size_t i = 0; i < HYK_ARRAY_LEN(wrong); i++) {
		struct hyk_server_options o = { .listen = "127.0.0.1:0", .public_url = wrong[i] };

		CHECK_INT(refusal(&o, &st), HYK_D_PUBLIC_URL);
		CHECK_INT(st, HYK_E_INVALID);
	}
}

/* Opens the server with the n-th allocation failing, for every n; then one request with each
 * failing. */
TEST(memory_runs_out)
{
	struct hyk_server_options o = { .listen = "127.0.0.1:0", .workers = 2, .no_pin = true };
	bool opened = false;

	for (long n = 0; n < 1000 && !opened; n++) {
		struct hyk_server *server = NULL;
		struct hyk_engine engine;
		enum hyk_status st;

		fake_engine_open(&engine);
		hyk_alloc_fail_after(n);
		st = hyk_server_open(&engine, &o, &server, NULL);
		opened = !hyk_alloc_failed();
		hyk_alloc_fail_after(-1);
		CHECK(st == HYK_OK || !opened);
		CHECK(st == HYK_OK || st == HYK_E_NOMEM);
		if (st == HYK_OK)
			hyk_server_close(server);
		fake_engine_close(&engine);
	}
	CHECK(opened);
}

TEST(memory_runs_out_in_a_request)
{
	static struct site site;
	bool whole = false;

	site_open(&site, (struct hyk_server_options){ .workers = 1 });
	for (long n = 0; n < 100 && !whole; n++) {
		struct client c;
		struct answer a;

		hyk_alloc_fail_after(n);
		client_open(&c, &site);
		CHECK(client_send_post(&c, EVALUATION, "{}"));
		a = client_read_answer(&c, false);
		client_close(&c);
		whole = !hyk_alloc_failed();
		hyk_alloc_fail_after(-1);
		/* Closed without a word, 503, or right: never a wrong answer. */
		CHECK(a.status == 0 || a.status == 503 ||
		    (a.status == 200 && strstr(a.body, "\"bytes\":2,") != NULL));
		CHECK(!whole || a.status == 200);
	}
	CHECK(whole);
	site_close(&site);
}

TEST(limits_are_printed)
{
	struct hyk_server_options o = { .max_connections = 7, .workers = 1 };
	struct hyk_buf b;

	hyk_buf_init(&b, 0);
	hyk_server_write_limits(&b, &o);
	hyk_buf_append_char(&b, '\0');
	CHECK(
	    strstr(b.p, "max_body          1048576  bytes of a request body (default 1048576)\n") !=
	    NULL);
	CHECK(strstr(b.p, "max_connections         7  open connections (default 2000)\n") != NULL);
	hyk_buf_fini(&b);
}

int
main(void)
{
	RUN(a_stop_answers_everyone_first);
	RUN(more_connections_than_allowed);
	RUN(connections_are_dealt_evenly);
	RUN(a_port_in_use_and_urls_that_are_none);
	RUN(memory_runs_out);
	RUN(memory_runs_out_in_a_request);
	RUN(limits_are_printed);
	return check_done();
}

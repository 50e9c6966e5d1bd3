/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http/call.c - from a request's head to its reply.
 *
 * The order of refusals: head, path, method, length of the body, token, rights,
 * size, content type. So a wrong address is told without a token, and nothing about a body
 * is told to somebody who may not send it.
 */
#include "http/call.h"

#include "http/answer.h"
#include "http/negotiate.h"

/* A body's memory above this is given back after the request. */
#define KEEP_BYTES ((size_t)64 << 10)

void
hyk_call_init(struct hyk_call *c, const struct hyk_site *site)
{
	memset(c, 0, sizeof(*c));
	c->site = site;
	hyk_buf_init(&c->body, site->max_body_bytes);
	hyk_buf_init(&c->text, 0);
}

static void
drop_exchange(struct hyk_call *c)
{
	if (c->started)
		hyk_exchange_fini(&c->exchange);
	c->started = false;
}

void
hyk_call_fini(struct hyk_call *c)
{
	drop_exchange(c);
	hyk_buf_fini(&c->body);
	hyk_buf_fini(&c->text);
}

static void
shrink(struct hyk_buf *b, size_t cap)
{
	if (b->room > KEEP_BYTES) {
		hyk_buf_fini(b);
		hyk_buf_init(b, cap);
	} else {
		hyk_buf_reset(b);
	}
}

void
hyk_call_reset(struct hyk_call *c)
{
	const struct hyk_site *site = c->site;
	struct hyk_buf body, text;

	drop_exchange(c);
	shrink(&c->body, site->max_body_bytes);
	shrink(&c->text, 0);
	body = c->body;
	text = c->text;
	memset(c, 0, sizeof(*c));
	c->site = site;
	c->body = body;
	c->text = text;
}

/* ---- before the body ---- */

uint64_t
hyk_call_declared_bytes(const struct hyk_call *c)
{
	uint64_t n;

	return hyk_str_to_u64(c->head.content_length, &n) ? n : 0;
}

/* One length and no doubt about it: what a proxy before us read must be what we read. */
static bool
has_clear_length(const struct hyk_call *c)
{
	uint64_t n;

	if (c->head.twice)
		return false;
	if (c->head.transfer_encoding.n > 0)
		return c->head.content_length.n == 0 &&
		    hyk_header_is(c->head.transfer_encoding, "chunked");
	return c->head.content_length.n == 0 || hyk_str_to_u64(c->head.content_length, &n);
}

static bool
is_authorized(struct hyk_call *c)
{
	struct hyk_str secret;

	if (c->route->rights == 0)
		return true;
	if (c->head.authorization.n == 0) {
		c->challenge = "Bearer realm=\"hyangyak\"";
		hyk_answer_error(c, 401, HYK_D_TOKEN_MISSING, 0, NULL);
		return false;
	}
	secret = hyk_negotiate_bearer(c->head.authorization);
	if (secret.n == 0 ||
	    !hyk_engine_authenticate(c->site->engine, secret, &c->exchange.caller)) {
		c->challenge = "Bearer realm=\"hyangyak\", error=\"invalid_token\"";
		hyk_answer_error(c, 401, HYK_D_BEARER_UNKNOWN, 0, NULL);
		return false;
	}
	if ((c->exchange.caller.rights & c->route->rights) == 0) {
		struct hyk_buf rights;
		struct hyk_str args[2];

		hyk_buf_init(&rights, 256);
		hyk_rights_write(&rights, c->route->rights);
		args[0] = hyk_str_from_c(c->exchange.caller.name);
		args[1] = hyk_buf_peek(&rights);
		c->challenge = "Bearer realm=\"hyangyak\", error=\"insufficient_scope\"";
		hyk_answer_error(c, 403, HYK_D_RIGHT_MISSING, 2, args);
		hyk_buf_fini(&rights);
		return false;
	}
	return true;
}

static void
refuse_size(struct hyk_call *c)
{
	struct hyk_buf limit;
	struct hyk_str arg;

	hyk_buf_init(&limit, 32);
	hyk_buf_append_i64(&limit, (int64_t)c->site->max_body_bytes);
	arg = hyk_buf_peek(&limit);
	hyk_answer_error(c, 413, HYK_D_BODY_TOO_LARGE, 1, &arg);
	hyk_buf_fini(&limit);
}

static void
check_content(struct hyk_call *c)
{
	int status = c->route->form == HYK_ERROR_AUTHZEN ? 400 : 415;
	struct hyk_str charset = { NULL, 0 };

	if (c->head.content_encoding.n > 0 &&
	    !hyk_header_is(c->head.content_encoding, "identity")) {
		hyk_answer_error(c, status, HYK_D_CONTENT_ENCODING, 0, NULL);
		return;
	}
	switch (hyk_negotiate_content(c->head.content_type, &charset)) {
	case HYK_CONTENT_JSON:
		return;
	case HYK_CONTENT_OTHER:
		hyk_answer_error(c, status, HYK_D_CONTENT_TYPE, 0, NULL);
		return;
	case HYK_CONTENT_CHARSET:
		hyk_answer_error(c, status, HYK_D_CHARSET, 1, &charset);
		return;
	}
}

/* Of an absolute form ("http://host/path", RFC 9112 3.2.2) the path: which host is meant the proxy before us knows. */
static struct hyk_str
path_of(struct hyk_str target)
{
	static const char *const schemes[] = { "http://", "https://" };

	for (size_t i = 0; i < HYK_ARRAY_LEN(schemes); i++) {
		size_t n = strlen(schemes[i]), at = n;

		if (target.n <= n || !hyk_header_is(hyk_str_make(target.p, n), schemes[i]))
			continue;
		while (at < target.n && target.p[at] != '/')
			at++;
		if (at == n || memchr(target.p + n, '@', at - n) != NULL)
			return target;
		return at < target.n ? hyk_str_make(target.p + at, target.n - at) : HYK_STR("/");
	}
	return target;
}

void
hyk_call_begin(struct hyk_call *c)
{
	enum hyk_method method = hyk_method_parse(c->head.method);
	unsigned allowed;

	c->lang = hyk_negotiate_language(c->head.accept_language);
	c->head.path = path_of(c->head.path);
	c->unclear = c->head.malformed || !has_clear_length(c);
	/* The library takes a lone LF between chunks: whoever reads them otherwise finds no second request behind them. */
	c->last = c->unclear || c->head.too_large || c->head.transfer_encoding.n > 0;
	c->route = hyk_route_find(c->head.path, method, &c->id, &allowed);
	if (c->head.malformed) {
		hyk_answer_error(c, 400, HYK_D_HEAD_MALFORMED, 0, NULL);
	} else if (c->head.too_large) {
		hyk_answer_error(c, 431, HYK_D_HEAD_TOO_LARGE, 0, NULL);
	} else if (c->head.needs_host && c->head.n_hosts != 1) {
		hyk_answer_error(c, 400, HYK_D_HOST_UNCLEAR, 0, NULL);
	} else if (c->route == NULL && allowed == 0) {
		hyk_answer_error(c, 404, HYK_D_NO_ROUTE, 1, &c->head.path);
	} else if (c->route == NULL) {
		struct hyk_str name = hyk_str_from_c(c->head.method);

		c->allow = hyk_method_list(allowed);
		hyk_answer_error(c, 405, HYK_D_METHOD_NOT_ALLOWED, 1, &name);
	} else if (c->unclear) {
		hyk_answer_error(c, 400, HYK_D_BODY_LENGTH, 0, NULL);
	} else if (c->head.two_credentials) {
		/* whose rights hold is not guessed */
		hyk_answer_error(c, 400, HYK_D_TOKEN_TWICE, 0, NULL);
	} else if (!is_authorized(c)) {
		return;
	} else if (hyk_call_declared_bytes(c) > c->site->max_body_bytes) {
		refuse_size(c);
	} else if (c->route->method == HYK_METHOD_POST) {
		check_content(c);
	}
}

void
hyk_call_append(struct hyk_call *c, const char *p, size_t n)
{
	if (c->status != 0)
		return;
	if (n > c->site->max_body_bytes - c->body.n) {
		refuse_size(c);
		return;
	}
	hyk_buf_append(&c->body, hyk_str_make(p, n));
	if (c->body.failed) {
		c->retry_after_s = 1;
		hyk_answer_error(c, 503, HYK_D_ANSWER_LOST, 0, NULL);
	}
}

/* ---- after the body ---- */

/* A value of the query without its escapes. */
static bool
read_query(struct hyk_call *c, struct hyk_str sent, size_t slot, struct hyk_str *ret_value)
{
	size_t n = hyk_negotiate_unescape(sent, c->query[slot], sizeof(c->query[slot]));

	*ret_value = hyk_str_make(c->query[slot], n == SIZE_MAX ? 0 : n);
	return n != SIZE_MAX;
}

bool
hyk_call_run(struct hyk_call *c, struct hyk_worker *worker)
{
	if (c->status != 0)
		return true;
	if (c->route->answer != NULL) {
		c->route->answer(c);
		return true;
	}
	c->exchange.op = c->route->op;
	c->exchange.body = hyk_buf_peek(&c->body);
	c->exchange.id = c->id;
	c->exchange.key = c->head.idempotency_key;
	if (!read_query(c, c->head.after, 0, &c->exchange.after) ||
	    !read_query(c, c->head.person, 1, &c->exchange.person) ||
	    !read_query(c, c->head.type, 2, &c->exchange.type) ||
	    !read_query(c, c->head.entry, 3, &c->exchange.entry) ||
	    c->exchange.key.n > 255) {
		hyk_answer_error(c, 400, HYK_D_QUERY_FORM, 0, NULL);
		return true;
	}
	c->started = true;
	if (!hyk_worker_start(worker, &c->exchange))
		return false;
	hyk_call_finish(c);
	return true;
}

void
hyk_call_finish(struct hyk_call *c)
{
	struct hyk_exchange *x = &c->exchange;

	if (x->status != 200 && x->status != 201) {
		hyk_answer_problem(c, &x->problem);
		if (c->status == 503 && c->retry_after_s == 0)
			c->retry_after_s = 1;
		return;
	}
	if (x->answer.failed) {
		c->retry_after_s = 1;
		hyk_answer_error(c, 503, HYK_D_ANSWER_LOST, 0, NULL);
		return;
	}
	c->status = x->status;
	c->content_type = "application/json";
	c->answer = hyk_buf_peek(&x->answer);
}

void
hyk_call_write_raw(const struct hyk_call *c, struct hyk_buf *b)
{
	hyk_buf_printf(b,
	    "HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Type: %s\r\nContent-Length: %zu\r\n",
	    c->status, hyk_status_title(c->status, HYK_LANG_EN), c->content_type, c->answer.n);
	if (c->retry_after_s > 0)
		hyk_buf_printf(b, "Retry-After: %u\r\n", c->retry_after_s);
	if (hyk_negotiate_is_request_id(c->head.request_id))
		hyk_buf_printf(b, "X-Request-ID: %.*s\r\n", HYK_STR_ARG(c->head.request_id));
	hyk_buf_append_c(b, "Cache-Control: no-store\r\n\r\n");
	hyk_buf_append(b, c->answer);
}

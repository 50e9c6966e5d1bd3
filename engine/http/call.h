/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http/call.h - one request and its answer, without the HTTP library.
 *
 * The loop fills `head`, lets hyk_call_begin() decide, hands in the body, lets
 * hyk_call_run() answer, and sends what the reply says. Everything that can be
 * refused before the body is refused by begin.
 *
 * Lifetime:  init -> (begin -> run -> finish -> reset)* -> fini. `head` borrows from the library's
 * memory, which lives until the request is over. Threads:   owning worker only. Errors:    every
 * failure becomes a reply.
 */
#ifndef HYK_HTTP_CALL_H
#define HYK_HTTP_CALL_H

#include "http/metrics.h"

/* What all workers of a server share; immutable while it serves, but for the counters. */
struct hyk_site {
	struct hyk_engine *engine;
	struct hyk_str public_url;
	size_t max_body_bytes;
	struct hyk_metrics *metrics; /* one a worker */
	size_t n_workers;
	atomic_uint_fast64_t refused;
	atomic_bool stopping;
};

#define HYK_HEAD_BYTES ((size_t)8 << 10) /* of the first line and all headers */

struct hyk_head {
	const char *method;
	struct hyk_str path; /* as sent, without the query; of "http://host/path" the path */
	struct hyk_str content_type, content_encoding, content_length, transfer_encoding;
	struct hyk_str authorization, accept_language, request_id, traceparent, expect;
	struct hyk_str idempotency_key;
	struct hyk_str after, person, type, entry; /* of the query, as sent; entry: its `id` */
	bool too_large;       /* longer than HYK_HEAD_BYTES */
	bool twice;           /* a header that says what the body is was sent twice */
	bool two_credentials; /* so was Authorization */
	bool malformed;       /* the head can be read in more than one way */
	bool needs_host;
	unsigned n_hosts;
};

struct hyk_call {
	const struct hyk_site *site;
	struct hyk_head head;
	const struct hyk_route *route; /* NULL: none */
	struct hyk_str id;
	enum hyk_lang lang;
	struct hyk_buf body;
	/* the reply, once status is not 0 */
	int status;
	struct hyk_str answer; /* in `text`, or in exchange.answer */
	const char *content_type;
	const char *allow;     /* NULL: no header */
	const char *challenge; /* of WWW-Authenticate */
	unsigned retry_after_s;
	bool is_error;
	bool
	    unclear; /* where the body ends: it is not read, and the connection is not used again */
	struct hyk_buf text;
	char query[4][328]; /* `after`, `person`, `type`, `id`, decoded */
	struct hyk_exchange exchange;
	bool last;    /* no request after this one is read from the connection */
	bool started; /* the exchange holds memory of the engine */
};

void hyk_call_init(struct hyk_call *c, const struct hyk_site *site);
void hyk_call_fini(struct hyk_call *c);
/* Ready for the next request; keeps the memory of small bodies. */
void hyk_call_reset(struct hyk_call *c);

/* Judges the head. A reply may be ready afterwards (status not 0): then the body need not be read.
 */
void hyk_call_begin(struct hyk_call *c);
/* The declared length of the body; 0 when there is none or it comes in chunks. */
uint64_t hyk_call_declared_bytes(const struct hyk_call *c);
/* Adds to the body. A body over the limit makes the 413 reply; what comes after it is dropped. */
void hyk_call_append(struct hyk_call *c, const char *p, size_t n);
/* Answers. False: the exchange waits for its record; call finish when the worker says it is done.
 */
bool hyk_call_run(struct hyk_call *c, struct hyk_worker *worker) HYK_MUST_CHECK;
void hyk_call_finish(struct hyk_call *c);

/* The reply as bytes of HTTP/1.1 that close the connection, for where the library cannot answer. */
void hyk_call_write_raw(const struct hyk_call *c, struct hyk_buf *b);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http/server.h - the HTTP API over libmicrohttpd: a daemon and a loop of our own per worker
 * thread.
 *
 * Lifetime:  open (listens) -> run (returns after stop) -> close.
 * Threads:   open, run, close: one thread; stop: any thread, and safe in a signal handler's thread.
 * Errors:    8xx messages: port in use, no rights for the address.
 */
#ifndef HYK_HTTP_SERVER_H
#define HYK_HTTP_SERVER_H

#include "runtime/engine.h"

struct hyk_server;

struct hyk_server_options {
	const char *listen;       /* "127.0.0.1:8420", "[::1]:8420"; port 0 takes a free one */
	int listen_fd;            /* a socket that hyk_listen_open made, handed over; 0: made from `listen` */
	const char *public_url;   /* for discovery; NULL: http:// and the listen address */
	unsigned workers;         /* 0: one a core */
	size_t max_body_bytes;    /* 0: 1 MiB */
	unsigned max_batch;       /* 0: 100; evaluations in a batch (the engine enforces it too) */
	unsigned max_connections; /* 0: 2,000 */
	unsigned idle_timeout_s;  /* 0: 60 */
	unsigned request_timeout_s; /* 0: 20; to send one request whole */
	bool no_pin;
};

enum hyk_status hyk_server_open(struct hyk_engine *engine, const struct hyk_server_options *o,
    struct hyk_server **ret_server, struct hyk_diags *diags) HYK_MUST_CHECK;
/* "127.0.0.1:8420" as bound. */
const char *hyk_server_address(const struct hyk_server *s);
/* Serves until stop; every suspended connection is answered first. */
enum hyk_status hyk_server_run(struct hyk_server *s) HYK_MUST_CHECK;
void hyk_server_stop(struct hyk_server *s);
void hyk_server_close(struct hyk_server *s);
/* Every limit with its default, one a line, for `serve --limits`. */
void hyk_server_write_limits(struct hyk_buf *b, const struct hyk_server_options *o);

#endif

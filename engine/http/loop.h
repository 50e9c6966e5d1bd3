/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http/loop.h - one worker thread: a libmicrohttpd daemon in external epoll mode and the loop that
 * drives it.
 *
 * The loop waits on the daemon's epoll descriptor and on an eventfd that the
 * ledger's thread writes once a batch. A request that waits for its record is
 * a suspended connection; it is resumed here, in its own thread, never there.
 *
 * Lifetime:  open -> run (in the worker's thread, returns after stop) -> close.
 * Ownership: a socket belongs to the loop from give on, also when give fails.
 * Threads:   give, stop: any thread; open, close: one thread, while run is not running.
 * Errors:    HYK_E_NOMEM, HYK_E_IO with an 86x message, or what the engine's worker says.
 */
#ifndef HYK_HTTP_LOOP_H
#define HYK_HTTP_LOOP_H

#include "http/call.h"

struct hyk_loop;

struct hyk_loop_options {
	int cpu; /* -1: not pinned */
	unsigned max_connections;
	unsigned idle_timeout_s, request_timeout_s;
};

enum hyk_status hyk_loop_open(const struct hyk_site *site, struct hyk_metrics *metrics,
    const struct hyk_loop_options *o, struct hyk_loop **ret_loop,
    struct hyk_diags *diags) HYK_MUST_CHECK;
void hyk_loop_run(struct hyk_loop *l);
/* Takes a connected socket. */
void hyk_loop_give(struct hyk_loop *l, int fd);
/* Open connections, with those given and not yet taken up. */
unsigned hyk_loop_connections(const struct hyk_loop *l);
/* The site's `stopping` is set first. */
void hyk_loop_stop(struct hyk_loop *l);
void hyk_loop_close(struct hyk_loop *l);

#endif

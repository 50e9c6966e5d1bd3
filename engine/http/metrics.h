/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http/metrics.h - what the server counts, one block a worker so that workers share no cache line.
 *
 * Threads:   add: owning worker only; write: any thread (a moment's values, not one instant's).
 */
#ifndef HYK_HTTP_METRICS_H
#define HYK_HTTP_METRICS_H

#include <stdatomic.h>

#include "http/route.h"

struct hyk_metrics {
	_Alignas(64) atomic_uint_fast64_t
	    requests[HYK_N_ROUTES + 1][5]; /* last row: no route; by status class */
	atomic_uint_fast64_t accepted, timed_out, broken;
	atomic_int_fast64_t connections, waiting; /* now; waiting: for their commit */
};

/* One writer a block: a plain add that others may read. */
static inline void
hyk_metrics_add(atomic_uint_fast64_t *counter)
{
	atomic_store_explicit(
	    counter, atomic_load_explicit(counter, memory_order_relaxed) + 1, memory_order_relaxed);
}

static inline void
hyk_metrics_move(atomic_int_fast64_t *gauge, int by)
{
	atomic_store_explicit(
	    gauge, atomic_load_explicit(gauge, memory_order_relaxed) + by, memory_order_relaxed);
}

/* `route` NULL: none. */
void hyk_metrics_count(struct hyk_metrics *m, const struct hyk_route *route, int status);
/* The sums of n blocks in Prometheus text form; `refused` are connections turned away at the door.
 */
void hyk_metrics_write(
    struct hyk_buf *b, const struct hyk_metrics *blocks, size_t n, uint64_t refused);

#endif

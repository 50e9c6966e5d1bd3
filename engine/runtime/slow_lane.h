/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/slow_lane.h - a queue with a thread of its own, for questions that would hold others up.
 *
 * A plugin most of whose calls use most of their budget is slow
 * (sandbox/standing.h). A worker that asked it would let everybody behind it
 * wait for milliseconds; so such questions are handed over here, wait for each
 * other, and come back to their worker as they come back from the ledger.
 *
 * Lifetime:  new -> push* -> close. Ownership: the exchanges stay their workers'.
 * Limits:    `room` exchanges wait; the next is refused.
 * Threads:   push and the counts: any; `decide` and `end` run on the lane's thread, which the first
 *            push starts.
 * Errors:    push: false when there is no room, or no thread.
 */
#ifndef HYK_RUNTIME_SLOW_LANE_H
#define HYK_RUNTIME_SLOW_LANE_H

#include "base/defs.h"

struct hyk_exchange;
struct hyk_slow_lane;

struct hyk_slow_lane_owner {
	void *self;
	void (*decide)(void *self, struct hyk_exchange *x); /* one at a time; gives x back itself */
	void (*end)(void *self); /* once, last, when decide was ever called */
};

/* NULL: no memory. */
struct hyk_slow_lane *hyk_slow_lane_new(
    size_t room, const struct hyk_slow_lane_owner *owner) HYK_MUST_CHECK;
bool hyk_slow_lane_push(struct hyk_slow_lane *l, struct hyk_exchange *x) HYK_MUST_CHECK;
/* Finishes what waits. Of NULL: nothing. */
void hyk_slow_lane_close(struct hyk_slow_lane *l);

struct hyk_slow_lane_stats {
	uint64_t decided, refused;
	size_t waiting;
};
struct hyk_slow_lane_stats hyk_slow_lane_stats(struct hyk_slow_lane *l);

#endif

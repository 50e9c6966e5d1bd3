/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/clock.h - the only way to the time of day; runtime/ and tests make one.
 *
 * Units:   wall time in seconds since 1970-01-01T00:00Z plus nanoseconds.
 * Threads: any thread.
 */
#ifndef HYK_BASE_CLOCK_H
#define HYK_BASE_CLOCK_H

#include "base/defs.h"

struct hyk_time {
	int64_t s;
	int32_t ns; /* 0 to 999,999,999 */
};

struct hyk_clock {
	void *self;
	struct hyk_time (*now)(void *self);
};

/* The system's wall clock. */
struct hyk_clock hyk_clock_system(void);
/* A clock that stands still at *t, which the test moves; borrows t. */
struct hyk_clock hyk_clock_fixed(struct hyk_time *t);
struct hyk_time hyk_clock_now(struct hyk_clock c);
/* Nanoseconds that never go back, for measuring spans; not a time of day. */
uint64_t hyk_clock_monotonic_ns(void);

#endif

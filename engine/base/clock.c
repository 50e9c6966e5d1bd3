/* SPDX-License-Identifier: Apache-2.0 */
/* base/clock.c - the system's clocks behind one door. */
#include "base/clock.h"

#include <time.h>

static struct hyk_time
system_now(void *self)
{
	struct timespec ts;

	(void)self;
	/* Cannot fail for a clock that exists and a pointer that is good. */
	HYK_ASSERT(clock_gettime(CLOCK_REALTIME, &ts) == 0);
	return (struct hyk_time){ ts.tv_sec, (int32_t)ts.tv_nsec };
}

struct hyk_clock
hyk_clock_system(void)
{
	return (struct hyk_clock){ NULL, system_now };
}

static struct hyk_time
fixed_now(void *self)
{
	return *(const struct hyk_time *)self;
}

struct hyk_clock
hyk_clock_fixed(struct hyk_time *t)
{
	return (struct hyk_clock){ t, fixed_now };
}

struct hyk_time
hyk_clock_now(struct hyk_clock c)
{
	return c.now(c.self);
}

uint64_t
hyk_clock_monotonic_ns(void)
{
	struct timespec ts;

	HYK_ASSERT(clock_gettime(CLOCK_MONOTONIC, &ts) == 0);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* base/alloc.c - the fault hook behind hyk_malloc. */
#include "base/alloc.h"

atomic_bool hyk_alloc_hooked;

static atomic_long left;
static atomic_bool sticky, refused;

bool
hyk_alloc_denied(void)
{
	/* Counts down through zero: exactly one thread sees zero. */
	long was = atomic_fetch_sub_explicit(&left, 1, memory_order_relaxed);
	bool deny = was == 0 || (was < 0 && atomic_load_explicit(&sticky, memory_order_relaxed));

	if (deny)
		atomic_store_explicit(&refused, true, memory_order_relaxed);
	return deny;
}

static void
set(long n, bool stay)
{
	atomic_store(&hyk_alloc_hooked, false);
	atomic_store(&left, n);
	atomic_store(&sticky, stay);
	atomic_store(&refused, false);
	atomic_store(&hyk_alloc_hooked, n >= 0);
}

void
hyk_alloc_fail_after(long n)
{
	set(n, false);
}

void
hyk_alloc_fail_from(long n)
{
	set(n, true);
}

bool
hyk_alloc_failed(void)
{
	return atomic_load(&refused);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/alloc.h - the heap, with a hook that lets tests make the n-th allocation fail.
 *
 * Everything of ours on the heap comes from here; the memory is malloc's, so
 * free() also releases it.
 *
 * Threads:   any thread. The counter is shared by all of them.
 * Errors:    NULL.
 */
#ifndef HYK_BASE_ALLOC_H
#define HYK_BASE_ALLOC_H

#include "base/defs.h"

#include <stdatomic.h>
#include <stdlib.h>

/* For the functions below only. */
extern atomic_bool hyk_alloc_hooked;
bool hyk_alloc_denied(void);

static inline void *
hyk_malloc(size_t n)
{
	if (atomic_load_explicit(&hyk_alloc_hooked, memory_order_relaxed) && hyk_alloc_denied())
		return NULL;
	return malloc(n ? n : 1);
}

static inline void *
hyk_realloc(void *p, size_t n)
{
	if (atomic_load_explicit(&hyk_alloc_hooked, memory_order_relaxed) && hyk_alloc_denied())
		return NULL;
	return realloc(p, n ? n : 1);
}

static inline void
hyk_free(void *p)
{
	free(p);
}

/*
 * For fault sweeps: n allocations from now on succeed and the next one fails,
 * once; later ones succeed again. n < 0 turns the hook off (the default).
 *
 *	for (long n = 0; ; n++) {
 *		hyk_alloc_fail_after(n);
 *		try_it();
 *		if (!hyk_alloc_failed()) break;
 *	}
 *	hyk_alloc_fail_after(-1);
 */
void hyk_alloc_fail_after(long n);
/* The same, but every allocation from that one on fails. */
void hyk_alloc_fail_from(long n);
/* Has the hook refused anything since it was last set? */
bool hyk_alloc_failed(void);

#endif

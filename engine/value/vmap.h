/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value/vmap.h - the index of a map value, for those in this folder who build entries themselves.
 * Lifetime: the arena. Threads: one at a time.
 */
#ifndef HYK_VALUE_VMAP_H
#define HYK_VALUE_VMAP_H

#include "value/value.h"

/* Up to this many entries a map is searched from one end to the other, and has no index. */
#define HYK_VMAP_SMALL 8u

/*
 * Gives m, whose entries are set, its index. *ret_first and *ret_dup are the first pair of
 * entries with equal keys (the smallest *ret_dup), or UINT32_MAX both. False: no memory.
 */
bool hyk_vmap_build(struct hyk_arena *a, struct hyk_vmap *m, uint32_t *ret_first, uint32_t *ret_dup) HYK_MUST_CHECK;

#endif

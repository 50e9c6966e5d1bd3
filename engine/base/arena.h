/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/arena.h - bump allocator for objects that die together.
 *
 * Lifetime:  init -> (alloc, defer, mark, rewind)* -> fini. Nothing obtained
 *            from an arena survives a rewind past it, or fini.
 * Ownership: the arena owns every byte it returns; callers never free them.
 * Limits:    `cap` is the most bytes the arena may hold (0: no limit). Going
 *            over makes the allocation return NULL and sets `overflowed`,
 *            which stays set until the arena is rewound to empty or finished.
 * Threads:   one thread at a time; not locked.
 * Errors:    NULL; never logs, never aborts.
 *
 * Under ASan a gap after each object and everything rewound is poisoned.
 */
#ifndef HYK_BASE_ARENA_H
#define HYK_BASE_ARENA_H

#include "base/defs.h"
#include "base/status.h"
#include "base/str.h"

struct hyk_arena_chunk;
struct hyk_arena_defer;

struct hyk_arena {
	struct hyk_arena_chunk *chunk; /* the newest */
	struct hyk_arena_chunk *spare; /* one that a rewind emptied, for the next need */
	char *at, *end;
	size_t used, cap; /* bytes of objects, each rounded up to 16 */
	struct hyk_arena_defer *defers;
	bool overflowed;
};

struct hyk_arena_mark {
	struct hyk_arena_chunk *chunk;
	char *at;
	size_t used;
	struct hyk_arena_defer *defers;
};

void hyk_arena_init(struct hyk_arena *a, size_t cap_bytes);
/* Frees everything; the arena may be used again as after init with the same cap. */
void hyk_arena_fini(struct hyk_arena *a);

/* Zeroed, aligned for any object. NULL: no memory, or over `cap`. size 0 gives a valid pointer. */
void *hyk_arena_alloc(struct hyk_arena *a, size_t size) HYK_MUST_CHECK;
/* n objects of `size` bytes; NULL also when n * size overflows. */
void *hyk_arena_array(struct hyk_arena *a, size_t n, size_t size) HYK_MUST_CHECK;
/* A copy of s followed by a NUL that is not counted; p is NULL on failure. */
struct hyk_str hyk_arena_dup(struct hyk_arena *a, struct hyk_str s) HYK_MUST_CHECK;
/* printf into the arena; p is NULL on failure. */
struct hyk_str hyk_arena_printf(struct hyk_arena *a, const char *fmt, ...) HYK_PRINTF(2, 3) HYK_MUST_CHECK;

/* Run fn(arg) when the arena is rewound past this point, or finished; newest first. */
enum hyk_status hyk_arena_defer(struct hyk_arena *a, void (*fn)(void *), void *arg) HYK_MUST_CHECK;

struct hyk_arena_mark hyk_arena_mark(const struct hyk_arena *a);
/* Keeps the first chunk and the largest freed one, so a worker's arena stops calling malloc once warm. */
void hyk_arena_rewind(struct hyk_arena *a, struct hyk_arena_mark m);

/*
 * Doubles a growing array held in the arena: returns an array of at least
 * *cap + 1 objects with the first n copied, and updates *cap. NULL on failure.
 */
void *hyk_arena_grow(struct hyk_arena *a, void *old, size_t n, size_t *cap, size_t size) HYK_MUST_CHECK;

#endif

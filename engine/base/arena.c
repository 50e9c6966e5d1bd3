/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/arena.c - chunks, newest first; an object is a step of `at` within the newest.
 *
 * `used` counts the rounded sizes of objects and nothing else, so that the
 * same limit is reached at the same object with and without ASan.
 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/alloc.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HYK_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define HYK_ASAN 1
#endif

#ifdef HYK_ASAN
#include <sanitizer/asan_interface.h>
#define GAP ((size_t)16)
#define POISON(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define GAP ((size_t)0)
#define POISON(p, n) ((void)0)
#define UNPOISON(p, n) ((void)0)
#endif

#define ALIGN ((size_t)16)
#define FIRST_CHUNK ((size_t)8 << 10)
#define LARGEST_CHUNK ((size_t)1 << 20)
#define LARGEST_OBJECT ((size_t)1 << 40) /* a size gone wrong, not a wish */

struct hyk_arena_chunk {
	struct hyk_arena_chunk *prev;
	size_t room;
	_Alignas(16) char bytes[];
};

struct hyk_arena_defer {
	void (*fn)(void *);
	void *arg;
	struct hyk_arena_defer *next;
};

void
hyk_arena_init(struct hyk_arena *a, size_t cap_bytes)
{
	*a = (struct hyk_arena){ .cap = cap_bytes };
}

static void
chunk_free(struct hyk_arena_chunk *c)
{
	if (c)
		UNPOISON(c->bytes, c->room);
	hyk_free(c);
}

/* Makes a chunk with at least `need` bytes the newest one. */
static bool
chunk_add(struct hyk_arena *a, size_t need)
{
	struct hyk_arena_chunk *c = a->spare;

	if (c && c->room >= need) {
		a->spare = NULL;
	} else {
		size_t room = a->chunk ? a->chunk->room * 2 : FIRST_CHUNK;

		if (room > LARGEST_CHUNK)
			room = LARGEST_CHUNK;
		if (room < need)
			room = need;
		c = hyk_malloc(sizeof(*c) + room);
		if (!c)
			return false;
		c->room = room;
		POISON(c->bytes, c->room);
	}
	c->prev = a->chunk;
	a->chunk = c;
	a->at = c->bytes;
	a->end = c->bytes + c->room;
	return true;
}

void *
hyk_arena_alloc(struct hyk_arena *a, size_t size)
{
	size_t step = size && size <= LARGEST_OBJECT ? (size + ALIGN - 1) & ~(ALIGN - 1) : ALIGN;
	char *p;

	if (a->cap && (size > LARGEST_OBJECT || step > a->cap - a->used)) {
		a->overflowed = true;
		return NULL;
	}
	if (size > LARGEST_OBJECT)
		return NULL;
	if (step + GAP > (size_t)(a->end - a->at) && !chunk_add(a, step + GAP))
		return NULL;
	p = a->at;
	a->at += step + GAP;
	a->used += step;
	UNPOISON(p, size ? size : 1);
	return memset(p, 0, size);
}

void *
hyk_arena_array(struct hyk_arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes)) {
		if (a->cap)
			a->overflowed = true;
		return NULL;
	}
	return hyk_arena_alloc(a, bytes);
}

struct hyk_str
hyk_arena_dup(struct hyk_arena *a, struct hyk_str s)
{
	char *p = s.n < SIZE_MAX ? hyk_arena_alloc(a, s.n + 1) : NULL;

	if (!p)
		return (struct hyk_str){ NULL, 0 };
	if (s.n)
		memcpy(p, s.p, s.n);
	return hyk_str_make(p, s.n);
}

struct hyk_str
hyk_arena_printf(struct hyk_arena *a, const char *fmt, ...)
{
	struct hyk_str none = { NULL, 0 };
	va_list ap;
	int n;
	char *p;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return none;
	p = hyk_arena_alloc(a, (size_t)n + 1);
	if (!p)
		return none;
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return hyk_str_make(p, (size_t)n);
}

enum hyk_status
hyk_arena_defer(struct hyk_arena *a, void (*fn)(void *), void *arg)
{
	struct hyk_arena_defer *d = hyk_arena_alloc(a, sizeof(*d));

	if (!d)
		return a->overflowed ? HYK_E_LIMIT : HYK_E_NOMEM;
	*d = (struct hyk_arena_defer){ fn, arg, a->defers };
	a->defers = d;
	return HYK_OK;
}

struct hyk_arena_mark
hyk_arena_mark(const struct hyk_arena *a)
{
	return (struct hyk_arena_mark){ a->chunk, a->at, a->used, a->defers };
}

void
hyk_arena_rewind(struct hyk_arena *a, struct hyk_arena_mark m)
{
	/* A deferred call may read its arena, so it comes before the memory goes. */
	while (a->defers != m.defers) {
		struct hyk_arena_defer *d = a->defers;

		a->defers = d->next;
		d->fn(d->arg);
	}
	while (a->chunk != m.chunk) {
		struct hyk_arena_chunk *c = a->chunk;

		a->chunk = c->prev;
		POISON(c->bytes, c->room);
		if (!a->spare || a->spare->room < c->room) {
			struct hyk_arena_chunk *old = a->spare;

			a->spare = c;
			c = old;
		}
		chunk_free(c);
	}
	a->at = m.at;
	a->end = a->chunk ? a->chunk->bytes + a->chunk->room : NULL;
	if (a->chunk)
		POISON(a->at, (size_t)(a->end - a->at));
	a->used = m.used;
	if (!a->used)
		a->overflowed = false;
}

void
hyk_arena_fini(struct hyk_arena *a)
{
	hyk_arena_rewind(a, (struct hyk_arena_mark){ NULL, NULL, 0, NULL });
	chunk_free(a->spare);
	a->spare = NULL;
}

void *
hyk_arena_grow(struct hyk_arena *a, void *old, size_t n, size_t *cap, size_t size)
{
	size_t want = *cap < 4 ? 8 : *cap * 2;
	void *p;

	if (want <= *cap)
		return NULL;
	p = hyk_arena_array(a, want, size);
	if (!p)
		return NULL;
	if (n)
		memcpy(p, old, n * size);
	*cap = want;
	return p;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/buf.h - a growing run of bytes on the heap.
 *
 * Lifetime:  init -> append* -> fini, or steal.
 * Limits:    `cap_bytes` (0: none). Past it, or without memory, `failed` is set
 *            and every later append does nothing: check it once at the end.
 * Threads:   one thread at a time.
 */
#ifndef HYK_BASE_BUF_H
#define HYK_BASE_BUF_H

#include "base/defs.h"
#include "base/str.h"

#include <stdarg.h>

struct hyk_buf {
	char *p;
	size_t n, room, cap;
	bool failed;
};

void hyk_buf_init(struct hyk_buf *b, size_t cap_bytes);
void hyk_buf_fini(struct hyk_buf *b);
/* Empties it and clears `failed`; keeps the memory. */
void hyk_buf_reset(struct hyk_buf *b);
void hyk_buf_append(struct hyk_buf *b, struct hyk_str s);
void hyk_buf_append_c(struct hyk_buf *b, const char *z);
void hyk_buf_append_i64(struct hyk_buf *b, int64_t i);
void hyk_buf_printf(struct hyk_buf *b, const char *fmt, ...) HYK_PRINTF(2, 3);
void hyk_buf_vprintf(struct hyk_buf *b, const char *fmt, va_list ap) HYK_PRINTF(2, 0);
/* hyk_buf_reserve() when there is no room yet. */
char *hyk_buf_grow(struct hyk_buf *b, size_t n) HYK_MUST_CHECK;
/* Makes room for `n` more bytes and returns where they go, or NULL; then hyk_buf_commit(). */
static inline char *hyk_buf_reserve(struct hyk_buf *b, size_t n) HYK_MUST_CHECK;
void hyk_buf_commit(struct hyk_buf *b, size_t n);
/* The bytes so far; valid until the next append. */
struct hyk_str hyk_buf_peek(const struct hyk_buf *b);
/* A malloc'd copy-free hand-over, NUL-terminated; the caller frees it. NULL when failed. */
char *hyk_buf_steal(struct hyk_buf *b, size_t *ret_n) HYK_MUST_CHECK;

static inline char *
hyk_buf_reserve(struct hyk_buf *b, size_t n)
{
	if (!b->failed && n < b->room - b->n && (!b->cap || n <= b->cap - b->n))
		return b->p + b->n;
	return hyk_buf_grow(b, n);
}

static inline void
hyk_buf_append_char(struct hyk_buf *b, char c)
{
	char *p = hyk_buf_reserve(b, 1);

	if (!p)
		return;
	*p = c;
	b->n++;
}

#endif

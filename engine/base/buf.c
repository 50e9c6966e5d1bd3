/* SPDX-License-Identifier: Apache-2.0 */
/* base/buf.c - appending; one byte more than `n` is always kept for the NUL of a hand-over. */
#include "base/buf.h"

#include <stdio.h>

#include "base/alloc.h"

#define FIRST_ROOM ((size_t)256)

void
hyk_buf_init(struct hyk_buf *b, size_t cap_bytes)
{
	*b = (struct hyk_buf){ .cap = cap_bytes };
}

void
hyk_buf_fini(struct hyk_buf *b)
{
	hyk_free(b->p);
	*b = (struct hyk_buf){ .cap = b->cap };
}

void
hyk_buf_reset(struct hyk_buf *b)
{
	b->n = 0;
	b->failed = false;
}

char *
hyk_buf_grow(struct hyk_buf *b, size_t n)
{
	size_t room;
	char *p;

	if (b->failed)
		return NULL;
	if (n > SIZE_MAX / 2 - b->n - 1 || (b->cap && n > b->cap - b->n)) {
		b->failed = true;
		return NULL;
	}
	room = b->room ? b->room * 2 : FIRST_ROOM;
	if (room < b->n + n + 1)
		room = b->n + n + 1;
	p = hyk_realloc(b->p, room);
	if (!p) {
		b->failed = true;
		return NULL;
	}
	b->p = p;
	b->room = room;
	return b->p + b->n;
}

void
hyk_buf_commit(struct hyk_buf *b, size_t n)
{
	if (b->failed)
		return;
	HYK_ASSERT(n < b->room - b->n);
	b->n += n;
}

void
hyk_buf_append(struct hyk_buf *b, struct hyk_str s)
{
	char *p = hyk_buf_reserve(b, s.n);

	if (!p || !s.n)
		return;
	memcpy(p, s.p, s.n);
	b->n += s.n;
}

void
hyk_buf_append_c(struct hyk_buf *b, const char *z)
{
	hyk_buf_append(b, hyk_str_from_c(z));
}

void
hyk_buf_append_i64(struct hyk_buf *b, int64_t i)
{
	char text[20], *p = text + sizeof(text);
	uint64_t u = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;

	do
		*--p = (char)('0' + u % 10);
	while (u /= 10);
	if (i < 0)
		*--p = '-';
	hyk_buf_append(b, hyk_str_make(p, (size_t)(text + sizeof(text) - p)));
}

void
hyk_buf_vprintf(struct hyk_buf *b, const char *fmt, va_list ap)
{
	char small[256], *p;
	va_list again;
	int n;

	if (b->failed)
		return;
	va_copy(again, ap);
	n = vsnprintf(small, sizeof(small), fmt, again);
	va_end(again);
	if (n < 0) {
		b->failed = true;
		return;
	}
	if ((size_t)n < sizeof(small)) {
		hyk_buf_append(b, hyk_str_make(small, (size_t)n));
		return;
	}
	p = hyk_buf_reserve(b, (size_t)n);
	if (!p)
		return;
	va_copy(again, ap);
	vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	b->n += (size_t)n;
}

void
hyk_buf_printf(struct hyk_buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	hyk_buf_vprintf(b, fmt, ap);
	va_end(ap);
}

struct hyk_str
hyk_buf_peek(const struct hyk_buf *b)
{
	return hyk_str_make(b->p, b->n);
}

char *
hyk_buf_steal(struct hyk_buf *b, size_t *ret_n)
{
	char *p = hyk_buf_reserve(b, 0);

	if (!p)
		return NULL;
	*p = '\0';
	p = b->p;
	if (ret_n)
		*ret_n = b->n;
	*b = (struct hyk_buf){ .cap = b->cap };
	return p;
}

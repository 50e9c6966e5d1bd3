/* SPDX-License-Identifier: Apache-2.0 */
/* base/source.c - from an offset in a part to a line and a column in the file. */
#include "base/source.h"

#include "base/utf8.h"

struct hyk_source *
hyk_source_new(struct hyk_arena *a, struct hyk_str name, struct hyk_str text)
{
	struct hyk_source *src;

	if (text.n > HYK_SOURCE_MAX_BYTES)
		return NULL;
	src = hyk_arena_alloc(a, sizeof(*src));
	if (!src)
		return NULL;
	*src = (struct hyk_source){ .name = name, .text = text };
	return src;
}

struct hyk_source *
hyk_source_new_part(struct hyk_arena *a, const struct hyk_source *parent, struct hyk_str text,
    const struct hyk_source_seg *segs, size_t n_segs)
{
	struct hyk_source *src;

	HYK_ASSERT(parent && n_segs >= 1 && segs[0].at == 0);
	src = hyk_source_new(a, parent->name, text);
	if (!src)
		return NULL;
	src->parent = parent;
	src->segs = segs;
	src->n_segs = n_segs;
	return src;
}

/* The last segment that begins at or before `at`. */
static const struct hyk_source_seg *
seg_of(const struct hyk_source *src, uint32_t at)
{
	size_t low = 0, high = src->n_segs;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (src->segs[mid].at <= at)
			low = mid;
		else
			high = mid;
	}
	return &src->segs[low];
}

static uint32_t
to_parent(const struct hyk_source *src, uint32_t at)
{
	const struct hyk_source_seg *seg = seg_of(src, at);
	size_t up = (size_t)seg->parent_at + (at - seg->at);

	return up > src->parent->text.n ? (uint32_t)src->parent->text.n : (uint32_t)up;
}

const struct hyk_source *
hyk_source_resolve(const struct hyk_source *src, struct hyk_span *span)
{
	while (src->parent) {
		uint32_t at = to_parent(src, span->at);

		/*
		 * The end is where the last byte stands, and one more: a span that
		 * ends with its segment must not reach into the next one.
		 */
		if (span->n) {
			uint32_t last = to_parent(src, span->at + span->n - 1);

			span->n = last >= at ? last + 1 - at : 1;
			if (span->n > src->parent->text.n - at)
				span->n = (uint32_t)(src->parent->text.n - at);
		}
		span->at = at;
		src = src->parent;
	}
	return src;
}

static uint32_t
count(struct hyk_str text, size_t from, size_t to)
{
	struct hyk_str s = hyk_str_make(text.p, to);
	uint32_t n = 0;

	/* Not by counting lead bytes: a message about bad UTF-8 must find its place too. */
	for (size_t at = from; at < to; n++)
		hyk_utf8_next(s, &at);
	return n;
}

struct hyk_position
hyk_source_locate(const struct hyk_source *src, struct hyk_span span)
{
	struct hyk_str text = src->text;
	struct hyk_position pos = { .line = 1, .caret_n = 1 };
	size_t at = span.at < text.n ? span.at : text.n;
	size_t end = at + (span.n < text.n - at ? span.n : text.n - at);
	size_t start = 0, stop = at;
	const char *hit;

	while (start < at && (hit = memchr(text.p + start, '\n', at - start)) != NULL) {
		start = (size_t)(hit - text.p) + 1;
		pos.line++;
	}
	hit = at < text.n ? memchr(text.p + at, '\n', text.n - at) : NULL;
	stop = hit ? (size_t)(hit - text.p) : text.n;
	if (hit && stop > start && text.p[stop - 1] == '\r')
		stop--;
	if (at > stop)
		at = stop;
	if (end > stop)
		end = stop;
	pos.excerpt = text.n ? hyk_str_make(text.p + start, stop - start) : (struct hyk_str){ "", 0 };
	pos.caret = count(text, start, at);
	pos.column = pos.caret + 1;
	if (end > at)
		pos.caret_n = count(text, at, end);
	return pos;
}

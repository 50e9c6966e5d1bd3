/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/source.h - a text that messages point into.
 *
 * A position is a byte offset inside; line and column are computed when
 * shown: lines from 1, columns in code points from 1, a tab is one column.
 *
 * A condition inside a YAML scalar is a source of its own whose `parent` is
 * the YAML text; `segs` map its offsets there, so that a message about the
 * condition points into the file.
 *
 * Lifetime:  the arena it was made in.
 * Limits:    16 MiB a source (offsets are 32 bit).
 * Threads:   immutable.
 */
#ifndef HYK_BASE_SOURCE_H
#define HYK_BASE_SOURCE_H

#include "base/arena.h"
#include "base/str.h"

#define HYK_SOURCE_MAX_BYTES ((size_t)16 << 20)

struct hyk_span {
	uint32_t at; /* byte offset */
	uint32_t n;  /* bytes; 0 is a point */
};

/* From offset `at` of the child on, child offset o stands at parent offset parent_at + (o - at). */
struct hyk_source_seg {
	uint32_t at, parent_at;
};

struct hyk_source {
	struct hyk_str name; /* path as the user gave it, or "<request>" */
	struct hyk_str text;
	const struct hyk_source *parent; /* NULL: a file of its own */
	const struct hyk_source_seg *segs;
	size_t n_segs;
};

/* Borrows name and text. NULL: no memory, or text over the limit. */
struct hyk_source *hyk_source_new(struct hyk_arena *a, struct hyk_str name, struct hyk_str text) HYK_MUST_CHECK;
/* A part of `parent` with an offset map (n_segs >= 1, ascending, segs[0].at == 0); borrows all. */
struct hyk_source *hyk_source_new_part(struct hyk_arena *a, const struct hyk_source *parent, struct hyk_str text,
    const struct hyk_source_seg *segs, size_t n_segs) HYK_MUST_CHECK;

/* Follows parents to the file: the outermost source, and *span moved into it. */
const struct hyk_source *hyk_source_resolve(const struct hyk_source *src, struct hyk_span *span);

struct hyk_position {
	uint32_t line, column;  /* from 1; column in code points */
	struct hyk_str excerpt; /* the whole line, without its end */
	uint32_t caret, caret_n; /* columns from 0 within the excerpt, in code points; n >= 1 */
};
/* Where a span of the outermost source stands. Offsets past the end are the end. */
struct hyk_position hyk_source_locate(const struct hyk_source *src, struct hyk_span span);

#endif

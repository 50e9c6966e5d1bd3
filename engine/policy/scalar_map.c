/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/scalar_map.c - where each byte of a decoded scalar stands in the file.
 *
 * The raw text and the decoded text are walked side by side; wherever their
 * distance changes (an escape, a fold, an indentation) a segment begins.
 */
#include "policy/yaml.h"

struct walk {
	struct hyk_arena *arena;
	struct hyk_str raw, out; /* file text up to the end of the scalar; decoded text */
	size_t i, o;             /* where we stand in them */
	struct hyk_source_seg *segs;
	size_t n, room;
	bool failed, lost;
};

/* From here on `out` follows `raw` at the distance of i and o. */
static void
mark(struct walk *w)
{
	if (w->n) {
		const struct hyk_source_seg *last = &w->segs[w->n - 1];

		if (w->i >= w->o && last->parent_at - last->at == (uint32_t)(w->i - w->o) && last->parent_at >= last->at)
			return;
		if (last->at == w->o) {
			w->segs[w->n - 1].parent_at = (uint32_t)w->i;
			return;
		}
	}
	if (w->n == w->room) {
		struct hyk_source_seg *more = hyk_arena_grow(w->arena, w->segs, w->n, &w->room, sizeof(*more));

		if (!more) {
			w->failed = true;
			return;
		}
		w->segs = more;
	}
	w->segs[w->n++] = (struct hyk_source_seg){ (uint32_t)w->o, (uint32_t)w->i };
}

static bool
more_raw(const struct walk *w)
{
	return w->i < w->raw.n;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_break(char c)
{
	return c == '\n' || c == '\r';
}

static size_t
break_width(struct hyk_str s, size_t at)
{
	return s.p[at] == '\r' && at + 1 < s.n && s.p[at + 1] == '\n' ? 2 : 1;
}

static void
skip_break(struct walk *w)
{
	w->i += break_width(w->raw, w->i);
}

/* True when a line end follows, perhaps after blanks: a fold in flow scalars. */
static bool
at_fold(const struct walk *w)
{
	size_t i = w->i;

	while (i < w->raw.n && is_blank(w->raw.p[i]))
		i++;
	return i < w->raw.n && is_break(w->raw.p[i]);
}

/* Blanks, breaks and blanks again: one space, or a line end less than were there. */
static void
fold(struct walk *w)
{
	mark(w);
	while (more_raw(w) && (is_blank(w->raw.p[w->i]) || is_break(w->raw.p[w->i])))
		w->i++;
	if (w->o < w->out.n && w->out.p[w->o] == ' ')
		w->o++;
	else
		while (w->o < w->out.n && w->out.p[w->o] == '\n')
			w->o++;
	mark(w);
}

static void
copy(struct walk *w)
{
	if (w->out.p[w->o] != w->raw.p[w->i])
		w->lost = true;
	w->i++;
	w->o++;
}

static size_t
utf8_width(char c)
{
	unsigned char u = (unsigned char)c;

	return u < 0x80 ? 1 : u < 0xe0 ? 2 : u < 0xf0 ? 3 : 4;
}

static void
escape(struct walk *w)
{
	char c = w->i + 1 < w->raw.n ? w->raw.p[w->i + 1] : '\0';
	size_t raw_n = c == 'x' ? 4 : c == 'u' ? 6 : c == 'U' ? 10 : 2;

	if (is_break(c)) {
		/* An escaped line end vanishes with the next line's indentation. */
		w->i++;
		skip_break(w);
		while (more_raw(w) && is_blank(w->raw.p[w->i]))
			w->i++;
		mark(w);
		return;
	}
	mark(w);
	if (w->o < w->out.n) {
		size_t width = utf8_width(w->out.p[w->o]);

		if (c == 'u' && width == 4) /* two halves, as JSON writes it */
			raw_n = 12;
		w->o += width;
	}
	w->i += raw_n;
	mark(w);
}

static void
walk_flow(struct walk *w, enum hyk_node_style style)
{
	if (style == HYK_STYLE_SINGLE || style == HYK_STYLE_DOUBLE || style == HYK_STYLE_JSON_STRING)
		w->i++;
	mark(w);
	while (!w->failed && !w->lost && w->o < w->out.n && more_raw(w)) {
		char c = w->raw.p[w->i];

		if (style != HYK_STYLE_JSON_STRING && at_fold(w)) {
			fold(w);
		} else if (style == HYK_STYLE_SINGLE && c == '\'') {
			w->i++;
			mark(w);
			copy(w);
		} else if ((style == HYK_STYLE_DOUBLE || style == HYK_STYLE_JSON_STRING) && c == '\\') {
			escape(w);
		} else {
			copy(w);
		}
	}
}

static size_t
count_spaces(struct hyk_str s, size_t at)
{
	size_t n = 0;

	while (at + n < s.n && s.p[at + n] == ' ')
		n++;
	return n;
}

/*
 * Columns that YAML takes off each line: what the first line that is not blank has more in the file than it keeps;
 * when all are blank, the longest.
 */
static size_t
find_indent(const struct walk *w)
{
	size_t i = w->i, o = 0, longest = 0, longest_kept = 0, kept = count_spaces(w->out, 0);

	while (o + kept < w->out.n && w->out.p[o + kept] == '\n') {
		longest_kept = kept > longest_kept ? kept : longest_kept;
		o += kept + 1;
		kept = count_spaces(w->out, o);
	}
	while (i < w->raw.n) {
		size_t n = count_spaces(w->raw, i);

		if (i + n < w->raw.n && !is_break(w->raw.p[i + n]))
			return n > kept ? n - kept : 0;
		longest = n > longest ? n : longest;
		i += n;
		if (i < w->raw.n)
			i += break_width(w->raw, i);
	}
	longest_kept = kept > longest_kept ? kept : longest_kept;
	return longest > longest_kept ? longest - longest_kept : 0;
}

static void
skip_indent(struct walk *w, size_t indent)
{
	for (size_t k = 0; k < indent && more_raw(w) && w->raw.p[w->i] == ' '; k++)
		w->i++;
}

static void
walk_block(struct walk *w)
{
	size_t indent;

	/* `|`, `>-`, a comment: the rest of the first line is not content. */
	while (more_raw(w) && !is_break(w->raw.p[w->i]))
		w->i++;
	if (more_raw(w))
		skip_break(w);
	indent = find_indent(w);
	skip_indent(w, indent);
	mark(w);
	while (!w->failed && !w->lost && w->o < w->out.n && more_raw(w)) {
		if (!is_break(w->raw.p[w->i])) {
			copy(w);
			continue;
		}
		mark(w);
		if (w->out.p[w->o] == ' ') { /* two lines folded into one */
			w->o++;
			skip_break(w);
			skip_indent(w, indent);
			mark(w);
			continue;
		}
		while (more_raw(w) && is_break(w->raw.p[w->i])) {
			skip_break(w);
			skip_indent(w, indent);
		}
		while (w->o < w->out.n && w->out.p[w->o] == '\n')
			w->o++;
		mark(w);
	}
}

const struct hyk_source *
hyk_scalar_source(struct hyk_arena *arena, const struct hyk_source *src, const struct hyk_node *scalar)
{
	size_t end = (size_t)scalar->span.at + scalar->span.n;
	struct walk w = { .arena = arena, .raw = hyk_str_make(src->text.p, end < src->text.n ? end : src->text.n),
		.out = scalar->text, .i = scalar->span.at };

	if (scalar->style == HYK_STYLE_LITERAL || scalar->style == HYK_STYLE_FOLDED)
		walk_block(&w);
	else
		walk_flow(&w, scalar->style);
	if (!w.failed && (w.n == 0 || w.lost)) {
		/* Never wrong by more than the scalar itself. */
		w.n = 0;
		w.o = 0;
		w.i = scalar->span.at;
		mark(&w);
	}
	if (w.failed)
		return NULL;
	return hyk_source_new_part(arena, src, scalar->text, w.segs, w.n);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/render.c - a message for the terminal: the sentence, the line it is about, and a caret below.
 *
 * Columns are code points, as editors count them; but the caret is moved by
 * what the terminal draws, where a Hangul syllable takes two cells.
 */
#include "base/diag.h"

#include "base/utf8.h"

/* Of a long line, such as JSON in one piece, this many code points are shown. */
#define WINDOW 100u

static unsigned
cells(uint32_t cp)
{
	/* East Asian wide and fullwidth (UAX #11), in whole blocks; combining marks are rare enough to be one. */
	bool wide = (cp >= 0x1100 && cp <= 0x115f) || (cp >= 0x2e80 && cp <= 0x303e) ||
	            (cp >= 0x3041 && cp <= 0xa4cf) || (cp >= 0xa960 && cp <= 0xa97c) ||
	            (cp >= 0xac00 && cp <= 0xd7a3) || (cp >= 0xf900 && cp <= 0xfaff) ||
	            (cp >= 0xfe30 && cp <= 0xfe6f) || (cp >= 0xff00 && cp <= 0xff60) ||
	            (cp >= 0xffe0 && cp <= 0xffe6) || (cp >= 0x1f300 && cp <= 0x1f64f) ||
	            (cp >= 0x1f900 && cp <= 0x1f9ff) || (cp >= 0x20000 && cp <= 0x3fffd);

	return wide ? 2 : 1;
}

/* What must not reach a terminal as it is: controls, and marks that turn the direction of reading. */
static bool
is_unsafe(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == HYK_UTF8_INVALID || cp == 0x2028 || cp == 0x2029 ||
	       (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069);
}

static void
append_safe(struct hyk_buf *out, struct hyk_str s)
{
	for (size_t at = 0; at < s.n;) {
		size_t before = at;
		uint32_t cp = hyk_utf8_next(s, &at);

		if (cp == '\t')
			hyk_buf_append_char(out, ' ');
		else if (is_unsafe(cp))
			hyk_buf_append_c(out, "\xef\xbf\xbd");
		else
			hyk_buf_append(out, hyk_str_make(s.p + before, at - before));
	}
}

static void
repeat(struct hyk_buf *out, char c, size_t n)
{
	while (n--)
		hyk_buf_append_char(out, c);
}

static void
render_excerpt(struct hyk_buf *out, const struct hyk_position *pos)
{
	uint32_t from = 0, to, caret_end = pos->caret + pos->caret_n, i = 0;
	size_t start = 0, stop, at = 0, lead = 0, marked = 0;
	bool more;

	if (pos->caret > WINDOW * 3 / 4)
		from = pos->caret - WINDOW / 2;
	to = from + WINDOW;
	stop = pos->excerpt.n;
	while (at < pos->excerpt.n) {
		size_t before = at;
		uint32_t cp = hyk_utf8_next(pos->excerpt, &at);

		if (i == from)
			start = before;
		if (i == to) {
			stop = before;
			break;
		}
		if (i >= from && i < pos->caret)
			lead += cells(cp);
		else if (i >= pos->caret && i < caret_end)
			marked += cells(cp);
		i++;
	}
	more = stop < pos->excerpt.n;
	hyk_buf_printf(out, "%6u | ", (unsigned)pos->line);
	if (from)
		hyk_buf_append_c(out, "...");
	append_safe(out, hyk_str_make(pos->excerpt.p + start, stop - start));
	if (more)
		hyk_buf_append_c(out, "...");
	hyk_buf_append_c(out, "\n       | ");
	repeat(out, ' ', lead + (from ? 3 : 0));
	repeat(out, '^', marked ? marked : 1);
	hyk_buf_append_char(out, '\n');
}

void
hyk_diag_render(struct hyk_buf *out, const struct hyk_diag *diag, enum hyk_lang lang)
{
	struct hyk_position pos = { 0 };

	if (diag->src) {
		struct hyk_span span = diag->span;
		const struct hyk_source *file = hyk_source_resolve(diag->src, &span);

		pos = hyk_source_locate(file, span);
		append_safe(out, file->name);
		hyk_buf_printf(out, ":%u:%u: ", (unsigned)pos.line, (unsigned)pos.column);
	}
	hyk_buf_append_c(out, hyk_severity_name(diag->severity, lang));
	hyk_buf_append_c(out, ": ");
	append_safe(out, diag->text[lang]);
	hyk_buf_printf(out, " [HYK-%04u]\n", (unsigned)diag->id);
	if (diag->src)
		render_excerpt(out, &pos);
	for (const struct hyk_diag_outer *o = diag->outer; o; o = o->next) {
		hyk_buf_append_c(out, "     ");
		append_safe(out, lang == HYK_LANG_KO ? o->ko : o->en);
		hyk_buf_append_char(out, '\n');
	}
	if (diag->hint[lang].n) {
		hyk_buf_append_c(out, lang == HYK_LANG_KO ? "     도움말: " : "     hint: ");
		append_safe(out, diag->hint[lang]);
		hyk_buf_append_char(out, '\n');
	}
}

void
hyk_diags_render(struct hyk_buf *out, const struct hyk_diags *d, enum hyk_lang lang)
{
	size_t n_shown[3] = { 0 }, n_more;

	for (const struct hyk_diag *diag = d->first; diag; diag = diag->next) {
		hyk_diag_render(out, diag, lang);
		n_shown[diag->severity]++;
	}
	/* Dropped notes are not counted by anyone: they say nothing that a person must act on. */
	n_more = (d->n_errors - n_shown[HYK_ERROR]) + (d->n_warnings - n_shown[HYK_WARNING]);
	if (!n_more)
		return;
	if (lang == HYK_LANG_KO)
		hyk_buf_printf(out, "그 밖에 %zu건이 더 있습니다\n", n_more);
	else
		hyk_buf_printf(out, "and %zu more\n", n_more);
}

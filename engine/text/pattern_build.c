/* SPDX-License-Identifier: Apache-2.0 */
/* text/pattern_build.c - compiling without PCRE2, what is asked of a pattern, and where its messages point. */
#include "text/pattern_impl.h"

#include <stdatomic.h>

#include "base/alloc.h"
#include "base/utf8.h"

/* Length of what the character text[*at] is in the literal at lit[i]; 0: cannot tell. Moves *at past it. */
static size_t
literal_step(struct hyk_str lit, size_t i, struct hyk_str text, size_t *at)
{
	char c = text.p[*at];

	if (c == '\\' && i + 1 < lit.n && lit.p[i] == '\\' && lit.p[i + 1] == '\\') {
		/* `\\` is one backslash, unless the text has both: then the literal is raw. */
		(*at)++;
		return 2;
	}
	if (i >= lit.n || lit.p[i] != c)
		return 0;
	(*at)++;
	return 1;
}

/* Do text and the literal from `from` on agree to the end, with `\\` for a backslash or without? */
static bool
literal_fits(struct hyk_str lit, size_t from, struct hyk_str text, bool raw, size_t upto, size_t *ret_i)
{
	size_t i = from, at = 0;

	while (at < upto) {
		size_t n = 1;

		if (!raw)
			n = literal_step(lit, i, text, &at);
		else if (i >= lit.n || lit.p[i] != text.p[at++])
			n = 0;
		if (n == 0)
			return false;
		i += n;
	}
	*ret_i = i;
	return true;
}

/* text[at, at + n) within the literal at *span, or the whole of it. */
static void
narrow(const struct hyk_source *src, struct hyk_span *span, struct hyk_str text, size_t at, size_t n)
{
	size_t begin, end, all, from = 0;
	struct hyk_str lit;

	if (!src || span->at > src->text.n || span->n > src->text.n - span->at)
		return;
	lit = hyk_str_make(src->text.p + span->at, span->n);
	while (from < lit.n && (lit.p[from] == 'r' || lit.p[from] == 'R' || lit.p[from] == '\'' || lit.p[from] == '"') &&
	    lit.n - from > text.n)
		from++;
	for (unsigned start = 0; start < 2; start++) {
		for (unsigned raw = 2; raw-- > 0;) {
			size_t i = start ? from : 0;

			if (!literal_fits(lit, i, text, raw, text.n, &all) || all + 6 < lit.n)
				continue;
			if (!literal_fits(lit, i, text, raw, at, &begin) || !literal_fits(lit, i, text, raw, at + n, &end))
				continue;
			*span = (struct hyk_span){ span->at + (uint32_t)begin, (uint32_t)(end - begin) };
			return;
		}
	}
}

void
hyk_pattern_complain(struct hyk_diags *diags, enum hyk_diag_id id, const struct hyk_source *src, struct hyk_span span,
    struct hyk_str text, size_t at, size_t n)
{
	size_t shown = n < 40 ? n : 40;

	while (shown < n && shown > 0 && ((unsigned char)text.p[at + shown] & 0xc0) == 0x80)
		shown--;
	narrow(src, &span, text, at, n);
	HYK_DIAG(diags, id, src, span, hyk_str_make(text.p + at, shown));
}

enum hyk_status
hyk_pattern_build(struct hyk_arena *arena, struct hyk_arena *tmp, struct hyk_str text, const struct hyk_source *src,
    struct hyk_span span, struct hyk_pattern **ret_pattern, struct hyk_pattern_parsed *ret_parsed,
    struct hyk_diags *diags)
{
	static atomic_uint_fast64_t last_id;
	struct hyk_pattern_parsed parsed;
	struct hyk_pattern *p;
	enum hyk_status st;
	bool large;

	if (text.n > UINT32_MAX / 2) {
		hyk_pattern_complain(diags, HYK_D_PATTERN_SIZE, src, span, text, 0, 0);
		return HYK_E_INVALID;
	}
	st = hyk_pattern_parse(arena, tmp, text, src, span, &parsed, diags);
	if (st != HYK_OK)
		return st;
	p = hyk_arena_alloc(arena, sizeof(*p));
	if (!p)
		return arena->overflowed ? HYK_E_LIMIT : HYK_E_NOMEM;
	p->names = parsed.names;
	p->n_groups = parsed.n_groups;
	p->text = hyk_arena_dup(arena, text);
	if (!p->text.p)
		return arena->overflowed ? HYK_E_LIMIT : HYK_E_NOMEM;
	st = hyk_pattern_prog_compile(arena, tmp, parsed.root, &p->prog, &large);
	if (large || tmp->overflowed) {
		hyk_pattern_complain(diags, HYK_D_PATTERN_SIZE, src, span, text, 0, text.n);
		return HYK_E_INVALID;
	}
	if (st != HYK_OK)
		return st;
	p->id = atomic_fetch_add(&last_id, 1) + 1;
	if (ret_parsed)
		*ret_parsed = parsed;
	*ret_pattern = p;
	return HYK_OK;
}

enum hyk_status
hyk_pattern_compile_automaton(struct hyk_arena *arena, struct hyk_arena *tmp, struct hyk_str text,
    const struct hyk_source *src, struct hyk_span span, const struct hyk_pattern **ret_pattern,
    struct hyk_diags *diags)
{
	struct hyk_arena_mark mark = hyk_arena_mark(tmp);
	struct hyk_pattern *p;
	enum hyk_status st = hyk_pattern_build(arena, tmp, text, src, span, &p, NULL, diags);

	hyk_arena_rewind(tmp, mark);
	if (st == HYK_OK)
		*ret_pattern = p;
	return st;
}

struct hyk_str
hyk_pattern_text(const struct hyk_pattern *p)
{
	return p->text;
}

size_t
hyk_pattern_n_insts(const struct hyk_pattern *p)
{
	return p->prog.n;
}

size_t
hyk_pattern_n_groups(const struct hyk_pattern *p)
{
	return p->n_groups;
}

struct hyk_str
hyk_pattern_group_name(const struct hyk_pattern *p, size_t group)
{
	return group >= 1 && group <= p->n_groups ? p->names[group] : hyk_str_make(NULL, 0);
}

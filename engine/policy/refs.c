/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/refs.c - which facts a condition's text names.
 *
 * Not a parser: it sees `subject.age` wherever it stands outside of strings
 * and comments. It may find too much, never too little; what it finds only
 * decides which asset types and actions can share one compilation.
 */
#include "policy/loader.h"

struct scan {
	struct hyk_str text;
	size_t at;
};

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool
is_word(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9');
}

static void
skip_blanks(struct scan *s)
{
	while (s->at < s->text.n) {
		char c = s->text.p[s->at];

		if (c == '/' && s->at + 1 < s->text.n && s->text.p[s->at + 1] == '/') {
			while (s->at < s->text.n && s->text.p[s->at] != '\n')
				s->at++;
		} else if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
			s->at++;
		} else {
			return;
		}
	}
}

static void
skip_string(struct scan *s, bool raw)
{
	char q = s->text.p[s->at];
	size_t n = 1;

	if (s->at + 2 < s->text.n && s->text.p[s->at + 1] == q && s->text.p[s->at + 2] == q)
		n = 3;
	s->at += n;
	while (s->at < s->text.n) {
		size_t run = 0;

		if (s->text.p[s->at] == '\\' && !raw) {
			s->at += 2;
			continue;
		}
		while (run < n && s->at + run < s->text.n && s->text.p[s->at + run] == q)
			run++;
		if (run == n) {
			s->at += n;
			return;
		}
		s->at++;
	}
	s->at = s->text.n;
}

static struct hyk_str
word(struct scan *s)
{
	size_t start = s->at;

	while (s->at < s->text.n && is_word(s->text.p[s->at]))
		s->at++;
	return hyk_str_make(s->text.p + start, s->at - start);
}

static bool
is_root(struct hyk_str w)
{
	for (int r = 0; r < HYK_N_ROOTS; r++) {
		if (hyk_str_eq_c(w, hyk_root_name((enum hyk_root)r)))
			return true;
	}
	return false;
}

static bool
add_ref(struct hyk_loader *l, struct hyk_refs *refs, struct hyk_str path, const struct hyk_source *src,
    struct hyk_span span)
{
	struct hyk_ref *more;

	for (size_t i = 0; i < refs->n; i++) {
		if (hyk_str_eq(refs->refs[i].path, path))
			return true;
	}
	if (refs->n == refs->room) {
		more = hyk_arena_grow(l->r.arena, refs->refs, refs->n, &refs->room, sizeof(*more));
		if (!more) {
			l->r.nomem = true;
			return false;
		}
		refs->refs = more;
	}
	refs->refs[refs->n++] = (struct hyk_ref){ path, hyk_catalog_find_slot(l->catalog, path), src, span };
	return true;
}

static bool
add_define(struct hyk_loader *l, struct hyk_refs *refs, size_t define)
{
	size_t *more;

	for (size_t i = 0; i < refs->n_defines; i++) {
		if (refs->defines[i] == define)
			return true;
	}
	if (refs->n_defines == refs->room_defines) {
		more = hyk_arena_grow(l->r.arena, refs->defines, refs->n_defines, &refs->room_defines, sizeof(*more));
		if (!more) {
			l->r.nomem = true;
			return false;
		}
		refs->defines = more;
	}
	refs->defines[refs->n_defines++] = define;
	return true;
}

/* After a root: `.name`, `.?name`, with blanks anywhere. */
static bool
scan_member(struct hyk_loader *l, struct scan *s, struct hyk_str root, const struct hyk_source *src, size_t start,
    struct hyk_refs *refs)
{
	struct hyk_str name, path;

	skip_blanks(s);
	if (s->at >= s->text.n || s->text.p[s->at] != '.')
		return true;
	s->at++;
	if (s->at < s->text.n && s->text.p[s->at] == '?')
		s->at++;
	skip_blanks(s);
	name = word(s);
	if (!name.n)
		return true;
	path = hyk_arena_printf(l->r.arena, "%.*s.%.*s", HYK_STR_ARG(root), HYK_STR_ARG(name));
	if (!path.p) {
		l->r.nomem = true;
		return false;
	}
	return add_ref(l, refs, path, src, (struct hyk_span){ (uint32_t)start, (uint32_t)(s->at - start) });
}

bool
hyk_refs_scan(struct hyk_loader *l, const struct hyk_source *src, const struct hyk_define *defines, size_t n_defines,
    struct hyk_refs *refs)
{
	struct scan s = { src->text, 0 };
	bool member = false;

	for (skip_blanks(&s); s.at < s.text.n; skip_blanks(&s)) {
		char c = s.text.p[s.at];
		size_t start = s.at;
		struct hyk_str w;

		if (c == '"' || c == '\'') {
			skip_string(&s, false);
			member = false;
			continue;
		}
		if (!is_letter(c)) {
			/* 1.e5 and the like: digits and letters that follow are no names. */
			if (c >= '0' && c <= '9')
				word(&s);
			else
				s.at++;
			member = c == '.';
			continue;
		}
		w = word(&s);
		if (s.at < s.text.n && (s.text.p[s.at] == '"' || s.text.p[s.at] == '\'') && w.n <= 2) {
			skip_string(&s, memchr(w.p, 'r', w.n) || memchr(w.p, 'R', w.n));
		} else if (!member && is_root(w)) {
			if (!scan_member(l, &s, w, src, start, refs))
				return false;
		} else if (!member) {
			for (size_t i = 0; i < n_defines; i++) {
				if (hyk_str_eq(defines[i].name, w) && !add_define(l, refs, i))
					return false;
			}
		}
		member = false;
	}
	return true;
}

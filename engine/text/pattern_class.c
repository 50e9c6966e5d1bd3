/* SPDX-License-Identifier: Apache-2.0 */
/* text/pattern_class.c - sets of code points: ranges in a growing array, put in order at the end. */
#include "text/pattern_impl.h"

#include "text/pattern_unicode.h"

bool
hyk_pattern_class_add(struct hyk_arena *a, struct hyk_pattern_class *c, uint32_t lo, uint32_t hi)
{
	if (c->n > 0 && lo >= c->r[c->n - 1].lo && lo <= c->r[c->n - 1].hi + 1) {
		if (hi > c->r[c->n - 1].hi)
			c->r[c->n - 1].hi = hi;
		return true;
	}
	if (c->n == c->room) {
		struct hyk_pattern_range *r = hyk_arena_grow(a, c->r, c->n, &c->room, sizeof(*r));

		if (!r)
			return false;
		c->r = r;
	}
	c->r[c->n++] = (struct hyk_pattern_range){ lo, hi };
	return true;
}

/* Moves r[at] down to its place in the heap r[0..n). */
static void
sift(struct hyk_pattern_range *r, size_t at, size_t n)
{
	struct hyk_pattern_range moved = r[at];

	for (size_t child; (child = 2 * at + 1) < n; at = child) {
		if (child + 1 < n && r[child + 1].lo > r[child].lo)
			child++;
		if (r[child].lo <= moved.lo)
			break;
		r[at] = r[child];
	}
	r[at] = moved;
}

/* By lo. Not qsort: the C library's asks for memory, which nobody in the jail may. */
static void
sort(struct hyk_pattern_range *r, size_t n)
{
	for (size_t i = n / 2; i-- > 0;)
		sift(r, i, n);
	while (n > 1) {
		struct hyk_pattern_range last = r[--n];

		r[n] = r[0];
		r[0] = last;
		sift(r, 0, n);
	}
}

void
hyk_pattern_class_normalize(struct hyk_pattern_class *c)
{
	bool sorted = true;
	size_t n = 0;

	for (size_t i = 1; i < c->n && sorted; i++)
		sorted = c->r[i - 1].lo <= c->r[i].lo;
	if (!sorted)
		sort(c->r, c->n);
	for (size_t i = 0; i < c->n; i++) {
		if (n > 0 && c->r[i].lo <= c->r[n - 1].hi + 1) {
			if (c->r[i].hi > c->r[n - 1].hi)
				c->r[n - 1].hi = c->r[i].hi;
		} else {
			c->r[n++] = c->r[i];
		}
	}
	c->n = n;
}

bool
hyk_pattern_class_negate(struct hyk_arena *a, struct hyk_pattern_class *c)
{
	struct hyk_pattern_class out = { 0 };
	uint32_t at = 0;

	hyk_pattern_class_normalize(c);
	for (size_t i = 0; i < c->n; i++) {
		if (c->r[i].lo > at && !hyk_pattern_class_add(a, &out, at, c->r[i].lo - 1))
			return false;
		at = c->r[i].hi + 1;
	}
	if (at <= HYK_PATTERN_MAX_RUNE && !hyk_pattern_class_add(a, &out, at, HYK_PATTERN_MAX_RUNE))
		return false;
	*c = out;
	return true;
}

/* Index of the first fold whose code point is not below cp. */
static size_t
fold_at(uint32_t cp)
{
	size_t lo = 0, hi = hyk_pattern_n_folds;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (hyk_pattern_folds[mid].cp < cp)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool
hyk_pattern_class_add_folds(struct hyk_arena *a, struct hyk_pattern_class *c)
{
	struct hyk_pattern_class more = { 0 };

	hyk_pattern_class_normalize(c);
	for (size_t i = 0; i < c->n; i++) {
		struct hyk_pattern_range r = c->r[i];
		size_t f = fold_at(r.lo);

		for (; f < hyk_pattern_n_folds && hyk_pattern_folds[f].cp <= r.hi; f++) {
			uint32_t cp = hyk_pattern_folds[f].next;

			for (; cp != hyk_pattern_folds[f].cp; cp = hyk_pattern_folds[fold_at(cp)].next) {
				if ((cp < r.lo || cp > r.hi) && !hyk_pattern_class_add(a, &more, cp, cp))
					return false;
			}
		}
	}
	for (size_t i = 0; i < more.n; i++) {
		if (!hyk_pattern_class_add(a, c, more.r[i].lo, more.r[i].hi))
			return false;
	}
	hyk_pattern_class_normalize(c);
	return true;
}

bool
hyk_pattern_class_add_group(struct hyk_arena *a, struct hyk_pattern_class *c, struct hyk_str name, bool *ret_known)
{
	size_t lo = 0, hi = hyk_pattern_n_named;

	*ret_known = true;
	if (hyk_str_eq_c(name, "Any"))
		return hyk_pattern_class_add(a, c, 0, HYK_PATTERN_MAX_RUNE);
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		const struct hyk_pattern_group *g = &hyk_pattern_groups[mid];
		int order = hyk_str_cmp(g->name, name);
		uint32_t at = 0;

		if (order < 0) {
			lo = mid + 1;
			continue;
		}
		if (order > 0) {
			hi = mid;
			continue;
		}
		for (uint32_t i = g->first; i < g->first + g->n; i++) {
			uint32_t from = at + hyk_pattern_group_runs[2 * i];

			at = from + hyk_pattern_group_runs[2 * i + 1];
			if (!hyk_pattern_class_add(a, c, from, at - 1))
				return false;
		}
		return true;
	}
	*ret_known = false;
	return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* policy/messages.c - what was found wrong, in the order in which an author reads. */
#include "policy/loader.h"

/* A message and where it goes. */
struct placed {
	struct hyk_diag *diag;
	size_t came;
};

static int
by_position(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	int c = (x->diag->src != NULL) - (y->diag->src != NULL);

	if (!c && x->diag->src && x->diag->src != y->diag->src)
		c = hyk_str_cmp(x->diag->src->name, y->diag->src->name);
	if (c)
		return c;
	if (x->diag->span.at != y->diag->span.at)
		return x->diag->span.at < y->diag->span.at ? -1 : 1;
	return x->came < y->came ? -1 : x->came > y->came;
}

static bool
is_same(const struct hyk_diag *a, const struct hyk_diag *b)
{
	return a->id == b->id && a->src == b->src && a->span.at == b->span.at && a->span.n == b->span.n &&
	       hyk_str_eq(a->text[HYK_LANG_EN], b->text[HYK_LANG_EN]);
}

/*
 * Messages outlive the parts they were found in: let them point into the
 * files. An author reads a file from top to bottom: so do its messages.
 */
void
hyk_loader_settle(struct hyk_loader *l)
{
	struct hyk_diags *diags = l->r.diags;
	struct placed *all = hyk_arena_array(l->r.arena, diags->n_kept, sizeof(*all));
	size_t n = 0;

	for (struct hyk_diag *d = diags->first; d; d = d->next) {
		if (d->src)
			d->src = hyk_source_resolve(d->src, &d->span);
		if (!all || n == diags->n_kept)
			continue;
		all[n] = (struct placed){ d, n };
		n++;
	}
	if (!all || !n)
		return;
	qsort(all, n, sizeof(*all), by_position);
	diags->first = diags->last = all[0].diag;
	for (size_t i = 1; i < n; i++) {
		/* What stands in `given` is seen with every case. */
		if (is_same(all[i].diag, diags->last)) {
			diags->n_kept--;
			diags->n_errors -= all[i].diag->severity == HYK_ERROR;
			diags->n_warnings -= all[i].diag->severity == HYK_WARNING;
			continue;
		}
		diags->last->next = all[i].diag;
		diags->last = all[i].diag;
	}
	diags->last->next = NULL;
}

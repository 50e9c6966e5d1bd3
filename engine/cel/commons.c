/* SPDX-License-Identifier: Apache-2.0 */
/* cel/commons.c - see commons.h. */
#include "cel/commons.h"

#define MAX_NAMES 1000u /* for a did-you-mean */

struct looking {
	const struct hyk_cel_commons *commons;
	const struct hyk_source *src;
	struct hyk_diags *diags;
	bool fine;
};

static struct hyk_str
nearest_place(const struct hyk_places *places, struct hyk_str id)
{
	struct hyk_str names[MAX_NAMES];
	size_t n = 0;

	for (; places; places = places->above) {
		for (size_t i = 0; i < places->by_id.n && n < MAX_NAMES; i++)
			names[n++] = places->by_id.entries[i].key;
	}
	return hyk_str_nearest(id, names, n);
}

/* An argument that names a place, when it is known already: it exists, and is an area, or a point. */
static void
check_place(struct looking *l, const struct hyk_cel_node *n, bool area)
{
	const struct hyk_place *place;
	struct hyk_str id;
	struct hyk_diag *d;

	if (n->kind != HYK_CEL_N_CONST || n->value.kind != HYK_STRING)
		return;
	id = hyk_value_str(n->value);
	place = hyk_places_find(l->commons->places, id);
	if (place && !place->area == !area)
		return;
	l->fine = false;
	if (place) {
		HYK_DIAG0(l->diags, area ? HYK_D_CEL_PLACE_POINT : HYK_D_CEL_PLACE_AREA, l->src, n->span);
		return;
	}
	d = HYK_DIAG(l->diags, HYK_D_CEL_PLACE, l->src, n->span, id);
	if (d)
		hyk_diag_suggest(l->diags, d, nearest_place(l->commons->places, id));
}

static void
look(struct looking *l, const struct hyk_cel_node *n)
{
	for (uint32_t i = 0; i < n->n_args; i++) {
		if (n->args[i])
			look(l, n->args[i]);
	}
	if (n->kind != HYK_CEL_N_CALL || !n->n_fn || n->flags & HYK_CEL_MEMBER)
		return;
	if (hyk_str_eq_c(n->name, "holiday") && !l->commons->calendar) {
		HYK_DIAG0(l->diags, HYK_D_CEL_NO_CALENDAR, l->src, n->span);
		l->fine = false;
	} else if (hyk_str_eq_c(n->name, "within")) {
		check_place(l, n->args[1], true);
	} else if (hyk_str_eq_c(n->name, "distance")) {
		check_place(l, n->args[0], false);
		check_place(l, n->args[1], false);
	}
}

bool
hyk_cel_commons_check(const struct hyk_cel_commons *commons, const struct hyk_source *src, const struct hyk_cel_node *n,
    struct hyk_diags *diags)
{
	struct looking l = { commons, src, diags, true };

	if (commons)
		look(&l, n);
	return l.fine;
}

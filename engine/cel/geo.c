/* SPDX-License-Identifier: Apache-2.0 */
/* cel/geo.c - places of the commons, and distances: text/place.h asked with the values of a condition. */
#include "cel/functions.h"

#define FN(name)                                                                                   \
	struct hyk_value hyk_cel_fn_##name(struct hyk_cel_ctx *c, const struct hyk_value *a, unsigned n)

static bool
degrees(const struct hyk_vmap *m, const char *name, double *ret_d)
{
	const struct hyk_value *v = hyk_vmap_find_str(m, hyk_str_from_c(name));

	if (!v)
		return false;
	if (v->kind == HYK_DOUBLE)
		*ret_d = v->as.d;
	else if (v->kind == HYK_INT)
		*ret_d = (double)v->as.i;
	else if (v->kind == HYK_UINT)
		*ret_d = (double)v->as.u;
	else
		return false;
	return true;
}

/* {"lat": 37.2, "lon": 127.2}, or a point among the places by its name. False: *ret_error. */
static bool
point_of(struct hyk_cel_ctx *c, struct hyk_value v, struct hyk_point *ret_point, struct hyk_value *ret_error)
{
	struct hyk_str id = hyk_value_str(v);
	const struct hyk_place *place;
	double lat, lon;

	if (v.kind == HYK_MAP) {
		if (degrees(v.as.map, "lat", &lat) && degrees(v.as.map, "lon", &lon) && hyk_point_make(lat, lon, ret_point))
			return true;
		*ret_error = hyk_cel_fail(c, "a point is {lat, lon} in degrees, -90 to 90 and -180 to 180");
		return false;
	}
	place = hyk_places_find(c->commons ? c->commons->places : NULL, id);
	if (place && !place->area) {
		*ret_point = place->point;
		return true;
	}
	*ret_error = hyk_cel_failf(c, "'%.*s' is no %s of this commons", (int)(id.n > 64 ? 64 : id.n), id.p,
	    place ? "point" : "place");
	return false;
}

FN(within)
{
	struct hyk_str id = hyk_value_str(a[1]);
	const struct hyk_place *place = hyk_places_find(c->commons ? c->commons->places : NULL, id);
	struct hyk_value err;
	struct hyk_point p;

	(void)n;
	if (!point_of(c, a[0], &p, &err))
		return err;
	if (place && place->area)
		return hyk_bool(hyk_area_has(place->area, p));
	return hyk_cel_failf(c, "'%.*s' is no %s of this commons", (int)(id.n > 64 ? 64 : id.n), id.p,
	    place ? "area" : "place");
}

FN(distance)
{
	struct hyk_point p, q;
	struct hyk_value err;

	(void)n;
	if (!point_of(c, a[0], &p, &err) || !point_of(c, a[1], &q, &err))
		return err;
	return hyk_double(hyk_point_distance_m(p, q));
}

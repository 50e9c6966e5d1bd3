/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/place.h - points and areas on the earth: is a point inside, how far are two apart.
 *
 * Coordinates are degrees of WGS84, kept as whole numbers of 1e-9 degree (a tenth of a millimetre): what a file or a
 * request says with nine decimals or fewer is exact, and so is every answer. An area is what rings enclose, holes taken
 * out; its edges are straight in longitude and latitude (RFC 7946). The edge itself counts as inside.
 *
 * Lifetime:  the arena.
 * Limits:    HYK_AREA_MAX_POINTS positions an area, HYK_AREA_MAX_ENTRIES in its index.
 * Threads:   immutable once made; asking takes no lock and no memory.
 */
#ifndef HYK_TEXT_PLACE_H
#define HYK_TEXT_PLACE_H

#include "base/arena.h"
#include "base/map.h"
#include "base/status.h"

#define HYK_DEGREE INT64_C(1000000000)
#define HYK_AREA_MAX_POINTS 100000u
#define HYK_AREA_MAX_ENTRIES 4000000u

struct hyk_point {
	int64_t lon, lat; /* 1e-9 degree */
};

/* False: no number, or outside of -90 to 90 and -180 to 180. */
bool hyk_point_make(double lat, double lon, struct hyk_point *ret_point) HYK_MUST_CHECK;
/*
 * Metres along the great circle on a sphere of 6,371,008.8 m (the earth's mean radius), to the millimetre; within
 * 0.6 % of the way on the ellipsoid.
 */
double hyk_point_distance_m(struct hyk_point a, struct hyk_point b);

/* Closed: the last point is the first. */
struct hyk_ring {
	const struct hyk_point *points;
	size_t n;
};
struct hyk_polygon {
	const struct hyk_ring *rings; /* the outer one, then holes */
	size_t n;
};

struct hyk_area;

/*
 * The polygons must be valid as simple features have it (no crossing edges, no overlapping parts), touch no pole, and
 * have no edge longer than 180 degrees of longitude. HYK_E_LIMIT, HYK_E_NOMEM.
 */
enum hyk_status hyk_area_build(struct hyk_arena *a, const struct hyk_polygon *polygons, size_t n,
    const struct hyk_area **ret_area) HYK_MUST_CHECK;
/* In time that grows with the logarithm of the area's points. */
bool hyk_area_has(const struct hyk_area *area, struct hyk_point p);

struct hyk_place {
	struct hyk_str id;
	const struct hyk_area *area; /* NULL: it is the point */
	struct hyk_point point;
};

/* The places of a commons; those of the commons above follow. No id stands twice along the way. */
struct hyk_places {
	struct hyk_map by_id; /* -> struct hyk_place */
	const struct hyk_places *above;
};
/* NULL: no such place. */
const struct hyk_place *hyk_places_find(const struct hyk_places *places, struct hyk_str id);

#endif

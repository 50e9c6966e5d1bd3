/* SPDX-License-Identifier: Apache-2.0 */
/* Areas asked by our index and by GEOS, which must agree on every point; distances; the ends of the map. */
#include "text/place.h"

#include <geos_c.h>
#include <math.h>

#include "support/check.h"

#define MAX_POINTS 4000
#define MAX_PARTS 64

static struct hyk_arena arena;
static GEOSContextHandle_t geos;

/* An area under test: as rings, and as GEOS has it. */
static struct hyk_point points[MAX_POINTS];
static struct hyk_ring rings[MAX_PARTS];
static struct hyk_polygon polygons[MAX_PARTS];
static size_t n_points, n_rings, n_polygons;

static uint64_t state = 20260505;

static int64_t
dice(int64_t n)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)((state >> 33) % (uint64_t)n);
}

/* Grids -------------------------------------------------------------- */

static bool
take_ring(const GEOSGeometry *ring, int64_t scale)
{
	const GEOSCoordSequence *seq = GEOSGeom_getCoordSeq_r(geos, ring);
	unsigned n = 0;

	if (!seq || !GEOSCoordSeq_getSize_r(geos, seq, &n) || n_points + n > MAX_POINTS || n_rings == MAX_PARTS)
		return false;
	rings[n_rings++] = (struct hyk_ring){ &points[n_points], n };
	for (unsigned i = 0; i < n; i++) {
		double x, y;

		if (!GEOSCoordSeq_getXY_r(geos, seq, i, &x, &y) || x != round(x) || y != round(y))
			return false;
		points[n_points++] = (struct hyk_point){ (int64_t)x * scale, (int64_t)y * scale };
	}
	return true;
}

/* The parts of a polygon or multipolygon of whole numbers. */
static bool
take(const GEOSGeometry *g, int64_t scale)
{
	int n = GEOSGetNumGeometries_r(geos, g);

	n_points = n_rings = n_polygons = 0;
	for (int i = 0; i < n; i++) {
		const GEOSGeometry *part = GEOSGetGeometryN_r(geos, g, i);
		size_t first = n_rings;

		if (GEOSGeomTypeId_r(geos, part) != GEOS_POLYGON || n_polygons == MAX_PARTS ||
		    !take_ring(GEOSGetExteriorRing_r(geos, part), scale))
			return false;
		for (int k = 0; k < GEOSGetNumInteriorRings_r(geos, part); k++) {
			if (!take_ring(GEOSGetInteriorRingN_r(geos, part, k), scale))
				return false;
		}
		polygons[n_polygons++] = (struct hyk_polygon){ &rings[first], n_rings - first };
	}
	return n > 0;
}

static GEOSGeometry *
triangle(int64_t size)
{
	GEOSCoordSequence *seq = GEOSCoordSeq_create_r(geos, 4, 2);
	double x[3], y[3];

	do {
		for (int i = 0; i < 3; i++) {
			x[i] = (double)dice(size);
			y[i] = (double)dice(size);
		}
	} while ((x[1] - x[0]) * (y[2] - y[0]) == (x[2] - x[0]) * (y[1] - y[0]));
	for (unsigned i = 0; i < 4; i++)
		GEOSCoordSeq_setXY_r(geos, seq, i, x[i % 3], y[i % 3]);
	return GEOSGeom_createPolygon_r(geos, GEOSGeom_createLinearRing_r(geos, seq), NULL, 0);
}

/* Triangles added and taken away, with corners on whole numbers: parts, holes, edges along every direction. */
static GEOSGeometry *
random_area(int64_t size, int n)
{
	GEOSGeometry *g = triangle(size);

	for (int i = 0; g && i < n; i++) {
		GEOSGeometry *t = triangle(size);
		GEOSGeometry *next = dice(3) ? GEOSUnionPrec_r(geos, g, t, 1.0) : GEOSDifferencePrec_r(geos, g, t, 1.0);

		int type = next ? GEOSGeomTypeId_r(geos, next) : -1;

		/* rounding may leave lines beside areas: those are passed over */
		if (type == GEOS_POLYGON || type == GEOS_MULTIPOLYGON) {
			GEOSGeom_destroy_r(geos, g);
			g = next;
		} else {
			GEOSGeom_destroy_r(geos, next);
		}
		GEOSGeom_destroy_r(geos, t);
	}
	return g;
}

static const struct hyk_area *
build(void)
{
	const struct hyk_area *area = NULL;

	CHECK_INT(hyk_area_build(&arena, polygons, n_polygons, &area), HYK_OK);
	return area;
}

/* Every point of the grid, corners, points on edges and beside them. *ret_inside counts those inside. */
static void
compare_grid(const GEOSGeometry *g, int64_t size, int64_t scale, unsigned *ret_n, unsigned *ret_inside)
{
	const GEOSPreparedGeometry *prepared = GEOSPrepare_r(geos, g);
	struct hyk_arena_mark mark = hyk_arena_mark(&arena);
	const struct hyk_area *area = build();

	REQUIRE(area && prepared);
	for (int64_t y = -1; y <= size; y++) {
		for (int64_t x = -1; x <= size; x++) {
			GEOSGeometry *p = GEOSGeom_createPointFromXY_r(geos, (double)x, (double)y);
			bool want = GEOSPreparedIntersects_r(geos, prepared, p) == 1;
			bool have = hyk_area_has(area, (struct hyk_point){ x * scale, y * scale });

			GEOSGeom_destroy_r(geos, p);
			(*ret_n)++;
			*ret_inside += have;
			if (want != have) {
				char *wkt = GEOSGeomToWKT_r(geos, g);

				printf("# %s\n# at %d %d: want %d\n", wkt, (int)x, (int)y, want);
				GEOSFree_r(geos, wkt);
				CHECK(want == have);
			}
		}
	}
	hyk_arena_rewind(&arena, mark);
	GEOSPreparedGeom_destroy_r(geos, prepared);
}

TEST(our_index_and_geos_agree_on_every_point_of_a_grid)
{
	unsigned areas = 0, holes = 0, parts = 0, n = 0, inside = 0;

	for (int round = 0; round < 1500; round++) {
		int64_t size = 4 + dice(24), scale = round % 2 ? 1 : INT64_C(5000000000);
		GEOSGeometry *g = random_area(size, 1 + (int)dice(12));

		if (g && !GEOSisEmpty_r(geos, g) && GEOSisValid_r(geos, g) == 1 && take(g, scale)) {
			areas++;
			parts += n_polygons > 1;
			holes += n_rings > n_polygons;
			compare_grid(g, size, scale, &n, &inside);
		}
		GEOSGeom_destroy_r(geos, g);
	}
	printf("# %u areas, %u of many parts, %u with holes, %u points, %u inside\n", areas, parts, holes, n, inside);
	/* the areas are what they should be */
	CHECK(areas > 1000 && parts > 200 && holes > 100 && inside > 50000);
}

/* A star of many corners, at the scale of a town: points everywhere, and on edges as near as whole numbers come. */
TEST(our_index_and_geos_agree_on_large_areas)
{
	unsigned n = 0, inside = 0, wrong = 0;

	for (int round = 0; round < 20; round++) {
		size_t corners = 200 + (size_t)dice(1500);
		GEOSCoordSequence *seq = GEOSCoordSeq_create_r(geos, (unsigned)corners + 1, 2);
		const GEOSPreparedGeometry *prepared;
		struct hyk_arena_mark mark = hyk_arena_mark(&arena);
		const struct hyk_area *area;
		GEOSGeometry *g;

		n_points = 0;
		for (size_t i = 0; i <= corners; i++) {
			double angle = 2 * M_PI * (double)(i % corners) / (double)corners;
			double r = 1e7 + (double)dice(20000000);
			struct hyk_point p = { INT64_C(127177500000) + llround(r * cos(angle)),
				INT64_C(37241100000) + llround(r * sin(angle)) };

			points[i] = i < corners ? p : points[0];
			GEOSCoordSeq_setXY_r(geos, seq, (unsigned)i, (double)points[i].lon, (double)points[i].lat);
		}
		rings[0] = (struct hyk_ring){ points, corners + 1 };
		polygons[0] = (struct hyk_polygon){ rings, 1 };
		n_polygons = 1;
		g = GEOSGeom_createPolygon_r(geos, GEOSGeom_createLinearRing_r(geos, seq), NULL, 0);
		prepared = GEOSPrepare_r(geos, g);
		area = build();
		REQUIRE(area && prepared && GEOSisValid_r(geos, g) == 1);
		for (size_t i = 0; i < 4000; i++) {
			struct hyk_point a = points[i % corners], b = points[i % corners + 1], p = a;
			GEOSGeometry *q;

			if (i < corners) {
				CHECK(hyk_area_has(area, a)); /* a corner */
				p = (struct hyk_point){ (a.lon + b.lon) / 2, (a.lat + b.lat) / 2 };
			} else {
				p.lon = INT64_C(127177500000) + dice(70000000) - 35000000;
				p.lat = INT64_C(37241100000) + dice(70000000) - 35000000;
			}
			q = GEOSGeom_createPointFromXY_r(geos, (double)p.lon, (double)p.lat);
			wrong += (GEOSPreparedIntersects_r(geos, prepared, q) == 1) != hyk_area_has(area, p);
			inside += hyk_area_has(area, p);
			n++;
			GEOSGeom_destroy_r(geos, q);
		}
		GEOSPreparedGeom_destroy_r(geos, prepared);
		GEOSGeom_destroy_r(geos, g);
		hyk_arena_rewind(&arena, mark);
	}
	printf("# %u points, %u inside\n", n, inside);
	CHECK_INT(wrong, 0);
	CHECK(inside > n / 10 && inside < n * 9 / 10);
}

/* By hand --------------------------------------------------------------- */

static const struct hyk_area *
square(int64_t west, int64_t south, int64_t east, int64_t north)
{
	static struct hyk_point p[5];

	p[0] = p[4] = (struct hyk_point){ west * HYK_DEGREE, south * HYK_DEGREE };
	p[1] = (struct hyk_point){ east * HYK_DEGREE, south * HYK_DEGREE };
	p[2] = (struct hyk_point){ east * HYK_DEGREE, north * HYK_DEGREE };
	p[3] = (struct hyk_point){ west * HYK_DEGREE, north * HYK_DEGREE };
	rings[0] = (struct hyk_ring){ p, 5 };
	polygons[0] = (struct hyk_polygon){ rings, 1 };
	n_polygons = 1;
	return build();
}

static bool
has(const struct hyk_area *area, double lat, double lon)
{
	struct hyk_point p;

	return CHECK(hyk_point_make(lat, lon, &p)) && hyk_area_has(area, p);
}

TEST(edges_and_corners_are_inside)
{
	const struct hyk_area *a = square(10, 20, 30, 40);

	REQUIRE(a);
	CHECK(has(a, 20, 10) && has(a, 40, 10) && has(a, 40, 30) && has(a, 20, 30));
	CHECK(has(a, 20, 20) && has(a, 40, 20) && has(a, 30, 10) && has(a, 30, 30) && has(a, 30, 20));
	CHECK(!has(a, 19.999999999, 20) && !has(a, 40.000000001, 20));
	CHECK(!has(a, 30, 9.999999999) && !has(a, 30, 30.000000001));
	CHECK(!has(a, -90, 20) && !has(a, 90, 20));
}

/* A file cuts an area in two at 180 degrees; whoever stands on the line is in both. */
TEST(the_antimeridian_is_one_line)
{
	const struct hyk_area *east = square(170, -10, 180, 10), *west = square(-180, -10, -170, 10);

	REQUIRE(east && west);
	CHECK(has(east, 0, 180) && has(east, 0, -180) && has(west, 0, 180) && has(west, 0, -180));
	CHECK(has(east, 10, -180) && !has(east, 10.000000001, -180));
	CHECK(!has(east, 0, -179.999999999) && !has(west, 0, 179.999999999));
}

TEST(positions_out_of_the_world)
{
	struct hyk_point p;

	CHECK(hyk_point_make(90, 180, &p) && hyk_point_make(-90, -180, &p));
	CHECK(!hyk_point_make(90.1, 0, &p) && !hyk_point_make(0, 180.1, &p) && !hyk_point_make(-91, 0, &p));
	CHECK(!hyk_point_make(NAN, 0, &p) && !hyk_point_make(0, INFINITY, &p));
	/* nine decimals are exact */
	REQUIRE(hyk_point_make(37.241100001, 127.177500009, &p));
	CHECK_INT(p.lat, INT64_C(37241100001));
	CHECK_INT(p.lon, INT64_C(127177500009));
}

static double
metres(double lat_a, double lon_a, double lat_b, double lon_b)
{
	struct hyk_point a = { 0 }, b = { 0 };

	CHECK(hyk_point_make(lat_a, lon_a, &a) && hyk_point_make(lat_b, lon_b, &b));
	CHECK(hyk_point_distance_m(a, b) == hyk_point_distance_m(b, a));
	return hyk_point_distance_m(a, b);
}

/* A degree of a great circle is 2 pi 6371008.8 m / 360 = 111195.080 m, half of it 20015114.442 m. */
TEST(distances)
{
	CHECK(metres(37, 127, 37, 127) == 0);
	CHECK(metres(0, 0, 1, 0) == 111195.080);
	CHECK(metres(0, 179.5, 0, -179.5) == 111195.080);
	CHECK(metres(89.5, 0, 89.5, 180) == 111195.080); /* over the pole */
	CHECK(metres(90, 10, 90, -120) == 0);
	CHECK(metres(0, 0, 0, 180) == 20015114.442);
	CHECK(metres(90, 0, -90, 0) == 20015114.442);
	/* Seoul to Busan on the ellipsoid are 325.2 km; the sphere is within 0.6 % */
	CHECK(fabs(metres(37.5665, 126.9780, 35.1796, 129.0756) - 325200) < 325200 * 0.006);
	/* a metre north is a metre */
	CHECK(fabs(metres(37.2411, 127.1775, 37.2411 + 1.0 / 111195.080, 127.1775) - 1.0) <= 0.001);
}

/* Two combs of teeth as wide as the map would make an index of n times n. */
TEST(an_index_that_would_grow_too_large_is_refused)
{
	const size_t teeth = 1990;
	const struct hyk_area *area;
	struct hyk_arena own;

	hyk_arena_init(&own, 0);
	n_points = 0;
	for (size_t i = 0; i < teeth; i++) {
		/* every tooth begins and ends at a latitude of its own */
		points[n_points++] = (struct hyk_point){ (int64_t)(2 * i), (int64_t)i };
		points[n_points++] = (struct hyk_point){ (int64_t)(2 * i + 1), (int64_t)(100000 + i) };
	}
	points[n_points++] = (struct hyk_point){ 10000, -10 };
	points[n_points++] = points[0];
	rings[0] = (struct hyk_ring){ points, n_points };
	polygons[0] = (struct hyk_polygon){ rings, 1 };
	CHECK_INT(hyk_area_build(&own, polygons, 1, &area), HYK_E_LIMIT);
	hyk_arena_fini(&own);
}

int
main(void)
{
	hyk_arena_init(&arena, 0);
	geos = GEOS_init_r();
	RUN(our_index_and_geos_agree_on_every_point_of_a_grid);
	RUN(our_index_and_geos_agree_on_large_areas);
	RUN(edges_and_corners_are_inside);
	RUN(the_antimeridian_is_one_line);
	RUN(positions_out_of_the_world);
	RUN(distances);
	RUN(an_index_that_would_grow_too_large_is_refused);
	GEOS_finish_r(geos);
	hyk_arena_fini(&arena);
	return check_done();
}

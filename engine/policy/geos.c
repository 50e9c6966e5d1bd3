/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/geos.c - see geos.h. Coordinates go in as the whole numbers they are, so that GEOS judges what the index
 * will hold.
 */
#include "policy/geos.h"

#include <geos_c.h>
#include <math.h>

#include "base/alloc.h"

/* GEOS's reasons (3.11, TopologyValidationError); others are told as the last. */
static const char *const reasons[] = { "Hole lies outside shell", "Nested holes", "Interior is disconnected",
	"Ring Self-intersection", "Self-intersection", "Nested shells", "Duplicate Rings",
	"Too few points in geometry component", "Topology Validation Error" };

static GEOSGeometry *
make_ring(GEOSContextHandle_t h, const struct hyk_ring *ring)
{
	GEOSCoordSequence *seq = GEOSCoordSeq_create_r(h, (unsigned)ring->n, 2);

	for (size_t i = 0; seq && i < ring->n; i++) {
		if (!GEOSCoordSeq_setXY_r(h, seq, (unsigned)i, (double)ring->points[i].lon, (double)ring->points[i].lat)) {
			GEOSCoordSeq_destroy_r(h, seq);
			return NULL;
		}
	}
	return seq ? GEOSGeom_createLinearRing_r(h, seq) : NULL; /* takes the sequence, also when it fails */
}

static void
destroy_all(GEOSContextHandle_t h, GEOSGeometry **geoms, size_t n)
{
	for (size_t i = 0; i < n; i++)
		GEOSGeom_destroy_r(h, geoms[i]);
	hyk_free(geoms);
}

static GEOSGeometry *
make_polygon(GEOSContextHandle_t h, const struct hyk_polygon *polygon)
{
	GEOSGeometry **rings = hyk_malloc((polygon->n + 1) * sizeof(GEOSGeometry *)), *made = NULL;
	size_t n = 0;

	while (rings && n < polygon->n) {
		rings[n] = make_ring(h, &polygon->rings[n]);
		if (!rings[n])
			break;
		n++;
	}
	if (rings && n == polygon->n && n > 0)
		made = GEOSGeom_createPolygon_r(h, rings[0], rings + 1, (unsigned)(n - 1));
	if (made)
		hyk_free(rings); /* what stood in it belongs to the polygon */
	else if (rings)
		destroy_all(h, rings, n);
	return made;
}

static GEOSGeometry *
make_area(GEOSContextHandle_t h, const struct hyk_polygon *polygons, size_t n)
{
	GEOSGeometry **parts = hyk_malloc((n + 1) * sizeof(GEOSGeometry *)), *made = NULL;
	size_t k = 0;

	while (parts && k < n) {
		parts[k] = make_polygon(h, &polygons[k]);
		if (!parts[k])
			break;
		k++;
	}
	if (parts && k == n)
		made = GEOSGeom_createCollection_r(h, GEOS_MULTIPOLYGON, parts, (unsigned)n);
	if (made)
		hyk_free(parts);
	else if (parts)
		destroy_all(h, parts, k);
	return made;
}

static const char *
known_reason(const char *reason)
{
	size_t i = 0;

	while (i + 1 < HYK_ARRAY_LEN(reasons) && (!reason || strcmp(reason, reasons[i]) != 0))
		i++;
	return reasons[i];
}

static enum hyk_status
look(GEOSContextHandle_t h, const GEOSGeometry *area, const char **ret_reason, struct hyk_point *ret_where)
{
	GEOSGeometry *where = NULL;
	char *reason = NULL;
	double x = 0, y = 0;
	char valid = GEOSisValidDetail_r(h, area, 0, &reason, &where);

	if (valid == 0) {
		*ret_reason = known_reason(reason);
		if (where && (GEOSGeomGetX_r(h, where, &x) != 1 || GEOSGeomGetY_r(h, where, &y) != 1))
			x = y = 0;
		*ret_where = (struct hyk_point){ llround(x), llround(y) };
	}
	if (reason)
		GEOSFree_r(h, reason);
	if (where)
		GEOSGeom_destroy_r(h, where);
	return valid == 1 ? HYK_OK : valid == 0 ? HYK_E_INVALID : HYK_E_NOMEM;
}

enum hyk_status
hyk_geos_check(const struct hyk_polygon *polygons, size_t n, const char **ret_reason, struct hyk_point *ret_where)
{
	GEOSContextHandle_t h = GEOS_init_r();
	GEOSGeometry *area = h ? make_area(h, polygons, n) : NULL;
	enum hyk_status st = area ? look(h, area, ret_reason, ret_where) : HYK_E_NOMEM;

	if (area)
		GEOSGeom_destroy_r(h, area);
	if (h)
		GEOS_finish_r(h);
	return st;
}

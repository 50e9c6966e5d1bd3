/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/place.c - see place.h.
 *
 * The index of an area is its slabs: cut along the latitude of every point, so that in a slab edges neither begin nor
 * end nor cross, and have one order from west to east. A question is one binary search for the slab and one within
 * it; an odd number of edges to the west means inside.
 */
#include "text/place.h"

#include <math.h>
#include <stdlib.h>

#define RADIUS_M 6371008.8

__extension__ typedef __int128 wide;

/* Upwards: y0 < y1. Edges along a latitude are not kept: what they bound ends or begins at a slab's side. */
struct edge {
	int64_t x0, y0, x1, y1;
};

struct hyk_area {
	const struct edge *edges;
	const int64_t *ys;       /* sides of the slabs, ascending */
	size_t n_slabs;          /* ys has one more */
	const uint32_t *from;    /* of each slab, where it begins in `order`; one more */
	const uint32_t *order;   /* numbers of edges, from west to east */
};

bool
hyk_point_make(double lat, double lon, struct hyk_point *ret_point)
{
	if (!(lat >= -90.0 && lat <= 90.0 && lon >= -180.0 && lon <= 180.0))
		return false;
	ret_point->lat = llround(lat * (double)HYK_DEGREE);
	ret_point->lon = llround(lon * (double)HYK_DEGREE);
	return true;
}

double
hyk_point_distance_m(struct hyk_point a, struct hyk_point b)
{
	const double radian = M_PI / 180.0 / (double)HYK_DEGREE;
	double lat_a = (double)a.lat * radian, lat_b = (double)b.lat * radian;
	double s = sin((double)(b.lat - a.lat) * radian / 2), t = sin((double)(b.lon - a.lon) * radian / 2);
	double h = s * s + cos(lat_a) * cos(lat_b) * t * t;

	/* the millimetre hides what C libraries do differently in the last digits */
	return round(2 * RADIUS_M * asin(sqrt(h > 1 ? 1 : h)) * 1000) / 1000;
}

/* Building ------------------------------------------------------------ */

static int
by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int
by_bottom(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	return (x->y0 > y->y0) - (x->y0 < y->y0);
}

/* Does edge a stand west of edge b halfway up the slab from y0 to y1? */
static bool
is_west(const struct edge *a, const struct edge *b, int64_t y0, int64_t y1)
{
	/* x of an edge there is this over 2 (y1 - y0) of the edge; all below 2^117 */
	wide of_a = (wide)2 * a->x0 * (a->y1 - a->y0) + (wide)(y0 + y1 - 2 * a->y0) * (a->x1 - a->x0);
	wide of_b = (wide)2 * b->x0 * (b->y1 - b->y0) + (wide)(y0 + y1 - 2 * b->y0) * (b->x1 - b->x0);

	return of_a * (b->y1 - b->y0) < of_b * (a->y1 - a->y0);
}

static size_t
side_of(const int64_t *ys, size_t n, int64_t y)
{
	size_t low = 0;

	/* the last side not above y */
	while (n - low > 1) {
		size_t mid = low + (n - low) / 2;

		if (ys[mid] <= y)
			low = mid;
		else
			n = mid;
	}
	return low;
}

struct build {
	struct hyk_arena *arena, *scratch;
	struct edge *edges;
	int64_t *ys;
	size_t n_edges, n_ys;
	uint32_t *from, *order;
};

static enum hyk_status
gather(struct build *b, const struct hyk_polygon *polygons, size_t n)
{
	size_t n_points = 0, kept = 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < polygons[i].n; k++)
			n_points += polygons[i].rings[k].n;
	}
	if (n_points > HYK_AREA_MAX_POINTS)
		return HYK_E_LIMIT;
	b->edges = hyk_arena_array(b->arena, n_points + 1, sizeof(*b->edges));
	b->ys = hyk_arena_array(b->arena, n_points + 1, sizeof(*b->ys));
	if (!b->edges || !b->ys)
		return HYK_E_NOMEM;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < polygons[i].n; k++) {
			const struct hyk_ring *ring = &polygons[i].rings[k];

			for (size_t j = 0; j + 1 < ring->n; j++) {
				struct hyk_point p = ring->points[j], q = ring->points[j + 1];

				b->ys[b->n_ys++] = p.lat;
				if (p.lat < q.lat)
					b->edges[b->n_edges++] = (struct edge){ p.lon, p.lat, q.lon, q.lat };
				else if (p.lat > q.lat)
					b->edges[b->n_edges++] = (struct edge){ q.lon, q.lat, p.lon, p.lat };
			}
		}
	}
	if (b->n_ys)
		qsort(b->ys, b->n_ys, sizeof(*b->ys), by_number);
	for (size_t i = 0; i < b->n_ys; i++) {
		if (i == 0 || b->ys[i] != b->ys[i - 1])
			b->ys[kept++] = b->ys[i];
	}
	b->n_ys = kept;
	if (b->n_edges)
		qsort(b->edges, b->n_edges, sizeof(*b->edges), by_bottom);
	return HYK_OK;
}

/* How many edges each slab has, hence where it begins in the order. */
static enum hyk_status
measure(struct build *b)
{
	int64_t *more = hyk_arena_array(b->scratch, b->n_ys + 1, sizeof(*more)), here = 0, total = 0;

	b->from = hyk_arena_array(b->arena, b->n_ys + 1, sizeof(*b->from));
	if (!more || !b->from)
		return HYK_E_NOMEM;
	for (size_t i = 0; i < b->n_edges; i++) {
		more[side_of(b->ys, b->n_ys, b->edges[i].y0)]++;
		more[side_of(b->ys, b->n_ys, b->edges[i].y1)]--;
	}
	for (size_t i = 0; i + 1 < b->n_ys; i++) {
		here += more[i];
		b->from[i] = (uint32_t)total;
		total += here;
		if (total > HYK_AREA_MAX_ENTRIES)
			return HYK_E_LIMIT;
	}
	b->from[b->n_ys ? b->n_ys - 1 : 0] = (uint32_t)total;
	b->order = hyk_arena_array(b->arena, (size_t)total + 1, sizeof(*b->order));
	return b->order ? HYK_OK : HYK_E_NOMEM;
}

/* From south to north, keeping the edges of the slab at hand in their order. */
static enum hyk_status
sweep(struct build *b)
{
	uint32_t *live = hyk_arena_array(b->scratch, b->n_edges + 1, sizeof(*live));
	size_t n_live = 0, next = 0;

	if (!live)
		return HYK_E_NOMEM;
	for (size_t i = 0; i + 1 < b->n_ys; i++) {
		int64_t y0 = b->ys[i], y1 = b->ys[i + 1];
		size_t kept = 0;

		for (size_t k = 0; k < n_live; k++) {
			if (b->edges[live[k]].y1 > y0)
				live[kept++] = live[k];
		}
		n_live = kept;
		for (; next < b->n_edges && b->edges[next].y0 == y0; next++) {
			size_t low = 0, high = n_live;

			while (low < high) {
				size_t mid = low + (high - low) / 2;

				if (is_west(&b->edges[live[mid]], &b->edges[next], y0, y1))
					low = mid + 1;
				else
					high = mid;
			}
			memmove(live + low + 1, live + low, (n_live - low) * sizeof(*live));
			live[low] = (uint32_t)next;
			n_live++;
		}
		HYK_ASSERT(n_live == b->from[i + 1] - b->from[i]);
		if (n_live)
			memcpy(b->order + b->from[i], live, n_live * sizeof(*live));
	}
	return HYK_OK;
}

enum hyk_status
hyk_area_build(struct hyk_arena *a, const struct hyk_polygon *polygons, size_t n, const struct hyk_area **ret_area)
{
	struct hyk_area *area = hyk_arena_alloc(a, sizeof(*area));
	struct hyk_arena scratch;
	struct build b = { .arena = a, .scratch = &scratch };
	enum hyk_status st;

	if (!area)
		return HYK_E_NOMEM;
	hyk_arena_init(&scratch, 0);
	st = gather(&b, polygons, n);
	if (st == HYK_OK)
		st = measure(&b);
	if (st == HYK_OK)
		st = sweep(&b);
	hyk_arena_fini(&scratch);
	if (st != HYK_OK)
		return st;
	*area = (struct hyk_area){ b.edges, b.ys, b.n_ys ? b.n_ys - 1 : 0, b.from, b.order };
	*ret_area = area;
	return HYK_OK;
}

/* Asking -------------------------------------------------------------- */

/* Above 0: p lies east of the edge, or of its line; 0: on it. Exact. */
static int
east_of(const struct edge *e, struct hyk_point p)
{
	wide d = (wide)(p.lon - e->x0) * (e->y1 - e->y0) - (wide)(p.lat - e->y0) * (e->x1 - e->x0);

	return (d > 0) - (d < 0);
}

/* Is p, within the slab or on its sides, in the area or on its edge? */
static bool
slab_has(const struct hyk_area *area, size_t slab, struct hyk_point p)
{
	const uint32_t *order = area->order + area->from[slab];
	size_t n = area->from[slab + 1] - area->from[slab], low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int side = east_of(&area->edges[order[mid]], p);

		if (side == 0)
			return true;
		if (side > 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low % 2 == 1;
}

static bool
has(const struct hyk_area *area, struct hyk_point p)
{
	size_t slab;

	if (!area->n_slabs || p.lat < area->ys[0] || p.lat > area->ys[area->n_slabs])
		return false;
	slab = side_of(area->ys, area->n_slabs + 1, p.lat);
	/* On a side of two slabs it belongs to both: what ends below begins above. */
	if (p.lat == area->ys[slab] && slab > 0 && slab_has(area, slab - 1, p))
		return true;
	return slab < area->n_slabs && slab_has(area, slab, p);
}

bool
hyk_area_has(const struct hyk_area *area, struct hyk_point p)
{
	if (has(area, p))
		return true;
	/* 180 degrees east are 180 degrees west */
	if (p.lon != 180 * HYK_DEGREE && p.lon != -180 * HYK_DEGREE)
		return false;
	p.lon = -p.lon;
	return has(area, p);
}

const struct hyk_place *
hyk_places_find(const struct hyk_places *places, struct hyk_str id)
{
	for (; places; places = places->above) {
		const struct hyk_place *place = hyk_map_find(&places->by_id, id);

		if (place)
			return place;
	}
	return NULL;
}

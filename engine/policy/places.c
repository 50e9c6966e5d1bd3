/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/places.c - places of a commons: GeoJSON (RFC 7946) to points and areas that can be asked.
 *
 * Where something may be done decides like a rule, so places are texts of the ruleset: digested with the rules, kept
 * with them, and the same again when a decision is made again. A commons sees the places of those above it, and may
 * not name one anew that stands there already: the rules above mean theirs.
 *
 * What cannot be read in one way only is refused: other systems of coordinates, rings that are open or cross
 * themselves, areas over a pole or across the antimeridian in one piece.
 */
#include <inttypes.h>
#include <math.h>

#include "policy/geos.h"
#include "policy/loader.h"

struct reading {
	struct hyk_loader *l;    /* its arena is for the reading only */
	struct hyk_arena *kept;  /* for what stays */
	const struct hyk_node *feature; /* the place at hand */
	bool fine;
};

static void
refuse(struct reading *r, const struct hyk_node *node, enum hyk_diag_id id)
{
	HYK_DIAG0(r->l->r.diags, id, r->l->r.src, node->span);
	r->fine = false;
}

/* Degrees as people write them: "127.1775". */
static struct hyk_str
degrees(struct hyk_loader *l, int64_t value)
{
	uint64_t u = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	struct hyk_str s = hyk_arena_printf(l->r.arena, "%s%" PRIu64 ".%09" PRIu64, value < 0 ? "-" : "",
	    u / (uint64_t)HYK_DEGREE, u % (uint64_t)HYK_DEGREE);

	while (s.n > 2 && s.p[s.n - 1] == '0' && s.p[s.n - 2] != '.')
		s.n--;
	return s.p ? s : HYK_STR("?");
}

static bool
is_list(struct reading *r, const struct hyk_node *node, const char *what)
{
	bool fine = hyk_reader_is_list(&r->l->r, node, what);

	r->fine &= fine;
	return fine;
}

/* [longitude, latitude], perhaps with a height, which says nothing here. */
static bool
read_position(struct reading *r, const struct hyk_node *node, struct hyk_point *ret_point)
{
	double c[3] = { 0 };
	bool numbers = node->kind == HYK_NODE_LIST && (node->n == 2 || node->n == 3);

	for (size_t i = 0; numbers && i < node->n; i++)
		numbers = node->items[i]->kind == HYK_NODE_SCALAR && node->items[i]->style == HYK_STYLE_JSON_WORD &&
		    hyk_str_to_double(node->items[i]->text, &c[i]);
	if (!numbers)
		refuse(r, node, HYK_D_PLACE_POSITION);
	else if (!hyk_point_make(c[1], c[0], ret_point))
		refuse(r, node, HYK_D_PLACE_RANGE);
	else
		return true;
	return false;
}

static bool
same_point(struct hyk_point a, struct hyk_point b)
{
	return a.lon == b.lon && a.lat == b.lat;
}

static void
read_ring(struct reading *r, const struct hyk_node *node, struct hyk_ring *ring)
{
	struct hyk_point *points;
	bool fine = true;

	if (!is_list(r, node, "coordinates"))
		return;
	points = hyk_reader_alloc(&r->l->r, node->n, sizeof(*points));
	for (size_t i = 0; points && i < node->n && fine; i++) {
		fine = read_position(r, node->items[i], &points[i]);
		if (!fine)
			continue;
		if (points[i].lat == 90 * HYK_DEGREE || points[i].lat == -90 * HYK_DEGREE)
			refuse(r, node->items[i], HYK_D_PLACE_POLE);
		else if (i && (points[i].lon - points[i - 1].lon > 180 * HYK_DEGREE ||
		    points[i - 1].lon - points[i].lon > 180 * HYK_DEGREE))
			refuse(r, node->items[i], HYK_D_PLACE_ANTIMERIDIAN);
	}
	if (!points || !fine)
		return;
	if (node->n < 4)
		refuse(r, node, HYK_D_PLACE_RING_SHORT);
	else if (!same_point(points[0], points[node->n - 1]))
		refuse(r, node->items[node->n - 1], HYK_D_PLACE_RING_OPEN);
	*ring = (struct hyk_ring){ points, node->n };
}

static void
read_polygon(struct reading *r, const struct hyk_node *node, struct hyk_polygon *polygon)
{
	struct hyk_ring *rings;

	if (!is_list(r, node, "coordinates"))
		return;
	if (!node->n)
		refuse(r, node, HYK_D_PLACE_RING_SHORT);
	rings = hyk_reader_alloc(&r->l->r, node->n, sizeof(*rings));
	for (size_t i = 0; rings && i < node->n; i++)
		read_ring(r, node->items[i], &rings[i]);
	*polygon = (struct hyk_polygon){ rings, node->n };
}

/* The position of the area's text that is nearest to a point. */
static const struct hyk_node *
nearest_position(const struct hyk_polygon *polygons, const struct hyk_node *const *nodes, size_t n, struct hyk_point p)
{
	const struct hyk_node *best = nodes[0];
	double least = INFINITY;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < polygons[i].n; k++) {
			for (size_t j = 0; j < polygons[i].rings[k].n; j++) {
				struct hyk_point q = polygons[i].rings[k].points[j];
				double x = (double)(p.lon - q.lon), y = (double)(p.lat - q.lat);

				if (x * x + y * y >= least)
					continue;
				least = x * x + y * y;
				best = nodes[i]->items[k]->items[j];
			}
		}
	}
	return best;
}

static const struct {
	const char *reason, *en, *ko;
} reasons[] = {
	{ "Hole lies outside shell", "a hole lies outside of its outer ring", "구멍이 바깥 고리 밖에 있습니다" },
	{ "Nested holes", "a hole lies inside of another hole", "구멍 안에 구멍이 있습니다" },
	{ "Interior is disconnected", "holes cut the area into parts", "구멍이 구역을 둘로 나눕니다" },
	{ "Ring Self-intersection", "a ring touches itself", "고리가 자신과 닿습니다" },
	{ "Self-intersection", "edges cross", "변이 서로 엇갈립니다" },
	{ "Nested shells", "a part lies inside of another part", "한 부분이 다른 부분 안에 있습니다" },
	{ "Duplicate Rings", "a ring is there twice", "같은 고리가 두 번 있습니다" },
	{ "Too few points in geometry component", "a ring has fewer than three corners", "고리의 꼭짓점이 셋보다 적습니다" },
};

/* The area of valid polygons; NULL: told why. */
static const struct hyk_area *
make_area(struct reading *r, const struct hyk_polygon *polygons, const struct hyk_node *const *nodes, size_t n)
{
	struct hyk_str en = HYK_STR("it is not valid"), ko = HYK_STR("올바른 도형이 아닙니다");
	const struct hyk_area *area = NULL;
	const struct hyk_node *at;
	const char *reason = NULL;
	struct hyk_point where = { 0, 0 };
	enum hyk_status st = hyk_geos_check(polygons, n, &reason, &where);

	if (st == HYK_OK)
		st = hyk_area_build(r->kept, polygons, n, &area);
	if (st == HYK_OK)
		return area;
	if (st == HYK_E_NOMEM) {
		r->l->r.nomem = true;
	} else if (st == HYK_E_LIMIT) {
		refuse(r, nodes[0], HYK_D_PLACE_DETAIL);
	} else {
		for (size_t i = 0; i < HYK_ARRAY_LEN(reasons); i++) {
			if (strcmp(reasons[i].reason, reason) == 0) {
				en = hyk_str_from_c(reasons[i].en);
				ko = hyk_str_from_c(reasons[i].ko);
			}
		}
		at = nearest_position(polygons, nodes, n, where);
		HYK_DIAG(r->l->r.diags, HYK_D_PLACE_INVALID, r->l->r.src, at->span, en, ko, degrees(r->l, where.lon),
		    degrees(r->l, where.lat));
		r->fine = false;
	}
	return NULL;
}

static void
read_area(struct reading *r, const struct hyk_node *coordinates, bool many, struct hyk_place *place)
{
	struct hyk_polygon *polygons;
	const struct hyk_node **nodes;
	size_t n = many ? coordinates->n : 1;

	if (!is_list(r, coordinates, "coordinates"))
		return;
	if (!n) {
		refuse(r, coordinates, HYK_D_PLACE_RING_SHORT);
		return;
	}
	polygons = hyk_reader_alloc(&r->l->r, n, sizeof(*polygons));
	nodes = hyk_reader_alloc(&r->l->r, n, sizeof(*nodes));
	if (!polygons || !nodes)
		return;
	for (size_t i = 0; i < n; i++) {
		nodes[i] = many ? coordinates->items[i] : coordinates;
		read_polygon(r, nodes[i], &polygons[i]);
	}
	if (r->fine && !r->l->r.nomem)
		place->area = make_area(r, polygons, nodes, n);
}

static void
read_geometry(struct reading *r, const struct hyk_node *node, struct hyk_place *place)
{
	static const char *const kinds[] = { "Point", "Polygon", "MultiPolygon", NULL };
	struct hyk_what what = HYK_WHAT("a geometry", "도형");
	const struct hyk_node *type, *coordinates;
	int kind = 0;

	if (!hyk_reader_is_map(&r->l->r, node, "geometry")) {
		r->fine = false;
		return;
	}
	type = hyk_reader_need(&r->l->r, node, "type", what);
	coordinates = hyk_reader_need(&r->l->r, node, "coordinates", what);
	if (!type || !coordinates || !hyk_reader_one_of(&r->l->r, type, "type", kinds, &kind)) {
		r->fine = false;
		return;
	}
	if (kind == 0)
		(void)read_position(r, coordinates, &place->point);
	else
		read_area(r, coordinates, kind == 2, place);
}

/* A text of the reading, kept. */
static void
keep_text(struct reading *r, const struct hyk_text *text, struct hyk_text *ret_kept)
{
	struct hyk_str *tags = hyk_arena_array(r->kept, text->n, sizeof(*tags));
	struct hyk_str *texts = hyk_arena_array(r->kept, text->n, sizeof(*texts));

	for (size_t i = 0; tags && texts && i < text->n; i++) {
		tags[i] = hyk_arena_dup(r->kept, text->tags[i]);
		texts[i] = hyk_arena_dup(r->kept, text->texts[i]);
		r->l->r.nomem |= !tags[i].p || !texts[i].p;
	}
	r->l->r.nomem |= !tags || !texts;
	*ret_kept = (struct hyk_text){ text->n, tags, texts };
}

/* "id" of the feature, or of its properties, where most programs put it. */
static bool
read_id(struct reading *r, const struct hyk_node *properties, const struct hyk_node **ret_node, struct hyk_str *ret_id)
{
	const struct hyk_node *node = hyk_node_find(r->feature, "id");

	if (!node && properties)
		node = hyk_node_find(properties, "id");
	if (!node)
		node = hyk_reader_need(&r->l->r, r->feature, "id", HYK_WHAT("a place", "장소"));
	*ret_node = node;
	return node && hyk_reader_id(&r->l->r, node, "id", ret_id);
}

static void
read_feature(struct hyk_loader *l, struct hyk_arena *kept, const struct hyk_node *node, struct hyk_commons_impl *c)
{
	static const char *const kinds[] = { "Feature", NULL };
	struct hyk_what what = HYK_WHAT("a place", "장소");
	struct reading r = { .l = l, .kept = kept, .feature = node, .fine = true };
	struct hyk_place_entry *entry = hyk_arena_alloc(kept, sizeof(*entry));
	struct hyk_place *place = entry ? &entry->place : NULL;
	const struct hyk_node *type, *geometry, *properties, *title, *id_node;
	struct hyk_text text;
	int kind;

	l->r.nomem |= !place;
	if (!place || !hyk_reader_is_map(&l->r, node, "features"))
		return;
	type = hyk_reader_need(&l->r, node, "type", what);
	if (type)
		(void)hyk_reader_one_of(&l->r, type, "type", kinds, &kind);
	properties = hyk_node_find(node, "properties");
	if (properties && properties->kind == HYK_NODE_MAP) {
		title = hyk_node_find(properties, "title");
		if (title && hyk_reader_localized(&l->r, title, "title", &text))
			keep_text(&r, &text, &entry->title);
	}
	geometry = hyk_reader_need(&l->r, node, "geometry", what);
	if (geometry) {
		read_geometry(&r, geometry, place);
		entry->geometry = hyk_str_make(l->r.src->text.p + geometry->span.at, geometry->span.n);
	}
	if (!read_id(&r, properties, &id_node, &place->id) || !geometry || !r.fine || !c)
		return;
	if (hyk_places_find(c->places, place->id)) {
		HYK_DIAG(l->r.diags, hyk_map_find(&c->places->by_id, place->id) ? HYK_D_PLACE_TWICE : HYK_D_PLACE_ABOVE,
		    l->r.src, id_node->span, place->id);
		return;
	}
	place->id = hyk_arena_dup(kept, place->id);
	if (!place->id.p || hyk_map_add(&c->places->by_id, place->id, entry) != HYK_OK)
		l->r.nomem = true;
}

/* RFC 7946 has one system of coordinates; older files name it, or another. EPSG:4326 has the latitude first. */
static void
check_system(struct hyk_loader *l, const struct hyk_node *root)
{
	const struct hyk_node *crs = hyk_node_find(root, "crs"), *properties, *name;

	if (!crs || (crs->kind == HYK_NODE_SCALAR && hyk_str_eq_c(crs->text, "null")))
		return;
	properties = hyk_node_find(crs, "properties");
	name = properties ? hyk_node_find(properties, "name") : NULL;
	if (name && name->kind == HYK_NODE_SCALAR && hyk_str_eq_c(name->text, "urn:ogc:def:crs:OGC:1.3:CRS84"))
		return;
	HYK_DIAG0(l->r.diags, HYK_D_PLACES_SYSTEM, l->r.src, (name ? name : crs)->span);
}

static void
read_one(struct hyk_loader *l, struct hyk_arena *kept, const struct hyk_document *doc, struct hyk_commons_impl *c)
{
	static const char *const kinds[] = { "FeatureCollection", NULL };
	struct hyk_what what = HYK_WHAT("a file of places", "장소 파일");
	const struct hyk_node *root, *node;
	enum hyk_status st;
	int kind;

	l->r.src = doc->src;
	l->r.broken = false;
	st = hyk_json_nodes_parse(l->r.arena, doc->src, &root, l->r.diags);
	l->r.nomem |= st == HYK_E_NOMEM;
	if (st != HYK_OK || !hyk_reader_is_map(&l->r, root, "file"))
		return;
	node = hyk_reader_need(&l->r, root, "type", what);
	if (node && !hyk_reader_one_of(&l->r, node, "type", kinds, &kind))
		return;
	check_system(l, root);
	node = hyk_reader_need(&l->r, root, "features", what);
	if (!node || !hyk_reader_is_list(&l->r, node, "features"))
		return;
	for (size_t i = 0; i < node->n && !l->r.nomem; i++)
		read_feature(l, kept, node->items[i], c);
}

/* The tree of a file of places is many times larger than the places: it goes when they are made. */
static void
read_apart(struct hyk_loader *l, const struct hyk_document *doc, struct hyk_commons_impl *c)
{
	struct hyk_arena *kept = l->r.arena, scratch;

	hyk_arena_init(&scratch, 0);
	l->r.arena = &scratch;
	read_one(l, kept, doc, c);
	l->r.arena = kept;
	hyk_arena_fini(&scratch);
}

static void
read_commons(struct hyk_loader *l, const struct hyk_document *docs, size_t n, struct hyk_commons_impl *c)
{
	const struct hyk_places *above = c && c->up ? c->up->pub.data.places : NULL;

	if (c)
		c->pub.data.places = above;
	for (size_t i = 0; i < n; i++) {
		if (docs[i].kind != HYK_DOC_PLACES || hyk_commons_of_folder(l, docs[i].path) != c)
			continue;
		if (c && !c->places) {
			c->places = hyk_reader_alloc(&l->r, 1, sizeof(*c->places));
			if (!c->places)
				return;
			hyk_map_init(&c->places->by_id, l->r.arena);
			c->places->above = above;
			c->pub.data.places = c->places;
		}
		read_apart(l, &docs[i], c);
	}
}

void
hyk_places_read(struct hyk_loader *l, const struct hyk_document *docs, size_t n)
{
	/* A file outside of every folder of a commons is only looked at. */
	read_commons(l, docs, n, NULL);
	/* The loader made the upper ones first. */
	for (size_t i = 0; i < l->commons.n && !l->r.nomem; i++) {
		struct hyk_commons_impl *c = l->commons.entries[i].item;

		if (c != l->top)
			read_commons(l, docs, n, c);
	}
}

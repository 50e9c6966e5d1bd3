/* SPDX-License-Identifier: Apache-2.0 */
/* registry/registry.c - see registry.h: an array of entries sorted by type and id, under a lock of readers and a writer. */
#include "registry/registry.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "value/json.h"

struct hyk_registry {
	atomic_uint refs;
	struct hyk_ruleset *ruleset;
	pthread_rwlock_t lock; /* guards what follows */
	struct hyk_arena arena;
	struct hyk_entry **entries; /* by type, then id; entries never change and never move */
	size_t n, room;
};

enum hyk_status
hyk_registry_new(struct hyk_ruleset *r, struct hyk_registry **ret_registry)
{
	struct hyk_registry *g = calloc(1, sizeof(*g));

	if (g == NULL)
		return HYK_E_NOMEM;
	if (pthread_rwlock_init(&g->lock, NULL) != 0) {
		free(g);
		return HYK_E_NOMEM;
	}
	atomic_init(&g->refs, 1);
	g->ruleset = hyk_ruleset_ref(r);
	hyk_arena_init(&g->arena, 0);
	*ret_registry = g;
	return HYK_OK;
}

struct hyk_registry *
hyk_registry_ref(struct hyk_registry *g)
{
	atomic_fetch_add_explicit(&g->refs, 1, memory_order_relaxed);
	return g;
}

struct hyk_registry *
hyk_registry_unref(struct hyk_registry *g)
{
	if (g == NULL || atomic_fetch_sub_explicit(&g->refs, 1, memory_order_acq_rel) != 1)
		return NULL;
	hyk_arena_fini(&g->arena);
	free(g->entries);
	pthread_rwlock_destroy(&g->lock);
	hyk_ruleset_unref(g->ruleset);
	free(g);
	return NULL;
}

static int
compare(const struct hyk_entity *e, struct hyk_str type, struct hyk_str id)
{
	int order = hyk_str_cmp(e->type, type);

	return order != 0 ? order : hyk_str_cmp(e->id, id);
}

/* The first entry that is not before type and id. */
static size_t
lower_bound(const struct hyk_registry *g, struct hyk_str type, struct hyk_str id)
{
	size_t low = 0, high = g->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare(&g->entries[mid]->entity, type, id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct hyk_entry *
find(const struct hyk_registry *g, struct hyk_str type, struct hyk_str id)
{
	size_t at = lower_bound(g, type, id);

	return at < g->n && compare(&g->entries[at]->entity, type, id) == 0 ? g->entries[at] : NULL;
}

/* Under the lock. */
static bool
make_room(struct hyk_registry *g)
{
	size_t room = g->room == 0 ? 64 : g->room * 2;
	struct hyk_entry **more;

	if (g->n < g->room)
		return true;
	more = realloc(g->entries, room * sizeof(struct hyk_entry *));
	if (more == NULL)
		return false;
	g->entries = more;
	g->room = room;
	return true;
}

/* The text without facts would be a document too: what is read here was checked when it was recorded. */
static enum hyk_status
make_entry(struct hyk_registry *g, enum hyk_registered_kind kind, struct hyk_str doc, uint64_t index,
    struct hyk_entry **ret_entry)
{
	struct hyk_arena *a = &g->arena;
	struct hyk_entry *e = hyk_arena_alloc(a, sizeof(*e));
	struct hyk_str text = hyk_arena_dup(a, doc);
	struct hyk_source *src = text.p == NULL ? NULL : hyk_source_new(a, HYK_STR("<registry>"), text);
	struct hyk_registered d = { .kind = kind, .facts = hyk_null() };
	const struct hyk_value *m;
	struct hyk_value v;
	enum hyk_status st;

	if (e == NULL || src == NULL)
		return HYK_E_NOMEM;
	st = hyk_json_parse(a, src, NULL, &v, NULL);
	if (st != HYK_OK)
		return st;
	m = hyk_value_get(v, "type");
	if (m == NULL || m->kind != HYK_STRING)
		return HYK_E_INVALID;
	d.type = hyk_value_str(*m);
	m = hyk_value_get(v, "id");
	if (m == NULL || m->kind != HYK_STRING)
		return HYK_E_INVALID;
	d.id = hyk_value_str(*m);
	m = hyk_value_get(v, "commons");
	if (m != NULL && m->kind == HYK_STRING)
		d.commons = hyk_value_str(*m);
	m = hyk_value_get(v, "facts");
	if (m != NULL)
		d.facts = *m;
	m = hyk_value_get(v, "retired");
	e->retired = m != NULL && m->kind == HYK_BOOL && m->as.b;
	e->index = index;
	e->doc = text;
	*ret_entry = e;
	return hyk_registered_bind(a, g->ruleset, &d, &e->entity, NULL);
}

enum hyk_status
hyk_registry_put(struct hyk_registry *g, enum hyk_registered_kind kind, struct hyk_str doc, uint64_t index)
{
	struct hyk_entry *e = NULL;
	enum hyk_status st;
	size_t at;

	pthread_rwlock_wrlock(&g->lock);
	st = make_entry(g, kind, doc, index, &e);
	if (st == HYK_OK && !make_room(g))
		st = HYK_E_NOMEM;
	if (st == HYK_OK) {
		at = lower_bound(g, e->entity.type, e->entity.id);
		if (at < g->n && compare(&g->entries[at]->entity, e->entity.type, e->entity.id) == 0) {
			if (g->entries[at]->index <= index)
				g->entries[at] = e;
		} else {
			memmove(&g->entries[at + 1], &g->entries[at], (g->n - at) * sizeof(struct hyk_entry *));
			g->entries[at] = e;
			g->n++;
		}
	}
	pthread_rwlock_unlock(&g->lock);
	return st;
}

const struct hyk_entry *
hyk_registry_entry(struct hyk_registry *g, struct hyk_str type, struct hyk_str id)
{
	const struct hyk_entry *e;

	pthread_rwlock_rdlock(&g->lock);
	e = find(g, type, id);
	pthread_rwlock_unlock(&g->lock);
	return e;
}

const struct hyk_entity *
hyk_registry_find(struct hyk_registry *g, struct hyk_str type, struct hyk_str id)
{
	const struct hyk_entry *e = hyk_registry_entry(g, type, id);

	if (e != NULL)
		return e->retired ? NULL : &e->entity;
	return hyk_ruleset_find_entity(g->ruleset, type, id);
}

static bool
is_within(const struct hyk_entity *e, struct hyk_str within)
{
	return e->commons == NULL || hyk_commons_contains(within, e->commons->path);
}

/* Two sorted lists become one; where both have an id the entry on record speaks. */
enum hyk_status
hyk_registry_list(struct hyk_registry *g, struct hyk_str type, struct hyk_str within, struct hyk_str after, size_t most,
    struct hyk_arena *a, struct hyk_str **ret_ids, size_t *ret_n)
{
	size_t n_ground, i = 0, k, end, n = 0;
	const struct hyk_entity *ground = hyk_ruleset_entities_of(g->ruleset, type, &n_ground);
	struct hyk_str *ids;

	pthread_rwlock_rdlock(&g->lock);
	for (k = lower_bound(g, type, after), end = k; end < g->n && hyk_str_eq(g->entries[end]->entity.type, type);)
		end++;
	if (end - k + n_ground < most)
		most = end - k + n_ground;
	ids = hyk_arena_array(a, most, sizeof(*ids));
	while (ids != NULL && n < most && (i < n_ground || k < end)) {
		int order = i == n_ground ? 1 : k == end ? -1 : hyk_str_cmp(ground[i].id, g->entries[k]->entity.id);
		const struct hyk_entity *e = order < 0 ? &ground[i] : &g->entries[k]->entity;
		bool retired = order >= 0 && g->entries[k]->retired;

		i += order <= 0;
		k += order >= 0;
		if (!retired && is_within(e, within) && (after.n == 0 || hyk_str_cmp(e->id, after) > 0))
			ids[n++] = e->id;
	}
	pthread_rwlock_unlock(&g->lock);
	if (ids == NULL)
		return HYK_E_NOMEM;
	*ret_ids = ids;
	*ret_n = n;
	return HYK_OK;
}

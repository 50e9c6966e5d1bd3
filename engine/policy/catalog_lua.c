/* SPDX-License-Identifier: Apache-2.0 */
/* policy/catalog_lua.c - members of manifests, and where they stand in the Lua text. */
#include "policy/catalog_impl.h"

#include "base/buf.h"

struct hyk_lua_place
hyk_lua_line(const struct hyk_source *src, struct hyk_value item)
{
	struct hyk_lua_place place = { src, 0 };
	const struct hyk_value *line = hyk_value_get(item, "line");
	int64_t want = line && line->kind == HYK_INT ? line->as.i : 1;

	while (src && want > 1 && place.at < src->text.n) {
		const char *hit = memchr(src->text.p + place.at, '\n', src->text.n - place.at);

		if (!hit)
			break;
		place.at = (uint32_t)(hit - src->text.p) + 1;
		want--;
	}
	return place;
}

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Not a parser: the first place that looks like the key, comments passed over. */
struct hyk_span
hyk_lua_find(struct hyk_lua_place place, struct hyk_str key)
{
	struct hyk_str text;
	size_t i = place.at;

	if (!place.src)
		return HYK_NO_SPAN;
	text = place.src->text;
	for (; key.n && i + key.n <= text.n; i++) {
		size_t end = i + key.n;
		bool quoted;

		if (text.p[i] == '-' && i + 1 < text.n && text.p[i + 1] == '-') {
			while (i < text.n && text.p[i] != '\n')
				i++;
			continue;
		}
		if (memcmp(text.p + i, key.p, key.n) != 0 || (i > 0 && is_word(text.p[i - 1])) ||
		    (end < text.n && is_word(text.p[end])))
			continue;
		quoted = i > 0 && (text.p[i - 1] == '"' || text.p[i - 1] == '\'');
		if (!quoted) {
			while (end < text.n && (text.p[end] == ' ' || text.p[end] == '\t'))
				end++;
			if (end >= text.n || text.p[end] != '=')
				continue;
		}
		return (struct hyk_span){ (uint32_t)i, (uint32_t)key.n };
	}
	i = place.at;
	while (i < text.n && text.p[i] == ' ')
		i++;
	return (struct hyk_span){ (uint32_t)i, 1 };
}

struct hyk_lua_place
hyk_lua_enter(struct hyk_lua_place place, const char *key)
{
	place.at = hyk_lua_find(place, hyk_str_from_c(key)).at;
	return place;
}

struct hyk_diag *
hyk_catalog_tell(struct hyk_catalog_impl *c, enum hyk_diag_id id, struct hyk_lua_place place, struct hyk_str key,
    struct hyk_str a, struct hyk_str b, struct hyk_str d)
{
	return HYK_DIAG(c->diags, id, place.src, hyk_lua_find(place, key), a, b, d);
}

void *
hyk_catalog_alloc(struct hyk_catalog_impl *c, size_t n, size_t size)
{
	void *p = hyk_arena_array(c->arena, n, size);

	if (!p)
		c->nomem = true;
	return p;
}

#define MAX_KEYS 24

void
hyk_catalog_check_keys(struct hyk_catalog_impl *c, struct hyk_value map, struct hyk_lua_place place,
    const char *const *keys)
{
	struct hyk_str names[MAX_KEYS];
	size_t n = 0;

	if (map.kind != HYK_MAP)
		return;
	for (; keys[n]; n++) {
		HYK_ASSERT(n < MAX_KEYS);
		names[n] = hyk_str_from_c(keys[n]);
	}
	for (uint32_t i = 0; i < map.as.map->n; i++) {
		struct hyk_value key = map.as.map->entries[i].key;
		struct hyk_str name = key.kind == HYK_STRING ? hyk_value_str(key) : HYK_STR("1");
		size_t k = 0;

		while (k < n && !hyk_str_eq(name, names[k]))
			k++;
		if (k == n)
			hyk_diag_suggest(c->diags,
			    hyk_catalog_tell(c, HYK_D_CATALOG_KEY, place, name, name, HYK_STR(""), HYK_STR("")),
			    hyk_str_nearest(name, names, n));
	}
}

static const struct hyk_value *
get_kind(struct hyk_catalog_impl *c, struct hyk_value map, const char *key, enum hyk_kind kind,
    struct hyk_lua_place place)
{
	const struct hyk_value *v = hyk_value_get(map, key);

	if (!v || v->kind == HYK_NULL)
		return NULL;
	if (v->kind == kind)
		return v;
	hyk_catalog_tell(c, HYK_D_CATALOG_KIND, place, hyk_str_from_c(key), hyk_str_from_c(key),
	    hyk_str_from_c(kind == HYK_MAP ? "table" : hyk_kind_name(kind)), HYK_STR(""));
	return NULL;
}

struct hyk_str
hyk_catalog_str(struct hyk_catalog_impl *c, struct hyk_value map, const char *key, struct hyk_lua_place place)
{
	const struct hyk_value *v = get_kind(c, map, key, HYK_STRING, place);

	return v ? hyk_value_str(*v) : HYK_STR("");
}

bool
hyk_catalog_bool(struct hyk_catalog_impl *c, struct hyk_value map, const char *key, bool otherwise,
    struct hyk_lua_place place)
{
	const struct hyk_value *v = get_kind(c, map, key, HYK_BOOL, place);

	return v ? v->as.b : otherwise;
}

struct hyk_text
hyk_catalog_text(struct hyk_catalog_impl *c, struct hyk_value map, const char *key, struct hyk_lua_place place)
{
	const struct hyk_value *v = hyk_value_get(map, key);
	struct hyk_text t = { 0 };
	struct hyk_str *tags, *texts;
	uint32_t n = 1;

	if (!v || v->kind == HYK_NULL)
		return t;
	if (v->kind == HYK_MAP)
		n = v->as.map->n;
	else if (v->kind != HYK_STRING)
		(void)get_kind(c, map, key, HYK_STRING, place);
	tags = hyk_catalog_alloc(c, n, sizeof(*tags));
	texts = hyk_catalog_alloc(c, n, sizeof(*texts));
	if (!tags || !texts)
		return t;
	if (v->kind == HYK_STRING) {
		tags[0] = HYK_STR("und");
		texts[0] = hyk_value_str(*v);
		return (struct hyk_text){ 1, tags, texts };
	}
	if (v->kind != HYK_MAP)
		return t;
	for (uint32_t i = 0; i < n; i++) {
		const struct hyk_ventry *e = &v->as.map->entries[i];

		if (e->key.kind != HYK_STRING || e->value.kind != HYK_STRING) {
			hyk_catalog_tell(c, HYK_D_CATALOG_KIND, place, hyk_str_from_c(key), hyk_str_from_c(key),
			    HYK_STR("{ ko = \"...\", en = \"...\" }"), HYK_STR(""));
			return t;
		}
		tags[i] = hyk_value_str(e->key);
		texts[i] = hyk_value_str(e->value);
	}
	return (struct hyk_text){ n, tags, texts };
}

const struct hyk_vmap *
hyk_catalog_map(struct hyk_catalog_impl *c, struct hyk_value map, const char *key, struct hyk_lua_place place)
{
	const struct hyk_value *v = get_kind(c, map, key, HYK_MAP, place);

	return v ? v->as.map : NULL;
}

const struct hyk_str *
hyk_catalog_strs(struct hyk_catalog_impl *c, struct hyk_value map, const char *key, struct hyk_lua_place place,
    size_t *ret_n)
{
	const struct hyk_value *v = hyk_value_get(map, key), *items = v;
	struct hyk_str *out;
	uint32_t n = 1;

	*ret_n = 0;
	if (!v || v->kind == HYK_NULL || (v->kind == HYK_MAP && v->as.map->n == 0))
		return NULL;
	if (v->kind == HYK_LIST) {
		n = v->as.list->n;
		items = v->as.list->items;
	}
	out = hyk_catalog_alloc(c, n, sizeof(*out));
	for (uint32_t i = 0; out && i < n; i++) {
		if (items[i].kind != HYK_STRING) {
			hyk_catalog_tell(c, HYK_D_CATALOG_KIND, place, hyk_str_from_c(key), hyk_str_from_c(key),
			    HYK_STR("{ \"...\" }"), HYK_STR(""));
			return NULL;
		}
		out[i] = hyk_value_str(items[i]);
	}
	*ret_n = out ? n : 0;
	return out;
}

struct hyk_value
hyk_lua_shape(struct hyk_catalog_impl *c, struct hyk_value v, const struct hyk_type *type)
{
	if (type->kind == HYK_T_LIST && v.kind == HYK_MAP && v.as.map->n == 0) {
		v = hyk_list(c->arena, NULL, 0);
		c->nomem |= v.kind == HYK_ERROR_VALUE;
	}
	return v;
}

void
hyk_catalog_append(struct hyk_catalog_impl *c, struct hyk_fact_set *set, const struct hyk_fact *fact)
{
	const struct hyk_fact **more;

	if (set->n == set->room) {
		more = hyk_arena_grow(c->arena, set->facts, set->n, &set->room, sizeof(*set->facts));
		if (!more) {
			c->nomem = true;
			return;
		}
		set->facts = more;
	}
	set->facts[set->n++] = fact;
}

void
hyk_catalog_put(struct hyk_catalog_impl *c, struct hyk_fact_set *set, const struct hyk_fact *fact)
{
	for (size_t i = 0; i < set->n; i++) {
		if (set->facts[i]->slot == fact->slot) {
			set->facts[i] = fact;
			return;
		}
	}
	hyk_catalog_append(c, set, fact);
}

const struct hyk_fact *
hyk_fact_set_find(const struct hyk_fact_set *set, struct hyk_str name)
{
	for (size_t i = 0; i < set->n; i++) {
		if (hyk_str_eq(set->facts[i]->name, name))
			return set->facts[i];
	}
	return NULL;
}

void
hyk_catalog_put_all(struct hyk_catalog_impl *c, struct hyk_fact_set *set, const struct hyk_fact_set *from)
{
	for (size_t i = 0; i < from->n; i++)
		hyk_catalog_put(c, set, from->facts[i]);
}

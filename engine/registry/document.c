/* SPDX-License-Identifier: Apache-2.0 */
/* registry/document.c - see document.h. */
#include "registry/document.h"

#include "text/zone.h"

#define MAX_ID     128u
#define MAX_TITLE  200u
#define MAX_PHOTOS 20u

static const char *const asset_members[] = { "type", "id", "commons", "title", "facts", "photos", "retired" };
static const char *const person_members[] = { "type", "id", "title", "facts", "retired" };

struct reading {
	struct hyk_arena *arena;
	const struct hyk_ruleset *ruleset;
	struct hyk_diags *diags;
	const char *const *members;
	size_t n_members;
	bool bad, no_memory;
};

static void
refuse(struct reading *r, struct hyk_str path, const char *en, const char *ko)
{
	r->bad = true;
	HYK_DIAG(r->diags, HYK_D_REGISTRY_VALUE, NULL, HYK_NO_SPAN, path, hyk_str_from_c(en), hyk_str_from_c(ko));
}

static void
refuse_c(struct reading *r, const char *path, const char *en, const char *ko)
{
	refuse(r, hyk_str_from_c(path), en, ko);
}

static void
check_members(struct reading *r, struct hyk_value v)
{
	struct hyk_str names[HYK_ARRAY_LEN(asset_members)];

	for (size_t i = 0; i < r->n_members; i++)
		names[i] = hyk_str_from_c(r->members[i]);
	for (uint32_t i = 0; i < v.as.map->n; i++) {
		struct hyk_str key = hyk_value_str(v.as.map->entries[i].key);
		bool known = hyk_str_eq_c(key, "replaces");

		for (size_t k = 0; k < r->n_members && !known; k++)
			known = hyk_str_eq(names[k], key);
		if (known)
			continue;
		r->bad = true;
		hyk_diag_suggest(r->diags, HYK_DIAG(r->diags, HYK_D_REGISTRY_MEMBER, NULL, HYK_NO_SPAN, key),
		    hyk_str_nearest(key, names, r->n_members));
	}
}

static struct hyk_str
read_text(struct reading *r, struct hyk_value v, const char *key)
{
	const struct hyk_value *m = hyk_value_get(v, key);

	if (m != NULL && m->kind == HYK_STRING && m->n > 0)
		return hyk_value_str(*m);
	refuse_c(r, key, "a text is needed here", "글이 있어야 합니다");
	return HYK_STR("");
}

static void
check_id(struct reading *r, struct hyk_str id)
{
	bool control = false;

	for (size_t i = 0; i < id.n; i++)
		control |= (unsigned char)id.p[i] < 0x20 || id.p[i] == 0x7f;
	if (id.n > MAX_ID)
		refuse_c(r, "id", "an id has at most 128 bytes", "id는 128바이트까지입니다");
	else if (control)
		refuse_c(r, "id", "an id has no control characters", "id에는 제어 문자를 쓸 수 없습니다");
}

static bool
is_title(struct hyk_value v)
{
	return v.kind == HYK_STRING && v.n > 0 && v.n <= MAX_TITLE;
}

static void
check_title(struct reading *r, const struct hyk_value *v)
{
	bool fine = v == NULL || is_title(*v);

	if (v != NULL && v->kind == HYK_MAP && v->as.map->n > 0) {
		fine = true;
		for (uint32_t i = 0; i < v->as.map->n; i++)
			fine &= is_title(v->as.map->entries[i].value);
	}
	if (!fine)
		refuse_c(r, "title", "a title is a text of 1 to 200 bytes, or one for each language: {\"ko\": ..., \"en\": ...}",
		    "제목은 1~200바이트의 글이거나, {\"ko\": ..., \"en\": ...}처럼 언어마다 하나씩입니다");
}

static bool
is_digest(struct hyk_value v)
{
	if (v.kind != HYK_STRING || v.n != 64)
		return false;
	for (size_t i = 0; i < 64; i++)
		if (!((v.as.s[i] >= '0' && v.as.s[i] <= '9') || (v.as.s[i] >= 'a' && v.as.s[i] <= 'f')))
			return false;
	return true;
}

static void
check_photos(struct reading *r, const struct hyk_value *v)
{
	bool fine = v == NULL || (v->kind == HYK_LIST && v->as.list->n <= MAX_PHOTOS);

	for (uint32_t i = 0; v != NULL && fine && i < v->as.list->n; i++)
		fine = is_digest(v->as.list->items[i]);
	if (!fine)
		refuse_c(r, "photos", "photos are at most 20 SHA-256 digests, each 64 small hexadecimal digits",
		    "사진은 SHA-256 해시 20개까지이며, 저마다 16진 소문자 64자입니다");
}

static void
check_type(struct reading *r, const struct hyk_registered *doc)
{
	const struct hyk_map *known = doc->kind == HYK_REGISTERED_ASSET ? &r->ruleset->catalog->types :
									  &r->ruleset->catalog->subject_types;
	struct hyk_str *names;

	if (doc->type.n == 0 || hyk_map_find(known, doc->type) != NULL)
		return;
	r->bad = true;
	names = hyk_arena_array(r->arena, known->n, sizeof(*names));
	for (size_t i = 0; names != NULL && i < known->n; i++)
		names[i] = known->entries[i].key;
	hyk_diag_suggest(r->diags, HYK_DIAG(r->diags, HYK_D_REGISTRY_TYPE, NULL, HYK_NO_SPAN, doc->type),
	    hyk_str_nearest(doc->type, names, names == NULL ? 0 : known->n));
}

static void
check_commons(struct reading *r, const struct hyk_registered *doc)
{
	if (doc->commons.n == 0 || hyk_ruleset_find_commons(r->ruleset, doc->commons) != NULL)
		return;
	r->bad = true;
	HYK_DIAG(r->diags, HYK_D_REGISTRY_COMMONS, NULL, HYK_NO_SPAN, doc->commons);
}

/* Only what belongs to a document, in the order of the form. */
static void
take_whole(struct reading *r, struct hyk_value v, struct hyk_registered *doc)
{
	struct hyk_mapb b;

	hyk_mapb_init(&b, r->arena);
	for (size_t i = 0; i < r->n_members; i++) {
		const struct hyk_value *m = hyk_value_get(v, r->members[i]);

		if (m != NULL && !hyk_mapb_add_c(&b, r->members[i], *m))
			r->no_memory = true;
	}
	doc->whole = hyk_mapb_finish(&b, NULL);
	if (doc->whole.kind != HYK_MAP)
		r->no_memory = true;
}

enum hyk_status
hyk_registered_read(struct hyk_arena *a, const struct hyk_ruleset *ruleset, enum hyk_registered_kind kind,
    struct hyk_value v, struct hyk_registered *ret_doc, struct hyk_diags *diags)
{
	bool asset = kind == HYK_REGISTERED_ASSET;
	struct reading r = { .arena = a, .ruleset = ruleset, .diags = diags,
		.members = asset ? asset_members : person_members,
		.n_members = asset ? HYK_ARRAY_LEN(asset_members) : HYK_ARRAY_LEN(person_members) };
	struct hyk_registered doc = { .kind = kind, .facts = hyk_null() };
	const struct hyk_value *m;

	if (v.kind != HYK_MAP) {
		refuse_c(&r, "", "an entry is a JSON object", "항목은 JSON 객체여야 합니다");
		return HYK_E_INVALID;
	}
	check_members(&r, v);
	doc.type = read_text(&r, v, "type");
	doc.id = read_text(&r, v, "id");
	check_id(&r, doc.id);
	check_type(&r, &doc);
	if (asset) {
		doc.commons = read_text(&r, v, "commons");
		check_commons(&r, &doc);
		check_photos(&r, hyk_value_get(v, "photos"));
	}
	check_title(&r, hyk_value_get(v, "title"));
	m = hyk_value_get(v, "facts");
	if (m != NULL && m->kind != HYK_MAP)
		refuse_c(&r, "facts", "facts are an object of names and values", "facts는 이름과 값의 객체여야 합니다");
	else if (m != NULL)
		doc.facts = *m;
	m = hyk_value_get(v, "retired");
	if (m != NULL && m->kind != HYK_BOOL)
		refuse_c(&r, "retired", "retired is true or false", "retired는 true나 false여야 합니다");
	doc.retired = m != NULL && m->kind == HYK_BOOL && m->as.b;
	take_whole(&r, v, &doc);
	if (r.no_memory)
		return HYK_E_NOMEM;
	if (r.bad)
		return HYK_E_INVALID;
	*ret_doc = doc;
	return HYK_OK;
}

/* ---- facts ---- */

/* Where a type's facts lie: its own, and for a person what asset types add to persons. */
struct fact_lists {
	const struct hyk_fact *const *facts[2];
	size_t n[2];
};

static struct fact_lists
facts_of(const struct hyk_ruleset *r, const struct hyk_registered *doc)
{
	struct fact_lists l = { 0 };

	if (doc->kind == HYK_REGISTERED_ASSET) {
		const struct hyk_asset_type *t = hyk_catalog_find_type(r->catalog, doc->type);

		if (t != NULL) {
			l.facts[0] = t->facts;
			l.n[0] = t->n_facts;
		}
	} else {
		const struct hyk_subject_type *t = hyk_catalog_find_subject_type(r->catalog, doc->type);

		if (t != NULL) {
			l.facts[0] = t->facts;
			l.n[0] = t->n_facts;
		}
		/* A person may have what any asset type adds to persons. */
		if (hyk_str_eq_c(doc->type, "person"))
			l.facts[1] = hyk_catalog_person_facts(r->catalog, &l.n[1]);
	}
	return l;
}

static const struct hyk_fact *
find_fact(const struct fact_lists *l, struct hyk_str name)
{
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < l->n[k]; i++)
			if (hyk_str_eq(l->facts[k][i]->name, name))
				return l->facts[k][i];
	return NULL;
}

static void
tell_unknown(struct hyk_arena *a, const struct fact_lists *l, struct hyk_str name, struct hyk_str type,
    struct hyk_diags *diags)
{
	struct hyk_str *names = hyk_arena_array(a, l->n[0] + l->n[1] + 1, sizeof(*names));
	size_t n = 0;

	for (size_t k = 0; names != NULL && k < 2; k++)
		for (size_t i = 0; i < l->n[k]; i++)
			names[n++] = l->facts[k][i]->name;
	hyk_diag_suggest(diags, HYK_DIAG(diags, HYK_D_REGISTRY_FACT, NULL, HYK_NO_SPAN, name, type),
	    hyk_str_nearest(name, names, n));
}

enum hyk_status
hyk_registered_bind(struct hyk_arena *a, const struct hyk_ruleset *r, const struct hyk_registered *doc,
    struct hyk_entity *ret_entity, struct hyk_diags *diags)
{
	struct fact_lists lists = facts_of(r, doc);
	const struct hyk_commons *commons = doc->commons.n ? hyk_ruleset_find_commons(r, doc->commons) : NULL;
	/* Dates of people are days of the topmost commons that has a zone. */
	const struct hyk_zone *zone = commons != NULL ? commons->zone : r->n_commons > 1 ? r->commons[1].zone : NULL;
	struct hyk_coerce c = { a, zone != NULL ? hyk_zone_offset_at_local : NULL, zone };
	uint32_t n = doc->facts.kind == HYK_MAP ? doc->facts.as.map->n : 0;
	const struct hyk_fact **facts = hyk_arena_array(a, n, sizeof(*facts));
	struct hyk_value *values = hyk_arena_array(a, n, sizeof(*values));
	struct hyk_verror *misfit = NULL;
	bool bad = false;
	size_t at = 0;

	if (facts == NULL || values == NULL)
		return HYK_E_NOMEM;
	for (uint32_t i = 0; i < n; i++) {
		struct hyk_str name = hyk_value_str(doc->facts.as.map->entries[i].key);
		const struct hyk_fact *f = find_fact(&lists, name);
		struct hyk_misfit why = { 0 };

		if (f == NULL) {
			bad |= diags != NULL;
			tell_unknown(a, &lists, name, doc->type, diags);
			continue;
		}
		facts[at] = f;
		if (!hyk_coerce_value(&c, f->type, &f->bounds, doc->facts.as.map->entries[i].value, &values[at], &why)) {
			if (why.en.n == 0)
				return HYK_E_NOMEM;
			bad |= diags != NULL;
			HYK_DIAG(diags, HYK_D_REQUEST_FACT, NULL, HYK_NO_SPAN, name, why.en, why.ko);
			if (misfit == NULL)
				misfit = hyk_arena_alloc(a, sizeof(*misfit));
			if (misfit == NULL)
				return HYK_E_NOMEM;
			*misfit = (struct hyk_verror){ .text = HYK_STR("what is registered does not fit the schema"),
				.slot = UINT32_MAX };
			values[at] = (struct hyk_value){ .kind = HYK_ERROR_VALUE, .as.err = misfit };
		}
		at++;
	}
	if (bad)
		return HYK_E_INVALID;
	*ret_entity = (struct hyk_entity){ .type = doc->type, .id = doc->id, .commons = commons, .facts = facts,
		.values = values, .n_facts = at };
	return HYK_OK;
}

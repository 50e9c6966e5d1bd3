/* SPDX-License-Identifier: Apache-2.0 */
/* policy/catalog_fact.c - one declaration of a fact: type, presence, limits; and what a subtype may change of it. */
#include "policy/catalog_impl.h"

#include "base/buf.h"

static const char *const proof_names[] = { "", "credential", "consent", "registration", "filing", "attestation",
	"evidence", "human_decision" };
static const char *const root_names[] = { "subject", "resource", "context", "action" };
static const char *const source_names[] = { "caller", "registry", "record", "hook" };
static const char *const assurance_names[] = { "declared", "vouched", "verified" };

const char *
hyk_root_name(enum hyk_root r)
{
	return (unsigned)r < HYK_N_ROOTS ? root_names[r] : "";
}

const char *
hyk_proof_name(enum hyk_proof p)
{
	return (size_t)p < HYK_ARRAY_LEN(proof_names) ? proof_names[p] : "";
}

/* What is being read, for the many small steps below. */
struct draft {
	struct hyk_catalog_impl *c;
	struct hyk_fact *f;
	const struct hyk_fact *base;
	struct hyk_value raw;
	struct hyk_lua_place place; /* of the fact */
	bool fine;
};

static void
refuse(struct draft *d, enum hyk_diag_id id, struct hyk_str key, struct hyk_str a, struct hyk_str b)
{
	hyk_catalog_tell(d->c, id, d->place, key, d->f->path, a, b);
	d->fine = false;
}

static void
bad_member(struct draft *d, const char *key, struct hyk_str en, struct hyk_str ko)
{
	hyk_catalog_tell(d->c, HYK_D_FACT_MEMBER, d->place, hyk_str_from_c(key), hyk_str_from_c(key), en, ko);
	d->fine = false;
}

const struct hyk_type *
hyk_catalog_type(struct hyk_catalog_impl *c, struct hyk_str text, struct hyk_lua_place place, struct hyk_str key)
{
	const struct hyk_type *t, *known;
	struct hyk_type *copy;
	struct hyk_str name;
	struct hyk_buf b;
	enum hyk_status st;

	st = hyk_type_parse(c->arena, text, place.src, hyk_lua_find(place, key), &t, c->diags);
	if (st != HYK_OK) {
		c->nomem |= st == HYK_E_NOMEM;
		return NULL;
	}
	hyk_buf_init(&b, 0);
	hyk_type_write(&b, t);
	name = b.failed ? (struct hyk_str){ NULL, 0 } : hyk_arena_dup(c->arena, hyk_buf_peek(&b));
	hyk_buf_fini(&b);
	copy = hyk_catalog_alloc(c, 1, sizeof(*copy));
	if (!name.p || !copy) {
		c->nomem = true;
		return NULL;
	}
	*copy = *t;
	/* A date reads as a timestamp in conditions and may be written so: keep the two apart. */
	if (t->kind == HYK_T_DATE)
		name = HYK_STR("date");
	known = hyk_map_find(&c->interned, name);
	if (known && hyk_type_equal(known, t))
		return known;
	if (!known && hyk_map_add(&c->interned, name, copy) != HYK_OK)
		c->nomem = true;
	return copy;
}

/* Index of a member's text in a list of names; `otherwise` when it is not given. */
static int
choose(struct draft *d, const char *key, const char *const *names, size_t n, int otherwise)
{
	struct hyk_str s = hyk_catalog_str(d->c, d->raw, key, d->place), all[8];
	struct hyk_buf list;

	if (!s.n)
		return otherwise;
	hyk_buf_init(&list, 400);
	for (size_t i = 0; i < n; i++) {
		all[i] = hyk_str_from_c(names[i]);
		if (all[i].n && hyk_str_eq(s, all[i])) {
			hyk_buf_fini(&list);
			return (int)i;
		}
		hyk_buf_append_c(&list, list.n ? ", " : "");
		hyk_buf_append(&list, all[i]);
	}
	hyk_diag_suggest(d->c->diags,
	    hyk_catalog_tell(d->c, HYK_D_FACT_CHOICE, d->place, hyk_str_from_c(key), hyk_str_from_c(key), s,
	        hyk_buf_peek(&list)),
	    hyk_str_nearest(s, all, n));
	hyk_buf_fini(&list);
	d->fine = false;
	return otherwise;
}

static uint32_t
slot_of(struct hyk_catalog_impl *c, struct hyk_str path)
{
	const void *known = hyk_map_find(&c->slots, path);
	uint32_t slot = c->pub.n_slots;

	if (known)
		return (uint32_t)((uintptr_t)known - 1);
	if (hyk_map_add(&c->slots, path, (void *)((uintptr_t)slot + 1)) != HYK_OK)
		c->nomem = true;
	c->pub.n_slots++;
	return slot;
}

/* A value of the manifest as a value of the fact's type. */
static bool
typed(struct draft *d, const char *key, const struct hyk_type *type, const struct hyk_bounds *bounds,
    struct hyk_value *ret_v)
{
	const struct hyk_value *v = hyk_value_get(d->raw, key);
	struct hyk_coerce coerce = { d->c->arena, NULL, NULL };
	struct hyk_misfit why = { 0 };

	if (!v)
		return false;
	if (hyk_coerce_value(&coerce, type, bounds, hyk_lua_shape(d->c, *v, type), ret_v, &why))
		return true;
	bad_member(d, key, why.en, why.ko);
	return false;
}

static bool
narrower(struct hyk_value base, struct hyk_value now, bool at_least)
{
	int cmp;

	if (base.kind == HYK_ABSENT || now.kind == HYK_ABSENT)
		return true;
	return hyk_value_compare(now, base, &cmp) && (at_least ? cmp >= 0 : cmp <= 0);
}

static void
read_one_of(struct draft *d, struct hyk_bounds *b)
{
	const struct hyk_type *list = hyk_type_list(d->c->arena, d->f->type);
	struct hyk_value v;

	if (!hyk_value_get(d->raw, "one_of"))
		return;
	if (!list) {
		d->c->nomem = true;
		return;
	}
	if (!typed(d, "one_of", list, NULL, &v))
		return;
	for (uint32_t i = 0; b->one_of && i < v.as.list->n; i++) {
		bool known = false;

		for (uint32_t k = 0; k < b->one_of->n; k++)
			known |= hyk_value_equal(b->one_of->items[k], v.as.list->items[i]);
		if (!known) {
			refuse(d, HYK_D_FACT_WIDER, HYK_STR("one_of"), HYK_STR("one_of"), HYK_STR(""));
			return;
		}
	}
	b->one_of = v.as.list;
}

static void
read_bounds(struct draft *d)
{
	struct hyk_bounds *b = &d->f->bounds;
	struct hyk_value min = b->min, max = b->max;
	const struct hyk_value *size = hyk_value_get(d->raw, "max_size");

	if (typed(d, "min", d->f->type, NULL, &min) && !narrower(b->min, min, true))
		refuse(d, HYK_D_FACT_WIDER, HYK_STR("min"), HYK_STR("min"), HYK_STR(""));
	if (typed(d, "max", d->f->type, NULL, &max) && !narrower(b->max, max, false))
		refuse(d, HYK_D_FACT_WIDER, HYK_STR("max"), HYK_STR("max"), HYK_STR(""));
	b->min = min;
	b->max = max;
	if (size && (size->kind != HYK_INT || size->as.i < 0 || size->as.i >= UINT32_MAX))
		bad_member(d, "max_size", HYK_STR("a whole number is wanted"), HYK_STR("정수가 와야 합니다"));
	else if (size && b->max_size < (uint32_t)size->as.i)
		refuse(d, HYK_D_FACT_WIDER, HYK_STR("max_size"), HYK_STR("max_size"), HYK_STR(""));
	else if (size)
		b->max_size = (uint32_t)size->as.i;
	read_one_of(d, b);
}

static void
read_presence(struct draft *d)
{
	struct hyk_fact *f = d->f;
	const struct hyk_fact *base = d->base;
	bool gives_default = hyk_value_get(d->raw, "default") != NULL;
	int proof = choose(d, "proof", proof_names, HYK_ARRAY_LEN(proof_names), base ? (int)base->proof : 0);
	int source = choose(d, "source", source_names, HYK_ARRAY_LEN(source_names), base ? (int)base->source : 0);

	if (base && (proof != (int)base->proof || source != (int)base->source))
		refuse(d, HYK_D_FACT_CONFLICT, f->name, HYK_STR("proof, source"), HYK_STR(""));
	f->proof = (enum hyk_proof)proof;
	f->source = (enum hyk_fact_source)source;
	f->optional = hyk_catalog_bool(d->c, d->raw, "optional", f->optional && !gives_default, d->place);
	f->assurance = (enum hyk_assurance)choose(d, "assurance", assurance_names, HYK_ARRAY_LEN(assurance_names),
	    base ? (int)base->assurance : f->proof ? HYK_VERIFIED : HYK_DECLARED);
	if (gives_default && typed(d, "default", f->type, &f->bounds, &f->default_value))
		f->has_default = true;
	if (d->fine && ((f->has_default && f->optional) || (f->proof && (f->has_default || f->optional))))
		refuse(d, HYK_D_FACT_PRESENCE, f->name, HYK_STR(""), HYK_STR(""));
}

static bool
same_strs(const struct hyk_str *a, size_t n_a, const struct hyk_str *b, size_t n_b)
{
	size_t i = 0;

	while (n_a == n_b && i < n_a && hyk_str_eq(a[i], b[i]))
		i++;
	return n_a == n_b && i == n_a;
}

/* What may not change below: how it is proven, by whom, where it comes from, what it measures. NULL: nothing did. */
static const char *
changed_member(const struct hyk_fact *base, const struct hyk_fact *f)
{
	if (!hyk_type_equal(base->type, f->type))
		return "type";
	if (base->proof != f->proof)
		return "proof";
	if (base->source != f->source)
		return "source";
	if (!hyk_str_eq(base->by, f->by))
		return "by";
	if (!same_strs(base->any_of, base->n_any_of, f->any_of, f->n_any_of))
		return "any_of";
	if (!hyk_str_eq(base->unit, f->unit))
		return "unit";
	if (base->personal != f->personal)
		return "personal";
	if (base->count.kind != f->count.kind ||
	    (f->count.kind != HYK_ABSENT && !hyk_value_equal(base->count, f->count)))
		return "count";
	return f->assurance < base->assurance ? "assurance" : NULL;
}

static bool
same_value(struct hyk_value a, struct hyk_value b)
{
	return a.kind == HYK_ABSENT || b.kind == HYK_ABSENT ? a.kind == b.kind : hyk_value_equal(a, b);
}

static bool
same_bounds(const struct hyk_bounds *a, const struct hyk_bounds *b)
{
	size_t n = a->one_of && b->one_of ? a->one_of->n : 0, i = 0;

	if (a->one_of != b->one_of && (!a->one_of || !b->one_of || n != b->one_of->n))
		return false;
	while (i < n && hyk_value_equal(a->one_of->items[i], b->one_of->items[i]))
		i++;
	return i == n && same_value(a->min, b->min) && same_value(a->max, b->max) && a->max_size == b->max_size;
}

const char *
hyk_fact_changed(const struct hyk_fact *base, const struct hyk_fact *f, bool whole)
{
	const char *member = changed_member(base, f);

	if (member || !whole)
		return member;
	if (base->assurance != f->assurance)
		return "assurance";
	if (base->optional != f->optional)
		return "optional";
	if (base->has_default != f->has_default || !same_value(base->default_value, f->default_value))
		return "default";
	if (!same_bounds(&base->bounds, &f->bounds))
		return "min, max, max_size, one_of";
	if (!same_strs(base->title.tags, base->title.n, f->title.tags, f->title.n) ||
	    !same_strs(base->title.texts, base->title.n, f->title.texts, f->title.n))
		return "title";
	return NULL;
}

bool
hyk_fact_is_within(const struct hyk_fact *base, const struct hyk_fact *f)
{
	const struct hyk_vlist *all = base->bounds.one_of, *own = f->bounds.one_of;

	if (!narrower(base->bounds.min, f->bounds.min, true) || !narrower(base->bounds.max, f->bounds.max, false) ||
	    (base->bounds.min.kind != HYK_ABSENT && f->bounds.min.kind == HYK_ABSENT) ||
	    (base->bounds.max.kind != HYK_ABSENT && f->bounds.max.kind == HYK_ABSENT) ||
	    f->bounds.max_size > base->bounds.max_size || (all && !own))
		return false;
	for (uint32_t i = 0; all && i < own->n; i++) {
		uint32_t k = 0;

		while (k < all->n && !hyk_value_equal(all->items[k], own->items[i]))
			k++;
		if (k == all->n)
			return false;
	}
	return true;
}

/* Whoever relies on an inherited fact relies on how it is proven: a plugin below must not take that away. */
static void
check_kept(struct draft *d)
{
	const char *member;

	if (!d->base || !d->fine)
		return;
	member = hyk_fact_changed(d->base, d->f, false);
	if (!member)
		return;
	if (strcmp(member, "assurance") == 0)
		refuse(d, HYK_D_FACT_WEAKER, hyk_str_from_c(member),
		    hyk_str_from_c(assurance_names[d->f->assurance]), hyk_str_from_c(assurance_names[d->base->assurance]));
	else
		refuse(d, HYK_D_FACT_CONFLICT, hyk_str_from_c(member), hyk_str_from_c(member), HYK_STR(""));
}

static bool
is_name(struct hyk_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char ch = s.p[i];

		if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '_' || (i && ch >= '0' && ch <= '9')))
			return false;
	}
	return s.n >= 1 && s.n <= 64;
}

const struct hyk_fact *
hyk_catalog_fact(struct hyk_catalog_impl *c, enum hyk_root root, struct hyk_str name, struct hyk_value raw,
    const struct hyk_fact *base, struct hyk_lua_place place)
{
	static const char *const keys[] = { "type", "default", "optional", "proof", "by", "any_of", "source",
		"assurance", "min", "max", "max_size", "one_of", "unit", "title", "about", "personal", "count", "sum",
		"line", NULL };
	struct draft d = { .c = c, .base = base, .raw = raw, .fine = true };
	const struct hyk_value *count;
	struct hyk_str type;
	struct hyk_text title;

	place.at = hyk_lua_find(place, name).at;
	d.place = place;
	d.f = hyk_catalog_alloc(c, 1, sizeof(*d.f));
	if (!d.f)
		return NULL;
	if (raw.kind != HYK_MAP || !is_name(name)) {
		hyk_catalog_tell(c, is_name(name) ? HYK_D_FACT_FORM : HYK_D_FACT_NAME, place, name, name, HYK_STR(""),
		    HYK_STR(""));
		return NULL;
	}
	if (hyk_str_eq_c(name, "id") || hyk_str_eq_c(name, "type") || (root == HYK_ACTION && hyk_str_eq_c(name, "name"))) {
		hyk_catalog_tell(c, HYK_D_FACT_RESERVED, place, name, name, HYK_STR(""), HYK_STR(""));
		return NULL;
	}
	hyk_catalog_check_keys(c, raw, place, keys);
	hyk_bounds_init(&d.f->bounds);
	d.f->count = hyk_absent();
	d.f->default_value = hyk_absent();
	if (base)
		*d.f = *base;
	d.f->root = root;
	d.f->name = name;
	d.f->path = hyk_arena_printf(c->arena, "%s.%.*s", hyk_root_name(root), HYK_STR_ARG(name));
	type = hyk_catalog_str(c, raw, "type", place);
	if (!d.f->path.p) {
		c->nomem = true;
		return NULL;
	}
	if (type.n) {
		d.f->type = hyk_catalog_type(c, type, place, HYK_STR("type"));
		if (!d.f->type)
			return NULL;
		if (base && !hyk_type_equal(base->type, d.f->type))
			refuse(&d, HYK_D_FACT_CONFLICT, name, HYK_STR("type"), HYK_STR(""));
	} else if (!base) {
		hyk_catalog_tell(c, HYK_D_FACT_NO_TYPE, place, name, d.f->path, HYK_STR(""), HYK_STR(""));
		return NULL;
	}
	d.f->slot = slot_of(c, d.f->path);
	read_bounds(&d);
	read_presence(&d);
	if (hyk_value_get(raw, "by"))
		d.f->by = hyk_catalog_str(c, raw, "by", place);
	if (hyk_value_get(raw, "any_of"))
		d.f->any_of = hyk_catalog_strs(c, raw, "any_of", place, &d.f->n_any_of);
	if (hyk_value_get(raw, "unit"))
		d.f->unit = hyk_catalog_str(c, raw, "unit", place);
	title = hyk_catalog_text(c, raw, "title", place);
	if (title.n)
		d.f->title = title;
	/* What is known of a person is theirs, whatever the plugin says. */
	d.f->personal = hyk_catalog_bool(c, raw, "personal", d.f->personal, place) || (root == HYK_SUBJECT && !base);
	count = hyk_value_get(raw, "count");
	if (!count)
		count = hyk_value_get(raw, "sum");
	if (count)
		d.f->count = *count;
	check_kept(&d);
	if (!d.fine)
		return NULL;
	hyk_catalog_append(c, &c->all, d.f);
	return d.f;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/catalog_impl.h - the insides that the catalog's files share, and what the loader of policies asks of it.
 */
#ifndef HYK_POLICY_CATALOG_IMPL_H
#define HYK_POLICY_CATALOG_IMPL_H

#include "policy/catalog.h"

#define HYK_TYPE_MAX_DEPTH 32u

/* Facts of one kind, by name; a later one of the same name takes the place of the earlier. */
struct hyk_fact_set {
	const struct hyk_fact **facts;
	size_t n, room;
};

struct hyk_type_impl {
	struct hyk_asset_type pub; /* first: found by it */
	struct hyk_type_impl *parent;
	struct hyk_value raw;
	struct hyk_fact_set facts, subject, context;
	struct hyk_map shapes; /* action name -> struct hyk_shape */
	struct hyk_span span;
	unsigned depth;
	bool done, has_extends;
};

struct hyk_catalog_impl {
	struct hyk_catalog pub; /* first */
	struct hyk_arena *arena;
	struct hyk_diags *diags;
	bool nomem;
	struct hyk_map slots;    /* path -> its slot number plus one, as a pointer */
	struct hyk_map interned; /* type's text -> struct hyk_type */
	struct hyk_fact_set all;
	struct hyk_fact_set subjects; /* of every subject type, one a slot */
	struct hyk_fact_set person;   /* person's, and every addition of an asset type */
	struct hyk_fact_set meta;     /* subject.id, subject.type, resource.id, resource.type, action.name */
};

/* Where a plugin's declarations stand: the Lua text and where to look from. */
struct hyk_lua_place {
	const struct hyk_source *src;
	uint32_t at;
};

/* The place of `line` (from 1). */
struct hyk_lua_place hyk_lua_line(const struct hyk_source *src, struct hyk_value item);
/* The next `key =` or "key" from a place on; the place itself when there is none. */
struct hyk_span hyk_lua_find(struct hyk_lua_place place, struct hyk_str key);
struct hyk_lua_place hyk_lua_enter(struct hyk_lua_place place, const char *key);

/* A message 55x; NULL-safe like HYK_DIAG. */
struct hyk_diag *hyk_catalog_tell(struct hyk_catalog_impl *c, enum hyk_diag_id id, struct hyk_lua_place place,
    struct hyk_str key, struct hyk_str a, struct hyk_str b, struct hyk_str d);
/* Says so for each key of `map` that is not in the NULL-terminated list. */
void hyk_catalog_check_keys(struct hyk_catalog_impl *c, struct hyk_value map, struct hyk_lua_place place,
    const char *const *keys);
/* Members of manifests; a wrong kind is told of, and reads as not there. */
struct hyk_str hyk_catalog_str(struct hyk_catalog_impl *c, struct hyk_value map, const char *key,
    struct hyk_lua_place place);
bool hyk_catalog_bool(struct hyk_catalog_impl *c, struct hyk_value map, const char *key, bool otherwise,
    struct hyk_lua_place place);
struct hyk_text hyk_catalog_text(struct hyk_catalog_impl *c, struct hyk_value map, const char *key,
    struct hyk_lua_place place);
const struct hyk_vmap *hyk_catalog_map(struct hyk_catalog_impl *c, struct hyk_value map, const char *key,
    struct hyk_lua_place place);
/* A list of texts (also one text, and Lua's empty table). */
const struct hyk_str *hyk_catalog_strs(struct hyk_catalog_impl *c, struct hyk_value map, const char *key,
    struct hyk_lua_place place, size_t *ret_n);

void *hyk_catalog_alloc(struct hyk_catalog_impl *c, size_t n, size_t size) HYK_MUST_CHECK;
void hyk_catalog_append(struct hyk_catalog_impl *c, struct hyk_fact_set *set, const struct hyk_fact *fact);
/* Takes the place of the one in the same slot. */
void hyk_catalog_put(struct hyk_catalog_impl *c, struct hyk_fact_set *set, const struct hyk_fact *fact);
const struct hyk_fact *hyk_fact_set_find(const struct hyk_fact_set *set, struct hyk_str name);
void hyk_catalog_put_all(struct hyk_catalog_impl *c, struct hyk_fact_set *set, const struct hyk_fact_set *from);

/* One declaration; `base`: the inherited one of this name, or NULL. NULL: told why. */
const struct hyk_fact *hyk_catalog_fact(struct hyk_catalog_impl *c, enum hyk_root root, struct hyk_str name,
    struct hyk_value raw, const struct hyk_fact *base, struct hyk_lua_place place);
/*
 * Which member `f` says otherwise than `base` (NULL: none): of those that nothing below may change, or of the `whole`.
 * A higher assurance is no change unless the whole is asked for.
 */
const char *hyk_fact_changed(const struct hyk_fact *base, const struct hyk_fact *f, bool whole);
/* True when the limits of `f` let through nothing that those of `base` stop. */
bool hyk_fact_is_within(const struct hyk_fact *base, const struct hyk_fact *f);
/* Type by its text, the same pointer for the same type. */
const struct hyk_type *hyk_catalog_type(struct hyk_catalog_impl *c, struct hyk_str text, struct hyk_lua_place place,
    struct hyk_str key);
/* A Lua value as JSON has it: an empty table is a list where the type is one. */
struct hyk_value hyk_lua_shape(struct hyk_catalog_impl *c, struct hyk_value v, const struct hyk_type *type);

/* The workflow of a type whose parent is finished: inherited, refined, checked. */
void hyk_catalog_workflow(struct hyk_catalog_impl *c, struct hyk_type_impl *t);
/* Actions and shapes of a type whose facts are known. */
void hyk_catalog_build_actions(struct hyk_catalog_impl *c, struct hyk_type_impl *t);
void hyk_catalog_build_shapes(struct hyk_catalog_impl *c);
void hyk_catalog_build_meta(struct hyk_catalog_impl *c);

/* For the loader: a fact path's slot, or HYK_NO_SLOT. */
uint32_t hyk_catalog_find_slot(const struct hyk_catalog *c, struct hyk_str path);
/* The declaration of a slot that holds for a shape (ids and types too), or NULL. */
const struct hyk_fact *hyk_shape_find_fact(const struct hyk_catalog *c, const struct hyk_shape *s, uint32_t slot);

#endif

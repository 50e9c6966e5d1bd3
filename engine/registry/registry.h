/* SPDX-License-Identifier: Apache-2.0 */
/*
 * registry/registry.h - the entries on record, bound to one ruleset, in front of those of its folders.
 *
 * Lifetime:  new -> put* -> unref. What was found lives as long as the registry is referenced: an entry that another one
 *            replaced stays in memory until then.
 * Ownership: keeps a reference to the ruleset.
 * Threads:   any number may look while one puts.
 * Errors:    HYK_E_INVALID: the document is none of this kind; HYK_E_NOMEM.
 */
#ifndef HYK_REGISTRY_REGISTRY_H
#define HYK_REGISTRY_REGISTRY_H

#include "registry/document.h"

struct hyk_registry;

/* An entry on record. */
struct hyk_entry {
	struct hyk_entity entity;
	uint64_t index;     /* of the record that made it what it is */
	struct hyk_str doc; /* its document as JSON */
	bool retired;
};

enum hyk_status hyk_registry_new(struct hyk_ruleset *r, struct hyk_registry **ret_registry) HYK_MUST_CHECK;
struct hyk_registry *hyk_registry_ref(struct hyk_registry *g);
/* Returns NULL. */
struct hyk_registry *hyk_registry_unref(struct hyk_registry *g);

/*
 * Puts an entry, in place of an older one of the same type and id (an entry with a smaller index changes nothing). `doc` is
 * the JSON of a document. Under a ruleset that does not know its type or commons it is kept, and found as unknown.
 */
enum hyk_status hyk_registry_put(struct hyk_registry *g, enum hyk_registered_kind kind, struct hyk_str doc, uint64_t index)
    HYK_MUST_CHECK;
/* What is registered, on record or else by the folders; NULL: nothing, or retired. */
const struct hyk_entity *hyk_registry_find(struct hyk_registry *g, struct hyk_str type, struct hyk_str id);
/* The entry on record, retired ones too; NULL: none. */
const struct hyk_entry *hyk_registry_entry(struct hyk_registry *g, struct hyk_str type, struct hyk_str id);
/*
 * The ids registered for a type, ascending bytewise, from behind `after` (empty: from the first), at most `most`;
 * assets only of the commons `within` and below. The texts live as long as the registry, the array in the arena.
 */
enum hyk_status hyk_registry_list(struct hyk_registry *g, struct hyk_str type, struct hyk_str within, struct hyk_str after,
    size_t most, struct hyk_arena *a, struct hyk_str **ret_ids, size_t *ret_n) HYK_MUST_CHECK;

#endif

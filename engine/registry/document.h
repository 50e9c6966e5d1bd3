/* SPDX-License-Identifier: Apache-2.0 */
/*
 * registry/document.h - one asset or person as a JSON document, and as the pipeline takes it.
 *
 *   asset:  {"type", "id", "commons", "title"?, "facts"?, "photos"?, "retired"?}
 *   person: {"type", "id", "title"?, "facts"?, "retired"?}
 *
 * title: text, or a map from language tag to text. facts: by name, as the type's schema has them (steward and place
 * among them). photos: SHA-256 digests in hex. retired: true when it is shared no longer.
 *
 * Lifetime:  a document borrows from the value; an entity lives in the arena given and borrows from ruleset and document.
 * Limits:    an id 128 bytes, a title 200 bytes a language, 20 photos.
 * Threads:   any thread; one at a time for an arena.
 * Errors:    HYK_E_INVALID with one 74x message (808 for a fact's value) a fault; HYK_E_NOMEM.
 */
#ifndef HYK_REGISTRY_DOCUMENT_H
#define HYK_REGISTRY_DOCUMENT_H

#include "policy/ruleset.h"

enum hyk_registered_kind { HYK_REGISTERED_ASSET, HYK_REGISTERED_PERSON };

struct hyk_registered {
	enum hyk_registered_kind kind;
	struct hyk_str type, id, commons; /* commons: of an asset */
	struct hyk_value facts;           /* a map, or null */
	struct hyk_value whole;           /* only the members above, in this order */
	bool retired;
};

/* Checks everything but the facts' values; `v` may have a member "replaces", which is not part of the document. */
enum hyk_status hyk_registered_read(struct hyk_arena *a, const struct hyk_ruleset *r, enum hyk_registered_kind kind,
    struct hyk_value v, struct hyk_registered *ret_doc, struct hyk_diags *diags) HYK_MUST_CHECK;
/*
 * As the pipeline takes it, with typed values. With diags every misfit and every fact that nothing declares is an error;
 * without, a misfit is an error value and an undeclared fact is left out.
 */
enum hyk_status hyk_registered_bind(struct hyk_arena *a, const struct hyk_ruleset *r, const struct hyk_registered *doc,
    struct hyk_entity *ret_entity, struct hyk_diags *diags) HYK_MUST_CHECK;

#endif

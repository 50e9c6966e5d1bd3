/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/reader.h - what the schemas of this folder ask of nodes: keys, texts, lists, ids, dates, values of a type.
 *
 * A function that gives false or NULL has said why in `diags`, unless the node was
 * bad already, or memory ran out (then `nomem` is set and stays).
 *
 * Lifetime:  the arena.
 * Threads:   one thread at a time.
 */
#ifndef HYK_POLICY_READER_H
#define HYK_POLICY_READER_H

#include "policy/catalog.h"
#include "policy/ruleset.h"
#include "policy/yaml.h"

struct hyk_reader {
	struct hyk_arena *arena;
	struct hyk_diags *diags; /* never NULL */
	const struct hyk_source *src;
	struct hyk_str language; /* of a text without a tag: the commons' first; empty: und */
	bool nomem;
	bool broken; /* parts of the text could not be read: what is missing may be in those */
};

void *hyk_reader_alloc(struct hyk_reader *r, size_t n, size_t size) HYK_MUST_CHECK;

/* Room for the names of a did-you-mean; NULL also when no further message would be kept. */
struct hyk_str *hyk_reader_names(struct hyk_reader *r, size_t n) HYK_MUST_CHECK;

/* What a map is called in messages. */
struct hyk_what {
	struct hyk_str en, ko;
};
#define HYK_WHAT(en_lit, ko_lit) ((struct hyk_what){ HYK_STR(en_lit), HYK_STR(ko_lit) })

/* A message with the nearest of `candidates` as did-you-mean when there is one near. */
void hyk_reader_unknown(struct hyk_reader *r, enum hyk_diag_id id, struct hyk_span span, struct hyk_str name,
    struct hyk_str second, const struct hyk_str *candidates, size_t n);

bool hyk_reader_is_map(struct hyk_reader *r, const struct hyk_node *node, const char *key);
bool hyk_reader_is_list(struct hyk_reader *r, const struct hyk_node *node, const char *key);
/* Every key of the map is one of `keys` (NULL-terminated); says so for each that is not. */
void hyk_reader_check_keys(struct hyk_reader *r, const struct hyk_node *map, struct hyk_what what,
    const char *const *keys);
/* The value of a key that must be there; NULL when it is not. */
const struct hyk_node *hyk_reader_need(struct hyk_reader *r, const struct hyk_node *map, const char *key,
    struct hyk_what what);
/* A scalar with text in it. */
bool hyk_reader_text(struct hyk_reader *r, const struct hyk_node *node, const char *key, struct hyk_str *ret_s);
bool hyk_reader_bool(struct hyk_reader *r, const struct hyk_node *node, const char *key, bool *ret_b);
bool hyk_reader_id(struct hyk_reader *r, const struct hyk_node *node, const char *key, struct hyk_str *ret_s);
/* Index in `names` (NULL-terminated). */
bool hyk_reader_one_of(struct hyk_reader *r, const struct hyk_node *node, const char *key, const char *const *names,
    int *ret_i);
/* Days since the epoch. */
bool hyk_reader_date(struct hyk_reader *r, const struct hyk_node *node, const char *key, int64_t *ret_days);
/* A list of texts, or one text. */
bool hyk_reader_texts(struct hyk_reader *r, const struct hyk_node *node, const char *key, const struct hyk_str **ret,
    size_t *ret_n);
/* A text, or a map from language tag to text. */
bool hyk_reader_localized(struct hyk_reader *r, const struct hyk_node *node, const char *key, struct hyk_text *ret_text);
/* Is this text a language tag: letters, then perhaps '-' and more. */
bool hyk_is_language_tag(struct hyk_str s);
bool hyk_is_id(struct hyk_str s);

/*
 * A node as a value of type t: as JSON would have it (`ret_json`: times are text), and typed (`ret_typed`);
 * either may be NULL. `path` names it in messages `id` ("'{0}': {1}", Korean {2}).
 */
bool hyk_reader_value(struct hyk_reader *r, const struct hyk_node *node, const struct hyk_type *t,
    const struct hyk_bounds *bounds, const struct hyk_zone *zone, enum hyk_diag_id id, struct hyk_str path,
    struct hyk_value *ret_json, struct hyk_value *ret_typed);
/* The same without a schema: plain true, false, null and numbers are those, all else text. */
bool hyk_reader_untyped(struct hyk_reader *r, const struct hyk_node *node, struct hyk_value *ret_v);

#endif

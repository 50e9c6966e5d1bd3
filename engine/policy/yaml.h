/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/yaml.h - YAML and JSON texts as one tree of nodes with positions.
 *
 * The tree knows no types: a scalar is text until a schema reads it, so that
 * `21:00`, `no` and `010` stay what their author wrote.
 *
 * Refused with a message each: tabs, control characters, tags, anchors,
 * aliases, duplicate keys, keys that are no scalars, a second document, and
 * what is no YAML. The reader goes on after an error where it can: a value
 * that YAML cannot read is taken out, and the rest is read again.
 *
 * Lifetime:  the arena; nodes borrow from the source.
 * Limits:    64 levels, 1,000,000 nodes.
 * Threads:   one thread at a time.
 * Errors:    HYK_E_INVALID with 3xx messages; *ret_root is set whenever there is a tree
 *            to go on with, else NULL.
 */
#ifndef HYK_POLICY_YAML_H
#define HYK_POLICY_YAML_H

#include "base/diag.h"
#include "base/source.h"

#define HYK_NODE_MAX_DEPTH 64u
#define HYK_NODE_MAX 1000000u

enum hyk_node_kind {
	HYK_NODE_SCALAR,
	HYK_NODE_LIST,
	HYK_NODE_MAP,
	HYK_NODE_BAD /* a message was given already; whoever reads it says nothing more */
};

enum hyk_node_style {
	HYK_STYLE_NONE, /* lists and maps */
	HYK_STYLE_PLAIN,
	HYK_STYLE_SINGLE,
	HYK_STYLE_DOUBLE,
	HYK_STYLE_LITERAL,
	HYK_STYLE_FOLDED,
	HYK_STYLE_JSON_WORD,  /* true, false, null, a number */
	HYK_STYLE_JSON_STRING
};

struct hyk_node {
	enum hyk_node_kind kind;
	enum hyk_node_style style;
	struct hyk_span span;
	struct hyk_str text;              /* of a scalar, decoded */
	struct hyk_node **keys;           /* of a map, by position */
	struct hyk_node **items;          /* of a list; the values of a map */
	size_t n;
};

enum hyk_status hyk_yaml_parse(struct hyk_arena *arena, const struct hyk_source *src, const struct hyk_node **ret_root,
    struct hyk_diags *diags) HYK_MUST_CHECK;
/* JSON by value/json.h's rules, as the same tree. */
enum hyk_status hyk_json_nodes_parse(struct hyk_arena *arena, const struct hyk_source *src,
    const struct hyk_node **ret_root, struct hyk_diags *diags) HYK_MUST_CHECK;

/* A scalar of `src` as a source of its own, each offset mapped to where it stands in the file. NULL: no memory. */
const struct hyk_source *hyk_scalar_source(struct hyk_arena *arena, const struct hyk_source *src,
    const struct hyk_node *scalar) HYK_MUST_CHECK;

/* False once further messages are only counted. */
static inline bool
hyk_diags_has_room(const struct hyk_diags *d)
{
	return d && d->n_kept < d->max;
}

/* The value of a key; NULL: not there, or no map. */
const struct hyk_node *hyk_node_find(const struct hyk_node *map, const char *key);

#endif

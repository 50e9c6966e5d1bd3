/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/loader.h - a ruleset while it is being loaded; shared by the files that read commons, policies,
 * registries and scenarios, and by nobody else.
 *
 * Lifetime:  one call of hyk_ruleset_load (or hyk_scenario_load).
 * Threads:   one thread at a time.
 */
#ifndef HYK_POLICY_LOADER_H
#define HYK_POLICY_LOADER_H

#include "policy/catalog_impl.h"
#include "policy/reader.h"
#include "policy/scenario.h"

#define HYK_POLICY_MAX_RULES 1000u
#define HYK_MAX_POLICIES 100000u
#define HYK_CONDITION_MAX_DEPTH 32u

enum hyk_document_kind {
	HYK_DOC_NONE, /* unreadable, or not for us (a charter) */
	HYK_DOC_COMMONS,
	HYK_DOC_POLICY,
	HYK_DOC_REGISTRY,
	HYK_DOC_SCENARIOS,
	HYK_DOC_CALENDAR,
	HYK_DOC_PLACES /* GeoJSON: read by places.c itself, root is NULL */
};

struct hyk_document {
	const struct hyk_source *src;
	struct hyk_str path;
	const struct hyk_node *root;
	enum hyk_document_kind kind;
	bool broken;
};

/* What children may decide: these types and actions, and all that extend them. */
struct hyk_grant {
	const struct hyk_str *assets, *actions;
	size_t n_assets, n_actions;
};

struct hyk_commons_impl {
	struct hyk_commons pub; /* first */
	struct hyk_commons_impl *up;
	struct hyk_str folder; /* "" or ending in '/' */
	const struct hyk_source *src;
	struct hyk_places *places; /* its own; NULL: none */
	const struct hyk_grant *grants;
	size_t n_grants;
	bool says_grants, grants_all;
};

/* One name of a policy's `define`. */
struct hyk_define {
	struct hyk_str name;
	const struct hyk_source *src;
	uint32_t slot;
	bool told;               /* its error was reported */
	bool used;
	struct hyk_refs *refs;   /* what it reads, its own only */
	struct hyk_refs *closure; /* and through the definitions it uses */
	uint8_t mark;            /* for finding circles */
	struct hyk_define_build *builds;
};

/* A policy while its rules are read. */
struct hyk_policy_draft {
	struct hyk_policy *policy;
	const struct hyk_node *root;
	struct hyk_define *defines; /* in dependency order */
	size_t n_defines;
	bool defines_broken; /* they stand in circles: what uses one is not compiled */
	const struct hyk_shape **shapes; /* all it applies to */
	size_t n_shapes;
	const struct hyk_cel_program *when; /* of the rule at hand: its terms are read once it holds; NULL: always */
	bool when_broken;
};

/* A rule's shapes, kept until the plans are made. */
struct hyk_rule_shapes {
	const struct hyk_shape *const *shapes;
	size_t n;
};

struct hyk_policy_list {
	struct hyk_policy **items;
	const struct hyk_rule_shapes **shapes; /* by rule of the policy */
	size_t n, room;
};

struct hyk_loader {
	struct hyk_reader r; /* arena, diags, and the text at hand */
	const struct hyk_catalog *catalog;
	struct hyk_map commons;      /* path -> struct hyk_commons_impl */
	struct hyk_commons_impl *top; /* "" */
	struct hyk_map policies;     /* "commons:id" -> struct hyk_policy */
	struct hyk_policy_list list;
	struct hyk_map action_names; /* of all types */
	struct hyk_str *type_names, *path_names; /* for did-you-mean */
	size_t n_type_names, n_path_names;
	size_t errors;             /* in the diags before this load */
	uint32_t n_slots;
	struct hyk_entity *entities;
	size_t n_entities, room_entities;
	struct hyk_map entity_map; /* "type\nid" -> source */
	struct hyk_rule_shapes every; /* all shapes, once a policy's own cannot be known */
	struct hyk_map rule_ids;   /* of the ruleset, once scenarios ask */
	bool has_rule_ids;
	bool data_broken;          /* a calendar or place has errors: what rules ask of them is not looked at */
	bool data_only;            /* see struct hyk_ruleset_input */
	bool rules_missing;        /* some text could not be read: a rule that nobody finds may stand there */
	bool make_commons;         /* a commons that a policy names and nobody describes is made up */
};

/* Names for did-you-mean, once the catalog is there. False: no memory. */
bool hyk_loader_names(struct hyk_loader *l) HYK_MUST_CHECK;
/* Lets the messages point into files, in the order of the text, each once. */
void hyk_loader_settle(struct hyk_loader *l);
/* Parses and tells its kind by the first key. */
void hyk_document_read(struct hyk_loader *l, const struct hyk_text_file *file, struct hyk_document *ret_doc);

/* commons.c */
void hyk_commons_read_all(struct hyk_loader *l, const struct hyk_document *docs, size_t n);
struct hyk_commons_impl *hyk_commons_make(struct hyk_loader *l, struct hyk_str path, struct hyk_commons_impl *up);
/* The commons whose folder a file lies in: the nearest that a commons.yaml made. NULL: none. */
const struct hyk_commons_impl *hyk_commons_of_folder(const struct hyk_loader *l, struct hyk_str path);
/* NULL: told why. */
struct hyk_commons_impl *hyk_commons_named(struct hyk_loader *l, const struct hyk_node *node, const char *key);
/* The first commons above `c` that does not let it decide here, or NULL. */
const struct hyk_commons_impl *hyk_commons_refuses(const struct hyk_commons_impl *c, const struct hyk_shape *s);
/* calendar.c: after the commons. */
void hyk_calendars_read(struct hyk_loader *l, const struct hyk_document *docs, size_t n);
/* places.c: after the commons. */
void hyk_places_read(struct hyk_loader *l, const struct hyk_document *docs, size_t n);
/* registry.c */
void hyk_registry_read(struct hyk_loader *l, const struct hyk_document *doc);

/* policy.c */
void hyk_policy_read(struct hyk_loader *l, const struct hyk_document *doc, bool is_engine);
/* rule.c: fills *rule; *ret_shapes is what it applies to. */
void hyk_rule_read(struct hyk_loader *l, struct hyk_policy_draft *p, const struct hyk_node *node, struct hyk_rule *rule,
    struct hyk_rule_shapes *ret_shapes);
/* duty.c */
const struct hyk_duty *hyk_duty_read(struct hyk_loader *l, struct hyk_policy_draft *p, const struct hyk_node *node,
    const struct hyk_rule_shapes *shapes);
void hyk_offers_read(struct hyk_loader *l, struct hyk_policy_draft *p, const struct hyk_node *node,
    const struct hyk_rule_shapes *shapes, struct hyk_rule *rule);
/* template.c */
bool hyk_template_read(struct hyk_loader *l, const struct hyk_node *node, const char *key,
    const struct hyk_rule_shapes *shapes, struct hyk_template *ret_template);
/* condition.c: `when` as a tree; NULL: told why. */
const struct hyk_cel_cond *hyk_condition_read(struct hyk_loader *l, const struct hyk_node *node);

/* applies.c: node is a list of asset types and one of actions; fills what they cover. */
bool hyk_applies_read(struct hyk_loader *l, const struct hyk_node *applies, struct hyk_policy_draft *p);
/* Those of the policy's shapes that the rule's `actions` (NULL: all) leave. */
bool hyk_applies_narrow(struct hyk_loader *l, const struct hyk_policy_draft *p, const struct hyk_node *actions,
    struct hyk_rule_shapes *ret);
/* Checks names of types and actions in `may_decide`. */
bool hyk_applies_check(struct hyk_loader *l, const struct hyk_node *map, struct hyk_grant *ret_grant);
/* The fact of a path in the first of these shapes; NULL: it lacks somewhere, told with `id` or as FIELD_LACKS. */
const struct hyk_fact *hyk_applies_fact(struct hyk_loader *l, const struct hyk_rule_shapes *shapes, struct hyk_str path,
    const struct hyk_source *src, struct hyk_span span, enum hyk_diag_id id);
void hyk_applies_tell_lacks(struct hyk_loader *l, const struct hyk_rule_shapes *shapes, struct hyk_str path,
    uint32_t slot, const struct hyk_source *src, struct hyk_span span);

/* refs.c: the facts and definitions that a condition's text names. */
struct hyk_ref {
	struct hyk_str path;
	uint32_t slot;
	const struct hyk_source *src;
	struct hyk_span span;
};
struct hyk_refs {
	struct hyk_ref *refs;
	size_t n, room;
	size_t *defines; /* indices */
	size_t n_defines, room_defines;
};
/* `defines` may be NULL: then only facts. False: no memory. */
bool hyk_refs_scan(struct hyk_loader *l, const struct hyk_source *src, const struct hyk_define *defines,
    size_t n_defines, struct hyk_refs *refs) HYK_MUST_CHECK;

/* compile.c */
struct hyk_unit {
	const struct hyk_cel_cond *cond; /* or */
	const struct hyk_source *src;
	const struct hyk_type *want;
	bool any_one; /* a definition that no rule uses: it is enough that it holds somewhere */
	bool guess;   /* nobody knows what it applies to: only told of what is wrong wherever it stands */
};
/* NULL: told why. Marks the definitions used. */
const struct hyk_cel_program *hyk_unit_compile(struct hyk_loader *l, struct hyk_policy_draft *p,
    const struct hyk_rule_shapes *shapes, const struct hyk_unit *unit);
/*
 * All refs of a text: its own, and those of the definitions it uses, however far; `used` (one a definition)
 * is filled. False: no memory.
 */
bool hyk_refs_gather(struct hyk_loader *l, const struct hyk_policy_draft *p, const struct hyk_refs *own, bool *used,
    struct hyk_refs *all) HYK_MUST_CHECK;
/* Reads `define`, in dependency order. */
void hyk_defines_read(struct hyk_loader *l, const struct hyk_node *node, struct hyk_policy_draft *p);
/* A scalar that may be `=CEL`. */
bool hyk_term_read(struct hyk_loader *l, struct hyk_policy_draft *p, const struct hyk_rule_shapes *shapes,
    const struct hyk_node *node, struct hyk_str name, const struct hyk_type *type, const struct hyk_bounds *bounds,
    struct hyk_term *ret_term);

/* scenario.c: `root` is a scenario file, or the policy `inside` of which they stand. `path` is for its folder. */
const struct hyk_scenario_file *hyk_scenarios_read(struct hyk_loader *l, const struct hyk_ruleset *ruleset,
    const struct hyk_source *src, const struct hyk_node *root, const struct hyk_policy *inside, struct hyk_str path);
/* expect.c */
void hyk_expect_read(struct hyk_loader *l, const struct hyk_ruleset *ruleset, const struct hyk_node *node,
    struct hyk_expect *ret_expect);

/* What a case asks, put together from `given`, `when` and the case itself. */
struct hyk_case_fact {
	struct hyk_str name;
	struct hyk_node *key, *value; /* become bad once something was told of them: `given` is read for each case */
};
struct hyk_case_draft {
	const struct hyk_node *commons, *now, *action, *declared;
	const struct hyk_node *type[HYK_N_ROOTS], *id[HYK_N_ROOTS];
	struct hyk_case_fact *facts[HYK_N_ROOTS];
	size_t n[HYK_N_ROOTS], room[HYK_N_ROOTS];
	bool bad; /* something in it was wrong: told */
};
/* case.c: merges one map; keys that are the case's own are passed over when `in_case`. */
void hyk_case_merge(struct hyk_loader *l, const struct hyk_node *map, bool in_case, struct hyk_case_draft *d);

#endif

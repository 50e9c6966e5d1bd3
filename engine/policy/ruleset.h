/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/ruleset.h - everything in force at one moment, compiled, immutable, numbered.
 *
 * Loaded from texts: commons.yaml, policies, registry.yaml, scenario files of
 * a folder (or of the store), and the catalog of the plugins. Loading never
 * stops at the first error; on any error no ruleset comes out.
 *
 * Lifetime:  counted: new has one reference; the last unref frees all of it, catalog included.
 * Threads:   immutable; ref and unref from any thread.
 * Limits:    1,000 rules a policy, 16 MiB a file, 100,000 policies.
 * Errors:    HYK_E_INVALID with 3xx and 4xx messages at file, line and column.
 */
#ifndef HYK_POLICY_RULESET_H
#define HYK_POLICY_RULESET_H

#include "policy/catalog.h"

enum hyk_layer { HYK_LAYER_LAW, HYK_LAYER_ORDINANCE, HYK_LAYER_CITY, HYK_LAYER_COMMONS };
const char *hyk_layer_name(enum hyk_layer l);

enum hyk_effect { HYK_PERMIT, HYK_FORBID, HYK_REQUIRE };
const char *hyk_effect_name(enum hyk_effect e);

struct hyk_commons {
	struct hyk_str path; /* "" is the engine's own, above all */
	const struct hyk_commons *parent; /* NULL for "" */
	struct hyk_text title;
	struct hyk_str zone_name;
	const struct hyk_zone *zone;
	struct hyk_cel_commons data; /* its own, and those of the commons above it */
	const struct hyk_str *languages;
	size_t n_languages;
	uint32_t number;
};

/* A place as its file has it: every item of a commons' data.places is the first member of one. */
struct hyk_place_entry {
	struct hyk_place place;
	struct hyk_text title;   /* n 0: none */
	struct hyk_str geometry; /* its JSON */
};

/* A text for people cut at its {paths}; a piece is a literal, then perhaps a fact. */
struct hyk_piece {
	struct hyk_str literal;
	const struct hyk_fact *fact; /* NULL: literal only */
};
struct hyk_template {
	size_t n; /* languages */
	const struct hyk_str *tags;
	const struct hyk_piece *const *pieces; /* by language */
	const size_t *n_pieces;
};

/* A constant, or a program when `program` is not NULL. */
struct hyk_term {
	struct hyk_str name;
	struct hyk_value constant;
	const struct hyk_cel_program *program;
};

enum hyk_due { HYK_DUE_BEFORE, HYK_DUE_DURING, HYK_DUE_AFTER, HYK_DUE_AT };

struct hyk_duty {
	const struct hyk_duty_type *type;
	const struct hyk_term *terms;
	size_t n_terms;
	struct hyk_term owed_by, owed_to; /* constant absent when not given */
	enum hyk_due due;
	struct hyk_term due_at; /* with HYK_DUE_AT */
};

struct hyk_offer {
	struct hyk_template text;
	const struct hyk_term *sets; /* name: a fact's path, or "action" */
	size_t n_sets;
};

struct hyk_policy;

struct hyk_rule {
	struct hyk_str id, code;
	struct hyk_str full; /* "yongin/giheung/garden-3:garden-potluck#gd-fire" */
	enum hyk_effect effect;
	const struct hyk_policy *policy;
	uint32_t number; /* 0.. in the ruleset; order of files never shows in it: sorted by commons, layer, policy, place */
	struct hyk_template because;
	struct hyk_str basis, basis_url, basis_checked_on;
	const struct hyk_cel_program *when; /* NULL: always */
	const struct hyk_fact *need;        /* require with need; a bool fact */
	const struct hyk_duty *duty;        /* require with duty */
	const struct hyk_offer *offers;
	size_t n_offers;
	const struct hyk_source *src;
	struct hyk_span span; /* of the rule */
};

struct hyk_policy {
	struct hyk_str id;
	const struct hyk_commons *commons;
	enum hyk_layer layer;
	struct hyk_template title;
	int64_t from_s, until_s; /* in force in [from, until), UTC seconds; INT64_MIN, INT64_MAX when open */
	bool safety;
	const struct hyk_rule *rules;
	size_t n_rules;
	const uint32_t *define_slots; /* set to hyk_cel_undefined() before a decision */
	size_t n_defines;
	const struct hyk_source *src;
	uint8_t digest[32]; /* SHA-256 of the file's text */
};

/* The rules of one commons for one shape; those of its ancestors follow by `parent`. */
struct hyk_plan {
	const struct hyk_rule *const *rules;
	size_t n_rules;
	const struct hyk_policy *const *policies; /* the policies of these rules */
	size_t n_policies;
	bool may_permit; /* every ancestor's may_decide lets this commons permit here */
	const struct hyk_plan *parent;
};

/* An asset or a person of registry.yaml. */
struct hyk_entity {
	struct hyk_str type, id;
	const struct hyk_commons *commons; /* of an asset; NULL for people */
	const struct hyk_fact *const *facts;
	const struct hyk_value *values; /* typed, one a fact */
	size_t n_facts;
};

struct hyk_scenario_file;

struct hyk_ruleset {
	uint64_t version;
	const struct hyk_catalog *catalog;
	const struct hyk_commons *commons; /* sorted by path; [0] is "" */
	size_t n_commons;
	const struct hyk_policy *const *policies;
	size_t n_policies;
	const struct hyk_rule *const *rules; /* by number */
	size_t n_rules;
	const struct hyk_entity *entities; /* by type, then id, bytewise */
	size_t n_entities;
	const struct hyk_scenario_file *const *scenarios;
	size_t n_scenarios;
	uint32_t n_slots; /* facts and definitions */
	uint8_t digest[32]; /* over kind, path and digest of every file, sorted */
};

/* A text to load. kind: "commons" or "plugin"; path relative to its folder ("giheung/commons.yaml"). */
struct hyk_text_file {
	struct hyk_str kind, path;
	const struct hyk_source *src; /* src->name is what messages show */
};

struct hyk_ruleset_input {
	uint64_t version;
	const struct hyk_text_file *files; /* of kind "commons"; others are digested only */
	size_t n_files;
	const struct hyk_plugin_text *plugins; /* the built-in root plugin among them */
	size_t n_plugins;
	const struct hyk_source *engine_policy; /* the built-in policy "engine" */
	bool data_only;   /* commons, calendars and places; rules, registry and scenarios are passed over, and no plugin is needed */
	bool allow_empty; /* a folder without commons.yaml is an error unless set (single files for `check`) */
};

/*
 * Takes the arena (its memory becomes the ruleset's on success and on failure; on failure it is finished
 * after the diags, which live elsewhere, have been written). Warnings may come with HYK_OK.
 */
enum hyk_status hyk_ruleset_load(const struct hyk_ruleset_input *in, struct hyk_arena *arena,
    struct hyk_ruleset **ret_ruleset, struct hyk_diags *diags) HYK_MUST_CHECK;
struct hyk_ruleset *hyk_ruleset_ref(struct hyk_ruleset *r);
/* Returns NULL. */
struct hyk_ruleset *hyk_ruleset_unref(struct hyk_ruleset *r);

/* Exact path; NULL. */
const struct hyk_commons *hyk_ruleset_find_commons(const struct hyk_ruleset *r, struct hyk_str path);
/* Never NULL for a commons and shape of this ruleset. */
const struct hyk_plan *hyk_ruleset_plan(const struct hyk_ruleset *r, const struct hyk_commons *c,
    const struct hyk_shape *s);
/* By type and id; NULL. */
const struct hyk_entity *hyk_ruleset_find_entity(const struct hyk_ruleset *r, struct hyk_str type, struct hyk_str id);
/* All of a type, by id; NULL: none. */
const struct hyk_entity *hyk_ruleset_entities_of(const struct hyk_ruleset *r, struct hyk_str type, size_t *ret_n);
/* True when `inner` is `outer` or below it ("" contains all). */
bool hyk_commons_contains(struct hyk_str outer, struct hyk_str inner);

#endif

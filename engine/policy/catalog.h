/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/catalog.h - what plugins define: asset types, subject types, facts, actions, duties.
 *
 * Made from the plugins' manifests (sandbox/jail.h says their form; here they
 * are plain values), with inheritance resolved: a type's facts, context and
 * actions include those of all it extends; an action's context includes that
 * of all it extends.
 *
 * Every fact has a slot in the frame that conditions run on, the same slot
 * wherever the same root and name are declared. Slots HYK_SLOT_* are fixed.
 *
 * Lifetime:  the arena it was built in, with the manifests.
 * Threads:   immutable.
 * Errors:    5xx messages at lines of the Lua files (all of them).
 */
#ifndef HYK_POLICY_CATALOG_H
#define HYK_POLICY_CATALOG_H

#include "base/map.h"
#include "cel/cel.h"
#include "policy/workflow.h"
#include "value/schema.h"

enum hyk_root { HYK_SUBJECT, HYK_RESOURCE, HYK_CONTEXT, HYK_ACTION, HYK_N_ROOTS };
/* "subject", "resource", "context", "action". */
const char *hyk_root_name(enum hyk_root r);

enum {
	HYK_SLOT_NOW,
	HYK_SLOT_TZ,
	HYK_SLOT_ACTION_NAME,
	HYK_SLOT_SUBJECT_ID,
	HYK_SLOT_SUBJECT_TYPE,
	HYK_SLOT_RESOURCE_ID,
	HYK_SLOT_RESOURCE_TYPE,
	HYK_SLOT_FIRST_FACT
};

/* Text by language tag ("und" where none is said); hyk_text_find falls back to "en", then to the first. */
struct hyk_text {
	size_t n;
	const struct hyk_str *tags, *texts;
};
struct hyk_str hyk_text_find(const struct hyk_text *t, const char *tag);

enum hyk_proof {
	HYK_PROOF_NONE,
	HYK_PROOF_CREDENTIAL,
	HYK_PROOF_CONSENT,
	HYK_PROOF_REGISTRATION,
	HYK_PROOF_FILING,
	HYK_PROOF_ATTESTATION,
	HYK_PROOF_EVIDENCE,
	HYK_PROOF_HUMAN_DECISION
};
/* "credential", ...; "" for none. */
const char *hyk_proof_name(enum hyk_proof p);

enum hyk_fact_source { HYK_FROM_CALLER, HYK_FROM_REGISTRY, HYK_FROM_RECORD, HYK_FROM_HOOK };

struct hyk_fact {
	uint32_t slot;
	enum hyk_root root;
	struct hyk_str name, path; /* "age", "subject.age" */
	const struct hyk_type *type;
	struct hyk_bounds bounds;
	struct hyk_text title;
	struct hyk_str unit;            /* "KRW", "m", ... or empty */
	bool has_default, optional, personal;
	struct hyk_value default_value;
	enum hyk_proof proof;
	struct hyk_str by;              /* who settles the need; may be empty */
	/* What proves it, least revealing first: names of credentials, or of yes-or-no facts of the same root. */
	const struct hyk_str *any_of;
	size_t n_any_of;
	enum hyk_fact_source source;
	enum hyk_assurance assurance;   /* less well known than this is unknown (for facts with proof) */
	struct hyk_value count;         /* the `count` or `sum` declaration of a record fact, else absent */
};

/*
 * Is there somebody beside the asker whose word this is? What proves nothing is what the caller may simply say; a `need`
 * of rules and of hooks takes only facts that are provable.
 */
static inline bool
hyk_fact_is_provable(const struct hyk_fact *f)
{
	return f->proof != HYK_PROOF_NONE || f->source != HYK_FROM_CALLER;
}

struct hyk_action {
	struct hyk_str name;
	const struct hyk_action *extends; /* NULL: none */
	bool abstract;
	struct hyk_text title;
	const struct hyk_fact *const *facts; /* context and properties this action adds, inherited ones included */
	size_t n_facts;
};

struct hyk_plugin {
	uint32_t position; /* in the jail's list of sources */
	struct hyk_str name, version;
	struct hyk_value manifest;
	const struct hyk_source *src; /* the Lua text, for messages */
	uint32_t hooks;               /* bit (1u << enum hyk_hook) */
	const struct hyk_str *reads;  /* paths its hooks may read */
	size_t n_reads;
};

struct hyk_asset_type {
	struct hyk_str name;
	const struct hyk_asset_type *extends; /* NULL: the root, "asset" */
	const struct hyk_plugin *plugin;
	struct hyk_text title;
	bool registered, exclusive;
	int64_t decision_ttl_s;
	const struct hyk_fact *const *facts;   /* of the resource, inherited ones included */
	size_t n_facts;
	const struct hyk_fact *const *subject; /* what it adds to person, inherited ones included */
	size_t n_subject;
	const struct hyk_fact *const *context; /* of all its actions */
	size_t n_context;
	const struct hyk_action *const *actions; /* inherited ones included */
	size_t n_actions;
	const struct hyk_plugin *const *hooked; /* plugins with hooks for this type: general to special, then by name */
	size_t n_hooked;
	const struct hyk_workflow *workflow; /* of its agreements; NULL: nobody declared one */
};

struct hyk_subject_type {
	struct hyk_str name;
	bool registered;
	const struct hyk_fact *const *facts;
	size_t n_facts;
};

struct hyk_duty_type {
	struct hyk_str name;
	struct hyk_text title;
	const struct hyk_field *terms; /* name and type of its terms */
	size_t n_terms;
	const struct hyk_evidence_need *evidence; /* what discharges it, all of them */
	size_t n_evidence;
	const struct hyk_plugin *plugin;
};

/*
 * One (asset type, action) that can be requested or named: everything a
 * condition about it may read. `env` declares subject (the union over subject types), resource,
 * context, action, now, tz; policies add their definitions.
 */
struct hyk_shape {
	uint32_t number;
	const struct hyk_asset_type *type;
	const struct hyk_action *action;
	const struct hyk_fact *const *facts; /* of all roots; subject facts are person's and the type's additions */
	size_t n_facts;
	struct hyk_cel_env env;
};

struct hyk_catalog {
	const struct hyk_plugin *plugins;
	size_t n_plugins;
	struct hyk_map types;         /* name -> struct hyk_asset_type */
	struct hyk_map subject_types; /* name -> struct hyk_subject_type */
	struct hyk_map duties;        /* name -> struct hyk_duty_type */
	struct hyk_shape *shapes;     /* also those of abstract actions */
	size_t n_shapes;
	const struct hyk_fact *const *facts; /* every distinct declaration */
	size_t n_facts;
	uint32_t n_slots; /* HYK_SLOT_FIRST_FACT + distinct (root, name) */
};

struct hyk_plugin_text {
	const struct hyk_source *src;
	struct hyk_value manifest;
};

/* What a person may have: person's own facts, and every addition of an asset type. */
const struct hyk_fact *const *hyk_catalog_person_facts(const struct hyk_catalog *c, size_t *ret_n);
/* `plugins` by position; one of them defines "asset" and "person". */
enum hyk_status hyk_catalog_build(const struct hyk_plugin_text *plugins, size_t n, struct hyk_arena *arena,
    struct hyk_catalog **ret_catalog, struct hyk_diags *diags) HYK_MUST_CHECK;

const struct hyk_asset_type *hyk_catalog_find_type(const struct hyk_catalog *c, struct hyk_str name);
const struct hyk_subject_type *hyk_catalog_find_subject_type(const struct hyk_catalog *c, struct hyk_str name);
/* NULL: the type has no such action. */
const struct hyk_shape *hyk_catalog_find_shape(const struct hyk_catalog *c, const struct hyk_asset_type *t,
    struct hyk_str action);
/* True when a is b or extends it, however far. */
bool hyk_asset_type_is(const struct hyk_asset_type *a, struct hyk_str b);
bool hyk_action_is(const struct hyk_action *a, struct hyk_str b);

#endif

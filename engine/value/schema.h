/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value/schema.h - types of facts and of conditions, and how JSON becomes a typed value.
 *
 * Text form (plugins.md): bool int uint double string bytes timestamp date duration dyn
 * list<T> map<K, V> and records {a: int, b?: date}, where b may be left out.
 *
 * Lifetime:  the arena; the basic types are static.
 * Limits:    nesting 8.
 * Threads:   immutable.
 */
#ifndef HYK_VALUE_SCHEMA_H
#define HYK_VALUE_SCHEMA_H

#include "base/diag.h"
#include "value/value.h"

enum hyk_type_kind {
	HYK_T_DYN,
	HYK_T_NULL,
	HYK_T_BOOL,
	HYK_T_INT,
	HYK_T_UINT,
	HYK_T_DOUBLE,
	HYK_T_STRING,
	HYK_T_BYTES,
	HYK_T_LIST,
	HYK_T_MAP,
	HYK_T_TIMESTAMP,
	HYK_T_DATE, /* a timestamp at 00:00 in the commons' zone; conditions see a timestamp */
	HYK_T_DURATION,
	HYK_T_TYPE,
	HYK_T_OPTIONAL,
	HYK_T_IP,
	HYK_T_CIDR,
	HYK_T_RECORD,
	HYK_T_PARAM, /* a type parameter in a function's signature; only in cel/ */
	HYK_T_ERROR  /* poisoned after a message, so that one mistake gives one message; only in cel/ */
};

#define HYK_NO_SLOT UINT32_MAX

struct hyk_type;
struct hyk_bounds;

struct hyk_field {
	struct hyk_str name;
	const struct hyk_type *type;
	uint32_t slot;     /* in the frame, for fields of subject, resource, context, action; else HYK_NO_SLOT */
	bool optional;     /* may be absent: read only after has() */
	struct hyk_str title; /* for messages; may be empty */
	const struct hyk_bounds *bounds; /* of a fact; NULL: nobody says */
};

struct hyk_type {
	enum hyk_type_kind kind;
	const struct hyk_type *key, *elem; /* list: elem; map: key and elem; optional, type: elem */
	struct hyk_str name;               /* record: its name in messages; param: the parameter */
	const struct hyk_field *fields;    /* record */
	size_t n_fields;
};

/* The static type of a basic kind (DYN to DURATION without LIST, MAP; IP, CIDR, ERROR; TYPE and OPTIONAL of dyn). */
const struct hyk_type *hyk_type_basic(enum hyk_type_kind k);
const struct hyk_type *hyk_type_list(struct hyk_arena *a, const struct hyk_type *elem);
const struct hyk_type *hyk_type_map(struct hyk_arena *a, const struct hyk_type *key, const struct hyk_type *elem);
const struct hyk_type *hyk_type_optional(struct hyk_arena *a, const struct hyk_type *elem);
/* NULL: no such field. */
const struct hyk_field *hyk_type_find_field(const struct hyk_type *record, struct hyk_str name);
/* The same type, structurally; records by name and fields. */
bool hyk_type_equal(const struct hyk_type *a, const struct hyk_type *b);
/* "list(string)" as CEL writes it. */
void hyk_type_write(struct hyk_buf *b, const struct hyk_type *t);

/* Parses the text form; messages 2xx at `span` of src (both only for the message). */
enum hyk_status hyk_type_parse(struct hyk_arena *a, struct hyk_str text, const struct hyk_source *src,
    struct hyk_span span, const struct hyk_type **ret_type, struct hyk_diags *diags) HYK_MUST_CHECK;

/*
 * What texts, lists and maps are held to where no schema says: characters or bytes, items or entries. The cost of
 * conditions rests on it.
 */
#define HYK_DEFAULT_MAX_TEXT 4000u
#define HYK_DEFAULT_MAX_ITEMS 1000u

/*
 * What a schema asks of a value beside its type. Unset bounds are absent (kind HYK_ABSENT, NULL, UINT32_MAX).
 * Of a list, min, max and one_of are asked of each item, max_size of the list itself.
 */
struct hyk_bounds {
	struct hyk_value min, max;     /* numbers, timestamps, durations */
	const struct hyk_vlist *one_of;
	uint32_t max_size;             /* characters of a string, items of a list or map */
};
void hyk_bounds_init(struct hyk_bounds *b);

struct hyk_coerce {
	struct hyk_arena *arena;
	/* Seconds east of UTC at local time `local_s`, for dates; NULL: UTC. */
	int32_t (*offset_at_local)(const void *zone, int64_t local_s);
	const void *zone;
};

/* Why a value did not fit; `path` is dotted, relative to the value ("items[3].at"). English and Korean. */
struct hyk_misfit {
	struct hyk_str path, en, ko;
};

/*
 * A JSON value as a value of type t: string to timestamp, date, duration; int to
 * double or uint; deep. What has no max_size, also within others, is held to HYK_DEFAULT_MAX_TEXT and _ITEMS.
 * False: it does not fit; *ret_why is filled (in the arena).
 */
bool hyk_coerce_value(const struct hyk_coerce *c, const struct hyk_type *t, const struct hyk_bounds *bounds,
    struct hyk_value in, struct hyk_value *ret_out, struct hyk_misfit *ret_why) HYK_MUST_CHECK;

#endif

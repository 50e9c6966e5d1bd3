/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value/value.h - the data model: what JSON, facts, conditions and plugins hand to each other.
 *
 * A value is 16 bytes and passed by value; strings, lists and maps are
 * borrowed from the arena they were made in and never change once made.
 * `unknown` and `error` are values from the start, so that a condition over a
 * missing fact has an answer (cel.dev, partial evaluation).
 *
 * Lifetime:  the arena behind it.
 * Limits:    strings, lists and maps under 2^32 items.
 * Threads:   immutable.
 */
#ifndef HYK_VALUE_VALUE_H
#define HYK_VALUE_VALUE_H

#include "base/arena.h"
#include "base/str.h"

enum hyk_kind {
	HYK_NULL,
	HYK_BOOL,
	HYK_INT,
	HYK_UINT,
	HYK_DOUBLE,
	HYK_STRING, /* UTF-8, may hold NUL */
	HYK_BYTES,
	HYK_LIST,
	HYK_MAP,
	HYK_TIMESTAMP, /* seconds since the epoch in as.i, nanoseconds in n; years 0001 to 9999 */
	HYK_DURATION,  /* nanoseconds in as.i */
	HYK_TYPE,      /* a type as a value */
	HYK_OPTIONAL,  /* as.opt: NULL is none */
	HYK_NET,       /* an IP address or network, cel net extension */
	HYK_ABSENT,    /* an optional fact that was not given; only in fact slots */
	HYK_UNKNOWN,   /* needs facts that nobody has proven yet */
	HYK_ERROR_VALUE /* evaluation failed; as.err says how */
};

/* Deeper values are not built by our own parsers, and are refused by what walks them. */
#define HYK_VALUE_MAX_DEPTH 512u

struct hyk_type;
struct hyk_vlist;
struct hyk_vmap;
struct hyk_unknown;
struct hyk_verror;

struct hyk_value {
	uint8_t kind; /* enum hyk_kind */
	uint32_t n;   /* bytes of a string, nanoseconds of a timestamp; else 0 */
	union {
		bool b;
		int64_t i;
		uint64_t u;
		double d;
		const char *s;
		const struct hyk_vlist *list;
		const struct hyk_vmap *map;
		const struct hyk_type *type;
		const struct hyk_value *opt;
		const void *net;
		const struct hyk_unknown *unknown;
		const struct hyk_verror *err;
	} as;
};

struct hyk_vlist {
	uint32_t n;
	const struct hyk_value *items;
};

struct hyk_ventry {
	struct hyk_value key; /* bool, int, uint or string */
	struct hyk_value value;
};

struct hyk_vmap {
	uint32_t n;
	const struct hyk_ventry *entries; /* insertion order */
	const uint32_t *index;            /* NULL when small; see value/vmap.c */
	uint32_t n_index;
};

/* The facts an unknown waits for: slots of the frame, ascending, without repeats. */
struct hyk_unknown {
	uint32_t n;
	const uint32_t *slots;
};

struct hyk_verror {
	struct hyk_str text; /* English, for the trace; never part of a decision's identity */
	uint32_t at, n;      /* span in the condition's source, when known */
	uint32_t slot;       /* the fact that was missing, or UINT32_MAX */
};

static inline struct hyk_value hyk_null(void) { return (struct hyk_value){ .kind = HYK_NULL }; }
static inline struct hyk_value hyk_bool(bool b) { return (struct hyk_value){ .kind = HYK_BOOL, .as.b = b }; }
static inline struct hyk_value hyk_int(int64_t i) { return (struct hyk_value){ .kind = HYK_INT, .as.i = i }; }
static inline struct hyk_value hyk_uint(uint64_t u) { return (struct hyk_value){ .kind = HYK_UINT, .as.u = u }; }
static inline struct hyk_value hyk_double(double d) { return (struct hyk_value){ .kind = HYK_DOUBLE, .as.d = d }; }
static inline struct hyk_value hyk_absent(void) { return (struct hyk_value){ .kind = HYK_ABSENT }; }

/* Borrows the bytes. */
static inline struct hyk_value
hyk_string(struct hyk_str s)
{
	return (struct hyk_value){ .kind = HYK_STRING, .n = (uint32_t)s.n, .as.s = s.p };
}

static inline struct hyk_value
hyk_timestamp(int64_t s, uint32_t ns)
{
	return (struct hyk_value){ .kind = HYK_TIMESTAMP, .n = ns, .as.i = s };
}

static inline struct hyk_value
hyk_duration(int64_t ns)
{
	return (struct hyk_value){ .kind = HYK_DURATION, .as.i = ns };
}

/* Of a string or bytes value. */
static inline struct hyk_str
hyk_value_str(struct hyk_value v)
{
	return (struct hyk_str){ v.as.s, v.n };
}

/* A list over items in the arena (borrowed); kind HYK_ERROR_VALUE without memory. */
struct hyk_value hyk_list(struct hyk_arena *a, const struct hyk_value *items, uint32_t n);

/* Collects entries and makes a map; keys must be distinct (hyk_mapb_add says). */
struct hyk_mapb {
	struct hyk_arena *arena;
	struct hyk_ventry *entries;
	size_t n, room;
	bool failed; /* no memory */
};
void hyk_mapb_init(struct hyk_mapb *b, struct hyk_arena *arena);
/* False: no memory. Does not look for duplicates: see hyk_mapb_finish. */
bool hyk_mapb_add(struct hyk_mapb *b, struct hyk_value key, struct hyk_value value);
bool hyk_mapb_add_c(struct hyk_mapb *b, const char *key, struct hyk_value value);
/* The map; *ret_dup (may be NULL) is the index of the first entry whose key came before, else UINT32_MAX. */
struct hyk_value hyk_mapb_finish(struct hyk_mapb *b, uint32_t *ret_dup);

/* Lookup with CEL's cross-type number rule; NULL: not there. */
const struct hyk_value *hyk_vmap_find(const struct hyk_vmap *m, struct hyk_value key);
const struct hyk_value *hyk_vmap_find_str(const struct hyk_vmap *m, struct hyk_str key);
/* v[key] of a map value; NULL also when v is no map. */
const struct hyk_value *hyk_value_get(struct hyk_value v, const char *key);

/*
 * CEL equality: numbers across types, NaN unequal to all, deep, never an error.
 * Unknowns and errors are unequal; nets are equal only when they are the same object.
 */
bool hyk_value_equal(struct hyk_value a, struct hyk_value b);
/*
 * CEL order for bool, numbers (across types), string, bytes, timestamp, duration:
 * false when the two cannot be compared, or one is NaN (then *ret_cmp = 2 and true).
 */
bool hyk_value_compare(struct hyk_value a, struct hyk_value b, int *ret_cmp);
/* A hash that agrees with hyk_value_equal for map keys (bool, numbers, strings). */
uint64_t hyk_value_hash(struct hyk_value key);

/* A deep copy into `a`, sharing nothing; kind HYK_ERROR_VALUE without memory. */
struct hyk_value hyk_value_copy(struct hyk_arena *a, struct hyk_value v);

/* "bool", "int", ...: CEL's name of the kind. */
const char *hyk_kind_name(enum hyk_kind k);

/* The first and the last second of the years 1 to 9999. */
#define HYK_TIMESTAMP_MIN_S (-INT64_C(62135596800))
#define HYK_TIMESTAMP_MAX_S INT64_C(253402300799)
/* Timestamps: RFC 3339. Parse accepts offsets and up to nine digits; false for all else and for years outside 1-9999. */
bool hyk_timestamp_parse(struct hyk_str s, struct hyk_value *ret_v);
/* "2026-05-09T05:00:00Z", trailing zeros of the fraction trimmed. Needs 32 bytes; returns the length. */
size_t hyk_timestamp_format(struct hyk_value v, char out[40]);
/* Durations as CEL writes them ("1h30m", "-1.5s", units h m s ms us ns); false on anything else or overflow. */
bool hyk_duration_parse(struct hyk_str s, struct hyk_value *ret_v);
/* "5400s", "1.5s". Needs 32 bytes. */
size_t hyk_duration_format(struct hyk_value v, char out[40]);
/* Days since the epoch of a proleptic Gregorian date, and back. month 1-12, day 1-31. */
int64_t hyk_days_from_civil(int64_t year, unsigned month, unsigned day);
void hyk_civil_from_days(int64_t days, int64_t *ret_year, unsigned *ret_month, unsigned *ret_day);
/* "2026-05-09" whole; false for a date that does not exist. */
bool hyk_date_parse(struct hyk_str s, int64_t *ret_days);

#endif

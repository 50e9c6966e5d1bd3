/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agreement/agreement.h - one use of an asset, from application to settlement, as data.
 *
 * An agreement is a value that an event makes into the next one; nothing of it is changed in place. Its JSON form is
 * what a record keeps of it, what the rows are made of, what hooks read and what callers are shown.
 *
 * Lifetime:  everything lives in the arena given, or is borrowed from what was read.
 * Limits:    HYK_AGREEMENT_EVENTS events, HYK_AGREEMENT_ITEMS pieces of evidence (of one party HYK_AGREEMENT_PIECES)
 *            and HYK_AGREEMENT_ITEMS duties.
 * Threads:   immutable.
 */
#ifndef HYK_AGREEMENT_AGREEMENT_H
#define HYK_AGREEMENT_AGREEMENT_H

#include "base/clock.h"
#include "base/diag.h"
#include "value/value.h"

#define HYK_AGREEMENT_EVENTS 200u
#define HYK_AGREEMENT_ITEMS 100u
#define HYK_AGREEMENT_PIECES 30u /* of evidence, of one party */

struct hyk_agreement {
	struct hyk_str id;
	uint64_t seq;             /* number of its last event; the opening is 0 */
	struct hyk_str decision;  /* the recorded decision it was opened on */
	struct hyk_str decided;   /* the record of its decision as last made */
	uint64_t ruleset;         /* pinned, with the digest over its policies and plugins */
	struct hyk_str digest;    /* hex */
	struct hyk_value plugins; /* name to SHA-256 of the text, of the plugins its type stands on */
	struct hyk_str commons;
	struct hyk_str caller; /* the token it was opened with */
	struct hyk_str subject_type, subject_id, action, resource_type, resource_id;
	struct hyk_str provider;   /* "person:kim", who answers for the asset; empty: any steward of the commons */
	struct hyk_value facts;    /* path to value: what the caller gave */
	struct hyk_value known;    /* path to how well, where the schema does not say it */
	struct hyk_time start, end; /* of the use */
	struct hyk_time opened, entered; /* entered: the state */
	struct hyk_str state;
	bool exclusive;    /* the asset is for one at a time */
	bool final, holds; /* of the state */
	bool has_state_due, handed;
	struct hyk_time state_due;  /* when the state's time is over */
	struct hyk_time handed_at;  /* when the asset was handed over */
	struct hyk_value reasons, needs; /* of its decision as last made: lists */
	struct hyk_value duties, evidence, events; /* lists of maps, in order */
	struct hyk_value points; /* list of {points, reason, at, answer: the plugin}: what is held against its person */
	struct hyk_value faults; /* list: plugins whose on_event failed when the clock brought something about */
	struct hyk_value claim; /* or null; see claim.h */
};

/* "person:mina". p is NULL without memory. */
struct hyk_str hyk_agreement_person(const struct hyk_agreement *a, struct hyk_arena *arena);
/* The earliest moment at which the engine must act, of the state and of duties; false: none. */
bool hyk_agreement_due(const struct hyk_agreement *a, struct hyk_time *ret_due);

/* As a map; `facts`: with what the caller gave, which is for the record only. Kind error without memory. */
struct hyk_value hyk_agreement_value(const struct hyk_agreement *a, bool facts, struct hyk_arena *arena);
/* HYK_E_INVALID: not one that hyk_agreement_value made. */
enum hyk_status hyk_agreement_read(struct hyk_value v, struct hyk_agreement *ret_a) HYK_MUST_CHECK;

/* ---- values that are never changed in place ---- */

/* The map with a member set anew; kind error without memory, or when `map` is that already. */
struct hyk_value hyk_with(struct hyk_arena *arena, struct hyk_value map, const char *key, struct hyk_value v);
/* The list with one more item. */
struct hyk_value hyk_appended(struct hyk_arena *arena, struct hyk_value list, struct hyk_value item);
/* The list with an item replaced. */
struct hyk_value hyk_replaced(struct hyk_arena *arena, struct hyk_value list, uint32_t at, struct hyk_value item);
/* A member that is a text; empty when it is not there. */
struct hyk_str hyk_text_member(struct hyk_value map, const char *key);
struct hyk_value hyk_time_value(struct hyk_time t);
/* A timestamp, or its text. */
bool hyk_time_read(struct hyk_value v, struct hyk_time *ret_t);
int hyk_time_cmp(struct hyk_time a, struct hyk_time b);
/* Later of seconds; may be negative. */
struct hyk_time hyk_time_plus(struct hyk_time t, int64_t seconds);
/* Milliseconds, rounded down. */
int64_t hyk_time_ms(struct hyk_time t);

#endif

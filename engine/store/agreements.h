/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/agreements.h - the rows that follow agreements: where each stands, what it holds, what is owed, what is due next.
 *
 * Projections: every row can be made again from the records of kind "agreement". What stands in `body` is
 * agreement/'s; the columns are what is looked for. Times are milliseconds since the epoch.
 *
 * Lifetime:  what is read lives in the arena given.
 * Threads:   as store.h says of a store and of a reader.
 * Errors:    as store.h; HYK_E_BUSY: the rows have moved on since the caller looked (see hyk_store_put_agreement).
 */
#ifndef HYK_STORE_AGREEMENTS_H
#define HYK_STORE_AGREEMENTS_H

#include "store/store.h"

#define HYK_NEVER_MS INT64_MAX

struct hyk_duty_row {
	uint32_t number;        /* within its agreement */
	struct hyk_str state;   /* "owed", "overdue", "discharged", "void" */
	struct hyk_str owed_by; /* "person:mina", or empty */
	struct hyk_str body;    /* JSON */
};

struct hyk_agreement_row {
	struct hyk_str id;
	uint64_t seq;   /* events on record before this one: 0 for the opening */
	uint64_t index; /* of the record it stands as of */
	struct hyk_str commons, caller, person, resource_type, resource_id, state;
	int64_t due_ms;    /* the next moment at which the engine must act; HYK_NEVER_MS */
	int64_t handed_ms; /* when the asset was handed over; HYK_NEVER_MS: not yet */
	bool holds;        /* [from_ms, until_ms) of the asset is this agreement's alone */
	int64_t from_ms, until_ms;
	struct hyk_str body; /* JSON */
	const struct hyk_duty_row *duties;
	size_t n_duties;
};

/*
 * In a transaction. HYK_E_BUSY when the agreement is not at seq - 1 (for seq 0: HYK_E_EXISTS, it is there), or when
 * another holds the asset at that time: what the caller decided on is no longer so, and nothing was changed.
 */
enum hyk_status hyk_store_put_agreement(struct hyk_store *s, const struct hyk_agreement_row *row) HYK_MUST_CHECK;
/* A write's key and what it asked (SHA-256), with the record that answers it. HYK_E_EXISTS: the key is used. */
enum hyk_status hyk_store_put_answered(struct hyk_store *s, struct hyk_str key, const uint8_t asked[32], uint64_t index)
    HYK_MUST_CHECK;
/* Empties all of the tables above, to be made again from the log. */
enum hyk_status hyk_store_clear_agreements(struct hyk_store *s) HYK_MUST_CHECK;

/* HYK_E_NOT_FOUND. Without its duties. */
enum hyk_status hyk_store_reader_agreement(struct hyk_store_reader *r, struct hyk_arena *a, struct hyk_str id,
    struct hyk_agreement_row *ret_row) HYK_MUST_CHECK;

/* Which agreements, or which duties; by id, then number, after the place given. Empty: all. */
struct hyk_agreement_filter {
	struct hyk_str commons; /* in it or below; only when caller is empty */
	struct hyk_str caller;
	struct hyk_str person; /* the applicant; of duties: who owes */
	struct hyk_str after;  /* an id */
	uint32_t after_number; /* of a duty of that agreement */
};
/* At most n rows. */
enum hyk_status hyk_store_reader_agreements(struct hyk_store_reader *r, struct hyk_arena *a,
    const struct hyk_agreement_filter *f, struct hyk_agreement_row *rows, size_t n, size_t *ret_n) HYK_MUST_CHECK;
/* At most n duties that are owed or overdue; agreements[i] is the id of the agreement of duties[i]. */
enum hyk_status hyk_store_reader_duties(struct hyk_store_reader *r, struct hyk_arena *a,
    const struct hyk_agreement_filter *f, struct hyk_duty_row *duties, struct hyk_str *agreements, size_t n,
    size_t *ret_n) HYK_MUST_CHECK;

/* Ids of at most n agreements due at or before now, the most overdue first; *ret_next_ms: the earliest due of all. */
enum hyk_status hyk_store_reader_due(struct hyk_store_reader *r, struct hyk_arena *a, int64_t now_ms,
    struct hyk_str *ids, size_t n, size_t *ret_n, int64_t *ret_next_ms) HYK_MUST_CHECK;
/* Whether another agreement than `except` (may be empty) holds the asset in [from, until). */
enum hyk_status hyk_store_reader_is_held(struct hyk_store_reader *r, struct hyk_str type, struct hyk_str id,
    int64_t from_ms, int64_t until_ms, struct hyk_str except, bool *ret_held) HYK_MUST_CHECK;
/* When the next hold of the asset by another than `except` begins, at `from` or later; HYK_NEVER_MS. */
enum hyk_status hyk_store_reader_next_hold(struct hyk_store_reader *r, struct hyk_str type, struct hyk_str id,
    int64_t from_ms, struct hyk_str except, int64_t *ret_ms) HYK_MUST_CHECK;
/* Whether the asset was handed to somebody under another agreement after that moment. */
enum hyk_status hyk_store_reader_handed_since(struct hyk_store_reader *r, struct hyk_str type, struct hyk_str id,
    int64_t since_ms, struct hyk_str except, bool *ret_handed) HYK_MUST_CHECK;
/* HYK_E_NOT_FOUND: the key is new. */
enum hyk_status hyk_store_reader_answered(struct hyk_store_reader *r, struct hyk_str key, uint8_t ret_asked[32],
    uint64_t *ret_index) HYK_MUST_CHECK;

#endif

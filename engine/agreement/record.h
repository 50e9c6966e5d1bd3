/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agreement/record.h - an event as a record of the ledger, and the rows that follow from it.
 *
 * The leaf says what happened; people, facts and terms stand beside it in the disclosure, with the whole agreement as it
 * was afterwards. So the rows come from one record alone, and are made in the same way when it is written and when the
 * tables are made again from the log.
 *
 * Lifetime:  the arena given.
 * Threads:   one thread at a time; hyk_agreement_project in the ledger's writer.
 * Errors:    HYK_E_NOMEM, HYK_E_IO (no randomness), HYK_E_INVALID (a record that says nothing of an agreement),
 *            HYK_E_NOT_FOUND (it was erased); of project as store/agreements.h.
 */
#ifndef HYK_AGREEMENT_RECORD_H
#define HYK_AGREEMENT_RECORD_H

#include "agreement/machine.h"
#include "store/agreements.h"

/* The key of a write and what it asked, so that it is done once; n 0: none. */
struct hyk_write_key {
	struct hyk_str key; /* base64url of SHA-256 over the caller and its key */
	uint8_t asked[32];
};

enum hyk_status hyk_agreement_record(const struct hyk_agreement *after, struct hyk_str from, const struct hyk_event *e,
    enum hyk_actor actor, const struct hyk_write_key *key, struct hyk_arena *arena, struct hyk_store_record *ret_record)
    HYK_MUST_CHECK;

/* What a record makes of the tables. */
struct hyk_agreement_change {
	struct hyk_agreement after;
	struct hyk_agreement_row row; /* index: set by project */
	struct hyk_write_key key;
};
enum hyk_status hyk_agreement_change(const struct hyk_store_record *record, struct hyk_arena *arena,
    struct hyk_agreement_change *ret_change) HYK_MUST_CHECK;
/* In the transaction that appends (or reads) the record. */
enum hyk_status hyk_agreement_project(struct hyk_store *store, struct hyk_agreement_change *c, uint64_t index)
    HYK_MUST_CHECK;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger/record.h - the form of a record: a leaf that can be public, and what it hides.
 *
 * A leaf is RFC 8785 JSON. A private value enters it as
 * base64url(HMAC-SHA-256(salt, canonical value)) with 32 random bytes of salt;
 * salt and clear value go to the disclosure, {"path": ["salt base64url", value], ...},
 * which can be erased without touching the leaf. Leaf hash: RFC 6962, SHA-256(0x00 || leaf).
 *
 * The disclosure's first member, named "", is its seal: ["salt", null]; the leaf's member "disclosure" is
 * base64url(HMAC-SHA-256(that salt, all bytes of the disclosure behind that member)). A record that hides
 * nothing has neither. Values in the disclosure are canonical bytes: a commitment is over them as they lie.
 *
 * Lifetime:  begin -> put* -> finish; everything in the arena.
 * Threads:   one thread at a time.
 * Errors:    sticky; hyk_record_finish() says HYK_E_NOMEM, HYK_E_INVALID (a name or path came twice), or
 *            HYK_E_IO when there is no randomness.
 */
#ifndef HYK_LEDGER_RECORD_H
#define HYK_LEDGER_RECORD_H

#include "base/arena.h"
#include "store/store.h"
#include "value/value.h"

struct hyk_record_text;

struct hyk_record {
	struct hyk_arena *arena;
	struct hyk_mapb leaf, paths; /* paths: for finding one that came twice */
	bool failed;
	enum hyk_status why;
	struct hyk_record_text *text;
};

void hyk_record_begin(struct hyk_record *r, struct hyk_arena *arena);
/* A public member of the leaf; the name "disclosure" is taken. */
void hyk_record_put(struct hyk_record *r, const char *name, struct hyk_value v);
/* A value that is hidden: returns its commitment (a string value) to be placed anywhere in the leaf. `path` is unique. */
struct hyk_value hyk_record_commit(struct hyk_record *r, struct hyk_str path, struct hyk_value v);
/* A clear value kept beside the leaf, in the disclosure only: {"path": [null, value]}. */
void hyk_record_keep(struct hyk_record *r, struct hyk_str path, struct hyk_value v);
/* Fills leaf, leaf_hash and disclosure of *ret; the other members are the caller's. */
enum hyk_status hyk_record_finish(struct hyk_record *r, struct hyk_store_record *ret) HYK_MUST_CHECK;
/*
 * Recomputes leaf hash, seal and every commitment that is still disclosed; false: something was changed.
 * An erased disclosure (empty) is no change.
 */
bool hyk_record_verify(struct hyk_arena *a, const struct hyk_store_record *r);

#endif

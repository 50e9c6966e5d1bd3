/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/store.h - where state lives: one interface, SQLite behind it (PostgreSQL later).
 *
 * One connection, in the writer's thread, does all writing and all
 * checkpoints (SQLite 3.40.1 has the WAL-reset bug, which is out of reach so);
 * readers are read-only. WAL, synchronous=FULL, STRICT tables, defensive.
 *
 * Lifetime:  open -> (begin, writes, commit | rollback)* -> close.
 * Threads:   a store: one thread at a time (the ledger's writer once it runs); a reader: its own thread.
 * Errors:    HYK_E_BUSY: another engine holds the folder; HYK_E_DENIED: no rights; HYK_E_FULL: no
 *            space; HYK_E_IO: the disk failed, or the file is damaged; HYK_E_INVALID: of a newer version or
 *            of another program; HYK_E_EXISTS: an id or file that is there already; HYK_E_NOMEM. Each with
 *            a 7xx message where diags is given. A file that is refused is not changed.
 */
#ifndef HYK_STORE_STORE_H
#define HYK_STORE_STORE_H

#include "base/arena.h"
#include "base/diag.h"

struct hyk_store;
struct hyk_store_reader;

/* Opens or makes DIR/hyangyak.db, takes DIR/lock (flock), migrates the tables. */
enum hyk_status hyk_store_open(struct hyk_str dir, struct hyk_store **ret_store, struct hyk_diags *diags) HYK_MUST_CHECK;
void hyk_store_close(struct hyk_store *s);

/*
 * Are database and write-ahead log still the files of their names? HYK_E_NOT_FOUND: one was removed or replaced, and
 * what is written into it nobody would find again. Two calls of stat(); between transactions.
 */
enum hyk_status hyk_store_check_place(struct hyk_store *s) HYK_MUST_CHECK;
/* HYK_E_NOT_FOUND as hyk_store_check_place(). */
enum hyk_status hyk_store_begin(struct hyk_store *s) HYK_MUST_CHECK;
/*
 * HYK_OK only once the rows are synced to disk, in a file that is in its place. On any error nothing of the transaction
 * stays; after HYK_E_NOT_FOUND it stands in a file that is not.
 */
enum hyk_status hyk_store_commit(struct hyk_store *s) HYK_MUST_CHECK;
void hyk_store_rollback(struct hyk_store *s);
/* Copies the WAL into the database when it is large; between transactions. */
enum hyk_status hyk_store_checkpoint(struct hyk_store *s) HYK_MUST_CHECK;
/* What "large" is, in pages of 4 kB; 0: the default (1,000). Tests make it small. */
void hyk_store_set_checkpoint_pages(struct hyk_store *s, unsigned pages);

/*
 * Inside a transaction, one at a time: what follows can be undone alone. After an
 * error that ended the transaction both say so, and commit will too.
 */
enum hyk_status hyk_store_savepoint(struct hyk_store *s) HYK_MUST_CHECK;
enum hyk_status hyk_store_release(struct hyk_store *s) HYK_MUST_CHECK;
enum hyk_status hyk_store_undo(struct hyk_store *s) HYK_MUST_CHECK;

/*
 * After HYK_E_IO, between transactions: gives up the connection, opens a new one, makes what is committed
 * durable anew, and compares count and last leaf hash with what was last known. HYK_E_IO: they differ, and this
 * store refuses all writes from now on. Other errors: hyk_store_begin() tries again.
 * A transaction whose sync failed may turn out to be there whole: then the count has grown.
 */
enum hyk_status hyk_store_reopen(struct hyk_store *s) HYK_MUST_CHECK;

/* One record of the ledger. Bytes are borrowed for the call. */
struct hyk_store_record {
	uint64_t index;            /* set by append: 0, 1, 2, ... without gaps */
	struct hyk_str kind;       /* "decision", "genesis", ... */
	struct hyk_str id;         /* unique; may be empty */
	struct hyk_str commons;    /* whose it is, for rights */
	int64_t at_ms;             /* milliseconds since the epoch */
	struct hyk_str leaf;       /* RFC 8785 JSON */
	uint8_t leaf_hash[32];     /* RFC 6962: SHA-256(0x00 || leaf) */
	struct hyk_str disclosure; /* JSON: salts and clear values; a table of its own that can be erased */
};
enum hyk_status hyk_store_append(struct hyk_store *s, struct hyk_store_record *r) HYK_MUST_CHECK;
/* Records so far, the open transaction's included. */
uint64_t hyk_store_count(struct hyk_store *s);
/* In a transaction: erases salts and clear values of a record for ever; the leaf stays. HYK_E_NOT_FOUND: none there. */
enum hyk_status hyk_store_erase(struct hyk_store *s, uint64_t index) HYK_MUST_CHECK;

/* Small named values. Empty string when there is none. */
enum hyk_status hyk_store_set_meta(struct hyk_store *s, struct hyk_str key, struct hyk_str value) HYK_MUST_CHECK;
enum hyk_status hyk_store_meta(struct hyk_store *s, struct hyk_arena *a, struct hyk_str key, struct hyk_str *ret_value)
    HYK_MUST_CHECK;

/* The texts of a ruleset version, kept for ever. `kind`: "commons" or "plugin". */
struct hyk_store_file {
	struct hyk_str kind, path, text;
};
enum hyk_status hyk_store_put_file(struct hyk_store *s, uint64_t version, const struct hyk_store_file *f) HYK_MUST_CHECK;
/* All files of a version, by kind and path; n = 0 when there is no such version. */
enum hyk_status hyk_store_files(struct hyk_store *s, struct hyk_arena *a, uint64_t version,
    struct hyk_store_file **ret_files, size_t *ret_n) HYK_MUST_CHECK;

/* A read-only connection of its own (no checkpoint on close). */
enum hyk_status hyk_store_reader_open(struct hyk_str dir, struct hyk_store_reader **ret_reader, struct hyk_diags *diags)
    HYK_MUST_CHECK;
void hyk_store_reader_close(struct hyk_store_reader *r);
/* By id; bytes in the arena; disclosure is empty when erased. HYK_E_NOT_FOUND. */
enum hyk_status hyk_store_reader_find(struct hyk_store_reader *r, struct hyk_arena *a, struct hyk_str id,
    struct hyk_store_record *ret_record) HYK_MUST_CHECK;
enum hyk_status hyk_store_reader_at(struct hyk_store_reader *r, struct hyk_arena *a, uint64_t index,
    struct hyk_store_record *ret_record) HYK_MUST_CHECK;
/* The files of a ruleset version, as hyk_store_files. */
enum hyk_status hyk_store_reader_files(struct hyk_store_reader *r, struct hyk_arena *a, uint64_t version,
    struct hyk_store_file **ret_files, size_t *ret_n) HYK_MUST_CHECK;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/sqlite_conn.h - one connection to SQLite with every switch as the house wants it.
 *
 * Extensions off, schema untrusted, defensive, no memory map, no checkpoint
 * but our own: the reasons stand in README.md. Private to store/.
 *
 * Lifetime:  open -> prepare* -> close. Statements are finalised by who prepared them.
 * Threads:   one thread at a time.
 */
#ifndef HYK_STORE_SQLITE_CONN_H
#define HYK_STORE_SQLITE_CONN_H

#include <sqlite3.h>

#include "base/diag.h"

#define HYK_SQLITE_FILE "hyangyak.db"
#define HYK_SQLITE_APPLICATION_ID 0x4859414b /* "HYAK" */
#define HYK_SQLITE_FORM 3                    /* of the tables: PRAGMA user_version */

enum hyk_sqlite_use {
	HYK_SQLITE_WRITER, /* the file exists; may be empty */
	HYK_SQLITE_READER
};

/* What a result code means to the caller. `db` may be NULL. */
enum hyk_status hyk_sqlite_status(sqlite3 *db, int rc);
/* Status and 7xx message of a failed call. */
enum hyk_status hyk_sqlite_failed(sqlite3 *db, int rc, const char *path, struct hyk_diags *diags);

/* Nothing in the file is changed by opening, nor by closing before a first write. */
enum hyk_status hyk_sqlite_open(const char *path, enum hyk_sqlite_use use, sqlite3 **ret_db, struct hyk_diags *diags)
    HYK_MUST_CHECK;
/* A statement without rows, as text. */
int hyk_sqlite_exec(sqlite3 *db, const char *sql);
/* The first column of the first row of a query; 0 when there is none. */
int hyk_sqlite_number(sqlite3 *db, const char *sql, int64_t *ret_n);
/* Kept for as long as the connection. */
int hyk_sqlite_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **ret_stmt);

/* Bytes of a column, in the arena; p is NULL without memory. */
struct hyk_str hyk_sqlite_column(struct hyk_arena *a, sqlite3_stmt *stmt, int column);
int hyk_sqlite_bind(sqlite3_stmt *stmt, int n, struct hyk_str s);

/* Refuses what is not ours, newer, or damaged, before anything is written. */
enum hyk_status hyk_sqlite_check(sqlite3 *db, const char *path, bool *ret_empty, struct hyk_diags *diags) HYK_MUST_CHECK;
/* Makes the tables of an empty file, or brings older ones to this form. */
enum hyk_status hyk_sqlite_migrate(sqlite3 *db, const char *path, struct hyk_diags *diags) HYK_MUST_CHECK;

/* One row of a query for whole records, columns as HYK_SQLITE_RECORD names them. */
struct hyk_store_record;
#define HYK_SQLITE_RECORD "r.idx, r.kind, r.id, r.commons, r.at_ms, r.leaf, r.leaf_hash, d.body"
enum hyk_status hyk_sqlite_record(struct hyk_arena *a, sqlite3_stmt *stmt, struct hyk_store_record *ret) HYK_MUST_CHECK;
/* Runs the query of a version's files; the statement is HYK_SQLITE_FILES. */
struct hyk_store_file;
#define HYK_SQLITE_FILES \
	"SELECT f.kind, f.path, t.body FROM file f JOIN file_text t ON t.digest = f.digest " \
	"WHERE f.version = ?1 ORDER BY f.kind, f.path"
enum hyk_status hyk_sqlite_files(sqlite3 *db, sqlite3_stmt *stmt, struct hyk_arena *a, uint64_t version,
    struct hyk_store_file **ret_files, size_t *ret_n) HYK_MUST_CHECK;

#endif

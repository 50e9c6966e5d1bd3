/* SPDX-License-Identifier: Apache-2.0 */
/* store/sqlite_conn.c - opening a connection, and what SQLite's result codes mean here. */
#include "store/sqlite_conn.h"

#include <errno.h>

#include "store/folder.h"
#include "store/store.h"

/* A reader meets a busy moment only while a file is recovered or a checkpoint begins anew. */
#define READER_PATIENCE_MS 2000

static enum hyk_status
status_of_errno(int err, enum hyk_status otherwise)
{
	switch (err) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return HYK_E_FULL;
	case EACCES:
	case EPERM:
	case EROFS:
		return HYK_E_DENIED;
	default:
		return otherwise;
	}
}

/* sqlite3_system_errno() knows nothing of a commit that failed; the files remember what the system said last. */
static int
last_errno(sqlite3 *db, int rc)
{
	static const int files[] = { SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER };
	int err = 0;

	if (!db)
		return 0;
	if ((rc & 0xff) != SQLITE_IOERR)
		return sqlite3_system_errno(db);
	for (size_t i = 0; i < HYK_ARRAY_LEN(files) && !err; i++) {
		sqlite3_file *f = NULL;

		if (sqlite3_file_control(db, "main", files[i], &f) == SQLITE_OK && f && f->pMethods &&
		    f->pMethods->xFileControl(f, SQLITE_FCNTL_LAST_ERRNO, &err) != SQLITE_OK)
			err = 0;
	}
	return err ? err : sqlite3_system_errno(db);
}

enum hyk_status
hyk_sqlite_status(sqlite3 *db, int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return HYK_OK;
	case SQLITE_NOMEM:
		return HYK_E_NOMEM;
	case SQLITE_FULL:
		return HYK_E_FULL;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return HYK_E_BUSY;
	case SQLITE_PERM:
	case SQLITE_AUTH:
	case SQLITE_READONLY:
		return HYK_E_DENIED;
	case SQLITE_IOERR:
		if (rc == SQLITE_IOERR_NOMEM)
			return HYK_E_NOMEM;
		return status_of_errno(last_errno(db, rc), HYK_E_IO);
	case SQLITE_CANTOPEN:
		return status_of_errno(last_errno(db, rc), HYK_E_IO);
	case SQLITE_CONSTRAINT:
		if (rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY ||
		    rc == SQLITE_CONSTRAINT_ROWID)
			return HYK_E_EXISTS;
		return HYK_E_INVALID;
	case SQLITE_MISMATCH:
		return HYK_E_INVALID;
	case SQLITE_TOOBIG:
		return HYK_E_LIMIT;
	default:
		return HYK_E_IO;
	}
}

enum hyk_status
hyk_sqlite_failed(sqlite3 *db, int rc, const char *path, struct hyk_diags *diags)
{
	enum hyk_status st = hyk_sqlite_status(db, rc);
	int err = last_errno(db, rc);
	struct hyk_str p = hyk_str_from_c(path), said = hyk_str_from_c(sqlite3_errstr(rc));

	if (rc == SQLITE_CORRUPT || (rc & 0xff) == SQLITE_CORRUPT || rc == SQLITE_NOTADB) {
		HYK_DIAG(diags, HYK_D_STORE_DAMAGED, NULL, HYK_NO_SPAN, p, said);
		return HYK_E_IO;
	}
	switch ((int)st) {
	case HYK_OK:
		break;
	case HYK_E_NOMEM:
		HYK_DIAG0(diags, HYK_D_NO_MEMORY, NULL, HYK_NO_SPAN);
		break;
	case HYK_E_FULL:
		HYK_DIAG(diags, HYK_D_STATE_FULL, NULL, HYK_NO_SPAN, p);
		break;
	case HYK_E_DENIED:
		HYK_DIAG(diags, HYK_D_STATE_DENIED, NULL, HYK_NO_SPAN, p,
		    err ? hyk_str_from_c(strerrordesc_np(err)) : said);
		break;
	case HYK_E_BUSY:
		HYK_DIAG(diags, HYK_D_STATE_BUSY, NULL, HYK_NO_SPAN, p, HYK_STR("?"));
		break;
	default:
		HYK_DIAG(diags, HYK_D_STATE_IO, NULL, HYK_NO_SPAN, p,
		    err ? hyk_str_from_c(strerrordesc_np(err)) : said);
		break;
	}
	return st;
}

int
hyk_sqlite_exec(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

int
hyk_sqlite_number(sqlite3 *db, const char *sql, int64_t *ret_n)
{
	sqlite3_stmt *stmt = NULL;
	int64_t n = 0;
	int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

	if (rc == SQLITE_OK) {
		rc = sqlite3_step(stmt);
		if (rc == SQLITE_ROW)
			n = sqlite3_column_int64(stmt, 0);
		if (rc == SQLITE_ROW || rc == SQLITE_DONE)
			rc = SQLITE_OK;
	}
	sqlite3_finalize(stmt);
	if (rc == SQLITE_OK)
		*ret_n = n;
	return rc;
}

int
hyk_sqlite_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **ret_stmt)
{
	return sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret_stmt, NULL);
}

struct hyk_str
hyk_sqlite_column(struct hyk_arena *a, sqlite3_stmt *stmt, int column)
{
	/* Blob first, then length: in this order no conversion happens behind the pointer. */
	const void *p = sqlite3_column_blob(stmt, column);
	int n = sqlite3_column_bytes(stmt, column);

	return hyk_arena_dup(a, hyk_str_make(p, p && n > 0 ? (size_t)n : 0));
}

int
hyk_sqlite_bind(sqlite3_stmt *stmt, int n, struct hyk_str s)
{
	return sqlite3_bind_text64(stmt, n, s.p ? s.p : "", s.n, SQLITE_STATIC, SQLITE_UTF8);
}

static int
configure(sqlite3 *db, enum hyk_sqlite_use use)
{
	int rc = sqlite3_extended_result_codes(db, 1);

	if (rc == SQLITE_OK)
		rc = sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	/* The writer takes this back once the file is known to be its own. */
	if (rc == SQLITE_OK)
		rc = sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_wal_autocheckpoint(db, 0);
	if (rc == SQLITE_OK)
		rc = hyk_sqlite_exec(db, "PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON");
	if (rc == SQLITE_OK && use == HYK_SQLITE_READER) {
		rc = sqlite3_busy_timeout(db, READER_PATIENCE_MS);
		if (rc == SQLITE_OK)
			rc = hyk_sqlite_exec(db, "PRAGMA query_only = ON");
	}
	return rc;
}

enum hyk_status
hyk_sqlite_open(const char *path, enum hyk_sqlite_use use, sqlite3 **ret_db, struct hyk_diags *diags)
{
	sqlite3 *db = NULL;
	int flags = use == HYK_SQLITE_READER ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	int rc = sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX, NULL);

	if (rc == SQLITE_OK)
		rc = configure(db, use);
	/* SQLite opens a file it may not write for reading, and would say so only at the first record. */
	if (rc == SQLITE_OK && use == HYK_SQLITE_WRITER && sqlite3_db_readonly(db, "main") == 1) {
		sqlite3_close(db);
		return hyk_folder_failed(path, EACCES, diags);
	}
	if (rc != SQLITE_OK) {
		enum hyk_status st = hyk_sqlite_failed(db, rc, path, diags);

		sqlite3_close(db);
		return st;
	}
	*ret_db = db;
	return HYK_OK;
}

enum hyk_status
hyk_sqlite_record(struct hyk_arena *a, sqlite3_stmt *stmt, struct hyk_store_record *ret)
{
	struct hyk_store_record r = { .index = (uint64_t)sqlite3_column_int64(stmt, 0) };
	const void *hash = sqlite3_column_blob(stmt, 6);

	if (!hash || sqlite3_column_bytes(stmt, 6) != (int)sizeof(r.leaf_hash))
		return HYK_E_IO;
	memcpy(r.leaf_hash, hash, sizeof(r.leaf_hash));
	r.kind = hyk_sqlite_column(a, stmt, 1);
	r.id = hyk_sqlite_column(a, stmt, 2);
	r.commons = hyk_sqlite_column(a, stmt, 3);
	r.at_ms = sqlite3_column_int64(stmt, 4);
	r.leaf = hyk_sqlite_column(a, stmt, 5);
	r.disclosure = hyk_sqlite_column(a, stmt, 7);
	if (!r.kind.p || !r.id.p || !r.commons.p || !r.leaf.p || !r.disclosure.p)
		return HYK_E_NOMEM;
	*ret = r;
	return HYK_OK;
}

enum hyk_status
hyk_sqlite_files(sqlite3 *db, sqlite3_stmt *stmt, struct hyk_arena *a, uint64_t version,
    struct hyk_store_file **ret_files, size_t *ret_n)
{
	struct hyk_store_file *files = NULL;
	size_t n = 0, room = 0;
	enum hyk_status st = HYK_OK;
	int rc = sqlite3_bind_int64(stmt, 1, (int64_t)version);

	while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct hyk_store_file f = { .kind = hyk_sqlite_column(a, stmt, 0) };

		f.path = hyk_sqlite_column(a, stmt, 1);
		f.text = hyk_sqlite_column(a, stmt, 2);
		if (n == room)
			files = hyk_arena_grow(a, files, n, &room, sizeof(*files));
		if (!files || !f.kind.p || !f.path.p || !f.text.p) {
			st = HYK_E_NOMEM;
			break;
		}
		files[n++] = f;
		rc = SQLITE_OK;
	}
	if (st == HYK_OK && rc != SQLITE_DONE)
		st = hyk_sqlite_status(db, rc);
	sqlite3_reset(stmt);
	if (st == HYK_OK) {
		*ret_files = files;
		*ret_n = n;
	}
	return st;
}

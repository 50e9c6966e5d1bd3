/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/sqlite_read.c - a reader: a connection that can only look, and never keeps a snapshot between two questions.
 */
#include "store/store.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "store/folder.h"
#include "store/sqlite_conn.h"
#include "store/sqlite_rows.h"

struct hyk_store_reader {
	sqlite3 *db;
	sqlite3_stmt *find, *at, *files;
	struct hyk_sqlite_agreements agreements;
};

static enum hyk_status
connect_reader(struct hyk_store_reader *r, const char *path, struct hyk_diags *diags)
{
	static const char from[] = "SELECT " HYK_SQLITE_RECORD " FROM record r LEFT JOIN disclosure d ON d.idx = r.idx ";
	char sql[sizeof(from) + 32];
	bool empty = false;
	enum hyk_status st = hyk_sqlite_open(path, HYK_SQLITE_READER, &r->db, diags);
	int rc;

	if (st == HYK_OK)
		st = hyk_sqlite_check(r->db, path, &empty, diags);
	if (st != HYK_OK)
		return st;
	if (empty) {
		HYK_DIAG(diags, HYK_D_STORE_MISSING, NULL, HYK_NO_SPAN, hyk_str_from_c(path));
		return HYK_E_NOT_FOUND;
	}
	snprintf(sql, sizeof(sql), "%sWHERE r.id = ?1", from);
	rc = hyk_sqlite_prepare(r->db, sql, &r->find);
	snprintf(sql, sizeof(sql), "%sWHERE r.idx = ?1", from);
	if (rc == SQLITE_OK)
		rc = hyk_sqlite_prepare(r->db, sql, &r->at);
	if (rc == SQLITE_OK)
		rc = hyk_sqlite_prepare(r->db, HYK_SQLITE_FILES, &r->files);
	if (rc == SQLITE_OK)
		rc = hyk_sqlite_agreements_open(&r->agreements, r->db, HYK_SQLITE_READER);
	if (rc == SQLITE_ERROR) {
		HYK_DIAG(diags, HYK_D_STORE_DAMAGED, NULL, HYK_NO_SPAN, hyk_str_from_c(path),
		    hyk_str_from_c(sqlite3_errmsg(r->db)));
		return HYK_E_IO;
	}
	return rc == SQLITE_OK ? HYK_OK : hyk_sqlite_failed(r->db, rc, path, diags);
}

enum hyk_status
hyk_store_reader_open(struct hyk_str dir, struct hyk_store_reader **ret_reader, struct hyk_diags *diags)
{
	struct hyk_store_reader *r = NULL;
	enum hyk_status st = HYK_E_NOMEM;
	struct hyk_arena a;
	const char *path;
	struct stat s;

	hyk_arena_init(&a, 0);
	path = hyk_folder_path(&a, dir, HYK_SQLITE_FILE, diags);
	if (!path)
		goto out;
	if (stat(path, &s) != 0) {
		if (errno != ENOENT) {
			st = hyk_folder_failed(path, errno, diags);
			goto out;
		}
		HYK_DIAG(diags, HYK_D_STORE_MISSING, NULL, HYK_NO_SPAN, hyk_str_from_c(path));
		st = HYK_E_NOT_FOUND;
		goto out;
	}
	r = hyk_malloc(sizeof(*r));
	if (!r)
		goto out;
	memset(r, 0, sizeof(*r));
	st = connect_reader(r, path, diags);
	if (st == HYK_OK) {
		*ret_reader = r;
		r = NULL;
	}
out:
	hyk_store_reader_close(r);
	hyk_arena_fini(&a);
	return st;
}

void
hyk_store_reader_close(struct hyk_store_reader *r)
{
	if (!r)
		return;
	sqlite3_finalize(r->find);
	sqlite3_finalize(r->at);
	sqlite3_finalize(r->files);
	hyk_sqlite_agreements_close(&r->agreements);
	sqlite3_close(r->db);
	hyk_free(r);
}

struct hyk_sqlite_agreements *
hyk_store_reader_rows(struct hyk_store_reader *r)
{
	return &r->agreements;
}

static enum hyk_status
one_record(struct hyk_store_reader *r, sqlite3_stmt *stmt, int bound, struct hyk_arena *a,
    struct hyk_store_record *ret_record)
{
	int rc = bound == SQLITE_OK ? sqlite3_step(stmt) : bound;
	enum hyk_status st;

	if (rc == SQLITE_ROW)
		st = hyk_sqlite_record(a, stmt, ret_record);
	else if (rc == SQLITE_DONE)
		st = HYK_E_NOT_FOUND;
	else
		st = hyk_sqlite_status(r->db, rc);
	sqlite3_reset(stmt);
	return st;
}

enum hyk_status
hyk_store_reader_find(struct hyk_store_reader *r, struct hyk_arena *a, struct hyk_str id,
    struct hyk_store_record *ret_record)
{
	return one_record(r, r->find, hyk_sqlite_bind(r->find, 1, id), a, ret_record);
}

enum hyk_status
hyk_store_reader_at(struct hyk_store_reader *r, struct hyk_arena *a, uint64_t index,
    struct hyk_store_record *ret_record)
{
	if (index > INT64_MAX)
		return HYK_E_NOT_FOUND;
	return one_record(r, r->at, sqlite3_bind_int64(r->at, 1, (int64_t)index), a, ret_record);
}

enum hyk_status
hyk_store_reader_files(struct hyk_store_reader *r, struct hyk_arena *a, uint64_t version,
    struct hyk_store_file **ret_files, size_t *ret_n)
{
	return hyk_sqlite_files(r->db, r->files, a, version, ret_files, ret_n);
}

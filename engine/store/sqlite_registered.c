/* SPDX-License-Identifier: Apache-2.0 */
/* store/sqlite_registered.c - rows of the registry. Written seldom and read at start: no statement is kept. */
#include "store/registered.h"

#include "store/sqlite_rows.h"

static int
write_row(sqlite3 *db, struct hyk_str type, struct hyk_str id, uint64_t index, uint64_t replaces, int *ret_changes)
{
	static const char insert[] = "INSERT OR IGNORE INTO registered (type, id, idx) VALUES (?1, ?2, ?3)";
	static const char update[] = "UPDATE registered SET idx = ?3 WHERE type = ?1 AND id = ?2 AND idx = ?4";
	sqlite3_stmt *q = NULL;
	int rc = hyk_sqlite_prepare(db, replaces == HYK_NO_RECORD ? insert : update, &q);

	if (rc == SQLITE_OK)
		rc = hyk_sqlite_bind(q, 1, type);
	if (rc == SQLITE_OK)
		rc = hyk_sqlite_bind(q, 2, id);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(q, 3, (int64_t)index);
	if (rc == SQLITE_OK && replaces != HYK_NO_RECORD)
		rc = sqlite3_bind_int64(q, 4, (int64_t)replaces);
	if (rc == SQLITE_OK) {
		rc = sqlite3_step(q);
		rc = rc == SQLITE_DONE ? SQLITE_OK : rc;
	}
	*ret_changes = rc == SQLITE_OK ? sqlite3_changes(db) : 0;
	sqlite3_finalize(q);
	return rc;
}

enum hyk_status
hyk_store_put_registered(struct hyk_store *s, struct hyk_str type, struct hyk_str id, uint64_t index, uint64_t replaces)
{
	enum hyk_status st = hyk_store_may_write(s);
	int changes = 0;

	if (st == HYK_OK)
		st = hyk_store_wrote(s, write_row(hyk_store_agreements(s)->db, type, id, index, replaces, &changes));
	return st == HYK_OK && changes == 0 ? HYK_E_BUSY : st;
}

enum hyk_status
hyk_store_reader_registered(struct hyk_store_reader *r, enum hyk_status (*each)(void *self, uint64_t index), void *self)
{
	sqlite3 *db = hyk_store_reader_rows(r)->db;
	sqlite3_stmt *q = NULL;
	enum hyk_status st = HYK_OK;
	int rc = hyk_sqlite_prepare(db, "SELECT idx FROM registered ORDER BY idx", &q);

	if (rc == SQLITE_OK)
		while (st == HYK_OK && (rc = sqlite3_step(q)) == SQLITE_ROW)
			st = each(self, (uint64_t)sqlite3_column_int64(q, 0));
	sqlite3_finalize(q);
	if (st == HYK_OK && rc != SQLITE_DONE)
		st = hyk_sqlite_status(db, rc);
	return st;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/sqlite_tables.c - the tables, and how a file comes from one form to the next.
 *
 * A migration runs in one transaction with the number it leaves behind, so a
 * file is of one form or of the next and never between.
 */
#include "store/sqlite_conn.h"

#include "store/store.h"

struct migration {
	int form;
	const char *name, *sql;
};

/*
 * disclosure stands apart so that it can be erased; file_text holds each text
 * once, however many versions share it.
 */
static const struct migration migrations[] = {
	{ 1, "first tables",
	    "CREATE TABLE record (idx INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT, commons TEXT NOT NULL,"
	    " at_ms INTEGER NOT NULL, leaf TEXT NOT NULL, leaf_hash BLOB NOT NULL) STRICT;"
	    "CREATE UNIQUE INDEX record_id ON record (id) WHERE id IS NOT NULL;"
	    "CREATE TABLE disclosure (idx INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;"
	    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
	    "CREATE TABLE file_text (digest BLOB PRIMARY KEY, body TEXT NOT NULL) STRICT;"
	    "CREATE TABLE file (version INTEGER NOT NULL, kind TEXT NOT NULL, path TEXT NOT NULL, digest BLOB NOT NULL,"
	    " PRIMARY KEY (version, kind, path)) STRICT, WITHOUT ROWID;"
	    "CREATE TABLE migration (form INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;" },
	/* Nothing refers to another table by key: they are made again from the log, in its order. */
	{ 2, "agreements",
	    "CREATE TABLE agreement (id TEXT PRIMARY KEY, seq INTEGER NOT NULL, idx INTEGER NOT NULL, commons TEXT NOT NULL,"
	    " caller TEXT NOT NULL, person TEXT NOT NULL, resource_type TEXT NOT NULL, resource_id TEXT NOT NULL,"
	    " state TEXT NOT NULL, due_ms INTEGER, handed_ms INTEGER, body TEXT NOT NULL) STRICT;"
	    "CREATE INDEX agreement_due ON agreement (due_ms, id) WHERE due_ms IS NOT NULL;"
	    "CREATE INDEX agreement_person ON agreement (person, id);"
	    "CREATE INDEX agreement_handed ON agreement (resource_type, resource_id, handed_ms)"
	    " WHERE handed_ms IS NOT NULL;"
	    "CREATE TABLE hold (agreement TEXT PRIMARY KEY, resource_type TEXT NOT NULL, resource_id TEXT NOT NULL,"
	    " from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL) STRICT;"
	    "CREATE INDEX hold_asset ON hold (resource_type, resource_id, from_ms);"
	    "CREATE TABLE duty (agreement TEXT NOT NULL, number INTEGER NOT NULL, commons TEXT NOT NULL,"
	    " caller TEXT NOT NULL, state TEXT NOT NULL, owed_by TEXT NOT NULL, body TEXT NOT NULL,"
	    " PRIMARY KEY (agreement, number)) STRICT, WITHOUT ROWID;"
	    "CREATE INDEX duty_owed ON duty (owed_by, agreement, number) WHERE state IN ('owed', 'overdue');"
	    "CREATE TABLE answered (key TEXT PRIMARY KEY, asked BLOB NOT NULL, idx INTEGER NOT NULL)"
	    " STRICT, WITHOUT ROWID;" },
	{ 3, "registry",
	    "CREATE TABLE registered (type TEXT NOT NULL, id TEXT NOT NULL, idx INTEGER NOT NULL,"
	    " PRIMARY KEY (type, id)) STRICT, WITHOUT ROWID;" },
};

enum hyk_status
hyk_sqlite_check(sqlite3 *db, const char *path, bool *ret_empty, struct hyk_diags *diags)
{
	int64_t id = 0, form = 0, tables = 0;
	char has[24];
	int rc = hyk_sqlite_number(db, "PRAGMA application_id", &id);

	if (rc == SQLITE_OK)
		rc = hyk_sqlite_number(db, "PRAGMA user_version", &form);
	if (rc == SQLITE_OK)
		rc = hyk_sqlite_number(db, "SELECT count(*) FROM sqlite_schema", &tables);
	if (rc != SQLITE_OK)
		return hyk_sqlite_failed(db, rc, path, diags);
	*ret_empty = id == 0 && form == 0 && tables == 0;
	if (*ret_empty)
		return HYK_OK;
	if (id != HYK_SQLITE_APPLICATION_ID) {
		HYK_DIAG(diags, HYK_D_STORE_FOREIGN, NULL, HYK_NO_SPAN, hyk_str_from_c(path));
		return HYK_E_INVALID;
	}
	if (form > HYK_SQLITE_FORM) {
		snprintf(has, sizeof(has), "%lld", (long long)form);
		HYK_DIAG(diags, HYK_D_STORE_NEWER, NULL, HYK_NO_SPAN, hyk_str_from_c(path), hyk_str_from_c(has),
		    HYK_STR("3"));
		return HYK_E_INVALID;
	}
	return HYK_OK;
}

static int
run_migration(sqlite3 *db, const struct migration *m)
{
	char sql[256];
	int rc = hyk_sqlite_exec(db, m->sql);

	if (rc != SQLITE_OK)
		return rc;
	snprintf(sql, sizeof(sql),
	    "INSERT INTO migration (form, name) VALUES (%d, '%s'); PRAGMA application_id = %d; PRAGMA user_version = %d",
	    m->form, m->name, HYK_SQLITE_APPLICATION_ID, m->form);
	return hyk_sqlite_exec(db, sql);
}

enum hyk_status
hyk_sqlite_migrate(sqlite3 *db, const char *path, struct hyk_diags *diags)
{
	int64_t form = 0;
	enum hyk_status st = HYK_OK;
	int rc = hyk_sqlite_number(db, "PRAGMA user_version", &form);

	_Static_assert(HYK_SQLITE_FORM == 3, "the message STORE_NEWER names the form");
	for (size_t i = 0; rc == SQLITE_OK && i < HYK_ARRAY_LEN(migrations); i++) {
		if (migrations[i].form <= form)
			continue;
		rc = hyk_sqlite_exec(db, "BEGIN IMMEDIATE");
		if (rc == SQLITE_OK)
			rc = run_migration(db, &migrations[i]);
		if (rc == SQLITE_OK)
			rc = hyk_sqlite_exec(db, "COMMIT");
	}
	if (rc != SQLITE_OK) {
		st = hyk_sqlite_failed(db, rc, path, diags);
		if (!sqlite3_get_autocommit(db))
			(void)hyk_sqlite_exec(db, "ROLLBACK");
	}
	return st;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/sqlite_agreements.c - rows of agreements, holds, duties and answered writes.
 *
 * That nobody else holds the asset is looked up in the transaction that takes it; with one writer there is nothing
 * between the look and the row.
 */
#include "store/agreements.h"

#include "store/sqlite_rows.h"

#define ROW "a.id, a.seq, a.idx, a.commons, a.caller, a.person, a.resource_type, a.resource_id, a.state, a.due_ms, " \
	    "a.handed_ms, a.body"
/* A commons and what lies below it: '0' follows '/' in ASCII. An empty one is above all. */
#define WITHIN "(?1 = '' OR a.commons = ?1 OR (a.commons > ?1 || '/' AND a.commons < ?1 || '0'))"

static const char *const sql[HYK_SA_N] = {
	[HYK_SA_INSERT] = "INSERT INTO agreement (id, seq, idx, commons, caller, person, resource_type, resource_id, state, "
			  "due_ms, handed_ms, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
	[HYK_SA_UPDATE] = "UPDATE agreement SET seq = ?2, idx = ?3, state = ?9, due_ms = ?10, handed_ms = ?11, body = ?12 "
			  "WHERE id = ?1 AND seq = ?2 - 1",
	[HYK_SA_HOLD] = "INSERT INTO hold (agreement, resource_type, resource_id, from_ms, until_ms) "
			"VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (agreement) DO UPDATE SET from_ms = ?4, until_ms = ?5",
	[HYK_SA_UNHOLD] = "DELETE FROM hold WHERE agreement = ?1",
	[HYK_SA_DUTY] = "INSERT INTO duty (agreement, number, commons, caller, state, owed_by, body) "
			"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
			"ON CONFLICT (agreement, number) DO UPDATE SET state = ?5, owed_by = ?6, body = ?7",
	[HYK_SA_ANSWER] = "INSERT INTO answered (key, asked, idx) VALUES (?1, ?2, ?3)",
	[HYK_SA_HELD] = "SELECT 1 FROM hold WHERE resource_type = ?1 AND resource_id = ?2 AND from_ms < ?4 "
			"AND until_ms > ?3 AND agreement <> ?5 LIMIT 1",
	[HYK_SA_FIND] = "SELECT " ROW " FROM agreement a WHERE a.id = ?1",
	[HYK_SA_LIST] = "SELECT " ROW " FROM agreement a WHERE " WITHIN " AND (?2 = '' OR a.caller = ?2) "
			"AND (?3 = '' OR a.person = ?3) AND a.id > ?4 ORDER BY a.id LIMIT ?6",
	[HYK_SA_DUTIES] = "SELECT a.agreement, a.number, a.state, a.owed_by, a.body FROM duty a "
			  "WHERE a.state IN ('owed', 'overdue') AND " WITHIN " AND (?2 = '' OR a.caller = ?2) "
			  "AND (?3 = '' OR a.owed_by = ?3) AND (a.agreement, a.number) > (?4, ?5) "
			  "ORDER BY a.agreement, a.number LIMIT ?6",
	[HYK_SA_DUE] = "SELECT id, due_ms FROM agreement WHERE due_ms IS NOT NULL ORDER BY due_ms, id LIMIT ?1",
	[HYK_SA_NEXT_HOLD] = "SELECT min(from_ms) FROM hold WHERE resource_type = ?1 AND resource_id = ?2 "
			     "AND from_ms >= ?3 AND agreement <> ?4",
	[HYK_SA_HANDED] = "SELECT 1 FROM agreement WHERE resource_type = ?1 AND resource_id = ?2 AND handed_ms > ?3 "
			  "AND id <> ?4 LIMIT 1",
	[HYK_SA_ANSWERED] = "SELECT asked, idx FROM answered WHERE key = ?1",
};

int
hyk_sqlite_agreements_open(struct hyk_sqlite_agreements *a, sqlite3 *db, enum hyk_sqlite_use use)
{
	int rc = SQLITE_OK;

	a->db = db;
	for (int i = use == HYK_SQLITE_WRITER ? 0 : HYK_SA_WRITER_LAST + 1; rc == SQLITE_OK && i < HYK_SA_N; i++)
		rc = hyk_sqlite_prepare(db, sql[i], &a->stmt[i]);
	return rc;
}

void
hyk_sqlite_agreements_close(struct hyk_sqlite_agreements *a)
{
	for (int i = 0; i < HYK_SA_N; i++) {
		sqlite3_finalize(a->stmt[i]);
		a->stmt[i] = NULL;
	}
}

/* ---- writing ---- */

static int
bind_ms(sqlite3_stmt *q, int n, int64_t ms)
{
	return ms == HYK_NEVER_MS ? sqlite3_bind_null(q, n) : sqlite3_bind_int64(q, n, ms);
}

/* Steps a statement without rows and makes it ready again. */
static int
finish(sqlite3_stmt *q, int rc)
{
	if (rc == SQLITE_OK) {
		rc = sqlite3_step(q);
		if (rc == SQLITE_DONE || rc == SQLITE_ROW)
			rc = SQLITE_OK;
	}
	sqlite3_reset(q);
	return rc;
}

/* Texts from place `from` on. */
static int
bind_texts(sqlite3_stmt *q, int from, const struct hyk_str *texts, int n)
{
	int rc = SQLITE_OK;

	for (int i = 0; rc == SQLITE_OK && i < n; i++)
		rc = hyk_sqlite_bind(q, from + i, texts[i]);
	return rc;
}

static enum hyk_status
put_row(struct hyk_store *s, struct hyk_sqlite_agreements *a, const struct hyk_agreement_row *row)
{
	sqlite3_stmt *q = a->stmt[row->seq == 0 ? HYK_SA_INSERT : HYK_SA_UPDATE];
	struct hyk_str texts[] = { row->commons, row->caller, row->person, row->resource_type, row->resource_id,
		row->state };
	enum hyk_status st;
	int rc = hyk_sqlite_bind(q, 1, row->id);

	sqlite3_bind_int64(q, 2, (int64_t)row->seq);
	sqlite3_bind_int64(q, 3, (int64_t)row->index);
	if (rc == SQLITE_OK && row->seq == 0)
		rc = bind_texts(q, 4, texts, HYK_ARRAY_LEN(texts));
	else if (rc == SQLITE_OK)
		rc = hyk_sqlite_bind(q, 9, row->state);
	if (rc == SQLITE_OK)
		rc = bind_ms(q, 10, row->due_ms);
	if (rc == SQLITE_OK)
		rc = bind_ms(q, 11, row->handed_ms);
	if (rc == SQLITE_OK)
		rc = hyk_sqlite_bind(q, 12, row->body);
	st = hyk_store_wrote(s, finish(q, rc));
	if (st == HYK_OK && row->seq > 0 && sqlite3_changes(a->db) == 0)
		return HYK_E_BUSY;
	return st;
}

static int
look_held(struct hyk_sqlite_agreements *a, struct hyk_str type, struct hyk_str id, int64_t from_ms, int64_t until_ms,
    struct hyk_str except, bool *ret_held)
{
	sqlite3_stmt *q = a->stmt[HYK_SA_HELD];
	int rc = hyk_sqlite_bind(q, 1, type);

	if (rc == SQLITE_OK)
		rc = hyk_sqlite_bind(q, 2, id);
	sqlite3_bind_int64(q, 3, from_ms);
	sqlite3_bind_int64(q, 4, until_ms);
	if (rc == SQLITE_OK)
		rc = hyk_sqlite_bind(q, 5, except);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(q);
	*ret_held = rc == SQLITE_ROW;
	sqlite3_reset(q);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static enum hyk_status
put_hold(struct hyk_store *s, struct hyk_sqlite_agreements *a, const struct hyk_agreement_row *row)
{
	sqlite3_stmt *q = a->stmt[row->holds ? HYK_SA_HOLD : HYK_SA_UNHOLD];
	struct hyk_str texts[] = { row->id, row->resource_type, row->resource_id };
	bool held = false;
	int rc;

	if (!row->holds)
		return hyk_store_wrote(s, finish(q, hyk_sqlite_bind(q, 1, row->id)));
	rc = look_held(a, row->resource_type, row->resource_id, row->from_ms, row->until_ms, row->id, &held);
	if (rc != SQLITE_OK)
		return hyk_store_wrote(s, rc);
	if (held)
		return HYK_E_BUSY;
	rc = bind_texts(q, 1, texts, HYK_ARRAY_LEN(texts));
	sqlite3_bind_int64(q, 4, row->from_ms);
	sqlite3_bind_int64(q, 5, row->until_ms);
	return hyk_store_wrote(s, finish(q, rc));
}

enum hyk_status
hyk_store_put_agreement(struct hyk_store *s, const struct hyk_agreement_row *row)
{
	struct hyk_sqlite_agreements *a = hyk_store_agreements(s);
	sqlite3_stmt *q = a->stmt[HYK_SA_DUTY];
	enum hyk_status st = hyk_store_may_write(s);

	if (st == HYK_OK)
		st = put_row(s, a, row);
	if (st == HYK_OK)
		st = put_hold(s, a, row);
	for (size_t i = 0; st == HYK_OK && i < row->n_duties; i++) {
		const struct hyk_duty_row *d = &row->duties[i];
		struct hyk_str texts[] = { row->commons, row->caller, d->state, d->owed_by, d->body };
		int rc = hyk_sqlite_bind(q, 1, row->id);

		sqlite3_bind_int64(q, 2, d->number);
		if (rc == SQLITE_OK)
			rc = bind_texts(q, 3, texts, HYK_ARRAY_LEN(texts));
		st = hyk_store_wrote(s, finish(q, rc));
	}
	return st;
}

enum hyk_status
hyk_store_put_answered(struct hyk_store *s, struct hyk_str key, const uint8_t asked[32], uint64_t index)
{
	sqlite3_stmt *q = hyk_store_agreements(s)->stmt[HYK_SA_ANSWER];
	enum hyk_status st = hyk_store_may_write(s);
	int rc;

	if (st != HYK_OK)
		return st;
	rc = hyk_sqlite_bind(q, 1, key);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_blob(q, 2, asked, 32, SQLITE_STATIC);
	sqlite3_bind_int64(q, 3, (int64_t)index);
	return hyk_store_wrote(s, finish(q, rc));
}

enum hyk_status
hyk_store_clear_agreements(struct hyk_store *s)
{
	enum hyk_status st = hyk_store_may_write(s);

	if (st != HYK_OK)
		return st;
	return hyk_store_wrote(s, hyk_sqlite_exec(hyk_store_agreements(s)->db,
	    "DELETE FROM agreement; DELETE FROM hold; DELETE FROM duty; DELETE FROM answered"));
}

/* ---- reading ---- */

static int64_t
column_ms(sqlite3_stmt *q, int n)
{
	return sqlite3_column_type(q, n) == SQLITE_NULL ? HYK_NEVER_MS : sqlite3_column_int64(q, n);
}

static enum hyk_status
take_row(struct hyk_arena *arena, sqlite3_stmt *q, struct hyk_agreement_row *ret)
{
	struct hyk_agreement_row row = { 0 };
	struct hyk_str *texts[] = { &row.commons, &row.caller, &row.person, &row.resource_type, &row.resource_id, &row.state };

	row.id = hyk_sqlite_column(arena, q, 0);
	row.seq = (uint64_t)sqlite3_column_int64(q, 1);
	row.index = (uint64_t)sqlite3_column_int64(q, 2);
	for (int i = 0; i < (int)HYK_ARRAY_LEN(texts); i++) {
		*texts[i] = hyk_sqlite_column(arena, q, 3 + i);
		if (texts[i]->p == NULL)
			return HYK_E_NOMEM;
	}
	row.due_ms = column_ms(q, 9);
	row.handed_ms = column_ms(q, 10);
	row.body = hyk_sqlite_column(arena, q, 11);
	if (row.id.p == NULL || row.body.p == NULL)
		return HYK_E_NOMEM;
	*ret = row;
	return HYK_OK;
}

enum hyk_status
hyk_store_reader_agreement(struct hyk_store_reader *r, struct hyk_arena *a, struct hyk_str id,
    struct hyk_agreement_row *ret_row)
{
	struct hyk_sqlite_agreements *rows = hyk_store_reader_rows(r);
	sqlite3_stmt *q = rows->stmt[HYK_SA_FIND];
	int rc = hyk_sqlite_bind(q, 1, id);
	enum hyk_status st;

	if (rc == SQLITE_OK)
		rc = sqlite3_step(q);
	st = rc == SQLITE_ROW ? take_row(a, q, ret_row)
	    : rc == SQLITE_DONE ? HYK_E_NOT_FOUND
				: hyk_sqlite_status(rows->db, rc);
	sqlite3_reset(q);
	return st;
}

static int
bind_filter(sqlite3_stmt *q, const struct hyk_agreement_filter *f, size_t n)
{
	struct hyk_str texts[] = { f->commons, f->caller, f->person, f->after };
	int rc = bind_texts(q, 1, texts, HYK_ARRAY_LEN(texts));

	(void)sqlite3_bind_int64(q, 5, f->after_number); /* not every statement has it */
	sqlite3_bind_int64(q, 6, (int64_t)n);
	return rc;
}

enum hyk_status
hyk_store_reader_agreements(struct hyk_store_reader *r, struct hyk_arena *a, const struct hyk_agreement_filter *f,
    struct hyk_agreement_row *rows, size_t n, size_t *ret_n)
{
	struct hyk_sqlite_agreements *from = hyk_store_reader_rows(r);
	sqlite3_stmt *q = from->stmt[HYK_SA_LIST];
	enum hyk_status st = HYK_OK;
	size_t k = 0;
	int rc = bind_filter(q, f, n);

	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		rc = sqlite3_step(q);
		if (rc != SQLITE_ROW || k == n)
			break;
		st = take_row(a, q, &rows[k]);
		if (st != HYK_OK)
			break;
		k++;
	}
	if (st == HYK_OK && rc != SQLITE_ROW && rc != SQLITE_DONE)
		st = hyk_sqlite_status(from->db, rc);
	sqlite3_reset(q);
	*ret_n = k;
	return st;
}

enum hyk_status
hyk_store_reader_duties(struct hyk_store_reader *r, struct hyk_arena *a, const struct hyk_agreement_filter *f,
    struct hyk_duty_row *duties, struct hyk_str *agreements, size_t n, size_t *ret_n)
{
	struct hyk_sqlite_agreements *from = hyk_store_reader_rows(r);
	sqlite3_stmt *q = from->stmt[HYK_SA_DUTIES];
	enum hyk_status st = HYK_OK;
	size_t k = 0;
	int rc = bind_filter(q, f, n);

	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		rc = sqlite3_step(q);
		if (rc != SQLITE_ROW || k == n)
			break;
		agreements[k] = hyk_sqlite_column(a, q, 0);
		duties[k] = (struct hyk_duty_row){ .number = (uint32_t)sqlite3_column_int64(q, 1),
			.state = hyk_sqlite_column(a, q, 2),
			.owed_by = hyk_sqlite_column(a, q, 3),
			.body = hyk_sqlite_column(a, q, 4) };
		if (!agreements[k].p || !duties[k].state.p || !duties[k].owed_by.p || !duties[k].body.p) {
			st = HYK_E_NOMEM;
			break;
		}
		k++;
	}
	if (st == HYK_OK && rc != SQLITE_ROW && rc != SQLITE_DONE)
		st = hyk_sqlite_status(from->db, rc);
	sqlite3_reset(q);
	*ret_n = k;
	return st;
}

enum hyk_status
hyk_store_reader_due(struct hyk_store_reader *r, struct hyk_arena *a, int64_t now_ms, struct hyk_str *ids, size_t n,
    size_t *ret_n, int64_t *ret_next_ms)
{
	struct hyk_sqlite_agreements *from = hyk_store_reader_rows(r);
	sqlite3_stmt *q = from->stmt[HYK_SA_DUE];
	enum hyk_status st = HYK_OK;
	size_t k = 0, seen = 0;
	int rc;

	*ret_next_ms = HYK_NEVER_MS;
	sqlite3_bind_int64(q, 1, (int64_t)n);
	while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
		int64_t due_ms = sqlite3_column_int64(q, 1);

		if (seen++ == 0)
			*ret_next_ms = due_ms;
		if (due_ms > now_ms || k == n)
			break;
		ids[k] = hyk_sqlite_column(a, q, 0);
		if (ids[k++].p == NULL) {
			st = HYK_E_NOMEM;
			break;
		}
	}
	if (st == HYK_OK && rc != SQLITE_ROW && rc != SQLITE_DONE)
		st = hyk_sqlite_status(from->db, rc);
	sqlite3_reset(q);
	*ret_n = k;
	return st;
}

enum hyk_status
hyk_store_reader_is_held(struct hyk_store_reader *r, struct hyk_str type, struct hyk_str id, int64_t from_ms,
    int64_t until_ms, struct hyk_str except, bool *ret_held)
{
	struct hyk_sqlite_agreements *rows = hyk_store_reader_rows(r);

	return hyk_sqlite_status(rows->db, look_held(rows, type, id, from_ms, until_ms, except, ret_held));
}

/* One row at most: type, id, a moment, an id to leave out. */
static int
look_asset(sqlite3_stmt *q, struct hyk_str type, struct hyk_str id, int64_t ms, struct hyk_str except)
{
	int rc = hyk_sqlite_bind(q, 1, type);

	if (rc == SQLITE_OK)
		rc = hyk_sqlite_bind(q, 2, id);
	sqlite3_bind_int64(q, 3, ms);
	if (rc == SQLITE_OK)
		rc = hyk_sqlite_bind(q, 4, except);
	return rc == SQLITE_OK ? sqlite3_step(q) : rc;
}

enum hyk_status
hyk_store_reader_next_hold(struct hyk_store_reader *r, struct hyk_str type, struct hyk_str id, int64_t from_ms,
    struct hyk_str except, int64_t *ret_ms)
{
	struct hyk_sqlite_agreements *rows = hyk_store_reader_rows(r);
	sqlite3_stmt *q = rows->stmt[HYK_SA_NEXT_HOLD];
	int rc = look_asset(q, type, id, from_ms, except);

	*ret_ms = rc == SQLITE_ROW ? column_ms(q, 0) : HYK_NEVER_MS;
	sqlite3_reset(q);
	return hyk_sqlite_status(rows->db, rc);
}

enum hyk_status
hyk_store_reader_handed_since(struct hyk_store_reader *r, struct hyk_str type, struct hyk_str id, int64_t since_ms,
    struct hyk_str except, bool *ret_handed)
{
	struct hyk_sqlite_agreements *rows = hyk_store_reader_rows(r);
	sqlite3_stmt *q = rows->stmt[HYK_SA_HANDED];
	int rc = look_asset(q, type, id, since_ms, except);

	*ret_handed = rc == SQLITE_ROW;
	sqlite3_reset(q);
	return hyk_sqlite_status(rows->db, rc);
}

enum hyk_status
hyk_store_reader_answered(struct hyk_store_reader *r, struct hyk_str key, uint8_t ret_asked[32], uint64_t *ret_index)
{
	struct hyk_sqlite_agreements *rows = hyk_store_reader_rows(r);
	sqlite3_stmt *q = rows->stmt[HYK_SA_ANSWERED];
	enum hyk_status st;
	int rc = hyk_sqlite_bind(q, 1, key);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(q);
	st = rc == SQLITE_ROW ? HYK_OK : rc == SQLITE_DONE ? HYK_E_NOT_FOUND : hyk_sqlite_status(rows->db, rc);
	if (rc == SQLITE_ROW) {
		const void *asked = sqlite3_column_blob(q, 0);

		if (sqlite3_column_bytes(q, 0) == 32)
			memcpy(ret_asked, asked, 32);
		else
			st = HYK_E_IO;
		*ret_index = (uint64_t)sqlite3_column_int64(q, 1);
	}
	sqlite3_reset(q);
	return st;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/sqlite_rows.h - what files with rows of their own (sqlite_agreements.c) share with the connections. Private.
 *
 * Lifetime:  a set of statements lives as long as its connection.
 * Threads:   one thread at a time.
 */
#ifndef HYK_STORE_SQLITE_ROWS_H
#define HYK_STORE_SQLITE_ROWS_H

#include "store/sqlite_conn.h"
#include "store/store.h"

enum hyk_agreement_statement {
	HYK_SA_INSERT, /* the writer's */
	HYK_SA_UPDATE,
	HYK_SA_HOLD,
	HYK_SA_UNHOLD,
	HYK_SA_DUTY,
	HYK_SA_ANSWER,
	HYK_SA_WRITER_LAST = HYK_SA_ANSWER,
	HYK_SA_HELD, /* both have these */
	HYK_SA_FIND,
	HYK_SA_LIST,
	HYK_SA_DUTIES,
	HYK_SA_DUE,
	HYK_SA_NEXT_HOLD,
	HYK_SA_HANDED,
	HYK_SA_ANSWERED,
	HYK_SA_N
};

struct hyk_sqlite_agreements {
	sqlite3 *db;
	sqlite3_stmt *stmt[HYK_SA_N];
};

/* Result codes of SQLite. The tables must be of this form already. */
int hyk_sqlite_agreements_open(struct hyk_sqlite_agreements *a, sqlite3 *db, enum hyk_sqlite_use use);
void hyk_sqlite_agreements_close(struct hyk_sqlite_agreements *a);

/* Of a store: HYK_OK when a transaction is open and can still be committed; and what a write's result means for it. */
enum hyk_status hyk_store_may_write(struct hyk_store *s);
enum hyk_status hyk_store_wrote(struct hyk_store *s, int rc);
struct hyk_sqlite_agreements *hyk_store_agreements(struct hyk_store *s);
struct hyk_sqlite_agreements *hyk_store_reader_rows(struct hyk_store_reader *r);

#endif

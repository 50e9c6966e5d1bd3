/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/sqlite.c - the writer: appends, commits, checkpoints.
 *
 * What is known to be on disk (`known`) moves only when a commit has returned;
 * what the open transaction adds (`now`) is thrown away with it. An error that
 * may have ended the transaction behind our back poisons it: SQLite would
 * otherwise go on outside of any transaction, statement by statement.
 */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "store/folder.h"
#include "store/sqlite_conn.h"
#include "store/sqlite_rows.h"

#define CHECKPOINT_PAGES 1000
/* Readers can keep a WAL from being begun anew; past this many times the size it is asked for harder. */
#define CHECKPOINT_HARD 16
/* Records looked at when a store is opened: a full tile of the tree. */
#define CHECK_RECORDS 256
#define REOPEN_PATIENCE_MS 1000

enum statement {
	S_BEGIN,
	S_COMMIT,
	S_ROLLBACK,
	S_SAVEPOINT,
	S_RELEASE,
	S_UNDO,
	S_RECORD,
	S_DISCLOSURE,
	S_ERASE,
	S_SET_META,
	S_META,
	S_PUT_TEXT,
	S_PUT_FILE,
	S_FILES,
	S_LAST,
	S_N
};

static const char *const statement_sql[S_N] = {
	[S_BEGIN] = "BEGIN IMMEDIATE",
	[S_COMMIT] = "COMMIT",
	[S_ROLLBACK] = "ROLLBACK",
	[S_SAVEPOINT] = "SAVEPOINT one",
	[S_RELEASE] = "RELEASE one",
	[S_UNDO] = "ROLLBACK TO one",
	[S_RECORD] = "INSERT INTO record (idx, kind, id, commons, at_ms, leaf, leaf_hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[S_DISCLOSURE] = "INSERT INTO disclosure (idx, body) VALUES (?1, ?2)",
	[S_ERASE] = "DELETE FROM disclosure WHERE idx = ?1",
	[S_SET_META] = "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2",
	[S_META] = "SELECT value FROM meta WHERE key = ?1",
	[S_PUT_TEXT] = "INSERT INTO file_text (digest, body) VALUES (?1, ?2) ON CONFLICT (digest) DO NOTHING",
	[S_PUT_FILE] = "INSERT INTO file (version, kind, path, digest) VALUES (?1, ?2, ?3, ?4)",
	[S_FILES] = HYK_SQLITE_FILES,
	[S_LAST] = "SELECT idx, leaf, leaf_hash FROM record ORDER BY idx DESC LIMIT ?1",
};

struct head {
	uint64_t count;
	uint8_t hash[HYK_SHA256_BYTES]; /* of the last leaf; zero when there is none */
};

/* Which file it is, whatever its name; inode 0: not seen yet. */
struct identity {
	dev_t device;
	ino_t inode;
};

struct hyk_store {
	struct hyk_arena arena; /* paths */
	const char *path, *wal_path;
	struct identity file, wal; /* as this connection opened them */
	sqlite3 *db; /* NULL: given up after an error; begin tries again */
	sqlite3_stmt *stmt[S_N];
	struct hyk_sqlite_agreements agreements;
	int lock_fd;
	struct head known, now, saved;
	bool in_transaction, in_savepoint, refused;
	enum hyk_status poison; /* why the open transaction cannot be committed */
	unsigned checkpoint_pages;
	int wal_pages, next_checkpoint;
};

static int
note_wal(void *self, sqlite3 *db, const char *name, int pages)
{
	struct hyk_store *s = self;

	(void)db;
	(void)name;
	s->wal_pages = pages;
	return SQLITE_OK;
}

static void
disconnect(struct hyk_store *s)
{
	for (int i = 0; i < S_N; i++) {
		sqlite3_finalize(s->stmt[i]);
		s->stmt[i] = NULL;
	}
	hyk_sqlite_agreements_close(&s->agreements);
	sqlite3_close(s->db);
	s->db = NULL;
	s->file = s->wal = (struct identity){ 0 };
}

/* A file is where it was, or is seen for the first time. */
static bool
is_in_place(const char *path, struct identity *id)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return errno != ENOENT || id->inode == 0;
	if (id->inode == 0)
		*id = (struct identity){ st.st_dev, st.st_ino };
	return st.st_dev == id->device && st.st_ino == id->inode;
}

enum hyk_status
hyk_store_check_place(struct hyk_store *s)
{
	if (!s->db)
		return HYK_OK; /* begin opens it anew and compares what it finds */
	return is_in_place(s->path, &s->file) && is_in_place(s->wal_path, &s->wal) ? HYK_OK : HYK_E_NOT_FOUND;
}

static enum hyk_status
damaged(struct hyk_store *s, const char *why, struct hyk_diags *diags)
{
	HYK_DIAG(diags, HYK_D_STORE_DAMAGED, NULL, HYK_NO_SPAN, hyk_str_from_c(s->path), hyk_str_from_c(why));
	return HYK_E_IO;
}

/* Reads the end of the log: where it stands, and whether its last records are what their hashes say. */
static enum hyk_status
read_head(struct hyk_store *s, struct head *ret_head, struct hyk_diags *diags)
{
	sqlite3_stmt *q = s->stmt[S_LAST];
	struct head head = { 0 };
	uint64_t n = 0;
	char why[64];
	int rc;

	sqlite3_bind_int(q, 1, CHECK_RECORDS);
	while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
		uint64_t index = (uint64_t)sqlite3_column_int64(q, 0);
		const char *leaf = sqlite3_column_blob(q, 1);
		struct hyk_str text = { leaf, (size_t)sqlite3_column_bytes(q, 1) };
		const void *hash = sqlite3_column_blob(q, 2);
		uint8_t want[HYK_SHA256_BYTES];

		hyk_sha256_prefixed(0, text, want);
		if (n == 0)
			head.count = index + 1;
		if (index + n + 1 != head.count || sqlite3_column_bytes(q, 2) != HYK_SHA256_BYTES ||
		    memcmp(hash, want, sizeof(want)) != 0) {
			sqlite3_reset(q);
			snprintf(why, sizeof(why), "record %llu is not what its hash says",
			    (unsigned long long)(head.count - n - 1));
			return damaged(s, why, diags);
		}
		if (n == 0)
			memcpy(head.hash, want, sizeof(want));
		n++;
	}
	sqlite3_reset(q);
	if (rc != SQLITE_DONE)
		return hyk_sqlite_failed(s->db, rc, s->path, diags);
	if (n < CHECK_RECORDS && n != head.count)
		return damaged(s, "its first records are gone", diags);
	*ret_head = head;
	return HYK_OK;
}

static enum hyk_status
connect_store(struct hyk_store *s, struct head *ret_head, struct hyk_diags *diags)
{
	enum hyk_status st = hyk_sqlite_open(s->path, HYK_SQLITE_WRITER, &s->db, diags);
	bool empty = false;
	int rc;

	if (st == HYK_OK)
		st = hyk_sqlite_check(s->db, s->path, &empty, diags);
	if (st != HYK_OK)
		goto out;
	rc = hyk_sqlite_exec(s->db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON");
	if (rc == SQLITE_OK && empty)
		st = hyk_sqlite_migrate(s->db, s->path, diags);
	for (int i = 0; rc == SQLITE_OK && st == HYK_OK && i < S_N; i++) {
		rc = hyk_sqlite_prepare(s->db, statement_sql[i], &s->stmt[i]);
		if (rc == SQLITE_ERROR) {
			st = damaged(s, sqlite3_errmsg(s->db), diags);
			goto out;
		}
	}
	if (rc != SQLITE_OK)
		st = hyk_sqlite_failed(s->db, rc, s->path, diags);
	if (st == HYK_OK)
		st = read_head(s, ret_head, diags);
	if (st == HYK_OK && !empty)
		st = hyk_sqlite_migrate(s->db, s->path, diags);
	if (st == HYK_OK) {
		rc = hyk_sqlite_agreements_open(&s->agreements, s->db, HYK_SQLITE_WRITER);
		if (rc == SQLITE_ERROR)
			st = damaged(s, sqlite3_errmsg(s->db), diags);
		else if (rc != SQLITE_OK)
			st = hyk_sqlite_failed(s->db, rc, s->path, diags);
	}
	if (st == HYK_OK) {
		/* It is ours and whole: from here on closing may tidy the WAL away. */
		rc = sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
		sqlite3_wal_hook(s->db, note_wal, s);
		if (rc != SQLITE_OK)
			st = hyk_sqlite_failed(s->db, rc, s->path, diags);
	}
	if (st == HYK_OK)
		st = hyk_store_check_place(s); /* the first look: these are its files */
out:
	if (st != HYK_OK)
		disconnect(s);
	return st;
}

/*
 * The file is made by us, private, before SQLite sees it. A WAL beside an empty
 * or missing file means that the file was lost: SQLite would delete that WAL.
 */
static enum hyk_status
make_file(struct hyk_store *s, struct hyk_diags *diags)
{
	struct stat file, log;
	int fd;

	if (stat(s->path, &file) != 0) {
		if (errno != ENOENT)
			return hyk_folder_failed(s->path, errno, diags);
		file.st_size = 0;
		file.st_mode = 0;
	}
	if (file.st_size == 0 && stat(s->wal_path, &log) == 0 && log.st_size > 0)
		return damaged(s, "it is empty, but its write-ahead log is not", diags);
	if (file.st_mode)
		return HYK_OK;
	fd = open(s->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return hyk_folder_failed(s->path, errno, diags);
	close(fd);
	return HYK_OK;
}

enum hyk_status
hyk_store_open(struct hyk_str dir, struct hyk_store **ret_store, struct hyk_diags *diags)
{
	struct hyk_store *s;
	enum hyk_status st = hyk_folder_make(dir, diags);

	if (st != HYK_OK)
		return st;
	s = hyk_malloc(sizeof(*s));
	if (!s) {
		HYK_DIAG0(diags, HYK_D_NO_MEMORY, NULL, HYK_NO_SPAN);
		return HYK_E_NOMEM;
	}
	memset(s, 0, sizeof(*s));
	s->lock_fd = -1;
	s->checkpoint_pages = CHECKPOINT_PAGES;
	hyk_arena_init(&s->arena, 0);
	s->path = hyk_folder_path(&s->arena, dir, HYK_SQLITE_FILE, diags);
	s->wal_path = hyk_folder_path(&s->arena, dir, HYK_SQLITE_FILE "-wal", diags);
	st = s->path && s->wal_path ? hyk_folder_lock(dir, "lock", false, &s->lock_fd, diags) : HYK_E_NOMEM;
	if (st == HYK_OK)
		st = make_file(s, diags);
	if (st == HYK_OK)
		st = connect_store(s, &s->known, diags);
	if (st != HYK_OK) {
		hyk_store_close(s);
		return st;
	}
	s->now = s->known;
	*ret_store = s;
	return HYK_OK;
}

void
hyk_store_close(struct hyk_store *s)
{
	if (!s)
		return;
	if (s->db && s->in_transaction)
		hyk_store_rollback(s);
	disconnect(s);
	hyk_folder_unlock(s->lock_fd);
	hyk_arena_fini(&s->arena);
	hyk_free(s);
}

void
hyk_store_set_checkpoint_pages(struct hyk_store *s, unsigned pages)
{
	s->checkpoint_pages = pages ? pages : CHECKPOINT_PAGES;
}

/* Steps a statement without rows and makes it ready again. */
static int
run(struct hyk_store *s, enum statement which)
{
	int rc = sqlite3_step(s->stmt[which]);

	if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		rc = SQLITE_OK;
	sqlite3_reset(s->stmt[which]);
	return rc;
}

/* The status of a write; ends the transaction's hope when the fault is not the row's own. */
enum hyk_status
hyk_store_wrote(struct hyk_store *s, int rc)
{
	enum hyk_status st = hyk_sqlite_status(s->db, rc);
	bool own = st == HYK_E_EXISTS || st == HYK_E_INVALID || st == HYK_E_LIMIT;

	if (st != HYK_OK && (!own || sqlite3_get_autocommit(s->db)))
		s->poison = st;
	return st;
}

/* Every write begins here: without a transaction it is a programming error. */
enum hyk_status
hyk_store_may_write(struct hyk_store *s)
{
	HYK_ASSERT(s->in_transaction);
	return s->poison;
}

struct hyk_sqlite_agreements *
hyk_store_agreements(struct hyk_store *s)
{
	return &s->agreements;
}

enum hyk_status
hyk_store_begin(struct hyk_store *s)
{
	enum hyk_status st;

	HYK_ASSERT(!s->in_transaction);
	if (s->refused)
		return HYK_E_IO;
	if (!s->db) {
		st = hyk_store_reopen(s);
		if (st != HYK_OK)
			return st;
	}
	st = hyk_store_check_place(s);
	if (st == HYK_OK)
		st = hyk_sqlite_status(s->db, run(s, S_BEGIN));
	if (st != HYK_OK)
		return st;
	s->in_transaction = true;
	s->poison = HYK_OK;
	s->now = s->known;
	return HYK_OK;
}

void
hyk_store_rollback(struct hyk_store *s)
{
	if (!s->in_transaction)
		return;
	s->in_transaction = s->in_savepoint = false;
	s->now = s->known;
	/* When even this fails the connection is of no use: the next begin makes another. */
	if (!sqlite3_get_autocommit(s->db) && run(s, S_ROLLBACK) != SQLITE_OK && !sqlite3_get_autocommit(s->db))
		disconnect(s);
}

enum hyk_status
hyk_store_commit(struct hyk_store *s)
{
	enum hyk_status st = hyk_store_may_write(s);

	if (st == HYK_OK)
		st = hyk_sqlite_status(s->db, run(s, S_COMMIT));
	if (st != HYK_OK) {
		hyk_store_rollback(s);
		return st;
	}
	s->in_transaction = s->in_savepoint = false;
	s->known = s->now;
	return hyk_store_check_place(s);
}

enum hyk_status
hyk_store_savepoint(struct hyk_store *s)
{
	enum hyk_status st = hyk_store_may_write(s);

	HYK_ASSERT(!s->in_savepoint);
	if (st == HYK_OK)
		st = hyk_store_wrote(s, run(s, S_SAVEPOINT));
	if (st == HYK_OK) {
		s->saved = s->now;
		s->in_savepoint = true;
	}
	return st;
}

enum hyk_status
hyk_store_release(struct hyk_store *s)
{
	enum hyk_status st = hyk_store_may_write(s);

	HYK_ASSERT(s->in_savepoint);
	s->in_savepoint = false;
	return st == HYK_OK ? hyk_store_wrote(s, run(s, S_RELEASE)) : st;
}

enum hyk_status
hyk_store_undo(struct hyk_store *s)
{
	enum hyk_status st = hyk_store_may_write(s);

	HYK_ASSERT(s->in_savepoint);
	s->in_savepoint = false;
	if (st == HYK_OK)
		st = hyk_store_wrote(s, run(s, S_UNDO));
	if (st == HYK_OK)
		st = hyk_store_wrote(s, run(s, S_RELEASE));
	if (st == HYK_OK)
		s->now = s->saved;
	else
		s->poison = st;
	return st;
}

enum hyk_status
hyk_store_checkpoint(struct hyk_store *s)
{
	int pages, copied, rc, mode = SQLITE_CHECKPOINT_PASSIVE;

	if (!s->db || s->in_transaction || s->wal_pages < (int)s->checkpoint_pages ||
	    s->wal_pages < s->next_checkpoint)
		return HYK_OK;
	if (s->wal_pages / CHECKPOINT_HARD >= (int)s->checkpoint_pages)
		mode = SQLITE_CHECKPOINT_TRUNCATE;
	rc = sqlite3_wal_checkpoint_v2(s->db, "main", mode, &pages, &copied);
	if (rc == SQLITE_OK && copied == pages) {
		/* The next commit begins the WAL anew, when no reader is in it. */
		s->wal_pages = s->next_checkpoint = 0;
		return HYK_OK;
	}
	s->next_checkpoint = s->wal_pages + (int)s->checkpoint_pages;
	return rc == SQLITE_BUSY ? HYK_OK : hyk_sqlite_status(s->db, rc);
}

enum hyk_status
hyk_store_reopen(struct hyk_store *s)
{
	struct head head;
	enum hyk_status st;
	int rc;

	HYK_ASSERT(!s->in_transaction);
	if (s->refused)
		return HYK_E_IO;
	/* While this connection lives it still knows where the last good commit ends: the rest of the WAL goes. */
	if (s->db) {
		(void)sqlite3_wal_checkpoint_v2(s->db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
		disconnect(s);
	}
	st = connect_store(s, &head, NULL);
	if (st != HYK_OK)
		return st;
	/*
	 * A page whose sync failed may look written and be nowhere. What stands in the
	 * WAL is therefore written once more, into the database, and synced there.
	 */
	sqlite3_busy_timeout(s->db, REOPEN_PATIENCE_MS);
	rc = sqlite3_wal_checkpoint_v2(s->db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	sqlite3_busy_timeout(s->db, 0);
	if (rc != SQLITE_OK) {
		st = hyk_sqlite_status(s->db, rc);
		disconnect(s);
		return st;
	}
	s->wal_pages = s->next_checkpoint = 0;
	if (head.count < s->known.count ||
	    (head.count == s->known.count && memcmp(head.hash, s->known.hash, sizeof(head.hash)) != 0)) {
		s->refused = true;
		disconnect(s);
		return HYK_E_IO;
	}
	s->known = s->now = head;
	return HYK_OK;
}

uint64_t
hyk_store_count(struct hyk_store *s)
{
	return s->now.count;
}

enum hyk_status
hyk_store_append(struct hyk_store *s, struct hyk_store_record *r)
{
	sqlite3_stmt *q = s->stmt[S_RECORD];
	enum hyk_status st = hyk_store_may_write(s);
	int rc;

	if (st != HYK_OK)
		return st;
	sqlite3_bind_int64(q, 1, (int64_t)s->now.count);
	rc = hyk_sqlite_bind(q, 2, r->kind);
	if (rc == SQLITE_OK)
		rc = r->id.n ? hyk_sqlite_bind(q, 3, r->id) : sqlite3_bind_null(q, 3);
	if (rc == SQLITE_OK)
		rc = hyk_sqlite_bind(q, 4, r->commons);
	sqlite3_bind_int64(q, 5, r->at_ms);
	if (rc == SQLITE_OK)
		rc = hyk_sqlite_bind(q, 6, r->leaf);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_blob(q, 7, r->leaf_hash, sizeof(r->leaf_hash), SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = run(s, S_RECORD);
	if (rc != SQLITE_OK)
		return hyk_store_wrote(s, rc);
	if (r->disclosure.n) {
		q = s->stmt[S_DISCLOSURE];
		sqlite3_bind_int64(q, 1, (int64_t)s->now.count);
		rc = hyk_sqlite_bind(q, 2, r->disclosure);
		if (rc == SQLITE_OK)
			rc = run(s, S_DISCLOSURE);
		if (rc != SQLITE_OK) {
			/* The first half stands: nothing of this may be committed. */
			s->poison = hyk_sqlite_status(s->db, rc);
			return s->poison;
		}
	}
	r->index = s->now.count++;
	memcpy(s->now.hash, r->leaf_hash, sizeof(s->now.hash));
	return HYK_OK;
}

enum hyk_status
hyk_store_erase(struct hyk_store *s, uint64_t index)
{
	enum hyk_status st = hyk_store_may_write(s);

	if (st != HYK_OK)
		return st;
	sqlite3_bind_int64(s->stmt[S_ERASE], 1, (int64_t)index);
	st = hyk_store_wrote(s, run(s, S_ERASE));
	if (st == HYK_OK && sqlite3_changes(s->db) == 0)
		return HYK_E_NOT_FOUND;
	return st;
}

enum hyk_status
hyk_store_set_meta(struct hyk_store *s, struct hyk_str key, struct hyk_str value)
{
	sqlite3_stmt *q = s->stmt[S_SET_META];
	enum hyk_status st = hyk_store_may_write(s);
	int rc;

	if (st != HYK_OK)
		return st;
	rc = hyk_sqlite_bind(q, 1, key);
	if (rc == SQLITE_OK)
		rc = hyk_sqlite_bind(q, 2, value);
	if (rc == SQLITE_OK)
		rc = run(s, S_SET_META);
	return hyk_store_wrote(s, rc);
}

enum hyk_status
hyk_store_meta(struct hyk_store *s, struct hyk_arena *a, struct hyk_str key, struct hyk_str *ret_value)
{
	struct hyk_str value = HYK_STR("");
	sqlite3_stmt *q = s->stmt[S_META];
	int rc;

	if (!s->db)
		return HYK_E_IO;
	rc = hyk_sqlite_bind(q, 1, key);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(q);
	if (rc == SQLITE_ROW)
		value = hyk_sqlite_column(a, q, 0);
	sqlite3_reset(q);
	if (!value.p)
		return HYK_E_NOMEM;
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return hyk_sqlite_status(s->db, rc);
	*ret_value = value;
	return HYK_OK;
}

enum hyk_status
hyk_store_put_file(struct hyk_store *s, uint64_t version, const struct hyk_store_file *f)
{
	sqlite3_stmt *text = s->stmt[S_PUT_TEXT], *file = s->stmt[S_PUT_FILE];
	uint8_t digest[HYK_SHA256_BYTES];
	enum hyk_status st = hyk_store_may_write(s);
	int rc;

	if (st != HYK_OK)
		return st;
	hyk_sha256(f->text, digest);
	rc = sqlite3_bind_blob(text, 1, digest, sizeof(digest), SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = hyk_sqlite_bind(text, 2, f->text);
	if (rc == SQLITE_OK)
		rc = run(s, S_PUT_TEXT);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(file, 1, (int64_t)version);
	if (rc == SQLITE_OK)
		rc = hyk_sqlite_bind(file, 2, f->kind);
	if (rc == SQLITE_OK)
		rc = hyk_sqlite_bind(file, 3, f->path);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_blob(file, 4, digest, sizeof(digest), SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = run(s, S_PUT_FILE);
	return hyk_store_wrote(s, rc);
}

enum hyk_status
hyk_store_files(struct hyk_store *s, struct hyk_arena *a, uint64_t version, struct hyk_store_file **ret_files,
    size_t *ret_n)
{
	if (!s->db)
		return HYK_E_IO;
	return hyk_sqlite_files(s->db, s->stmt[S_FILES], a, version, ret_files, ret_n);
}

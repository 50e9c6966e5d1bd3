/* SPDX-License-Identifier: Apache-2.0 */
/* The SQLite store: the contract, and what is its own: files, locks, damage, switches. */
#include "store/store.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "contract/store_contract.h"

static struct hyk_arena arena;
static struct hyk_diags diags;
static char dir_name[64], file_name[128];
static struct hyk_str dir;

static struct hyk_str
fresh(void)
{
	snprintf(dir_name, sizeof(dir_name), "/tmp/hyk-store-XXXXXX");
	CHECK(mkdtemp(dir_name) != NULL);
	snprintf(file_name, sizeof(file_name), "%s/hyangyak.db", dir_name);
	dir = hyk_str_from_c(dir_name);
	return dir;
}

static void
gone(void)
{
	static const char *const names[] = { "hyangyak.db", "hyangyak.db-wal", "hyangyak.db-shm", "lock" };
	char path[128];

	for (size_t i = 0; i < HYK_ARRAY_LEN(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir_name, names[i]);
		unlink(path);
	}
	CHECK_INT(rmdir(dir_name), 0);
}

static void
begin(void)
{
	hyk_arena_init(&arena, 0);
	hyk_diags_init(&diags, &arena);
	fresh();
}

static void
end(void)
{
	gone();
	hyk_arena_fini(&arena);
}

static unsigned
first_id(void)
{
	return diags.first ? (unsigned)diags.first->id : 0;
}

static struct hyk_store *
open_store(void)
{
	struct hyk_store *s = NULL;

	CHECK_INT(hyk_store_open(dir, &s, &diags), HYK_OK);
	return s;
}

static void
append_some(struct hyk_store *s, int n)
{
	struct hyk_store_record r = contract_record("", "{\"some\":\"leaf of a record\"}", "{\"a\":1}");

	CHECK_INT(hyk_store_begin(s), HYK_OK);
	for (int i = 0; i < n; i++)
		CHECK_INT(hyk_store_append(s, &r), HYK_OK);
	CHECK_INT(hyk_store_commit(s), HYK_OK);
}

/* The store is refused with this status and message, and not a byte of the file changes. */
static void
refused(enum hyk_status want, unsigned want_id)
{
	struct hyk_store *s = NULL;
	struct hyk_str before = { NULL, 0 }, after = { NULL, 0 };

	CHECK_INT(hyk_file_read(&arena, hyk_str_from_c(file_name), 10000000, &before, NULL), HYK_OK);
	hyk_diags_init(&diags, &arena);
	CHECK_INT(hyk_store_open(dir, &s, &diags), want);
	CHECK_INT(first_id(), want_id);
	CHECK(diags.first && hyk_str_find(diags.first->text[0], hyk_str_from_c(dir_name)) != SIZE_MAX);
	CHECK(diags.first && diags.first->text[1].n && diags.first->hint[0].n && diags.first->hint[1].n);
	CHECK_INT(hyk_file_read(&arena, hyk_str_from_c(file_name), 10000000, &after, NULL), HYK_OK);
	CHECK(hyk_str_eq(before, after));
	hyk_store_close(s);
}

TEST(files_are_private)
{
	static const char *const names[] = { "hyangyak.db", "hyangyak.db-wal", "lock" };
	char inner[128], path[256];
	struct hyk_store *s = NULL;
	struct stat st;

	begin();
	snprintf(inner, sizeof(inner), "%s/a", dir_name);
	umask(0);
	CHECK_INT(hyk_store_open(hyk_str_from_c(inner), &s, &diags), HYK_OK);
	umask(022);
	REQUIRE(s != NULL);
	append_some(s, 1);
	CHECK_INT(stat(inner, &st), 0);
	CHECK_INT(st.st_mode & 07777, 0700);
	for (size_t i = 0; i < HYK_ARRAY_LEN(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", inner, names[i]);
		CHECK_INT(stat(path, &st), 0);
		CHECK_INT(st.st_mode & 07777, 0600);
	}
	hyk_store_close(s);
	for (size_t i = 0; i < HYK_ARRAY_LEN(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", inner, names[i]);
		unlink(path);
	}
	CHECK_INT(rmdir(inner), 0);
	end();
}

TEST(one_engine_at_a_time)
{
	struct hyk_store *s, *second = NULL;
	char pid[32];

	begin();
	s = open_store();
	REQUIRE(s != NULL);
	CHECK_INT(hyk_store_open(dir, &second, &diags), HYK_E_BUSY);
	CHECK_INT(first_id(), 701);
	snprintf(pid, sizeof(pid), "process %ld)", (long)getpid());
	CHECK(diags.first && hyk_str_find(diags.first->text[0], hyk_str_from_c(pid)) != SIZE_MAX);
	hyk_store_close(s);
	s = open_store();
	hyk_store_close(s);
	end();
}

TEST(switches_are_set)
{
	struct hyk_store *s;
	struct hyk_str head;

	begin();
	s = open_store();
	append_some(s, 3);
	hyk_store_close(s);
	CHECK_INT(hyk_file_read(&arena, hyk_str_from_c(file_name), 10000000, &head, NULL), HYK_OK);
	REQUIRE(head.n > 100);
	/* The database's header: bytes 18 and 19 are 2 in WAL mode; 60 is the form, 68 the application. */
	CHECK_INT(head.p[18], 2);
	CHECK_INT(head.p[19], 2);
	CHECK_INT(head.p[63], 3);
	CHECK(memcmp(head.p + 68, "HYAK", 4) == 0);
	CHECK(hyk_str_find(head, HYK_STR("STRICT")) != SIZE_MAX);
	end();
}

/* Writes bytes into the closed file. */
static void
scribble(off_t at, const char *bytes, size_t n)
{
	int fd = open(file_name, O_WRONLY);

	CHECK(fd >= 0 && pwrite(fd, bytes, n, at) == (ssize_t)n);
	close(fd);
}

TEST(newer_and_foreign_files_are_refused)
{
	begin();
	hyk_store_close(open_store());
	scribble(60, "\0\0\0\4", 4);
	refused(HYK_E_INVALID, 706);
	scribble(60, "\0\0\0\3", 4);
	scribble(68, "\0\0\0\0", 4);
	refused(HYK_E_INVALID, 707);
	scribble(68, "HYAK", 4);
	hyk_store_close(open_store());
	end();
}

TEST(damaged_files_are_refused)
{
	struct hyk_str all = { NULL, 0 };
	struct hyk_store *s;
	char wal[160];
	size_t at;
	FILE *f;

	begin();
	s = open_store();
	append_some(s, 10);
	hyk_store_close(s);
	CHECK_INT(hyk_file_read(&arena, hyk_str_from_c(file_name), 10000000, &all, NULL), HYK_OK);
	/* One letter of one leaf. */
	at = hyk_str_find(all, HYK_STR("leaf of a record"));
	REQUIRE(at != SIZE_MAX);
	scribble((off_t)at, "L", 1);
	refused(HYK_E_IO, 705);
	scribble((off_t)at, "l", 1);
	/* Not a database at all. */
	scribble(0, "not a database, really", 22);
	refused(HYK_E_IO, 705);
	scribble(0, all.p, 100);
	hyk_store_close(open_store());
	/* A page of the schema. */
	scribble(100, "\377\377\377\377\377\377", 6);
	refused(HYK_E_IO, 705);
	scribble(100, all.p + 100, 6);
	hyk_store_close(open_store());
	/* Emptied, while the write-ahead log still has something. */
	snprintf(wal, sizeof(wal), "%s-wal", file_name);
	f = fopen(wal, "w");
	REQUIRE(f != NULL);
	fputs("something", f);
	fclose(f);
	CHECK_INT(truncate(file_name, 0), 0);
	refused(HYK_E_IO, 705);
	end();
}

TEST(folders_that_cannot_be)
{
	struct hyk_store *s = NULL;
	struct hyk_store_reader *r = NULL;
	char path[160];

	begin();
	CHECK_INT(hyk_store_open(HYK_STR(""), &s, &diags), HYK_E_INVALID);
	CHECK_INT(hyk_store_open(hyk_str_make("a\0b", 3), &s, NULL), HYK_E_INVALID);
	CHECK_INT(hyk_store_reader_open(dir, &r, NULL), HYK_E_NOT_FOUND);
	hyk_store_close(open_store());
	hyk_diags_init(&diags, &arena);
	/* A file where the folder should be. */
	CHECK(hyk_store_open(hyk_str_from_c(file_name), &s, &diags) != HYK_OK);
	CHECK(first_id() == 700);
	snprintf(path, sizeof(path), "%s/below", file_name);
	CHECK(hyk_store_open(hyk_str_from_c(path), &s, &diags) != HYK_OK);
	CHECK(s == NULL && r == NULL);
	end();
}

/* In a child, as somebody without rights when we are root. */
TEST(no_rights)
{
	int status = 1;
	pid_t pid;

	begin();
	hyk_store_close(open_store());
	CHECK_INT(chmod(file_name, 0400), 0);
	pid = fork();
	if (pid == 0) {
		struct hyk_store *s = NULL;
		char lock[128];

		snprintf(lock, sizeof(lock), "%s/lock", dir_name);
		if (geteuid() == 0 && (chown(dir_name, 65534, 65534) || chown(file_name, 65534, 65534) ||
		    chown(lock, 65534, 65534) || setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534)))
			_exit(2);
		/* The file may only be read. */
		if (hyk_store_open(dir, &s, &diags) != HYK_E_DENIED || first_id() != 702)
			_exit(3);
		/* The folder may only be looked into. */
		hyk_diags_init(&diags, &arena);
		if (chmod(file_name, 0600) || unlink(lock) || chmod(dir_name, 0500) ||
		    hyk_store_open(dir, &s, &diags) != HYK_E_DENIED || first_id() != 702)
			_exit(4);
		_exit(chmod(dir_name, 0700) ? 5 : 0);
	}
	CHECK_INT(waitpid(pid, &status, 0), pid);
	CHECK_INT(WEXITSTATUS(status), 0);
	CHECK(WIFEXITED(status));
	end();
}

/* The system refuses to let files grow, as a full disk would; then it does not. In a child: the limit stays. */
static int
fill_up(void)
{
	struct hyk_store_record r = contract_record("", "{}", "");
	struct rlimit limit = { 600000, RLIM_INFINITY };
	struct hyk_store *s = open_store();
	enum hyk_status st = HYK_OK;
	uint64_t committed;
	char *big = malloc(20000);

	signal(SIGXFSZ, SIG_IGN);
	if (!s || !big || setrlimit(RLIMIT_FSIZE, &limit))
		return 2;
	memset(big, 'x', 20000);
	r.disclosure = hyk_str_make(big, 20000);
	for (int i = 0; i < 1000 && st == HYK_OK; i++) {
		committed = hyk_store_count(s);
		if (hyk_store_begin(s) != HYK_OK)
			return 3;
		st = hyk_store_append(s, &r);
		if (st == HYK_OK)
			st = hyk_store_commit(s);
		else
			hyk_store_rollback(s);
	}
	if (st != HYK_E_FULL || hyk_store_count(s) != committed || committed < 3)
		return 4;
	limit.rlim_cur = RLIM_INFINITY;
	if (setrlimit(RLIMIT_FSIZE, &limit))
		return 5;
	append_some(s, 1);
	if (hyk_store_count(s) != committed + 1)
		return 6;
	hyk_store_close(s);
	s = open_store();
	if (!s || hyk_store_count(s) != committed + 1)
		return 7;
	hyk_store_close(s);
	/* And so full that it cannot even be opened. */
	limit.rlim_cur = 0;
	gone();
	fresh();
	hyk_diags_init(&diags, &arena);
	if (setrlimit(RLIMIT_FSIZE, &limit) || hyk_store_open(dir, &s, &diags) != HYK_E_FULL || first_id() != 703)
		return 8;
	gone();
	free(big);
	return check_n_failed ? 9 : 0;
}

TEST(full_disk)
{
	int status = 1;
	pid_t pid;

	begin();
	pid = fork();
	if (pid == 0)
		_exit(fill_up());
	CHECK_INT(waitpid(pid, &status, 0), pid);
	CHECK(WIFEXITED(status));
	CHECK_INT(WEXITSTATUS(status), 0);
	/* The child took the folder away. */
	hyk_arena_fini(&arena);
}

/* Behind our back the log was put back to an earlier state: nothing is written any more. */
TEST(a_changed_past_stops_all_writing)
{
	struct hyk_store *s;
	struct hyk_str old = { NULL, 0 };

	begin();
	s = open_store();
	append_some(s, 3);
	hyk_store_close(s);
	CHECK_INT(hyk_file_read(&arena, hyk_str_from_c(file_name), 10000000, &old, NULL), HYK_OK);
	s = open_store();
	append_some(s, 2);
	CHECK_INT(hyk_store_reopen(s), HYK_OK);
	CHECK_INT(hyk_store_count(s), 5);
	CHECK_INT(hyk_file_replace(hyk_str_from_c(file_name), old, 0600, NULL), HYK_OK);
	CHECK_INT(hyk_store_reopen(s), HYK_E_IO);
	CHECK_INT(hyk_store_begin(s), HYK_E_IO);
	CHECK_INT(hyk_store_reopen(s), HYK_E_IO);
	hyk_store_close(s);
	end();
}

TEST(no_memory_at_any_point)
{
	struct hyk_store_reader *r;
	struct hyk_store *s;
	enum hyk_status st;
	long n = 0;

	begin();
	hyk_store_close(open_store());
	for (;; n++) {
		s = NULL;
		r = NULL;
		hyk_alloc_fail_after(n);
		st = hyk_store_open(dir, &s, NULL);
		if (st == HYK_OK)
			st = hyk_store_reader_open(dir, &r, NULL);
		hyk_store_reader_close(r);
		hyk_store_close(s);
		if (!hyk_alloc_failed())
			break;
		CHECK_INT(st, HYK_E_NOMEM);
	}
	hyk_alloc_fail_after(-1);
	CHECK(n > 2);
	CHECK_INT(st, HYK_OK);
	end();
}

static enum hyk_status
write_one(struct hyk_store *s)
{
	struct hyk_store_record r = contract_record("", "{}", "");
	enum hyk_status st = hyk_store_begin(s);

	if (st == HYK_OK)
		st = hyk_store_append(s, &r);
	return st == HYK_OK ? hyk_store_commit(s) : st;
}

/* Moved away, gone, or another in its place: nothing is written; back in its place it goes on. */
TEST(a_file_that_is_not_in_its_place)
{
	static const char *const names[] = { "hyangyak.db", "hyangyak.db-wal" };

	begin();
	for (size_t i = 0; i < HYK_ARRAY_LEN(names); i++) {
		struct hyk_store *s = NULL;
		char path[128], aside[128];
		int fd;

		snprintf(path, sizeof(path), "%s/%s", dir_name, names[i]);
		snprintf(aside, sizeof(aside), "%s/aside", dir_name);
		REQUIRE(hyk_store_open(dir, &s, &diags) == HYK_OK);
		CHECK_INT(write_one(s), HYK_OK);
		CHECK_INT(rename(path, aside), 0);
		CHECK_INT(hyk_store_check_place(s), HYK_E_NOT_FOUND);
		CHECK_INT(write_one(s), HYK_E_NOT_FOUND);
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		CHECK(fd >= 0);
		close(fd);
		CHECK_INT(write_one(s), HYK_E_NOT_FOUND);
		CHECK_INT(rename(aside, path), 0);
		CHECK_INT(write_one(s), HYK_OK);
		/* While the transaction is open, too: nobody is told that it is on record. */
		{
			struct hyk_store_record r = contract_record("", "{}", "");

			REQUIRE(hyk_store_begin(s) == HYK_OK);
			CHECK_INT(hyk_store_append(s, &r), HYK_OK);
			CHECK_INT(rename(path, aside), 0);
			CHECK_INT(hyk_store_commit(s), HYK_E_NOT_FOUND);
			CHECK_INT(rename(aside, path), 0);
		}
		CHECK_INT(write_one(s), HYK_OK);
		CHECK_INT(hyk_store_count(s), ((unsigned)i + 1) * 4);
		hyk_store_close(s);
	}
	end();
}

int
main(void)
{
	run_store_contract(fresh, gone);
	RUN(files_are_private);
	RUN(one_engine_at_a_time);
	RUN(switches_are_set);
	RUN(newer_and_foreign_files_are_refused);
	RUN(damaged_files_are_refused);
	RUN(folders_that_cannot_be);
	RUN(no_rights);
	RUN(full_disk);
	RUN(a_changed_past_stops_all_writing);
	RUN(no_memory_at_any_point);
	RUN(a_file_that_is_not_in_its_place);
	return check_done();
}

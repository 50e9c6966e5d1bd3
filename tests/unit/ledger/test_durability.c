/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Power cuts and failing syncs, on a disk that keeps only what was synced. The judge
 * is what waiters were told up to the moment of the cut, not what the store believes.
 */
#include "ledger/ledger.h"

#include <stdatomic.h>
#include <unistd.h>

#include "base/digest.h"
#include "fault/lossy_disk.h"
#include "support/check.h"

#define MAX_RECORDS 200
#define MAX_CUTS 24

static char top_name[64], dir_name[80];
static struct hyk_str dir;
static struct hyk_arena arena;

struct item {
	struct hyk_ledger_batch batch;
	struct hyk_store_record record;
	char id[24], leaf[700];
	enum hyk_status told;
};

static struct item items[MAX_RECORDS];
/* Written in the writer's thread only: in `done`, and read there when a cut is made. */
static unsigned told[MAX_RECORDS];
static size_t n_told, unsynced_when_told;

static struct cut {
	size_t n_told;
} cuts[MAX_CUTS];
static size_t n_cuts;
static uint32_t cut_random;

static void
remove_folder(const char *folder)
{
	static const char *const names[] = { "hyangyak.db", "hyangyak.db-wal", "hyangyak.db-shm", "hyangyak.db-journal",
		"lock" };
	char path[200];

	for (size_t i = 0; i < HYK_ARRAY_LEN(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	CHECK_INT(rmdir(folder), 0);
}

static void
begin(uint32_t seed)
{
	hyk_arena_init(&arena, 0);
	snprintf(top_name, sizeof(top_name), "/tmp/hyk-disk-XXXXXX");
	CHECK(mkdtemp(top_name) != NULL);
	snprintf(dir_name, sizeof(dir_name), "%s/live", top_name);
	dir = hyk_str_from_c(dir_name);
	disk_insert(dir_name, seed);
	cut_random = seed * 2654435761u + 1;
	n_told = n_cuts = unsynced_when_told = 0;
	for (int i = 0; i < MAX_RECORDS; i++) {
		struct item *it = &items[i];

		memset(it, 0, sizeof(*it));
		snprintf(it->id, sizeof(it->id), "id-%u-%d", seed, i);
		memset(it->leaf, 'a' + i % 26, sizeof(it->leaf));
		it->record = (struct hyk_store_record){ .kind = HYK_STR("decision"),
			.id = hyk_str_from_c(it->id),
			.leaf = { it->leaf, (size_t)(i * 37 % (int)sizeof(it->leaf)) },
			.disclosure = { it->leaf, (size_t)(i * 53 % (int)sizeof(it->leaf)) } };
		hyk_sha256_prefixed(0, it->record.leaf, it->record.leaf_hash);
	}
}

static void
end(void)
{
	remove_folder(dir_name);
	CHECK_INT(rmdir(top_name), 0);
	disk_forget();
	hyk_arena_fini(&arena);
}

static void
note(void *self, enum hyk_status st)
{
	struct item *it = self;

	it->told = st;
	if (st == HYK_OK) {
		told[n_told++] = (unsigned)(it - items);
		unsynced_when_told += disk_unsynced("-wal");
	}
}

static void
maybe_cut(void)
{
	char folder[120];

	cut_random = cut_random * 1664525u + 1013904223u;
	if (n_cuts == MAX_CUTS || (cut_random >> 8) % 24)
		return;
	snprintf(folder, sizeof(folder), "%s/cut-%zu", top_name, n_cuts);
	disk_cut(folder);
	cuts[n_cuts++].n_told = n_told;
}

static struct hyk_ledger *
open_ledger(unsigned checkpoint_pages)
{
	struct hyk_ledger *l = NULL;
	struct hyk_store *s = NULL;

	if (!CHECK(hyk_store_open(dir, &s, NULL) == HYK_OK))
		return NULL;
	hyk_store_set_checkpoint_pages(s, checkpoint_pages);
	CHECK_INT(hyk_ledger_open(s, NULL, &l, NULL), HYK_OK);
	return l;
}

static void
submit(struct hyk_ledger *l, int from, int to)
{
	for (int i = from; i < to; i++) {
		items[i].batch =
		    (struct hyk_ledger_batch){ .records = &items[i].record, .n = 1, .done = note, .self = &items[i] };
		/* Some alone in their transaction, some together. */
		if (i % 7 < 3)
			CHECK_INT(hyk_ledger_submit_wait(l, &items[i].batch), HYK_OK);
		else
			CHECK_INT(hyk_ledger_submit(l, &items[i].batch), HYK_OK);
	}
}

/* How many of the first n told are not there as they were told; all of them when the store cannot be opened. */
static size_t
lost_in(const char *folder, size_t n)
{
	struct hyk_str at = hyk_str_from_c(folder);
	struct hyk_store_reader *r = NULL;
	struct hyk_store *s = NULL;
	size_t lost = 0;

	if (hyk_store_open(at, &s, NULL) != HYK_OK)
		return n + 1;
	if (hyk_store_count(s) < n || hyk_store_reader_open(at, &r, NULL) != HYK_OK)
		lost = n + 1;
	for (size_t i = 0; r && i < n; i++) {
		struct hyk_arena_mark m = hyk_arena_mark(&arena);
		const struct hyk_store_record *want = &items[told[i]].record;
		struct hyk_store_record got = { 0 };

		if (hyk_store_reader_find(r, &arena, want->id, &got) != HYK_OK || got.index != want->index ||
		    !hyk_str_eq(got.leaf, want->leaf) || !hyk_str_eq(got.disclosure, want->disclosure) ||
		    memcmp(got.leaf_hash, want->leaf_hash, 32) != 0)
			lost++;
		hyk_arena_rewind(&arena, m);
	}
	hyk_store_reader_close(r);
	hyk_store_close(s);
	return lost;
}

/* One life with cuts in it; the number of cuts after which something told was not there. */
static size_t
count_bad_cuts(uint32_t seed, bool lies)
{
	struct hyk_ledger *l;
	size_t bad = 0;

	begin(seed);
	disk.lies = lies;
	disk.before = maybe_cut;
	l = open_ledger(20 + seed % 3 * 20);
	if (!l)
		return 0;
	submit(l, 0, MAX_RECORDS);
	hyk_ledger_close(l);
	disk.before = NULL;
	CHECK_INT(n_told, MAX_RECORDS);
	CHECK(n_cuts > 3);
	if (!lies)
		CHECK_INT(unsynced_when_told, 0);
	/* The folders of the cuts lie elsewhere: SQLite works on the real disk there. */
	for (size_t i = 0; i < n_cuts; i++) {
		char folder[120];

		snprintf(folder, sizeof(folder), "%s/cut-%zu", top_name, i);
		if (lost_in(folder, cuts[i].n_told)) {
			if (!lies)
				fprintf(stderr, "seed %u, cut %zu of %zu told\n", seed, i, cuts[i].n_told);
			bad++;
		}
		remove_folder(folder);
	}
	end();
	return bad;
}

TEST(nothing_told_is_lost_in_a_power_cut)
{
	for (uint32_t seed = 1; seed <= 10; seed++)
		CHECK_INT(count_bad_cuts(seed, false), 0);
}

/* The same on a disk that only says it has synced must be seen to lose: else the test above proves nothing. */
TEST(a_lying_disk_is_seen)
{
	size_t bad = 0;

	for (uint32_t seed = 1; seed <= 3; seed++)
		bad += count_bad_cuts(seed, true);
	CHECK(bad > 10);
}

TEST(a_failed_sync_is_told_and_leaves_nothing)
{
	struct hyk_ledger *l;

	for (int fails = 1; fails <= 2; fails++) {
		begin((uint32_t)fails);
		l = open_ledger(1000);
		REQUIRE(l != NULL);
		items[0].batch = items[1].batch = items[2].batch = (struct hyk_ledger_batch){ .n = 1 };
		for (int i = 0; i < 3; i++)
			items[i].batch.records = &items[i].record;
		CHECK_INT(hyk_ledger_submit_wait(l, &items[0].batch), HYK_OK);
		/* The second failure hits the way out as well: the tidying after the first. */
		disk.fail_syncs = fails;
		CHECK_INT(hyk_ledger_submit_wait(l, &items[1].batch), HYK_E_IO);
		CHECK(!hyk_ledger_ready(l));
		disk.fail_syncs = 0;
		CHECK_INT(hyk_ledger_submit_wait(l, &items[2].batch), HYK_OK);
		CHECK(hyk_ledger_ready(l));
		CHECK_INT(items[2].record.index, 1);
		CHECK_INT(hyk_ledger_stats(l).failed_commits, 1);
		hyk_ledger_close(l);
		told[0] = 0;
		told[1] = 2;
		CHECK_INT(lost_in(dir_name, 2), 0);
		end();
	}
}

/* Nothing helps for a while: everyone hears so, and afterwards the log goes on without a gap. */
TEST(a_disk_that_fails_for_long)
{
	struct hyk_store_reader *r = NULL;
	struct hyk_store_record got = { 0 };
	struct hyk_ledger *l;
	uint64_t n;
	int ok = 0;

	begin(77);
	l = open_ledger(1000);
	REQUIRE(l != NULL);
	submit(l, 0, 10);
	CHECK_INT(hyk_ledger_submit_wait(l, &(struct hyk_ledger_batch){ .n = 0 }), HYK_OK);
	disk.fail_syncs = 1000;
	disk.fail_db_syncs = true;
	for (int i = 10; i < 20; i++) {
		items[i].batch = (struct hyk_ledger_batch){ .records = &items[i].record, .n = 1 };
		CHECK(hyk_ledger_submit_wait(l, &items[i].batch) != HYK_OK);
		CHECK(!hyk_ledger_ready(l));
	}
	disk.fail_syncs = 0;
	disk.fail_db_syncs = false;
	submit(l, 20, 30);
	CHECK_INT(hyk_ledger_submit_wait(l, &(struct hyk_ledger_batch){ .n = 0 }), HYK_OK);
	CHECK(hyk_ledger_ready(l));
	hyk_ledger_close(l);
	for (int i = 20; i < 30; i++)
		ok += items[i].told == HYK_OK;
	CHECK_INT(ok, 10);
	CHECK_INT(lost_in(dir_name, n_told), 0);
	/* A record that nobody was told of may be there, whole, as after a crash; never a hole. */
	REQUIRE(hyk_store_reader_open(dir, &r, NULL) == HYK_OK);
	for (n = 0; hyk_store_reader_at(r, &arena, n, &got) == HYK_OK; n++)
		CHECK_INT(got.index, n);
	CHECK(n >= 20 && n <= 21);
	hyk_store_reader_close(r);
	end();
}

TEST(a_full_disk_is_told_and_recovers)
{
	struct hyk_ledger *l;

	begin(5);
	l = open_ledger(1000);
	REQUIRE(l != NULL);
	for (int i = 0; i < 3; i++)
		items[i].batch = (struct hyk_ledger_batch){ .records = &items[i].record, .n = 1 };
	CHECK_INT(hyk_ledger_submit_wait(l, &items[0].batch), HYK_OK);
	disk.full = true;
	CHECK_INT(hyk_ledger_submit_wait(l, &items[1].batch), HYK_E_FULL);
	CHECK(!hyk_ledger_ready(l));
	CHECK_INT(hyk_ledger_submit_wait(l, &items[2].batch), HYK_E_FULL);
	disk.full = false;
	CHECK_INT(hyk_ledger_submit_wait(l, &items[1].batch), HYK_OK);
	CHECK_INT(items[1].record.index, 1);
	CHECK(hyk_ledger_ready(l));
	hyk_ledger_close(l);
	told[0] = 0;
	told[1] = 1;
	CHECK_INT(lost_in(dir_name, 2), 0);
	end();
}

int
main(void)
{
	RUN(nothing_told_is_lost_in_a_power_cut);
	RUN(a_lying_disk_is_seen);
	RUN(a_failed_sync_is_told_and_leaves_nothing);
	RUN(a_disk_that_fails_for_long);
	RUN(a_full_disk_is_told_and_recovers);
	return check_done();
}

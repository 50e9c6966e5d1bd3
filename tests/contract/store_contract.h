/* SPDX-License-Identifier: Apache-2.0 */
/*
 * contract/store_contract.h - what every implementation of store/store.h must do.
 *
 * Include it once in a test program and call run_store_contract() with a function that
 * gives the name of a fresh, empty place.
 */
#ifndef HYK_TESTS_STORE_CONTRACT_H
#define HYK_TESTS_STORE_CONTRACT_H

#include "base/digest.h"
#include "store/store.h"
#include "support/check.h"

static struct hyk_arena contract_arena;
static struct hyk_str contract_dir;
static struct hyk_store *contract_store;

static inline struct hyk_store_record
contract_record(const char *id, const char *leaf, const char *disclosure)
{
	struct hyk_store_record r = { .index = 999,
		.kind = HYK_STR("decision"),
		.id = hyk_str_from_c(id),
		.commons = HYK_STR("yongin"),
		.at_ms = 1778302800123,
		.leaf = hyk_str_from_c(leaf),
		.disclosure = hyk_str_from_c(disclosure) };

	hyk_sha256_prefixed(0, r.leaf, r.leaf_hash);
	return r;
}

static inline enum hyk_status
contract_append(const char *id)
{
	struct hyk_store_record r = contract_record(id, "{}", "{\"a\":1}");

	return hyk_store_append(contract_store, &r);
}

static inline bool
contract_open(void)
{
	struct hyk_diags diags;

	hyk_diags_init(&diags, &contract_arena);
	if (hyk_store_open(contract_dir, &contract_store, &diags) == HYK_OK)
		return true;
	CHECK(!"the store opens");
	return false;
}

static inline bool
contract_reopen(void)
{
	hyk_store_close(contract_store);
	contract_store = NULL;
	return contract_open();
}

TEST(contract_records_come_back)
{
	struct hyk_store_record a = contract_record("id-1", "{\"n\":1}", "{\"p\":[\"s\",1]}"), got = { 0 },
				b = contract_record("", "{\"n\":\"\354\240\220\"}", "");
	struct hyk_store_reader *reader = NULL;
	struct hyk_store *s = contract_store;

	CHECK_INT(hyk_store_count(s), 0);
	REQUIRE(hyk_store_begin(s) == HYK_OK);
	CHECK_INT(hyk_store_append(s, &a), HYK_OK);
	CHECK_INT(hyk_store_append(s, &b), HYK_OK);
	CHECK_INT(a.index, 0);
	CHECK_INT(b.index, 1);
	CHECK_INT(hyk_store_count(s), 2);
	REQUIRE(hyk_store_reader_open(contract_dir, &reader, NULL) == HYK_OK);
	/* Nobody sees what is not committed. */
	CHECK_INT(hyk_store_reader_at(reader, &contract_arena, 0, &got), HYK_E_NOT_FOUND);
	CHECK_INT(hyk_store_commit(s), HYK_OK);
	CHECK_INT(hyk_store_reader_find(reader, &contract_arena, HYK_STR("id-1"), &got), HYK_OK);
	CHECK_INT(got.index, 0);
	CHECK_STR(got.kind, "decision");
	CHECK_STR(got.id, "id-1");
	CHECK_STR(got.commons, "yongin");
	CHECK_INT(got.at_ms, 1778302800123);
	CHECK_STR(got.leaf, "{\"n\":1}");
	CHECK_STR(got.disclosure, "{\"p\":[\"s\",1]}");
	CHECK(memcmp(got.leaf_hash, a.leaf_hash, 32) == 0);
	CHECK_INT(hyk_store_reader_at(reader, &contract_arena, 1, &got), HYK_OK);
	CHECK_INT(got.index, 1);
	CHECK_INT(got.id.n, 0);
	CHECK_STR(got.leaf, "{\"n\":\"\354\240\220\"}");
	CHECK_INT(got.disclosure.n, 0);
	CHECK_INT(hyk_store_reader_at(reader, &contract_arena, 2, &got), HYK_E_NOT_FOUND);
	CHECK_INT(hyk_store_reader_at(reader, &contract_arena, UINT64_MAX, &got), HYK_E_NOT_FOUND);
	CHECK_INT(hyk_store_reader_find(reader, &contract_arena, HYK_STR(""), &got), HYK_E_NOT_FOUND);
	CHECK_INT(hyk_store_reader_find(reader, &contract_arena, HYK_STR("id-2"), &got), HYK_E_NOT_FOUND);
	hyk_store_reader_close(reader);
	REQUIRE(contract_reopen());
	CHECK_INT(hyk_store_count(contract_store), 2);
}

TEST(contract_indexes_have_no_gaps)
{
	struct hyk_store *s = contract_store;

	REQUIRE(hyk_store_begin(s) == HYK_OK);
	CHECK_INT(contract_append("a"), HYK_OK);
	hyk_store_rollback(s);
	CHECK_INT(hyk_store_count(s), 0);
	REQUIRE(hyk_store_begin(s) == HYK_OK);
	CHECK_INT(contract_append("b"), HYK_OK);
	/* A row that cannot be is refused alone. */
	CHECK_INT(contract_append("b"), HYK_E_EXISTS);
	CHECK_INT(hyk_store_count(s), 1);
	REQUIRE(hyk_store_savepoint(s) == HYK_OK);
	CHECK_INT(contract_append("c"), HYK_OK);
	CHECK_INT(contract_append("d"), HYK_OK);
	CHECK_INT(hyk_store_set_meta(s, HYK_STR("k"), HYK_STR("undone")), HYK_OK);
	CHECK_INT(hyk_store_count(s), 3);
	CHECK_INT(hyk_store_undo(s), HYK_OK);
	CHECK_INT(hyk_store_count(s), 1);
	REQUIRE(hyk_store_savepoint(s) == HYK_OK);
	CHECK_INT(contract_append("c"), HYK_OK);
	CHECK_INT(hyk_store_release(s), HYK_OK);
	CHECK_INT(hyk_store_commit(s), HYK_OK);
	CHECK_INT(hyk_store_count(s), 2);
	REQUIRE(contract_reopen());
	CHECK_INT(hyk_store_count(contract_store), 2);
	s = contract_store;
	REQUIRE(hyk_store_begin(s) == HYK_OK);
	CHECK_INT(contract_append("a"), HYK_OK);
	/* Closing in the middle of a transaction is a rollback. */
	REQUIRE(contract_reopen());
	CHECK_INT(hyk_store_count(contract_store), 2);
}

TEST(contract_meta)
{
	struct hyk_store *s = contract_store;
	struct hyk_str v = { NULL, 0 };

	CHECK_INT(hyk_store_meta(s, &contract_arena, HYK_STR("k"), &v), HYK_OK);
	CHECK_INT(v.n, 0);
	REQUIRE(hyk_store_begin(s) == HYK_OK);
	CHECK_INT(hyk_store_set_meta(s, HYK_STR("k"), HYK_STR("one")), HYK_OK);
	CHECK_INT(hyk_store_set_meta(s, HYK_STR("k"), HYK_STR("two")), HYK_OK);
	CHECK_INT(hyk_store_set_meta(s, HYK_STR("empty"), (struct hyk_str){ NULL, 0 }), HYK_OK);
	CHECK_INT(hyk_store_commit(s), HYK_OK);
	REQUIRE(contract_reopen());
	CHECK_INT(hyk_store_meta(contract_store, &contract_arena, HYK_STR("k"), &v), HYK_OK);
	CHECK_STR(v, "two");
	CHECK_INT(hyk_store_meta(contract_store, &contract_arena, HYK_STR("empty"), &v), HYK_OK);
	CHECK_INT(v.n, 0);
}

TEST(contract_files)
{
	static const struct hyk_store_file in[] = {
		{ HYK_STR_INIT("plugin"), HYK_STR_INIT("a.lua"), HYK_STR_INIT("return {}") },
		{ HYK_STR_INIT("commons"), HYK_STR_INIT("b.yaml"), HYK_STR_INIT("same") },
		{ HYK_STR_INIT("commons"), HYK_STR_INIT("a.yaml"), HYK_STR_INIT("same") },
		{ HYK_STR_INIT("commons"), HYK_STR_INIT("c.yaml"), HYK_STR_INIT("") },
	};
	static const char *const want[] = { "a.yaml", "b.yaml", "c.yaml", "a.lua" };
	struct hyk_store *s = contract_store;
	struct hyk_store_reader *reader = NULL;
	struct hyk_store_file *out = NULL;
	size_t n = 9;

	REQUIRE(hyk_store_begin(s) == HYK_OK);
	for (size_t i = 0; i < HYK_ARRAY_LEN(in); i++)
		CHECK_INT(hyk_store_put_file(s, 1, &in[i]), HYK_OK);
	CHECK_INT(hyk_store_put_file(s, 2, &in[1]), HYK_OK);
	CHECK_INT(hyk_store_put_file(s, 2, &in[1]), HYK_E_EXISTS);
	CHECK_INT(hyk_store_commit(s), HYK_OK);
	REQUIRE(contract_reopen());
	CHECK_INT(hyk_store_files(contract_store, &contract_arena, 1, &out, &n), HYK_OK);
	CHECK_INT(n, 4);
	for (size_t i = 0; i < n && i < 4; i++)
		CHECK_STR(out[i].path, want[i]);
	if (n == 4) {
		CHECK_STR(out[1].text, "same");
		CHECK_STR(out[2].text, "");
		CHECK_STR(out[3].kind, "plugin");
	}
	CHECK_INT(hyk_store_files(contract_store, &contract_arena, 3, &out, &n), HYK_OK);
	CHECK_INT(n, 0);
	REQUIRE(hyk_store_reader_open(contract_dir, &reader, NULL) == HYK_OK);
	CHECK_INT(hyk_store_reader_files(reader, &contract_arena, 2, &out, &n), HYK_OK);
	CHECK_INT(n, 1);
	hyk_store_reader_close(reader);
}

TEST(contract_erase)
{
	struct hyk_store *s = contract_store;
	struct hyk_store_reader *reader = NULL;
	struct hyk_store_record got = { 0 };

	REQUIRE(hyk_store_begin(s) == HYK_OK);
	CHECK_INT(contract_append("a"), HYK_OK);
	CHECK_INT(hyk_store_commit(s), HYK_OK);
	REQUIRE(hyk_store_begin(s) == HYK_OK);
	CHECK_INT(hyk_store_erase(s, 0), HYK_OK);
	CHECK_INT(hyk_store_erase(s, 0), HYK_E_NOT_FOUND);
	CHECK_INT(hyk_store_commit(s), HYK_OK);
	REQUIRE(hyk_store_reader_open(contract_dir, &reader, NULL) == HYK_OK);
	CHECK_INT(hyk_store_reader_at(reader, &contract_arena, 0, &got), HYK_OK);
	CHECK_STR(got.leaf, "{}");
	CHECK_INT(got.disclosure.n, 0);
	hyk_store_reader_close(reader);
}

TEST(contract_checkpoint_and_reopen)
{
	struct hyk_store *s = contract_store;
	char id[16];

	hyk_store_set_checkpoint_pages(s, 1);
	for (int i = 0; i < 20; i++) {
		snprintf(id, sizeof(id), "id-%d", i);
		REQUIRE(hyk_store_begin(s) == HYK_OK);
		CHECK_INT(contract_append(id), HYK_OK);
		CHECK_INT(hyk_store_commit(s), HYK_OK);
		CHECK_INT(hyk_store_checkpoint(s), HYK_OK);
		if (i % 5 == 0)
			CHECK_INT(hyk_store_reopen(s), HYK_OK);
	}
	CHECK_INT(hyk_store_count(s), 20);
	REQUIRE(contract_reopen());
	CHECK_INT(hyk_store_count(contract_store), 20);
}

/* Bytes that look like the end of a string, of a statement, or of nothing. */
TEST(contract_any_bytes)
{
	static const char odd[] = "'; DROP TABLE record; --\0\377\n\"";
	struct hyk_store_record r = contract_record("", "{}", ""), got = { 0 };
	struct hyk_store_reader *reader = NULL;

	r.id = hyk_str_make(odd, sizeof(odd) - 1);
	r.disclosure = r.commons = r.id;
	REQUIRE(hyk_store_begin(contract_store) == HYK_OK);
	CHECK_INT(hyk_store_append(contract_store, &r), HYK_OK);
	CHECK_INT(hyk_store_commit(contract_store), HYK_OK);
	REQUIRE(hyk_store_reader_open(contract_dir, &reader, NULL) == HYK_OK);
	CHECK_INT(hyk_store_reader_find(reader, &contract_arena, r.id, &got), HYK_OK);
	CHECK(hyk_str_eq(got.id, r.id));
	CHECK(hyk_str_eq(got.commons, r.id));
	CHECK(hyk_str_eq(got.disclosure, r.id));
	hyk_store_reader_close(reader);
}

static inline void
run_store_contract(struct hyk_str (*fresh)(void), void (*gone)(void))
{
	static void (*const tests[])(void) = { contract_records_come_back, contract_indexes_have_no_gaps, contract_meta,
		contract_files, contract_erase, contract_checkpoint_and_reopen, contract_any_bytes };

	for (size_t i = 0; i < HYK_ARRAY_LEN(tests); i++) {
		hyk_arena_init(&contract_arena, 0);
		contract_dir = fresh();
		contract_store = NULL;
		if (contract_open())
			RUN(tests[i]);
		hyk_store_close(contract_store);
		gone();
		hyk_arena_fini(&contract_arena);
	}
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The form of a record: what stands in the leaf, what does not, and that no byte of either changes unseen. */
#include "ledger/record.h"

#include "base/alloc.h"
#include "base/digest.h"
#include "support/check.h"
#include "value/json.h"

static struct hyk_arena arena;

/* A record with a public value, two hidden ones and one that is only kept. */
static enum hyk_status
make(struct hyk_store_record *ret)
{
	struct hyk_value items[] = { hyk_int(3), hyk_string(HYK_STR("a]\"},\\")), hyk_double(0.5) };
	struct hyk_record r;

	hyk_record_begin(&r, &arena);
	hyk_record_put(&r, "kind", hyk_string(HYK_STR("decision")));
	hyk_record_put(&r, "who", hyk_record_commit(&r, HYK_STR("subject.id"), hyk_string(HYK_STR("mina"))));
	hyk_record_put(&r, "what", hyk_record_commit(&r, HYK_STR("subject.\"list\""), hyk_list(&arena, items, 3)));
	hyk_record_keep(&r, HYK_STR("request"), hyk_string(HYK_STR("{[")));
	return hyk_record_finish(&r, ret);
}

static struct hyk_value
parse(struct hyk_str text)
{
	struct hyk_source *src = hyk_source_new(&arena, HYK_STR("t"), text);
	struct hyk_value v = hyk_null();

	CHECK(src && hyk_json_parse(&arena, src, NULL, &v, NULL) == HYK_OK);
	return v;
}

TEST(public_leaf)
{
	/* SHA-256 of 0x00 and the leaf, by another program. */
	static const char want[] = "88117d84ac34d729a10677397cd0a4f4c8425b3620161b8937009325cafb84b5";
	struct hyk_store_record rec = { 0 };
	struct hyk_record r;
	struct hyk_buf hex;

	hyk_record_begin(&r, &arena);
	hyk_record_put(&r, "b", hyk_string(HYK_STR("x")));
	hyk_record_put(&r, "a", hyk_int(1));
	REQUIRE(hyk_record_finish(&r, &rec) == HYK_OK);
	CHECK_STR(rec.leaf, "{\"a\":1,\"b\":\"x\"}");
	CHECK_INT(rec.disclosure.n, 0);
	hyk_buf_init(&hex, 0);
	hyk_hex(&hex, rec.leaf_hash, 32);
	CHECK_STR(hyk_buf_peek(&hex), want);
	hyk_buf_fini(&hex);
	CHECK(hyk_record_verify(&arena, &rec));
}

TEST(empty_leaf_hash_of_rfc_6962)
{
	struct hyk_store_record rec = { .leaf = HYK_STR("") };
	static const uint8_t want[32] = { 0x6e, 0x34, 0x0b, 0x9c, 0xff, 0xb3, 0x7a, 0x98, 0x9c, 0xa5, 0x44, 0xe6, 0xbb,
		0x78, 0x0a, 0x2c, 0x78, 0x90, 0x1d, 0x3f, 0xb3, 0x37, 0x38, 0x76, 0x85, 0x11, 0xa3, 0x06, 0x17, 0xaf,
		0xa0, 0x1d };

	memcpy(rec.leaf_hash, want, 32);
	CHECK(hyk_record_verify(&arena, &rec));
	rec.leaf_hash[31] ^= 1;
	CHECK(!hyk_record_verify(&arena, &rec));
}

/* What an outsider does with leaf and disclosure: parse, canonical form, HMAC, compare. */
TEST(commitments_are_what_they_say)
{
	struct hyk_store_record rec = { 0 };
	struct hyk_value leaf, hidden;
	const struct hyk_value *pair, *in_leaf;
	struct hyk_buf b;
	uint8_t mac[32];
	static const char *const paths[] = { "subject.id", "subject.\"list\"" }, *const names[] = { "who", "what" };

	REQUIRE(make(&rec) == HYK_OK);
	leaf = parse(rec.leaf);
	hidden = parse(rec.disclosure);
	CHECK_INT(hyk_str_find(rec.leaf, HYK_STR("mina")), SIZE_MAX);
	hyk_buf_init(&b, 0);
	for (int i = 0; i < 2; i++) {
		struct hyk_str salt_text;
		uint8_t salt[33];
		size_t n = 0;
		uint32_t bits = 0;
		static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

		pair = hyk_value_get(hidden, paths[i]);
		in_leaf = hyk_value_get(leaf, names[i]);
		REQUIRE(pair && pair->kind == HYK_LIST && pair->as.list->n == 2 && in_leaf);
		salt_text = hyk_value_str(pair->as.list->items[0]);
		CHECK_INT(salt_text.n, 43);
		for (size_t k = 0; k < salt_text.n; k++) {
			bits = bits << 6 | (uint32_t)(strchr(digits, salt_text.p[k]) - digits);
			if (k % 4)
				salt[n++] = (uint8_t)(bits >> (6 - 2 * (k % 4)));
		}
		CHECK_INT(n, 32);
		hyk_buf_reset(&b);
		hyk_json_write_canonical(&b, pair->as.list->items[1]);
		hyk_hmac_sha256(hyk_str_make((const char *)salt, 32), hyk_buf_peek(&b), mac);
		hyk_buf_reset(&b);
		hyk_base64url(&b, mac, 32);
		CHECK(hyk_str_eq(hyk_buf_peek(&b), hyk_value_str(*in_leaf)));
	}
	pair = hyk_value_get(hidden, "request");
	REQUIRE(pair && pair->kind == HYK_LIST);
	CHECK_INT(pair->as.list->items[0].kind, HYK_NULL);
	CHECK_STR(hyk_value_str(pair->as.list->items[1]), "{[");
	hyk_buf_fini(&b);
}

TEST(same_value_twice_is_not_seen)
{
	struct hyk_record r;
	struct hyk_value a, b;
	struct hyk_store_record rec = { 0 };

	hyk_record_begin(&r, &arena);
	a = hyk_record_commit(&r, HYK_STR("a"), hyk_bool(true));
	b = hyk_record_commit(&r, HYK_STR("b"), hyk_bool(true));
	CHECK(!hyk_str_eq(hyk_value_str(a), hyk_value_str(b)));
	/* More than one fetch of salts, all different. */
	for (int i = 0; i < 50; i++) {
		struct hyk_value c = hyk_record_commit(&r, hyk_arena_printf(&arena, "c%d", i), hyk_bool(true));

		CHECK(c.kind == HYK_STRING && !hyk_str_eq(hyk_value_str(a), hyk_value_str(c)));
		hyk_record_put(&r, hyk_arena_printf(&arena, "c%d", i).p, c);
	}
	hyk_record_put(&r, "a", a);
	hyk_record_put(&r, "b", b);
	REQUIRE(hyk_record_finish(&r, &rec) == HYK_OK);
	CHECK(hyk_record_verify(&arena, &rec));
}

TEST(every_changed_byte_is_seen)
{
	struct hyk_store_record rec = { 0 }, bad;
	struct hyk_str *parts[2];
	char *copy;

	REQUIRE(make(&rec) == HYK_OK);
	REQUIRE(hyk_record_verify(&arena, &rec));
	for (int part = 0; part < 2; part++) {
		struct hyk_str whole = part ? rec.disclosure : rec.leaf;

		bad = rec;
		parts[0] = &bad.leaf;
		parts[1] = &bad.disclosure;
		copy = malloc(whole.n);
		REQUIRE(copy != NULL);
		for (size_t i = 0; i < whole.n; i++) {
			for (int bit = 0; bit < 8; bit++) {
				memcpy(copy, whole.p, whole.n);
				copy[i] = (char)(copy[i] ^ 1 << bit);
				*parts[part] = hyk_str_make(copy, whole.n);
				CHECK(!hyk_record_verify(&arena, &bad));
			}
		}
		/* Cut short anywhere but to nothing: erased is no change. */
		for (size_t n = part ? 1 : 0; n < whole.n; n++) {
			memcpy(copy, whole.p, whole.n);
			*parts[part] = hyk_str_make(copy, n);
			CHECK(!hyk_record_verify(&arena, &bad));
		}
		free(copy);
	}
	for (int i = 0; i < 256; i++) {
		bad = rec;
		bad.leaf_hash[i / 8] ^= (uint8_t)(1 << i % 8);
		CHECK(!hyk_record_verify(&arena, &bad));
	}
	bad = rec;
	bad.disclosure = hyk_str_make("", 0);
	CHECK(hyk_record_verify(&arena, &bad));
}

/* A leaf and its hash made anew around another disclosure: what is disclosed must be what was committed to. */
TEST(another_disclosure_does_not_fit)
{
	struct hyk_store_record one = { 0 }, two = { 0 };

	REQUIRE(make(&one) == HYK_OK && make(&two) == HYK_OK);
	one.disclosure = two.disclosure;
	CHECK(!hyk_record_verify(&arena, &one));
}

TEST(numbers_keep_their_bytes)
{
	static const double numbers[] = { 1152921504606846976.0, 9007199254740993.0, 1e21, -0.0, 1e-7, 5e-324 };
	struct hyk_store_record rec = { 0 };
	struct hyk_record r;

	hyk_record_begin(&r, &arena);
	for (size_t i = 0; i < HYK_ARRAY_LEN(numbers); i++) {
		struct hyk_str name = hyk_arena_printf(&arena, "n%zu", i);

		hyk_record_put(&r, name.p, hyk_record_commit(&r, name, hyk_double(numbers[i])));
	}
	hyk_record_put(&r, "big", hyk_record_commit(&r, HYK_STR("big"), hyk_int(INT64_MAX)));
	hyk_record_put(&r, "time", hyk_record_commit(&r, HYK_STR("time"), hyk_timestamp(0, 5)));
	REQUIRE(hyk_record_finish(&r, &rec) == HYK_OK);
	CHECK(hyk_record_verify(&arena, &rec));
}

TEST(mistakes_are_sticky)
{
	struct hyk_store_record rec = { .index = 7 };
	struct hyk_record r;

	hyk_record_begin(&r, &arena);
	(void)hyk_record_commit(&r, HYK_STR("p"), hyk_int(1));
	hyk_record_keep(&r, HYK_STR("p"), hyk_int(1));
	CHECK_INT(hyk_record_finish(&r, &rec), HYK_E_INVALID);
	hyk_record_begin(&r, &arena);
	hyk_record_put(&r, "a", hyk_int(1));
	hyk_record_put(&r, "a", hyk_int(2));
	CHECK_INT(hyk_record_finish(&r, &rec), HYK_E_INVALID);
	hyk_record_begin(&r, &arena);
	hyk_record_put(&r, "a", (struct hyk_value){ .kind = HYK_ERROR_VALUE });
	hyk_record_put(&r, "b", hyk_int(2));
	CHECK_INT(hyk_record_finish(&r, &rec), HYK_E_NOMEM);
	hyk_record_begin(&r, &arena);
	CHECK_INT(hyk_record_commit(&r, HYK_STR(""), hyk_int(1)).kind, HYK_ERROR_VALUE);
	CHECK_INT(hyk_record_finish(&r, &rec), HYK_E_INVALID);
	CHECK(rec.leaf.p == NULL && rec.index == 7);
}

TEST(no_memory_at_any_point)
{
	struct hyk_store_record rec;
	long n = 0;

	for (;; n++) {
		enum hyk_status st;

		hyk_arena_fini(&arena);
		memset(&rec, 0, sizeof(rec));
		hyk_alloc_fail_after(n);
		st = make(&rec);
		if (!hyk_alloc_failed())
			break;
		CHECK_INT(st, HYK_E_NOMEM);
		CHECK(rec.leaf.p == NULL);
	}
	hyk_alloc_fail_after(-1);
	CHECK(n > 2);
	CHECK(hyk_record_verify(&arena, &rec));
}

int
main(void)
{
	hyk_arena_init(&arena, 0);
	RUN(public_leaf);
	RUN(empty_leaf_hash_of_rfc_6962);
	RUN(commitments_are_what_they_say);
	RUN(same_value_twice_is_not_seen);
	RUN(every_changed_byte_is_seen);
	RUN(another_disclosure_does_not_fit);
	RUN(numbers_keep_their_bytes);
	RUN(mistakes_are_sticky);
	RUN(no_memory_at_any_point);
	hyk_arena_fini(&arena);
	return check_done();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check.h"

#include <math.h>

#include "base/alloc.h"
#include "sandbox/wire_value.h"
#include "value/json.h"

static const struct hyk_wire_limits limits = { .depth = 8, .nodes = 100, .bytes = 1000 };
static uint8_t bytes[4096];

static bool
put(struct hyk_value v, size_t *ret_n, struct hyk_wire_path *path)
{
	struct hyk_wire_out o = { bytes, 0, sizeof(bytes), false };
	bool ok;

	hyk_wire_path_init(path);
	ok = hyk_wire_put_value(&o, v, &limits, path);
	*ret_n = o.n;
	return ok;
}

static bool
get(const uint8_t *p, size_t n, struct hyk_arena *a, struct hyk_value *v,
    struct hyk_wire_path *path)
{
	struct hyk_wire_in i = { p, n, 0, false };

	hyk_wire_path_init(path);
	return hyk_wire_get_value(&i, &limits, a, v, path);
}

static struct hyk_value
parse(struct hyk_arena *a, const char *json)
{
	struct hyk_source *src = hyk_source_new(a, HYK_STR("test"), hyk_str_from_c(json));
	struct hyk_value v = hyk_null();

	CHECK(src && hyk_json_parse(a, src, NULL, &v, NULL) == HYK_OK);
	return v;
}

TEST(values_come_back_equal)
{
	static const char *const texts[] = { "null", "true", "false", "0", "-9223372036854775808",
		"9223372036854775807", "1.5", "\"\"", "\"가나\\u0000\"", "[]", "[1,[2,[3]],\"x\"]",
		"{\"a\":1,\"b\":{\"c\":[true]}}" };
	struct hyk_arena a;

	hyk_arena_init(&a, 0);
	for (size_t i = 0; i < HYK_ARRAY_LEN(texts); i++) {
		struct hyk_value v = parse(&a, texts[i]), back;
		struct hyk_wire_path path;
		size_t n;

		CHECK(put(v, &n, &path));
		CHECK(get(bytes, n, &a, &back, &path));
		CHECK(hyk_value_equal(v, back));
		CHECK_INT(back.kind, v.kind); /* an integer stays an integer */
		/* Every shorter text is refused. */
		for (size_t k = 0; k < n; k++)
			CHECK(!get(bytes, k, &a, &back, &path));
	}
	hyk_arena_fini(&a);
}

TEST(what_lua_cannot_hold_is_refused_by_path)
{
	struct hyk_arena a;
	struct hyk_wire_path path;
	struct hyk_mapb b;
	struct hyk_value list[2] = { hyk_int(1), hyk_null() };
	size_t n;

	hyk_arena_init(&a, 0);
	hyk_mapb_init(&b, &a);
	CHECK(hyk_mapb_add_c(&b, "big", hyk_uint(UINT64_MAX)));
	CHECK(!put(hyk_mapb_finish(&b, NULL), &n, &path));
	CHECK_C(path.text, "big");
	CHECK(!put(hyk_double(NAN), &n, &path));
	CHECK(!put(hyk_double(INFINITY), &n, &path));
	CHECK(!put(hyk_list(&a, list, 2), &n, &path));
	CHECK_C(path.text, "[2]");
	CHECK(!put((struct hyk_value){ .kind = HYK_UNKNOWN }, &n, &path));
	hyk_arena_fini(&a);
}

TEST(times_cross_as_texts)
{
	struct hyk_arena a;
	struct hyk_wire_path path;
	struct hyk_value v;
	size_t n;

	hyk_arena_init(&a, 0);
	CHECK(put(hyk_timestamp(0, 0), &n, &path));
	CHECK(get(bytes, n, &a, &v, &path));
	CHECK_STR(hyk_value_str(v), "1970-01-01T00:00:00Z");
	CHECK(put(hyk_duration(5400000000000), &n, &path));
	CHECK(get(bytes, n, &a, &v, &path));
	CHECK_STR(hyk_value_str(v), "5400s");
	hyk_arena_fini(&a);
}

/* Bytes made by hand, as a process that was taken over would write them. */
TEST(hostile_bytes_are_refused)
{
	static const struct {
		const char *what;
		struct hyk_str bytes;
	} cases[] = {
		{ "unknown tag", HYK_STR_INIT("\x08") },
		{ "tag 255", HYK_STR_INIT("\xff") },
		{ "list that counts four thousand million", HYK_STR_INIT("\x06\xff\xff\xff\xff") },
		{ "map that counts four thousand million", HYK_STR_INIT("\x07\xff\xff\xff\xff") },
		{ "text longer than all",
		    HYK_STR_INIT("\x05\xff\xff\xff\x7f"
				 "a") },
		{ "text that is not UTF-8", HYK_STR_INIT("\x05\x01\0\0\0\xff") },
		{ "surrogate", HYK_STR_INIT("\x05\x03\0\0\0\xed\xa0\x80") },
		{ "NaN", HYK_STR_INIT("\x04\0\0\0\0\0\0\xf8\x7f") },
		{ "infinity", HYK_STR_INIT("\x04\0\0\0\0\0\0\xf0\x7f") },
		{ "key that is an integer",
		    HYK_STR_INIT("\x07\x01\0\0\0\x03\x01\0\0\0\0\0\0\0\0") },
		{ "key twice", HYK_STR_INIT("\x07\x02\0\0\0\x05\x01\0\0\0a\0\x05\x01\0\0\0a\0") },
		{ "nested too deep",
		    HYK_STR_INIT(
			"\x06\1\0\0\0\x06\1\0\0\0\x06\1\0\0\0\x06\1\0\0\0\x06\1\0\0\0\x06\1\0\0\0"
			"\x06\1\0\0\0\x06\1\0\0\0\x06\1\0\0\0\0") },
	};
	struct hyk_arena a;

	hyk_arena_init(&a, 0);
	for (size_t i = 0; i < HYK_ARRAY_LEN(cases); i++) {
		struct hyk_value v;
		struct hyk_wire_path path;

		if (!CHECK(
			!get((const uint8_t *)cases[i].bytes.p, cases[i].bytes.n, &a, &v, &path)))
			fprintf(stderr, "    %s\n", cases[i].what);
		CHECK(path.why[0] != '\0');
	}
	hyk_arena_fini(&a);
}

/* Whatever the bytes: an answer or a refusal, within the limits, no crash (the sanitizers watch).
 */
TEST(any_bytes_end_well)
{
	uint64_t r = 1;
	struct hyk_arena a;
	unsigned accepted = 0;

	hyk_arena_init(&a, 1 << 20);
	for (int round = 0; round < 200000; round++) {
		struct hyk_arena_mark m = hyk_arena_mark(&a);
		struct hyk_value v;
		struct hyk_wire_path path;
		uint8_t in[40];

		for (size_t i = 0; i < sizeof(in); i++) {
			r = r * 6364136223846793005u + 1442695040888963407u;
			/* Mostly small numbers, so that much of it has meaning. */
			in[i] = (uint8_t)((r >> 40) & 1 ? (r >> 56) % 9
				: (r >> 32) & 1         ? 0
							: r >> 48);
		}
		accepted += get(in, (size_t)(r >> 58) % sizeof(in), &a, &v, &path);
		hyk_arena_rewind(&a, m);
	}
	CHECK(accepted > 1000);
	hyk_arena_fini(&a);
}

TEST(no_memory_is_a_refusal)
{
	struct hyk_arena a, b;
	struct hyk_value v, back;
	struct hyk_wire_path path;
	size_t n, rounds = 0;

	hyk_arena_init(&a, 0);
	v = parse(&a, "{\"a\":[1,2,{\"b\":\"text\"}],\"c\":\"more\"}");
	CHECK(put(v, &n, &path));
	for (long k = 0;; k++) {
		bool ok;

		hyk_arena_init(&b, 0);
		hyk_alloc_fail_after(k);
		ok = get(bytes, n, &b, &back, &path);
		rounds++;
		if (!hyk_alloc_failed()) {
			hyk_alloc_fail_after(-1);
			CHECK(ok);
			hyk_arena_fini(&b);
			break;
		}
		hyk_alloc_fail_after(-1);
		hyk_arena_fini(&b);
	}
	CHECK(rounds > 1);
	hyk_arena_fini(&a);
}

int
main(void)
{
	RUN(values_come_back_equal);
	RUN(what_lua_cannot_hold_is_refused_by_path);
	RUN(times_cross_as_texts);
	RUN(hostile_bytes_are_refused);
	RUN(any_bytes_end_well);
	RUN(no_memory_is_a_refusal);
	return check_done();
}

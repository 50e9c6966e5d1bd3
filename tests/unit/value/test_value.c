/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check.h"

#include "base/alloc.h"
#include "value/schema.h"
#include "value/value.h"

#include <math.h>

static struct hyk_arena arena;

#define S(lit) hyk_string(HYK_STR(lit))

static struct hyk_value
list_of(size_t n, const struct hyk_value *items)
{
	struct hyk_value *copy = hyk_arena_array(&arena, n, sizeof(*copy));

	if (!copy)
		abort();
	if (n)
		memcpy(copy, items, n * sizeof(*copy));
	return hyk_list(&arena, copy, (uint32_t)n);
}
#define LIST(...)                                                                                  \
	list_of(sizeof((struct hyk_value[]){ __VA_ARGS__ }) / sizeof(struct hyk_value),            \
	    (struct hyk_value[]){ __VA_ARGS__ })

static struct hyk_value
map2(struct hyk_value k1, struct hyk_value v1, struct hyk_value k2, struct hyk_value v2)
{
	struct hyk_mapb b;

	hyk_mapb_init(&b, &arena);
	CHECK(hyk_mapb_add(&b, k1, v1) && hyk_mapb_add(&b, k2, v2));
	return hyk_mapb_finish(&b, NULL);
}

TEST(a_value_is_16_bytes)
{
	CHECK_INT(sizeof(struct hyk_value), 16);
}

/* The mathematical order, smallest first; neighbours that a conversion to double would make equal. */
TEST(numbers_stand_on_one_line)
{
	const struct hyk_value line[] = {
		hyk_double(-INFINITY), hyk_double(-1e300), hyk_int(INT64_MIN), hyk_int(INT64_MIN + 1),
		hyk_int(-9007199254740993), hyk_double(-9007199254740992.0), hyk_int(-9007199254740991),
		hyk_double(-1.5), hyk_int(-1), hyk_double(-0.5), hyk_uint(0), hyk_double(5e-324), hyk_double(0.5),
		hyk_int(1), hyk_double(1.5), hyk_uint(2), hyk_double(9007199254740992.0),
		hyk_int(9007199254740993), hyk_uint(9007199254740994), hyk_int(INT64_MAX - 1), hyk_int(INT64_MAX),
		hyk_double(9223372036854775808.0), hyk_uint(9223372036854775809u), hyk_uint(UINT64_MAX),
		hyk_double(18446744073709551616.0), hyk_double(INFINITY),
	};

	for (size_t i = 0; i < HYK_ARRAY_LEN(line); i++) {
		for (size_t j = 0; j < HYK_ARRAY_LEN(line); j++) {
			int c = 99, want = i < j ? -1 : i > j;

			CHECK(hyk_value_compare(line[i], line[j], &c));
			if (!CHECK(c == want))
				fprintf(stderr, "    place %zu against %zu: %d\n", i, j, c);
			CHECK_INT(hyk_value_equal(line[i], line[j]), i == j);
		}
	}
}

TEST(equal_numbers_of_three_types)
{
	const struct hyk_value ones[] = { hyk_int(1), hyk_uint(1), hyk_double(1) };
	const struct hyk_value zeros[] = { hyk_int(0), hyk_uint(0), hyk_double(0), hyk_double(-0.0) };
	const struct hyk_value big[] = { hyk_uint((uint64_t)1 << 63), hyk_double(9223372036854775808.0) };

	for (size_t i = 0; i < 3; i++) {
		for (size_t j = 0; j < 3; j++) {
			CHECK(hyk_value_equal(ones[i], ones[j]));
			CHECK(hyk_value_hash(ones[i]) == hyk_value_hash(ones[j]));
		}
	}
	for (size_t i = 0; i < 4; i++) {
		CHECK(hyk_value_equal(zeros[0], zeros[i]));
		CHECK(hyk_value_hash(zeros[0]) == hyk_value_hash(zeros[i]));
	}
	CHECK(hyk_value_equal(big[0], big[1]));
	CHECK(hyk_value_hash(big[0]) == hyk_value_hash(big[1]));
	CHECK(!hyk_value_equal(hyk_int(1), hyk_bool(true)));
	CHECK(!hyk_value_equal(hyk_int(1), S("1")));
	CHECK(!hyk_value_equal(hyk_int(-1), hyk_uint(UINT64_MAX)));
}

TEST(nan_equals_nothing)
{
	const struct hyk_value others[] = { hyk_double(NAN), hyk_int(0), hyk_uint(0), hyk_double(1) };
	int c;

	for (size_t i = 0; i < HYK_ARRAY_LEN(others); i++) {
		c = 0;
		CHECK(hyk_value_compare(hyk_double(NAN), others[i], &c));
		CHECK_INT(c, 2);
		c = 0;
		CHECK(hyk_value_compare(others[i], hyk_double(NAN), &c));
		CHECK_INT(c, 2);
		CHECK(!hyk_value_equal(hyk_double(NAN), others[i]));
	}
	CHECK(!hyk_value_equal(LIST(hyk_double(NAN)), LIST(hyk_double(NAN))));
	hyk_value_hash(hyk_double(NAN)); /* no more than: does not trap */
	hyk_value_hash(hyk_double(INFINITY));
}

TEST(other_orders)
{
	int c = 9;

	CHECK(hyk_value_compare(hyk_bool(false), hyk_bool(true), &c) && c == -1);
	CHECK(hyk_value_compare(S("b"), S("ab"), &c) && c == 1);
	CHECK(hyk_value_compare(S("가"), S("나"), &c) && c == -1);
	CHECK(hyk_value_compare(S(""), hyk_string(hyk_str_make(NULL, 0)), &c) && c == 0);
	CHECK(hyk_value_compare(hyk_timestamp(5, 1), hyk_timestamp(5, 2), &c) && c == -1);
	CHECK(hyk_value_compare(hyk_timestamp(-1, 999), hyk_timestamp(0, 0), &c) && c == -1);
	CHECK(hyk_value_compare(hyk_duration(-1), hyk_duration(1), &c) && c == -1);
	CHECK(!hyk_value_compare(hyk_duration(1), hyk_int(1), &c));
	CHECK(!hyk_value_compare(hyk_null(), hyk_null(), &c));
	CHECK(!hyk_value_compare(LIST(hyk_int(1)), LIST(hyk_int(1)), &c));
	CHECK(!hyk_value_compare(S("a"), (struct hyk_value){ .kind = HYK_BYTES, .n = 1, .as.s = "a" }, &c));
}

TEST(lists_and_maps)
{
	struct hyk_value ab = map2(S("a"), hyk_int(1), S("b"), LIST(hyk_int(2)));

	CHECK(hyk_value_equal(LIST(hyk_int(1), S("x")), LIST(hyk_uint(1), S("x"))));
	CHECK(!hyk_value_equal(LIST(hyk_int(1)), LIST(hyk_int(1), hyk_int(1))));
	CHECK(!hyk_value_equal(LIST(hyk_int(1), hyk_int(2)), LIST(hyk_int(2), hyk_int(1))));
	CHECK(hyk_value_equal(LIST(), LIST()));
	CHECK(hyk_value_equal(ab, map2(S("b"), LIST(hyk_double(2)), S("a"), hyk_uint(1))));
	CHECK(!hyk_value_equal(ab, map2(S("a"), hyk_int(1), S("c"), LIST(hyk_int(2)))));
	CHECK(!hyk_value_equal(ab, map2(S("a"), hyk_int(1), S("b"), LIST(hyk_int(3)))));
	CHECK(hyk_value_equal(map2(hyk_int(1), S("x"), hyk_bool(true), S("y")),
	    map2(hyk_bool(true), S("y"), hyk_uint(1), S("x"))));
	CHECK(hyk_value_get(ab, "a") && hyk_value_get(ab, "a")->as.i == 1);
	CHECK(hyk_value_get(ab, "c") == NULL);
	CHECK(hyk_value_get(hyk_int(1), "a") == NULL);
}

TEST(the_rest)
{
	struct hyk_value one = hyk_int(1), none = { .kind = HYK_OPTIONAL }, some = none;
	struct hyk_verror e = { .text = HYK_STR("e") };
	struct hyk_value error = { .kind = HYK_ERROR_VALUE, .as.err = &e };
	struct hyk_value type = { .kind = HYK_TYPE, .as.type = hyk_type_basic(HYK_T_INT) };

	some.as.opt = &one;
	CHECK(hyk_value_equal(hyk_null(), hyk_null()));
	CHECK(hyk_value_equal(none, none));
	CHECK(hyk_value_equal(some, some));
	CHECK(!hyk_value_equal(some, none));
	CHECK(!hyk_value_equal(none, some));
	CHECK(hyk_value_equal(type, type));
	CHECK(!hyk_value_equal(type, (struct hyk_value){ .kind = HYK_TYPE, .as.type = hyk_type_basic(HYK_T_UINT) }));
	CHECK(!hyk_value_equal(error, error));
	CHECK(!hyk_value_equal((struct hyk_value){ .kind = HYK_UNKNOWN }, (struct hyk_value){ .kind = HYK_UNKNOWN }));
}

static struct hyk_value
nested(unsigned depth)
{
	struct hyk_value v = hyk_int(1);

	while (depth--)
		v = LIST(v);
	return v;
}

TEST(depth_has_an_end)
{
	CHECK(hyk_value_equal(nested(500), nested(500)));
	CHECK(!hyk_value_equal(nested(100000), nested(100000)));
	CHECK_INT(hyk_value_copy(&arena, nested(500)).kind, HYK_LIST);
	CHECK_INT(hyk_value_copy(&arena, nested(100000)).kind, HYK_ERROR_VALUE);
}

TEST(copies_share_nothing)
{
	struct hyk_arena from, to;
	struct hyk_mapb b;
	struct hyk_value v, twin, copy, inner;
	char text[] = "text";

	hyk_arena_init(&from, 0);
	hyk_arena_init(&to, 0);
	for (int round = 0; round < 2; round++) {
		struct hyk_value *made = round ? &twin : &v;
		struct hyk_value *items = hyk_arena_array(&from, 3, sizeof(*items));

		REQUIRE(items);
		inner = hyk_string(hyk_arena_dup(&from, hyk_str_from_c(text)));
		items[0] = inner;
		items[1] = hyk_timestamp(5, 6);
		items[2] = hyk_double(0.5);
		hyk_mapb_init(&b, &from);
		for (int i = 0; i < 20; i++)
			CHECK(hyk_mapb_add(&b, hyk_string(hyk_arena_printf(&from, "key%d", i)),
			    hyk_list(&from, items, 3)));
		*made = hyk_mapb_finish(&b, NULL);
	}
	copy = hyk_value_copy(&to, v);
	CHECK(hyk_value_equal(copy, twin));
	hyk_arena_fini(&from); /* ASan would see anything shared */
	CHECK_INT(copy.kind, HYK_MAP);
	REQUIRE(hyk_value_get(copy, "key19"));
	inner = hyk_value_get(copy, "key19")->as.list->items[0];
	CHECK_STR(hyk_value_str(inner), "text");
	hyk_arena_fini(&to);
}

TEST(copies_of_answers_that_are_none)
{
	struct hyk_arena from, to;
	struct hyk_verror *e;
	struct hyk_unknown *u;
	struct hyk_value error, unknown, copy;
	uint32_t *slots;

	hyk_arena_init(&from, 0);
	hyk_arena_init(&to, 0);
	e = hyk_arena_alloc(&from, sizeof(*e));
	u = hyk_arena_alloc(&from, sizeof(*u));
	slots = hyk_arena_array(&from, 2, sizeof(*slots));
	REQUIRE(e && u && slots);
	*e = (struct hyk_verror){ hyk_arena_dup(&from, HYK_STR("no such key")), 3, 4, 5 };
	slots[0] = 1;
	slots[1] = 7;
	*u = (struct hyk_unknown){ 2, slots };
	error = hyk_value_copy(&to, (struct hyk_value){ .kind = HYK_ERROR_VALUE, .as.err = e });
	unknown = hyk_value_copy(&to, (struct hyk_value){ .kind = HYK_UNKNOWN, .as.unknown = u });
	hyk_arena_fini(&from);
	CHECK_STR(error.as.err->text, "no such key");
	CHECK_INT(error.as.err->slot, 5);
	CHECK_INT(unknown.as.unknown->n, 2);
	CHECK_INT(unknown.as.unknown->slots[1], 7);
	/* An error inside a list is copied, not taken for a failure of the copy. */
	copy = hyk_value_copy(&to, LIST(error, hyk_int(1)));
	REQUIRE(copy.kind == HYK_LIST);
	CHECK_INT(copy.as.list->items[1].as.i, 1);
	hyk_arena_fini(&to);
}

TEST(copies_without_memory)
{
	struct hyk_value v = map2(S("a"), LIST(S("x"), hyk_int(1)), S("b"), map2(S("c"), S("d"), S("e"), hyk_null()));

	for (long n = 0;; n++) {
		struct hyk_arena to;
		struct hyk_value copy;
		bool refused;

		/* A cap as well: it fails at each of the few objects, the heap only once. */
		hyk_arena_init(&to, (size_t)n * 16 + 1);
		copy = hyk_value_copy(&to, v);
		refused = to.overflowed;
		CHECK_INT(copy.kind, refused ? HYK_ERROR_VALUE : HYK_MAP);
		hyk_arena_fini(&to);
		if (!refused)
			break;
		CHECK(n < 1000);
	}
	hyk_alloc_fail_from(0);
	struct hyk_arena empty;

	hyk_arena_init(&empty, 0);
	CHECK_INT(hyk_list(&empty, NULL, 0).kind, HYK_ERROR_VALUE);
	hyk_alloc_fail_from(-1);
	hyk_arena_fini(&empty);
}

TEST(kind_names)
{
	CHECK_C(hyk_kind_name(HYK_BOOL), "bool");
	CHECK_C(hyk_kind_name(HYK_NULL), "null_type");
	for (int k = HYK_NULL; k <= HYK_ERROR_VALUE; k++)
		CHECK(strcmp(hyk_kind_name((enum hyk_kind)k), "?") != 0);
}

int
main(void)
{
	hyk_arena_init(&arena, 0);
	RUN(a_value_is_16_bytes);
	RUN(numbers_stand_on_one_line);
	RUN(equal_numbers_of_three_types);
	RUN(nan_equals_nothing);
	RUN(other_orders);
	RUN(lists_and_maps);
	RUN(the_rest);
	RUN(depth_has_an_end);
	RUN(copies_share_nothing);
	RUN(copies_of_answers_that_are_none);
	RUN(copies_without_memory);
	RUN(kind_names);
	hyk_arena_fini(&arena);
	return check_done();
}

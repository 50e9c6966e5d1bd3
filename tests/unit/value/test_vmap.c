/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check.h"

#include "value/vmap.h"

#include <math.h>

static struct hyk_arena arena;

/* Keys k0, k1, ... with their numbers as values. */
static struct hyk_value
numbered(int n)
{
	struct hyk_mapb b;
	uint32_t dup = 5;
	struct hyk_value v;

	hyk_mapb_init(&b, &arena);
	for (int i = 0; i < n; i++)
		CHECK(hyk_mapb_add(&b, hyk_string(hyk_arena_printf(&arena, "k%d", i)), hyk_int(i)));
	v = hyk_mapb_finish(&b, &dup);
	CHECK(dup == UINT32_MAX);
	CHECK_INT(v.kind, HYK_MAP);
	return v;
}

static void
check_numbered(struct hyk_value v, int n)
{
	for (int i = 0; i < n; i++) {
		const struct hyk_value *found = hyk_vmap_find_str(v.as.map, hyk_arena_printf(&arena, "k%d", i));

		if (!CHECK(found && found->as.i == i))
			fprintf(stderr, "    k%d of %d\n", i, n);
		CHECK_INT(v.as.map->entries[i].value.as.i, i);
	}
	CHECK(hyk_vmap_find_str(v.as.map, HYK_STR("k")) == NULL);
	CHECK(hyk_vmap_find_str(v.as.map, hyk_arena_printf(&arena, "k%d", n)) == NULL);
	CHECK(hyk_vmap_find_str(v.as.map, HYK_STR("")) == NULL);
	CHECK(hyk_vmap_find(v.as.map, hyk_int(1)) == NULL);
	CHECK(hyk_vmap_find(v.as.map, hyk_null()) == NULL);
}

TEST(every_size_around_the_index)
{
	for (int n = 0; n < 70; n++) {
		struct hyk_value v = numbered(n);

		CHECK_INT(v.as.map->index != NULL, n > 8);
		check_numbered(v, n);
	}
	check_numbered(numbered(5000), 5000);
}

static void
check_dup(size_t n, const struct hyk_value *keys, uint32_t want)
{
	struct hyk_mapb b;
	uint32_t dup = 77;

	hyk_mapb_init(&b, &arena);
	for (size_t i = 0; i < n; i++)
		CHECK(hyk_mapb_add(&b, keys[i], hyk_null()));
	CHECK_INT(hyk_mapb_finish(&b, &dup).kind, HYK_MAP);
	CHECK_INT(dup, want);
}

TEST(duplicates_are_found)
{
	struct hyk_value keys[40];

	for (size_t n = 2; n <= 40; n++) {
		for (size_t i = 0; i < n; i++)
			keys[i] = hyk_string(hyk_arena_printf(&arena, "%zu", i));
		check_dup(n, keys, UINT32_MAX);
		keys[n - 1] = keys[n / 2 - 1]; /* among the small and among the indexed */
		check_dup(n, keys, (uint32_t)n - 1);
	}
	check_dup(2, (struct hyk_value[]){ hyk_int(1), hyk_uint(1) }, 1);
	check_dup(3, (struct hyk_value[]){ hyk_int(1), hyk_bool(true), hyk_string(HYK_STR("1")) }, UINT32_MAX);
	check_dup(2, (struct hyk_value[]){ hyk_string(HYK_STR("")), hyk_string(hyk_str_make(NULL, 0)) }, 1);
}

TEST(numbers_are_found_across_types)
{
	for (int n = 3; n < 40; n += 20) { /* small, and indexed */
		struct hyk_mapb b;
		struct hyk_value v;

		hyk_mapb_init(&b, &arena);
		for (int i = 0; i < n; i++)
			CHECK(hyk_mapb_add(&b, i % 2 ? hyk_uint((uint64_t)i) : hyk_int(i), hyk_int(i * 10)));
		CHECK(hyk_mapb_add(&b, hyk_bool(true), hyk_int(-1)));
		v = hyk_mapb_finish(&b, NULL);
		for (int i = 0; i < n; i++) {
			const struct hyk_value keys[] = { hyk_int(i), hyk_uint((uint64_t)i), hyk_double(i) };

			for (size_t k = 0; k < 3; k++) {
				const struct hyk_value *found = hyk_vmap_find(v.as.map, keys[k]);

				CHECK(found && found->as.i == i * 10);
			}
		}
		CHECK(hyk_vmap_find(v.as.map, hyk_double(0.5)) == NULL);
		CHECK(hyk_vmap_find(v.as.map, hyk_double(NAN)) == NULL);
		CHECK(hyk_vmap_find(v.as.map, hyk_int(-1)) == NULL);
		CHECK(hyk_vmap_find(v.as.map, hyk_bool(true)) != NULL);
		CHECK(hyk_vmap_find(v.as.map, hyk_bool(false)) == NULL);
		CHECK(hyk_vmap_find_str(v.as.map, HYK_STR("1")) == NULL);
	}
}

#define N_COLLIDING 2000

/* What an attacker would send: keys that all begin at the same place of the index. */
static void
make_colliding(struct hyk_value keys[N_COLLIDING])
{
	uint64_t i = 0;

	for (int n = 0; n < N_COLLIDING; i++) {
		char text[24];
		struct hyk_str s = hyk_str_make(text, (size_t)snprintf(text, sizeof(text), "%llu", (unsigned long long)i));

		if ((hyk_str_hash(s) & 4095) == 0)
			keys[n++] = hyk_string(hyk_arena_dup(&arena, s));
	}
}

TEST(colliding_keys_do_not_cost_their_square)
{
	static struct hyk_value keys[N_COLLIDING];
	struct hyk_mapb b;
	struct hyk_value v;
	uint32_t dup;

	make_colliding(keys);
	hyk_mapb_init(&b, &arena);
	for (int i = 0; i < N_COLLIDING; i++)
		CHECK(hyk_mapb_add(&b, keys[i], hyk_int(i)));
	v = hyk_mapb_finish(&b, &dup);
	REQUIRE(v.kind == HYK_MAP);
	CHECK(dup == UINT32_MAX);
	CHECK_INT(v.as.map->n_index, N_COLLIDING); /* the sorted index */
	for (int i = 0; i < N_COLLIDING; i++) {
		const struct hyk_value *found = hyk_vmap_find(v.as.map, keys[i]);

		CHECK(found && found->as.i == i);
		CHECK(hyk_str_eq(hyk_value_str(v.as.map->entries[i].key), hyk_value_str(keys[i])));
	}
	CHECK(hyk_vmap_find_str(v.as.map, HYK_STR("x")) == NULL);
	CHECK(hyk_vmap_find(v.as.map, hyk_int(5)) == NULL);
	CHECK(hyk_vmap_find(v.as.map, hyk_double(NAN)) == NULL);

	/* Duplicates are found there too, and the first of several is named. */
	hyk_mapb_init(&b, &arena);
	for (int i = 0; i < N_COLLIDING; i++)
		CHECK(hyk_mapb_add(&b, i == 700 || i == 1999 ? keys[3] : i == 900 ? keys[899] : keys[i], hyk_null()));
	CHECK_INT(hyk_mapb_finish(&b, &dup).kind, HYK_MAP);
	CHECK_INT(dup, 700);
}

TEST(first_and_duplicate)
{
	struct hyk_ventry entries[] = { { hyk_int(1), hyk_null() }, { hyk_int(2), hyk_null() },
		{ hyk_int(2), hyk_null() }, { hyk_int(1), hyk_null() } };
	struct hyk_vmap m = { .n = 4, .entries = entries };
	uint32_t first, dup;

	REQUIRE(hyk_vmap_build(&arena, &m, &first, &dup));
	CHECK_INT(first, 1);
	CHECK_INT(dup, 2);
}

TEST(without_memory)
{
	for (size_t cap = 1;; cap += 64) {
		struct hyk_arena a;
		struct hyk_mapb b;
		struct hyk_value v;
		bool refused;

		hyk_arena_init(&a, cap);
		hyk_mapb_init(&b, &a);
		for (int i = 0; i < 30; i++) {
			if (!hyk_mapb_add_c(&b, "k", hyk_int(i)))
				CHECK(b.failed);
		}
		v = hyk_mapb_finish(&b, NULL);
		refused = a.overflowed;
		CHECK_INT(v.kind, refused ? HYK_ERROR_VALUE : HYK_MAP);
		hyk_arena_fini(&a);
		if (!refused)
			break;
	}
}

int
main(void)
{
	hyk_arena_init(&arena, 0);
	RUN(every_size_around_the_index);
	RUN(duplicates_are_found);
	RUN(numbers_are_found_across_types);
	RUN(colliding_keys_do_not_cost_their_square);
	RUN(first_and_duplicate);
	RUN(without_memory);
	hyk_arena_fini(&arena);
	return check_done();
}

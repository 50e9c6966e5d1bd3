/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check.h"

#include "base/alloc.h"
#include "base/map.h"

TEST(keeps_the_order_and_finds)
{
	static const char *const keys[] = { "b", "a", "", "향약", "b\0c" };
	struct hyk_arena a;
	struct hyk_map m;
	int items[5];

	hyk_arena_init(&a, 0);
	hyk_map_init(&m, &a);
	CHECK(hyk_map_find(&m, HYK_STR("a")) == NULL);
	for (size_t i = 0; i < 4; i++)
		CHECK_INT(hyk_map_add(&m, hyk_str_from_c(keys[i]), &items[i]), HYK_OK);
	CHECK_INT(hyk_map_add(&m, hyk_str_make(keys[4], 3), &items[4]), HYK_OK);
	CHECK_INT(hyk_map_add(&m, HYK_STR("a"), &items[0]), HYK_E_EXISTS);
	CHECK_INT(m.n, 5);
	for (size_t i = 0; i < 4; i++) {
		CHECK_STR(m.entries[i].key, keys[i]);
		CHECK(hyk_map_find(&m, hyk_str_from_c(keys[i])) == &items[i]);
	}
	CHECK(hyk_map_find(&m, hyk_str_make("b\0c", 3)) == &items[4]);
	CHECK(hyk_map_find(&m, HYK_STR("c")) == NULL);
	hyk_arena_fini(&a);
}

TEST(thousands)
{
	static int items[5000];
	struct hyk_arena a;
	struct hyk_map m;

	hyk_arena_init(&a, 0);
	hyk_map_init(&m, &a);
	for (int i = 0; i < 5000; i++) {
		struct hyk_str key = hyk_arena_printf(&a, "key-%d", i);

		CHECK(hyk_map_find(&m, key) == NULL);
		CHECK_INT(hyk_map_add(&m, key, &items[i]), HYK_OK);
		CHECK_INT(hyk_map_add(&m, key, &items[0]), HYK_E_EXISTS);
	}
	for (int i = 0; i < 5000; i++)
		CHECK(hyk_map_find(&m, hyk_arena_printf(&a, "key-%d", i)) == &items[i]);
	CHECK_STR(m.entries[4999].key, "key-4999");
	CHECK_INT(m.n, 5000);
	hyk_arena_fini(&a);
}

TEST(a_failed_add_changes_nothing)
{
	int item;

	for (long n = 0;; n++) {
		struct hyk_arena a;
		struct hyk_map m;
		bool failed;
		size_t added = 0;

		hyk_arena_init(&a, 0);
		hyk_map_init(&m, &a);
		hyk_alloc_fail_after(n);
		for (int i = 0; i < 600; i++) {
			/* Each key has memory of its own, so that only the map asks for some. */
			static char keys[600][8];
			struct hyk_str key = hyk_str_make(keys[i], (size_t)snprintf(keys[i], 8, "k%d", i));

			if (hyk_map_add(&m, key, &item) == HYK_OK)
				added++;
			else
				CHECK(hyk_map_find(&m, key) == NULL);
		}
		failed = hyk_alloc_failed();
		hyk_alloc_fail_after(-1);
		CHECK_INT(m.n, added);
		for (size_t i = 0; i < m.n; i++)
			CHECK(hyk_map_find(&m, m.entries[i].key) == &item);
		hyk_arena_fini(&a);
		if (!failed)
			break;
		CHECK_INT(added, 599);
	}
}

int
main(void)
{
	RUN(keeps_the_order_and_finds);
	RUN(thousands);
	RUN(a_failed_add_changes_nothing);
	return check_done();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check.h"

#include "base/alloc.h"
#include "base/arena.h"

#include <stdalign.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define HAVE_ASAN 1
#endif
#ifdef HAVE_ASAN
#include <sanitizer/asan_interface.h>
#endif

TEST(objects_are_zeroed_and_aligned)
{
	struct hyk_arena a;

	hyk_arena_init(&a, 0);
	for (size_t size = 0; size < 300; size += 7) {
		unsigned char *p = hyk_arena_alloc(&a, size);

		REQUIRE(p);
		CHECK_INT((uintptr_t)p % alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			CHECK_INT(p[i], 0);
		memset(p, 0xaa, size); /* the next one must not see this */
	}
	hyk_arena_fini(&a);
}

TEST(rewound_memory_is_zeroed_again)
{
	struct hyk_arena a;
	struct hyk_arena_mark m;
	unsigned char *p, *q;

	hyk_arena_init(&a, 0);
	m = hyk_arena_mark(&a);
	p = hyk_arena_alloc(&a, 64);
	REQUIRE(p);
	memset(p, 0xff, 64);
	hyk_arena_rewind(&a, m);
	q = hyk_arena_alloc(&a, 64);
	REQUIRE(q);
	for (int i = 0; i < 64; i++)
		CHECK_INT(q[i], 0);
	hyk_arena_fini(&a);
}

TEST(cap_is_exact_and_sticky)
{
	struct hyk_arena a;
	struct hyk_arena_mark empty, half;

	hyk_arena_init(&a, 64);
	empty = hyk_arena_mark(&a);
	CHECK(hyk_arena_alloc(&a, 32) != NULL);
	half = hyk_arena_mark(&a);
	CHECK(hyk_arena_alloc(&a, 33) == NULL); /* rounds to 48 */
	CHECK(a.overflowed);
	CHECK(hyk_arena_alloc(&a, 32) != NULL); /* exactly full */
	CHECK(hyk_arena_alloc(&a, 1) == NULL);
	hyk_arena_rewind(&a, half);
	CHECK(a.overflowed);
	CHECK_INT(a.used, 32);
	hyk_arena_rewind(&a, empty);
	CHECK(!a.overflowed);
	CHECK(hyk_arena_alloc(&a, 64) != NULL);
	hyk_arena_fini(&a);
	CHECK(!a.overflowed);
	CHECK(hyk_arena_alloc(&a, 64) != NULL); /* the cap stays, the memory is new */
	CHECK(hyk_arena_alloc(&a, 1) == NULL);
	hyk_arena_fini(&a);
}

TEST(sizes_that_overflow_are_refused)
{
	struct hyk_arena a;

	hyk_arena_init(&a, 0);
	CHECK(hyk_arena_array(&a, SIZE_MAX / 2, 3) == NULL);
	CHECK(hyk_arena_alloc(&a, SIZE_MAX) == NULL);
	CHECK(hyk_arena_alloc(&a, SIZE_MAX - 8) == NULL);
	CHECK(hyk_arena_array(&a, 0, 16) != NULL);
	hyk_arena_fini(&a);
	hyk_arena_init(&a, 1000);
	CHECK(hyk_arena_alloc(&a, SIZE_MAX) == NULL);
	CHECK(a.overflowed);
	hyk_arena_fini(&a);
}

static char order[16];

static void
note(void *arg)
{
	size_t n = strlen(order);

	order[n] = *(const char *)arg;
	order[n + 1] = '\0';
}

TEST(defers_run_newest_first)
{
	struct hyk_arena a;
	struct hyk_arena_mark m;

	hyk_arena_init(&a, 0);
	order[0] = '\0';
	CHECK_INT(hyk_arena_defer(&a, note, (void *)(uintptr_t)"a"), HYK_OK);
	CHECK_INT(hyk_arena_defer(&a, note, (void *)(uintptr_t)"b"), HYK_OK);
	m = hyk_arena_mark(&a);
	/* Over several chunks, and the argument inside what is being freed. */
	CHECK(hyk_arena_alloc(&a, 20000) != NULL);
	CHECK_INT(hyk_arena_defer(&a, note, (void *)(uintptr_t)hyk_arena_dup(&a, HYK_STR("c")).p), HYK_OK);
	CHECK(hyk_arena_alloc(&a, 70000) != NULL);
	CHECK_INT(hyk_arena_defer(&a, note, (void *)(uintptr_t)hyk_arena_dup(&a, HYK_STR("d")).p), HYK_OK);
	hyk_arena_rewind(&a, m);
	CHECK_C(order, "dc");
	hyk_arena_rewind(&a, m);
	CHECK_C(order, "dc");
	hyk_arena_fini(&a);
	CHECK_C(order, "dcba");
}

TEST(a_defer_without_room_says_so)
{
	struct hyk_arena a;

	hyk_arena_init(&a, 16);
	CHECK_INT(hyk_arena_defer(&a, note, NULL), HYK_E_LIMIT);
	hyk_arena_fini(&a);
	hyk_arena_init(&a, 0);
	hyk_alloc_fail_after(0);
	CHECK_INT(hyk_arena_defer(&a, note, NULL), HYK_E_NOMEM);
	hyk_alloc_fail_after(-1);
	hyk_arena_fini(&a);
}

/* A worker's arena: the same work again and again asks the heap for nothing once it is warm. */
TEST(a_warm_arena_leaves_the_heap_alone)
{
	struct hyk_arena a;
	struct hyk_arena_mark m;

	hyk_arena_init(&a, 0);
	REQUIRE(hyk_arena_alloc(&a, 100));
	m = hyk_arena_mark(&a);
	for (int round = 0; round < 40; round++) {
		if (round == 20)
			hyk_alloc_fail_from(0);
		for (int i = 0; i < 500; i++)
			CHECK(hyk_arena_alloc(&a, 100) != NULL);
		hyk_arena_rewind(&a, m);
	}
	CHECK(!hyk_alloc_failed());
	hyk_alloc_fail_from(-1);
	hyk_arena_fini(&a);
}

TEST(objects_survive_later_chunks)
{
	struct hyk_arena a;
	uint32_t *all[400];

	hyk_arena_init(&a, 0);
	for (uint32_t i = 0; i < 400; i++) {
		all[i] = hyk_arena_array(&a, i + 1, sizeof(uint32_t));
		REQUIRE(all[i]);
		for (uint32_t j = 0; j <= i; j++)
			all[i][j] = i ^ j;
	}
	for (uint32_t i = 0; i < 400; i++) {
		for (uint32_t j = 0; j <= i; j++)
			CHECK_INT(all[i][j], i ^ j);
	}
	hyk_arena_fini(&a);
}

TEST(dup_and_printf_end_in_nul)
{
	struct hyk_arena a;
	struct hyk_str s;

	hyk_arena_init(&a, 0);
	s = hyk_arena_dup(&a, hyk_str_make("a\0b", 3));
	REQUIRE(s.p);
	CHECK_INT(s.n, 3);
	CHECK_INT(memcmp(s.p, "a\0b", 4), 0);
	s = hyk_arena_dup(&a, hyk_str_make(NULL, 0));
	REQUIRE(s.p);
	CHECK_C(s.p, "");
	s = hyk_arena_printf(&a, "%d-%s", 42, "향약");
	CHECK_STR(s, "42-향약");
	s = hyk_arena_printf(&a, "%1000d", 7);
	REQUIRE(s.p);
	CHECK_INT(s.n, 1000);
	CHECK_INT(s.p[999], '7');
	hyk_arena_fini(&a);
}

TEST(grow_keeps_what_was_there)
{
	struct hyk_arena a;
	size_t cap = 0;
	int *list = NULL;

	hyk_arena_init(&a, 0);
	for (size_t n = 0; n < 1000; n++) {
		if (n == cap) {
			list = hyk_arena_grow(&a, list, n, &cap, sizeof(*list));
			REQUIRE(list);
			CHECK(cap > n);
		}
		list[n] = (int)n;
	}
	for (int i = 0; i < 1000; i++)
		CHECK_INT(list[i], i);
	hyk_arena_fini(&a);
}

TEST(without_memory_null_comes_back)
{
	struct hyk_arena a;

	hyk_arena_init(&a, 0);
	hyk_alloc_fail_from(0);
	CHECK(hyk_arena_alloc(&a, 1) == NULL);
	CHECK(hyk_arena_dup(&a, HYK_STR("x")).p == NULL);
	CHECK(hyk_arena_printf(&a, "x").p == NULL);
	CHECK(!a.overflowed); /* the system's fault, not the cap's */
	hyk_alloc_fail_from(-1);
	CHECK(hyk_arena_alloc(&a, 1) != NULL);
	hyk_arena_fini(&a);
}

TEST(asan_sees_the_gap_and_what_was_rewound)
{
#ifdef HAVE_ASAN
	struct hyk_arena a;
	struct hyk_arena_mark m;
	char *p, *q;

	hyk_arena_init(&a, 0);
	p = hyk_arena_alloc(&a, 16);
	q = hyk_arena_alloc(&a, 5);
	REQUIRE(p && q);
	CHECK(!__asan_address_is_poisoned(p + 15));
	CHECK(__asan_address_is_poisoned(p + 16));
	CHECK(!__asan_address_is_poisoned(q + 4));
	CHECK(__asan_address_is_poisoned(q + 5));
	m = hyk_arena_mark(&a);
	p = hyk_arena_alloc(&a, 8);
	REQUIRE(p);
	CHECK(!__asan_address_is_poisoned(p));
	hyk_arena_rewind(&a, m);
	CHECK(__asan_address_is_poisoned(p));
	CHECK(!__asan_address_is_poisoned(q + 4));
	hyk_arena_fini(&a);
#endif
}

int
main(void)
{
	RUN(objects_are_zeroed_and_aligned);
	RUN(rewound_memory_is_zeroed_again);
	RUN(cap_is_exact_and_sticky);
	RUN(sizes_that_overflow_are_refused);
	RUN(defers_run_newest_first);
	RUN(a_defer_without_room_says_so);
	RUN(a_warm_arena_leaves_the_heap_alone);
	RUN(objects_survive_later_chunks);
	RUN(dup_and_printf_end_in_nul);
	RUN(grow_keeps_what_was_there);
	RUN(without_memory_null_comes_back);
	RUN(asan_sees_the_gap_and_what_was_rewound);
	return check_done();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check.h"

#include "base/alloc.h"
#include "base/buf.h"

TEST(appends)
{
	struct hyk_buf b;

	hyk_buf_init(&b, 0);
	hyk_buf_append(&b, HYK_STR("ab"));
	hyk_buf_append_c(&b, "cd");
	hyk_buf_append_c(&b, NULL);
	hyk_buf_append_char(&b, '-');
	hyk_buf_printf(&b, "%s=%d", "x", 7);
	hyk_buf_append(&b, hyk_str_make(NULL, 0));
	CHECK_STR(hyk_buf_peek(&b), "abcd-x=7");
	hyk_buf_reset(&b);
	CHECK_STR(hyk_buf_peek(&b), "");
	hyk_buf_fini(&b);
}

TEST(integers)
{
	struct hyk_buf b;

	hyk_buf_init(&b, 0);
	hyk_buf_append_i64(&b, 0);
	hyk_buf_append_char(&b, ' ');
	hyk_buf_append_i64(&b, -10);
	hyk_buf_append_char(&b, ' ');
	hyk_buf_append_i64(&b, INT64_MAX);
	hyk_buf_append_char(&b, ' ');
	hyk_buf_append_i64(&b, INT64_MIN);
	CHECK_STR(hyk_buf_peek(&b), "0 -10 9223372036854775807 -9223372036854775808");
	hyk_buf_fini(&b);
}

TEST(long_printf)
{
	struct hyk_buf b;

	hyk_buf_init(&b, 0);
	/* Around the size of the small buffer inside, where an off-by-one would lose a byte. */
	for (int n = 250; n < 262; n++) {
		hyk_buf_reset(&b);
		hyk_buf_printf(&b, "%*d", n, 5);
		CHECK_INT(b.n, n);
		CHECK_INT(b.p[n - 1], '5');
	}
	hyk_buf_fini(&b);
}

TEST(cap_is_exact_and_sticky)
{
	struct hyk_buf b;

	hyk_buf_init(&b, 4);
	hyk_buf_append_c(&b, "abcd");
	CHECK(!b.failed);
	hyk_buf_append_c(&b, "");
	CHECK(!b.failed);
	hyk_buf_append_char(&b, 'e');
	CHECK(b.failed);
	hyk_buf_reset(&b);
	hyk_buf_append_c(&b, "abcde");
	CHECK(b.failed);
	hyk_buf_append_c(&b, "a"); /* would fit, but something is missing already */
	CHECK_INT(b.n, 0);
	CHECK(hyk_buf_steal(&b, NULL) == NULL);
	hyk_buf_fini(&b);
}

TEST(steal_hands_over_with_a_nul)
{
	struct hyk_buf b;
	size_t n = 99;
	char *p;

	hyk_buf_init(&b, 0);
	p = hyk_buf_steal(&b, &n); /* of an empty one too */
	REQUIRE(p);
	CHECK_C(p, "");
	CHECK_INT(n, 0);
	free(p);
	for (int i = 0; i < 256; i++) /* exactly a first room */
		hyk_buf_append_char(&b, 'x');
	p = hyk_buf_steal(&b, &n);
	REQUIRE(p);
	CHECK_INT(n, 256);
	CHECK_INT(strlen(p), 256);
	free(p);
	CHECK_INT(b.n, 0);
	hyk_buf_append_c(&b, "again");
	CHECK_STR(hyk_buf_peek(&b), "again");
	hyk_buf_fini(&b);
}

TEST(reserve_and_commit)
{
	struct hyk_buf b;
	char *p;

	hyk_buf_init(&b, 0);
	p = hyk_buf_reserve(&b, 1000);
	REQUIRE(p);
	memset(p, 'a', 1000);
	hyk_buf_commit(&b, 3);
	CHECK_STR(hyk_buf_peek(&b), "aaa");
	CHECK(hyk_buf_reserve(&b, SIZE_MAX) == NULL);
	CHECK(b.failed);
	hyk_buf_fini(&b);
}

TEST(without_memory_it_fails_and_leaks_nothing)
{
	for (long n = 0; n < 5; n++) {
		struct hyk_buf b;

		hyk_buf_init(&b, 0);
		hyk_alloc_fail_after(n);
		for (int i = 0; i < 200; i++)
			hyk_buf_append_c(&b, "0123456789");
		CHECK_INT(b.failed, hyk_alloc_failed());
		hyk_alloc_fail_after(-1);
		if (!b.failed)
			CHECK_INT(b.n, 2000);
		hyk_buf_fini(&b);
	}
}

int
main(void)
{
	RUN(appends);
	RUN(integers);
	RUN(long_printf);
	RUN(cap_is_exact_and_sticky);
	RUN(steal_hands_over_with_a_nul);
	RUN(reserve_and_commit);
	RUN(without_memory_it_fails_and_leaks_nothing);
	return check_done();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check.h"

#include "base/alloc.h"

#include <pthread.h>

/* Which of eight allocations were refused, as bits. */
static unsigned
refused_of_eight(void)
{
	unsigned bits = 0;

	for (unsigned i = 0; i < 8; i++) {
		void *p = hyk_malloc(10);

		bits |= (unsigned)!p << i;
		hyk_free(p);
	}
	return bits;
}

TEST(off_refuses_nothing)
{
	CHECK_INT(refused_of_eight(), 0);
	CHECK(!hyk_alloc_failed());
}

TEST(fails_once_after_n)
{
	hyk_alloc_fail_after(3);
	CHECK_INT(refused_of_eight(), 1u << 3);
	CHECK(hyk_alloc_failed());
	hyk_alloc_fail_after(0);
	CHECK_INT(refused_of_eight(), 1);
	hyk_alloc_fail_after(8);
	CHECK_INT(refused_of_eight(), 0);
	CHECK(!hyk_alloc_failed());
	hyk_alloc_fail_after(-1);
}

TEST(fails_from_n_on)
{
	hyk_alloc_fail_from(5);
	CHECK_INT(refused_of_eight(), 0xe0);
	hyk_alloc_fail_from(-1);
	CHECK_INT(refused_of_eight(), 0);
}

TEST(realloc_counts_and_keeps_the_old)
{
	char *p = hyk_malloc(4), *q;

	REQUIRE(p);
	memcpy(p, "abc", 4);
	hyk_alloc_fail_after(0);
	q = hyk_realloc(p, 100);
	hyk_alloc_fail_after(-1);
	CHECK(!q);
	CHECK_C(q ? q : p, "abc");
	hyk_free(q ? q : p);
}

TEST(zero_bytes_are_an_object)
{
	void *p = hyk_malloc(0);

	CHECK(p != NULL);
	p = hyk_realloc(p, 0);
	CHECK(p != NULL);
	hyk_free(p);
}

static void *
allocate_many(void *arg)
{
	long *n_refused = arg;

	for (int i = 0; i < 1000; i++) {
		void *p = hyk_malloc(1);

		*n_refused += !p;
		hyk_free(p);
	}
	return NULL;
}

TEST(exactly_one_thread_is_refused)
{
	pthread_t threads[4];
	long refused[4] = { 0 };

	hyk_alloc_fail_after(2000);
	for (int i = 0; i < 4; i++)
		REQUIRE(pthread_create(&threads[i], NULL, allocate_many, &refused[i]) == 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	hyk_alloc_fail_after(-1);
	CHECK_INT(refused[0] + refused[1] + refused[2] + refused[3], 1);
}

int
main(void)
{
	RUN(off_refuses_nothing);
	RUN(fails_once_after_n);
	RUN(fails_from_n_on);
	RUN(realloc_counts_and_keeps_the_old);
	RUN(zero_bytes_are_an_object);
	RUN(exactly_one_thread_is_refused);
	return check_done();
}

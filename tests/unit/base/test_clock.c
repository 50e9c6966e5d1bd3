/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check.h"

#include "base/clock.h"

TEST(a_fixed_clock_stands_where_it_is_put)
{
	struct hyk_time t = { 1000, 5 };
	struct hyk_clock c = hyk_clock_fixed(&t);

	CHECK_INT(hyk_clock_now(c).s, 1000);
	CHECK_INT(hyk_clock_now(c).ns, 5);
	t.s = -7;
	CHECK_INT(hyk_clock_now(c).s, -7);
}

TEST(the_system_clock_is_sane)
{
	struct hyk_time t = hyk_clock_now(hyk_clock_system());

	CHECK(t.s > 1577836800); /* 2020 */
	CHECK(t.ns >= 0 && t.ns < 1000000000);
}

TEST(the_monotonic_clock_never_goes_back)
{
	uint64_t last = hyk_clock_monotonic_ns();

	for (int i = 0; i < 1000; i++) {
		uint64_t now = hyk_clock_monotonic_ns();

		CHECK(now >= last);
		last = now;
	}
}

int
main(void)
{
	RUN(a_fixed_clock_stands_where_it_is_put);
	RUN(the_system_clock_is_sane);
	RUN(the_monotonic_clock_never_goes_back);
	return check_done();
}

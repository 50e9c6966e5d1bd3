/* SPDX-License-Identifier: Apache-2.0 */
/* Days and years of a calendar, at both ends and between. */
#include "text/calendar.h"

#include "support/check.h"

TEST(days_and_years)
{
	static const int32_t days[] = { -5, 0, 7, 8 }, years[] = { 1969, 1970, 1972 };
	const struct hyk_calendar c = { days, 4, years, 3 }, none = { NULL, 0, years, 1 };
	unsigned n_days = 0, n_years = 0;

	for (int64_t day = -10; day < 20; day++)
		n_days += hyk_calendar_has(&c, day);
	CHECK_INT(n_days, 4);
	CHECK(hyk_calendar_has(&c, -5) && hyk_calendar_has(&c, 0) && hyk_calendar_has(&c, 7) && hyk_calendar_has(&c, 8));
	for (int64_t year = 1960; year < 1980; year++)
		n_years += hyk_calendar_covers(&c, year);
	CHECK_INT(n_years, 3);
	CHECK(!hyk_calendar_covers(&c, 1971) && hyk_calendar_covers(&c, 1972));
	CHECK(!hyk_calendar_has(&none, 0) && hyk_calendar_covers(&none, 1969));
	/* far out of what 32 bits hold */
	CHECK(!hyk_calendar_has(&c, INT64_C(4294967296)) && !hyk_calendar_has(&c, INT64_MIN));
}

int
main(void)
{
	RUN(days_and_years);
	return check_done();
}

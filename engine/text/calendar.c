/* SPDX-License-Identifier: Apache-2.0 */
/* text/calendar.c - see calendar.h. */
#include "text/calendar.h"

static bool
has(const int32_t *items, size_t n, int64_t wanted)
{
	size_t low = 0;

	while (low < n) {
		size_t mid = low + (n - low) / 2;

		if (items[mid] == wanted)
			return true;
		if (items[mid] < wanted)
			low = mid + 1;
		else
			n = mid;
	}
	return false;
}

bool
hyk_calendar_covers(const struct hyk_calendar *c, int64_t year)
{
	return has(c->years, c->n_years, year);
}

bool
hyk_calendar_has(const struct hyk_calendar *c, int64_t day)
{
	return has(c->days, c->n_days, day);
}

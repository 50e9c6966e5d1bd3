/* SPDX-License-Identifier: Apache-2.0 */
/* cel/civic.c - the calendar of a commons: days, months, holidays, ages. All by the local date. */
#include <inttypes.h>

#include "cel/local.h"
#include "cel/program.h"

#define FN(name)                                                                                   \
	struct hyk_value hyk_cel_fn_##name(struct hyk_cel_ctx *c, const struct hyk_value *a, unsigned n)

#define DAY_S 86400

struct hyk_cel_local
hyk_cel_local_of(const struct hyk_zone *zone, struct hyk_value t)
{
	struct hyk_cel_clock clock = hyk_cel_clock_of(zone, t);
	struct hyk_cel_local l = { .days = clock.days, .second = clock.second, .weekday = hyk_cel_weekday_of(clock.days) };

	hyk_civil_from_days(l.days, &l.year, &l.month, &l.day);
	return l;
}

bool
hyk_cel_zone(struct hyk_cel_ctx *c, struct hyk_value name, const struct hyk_zone **ret_zone, struct hyk_value *ret_error)
{
	if (hyk_zone_get(hyk_value_str(name), ret_zone) == HYK_OK)
		return true;
	*ret_error = hyk_cel_failf(c, "'%.*s' is not a time zone", (int)(name.n > 64 ? 64 : name.n), name.as.s);
	return false;
}

bool
hyk_cel_zone_of(struct hyk_cel_ctx *c, const struct hyk_value *a, unsigned n, unsigned fixed, const struct hyk_zone **ret_zone,
    struct hyk_value *ret_error)
{
	*ret_zone = c->zone;
	return n <= fixed || hyk_cel_zone(c, a[fixed], ret_zone, ret_error);
}

FN(days)
{
	const struct hyk_zone *zone;
	struct hyk_value err;

	if (!hyk_cel_zone_of(c, a, n, 2, &zone, &err))
		return err;
	return hyk_int(hyk_cel_clock_of(zone, a[1]).days - hyk_cel_clock_of(zone, a[0]).days);
}

FN(hours)
{
	(void)c;
	(void)n;
	return hyk_double((double)a[0].as.i / 3600e9);
}

FN(month)
{
	const struct hyk_zone *zone;
	struct hyk_value err;

	if (!hyk_cel_zone_of(c, a, n, 1, &zone, &err))
		return err;
	return hyk_int(hyk_cel_local_of(zone, a[0]).month);
}

FN(weekday)
{
	const struct hyk_zone *zone;
	struct hyk_value err;

	if (!hyk_cel_zone_of(c, a, n, 1, &zone, &err))
		return err;
	return hyk_int(hyk_cel_weekday_of(hyk_cel_clock_of(zone, a[0]).days));
}

FN(holiday)
{
	const struct hyk_calendar *calendar = c->commons ? c->commons->calendar : NULL;
	const struct hyk_zone *zone;
	struct hyk_cel_local l;
	struct hyk_value err;

	if (!hyk_cel_zone_of(c, a, n, 1, &zone, &err))
		return err;
	if (!calendar)
		return hyk_cel_fail(c, "this commons has no holiday calendar");
	l = hyk_cel_local_of(zone, a[0]);
	if (hyk_calendar_covers(calendar, l.year))
		return hyk_bool(hyk_calendar_has(calendar, l.days));
	return hyk_cel_failf(c, "the holiday calendar does not cover %" PRId64 "; its %s year is %" PRId32, l.year,
	    l.year < calendar->years[0] ? "first" : "last",
	    calendar->years[l.year < calendar->years[0] ? 0 : calendar->n_years - 1]);
}

FN(age)
{
	struct hyk_cel_local born = hyk_cel_local_of(c->zone, a[0]), on = hyk_cel_local_of(c->zone, a[1]);
	int64_t years = on.year - born.year;

	(void)n;
	/* 29 February comes as 1 March in a common year: the day after the 28th */
	if (on.month < born.month || (on.month == born.month && on.day < born.day))
		years--;
	return years < 0 ? hyk_cel_fail(c, "the birthdate lies in the future") : hyk_int(years);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/civic.c - the calendar of a commons: opening hours, quiet hours, days, ages.
 *
 * All is reckoned on the local clock: a span of hours such as 22:00 to 06:00
 * means what the clock on the wall shows, also on the two days a year when a
 * zone changes its offset.
 */
#include "cel/local.h"
#include "cel/program.h"

#define FN(name)                                                                                   \
	struct hyk_value hyk_cel_fn_##name(struct hyk_cel_ctx *c, const struct hyk_value *a, unsigned n)

#define DAY_MIN 1440
#define DAY_S 86400
#define MAX_DAYS 3700 /* of a span that overlaps() looks at: ten years */

struct hyk_cel_local
hyk_cel_local_of(const struct hyk_zone *zone, struct hyk_value t)
{
	int64_t s = t.as.i + hyk_zone_offset_at(zone, t.as.i);
	struct hyk_cel_local l = { .days = s / DAY_S, .second = s % DAY_S };

	if (l.second < 0) {
		l.second += DAY_S;
		l.days--;
	}
	hyk_civil_from_days(l.days, &l.year, &l.month, &l.day);
	/* 1970-01-01 was a Thursday */
	l.weekday = (unsigned)(((l.days + 3) % 7 + 7) % 7) + 1;
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

/* The zone that may follow `fixed` arguments; the commons' when it does not. */
static bool
zone_of(struct hyk_cel_ctx *c, const struct hyk_value *a, unsigned n, unsigned fixed, const struct hyk_zone **ret_zone,
    struct hyk_value *ret_error)
{
	*ret_zone = c->zone;
	return n <= fixed || hyk_cel_zone(c, a[fixed], ret_zone, ret_error);
}

/* "22:00", or minutes since midnight; 24:00 is the end of a day. */
static bool
time_of_day(struct hyk_cel_ctx *c, struct hyk_value v, int64_t *ret_min, struct hyk_value *ret_error)
{
	struct hyk_str s = hyk_value_str(v);

	if (v.kind == HYK_INT && v.as.i >= 0 && v.as.i <= DAY_MIN) {
		*ret_min = v.as.i;
		return true;
	}
	if (v.kind == HYK_STRING && s.n == 5 && s.p[2] == ':' && s.p[0] >= '0' && s.p[0] <= '2' && s.p[1] >= '0' &&
	    s.p[1] <= '9' && s.p[3] >= '0' && s.p[3] <= '5' && s.p[4] >= '0' && s.p[4] <= '9') {
		*ret_min = ((s.p[0] - '0') * 10 + (s.p[1] - '0')) * 60 + (s.p[3] - '0') * 10 + (s.p[4] - '0');
		if (*ret_min <= DAY_MIN)
			return true;
	}
	*ret_error = hyk_cel_fail(c, "a time of day is \"22:00\" or minutes since midnight, 0 to 1440");
	return false;
}

/* Where t stands on the local clock, in nanoseconds since local midnight of day `origin`. */
static int64_t
clock_ns(const struct hyk_cel_local *l, struct hyk_value t, int64_t origin)
{
	return ((l->days - origin) * DAY_S + l->second) * 1000000000 + (int64_t)t.n;
}

FN(overlaps)
{
	const int64_t min_ns = (int64_t)60 * 1000000000;
	struct hyk_cel_local first, last;
	const struct hyk_zone *zone;
	int64_t from, until, start, end;
	struct hyk_value err;

	if (!zone_of(c, a, n, 4, &zone, &err) || !time_of_day(c, a[2], &from, &err) || !time_of_day(c, a[3], &until, &err))
		return err;
	if (a[1].as.i < a[0].as.i || (a[1].as.i == a[0].as.i && a[1].n < a[0].n))
		return hyk_cel_fail(c, "the span ends before it begins");
	first = hyk_cel_local_of(zone, a[0]);
	last = hyk_cel_local_of(zone, a[1]);
	if (last.days - first.days > MAX_DAYS)
		return hyk_cel_fail(c, "the span is longer than ten years");
	if (until < from)
		until += DAY_MIN;
	start = clock_ns(&first, a[0], first.days);
	end = clock_ns(&last, a[1], first.days);
	/* a clock set back can end a span before it began; it still lasted */
	if (end < start)
		end = start;
	/* hours of the day before may reach over midnight into the span */
	for (int64_t day = -1; day <= last.days - first.days; day++) {
		int64_t lo = (day * DAY_MIN + from) * min_ns, hi = (day * DAY_MIN + until) * min_ns;

		if (start < hi && lo < end)
			return hyk_bool(true);
	}
	return hyk_bool(false);
}

FN(open)
{
	static const char *const names[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
	const struct hyk_zone *zone;
	const struct hyk_value *day;
	struct hyk_cel_local l;
	struct hyk_value err;
	int64_t start_ns, length_ns;
	const struct hyk_vlist *list;

	if (!zone_of(c, a, n, 3, &zone, &err))
		return err;
	if (a[2].as.i < a[1].as.i || (a[2].as.i == a[1].as.i && a[2].n < a[1].n))
		return hyk_cel_fail(c, "the span ends before it begins");
	l = hyk_cel_local_of(zone, a[1]);
	day = hyk_vmap_find_str(a[0].as.map, hyk_str_from_c(names[l.weekday - 1]));
	if (!day)
		return hyk_bool(false);
	if (day->kind != HYK_LIST || day->as.list->n % 2 != 0)
		return hyk_cel_fail(c, "opening hours are a list of minutes, [from, until]");
	if (a[2].as.i - a[1].as.i > 7 * DAY_S)
		return hyk_bool(false);
	start_ns = clock_ns(&l, a[1], l.days);
	length_ns = (a[2].as.i - a[1].as.i) * 1000000000 + (int64_t)a[2].n - (int64_t)a[1].n;
	list = day->as.list;
	for (uint32_t i = 0; i < list->n; i += 2) {
		int64_t from, until;

		if (list->items[i].kind != HYK_INT || list->items[i + 1].kind != HYK_INT)
			return hyk_cel_fail(c, "opening hours are a list of minutes, [from, until]");
		from = list->items[i].as.i;
		until = list->items[i + 1].as.i;
		if (from < 0 || from > DAY_MIN || until < 0 || until > 2 * DAY_MIN)
			return hyk_cel_fail(c, "opening hours are minutes since midnight");
		if (until < from)
			until += DAY_MIN;
		if (start_ns >= from * 60 * 1000000000 && start_ns + length_ns <= until * 60 * 1000000000)
			return hyk_bool(true);
	}
	return hyk_bool(false);
}

FN(days)
{
	const struct hyk_zone *zone;
	struct hyk_value err;

	if (!zone_of(c, a, n, 2, &zone, &err))
		return err;
	return hyk_int(hyk_cel_local_of(zone, a[1]).days - hyk_cel_local_of(zone, a[0]).days);
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

	if (!zone_of(c, a, n, 1, &zone, &err))
		return err;
	return hyk_int(hyk_cel_local_of(zone, a[0]).month);
}

FN(weekday)
{
	const struct hyk_zone *zone;
	struct hyk_value err;

	if (!zone_of(c, a, n, 1, &zone, &err))
		return err;
	return hyk_int(hyk_cel_local_of(zone, a[0]).weekday);
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

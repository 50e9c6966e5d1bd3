/* SPDX-License-Identifier: Apache-2.0 */
/* cel/builtins_time.c - arithmetic and calendar parts of timestamps and durations. */
#include "cel/local.h"
#include "cel/program.h"

#define FN(name)                                                                                   \
	struct hyk_value hyk_cel_fn_##name(struct hyk_cel_ctx *c, const struct hyk_value *a, unsigned n)

#define NS 1000000000

static struct hyk_value
too_long(struct hyk_cel_ctx *c)
{
	return hyk_cel_fail(c, "the duration is too long");
}

/* t + sign * d */
static struct hyk_value
shift(struct hyk_cel_ctx *c, struct hyk_value t, int64_t d, int sign)
{
	/* in this order nothing overflows: a duration is at most 292 years */
	int64_t s = d / NS, ns = (int64_t)t.n + sign * (d % NS);

	s = t.as.i + sign * s;
	if (ns < 0) {
		ns += NS;
		s--;
	} else if (ns >= NS) {
		ns -= NS;
		s++;
	}
	if (s < HYK_TIMESTAMP_MIN_S || s > HYK_TIMESTAMP_MAX_S)
		return hyk_cel_fail(c, "the time is outside of the years 1 to 9999");
	return hyk_timestamp(s, (uint32_t)ns);
}

FN(add_time)
{
	int64_t d;

	(void)n;
	if (a[0].kind == HYK_TIMESTAMP)
		return shift(c, a[0], a[1].as.i, 1);
	if (a[1].kind == HYK_TIMESTAMP)
		return shift(c, a[1], a[0].as.i, 1);
	return __builtin_add_overflow(a[0].as.i, a[1].as.i, &d) ? too_long(c) : hyk_duration(d);
}

FN(sub_time)
{
	int64_t d;

	(void)n;
	if (a[0].kind == HYK_TIMESTAMP && a[1].kind == HYK_DURATION)
		return shift(c, a[0], a[1].as.i, -1);
	if (a[0].kind == HYK_DURATION)
		return __builtin_sub_overflow(a[0].as.i, a[1].as.i, &d) ? too_long(c) : hyk_duration(d);
	if (__builtin_mul_overflow(a[0].as.i - a[1].as.i, (int64_t)NS, &d) ||
	    __builtin_add_overflow(d, (int64_t)a[0].n - (int64_t)a[1].n, &d))
		return too_long(c);
	return hyk_duration(d);
}

int64_t
hyk_cel_time_part(enum hyk_cel_part part, const struct hyk_zone *zone, struct hyk_value t)
{
	struct hyk_cel_clock clock = hyk_cel_clock_of(zone, t);
	int64_t year;
	unsigned month, day;

	switch (part) {
	case HYK_CEL_PART_HOURS:
		return clock.second / 3600;
	case HYK_CEL_PART_MINUTES:
		return clock.second / 60 % 60;
	case HYK_CEL_PART_SECONDS:
		return clock.second % 60;
	case HYK_CEL_PART_MILLISECONDS:
		return t.n / 1000000;
	case HYK_CEL_PART_DAY_OF_WEEK: /* 0 is Sunday */
		return hyk_cel_weekday_of(clock.days) % 7;
	case HYK_CEL_PART_YEAR:
	case HYK_CEL_PART_MONTH:
	case HYK_CEL_PART_DATE:
	case HYK_CEL_PART_DAY_OF_MONTH:
	case HYK_CEL_PART_DAY_OF_YEAR:
		break;
	}
	hyk_civil_from_days(clock.days, &year, &month, &day);
	switch ((int)part) {
	case HYK_CEL_PART_YEAR:
		return year;
	case HYK_CEL_PART_MONTH:
		return (int64_t)month - 1;
	case HYK_CEL_PART_DATE:
		return day;
	case HYK_CEL_PART_DAY_OF_MONTH:
		return (int64_t)day - 1;
	default:
		return clock.days - hyk_days_from_civil(year, 1, 1);
	}
}

/* A part of t in the zone named, else in UTC. */
static struct hyk_value
part_of(struct hyk_cel_ctx *c, const struct hyk_value *a, unsigned n, enum hyk_cel_part part)
{
	const struct hyk_zone *zone = hyk_zone_utc();
	struct hyk_value err;

	if (n > 1 && !hyk_cel_zone(c, a[1], &zone, &err))
		return err;
	return hyk_int(hyk_cel_time_part(part, zone, a[0]));
}

/* Of a duration only some of them are; the table of functions knows which. */
#define GETTER(name, part, of_duration)                                                            \
	FN(name)                                                                                   \
	{                                                                                          \
		return a[0].kind == HYK_DURATION ? hyk_int(of_duration) : part_of(c, a, n, part);  \
	}
GETTER(get_full_year, HYK_CEL_PART_YEAR, 0)
GETTER(get_month, HYK_CEL_PART_MONTH, 0)
GETTER(get_date, HYK_CEL_PART_DATE, 0)
GETTER(get_day_of_month, HYK_CEL_PART_DAY_OF_MONTH, 0)
GETTER(get_day_of_week, HYK_CEL_PART_DAY_OF_WEEK, 0)
GETTER(get_day_of_year, HYK_CEL_PART_DAY_OF_YEAR, 0)
GETTER(get_hours, HYK_CEL_PART_HOURS, a[0].as.i / NS / 3600)
GETTER(get_minutes, HYK_CEL_PART_MINUTES, a[0].as.i / NS / 60)
GETTER(get_seconds, HYK_CEL_PART_SECONDS, a[0].as.i / NS)
GETTER(get_milliseconds, HYK_CEL_PART_MILLISECONDS, a[0].as.i % NS / 1000000)

bool
hyk_cel_is_getter(hyk_cel_fn fn, enum hyk_cel_part *ret_part)
{
	static const hyk_cel_fn getters[HYK_CEL_N_PARTS] = { [HYK_CEL_PART_YEAR] = hyk_cel_fn_get_full_year,
		[HYK_CEL_PART_MONTH] = hyk_cel_fn_get_month, [HYK_CEL_PART_DATE] = hyk_cel_fn_get_date,
		[HYK_CEL_PART_DAY_OF_MONTH] = hyk_cel_fn_get_day_of_month,
		[HYK_CEL_PART_DAY_OF_WEEK] = hyk_cel_fn_get_day_of_week,
		[HYK_CEL_PART_DAY_OF_YEAR] = hyk_cel_fn_get_day_of_year, [HYK_CEL_PART_HOURS] = hyk_cel_fn_get_hours,
		[HYK_CEL_PART_MINUTES] = hyk_cel_fn_get_minutes, [HYK_CEL_PART_SECONDS] = hyk_cel_fn_get_seconds,
		[HYK_CEL_PART_MILLISECONDS] = hyk_cel_fn_get_milliseconds };

	for (unsigned i = 0; i < HYK_CEL_N_PARTS; i++) {
		if (getters[i] == fn) {
			*ret_part = (enum hyk_cel_part)i;
			return true;
		}
	}
	return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* cel/builtins_time.c - arithmetic and calendar parts of timestamps and durations. */
#include "cel/local.h"
#include "cel/program.h"

#define FN(name)                                                                                   \
	struct hyk_value hyk_cel_fn_##name(struct hyk_cel_ctx *c, const struct hyk_value *a, unsigned n)

#define NS 1000000000
#define FIRST_S (-62135596800)
#define LAST_S 253402300799

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
	if (s < FIRST_S || s > LAST_S)
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

/* Of a getter's arguments: the local time of t, in UTC unless a zone is named. */
static bool
local_of(struct hyk_cel_ctx *c, const struct hyk_value *a, unsigned n, struct hyk_cel_local *ret_local,
    struct hyk_value *ret_error)
{
	const struct hyk_zone *zone = hyk_zone_utc();

	if (n > 1 && !hyk_cel_zone(c, a[1], &zone, ret_error))
		return false;
	*ret_local = hyk_cel_local_of(zone, a[0]);
	return true;
}

static int64_t
day_of_year(const struct hyk_cel_local *l)
{
	return l->days - hyk_days_from_civil(l->year, 1, 1);
}

#define GETTER(name, of_duration, of_time)                                                         \
	FN(name)                                                                                   \
	{                                                                                          \
		struct hyk_cel_local l;                                                            \
		struct hyk_value err;                                                              \
                                                                                                   \
		if (a[0].kind == HYK_DURATION)                                                     \
			return hyk_int(of_duration);                                               \
		if (!local_of(c, a, n, &l, &err))                                                  \
			return err;                                                                \
		return hyk_int(of_time);                                                           \
	}
GETTER(get_full_year, 0, l.year)
GETTER(get_month, 0, (int64_t)l.month - 1)
GETTER(get_date, 0, l.day)
GETTER(get_day_of_month, 0, (int64_t)l.day - 1)
GETTER(get_day_of_week, 0, l.weekday % 7)
GETTER(get_day_of_year, 0, day_of_year(&l))
GETTER(get_hours, a[0].as.i / NS / 3600, l.second / 3600)
GETTER(get_minutes, a[0].as.i / NS / 60, l.second / 60 % 60)
GETTER(get_seconds, a[0].as.i / NS, l.second % 60)
GETTER(get_milliseconds, a[0].as.i % NS / 1000000, a[0].n / 1000000)

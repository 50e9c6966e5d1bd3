/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/local.h - a timestamp on the clock and calendar of a zone, for the functions of time and the machine.
 * Threads: any thread.
 */
#ifndef HYK_CEL_LOCAL_H
#define HYK_CEL_LOCAL_H

#include "cel/functions.h"

/* The clock on the wall. */
struct hyk_cel_clock {
	int64_t days;   /* since 1970-01-01 */
	int64_t second; /* of the day */
};

/* The calendar beside it; a conversion of its own, which hours and days of the week do not need. */
struct hyk_cel_local {
	int64_t days, second; /* as above */
	int64_t year;
	unsigned month, day;
	unsigned weekday; /* 1 Monday to 7 Sunday */
};

static inline struct hyk_cel_clock
hyk_cel_clock_of(const struct hyk_zone *zone, struct hyk_value t)
{
	int64_t s = t.as.i + hyk_zone_offset_at(zone, t.as.i), second = s % 86400;

	return second < 0 ? (struct hyk_cel_clock){ s / 86400 - 1, second + 86400 } :
	                    (struct hyk_cel_clock){ s / 86400, second };
}

/* 1 Monday to 7 Sunday; 1970-01-01 was a Thursday. */
static inline unsigned
hyk_cel_weekday_of(int64_t days)
{
	return (unsigned)(((days + 3) % 7 + 7) % 7) + 1;
}

struct hyk_cel_local hyk_cel_local_of(const struct hyk_zone *zone, struct hyk_value t);

/* What the getters of timestamps tell. */
enum hyk_cel_part {
	HYK_CEL_PART_YEAR, HYK_CEL_PART_MONTH, HYK_CEL_PART_DATE, HYK_CEL_PART_DAY_OF_MONTH, HYK_CEL_PART_DAY_OF_WEEK,
	HYK_CEL_PART_DAY_OF_YEAR, HYK_CEL_PART_HOURS, HYK_CEL_PART_MINUTES, HYK_CEL_PART_SECONDS, HYK_CEL_PART_MILLISECONDS
};
#define HYK_CEL_N_PARTS 10u

int64_t hyk_cel_time_part(enum hyk_cel_part part, const struct hyk_zone *zone, struct hyk_value t);
/* Is the function one of the getters? */
bool hyk_cel_is_getter(hyk_cel_fn fn, enum hyk_cel_part *ret_part);

/* A zone by its name; false: *ret_error is the error value. */
bool hyk_cel_zone(struct hyk_cel_ctx *c, struct hyk_value name, const struct hyk_zone **ret_zone,
    struct hyk_value *ret_error);
/* The zone that may follow `fixed` arguments; the commons' when it does not. */
bool hyk_cel_zone_of(struct hyk_cel_ctx *c, const struct hyk_value *a, unsigned n, unsigned fixed,
    const struct hyk_zone **ret_zone, struct hyk_value *ret_error);

#endif

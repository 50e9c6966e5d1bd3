/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/local.h - a timestamp on the clock and calendar of a zone, for builtins_time.c, civic.c and hours.c.
 * Threads: any thread.
 */
#ifndef HYK_CEL_LOCAL_H
#define HYK_CEL_LOCAL_H

#include "cel/functions.h"

struct hyk_cel_local {
	int64_t days;   /* since 1970-01-01 */
	int64_t second; /* of the day */
	int64_t year;
	unsigned month, day;
	unsigned weekday; /* 1 Monday to 7 Sunday */
};

struct hyk_cel_local hyk_cel_local_of(const struct hyk_zone *zone, struct hyk_value t);
/* A zone by its name; false: *ret_error is the error value. */
bool hyk_cel_zone(struct hyk_cel_ctx *c, struct hyk_value name, const struct hyk_zone **ret_zone,
    struct hyk_value *ret_error);
/* The zone that may follow `fixed` arguments; the commons' when it does not. */
bool hyk_cel_zone_of(struct hyk_cel_ctx *c, const struct hyk_value *a, unsigned n, unsigned fixed,
    const struct hyk_zone **ret_zone, struct hyk_value *ret_error);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/calendar.h - the holidays of a commons, and the years of which they are known.
 *
 * Days are counted from 1970-01-01. A day of a year that is not covered is neither a holiday nor none: nobody knows.
 *
 * Lifetime:  the caller's; the arrays are borrowed.
 * Threads:   immutable.
 */
#ifndef HYK_TEXT_CALENDAR_H
#define HYK_TEXT_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hyk_calendar {
	const int32_t *days; /* ascending, each once */
	size_t n_days;
	const int32_t *years; /* ascending, each once; at least one */
	size_t n_years;
};

bool hyk_calendar_covers(const struct hyk_calendar *c, int64_t year);
bool hyk_calendar_has(const struct hyk_calendar *c, int64_t day);

#endif

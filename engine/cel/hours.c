/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/hours.c - spans of time against hours of the day: quiet hours, opening hours.
 *
 * What counts is the clock on the wall. A span is cut where its zone changes the offset; in each part the local
 * clock runs evenly, so that an hour that is skipped is never touched, and one that comes twice counts both times.
 */
#include "cel/local.h"
#include "cel/program.h"

#define FN(name)                                                                                   \
	struct hyk_value hyk_cel_fn_##name(struct hyk_cel_ctx *c, const struct hyk_value *a, unsigned n)

#define DAY_MIN 1440
#define DAY_S 86400
#define NS INT64_C(1000000000)
#define MIN_NS (60 * NS)
#define DAY_NS (DAY_S * NS)
#define LONG_DAYS 4    /* longer than this a span has shown every time of day: no zone changes on two days of four */
#define MAX_HOURS 32   /* numbers of a day, two a span */
#define MAX_DAYS 3700  /* of a span that open() looks at: ten years */

/* [from, until) on the local clock, in ns since 00:00 of the day on which the whole span begins. */
struct part {
	int64_t from, until;
};

/* The parts of a span, one after the other. */
struct walk {
	const struct hyk_zone *zone;
	int64_t origin_s; /* local 00:00 of the first day, as if it were UTC */
	int64_t at_s, end_s;
	uint32_t at_ns, end_ns;
	bool done;
};

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static void
walk_begin(struct walk *w, const struct hyk_zone *zone, struct hyk_value start, struct hyk_value end, int64_t *ret_day)
{
	int64_t local = start.as.i + hyk_zone_offset_at(zone, start.as.i);

	*ret_day = floor_div(local, DAY_S);
	*w = (struct walk){ .zone = zone, .origin_s = *ret_day * DAY_S, .at_s = start.as.i, .end_s = end.as.i,
		.at_ns = start.n, .end_ns = end.n };
}

/* The first second after `lo` with another offset than there; it is at most `hi`. */
static int64_t
change_after(const struct hyk_zone *zone, int64_t lo, int64_t hi)
{
	int32_t before = hyk_zone_offset_at(zone, lo);

	while (hi - lo > 1) {
		int64_t mid = lo + (hi - lo) / 2;

		if (hyk_zone_offset_at(zone, mid) == before)
			lo = mid;
		else
			hi = mid;
	}
	return hi;
}

/* The next part, at most a day long. */
static bool
walk_next(struct walk *w, struct part *ret_part)
{
	int32_t offset = hyk_zone_offset_at(w->zone, w->at_s);
	int64_t until = w->end_s - w->at_s > DAY_S ? w->at_s + DAY_S : w->end_s, shift = offset - w->origin_s;
	bool changes;

	if (w->done)
		return false;
	changes = hyk_zone_offset_at(w->zone, until) != offset;
	if (changes)
		until = change_after(w->zone, w->at_s, until);
	ret_part->from = (w->at_s + shift) * NS + w->at_ns;
	ret_part->until = (until + shift) * NS;
	w->done = until == w->end_s && (!changes || w->end_ns == 0);
	if (w->done)
		ret_part->until += w->end_ns;
	w->at_s = until;
	w->at_ns = 0;
	return true;
}

static bool
ends_before(struct hyk_value start, struct hyk_value end)
{
	return end.as.i < start.as.i || (end.as.i == start.as.i && end.n < start.n);
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

/* Does the part show a time of [lo, hi)? Of a part that is an instant: does it lie in there? */
static bool
touches(const struct part *p, int64_t lo, int64_t hi)
{
	return p->from < hi && (lo < p->until || (p->from == p->until && lo == p->from));
}

FN(overlaps)
{
	const struct hyk_zone *zone;
	struct hyk_value err;
	int64_t from, until, day;
	struct walk w;
	struct part p;

	if (!hyk_cel_zone_of(c, a, n, 4, &zone, &err) || !time_of_day(c, a[2], &from, &err) ||
	    !time_of_day(c, a[3], &until, &err))
		return err;
	if (ends_before(a[0], a[1]))
		return hyk_cel_fail(c, "the span ends before it begins");
	/* Nothing, or the whole day? Nobody can say. */
	if (from == until)
		return hyk_cel_fail(c, "the hours begin and end at the same time; the whole day is 00:00 to 24:00");
	if (until < from)
		until += DAY_MIN;
	if (a[1].as.i - a[0].as.i > LONG_DAYS * DAY_S)
		return hyk_bool(true);
	walk_begin(&w, zone, a[0], a[1], &day);
	while (walk_next(&w, &p)) {
		int64_t last = floor_div(p.until, DAY_NS);

		/* hours of the day before may reach over midnight into the part */
		for (int64_t d = floor_div(p.from, DAY_NS) - 1; d <= last; d++) {
			if (touches(&p, d * DAY_NS + from * MIN_NS, d * DAY_NS + until * MIN_NS))
				return hyk_bool(true);
		}
	}
	return hyk_bool(false);
}

/* The opening hours of a day: pairs of minutes. NULL with *ret_error absent: none. */
static const struct hyk_vlist *
hours_of(struct hyk_cel_ctx *c, const struct hyk_vmap *hours, int64_t day, struct hyk_value *ret_error)
{
	static const char *const names[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
	/* 1970-01-01 was a Thursday */
	const struct hyk_value *list = hyk_vmap_find_str(hours, hyk_str_from_c(names[((day + 3) % 7 + 7) % 7]));

	*ret_error = hyk_absent();
	if (!list)
		return NULL;
	if (list->kind == HYK_LIST && list->as.list->n % 2 == 0)
		return list->as.list;
	*ret_error = hyk_cel_fail(c, "opening hours are a list of minutes, [from, until]");
	return NULL;
}

/*
 * How far it is open without a break from `at` (ns since 00:00 of day 0) on, looking at the hours that begin on
 * `day`; `at` itself when it is closed. `touch`: being there when it closes is enough. False: *ret_error.
 */
static bool
open_until(struct hyk_cel_ctx *c, const struct hyk_vmap *hours, int64_t origin, int64_t day, int64_t at, bool touch,
    int64_t *ret_until, bool *ret_open, struct hyk_value *ret_error)
{
	const struct hyk_vlist *list = hours_of(c, hours, origin + day, ret_error);

	if (!list)
		return ret_error->kind == HYK_ABSENT;
	if (list->n > MAX_HOURS) {
		*ret_error = hyk_cel_fail(c, "opening hours have at most 16 spans a day");
		return false;
	}
	for (uint32_t i = 0; i < list->n; i += 2) {
		int64_t from, until;

		if (list->items[i].kind != HYK_INT || list->items[i + 1].kind != HYK_INT) {
			*ret_error = hyk_cel_fail(c, "opening hours are a list of minutes, [from, until]");
			return false;
		}
		from = list->items[i].as.i;
		until = list->items[i + 1].as.i;
		if (from < 0 || from > DAY_MIN || until < 0 || until > 2 * DAY_MIN) {
			*ret_error = hyk_cel_fail(c, "opening hours are minutes since midnight");
			return false;
		}
		if (until < from)
			until += DAY_MIN;
		from = day * DAY_NS + from * MIN_NS;
		until = day * DAY_NS + until * MIN_NS;
		if (from > at || at > until || (at == until && !touch))
			continue;
		*ret_open = true;
		if (until > *ret_until)
			*ret_until = until;
	}
	return true;
}

/* Is the whole part inside of the opening hours, of one day or of several without a break? */
static bool
is_open(struct hyk_cel_ctx *c, const struct hyk_vmap *hours, int64_t origin, const struct part *p, bool *ret_open,
    struct hyk_value *ret_error)
{
	int64_t at = p->from, paid = INT64_MIN;

	do {
		int64_t day = floor_div(at, DAY_NS), until = at;
		bool open = false, touch = p->from == p->until;

		if (day != paid && !hyk_cel_spend(c, 1)) {
			*ret_error = hyk_cel_fail(c, "the budget of this decision is used up");
			return false;
		}
		paid = day;
		/* hours of the day before may reach over midnight */
		if (!open_until(c, hours, origin, day - 1, at, touch, &until, &open, ret_error) ||
		    !open_until(c, hours, origin, day, at, touch, &until, &open, ret_error))
			return false;
		*ret_open = open;
		at = until;
	} while (*ret_open && at < p->until);
	return true;
}

FN(open)
{
	const struct hyk_zone *zone;
	struct hyk_value err;
	bool open = true;
	int64_t origin;
	struct walk w;
	struct part p;

	if (!hyk_cel_zone_of(c, a, n, 3, &zone, &err))
		return err;
	if (ends_before(a[1], a[2]))
		return hyk_cel_fail(c, "the span ends before it begins");
	if (a[2].as.i - a[1].as.i > MAX_DAYS * (int64_t)DAY_S)
		return hyk_cel_fail(c, "the span is longer than ten years");
	walk_begin(&w, zone, a[1], a[2], &origin);
	while (open && walk_next(&w, &p)) {
		if (!is_open(c, a[0].as.map, origin, &p, &open, &err))
			return err;
	}
	return hyk_bool(open);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/calendar.c - calendar files: the holidays of a commons and of all commons below it.
 *
 * What is a holiday decides like a rule, so calendars are texts of the ruleset: digested with the rules, kept with
 * them, and the same again when a decision is made again. A commons has the days of all calendars from the topmost
 * down to its own; it can add days and take none away. A year is covered when every one of these calendars that says
 * its years covers it: a calendar that ends makes the question an error, never a "no".
 */
#include "policy/loader.h"

#define YEAR_MIN 1900
#define YEAR_MAX 2200
#define MAX_DAYS 100000u

/* The days and years of one commons while they are gathered. */
struct days {
	int32_t *days;
	size_t n, room;
	const int32_t *years;
	size_t n_years;
	bool covered; /* some calendar has said its years */
};

static struct hyk_what
calendar_what(void)
{
	return HYK_WHAT("a calendar", "달력");
}

static int
by_number(const void *a, const void *b)
{
	const int32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Sorted, each once. */
static size_t
settle(int32_t *items, size_t n)
{
	size_t kept = 0;

	if (n)
		qsort(items, n, sizeof(*items), by_number);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || items[i] != items[i - 1])
			items[kept++] = items[i];
	}
	return kept;
}

static bool
covers(const struct days *d, int64_t year)
{
	return hyk_calendar_covers(&(struct hyk_calendar){ .years = d->years, .n_years = d->n_years }, year);
}

static bool
add_day(struct hyk_loader *l, struct days *d, int64_t day)
{
	int32_t *more;

	if (d->n == d->room) {
		more = hyk_arena_grow(l->r.arena, d->days, d->n, &d->room, sizeof(*more));
		if (!more) {
			l->r.nomem = true;
			return false;
		}
		d->days = more;
	}
	d->days[d->n++] = (int32_t)day;
	return true;
}

/* "2026, 2027" */
static struct hyk_str
years_text(struct hyk_loader *l, const struct days *d)
{
	struct hyk_str s = HYK_STR("");

	for (size_t i = 0; i < d->n_years && i < 20; i++)
		s = hyk_arena_printf(l->r.arena, "%.*s%s%d", HYK_STR_ARG(s), i ? ", " : "", (int)d->years[i]);
	return s.p ? s : HYK_STR("");
}

/* Narrows the years to those of one more calendar. */
static void
read_years(struct hyk_loader *l, const struct hyk_node *node, struct days *d)
{
	const struct hyk_str *texts;
	size_t n, kept = 0;
	int32_t *years;

	if (!hyk_reader_texts(&l->r, node, "years", &texts, &n))
		return;
	if (!n) {
		HYK_DIAG(l->r.diags, HYK_D_LIST_EMPTY, l->r.src, node->span, HYK_STR("years"));
		return;
	}
	years = hyk_reader_alloc(&l->r, n, sizeof(*years));
	for (size_t i = 0; years && i < n; i++) {
		struct hyk_span span = node->kind == HYK_NODE_LIST ? node->items[i]->span : node->span;
		int64_t year;

		if (texts[i].n != 4 || !hyk_str_to_i64(texts[i], &year) || year < YEAR_MIN || year > YEAR_MAX)
			HYK_DIAG(l->r.diags, HYK_D_CALENDAR_YEAR, l->r.src, span, texts[i]);
		else if (!d->covered || covers(d, year))
			years[kept++] = (int32_t)year;
		else
			HYK_DIAG(l->r.diags, HYK_D_CALENDAR_ABOVE, l->r.src, span, texts[i], years_text(l, d));
	}
	if (!years)
		return;
	d->years = years;
	d->n_years = settle(years, kept);
	d->covered = true;
}

static void
read_dates(struct hyk_loader *l, const struct hyk_node *map, struct days *d)
{
	struct hyk_text name;

	if (!hyk_reader_is_map(&l->r, map, "dates"))
		return;
	for (size_t i = 0; i < map->n; i++) {
		const struct hyk_node *key = map->keys[i];
		int64_t day, year;
		unsigned month, of_month;

		/* Names are for those who read the file. */
		(void)hyk_reader_localized(&l->r, map->items[i], "dates", &name);
		if (key->kind == HYK_NODE_BAD)
			continue;
		if (!hyk_date_parse(key->text, &day)) {
			HYK_DIAG(l->r.diags, HYK_D_CALENDAR_DATE, l->r.src, key->span, key->text);
			continue;
		}
		hyk_civil_from_days(day, &year, &month, &of_month);
		if (d->covered && !covers(d, year))
			HYK_DIAG(l->r.diags, HYK_D_CALENDAR_OUTSIDE, l->r.src, key->span, key->text, years_text(l, d));
		else if (!add_day(l, d, day))
			return;
	}
}

/* "05-05", in each year; "02-29" in those that have it. */
static void
read_yearly(struct hyk_loader *l, const struct hyk_node *map, struct days *d)
{
	struct hyk_text name;

	if (!hyk_reader_is_map(&l->r, map, "yearly"))
		return;
	for (size_t i = 0; i < map->n; i++) {
		const struct hyk_node *key = map->keys[i];
		char date[16];
		int64_t day;

		(void)hyk_reader_localized(&l->r, map->items[i], "yearly", &name);
		if (key->kind == HYK_NODE_BAD)
			continue;
		/* 2000 was a leap year: it has all days */
		if (key->text.n != 5 ||
		    (snprintf(date, sizeof(date), "2000-%.*s", HYK_STR_ARG(key->text)),
			!hyk_date_parse(hyk_str_from_c(date), &day))) {
			HYK_DIAG(l->r.diags, HYK_D_CALENDAR_YEARLY, l->r.src, key->span, key->text);
			continue;
		}
		for (size_t k = 0; k < d->n_years; k++) {
			snprintf(date, sizeof(date), "%04d-%.*s", (int)d->years[k], HYK_STR_ARG(key->text));
			if (hyk_date_parse(hyk_str_from_c(date), &day) && !add_day(l, d, day))
				return;
		}
	}
}

static void
read_one(struct hyk_loader *l, const struct hyk_document *doc, struct days *d)
{
	static const char *const keys[] = { "calendar", "title", "about", "years", "yearly", "dates", NULL };
	const struct hyk_node *node;
	struct hyk_text title;
	struct hyk_str id;

	l->r.src = doc->src;
	l->r.broken = doc->broken;
	hyk_reader_check_keys(&l->r, doc->root, calendar_what(), keys);
	node = hyk_reader_need(&l->r, doc->root, "calendar", calendar_what());
	if (node)
		(void)hyk_reader_id(&l->r, node, "calendar", &id);
	node = hyk_node_find(doc->root, "title");
	if (node)
		(void)hyk_reader_localized(&l->r, node, "title", &title);
	node = hyk_node_find(doc->root, "about");
	if (node)
		(void)hyk_reader_localized(&l->r, node, "about", &title);
	/* One below another may leave its years out: it only adds days. */
	node = hyk_node_find(doc->root, "years");
	if (!node && !d->covered)
		node = hyk_reader_need(&l->r, doc->root, "years", calendar_what());
	if (node)
		read_years(l, node, d);
	node = hyk_node_find(doc->root, "dates");
	if (node)
		read_dates(l, node, d);
	node = hyk_node_find(doc->root, "yearly");
	if (node)
		read_yearly(l, node, d);
	if (d->n > MAX_DAYS) {
		HYK_DIAG(l->r.diags, HYK_D_CALENDAR_MANY, l->r.src, HYK_NO_SPAN, HYK_STR("100000"));
		d->n = 0;
	}
}

static const struct hyk_calendar *
finish(struct hyk_loader *l, struct days *d)
{
	struct hyk_calendar *c = hyk_reader_alloc(&l->r, 1, sizeof(*c));

	if (!c || !d->n_years)
		return NULL;
	*c = (struct hyk_calendar){ d->days, settle(d->days, d->n), d->years, d->n_years };
	return c;
}

/* The calendars of one commons, on top of what the one above has. */
static void
read_commons(struct hyk_loader *l, const struct hyk_document *docs, size_t n, struct hyk_commons_impl *c)
{
	const struct hyk_calendar *above = c && c->up ? c->up->pub.data.calendar : NULL;
	struct days d = { 0 };
	bool any = false;

	if (above) {
		d.years = above->years;
		d.n_years = above->n_years;
		d.covered = true;
		for (size_t i = 0; i < above->n_days; i++)
			(void)add_day(l, &d, above->days[i]);
	}
	for (size_t i = 0; i < n; i++) {
		if (docs[i].kind != HYK_DOC_CALENDAR || hyk_commons_of_folder(l, docs[i].path) != c)
			continue;
		any = true;
		read_one(l, &docs[i], &d);
	}
	if (c)
		c->pub.data.calendar = any ? finish(l, &d) : above;
}

void
hyk_calendars_read(struct hyk_loader *l, const struct hyk_document *docs, size_t n)
{
	/* A file outside of every folder of a commons is only looked at. */
	read_commons(l, docs, n, NULL);
	/* The loader made the upper ones first. */
	for (size_t i = 0; i < l->commons.n && !l->r.nomem; i++) {
		struct hyk_commons_impl *c = l->commons.entries[i].item;

		if (c != l->top)
			read_commons(l, docs, n, c);
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/* value/time.c - RFC 3339 times, CEL durations, and the days of the Gregorian calendar. */
#include "value/value.h"

#define DAY_S 86400

int64_t
hyk_days_from_civil(int64_t year, unsigned month, unsigned day)
{
	/*
	 * Years begin in March here, so that the leap day is the last one; 400
	 * years are 146,097 days, and 719,468 days lie between 0000-03-01 and the epoch.
	 */
	int64_t y = year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + (int64_t)day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

void
hyk_civil_from_days(int64_t days, int64_t *ret_year, unsigned *ret_month, unsigned *ret_day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t day_of_era = z - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * day_of_year + 2) / 153;

	*ret_day = (unsigned)(day_of_year - (153 * month + 2) / 5 + 1);
	*ret_month = (unsigned)(month < 10 ? month + 3 : month - 9);
	*ret_year = year_of_era + era * 400 + (*ret_month <= 2);
}

/* n digits at *at, moving past them; -1 for anything else. */
static int
digits(struct hyk_str s, size_t *at, unsigned n)
{
	int i = 0;

	if (s.n - *at < n)
		return -1;
	for (; n; n--, (*at)++) {
		if (s.p[*at] < '0' || s.p[*at] > '9')
			return -1;
		i = i * 10 + (s.p[*at] - '0');
	}
	return i;
}

static bool
take(struct hyk_str s, size_t *at, char c)
{
	if (*at >= s.n || s.p[*at] != c)
		return false;
	(*at)++;
	return true;
}

static unsigned
days_in_month(int year, int month)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

static bool
parse_date(struct hyk_str s, size_t *at, int64_t *ret_days)
{
	int year, month, day;

	year = digits(s, at, 4);
	if (year < 1 || !take(s, at, '-'))
		return false;
	month = digits(s, at, 2);
	if (month < 1 || month > 12 || !take(s, at, '-'))
		return false;
	day = digits(s, at, 2);
	if (day < 1 || (unsigned)day > days_in_month(year, month))
		return false;
	*ret_days = hyk_days_from_civil(year, (unsigned)month, (unsigned)day);
	return true;
}

bool
hyk_date_parse(struct hyk_str s, int64_t *ret_days)
{
	size_t at = 0;
	int64_t days;

	if (!parse_date(s, &at, &days) || at != s.n)
		return false;
	*ret_days = days;
	return true;
}

static bool
parse_fraction(struct hyk_str s, size_t *at, uint32_t *ret_ns)
{
	uint32_t ns = 0, n = 0;

	for (; *at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9'; (*at)++, n++) {
		if (n == 9)
			return false;
		ns = ns * 10 + (uint32_t)(s.p[*at] - '0');
	}
	if (!n)
		return false;
	for (; n < 9; n++)
		ns *= 10;
	*ret_ns = ns;
	return true;
}

static bool
parse_offset(struct hyk_str s, size_t *at, int64_t *ret_s)
{
	int hours, minutes;
	bool west;

	if (take(s, at, 'Z') || take(s, at, 'z')) {
		*ret_s = 0;
		return true;
	}
	west = take(s, at, '-');
	if (!west && !take(s, at, '+'))
		return false;
	hours = digits(s, at, 2);
	if (hours < 0 || hours > 23 || !take(s, at, ':'))
		return false;
	minutes = digits(s, at, 2);
	if (minutes < 0 || minutes > 59)
		return false;
	*ret_s = hours * 3600 + minutes * 60;
	if (west)
		*ret_s = -*ret_s;
	return true;
}

bool
hyk_timestamp_parse(struct hyk_str s, struct hyk_value *ret_v)
{
	int64_t days, offset, t;
	int hour, minute, second;
	uint32_t ns = 0;
	size_t at = 0;

	if (!parse_date(s, &at, &days) || !(take(s, &at, 'T') || take(s, &at, 't')))
		return false;
	hour = digits(s, &at, 2);
	if (hour < 0 || hour > 23 || !take(s, &at, ':'))
		return false;
	minute = digits(s, &at, 2);
	if (minute < 0 || minute > 59 || !take(s, &at, ':'))
		return false;
	/* No leap seconds: the seconds since the epoch have no place for them. */
	second = digits(s, &at, 2);
	if (second < 0 || second > 59)
		return false;
	if (take(s, &at, '.') && !parse_fraction(s, &at, &ns))
		return false;
	if (!parse_offset(s, &at, &offset) || at != s.n)
		return false;
	t = days * DAY_S + hour * 3600 + minute * 60 + second - offset;
	/* An offset can move a good local time out of the years 1 to 9999. */
	if (t < HYK_TIMESTAMP_MIN_S || t > HYK_TIMESTAMP_MAX_S)
		return false;
	*ret_v = hyk_timestamp(t, ns);
	return true;
}

static char *
put_digits(char *p, uint64_t u, unsigned n)
{
	for (unsigned i = n; i; i--, u /= 10)
		p[i - 1] = (char)('0' + u % 10);
	return p + n;
}

/* ".5": nine digits without the zeros at their end, nothing for zero. */
static char *
put_fraction(char *p, uint32_t ns)
{
	if (!ns)
		return p;
	*p++ = '.';
	p = put_digits(p, ns, 9);
	while (p[-1] == '0')
		p--;
	return p;
}

size_t
hyk_timestamp_format(struct hyk_value v, char out[40])
{
	int64_t days = v.as.i / DAY_S, rest = v.as.i % DAY_S, year;
	unsigned month, day;
	char *p = out;

	if (rest < 0) {
		rest += DAY_S;
		days--;
	}
	hyk_civil_from_days(days, &year, &month, &day);
	/* Never more than four digits come out, whatever came in. */
	p = put_digits(p, (uint64_t)(year < 0 ? 0 : year), 4);
	*p++ = '-';
	p = put_digits(p, month, 2);
	*p++ = '-';
	p = put_digits(p, day, 2);
	*p++ = 'T';
	p = put_digits(p, (uint64_t)rest / 3600, 2);
	*p++ = ':';
	p = put_digits(p, (uint64_t)rest / 60 % 60, 2);
	*p++ = ':';
	p = put_digits(p, (uint64_t)rest % 60, 2);
	p = put_fraction(p, v.n);
	*p++ = 'Z';
	*p = '\0';
	return (size_t)(p - out);
}

static uint64_t
unit_ns(struct hyk_str s, size_t *at)
{
	static const struct {
		struct hyk_str name;
		uint64_t ns;
	} units[] = { /* longer names before those they begin with */
		{ HYK_STR_INIT("ms"), 1000000 }, { HYK_STR_INIT("us"), 1000 }, { HYK_STR_INIT("ns"), 1 },
		{ HYK_STR_INIT("h"), 3600000000000 }, { HYK_STR_INIT("m"), 60000000000 },
		{ HYK_STR_INIT("s"), 1000000000 } };
	struct hyk_str rest = hyk_str_make(s.p + *at, s.n - *at);

	for (size_t i = 0; i < HYK_ARRAY_LEN(units); i++) {
		if (hyk_str_starts_with(rest, units[i].name)) {
			*at += units[i].name.n;
			return units[i].ns;
		}
	}
	return 0;
}

static bool
is_digit_at(struct hyk_str s, size_t at)
{
	return at < s.n && s.p[at] >= '0' && s.p[at] <= '9';
}

/* One "1.5h". The fraction below a nanosecond is cut off, as Go does. */
static bool
parse_part(struct hyk_str s, size_t *at, uint64_t *ret_ns)
{
	uint64_t whole = 0, unit, ns, scale = 1, fraction = 0;
	bool any = false;

	for (; is_digit_at(s, *at); (*at)++, any = true) {
		if (__builtin_mul_overflow(whole, (uint64_t)10, &whole) ||
		    __builtin_add_overflow(whole, (uint64_t)(s.p[*at] - '0'), &whole))
			return false;
	}
	if (take(s, at, '.')) {
		for (; is_digit_at(s, *at); (*at)++, any = true) {
			if (scale < 1000000000000000) {
				scale *= 10;
				fraction = fraction * 10 + (uint64_t)(s.p[*at] - '0');
			}
		}
	}
	unit = any ? unit_ns(s, at) : 0;
	if (!unit || __builtin_mul_overflow(whole, unit, &ns))
		return false;
	fraction = (uint64_t)((unsigned __int128)fraction * unit / scale);
	return !__builtin_add_overflow(ns, fraction, ret_ns);
}

bool
hyk_duration_parse(struct hyk_str s, struct hyk_value *ret_v)
{
	uint64_t total = 0, part;
	bool minus = false;
	size_t at = 0;

	if (take(s, &at, '-'))
		minus = true;
	else
		take(s, &at, '+');
	if (s.n - at == 1 && s.p[at] == '0') {
		*ret_v = hyk_duration(0);
		return true;
	}
	if (at == s.n)
		return false;
	while (at < s.n) {
		if (!parse_part(s, &at, &part) || __builtin_add_overflow(total, part, &total))
			return false;
	}
	if (total > (uint64_t)INT64_MAX + minus)
		return false;
	*ret_v = hyk_duration(minus ? (int64_t)(0 - total) : (int64_t)total);
	return true;
}

size_t
hyk_duration_format(struct hyk_value v, char out[40])
{
	uint64_t ns = v.as.i < 0 ? 0 - (uint64_t)v.as.i : (uint64_t)v.as.i;
	uint64_t whole = ns / 1000000000;
	unsigned n = 1;
	char *p = out;

	if (v.as.i < 0)
		*p++ = '-';
	for (uint64_t u = whole; u >= 10; u /= 10)
		n++;
	p = put_digits(p, whole, n);
	p = put_fraction(p, (uint32_t)(ns % 1000000000));
	*p++ = 's';
	*p = '\0';
	return (size_t)(p - out);
}

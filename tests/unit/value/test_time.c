/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check.h"

#include "value/value.h"

static void
check_time(const char *text, int64_t s, uint32_t ns, const char *again)
{
	struct hyk_value v = hyk_null();
	char out[40];

	if (!CHECK(hyk_timestamp_parse(hyk_str_from_c(text), &v))) {
		fprintf(stderr, "    %s\n", text);
		return;
	}
	CHECK_INT(v.kind, HYK_TIMESTAMP);
	CHECK_INT(v.as.i, s);
	CHECK_INT(v.n, ns);
	CHECK_STR(hyk_str_make(out, hyk_timestamp_format(v, out)), again);
	CHECK_INT(out[strlen(again)], 0);
}

/* Seconds by `date -u -d ... +%s`. */
TEST(timestamps)
{
	check_time("1970-01-01T00:00:00Z", 0, 0, "1970-01-01T00:00:00Z");
	check_time("1969-12-31T23:59:59.5Z", -1, 500000000, "1969-12-31T23:59:59.5Z");
	check_time("2026-05-09T14:00:00+09:00", 1778302800, 0, "2026-05-09T05:00:00Z");
	check_time("2026-05-09t05:00:00z", 1778302800, 0, "2026-05-09T05:00:00Z");
	check_time("2026-05-09T05:00:00-00:00", 1778302800, 0, "2026-05-09T05:00:00Z");
	check_time("2026-05-08T23:30:00-05:30", 1778302800, 0, "2026-05-09T05:00:00Z");
	check_time("2026-05-09T05:00:00.000000001Z", 1778302800, 1, "2026-05-09T05:00:00.000000001Z");
	check_time("2026-05-09T05:00:00.120Z", 1778302800, 120000000, "2026-05-09T05:00:00.12Z");
	check_time("2026-05-09T05:00:00.0Z", 1778302800, 0, "2026-05-09T05:00:00Z");
	check_time("0001-01-01T00:00:00Z", -62135596800, 0, "0001-01-01T00:00:00Z");
	check_time("9999-12-31T23:59:59.999999999Z", 253402300799, 999999999, "9999-12-31T23:59:59.999999999Z");
	check_time("2024-02-29T00:00:00Z", 1709164800, 0, "2024-02-29T00:00:00Z");
	check_time("2000-02-29T12:00:00Z", 951825600, 0, "2000-02-29T12:00:00Z");
	check_time("1900-03-01T00:00:00Z", -2203891200, 0, "1900-03-01T00:00:00Z");
	/* Offsets at the borders stay inside. */
	check_time("0001-01-01T09:00:00+09:00", -62135596800, 0, "0001-01-01T00:00:00Z");
	check_time("9999-12-31T00:00:00+23:59", 253402214400 - 86340, 0, "9999-12-30T00:01:00Z");
}

TEST(no_timestamps)
{
	static const char *const bad[] = { "", "2026", "2026-05-09", "2026-05-09T05:00:00", "2026-05-09 05:00:00Z",
		"2026-5-9T05:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-04-31T00:00:00Z",
		"2025-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-05-00T00:00:00Z", "2026-05-09T24:00:00Z",
		"2026-05-09T05:60:00Z", "2026-05-09T05:00:60Z", "2026-05-09T05:00Z", "2026-05-09T05:00:00.Z",
		"2026-05-09T05:00:00.1234567890Z", "2026-05-09T05:00:00,5Z", "2026-05-09T05:00:00+24:00",
		"2026-05-09T05:00:00+09", "2026-05-09T05:00:00+0900", "2026-05-09T05:00:00+09:60",
		"2026-05-09T05:00:00Z ", " 2026-05-09T05:00:00Z", "2026-05-09T05:00:00Zx", "0000-12-31T23:59:59Z",
		"0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
		"9999-12-31T23:59:00-00:01", "10000-01-01T00:00:00Z",
		"-001-01-01T00:00:00Z", "+2026-05-09T05:00:00Z", "2026-05-09T-1:00:00Z", "2026-05-09T05:00:00.5",
		"2026-05-09T05:00:00.5+", "２026-05-09T05:00:00Z" };
	struct hyk_value v = hyk_int(7);

	for (size_t i = 0; i < HYK_ARRAY_LEN(bad); i++) {
		if (!CHECK(!hyk_timestamp_parse(hyk_str_from_c(bad[i]), &v)))
			fprintf(stderr, "    %s\n", bad[i]);
	}
	CHECK_INT(v.kind, HYK_INT);
	CHECK(!hyk_timestamp_parse(hyk_str_make("2026-05-09T05:00:00\0Z", 21), &v));
}

/* Every cut of a good one is bad, and nothing behind the cut is read. */
TEST(cut_timestamps)
{
	static const char whole[] = "2026-05-09T05:00:00.123456789+09:00";
	struct hyk_value v;

	for (size_t n = 0; n < sizeof(whole) - 1; n++) {
		char *copy = malloc(n ? n : 1);

		REQUIRE(copy);
		memcpy(copy, whole, n);
		CHECK(!hyk_timestamp_parse(hyk_str_make(copy, n), &v));
		free(copy);
	}
	CHECK(hyk_timestamp_parse(HYK_STR(whole), &v));
}

/* Day by day from year 1 to 9999: each is one more than the last, and comes back. */
TEST(every_day_there_and_back)
{
	static const unsigned month_days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t want = -719162; /* 0001-01-01 */

	for (int64_t year = 1; year <= 9999; year++) {
		bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

		for (unsigned month = 1; month <= 12; month++) {
			unsigned n = month_days[month - 1] + (month == 2 && leap);

			for (unsigned day = 1; day <= n; day++, want++) {
				int64_t y;
				unsigned m, d;

				hyk_civil_from_days(want, &y, &m, &d);
				if (hyk_days_from_civil(year, month, day) != want || y != year || m != month ||
				    d != day) {
					CHECK_INT(year * 10000 + month * 100 + day, -1);
					return;
				}
			}
		}
	}
	CHECK_INT(want, 2932897); /* 10000-01-01 */
	CHECK_INT(hyk_days_from_civil(1970, 1, 1), 0);
	CHECK_INT(hyk_days_from_civil(-1, 12, 31), -719529); /* 0000-01-01 is -719528 */
}

TEST(dates)
{
	int64_t days = 5;

	CHECK(hyk_date_parse(HYK_STR("2026-05-09"), &days));
	CHECK_INT(days, 20582);
	CHECK(hyk_date_parse(HYK_STR("0001-01-01"), &days));
	CHECK_INT(days, -719162);
	CHECK(hyk_date_parse(HYK_STR("2024-02-29"), &days));
	CHECK(!hyk_date_parse(HYK_STR("2023-02-29"), &days));
	CHECK(!hyk_date_parse(HYK_STR("0000-01-01"), &days));
	CHECK(!hyk_date_parse(HYK_STR("2026-05-09T"), &days));
	CHECK(!hyk_date_parse(HYK_STR("2026-05-9"), &days));
	CHECK(!hyk_date_parse(HYK_STR(""), &days));
	CHECK_INT(days, 19782);
}

static void
check_duration(const char *text, int64_t ns, const char *again)
{
	struct hyk_value v = hyk_null();
	char out[40];

	if (!CHECK(hyk_duration_parse(hyk_str_from_c(text), &v))) {
		fprintf(stderr, "    %s\n", text);
		return;
	}
	CHECK_INT(v.kind, HYK_DURATION);
	CHECK_INT(v.as.i, ns);
	CHECK_STR(hyk_str_make(out, hyk_duration_format(v, out)), again);
}

TEST(durations)
{
	const int64_t s = 1000000000;

	check_duration("1h30m", 5400 * s, "5400s");
	check_duration("-1.5s", -1500000000, "-1.5s");
	check_duration("+2m", 120 * s, "120s");
	check_duration("0", 0, "0s");
	check_duration("-0", 0, "0s");
	check_duration("0s", 0, "0s");
	check_duration("1ms", 1000000, "0.001s");
	check_duration("1us", 1000, "0.000001s");
	check_duration("1ns", 1, "0.000000001s");
	check_duration("-1ns", -1, "-0.000000001s");
	check_duration(".5h", 1800 * s, "1800s");
	check_duration("1.h", 3600 * s, "3600s");
	check_duration("1.9ns", 1, "0.000000001s"); /* below a nanosecond is cut off */
	check_duration("0.1234567891234567s", 123456789, "0.123456789s");
	check_duration("1m1m", 120 * s, "120s");
	check_duration("9223372036854775807ns", INT64_MAX, "9223372036.854775807s");
	check_duration("-9223372036854775808ns", INT64_MIN, "-9223372036.854775808s");
	check_duration("2562047h47m16.854775807s", INT64_MAX, "9223372036.854775807s");
}

TEST(no_durations)
{
	static const char *const bad[] = { "", "-", "+", "1", "s", ".s", "-.s", "1x", "1h ", " 1h", "1 h", "1h-1m",
		"--1h", "1d", "1.2.3s", "1e3s", "9223372036854775808ns", "-9223372036854775809ns", "2562048h",
		"18446744073709551616ns", "9223372036854775807ns1ns", "99999999999999999999h", "1hm", "00",
		"9223372036854775807ns9223372036854775807ns2ns" };
	struct hyk_value v = hyk_int(7);

	for (size_t i = 0; i < HYK_ARRAY_LEN(bad); i++) {
		if (!CHECK(!hyk_duration_parse(hyk_str_from_c(bad[i]), &v)))
			fprintf(stderr, "    %s\n", bad[i]);
	}
	CHECK_INT(v.kind, HYK_INT);
}

int
main(void)
{
	RUN(timestamps);
	RUN(no_timestamps);
	RUN(cut_timestamps);
	RUN(every_day_there_and_back);
	RUN(dates);
	RUN(durations);
	RUN(no_durations);
	return check_done();
}

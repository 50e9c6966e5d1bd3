/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check.h"

#include "base/str.h"

#include <float.h>
#include <locale.h>
#include <math.h>

TEST(compares_by_bytes)
{
	CHECK(hyk_str_cmp(HYK_STR("a"), HYK_STR("b")) < 0);
	CHECK(hyk_str_cmp(HYK_STR("ab"), HYK_STR("a")) > 0);
	CHECK(hyk_str_cmp(HYK_STR("a"), HYK_STR("a")) == 0);
	CHECK(hyk_str_cmp(hyk_str_make(NULL, 0), HYK_STR("")) == 0);
	CHECK(hyk_str_cmp(HYK_STR("\x7f"), HYK_STR("\x80")) < 0); /* unsigned */
	CHECK(hyk_str_eq(hyk_str_make(NULL, 0), HYK_STR("")));
	CHECK(!hyk_str_eq(HYK_STR("a"), HYK_STR("b")));
	CHECK(hyk_str_eq_c(HYK_STR("가"), "가"));
}

TEST(begins_ends_finds)
{
	CHECK(hyk_str_starts_with(HYK_STR("abc"), HYK_STR("ab")));
	CHECK(hyk_str_starts_with(HYK_STR("abc"), HYK_STR("")));
	CHECK(!hyk_str_starts_with(HYK_STR("a"), HYK_STR("ab")));
	CHECK(hyk_str_ends_with(HYK_STR("abc"), HYK_STR("bc")));
	CHECK(hyk_str_ends_with(HYK_STR("abc"), HYK_STR("")));
	CHECK(!hyk_str_ends_with(HYK_STR("c"), HYK_STR("bc")));
	CHECK_INT(hyk_str_find(HYK_STR("abcabc"), HYK_STR("ca")), 2);
	CHECK_INT(hyk_str_find(HYK_STR("abc"), HYK_STR("")), 0);
	CHECK(hyk_str_find(HYK_STR("abc"), HYK_STR("d")) == SIZE_MAX);
	CHECK(hyk_str_find(HYK_STR(""), HYK_STR("d")) == SIZE_MAX);
	CHECK_INT(hyk_str_find(hyk_str_make("a\0b", 3), HYK_STR("b")), 2);
}

TEST(trims)
{
	CHECK_STR(hyk_str_trim(HYK_STR(" \t a b\r\n")), "a b");
	CHECK_STR(hyk_str_trim(HYK_STR("   ")), "");
	CHECK_STR(hyk_str_trim(HYK_STR("")), "");
}

TEST(hash_depends_on_every_byte)
{
	char text[40];
	uint64_t all;

	memset(text, 'x', sizeof(text));
	for (size_t n = 0; n <= sizeof(text); n++) {
		all = hyk_str_hash(hyk_str_make(text, n));
		CHECK(n == 0 || all != hyk_str_hash(hyk_str_make(text, n - 1)));
		for (size_t i = 0; i < n; i++) {
			text[i] = 'y';
			CHECK(hyk_str_hash(hyk_str_make(text, n)) != all);
			text[i] = 'x';
		}
		CHECK(hyk_str_hash(hyk_str_make(text, n)) == all);
	}
}

TEST(whole_numbers)
{
	int64_t i = 5;
	uint64_t u = 5;

	CHECK(hyk_str_to_i64(HYK_STR("-9223372036854775808"), &i) && i == INT64_MIN);
	CHECK(hyk_str_to_i64(HYK_STR("9223372036854775807"), &i) && i == INT64_MAX);
	CHECK(hyk_str_to_i64(HYK_STR("-0"), &i) && i == 0);
	CHECK(hyk_str_to_i64(HYK_STR("007"), &i) && i == 7);
	CHECK(!hyk_str_to_i64(HYK_STR("9223372036854775808"), &i));
	CHECK(!hyk_str_to_i64(HYK_STR("-9223372036854775809"), &i));
	CHECK(!hyk_str_to_i64(HYK_STR(""), &i));
	CHECK(!hyk_str_to_i64(HYK_STR("-"), &i));
	CHECK(!hyk_str_to_i64(HYK_STR("1 "), &i));
	CHECK(!hyk_str_to_i64(HYK_STR("+1"), &i));
	CHECK(!hyk_str_to_i64(HYK_STR("--1"), &i));
	CHECK(!hyk_str_to_i64(HYK_STR("0x1"), &i));
	CHECK_INT(i, 7);
	CHECK(hyk_str_to_u64(HYK_STR("18446744073709551615"), &u) && u == UINT64_MAX);
	CHECK(!hyk_str_to_u64(HYK_STR("18446744073709551616"), &u));
	CHECK(!hyk_str_to_u64(HYK_STR("-1"), &u));
}

static void
check_double(const char *text, double want)
{
	double d = 123;

	CHECK(hyk_str_to_double(hyk_str_from_c(text), &d));
	if (!CHECK(memcmp(&d, &want, sizeof(d)) == 0))
		fprintf(stderr, "    %s: got %.17g, want %.17g\n", text, d, want);
}

TEST(doubles)
{
	static const char *const bad[] = { "", ".", "-", "e5", "1e", "1e+", "inf", "nan", "0x10", "1e400", "-1e400",
		" 1", "1 ", "1,5", "1.5.5", "1e5.0", "1f", "infinity" };
	char text[1100];
	double d = 123;

	check_double("0", 0.0);
	check_double("-0", -0.0);
	check_double("1.", 1.0);
	check_double(".5", 0.5);
	check_double("+2.5e-3", 2.5e-3);
	check_double("1e22", 1e22);  /* the last power of ten that is exact */
	check_double("1e23", 1e23);  /* and the first that is not */
	check_double("9007199254740993", 9007199254740992.0); /* a tie goes to even */
	check_double("9007199254740993.0000000000000000000000001", 9007199254740994.0);
	check_double("2.2250738585072011e-308", 2.2250738585072011e-308); /* subnormal, hung old parsers */
	check_double("1.7976931348623157e308", DBL_MAX);
	check_double("4.9e-324", 4.9e-324);
	check_double("1e-400", 0.0);
	check_double("0e999999999999", 0.0);
	for (size_t i = 0; i < HYK_ARRAY_LEN(bad); i++) {
		if (!CHECK(!hyk_str_to_double(hyk_str_from_c(bad[i]), &d)))
			fprintf(stderr, "    %s\n", bad[i]);
	}
	CHECK(d == 123);
	memset(text, '1', sizeof(text));
	CHECK(!hyk_str_to_double(hyk_str_make(text, sizeof(text)), &d));
	/* Nothing behind the end is read: here a digit stands there. */
	CHECK(hyk_str_to_double(hyk_str_make("12345678901234567890123", 20), &d) && d == 12345678901234567890.0);
}

/* Against the C library, on numbers of every shape. */
TEST(doubles_agree_with_the_library)
{
	uint64_t x = 88172645463325252ull;

	for (int i = 0; i < 100000; i++) {
		char text[64];
		double got, want;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		switch (i % 4) {
		case 0:
			memcpy(&want, &x, sizeof(want));
			snprintf(text, sizeof(text), "%.*g", (int)(x % 17) + 1, want);
			break;
		case 1:
			snprintf(text, sizeof(text), "%u.%u", (unsigned)(x % 100000), (unsigned)(x >> 40));
			break;
		case 2:
			snprintf(text, sizeof(text), "%llue%d", (unsigned long long)(x >> 11), (int)(x % 60) - 30);
			break;
		default:
			snprintf(text, sizeof(text), "%llu.%llue-%u", (unsigned long long)x,
			    (unsigned long long)x, (unsigned)(x % 50));
			break;
		}
		want = strtod(text, NULL);
		if (!isfinite(want)) {
			CHECK(!hyk_str_to_double(hyk_str_from_c(text), &got));
			continue;
		}
		CHECK(hyk_str_to_double(hyk_str_from_c(text), &got));
		if (!CHECK(memcmp(&got, &want, sizeof(got)) == 0))
			fprintf(stderr, "    %s\n", text);
	}
}

TEST(doubles_do_not_depend_on_the_locale)
{
	double d;

	if (!setlocale(LC_NUMERIC, "de_DE.UTF-8") && !setlocale(LC_NUMERIC, "fr_FR.UTF-8"))
		return; /* no locale with a decimal comma is installed */
	CHECK(hyk_str_to_double(HYK_STR("1.2345678901234567890e-50"), &d) && d == 1.2345678901234567890e-50);
	setlocale(LC_NUMERIC, "C");
}

static void
check_nearest(const char *typed, const char *want)
{
	static const struct hyk_str names[] = { HYK_STR_INIT("subject"), HYK_STR_INIT("resource"),
		HYK_STR_INIT("context"), HYK_STR_INIT("action"), HYK_STR_INIT("need"), HYK_STR_INIT("거주지"),
		HYK_STR_INIT("나이"), HYK_STR_INIT("x") };

	CHECK_STR(hyk_str_nearest(hyk_str_from_c(typed), names, HYK_ARRAY_LEN(names)), want);
}

TEST(did_you_mean)
{
	check_nearest("subjct", "subject");
	check_nearest("subejct", "subject"); /* a swap is one edit */
	check_nearest("Resource", "resource");
	check_nearest("contxet", "context");
	check_nearest("needs", "need");
	check_nearest("ned", "need");
	check_nearest("거주시", "거주지"); /* one syllable, though three bytes */
	check_nearest("나아", "나이");
	check_nearest("나", ""); /* nothing in common but half the target */
	check_nearest("y", "");
	check_nearest("completely", "");
	check_nearest("sbjct", ""); /* five letters allow one edit, this needs two */
	check_nearest("sbjectt", "subject"); /* seven allow two */
	check_nearest("", "");
	CHECK_STR(hyk_str_nearest(HYK_STR("a"), NULL, 0), "");
}

TEST(the_nearest_wins_and_ties_go_to_the_first)
{
	static const struct hyk_str names[] = { HYK_STR_INIT("abcdeX"), HYK_STR_INIT("abcdeY"),
		HYK_STR_INIT("abcdef") };
	char longer[200];
	struct hyk_str one;

	CHECK_STR(hyk_str_nearest(HYK_STR("abcdef"), names, 3), "abcdef");
	CHECK_STR(hyk_str_nearest(HYK_STR("abcdeZ"), names, 3), "abcdeX");
	memset(longer, 'a', sizeof(longer)); /* not compared, and no harm done */
	one = hyk_str_make(longer, sizeof(longer));
	CHECK_STR(hyk_str_nearest(one, &one, 1), "");
}

int
main(void)
{
	RUN(compares_by_bytes);
	RUN(begins_ends_finds);
	RUN(trims);
	RUN(hash_depends_on_every_byte);
	RUN(whole_numbers);
	RUN(doubles);
	RUN(doubles_agree_with_the_library);
	RUN(doubles_do_not_depend_on_the_locale);
	RUN(did_you_mean);
	RUN(the_nearest_wins_and_ties_go_to_the_first);
	return check_done();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The sample numbers are those of RFC 8785, appendix B, by their bits. */
#include "support/check.h"

#include "base/str.h"
#include "value/number.h"

#include <math.h>

static struct hyk_str
format(double d)
{
	static char text[32];

	return hyk_str_make(text, hyk_double_format(d, text));
}

static double
from_bits(uint64_t bits)
{
	double d;

	memcpy(&d, &bits, sizeof(d));
	return d;
}

TEST(rfc_8785_appendix_b)
{
	static const struct {
		uint64_t bits;
		const char *text;
	} rows[] = {
		{ 0x0000000000000000, "0" },
		{ 0x8000000000000000, "0" },
		{ 0x0000000000000001, "5e-324" },
		{ 0x8000000000000001, "-5e-324" },
		{ 0x7fefffffffffffff, "1.7976931348623157e+308" },
		{ 0xffefffffffffffff, "-1.7976931348623157e+308" },
		{ 0x4340000000000000, "9007199254740992" },
		{ 0xc340000000000000, "-9007199254740992" },
		{ 0x4430000000000000, "295147905179352830000" },
		{ 0x44b52d02c7e14af5, "9.999999999999997e+22" },
		{ 0x44b52d02c7e14af6, "1e+23" },
		{ 0x44b52d02c7e14af7, "1.0000000000000001e+23" },
		{ 0x444b1ae4d6e2ef4e, "999999999999999700000" },
		{ 0x444b1ae4d6e2ef4f, "999999999999999900000" },
		{ 0x444b1ae4d6e2ef50, "1e+21" },
		{ 0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7" },
		{ 0x3eb0c6f7a0b5ed8d, "0.000001" },
		{ 0x41b3de4355555553, "333333333.3333332" },
		{ 0x41b3de4355555554, "333333333.33333325" },
		{ 0x41b3de4355555555, "333333333.3333333" },
		{ 0x41b3de4355555556, "333333333.3333334" },
		{ 0x41b3de4355555557, "333333333.33333343" },
		{ 0xbecbf647612f3696, "-0.0000033333333333333333" },
		{ 0x43143ff3c1cb0959, "1424953923781206.2" },
	};

	for (size_t i = 0; i < HYK_ARRAY_LEN(rows); i++)
		CHECK_STR(format(from_bits(rows[i].bits)), rows[i].text);
	CHECK_STR(format(NAN), "NaN");
	CHECK_STR(format(INFINITY), "Infinity");
	CHECK_STR(format(-INFINITY), "-Infinity");
}

TEST(borders_of_the_layout)
{
	CHECK_STR(format(0.1), "0.1");
	CHECK_STR(format(1e-6), "0.000001");
	CHECK_STR(format(1e-7), "1e-7");
	CHECK_STR(format(1.5e-7), "1.5e-7");
	CHECK_STR(format(1e20), "100000000000000000000");
	CHECK_STR(format(1e21), "1e+21");
	CHECK_STR(format(-1.25e21), "-1.25e+21");
	CHECK_STR(format(123456.789), "123456.789");
	CHECK_STR(format(100), "100");
	CHECK_STR(format(9007199254740991.0), "9007199254740991");
}

/* Powers of two whose shortest digits are not their nearest ones. */
TEST(just_above_a_power_of_two)
{
	CHECK_STR(format(ldexp(1, -44)), "5.684341886080802e-14");
	CHECK_STR(format(ldexp(1, -1074)), "5e-324");
	CHECK_STR(format(ldexp(1, -1022)), "2.2250738585072014e-308");
	CHECK_STR(format(9007199254740992.0 * 2), "18014398509481984");
}

static unsigned
n_digits(struct hyk_str s)
{
	unsigned n = 0;
	bool leading = true;

	for (size_t i = 0; i < s.n && s.p[i] != 'e'; i++) {
		if (s.p[i] >= '0' && s.p[i] <= '9' && !(leading && s.p[i] == '0')) {
			leading = false;
			n++;
		}
	}
	return n;
}

/* Reads back, and nothing of fewer digits would: every shorter rounding is another double. */
TEST(shortest_and_exact)
{
	uint64_t x = 0x9e3779b97f4a7c15ull;

	for (int i = 0; i < 60000; i++) {
		double d;
		struct hyk_str s;
		char text[64];
		unsigned n;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		d = from_bits(i % 3 == 0 ? x & 0x800fffffffffffffull /* subnormal */ :
			      i % 3 == 1 ? x & ~0xfffffffffffffull   /* a power of two */ : x);
		if (!isfinite(d) || d == 0)
			continue;
		s = format(d);
		memcpy(text, s.p, s.n + 1);
		if (!CHECK(strtod(text, NULL) == d))
			fprintf(stderr, "    %s\n", text);
		if (fabs(d) >= 1e21 || fabs(d) < 1e15) {
			n = n_digits(s);
			if (n > 1) {
				snprintf(text, sizeof(text), "%.*e", (int)n - 2, d);
				if (!CHECK(strtod(text, NULL) != d))
					fprintf(stderr, "    %.*s could be %s\n", HYK_STR_ARG(s), text);
			}
		}
	}
}

int
main(void)
{
	RUN(rfc_8785_appendix_b);
	RUN(borders_of_the_layout);
	RUN(just_above_a_power_of_two);
	RUN(shortest_and_exact);
	return check_done();
}

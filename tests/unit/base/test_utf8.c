/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check.h"

#include "base/utf8.h"

TEST(every_code_point_there_and_back)
{
	for (uint32_t cp = 0; cp <= 0x110010; cp++) {
		char out[4];
		size_t n = hyk_utf8_encode(cp, out), at = 0;
		bool good = cp <= 0x10ffff && !(cp >= 0xd800 && cp <= 0xdfff);

		if ((n != 0) != good) {
			CHECK_INT(cp, -1);
			continue;
		}
		if (!good)
			continue;
		if (hyk_utf8_next(hyk_str_make(out, n), &at) != cp || at != n ||
		    hyk_utf8_valid_prefix(hyk_str_make(out, n)) != n)
			CHECK_INT(cp, -2);
		/* Cut short it is bad from its first byte. */
		for (size_t cut = 1; cut < n; cut++) {
			if (hyk_utf8_valid_prefix(hyk_str_make(out, cut)) != 0)
				CHECK_INT(cp, -3);
		}
	}
	CHECK_INT(hyk_utf8_encode(0xffffffff, (char[4]){ 0 }), 0);
}

/* Every pair of bytes, by the table of the standard: only C2..DF 80..BF are characters of two. */
TEST(every_two_bytes)
{
	for (unsigned hi = 0; hi < 256; hi++) {
		for (unsigned lo = 0; lo < 256; lo++) {
			char two[2] = { (char)hi, (char)lo };
			size_t want = hi >= 0x80 ? (hi >= 0xc2 && hi <= 0xdf && lo >= 0x80 && lo <= 0xbf ? 2 : 0) :
				      lo >= 0x80 ? 1 : 2;

			if (hyk_utf8_valid_prefix(hyk_str_make(two, 2)) != want)
				CHECK_INT(hi << 8 | lo, -1);
		}
	}
	CHECK(true);
}

TEST(bad_sequences)
{
	static const char *const bad[] = { "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", /* overlong */
		"\xed\xa0\x80", "\xed\xbf\xbf", /* surrogates */
		"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xfe", "\x80", "\xbf",
		"\xe1\x80", "\xf1\x80\x80", "\xe1\x80z", "\xf1\x80\x80z" };

	for (size_t i = 0; i < HYK_ARRAY_LEN(bad); i++) {
		char text[16];
		size_t n = strlen(bad[i]), at = 3;

		memcpy(text, "abc", 3);
		memcpy(text + 3, bad[i], n);
		CHECK_INT(hyk_utf8_valid_prefix(hyk_str_make(text, 3 + n)), 3);
		CHECK(hyk_utf8_next(hyk_str_make(text, 3 + n), &at) == HYK_UTF8_INVALID);
		CHECK_INT(at, 4);
	}
	size_t at = 2;

	CHECK(hyk_utf8_next(HYK_STR("ab"), &at) == HYK_UTF8_INVALID);
	CHECK_INT(at, 2);
}

/* The run over eight ASCII bytes at once must not jump over a bad one at any place. */
TEST(bad_byte_anywhere)
{
	char text[40];

	for (size_t n = 1; n <= sizeof(text); n++) {
		memset(text, 'a', sizeof(text));
		CHECK_INT(hyk_utf8_valid_prefix(hyk_str_make(text, n)), n);
		for (size_t i = 0; i < n; i++) {
			text[i] = '\xff';
			CHECK_INT(hyk_utf8_valid_prefix(hyk_str_make(text, n)), i);
			text[i] = 'a';
		}
	}
}

TEST(lengths_and_offsets)
{
	struct hyk_str s = HYK_STR("a향약😀b");

	CHECK_INT(hyk_utf8_length(s), 5);
	CHECK_INT(hyk_utf8_length(HYK_STR("")), 0);
	CHECK_INT(hyk_utf8_offset(s, 0), 0);
	CHECK_INT(hyk_utf8_offset(s, 1), 1);
	CHECK_INT(hyk_utf8_offset(s, 2), 4);
	CHECK_INT(hyk_utf8_offset(s, 3), 7);
	CHECK_INT(hyk_utf8_offset(s, 4), 11);
	CHECK_INT(hyk_utf8_offset(s, 5), 12);
	CHECK_INT(hyk_utf8_offset(s, 99), 12);
}

/* Eight bytes at a time and one by one count the same, wherever the text begins and ends. */
TEST(length)
{
	static const char text[] = "a가나é다라마 𝄞plain ascii letters 바사아자차카타파하 \xff\x80 end";
	size_t n = sizeof(text) - 1;

	CHECK_INT(hyk_utf8_length(HYK_STR("")), 0);
	CHECK_INT(hyk_utf8_length(HYK_STR("가나다라마바사아")), 8);
	CHECK_INT(hyk_utf8_length(HYK_STR("abcdefgh")), 8);
	CHECK_INT(hyk_utf8_length(HYK_STR("𝄞𝄞𝄞é")), 4);
	for (size_t from = 0; from < n; from++) {
		size_t want = 0;

		for (size_t to = from; to < n; to++) {
			CHECK_INT(hyk_utf8_length(hyk_str_make(text + from, to - from)), want);
			want += ((unsigned char)text[to] & 0xc0) != 0x80;
		}
	}
}

int
main(void)
{
	RUN(length);
	RUN(every_code_point_there_and_back);
	RUN(every_two_bytes);
	RUN(bad_sequences);
	RUN(bad_byte_anywhere);
	RUN(lengths_and_offsets);
	return check_done();
}

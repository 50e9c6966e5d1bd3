/* SPDX-License-Identifier: Apache-2.0 */
/* base/josa.c - the last sound of what was written, and the particles that depend on it. */
#include "base/josa.h"

#include "base/utf8.h"

enum sound {
	UNKNOWN_SOUND,
	OPEN,   /* ends in a vowel */
	CLOSED, /* ends in a consonant */
	LIQUID  /* ends in ㄹ: closed, but 로 and not 으로 */
};

#define LOOK_BACK 256u /* bytes before a particle that may say its sound */

static const struct {
	struct hyk_str both, closed, open;
	bool liquid_is_open;
} pairs[] = {
	{ HYK_STR_INIT("이(가)"), HYK_STR_INIT("이"), HYK_STR_INIT("가"), false },
	{ HYK_STR_INIT("은(는)"), HYK_STR_INIT("은"), HYK_STR_INIT("는"), false },
	{ HYK_STR_INIT("을(를)"), HYK_STR_INIT("을"), HYK_STR_INIT("를"), false },
	{ HYK_STR_INIT("과(와)"), HYK_STR_INIT("과"), HYK_STR_INIT("와"), false },
	{ HYK_STR_INIT("아(야)"), HYK_STR_INIT("아"), HYK_STR_INIT("야"), false },
	{ HYK_STR_INIT("(으)로"), HYK_STR_INIT("으로"), HYK_STR_INIT("로"), true },
	{ HYK_STR_INIT("으로(로)"), HYK_STR_INIT("으로"), HYK_STR_INIT("로"), true },
	{ HYK_STR_INIT("(이)라"), HYK_STR_INIT("이라"), HYK_STR_INIT("라"), false },
	{ HYK_STR_INIT("(이)나"), HYK_STR_INIT("이나"), HYK_STR_INIT("나"), false },
	{ HYK_STR_INIT("(이)랑"), HYK_STR_INIT("이랑"), HYK_STR_INIT("랑"), false },
	{ HYK_STR_INIT("(이)며"), HYK_STR_INIT("이며"), HYK_STR_INIT("며"), false },
	{ HYK_STR_INIT("(이)고"), HYK_STR_INIT("이고"), HYK_STR_INIT("고"), false },
	{ HYK_STR_INIT("(이)면"), HYK_STR_INIT("이면"), HYK_STR_INIT("면"), false },
	{ HYK_STR_INIT("(이)다"), HYK_STR_INIT("이다"), HYK_STR_INIT("다"), false },
	{ HYK_STR_INIT("(이)든"), HYK_STR_INIT("이든"), HYK_STR_INIT("든"), false },
};

/* Units right after a number, as they are read aloud. */
static const struct {
	const char *unit;
	enum sound sound;
} units[] = {
	{ "m", OPEN }, { "km", OPEN }, { "cm", OPEN }, { "mm", OPEN }, /* 미터 */
	{ "g", CLOSED }, { "kg", CLOSED }, { "mg", CLOSED }, { "t", CLOSED }, /* 그램, 톤 */
	{ "l", OPEN }, { "L", OPEN }, { "ml", OPEN }, { "mL", OPEN }, { "kL", OPEN }, /* 리터 */
	{ "d", LIQUID }, { "h", CLOSED }, { "min", CLOSED }, { "s", OPEN }, /* 일 시간 분 초 */
	{ "dB", LIQUID }, { "px", LIQUID }, { "KRW", CLOSED }, /* 데시벨, 픽셀, 원 */
};

static const struct {
	uint32_t cp;
	enum sound sound;
} signs[] = {
	{ '%', OPEN }, { 0x2030, LIQUID }, { 0xb0, OPEN }, { 0x2103, OPEN }, { '$', OPEN }, { 0x20ac, OPEN }, { 0x20a9, CLOSED },
	{ '+', OPEN }, { 0xb2, OPEN }, { 0xb3, OPEN }, /* 제곱미터, 세제곱미터 */
	{ 0x33a1, OPEN }, { 0x33a5, OPEN }, { 0x339e, OPEN }, { 0x339d, OPEN }, { 0x339c, OPEN }, /* ㎡ ㎥ ㎞ ㎝ ㎜ */
	{ 0x338f, CLOSED }, { 0x338e, CLOSED }, { 0x2113, OPEN }, { 0x3396, OPEN }, /* ㎏ ㎎ ℓ ㎖ */
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static char
at_end(struct hyk_str s, size_t back)
{
	return back < s.n ? s.p[s.n - 1 - back] : '\0';
}

/* The last code point; *ret_n its bytes. */
static uint32_t
last_of(struct hyk_str s, size_t *ret_n)
{
	size_t at = s.n - 1;

	while (at > 0 && s.n - at < 4 && ((unsigned char)s.p[at] & 0xc0) == 0x80)
		at--;
	*ret_n = s.n - at;
	return hyk_utf8_next(s, &at);
}

/* Of letters at the end, does a number stand before them, with or without a blank? */
static bool
follows_number(struct hyk_str s, size_t letters)
{
	size_t back = letters + (at_end(s, letters) == ' ');

	return is_digit(at_end(s, back));
}

static enum sound
sound_of_digits(struct hyk_str s)
{
	/* 영 일 이 삼 사 오 육 칠 팔 구 */
	static const enum sound digits[] = { CLOSED, LIQUID, OPEN, CLOSED, OPEN, OPEN, CLOSED, LIQUID, LIQUID, OPEN };
	size_t n = 0, zeros = 0, letters = 0;
	bool all_zero = true;
	char last = at_end(s, 0);

	while (is_digit(at_end(s, n)) || (at_end(s, n) == ',' && is_digit(at_end(s, n + 1)))) {
		char c = at_end(s, n++);

		zeros += all_zero && c == '0';
		all_zero &= c == '0' || c == ',';
	}
	if (n == 2 && at_end(s, 2) == ':' && is_digit(at_end(s, 3))) {
		/* 14:00 is 시, 14:30 분, 14:30:05 초 */
		if (at_end(s, 5) == ':' && is_digit(at_end(s, 6)))
			return OPEN;
		return all_zero ? OPEN : CLOSED;
	}
	if (n == 2 && at_end(s, 2) == '-' && is_digit(at_end(s, 3)) && is_digit(at_end(s, 4)) && at_end(s, 5) == '-' &&
	    is_digit(at_end(s, 6)))
		return LIQUID; /* 2026-05-09: 일 */
	while (is_letter(at_end(s, n + letters)))
		letters++;
	if (n == 1 && (last == '2' || last == '3') && at_end(s, 1) == 'm' && letters <= 2 && follows_number(s, n + letters))
		return OPEN; /* m2, km2, m3: 미터 */
	if (all_zero || (at_end(s, n) == '.' && is_digit(at_end(s, n + 1))))
		return digits[last - '0'];
	/* 십 백 천 만 억 경 end in a consonant, 조 does not */
	return zeros >= 12 && zeros <= 15 ? OPEN : zeros ? CLOSED : digits[last - '0'];
}

static enum sound
sound_of_letters(struct hyk_str s)
{
	size_t n = 0;
	char last = at_end(s, 0), before, low;

	while (is_letter(at_end(s, n)))
		n++;
	for (size_t i = 0; follows_number(s, n) && i < HYK_ARRAY_LEN(units); i++) {
		if (hyk_str_eq_c(hyk_str_make(s.p + s.n - n, n), units[i].unit))
			return units[i].sound;
	}
	if (last >= 'A' && last <= 'Z') /* by its name: 엘 엠 엔 아르 */
		return last == 'L' || last == 'R' ? LIQUID : last == 'M' || last == 'N' ? CLOSED : OPEN;
	before = n > 1 ? (char)(at_end(s, 1) | 32) : '\0';
	low = (char)(last | 32);
	if (low == 'l' || (low == 'e' && before == 'l' && n > 2 && !strchr("aeiou", at_end(s, 2) | 32)))
		return LIQUID; /* hotel, table */
	if (low == 'm' || low == 'n' || low == 'b' || low == 'p' || low == 'k' || low == 'c')
		return CLOSED;
	if ((low == 'g' && before == 'n') || (low == 'e' && n > 2 && (before == 'm' || before == 'n')))
		return CLOSED; /* parking, game, zone */
	return OPEN;
}

static enum sound
sound_of_word(struct hyk_str s)
{
	size_t n;
	uint32_t cp = last_of(s, &n);

	if (cp >= 0xac00 && cp <= 0xd7a3) {
		uint32_t final = (cp - 0xac00) % 28;

		return final == 0 ? OPEN : final == 8 ? LIQUID : CLOSED;
	}
	/* syllables in parts, as some systems store them */
	if (cp >= 0x1161 && cp <= 0x1175)
		return OPEN;
	if (cp >= 0x11a8 && cp <= 0x11c2)
		return cp == 0x11af ? LIQUID : CLOSED;
	if (cp < 0x80 && is_digit((char)cp))
		return sound_of_digits(s);
	if (cp < 0x80 && is_letter((char)cp))
		return sound_of_letters(s);
	for (size_t i = 0; i < HYK_ARRAY_LEN(signs); i++) {
		if (signs[i].cp == cp)
			return signs[i].sound;
	}
	return UNKNOWN_SOUND;
}

static bool
is_seen_through(uint32_t cp)
{
	return cp == '\'' || cp == '"' || cp == '`' || cp == ')' || cp == ']' || cp == 0x2019 || cp == 0x201d ||
	       cp == 0xbb || cp == 0xff09 || (cp >= 0x3009 && cp <= 0x3011 && cp % 2 == 1) || cp == 0x3015;
}

/* Of s, which ends with ')': what stands before the remark in round brackets; empty when nothing does. */
static struct hyk_str
before_remark(struct hyk_str s)
{
	size_t depth = 0;

	for (size_t i = s.n; i-- > 0;) {
		depth += s.p[i] == ')';
		depth -= s.p[i] == '(' && depth > 0;
		if (depth == 0)
			return hyk_str_trim(hyk_str_make(s.p, i));
	}
	return hyk_str_make(s.p, 0);
}

static enum sound
sound_before(struct hyk_str s)
{
	if (s.n > LOOK_BACK)
		s = hyk_str_make(s.p + s.n - LOOK_BACK, LOOK_BACK);
	while (s.n) {
		struct hyk_str main = { NULL, 0 };
		size_t n;
		uint32_t cp = last_of(s, &n);

		if (!is_seen_through(cp))
			return sound_of_word(s);
		if (cp == ')')
			main = before_remark(s);
		/* a word wholly in brackets is read all the same */
		if (main.n && sound_of_word(main) != UNKNOWN_SOUND)
			return sound_of_word(main);
		s.n -= n;
	}
	return UNKNOWN_SOUND;
}

/* Which pair stands at the beginning; the number of pairs when none does. */
static size_t
pair_at(struct hyk_str s)
{
	size_t i = 0;

	/* all begin with a bracket or with a syllable of three bytes */
	if (s.p[0] != '(' && ((unsigned char)s.p[0] & 0xf0) != 0xe0)
		return HYK_ARRAY_LEN(pairs);
	while (i < HYK_ARRAY_LEN(pairs) && !hyk_str_starts_with(s, pairs[i].both))
		i++;
	return i;
}

void
hyk_josa_settle_after(struct hyk_buf *out, size_t from, struct hyk_str text)
{
	size_t written = 0, at = 0;

	while (at < text.n) {
		size_t pair = pair_at(hyk_str_make(text.p + at, text.n - at));
		struct hyk_str before;
		enum sound sound;

		if (pair == HYK_ARRAY_LEN(pairs)) {
			at++;
			continue;
		}
		hyk_buf_append(out, hyk_str_make(text.p + written, at - written));
		written = at;
		at += pairs[pair].both.n;
		before = hyk_buf_peek(out);
		if (out->failed || before.n < from)
			break;
		sound = sound_before(hyk_str_make(before.p + from, before.n - from));
		if (sound == UNKNOWN_SOUND)
			continue;
		hyk_buf_append(out, sound == CLOSED || (sound == LIQUID && !pairs[pair].liquid_is_open) ? pairs[pair].closed
		                                                                                      : pairs[pair].open);
		written = at;
	}
	hyk_buf_append(out, hyk_str_make(text.p + written, text.n - written));
}

void
hyk_josa_settle(struct hyk_buf *out, struct hyk_str text)
{
	hyk_josa_settle_after(out, hyk_buf_peek(out).n, text);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* base/josa.c - the last sound of a word, and the particles that depend on it. */
#include "base/josa.h"

#include "base/utf8.h"

enum sound {
	UNKNOWN_SOUND,
	OPEN,   /* ends in a vowel */
	CLOSED, /* ends in a consonant */
	LIQUID  /* ends in ㄹ: closed, but 로 and not 으로 */
};

struct pair {
	struct hyk_str both, closed, open;
	bool liquid_is_open;
};

static const struct pair pairs[] = {
	{ HYK_STR_INIT("이(가)"), HYK_STR_INIT("이"), HYK_STR_INIT("가"), false },
	{ HYK_STR_INIT("은(는)"), HYK_STR_INIT("은"), HYK_STR_INIT("는"), false },
	{ HYK_STR_INIT("을(를)"), HYK_STR_INIT("을"), HYK_STR_INIT("를"), false },
	{ HYK_STR_INIT("과(와)"), HYK_STR_INIT("과"), HYK_STR_INIT("와"), false },
	{ HYK_STR_INIT("아(야)"), HYK_STR_INIT("아"), HYK_STR_INIT("야"), false },
	{ HYK_STR_INIT("(으)로"), HYK_STR_INIT("으로"), HYK_STR_INIT("로"), true },
	{ HYK_STR_INIT("(이)라"), HYK_STR_INIT("이라"), HYK_STR_INIT("라"), false },
};

static enum sound
sound_of(uint32_t cp)
{
	/* 영 일 이 삼 사 오 육 칠 팔 구 */
	static const enum sound digits[] = { CLOSED, LIQUID, OPEN, CLOSED, OPEN, OPEN, CLOSED, LIQUID, LIQUID,
		OPEN };

	if (cp >= 0xac00 && cp <= 0xd7a3) {
		uint32_t final = (cp - 0xac00) % 28;

		return final == 0 ? OPEN : final == 8 ? LIQUID : CLOSED;
	}
	if (cp >= '0' && cp <= '9')
		return digits[cp - '0'];
	if (cp >= 'A' && cp <= 'Z')
		cp += 'a' - 'A';
	if (cp == 'l')
		return LIQUID;
	if (cp == 'm' || cp == 'n' || cp == 'b' || cp == 'p' || cp == 'k' || cp == 'c')
		return CLOSED;
	if (cp >= 'a' && cp <= 'z')
		return OPEN;
	return UNKNOWN_SOUND;
}

static bool
is_seen_through(uint32_t cp)
{
	return cp == '\'' || cp == '"' || cp == ')' || cp == ']' || cp == 0x2019 || cp == 0x201d || cp == 0x300d ||
	       cp == 0x300f || cp == 0x300b;
}

void
hyk_josa_settle(struct hyk_buf *out, struct hyk_str text)
{
	enum sound sound = UNKNOWN_SOUND;

	for (size_t at = 0; at < text.n;) {
		struct hyk_str rest = hyk_str_make(text.p + at, text.n - at);
		size_t before = at;
		uint32_t cp;

		if (sound != UNKNOWN_SOUND && (unsigned char)text.p[at] != ' ') {
			const struct pair *hit = NULL;

			for (size_t i = 0; i < HYK_ARRAY_LEN(pairs) && !hit; i++) {
				if (hyk_str_starts_with(rest, pairs[i].both))
					hit = &pairs[i];
			}
			if (hit) {
				bool closed = sound == CLOSED || (sound == LIQUID && !hit->liquid_is_open);

				hyk_buf_append(out, closed ? hit->closed : hit->open);
				at += hit->both.n;
				sound = UNKNOWN_SOUND;
				continue;
			}
		}
		cp = hyk_utf8_next(text, &at);
		if (!is_seen_through(cp))
			sound = sound_of(cp);
		hyk_buf_append(out, hyk_str_make(text.p + before, at - before));
	}
}

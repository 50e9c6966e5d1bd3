/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/josa.h - Korean particles by sound.
 *
 * A sentence with a name or a number put into it is written with both forms of the particle, "'{0}'을(를)"; the one
 * that the sound before it asks for is kept:
 *
 *   이(가)  은(는)  을(를)  과(와)  아(야)  (으)로 으로(로)
 *   (이)라 (이)나 (이)랑 (이)며 (이)고 (이)면 (이)다 (이)든
 *
 * Sounds: the last syllable of Hangul; digits as Sino-Korean numbers (10 십, 1,000,000,000,000 일조; after a decimal
 * point one by one; 14:00 시, 14:30 분, 2026-05-09 일); units after a number (km 미터, kg 그램, % 퍼센트); Latin
 * letters by their name where they are capitals, else by how words usually end. Quotes and brackets around the word
 * are looked through; a remark in round brackets is passed over: 시장(market)은. Unknown sounds keep both forms.
 *
 * Threads: any thread.
 */
#ifndef HYK_BASE_JOSA_H
#define HYK_BASE_JOSA_H

#include "base/buf.h"
#include "base/str.h"

/* Appends text with its particles settled. */
void hyk_josa_settle(struct hyk_buf *out, struct hyk_str text);
/* The same; what stands in `out` from byte `from` on comes right before the text. */
void hyk_josa_settle_after(struct hyk_buf *out, size_t from, struct hyk_str text);

#endif

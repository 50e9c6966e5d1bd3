/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/josa.h - Korean particles by sound.
 *
 * A sentence with a name put into it is written with both forms of the
 * particle, "'{0}'을(를)"; hyk_josa_settle() keeps the one that the sound before it asks for.
 *
 * Threads: any thread.
 */
#ifndef HYK_BASE_JOSA_H
#define HYK_BASE_JOSA_H

#include "base/buf.h"
#include "base/str.h"

/*
 * Appends text with 이(가) 은(는) 을(를) 과(와) (으)로 (이)라 아(야) settled. Quotes and
 * closing brackets between the word and the particle are looked through; digits are read as
 * Sino-Korean, Latin letters by their likely sound. Unknown sounds keep both forms.
 */
void hyk_josa_settle(struct hyk_buf *out, struct hyk_str text);

#endif

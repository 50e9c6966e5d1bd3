/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline/text.h - values in sentences: a template filled with the facts of one decision.
 *
 * A value is written as its schema says: with its unit and thousands apart (without a unit from five digits on: four
 * may be a year), times and dates on the clock of the commons, yes and no in words. Korean particles after it, or
 * after quotes or brackets around it, are chosen by sound (base/josa.h).
 *
 * Threads: any thread.
 */
#ifndef HYK_PIPELINE_TEXT_H
#define HYK_PIPELINE_TEXT_H

#include "pipeline/decide.h"

/* The template in its language number `lang`; appended, plain (no JSON escapes). */
void hyk_text_write(struct hyk_buf *b, const struct hyk_decision *d, const struct hyk_template *t, size_t lang);
/* A value as people read it; `fact` may be NULL. */
void hyk_text_write_value(struct hyk_buf *b, struct hyk_value v, const struct hyk_fact *fact,
    const struct hyk_zone *zone, bool korean);
/* The language of a template for a tag: it, its primary language, "en", or the first; SIZE_MAX when empty. */
size_t hyk_text_language(const struct hyk_template *t, struct hyk_str tag);
/* What the engine itself says with a code that no rule has; empty when it says nothing. */
struct hyk_str hyk_text_of_code(struct hyk_str code, bool korean);

#endif

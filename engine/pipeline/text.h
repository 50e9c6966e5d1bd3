/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline/text.h - values in sentences: a template filled with the facts of one decision.
 *
 * A value is written as its schema says: money with its unit and thousands apart, times in the commons'
 * zone, yes and no in words; a Korean particle after it is chosen by sound.
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
/* Chooses between two particles by the sound before; appends word and particle. */
void hyk_text_write_particle(struct hyk_buf *b, struct hyk_str word, struct hyk_str with_final,
    struct hyk_str without_final);
/* The language of a template for a tag: it, its primary language, "en", or the first; SIZE_MAX when empty. */
size_t hyk_text_language(const struct hyk_template *t, struct hyk_str tag);
/* What the engine itself says with a code that no rule has; empty when it says nothing. */
struct hyk_str hyk_text_of_code(struct hyk_str code, bool korean);

#endif

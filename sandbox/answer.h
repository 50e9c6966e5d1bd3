/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox/answer.h - is this value an answer that this hook may give?
 *
 * The forms are those of jail.h; a text, a number or a boolean is never one.
 *
 * Lifetime:  nothing is kept.
 * Limits:    codes and names 64 bytes, texts 1,024, a list of 64 answers.
 * Threads:   any thread.
 * Errors:    false, with the place and the reason in path.
 */
#ifndef HYK_SANDBOX_ANSWER_H
#define HYK_SANDBOX_ANSWER_H

#include "sandbox/jail.h"
#include "sandbox/wire.h"

/* An empty list or map where answers are meant is no answer: *v becomes null. */
bool hyk_answer_check(
    enum hyk_hook hook, struct hyk_value *v, struct hyk_wire_path *path) HYK_MUST_CHECK;

#endif
